/** Whom a probe asks: what a request may say, which addresses it dials, and what the guard keeps it from (contract §3, §7). */

import { beforeEach, describe, expect, test } from 'vitest';
import { invoke, operations } from '../../src/operations/index.ts';
import { ok, type SmtpServer } from '../helpers/smtp-server.ts';
import { a, aaaa, cname, codes, contextOf, mx, type Running, startWorld } from './world.ts';

const { probe } = operations;
const world = await startWorld('127.62');
const { port } = world;
const at = world.address;
const servers = new Map<string, SmtpServer>();
for (const tail of ['1.9', '1.10', '1.11']) servers.set(at(tail), await world.mail(tail));
/** Outside ALLOW_TARGETS: nobody may ever come here. */
const forbidden = [await world.listen('127.99.62.1'), await world.listen('::1')];

let service: Running;
beforeEach(async () => {
  world.dns.asked.length = 0;
  service = await world.service();
});

const rows = async (input: object, of = service) =>
  (await of.value(probe, { port, ...input })).hosts.map((h) => [h.host, h.ip, h.family, h.preference, h.outcome]);

describe('a request', () => {
  test.for([
    [{}, 'invalid-request', '/domain'],
    [{ domain: 'a.test', host: 'b.test' }, 'invalid-request', '/domain'],
    [{ domain: 'a.test', ip: '192.0.2.1' }, 'invalid-request', '/ip'],
    [{ host: '192.0.2.1', ip: '192.0.2.2' }, 'invalid-request', '/ip'],
    [{ host: 'a.test', ip: 'b.test' }, 'invalid-request', '/ip'],
    [{ host: 'a.test', ip: '010.0.0.1' }, 'invalid-request', '/ip'],
    [{ host: 'a.test', ip: '192.0.2.1', family: 6 }, 'invalid-request', '/family'],
    [{ host: '2001:db8::1', family: 4 }, 'invalid-request', '/family'],
    [{ host: 'a.test', family: 5 }, 'invalid-request', '/family'],
    [{ host: 'a.test', port: '25' }, 'invalid-request', '/port'],
    [{ host: 'a.test', port: 0 }, 'invalid-request', '/port'],
    [{ host: 'a.test', port: 65_536 }, 'invalid-request', '/port'],
    [{ host: 'a.test', security: 'tls' }, 'invalid-request', '/security'],
    [{ host: 'a.test', maxSeconds: 4 }, 'invalid-request', '/maxSeconds'],
    [{ host: 'a.test', maxSeconds: 121 }, 'invalid-request', '/maxSeconds'],
    [{ host: 'a.test', fresh: 1 }, 'invalid-request', '/fresh'],
    [{ host: 'a.test', timeout: 5 }, 'invalid-request', '/timeout'],
    [{ host: 'a b.test' }, 'invalid-domain', '/host'],
    [{ host: '' }, 'invalid-domain', '/host'],
    [{ domain: 'a..test' }, 'invalid-domain', '/domain'],
  ] as const)('%j is %s at %s', async ([input, code, pointer]) => {
    const refused = await service.refusal(probe, input);
    expect([refused.code, refused.errors?.[0]?.pointer]).toEqual([code, pointer]);
    expect([service.dialled, world.dns.asked]).toEqual([[], []]);
    expect(await service.left('client')).toBe(60);
  });

  test('for a port outside SMTP_PORTS is target-forbidden, and asks nobody', async () => {
    for (const input of [{ host: at('1.9') }, { domain: 'a.test' }]) {
      const refused = await service.refusal(probe, { ...input, port: 80 });
      expect([refused.code, refused.detail]).toEqual(['target-forbidden', expect.stringContaining('SMTP_PORTS')]);
    }
    expect([service.dialled, world.dns.asked]).toEqual([[], []]);
  });
});

describe('one host', () => {
  test('by literal, in brackets too, is dialled as it is; nothing is resolved', async () => {
    for (const host of [at('1.9'), `[${at('1.9')}]`]) {
      expect(await rows({ host })).toEqual([[at('1.9'), at('1.9'), 4, null, 'ok']]);
    }
    expect(world.dns.asked).toEqual([]);
  });

  test('by name is dialled at its first address by value', async () => {
    world.publish({ 'many.test': a(3600, at('1.10'), at('1.9'), at('1.11')) });
    expect(await rows({ host: 'MANY.test.' })).toEqual([['many.test', at('1.9'), 4, null, 'ok']]);
  });

  test('has one entry a family; family picks one', async () => {
    world.publish({ 'dual.test': { ...a(3600, at('1.9')), ...aaaa(3600, '::1') } });
    const six = await world.service({ ALLOW_TARGETS: `${at('0.0')}/16,::1/128` });
    const v4 = ['dual.test', at('1.9'), 4, null, 'ok'];
    const v6 = ['dual.test', '::1', 6, null, 'ok'];
    expect(await rows({ host: 'dual.test', fresh: true }, six)).toEqual([v4, v6]);
    expect(await rows({ host: 'dual.test', family: 4, fresh: true }, six)).toEqual([v4]);
    expect(await rows({ host: 'dual.test', family: 6, fresh: true }, six)).toEqual([v6]);
    forbidden[1]?.sessions.splice(0);
  });

  test('is pinned by ip, and keeps its name for TLS; nothing is resolved', async () => {
    expect(await rows({ host: 'not.there.test', ip: at('1.10') })).toEqual([
      ['not.there.test', at('1.10'), 4, null, 'ok'],
    ]);
    expect(world.dns.asked).toEqual([]);
  });

  test.for([
    ['gone.test', {}],
    ['bare.test', { 'bare.test': {} }],
    ['four.test', { 'four.test': a(3600, '127.62.1.9') }],
  ] as const)('%s without an address is unreachable at resolve', async ([host, names]) => {
    world.publish(names);
    const { hosts, cache } = await service.value(probe, { host, port, family: 6 });
    expect(hosts).toMatchObject([{ host, ip: null, outcome: 'unreachable', stage: 'resolve', transcript: [] }]);
    expect(cache.state).toBe('miss');
  });

  test.for([
    [4, 'six.test. A: no address'],
    [6, 'four.test. AAAA: no address'],
  ] as const)('without an address of family %d: nothing is said of the other family', async ([family, seen]) => {
    world.publish({ 'four.test': a(3600, at('1.9')), 'six.test': aaaa(3600, '::1') });
    const host = family === 6 ? 'four.test' : 'six.test';
    const { hosts, findings } = await service.value(probe, { host, port, family });
    expect(hosts).toMatchObject([{ host, ip: null, family, outcome: 'unreachable', stage: 'resolve' }]);
    expect(findings).toMatchObject([
      { code: 'host-not-answering', title: `There is no IPv${family} address for ${host}`, evidence: [seen] },
    ]);
  });

  test('behind an alias is found', async () => {
    world.publish({ 'mail.test': cname(3600, 'target.test'), 'target.test': a(3600, at('1.9')) });
    expect(await rows({ host: 'mail.test' })).toEqual([['mail.test', at('1.9'), 4, null, 'ok']]);
  });

  test('whose lookup fails is a failure of DNS', async () => {
    world.dns.world = { ...world.dns.world, trouble: { 'sick.test': 'SERVFAIL' } };
    expect((await service.refusal(probe, { host: 'sick.test', port })).code).toBe('dns-failure');
  });
});

describe('a domain', () => {
  test('is probed at every exchange, in delivery order, a host once at its lowest number', async () => {
    world.publish({
      'order.test': mx(
        3600,
        [30, 'mx9.test'],
        [10, 'mx11.test'],
        [20, 'mx10.test'],
        [40, 'mx11.test'],
        [50, 'no.test'],
      ),
      'mx9.test': a(3600, at('1.9')),
      'mx10.test': a(3600, at('1.10')),
      'mx11.test': a(3600, at('1.11')),
    });
    expect(await rows({ domain: 'order.test' })).toEqual([
      ['mx11.test', at('1.11'), 4, 10, 'ok'],
      ['mx10.test', at('1.10'), 4, 20, 'ok'],
      ['mx9.test', at('1.9'), 4, 30, 'ok'],
      ['no.test', null, null, 50, 'unreachable'],
    ]);
  });

  test.for([
    ['nullmx.test', { 'nullmx.test': mx(3600, [0, '']) }, 'mx-null'],
    ['nobody.test', {}, 'mx-nxdomain'],
    ['nothing.test', { 'nothing.test': {} }, 'mx-none'],
  ] as const)('%s, which takes no mail, is an answer without hosts', async ([domain, names, code]) => {
    world.publish(names);
    const { hosts, findings, cache } = await service.value(probe, { domain, port });
    expect([hosts, codes(findings), cache.state]).toEqual([[], [code], 'miss']);
  });

  test('whose exchanges have no address of the family asked for says so', async () => {
    world.publish({
      'old.test': mx(3600, [10, 'four.test'], [20, 'bare.test']),
      'four.test': a(3600, at('1.9')),
      'bare.test': {},
    });
    const { hosts, findings } = await service.value(probe, { domain: 'old.test', port, family: 6 });
    expect(hosts.map(({ host, family }) => [host, family])).toEqual([
      ['four.test', 6],
      ['bare.test', null],
    ]);
    expect(findings.map(({ code, title }) => [code, title])).toEqual([
      ['mx-host-no-address', 'MX host bare.test has no address'],
      ['host-not-answering', 'There is no IPv6 address for four.test'],
    ]);
  });

  test('without MX is probed at its own address, at preference 0', async () => {
    world.publish({ 'implicit.test': a(3600, at('1.9')) });
    expect(await rows({ domain: 'implicit.test' })).toEqual([['implicit.test', at('1.9'), 4, 0, 'ok']]);
  });

  test('dials 20 addresses at most; the exchanges beyond are skipped', async () => {
    const names = Array.from({ length: 24 }, (_, i) => `x${i + 10}.many.test`);
    world.publish({
      'many.test': mx(3600, ...names.map((name, i) => [i, name] as const)),
      // Two that are not dialled do not use up the twenty.
      ...Object.fromEntries(names.slice(2).map((name) => [name, a(3600, at('1.9'))])),
      [names[0] ?? '']: {},
      [names[1] ?? '']: a(3600, '10.0.0.1'),
    });
    const outcomes = (await rows({ domain: 'many.test' })).map(([, , , , outcome]) => outcome);
    expect(outcomes).toEqual(['unreachable', 'forbidden', ...Array(20).fill('ok'), 'skipped', 'skipped']);
    expect(service.dialled).toHaveLength(20);
  });

  test('has one connection with an address at a time', async () => {
    let most = 0;
    const greeted = () => {
      most = Math.max(most, busy.open);
      return [{ pause: 30 }, ...ok('250-busy.test', '250 SIZE')];
    };
    const busy: SmtpServer = await world.mail('1.12', { on: { EHLO: greeted } });
    world.publish({
      'shared.test': mx(3600, [1, 's1.test'], [1, 's2.test'], [1, 's3.test']),
      's1.test': a(3600, at('1.12')),
      's2.test': a(3600, at('1.12')),
      's3.test': a(3600, at('1.12')),
    });
    await rows({ domain: 'shared.test' });
    expect([busy.sessions.length, most]).toEqual([3, 1]);
  });

  test('with hosts that differ is probed in parallel', async () => {
    const slow = { greeting: [{ pause: 400 }, { reply: '220 slow.test ESMTP' }] } as const;
    await Promise.all(['1.13', '1.14', '1.15', '1.16'].map((tail) => world.mail(tail, slow)));
    world.publish({
      'slow.test': mx(3600, [1, 'l1.test'], [2, 'l2.test'], [3, 'l3.test'], [4, 'l4.test']),
      ...Object.fromEntries([13, 14, 15, 16].map((n, i) => [`l${i + 1}.test`, a(3600, at(`1.${n}`))])),
    });
    const { durationMs, hosts } = await service.value(probe, { domain: 'slow.test', port });
    expect(hosts.map(({ outcome }) => outcome)).toEqual(Array(4).fill('ok'));
    expect(durationMs).toBeLessThan(1200);
  });
});

describe('the guard', () => {
  // The listener at 127.99.62.1 would hear the mapped and the zero forms too, did anyone connect.
  test.for([
    ...['127.99.62.1', '::ffff:127.99.62.1', '::ffff:7f63:3e01', '64:ff9b::7f63:3e01', '2002:7f63:3e01::1', '::1'],
    ...['0.0.0.0', '::', '10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '169.254.169.254', '192.0.2.1'],
    ...['198.18.0.1', '203.0.113.9', '224.0.0.1', '240.0.0.1', '255.255.255.255', 'fc00::1', 'fe80::1', 'ff02::1'],
    ...['2001:db8::1', '2001::1', '::127.99.62.1', '[127.99.62.1]', '[IPv6:::1]', '64:ff9b:1::7f63:3e01'],
  ])('refuses %s as literal, as pin, as address of a host and of an exchange', async (ip) => {
    const bare = ip.replace(/^\[(?:IPv6:)?(.*)\]$/, '$1');
    world.publish({
      'inside.test': bare.includes(':') ? aaaa(3600, bare) : a(3600, bare),
      'trap.test': mx(3600, [10, 'inside.test']),
    });
    const asked = await world.service();
    for (const input of [{ host: ip }, { host: 'any.test', ip }, { host: 'inside.test' }, { domain: 'trap.test' }]) {
      const refused = await asked.refusal(probe, { ...input, port });
      expect([input, refused.code]).toEqual([input, 'target-forbidden']);
    }
    expect(asked.dialled).toEqual([]);
    expect(await asked.left('client')).toBe(60);
    expect(forbidden.map(({ sessions }) => sessions.length)).toEqual([0, 0]);
  });

  test.for([
    '127.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.99.62.1.',
    '127.99.062.1',
    'fe80::1%lo',
    '::1%1',
    '1.2.3',
  ])('takes %s for no way in', async (host) => {
    const { outcome } = await service.call(probe, { host, port });
    const seen = outcome.ok ? outcome.value.hosts.map((one) => one.stage) : outcome.refusal.code;
    expect([['resolve'], 'invalid-domain', 'target-forbidden']).toContainEqual(seen);
    expect(service.dialled).toEqual([]);
    expect(forbidden.map(({ sessions }) => sessions.length)).toEqual([0, 0]);
  });

  test('one forbidden exchange beside a good one is data', async () => {
    world.publish({
      'mixed.test': mx(3600, [10, 'inside.test'], [20, 'good.test']),
      'inside.test': a(3600, '127.99.62.1'),
      'good.test': a(3600, at('1.9')),
    });
    expect(await rows({ domain: 'mixed.test' })).toEqual([
      ['inside.test', '127.99.62.1', 4, 10, 'forbidden'],
      ['good.test', at('1.9'), 4, 20, 'ok'],
    ]);
    expect(service.dialled).toEqual([`${at('1.9')}:${port}`]);
    // One family that may be reached is enough: the other is data.
    world.publish({ 'half.test': { ...a(3600, at('1.9')), ...aaaa(3600, '::1') } });
    expect((await rows({ host: 'half.test' })).map((row) => row[4])).toEqual(['ok', 'forbidden']);
    expect(forbidden.map(({ sessions }) => sessions.length)).toEqual([0, 0]);
  });

  test('two exchanges, both forbidden, are data: 403 is for the only host', async () => {
    world.publish({
      'both.test': mx(3600, [10, 'inside1.test'], [20, 'inside2.test']),
      'inside1.test': a(3600, '127.99.62.1'),
      'inside2.test': a(3600, '10.0.0.1'),
    });
    expect((await rows({ domain: 'both.test' })).map((row) => row[4])).toEqual(['forbidden', 'forbidden']);
    expect(service.dialled).toEqual([]);
  });

  test('a name that turns to an inside address between two calls is judged at each', async () => {
    world.publish({ 'rebind.test': a(0, at('1.9')) });
    expect((await rows({ host: 'rebind.test' })).map((row) => row[4])).toEqual(['ok']);
    world.publish({ 'rebind.test': a(0, '127.99.62.1') });
    expect((await service.refusal(probe, { host: 'rebind.test', port })).code).toBe('target-forbidden');
    expect(forbidden[0]?.sessions).toEqual([]);
  });

  test('judges what the cache answers too', async () => {
    const shared = await world.service();
    expect((await rows({ host: at('1.9') }, shared)).map((row) => row[4])).toEqual(['ok']);
    const strict = await world.service({ ALLOW_TARGETS: '' });
    const withCache = { ...strict.services, cache: shared.services.cache };
    const outcome = await invoke(probe, { host: at('1.9'), port }, contextOf(), withCache);
    expect(outcome).toMatchObject({ ok: false, refusal: { code: 'target-forbidden' } });
  });
});
