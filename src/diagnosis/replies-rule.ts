/** One rule that ties words or codes to a cause, and the short forms in which the rules are written. Pure. */

import type { Cause } from '../texts/replies.ts';
import type { Provider } from './replies-providers.ts';

export type Rule = {
  /** Whose words they are; null: anybody's. */
  readonly provider: Provider | null;
  readonly cause: Cause;
  /** Must be in the reply's text. Alternatives of plain words with bounded gaps, so that no text costs more than its length. */
  readonly text?: RegExp;
  /** The enhanced code must be this. */
  readonly enhanced?: RegExp;
  readonly code?: RegExp;
  /** The provider must show by a name or host in or around the reply: for codes that it uses in its own way. */
  readonly hinted?: true;
};

/** Words. */
export const rule = (provider: Provider | null, cause: Cause, text: RegExp, code?: RegExp): Rule =>
  code === undefined ? { provider, cause, text } : { provider, cause, text, code };

/** A number that nobody else uses. */
export const numbered = (provider: Provider, cause: Cause, enhanced: RegExp): Rule => ({ provider, cause, enhanced });

/** A number that others use for something else. */
export const inItsWay = (provider: Provider, cause: Cause, enhanced: RegExp): Rule => ({
  provider,
  cause,
  enhanced,
  hinted: true,
});

/** Only where something is refused. */
export const FAILS = /^[45]/;
