/**
 * The exact sliding window that all instances share, in one script on one key: a list of the times of takes by Redis' own
 * clock. Never throws and is never off: the in-process twin counts this instance's takes beside Redis, refuses alone what is
 * certainly too much, and answers alone while Redis is away.
 */

import { createMemoryLimiter, type MemoryLimiter, type Room } from './memory-limiter.ts';
import type { Budget, RateLimiter, Take } from './ports.ts';
import { KEY_PREFIX, type RedisLink, script } from './redis-link.ts';

/**
 * Newest first, in microseconds: two takes of one millisecond are two. What left the window is popped, so each take costs
 * O(1) over its life. Garbage under the key goes. Where the clock was set back, by less than the window, the takes move with it
 * and keep their distances, as if the newest were of this moment: else nobody would pass until the old time is reached again.
 * Returns 1 or 0 for a take that passed or not, what remains, microseconds until the oldest leaves.
 */
const WINDOW = script(`
local key, mode, limit, window = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]) * 1000
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local newest = redis.pcall('LINDEX', key, 0)
if newest then
  newest = type(newest) == 'string' and tonumber(newest)
  if not newest or newest - now > window then redis.call('DEL', key)
  elseif newest > now then
    local takes = redis.call('LRANGE', key, 0, -1)
    redis.call('DEL', key)
    for _, text in ipairs(takes) do
      redis.call('RPUSH', key, string.format('%.0f', (tonumber(text) or 0) - (newest - now)))
    end
    redis.call('PEXPIRE', key, math.ceil(window / 1000))
  end
end
local oldest
while true do
  local text = redis.call('LINDEX', key, -1)
  oldest = text and tonumber(text)
  if not text or (oldest and oldest > now - window and oldest <= now) then break end
  redis.call('RPOP', key)
end
local taken = redis.call('LLEN', key)
local passed = 1
if mode == 'back' and taken > 0 then
  redis.call('LPOP', key)
  taken = taken - 1
elseif mode == 'take' and taken >= limit then
  passed = 0
elseif mode == 'take' then
  redis.call('LPUSH', key, string.format('%.0f', now))
  redis.call('PEXPIRE', key, math.ceil(window / 1000))
  taken = taken + 1
  oldest = oldest or now
end
if taken == 0 then return {passed, limit, 0} end
return {passed, math.max(0, limit - taken), (oldest or now) + window - now}
`);

type Mode = 'take' | 'back' | 'peek';

export function createRedisLimiter(link: RedisLink, twin: MemoryLimiter = createMemoryLimiter()): RateLimiter {
  /** What all instances have taken; undefined when Redis is away or talks nonsense. */
  const shared = async (
    mode: Mode,
    { key, limit, windowMs }: Budget,
  ): Promise<(Room & { passed: boolean }) | undefined> => {
    if (link.status() === 'down') return undefined;
    try {
      return readReply(await link.evaluate(WINDOW, `${KEY_PREFIX}limit:${key}`, [mode, limit, windowMs]));
    } catch {
      return undefined;
    }
  };

  return {
    async take(budget): Promise<Take> {
      // What this instance took is part of what all took: its refusal is final, and survives a Redis that lost its keys.
      const mine = twin.takeSync(budget);
      if (!mine.ok) return mine;
      const ours = await shared('take', budget);
      if (ours === undefined) return mine;
      twin.giveBackSync(budget);
      if (ours.passed) {
        // Noted again at a time after Redis': when the twin says that a call would pass, it passes there too.
        twin.takeSync(budget);
        return { ok: true, remaining: Math.min(mine.remaining, ours.remaining), resetMs: ours.resetMs };
      }
      return { ok: false, remaining: 0, retryAfterMs: ours.resetMs || budget.windowMs };
    },
    async giveBack(budget) {
      twin.giveBackSync(budget);
      await shared('back', budget);
    },
    async peek(budget): Promise<Room> {
      const mine = twin.peekSync(budget);
      const ours = await shared('peek', budget);
      return ours === undefined || mine.remaining < ours.remaining
        ? mine
        : { remaining: ours.remaining, resetMs: ours.resetMs };
    },
  };
}

function readReply(reply: unknown): (Room & { passed: boolean }) | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [passed, remaining, resetMicros] = reply;
  if (!Number.isInteger(remaining) || !Number.isInteger(resetMicros)) return undefined;
  return { passed: passed === 1, remaining, resetMs: resetMicros / 1000 };
}
