/**
 * Every line of contract §2 on real servers: the running service's REST answer beside what dig and kdig say of the same
 * Unbound, and beside what the zone's author expects.
 */

import { domainToASCII } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DigOptions, type DigQuestion, type DigRecord, type DigReply, dig, digAll, withoutDot } from './dig.ts';
import { type DnsWorld, startDns } from './dns.ts';
import { type Lab, openLab } from './lab.ts';
import { startRedis } from './redis.ts';
import { type Json, type Service, startService } from './service.ts';
import { type ExpectedAnswer, type MxCase, mxCases, sharedHosts, signedZone } from './zones.ts';

type Address = { ip: string; family: number; ttl: number };
type Exchange = { preference: number; host: string; ttl: number; status: string; addresses: Address[] };
type Answer = {
  domain: string;
  unicode: string;
  canonical: string | null;
  status: string;
  exchanges: Exchange[];
  deliveryOrder: { preference: number; hosts: string[] }[];
  ttl: number;
  dnssec: string;
  resolvedAt: string;
  expiresAt: string;
  cache: { state: string; layer: string | null; ageSeconds: number };
  findings: { code: string; evidence: string[] }[];
};

/** Both sides count whole seconds, and a moment passes between the two questions. */
const TTL_SLACK = 2;
const SLOW = 30_000;

let lab: Lab;
let world: DnsWorld;
let service: Service;
let second: Service;

beforeAll(async () => {
  lab = await openLab();
  world = await startDns(lab, [...sharedHosts, ...mxCases.flatMap((c) => c.zone)], signedZone);
  const redis = await startRedis(lab);
  const env = { DNS_SERVERS: world.servers, REDIS_URL: redis.url };
  [service, second] = await Promise.all([startService(lab, env), startService(lab, env)]);
});

afterAll(() => lab?.stop());

const ask = (name: string, type: string, options: DigOptions = {}) =>
  dig({ ip: world.unbound.ip, port: world.port }, name, type, options);
const askAll = (questions: readonly DigQuestion[], tool: 'dig' | 'kdig') =>
  digAll({ ip: world.unbound.ip, port: world.port }, questions, { tool });

const fetchMx = (domain: string) => service.get(`/v1/domains/${encodeURIComponent(domain)}/mx`);

const asAnswer = (body: Json) => body as unknown as Answer;
const isAnswer = (c: MxCase): c is MxCase & { expect: ExpectedAnswer } => 'status' in c.expect;

// A dead server costs eight seconds each time: meanwhile the others are asked.
describe.concurrent('what the zone says is what the service says', () => {
  test.for(mxCases.filter(isAnswer))('$domain: $because', { timeout: SLOW }, async ({ domain, expect: wanted }) => {
    const { status, body } = await fetchMx(domain);
    const answer = asAnswer(body);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(answer.domain).toBe(domainToASCII(domain));
    expect(answer.unicode).toBe(domain);
    expect(answer.status).toBe(wanted.status);
    expect(answer.canonical).toBe(wanted.canonical ?? null);
    expect(answer.dnssec).toBe(wanted.dnssec ?? 'insecure');
    expect(answer.exchanges.map((e) => [e.preference, e.host, e.status, ...e.addresses.map((a) => a.ip)])).toEqual(
      wanted.exchanges,
    );
    expect(answer.deliveryOrder.map((g) => `${g.preference}:${g.hosts.join('+')}`)).toEqual(wanted.order);
    expect(answer.findings.map((f) => f.code).sort()).toEqual([...new Set(wanted.findings)].sort());
    for (const finding of answer.findings) expect(finding.evidence, finding.code).not.toEqual([]);
  });

  test.for(mxCases.filter((c) => !isAnswer(c)))('$domain: $because', { timeout: SLOW }, async (c) => {
    if (!('problem' in c.expect)) throw new Error('this case expects an answer');
    const [{ status, body, headers }, reply] = await Promise.all([
      fetchMx(c.domain),
      // Unbound tries a dead server for longer than dig is told to wait.
      ask(domainToASCII(c.domain), 'MX', { tries: 1, seconds: 8 }),
    ]);
    expect(c.expect.problem).toContain(body.code);
    expect(status).toBe(body.code === 'dns-timeout' ? 504 : 502);
    expect(headers.get('content-type')).toContain('application/problem+json');
    // The same servers give dig no answer either.
    if (c.domain !== 'chain9.example') expect(['SERVFAIL', 'TIMEOUT']).toContain(reply.status);
  });
});

describe.concurrent.each(['dig', 'kdig'] as const)('%s sees the same', (tool) => {
  // The dead server costs seconds each time it is asked, and dig learns no more of it than we do.
  const skipped = ['many.example', 'mx-dead.example'];
  const small = mxCases.filter((c) => isAnswer(c) && !skipped.includes(c.domain));
  test.for(small)('$domain', { timeout: SLOW }, async ({ domain }) => {
    const readAt = performance.now();
    const answer = asAnswer((await fetchMx(domain)).body);
    const [reply, ...hosts] = await askAll([[domainToASCII(domain), 'MX'], ...questionsOf(answer.exchanges)], tool);
    if (!reply) throw new Error(`${tool} said nothing`);
    expect(answer.status === 'nxdomain').toBe(reply.status === 'NXDOMAIN');
    expect(answer.dnssec).toBe(reply.flags.includes('ad') ? 'secure' : 'insecure');
    expect(publishedBy(answer)).toEqual(usable(mxRecords(reply)));
    expectTtl(answer.ttl, ttlOf(reply), domain, readAt);
    sameAddresses(answer.exchanges, hosts, readAt);
  });
});

test('two hundred exchanges come over TCP, all of them, with their addresses', { timeout: SLOW }, async () => {
  const server = { ip: world.unbound.ip, port: world.port };
  const readAt = performance.now();
  const [answer, tcp] = await Promise.all([fetchMx('many.example'), dig(server, 'many.example', 'MX', { tcp: true })]);
  const { exchanges } = asAnswer(answer.body);
  expect(publishedBy(asAnswer(answer.body))).toEqual(mxRecords(tcp));
  expect(exchanges).toHaveLength(200);
  const samples = [0, 99, 199].flatMap((i) => exchanges[i] ?? []);
  sameAddresses(samples, await askAll(questionsOf(samples), 'kdig'), readAt);
});

describe('the cache on a real Redis', () => {
  test('counts TTLs down as Unbound does, and a second instance serves what the first resolved', async () => {
    const readAt = performance.now();
    const first = asAnswer((await fetchMx('several.example')).body);
    const other = await second.get('/v1/domains/several.example/mx');
    const answer = asAnswer(other.body);
    expect(answer.cache).toMatchObject({ state: 'hit', layer: 'redis' });
    expect(Math.abs(answer.ttl - first.ttl)).toBeLessThanOrEqual(TTL_SLACK);
    expectTtl(answer.ttl, ttlOf(await ask('several.example', 'MX')), 'several.example', readAt);
    const again = asAnswer((await second.get('/v1/domains/several.example/mx')).body);
    expect(again.cache).toMatchObject({ state: 'hit', layer: 'memory' });
  });

  test('a TTL of 0 is asked again every time', async () => {
    const states = [await fetchMx('ttl-zero.example'), await fetchMx('ttl-zero.example')];
    expect(states.map(({ body }) => asAnswer(body).cache.state)).toEqual(['miss', 'miss']);
  });

  test('fresh=true skips the cache', async () => {
    await fetchMx('equal.example');
    const { body, headers } = await service.get('/v1/domains/equal.example/mx?fresh=true');
    expect(asAnswer(body).cache.state).toBe('miss');
    expect(headers.get('cache-control')).toContain('no-store');
  });

  test('expiresAt is the least over every RRset of the answer', async () => {
    const answer = asAnswer((await service.get('/v1/domains/several.example/mx?fresh=true')).body);
    const left = (Date.parse(answer.expiresAt) - Date.parse(answer.resolvedAt)) / 1000;
    const least = Math.min(answer.ttl, ...answer.exchanges.flatMap((e) => e.addresses.map((a) => a.ttl)));
    expect(Math.abs(left - least)).toBeLessThanOrEqual(1);
    expect(least).toBeLessThanOrEqual(600);
  });
});

describe('a domain that moves', () => {
  test('fresh=true sees the new zone, the cache the old one', { timeout: SLOW }, async () => {
    const before = asAnswer((await fetchMx('single.example')).body);
    await world.publish([...sharedHosts, ...mxCases.flatMap((c) => c.zone), 'single MX 5 mx1.hosts']);
    const cached = asAnswer((await fetchMx('single.example')).body);
    const fresh = asAnswer((await service.get('/v1/domains/single.example/mx?fresh=true')).body);
    expect(cached.exchanges.map((e) => e.host)).toEqual(before.exchanges.map((e) => e.host));
    expect(fresh.exchanges.map((e) => e.host)).toEqual(['mx1.hosts.example', 'mx3.hosts.example']);
  });
});

// --- what dig printed, in the shape of an answer -----------------------------------------------------------------------

type Published = readonly [preference: number, host: string];

function mxRecords(reply: DigReply): Published[] {
  const records = reply.answer
    .filter((r) => r.type === 'MX')
    .map(({ data }): Published => {
      const [preference = '', host = ''] = data.split(' ');
      return [Number(preference), withoutDot(host)];
    });
  return records.sort(([a, x], [b, y]) => a - b || (x < y ? -1 : 1));
}

/** The null MX is never in the list of exchanges (contract §2). */
const usable = (records: readonly Published[]) => records.filter(([, host]) => host !== '');
const publishedBy = ({ status, exchanges }: Answer): Published[] =>
  status === 'mx' ? exchanges.map((e): Published => [e.preference, e.host]) : [];

/** The least TTL along the chain and the RRset; of a denial the lesser of the SOA's TTL and its MINIMUM (RFC 2308 §5). */
function ttlOf(reply: DigReply): number {
  const chain = reply.answer.map((record) => record.ttl);
  if (reply.answer.some((r) => r.type === 'MX')) return Math.min(...chain);
  return Math.min(...chain, ...reply.authority.filter((r) => r.type === 'SOA').map(negativeTtl));
}

const negativeTtl = ({ ttl, data }: DigRecord) => Math.min(ttl, Number(data.split(' ').at(-1)));

/** Both count the same RRset in Unbound's cache down; ours was read earlier, on a busy machine by seconds. */
function expectTtl(ours: number, theirs: number, what: string, readAt: number): void {
  const since = (performance.now() - readAt) / 1000;
  const said = `${what}: we said ${ours}, ${since.toFixed(1)} s later they say ${theirs}`;
  expect(ours - theirs, said).toBeLessThanOrEqual(TTL_SLACK + since);
  expect(ours - theirs, said).toBeGreaterThanOrEqual(-TTL_SLACK);
}

const FAMILIES = [
  ['A', 4],
  ['AAAA', 6],
] as const;

const withAddresses = (exchanges: readonly Exchange[]) =>
  exchanges.filter(({ status }) => status !== 'ip-literal' && status !== 'failed');

const questionsOf = (exchanges: readonly Exchange[]): DigQuestion[] =>
  withAddresses(exchanges).flatMap(({ host }) => FAMILIES.map(([type]): DigQuestion => [host, type]));

/** `replies` are those to `questionsOf` the exchanges. */
function sameAddresses(exchanges: readonly Exchange[], replies: readonly DigReply[], readAt: number): void {
  const rest = [...replies];
  for (const exchange of withAddresses(exchanges)) {
    for (const [type, family] of FAMILIES) {
      const answer = rest.shift()?.answer ?? [];
      const theirs = answer.filter((record) => record.type === type);
      const ours = exchange.addresses.filter((address) => address.family === family);
      expect(
        ours.map((a) => a.ip),
        exchange.host,
      ).toEqual(theirs.map((r) => r.data).sort());
      const least = Math.min(...answer.map((record) => record.ttl));
      for (const address of ours) expectTtl(address.ttl, least, address.ip, readAt);
    }
  }
  expect(rest).toEqual([]);
}
