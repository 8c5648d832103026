/**
 * The how-to articles for a help desk: one Markdown file a slug and language beside this one, read once when first asked.
 * A file opens with `# Title` and a paragraph that is its summary. Searching is by words: all must occur, in the title, the
 * summary or the text, in this order of weight; what the language asked for does not hold is looked for in the other one, since
 * people type Thai into English pages. Where no article holds every word as it was typed, a question is taken apart (Thai writes
 * no blanks between words) and the articles come by how much of it they meet. Returns null for a slug that does not exist; a
 * missing file is a fault.
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
  let slugs = slugsWith(words, lang);
  if (slugs.length === 0) slugs = slugsWith(words, lang === 'en' ? 'th' : 'en');
  if (slugs.length === 0) slugs = slugsMeeting(fold(query ?? ''));
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

/** An article that meets less of a question is about something else. */
const LEAST_MET = 1 / 3;
/** Characters of a question that are looked at: every word of it is sought in every article. */
const MAX_QUESTION = 200;
const SEGMENTS = new Intl.Segmenter('th', { granularity: 'word' });
/** Names that people write in Thai letters and the articles do not, and words of asking and of stress, which name nothing. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/ซิสโก้?/g, ' cisco '],
  [/เอ้?า[ตท]์ลุ[กค]/g, ' outlook '],
  [/แอนดรอยด?์?/g, ' android '],
  [/อย่างไร|ยังไง|อะไร|ทำไม|ที่ไหน|ไหม|เยอะ|มาก/g, ' '],
];

/** A word's root, as far as it takes to find "changes" by "changed". */
const rooted = (word: string): string => word.replace(/(?<=^[a-z]{3,})(?:e?s|ed|ing|e)$/, '');

function wordsOf(question: string): string[] {
  const spelt = SPELLINGS.reduce(
    (text, [written, meant]) => text.replace(written, meant),
    question.slice(0, MAX_QUESTION),
  );
  const words = [...SEGMENTS.segment(spelt)]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => rooted(segment));
  return [...new Set(words)];
}

/**
 * A word is met by the article that holds it best, and by the others as far as they compare. What all hold alike tells nothing;
 * what few hold tells most, and a word that none holds goes unmet.
 */
function slugsMeeting(question: string): readonly string[] {
  const copies = ARTICLE_SLUGS.map((slug) => [...shelf('en'), ...shelf('th')].filter((entry) => entry.slug === slug));
  const words = wordsOf(question).map((word) => {
    const places = copies.map((both) => Math.max(...both.map((entry) => placesOf(entry, word))));
    const best = Math.max(...places, 1);
    const met = places.map((found) => found / best);
    return { met, weight: Math.log(ARTICLE_SLUGS.length / Math.max(sum(met), 1)) };
  });
  const asked = sum(words.map(({ weight }) => weight));
  return ARTICLE_SLUGS.map((slug, i) => ({
    slug,
    met: sum(words.map(({ met, weight }) => weight * (met[i] ?? 0))) / asked,
  }))
    .filter(({ met }) => met > LEAST_MET)
    .sort((a, b) => b.met - a.met)
    .map(({ slug }) => slug);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

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

/** 4 in the title, 2 in the summary, 1 in the text. */
const placesOf = ({ folded: [title, summary, text] }: Entry, word: string): number =>
  (title.includes(word) ? 4 : 0) + (summary.includes(word) ? 2 : 0) + (text.includes(word) ? 1 : 0);

/** Of all the words together; 0 when one of them occurs nowhere. */
function rankOf(entry: Entry, words: readonly string[]): number {
  let rank = 0;
  for (const word of words) {
    const found = placesOf(entry, word);
    if (found === 0) return 0;
    rank += found;
  }
  return rank;
}
