/** Redis killed, hung, flushed, read-only, absent and coming back: what each port does, and that nobody waits for it. */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryCache } from '../../src/store/memory-cache.ts';
import { createLayeredCache } from '../../src/store/redis-cache.ts';
import { createRedisFlights } from '../../src/store/redis-flights.ts';
import { createRedisIdempotency } from '../../src/store/redis-idempotency.ts';
import { createRedisLimiter } from '../../src/store/redis-limiter.ts';
import { connectRedis, type RedisLink, redisStatus } from '../../src/store/redis-link.ts';
import { freePort, slowPath, startRedis, type TestRedis } from '../helpers/redis.ts';

const TIMEOUT_MS = 300;
const DAY = 86_400_000;

let redis: TestRedis;
let link: RedisLink;
let changes: string[];

const instance = () => ({
  cache: createLayeredCache(createMemoryCache({ maxBytes: 1 << 20 }), link, { layerMs: 20 }),
  limiter: createRedisLimiter(link),
  idempotency: createRedisIdempotency(link, { aliveMs: 5000 }),
  flights: createRedisFlights(link),
});

async function took<T>(promise: Promise<T>): Promise<{ value: T; ms: number }> {
  const started = performance.now();
  const value = await promise;
  return { value, ms: performance.now() - started };
}

beforeEach(async () => {
  redis = await startRedis();
  changes = [];
  link = connectRedis(redis.url, {
    timeoutMs: TIMEOUT_MS,
    probeMs: 100,
    onChange: (status, reason) => changes.push(`${status}: ${reason}`),
  });
  expect(await link.whenUp(5000)).toBe(true);
});

afterEach(async () => {
  link.close();
  redis.thaw();
  await redis.close();
});

const faults: [string, () => void | Promise<void>, () => void | Promise<void>][] = [
  ['killed', () => redis.kill(), () => redis.start()],
  ['hung', () => redis.hang(), () => redis.thaw()],
];

describe.each(faults)('Redis %s', (_name, strike, heal) => {
  test('each port does what its rule says, nobody waits beyond the timeout, and it heals by itself', async () => {
    const { cache, limiter, idempotency, flights } = instance();
    const budget = { key: 'b', limit: 3, windowMs: 60_000 };
    await cache.set('kept', 'value', 60_000);
    await limiter.take(budget);
    await sleep(30);

    await strike();
    const calls = await Promise.all([
      took(cache.get('kept')),
      took(cache.get('other')),
      took(cache.set('during', 'outage', 60_000)),
      took(limiter.take(budget)),
      took(idempotency.begin('k', 'f', 'claim', DAY)),
      took(
        flights.run(
          'w',
          async () => 'worked',
          async () => undefined,
          performance.now() + 5000,
        ),
      ),
    ]);
    expect(calls.map(({ value }) => value)).toMatchObject([
      { value: 'value', layer: 'memory' },
      undefined,
      undefined,
      { ok: true, remaining: 1 },
      { state: 'unavailable' },
      'worked',
    ]);
    for (const { ms } of calls) expect(ms).toBeLessThan(TIMEOUT_MS + 500);
    expect(redisStatus(link)).toBe('down');

    // Known to be away: nothing waits, the budget of this instance still holds.
    const known = await took(
      Promise.all([cache.get('during'), limiter.take(budget), limiter.take(budget), idempotency.look('k', 'f')]),
    );
    expect(known.value).toMatchObject([{ value: 'outage' }, { ok: true }, { ok: false }, { state: 'unavailable' }]);
    expect(known.ms).toBeLessThan(TIMEOUT_MS / 2);

    await heal();
    expect(await link.whenUp(5000)).toBe(true);
    await cache.set('again', 'value', 60_000);
    await sleep(30);
    expect((await cache.get('again'))?.layer).toBe('redis');
    expect((await limiter.take(budget)).ok).toBe(false);
    expect(changes.filter((change) => change.startsWith('up')).length).toBeGreaterThanOrEqual(2);
  });

  test('a claim whose reply never came is released: the key is free when Redis is back', async () => {
    const { idempotency } = instance();
    await strike();
    expect(await idempotency.begin('k', 'f', 'claim', DAY)).toEqual({ state: 'unavailable' });
    await heal();
    expect(await link.whenUp(5000)).toBe(true);
    await sleep(50);
    expect(await idempotency.begin('k', 'f', 'claim-2', DAY)).toEqual({ state: 'fresh' });
  });

  test('an answer that could not be stored is stored when Redis is back', async () => {
    const { idempotency } = instance();
    await idempotency.begin('k', 'f', 'claim', DAY);
    await strike();
    await idempotency.finish('k', 'claim', 'accepted', DAY);
    await heal();
    expect(await link.whenUp(5000)).toBe(true);
    await sleep(50);
    expect(await instance().idempotency.begin('k', 'f', 'claim-2', DAY)).toEqual({ state: 'done', result: 'accepted' });
  });
});

test('a hung Redis is known to be down though nobody asks for anything', async () => {
  redis.hang();
  await sleep(100 + TIMEOUT_MS + 300);
  expect(redisStatus(link)).toBe('down');
});

test('hung for longer than the connection lasts, and a storm of commands meanwhile', async () => {
  const { cache, limiter } = instance();
  redis.hang();
  const until = performance.now() + 1500;
  let asked = 0;
  while (performance.now() < until) {
    await Promise.all([cache.get(`k${asked}`), limiter.take({ key: `l${asked}`, limit: 2, windowMs: 60_000 })]);
    asked++;
    if (asked % 100 === 0) await sleep(5);
  }
  expect(asked).toBeGreaterThan(100);
  redis.thaw();
  expect(await link.whenUp(6000)).toBe(true);
  await cache.set('back', 'value', 60_000);
  expect((await cache.get('back'))?.value).toBe('value');
});

test('flushed: misses, no limit passed twice by one instance, no key bound twice', async () => {
  const { cache, limiter, idempotency, flights } = instance();
  const budget = { key: 'b', limit: 2, windowMs: 60_000 };
  await cache.set('k', 'value', 60_000);
  await limiter.take(budget);
  await limiter.take(budget);
  await idempotency.begin('k', 'f', 'claim', DAY);
  await sleep(30);
  await redis.command('FLUSHALL');
  await redis.command('SCRIPT FLUSH');

  expect(await cache.get('k')).toBeUndefined();
  expect((await limiter.take(budget)).ok).toBe(false);
  expect(await idempotency.begin('k', 'f', 'claim-2', DAY)).toEqual({ state: 'running', result: null });
  await redis.command('FLUSHALL');
  await idempotency.heartbeat('k', 'claim');
  const other = createRedisIdempotency(link);
  expect(await other.begin('k', 'f', 'claim-3', DAY)).toEqual({ state: 'running', result: null });
  await redis.command('FLUSHALL');
  await idempotency.finish('k', 'claim', 'accepted', DAY);
  expect(await other.look('k', 'f')).toEqual({ state: 'done', result: 'accepted' });
  expect(
    await flights.run(
      'w',
      async () => 1,
      async () => undefined,
      performance.now() + 1000,
    ),
  ).toBe(1);
  expect(redisStatus(link)).toBe('up');
});

test('read-only: down for us, and up again when it takes writes', async () => {
  const { cache, limiter, idempotency } = instance();
  await cache.set('k', 'value', 60_000);
  await redis.command(`REPLICAOF 127.0.0.1 ${await freePort()}`);
  expect((await limiter.take({ key: 'b', limit: 2, windowMs: 60_000 })).ok).toBe(true);
  expect(await idempotency.begin('k', 'f', 'claim', DAY)).toEqual({ state: 'unavailable' });
  expect((await cache.get('k'))?.value).toBe('value');
  expect(redisStatus(link)).toBe('down');
  await sleep(500);
  expect(redisStatus(link)).toBe('down');
  await redis.command('REPLICAOF NO ONE');
  expect(await link.whenUp(6000)).toBe(true);
  expect(await idempotency.begin('k', 'f', 'claim-2', DAY)).toEqual({ state: 'fresh' });
});

test('full: writes are refused, so it is down for us until there is room', async () => {
  const { limiter, idempotency } = instance();
  await redis.command('CONFIG SET maxmemory 1');
  await sleep(250);
  expect((await limiter.take({ key: 'b', limit: 2, windowMs: 60_000 })).ok).toBe(true);
  expect(await idempotency.begin('k', 'f', 'claim', DAY)).toEqual({ state: 'unavailable' });
  await redis.command('CONFIG SET maxmemory 0');
  expect(await link.whenUp(5000)).toBe(true);
});

test('slow: the first who wait find out, all others do not wait, and it heals when it is fast again', async () => {
  const path = await slowPath(redis.port);
  const slow = connectRedis(path.url, { timeoutMs: TIMEOUT_MS, probeMs: 100 });
  try {
    expect(await slow.whenUp(5000)).toBe(true);
    const limiter = createRedisLimiter(slow);
    path.delay(2 * TIMEOUT_MS);
    const waits: number[] = [];
    for (let i = 0; i < 30; i++) {
      waits.push((await took(limiter.take({ key: `slow-${i}`, limit: 2, windowMs: 60_000 }))).ms);
      await sleep(20);
    }
    expect(waits.filter((ms) => ms > TIMEOUT_MS / 2)).toHaveLength(1);
    expect(Math.max(...waits)).toBeLessThan(TIMEOUT_MS + 500);
    path.delay(0);
    expect(await slow.whenUp(5000)).toBe(true);
  } finally {
    slow.close();
    path.close();
  }
});

test('however slow the takes were, a refused call passes when it was told to come again', async () => {
  const path = await slowPath(redis.port);
  const slow = connectRedis(path.url, { timeoutMs: 2000 });
  try {
    expect(await slow.whenUp(5000)).toBe(true);
    const limiter = createRedisLimiter(slow);
    const one = { key: 'retry', limit: 1, windowMs: 600 };
    path.delay(200);
    expect((await limiter.take(one)).ok).toBe(true);
    path.delay(0);
    const refused = await limiter.take(one);
    if (refused.ok) throw new Error('passed beyond the budget');
    await sleep(refused.retryAfterMs + 2);
    expect((await limiter.take(one)).ok).toBe(true);
  } finally {
    slow.close();
    path.close();
  }
});

test('a stall of our own is not taken for a Redis that is away', async () => {
  const { limiter } = instance();
  const takes = Array.from({ length: 20 }, (_, i) => limiter.take({ key: `s${i}`, limit: 1, windowMs: 60_000 }));
  const until = performance.now() + 3 * TIMEOUT_MS;
  while (performance.now() < until) {
    // Nothing else runs meanwhile.
  }
  await Promise.all(takes);
  expect(changes).toEqual(['up: answers']);
});

test('absent at start: everything goes on in process, and Redis is used once it comes', async () => {
  const late = await startRedis({ started: false });
  const waiting = connectRedis(late.url, { timeoutMs: TIMEOUT_MS, probeMs: 100 });
  try {
    const cache = createLayeredCache(createMemoryCache({ maxBytes: 1 << 20 }), waiting);
    await cache.set('k', 'value', 60_000);
    expect(await cache.get('k')).toEqual({ value: 'value', layer: 'memory', freshMs: expect.closeTo(60_000, -4) });
    expect(await waiting.whenUp(100)).toBe(false);
    expect([redisStatus(waiting), waiting.trouble(), redisStatus(null)]).toEqual(['down', 'ECONNREFUSED', 'off']);
    await late.start();
    expect(await waiting.whenUp(6000)).toBe(true);
  } finally {
    waiting.close();
    await late.close();
  }
});

test('an owner killed in the middle of its work: a waiter takes over; killed Redis: a waiter works for itself', async () => {
  const flights = createRedisFlights(link);
  await redis.command('SET mxscope:flight:w someone PX 60000');
  const waiting = took(
    flights.run(
      'w',
      async () => 'mine',
      async () => undefined,
      performance.now() + 10_000,
    ),
  );
  await sleep(100);
  await redis.kill();
  const { value, ms } = await waiting;
  expect(value).toBe('mine');
  expect(ms).toBeLessThan(1000);
});

test('nothing of ours is left in the event loop after close', async () => {
  const before = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
  const closing = connectRedis(redis.url);
  await closing.whenUp(2000);
  closing.close();
  await sleep(50);
  expect(process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length).toBeLessThanOrEqual(
    before,
  );
  await expect(closing.run('GET', (client) => client.get('k'))).rejects.toThrow('Redis is away');
});
