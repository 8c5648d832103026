/**
 * The cache of every instance: Redis behind a layer in this process. Fails open: Redis away, the process goes on with what it
 * has; a value that does not read as ours is a miss. A value carries its times, so one GET tells the process how long it may
 * keep it, and a copy is never served past them. For `layerMs` the copy is served without asking: that long an instance
 * may not see what another has written since. Redis' own word that a key is gone is believed.
 */

import type { Entry, MemoryCache } from './memory-cache.ts';
import type { CacheHit, SyncCache } from './ports.ts';
import { KEY_PREFIX, type RedisLink } from './redis-link.ts';

export type LayeredCacheOptions = {
  /** How long a copy is served without asking Redis. */
  readonly layerMs?: number;
  /** Off: every read asks Redis, and nothing is kept in process. */
  readonly inProcess?: boolean;
  /** Milliseconds since 1970, as the other instances know them. */
  readonly wallClock?: () => number;
};

/** Larger values stay in process. */
const MAX_VALUE_LENGTH = 1 << 20;

/** `m1`, when it expires and until when it is current, 13 digits each (until the year 2286), a colon, the value. */
const HEADER = /^m1(\d{13})(\d{13}):/;
const HEADER_LENGTH = 29;

const seal = (value: string, expiresAt: number, freshUntil: number) =>
  `m1${String(Math.floor(expiresAt)).padStart(13, '0')}${String(Math.floor(freshUntil)).padStart(13, '0')}:${value}`;

export function createLayeredCache(
  memory: MemoryCache,
  link: RedisLink,
  { layerMs = 5000, inProcess = true, wallClock = Date.now }: LayeredCacheOptions = {},
): SyncCache {
  const name = (key: string) => `${KEY_PREFIX}cache:${key}`;
  const current = (entry: Entry | undefined) =>
    entry !== undefined && entry.heldUntil > memory.now() ? entry : undefined;

  const keep = (key: string, value: string, ttlMs: number, freshMs: number, heldMs = layerMs) => {
    if (inProcess) memory.put(key, value, ttlMs, freshMs, heldMs);
  };

  const open = (key: string, sealed: string | null): CacheHit | undefined => {
    const header = sealed === null ? null : HEADER.exec(sealed);
    const now = wallClock();
    const ttlMs = Number(header?.[1]) - now;
    if (sealed === null || header === null || ttlMs <= 0) {
      memory.drop(key);
      return undefined;
    }
    const value = sealed.slice(HEADER_LENGTH);
    const freshMs = Number(header[2]) - now;
    keep(key, value, ttlMs, freshMs);
    return { value, layer: 'redis', freshMs };
  };

  const get = async (key: string): Promise<CacheHit | undefined> => {
    const copy = inProcess ? memory.entry(key) : undefined;
    const mine = current(copy);
    if (mine === undefined && link.status() === 'up') {
      try {
        return open(key, await link.run('GET', (client) => client.get(name(key))));
      } catch {
        // The copy, if there is one, is the best there is.
      }
    }
    return copy && { value: copy.value, layer: 'memory', freshMs: copy.freshUntil - memory.now() };
  };

  const set = async (key: string, value: string, ttlMs: number, freshMs = ttlMs) => {
    if (!(ttlMs >= 1)) return;
    const shared = value.length <= MAX_VALUE_LENGTH;
    keep(key, value, ttlMs, freshMs, shared ? layerMs : ttlMs);
    if (!shared) return;
    const now = wallClock();
    const sealed = seal(value, now + ttlMs, now + Math.min(freshMs, ttlMs));
    await link.run('SET', (client) => client.set(name(key), sealed, 'PX', Math.floor(ttlMs))).catch(() => {});
  };

  return {
    get,
    set,
    getSync: (key) => current(memory.entry(key))?.value,
    async delete(key) {
      memory.drop(key);
      await link.run('DEL', (client) => client.del(name(key))).catch(() => {});
    },
  };
}
