/** What an explanation is made of. `{who}` is a provider's name from a closed set, or "the server". Types only. */

import type { Text } from './text.ts';

export type Advice = {
  readonly meaning: Text;
  readonly fix: Text;
  /** Slug of the article that fits. */
  readonly article?: string;
  /** The meaning itself says that it will pass, so that a 4xx needs no further sentence. */
  readonly temporary?: true;
};
