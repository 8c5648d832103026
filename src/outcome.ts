/**
 * The three kinds of wrong, kept apart. A *finding* is the remote's state and travels as data. A *refusal* is ours to
 * decline and is a value here. A *fault* is our bug or our infrastructure: it is thrown, masked at the door, logged once.
 * Nothing in this file does I/O.
 */

/** Every error code of the public contract (§1) but `internal`, which is a fault and never a value. */
export type RefusalCode =
  | 'invalid-request'
  | 'invalid-domain'
  | 'unauthenticated'
  | 'forbidden'
  | 'target-forbidden'
  | 'recipient-forbidden'
  | 'not-found'
  | 'method-not-allowed'
  | 'idempotency-conflict'
  | 'body-too-large'
  | 'unsupported-media-type'
  | 'rate-limited'
  | 'dns-failure'
  | 'overloaded'
  | 'unavailable'
  | 'dns-timeout';

/** One member of the input that is wrong. `pointer` is an RFC 6901 JSON pointer into the input, `detail` names the rule. */
export type FieldError = { readonly pointer: string; readonly detail: string };

export type LimitScope = 'lookup' | 'client' | 'target' | 'send';

export type Refusal = {
  readonly code: RefusalCode;
  /** For people; names the field or the target and the rule, never a secret, a path or a stack. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** With `rate-limited` only: which budget ran out. */
  readonly scope?: LimitScope;
  /** With `rate-limited`, `overloaded` and `unavailable`: whole seconds until this very call would pass. */
  readonly retryAfterSeconds?: number;
};

const SHORTAGES: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS']);

/** No descriptors or no memory: about us alone, no mistake in the program, and over when others have done. */
export const isShortage = (error: unknown): boolean => SHORTAGES.has((error as NodeJS.ErrnoException | null)?.code);

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export const ok = <T>(value: T): Outcome<T> => ({ ok: true, value });

export const refuse = (
  code: RefusalCode,
  detail: string,
  more: Omit<Refusal, 'code' | 'detail'> = {},
): Outcome<never> => ({
  ok: false,
  refusal: { code, detail, ...more },
});

/** One member of the input breaks a rule; `detail` goes on from the member's name: `must be …`. */
export const refuseMember = (pointer: string, detail: string): Outcome<never> =>
  refuse('invalid-request', `${pointer.slice(1).replaceAll('/', '.')} ${detail}`, { errors: [{ pointer, detail }] });
