import { describe, expect, it } from 'vitest';
import { delivery, renderDelivery } from '../../src/diagnosis/delivery.ts';
import { diagnoseTogether } from '../../src/diagnosis/together.ts';
import { summarise, verdict } from '../../src/diagnosis/verdict.ts';
import type { Domain } from '../../src/dns/name.ts';
import type { MailRoute } from '../../src/mx/types.ts';
import type { HostProbe } from '../../src/smtp/types.ts';
import { dead, HONEST, probe } from './sessions.ts';

const now = Date.parse('2026-11-24T00:00:00Z');

type Groups = readonly (readonly [preference: number, ...hosts: string[]])[];

function routeOf(groups: Groups, more: Partial<MailRoute> = {}): MailRoute {
  const order = groups.map(([preference, ...hosts]) => ({ preference, hosts }));
  return {
    domain: 'nectec.or.th' as Domain,
    canonical: null,
    status: 'mx',
    exchanges: order.flatMap(({ preference, hosts }) =>
      hosts.map((host) => ({ preference, host, ttl: 3600, status: 'ok' as const, addresses: [] })),
    ),
    deliveryOrder: order,
    ttl: 3600,
    dnssec: 'unknown',
    records: [],
    resolvedAt: 0,
    expiresAt: 0,
    cache: { state: 'miss', layer: null },
    ...more,
  };
}

function report(groups: Groups, probes: readonly HostProbe[], more: Partial<MailRoute> = {}) {
  const route = routeOf(groups, more);
  const { perHost, together } = diagnoseTogether(probes, { now });
  const facts = delivery(
    route,
    probes.map((one, i) => ({ probe: one, findings: perHost[i] ?? [] })),
  );
  const judged = verdict(route, facts, together);
  const words = (lang: 'en' | 'th') => summarise({ route, delivery: facts, verdict: judged, findings: together }, lang);
  return { route, facts, judged, words };
}

const imail = { host: 'imail.nectec.or.th', ip: '192.0.2.1' };
const maildr = { host: 'maildr.nectec.or.th', ip: '192.0.2.2' };
const NECTEC: Groups = [
  [10, imail.host],
  [20, maildr.host],
];
const well = (of: Partial<HostProbe>) => probe({ ...HONEST, banner: '220 ESMTP' }, of);
const greeted = (banner: string, of: Partial<HostProbe>) =>
  probe({ banner }, { ...of, outcome: 'rejected', stage: 'banner' });
const six = { ip: '2001:db8::1', family: 6 as const };

describe('the state of a host', () => {
  it.each<[string, HostProbe[], string, string]>([
    ['220 and EHLO', [well(imail)], 'accepting', 'accepts'],
    ['220 and HELO', [probe({ banner: '220 x', ehlo: '500 no', helo: '250 x' }, imail)], 'accepting', 'accepts'],
    [
      'whatever TLS',
      [probe(HONEST, { ...imail, outcome: 'tls-error', stage: 'tls', tlsFailure: 'handshake' })],
      'accepting',
      'accepts',
    ],
    [
      'behind an inspector',
      [probe({ banner: '220 ******', ehlo: '500 #5.5.1 command not recognized', helo: '250 x' }, imail)],
      'accepting',
      'accepts',
    ],
    ['421 greeting', [greeted('421 later', imail)], 'deferring', 'later'],
    ['450 greeting', [greeted('450 later', imail)], 'deferring', 'later'],
    [
      '421 to EHLO',
      [probe({ banner: '220 x', ehlo: '421 bye' }, { ...imail, outcome: 'rejected' })],
      'deferring',
      'later',
    ],
    [
      'HELO deferred',
      [probe({ banner: '220 x', ehlo: '500 no', helo: '450 later' }, { ...imail, outcome: 'rejected' })],
      'deferring',
      'later',
    ],
    ['554 greeting', [greeted('554 no', imail)], 'down', 'rejects'],
    [
      'EHLO and HELO refused',
      [probe({ banner: '220 x', ehlo: '500 no', helo: '500 no' }, { ...imail, outcome: 'rejected' })],
      'down',
      'rejects',
    ],
    ['refused', [dead('refused', imail)], 'down', 'refused'],
    ['dropped', [dead('timeout', imail)], 'down', 'dropped'],
    ['unreachable', [dead('unreachable', imail)], 'down', 'unreachable'],
    ['reset', [dead('reset', { ...imail, stage: 'banner' })], 'down', 'hangs-up'],
    ['not SMTP', [dead('protocol-error', { ...imail, stage: 'banner' })], 'down', 'not-smtp'],
    ['no address', [dead('unreachable', { ...imail, ip: null, family: null, stage: 'resolve' })], 'down', 'no-address'],
    ['silent at the banner', [dead('timeout', { ...imail, stage: 'banner' })], 'unknown', 'silent'],
    ['refused by our guard', [dead('forbidden', { ...imail, stage: 'resolve' })], 'unknown', 'guard'],
    ['out of tokens', [dead('rate-limited', { ...imail, stage: 'resolve' })], 'unknown', 'not-asked'],
    ['over the count', [dead('skipped', { ...imail, stage: 'resolve' })], 'unknown', 'not-asked'],
    ['not probed at all', [], 'unknown', 'not-asked'],
    ['we are on a blocklist', [greeted('554 5.7.1 blocked using zen.spamhaus.org', imail)], 'unknown', 'ours'],
    ['we come too often', [greeted('421 4.7.0 too many connections', imail)], 'unknown', 'ours'],
    [
      'one address of two accepts',
      [dead('refused', imail), well({ ...imail, ip: '192.0.2.9' })],
      'accepting',
      'accepts',
    ],
    [
      'IPv4 is down and we lack IPv6',
      [dead('refused', imail), dead('unreachable', { ...imail, ...six, socketError: 'ENETUNREACH' })],
      'down',
      'refused',
    ],
    [
      'only IPv6, and we lack it',
      [dead('unreachable', { ...imail, ...six, socketError: 'ENETUNREACH' })],
      'unknown',
      'ours',
    ],
  ])('%s', (_, probes, state, reason) => {
    expect(report([[10, imail.host]], probes).facts.steps[0]?.hosts[0]).toMatchObject({ state, reason, chance: 1 });
  });
});

describe('delivers, first choice and verdict', () => {
  const blocked = (of: Partial<HostProbe>) => greeted('554 blocked using zen.spamhaus.org', of);
  const silent = (of: Partial<HostProbe>) => dead('timeout', { ...of, stage: 'banner' });

  it.each<[string, HostProbe[], boolean | null, string | null, string]>([
    ['both accept', [well(imail), well(maildr)], true, imail.host, 'good'],
    ['the first is down', [dead('timeout', imail), well(maildr)], true, maildr.host, 'degraded'],
    ['the first defers', [greeted('421 x', imail), well(maildr)], true, maildr.host, 'degraded'],
    ['the first is silent', [silent(imail), well(maildr)], true, maildr.host, 'degraded'],
    ['the backup is down', [well(imail), dead('refused', maildr)], true, imail.host, 'good'],
    ['both are down', [dead('timeout', imail), dead('refused', maildr)], false, null, 'broken'],
    ['both defer', [greeted('421 x', imail), greeted('450 x', maildr)], false, null, 'degraded'],
    ['one defers, one is down', [greeted('421 x', imail), dead('refused', maildr)], false, null, 'degraded'],
    ['one is down, one silent', [dead('refused', imail), silent(maildr)], null, null, 'unknown'],
    ['both turn us away', [blocked(imail), blocked(maildr)], null, null, 'unknown'],
    ['the first turns us away', [blocked(imail), well(maildr)], true, maildr.host, 'unknown'],
    ['the backup turns us away', [well(imail), blocked(maildr)], true, imail.host, 'good'],
    [
      'the first has a private address',
      [dead('forbidden', { ...imail, stage: 'resolve' }), well(maildr)],
      true,
      maildr.host,
      'degraded',
    ],
    [
      'the first was not asked',
      [dead('rate-limited', { ...imail, stage: 'resolve' }), well(maildr)],
      true,
      maildr.host,
      'unknown',
    ],
    ['nobody was asked', [], null, null, 'unknown'],
    [
      'a firewall rewrites the first',
      [probe({ banner: '220 ******', ehlo: '500 no', helo: '250 x' }, imail), well(maildr)],
      true,
      imail.host,
      'degraded',
    ],
  ])('%s', (_, probes, delivers, firstChoice, judged) => {
    const made = report(NECTEC, probes);
    expect(made.facts).toMatchObject({ delivers, firstChoice });
    expect(made.judged).toBe(judged);
  });

  it('a warning leaves a domain good, an error degrades it unless it is only possible', () => {
    const route = routeOf([[10, imail.host]]);
    const facts = delivery(route, [{ probe: well(imail), findings: [] }]);
    const of = (severity: 'error' | 'warning', confidence: 'likely' | 'possible') => ({
      code: 'x',
      severity,
      confidence,
      params: {},
      evidence: ['y'],
    });
    expect(verdict(route, facts, [of('warning', 'likely')])).toBe('good');
    expect(verdict(route, facts, [of('error', 'possible')])).toBe('good');
    expect(verdict(route, facts, [of('error', 'likely')])).toBe('degraded');
  });

  it.each<[Partial<MailRoute>, boolean | null, string]>([
    [{ status: 'null-mx' }, false, 'no-mail'],
    [{ status: 'none' }, false, 'broken'],
    [{ status: 'nxdomain' }, false, 'broken'],
    [{ exchanges: [{ preference: 1, host: 'x', ttl: 1, status: 'nxdomain', addresses: [] }] }, false, 'broken'],
    [{ exchanges: [{ preference: 1, host: 'x', ttl: 1, status: 'failed', addresses: [] }] }, null, 'unknown'],
  ])('without a host to try: %o', (more, delivers, judged) => {
    const made = report([], [], more);
    expect(made.facts).toMatchObject({ delivers, steps: [], firstChoice: null });
    expect(made.judged).toBe(judged);
  });

  it('shares the chance among equals', () => {
    const hosts = [1, 2, 3, 4].map((n) => `mx${n}.hotmail.com`);
    const { facts } = report(
      [[5, ...hosts]],
      hosts.map((host, i) => well({ host, ip: `192.0.2.${i}` })),
    );
    expect(facts.steps).toMatchObject([
      { preference: 5, hosts: hosts.map((host) => ({ host, state: 'accepting', chance: 0.25 })) },
    ]);
    expect(facts.firstChoice).toBe('mx1.hotmail.com');
  });
});

describe('what a failure costs a sender', () => {
  it.each<[string, HostProbe[], { postfix: number; exim: number }]>([
    ['a refusal costs nothing', [dead('refused', imail), well(maildr)], { postfix: 0, exim: 0 }],
    ['dropped packets cost the connect timeout', [dead('timeout', imail), well(maildr)], { postfix: 30, exim: 300 }],
    [
      'at each address',
      [dead('timeout', imail), dead('timeout', { ...imail, ...six }), well(maildr)],
      { postfix: 60, exim: 600 },
    ],
    [
      'silence costs the greeting timeout',
      [dead('timeout', { ...imail, stage: 'banner' }), well(maildr)],
      { postfix: 300, exim: 300 },
    ],
    [
      'what comes after the first choice costs nothing',
      [well(imail), dead('timeout', maildr)],
      { postfix: 0, exim: 0 },
    ],
  ])('%s', (_, probes, wait) => expect(report(NECTEC, probes).facts.wait).toEqual(wait));
});

describe('the words', () => {
  it('answer "my mail is slow, imail is down"', () => {
    const { words } = report(NECTEC, [dead('timeout', imail), well(maildr)]);
    expect(words('en')).toBe(
      'Mail for nectec.or.th should go to imail.nectec.or.th first, which did not answer; senders therefore go on to maildr.nectec.or.th, which takes it right now: nothing is lost. Each message comes late by the wait before that: about 30 s from a Postfix sender, up to 5 minutes from an Exim sender.',
    );
    expect(words('th')).toMatch(/imail\.nectec\.or\.th ก่อน แต่เครื่องนั้นไม่ตอบ.*maildr\.nectec\.or\.th.*30 วินาที.*5 นาที/);
  });

  it('answer "is hotmail.com up"', () => {
    const hosts = [1, 2, 3, 4].map((n) => `mx${n}.hotmail.com`);
    const probes = hosts.map((host, i) => well({ host, ip: `192.0.2.${i}` }));
    const { words } = report([[5, ...hosts]], probes, { domain: 'hotmail.com' as Domain });
    expect(words('en')).toMatch(
      /^hotmail\.com takes mail right now: .*4 equal servers.*25 % of it to each\. Should one of them fail/,
    );
    expect(words('th')).toMatch(/^hotmail\.com รับอีเมลได้ในขณะนี้/);
  });

  it('say that a firewall needs repair although mail gets through', () => {
    const { words } = report(NECTEC, [
      probe({ banner: '220 ******', ehlo: '500 #5.5.1 command not recognized', helo: '250 x' }, imail),
      well(maildr),
    ]);
    expect(words('en')).toContain(
      'What needs repair: A firewall in front of imail.nectec.or.th rewrites the SMTP conversation.',
    );
    expect(words('th')).toContain('สิ่งที่ควรแก้: ไฟร์วอลล์หน้า imail.nectec.or.th');
  });

  it('do not blame the servers for what is ours', () => {
    const blocked = greeted('554 blocked using zen.spamhaus.org', imail);
    const { words } = report([[10, imail.host]], [blocked]);
    expect(words('en')).toMatch(
      /could not be judged because of trouble on our side.*On our own side: .* is turned away by imail/,
    );
  });

  const hosts = ['mx1', 'mx2', 'mx3', 'mx4', 'mx5', 'mx6'].map((label) => `${label}.example.com`);
  it.each<[string, Groups, HostProbe[], Partial<MailRoute>]>([
    ['one alone', [[10, imail.host]], [well(imail)], {}],
    ['one and its backup', NECTEC, [well(imail), well(maildr)], {}],
    ['a dead backup', NECTEC, [well(imail), dead('refused', maildr)], {}],
    ['a backup not asked', NECTEC, [well(imail)], {}],
    ['refused at the first', NECTEC, [dead('refused', imail), well(maildr)], {}],
    [
      'one of many equals',
      [[5, ...hosts]],
      hosts.map((host, i) => (i ? well({ host }) : dead('refused', { host }))),
      {},
    ],
    [
      'five of many equals',
      [[5, ...hosts]],
      hosts.map((host, i) => (i ? dead('timeout', { host }) : well({ host }))),
      {},
    ],
    [
      'an equal we cannot judge',
      [[10, imail.host, maildr.host]],
      [greeted('554 blocked using zen.spamhaus.org', imail), well(maildr)],
      {},
    ],
    ['all down', NECTEC, [dead('refused', imail), dead('timeout', maildr)], {}],
    ['all reject', NECTEC, [greeted('554 no', imail), greeted('554 no', maildr)], {}],
    ['deferring', NECTEC, [greeted('421 x', imail), dead('reset', { ...maildr, stage: 'banner' })], {}],
    ['unseen', NECTEC, [dead('forbidden', { ...imail, stage: 'resolve' })], {}],
    ['null MX', [], [], { status: 'null-mx' }],
    ['none', [], [], { status: 'none' }],
    ['nxdomain', [], [], { status: 'nxdomain' }],
    ['nothing usable', [], [], {}],
    ['lookups failed', [], [], { exchanges: [{ preference: 1, host: 'x', ttl: 1, status: 'failed', addresses: [] }] }],
  ])('are whole in both languages: %s', (_, groups, probes, more) => {
    const { facts, route, words } = report(groups, probes, more);
    for (const lang of ['en', 'th'] as const) {
      const { summary } = renderDelivery(facts, route, lang);
      for (const text of [summary, words(lang)]) {
        expect(text).not.toMatch(/[{}]|undefined| {2}|NaN/);
        expect(text).toContain('nectec.or.th');
        expect(text.length).toBeLessThan(700);
      }
    }
    expect(words('en')).toMatch(/\.$/);
    expect(words('th')).toMatch(/[\u0e00-\u0e7f]/);
  });

  it('hold no word of a stranger', () => {
    const evil = '220 <script>alert(1)</script> ESMTP';
    const { words, facts, route } = report(NECTEC, [
      probe({ ...HONEST, banner: evil }, imail),
      greeted('554 <b>go away</b>', maildr),
    ]);
    for (const lang of ['en', 'th'] as const) {
      expect(`${words(lang)} ${renderDelivery(facts, route, lang).summary}`).not.toMatch(/script|go away|[<>]/);
    }
  });

  it('show the contract’s members and no more', () => {
    const { facts, route } = report(NECTEC, [dead('timeout', imail), well(maildr)]);
    expect(renderDelivery(facts, route, 'en')).toEqual({
      delivers: true,
      steps: [
        { preference: 10, hosts: [{ host: imail.host, state: 'down', chance: 1 }] },
        { preference: 20, hosts: [{ host: maildr.host, state: 'accepting', chance: 1 }] },
      ],
      firstChoice: maildr.host,
      summary: expect.stringContaining('30 s'),
    });
  });
});
