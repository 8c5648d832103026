import { afterEach, describe, expect, test } from 'vitest';
import { cached } from '../../src/dns/cached.ts';
import type { Domain } from '../../src/dns/name.ts';
import { createResolver } from '../../src/dns/resolver.ts';
import type { DnsResult, Question, RecordType, Resolver } from '../../src/dns/types.ts';
import { type RouteResult, routeMail } from '../../src/mx/route.ts';
import type { MailRoute } from '../../src/mx/types.ts';
import { createMemoryCache } from '../../src/store/memory-cache.ts';
import { type Names, type Rrsets, type World, zoneServer } from '../helpers/dns-server.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const mx = (...data: [number, string][]): Rrsets => ({
  MX: { ttl: 3_600, data: data.map(([preference, exchange]) => ({ preference, exchange })) },
});
const a = (...ips: string[]): Rrsets => ({ A: { ttl: 300, data: ips.map((address) => ({ address })) } });
const aaaa = (...ips: string[]): Rrsets => ({ AAAA: { ttl: 200, data: ips.map((address) => ({ address })) } });
const alias = (target: string): Rrsets => ({ CNAME: { ttl: 600, data: [{ target }] } });

async function start(names: Names, more: Partial<World> = {}) {
  const server = await zoneServer({ names, ...more });
  const resolver = createResolver({ servers: [server] });
  open.push(server, resolver);
  return { server, resolver };
}
const soon = (ms = 2_000) => ({ deadline: performance.now() + ms });
const route = (resolver: Resolver, ms?: number): Promise<RouteResult> =>
  routeMail('d.test' as Domain, resolver, soon(ms));

function routed(result: RouteResult): MailRoute {
  if (!result.ok) throw new Error(result.failure.detail);
  return result.route;
}
/** `10 host status [addresses]`, a line an exchange. */
const lines = ({ exchanges }: MailRoute): string[] =>
  exchanges.map(({ preference, host, status, addresses }) =>
    [preference, host, status, ...addresses.map(({ ip }) => ip)].join(' '),
  );
const order = ({ deliveryOrder }: MailRoute): string[] =>
  deliveryOrder.map(({ preference, hosts }) => `${preference} ${hosts.join(' ')}`);

type Case = {
  names: Names;
  more?: Partial<World>;
  status: MailRoute['status'];
  exchanges: string[];
  order?: string[];
  canonical?: string;
  /** Of the MX RRset or the negative answer, and of the whole answer. */
  ttl?: number;
  life?: number;
};

const CASES: { [what: string]: Case } = {
  'two exchanges, in the order of their numbers': {
    names: { 'd.test': mx([20, 'b.test'], [10, 'a.test']), 'a.test': a('192.0.2.1'), 'b.test': a('192.0.2.2') },
    status: 'mx',
    exchanges: ['10 a.test ok 192.0.2.1', '20 b.test ok 192.0.2.2'],
    order: ['10 a.test', '20 b.test'],
    ttl: 3_600,
    life: 300,
  },
  'equals by host, addresses by family and value, none twice': {
    names: {
      'd.test': mx([5, 'z.test'], [5, 'b.test']),
      'z.test': { ...a('192.0.2.10', '192.0.2.9', '10.0.0.1', '192.0.2.9'), ...aaaa('2001:db8::10', '2001:db8::9') },
      'b.test': aaaa('2001:db8::1'),
    },
    status: 'mx',
    exchanges: ['5 b.test ok 2001:db8::1', '5 z.test ok 10.0.0.1 192.0.2.9 192.0.2.10 2001:db8::9 2001:db8::10'],
    order: ['5 b.test z.test'],
    ttl: 3_600,
    life: 200,
  },
  'a host at two numbers is tried once, at the lower': {
    names: {
      'd.test': mx([20, 'a.test'], [10, 'a.test'], [30, 'b.test']),
      'a.test': a('192.0.2.1'),
      'b.test': a('192.0.2.2'),
    },
    status: 'mx',
    exchanges: ['10 a.test ok 192.0.2.1', '20 a.test ok 192.0.2.1', '30 b.test ok 192.0.2.2'],
    order: ['10 a.test', '30 b.test'],
  },
  'the same record twice is one exchange': {
    names: { 'd.test': mx([10, 'a.test'], [10, 'A.test']), 'a.test': a('192.0.2.1') },
    status: 'mx',
    exchanges: ['10 a.test ok 192.0.2.1'],
    order: ['10 a.test'],
  },
  'a null MX': { names: { 'd.test': mx([0, '']) }, status: 'null-mx', exchanges: [], ttl: 3_600, life: 3_600 },
  'a null MX of another preference': { names: { 'd.test': mx([10, '']) }, status: 'null-mx', exchanges: [] },
  'a null MX beside others is left out': {
    names: { 'd.test': mx([0, ''], [10, 'a.test']), 'a.test': a('192.0.2.1') },
    status: 'mx',
    exchanges: ['10 a.test ok 192.0.2.1'],
    order: ['10 a.test'],
  },
  'no MX, an address: the domain itself': {
    names: { 'd.test': { ...a('192.0.2.1'), ...aaaa('2001:db8::1') } },
    status: 'implicit',
    exchanges: ['0 d.test ok 192.0.2.1 2001:db8::1'],
    order: ['0 d.test'],
    ttl: 60,
    life: 60,
  },
  'no MX, IPv6 alone': {
    names: { 'd.test': aaaa('2001:db8::1') },
    status: 'implicit',
    exchanges: ['0 d.test ok 2001:db8::1'],
    order: ['0 d.test'],
  },
  'nothing that takes mail': { names: { 'd.test': {} }, status: 'none', exchanges: [], ttl: 60, life: 60 },
  'no such name': { names: {}, status: 'nxdomain', exchanges: [], ttl: 60, life: 60 },
  'negative answers without an SOA are not to be kept': {
    names: {},
    more: { soa: null },
    status: 'nxdomain',
    exchanges: [],
    ttl: 0,
    life: 0,
  },
  'broken exchanges beside a whole one': {
    names: {
      'd.test': mx(
        [1, 'gone.test'],
        [2, 'bare.test'],
        [3, 'alias.test'],
        [4, '192.0.2.7'],
        [5, 'lost.test'],
        [6, 'good.test'],
      ),
      'bare.test': {},
      'alias.test': alias('real.test'),
      'real.test': a('192.0.2.3'),
      'lost.test': a('192.0.2.5'),
      'good.test': a('192.0.2.6'),
    },
    more: { trouble: { 'lost.test': 'SERVFAIL' } },
    status: 'mx',
    exchanges: [
      '1 gone.test nxdomain',
      '2 bare.test no-address',
      '3 alias.test cname 192.0.2.3',
      '4 192.0.2.7 ip-literal',
      '5 lost.test failed',
      '6 good.test ok 192.0.2.6',
    ],
    order: ['3 alias.test', '6 good.test'],
    life: 30,
  },
  'aliases that lead nowhere': {
    names: {
      'd.test': mx([1, 'x.test'], [2, 'y.test']),
      'x.test': alias('gone.test'),
      'y.test': alias('bare.test'),
      'bare.test': {},
    },
    status: 'mx',
    exchanges: ['1 x.test nxdomain', '2 y.test no-address'],
    order: [],
    life: 60,
  },
  'MX but none usable: the own address is never used': {
    names: { 'd.test': { ...mx([10, 'gone.test']), ...a('192.0.2.1') } },
    status: 'mx',
    exchanges: ['10 gone.test nxdomain'],
    order: [],
  },
  'one family that fails beside a good one': {
    names: { 'd.test': mx([10, 'a.test']), 'a.test': a('192.0.2.1') },
    more: { trouble: { 'AAAA a.test': 'SERVFAIL' } },
    status: 'mx',
    exchanges: ['10 a.test ok 192.0.2.1'],
    order: ['10 a.test'],
    life: 30,
  },
  'one family that fails beside nothing': {
    names: { 'd.test': mx([10, 'a.test']), 'a.test': {} },
    more: { trouble: { 'AAAA a.test': 'REFUSED' } },
    status: 'mx',
    exchanges: ['10 a.test failed'],
    order: [],
    life: 30,
  },
  'the negative answer of one family does not shorten the life of the other': {
    names: { 'd.test': mx([10, 'a.test']), 'a.test': a('192.0.2.1') },
    more: { soa: { zone: '', ttl: 5, minimum: 5 } },
    status: 'mx',
    exchanges: ['10 a.test ok 192.0.2.1'],
    life: 300,
  },
  'but those of a host without any address do': {
    names: { 'd.test': mx([10, 'a.test']), 'a.test': {} },
    more: { soa: { zone: '', ttl: 5, minimum: 7 } },
    status: 'mx',
    exchanges: ['10 a.test no-address'],
    life: 5,
  },
  'an alias with MX at its end': {
    names: { 'd.test': alias('e.test'), 'e.test': mx([10, 'a.test']), 'a.test': a('192.0.2.1') },
    status: 'mx',
    canonical: 'e.test',
    exchanges: ['10 a.test ok 192.0.2.1'],
    order: ['10 a.test'],
    ttl: 600,
  },
  'an alias without MX: the end of the chain is the exchange': {
    names: { 'd.test': alias('e.test'), 'e.test': a('192.0.2.1') },
    status: 'implicit',
    canonical: 'e.test',
    exchanges: ['0 e.test ok 192.0.2.1'],
    order: ['0 e.test'],
  },
  'an alias to nowhere': {
    names: { 'd.test': alias('gone.test') },
    status: 'nxdomain',
    canonical: 'gone.test',
    exchanges: [],
  },
  'odd bytes in a target are escaped, and asked for as they are': {
    names: { 'd.test': mx([10, 'a b.test']), 'a b.test': a('192.0.2.1') },
    status: 'mx',
    exchanges: ['10 a\\032b.test ok 192.0.2.1'],
  },
  'addresses where names belong': {
    names: { 'd.test': mx([1, '2001:db8::1'], [2, '[192.0.2.1]'], [3, '192.0.2.1.test'], [4, '300.1.1.1']) },
    status: 'mx',
    exchanges: [
      '1 2001:db8::1 ip-literal',
      '2 192.0.2.1 ip-literal',
      '3 192.0.2.1.test nxdomain',
      '4 300.1.1.1 nxdomain',
    ],
    order: [],
  },
};

describe('routeMail', () => {
  test.each(Object.entries(CASES))('%s', async (_, expected) => {
    const { resolver } = await start(expected.names, expected.more);
    const before = Date.now();
    const found = routed(await route(resolver));
    expect(found.status).toBe(expected.status);
    expect(lines(found)).toEqual(expected.exchanges);
    expect(found.canonical).toBe(expected.canonical ?? null);
    if (expected.order !== undefined) expect(order(found)).toEqual(expected.order);
    if (expected.ttl !== undefined) expect(found.ttl).toBe(expected.ttl);
    if (expected.life !== undefined) {
      const life = (found.expiresAt - found.resolvedAt) / 1_000;
      expect(life).toBeLessThanOrEqual(expected.life);
      expect(life).toBeGreaterThan(expected.life - 1);
    }
    expect(found.resolvedAt).toBeGreaterThanOrEqual(before);
    expect(found.cache).toEqual({ state: 'miss', layer: null });
  });

  test.each<[string, NonNullable<World['trouble']>, 'failure' | 'timeout']>([
    ['MX fails', { 'MX d.test': 'SERVFAIL' }, 'failure'],
    ['MX is never answered', { 'MX d.test': 'silent' }, 'timeout'],
    ['no MX, and both families fail', { 'A d.test': 'REFUSED', 'AAAA d.test': 'REFUSED' }, 'failure'],
    ['no MX, one family fails and the other has nothing', { 'A d.test': 'SERVFAIL' }, 'failure'],
  ])('DNS gave no answer: %s', async (_, trouble, kind) => {
    const { resolver } = await start({ 'd.test': {} }, { trouble });
    expect(await route(resolver, 400)).toMatchObject({ ok: false, failure: { kind } });
  });

  test('no MX, one family fails and the other has an address: implicit, for 30 s', async () => {
    const { resolver } = await start({ 'd.test': a('192.0.2.1') }, { trouble: { 'AAAA d.test': 'SERVFAIL' } });
    const found = routed(await route(resolver));
    expect([found.status, ...lines(found)]).toEqual(['implicit', '0 d.test ok 192.0.2.1']);
    expect(found.expiresAt - found.resolvedAt).toBe(30_000);
  });

  test('an exchange that is never answered is failed when the time is up', async () => {
    const { resolver } = await start(
      { 'd.test': mx([1, 'a.test'], [2, 'b.test']), 'a.test': a('192.0.2.1'), 'b.test': a('192.0.2.2') },
      { trouble: { 'a.test': 'silent' } },
    );
    const before = performance.now();
    expect(lines(routed(await route(resolver, 400)))).toEqual(['1 a.test failed', '2 b.test ok 192.0.2.2']);
    expect(performance.now() - before).toBeLessThan(800);
  });

  test('the records are the evidence: as published, null MX and duplicates too', async () => {
    const { resolver } = await start({
      'd.test': mx([0, ''], [10, 'a.test'], [10, 'a.test']),
      'a.test': a('192.0.2.1'),
    });
    expect(routed(await route(resolver)).records).toEqual([
      { preference: 0, exchange: '' },
      { preference: 10, exchange: 'a.test' },
      { preference: 10, exchange: 'a.test' },
    ]);
  });

  test('the own address is asked for only without MX, and an exchange only once', async () => {
    const names = {
      'd.test': { ...mx([1, 'a.test'], [2, 'a.test'], [3, '192.0.2.1']), ...a('192.0.2.1') },
      'a.test': a('192.0.2.2'),
    };
    const { server, resolver } = await start(names);
    await route(resolver);
    expect(server.asked.map(({ name, type }) => `${type} ${name}`).sort()).toEqual([
      'A a.test',
      'AAAA a.test',
      'MX d.test',
    ]);
  });

  test('200 exchanges, twenty questions at a time', async () => {
    const hosts = Array.from({ length: 200 }, (_, i) => `m${i}.test`);
    const names: { [name: string]: Rrsets } = { 'd.test': mx(...hosts.map((host): [number, string] => [1, host])) };
    for (const [i, host] of hosts.entries()) names[host] = a(`192.0.2.${i + 1}`);
    const { resolver } = await start(names);
    let under = 0;
    let most = 0;
    const counted: Resolver = {
      trustedForAd: true,
      async resolve<T extends RecordType>(question: Question<T>, options: { deadline: number }): Promise<DnsResult<T>> {
        most = Math.max(most, ++under);
        try {
          return await resolver.resolve(question, options);
        } finally {
          under--;
        }
      },
    };
    const found = routed(await route(counted, 8_000));
    expect(found.exchanges).toHaveLength(200);
    expect(found.exchanges.every(({ status }) => status === 'ok')).toBe(true);
    expect(most).toBe(20);
  });

  test('600 addresses at each of 20 hosts cost no time worth naming', async () => {
    const hosts = Array.from({ length: 20 }, (_, i) => `m${i}.test`);
    const many = Array.from({ length: 600 }, (_, i) => `10.0.${i >> 8}.${i & 255}`).reverse();
    const names: { [name: string]: Rrsets } = { 'd.test': mx(...hosts.map((host): [number, string] => [1, host])) };
    for (const host of hosts) names[host] = a(...many);
    const { resolver } = await start(names);
    const found = routed(await route(resolver, 8_000));
    expect(found.exchanges[0]?.addresses[599]?.ip).toBe('10.0.2.87');
  });
});

describe('dnssec', () => {
  const names = { 'd.test': mx([10, 'a.test']), 'a.test': a('192.0.2.1') };
  test.each<[string, (name: string) => boolean, boolean, MailRoute['dnssec']]>([
    ['AD on every part', () => true, true, 'secure'],
    ['the addresses of an exchange without it', (name) => name === 'd.test', true, 'insecure'],
    ['the MX without it', (name) => name !== 'd.test', true, 'insecure'],
    ['a resolver that is not to be trusted for it', () => true, false, 'unknown'],
  ])('%s', async (_, authenticated, trustedForAd, dnssec) => {
    const { resolver } = await start(names, { authenticated });
    expect(routed(await route({ ...resolver, trustedForAd })).dnssec).toBe(dnssec);
  });
});

describe('with a cache', () => {
  const names = { 'd.test': mx([10, 'a.test']), 'a.test': { ...a('192.0.2.1'), ...aaaa('2001:db8::1') } };
  async function startCached(world: Names = names) {
    const { server, resolver } = await start(world);
    const clock = { now: Date.now() };
    const memory = createMemoryCache({ maxBytes: 1_000_000 });
    const now = () => clock.now;
    const upstream = createResolver({ servers: [server], now });
    open.push(upstream);
    const memoryResolver = cached(upstream, memory, { now });
    const ask = (more = {}) => routeMail('d.test' as Domain, memoryResolver, { ...soon(), now, ...more });
    return { server, resolver, clock, ask };
  }

  test('the same answer again, older, and a hit', async () => {
    const { server, clock, ask } = await startCached();
    const first = routed(await ask());
    clock.now += 50_000;
    const second = routed(await ask());
    expect(second).toEqual({ ...first, cache: { state: 'hit', layer: 'memory' } });
    expect(server.asked).toHaveLength(3);
  });

  test('a new MX answer reuses addresses that still live; what is left of them has counted down', async () => {
    const { server, clock, ask } = await startCached({
      ...names,
      'd.test': { MX: { ttl: 100, data: [{ preference: 10, exchange: 'a.test' }] } },
    });
    await ask();
    clock.now += 150_000;
    const again = routed(await ask());
    expect(again.cache).toEqual({ state: 'miss', layer: null });
    expect(again.ttl).toBe(100);
    expect(again.exchanges[0]?.addresses.map(({ ttl }) => ttl)).toEqual([150, 50]);
    expect(again.expiresAt - again.resolvedAt).toBe(50_000);
    // A and AAAA leave side by side: either may arrive first.
    const [first, ...then] = server.asked.map(({ type }) => type);
    expect([first, then.slice(0, 2).sort(), then.slice(2)]).toEqual(['MX', ['A', 'AAAA'], ['MX']]);
  });

  test('stale when the network failed, with a TTL of 30', async () => {
    const { server, clock, ask } = await startCached();
    await ask();
    clock.now += 4_000_000;
    server.world = { names, trouble: { 'd.test': 'SERVFAIL', 'a.test': 'SERVFAIL' } };
    const stale = routed(await ask());
    expect(stale.cache).toEqual({ state: 'stale', layer: null });
    expect([stale.ttl, stale.expiresAt - stale.resolvedAt]).toEqual([30, 30_000]);
    expect(lines(stale)).toEqual(['10 a.test ok 192.0.2.1 2001:db8::1']);
    expect(await ask({ stale: false })).toMatchObject({ ok: false, failure: { kind: 'failure' } });
    expect(await ask({ fresh: true })).toMatchObject({ ok: false, failure: { kind: 'failure' } });
  });
});
