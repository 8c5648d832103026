/** What an operation is, whoever calls it: a validated input, a caller, the services; an Outcome. Knows no transport. */

import type { Language } from '../texts/text.ts';

export type Scope = 'read' | 'probe' | 'send';

/** Who asks. `name` is the key's name, or `loopback` without keys: the owner of budgets, sends and idempotency keys. */
export type Caller = { readonly name: string; readonly scopes: ReadonlySet<Scope> };

export type Context = {
  readonly caller: Caller;
  readonly lang: Language;
  readonly requestId: string;
  /** Fires when the service must stop; a caller who hangs up does not stop work that is shared. */
  readonly signal: AbortSignal;
  /** Filled by metered operations: what the doors answer as `RateLimit` and `RateLimit-Policy`. */
  readonly usage: Usage[];
};

export type Usage = {
  readonly scope: 'lookup' | 'client' | 'target' | 'send';
  readonly limit: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  readonly resetSeconds: number;
};
