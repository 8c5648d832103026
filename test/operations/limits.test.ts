/** What a call costs, what is given back, and what a caller hears who has nothing left (contract §7). */

import { beforeEach, describe, expect, test } from 'vitest';
import { operations } from '../../src/operations/index.ts';
import type { SmtpServer } from '../helpers/smtp-server.ts';
import { a, aaaa, mx, ns, type Running, setClock, sleep, startWorld, travel } from './world.ts';

const { resolveMx, probe, report, route, explain, planMigration, checkMigration } = operations;
const { listArticles, getArticle, testSend } = operations;
const world = await startWorld('127.64');
const { port } = world;
const at = world.address;
const one = await world.mail('1.1');
const two = await world.mail('1.2');

world.publish({
  test: ns(3600, 'ns.test'),
  'ns.test': a(3600, at('0.1')),
  'dom.test': mx(3600, [10, 'm1.test'], [20, 'm2.test']),
  'm1.test': a(3600, one.host),
  'm2.test': a(3600, two.host),
  'new.test': a(3600, one.host),
  'inside.test': mx(3600, [10, 'in1.test']),
  'in1.test': a(3600, '10.0.0.1'),
  'null.test': mx(3600, [0, '']),
  'd1.test': mx(3600, [10, 'm1.test']),
  'd2.test': mx(3600, [10, 'm1.test']),
  'd3.test': mx(3600, [10, 'm1.test']),
});
world.dns.world = { ...world.dns.world, trouble: { 'sick.test': 'SERVFAIL' } };

let service: Running;
beforeEach(async () => {
  service = await world.service({}, { zonePort: world.dns.port });
  // Clear of whatever the test before has taken.
  travel(61);
});

const move = { domain: 'dom.test', oldHost: 'm1.test', newHost: 'm2.test' };
const plan = { domain: 'dom.test', newExchanges: [{ host: 'new.test' }] };

test('a wall clock that is set moves no budget, and what callers hear of it stays true', async () => {
  await service.value(probe, { host: 'm1.test', port });
  for (const by of [-3600, 3600, -86_400]) {
    setClock(by);
    // From the cache: what is told is what was last known.
    const { usage } = await service.call(probe, { host: 'm1.test', port });
    expect(usage).toMatchObject([{ scope: 'client', remaining: 59 }]);
    expect(usage[0]?.resetSeconds).toBeGreaterThan(0);
    expect(usage[0]?.resetSeconds).toBeLessThanOrEqual(60);
  }
  expect(await service.left('client')).toBe(59);
});

describe('what costs what', () => {
  const cost = async (work: () => Promise<unknown>) => {
    const before = [await service.left('client'), service.dialled.length];
    await work();
    const after = [await service.left('client'), service.dialled.length];
    return { client: (before[0] ?? 0) - (after[0] ?? 0), dials: (after[1] ?? 0) - (before[1] ?? 0) };
  };

  test.for([
    ['a probe of a domain', () => service.value(probe, { domain: 'dom.test', port }), 2],
    ['a probe of a host', () => service.value(probe, { host: 'm1.test', port }), 1],
    ['a report', () => service.value(report, { domain: 'dom.test' }), 2],
    ['a route', () => service.value(route, { domain: 'dom.test' }), 2],
  ] as const)('%s: one client token, none from the cache', async ([, work, dials]) => {
    expect(await cost(work)).toEqual({ client: 1, dials });
    expect(await cost(work)).toEqual({ client: 0, dials: 0 });
  });

  test.for([
    ['a plan', () => service.value(planMigration, plan), 3],
    ['a check', () => service.value(checkMigration, move), 2],
  ] as const)('%s: one client token', async ([, work, dials]) => {
    expect(await cost(work)).toEqual({ client: 1, dials });
    expect(await cost(work)).toEqual({ client: 1, dials: 0 });
  });

  test.for([
    ['a probe of a domain that takes no mail', () => service.value(probe, { domain: 'null.test', port })],
    ['a probe of a host without an address', () => service.value(probe, { host: 'gone.test', port })],
    ['a report of a name that does not exist', () => service.value(report, { domain: 'gone.test' })],
  ] as const)('%s: one client token though nobody is dialled', async ([, work]) => {
    expect(await cost(work)).toEqual({ client: 1, dials: 0 });
  });

  test.for([
    ['a wrong probe', () => service.refusal(probe, { domain: 'dom.test', host: 'm1.test' })],
    ['a forbidden port', () => service.refusal(probe, { host: 'm1.test', port: 80 })],
    ['a forbidden host', () => service.refusal(probe, { host: 'in1.test', port })],
    ['a forbidden domain', () => service.refusal(probe, { domain: 'inside.test', port })],
    ['a probe that DNS failed', () => service.refusal(probe, { domain: 'sick.test', port })],
    ['a report that DNS failed', () => service.refusal(report, { domain: 'sick.test' })],
    ['a plan that is wrong', () => service.refusal(planMigration, { domain: 'dom.test', newExchanges: [] })],
    ['a plan that DNS failed', () => service.refusal(planMigration, { ...plan, domain: 'sick.test' })],
    ['a check that is wrong', () => service.refusal(checkMigration, { ...move, newHost: 'm1.test' })],
    ['a check that DNS failed', () => service.refusal(checkMigration, { ...move, domain: 'sick.test' })],
    ['a call without the scope', () => service.refusal(probe, { host: 'm1.test', port }, { scopes: ['read'] })],
    ['an explanation', () => service.value(explain, { text: '550 5.1.1 no such user' })],
    ['the articles', () => service.value(listArticles, {})],
    ['an article', () => service.value(getArticle, { slug: 'what-is-mx' })],
    ['an MX answer', () => service.value(resolveMx, { domain: 'dom.test' })],
  ] as const)('%s: no client token', async ([, work]) => {
    expect(await cost(work)).toEqual({ client: 0, dials: 0 });
  });

  test('an uncached resolution: one lookup token; the cache and a wrong name cost none', async () => {
    const few = await world.service({ RATE_LOOKUP_PER_MINUTE: '5' });
    const left = async (domain: string, more = {}) => {
      await few.call(resolveMx, { domain, ...more });
      return few.left('lookup');
    };
    expect(await left('dom.test')).toBe(4);
    expect(await left('dom.test')).toBe(4);
    expect(await left('dom.test', { fresh: true })).toBe(3);
    expect(await left('a..b')).toBe(3);
    expect(await left('d1.test')).toBe(2);
    // Dropped as an answer, still there as RRsets: nobody is asked, nothing is paid.
    await few.services.cache.delete('mx:d1.test');
    expect(await left('d1.test')).toBe(2);
    // A caller's tokens are the caller's own.
    expect(await few.left('lookup', 'another')).toBe(5);
  });

  test('every metered call tells what is left, also when it cost nothing', async () => {
    const tell = async (...[operation, input]: Parameters<Running['call']>) => {
      const { usage } = await service.call(operation, input);
      return usage.map(({ scope, limit, windowSeconds, remaining }) => [scope, limit, windowSeconds, remaining]).at(-1);
    };
    const own = ['client', 60, 60] as const;
    expect(await tell(probe, { host: 'm1.test', port })).toEqual([...own, 59]);
    expect(await tell(probe, { host: 'm1.test', port })).toEqual([...own, 59]);
    expect(await tell(report, { domain: 'dom.test' })).toEqual([...own, 58]);
    expect(await tell(checkMigration, move)).toEqual([...own, 57]);
    expect(await tell(checkMigration, { ...move, domain: 'sick.test' })).toEqual([...own, 57]);
    expect(await tell(resolveMx, { domain: 'd2.test' })).toEqual(['lookup', 3000, 60, 2999]);
    expect(await tell(resolveMx, { domain: 'd2.test' })).toEqual(['lookup', 3000, 60, 2999]);
    // A hit that needs no promise tells it too.
    expect(await tell(resolveMx, { domain: 'd2.test' })).toEqual(['lookup', 3000, 60, 2999]);
  });
});

describe('target tokens', () => {
  const target = (ip: string, of: Running) => of.left('target', of.services.policy.canonicalTarget(ip));

  test('one for each address that is dialled, whoever asks', async () => {
    const tight = await world.service({ RATE_TARGET_PER_MINUTE: '6' });
    await tight.value(probe, { domain: 'dom.test', port });
    await tight.value(probe, { host: 'm1.test', port, fresh: true }, { name: 'another' });
    expect([await target(one.host, tight), await target(two.host, tight)]).toEqual([4, 5]);
    await tight.value(probe, { host: 'm1.test', port });
    await tight.call(probe, { host: 'in1.test', port });
    expect([await target(one.host, tight), await target('10.0.0.1', tight)]).toEqual([4, 6]);
  });

  test('one for a second session with the same host', async () => {
    const old = await world.mail('1.3', { on: { EHLO: [{ close: true }] } });
    const tight = await world.service({ RATE_TARGET_PER_MINUTE: '6' });
    const { hosts } = await tight.value(probe, { host: old.host, port });
    expect([hosts[0]?.outcome, hosts[0]?.greeting?.verb, old.sessions.length]).toEqual(['ok', 'HELO', 2]);
    expect(await target(old.host, tight)).toBe(4);
    // Without a token there is no second session, and the first tells what it learnt.
    const poor = await world.service({ RATE_TARGET_PER_MINUTE: '1' });
    const seen = await poor.value(probe, { host: old.host, port });
    expect(seen.hosts[0]).toMatchObject({ outcome: 'reset', greeting: null });
    expect(old.sessions).toHaveLength(3);
  });

  test('are counted for IPv6 by /64, and for forms with an IPv4 address inside by that', async () => {
    const six = await world.service({ ALLOW_TARGETS: '127.64.0.0/16,fd00:64::/32', RATE_TARGET_PER_MINUTE: '2' });
    for (const ip of ['fd00:64::1', 'fd00:64::2:0:0:2']) {
      six.dark.add(ip);
      await six.value(probe, { host: ip, port });
    }
    expect((await six.refusal(probe, { host: 'fd00:64::3', port })).scope).toBe('target');
    six.dark.add('fd00:64:0:1::1');
    await six.value(probe, { host: 'fd00:64:0:1::1', port });
    await six.value(probe, { host: one.host, port });
    await six.value(probe, { host: `::ffff:${one.host}`, port });
    expect((await six.refusal(probe, { host: one.host, port, fresh: true })).scope).toBe('target');
  });

  test('wanting for one host make that host rate-limited; for all, 429 and nothing paid', async () => {
    const tight = await world.service({ RATE_TARGET_PER_MINUTE: '1' });
    await tight.value(probe, { host: 'm1.test', port, security: 'none' });
    const mixed = await tight.value(probe, { domain: 'dom.test', port });
    expect(mixed.hosts.map(({ outcome, stage }) => [outcome, stage])).toEqual([
      ['rate-limited', 'resolve'],
      ['ok', 'quit'],
    ]);
    const left = await tight.left('client');
    const refused = await tight.refusal(probe, { domain: 'dom.test', port, fresh: true });
    expect(refused).toMatchObject({ code: 'rate-limited', scope: 'target' });
    expect(await tight.left('client')).toBe(left);
    expect(tight.dialled).toHaveLength(2);
    // What the cache has is no refusal: the other host is.
    const half = await tight.value(probe, { domain: 'dom.test', port });
    expect(half.hosts.map(({ outcome }) => outcome)).toEqual(['rate-limited', 'ok']);
    // Retry-After is when this very call would pass.
    travel((refused.retryAfterSeconds ?? 0) - 2);
    expect((await tight.refusal(probe, { domain: 'dom.test', port, fresh: true })).code).toBe('rate-limited');
    travel(2);
    const passed = await tight.value(probe, { domain: 'dom.test', port, fresh: true });
    expect(passed.hosts.map(({ outcome }) => outcome)).toContain('ok');
  });

  test('wanting for a host beside one that is broken are no refusal', async () => {
    const tight = await world.service({ RATE_TARGET_PER_MINUTE: '1' });
    world.publish({ 'part.test': mx(3600, [10, 'm1.test'], [20, 'no.test']) });
    await tight.value(probe, { host: 'm1.test', port, security: 'none' });
    const { hosts } = await tight.value(probe, { domain: 'part.test', port });
    expect(hosts.map(({ outcome }) => outcome)).toEqual(['rate-limited', 'unreachable']);
  });

  test('wanting for every host refuse a report, a plan and a check as well', async () => {
    const tight = await world.service({ RATE_TARGET_PER_MINUTE: '1' }, { zonePort: world.dns.port });
    await tight.value(probe, { domain: 'dom.test', port, security: 'none' });
    const left = await tight.left('client');
    for (const refused of [
      await tight.refusal(report, { domain: 'dom.test' }),
      await tight.refusal(route, { domain: 'dom.test' }),
      await tight.refusal(planMigration, plan),
      await tight.refusal(checkMigration, move),
    ]) {
      expect(refused).toMatchObject({ code: 'rate-limited', scope: 'target', retryAfterSeconds: expect.any(Number) });
    }
    expect(await tight.left('client')).toBe(left);
    expect(tight.dialled).toHaveLength(2);
  });
});

describe('429', () => {
  test.for([
    ['lookup', 'RATE_LOOKUP_PER_MINUTE', resolveMx, ['d1.test', 'd2.test', 'd3.test']],
    ['client', 'RATE_CLIENT_PER_MINUTE', report, ['d1.test', 'null.test', 'gone.test']],
  ] as const)(
    'names the scope %s and the time; the cache still answers',
    async ([scope, setting, operation, domains]) => {
      const tight = await world.service({ [setting]: '2' });
      const run = operation as Parameters<Running['value']>[0];
      await tight.value(run, { domain: domains[0] });
      travel(20);
      await tight.value(run, { domain: domains[1] });
      const refused = await tight.refusal(run, { domain: domains[2] });
      expect(refused).toMatchObject({ code: 'rate-limited', scope, retryAfterSeconds: 40 });
      await tight.value(run, { domain: domains[0] });
      await tight.value(run, { domain: domains[2] }, { name: 'another' });
      travel(40);
      await tight.value(run, { domain: domains[2], fresh: true });
      expect((await tight.refusal(run, { domain: domains[1], fresh: true })).retryAfterSeconds).toBe(20);
    },
  );

  test('of a caller without client tokens dials nobody', async () => {
    const tight = await world.service({ RATE_CLIENT_PER_MINUTE: '1' }, { zonePort: world.dns.port });
    await tight.value(probe, { host: 'm1.test', port });
    for (const [operation, input] of [
      [probe, { host: 'm2.test', port }],
      [report, { domain: 'dom.test' }],
      [route, { domain: 'dom.test' }],
      [planMigration, plan],
      [checkMigration, move],
    ] as const) {
      const refused = await tight.refusal(operation as Parameters<Running['value']>[0], input);
      expect([operation.id, refused.code, refused.scope]).toEqual([operation.id, 'rate-limited', 'client']);
    }
    expect(tight.dialled).toEqual([`${one.host}:${port}`]);
    expect(await tight.left('target', two.host)).toBe(1000);
  });
});

describe('MAX_PROBES', () => {
  const slowly = async (tail: string, ms: number): Promise<SmtpServer> =>
    world.mail(tail, { greeting: [{ pause: ms }, { reply: '220 slow.test ESMTP' }] });

  test('holds a call that finds no place for a second, then refuses it, at no cost', async () => {
    const slow = await slowly('2.1', 1800);
    const narrow = await world.service({ MAX_PROBES: '1' });
    const under = narrow.value(probe, { host: slow.host, port });
    await sleep(50);
    const began = performance.now();
    const refused = await narrow.refusal(probe, { host: one.host, port });
    const waited = performance.now() - began;
    expect(refused).toMatchObject({ code: 'overloaded', retryAfterSeconds: expect.any(Number) });
    expect(waited).toBeGreaterThan(950);
    expect(waited).toBeLessThan(1500);
    // Paid by the one under way alone.
    expect([await narrow.left('client'), await narrow.left('target', one.host)]).toEqual([59, 1000]);
    expect((await under).hosts[0]?.outcome).toBe('ok');
    expect((await narrow.value(probe, { host: one.host, port })).hosts[0]?.outcome).toBe('ok');
  });

  test('lets a call in whose place comes free within the second', async () => {
    const slow = await slowly('2.2', 400);
    const narrow = await world.service({ MAX_PROBES: '1' });
    const both = [narrow.value(probe, { host: slow.host, port }), narrow.value(probe, { host: one.host, port })];
    expect((await Promise.all(both)).map(({ hosts }) => hosts[0]?.outcome)).toEqual(['ok', 'ok']);
  });

  test('makes the hosts of one call take turns, however long that takes', async () => {
    const servers = await Promise.all(['2.3', '2.4', '2.5'].map((tail) => slowly(tail, 600)));
    world.publish({
      'turns.test': mx(3600, [1, 't1.test'], [2, 't2.test'], [3, 't3.test']),
      ...Object.fromEntries(servers.map(({ host }, i) => [`t${i + 1}.test`, a(3600, host)])),
    });
    const narrow = await world.service({ MAX_PROBES: '1' });
    const { hosts } = await narrow.value(probe, { domain: 'turns.test', port });
    expect(hosts.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok']);
    expect(narrow.services.gate.open).toBe(0);
  });

  test('gives every place back, also after failures and refusals', async () => {
    const narrow = await world.service({ MAX_PROBES: '2', RATE_TARGET_PER_MINUTE: '1' });
    world.publish({ 'six.test': aaaa(3600, 'fd00::1') });
    await narrow.value(probe, { host: at('9.9'), port });
    await narrow.call(probe, { host: at('9.9'), port, fresh: true });
    await narrow.call(probe, { host: 'six.test', port });
    expect(narrow.services.gate.open).toBe(0);
  });
});

describe('a send', () => {
  const sending = {
    SEND_FROM: 'probe@ours.example',
    SEND_ALLOWED_RECIPIENTS: '@d1.test,@inside.test,@null.test',
    RATE_SEND_PER_HOUR: '3',
    RATE_TARGET_PER_MINUTE: '6',
  };
  const receiver = { MAIL: [{ reply: '250 ok' }], RCPT: [{ reply: '250 ok' }], RSET: [{ reply: '250 ok' }] } as const;
  world.publish({ 'd1.test': mx(3600, [10, 'rx.test']), 'rx.test': a(3600, at('3.1')) });

  test('costs one send token and one target token an address; refusals and replays cost none', async () => {
    const server = await world.mail('3.1', { on: receiver });
    const sender = await world.service(sending);
    const body = { to: 'a@d1.test', dryRun: true, port };
    const call = { body, idempotencyKey: 'once' };
    const first = await sender.value(testSend, call);
    expect(first.status).toBe('dry-run-accepted');
    const left = async () => [
      await sender.left('send'),
      await sender.left('client'),
      await sender.left('target', at('3.1')),
    ];
    expect(await left()).toEqual([2, 60, 5]);
    expect((await sender.value(testSend, call)).id).toBe(first.id);
    expect((await sender.refusal(testSend, { ...call, body: { ...body, subject: 'x' } })).code).toBe(
      'idempotency-conflict',
    );
    expect((await sender.refusal(testSend, { body: { ...body, to: 'a@d2.test' } })).code).toBe('recipient-forbidden');
    expect((await sender.refusal(testSend, { body: { ...body, to: 'a@inside.test' } })).code).toBe('target-forbidden');
    expect((await sender.refusal(testSend, { body: { ...body, port: 80 } })).code).toBe('target-forbidden');
    expect((await sender.refusal(testSend, { body: { ...body, from: 'x@theirs.example' } })).code).toBe('forbidden');
    expect(await left()).toEqual([2, 60, 5]);
    expect(server.sessions).toHaveLength(1);
  });

  test('is 429 in an hour’s window', async () => {
    const sender = await world.service({ ...sending, RATE_SEND_PER_HOUR: '1' });
    const body = { to: 'a@null.test', dryRun: true, port };
    expect((await sender.value(testSend, { body })).status).toBe('rejected');
    travel(600);
    const refused = await sender.refusal(testSend, { body });
    expect(refused).toMatchObject({ code: 'rate-limited', scope: 'send', retryAfterSeconds: 3000 });
  });
});
