import { describe, expect, it } from 'vitest';
import { render, renderAll } from '../../src/diagnosis/findings.ts';
import { diagnoseTogether, mergeByCause } from '../../src/diagnosis/together.ts';
import type { HostProbe } from '../../src/smtp/types.ts';
import { FINDINGS } from '../../src/texts/findings.ts';
import { dead, HONEST, probe, type Said } from './sessions.ts';

const now = Date.parse('2026-11-24T00:00:00Z');
const STARS: Said = { banner: '220 **********', ehlo: '500 #5.5.1 command not recognized', helo: '250 ok' };

const at = (host: string, ip: string): Partial<HostProbe> => ({ host, ip, family: ip.includes(':') ? 6 : 4 });
const one = at('mx.one.example', '192.0.2.1');
const two = at('mail.two.test', '198.51.100.1');
const three = at('mx.three.org', '203.0.113.1');
const canaryAt = at('canary.our.net', '100.64.0.1');

const judge = (probes: HostProbe[], more: { canary?: HostProbe | null; others?: HostProbe[] } = {}) => {
  const { perHost, together } = diagnoseTogether(probes, { now, ...more });
  return { hosts: perHost.map((found) => found.map(({ code }) => code)), all: together.map(({ code }) => code) };
};

describe('port-blocked', () => {
  const lost = (of: Partial<HostProbe>) => dead('timeout', of);

  it.each<[string, HostProbe[], { canary?: HostProbe | null; others?: HostProbe[] }, string]>([
    ['one target alone', [lost(one)], {}, 'host-not-answering'],
    [
      'two exchanges of one organisation',
      [lost(one), lost(at('mx2.one.example', '203.0.113.9'))],
      {},
      'host-not-answering',
    ],
    ['two names in one network', [lost(one), lost(at('mail.two.test', '192.0.2.2'))], {}, 'host-not-answering'],
    ['two unrelated targets', [lost(one), lost(two)], {}, 'port-blocked'],
    ['an unrelated target of an earlier call', [lost(one)], { others: [lost(two)] }, 'port-blocked'],
    ['unreachable is as good as silent', [lost(one), dead('unreachable', two)], {}, 'port-blocked'],
    ['the canary too', [lost(one)], { canary: lost(canaryAt) }, 'port-blocked'],
    ['the canary alone, itself the target', [lost(canaryAt)], { canary: lost(canaryAt) }, 'host-not-answering'],
    [
      'the canary as a neighbour of the target',
      [lost(one)],
      { canary: lost(at('canary.one.example', '100.64.0.1')) },
      'host-not-answering',
    ],
    ['the canary answers', [lost(one), lost(two)], { canary: probe(HONEST, canaryAt) }, 'host-not-answering'],
    ['the canary refuses', [lost(one), lost(two)], { canary: dead('refused', canaryAt) }, 'host-not-answering'],
    ['another target refuses', [lost(one), lost(two), dead('refused', three)], {}, 'host-not-answering'],
    [
      'another target resets',
      [lost(one), lost(two)],
      { others: [dead('reset', { ...three, stage: 'banner' })] },
      'host-not-answering',
    ],
    [
      'another target answered lately',
      [lost(one), lost(two)],
      { others: [probe(HONEST, three)] },
      'host-not-answering',
    ],
    [
      'another port answered lately',
      [lost(one), lost(two)],
      { others: [probe(HONEST, { ...three, port: 587 })] },
      'port-blocked',
    ],
    [
      'a silent banner is no blocked port',
      [dead('timeout', { ...one, stage: 'banner' }), lost(two)],
      {},
      'host-not-answering',
    ],
    [
      'what was not dialled says nothing',
      [lost(one), lost(two), dead('skipped', { ...three, stage: 'resolve' })],
      {},
      'port-blocked',
    ],
  ])('%s', (_, probes, witnesses, expected) => {
    expect(judge(probes, witnesses).hosts[0]).toEqual([expected]);
  });

  it('names no target of another call', () => {
    const { together } = diagnoseTogether([lost(one)], { now, others: [lost(two)] });
    expect(together).toMatchObject([{ code: 'port-blocked', severity: 'warning', confidence: 'possible' }]);
    expect(JSON.stringify(together)).not.toMatch(/two\.test|198\.51/);
  });
});

describe('local-inspection', () => {
  const masked = (of: Partial<HostProbe>) => probe(STARS, of);

  it('replaces what would blame the target when the canary shows the same mask', () => {
    const { hosts, all } = judge([masked(one)], { canary: masked(canaryAt) });
    expect(hosts).toEqual([['local-inspection']]);
    expect(all).toEqual(['local-inspection']);
  });

  it.each<[string, HostProbe[], { canary?: HostProbe | null; others?: HostProbe[] }, string[]]>([
    ['no witness', [masked(one)], {}, ['esmtp-inspection', 'banner-masked']],
    [
      'a clean canary decides',
      [masked(one)],
      { canary: probe(HONEST, canaryAt), others: [masked(two), masked(three)] },
      ['esmtp-inspection', 'banner-masked'],
    ],
    [
      'a canary that was not reached does not',
      [masked(one)],
      { canary: dead('refused', canaryAt) },
      ['esmtp-inspection', 'banner-masked'],
    ],
    [
      'a masked canary is no witness about itself',
      [masked(canaryAt)],
      { canary: masked(canaryAt) },
      ['esmtp-inspection', 'banner-masked'],
    ],
    [
      'nor about a neighbour, who may share its firewall',
      [masked(one)],
      { canary: masked(at('canary.one.example', '100.64.0.1')) },
      ['esmtp-inspection', 'banner-masked'],
    ],
    ['two strangers look the same', [masked(one)], { others: [masked(two), masked(three)] }, ['local-inspection']],
    ['one stranger is a coincidence', [masked(one)], { others: [masked(two)] }, ['esmtp-inspection', 'banner-masked']],
    [
      'a clean target disproves',
      [masked(one)],
      { others: [masked(two), masked(three), probe(HONEST, at('ok.example.net', '198.18.0.1'))] },
      ['esmtp-inspection', 'banner-masked'],
    ],
    [
      'both exchanges of one organisation',
      [masked(one), masked(at('mx2.one.example', '203.0.113.9'))],
      {},
      ['esmtp-inspection', 'banner-masked'],
    ],
    [
      'another mask at the canary',
      [masked(one)],
      { canary: probe({ banner: '220 mx', ehlo: '250-a\n250 STARTTLS', startTls: '500 no' }, canaryAt) },
      ['esmtp-inspection', 'banner-masked'],
    ],
  ])('%s', (_, probes, witnesses, expected) => {
    expect(judge(probes, witnesses).hosts[0]).toEqual(expected);
  });

  it('leaves what is not the mask’s doing', () => {
    const slow = { connectMs: 1, bannerMs: 12_000, greetingMs: 1, tlsMs: null, totalMs: 13_000 };
    expect(judge([probe(STARS, { ...one, timings: slow })], { canary: masked(canaryAt) }).hosts).toEqual([
      ['local-inspection', 'banner-slow'],
    ]);
  });

  it('finds STARTTLS missing to be ours as well', () => {
    const bare: Said = { banner: '220 **********', ehlo: '250-a\n250 SIZE' };
    expect(judge([probe(bare, one)], { canary: probe(bare, canaryAt) }).hosts).toEqual([['local-inspection']]);
  });
});

describe('port-redirected', () => {
  const relay: Said = { ...HONEST, banner: '220 relay.isp.example ESMTP' };

  it.each<[string, HostProbe[], { canary?: HostProbe | null; others?: HostProbe[] }, string[]]>([
    [
      'the canary greets with the same stranger’s name',
      [probe(relay, one)],
      { canary: probe(relay, canaryAt) },
      ['port-redirected'],
    ],
    [
      'so does an unrelated target',
      [probe(relay, one)],
      { others: [probe({ ...relay, banner: '220 relay.isp.example at your service' }, two)] },
      ['port-redirected'],
    ],
    ['nobody else was seen', [probe(relay, one)], {}, []],
    [
      'the canary greets as itself',
      [probe(relay, one)],
      { canary: probe({ ...HONEST, banner: '220 canary.our.net ESMTP' }, canaryAt) },
      [],
    ],
    [
      'another target greets otherwise',
      [probe(relay, one)],
      { others: [probe(relay, two), probe({ ...HONEST, banner: '220 mx.three.org' }, three)] },
      [],
    ],
    [
      'a provider greets with its own name everywhere',
      [
        probe({ ...HONEST, banner: '220 mx.google.com ESMTP' }, at('aspmx.l.google.com', '142.250.1.26')),
        probe({ ...HONEST, banner: '220 mx.google.com ESMTP' }, at('aspmx2.googlemail.com', '209.85.2.27')),
      ],
      {},
      [],
    ],
    [
      'a greeting without a name',
      [probe({ ...HONEST, banner: '220 ESMTP ready' }, one)],
      { others: [probe({ ...HONEST, banner: '220 ESMTP ready' }, two)] },
      [],
    ],
  ])('%s', (_, probes, witnesses, expected) => {
    expect(judge(probes, witnesses).hosts[0]).toEqual(expected);
  });
});

describe('ipv6-unavailable', () => {
  const six = (more: Partial<HostProbe>) =>
    dead('unreachable', { ...one, ip: '2001:db8::1', family: 6, socketError: 'ENETUNREACH', ...more });

  it('is ours when the socket had no address to leave from', () => {
    expect(judge([probe(HONEST, one), six({})]).hosts).toEqual([[], ['ipv6-unavailable']]);
    expect(judge([six({ socketError: 'EADDRNOTAVAIL' })]).hosts).toEqual([['ipv6-unavailable']]);
  });

  it('is not when another IPv6 address was reached, or the error is the far side’s', () => {
    const reached = probe(HONEST, at('mx.two.test', '2001:db8:1::1'));
    expect(judge([six({}), reached]).hosts[0]).toEqual(['host-not-answering']);
    expect(judge([six({})], { others: [reached] }).hosts[0]).toEqual(['host-not-answering']);
    expect(judge([six({ socketError: 'EHOSTUNREACH' })]).hosts[0]).toEqual(['host-not-answering']);
    expect(judge([dead('timeout', { ...one, ip: '2001:db8::1', family: 6 })]).hosts[0]).toEqual(['host-not-answering']);
  });

  it('says nothing about port 25', () => {
    expect(judge([dead('timeout', one), six(at('mx.two.test', '2001:db8::1'))]).hosts[0]).toEqual([
      'host-not-answering',
    ]);
  });
});

describe('mergeByCause', () => {
  const found = diagnoseTogether([probe(STARS, one), probe(STARS, at('mx2.one.example', '192.0.2.2'))], { now });

  it('tells a cause once, with every host in words and evidence', () => {
    const [inspection, ...others] = found.together;
    expect(others.map(({ code }) => code)).toEqual(['banner-masked']);
    expect(inspection?.params.host).toBe('mx.one.example, mx2.one.example');
    expect(inspection?.evidence).toContain('mx.one.example [192.0.2.1] 220 **********');
    expect(inspection?.evidence).toContain('mx2.one.example [192.0.2.2] EHLO: 500 #5.5.1 command not recognized');
    expect(renderAll(found.together, 'th')[0]?.title).toContain('mx.one.example, mx2.one.example');
  });

  it('changes nothing when what was merged is merged again with its parts', () => {
    expect(mergeByCause([...found.together, ...found.perHost.flat()])).toEqual(found.together);
    expect(mergeByCause(found.together)).toEqual(found.together);
  });

  it('keeps apart what differs in its particulars, and one certificate of two families together', () => {
    const tls = (validTo: string): HostProbe['tls'] => ({
      offered: true,
      negotiated: true,
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      certificate: {
        subject: 'CN=a',
        issuer: 'CN=b',
        altNames: [],
        validFrom: '2020-01-01T00:00:00.000Z',
        validTo,
        daysLeft: 0,
        fingerprint256: '',
        selfSigned: false,
        trusted: true,
        hostnameMatches: true,
        error: null,
      },
    });
    const soon = tls('2026-11-27T00:00:00.000Z');
    const plain: Said = { ...HONEST, banner: '220 ESMTP' };
    const probes = [
      probe(plain, { ...one, tls: soon }),
      probe(plain, { ...one, ip: '2001:db8::1', family: 6, tls: soon }),
      probe(plain, { ...two, tls: tls('2026-12-01T00:00:00.000Z') }),
    ];
    const { together } = diagnoseTogether(probes, { now });
    expect(together.map(({ params }) => [params.host, params.daysLeft])).toEqual([
      ['mx.one.example', 3],
      ['mail.two.test', 7],
    ]);
  });

  it('puts the gravest first and stays readable with many hosts', () => {
    const many = Array.from({ length: 12 }, (_, i) =>
      probe({ banner: '220 mx', ehlo: '250-mx\n250 SIZE' }, at(`mx${i}.one.example`, `192.0.2.${i}`)),
    );
    const { together } = diagnoseTogether([...many, probe({ banner: '554 no' }, two)], { now });
    expect(together.map(({ code }) => code)).toEqual(['greeting-rejected', 'starttls-missing']);
    expect(together[1]?.params.host).toMatch(/^mx0\.one\.example, .*mx7\.one\.example, \.\.\.$/);
    expect(mergeByCause(together)).toEqual(together);
  });
});

describe('several hosts in English', () => {
  const named = [...FINDINGS].filter(([code]) => !/^(?:mx|migration)-/.test(code));
  const texts = named.flatMap(([code, { variants = {} }]) =>
    [undefined, ...Object.keys(variants)].map((variant) => [code, variant] as const),
  );
  const spoken = (code: string, variant: string | undefined, host: string) => {
    const params = { host, port: 25, daysLeft: 3, ...(variant !== undefined && { variant }) };
    const all = new Proxy<Record<string, string | number>>(params, {
      get: (known, name: string) => known[name] ?? name,
    });
    const { title, explanation, fix } = render(
      { code, severity: 'info', confidence: 'certain', params: all, evidence: ['250 ok'] },
      'en',
    );
    return `${title}. ${explanation} ${fix}`;
  };
  it.each(texts)('%s %s agrees with their number', (code, variant) => {
    const many = spoken(code, variant, 'a.test, b.test');
    // What stands in front of them, or on the way to them, is one.
    const others = many.replace(
      /A firewall in front of a.test, b.test rewrites|Something on the way to a.test, b.test takes/,
      '',
    );
    expect(others.replace(/Encryption with a.test, b.test fails/, '')).not.toMatch(
      /b\.test (?:is|was|has|does|\w+[^s]s)\b/,
    );
    expect(many).not.toMatch(/\b(?:certificate|greeting|chain|owner|IPv6 address) of a\.test, b/);
    expect(`${many}${spoken(code, variant, 'a.test')}`).not.toMatch(/[{}|]/);
  });

  it('and with one', () => {
    expect(spoken('cert-expired', undefined, 'a.test')).toMatch(/^The certificate of a\.test has expired/);
    expect(spoken('cert-expired', undefined, 'a.test, b.test')).toMatch(/^The certificates of a\.test, b\.test have/);
  });
});
