/**
 * Exactly-once bookkeeping in this process. Never evicts a living record, since forgetting one could send a message twice:
 * at `maxRecords` a new key is `unavailable`. Nothing survives a restart; what must do so belongs in Redis.
 */

import type { Clock } from './memory-cache.ts';
import type { IdempotencyState, IdempotencyStore } from './ports.ts';

export type IdempotencyOptions = {
  /** A running record whose owner was silent that long is `abandoned`: several heartbeats. */
  readonly aliveMs?: number;
};

export const DEFAULT_ALIVE_MS = 15_000;

type Stored = {
  readonly fingerprint: string;
  readonly claim: string;
  done: boolean;
  result: string | null;
  aliveAt: number;
  expiresAt: number;
};

export function createMemoryIdempotency({
  aliveMs = DEFAULT_ALIVE_MS,
  maxRecords = 100_000,
  clock = () => performance.now(),
}: IdempotencyOptions & { readonly maxRecords?: number; readonly clock?: Clock } = {}): IdempotencyStore {
  /** Written in order of expiry, as long as every caller uses one ttl: the expired stand first. */
  const records = new Map<string, Stored>();

  const living = (key: string, now: number): Stored | undefined => {
    const found = records.get(key);
    return found && found.expiresAt > now ? found : undefined;
  };

  const owned = (key: string, claim: string): Stored | undefined => {
    const found = living(key, clock());
    return found?.claim === claim ? found : undefined;
  };

  const state = (found: Stored | undefined, fingerprint: string, now: number): IdempotencyState => {
    if (found === undefined) return { state: 'fresh' };
    if (found.fingerprint !== fingerprint) return { state: 'conflict' };
    if (found.done && found.result !== null) return { state: 'done', result: found.result };
    return { state: now - found.aliveAt > aliveMs ? 'abandoned' : 'running', result: found.result };
  };

  const dropExpired = (now: number) => {
    for (const [key, record] of records) {
      if (record.expiresAt > now) return;
      records.delete(key);
    }
  };

  return {
    async begin(key, fingerprint, claim, ttlMs) {
      const now = clock();
      const found = living(key, now);
      if (found !== undefined) return state(found, fingerprint, now);
      dropExpired(now);
      if (records.size >= maxRecords) return { state: 'unavailable' };
      records.delete(key);
      records.set(key, { fingerprint, claim, done: false, result: null, aliveAt: now, expiresAt: now + ttlMs });
      return { state: 'fresh' };
    },
    async look(key, fingerprint) {
      const now = clock();
      return state(living(key, now), fingerprint, now);
    },
    async finish(key, claim, result, ttlMs, as = 'done') {
      const found = owned(key, claim);
      if (found === undefined || (found.done && as === 'running')) return;
      const now = clock();
      Object.assign(found, { result, done: as === 'done', aliveAt: now, expiresAt: now + ttlMs });
      records.delete(key);
      records.set(key, found);
    },
    async release(key, claim) {
      if (owned(key, claim)?.done === false) records.delete(key);
    },
    async heartbeat(key, claim) {
      const found = owned(key, claim);
      if (found) found.aliveAt = clock();
    },
  };
}
