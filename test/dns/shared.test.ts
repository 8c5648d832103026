/** One question at a time over two instances on one Redis: who waits for whom, for how long, and who asks when nobody answers. */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type CacheEvent, cached } from '../../src/dns/cached.ts';
import type { Domain } from '../../src/dns/name.ts';
import type { DnsResult, Question, RecordType, Resolver } from '../../src/dns/types.ts';
import { createMemoryCache } from '../../src/store/memory-cache.ts';
import { createLayeredCache } from '../../src/store/redis-cache.ts';
import { createRedisFlights } from '../../src/store/redis-flights.ts';
import { connectRedis, type RedisLink } from '../../src/store/redis-link.ts';
import { startRedis, type TestRedis } from '../helpers/redis.ts';

/** A name a test: what the one before stores late is not found by the next. */
let serial = 0;
let question: Question<'MX'>;
let lease: string;

let redis: TestRedis;
let links: readonly [RedisLink, RedisLink];
let asked: number;
let answer: () => Promise<DnsResult>;
let instances: readonly [Resolver, Resolver];
let events: CacheEvent['what'][];

const found = (ttl = 300): DnsResult<'MX'> => {
  const resolvedAt = Date.now();
  const records = [{ preference: 10, exchange: 'mx.a.test' }];
  const base = { status: 'answer', records, canonical: 'a.test', authenticated: false, source: 'network' } as const;
  return { ok: true, answer: { ...base, ttl, resolvedAt, expiresAt: resolvedAt + ttl * 1_000 } };
};
const failed: DnsResult = { ok: false, failure: { kind: 'failure', detail: 'SERVFAIL' } };
const after = (ms: number, result: () => DnsResult) => async () => {
  await sleep(ms);
  return result();
};
const soon = (ms = 8_000) => ({ deadline: performance.now() + ms });
const sourceOf = (result: DnsResult) => (result.ok ? result.answer.source : result.failure.kind);

async function took<T>(promise: Promise<T>): Promise<{ value: T; ms: number }> {
  const started = performance.now();
  return { value: await promise, ms: performance.now() - started };
}

beforeAll(async () => {
  redis = await startRedis();
  // A machine that is busy with other tests is not a Redis that is away.
  links = [connectRedis(redis.url, { timeoutMs: 3000 }), connectRedis(redis.url, { timeoutMs: 3000 })];
  expect(await Promise.all(links.map((link) => link.whenUp(5000)))).toEqual([true, true]);
});

afterAll(async () => {
  for (const link of links) link.close();
  await redis.close();
});

beforeEach(async () => {
  const name = `n${serial++}.test` as Domain;
  question = { name, type: 'MX' };
  lease = `mxscope:flight:rr:MX:${name}`;
  asked = 0;
  events = [];
  answer = after(60, found);
  const upstream: Resolver = {
    trustedForAd: true,
    async resolve<T extends RecordType>() {
      asked++;
      return (await answer()) as DnsResult<T>;
    },
  };
  const instance = (link: RedisLink) =>
    cached(upstream, createLayeredCache(createMemoryCache({ maxBytes: 1 << 20 }), link), {
      flights: createRedisFlights(link, { leaseMs: 400 }),
      observe: ({ what }) => events.push(what),
    });
  instances = [instance(links[0]), instance(links[1])];
});

describe('one question over two instances', () => {
  test('twenty callers at once are one question upstream, and the answer is told for what it is', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => instances[i % 2 === 0 ? 0 : 1].resolve(question, soon())),
    );
    expect(asked).toBe(1);
    expect(events.toSorted()).toEqual(['miss', 'redis']);
    // Those of one instance share what that instance got.
    expect(new Set(results.map(sourceOf))).toEqual(new Set(['network', 'redis']));
    expect(new Set(results.map((result) => result.ok && result.answer.expiresAt)).size).toBe(1);
    expect(sourceOf(await instances[0].resolve(question, soon()))).toBe('memory');
    expect(await redis.command(`EXISTS ${lease}`)).toBe(':0\r\n');
  });

  test('who comes when the answer has just been stored asks nobody', async () => {
    await instances[0].resolve(question, soon());
    expect(sourceOf(await instances[1].resolve(question, soon()))).toBe('redis');
    expect([asked, events]).toEqual([1, ['miss', 'redis']]);
  });

  test('an expired answer in the store is none', async () => {
    answer = after(1, () => found(1));
    await instances[0].resolve(question, soon());
    await sleep(1_010);
    await Promise.all(instances.map((instance) => instance.resolve(question, soon())));
    expect(asked).toBe(2);
  });

  test('a fresh question waits for no other instance', async () => {
    await redis.command(`SET ${lease} another PX 60000`);
    const { value, ms } = await took(instances[0].resolve(question, { ...soon(), fresh: true }));
    expect(sourceOf(value)).toBe('network');
    expect(ms).toBeLessThan(1_500);
  });

  test.for([
    ['a failure', failed, ['failure', 'failure']],
    ['an answer with a TTL of 0', found(0), ['network', 'network']],
  ] as const)('%s is shared with nobody: each asks, one after the other', async ([, result, sources]) => {
    let [under, most] = [0, 0];
    answer = async () => {
      most = Math.max(most, ++under);
      await sleep(40);
      under--;
      return result;
    };
    const results = await Promise.all(instances.map((instance) => instance.resolve(question, soon())));
    expect(results.map(sourceOf)).toEqual(sources);
    expect([asked, most]).toEqual([2, 1]);
  });
});

describe('an owner that', () => {
  test('died is waited for until its lease is over', async () => {
    await redis.command(`SET ${lease} dead PX 300`);
    const { value, ms } = await took(instances[0].resolve(question, soon()));
    expect([sourceOf(value), asked]).toEqual(['network', 1]);
    expect(ms).toBeGreaterThan(250);
    expect(ms).toBeLessThan(2_500);
  });

  test('holds on and on is waited for half of the time there is', async () => {
    await redis.command(`SET ${lease} stuck PX 1000`);
    const renewal = setInterval(() => redis.command(`PEXPIRE ${lease} 1000`), 100);
    const { value, ms } = await took(instances[0].resolve(question, soon(1_000)));
    clearInterval(renewal);
    expect([sourceOf(value), asked]).toEqual(['network', 1]);
    expect(ms).toBeGreaterThan(480);
    // What is another's stays another's.
    expect(await redis.command(`GET ${lease}`)).toContain('stuck');
  });

  test('takes longer than a lease keeps it', async () => {
    answer = after(1_000, found);
    const results = await Promise.all(instances.map((instance) => instance.resolve(question, soon())));
    expect(results.map(sourceOf).toSorted()).toEqual(['network', 'redis']);
    expect(asked).toBe(1);
  });
});

test('Redis killed under way: who waits asks on its own, and so does everybody from then on', async () => {
  await redis.command(`SET ${lease} another PX 60000`);
  const waiting = took(instances[0].resolve(question, soon()));
  await sleep(60);
  await redis.kill();
  const { value, ms } = await waiting;
  expect(sourceOf(value)).toBe('network');
  expect(ms).toBeLessThan(2_000);
  expect(sourceOf(await instances[1].resolve(question, soon()))).toBe('network');
  expect(sourceOf(await instances[1].resolve(question, soon()))).toBe('memory');
  expect(asked).toBe(2);
});
