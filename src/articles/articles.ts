/**
 * The how-to articles for a help desk: one Markdown file a slug and language beside this one, read once when first asked.
 * A file opens with `# Title` and a paragraph that is its summary. Searching is by words: all must occur, in the title, the
 * summary or the text, in this order of weight; what the language asked for does not hold is looked for in the other one, since
 * people type Thai into English pages. Returns null for a slug that does not exist; a missing file is a fault.
 */

import { readFileSync } from 'node:fs';
import type { Language } from '../texts/text.ts';

export const ARTICLE_SLUGS = [
  'what-is-mx',
  'mx-migration',
  'what-is-smtp',
  'smtp-by-hand',
  'how-mail-flows',
  'ehlo-helo-cisco',
  'outlook-signature',
  'outlook-junk-filter',
  'outlook-rpcdiag',
  'spam-what-to-do',
] as const;

export type Article = { readonly slug: string; readonly title: string; readonly markdown: string };
export type ArticleSummary = { readonly slug: string; readonly title: string; readonly summary: string };

/** An article with its parts folded for searching. */
type Entry = Article & { readonly summary: string; readonly folded: readonly [string, string, string] };

/** What a question has around its words: quotation marks, and the marks that end a clause. */
const MARKS_AROUND = /^["'“”‘’«]+|["'“”‘’»?!.,;:]+$/g;

const shelves = new Map<Language, readonly Entry[]>();

export function listArticles(query: string | undefined, lang: Language): readonly ArticleSummary[] {
  const words = fold(query ?? '')
    .split(/\s+/)
    .map((word) => word.replace(MARKS_AROUND, ''))
    .filter((word) => word !== '');
  const own = slugsWith(words, lang);
  const slugs = own.length > 0 ? own : slugsWith(words, lang === 'en' ? 'th' : 'en');
  return slugs.flatMap((wanted) =>
    shelf(lang)
      .filter(({ slug }) => slug === wanted)
      .map(({ slug, title, summary }) => ({ slug, title, summary })),
  );
}

const slugsWith = (words: readonly string[], lang: Language): readonly string[] =>
  shelf(lang)
    .map((entry) => ({ slug: entry.slug, rank: rankOf(entry, words) }))
    .filter(({ rank }) => words.length === 0 || rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map(({ slug }) => slug);

export function getArticle(slug: string, lang: Language): Article | null {
  const entry = shelf(lang).find((one) => one.slug === slug);
  return entry === undefined ? null : { slug: entry.slug, title: entry.title, markdown: entry.markdown };
}

function shelf(lang: Language): readonly Entry[] {
  const known = shelves.get(lang);
  if (known !== undefined) return known;
  const entries = ARTICLE_SLUGS.map((slug) => entryOf(slug, readFileSync(fileOf(slug, lang), 'utf8')));
  shelves.set(lang, entries);
  return entries;
}

const fileOf = (slug: string, lang: Language): URL => new URL(`./${slug}.${lang}.md`, import.meta.url);

function entryOf(slug: string, markdown: string): Entry {
  const [heading = '', summary = ''] = markdown.split(/\n\s*\n/, 2);
  const title = heading.replace(/^#\s+/, '').trim();
  const plain = summary.replace(/\s*\n\s*/g, ' ').trim();
  return { slug, title, summary: plain, markdown, folded: [fold(`${slug} ${title}`), fold(plain), fold(markdown)] };
}

/** One case and one spelling: Thai writes sara am as one character or as two, and breaks lines with zero-width spaces. */
const fold = (text: string): string =>
  text
    .replace(/\u200b/g, '')
    .normalize('NFKC')
    .toLowerCase();

/** Of one word: 4 in the title, 2 in the summary, 1 in the text. 0 when a word occurs nowhere. */
function rankOf({ folded: [title, summary, text] }: Entry, words: readonly string[]): number {
  let rank = 0;
  for (const word of words) {
    const found = (title.includes(word) ? 4 : 0) + (summary.includes(word) ? 2 : 0) + (text.includes(word) ? 1 : 0);
    if (found === 0) return 0;
    rank += found;
  }
  return rank;
}
