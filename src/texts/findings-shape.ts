/**
 * What the catalogue of findings holds for a code. Pure data shape. `{host}` may stand for several hosts (`a, b`) when
 * findings of one cause were merged (English agrees with their number, as in `{host} {knows|know}`), and for "the mail
 * server" when a pasted session names none.
 */

import type { Text } from './text.ts';

export type FindingWords = { readonly title: Text; readonly explanation: Text; readonly fix: Text };

export type FindingEntry = FindingWords & {
  /** What the finding weighs unless the judge says otherwise for the case at hand. */
  readonly severity: 'info' | 'warning' | 'error';
  readonly references: readonly string[];
  /** Other words for the same code, chosen by `params.variant`; what a variant leaves out is the entry's own. */
  readonly variants?: Readonly<Record<string, Partial<FindingWords>>>;
};

export type FindingEntries = Readonly<Record<string, FindingEntry>>;

/** `rfc(5321, '5.1')` is the section at the RFC editor. */
export const rfc = (number: number, section?: string): string =>
  `https://www.rfc-editor.org/rfc/rfc${number}${section === undefined ? '' : `#section-${section}`}`;

/** A how-to text of this service, as a path of the same origin. */
export const article = (slug: string): string => `/v1/articles/${slug}`;
