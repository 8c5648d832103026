/**
 * What the service asks of a store, with the failure rule of each port. Two adapters hold each, `memory-*.ts` and
 * `redis-*.ts`, proven by one contract suite. Keys are given without the `mxscope:` prefix, which the Redis adapter adds.
 */

/**
 * Bytes under a key for a time. Fails open: a read that fails is a miss, a write that fails is forgotten; neither throws.
 * Values are strings; who reads one validates it.
 */
export interface Cache {
  get(key: string): Promise<CacheHit | undefined>;
  /**
   * `ttlMs` > 0 is kept at most that long; the in-process adapter may drop it sooner to stay inside its bytes. `freshMs`
   * (default `ttlMs`) is how long the value is current: a value kept beyond that, for a stale window, is served from the
   * process only when the shared store has nothing newer, so that one instance's refresh spares the others theirs.
   */
  set(key: string, value: string, ttlMs: number, freshMs?: number): Promise<void>;
  delete(key: string): Promise<void>;
}

/** A cache whose in-process layer can be asked without a promise: for paths where a microtask a request counts. */
export interface SyncCache extends Cache {
  /** What the in-process layer may serve now; undefined says nothing about other layers. */
  getSync(key: string): string | undefined;
}

export type CacheHit = {
  readonly value: string;
  readonly layer: 'memory' | 'redis';
  /**
   * How long the value stays current, 0 or less where it is kept beyond that. In process it is told by a clock that nobody
   * sets: whoever finds a later end in the value itself knows that the wall clock was set back since.
   */
  readonly freshMs: number;
};

/** The budget named by the key: at most `limit` takes in any half-open window of `windowMs` (sliding, exact). */
export type Budget = { readonly key: string; readonly limit: number; readonly windowMs: number };

/** `resetMs`: until the oldest take leaves the window and one more is free; 0 when the whole budget is free. */
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
  /**
   * Stores the answer under a key bound by the same claim, which may do so again: what is known so far is stored as
   * `running` and replaced later. A store that is away gets it when it comes back.
   */
  finish(key: string, claim: string, result: string, ttlMs: number, state?: 'running' | 'done'): Promise<void>;
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
