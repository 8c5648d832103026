/** Sessions of a probe: how long they are kept, who shares them, where they are found again, and what is ours (contract §3). */

import { beforeEach, describe, expect, test } from 'vitest';
import { operations } from '../../src/operations/index.ts';
import { optionsOf } from '../../src/operations/probe.ts';
import { runSessions } from '../../src/operations/sessions.ts';
import { startCiscoProxy } from '../helpers/cisco-proxy.ts';
import type { SmtpServer } from '../helpers/smtp-server.ts';
import { a, codes, contextOf, mx, type Running, setClock, startWorld, travel } from './world.ts';

const { probe, findProbe } = operations;
const world = await startWorld('127.63');
const { port } = world;
const at = world.address;
const one = await world.mail('1.1');
const two = await world.mail('1.2');
/** Nobody listens here. */
const closed = at('1.99');

let service: Running;
beforeEach(async () => {
  for (const server of [one, two]) server.sessions.length = 0;
  service = await world.service();
});

const ask = (input: object, of = service) => of.value(probe, { port, ...input });
/** Asks, lets time pass, asks again: how the second answer was come by. */
const again = async (input: object, seconds: number) => {
  await ask(input);
  travel(seconds);
  return (await ask(input)).cache;
};

describe('a session is kept', () => {
  test('300 s when ok, and says how old it is', async () => {
    expect(await again({ host: one.host }, 299)).toEqual({ state: 'hit', layer: 'memory', ageSeconds: 299 });
    travel(2);
    expect((await ask({ host: one.host })).cache).toEqual({ state: 'miss', layer: null, ageSeconds: 0 });
    expect(one.sessions).toHaveLength(2);
  });

  test('as long, and no longer, when the wall clock is set back; not at all over a sleep of the machine', async () => {
    await ask({ host: one.host });
    setClock(-3600);
    expect((await again({ host: one.host }, 299)).state).toBe('hit');
    travel(2);
    expect((await ask({ host: one.host })).cache.state).toBe('miss');
    setClock(86_400);
    expect((await ask({ host: one.host })).cache.state).toBe('miss');
    expect(one.sessions).toHaveLength(3);
  });

  test('60 s when not', async () => {
    expect((await again({ host: closed }, 59)).state).toBe('hit');
    travel(2);
    expect((await ask({ host: closed })).cache.state).toBe('miss');
    expect(service.dialled).toHaveLength(2);
  });

  test.for([
    ['address', { 'short.test': mx(3600, [10, 'short-a.test']), 'short-a.test': a(5, '127.63.1.1') }],
    ['MX', { 'short.test': mx(5, [10, 'short-a.test']), 'short-a.test': a(3600, '127.63.1.1') }],
  ] as const)('no longer than the %s TTL', async ([, names]) => {
    world.publish(names);
    expect((await again({ domain: 'short.test' }, 3)).state).toBe('hit');
    travel(3);
    expect((await ask({ domain: 'short.test' })).cache.state).toBe('miss');
  });

  test('no longer than what is left of a cached address', async () => {
    world.publish({ 'aging.test': a(100, one.host) });
    await ask({ host: 'aging.test' });
    travel(90);
    await ask({ host: 'aging.test', security: 'none' });
    expect((await again({ host: 'aging.test', security: 'none' }, 11)).state).toBe('miss');
  });

  test('not at all with a TTL of 0', async () => {
    world.publish({ 'zero.test': mx(0, [10, 'zero-a.test']), 'zero-a.test': a(0, one.host) });
    expect((await again({ domain: 'zero.test' }, 0)).state).toBe('miss');
    expect(one.sessions).toHaveLength(2);
  });

  test('by host, address, port and security, not by domain or family', async () => {
    world.publish({
      'dom.test': mx(3600, [7, 'key.test']),
      'key.test': a(3600, one.host),
      'other.test': a(3600, one.host),
    });
    await ask({ host: 'key.test' });
    for (const known of [{ domain: 'dom.test' }, { host: 'key.test', family: 4 }, { host: 'key.test', ip: one.host }]) {
      expect([known, (await ask(known)).cache.state]).toEqual([known, 'hit']);
    }
    // The preference is the call's, not the session's.
    expect((await ask({ domain: 'dom.test' })).hosts[0]?.preference).toBe(7);
    expect((await ask({ host: 'key.test' })).hosts[0]?.preference).toBeNull();
    for (const other of [{ host: 'other.test' }, { host: 'key.test', ip: two.host }, { host: 'key.test', port: 25 }]) {
      expect([other, (await ask(other)).cache.state]).toEqual([other, 'miss']);
    }
    expect((await ask({ host: 'key.test', security: 'none' })).cache.state).toBe('miss');
  });

  test('for others when fresh was asked, which itself takes none', async () => {
    await ask({ host: one.host });
    expect((await ask({ host: one.host, fresh: true })).cache.state).toBe('miss');
    travel(200);
    expect((await ask({ host: one.host })).cache).toMatchObject({ state: 'hit', ageSeconds: 200 });
    travel(150);
    expect((await ask({ host: one.host })).cache.state).toBe('miss');
    expect(one.sessions).toHaveLength(3);
  });

  test('and makes a hit only when every host was one', async () => {
    world.publish({
      'pair.test': mx(3600, [10, 'p1.test'], [20, 'p2.test']),
      'p1.test': a(3600, one.host),
      'p2.test': a(20, two.host),
    });
    expect((await again({ domain: 'pair.test' }, 10)).state).toBe('hit');
    travel(15);
    expect((await ask({ domain: 'pair.test' })).cache).toEqual({ state: 'miss', layer: null, ageSeconds: 0 });
    expect([one.sessions.length, two.sessions.length]).toEqual([1, 2]);
    // The oldest session tells the age.
    travel(5);
    expect((await ask({ domain: 'pair.test' })).cache).toMatchObject({ state: 'hit', ageSeconds: 30 });
  });

  test('never when rate-limited, skipped or forbidden', async () => {
    const tight = await world.service({ RATE_TARGET_PER_MINUTE: '1' });
    world.publish({
      'tight.test': mx(3600, [1, 't1.test'], [2, 't2.test'], [3, 't3.test'], [4, 't4.test']),
      't1.test': a(3600, one.host),
      't2.test': a(3600, one.host),
      't3.test': a(3600, '10.0.0.1'),
      't4.test': {},
    });
    const outcomes = async () => (await ask({ domain: 'tight.test' }, tight)).hosts.map(({ outcome }) => outcome);
    expect((await outcomes()).sort()).toEqual(['forbidden', 'ok', 'rate-limited', 'unreachable']);
    travel(61);
    expect(await outcomes()).toEqual(['ok', 'ok', 'forbidden', 'unreachable']);
  });

  test('only as it was written: what was tampered with is a miss', async () => {
    await ask({ host: one.host });
    const key = `session:${one.host}|${one.host}|${port}|starttls`;
    const { storedAt, probe: written } = JSON.parse((await service.services.cache.get(key))?.value ?? '');
    const misshapen = [{ banner: 'x' }, { ehlo: {} }, { startTls: [] }, { unfinishedGreeting: null }, { timings: {} }];
    for (const forged of [
      ...['', '{}', '{"storedAt":1,"probe":{"host":"x"}}', '[1]', 'null'],
      ...misshapen.map((part) => JSON.stringify({ storedAt, probe: { ...written, ...part } })),
    ]) {
      await service.services.cache.set(key, forged, 60_000);
      expect((await ask({ host: one.host })).cache.state).toBe('miss');
    }
  });
});

describe('equal probes at once', () => {
  test('share one session', async () => {
    world.publish({ 'dom.test': mx(0, [7, 'slow.test']), 'slow.test': a(0, at('1.3')) });
    const slow = await world.mail('1.3', { greeting: [{ pause: 200 }, { reply: '220 slow.test' }] });
    const probes = await Promise.all([
      ...Array.from({ length: 8 }, () => ask({ host: 'slow.test' })),
      ask({ domain: 'dom.test' }),
    ]);
    expect(slow.sessions).toHaveLength(1);
    expect(new Set(probes.map(({ id }) => id)).size).toBe(9);
    expect(probes.map(({ hosts }) => hosts[0]?.outcome)).toEqual(Array(9).fill('ok'));
    expect(probes.map(({ hosts }) => hosts[0]?.preference)).toEqual([...Array(8).fill(null), 7]);
    expect(await service.left('client')).toBe(60 - 9);
  });

  test('of different security share none', async () => {
    await Promise.all([ask({ host: one.host }), ask({ host: one.host, security: 'none' })]);
    expect(one.sessions).toHaveLength(2);
  });
});

test('a call ends within its minute, whatever a host is granted', () => {
  for (const maxSeconds of [5, 45, 60, 120]) {
    const { maxMs, deadline } = optionsOf({ host: 'a.example', maxSeconds }, 1_000);
    expect([maxMs, deadline < 1_000 + 60_000]).toEqual([maxSeconds * 1000, true]);
  }
});

test('who had less than five seconds, since others had the rest, is not called silent', async () => {
  const { host } = await world.mail('1.7', { greeting: [{ hang: true }] });
  const target = { host, ip: host, family: 4, preference: null, expiresAt: Number.POSITIVE_INFINITY } as const;
  const options = { port, security: 'starttls', fresh: false, maxMs: 45_000 } as const;
  const deadline = performance.now() + 300;
  const judged = await runSessions([target], { ...options, deadline }, contextOf(), service.services);
  expect(judged).toMatchObject({ ok: true, value: { hosts: [{ probe: { outcome: 'skipped' }, findings: [] }] } });
});

describe('an answer by its id', () => {
  test('is the same for an hour, for any caller and in either language, and costs nothing', async () => {
    const greedy = await world.mail('1.4', { greeting: [{ reply: '554 no SMTP service here' }, { close: true }] });
    const first = await ask({ host: greedy.host });
    const { id } = first;
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const left = await service.left('client');
    expect(await service.value(findProbe, { id })).toEqual(first);
    expect(await service.left('client')).toBe(left);
    travel(3590);
    const thai = await service.value(findProbe, { id }, { lang: 'th', name: 'another' });
    expect(codes(thai.hosts[0]?.findings ?? [])).toEqual(['greeting-rejected']);
    expect(thai.hosts[0]?.findings[0]?.title).toMatch(/[\u0e00-\u0e7f]/);
    expect(thai.hosts[0]?.transcript).toEqual(first.hosts[0]?.transcript);
    travel(11);
    expect((await service.refusal(findProbe, { id })).code).toBe('not-found');
  });

  test('that is unknown is not found, and malformed is invalid', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect((await service.refusal(findProbe, { id: unknown })).code).toBe('not-found');
    for (const id of ['', '1', '../probe', `${unknown}0`]) {
      expect((await service.refusal(findProbe, { id })).code).toBe('invalid-request');
    }
    await service.services.records.set(`probe:${unknown}`, '{"hosts":1}', 60_000);
    expect((await service.refusal(findProbe, { id: unknown })).code).toBe('not-found');
  });
});

describe('ours, not theirs', () => {
  const ALLOW_TARGETS = '127.63.0.0/16,127.163.0.0/16,127.164.0.0/16';
  const CANARY = `canary.ours.example:${port}`;
  world.publish({
    'canary.ours.example': a(3600, '127.164.1.1'),
    'mx.alpha.example': a(3600, at('2.1')),
    'mx.beta.example': a(3600, '127.163.2.1'),
  });
  const hostCodes = async (host: string, of: Running) => {
    const { hosts } = await ask({ host }, of);
    return codes(hosts.flatMap(({ findings }) => findings));
  };
  const behindPix = (host: string, to: SmtpServer) =>
    startCiscoProxy({ to: { host: to.host, port: to.port }, mode: 'pix', host, port });

  test('the canary is asked only in doubt', async () => {
    const canary = await world.listen('127.164.1.1');
    const watched = await world.service({ ALLOW_TARGETS, CANARY });
    // It greets in its own name; a bare address that greets in any name is a doubt.
    world.publish({ 'mx.test': a(3600, one.host) });
    await ask({ host: 'mx.test' }, watched);
    await ask({ host: closed }, watched);
    expect(canary.sessions).toHaveLength(0);
    watched.dark.add(at('2.1'));
    expect(await hostCodes('mx.alpha.example', watched)).not.toContain('port-blocked');
    expect(canary.sessions).toHaveLength(1);
    await canary.close();
  });

  test('silence at the canary too is a blocked port; an answer there is not', async () => {
    const watched = await world.service({ ALLOW_TARGETS, CANARY });
    for (const ip of [at('2.1'), '127.164.1.1']) watched.dark.add(ip);
    expect(await hostCodes('mx.alpha.example', watched)).toEqual(['port-blocked']);
    // Refused is answered: packets go both ways.
    const open = await world.service({ ALLOW_TARGETS, CANARY });
    open.dark.add(at('2.1'));
    expect(await hostCodes('mx.alpha.example', open)).not.toContain('port-blocked');
  });

  test('a stranger’s silence is forgotten after ten minutes, wherever the wall clock was set meanwhile', async () => {
    for (const by of [-3600, 0, 3600]) {
      const blind = await world.service({ ALLOW_TARGETS });
      for (const ip of [at('2.1'), '127.163.2.1']) blind.dark.add(ip);
      await hostCodes('mx.alpha.example', blind);
      setClock(by);
      travel(601);
      expect(await hostCodes('mx.beta.example', blind)).not.toContain('port-blocked');
    }
  });

  test('without a canary two strangers that are silent make one possible; one alone, or one refusal, does not', async () => {
    const blind = await world.service({ ALLOW_TARGETS });
    for (const ip of [at('2.1'), '127.163.2.1']) blind.dark.add(ip);
    expect(await hostCodes('mx.alpha.example', blind)).not.toContain('port-blocked');
    expect(await hostCodes('mx.beta.example', blind)).toEqual(['port-blocked']);
    await ask({ host: closed }, blind);
    expect(
      (await ask({ host: 'mx.beta.example', fresh: true }, blind)).hosts[0]?.findings.map((f) => f.code),
    ).not.toContain('port-blocked');
  });

  test('a mask at the canary too is an inspector near us; a clean canary leaves it to them', async () => {
    const behind = await world.listen(at('2.9'));
    const proxies = [await behindPix(at('2.1'), behind), await behindPix('127.164.1.1', behind)];
    const watched = await world.service({ ALLOW_TARGETS, CANARY });
    const found = await hostCodes('mx.alpha.example', watched);
    expect(found).toContain('local-inspection');
    expect(found).not.toContain('esmtp-inspection');
    await proxies[1]?.close();
    const canary = await world.listen('127.164.1.1');
    const theirs = await hostCodes('mx.alpha.example', await world.service({ ALLOW_TARGETS, CANARY }));
    expect(theirs).toEqual(expect.arrayContaining(['esmtp-inspection', 'banner-masked']));
    expect(theirs).not.toContain('local-inspection');
    await Promise.all([proxies[0]?.close(), canary.close()]);
  });

  test('a stranger’s greeting is held against the canary’s: the same is a redirected port, another clears the path', async () => {
    const greeting = [{ reply: '220 outbound.isp.example ESMTP' }] as const;
    const target = await world.listen(at('2.1'), { greeting });
    const redirected = await world.listen('127.164.1.1', { greeting });
    const watched = await world.service({ ALLOW_TARGETS, CANARY });
    expect(await hostCodes('mx.alpha.example', watched)).toEqual(['port-redirected']);
    expect(await hostCodes(target.host, watched)).toEqual(['port-redirected']);
    await redirected.close();
    const own = await world.listen('127.164.1.1', { greeting: [{ reply: '220 canary.ours.example ESMTP' }] });
    const clear = await world.service({ ALLOW_TARGETS, CANARY });
    expect(await hostCodes('mx.alpha.example', clear)).not.toContain('port-redirected');
    expect(own.sessions).toHaveLength(1);
    await Promise.all([target.close(), own.close()]);
  });

  test('bare addresses, and the two families of one machine, are no strangers to each other', async () => {
    const greeting = [{ reply: '220 outbound.isp.example ESMTP' }] as const;
    const all = [await world.listen(at('2.1'), { greeting }), await world.listen('127.163.2.1', { greeting })];
    const blind = await world.service({ ALLOW_TARGETS });
    for (const { host } of all) expect(await hostCodes(host, blind)).not.toContain('port-redirected');
    const pinned = await ask({ host: 'mx.beta.example', ip: `::ffff:${at('2.1')}` }, blind);
    expect(codes(pinned.hosts[0]?.findings ?? [])).not.toContain('port-redirected');
    expect(await hostCodes('mx.alpha.example', blind)).not.toContain('port-redirected');
    await Promise.all(all.map((server) => server.close()));
  });

  test('one greeting wherever we connect is a redirected port', async () => {
    const greeting = [{ reply: '220 outbound.isp.example ESMTP' }] as const;
    const all = [await world.listen(at('2.1'), { greeting }), await world.listen('127.163.2.1', { greeting })];
    const blind = await world.service({ ALLOW_TARGETS });
    expect(await hostCodes('mx.alpha.example', blind)).not.toContain('port-redirected');
    expect(await hostCodes('mx.beta.example', blind)).toContain('port-redirected');
    await Promise.all(all.map((server) => server.close()));
  });

  test('no verdict rests on a canary that the guard refuses, nor is it dialled', async () => {
    const guarded = await world.service({ CANARY });
    guarded.dark.add(at('2.1'));
    expect(await hostCodes('mx.alpha.example', guarded)).not.toContain('port-blocked');
    expect(guarded.dialled).toEqual([`${at('2.1')}:${port}`]);
  });
});
