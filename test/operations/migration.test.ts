/** Plans and checks of a move, against a zone with two name servers of its own (contract §5). */

import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { operations } from '../../src/operations/index.ts';
import { type Rrsets, type World, type ZoneServer, zoneServer } from '../helpers/dns-server.ts';
import { a, aaaa, codes, mx, ns, type Running, setClock, startWorld, travel } from './world.ts';

const { planMigration, checkMigration, resolveMx } = operations;
const world = await startWorld('127.66');
const at = world.address;
const DAY = 86_400;

// The zone's servers share a port of their own, and answer with authority for `move.test` alone.
const ns1 = await zoneServer({ names: {} }, at('5.1'));
const ns2 = await zoneServer({ names: {} }, at('5.2'), ns1.port);
/** Outside ALLOW_TARGETS: must never be asked anything. */
const outside = await zoneServer({ names: {} }, '127.99.66.1', ns1.port);
afterAll(() => Promise.all([ns1, ns2, outside].map((server) => server.close())));

await world.mail('1.1');
const servers = ns(3600, 'ns1.move.test', 'ns2.move.test');
world.publish({
  'ns1.move.test': a(3600, ns1.ip),
  'ns2.move.test': a(3600, ns2.ip),
  'old.test': a(3, at('1.1')),
  'next.test': a(3, at('1.2')),
  test: ns(3600, 'ns1.move.test', 'ns2.move.test'),
});

let serial = 0;
/** What one server says of the domain; without a set there is no record. */
const serve = (server: ZoneServer, set: Rrsets = {}, more: Partial<World> = {}) => {
  server.world = {
    names: { 'move.test': set },
    soa: { zone: 'move.test', ttl: 30, minimum: 30, serial: ++serial },
    authoritative: true,
    ...more,
  };
};
/** The zone as both servers and every resolver have it. */
const publish = (set: Rrsets) => {
  serve(ns1, set);
  serve(ns2, set);
  world.publish({ 'move.test': { ...servers, ...set } });
};

let service: Running;
beforeEach(async () => {
  world.publish({ 'ns1.move.test': a(3600, ns1.ip), 'ns2.move.test': a(3600, ns2.ip) });
  service = await world.service({}, { zonePort: ns1.port });
});

const move = { domain: 'move.test', oldHost: 'old.test', newHost: 'next.test' };
const check = (of = service) => of.value(checkMigration, move);
const plan = (more: object = {}, of = service) =>
  of.value(planMigration, { domain: 'move.test', newExchanges: [{ host: 'next.test' }], ...more });
const secondsFromNow = (time: string | null) =>
  time === null ? null : Math.round((Date.parse(time) - Date.now()) / 1000);

const OLD = mx(4, [10, 'old.test']);
const BOTH = mx(4, [5, 'next.test'], [10, 'old.test']);
const NEW = mx(4, [5, 'next.test']);

describe('a zone walked through its move', () => {
  test('has each stage in turn, and waits as long as caches may', async () => {
    publish(OLD);
    expect(await check()).toMatchObject({
      domain: 'move.test',
      stage: 'not-started',
      waitUntil: null,
      safeToRetire: false,
      consistent: true,
      authoritative: [
        { server: 'ns1.move.test', records: ['move.test. 4 IN MX 10 old.test.'], error: null },
        { server: 'ns2.move.test', records: ['move.test. 4 IN MX 10 old.test.'], error: null },
      ],
    });
    expect(await plan()).toMatchObject({ oldTtl: 4, newPreference: 5, strategy: 'fallback' });

    // One server has it, the other has not: the least advanced counts.
    serve(ns1, BOTH);
    const half = await check();
    expect([half.stage, half.consistent, half.waitUntil]).toEqual(['not-started', false, null]);
    expect(codes(half.findings)).toContain('migration-servers-disagree');

    publish(BOTH);
    const published = await check();
    expect([published.stage, published.consistent, published.safeToRetire]).toEqual(['published', true, false]);
    expect(secondsFromNow(published.waitUntil)).toBe(4);
    travel(5);
    expect(await check()).toMatchObject({ stage: 'published', waitUntil: null });

    // The new server opens its port: from now on mail arrives there. Its refusal was kept no longer than its address.
    const next = await world.mail('1.2');
    travel(4);
    expect(await check()).toMatchObject({ stage: 'cut-over', safeToRetire: false });

    serve(ns1, NEW);
    expect(await check()).toMatchObject({ stage: 'cut-over', consistent: false, safeToRetire: false });
    publish(NEW);
    const retired = await check();
    expect([retired.stage, retired.consistent, retired.safeToRetire]).toEqual(['retired', true, false]);
    expect(secondsFromNow(retired.waitUntil)).toBe(4);
    travel(3);
    expect(await check()).toMatchObject({ safeToRetire: false });
    travel(2);
    expect(await check()).toMatchObject({ stage: 'retired', safeToRetire: true, waitUntil: null });
    await next.close();
  });

  test('that goes back is not safe, and counts anew when it goes on', async () => {
    publish(OLD);
    await check();
    publish(NEW);
    await check();
    travel(3);
    publish(BOTH);
    expect(await check()).toMatchObject({ safeToRetire: false });
    publish(NEW);
    const again = await check();
    expect([again.safeToRetire, secondsFromNow(again.waitUntil)]).toEqual([false, 4]);
  });

  test('noted by a clock that was wrong, waits from the moment it is set right', async () => {
    publish(OLD);
    await check();
    publish(NEW);
    setClock(DAY);
    await check();
    setClock(-DAY);
    const right = await check();
    expect([right.safeToRetire, secondsFromNow(right.waitUntil)]).toEqual([false, 4]);
    travel(5);
    expect((await check()).safeToRetire).toBe(true);
  });

  test('whose old record was never seen waits a day; the memory lasts', async () => {
    publish(NEW);
    const first = await check();
    expect([first.stage, first.safeToRetire, secondsFromNow(first.waitUntil)]).toEqual(['retired', false, DAY]);
    travel(DAY - 10);
    expect((await check()).safeToRetire).toBe(false);
    travel(20);
    expect((await check()).safeToRetire).toBe(true);
    travel(29 * DAY);
    expect((await check()).safeToRetire).toBe(true);
  });

  test('a memory that makes no sense is none', async () => {
    publish(NEW);
    const since = { publishedSince: null, preferredSince: null, goneSince: null, oldTtl: null };
    for (const forged of [
      { ...since, goneSince: 1e300 },
      { ...since, goneSince: 0, oldTtl: {} },
      { ...since, goneSince: 0, oldTtl: { ttl: -1, at: 'x' } },
    ]) {
      await service.services.records.set('move:move.test:old.test:next.test', JSON.stringify(forged), 60_000);
      const { safeToRetire, waitUntil } = await check();
      expect([safeToRetire, secondsFromNow(waitUntil)]).toEqual([false, DAY]);
    }
  });
});

describe('a check', () => {
  test('tells each server’s failure by a word of ours, and calls nothing gone that one server has not said', async () => {
    publish(OLD);
    await check();
    serve(ns1, NEW);
    world.publish({ 'ns2.move.test': a(3600, at('5.9')) });
    const fresh = await world.service({}, { zonePort: ns1.port });
    const silent = await check(fresh);
    expect(silent.authoritative.map(({ server, error }) => [server, error])).toEqual([
      ['ns1.move.test', null],
      ['ns2.move.test', 'unreachable'],
    ]);
    expect([silent.consistent, silent.safeToRetire, silent.waitUntil]).toEqual([false, false, null]);
    travel(2 * DAY);
    expect((await check(fresh)).safeToRetire).toBe(false);
  });

  test.for([
    ['lame', { authoritative: false }, 'lame', 'migration-server-lame'],
    ['refusing', { trouble: { 'move.test': 'REFUSED' } }, 'refused', 'migration-server-silent'],
    ['failing', { trouble: { 'move.test': 'SERVFAIL' } }, 'failure', 'migration-server-silent'],
  ] as const)('of a %s server says so', async ([, more, error, code]) => {
    publish(OLD);
    serve(ns2, OLD, more);
    const seen = await check();
    expect(seen.authoritative[1]).toMatchObject({ server: 'ns2.move.test', records: [], error });
    expect([seen.consistent, codes(seen.findings)]).toEqual([false, expect.arrayContaining([code])]);
  });

  test('asks the servers themselves, without recursion, not the cache', async () => {
    publish(OLD);
    ns1.asked.length = 0;
    await check();
    serve(ns1, BOTH);
    serve(ns2, BOTH);
    expect((await check()).stage).toBe('published');
    expect(ns1.asked.filter(({ type }) => type === 'MX')).toHaveLength(2);
    expect(ns1.asked.some(({ recursion }) => recursion)).toBe(false);
  });

  test('never asks a server that the guard refuses', async () => {
    publish(OLD);
    world.publish({ 'ns2.move.test': a(3600, '127.99.66.1') });
    const { authoritative, consistent } = await check();
    expect([authoritative[1]?.error, consistent]).toEqual(['forbidden', false]);
    expect(outside.asked).toEqual([]);
  });

  test('asks eight servers at most', async () => {
    const many = Array.from({ length: 12 }, (_, i) => `n${i + 10}.move.test`);
    serve(ns1, OLD);
    world.publish({ 'move.test': ns(3600, ...many), ...Object.fromEntries(many.map((name) => [name, a(60, ns1.ip)])) });
    expect((await check()).authoritative).toHaveLength(8);
  });

  test('probes both hosts on port 25, and says when one is down', async () => {
    publish(BOTH);
    world.publish({ 'old.test': a(3, at('1.98')) });
    const { findings } = await check();
    expect(service.dialled.sort()).toEqual([`${at('1.2')}:25`, `${at('1.98')}:25`]);
    expect(codes(findings)).toContain('migration-old-down');
    world.publish({ 'old.test': a(3, at('1.1')) });
  });

  test('blames no host for what is ours', async () => {
    publish(BOTH);
    // Two strangers in silence: our port is blocked, and nothing is known of either.
    const blind = await world.service({ ALLOW_TARGETS: '127.66.0.0/16,127.166.0.0/16' }, { zonePort: ns1.port });
    world.publish({ 'mx.old.example': a(3, '127.166.1.1'), 'mx.next.example': a(3, at('1.3')) });
    for (const ip of ['127.166.1.1', at('1.3')]) blind.dark.add(ip);
    const sides = { domain: 'move.test', oldHost: 'mx.old.example', newHost: 'mx.next.example' };
    const { findings } = await blind.value(checkMigration, sides);
    expect(codes(findings).filter((code) => /down|silent/.test(code))).toEqual([]);
  });

  test.for([
    [{ ...move, newHost: 'OLD.test.' }, 'invalid-request', '/newHost'],
    [{ ...move, oldHost: 'a..b' }, 'invalid-domain', '/oldHost'],
    [{ ...move, newHost: '192.0.2.1' }, 'invalid-domain', '/newHost'],
    [{ ...move, domain: '' }, 'invalid-domain', '/domain'],
    [{ domain: 'move.test', oldHost: 'old.test' }, 'invalid-request', '/newHost'],
    [{ ...move, port: 25 }, 'invalid-request', '/port'],
  ] as const)('%j is %s', async ([input, code, pointer]) => {
    const refused = await service.refusal(checkMigration, input);
    expect([refused.code, refused.errors?.[0]?.pointer]).toEqual([code, pointer]);
    expect(service.dialled).toEqual([]);
  });

  test('of a zone that DNS does not find is a failure of DNS', async () => {
    world.dns.world = { ...world.dns.world, trouble: { 'sick.example': 'SERVFAIL' } };
    expect((await service.refusal(checkMigration, { ...move, domain: 'sick.example' })).code).toBe('dns-failure');
  });
});

describe('a plan', () => {
  const stages = ({ stages: all }: Awaited<ReturnType<typeof plan>>) => all.map(({ name, records }) => [name, records]);

  test('by fallback publishes the new exchange below the old one', async () => {
    publish(OLD);
    const made = await plan();
    const both = ['move.test. 4 IN MX 5 next.test.', 'move.test. 4 IN MX 10 old.test.'];
    expect(stages(made)).toEqual([
      ['publish', both],
      ['wait', both],
      ['cut-over', both],
      ['observe', both],
      ['retire', ['move.test. 4 IN MX 5 next.test.']],
    ]);
    expect(made.oldExchanges).toEqual([{ host: 'old.test', preference: 10 }]);
    const times = made.stages.map(({ notBefore }) => Date.parse(notBefore));
    expect(times).toEqual([...times].sort((x, y) => x - y));
    expect(made.stages.every(({ why }) => why.length > 20)).toBe(true);
  });

  test('staged lowers the TTL first and raises it last', async () => {
    publish(mx(7200, [10, 'old.test']));
    const made = await plan({ strategy: 'staged' });
    expect(made.stages.map(({ name }) => name)).toEqual(['lower-ttl', 'publish', 'swap', 'retire', 'raise-ttl']);
    expect(made.stages[0]?.records).toEqual(['move.test. 300 IN MX 10 old.test.']);
    expect(made.stages[1]?.records[0]).toBe('move.test. 300 IN MX 10 old.test.');
    expect(made.stages[2]?.records[0]).toMatch(/ MX \d+ next\.test\.$/);
  });

  test('counts with a greater TTL that was seen in the last 7 days', async () => {
    publish(mx(DAY, [10, 'old.test']));
    await service.value(resolveMx, { domain: 'move.test' });
    publish(OLD);
    const made = await plan();
    expect([made.oldTtl, codes(made.warnings)]).toEqual([DAY, expect.arrayContaining(['migration-ttl-was-greater'])]);
    travel(6 * DAY);
    expect((await plan()).oldTtl).toBe(DAY);
    travel(DAY + 60);
    expect((await plan()).oldTtl).toBe(4);
  });

  test('takes the greatest TTL and every record of servers that disagree', async () => {
    publish(OLD);
    serve(ns2, mx(600, [10, 'old.test'], [20, 'older.test']));
    const made = await plan();
    expect(made.oldTtl).toBe(600);
    expect(made.oldExchanges.map(({ host }) => host)).toEqual(['old.test', 'older.test']);
    expect(codes(made.warnings)).toContain('migration-servers-disagree');
  });

  test('rests on what resolvers say when no server of the zone answers', async () => {
    publish(OLD);
    for (const server of [ns1, ns2]) serve(server, OLD, { trouble: { 'move.test': 'REFUSED' } });
    const made = await plan();
    expect(made.oldExchanges).toEqual([{ host: 'old.test', preference: 10 }]);
    expect(codes(made.warnings)).toContain('migration-server-silent');
  });

  test('keeps a cut-over that comes late enough, and warns of one too soon or past', async () => {
    publish(mx(3600, [10, 'old.test']));
    const cutover = ({ stages: all }: Awaited<ReturnType<typeof plan>>) =>
      Date.parse(all.find(({ name }) => name === 'cut-over')?.notBefore ?? '');
    const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
    const late = inSeconds(7200);
    const kept = await plan({ cutoverAt: late });
    expect([cutover(kept), codes(kept.warnings)]).toEqual([
      Date.parse(late),
      expect.not.arrayContaining(['migration-cutover-too-soon']),
    ]);
    for (const cutoverAt of [inSeconds(600), inSeconds(-600), '2020-01-01T00:00:00Z']) {
      const early = await plan({ cutoverAt });
      expect(codes(early.warnings)).toContain('migration-cutover-too-soon');
      expect(cutover(early)).toBeGreaterThanOrEqual(Date.now() + 3_590_000);
    }
  });

  test.for([
    ['an implicit MX', {}, a(60, '127.66.1.1'), 'migration-implicit-written-out', /MX \d+ move\.test\.$/],
    ['no room below', mx(60, [0, 'old.test']), {}, 'migration-renumbered', /MX [1-9]\d* old\.test\.$/],
    ['a null MX', mx(60, [0, '']), {}, 'migration-null-mx-ends', /next\.test\.$/],
    ['no exchange at all', {}, {}, 'migration-no-old-exchange', /next\.test\.$/],
  ] as const)('of %s warns and writes whole sets', async ([, set, addresses, code, line]) => {
    publish(set);
    world.publish({ 'move.test': { ...servers, ...set, ...addresses } });
    const made = await plan();
    expect(codes(made.warnings)).toContain(code);
    expect(made.stages[0]?.records.some((record) => line.test(record))).toBe(true);
    expect(made.stages[0]?.records[0]).toMatch(/next\.test\.$/);
    for (const { records } of made.stages) expect(records.join()).not.toMatch(/MX 0 \./);
  });

  test.for([
    ['at the servers of the zone above', 'moev.test'],
    ['as resolvers have it', 'moev.elsewhere'],
  ] as const)('of a domain that does not exist %s says so first: it may be mistyped', async ([, domain]) => {
    for (const server of [ns1, ns2])
      serve(server, {}, { names: {}, soa: { zone: 'test', ttl: 30, minimum: 30, serial } });
    const { warnings } = await plan({ domain });
    expect(warnings[0]).toMatchObject({ code: 'mx-nxdomain', evidence: [`${domain}. MX: NXDOMAIN`] });
  });

  test('warns of a given preference that is not below the old', async () => {
    publish(OLD);
    const made = await plan({ newExchanges: [{ host: 'next.test', preference: 20 }] });
    expect([made.newPreference, codes(made.warnings)]).toEqual([
      20,
      expect.arrayContaining(['migration-preference-not-below']),
    ]);
    // Nor do its stages say that mail moves by itself.
    const why = (name: string) => made.stages.find((stage) => stage.name === name)?.why;
    expect([why('publish'), why('cut-over')]).toEqual([
      expect.stringMatching(/^Add the new exchanges\. .*moves no mail/),
      expect.stringMatching(/moves only when/),
    ]);
  });

  test.for([
    ['refuses', a(3, '127.66.1.97'), []],
    ['answers already', a(3, '127.66.1.1'), ['migration-new-answering']],
    ['drops packets', a(3, '127.66.1.96'), ['migration-new-silent']],
    ['does not resolve', {}, ['migration-new-unresolved']],
    ['refuses, and IPv6 is not ours to try', { ...a(3, '127.66.1.97'), ...aaaa(3, 'fd00:66::1') }, []],
    ['may not be asked', a(3, '10.0.0.1'), []],
  ] as const)('of a new host that %s', async ([, addresses, expected]) => {
    publish(OLD);
    world.publish({ 'fresh.test': addresses });
    const six = await world.service({ ALLOW_TARGETS: '127.66.0.0/16,fd00:66::/32' }, { zonePort: ns1.port });
    six.dark.add('127.66.1.96');
    six.unroutable.add('fd00:66::1');
    const made = await six.value(planMigration, { domain: 'move.test', newExchanges: [{ host: 'fresh.test' }] });
    expect(codes(made.warnings).filter((code) => code.startsWith('migration-new-'))).toEqual(expected);
  });

  test('is told in the language asked for', async () => {
    publish(OLD);
    const input = { domain: 'move.test', newExchanges: [{ host: 'next.test' }] };
    const th = await service.value(planMigration, input, { lang: 'th' });
    const en = await service.value(planMigration, input);
    expect(codes(th.warnings)).toEqual(codes(en.warnings));
    for (const { why } of th.stages) expect(why).toMatch(/[\u0e00-\u0e7f]/);
    for (const { why } of en.stages) expect(why).not.toMatch(/[\u0e00-\u0e7f]/);
  });

  test.for([
    [{ newExchanges: [] }, 'invalid-request', '/newExchanges'],
    [
      { newExchanges: Array.from({ length: 21 }, (_, i) => ({ host: `n${i}.test` })) },
      'invalid-request',
      '/newExchanges',
    ],
    [{ newExchanges: [{ host: 'a.test' }, { host: 'A.test.' }] }, 'invalid-request', '/newExchanges/1/host'],
    [{ newExchanges: [{ host: 'a..b' }] }, 'invalid-domain', '/newExchanges/0/host'],
    [{ newExchanges: [{ host: 'a.test', preference: 65_536 }] }, 'invalid-request', '/newExchanges/0/preference'],
    [{ newExchanges: [{ host: 'a.test', preference: '5' }] }, 'invalid-request', '/newExchanges/0/preference'],
    [{ strategy: 'fast' }, 'invalid-request', '/strategy'],
    [{ startAt: 'tomorrow' }, 'invalid-request', '/startAt'],
    [{ cutoverAt: '2026-02-30' }, 'invalid-request', '/cutoverAt'],
    [{ cutoverAt: '2026-02-30T00:00:00Z' }, 'invalid-request', '/cutoverAt'],
    [{ startAt: '2026-02-28T24:00:00Z' }, 'invalid-request', '/startAt'],
    [{ startAt: '9999-12-31T23:59:59Z' }, 'invalid-request', '/startAt'],
    [{ cutoverAt: '9999-12-31T23:59:59-23:59' }, 'invalid-request', '/cutoverAt'],
    [{ domain: 'a b' }, 'invalid-domain', '/domain'],
  ] as const)('%j is %s', async ([more, code, pointer]) => {
    const input = { domain: 'move.test', newExchanges: [{ host: 'next.test' }], ...more };
    const refused = await service.refusal(planMigration, input);
    expect([refused.code, refused.errors?.[0]?.pointer]).toEqual([code, pointer]);
    expect(service.dialled).toEqual([]);
  });
});
