/** The contract suites on a real Redis, with two connections as two instances, and what only shared stores can show. */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryCache } from '../../src/store/memory-cache.ts';
import type { Cache, Flights, IdempotencyStore, RateLimiter } from '../../src/store/ports.ts';
import { createLayeredCache } from '../../src/store/redis-cache.ts';
import { createRedisFlights } from '../../src/store/redis-flights.ts';
import { createRedisIdempotency } from '../../src/store/redis-idempotency.ts';
import { createRedisLimiter } from '../../src/store/redis-limiter.ts';
import { connectRedis, type RedisLink, redisStatus } from '../../src/store/redis-link.ts';
import { startRedis, type TestRedis } from '../helpers/redis.ts';
import { cacheContract } from './cache.contract.ts';
import { flightsContract } from './flights.contract.ts';
import { ALIVE_MS, idempotencyContract } from './idempotency.contract.ts';
import { limiterContract } from './limiter.contract.ts';

/** Most values here are current for a minute. */
const FRESH = expect.closeTo(60_000, -4);

let redis: TestRedis;
let links: [RedisLink, RedisLink];

beforeAll(async () => {
  redis = await startRedis();
  // A machine that is busy with other tests is not a Redis that is away.
  links = [connectRedis(redis.url, { timeoutMs: 5000 }), connectRedis(redis.url, { timeoutMs: 5000 })];
  expect(await Promise.all(links.map((link) => link.whenUp(5000)))).toEqual([true, true]);
});

afterAll(async () => {
  for (const link of links) link.close();
  await redis.close();
});

const memory = () => createMemoryCache({ maxBytes: 1 << 24 });

/** Built at first use: the links exist only once the suite runs. */
const once = <T>(make: () => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

test('commands arrive in the order they were asked, from whatever phase of whichever turn', async () => {
  const [link] = links;
  let asked = 0;
  let lanes = 20;
  const sent: Promise<number>[] = [];
  const ask = () => {
    const n = String(asked++);
    sent.push(link.run('SET', (client) => client.rpush('mxscope:order', n)));
  };
  const phases: readonly ((run: () => void) => void)[] = [setImmediate, setTimeout, queueMicrotask, process.nextTick];
  const later = (hops: number) => {
    ask();
    if (hops === 0) {
      lanes--;
      return;
    }
    phases[asked % phases.length]?.(() => later(hops - 1));
    if (asked % 5 === 0) ask();
  };
  for (let lane = lanes; lane > 0; lane--) later(25);
  while (lanes > 0) await sleep(5);
  await Promise.all(sent);
  const arrived = await link.run('GET', (client) => client.lrange('mxscope:order', 0, -1));
  expect(arrived).toEqual(Array.from({ length: asked }, (_, n) => String(n)));
});

describe('layered cache', () => {
  cacheContract(once<Cache>(() => createLayeredCache(memory(), links[0])));

  test('one instance finds what another wrote, then has it in process', async () => {
    const [a, b] = [createLayeredCache(memory(), links[0]), createLayeredCache(memory(), links[1])];
    await a.set('shared', 'value', 60_000);
    expect(await a.get('shared')).toEqual({ value: 'value', layer: 'memory', freshMs: FRESH });
    expect(b.getSync('shared')).toBeUndefined();
    expect(await b.get('shared')).toEqual({ value: 'value', layer: 'redis', freshMs: FRESH });
    expect(await b.get('shared')).toEqual({ value: 'value', layer: 'memory', freshMs: FRESH });
    expect(b.getSync('shared')).toBe('value');
  });

  test('a copy in process never outlives the value', async () => {
    const [a, b] = [createLayeredCache(memory(), links[0]), createLayeredCache(memory(), links[1])];
    await a.set('short', 'value', 700);
    await sleep(100);
    expect((await b.get('short'))?.layer).toBe('redis');
    await sleep(650);
    expect(b.getSync('short')).toBeUndefined();
    expect(await b.get('short')).toBeUndefined();
  });

  test('what another instance renewed or deleted is seen after the layer’s time', async () => {
    const [a, b] = [createLayeredCache(memory(), links[0]), createLayeredCache(memory(), links[1], { layerMs: 50 })];
    await a.set('renewed', 'old', 60_000);
    expect((await b.get('renewed'))?.value).toBe('old');
    await a.set('renewed', 'new', 60_000);
    await sleep(60);
    expect(await b.get('renewed')).toEqual({ value: 'new', layer: 'redis', freshMs: FRESH });
    await a.delete('renewed');
    await sleep(60);
    expect(await b.get('renewed')).toBeUndefined();
  });

  test('a copy past its freshness is not served while another instance has a newer value', async () => {
    const [a, b] = [createLayeredCache(memory(), links[0]), createLayeredCache(memory(), links[1])];
    await a.set('stale', 'old', 60_000, 60);
    expect((await b.get('stale'))?.value).toBe('old');
    await sleep(70);
    await a.set('stale', 'new', 60_000, 60_000);
    expect(await b.get('stale')).toEqual({ value: 'new', layer: 'redis', freshMs: FRESH });
  });

  test('the in-process layer can be off', async () => {
    const bare = createLayeredCache(memory(), links[0], { inProcess: false });
    await bare.set('bare', 'value', 60_000);
    for (let i = 0; i < 2; i++)
      expect(await bare.get('bare')).toEqual({ value: 'value', layer: 'redis', freshMs: FRESH });
    expect(bare.getSync('bare')).toBeUndefined();
  });

  test.each([
    ['text', 'SET mxscope:cache:garbage hello'],
    ['a header without times', 'SET mxscope:cache:garbage m1:value'],
    ['a value that says it has expired', 'SET mxscope:cache:garbage m100000000000010000000000001:value'],
    ['a list', 'RPUSH mxscope:cache:garbage m1 x'],
  ])('garbage under our key is a miss, and is written over: %s', async (_what, command) => {
    await redis.command('DEL mxscope:cache:garbage');
    await redis.command(command);
    const cache = createLayeredCache(memory(), links[0], { inProcess: false });
    expect(await cache.get('garbage')).toBeUndefined();
    await cache.set('garbage', 'value', 60_000);
    expect((await cache.get('garbage'))?.value).toBe('value');
    expect(redisStatus(links[0])).toBe('up');
  });

  test('a value too large for Redis stays in process for all its time', async () => {
    const cache = createLayeredCache(memory(), links[0], { layerMs: 10 });
    await cache.set('large', 'x'.repeat((1 << 20) + 1), 60_000);
    await sleep(20);
    expect((await cache.get('large'))?.layer).toBe('memory');
    expect(await redis.command('EXISTS mxscope:cache:large')).toBe(':0\r\n');
  });

  test('keys begin with our prefix and expire', async () => {
    await createLayeredCache(memory(), links[0]).set('named', 'value', 60_000);
    expect(Number((await redis.command('PTTL mxscope:cache:named')).slice(1))).toBeGreaterThan(59_000);
  });
});

describe('shared limits', () => {
  limiterContract(once<[RateLimiter, RateLimiter]>(() => [createRedisLimiter(links[0]), createRedisLimiter(links[1])]));

  test('exact at the edge of the window, by the times Redis itself noted', async () => {
    const limiter = [createRedisLimiter(links[0]), createRedisLimiter(links[1])] as const;
    const budget = { key: 'edge', limit: 4, windowMs: 60 };
    const passed: number[] = [];
    let refused = 0;
    // Until it has been seen often enough: a busy machine takes longer.
    for (let i = 0; passed.length < 45 || refused <= 20; i++) {
      const take = await (i % 2 ? limiter[0] : limiter[1]).take(budget);
      const noted = take.ok && (await links[0].run('GET', (client) => client.lindex('mxscope:limit:edge', 0)));
      // Nothing where this process was kept so long that the note had left the window: the next one is later still.
      if (noted) passed.push(Number(noted));
      if (!take.ok) refused++;
      // Half the waits end as near to the edge as a timer can.
      if (!take.ok) await sleep(i % 2 ? take.retryAfterMs : Math.random() * 20);
    }
    const windows = passed.slice(budget.limit).map((time, i) => time - (passed[i] ?? 0));
    expect(windows.length).toBeGreaterThan(40);
    expect(Math.min(...windows)).toBeGreaterThanOrEqual(60_000);
    expect(refused).toBeGreaterThan(20);
  });

  test('a take given back by one instance is free for the other', async () => {
    const [a, b] = [createRedisLimiter(links[0]), createRedisLimiter(links[1])];
    const one = { key: 'given', limit: 1, windowMs: 60_000 };
    expect((await a.take(one)).ok).toBe(true);
    expect((await b.take(one)).ok).toBe(false);
    await a.giveBack(one);
    expect((await b.take(one)).ok).toBe(true);
  });

  test('the list holds no more than the budget, and expires with the window', async () => {
    const limiter = createRedisLimiter(links[0]);
    const five = { key: 'capped', limit: 5, windowMs: 60_000 };
    for (let i = 0; i < 12; i++) await limiter.take(five);
    expect(await redis.command('LLEN mxscope:limit:capped')).toBe(':5\r\n');
    expect(Number((await redis.command('PTTL mxscope:limit:capped')).slice(1))).toBeGreaterThan(59_000);
  });

  test.each([
    ['text', 'SET mxscope:limit:garbage hello'],
    ['a list of words', 'RPUSH mxscope:limit:garbage a b c'],
    ['times far in the future', 'RPUSH mxscope:limit:garbage 9000000000000000 9000000000000000'],
    ['not a number', 'RPUSH mxscope:limit:garbage nan inf'],
  ])('garbage under the key passes nobody beyond the budget and locks nobody out: %s', async (_what, command) => {
    await redis.command('DEL mxscope:limit:garbage');
    await redis.command(command);
    const limiter = createRedisLimiter(links[0]);
    const takes = [];
    for (let i = 0; i < 4; i++) takes.push(await limiter.take({ key: 'garbage', limit: 3, windowMs: 10_000 }));
    expect(takes.map(({ ok }) => ok)).toEqual([true, true, true, false]);
    expect(redisStatus(links[0])).toBe('up');
  });
});

/** Times are Redis' own: what it noted in the future, it noted before its clock was set back. */
describe('where the clock of Redis was set back', () => {
  const MINUTE = 60_000;
  const HOUR = 60 * MINUTE;
  const later = async (ms: number) => {
    const [seconds = '', micros = ''] = (await redis.command('TIME')).match(/(?<=\r\n)\d+(?=\r\n)/g) ?? [];
    return BigInt(seconds) * 1_000_000n + BigInt(micros) + BigInt(ms) * 1_000n;
  };

  test('by less than the window, a budget is not shut until the old time is reached again', async () => {
    const limiter = createRedisLimiter(links[0]);
    const two = { key: 'set-back', limit: 2, windowMs: HOUR };
    // Two takes, 20 minutes apart, the last one just now; then it went back by 50 minutes.
    const newest = await later(50 * MINUTE);
    await redis.command(`RPUSH mxscope:limit:set-back ${newest} ${newest - BigInt(20 * MINUTE) * 1_000n}`);
    const refused = await limiter.take(two);
    if (refused.ok) throw new Error('a third take passed');
    expect(refused.retryAfterMs).toBeGreaterThan(39 * MINUTE);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(40 * MINUTE);
    expect(Number((await redis.command('PTTL mxscope:limit:set-back')).slice(1))).toBeGreaterThan(59 * MINUTE);
    await limiter.giveBack(two);
    expect((await limiter.take(two)).ok).toBe(true);
    expect((await limiter.take(two)).ok).toBe(false);
  });

  test('a dead owner of a key is found dead all the same, and a living one is not taken for dead', async () => {
    const store = createRedisIdempotency(links[0], { aliveMs: 300 });
    await store.begin('set-back', 'f', 'claim', HOUR);
    const beat = (await later(HOUR)) / 1_000n;
    await redis.command(`HSET mxscope:idempotency:set-back beat ${beat}`);
    expect(await store.look('set-back', 'f')).toEqual({ state: 'running', result: null });
    await sleep(350);
    expect(await store.look('set-back', 'f')).toEqual({ state: 'abandoned', result: null });
  });

  test('the lease of a dead owner ends all the same', async () => {
    await redis.command(`SET mxscope:flight:set-back somebody PX ${HOUR}`);
    const flights = createRedisFlights(links[0], { leaseMs: 300 });
    const began = performance.now();
    await flights.run(
      'set-back',
      async () => 'mine',
      async () => undefined,
      began + 10_000,
    );
    expect(performance.now() - began).toBeGreaterThan(250);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe('shared idempotency', () => {
  const peers = once<[IdempotencyStore, IdempotencyStore]>(() => [
    createRedisIdempotency(links[0], { aliveMs: ALIVE_MS }),
    createRedisIdempotency(links[1], { aliveMs: ALIVE_MS }),
  ]);
  idempotencyContract(peers);

  test('another instance sees the state and the answer', async () => {
    const [a, b] = peers();
    await a.begin('seen', 'f', 'claim', 60_000);
    expect(await b.look('seen', 'f')).toEqual({ state: 'running', result: null });
    await a.finish('seen', 'claim', 'ไทย', 60_000);
    expect(await b.begin('seen', 'f', 'claim-2', 60_000)).toEqual({ state: 'done', result: 'ไทย' });
  });

  test('what is not ours under the key is never taken for a free key', async () => {
    const [a] = peers();
    await redis.command('SET mxscope:idempotency:text hello');
    await redis.command('HSET mxscope:idempotency:hash some thing');
    expect(await a.begin('text', 'f', 'claim', 60_000)).toEqual({ state: 'unavailable' });
    expect(await a.begin('hash', 'f', 'claim', 60_000)).toEqual({ state: 'unavailable' });
    expect(redisStatus(links[0])).toBe('up');
  });
});

describe('flights over instances', () => {
  flightsContract(once<[Flights, Flights]>(() => [createRedisFlights(links[0]), createRedisFlights(links[1])]));

  test('a lease outlives its time while the work lasts', async () => {
    const [a, b] = [createRedisFlights(links[0], { leaseMs: 600 }), createRedisFlights(links[1], { leaseMs: 600 })];
    let result: string | undefined;
    let runs = 0;
    const work = async () => {
      runs++;
      await sleep(1500);
      result = 'done';
      return result;
    };
    const first = a.run('long', work, async () => result, performance.now() + 5000);
    await sleep(20);
    const second = b.run('long', work, async () => result, performance.now() + 5000);
    expect(await Promise.all([first, second])).toEqual(['done', 'done']);
    expect(runs).toBe(1);
  });

  test('a dead owner holds nobody up for longer than the lease', async () => {
    await redis.command('SET mxscope:flight:dead somebody PX 300');
    const started = performance.now();
    const flights = createRedisFlights(links[0]);
    expect(
      await flights.run(
        'dead',
        async () => 'mine',
        async () => undefined,
        started + 5000,
      ),
    ).toBe('mine');
    expect(performance.now() - started).toBeGreaterThan(250);
    expect(performance.now() - started).toBeLessThan(800);
  });

  test('only the token that took a lease releases it', async () => {
    const flights = createRedisFlights(links[0]);
    const work = async () => {
      await redis.command('SET mxscope:flight:fenced successor PX 60000');
      return 'mine';
    };
    expect(await flights.run('fenced', work, async () => undefined, performance.now() + 5000)).toBe('mine');
    await sleep(50);
    expect(await redis.command('GET mxscope:flight:fenced')).toContain('successor');
  });

  test('a lease is gone when its work is done, or was found done', async () => {
    const flights = createRedisFlights(links[0]);
    await flights.run(
      'gone',
      async () => 1,
      async () => undefined,
      performance.now() + 1000,
    );
    await flights.run(
      'gone',
      async () => 1,
      async () => 2,
      performance.now() + 1000,
    );
    await sleep(50);
    expect(await redis.command('EXISTS mxscope:flight:gone')).toBe(':0\r\n');
  });

  test('what another instance stored a moment ago is found and not done again', async () => {
    const [a, b] = [createRedisFlights(links[0]), createRedisFlights(links[1])];
    const caches = [createLayeredCache(memory(), links[0]), createLayeredCache(memory(), links[1])] as const;
    let asked = 0;
    const resolve = (flights: Flights, cache: Cache, key: string) =>
      flights.run(
        key,
        async () => {
          asked++;
          await sleep(2);
          await cache.set(`answer-${key}`, key, 60_000);
          return key;
        },
        async () => (await cache.get(`answer-${key}`))?.value,
        performance.now() + 5000,
      );
    const keys = Array.from({ length: 200 }, (_, i) => `q${i}`);
    const calls = keys.flatMap((key) => [0, 1, 2, 3].map((i) => resolve(i % 2 ? a : b, caches[i % 2 ? 0 : 1], key)));
    await Promise.all(calls);
    expect(asked).toBe(200);
  });
});
