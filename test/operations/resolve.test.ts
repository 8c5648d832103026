/** MX answers as callers get them: cache parts, lifetimes, ETag, languages, stale and fresh (contract §2). */

import { beforeEach, describe, expect, test } from 'vitest';
import { operations } from '../../src/operations/index.ts';
import { serialise } from '../../src/operations/mx-answer.ts';
import { a, aaaa, cname, codes, contextOf, mx, type Running, setClock, startWorld, travel } from './world.ts';

const { resolveMx } = operations;
const world = await startWorld('127.61');

const trouble = (names: NonNullable<typeof world.dns.world.trouble>) => {
  world.dns.world = { ...world.dns.world, trouble: names };
};

let service: Running;
beforeEach(async () => {
  trouble({});
  world.dns.asked.length = 0;
  service = await world.service();
});

const ask = async (domain: string, more: { fresh?: boolean; lang?: 'en' | 'th'; of?: Running } = {}) => {
  const { of = service, lang = 'en', fresh } = more;
  const rendered = await of.value(resolveMx, { domain, ...(fresh === undefined ? {} : { fresh }) }, { lang });
  return { ...rendered, body: rendered.answer() };
};

world.publish({
  'plain.test': mx(3600, [10, 'mx1.plain.test'], [20, 'mx2.plain.test']),
  'mx1.plain.test': { ...a(300, '192.0.2.10'), ...aaaa(900, '2001:db8::10') },
  'mx2.plain.test': a(600, '192.0.2.20'),
});

describe('an answer', () => {
  test('has the members of the contract, in the forms of the contract', async () => {
    const { body, json } = await ask('PLAIN.test.');
    expect(Object.keys(body)).toEqual([
      ...['domain', 'unicode', 'canonical', 'status', 'exchanges', 'deliveryOrder', 'ttl', 'dnssec'],
      ...['resolvedAt', 'expiresAt', 'cache', 'findings'],
    ]);
    expect(JSON.parse(json)).toEqual(body);
    expect(body).toMatchObject({
      domain: 'plain.test',
      unicode: 'plain.test',
      canonical: null,
      status: 'mx',
      exchanges: [
        {
          preference: 10,
          host: 'mx1.plain.test',
          ttl: 3600,
          status: 'ok',
          addresses: [
            { ip: '192.0.2.10', family: 4, ttl: 300 },
            { ip: '2001:db8::10', family: 6, ttl: 900 },
          ],
        },
        { preference: 20, host: 'mx2.plain.test', ttl: 3600, status: 'ok' },
      ],
      deliveryOrder: [
        { preference: 10, hosts: ['mx1.plain.test'] },
        { preference: 20, hosts: ['mx2.plain.test'] },
      ],
      ttl: 3600,
      dnssec: 'insecure',
      cache: { state: 'miss', layer: null, ageSeconds: 0 },
    });
    // The least over every RRset: the A of mx1.
    expect(Math.round((Date.parse(body.expiresAt) - Date.parse(body.resolvedAt)) / 1000)).toBe(300);
    expect(body.resolvedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test.for([
    ['none.test', { 'none.test': {} }, 'none', 'mx-none'],
    ['null.test', { 'null.test': mx(3600, [0, '']) }, 'null-mx', 'mx-null'],
    ['implicit.test', { 'implicit.test': a(3600, '192.0.2.1') }, 'implicit', 'mx-implicit'],
    ['gone.test', {}, 'nxdomain', 'mx-nxdomain'],
  ] as const)('%s is 200, whatever DNS said', async ([domain, names, status, code]) => {
    world.publish(names);
    const { body } = await ask(domain);
    expect([body.status, codes(body.findings)]).toEqual([status, expect.arrayContaining([code])]);
    expect(body.ttl).toBe(status === 'none' || status === 'nxdomain' || status === 'implicit' ? 60 : 3600);
    expect((await ask(domain)).body.cache.state).toBe('hit');
  });

  test('names the end of an alias and keeps its own name', async () => {
    world.publish({ 'alias.test': cname(120, 'plain.test') });
    const { body } = await ask('alias.test');
    expect(body).toMatchObject({ domain: 'alias.test', canonical: 'plain.test', status: 'mx', ttl: 120 });
  });

  test('of a domain in Thai letters carries both forms', async () => {
    world.publish({ 'xn--o3cw4h.test': mx(3600, [10, 'mx1.plain.test']) });
    expect((await ask('ไทย.TEST')).body).toMatchObject({ domain: 'xn--o3cw4h.test', unicode: 'ไทย.test' });
  });

  test('stands with one exchange broken; the failed part counts 30 s', async () => {
    world.publish({ 'half.test': mx(3600, [10, 'mx1.plain.test'], [20, 'sick.test']) });
    trouble({ 'sick.test': 'SERVFAIL' });
    const { body, maxAgeSeconds } = await ask('half.test');
    expect(body.exchanges.map(({ status }) => status)).toEqual(['ok', 'failed']);
    expect(codes(body.findings)).toContain('mx-host-dns-failure');
    expect(maxAgeSeconds).toBe(30);
    expect((await ask('half.test')).body.cache.state).toBe('hit');
    travel(31);
    trouble({});
    world.publish({ 'sick.test': a(3600, '192.0.2.30') });
    expect((await ask('half.test')).body.exchanges.map(({ status }) => status)).toEqual(['ok', 'ok']);
  });
});

describe('the cache', () => {
  test('counts down every TTL and keeps the times', async () => {
    const first = await ask('plain.test');
    travel(100);
    const later = await ask('plain.test');
    expect(later.body.cache).toEqual({ state: 'hit', layer: 'memory', ageSeconds: 100 });
    expect(later.body.ttl).toBe(3500);
    expect(later.body.exchanges[0]).toMatchObject({ ttl: 3500, addresses: [{ ttl: 200 }, { ttl: 800 }] });
    expect(later.body.resolvedAt).toBe(first.body.resolvedAt);
    expect(later.body.expiresAt).toBe(first.body.expiresAt);
    // HTTP: max-age is the whole lifetime, so that max-age − Age is what is left.
    expect([first.maxAgeSeconds, first.ageSeconds, first.cacheable]).toEqual([300, 0, true]);
    expect([later.maxAgeSeconds, later.ageSeconds, later.cacheable]).toEqual([300, 100, true]);
    travel(1);
    expect((await ask('plain.test')).body.ttl).toBe(3499);
  });

  test('ends with the shortest RRset and asks only for what ended', async () => {
    await ask('plain.test');
    travel(301);
    const { body } = await ask('plain.test');
    expect(body.cache).toEqual({ state: 'miss', layer: null, ageSeconds: 0 });
    expect(body.ttl).toBe(3299);
    expect(world.asked('MX', 'plain.test')).toBe(1);
    expect(world.asked('A', 'mx1.plain.test')).toBe(2);
    expect(world.asked('A', 'mx2.plain.test')).toBe(1);
    expect(world.asked('AAAA', 'mx1.plain.test')).toBe(1);
  });

  test('shares RRsets between domains: an exchange they have in common is asked for once', async () => {
    world.publish({ 'twin.test': mx(3600, [10, 'mx1.plain.test']) });
    await ask('plain.test');
    travel(10);
    const { body } = await ask('twin.test');
    expect(body).toMatchObject({ ttl: 3600, cache: { state: 'miss' }, exchanges: [{ addresses: [{ ttl: 290 }, {}] }] });
    expect(world.asked('A', 'mx1.plain.test')).toBe(1);
  });

  test('keeps nothing of an answer with a TTL of 0', async () => {
    world.publish({ 'zero.test': mx(0, [10, 'mx1.plain.test']) });
    for (let round = 1; round <= 2; round++) {
      const { body, maxAgeSeconds } = await ask('zero.test');
      expect([body.cache.state, body.ttl, maxAgeSeconds]).toEqual(['miss', 0, 0]);
      expect(body.expiresAt).toBe(body.resolvedAt);
      expect(world.asked('MX', 'zero.test')).toBe(round);
    }
  });

  test('of one second is at hand without a promise, and gone when it has expired', async () => {
    const atHand = () => resolveMx.atHand?.({ domain: 'plain.test' }, contextOf(), service.services);
    await ask('plain.test');
    expect(atHand()).toBeUndefined();
    await ask('plain.test');
    expect(atHand()).toMatchObject({ ok: true, value: { state: 'hit', layer: 'memory' } });
    travel(301);
    expect(atHand()).toBeUndefined();
  });

  test('asks once for equal questions at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('plain.test')));
    expect(new Set(answers.map(({ etag }) => etag)).size).toBe(1);
    expect(world.asked('MX', 'plain.test')).toBe(1);
    expect(world.asked('A', 'mx1.plain.test')).toBe(1);
  });

  test('that was tampered with is a miss, not an answer', async () => {
    await ask('plain.test');
    for (const forged of ['', 'x', '{"v":1}\n{}', '{"v":1,"crc":0,"digest":"a","findings":[]}\n{"ttl":1}']) {
      await service.services.cache.set('mx:plain.test', forged, 60_000);
      service.services.hot.drop('plain.test');
      expect((await ask('plain.test')).body.exchanges).toHaveLength(2);
    }
  });

  test('with a finding that this version has no words for is a miss: a newer instance wrote it', async () => {
    for (const findings of [[{ code: 'mx-of-tomorrow', params: {} }], [{ code: 'mx-single' }], [null]]) {
      const { body } = await ask('plain.test');
      const at = { resolvedAt: Date.parse(body.resolvedAt), expiresAt: Date.parse(body.expiresAt), digest: 'd' };
      const written = serialise({ ...at, findings: findings as never, body: '{}' });
      await service.services.cache.set('mx:plain.test', written, 60_000);
      service.services.hot.drop('plain.test');
      expect((await ask('plain.test')).body.exchanges).toHaveLength(2);
    }
  });
});

describe('a wall clock that is set', () => {
  const lives = (rendered: Awaited<ReturnType<typeof ask>>) =>
    Math.round((Date.parse(rendered.body.expiresAt) - Date.now()) / 1000);

  test.for([-3600, -86_400])('by %i s: answers live as long as they would have, and upstream is spared', async (by) => {
    // Once, and once more to have it at hand.
    await ask('plain.test');
    await ask('plain.test');
    travel(100);
    setClock(by);
    // Put together anew from what is kept, and then at hand again.
    for (let round = 0; round < 3; round++) {
      const answer = await ask('plain.test');
      expect([answer.body.ttl, lives(answer)]).toEqual([3500, 200]);
      expect(Date.parse(answer.body.resolvedAt)).toBeLessThanOrEqual(Date.now());
      if (round > 0) expect(answer.body.cache).toMatchObject({ state: 'hit', layer: 'memory' });
    }
    for (const host of ['mx1.plain.test', 'mx2.plain.test']) expect(world.asked('A', host)).toBe(1);
    expect([world.asked('MX', 'plain.test'), world.asked('AAAA', 'mx1.plain.test')]).toEqual([1, 1]);
    travel(199);
    expect((await ask('plain.test')).body.cache.state).toBe('hit');
    travel(2);
    expect((await ask('plain.test')).body.cache.state).toBe('miss');
    expect(world.asked('A', 'mx1.plain.test')).toBe(2);
  });

  test('back by less than an answer is old: it does not live longer for it', async () => {
    const addresses = { ...a(7200, '192.0.2.9'), ...aaaa(7200, '2001:db8::9') };
    world.publish({ 'long.test': mx(7200, [10, 'long-a.test']), 'long-a.test': addresses });
    await ask('long.test');
    travel(5400);
    await ask('long.test');
    setClock(-3600);
    expect((await ask('long.test')).body.ttl).toBe(1800);
    travel(1801);
    expect((await ask('long.test')).body.cache.state).toBe('miss');
  });

  test('forwards ends every life, since a machine that slept wakes like this; back again, none is longer for it', async () => {
    await ask('plain.test');
    setClock(86_400);
    expect((await ask('plain.test')).body.cache.state).toBe('miss');
    expect((await ask('plain.test')).body.cache.state).toBe('hit');
    setClock(-86_400);
    const answer = await ask('plain.test');
    expect([answer.body.cache.state, lives(answer)]).toEqual(['hit', 300]);
    travel(301);
    expect((await ask('plain.test')).body.cache.state).toBe('miss');
  });
});

describe('ETag and language', () => {
  test('the tag is weak, of the data and the language; times and TTLs do not enter it', async () => {
    const first = await ask('plain.test');
    expect(first.etag).toMatch(/^W\/"[\w-]+"$/);
    travel(50);
    expect((await ask('plain.test')).etag).toBe(first.etag);
    expect((await ask('plain.test', { fresh: true })).etag).toBe(first.etag);
    expect((await ask('plain.test', { of: await world.service() })).etag).toBe(first.etag);
    const thai = await ask('plain.test', { lang: 'th' });
    expect(thai.etag).not.toBe(first.etag);
  });

  test('another address is another tag', async () => {
    world.publish({ 'moving.test': a(3600, '192.0.2.1') });
    const before = await ask('moving.test');
    world.publish({ 'moving.test': a(3600, '192.0.2.2') });
    expect((await ask('moving.test', { fresh: true })).etag).not.toBe(before.etag);
  });

  test('a finding is in the language asked for, its code and evidence in none, from the cache too', async () => {
    world.publish({ 'null.test': mx(3600, [0, '']) });
    for (const round of ['miss', 'hit']) {
      const en = (await ask('null.test')).body;
      const th = (await ask('null.test', { lang: 'th' })).body;
      expect(en.cache.state).toBe(round);
      expect(th.cache.state).toBe('hit');
      expect(codes(th.findings)).toEqual(codes(en.findings));
      const [english, thai] = [en.findings[0], th.findings[0]];
      expect(thai?.evidence).toEqual(english?.evidence);
      expect(english?.evidence.length).toBeGreaterThan(0);
      for (const text of [thai?.title, thai?.explanation, thai?.fix]) expect(text).toMatch(/[\u0e00-\u0e7f]/);
      for (const text of [english?.title, english?.explanation, english?.fix])
        expect(text).toMatch(/^[^\u0e00-\u0e7f]+$/);
    }
  });
});

describe('stale', () => {
  test('an expired answer covers a failure for a day, with a TTL of 30 s', async () => {
    const first = await ask('plain.test');
    trouble({ 'plain.test': 'SERVFAIL', 'mx1.plain.test': 'SERVFAIL', 'mx2.plain.test': 'SERVFAIL' });
    travel(3700);
    const stale = await ask('plain.test');
    expect(stale.body).toMatchObject({ status: 'mx', ttl: 30, cache: { state: 'stale', layer: null, ageSeconds: 0 } });
    expect(stale.body.exchanges.map(({ addresses }) => addresses.map(({ ip }) => ip))).toEqual(
      first.body.exchanges.map(({ addresses }) => addresses.map(({ ip }) => ip)),
    );
    expect(stale.maxAgeSeconds).toBe(30);
    expect(stale.etag).toBe(first.etag);
    // Nothing of it is kept as an answer: the next call is stale again, and a network that is back is asked.
    travel(6);
    expect((await ask('plain.test')).body.cache.state).toBe('stale');
    trouble({});
    travel(6);
    expect((await ask('plain.test')).body).toMatchObject({ ttl: 3600, cache: { state: 'miss' } });
  });

  test('fresh=true never rests on it, nor does anyone a day later', async () => {
    await ask('plain.test');
    trouble({ 'plain.test': 'SERVFAIL' });
    travel(3700);
    expect((await service.refusal(resolveMx, { domain: 'plain.test', fresh: true })).code).toBe('dns-failure');
    travel(86_400);
    expect((await service.refusal(resolveMx, { domain: 'plain.test' })).code).toBe('dns-failure');
  });

  test('a name that is gone is an answer, not a failure', async () => {
    world.publish({ 'leaving.test': mx(60, [10, 'mx1.plain.test']) });
    await ask('leaving.test');
    travel(61);
    const { 'leaving.test': _, ...rest } = world.dns.world.names;
    world.dns.world = { ...world.dns.world, names: rest };
    expect((await ask('leaving.test')).body).toMatchObject({ status: 'nxdomain', cache: { state: 'miss' } });
  });
});

describe('fresh', () => {
  test('skips the cache, is no-store, and is stored for the others', async () => {
    world.publish({ 'swap.test': mx(3600, [10, 'mx1.plain.test']) });
    await ask('swap.test');
    world.publish({ 'swap.test': mx(1800, [10, 'mx2.plain.test']) });
    expect((await ask('swap.test')).body.exchanges[0]?.host).toBe('mx1.plain.test');
    const fresh = await ask('swap.test', { fresh: true });
    expect(fresh.body).toMatchObject({ exchanges: [{ host: 'mx2.plain.test' }], cache: { state: 'miss' } });
    expect(fresh.cacheable).toBe(false);
    const after = await ask('swap.test');
    expect(after.body).toMatchObject({ exchanges: [{ host: 'mx2.plain.test' }], cache: { state: 'hit' } });
    expect(after.cacheable).toBe(true);
    expect((await ask('swap.test', { lang: 'th' })).body.exchanges[0]?.host).toBe('mx2.plain.test');
  });
});

describe('refusals', () => {
  test.for([
    [{ domain: '' }, 'invalid-domain', '/domain'],
    [{ domain: 'a..b' }, 'invalid-domain', '/domain'],
    [{ domain: '-a.test' }, 'invalid-domain', '/domain'],
    [{ domain: `${'a'.repeat(64)}.test` }, 'invalid-domain', '/domain'],
    [{ domain: Array(64).fill('abcd').join('.') }, 'invalid-domain', '/domain'],
    [{ domain: 'a b.test' }, 'invalid-domain', '/domain'],
    [{}, 'invalid-request', '/domain'],
    [{ domain: 7 }, 'invalid-request', '/domain'],
    [{ domain: 'a.test', fresh: 'true' }, 'invalid-request', '/fresh'],
    [{ domain: 'a.test', more: 1 }, 'invalid-request', '/more'],
  ] as const)('%j is %s', async ([input, code, pointer]) => {
    const refused = await service.refusal(resolveMx, input);
    expect([refused.code, refused.errors?.[0]?.pointer]).toEqual([code, pointer]);
    expect(world.dns.asked).toEqual([]);
  });

  test('no answer from any server is dns-failure, an unending chain too', async () => {
    trouble({ 'sick.test': 'REFUSED' });
    expect((await service.refusal(resolveMx, { domain: 'sick.test' })).code).toBe('dns-failure');
    world.publish({ 'loop.test': cname(60, 'pool.test'), 'pool.test': cname(60, 'loop.test') });
    expect((await service.refusal(resolveMx, { domain: 'loop.test' })).code).toBe('dns-failure');
  });

  test('a server that cannot be reached is dns-timeout', async () => {
    const lost = await world.service({ DNS_SERVERS: `${world.address('0.99')}:9` });
    expect((await lost.refusal(resolveMx, { domain: 'plain.test' })).code).toBe('dns-timeout');
  });

  test('silence is dns-timeout after 8 s in all', { timeout: 12_000 }, async () => {
    trouble({ 'mute.test': 'silent' });
    const began = performance.now();
    expect((await service.refusal(resolveMx, { domain: 'mute.test' })).code).toBe('dns-timeout');
    expect(performance.now() - began).toBeLessThan(9000);
  });

  test('a key without the scope is forbidden', async () => {
    const refused = await service.refusal(resolveMx, { domain: 'plain.test' }, { scopes: ['probe', 'send'] });
    expect(refused.code).toBe('forbidden');
    expect(world.dns.asked).toEqual([]);
  });
});
