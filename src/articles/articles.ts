/**
 * The how-to articles for a help desk: one Markdown file a slug and language beside this one, read once when first asked.
 * A file opens with `# Title` and a paragraph that is its summary. Searching is by words: all must occur, in the title, the
 * summary or the text, in this order of weight; what the language asked for does not hold is looked for in the other one, since
 * people type Thai into English pages. Where no article holds every word as it was typed, a question is taken apart into words of
 * one form (`words.ts`) and the articles come by how much of it they meet. Returns null for a slug that does not exist; a
 * missing file is a fault.
 */

import { readFileSync } from 'node:fs';
import type { Language } from '../texts/text.ts';
import { isSubject, names, nearly, wordsOf } from './words.ts';

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

/** Title, summary and the whole text. */
type Parts<T> = readonly [title: T, summary: T, text: T];
/** An article with its parts ready for searching: as they are typed, and taken apart into words. */
type Entry = Article & { readonly summary: string; readonly folded: Parts<string>; readonly words: Parts<Words> };
type Words = ReadonlySet<string>;

/** What a question has around its words: quotation marks, and the marks that end a clause. */
const MARKS_AROUND = /^["'“”‘’«]+|["'“”‘’»?!.,;:]+$/g;

const shelves = new Map<Language, readonly Entry[]>();

export function listArticles(query: string | undefined, lang: Language): readonly ArticleSummary[] {
  const words = fold(query ?? '')
    .split(/\s+/)
    .map((word) => word.replace(MARKS_AROUND, ''))
    .filter((word) => word !== '');
  const naming = words.some(names) ? words.filter(names) : words;
  let slugs = slugsWith(naming, lang);
  if (slugs.length === 0) slugs = slugsWith(naming, lang === 'en' ? 'th' : 'en');
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
/** What only texts hold is said in passing, and counts two thirds of what a title or a summary says. */
const WELL_MET = 1.5;
/** A number means what it says, and shorter words are near to too many others. */
const SPELT = /^[a-z]{5,}$/;

/**
 * A word is met by the article that holds it best, and by the others as far as they compare. What all hold alike tells nothing;
 * what few hold tells most, and a word that none holds goes unmet. An article is about what its title and summary say: one that
 * has none of the question there only happens to use its words.
 */
function slugsMeeting(question: string): readonly string[] {
  const { copies, known } = library();
  const words = [...wordsOf(question.slice(0, MAX_QUESTION))].map((said) => {
    const word = known.has(said) ? said : meant(said, known);
    const places = copies.map((both) =>
      Math.max(...both.map(({ words }) => placesOf(words, (part) => part.has(word)))),
    );
    const best = Math.max(...places, WELL_MET);
    const met = places.map((found) => found / best);
    return { word, places, met, weight: Math.log(ARTICLE_SLUGS.length / Math.max(sum(met), 1)) };
  });
  if (!words.some(({ word }) => isSubject(word))) return [];
  const asked = sum(words.map(({ weight }) => weight));
  return ARTICLE_SLUGS.map((slug, i) => ({
    slug,
    met: sum(words.map(({ met, weight }) => weight * (met[i] ?? 0))) / asked,
    about: words.some(({ places, weight }) => weight > 0 && (places[i] ?? 0) > 1),
  }))
    .filter(({ met, about }) => about && met > LEAST_MET)
    .sort((a, b) => b.met - a.met)
    .map(({ slug }) => slug);
}

/** The copies of each article, and every word in them. */
type Library = { readonly copies: readonly (readonly Entry[])[]; readonly known: Words };
let gathered: Library | undefined;

function library(): Library {
  gathered ??= gather();
  return gathered;
}

function gather(): Library {
  const entries = [...shelf('en'), ...shelf('th')];
  return {
    copies: ARTICLE_SLUGS.map((slug) => entries.filter((entry) => entry.slug === slug)),
    known: new Set(entries.flatMap(({ words: [, , text] }) => [...text])),
  };
}

/** A word that no article holds is taken for one that they do, where a slip of the finger tells the two apart. */
const meant = (word: string, known: Words): string =>
  (SPELT.test(word) ? [...known].find((one) => SPELT.test(one) && nearly(word, one)) : undefined) ?? word;

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
  const folded: Parts<string> = [fold(`${slug} ${title}`), fold(plain), fold(markdown)];
  const [first, second, third] = folded;
  return { slug, title, summary: plain, markdown, folded, words: [wordsOf(first), wordsOf(second), wordsOf(third)] };
}

/**
 * One case and one spelling: Thai writes sara am as one character or as two, of which a dictionary knows the one, and breaks
 * lines with zero-width spaces.
 */
const fold = (text: string): string =>
  text
    .replace(/\u200b/g, '')
    .normalize('NFKC')
    .replace(/\u0e4d\u0e32/g, '\u0e33')
    .toLowerCase();

/** 4 in the title, 2 in the summary, 1 in the text. */
const placesOf = <T>([title, summary, text]: Parts<T>, has: (part: T) => boolean): number =>
  (has(title) ? 4 : 0) + (has(summary) ? 2 : 0) + (has(text) ? 1 : 0);

/** Within a Latin word nothing is looked for: "report" holds no port. */
function holds(text: string, word: string): boolean {
  let at = text.indexOf(word);
  while (at > 0 && /^[a-z]{2}/.test(text.slice(at - 1))) at = text.indexOf(word, at + 1);
  return at !== -1;
}

/** Of all the words together; 0 when one of them occurs nowhere. */
function rankOf(entry: Entry, words: readonly string[]): number {
  let rank = 0;
  for (const word of words) {
    const found = placesOf(entry.folded, (part) => holds(part, word));
    if (found === 0) return 0;
    rank += found;
  }
  return rank;
}
