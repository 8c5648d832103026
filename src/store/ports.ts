/**
 * What the service asks of a store, with the failure rule of each port. Two adapters hold them: `memory.ts` and `redis.ts`,
 * proven by one contract suite. Keys are given without the `mxscope:` prefix, which the Redis adapter adds.
 */

/**
 * Bytes under a key for a time. Fails open: a read that fails is a miss, a write that fails is forgotten; neither throws.
 * Values are strings; who reads one validates it.
 */
export interface Cache {
  get(key: string): Promise<CacheHit | undefined>;
  /** `ttlMs` > 0 is kept at most that long; the in-process adapter may drop it sooner to stay inside its bytes. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
}

export type CacheHit = { readonly value: string; readonly layer: 'memory' | 'redis' };

/** The budget named by the key: at most `limit` takes in any window of `windowMs` (sliding, exact). */
export type Budget = { readonly key: string; readonly limit: number; readonly windowMs: number };

export type Take =
  | { readonly ok: true; readonly remaining: number; readonly resetMs: number }
  | { readonly ok: false; readonly remaining: 0; readonly retryAfterMs: number };

/** Atomic; fails to its in-process twin when Redis is away, so it never throws and is never off. */
export interface RateLimiter {
  take(budget: Budget): Promise<Take>;
  /** Gives the newest take back: a call that was refused later costs nothing. */
  giveBack(budget: Budget): Promise<void>;
  /** What is left, without taking. */
  peek(budget: Budget): Promise<{ readonly remaining: number; readonly resetMs: number }>;
}

/**
 * Exactly-once bookkeeping for sends. Fails closed: with Redis configured and away, `begin` says `unavailable`.
 * `fingerprint` is a hash of the request body; `result` is opaque JSON.
 */
export interface IdempotencyStore {
  /** Binds the key, atomically, unless it is bound. `claim` names the owner of an unfinished record. */
  begin(key: string, fingerprint: string, claim: string, ttlMs: number): Promise<IdempotencyState>;
  /** What the key is bound to now, without binding; `fresh` when unbound. */
  look(key: string, fingerprint: string): Promise<IdempotencyState>;
  /** Stores the answer under a key bound by the same claim. */
  finish(key: string, claim: string, result: string, ttlMs: number): Promise<void>;
  /** Unbinds a key nothing was sent under. */
  release(key: string, claim: string): Promise<void>;
  /** Says the owner lives; a record whose owner fell silent for `aliveMs` is `abandoned`. */
  heartbeat(key: string, claim: string): Promise<void>;
}

export type IdempotencyState =
  | { readonly state: 'fresh' }
  | { readonly state: 'running'; readonly result: string | null }
  | { readonly state: 'abandoned'; readonly result: string | null }
  | { readonly state: 'done'; readonly result: string }
  | { readonly state: 'conflict' }
  | { readonly state: 'unavailable' };

/** One piece of work per key at a time, in this process and, with Redis, across instances (a lease with a fence). */
export interface Flights {
  /**
   * Runs `work` unless someone is at it already; then waits for `ready` to find their result, at most until `deadline`
   * (`performance.now()` ms), and runs `work` itself when they died or took too long.
   */
  run<T>(key: string, work: () => Promise<T>, ready: () => Promise<T | undefined>, deadline: number): Promise<T>;
}
