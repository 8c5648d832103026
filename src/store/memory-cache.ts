/**
 * The in-process cache: least recently used values within a number of bytes, keys and overhead counted. Never does I/O and
 * never keeps a value past its ttl. Synchronous inside, so that a cached answer costs no turn of the event loop. A value
 * that alone is larger than the bound is not kept.
 */

import { LRUCache } from 'lru-cache';
import type { CacheHit, SyncCache } from './ports.ts';

export type Clock = () => number;

/** Times are of the cache's own clock. */
export type Entry = {
  readonly value: string;
  readonly expiresAt: number;
  readonly freshUntil: number;
  /** Until when a store behind this one need not be asked. */
  readonly heldUntil: number;
};

export interface MemoryCache extends SyncCache {
  /** The entry while it lives, current or not. */
  entry(key: string): Entry | undefined;
  put(key: string, value: string, ttlMs: number, freshMs?: number, heldMs?: number): void;
  drop(key: string): void;
  /** The clock that entries are told in. */
  now(): number;
  /** Counted, not guessed: payload and the measured overhead. */
  readonly bytes: number;
  readonly entries: number;
}

export type MemoryCacheOptions = {
  readonly maxBytes: number;
  /** Milliseconds, never going back. */
  readonly clock?: Clock;
};

/** What an entry costs beyond its key and value, rounded up from bench/store-memory.ts. */
const ENTRY_OVERHEAD = 256;

/** Each write looks at this many older entries: expired ones nobody asks for leave without a timer or a long pause. */
const SWEEP_STEP = 4;

const NEEDS_TWO_BYTES = /[^\u0000-\u00ff]/;

/** V8 keeps a string in one byte a character unless one of them needs two. */
const heapBytes = (text: string) => (NEEDS_TWO_BYTES.test(text) ? 2 * text.length : text.length);

export function createMemoryCache({ maxBytes, clock = () => performance.now() }: MemoryCacheOptions): MemoryCache {
  const lru = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    sizeCalculation: (entry, key) => heapBytes(key) + heapBytes(entry.value) + ENTRY_OVERHEAD,
  });
  let older = lru.rkeys();
  let visited: string | undefined;

  /** Removes a key only after the iterator has stepped past it: a removed entry's slot is used again, and would lead astray. */
  const sweepSome = (now: number) => {
    for (let step = 0; step < SWEEP_STEP; step++) {
      const next = older.next();
      const entry = visited === undefined ? undefined : lru.peek(visited);
      if (visited !== undefined && entry !== undefined && entry.expiresAt <= now) lru.delete(visited);
      visited = next.done ? undefined : next.value;
      if (next.done) {
        older = lru.rkeys();
        return;
      }
    }
  };

  const entry = (key: string) => {
    const found = lru.get(key);
    if (found === undefined) return undefined;
    if (found.expiresAt > clock()) return found;
    lru.delete(key);
    return undefined;
  };

  const put = (key: string, value: string, ttlMs: number, freshMs = ttlMs, heldMs = freshMs) => {
    const now = clock();
    sweepSome(now);
    if (!(ttlMs > 0)) lru.delete(key);
    else {
      const freshUntil = now + Math.min(freshMs, ttlMs);
      lru.set(key, { value, expiresAt: now + ttlMs, freshUntil, heldUntil: Math.min(freshUntil, now + heldMs) });
    }
  };

  const drop = (key: string) => {
    lru.delete(key);
  };

  return {
    entry,
    put,
    drop,
    now: clock,
    getSync: (key) => entry(key)?.value,
    get(key) {
      const found = entry(key);
      return Promise.resolve<CacheHit | undefined>(
        found && { value: found.value, layer: 'memory', freshMs: found.freshUntil - clock() },
      );
    },
    set(key, value, ttlMs, freshMs) {
      put(key, value, ttlMs, freshMs);
      return Promise.resolve();
    },
    delete(key) {
      drop(key);
      return Promise.resolve();
    },
    get bytes() {
      return lru.calculatedSize;
    },
    get entries() {
      return lru.size;
    },
  };
}
