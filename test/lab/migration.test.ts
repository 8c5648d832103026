/**
 * Two moves of a domain on real name servers: a zone on two NSDs, delegated from the lab's own root, is taken through every
 * stage of the plan that the service made, with TTLs of seconds, and the check follows. What the service says a cache may
 * still hold is compared with what Unbound does hold. And the servers a zone may have: behind, lame, failing, gone.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { zoneServer } from '../helpers/dns-server.ts';
import { startSmtpServer } from '../helpers/smtp-server.ts';
import { dig } from './dig.ts';
import { type DnsWorld, startDns } from './dns.ts';
import { isRoot, type Lab, openLab } from './lab.ts';
import { type Nsd, startNsd } from './nsd.ts';
import { type Service, startService } from './service.ts';
import { signedZone } from './zones.ts';

type Finding = { code: string; evidence: string[] };
type Row = { server: string; serial: number | null; records: string[]; error: string | null };
type Check = {
  stage: string;
  waitUntil: string | null;
  safeToRetire: boolean;
  authoritative: Row[];
  consistent: boolean;
  findings: Finding[];
};
type Plan = {
  strategy: string;
  oldTtl: number;
  newPreference: number;
  stages: { name: string; notBefore: string; records: string[] }[];
  warnings: Finding[];
};
type Move = { domain: string; oldHost: string; newHost: string };

/** Of the MX sets that move, and of the hosts' addresses. */
const TTL = 2;
const SLOW = 30_000;
const [NS1, NS2, LAME, GONE] = [61, 62, 63, 64];
/** The last octets of the exchanges. */
const HOSTS = { 'a.old': 71, 'a.new': 72, 'b.old': 73, 'b.new': 74 };
const ZONES = ['fallback.example', 'staged.example', 'behind.example', 'half.example', 'gone.example'];

let lab: Lab;
let dns: DnsWorld;
let ns1: Nsd;
let ns2: Nsd;
let service: Service;

/** What the parent says: who serves each zone, and where. */
const parentLines = () => [
  ...Object.entries({ ns1: NS1, ns2: NS2, lame: LAME, dead: GONE }).map(
    ([name, last]) => `${name}.hosts 3600 A ${lab.ip(last)}`,
  ),
  ...Object.entries(HOSTS).map(([name, last]) => `mx.${name} ${TTL} A ${lab.ip(last)}`),
  ...ZONES.flatMap((zone) => serversOf(zone).map((server) => `${zone}. NS ${server}.`)),
];

/** Two that serve the zone; in two cases one more, which knows it from hearsay alone, or is not there. */
function serversOf(zone: string): string[] {
  const more = { 'half.example': ['lame.hosts.example'], 'gone.example': ['dead.hosts.example'] }[zone] ?? [];
  return ['ns1.hosts.example', 'ns2.hosts.example', ...more];
}

const zoneFile = (zone: string, serial: number, records: readonly string[]) =>
  [
    `${zone}. 3600 SOA ns1.hosts.example. hostmaster.example. ${serial} 7200 900 86400 ${TTL}`,
    ...serversOf(zone).map((server) => `${zone}. 3600 NS ${server}.`),
    ...records,
    '',
  ].join('\n');

const serials = new Map<string, number>();
const next = (zone: string) => {
  const serial = (serials.get(zone) ?? 100) + 1;
  serials.set(zone, serial);
  return serial;
};
const load = (server: Nsd, zone: string, records: readonly string[], serial = next(zone)) =>
  server.load(zone, serial, zoneFile(zone, serial, records));
/** The same zone on both servers. */
async function publish(zone: string, records: readonly string[]): Promise<number> {
  const serial = next(zone);
  await Promise.all([ns1, ns2].map((server) => load(server, zone, records, serial)));
  return serial;
}

const mail = async (host: keyof typeof HOSTS) => {
  const server = await startSmtpServer({}, lab.ip(HOSTS[host]), 25);
  lab.defer(() => server.close());
};

async function ask<T>(path: string, body: unknown): Promise<T> {
  const answer = await service.post(path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body as T;
}
const check = (move: Move) => ask<Check>('/v1/migrations/check', move);
const codes = (findings: readonly Finding[]) => findings.map(({ code }) => code).sort();

/** A check that must name `waitUntil` as one TTL after it was asked. */
async function checkThatWaits(move: Move): Promise<Check & { until: number }> {
  const before = Date.now();
  const seen = await check(move);
  const until = Date.parse(seen.waitUntil ?? '');
  expect(until).toBeGreaterThanOrEqual(before + TTL * 1000);
  expect(until).toBeLessThanOrEqual(Date.now() + TTL * 1000);
  return { ...seen, until };
}
/** A moment later than that: Unbound counts its TTLs in whole seconds. */
const reach = (moment: number) => sleep(Math.max(0, moment - Date.now()) + 1_000);

/** The session with a host is remembered as long as its address: what changed there is seen when that has passed. */
async function checkOnce(move: Move, stage: string): Promise<Check> {
  const deadline = performance.now() + 3 * TTL * 1000;
  for (;;) {
    const seen = await check(move);
    if (seen.stage === stage || performance.now() > deadline) return seen;
    await sleep(200);
  }
}

/** The exchanges that a resolver gives a sender: from its cache as long as the TTL lasts. */
async function resolved(domain: string): Promise<string[]> {
  const { answer } = await dig({ ip: dns.unbound.ip, port: dns.port }, domain, 'MX');
  return answer.flatMap(({ type, data }) => (type === 'MX' ? [data] : [])).sort();
}

const stageOf = (plan: Plan, name: string) => {
  const stage = plan.stages.find((one) => one.name === name);
  if (!stage) throw new Error(`the plan has no stage ${name}`);
  return stage;
};

describe.skipIf(!isRoot)('a zone on two real name servers (root alone may start them)', () => {
  beforeAll(async () => {
    lab = await openLab();
    const zones = Object.fromEntries(ZONES.map((zone) => [zone, zone]));
    [dns, ns1, ns2] = await Promise.all([
      startDns(lab, parentLines(), signedZone),
      startNsd(lab, { last: NS1, zones }),
      startNsd(lab, { last: NS2, zones }),
    ]);
    service = await startService(lab, {
      ALLOW_TARGETS: '127.0.0.0/8',
      DNS_SERVERS: dns.servers,
      RATE_TARGET_PER_MINUTE: '1000',
      RATE_CLIENT_PER_MINUTE: '1000',
    });
    await Promise.all([mail('a.old'), mail('b.old'), mail('b.new')]);
  });
  afterAll(() => lab?.stop());

  describe.concurrent('is walked through its move', () => {
    test('by fallback: published before the new server lives', { timeout: SLOW }, async () => {
      const domain = 'fallback.example';
      const move = { domain, oldHost: 'mx.a.old.example', newHost: 'mx.a.new.example' };
      const old = [`${domain}. ${TTL} IN MX 10 mx.a.old.example.`];
      const before = await publish(domain, old);
      expect(await check(move)).toMatchObject({
        stage: 'not-started',
        waitUntil: null,
        safeToRetire: false,
        consistent: true,
        authoritative: serversOf(domain).map((server) => ({ server, serial: before, records: old, error: null })),
        findings: [],
      });
      const cutoverAt = new Date(Date.now() + 60_000).toISOString();
      const plan = await ask<Plan>('/v1/migrations/plan', {
        domain,
        newExchanges: [{ host: move.newHost }],
        cutoverAt,
      });
      expect([plan.strategy, plan.oldTtl, plan.stages.map(({ name }) => name)]).toEqual([
        'fallback',
        TTL,
        ['publish', 'wait', 'cut-over', 'observe', 'retire'],
      ]);
      expect([Date.parse(stageOf(plan, 'cut-over').notBefore), codes(plan.warnings)]).toEqual([
        Date.parse(cutoverAt),
        // Of every such plan; nothing else is wrong with this one.
        ['migration-equal-filtering', 'migration-single-address-senders'],
      ]);

      // The secondary is late: a sender may ask that one. And a resolver has the old set in its cache.
      await resolved(domain);
      const { records: both } = stageOf(plan, 'publish');
      const serial = next(domain);
      await load(ns1, domain, both, serial);
      const half = await check(move);
      expect(half).toMatchObject({ stage: 'not-started', waitUntil: null, consistent: false });
      expect(half.authoritative.map((row) => row.serial)).toEqual([serial, before]);
      expect(codes(half.findings)).toEqual(['migration-servers-disagree']);

      await load(ns2, domain, both, serial);
      const published = await checkThatWaits(move);
      expect(published).toMatchObject({ stage: 'published', consistent: true, safeToRetire: false, findings: [] });
      await reach(published.until);
      expect(await resolved(domain)).toEqual(exchangesOf(both));
      expect(await check(move)).toMatchObject({ stage: 'published', waitUntil: null });

      await mail('a.new');
      expect(await checkOnce(move, 'cut-over')).toMatchObject({ stage: 'cut-over', safeToRetire: false, findings: [] });

      const { records: only } = stageOf(plan, 'retire');
      await load(ns1, domain, only);
      const late = await check(move);
      expect(late).toMatchObject({ stage: 'cut-over', consistent: false, safeToRetire: false });
      await publish(domain, only);
      const retired = await checkThatWaits(move);
      expect(retired).toMatchObject({ stage: 'retired', consistent: true, safeToRetire: false, findings: [] });
      await reach(retired.until);
      expect(await check(move)).toMatchObject({ stage: 'retired', safeToRetire: true, waitUntil: null });
      expect(await resolved(domain)).toEqual(exchangesOf(only));
    });

    test('staged: both servers live, and change places', { timeout: SLOW }, async () => {
      const domain = 'staged.example';
      const move = { domain, oldHost: 'mx.b.old.example', newHost: 'mx.b.new.example' };
      await publish(domain, [`${domain}. ${TTL} IN MX 10 mx.b.old.example.`]);
      const input = { domain, newExchanges: [{ host: move.newHost }], strategy: 'staged' };
      const plan = await ask<Plan>('/v1/migrations/plan', input);
      const names = ['lower-ttl', 'publish', 'swap', 'retire', 'raise-ttl'];
      expect([plan.strategy, plan.oldTtl, plan.stages.map(({ name }) => name)]).toEqual(['staged', TTL, names]);
      const enter = (name: string) => publish(domain, stageOf(plan, name).records);

      await enter('lower-ttl');
      expect(await check(move)).toMatchObject({
        stage: 'not-started',
        waitUntil: null,
        consistent: true,
        findings: [],
      });
      await enter('publish');
      const published = await checkThatWaits(move);
      expect(published).toMatchObject({ stage: 'published', safeToRetire: false, findings: [] });
      await reach(published.until);
      await enter('swap');
      const swapped = await checkThatWaits(move);
      expect(swapped).toMatchObject({ stage: 'cut-over', safeToRetire: false, findings: [] });
      await reach(swapped.until);
      expect(await resolved(domain)).toEqual(exchangesOf(stageOf(plan, 'swap').records));
      await enter('retire');
      const retired = await checkThatWaits(move);
      expect(retired).toMatchObject({ stage: 'retired', safeToRetire: false, findings: [] });
      // The longer TTL is of a set without the old exchange: nobody waits for that one.
      await enter('raise-ttl');
      await reach(retired.until);
      expect(await check(move)).toMatchObject({ stage: 'retired', safeToRetire: true, waitUntil: null, findings: [] });
    });
  });

  describe.concurrent('has servers that', () => {
    const move = (domain: string): Move => ({ domain, oldHost: 'mx.b.old.example', newHost: 'mx.b.new.example' });
    const oldSet = (domain: string) => [`${domain}. ${TTL} IN MX 10 mx.b.old.example.`];
    const newSet = (domain: string) => [`${domain}. ${TTL} IN MX 10 mx.b.new.example.`];

    test('lag: an older serial alone is told, an older set is a disagreement', { timeout: SLOW }, async () => {
      const domain = 'behind.example';
      const older = await publish(domain, oldSet(domain));
      const newer = next(domain);
      await load(ns1, domain, oldSet(domain), newer);
      const same = await check(move(domain));
      expect([same.consistent, codes(same.findings)]).toEqual([true, ['migration-serials-differ']]);
      expect(same.authoritative.map(({ serial }) => serial)).toEqual([newer, older]);
      await load(ns1, domain, newSet(domain));
      const other = await check(move(domain));
      expect([other.stage, other.consistent, other.safeToRetire]).toEqual(['not-started', false, false]);
      expect(codes(other.findings)).toEqual(['migration-servers-disagree']);
      expect(other.findings[0]?.evidence).toEqual([
        `ns1.hosts.example: ${newSet(domain)[0]}`,
        `ns2.hosts.example: ${oldSet(domain)[0]}`,
      ]);
    });

    test('do not serve it: one answers without authority, one has lost its file', { timeout: SLOW }, async () => {
      const domain = 'half.example';
      const records = { ttl: TTL, data: [{ preference: 10, exchange: 'mx.b.old.example' }] };
      const lame = await zoneServer({ names: { [domain]: { MX: records } } }, lab.ip(LAME), lab.dnsPort);
      lab.defer(() => lame.close());
      await load(ns1, domain, oldSet(domain));
      const seen = await check(move(domain));
      expect(errorsOf(seen)).toEqual({
        'lame.hosts.example': 'lame',
        'ns1.hosts.example': null,
        'ns2.hosts.example': 'failure',
      });
      expect(codes(seen.findings)).toEqual(['migration-server-lame', 'migration-server-silent']);
      expect([seen.stage, seen.consistent]).toEqual(['not-started', false]);
    });

    test('are gone: what one has not said is not safe', { timeout: SLOW }, async () => {
      const domain = 'gone.example';
      await publish(domain, newSet(domain));
      const seen = await check(move(domain));
      expect(errorsOf(seen)).toMatchObject({ 'dead.hosts.example': 'unreachable', 'ns1.hosts.example': null });
      expect(codes(seen.findings)).toEqual(['migration-server-silent']);
      expect(seen).toMatchObject({ stage: 'retired', consistent: false, safeToRetire: false, waitUntil: null });
    });
  });

  test('loses both servers after its move: what they said before stands', { timeout: SLOW }, async () => {
    const move = { domain: 'staged.example', oldHost: 'mx.b.old.example', newHost: 'mx.b.new.example' };
    await ns2.stop();
    const one = await check(move);
    expect(errorsOf(one)).toEqual({ 'ns1.hosts.example': null, 'ns2.hosts.example': 'unreachable' });
    expect(one).toMatchObject({ stage: 'retired', consistent: false, safeToRetire: true });
    await ns1.stop();
    const none = await check(move);
    expect(errorsOf(none)).toEqual({ 'ns1.hosts.example': 'unreachable', 'ns2.hosts.example': 'unreachable' });
    expect(none).toMatchObject({ stage: 'retired', consistent: false, waitUntil: null });
    expect(codes(none.findings)).toEqual([
      'migration-none-answered',
      'migration-server-silent',
      'migration-server-silent',
    ]);
  });
});

const errorsOf = ({ authoritative }: Check) =>
  Object.fromEntries(authoritative.map(({ server, error }) => [server, error]));
const exchangesOf = (records: readonly string[]) => records.map((record) => record.split(' MX ')[1] ?? '').sort();
