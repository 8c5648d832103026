import { describe, expect, it } from 'vitest';
import { renderAll } from '../../src/diagnosis/findings.ts';
import { judgeRoute } from '../../src/diagnosis/judge-route.ts';
import type { Domain } from '../../src/dns/name.ts';
import type { Exchange, ExchangeStatus, MailRoute, MxStatus } from '../../src/mx/types.ts';

type Spec = readonly [preference: number, host: string, ips?: readonly string[], status?: ExchangeStatus];

const exchange = ([preference, host, ips = [], status = 'ok']: Spec): Exchange => ({
  preference,
  host,
  ttl: 3600,
  status,
  addresses: ips.map((ip) => ({ ip, family: ip.includes(':') ? 6 : 4, ttl: 300 })),
});

function route(status: MxStatus, specs: readonly Spec[], more: Partial<MailRoute> = {}): MailRoute {
  const exchanges = specs.map(exchange);
  return {
    domain: 'example.com' as Domain,
    canonical: null,
    status,
    exchanges,
    deliveryOrder: exchanges
      .filter((e) => e.status === 'ok' || e.status === 'cname')
      .map((e) => ({ preference: e.preference, hosts: [e.host] })),
    ttl: 3600,
    dnssec: 'unknown',
    records: status === 'mx' ? exchanges.map((e) => ({ preference: e.preference, exchange: e.host })) : [],
    resolvedAt: 0,
    expiresAt: 3_600_000,
    cache: { state: 'miss', layer: null },
    ...more,
  };
}

const isPublic = (ip: string) => !/^(?:10\.|127\.|192\.168\.|fd)/.test(ip);
const judge = (of: MailRoute) => judgeRoute(of, isPublic);
const codes = (of: MailRoute) => judge(of).map((f) => f.code);

const good: Spec[] = [
  [10, 'imail.example.com', ['192.0.2.10']],
  [20, 'maildr.example.com', ['192.0.2.20', '2001:db8::20']],
];

describe('a route with nothing to say about', () => {
  it('gives no finding', () => {
    expect(judge(route('mx', good))).toEqual([]);
    const equals: Spec[] = [1, 2, 3, 4].map((n) => [5, `mx${n}.example.com`, [`192.0.2.${n}`]]);
    expect(judge(route('mx', equals))).toEqual([]);
  });
});

describe('every code, with its evidence', () => {
  const nul = { preference: 0, exchange: '' };
  const both: Spec = [10, 'a.example.com', ['192.0.2.1']];
  const cases: [name: string, of: MailRoute, code: string, severity: string, evidence: string[]][] = [
    ['null MX', route('null-mx', [], { records: [nul] }), 'mx-null', 'info', ['example.com. MX 0 .']],
    [
      'null MX beside others',
      route('mx', good, { records: [nul, { preference: 10, exchange: 'imail.example.com' }] }),
      'mx-null-with-others',
      'error',
      ['example.com. MX 0 .', 'example.com. MX 10 imail.example.com.'],
    ],
    [
      'no MX, the domain itself serves',
      route('implicit', [[0, 'example.com', ['192.0.2.1']]]),
      'mx-implicit',
      'warning',
      ['example.com. MX: NODATA', 'example.com. A 192.0.2.1'],
    ],
    [
      'nothing there',
      route('none', []),
      'mx-none',
      'error',
      ['example.com. MX: NODATA', 'example.com. A, AAAA: NODATA'],
    ],
    ['no such name', route('nxdomain', []), 'mx-nxdomain', 'error', ['example.com. MX: NXDOMAIN']],
    [
      'an alias as exchange',
      route('mx', [[10, 'al.example.com', ['192.0.2.7'], 'cname'], both]),
      'mx-host-cname',
      'error',
      [
        'example.com. MX 10 al.example.com.',
        'al.example.com. A 192.0.2.7',
        'al.example.com. A, AAAA: by way of a CNAME',
      ],
    ],
    [
      'a host that does not exist',
      route('mx', [[10, 'gone.example.com', [], 'nxdomain'], both]),
      'mx-host-nxdomain',
      'error',
      ['example.com. MX 10 gone.example.com.', 'gone.example.com. A, AAAA: NXDOMAIN'],
    ],
    [
      'a host without an address',
      route('mx', [[10, 'bare.example.com', [], 'no-address'], both]),
      'mx-host-no-address',
      'error',
      ['example.com. MX 10 bare.example.com.', 'bare.example.com. A, AAAA: NODATA'],
    ],
    [
      'an address as exchange',
      route('mx', [[10, '192.0.2.9', [], 'ip-literal'], both]),
      'mx-ip-literal',
      'error',
      ['example.com. MX 10 192.0.2.9.'],
    ],
    [
      'an address as exchange in brackets',
      route('mx', [[10, '192.0.2.9', [], 'ip-literal'], both], {
        records: [{ preference: 10, exchange: '[192.0.2.9]' }],
      }),
      'mx-ip-literal',
      'error',
      ['example.com. MX 10 [192.0.2.9].'],
    ],
    [
      'an IPv6 address as exchange',
      route('mx', [[10, '2001:db8::9', [], 'ip-literal'], both], {
        records: [{ preference: 10, exchange: '2001\\058db8\\058\\0589' }],
      }),
      'mx-ip-literal',
      'error',
      ['example.com. MX 10 2001\\058db8\\058\\0589.'],
    ],
    [
      'an address lookup that failed',
      route('mx', [[10, 'lost.example.com', [], 'failed'], both]),
      'mx-host-dns-failure',
      'warning',
      ['example.com. MX 10 lost.example.com.', 'lost.example.com. A, AAAA: no answer'],
    ],
    [
      'a host twice',
      route('mx', [both, [20, 'a.example.com', ['192.0.2.1']], [30, 'b.example.com', ['192.0.2.2']]]),
      'mx-duplicate',
      'info',
      ['example.com. MX 10 a.example.com.', 'example.com. MX 20 a.example.com.'],
    ],
    [
      'one host',
      route('mx', [both]),
      'mx-single',
      'info',
      ['example.com. MX 10 a.example.com.', 'a.example.com. A 192.0.2.1'],
    ],
    [
      'two names of one machine',
      route('mx', [both, [20, 'b.example.com', ['192.0.2.1', '192.0.2.2']]]),
      'mx-shared-address',
      'info',
      ['a.example.com. A 192.0.2.1', 'b.example.com. A 192.0.2.1'],
    ],
    [
      'a private address',
      route('mx', [[10, 'in.example.com', ['10.0.0.1', '192.0.2.3']], both]),
      'mx-non-public-address',
      'warning',
      ['example.com. MX 10 in.example.com.', 'in.example.com. A 10.0.0.1'],
    ],
    [
      'a short life',
      route('mx', good, { publishedTtl: 60 }),
      'mx-ttl-low',
      'info',
      ['example.com. 60 MX 10 imail.example.com.', 'example.com. 60 MX 20 maildr.example.com.'],
    ],
    [
      'a long life',
      route('mx', good, { ttl: 90_000 }),
      'mx-ttl-high',
      'info',
      ['example.com. 90000 MX 10 imail.example.com.', 'example.com. 90000 MX 20 maildr.example.com.'],
    ],
    [
      'IPv6 alone',
      route('mx', [
        [10, 'six.example.com', ['2001:db8::1']],
        [20, 'six2.example.com', ['2001:db8::2']],
      ]),
      'mx-ipv6-only',
      'warning',
      ['six.example.com. AAAA 2001:db8::1', 'six2.example.com. AAAA 2001:db8::2'],
    ],
    [
      'one exchange of several without IPv4',
      route('mx', [[10, 'six.example.com', ['2001:db8::1']], both]),
      'mx-ipv6-only',
      'info',
      ['six.example.com. AAAA 2001:db8::1'],
    ],
  ];

  it.each(cases)('%s', (_, of, code, severity, evidence) => {
    expect(judge(of)).toMatchObject([{ code, severity, evidence }]);
    for (const lang of ['en', 'th'] as const) expect(renderAll(judge(of), lang)[0]?.title).not.toMatch(/[{}]/);
  });
});

describe('one root cause gives one finding', () => {
  it('a lone broken exchange is not also single, IPv6-only or private', () => {
    for (const status of ['nxdomain', 'no-address', 'ip-literal', 'failed'] as const) {
      expect(codes(route('mx', [[10, 'x.example.com', [], status]]))).toHaveLength(1);
    }
  });

  it('a host in two records is broken once, and the only host although listed twice', () => {
    const twice = route('mx', [
      [10, 'x.example.com', [], 'nxdomain'],
      [20, 'x.example.com', [], 'nxdomain'],
    ]);
    expect(codes(twice).toSorted()).toEqual(['mx-duplicate', 'mx-host-nxdomain']);
    const ip = ['192.0.2.1'];
    expect(
      codes(
        route('mx', [
          [10, 'x.example.com', ip],
          [20, 'x.example.com', ip],
        ]),
      ).toSorted(),
    ).toEqual(['mx-duplicate', 'mx-single']);
  });

  it('a second host that is broken leaves the first not called single', () => {
    expect(
      codes(
        route('mx', [
          [10, 'a.example.com', ['192.0.2.1']],
          [20, 'b.example.com', [], 'nxdomain'],
        ]),
      ),
    ).toEqual(['mx-host-nxdomain']);
  });
});

describe('lifetimes', () => {
  it.each([
    [299, ['mx-ttl-low']],
    [300, []],
    [86_400, []],
    [86_401, ['mx-ttl-high']],
    [0, ['mx-ttl-low']],
  ])('%i s', (ttl, expected) => expect(codes(route('mx', good, { ttl }))).toEqual(expected));

  it('judges what was published, not what a cache has left of it, and nothing of a stale answer', () => {
    expect(codes(route('mx', good, { ttl: 12, publishedTtl: 3600 }))).toEqual([]);
    expect(codes(route('mx', good, { ttl: 30, cache: { state: 'stale', layer: 'memory' } }))).toEqual([]);
  });
});

it('quotes the records under the name that owns them', () => {
  const aliased = route('mx', [[10, 'mx.host.net', ['192.0.2.1']]], { canonical: 'real.example.net' });
  expect(judge(aliased)[0]?.evidence[0]).toBe('real.example.net. MX 10 mx.host.net.');
});
