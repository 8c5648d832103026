/**
 * Which language an answer speaks: `lang` in the query, else `Accept-Language` (RFC 9110 §12.5.4), else English. Pure.
 * A `lang` that is neither `th` nor `en` is refused; a header that makes no sense counts as absent.
 */

import { type Outcome, ok, refuseMember } from '../outcome.ts';
import type { Language } from '../texts/text.ts';

const LANGUAGES: readonly Language[] = ['en', 'th'];

/** The header's value is judged once for each distinct text; this many are remembered. */
const REMEMBERED = 200;
const judged = new Map<string, Language>();

export function negotiate(header: string | undefined): Language {
  if (header === undefined) return 'en';
  const known = judged.get(header);
  if (known) return known;
  const lang = best(header);
  if (judged.size >= REMEMBERED) judged.clear();
  if (header.length <= 200) judged.set(header, lang);
  return lang;
}

/** The quality of each language is that of its own range, else of `*`, else 0; English wins a draw. */
function best(header: string): Language {
  const qualities = new Map<string, number>();
  for (const item of header.split(',', 50)) {
    const match =
      /^\s*([a-z]{1,8}|\*)(?:-[a-z0-9-]{1,64})?\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i.exec(item);
    const range = match?.[1]?.toLowerCase();
    if (range === undefined) continue;
    const quality = match?.[2] === undefined ? 1 : Number(match[2]);
    qualities.set(range, Math.max(quality, qualities.get(range) ?? 0));
  }
  const of = (lang: Language) => qualities.get(lang) ?? qualities.get('*') ?? 0;
  return of('th') > of('en') ? 'th' : 'en';
}

/** `lang` as the query holds it: absent, or exactly one of the languages. */
export function chooseLanguage(lang: unknown, header: string | undefined): Outcome<Language> {
  if (lang === undefined) return ok(negotiate(header));
  const known = LANGUAGES.find((one) => one === lang);
  if (known) return ok(known);
  return refuseMember('/lang', 'must be th or en, once');
}
