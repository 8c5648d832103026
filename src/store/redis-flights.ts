/**
 * One piece of work per key at a time over all instances. In the process one goes first; across processes it needs a lease,
 * which dies with its owner, is renewed while the work lasts, and is released only by the token that took it. Who finds it
 * taken asks `ready` again and again, more seldom each time, and takes the lease over when it is free. Redis away: each
 * process works for itself. Never waits past the deadline, and then works without a lease.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMemoryFlights } from './memory-flights.ts';
import type { Flights } from './ports.ts';
import { KEY_PREFIX, type RedisLink, script } from './redis-link.ts';

const RENEW = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
`);

/** No lease lasts longer than this: one that does, outlived a clock that was set back, and perhaps its owner. */
const CAP = script(`
if redis.call('PTTL', KEYS[1]) > tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return 0
`);

const RELEASE = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);

const FIRST_POLL_MS = 5;
const LAST_POLL_MS = 100;

export type RedisFlightsOptions = {
  /** How long a dead owner holds others up. */
  readonly leaseMs?: number;
};

export function createRedisFlights(link: RedisLink, { leaseMs = 3000 }: RedisFlightsOptions = {}): Flights {
  const inProcess = createMemoryFlights();
  const leases = createLeases(link, leaseMs);

  const acrossInstances = async <T>(
    key: string,
    work: () => Promise<T>,
    ready: () => Promise<T | undefined>,
    deadline: number,
  ): Promise<T> => {
    const token = randomUUID();
    for (let pauseMs = FIRST_POLL_MS; ; pauseMs = Math.min(pauseMs * 2, LAST_POLL_MS)) {
      // Asked behind the lease on the same connection: what its last owner stored is seen by who takes it next.
      const [lease, found] = await Promise.all([leases.take(key, token), ready().catch(nothing)]);
      if (found !== undefined) {
        if (lease === 'mine') leases.release(key, token);
        return found;
      }
      if (lease === 'mine') return await led(work, () => leases.release(key, token));
      const leftMs = deadline - performance.now();
      if (lease === 'away' || leftMs <= 0) return work();
      await sleep(Math.min(leftMs, pauseMs * (0.75 + Math.random() / 2)));
    }
  };

  return {
    run: (key, work, ready, deadline) =>
      inProcess.run(key, () => acrossInstances(key, work, ready, deadline), ready, deadline),
  };
}

const nothing = () => undefined;

async function led<T>(work: () => Promise<T>, release: () => void): Promise<T> {
  try {
    return await work();
  } finally {
    release();
  }
}

/** The leases this process holds. One timer renews them all, and runs only while there are any. */
function createLeases(link: RedisLink, leaseMs: number) {
  const name = (key: string) => `${KEY_PREFIX}flight:${key}`;
  const held = new Map<string, { readonly key: string; renewAt: number }>();
  const renewEveryMs = leaseMs / 3;
  let renewal: NodeJS.Timeout | undefined;

  const renew = () => {
    const now = performance.now();
    for (const [token, lease] of held) {
      if (lease.renewAt > now) continue;
      lease.renewAt = now + renewEveryMs;
      // A lease that is lost stays lost: the work goes on, and at worst is done twice.
      link.evaluate(RENEW, name(lease.key), [token, leaseMs]).catch(() => {});
    }
  };

  return {
    async take(key: string, token: string): Promise<'mine' | 'taken' | 'away'> {
      try {
        const reply = await link.run('SET', (client) => client.set(name(key), token, 'PX', leaseMs, 'NX'));
        if (reply !== 'OK') {
          link.evaluate(CAP, name(key), [leaseMs]).catch(() => {});
          return 'taken';
        }
      } catch {
        return 'away';
      }
      held.set(token, { key, renewAt: performance.now() + renewEveryMs });
      renewal ??= setInterval(renew, renewEveryMs / 2).unref();
      return 'mine';
    },
    /** Not waited for: whoever waits for the lease will see it gone soon enough. */
    release(key: string, token: string): void {
      held.delete(token);
      if (held.size === 0) {
        clearInterval(renewal);
        renewal = undefined;
      }
      link.evaluate(RELEASE, name(key), [token]).catch(() => {});
    },
  };
}
