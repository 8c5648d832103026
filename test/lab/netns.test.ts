/**
 * What is our own network's doing, on networks that do it (contract §3, "ours, not theirs"): the real process in namespaces
 * where port 25 is silent, where there is no IPv6, and where whatever is dialled is answered by one server near us.
 */

import { describe, expect, test } from 'vitest';
import type { Names } from '../helpers/dns-server.ts';
import type { Script } from '../helpers/smtp-server.ts';
import { type Ask, namespaceTrouble, play, type Round } from './netns.ts';

type Finding = { code: string; confidence: string; evidence: string[] };
type Host = { host: string; outcome: string; stage: string; findings: Finding[] };

const SLOW = 60_000;
const CANARY = 'canary.ours.example:25';
/** Whatever is dialled there goes through a firewall that rewrites. */
const MASKED = 2525;

const a = (...ips: string[]): Names[string] => ({ A: { ttl: 300, data: ips.map((address) => ({ address })) } });
const aaaa = (...ips: string[]): Names[string] => ({ AAAA: { ttl: 300, data: ips.map((address) => ({ address })) } });
const mx = (...exchanges: string[]): Names[string] => ({
  MX: { ttl: 300, data: exchanges.map((exchange, i) => ({ preference: i, exchange })) },
});

/** Nobody here has to do with anybody else. */
const NAMES: Names = {
  'both.example': mx('mx.alpha.example', 'mx.beta.example'),
  'three.example': mx('mx.alpha.example', 'mx.beta.example', 'mx.gamma.example'),
  'mx.alpha.example': a('11.1.0.1'),
  'mx.beta.example': a('12.1.0.1'),
  'mx.gamma.example': a('13.1.0.1'),
  'canary.ours.example': a('14.1.0.1'),
  'mx.closed.example': a('15.1.0.1'),
  'walls.example': mx('mx.wall1.example', 'mx.wall2.example', 'mx.wall3.example'),
  'mx.wall1.example': a('21.1.0.1'),
  'mx.wall2.example': a('22.1.0.1'),
  'mx.wall3.example': a('23.1.0.1'),
  'inside.example': mx('mx.inside.example'),
  'mx.inside.example': a('10.0.0.1', '192.168.1.1'),
  'mx.six.example': { ...a('16.1.0.1'), ...aaaa('2a00:9::1') },
  'mx.none.example': aaaa('2a00:1::1'),
  'mx.private.example': aaaa('2a00:2::1'),
  'mx.link.example': aaaa('2a00:3::1'),
  'mx.global.example': aaaa('2a00:4::1'),
};

/** A way out at whose other end nobody listens: what is sent there vanishes. */
const SILENT = [
  'link add out type veth peer name nowhere',
  'link set nowhere up',
  'link set out arp off',
  'link set out up',
  'address add 17.1.0.2/24 dev out',
  'route add default dev out',
  // Refuses: nobody listens there.
  'address add 15.1.0.1/32 dev lo',
  'route add unreachable 21.0.0.0/8',
  'route add prohibit 22.0.0.0/8',
  'route add blackhole 23.0.0.0/8',
];
/** To each of these the kernel sends from another address of ours; to 2a00:1:: it has no way. */
const SIX = [
  'address add fd00:1::2/64 dev out nodad',
  'address add fe80::17/64 dev out nodad',
  'address add 2a00:17::2/64 dev out nodad',
  'route add 2a00:2::/32 dev out src fd00:1::2',
  'route add 2a00:3::/32 dev out src fe80::17',
  'route add 2a00:4::/32 dev out src 2a00:17::2',
];
/** The one target of both families that answers. */
const ANSWERING = ['16.1.0.1', '2a00:9::1'];
/** Every address is this machine's own. */
const EVERYWHERE = ['route add local 0.0.0.0/0 dev lo', 'route add local ::/0 dev lo'];

const probe = (of: string, body: object): Ask => ({ of, path: '/v1/probes', body });
const report = (of: string, domain: string): Ask => ({ of, path: `/v1/domains/${domain}/report` });

function hostsOf(round: Round | undefined, i = 0): Host[] {
  const answer = round?.answers[i];
  expect(answer?.status, JSON.stringify(answer?.body)).toBe(200);
  return answer?.body.hosts as Host[];
}
/** `code confidence` of every finding of every host. */
const told = (hosts: readonly Host[] = []) =>
  hosts.map(({ findings }) => findings.map(({ code, confidence }) => `${code} ${confidence}`));

const greets = (name: string): Script => ({
  greeting: [{ reply: `220 ${name} ESMTP` }],
  on: { EHLO: [{ reply: [`250-${name}`, '250 STARTTLS'] }] },
});

/** Refused by the guard, though here every one of them would answer. */
const FORBIDDEN = [
  ...['10.0.0.1', '127.0.0.9', '169.254.169.254', '172.16.0.1', '192.168.1.1', '100.64.0.1', '198.18.0.1'],
  ...[
    '203.0.113.7',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::1',
  ],
  ...['fd00::1', 'fe80::1', 'fec0::1', '2001:db8::1'],
];

describe.skipIf(namespaceTrouble !== null)(`our own network${namespaceTrouble ? `: ${namespaceTrouble}` : ''}`, () => {
  test.concurrent('that lets nothing out on port 25, or has no IPv6', { timeout: SLOW }, async () => {
    const six = ['none', 'private', 'link', 'global'].map((way) => probe('open', { host: `mx.${way}.example` }));
    const [opened, asked, afterwards] = await play({
      network: [...SILENT, ...SIX, ...ANSWERING.map((ip) => `address add ${ip} dev lo`)],
      names: NAMES,
      servers: ANSWERING.map((ip) => ({ ip, script: greets('mx.six.example') })),
      services: { blind: {}, watched: { CANARY }, open: { CANARY } },
      rounds: [
        [probe('open', { host: 'mx.closed.example' })],
        [
          probe('blind', { domain: 'both.example' }),
          probe('watched', { host: 'mx.alpha.example' }),
          // At once, so that nobody waits for it afterwards.
          probe('watched', { host: 'canary.ours.example' }),
          probe('open', { domain: 'both.example' }),
          ...six,
        ],
        [
          probe('blind', { domain: 'walls.example' }),
          report('blind', 'both.example'),
          report('open', 'both.example'),
          probe('open', { host: 'mx.six.example', security: 'none' }),
        ],
      ],
    });
    const [blind, watched, , open, none, local, link, global] = (asked?.answers ?? []).map((_, i) => hostsOf(asked, i));
    expect(told(hostsOf(opened))).toEqual([['host-not-answering certain']]);
    expect(blind?.map(({ outcome, stage }) => `${outcome} ${stage}`)).toEqual(Array(2).fill('timeout connect'));
    // Two strangers in silence; one and the canary; two, but another one refused.
    expect(told(blind)).toEqual(Array(2).fill(['port-blocked possible']));
    expect(told(watched)).toEqual([['port-blocked likely']]);
    expect(told(open)).toEqual(Array(2).fill(['host-not-answering possible']));
    // No way, or none that leads back; and one that does.
    for (const hosts of [none, local, link]) expect(told(hosts)).toEqual([['ipv6-unavailable likely']]);
    expect(told(global)).toEqual([['host-not-answering possible']]);

    expect(hostsOf(afterwards).map(({ outcome }) => outcome)).toEqual(Array(3).fill('unreachable'));
    expect(told(hostsOf(afterwards))).toEqual(Array(3).fill(['port-blocked possible']));
    // What is ours is no verdict on them; what is theirs is.
    expect(afterwards?.answers.slice(1, 3).map(({ body }) => body.verdict)).toEqual(['unknown', 'broken']);
    expect(told(hostsOf(afterwards, 3))).toEqual([[], []]);
  });

  test.concurrent('that answers in place of everybody, or rewrites what they say', { timeout: SLOW }, async () => {
    const forbidden = [
      ...FORBIDDEN.map((host) => probe('blind', { host })),
      probe('blind', { host: 'mx.inside.example' }),
    ];
    const masked = (of: string, host: object) => probe(of, { ...host, port: MASKED });
    const [guarded, asked, afterwards] = await play({
      network: EVERYWHERE,
      names: NAMES,
      servers: [
        { ip: '::', script: greets('smtp-out.isp.example') },
        { ip: '0.0.0.0', port: MASKED, cisco: 'pix' },
      ],
      services: { blind: {}, watched: { CANARY }, masked: { CANARY: `canary.ours.example:${MASKED}` } },
      rounds: [
        [...forbidden, probe('blind', { domain: 'inside.example' })],
        [
          probe('blind', { domain: 'both.example' }),
          probe('watched', { host: 'mx.alpha.example' }),
          masked('blind', { domain: 'three.example' }),
          masked('masked', { host: 'mx.alpha.example' }),
        ],
        [report('blind', 'both.example')],
      ],
    });
    expect(guarded?.answers.map(({ status, body }) => `${status} ${body.code}`)).toEqual(
      Array(FORBIDDEN.length + 2).fill('403 target-forbidden'),
    );
    expect(guarded?.connections).toBe(0);
    expect(guarded?.begun).toBeLessThanOrEqual(FORBIDDEN.length + 2);
    // Two, one and its canary, three, one and its canary: they are counted where they are.
    expect(asked?.connections).toBeGreaterThanOrEqual(9);
    expect(asked?.begun).toBeGreaterThanOrEqual(9);

    const [blind, watched, three, one] = (asked?.answers ?? []).map((_, i) => hostsOf(asked, i));
    expect(told(blind)).toEqual(Array(2).fill(['port-redirected possible']));
    expect(told(watched)).toEqual([['port-redirected likely']]);
    expect(told(three)).toEqual(Array(3).fill(['local-inspection possible']));
    expect(told(one)).toEqual([['local-inspection likely']]);
    expect(afterwards?.answers[0]?.body.verdict).toBe('unknown');
  });
});
