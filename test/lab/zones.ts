/**
 * The domains of the MX lab: one entry for each line of contract §2, as zone-file lines beside what the service must say.
 * Data only; addresses in it are never dialled. Expectations are written by hand from the contract and the RFCs, not
 * taken from any program's output.
 */

export type ExpectedExchange = readonly [preference: number, host: string, status: string, ...addresses: string[]];

export type MxCase = {
  /** The line of the contract that this domain is there for. */
  readonly because: string;
  /** As a caller writes it. */
  readonly domain: string;
  /** Zone-file lines relative to `example.`; one without a TTL gets 3600. */
  readonly zone: readonly string[];
  readonly expect: ExpectedAnswer | ExpectedProblem;
};

export type ExpectedAnswer = {
  readonly status: 'mx' | 'implicit' | 'null-mx' | 'none' | 'nxdomain';
  readonly exchanges?: readonly ExpectedExchange[];
  /** `preference:host+host`, in order. */
  readonly order?: readonly string[];
  readonly canonical?: string;
  readonly dnssec?: 'secure' | 'insecure';
  /** The codes, sorted; every one of them and no other. */
  readonly findings: readonly string[];
};

export type ExpectedProblem = { readonly problem: 'dns-failure' | 'dns-timeout' | 'dns-failure or dns-timeout' };

const MANY = 200;
const many = Array.from({ length: MANY }, (_, i) => `host${String(i).padStart(3, '0')}.many`);
const manyAddress = (i: number) => `11.1.${Math.floor(i / 100)}.${(i % 100) + 1}`;

/** `name` leads through `length` CNAMEs to `target`. */
function chain(name: string, length: number, target: string): string[] {
  const link = (i: number) => (i === 0 ? name : `${name}-${i}`);
  return Array.from({ length }, (_, i) => `${link(i)} CNAME ${i + 1 === length ? target : link(i + 1)}`);
}

const pair = (name: string, ttl = '') => [`${name} ${ttl} MX 10 mx1.hosts`, `${name} ${ttl} MX 20 mx2.hosts`];
const pairExchanges: readonly ExpectedExchange[] = [
  [10, 'mx1.hosts.example', 'ok', '11.0.0.1'],
  [20, 'mx2.hosts.example', 'ok', '11.0.0.2', '2a00::2'],
];
const pairOrder = ['10:mx1.hosts.example', '20:mx2.hosts.example'];
const pairAnswer = { status: 'mx', exchanges: pairExchanges, order: pairOrder } as const;

/** Hosts that several cases point at. */
export const sharedHosts = [
  'mx1.hosts 600 A 11.0.0.1',
  'mx2.hosts 1200 A 11.0.0.2',
  'mx2.hosts 1800 AAAA 2a00::2',
  'mx3.hosts A 11.0.0.3',
  'alias.hosts CNAME mx3.hosts',
  'v6.hosts AAAA 2a00::6',
  'text.hosts TXT "a host without an address"',
  'twin-a.hosts A 11.0.0.9',
  'twin-b.hosts A 11.0.0.9',
  'private.hosts A 192.168.7.7',
];

export const mxCases: readonly MxCase[] = [
  {
    because: 'several exchanges, sorted by preference',
    domain: 'several.example',
    zone: ['several MX 20 mx2.hosts', 'several MX 10 mx1.hosts'],
    expect: { ...pairAnswer, findings: [] },
  },
  {
    because: 'equal preferences form one group, hosts sorted',
    domain: 'equal.example',
    zone: ['equal MX 5 mx3.hosts', 'equal MX 5 mx1.hosts', 'equal MX 5 mx2.hosts'],
    expect: {
      status: 'mx',
      exchanges: [
        [5, 'mx1.hosts.example', 'ok', '11.0.0.1'],
        [5, 'mx2.hosts.example', 'ok', '11.0.0.2', '2a00::2'],
        [5, 'mx3.hosts.example', 'ok', '11.0.0.3'],
      ],
      order: ['5:mx1.hosts.example+mx2.hosts.example+mx3.hosts.example'],
      findings: [],
    },
  },
  {
    because: 'one exchange alone',
    domain: 'single.example',
    zone: ['single MX 10 mx3.hosts'],
    expect: {
      status: 'mx',
      exchanges: [[10, 'mx3.hosts.example', 'ok', '11.0.0.3']],
      order: ['10:mx3.hosts.example'],
      findings: ['mx-single'],
    },
  },
  {
    because: 'null MX (RFC 7505)',
    domain: 'null.example',
    zone: ['null MX 0 .', 'null A 11.0.0.1'],
    expect: { status: 'null-mx', exchanges: [], order: [], findings: ['mx-null'] },
  },
  {
    because: 'a null MX beside others is left out of the list',
    domain: 'null-others.example',
    zone: ['null-others MX 0 .', ...pair('null-others')],
    expect: { ...pairAnswer, findings: ['mx-null-with-others'] },
  },
  {
    because: 'no MX, the domain itself serves (RFC 5321 §5.1)',
    domain: 'implicit.example',
    zone: ['implicit A 11.0.0.20', 'implicit AAAA 2a00::20'],
    expect: {
      status: 'implicit',
      exchanges: [[0, 'implicit.example', 'ok', '11.0.0.20', '2a00::20']],
      order: ['0:implicit.example'],
      findings: ['mx-implicit'],
    },
  },
  {
    because: 'no MX, a CNAME leads to a host that serves',
    domain: 'implicit-cname.example',
    zone: ['implicit-cname CNAME mx3.hosts'],
    expect: {
      status: 'implicit',
      canonical: 'mx3.hosts.example',
      exchanges: [[0, 'mx3.hosts.example', 'ok', '11.0.0.3']],
      order: ['0:mx3.hosts.example'],
      findings: ['mx-implicit'],
    },
  },
  {
    because: 'the name exists, nothing takes mail',
    domain: 'none.example',
    zone: ['none TXT "no mail here"'],
    expect: { status: 'none', exchanges: [], order: [], findings: ['mx-none'] },
  },
  {
    because: 'an empty non-terminal exists too',
    domain: 'empty.example',
    zone: ['deep.empty A 11.0.0.21'],
    expect: { status: 'none', exchanges: [], order: [], findings: ['mx-none'] },
  },
  {
    because: 'NXDOMAIN',
    domain: 'no-such-name.example',
    zone: [],
    expect: { status: 'nxdomain', exchanges: [], order: [], findings: ['mx-nxdomain'] },
  },
  {
    because: 'a CNAME to a name that does not exist',
    domain: 'dangling.example',
    zone: ['dangling CNAME no-such-target'],
    expect: {
      status: 'nxdomain',
      canonical: 'no-such-target.example',
      exchanges: [],
      order: [],
      findings: ['mx-nxdomain'],
    },
  },
  {
    because: 'a domain that is a CNAME keeps its name, the least TTL of the chain counts',
    domain: 'chain2.example',
    zone: ['chain2 900 CNAME chain2-1', 'chain2-1 500 CNAME several'],
    expect: { ...pairAnswer, canonical: 'several.example', findings: [] },
  },
  {
    because: 'a chain of eight is followed',
    domain: 'chain8.example',
    zone: chain('chain8', 8, 'several'),
    expect: { ...pairAnswer, canonical: 'several.example', findings: [] },
  },
  {
    because: 'a chain over eight is dns-failure',
    domain: 'chain9.example',
    zone: chain('chain9', 9, 'several'),
    expect: { problem: 'dns-failure' },
  },
  {
    because: 'a CNAME loop is dns-failure',
    domain: 'loop.example',
    zone: ['loop CNAME loop-1', 'loop-1 CNAME loop'],
    expect: { problem: 'dns-failure' },
  },
  {
    because: 'an exchange that is a CNAME is tried all the same',
    domain: 'mx-cname.example',
    zone: ['mx-cname MX 10 alias.hosts', 'mx-cname MX 20 mx1.hosts'],
    expect: {
      status: 'mx',
      exchanges: [
        [10, 'alias.hosts.example', 'cname', '11.0.0.3'],
        [20, 'mx1.hosts.example', 'ok', '11.0.0.1'],
      ],
      order: ['10:alias.hosts.example', '20:mx1.hosts.example'],
      findings: ['mx-host-cname'],
    },
  },
  {
    because: 'an IP literal as exchange is never tried',
    domain: 'mx-ip.example',
    zone: ['mx-ip MX 10 11.0.0.1.', ...pair('mx-ip')],
    expect: {
      status: 'mx',
      exchanges: [[10, '11.0.0.1', 'ip-literal'], ...pairExchanges],
      order: pairOrder,
      findings: ['mx-ip-literal'],
    },
  },
  {
    because: 'an exchange that does not exist',
    domain: 'mx-nxdomain.example',
    zone: ['mx-nxdomain MX 5 gone.hosts', ...pair('mx-nxdomain')],
    expect: {
      status: 'mx',
      exchanges: [[5, 'gone.hosts.example', 'nxdomain'], ...pairExchanges],
      order: pairOrder,
      findings: ['mx-host-nxdomain'],
    },
  },
  {
    because: 'an exchange without an address',
    domain: 'mx-no-address.example',
    zone: ['mx-no-address MX 5 text.hosts', ...pair('mx-no-address')],
    expect: {
      status: 'mx',
      exchanges: [[5, 'text.hosts.example', 'no-address'], ...pairExchanges],
      order: pairOrder,
      findings: ['mx-host-no-address'],
    },
  },
  {
    because: 'MX present, none usable: the own address is never used',
    domain: 'mx-unusable.example',
    zone: ['mx-unusable MX 5 gone.hosts', 'mx-unusable A 11.0.0.22'],
    expect: {
      status: 'mx',
      exchanges: [[5, 'gone.hosts.example', 'nxdomain']],
      order: [],
      findings: ['mx-host-nxdomain'],
    },
  },
  {
    because: 'an exchange whose name servers are lame fails alone',
    domain: 'mx-lame.example',
    zone: ['lame NS ns.lame', 'ns.lame A @NSD@', 'mx-lame MX 5 mx.lame', ...pair('mx-lame')],
    expect: {
      status: 'mx',
      exchanges: [[5, 'mx.lame.example', 'failed'], ...pairExchanges],
      order: pairOrder,
      findings: ['mx-host-dns-failure'],
    },
  },
  {
    because: 'an exchange whose name server is dead fails alone',
    domain: 'mx-dead.example',
    zone: ['dead NS ns.dead', 'ns.dead A @DEAD@', 'mx-dead MX 5 mx.dead', ...pair('mx-dead')],
    expect: {
      status: 'mx',
      exchanges: [[5, 'mx.dead.example', 'failed'], ...pairExchanges],
      order: pairOrder,
      findings: ['mx-host-dns-failure'],
    },
  },
  {
    because: 'a domain whose only name server is dead',
    domain: 'gone.dead.example',
    zone: [],
    expect: { problem: 'dns-failure or dns-timeout' },
  },
  {
    because: 'a TTL of 0 is never cached',
    domain: 'ttl-zero.example',
    zone: pair('ttl-zero', '0'),
    expect: { ...pairAnswer, findings: ['mx-ttl-low'] },
  },
  {
    because: 'a TTL under 300 s is low',
    domain: 'ttl-low.example',
    zone: pair('ttl-low', '120'),
    expect: { ...pairAnswer, findings: ['mx-ttl-low'] },
  },
  {
    because: 'a TTL over 86,400 s is high',
    domain: 'ttl-high.example',
    zone: pair('ttl-high', '172800'),
    expect: { ...pairAnswer, findings: ['mx-ttl-high'] },
  },
  {
    because: 'one exchange published twice',
    domain: 'duplicate.example',
    zone: ['duplicate MX 10 mx1.hosts', 'duplicate MX 30 mx1.hosts', 'duplicate MX 20 mx2.hosts'],
    expect: {
      status: 'mx',
      exchanges: [
        [10, 'mx1.hosts.example', 'ok', '11.0.0.1'],
        [20, 'mx2.hosts.example', 'ok', '11.0.0.2', '2a00::2'],
        [30, 'mx1.hosts.example', 'ok', '11.0.0.1'],
      ],
      order: pairOrder,
      findings: ['mx-duplicate'],
    },
  },
  {
    because: 'an exchange that only IPv6 reaches',
    domain: 'v6.example',
    zone: ['v6 MX 10 v6.hosts', 'v6 MX 20 v6b.hosts', 'v6b.hosts AAAA 2a00::7'],
    expect: {
      status: 'mx',
      exchanges: [
        [10, 'v6.hosts.example', 'ok', '2a00::6'],
        [20, 'v6b.hosts.example', 'ok', '2a00::7'],
      ],
      order: ['10:v6.hosts.example', '20:v6b.hosts.example'],
      findings: ['mx-ipv6-only'],
    },
  },
  {
    because: 'two exchanges at one address',
    domain: 'shared.example',
    zone: ['shared MX 10 twin-a.hosts', 'shared MX 20 twin-b.hosts'],
    expect: {
      status: 'mx',
      exchanges: [
        [10, 'twin-a.hosts.example', 'ok', '11.0.0.9'],
        [20, 'twin-b.hosts.example', 'ok', '11.0.0.9'],
      ],
      order: ['10:twin-a.hosts.example', '20:twin-b.hosts.example'],
      findings: ['mx-shared-address'],
    },
  },
  {
    because: 'an address nobody on the Internet reaches',
    domain: 'private.example',
    zone: ['private MX 10 private.hosts', 'private MX 20 mx1.hosts'],
    expect: {
      status: 'mx',
      exchanges: [
        [10, 'private.hosts.example', 'ok', '192.168.7.7'],
        [20, 'mx1.hosts.example', 'ok', '11.0.0.1'],
      ],
      order: ['10:private.hosts.example', '20:mx1.hosts.example'],
      findings: ['mx-non-public-address'],
    },
  },
  {
    because: 'a U-label domain',
    domain: 'ไทย.example',
    zone: pair('xn--o3cw4h'),
    expect: { ...pairAnswer, findings: [] },
  },
  {
    because: 'two hundred exchanges: the answer needs TCP',
    domain: 'many.example',
    zone: many.flatMap((host, i) => [`many MX ${i + 1} ${host}`, `${host} A ${manyAddress(i)}`]),
    expect: {
      status: 'mx',
      exchanges: many.map((host, i) => [i + 1, `${host}.example`, 'ok', manyAddress(i)]),
      order: many.map((host, i) => `${i + 1}:${host}.example`),
      findings: [],
    },
  },
  {
    because: 'a signed zone is secure',
    domain: 'signed.example',
    zone: ['signed NS ns.signed', 'ns.signed A @NSD@'],
    expect: {
      status: 'mx',
      exchanges: [
        [10, 'mx1.signed.example', 'ok', '11.0.0.31'],
        [20, 'mx2.signed.example', 'ok', '11.0.0.32'],
      ],
      order: ['10:mx1.signed.example', '20:mx2.signed.example'],
      dnssec: 'secure',
      findings: [],
    },
  },
  {
    because: 'a signed denial is secure too',
    domain: 'nothing.signed.example',
    zone: [],
    expect: { status: 'nxdomain', exchanges: [], order: [], dnssec: 'secure', findings: ['mx-nxdomain'] },
  },
  {
    because: 'a bogus answer is dns-failure',
    domain: 'bogus.example',
    zone: ['bogus NS ns.bogus', 'ns.bogus A @NSD@'],
    expect: { problem: 'dns-failure' },
  },
];

/** The zones that get signed, relative to themselves. `bogus` is changed after it was signed. */
export const signedZone = ['@ MX 10 mx1', '@ MX 20 mx2', 'mx1 A 11.0.0.31', 'mx2 A 11.0.0.32'];
