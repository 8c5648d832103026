import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMemoryCache } from '../../src/store/memory-cache.ts';
import { createMemoryFlights } from '../../src/store/memory-flights.ts';
import { createMemoryIdempotency } from '../../src/store/memory-idempotency.ts';
import { createMemoryLimiter } from '../../src/store/memory-limiter.ts';
import { cacheContract } from './cache.contract.ts';
import { flightsContract } from './flights.contract.ts';
import { ALIVE_MS, idempotencyContract } from './idempotency.contract.ts';
import { limiterContract } from './limiter.contract.ts';

describe('cache in process', () => {
  const cache = createMemoryCache({ maxBytes: 1 << 20 });
  cacheContract(() => cache);

  test('stays inside its bytes, the least recently used go first', () => {
    const small = createMemoryCache({ maxBytes: 20_000 });
    small.put('kept', 'x'.repeat(1000), 60_000);
    for (let i = 0; i < 200; i++) {
      small.put(`key-${i}`, 'x'.repeat(1000), 60_000);
      expect(small.getSync('kept')).toBeDefined();
      expect(small.bytes).toBeLessThanOrEqual(20_000);
    }
    expect(small.getSync('key-0')).toBeUndefined();
    expect(small.getSync('key-199')).toBeDefined();
    expect(small.entries).toBe(15);
  });

  test('a value larger than the bound is not kept and drives nothing else out', () => {
    const small = createMemoryCache({ maxBytes: 5_000 });
    small.put('a', 'x', 60_000);
    small.put('b', 'x'.repeat(6_000), 60_000);
    expect(small.getSync('a')).toBe('x');
    expect(small.getSync('b')).toBeUndefined();
  });

  test('characters that need two bytes are counted so', () => {
    const [thai, latin] = [createMemoryCache({ maxBytes: 1e6 }), createMemoryCache({ maxBytes: 1e6 })];
    thai.put('k', 'ไ'.repeat(1000), 1000);
    latin.put('k', 'é'.repeat(1000), 1000);
    expect(thai.bytes - latin.bytes).toBe(1000);
  });

  test('expired entries that nobody asks for leave as others are written', () => {
    let now = 0;
    const swept = createMemoryCache({ maxBytes: 1 << 24, clock: () => now });
    for (let i = 0; i < 1000; i++) swept.put(`long-${i}`, 'x', 1e9);
    for (let i = 0; i < 1000; i++) swept.put(`short-${i}`, 'x', 10);
    now = 11;
    for (let i = 0; i < 600; i++) swept.put('same', 'x', 1e9);
    expect(swept.entries).toBe(1001);
  });

  test('a ttl that is no time keeps nothing', () => {
    for (const ttl of [0, -5, Number.NaN]) cache.put('none', 'x', ttl);
    expect(cache.getSync('none')).toBeUndefined();
  });
});

describe('limits in process', () => {
  const limiter = createMemoryLimiter();
  limiterContract(() => [limiter]);

  test('equal to a naive log of every take', () => {
    const step = fc.record({
      advance: fc.integer({ min: 0, max: 40 }),
      act: fc.constantFrom('take', 'take', 'take', 'back', 'peek'),
      key: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.array(step, { maxLength: 120 }), (limit, steps) => {
        let now = 1000;
        const windowMs = 100;
        const model = new Map<string, number[]>();
        const real = createMemoryLimiter({ clock: () => now });
        for (const { advance, act, key } of steps) {
          now += advance;
          const log = (model.get(key) ?? []).filter((at) => at > now - windowMs);
          model.set(key, log);
          const budget = { key, limit, windowMs };
          const free = log.length < limit;
          if (act === 'take' && free) log.push(now);
          const resetMs = log.length === 0 ? 0 : (log[0] ?? 0) + windowMs - now;
          if (act === 'take') {
            expect(real.takeSync(budget)).toEqual(
              free
                ? { ok: true, remaining: limit - log.length, resetMs }
                : { ok: false, remaining: 0, retryAfterMs: resetMs },
            );
          } else if (act === 'back') {
            real.giveBackSync(budget);
            log.pop();
          } else {
            expect(real.peekSync(budget)).toEqual({ remaining: limit - log.length, resetMs });
          }
        }
      }),
    );
  });

  test('idle keys are forgotten and the number of keys is bounded', () => {
    let now = 0;
    const bounded = createMemoryLimiter({ maxKeys: 1000, clock: () => now });
    for (let i = 0; i < 5000; i++) bounded.takeSync({ key: `k${i}`, limit: 5, windowMs: 60_000 });
    expect(bounded.keys).toBe(1000);
    now = 60_001;
    for (let i = 0; i < 1100; i++) bounded.takeSync({ key: 'one', limit: 5000, windowMs: 60_000 });
    expect(bounded.keys).toBe(1);
  });
});

describe('idempotency in process', () => {
  const store = createMemoryIdempotency({ aliveMs: ALIVE_MS });
  idempotencyContract(() => [store]);

  test('full: a new key is unavailable and no living record is lost, until records expire', async () => {
    let now = 0;
    const full = createMemoryIdempotency({ maxRecords: 2, clock: () => now });
    await full.begin('a', 'f', 'c', 1000);
    await full.begin('b', 'f', 'c', 1000);
    expect(await full.begin('c', 'f', 'c', 1000)).toEqual({ state: 'unavailable' });
    expect(await full.begin('a', 'f', 'c2', 1000)).toEqual({ state: 'running', result: null });
    now = 1001;
    expect(await full.begin('c', 'f', 'c', 1000)).toEqual({ state: 'fresh' });
  });
});

describe('flights in process', () => {
  const flights = createMemoryFlights();
  flightsContract(() => [flights]);

  test('waiters share the failure of the one they wait for', async () => {
    let runs = 0;
    const broken = async (): Promise<string> => {
      runs++;
      await sleep(10);
      throw new Error('SERVFAIL');
    };
    const all = Array.from({ length: 5 }, () =>
      flights.run('x', broken, async () => undefined, performance.now() + 1000),
    );
    const settled = await Promise.allSettled(all);
    expect(settled.every(({ status }) => status === 'rejected')).toBe(true);
    expect(runs).toBe(1);
  });
});
