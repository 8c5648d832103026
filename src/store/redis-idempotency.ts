/**
 * Exactly-once bookkeeping that all instances share: one hash a key, each step one script. Fails closed: with Redis away a
 * key is `unavailable`, and so is one that holds what is not ours. The owner of an unfinished record remembers it here: an
 * answer that could not be stored is stored when Redis comes back, a record that Redis lost is written again by the next
 * heartbeat, and a claim whose reply never came is released, since nothing was sent under it.
 */

import { DEFAULT_ALIVE_MS, type IdempotencyOptions } from './memory-idempotency.ts';
import type { IdempotencyState, IdempotencyStore } from './ports.ts';
import { KEY_PREFIX, RedisAway, type RedisLink, script } from './redis-link.ts';

const NOW = `local time = redis.call('TIME') local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/**
 * ARGV: fingerprint, claim (empty: only look), ttl, how long an owner may be silent. A beat from the future is of before the
 * clock was set back: the owner's silence is counted from now on, or a dead one would be waited for until that time.
 */
const BEGIN = script(`
${NOW}
local found = redis.call('HMGET', KEYS[1], 'fingerprint', 'state', 'beat', 'result')
if not found[1] then
  if redis.call('EXISTS', KEYS[1]) == 1 then return {'unavailable'} end
  if ARGV[2] ~= '' then
    redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'claim', ARGV[2], 'state', 'running', 'beat', now)
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
  end
  return {'fresh'}
end
if found[1] ~= ARGV[1] then return {'conflict'} end
if found[2] == 'done' then return {'done', found[4]} end
local silence = now - (tonumber(found[3]) or 0)
if silence < 0 then redis.call('HSET', KEYS[1], 'beat', now) end
if silence > tonumber(ARGV[4]) then return {'abandoned', found[4]} end
return {'running', found[4]}
`);

/**
 * ARGV: claim, fingerprint (empty: unknown here), ttl, state, result or nothing. Only the owner writes; where the whole record
 * is lost and nobody has bound the key since, the owner binds it again.
 */
const WRITE = script(`
${NOW}
local found = redis.call('HMGET', KEYS[1], 'claim', 'state')
if not found[1] and ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[2], 'claim', ARGV[1])
elseif found[1] ~= ARGV[1] or (found[2] == 'done' and ARGV[4] ~= 'done') then
  return 0
end
redis.call('HSET', KEYS[1], 'state', ARGV[4], 'beat', now)
if ARGV[5] then redis.call('HSET', KEYS[1], 'result', ARGV[5]) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`);

/** ARGV: claim. */
const RELEASE = script(`
local found = redis.call('HMGET', KEYS[1], 'claim', 'state')
if found[1] == ARGV[1] and found[2] ~= 'done' then return redis.call('DEL', KEYS[1]) end
return 0
`);

type Owned = {
  readonly claim: string;
  readonly fingerprint: string;
  readonly ttlMs: number;
  readonly state: 'running' | 'done';
  readonly result: string | null;
};

/** Of both memories below; the oldest goes. Far above what the send budget lets be under way. */
const MAX_REMEMBERED = 10_000;

export function createRedisIdempotency(
  link: RedisLink,
  { aliveMs = DEFAULT_ALIVE_MS }: IdempotencyOptions = {},
): IdempotencyStore {
  const name = (key: string) => `${KEY_PREFIX}idempotency:${key}`;
  /** Bound here and not known to be stored as done. */
  const owned = new Map<string, Owned>();
  /** By claim, the key that may hold it though nobody works under it. */
  const orphans = new Map<string, string>();

  const ask = async (key: string, fingerprint: string, claim: string, ttlMs: number): Promise<IdempotencyState> =>
    readState(await link.evaluate(BEGIN, name(key), [fingerprint, claim, Math.ceil(ttlMs), aliveMs]));

  const write = async (key: string, record: Owned) => {
    const { claim, fingerprint, ttlMs, state, result } = record;
    const args = [claim, fingerprint, Math.ceil(ttlMs), state, ...(result === null ? [] : [result])];
    await link.evaluate(WRITE, name(key), args);
    if (state === 'done' && owned.get(key) === record) owned.delete(key);
  };

  const release = async (key: string, claim: string) => {
    remember(orphans, claim, key);
    try {
      await link.evaluate(RELEASE, name(key), [claim]);
    } catch (error) {
      if (error instanceof RedisAway) return;
    }
    orphans.delete(claim);
  };

  link.onUp(() => {
    for (const [key, record] of owned) write(key, record).catch(later);
    for (const [claim, key] of orphans) release(key, claim);
  });

  return {
    async begin(key, fingerprint, claim, ttlMs) {
      const reached = link.status() === 'up';
      try {
        const mine = owned.get(key);
        // Ours is under way here: a key that looks free was lost by Redis, not by us.
        if (mine !== undefined && (await ask(key, fingerprint, '', 1)).state === 'fresh') await write(key, mine);
        const state = await ask(key, fingerprint, claim, ttlMs);
        if (state.state === 'fresh') {
          remember(owned, key, { claim, fingerprint, ttlMs, state: 'running', result: null });
        }
        return state;
      } catch {
        // Redis may bind it yet, when it reads what it was sent.
        if (reached) release(key, claim);
        return { state: 'unavailable' };
      }
    },
    look: (key, fingerprint) => ask(key, fingerprint, '', 1).catch(() => ({ state: 'unavailable' })),
    async finish(key, claim, result, ttlMs, state = 'done') {
      const mine = owned.get(key);
      const fingerprint = mine?.claim === claim ? mine.fingerprint : '';
      const record: Owned = { claim, fingerprint, ttlMs, state, result };
      if (fingerprint !== '') owned.set(key, record);
      await write(key, record).catch(later);
    },
    async release(key, claim) {
      if (owned.get(key)?.claim === claim) owned.delete(key);
      await release(key, claim);
    },
    async heartbeat(key, claim) {
      const mine = owned.get(key);
      if (mine?.claim === claim) await write(key, mine).catch(later);
    },
  };
}

/** It stays remembered, and is tried again when Redis comes back. */
const later = () => {};

function remember<V>(memory: Map<string, V>, key: string, value: V): void {
  if (memory.size >= MAX_REMEMBERED) {
    for (const oldest of memory.keys()) {
      memory.delete(oldest);
      break;
    }
  }
  memory.set(key, value);
}

function readState(reply: unknown): IdempotencyState {
  const [state, text]: unknown[] = Array.isArray(reply) ? reply : [];
  const result = typeof text === 'string' ? text : null;
  switch (state) {
    case 'fresh':
    case 'conflict':
      return { state };
    case 'running':
    case 'abandoned':
      return { state, result };
    case 'done':
      return result === null ? { state: 'unavailable' } : { state, result };
    default:
      return { state: 'unavailable' };
  }
}
