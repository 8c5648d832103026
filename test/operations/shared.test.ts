/** Two instances on one Redis: one cache, one set of budgets, one memory; and what is left of it when Redis goes (contract §7). */

import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { operations } from '../../src/operations/index.ts';
import { startRedis } from '../helpers/redis.ts';
import type { HeardSession, SmtpServer, Step } from '../helpers/smtp-server.ts';
import { a, mx, ns, type Running, sleep, startWorld, travel } from './world.ts';

const { resolveMx, probe, findProbe, report, checkMigration, testSend } = operations;
const redis = await startRedis();
afterAll(() => redis.close());
const world = await startWorld('127.67');
const { port } = world;
const at = world.address;
const one = await world.mail('1.1');

/** Two instances that differ in nothing. */
const instances = async (env: Readonly<Record<string, string>> = {}): Promise<[Running, Running]> => {
  const start = () => world.service({ REDIS_URL: redis.url, ...env }, { zonePort: world.dns.port });
  const pair: [Running, Running] = [await start(), await start()];
  while (pair.some(({ services }) => services.redisStatus() !== 'up')) await sleep(10);
  return pair;
};

beforeEach(async () => {
  await redis.command('FLUSHALL');
  world.dns.asked.length = 0;
  one.sessions.length = 0;
});

const cacheOf = async (of: Running, domain: string) => (await of.value(resolveMx, { domain })).answer().cache;

world.publish({
  'dom.test': mx(100, [10, 'm1.test']),
  'm1.test': a(300, one.host),
});

describe('the cache', () => {
  test('is one: what an instance resolved, the other has, and says from where', async () => {
    const [left, right] = await instances({ RATE_LOOKUP_PER_MINUTE: '5' });
    expect(await cacheOf(left, 'dom.test')).toMatchObject({ state: 'miss', layer: null });
    expect(await cacheOf(right, 'dom.test')).toMatchObject({ state: 'hit', layer: 'redis' });
    expect(await cacheOf(right, 'dom.test')).toMatchObject({ state: 'hit', layer: 'memory' });
    expect([await left.left('lookup'), world.asked('MX', 'dom.test')]).toEqual([4, 1]);
    const [first, second] = await Promise.all([left, right].map((of) => of.value(resolveMx, { domain: 'dom.test' })));
    expect(second?.etag).toBe(first?.etag);
    expect(second?.answer().resolvedAt).toBe(first?.answer().resolvedAt);
  });

  test('is read once for callers who want the same at once', async () => {
    const [left, right] = await instances();
    await left.value(resolveMx, { domain: 'dom.test' });
    await redis.command('CONFIG RESETSTAT');
    const answers = await Promise.all(Array.from({ length: 20 }, () => cacheOf(right, 'dom.test')));
    expect(answers).toEqual(answers.map(() => expect.objectContaining({ state: 'hit', layer: 'redis' })));
    expect(await redis.command('INFO stats')).toMatch(/^keyspace_hits:1\r$/m);
  });

  test('asks upstream for each RRset once per TTL, whoever is asked', async () => {
    const pair = await instances();
    for (let round = 0; round < 12; round++) {
      await pair[round % 2]?.value(resolveMx, { domain: 'dom.test' });
      travel(51);
    }
    // 12 calls over 561 s: the MX lives 100 s, the addresses 300 s, their absence 60 s.
    expect(world.asked('MX', 'dom.test')).toBe(6);
    expect(world.asked('A', 'm1.test')).toBe(2);
  });

  test('holds nothing that does not expire, under our own prefix alone', async () => {
    const [left, right] = await instances();
    await left.value(report, { domain: 'dom.test' });
    await right.value(probe, { host: 'm1.test', port });
    await sleep(50);
    const keys = (await redis.command('KEYS *')).match(/^[^$*\r\n].*(?=\r$)/gm) ?? [];
    expect(keys.length).toBeGreaterThan(5);
    for (const key of keys) {
      expect(key).toMatch(/^mxscope:/);
      expect([key, Number((await redis.command(`PTTL ${key}`)).slice(1)) > 0]).toEqual([key, true]);
    }
  });

  test('that holds rubbish is a cache without that answer', async () => {
    const [left, right] = await instances();
    await left.value(probe, { domain: 'dom.test', port });
    const keys = (await redis.command('KEYS mxscope:cache:*')).match(/^mxscope:.*(?=\r$)/gm) ?? [];
    for (const key of keys) await redis.command(`SET ${key} rubbish PX 60000`);
    expect(await cacheOf(right, 'dom.test')).toMatchObject({ state: 'miss' });
    expect((await right.value(probe, { domain: 'dom.test', port, security: 'none' })).hosts[0]?.outcome).toBe('ok');
  });
});

describe('sessions', () => {
  test('are kept for both, and found by id at both', async () => {
    const [left, right] = await instances();
    const first = await left.value(probe, { host: 'm1.test', port });
    travel(10);
    const second = await right.value(probe, { host: 'm1.test', port });
    expect(second.cache).toEqual({ state: 'hit', layer: 'redis', ageSeconds: 10 });
    expect(one.sessions).toHaveLength(1);
    expect(await right.value(findProbe, { id: first.id })).toEqual(first);
  });

  test('that are equal are one, at whichever instance they are asked for at once', async () => {
    const slow = await world.mail('1.2', { greeting: [{ pause: 400 }, { reply: '220 slow.test' }] });
    const pair = await instances({ RATE_TARGET_PER_MINUTE: '1' });
    const calls = Array.from({ length: 6 }, (_, i) => pair[i % 2]?.value(probe, { host: slow.host, port }));
    const outcomes = (await Promise.all(calls)).map((done) => done?.hosts[0]?.outcome);
    expect(outcomes).toEqual(Array(6).fill('ok'));
    expect(slow.sessions).toHaveLength(1);
  });

  test('are not answered where the guard is stricter', async () => {
    const [left] = await instances();
    const [strict] = await instances({ ALLOW_TARGETS: '' });
    await left.value(probe, { host: one.host, port });
    expect((await strict.refusal(probe, { host: one.host, port })).code).toBe('target-forbidden');
  });
});

describe('budgets', () => {
  test('of a target are one for all instances and callers', async () => {
    const pair = await instances({ RATE_TARGET_PER_MINUTE: '3' });
    const calls = Array.from({ length: 8 }, (_, i) =>
      pair[i % 2]?.call(probe, { host: `h${i}.test`, ip: one.host, port }, { name: `caller-${i}` }),
    );
    const outcomes = (await Promise.all(calls)).map((done) => done?.outcome.ok);
    expect(outcomes.filter(Boolean)).toHaveLength(3);
    expect(one.sessions).toHaveLength(3);
    for (const of of pair) {
      const refused = await of.refusal(probe, { host: one.host, port });
      expect([refused.scope, (refused.retryAfterSeconds ?? 0) > 50]).toEqual(['target', true]);
    }
  });

  test('of a caller are one for all instances', async () => {
    const [left, right] = await instances({ RATE_CLIENT_PER_MINUTE: '2', RATE_LOOKUP_PER_MINUTE: '2' });
    world.publish({ 'l1.test': {}, 'l2.test': {}, 'l3.test': {} });
    await left.value(probe, { domain: 'l1.test', port });
    await right.value(probe, { domain: 'l1.test', port });
    expect((await left.refusal(probe, { domain: 'l1.test', port })).scope).toBe('client');
    await left.value(resolveMx, { domain: 'l2.test' });
    await right.value(resolveMx, { domain: 'l3.test' });
    expect((await left.refusal(resolveMx, { domain: 'gone.test' })).scope).toBe('lookup');
    // What either has in the cache still costs nothing.
    expect(await cacheOf(left, 'l3.test')).toMatchObject({ state: 'hit' });
  });
});

describe('a send with a key', () => {
  const send = (tail: string, dot: readonly Step[]) => {
    world.publish({ 'send.test': mx(3600, [10, 'rx.test']), 'rx.test': a(3600, at(tail)) });
    const yes: readonly Step[] = [{ reply: '250 ok' }];
    const inData = (line: string, { lines }: HeardSession): readonly Step[] =>
      line === '.' ? dot : lines.includes('DATA') ? [] : [{ reply: '500 what' }];
    return world.mail(tail, { on: { MAIL: yes, RCPT: yes, DATA: [{ reply: '354 go' }], QUIT: [] }, otherwise: inData });
  };
  const settings = {
    SEND_FROM: 'probe@ours.example',
    SEND_ALLOWED_RECIPIENTS: '@send.test',
  };
  const call = { body: { to: 'a@send.test', port }, idempotencyKey: 'one' };
  const dots = (server: SmtpServer) => server.sessions.filter(({ lines }) => lines.includes('.')).length;

  test('asked for many times at once is one, on one token and in one place', async () => {
    const pair = await instances({ ...settings, RATE_SEND_PER_HOUR: '1', MAX_PROBES: '1' });
    const server = await send('4.1', [{ pause: 300 }, { reply: '250 queued as A1' }]);
    const sent = await Promise.all(Array.from({ length: 20 }, (_, i) => pair[i % 2]?.value(testSend, call)));
    expect(new Set(sent.map((one) => JSON.stringify(one)))).toHaveLength(1);
    expect([sent[0]?.status, dots(server), await pair[0].left('send')]).toEqual(['accepted', 1, 0]);
  });

  test('is not made by those who wait for it when Redis loses the key', async () => {
    const pair = await instances(settings);
    const server = await send('4.2', [{ pause: 1000 }, { reply: '250 queued as A1' }]);
    const calls = Array.from({ length: 12 }, (_, i) => pair[i % 2]?.call(testSend, call));
    while (dots(server) === 0) await sleep(10);
    await redis.command('FLUSHALL');
    const outcomes = (await Promise.all(calls)).map((done) => done?.outcome);
    expect(dots(server)).toBe(1);
    const told = outcomes.map((outcome) => (outcome?.ok ? outcome.value.status : outcome?.refusal.code)).sort();
    expect(told).toEqual([...Array(6).fill('accepted'), ...Array(6).fill('unavailable')]);
    expect((await pair[1].value(testSend, call)).status).toBe('accepted');
  });
});

test('the memory of a move is one: what an instance saw, the other waits for', async () => {
  const zone = ns(3600, 'ns.move.test');
  const publish = (set: ReturnType<typeof mx>) => world.publish({ 'move.test': { ...zone, ...set } });
  world.dns.world = { ...world.dns.world, authoritative: true };
  world.publish({ 'ns.move.test': a(3600, world.dns.ip), 'new.test': a(3, at('1.98')) });
  const [left, right] = await instances();
  const move = { domain: 'move.test', oldHost: 'm1.test', newHost: 'new.test' };
  publish(mx(4, [10, 'm1.test'], [5, 'new.test']));
  expect((await left.value(checkMigration, move)).stage).toBe('published');
  publish(mx(4, [5, 'new.test']));
  expect(await left.value(checkMigration, move)).toMatchObject({ stage: 'retired', safeToRetire: false });
  travel(5);
  expect(await right.value(checkMigration, move)).toMatchObject({ stage: 'retired', safeToRetire: true });
  world.dns.world = { ...world.dns.world, authoritative: false };
});

test('Redis gone: requests go on with what is in process, and it heals by itself', async () => {
  const [left, right] = await instances({ RATE_TARGET_PER_MINUTE: '2' });
  await left.value(resolveMx, { domain: 'dom.test' });
  await redis.kill();
  // What is at hand is served; what is not is resolved and probed, under limits still.
  expect(await cacheOf(left, 'dom.test')).toMatchObject({ state: 'hit', layer: 'memory' });
  expect(await cacheOf(right, 'dom.test')).toMatchObject({ state: 'miss' });
  const kept = await right.value(probe, { host: 'm1.test', port });
  expect((await right.value(findProbe, { id: kept.id })).id).toBe(kept.id);
  await right.value(probe, { host: 'm1.test', port, fresh: true });
  expect((await right.refusal(probe, { host: 'm1.test', port, fresh: true })).scope).toBe('target');
  expect([left, right].map(({ services }) => services.redisStatus())).toEqual(['down', 'down']);
  await redis.start();
  const until = performance.now() + 10_000;
  while ([left, right].some(({ services }) => services.redisStatus() !== 'up') && performance.now() < until)
    await sleep(25);
  world.publish({ 'later.test': mx(3600, [10, 'm1.test']) });
  await left.value(resolveMx, { domain: 'later.test' });
  expect(await cacheOf(right, 'later.test')).toMatchObject({ state: 'hit', layer: 'redis' });
});
