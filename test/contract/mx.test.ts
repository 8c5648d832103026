/**
 * Contract §2 sentence by sentence, over HTTP and real DNS. Hosts are not shared between domains where a lifetime is judged:
 * an address that is in the cache already would shorten it.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Names } from '../helpers/dns-server.ts';
import { a, aaaa, cname, type Json, mx, type Problem, run, type Told } from './service.ts';

type Exchange = {
  readonly preference: number;
  readonly host: string;
  readonly ttl: number;
  readonly status: string;
  readonly addresses: readonly { readonly ip: string; readonly family: number; readonly ttl: number }[];
};
type Finding = { readonly code: string; readonly severity: string; readonly evidence: readonly string[] } & Json;
type Mx = {
  readonly domain: string;
  readonly canonical: string | null;
  readonly status: string;
  readonly exchanges: readonly Exchange[];
  readonly deliveryOrder: readonly { readonly preference: number; readonly hosts: readonly string[] }[];
  readonly ttl: number;
  readonly dnssec: string;
  readonly resolvedAt: string;
  readonly expiresAt: string;
  readonly cache: { readonly state: string; readonly layer: string | null; readonly ageSeconds: number };
  readonly findings: readonly Finding[];
};

const chain: Names = Object.fromEntries(
  Array.from({ length: 10 }, (_, i) => [
    `link${i + 1}.example`,
    cname(1_000 - i, i === 0 ? 'end.example' : `link${i}.example`),
  ]),
);

const names: Names = {
  ...chain,
  'end.example': mx(900, [10, 'h-end.example'], [20, 'h-end2.example']),
  'h-end.example': a(5_000, '203.0.114.1'),
  'h-end2.example': a(5_000, '203.0.114.2'),
  'one.example': cname(80, 'end1.example'),
  'end1.example': mx(900, [10, 'h-one.example']),
  'h-one.example': a(700, '203.0.114.1'),
  'loop.example': cname(60, 'pool.example'),
  'pool.example': cname(60, 'loop.example'),
  'self.example': cname(60, 'self.example'),
  'lost.example': cname(50, 'nowhere.example'),
  'order.example': mx(3_600, [20, 'b.order.example'], [5, 'z.order.example'], [20, 'a.order.example']),
  'a.order.example': a(500, '203.0.114.20', '203.0.114.3'),
  'b.order.example': { ...a(500, '203.0.114.4'), ...aaaa(450, '2a00::10', '2a00::9') },
  'z.order.example': a(500, '203.0.114.5'),
  'broken.example': mx(
    3_600,
    [10, 'gone.example'],
    [20, 'bare.example'],
    [30, 'alias.broken.example'],
    [40, '192.0.2.7'],
    [50, 'ill.example'],
    [60, 'ok.broken.example'],
  ),
  'bare.example': {},
  'alias.broken.example': cname(200, 'target.broken.example'),
  'target.broken.example': a(100, '203.0.114.6'),
  'ok.broken.example': a(300, '203.0.114.7'),
  'unusable.example': { ...mx(600, [10, 'gone.example'], [20, 'bare.example']), ...a(60, '203.0.114.8') },
  'half.example': mx(600, [10, 'h-half.example']),
  'h-half.example': a(500, '203.0.114.9'),
  'six.example': mx(600, [10, 'h-six.example']),
  'h-six.example': aaaa(600, '2a00::6'),
  'six-and-four.example': mx(600, [10, 'h-four.example'], [20, 'h-six2.example']),
  'h-four.example': a(600, '203.0.114.10'),
  'h-six2.example': aaaa(600, '2a00::7'),
  'null.example': mx(700, [0, '']),
  'null5.example': mx(700, [5, '']),
  'null-and.example': mx(700, [0, ''], [10, 'h-null.example']),
  'h-null.example': a(700, '203.0.114.11'),
  'twice.example': mx(600, [20, 'h-twice.example'], [10, 'h-twice.example']),
  'h-twice.example': a(600, '203.0.114.12'),
  'shared.example': mx(600, [10, 's1.example'], [20, 's2.example']),
  's1.example': a(600, '203.0.114.13'),
  's2.example': a(600, '203.0.114.13'),
  'private.example': mx(600, [10, 'h-private.example']),
  'h-private.example': a(600, '10.0.0.1', '203.0.114.14'),
  'implicit.example': { ...a(200, '203.0.114.15'), ...aaaa(100, '2a00::15') },
  'implicit-alias.example': cname(20, 'implicit2.example'),
  'implicit2.example': a(200, '203.0.114.16'),
  'none.example': {},
  'ttl299.example': mx(299, [10, 'h-ttl.example'], [20, 'h-ttl2.example']),
  'ttl300.example': mx(300, [10, 'h-ttl.example'], [20, 'h-ttl2.example']),
  'ttl86400.example': mx(86_400, [10, 'h-ttl.example'], [20, 'h-ttl2.example']),
  'ttl86401.example': mx(86_401, [10, 'h-ttl.example'], [20, 'h-ttl2.example']),
  'h-ttl.example': a(9_000, '203.0.114.17'),
  'h-ttl2.example': a(9_000, '203.0.114.18'),
  'zero.example': mx(0, [10, 'h-ttl.example']),
  'zero-link.example': cname(0, 'end.example'),
  'zero-host.example': mx(600, [10, 'h-zero.example']),
  'h-zero.example': a(0, '203.0.114.19'),
  'age.example': mx(600, [10, 'h-age.example']),
  'h-age.example': a(100, '203.0.114.21'),
  'stale.example': mx(1, [10, 'h-stale.example']),
  'h-stale.example': a(1, '203.0.114.22'),
  'refused.example': mx(1, [10, 'h-stale.example']),
  'vanish.example': mx(1, [10, 'h-stale.example']),
  'secure.example': mx(600, [10, 'h-secure.example']),
  'h-secure.example': { ...a(600, '203.0.114.23'), ...aaaa(600, '2a00::23') },
  'forged.example': mx(600, [10, 'h-secure.example'], [20, 'h-ttl.example']),
  'tag.example': mx(600, [10, 'h-tag.example']),
  'h-tag.example': a(600, '203.0.114.24'),
  'hostile.example': mx(
    600,
    [10, '\u001b[2J.example'],
    [20, '<b>.example'],
    [30, 'a b.example'],
    [40, '\u202eevil.example'],
  ),
};

const { ask, dns, publish, graphql } = await run({
  names,
  soa: { zone: '', ttl: 70, minimum: 40 },
  trouble: { 'ill.example': 'SERVFAIL', 'AAAA h-half.example': 'SERVFAIL' },
  authenticated: (name) => name !== 'h-ttl.example' && name !== 'bare.example',
});

const resolve = (domain: string, query = '') => ask<Mx>(`/v1/domains/${domain}/mx${query}`);
const lifetime = ({ resolvedAt, expiresAt }: Mx) => (Date.parse(expiresAt) - Date.parse(resolvedAt)) / 1_000;
const codes = (answer: Mx) => answer.findings.map(({ code, severity }) => `${code} ${severity}`).sort();

describe('every sentence on the answer', () => {
  type Row = readonly [domain: string, wanted: Json, lifetime: number | null, findings: readonly string[]];
  const ok = (preference: number, host: string, ttl: number, ...addresses: readonly (readonly [string, number])[]) => ({
    preference,
    host,
    ttl,
    status: 'ok',
    addresses: addresses.map(([ip, left]) => ({ ip, family: ip.includes(':') ? 6 : 4, ttl: left })),
  });
  const bad = (preference: number, host: string, status: string) => ({
    preference,
    host,
    ttl: expect.any(Number),
    status,
    addresses: [],
  });
  const rows: readonly Row[] = [
    [
      'order.example',
      {
        status: 'mx',
        canonical: null,
        ttl: 3_600,
        exchanges: [
          ok(5, 'z.order.example', 3_600, ['203.0.114.5', 500]),
          ok(20, 'a.order.example', 3_600, ['203.0.114.3', 500], ['203.0.114.20', 500]),
          ok(20, 'b.order.example', 3_600, ['203.0.114.4', 500], ['2a00::9', 450], ['2a00::10', 450]),
        ],
        deliveryOrder: [
          { preference: 5, hosts: ['z.order.example'] },
          { preference: 20, hosts: ['a.order.example', 'b.order.example'] },
        ],
      },
      450,
      [],
    ],
    [
      'broken.example',
      {
        exchanges: [
          bad(10, 'gone.example', 'nxdomain'),
          bad(20, 'bare.example', 'no-address'),
          {
            ...ok(30, 'alias.broken.example', 3_600, ['203.0.114.6', 100]),
            status: 'cname',
          },
          bad(40, '192.0.2.7', 'ip-literal'),
          bad(50, 'ill.example', 'failed'),
          ok(60, 'ok.broken.example', 3_600, ['203.0.114.7', 300]),
        ],
        deliveryOrder: [
          { preference: 30, hosts: ['alias.broken.example'] },
          { preference: 60, hosts: ['ok.broken.example'] },
        ],
      },
      30,
      [
        'mx-host-cname error',
        'mx-host-dns-failure warning',
        'mx-host-no-address error',
        'mx-host-nxdomain error',
        'mx-ip-literal error',
      ],
    ],
    // MX present but none usable: the domain's own address is never used. Both exchanges' negative answers count.
    [
      'unusable.example',
      { status: 'mx', deliveryOrder: [] },
      null,
      ['mx-host-no-address error', 'mx-host-nxdomain error'],
    ],
    // A and AAAA are judged apart; what failed counts 30 s.
    ['half.example', { exchanges: [ok(10, 'h-half.example', 600, ['203.0.114.9', 500])] }, 30, ['mx-single info']],
    // The missing family of an exchange that has addresses does not count.
    [
      'six.example',
      { exchanges: [ok(10, 'h-six.example', 600, ['2a00::6', 600])] },
      600,
      ['mx-ipv6-only warning', 'mx-single info'],
    ],
    ['six-and-four.example', { status: 'mx' }, 600, ['mx-ipv6-only info']],
    ['null.example', { status: 'null-mx', exchanges: [], deliveryOrder: [], ttl: 700 }, 700, ['mx-null info']],
    ['null5.example', { status: 'null-mx', exchanges: [] }, 700, ['mx-null info']],
    [
      'null-and.example',
      { status: 'mx', exchanges: [ok(10, 'h-null.example', 700, ['203.0.114.11', 700])] },
      700,
      ['mx-null-with-others error', 'mx-single info'],
    ],
    [
      'twice.example',
      { deliveryOrder: [{ preference: 10, hosts: ['h-twice.example'] }] },
      600,
      ['mx-duplicate info', 'mx-single info'],
    ],
    ['shared.example', { status: 'mx' }, 600, ['mx-shared-address info']],
    ['private.example', { status: 'mx' }, 600, ['mx-non-public-address warning', 'mx-single info']],
    [
      'implicit.example',
      {
        status: 'implicit',
        canonical: null,
        ttl: 40,
        exchanges: [ok(0, 'implicit.example', 100, ['203.0.114.15', 200], ['2a00::15', 100])],
        deliveryOrder: [{ preference: 0, hosts: ['implicit.example'] }],
      },
      40,
      ['mx-implicit warning'],
    ],
    [
      'implicit-alias.example',
      {
        status: 'implicit',
        canonical: 'implicit2.example',
        ttl: 20,
        exchanges: [ok(0, 'implicit2.example', 200, ['203.0.114.16', 200])],
      },
      20,
      ['mx-implicit warning'],
    ],
    // RFC 2308: the lesser of the SOA's TTL and its MINIMUM.
    ['none.example', { status: 'none', exchanges: [], ttl: 40 }, 40, ['mx-none error']],
    ['absent.example', { status: 'nxdomain', exchanges: [], ttl: 40 }, 40, ['mx-nxdomain error']],
    ['lost.example', { status: 'nxdomain', canonical: 'nowhere.example', ttl: 40 }, 40, ['mx-nxdomain error']],
    [
      'one.example',
      { domain: 'one.example', canonical: 'end1.example', ttl: 80 },
      80,
      ['mx-single info', 'mx-ttl-low info'],
    ],
    ['link8.example', { domain: 'link8.example', canonical: 'end.example', ttl: 900 }, 900, []],
    ['ttl299.example', { ttl: 299 }, 299, ['mx-ttl-low info']],
    ['ttl300.example', { ttl: 300 }, 300, []],
    ['ttl86400.example', { ttl: 86_400 }, null, []],
    ['ttl86401.example', { ttl: 86_401 }, null, ['mx-ttl-high info']],
  ];
  test.each(rows)('%s', async (domain, wanted, seconds, findings) => {
    const { status, body, headers } = await resolve(domain);
    expect(status).toBe(200);
    expect(body).toMatchObject(wanted);
    expect(body.cache).toEqual({ state: 'miss', layer: null, ageSeconds: 0 });
    if (seconds !== null) expect(Math.round(lifetime(body))).toBe(seconds);
    expect(headers['cache-control']).toBe(`max-age=${Math.round(lifetime(body))}`);
    expect(codes(body)).toEqual(findings);
    for (const { evidence } of body.findings) expect(evidence.length).toBeGreaterThan(0);
  });

  test('it has every member that the contract shows, of the type that it shows', async () => {
    const { body } = await resolve('order.example');
    const text = expect.any(String);
    const number = expect.any(Number);
    const [first] = body.exchanges;
    expect(body).toEqual({
      domain: 'order.example',
      unicode: 'order.example',
      canonical: null,
      status: 'mx',
      exchanges: expect.any(Array),
      deliveryOrder: expect.any(Array),
      ttl: number,
      dnssec: text,
      resolvedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      cache: { state: text, layer: 'memory', ageSeconds: number },
      findings: [],
    });
    expect(first).toEqual({
      preference: 5,
      host: 'z.order.example',
      ttl: number,
      status: 'ok',
      addresses: [first?.addresses[0]],
    });
    expect(first?.addresses[0]).toEqual({ ip: '203.0.114.5', family: 4, ttl: number });
  });

  test.each(['link9.example', 'loop.example', 'self.example'])('%s is dns-failure', async (domain) => {
    const { status, body } = await ask<Problem>(`/v1/domains/${domain}/mx`);
    expect([status, body.code]).toEqual([502, 'dns-failure']);
  });

  test('names chosen by strangers reach an answer only escaped', async () => {
    const { body, text } = await resolve('hostile.example');
    expect(body.exchanges.map(({ host }) => host)).toEqual([
      '\\027\\0912j.example',
      '\\060b\\062.example',
      'a\\032b.example',
      '\\226\\128\\174evil.example',
    ]);
    expect(text).not.toMatch(/[\u0000-\u001f\u202e<>]/);
  });
});

describe('time', () => {
  test('a cached answer has counted down; max-age − Age is what is left', async () => {
    const first = await resolve('age.example');
    await sleep(2_100);
    const later = await resolve('age.example');
    const { cache } = later.body;
    expect(cache).toMatchObject({ state: 'hit', layer: 'memory' });
    expect(cache.ageSeconds).toBeGreaterThanOrEqual(2);
    expect(later.headers.age).toBe(String(cache.ageSeconds));
    expect(later.headers['cache-control']).toBe(first.headers['cache-control']);
    expect(later.body.ttl).toBe(600 - cache.ageSeconds);
    expect(later.body.exchanges[0]?.ttl).toBe(600 - cache.ageSeconds);
    expect(later.body.exchanges[0]?.addresses[0]?.ttl).toBe(100 - cache.ageSeconds);
    expect([later.body.resolvedAt, later.body.expiresAt]).toEqual([first.body.resolvedAt, first.body.expiresAt]);
    expect(later.headers.etag).toBe(first.headers.etag);
  });

  test('a TTL of 0 is never cached, be it of the records or of a link to them', async () => {
    for (const domain of ['zero.example', 'zero-link.example', 'zero-host.example']) {
      for (let again = 0; again < 2; again++) {
        const before = dns.asked.length;
        const { body, headers } = await resolve(domain);
        expect(body.cache.state).toBe('miss');
        expect(headers['cache-control']).toBe('max-age=0');
        expect(dns.asked.length).toBeGreaterThan(before);
      }
    }
  });

  test('the tag is of the data: not of TTLs, times or the cache', async () => {
    const tags = new Set([(await resolve('tag.example')).headers.etag, (await resolve('tag.example')).headers.etag]);
    publish({ 'tag.example': mx(299, [10, 'h-tag.example']), 'h-tag.example': a(33, '203.0.114.24') });
    tags.add((await resolve('tag.example', '?fresh=true')).headers.etag);
    expect(tags.size).toBe(1);
    publish({ 'h-tag.example': a(33, '203.0.114.25') });
    expect(tags).not.toContain((await resolve('tag.example', '?fresh=true')).headers.etag);
  });
});

describe('DNSSEC', () => {
  test.each([
    ['secure.example', 'secure'],
    ['forged.example', 'insecure'],
    ['absent.secure.example', 'secure'],
    ['bare.example', 'insecure'],
  ])('%s is %s', async (domain, dnssec) => {
    expect((await resolve(domain)).body.dnssec).toBe(dnssec);
  });
});

describe('an old answer', () => {
  const domains = ['stale.example', 'refused.example', 'vanish.example'];
  let first: readonly Told<Mx>[] = [];
  beforeAll(async () => {
    first = await Promise.all(domains.map((domain) => resolve(domain)));
    await sleep(1_200);
    dns.world = {
      ...dns.world,
      names: Object.fromEntries(Object.entries(dns.world.names).filter(([name]) => name !== 'vanish.example')),
      trouble: { 'stale.example': 'SERVFAIL', 'refused.example': 'REFUSED', 'h-stale.example': 'SERVFAIL' },
    };
  });

  test.each([0, 1])('covers a failure, SERVFAIL or REFUSED', async (i) => {
    const { status, body, headers } = await resolve(domains[i] ?? '');
    expect(status).toBe(200);
    expect(body.cache).toMatchObject({ state: 'stale', layer: null });
    expect(body.ttl).toBe(30);
    expect(body.exchanges[0]).toMatchObject({ host: 'h-stale.example', status: 'ok', ttl: 30 });
    expect(headers['cache-control']).toBe('max-age=30');
    expect(headers.etag).toBe(first[i]?.headers.etag);
  });

  test('and not with fresh=true', async () => {
    const { status, headers, body } = await ask<Problem>('/v1/domains/stale.example/mx?fresh=true');
    expect([status, body.code, headers['cache-control']]).toEqual([502, 'dns-failure', 'no-store']);
  });

  test('is STALE over GraphQL', async () => {
    const { body } = await graphql('{ domain(name: "stale.example") { mx { ttl cache { state layer } } } }');
    expect(body.data).toEqual({ domain: { mx: { ttl: 30, cache: { state: 'STALE', layer: null } } } });
  });

  test('does not cover NXDOMAIN, which is an answer', async () => {
    const { body } = await resolve('vanish.example');
    expect(body).toMatchObject({ status: 'nxdomain', cache: { state: 'miss' } });
  });
});
