import { describe, expect, it } from 'vitest';
import { diagnoseHost, diagnoseSession } from '../../src/diagnosis/diagnose.ts';
import { renderAll } from '../../src/diagnosis/findings.ts';
import type { Certificate, HostProbe, Tls } from '../../src/smtp/types.ts';
import { dead, HONEST, probe, type Said, session } from './sessions.ts';

const NOW = Date.parse('2026-11-24T00:00:00Z');
const day = (days: number) => new Date(NOW + days * 86_400_000).toISOString();

const certificate = (more: Partial<Certificate> = {}): Certificate => ({
  subject: 'CN=mx.example.com',
  issuer: 'CN=Some CA',
  altNames: ['mx.example.com'],
  validFrom: day(-30),
  validTo: day(60),
  daysLeft: 60,
  fingerprint256: 'AA',
  selfSigned: false,
  trusted: true,
  hostnameMatches: true,
  error: null,
  ...more,
});

const secured = (of: Partial<Certificate> = {}, tls: Partial<Tls> = {}, more: Partial<HostProbe> = {}) =>
  probe(HONEST, {
    tls: {
      offered: true,
      negotiated: true,
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      certificate: certificate(of),
      ...tls,
    },
    ...more,
  });

const codes = (of: HostProbe) => diagnoseHost(of, NOW).map(({ code }) => code);

describe('greeting and EHLO', () => {
  const judge = (said: Said) =>
    diagnoseSession(session(said), { host: 'mx.example.com', port: 25 }).map(({ code, severity }) => [code, severity]);

  it.each<[string, Said, string[][]]>([
    ['554 as greeting', { banner: '554 No SMTP service here' }, [['greeting-rejected', 'error']]],
    ['421 as greeting', { banner: '421 4.3.2 Service shutting down' }, [['greeting-rejected', 'warning']]],
    ['421 to EHLO', { banner: '220 mx', ehlo: '421 4.3.0 closing' }, [['greeting-rejected', 'warning']]],
    ['EHLO and HELO refused', { banner: '220 mx', ehlo: '550 no', helo: '550 no' }, [['greeting-rejected', 'error']]],
    ['both deferred', { banner: '220 mx', ehlo: '451 later', helo: '451 later' }, [['greeting-rejected', 'warning']]],
    [
      'another positive code as greeting',
      { banner: '200 hello', ehlo: '250-a\n250 STARTTLS' },
      [['banner-not-220', 'error']],
    ],
    [
      'a blocklist',
      { banner: '554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org' },
      [['prober-blocked', 'warning']],
    ],
    [
      'a limit of connections',
      { banner: '421 4.7.0 too many connections from 192.0.2.1' },
      [['prober-throttled', 'info']],
    ],
    [
      'our name refused twice',
      { banner: '220 mx', ehlo: '550 Invalid HELO name', helo: '550 Invalid HELO name' },
      [['prober-blocked', 'warning']],
    ],
    [
      'our name refused in EHLO only',
      { banner: '220 mx', ehlo: '501 Syntactically invalid EHLO argument(s)', helo: '250 mx' },
      [['prober-blocked', 'warning']],
    ],
    ['a missing STARTTLS', { banner: '220 mx', ehlo: '250-mx\n250 SIZE' }, [['starttls-missing', 'warning']]],
    ['STARTTLS out of order', { ...HONEST, startTls: '454 4.7.0 TLS not available' }, [['starttls-failed', 'error']]],
    ['STARTTLS refused by policy', { ...HONEST, startTls: '554 5.7.3 no' }, [['starttls-failed', 'error']]],
    [
      'passwords in clear',
      { ...HONEST, ehlo: '250-mx\n250-STARTTLS\n250 AUTH PLAIN LOGIN' },
      [['auth-without-tls', 'warning']],
    ],
    [
      'the old form of AUTH',
      { ...HONEST, ehlo: '250-mx\n250-STARTTLS\n250 AUTH=LOGIN' },
      [['auth-without-tls', 'warning']],
    ],
    ['a safe mechanism in clear', { ...HONEST, ehlo: '250-mx\n250-STARTTLS\n250 AUTH CRAM-MD5 GSSAPI' }, []],
    ['an unknown STARTTLS in a pasted scrap', { startTls: '500 unrecognized command' }, []],
    [
      'a STARTTLS refusal in a pasted scrap',
      { startTls: '454 4.7.0 TLS not available' },
      [['starttls-failed', 'error']],
    ],
    ['nothing', {}, []],
  ])('%s', (_, said, expected) => expect(judge(said)).toEqual(expected));

  it('inside implicit TLS neither a missing STARTTLS nor AUTH PLAIN is a fault', () => {
    const facts = session({ banner: '220 mx', ehlo: '250-mx\n250 AUTH PLAIN' });
    expect(diagnoseSession(facts, { host: 'mx.example.com', port: 465 })).toEqual([]);
    expect(diagnoseSession(facts, { host: 'mx.example.com', port: 2525, security: 'implicit' })).toEqual([]);
    expect(diagnoseSession(facts, { host: null, port: 587 }).map(({ code }) => code)).toEqual([
      'starttls-missing',
      'auth-without-tls',
    ]);
  });

  it('quotes what it rests on', () => {
    const [found] = diagnoseSession(session({ banner: '220 mx', ehlo: '550 no', helo: '554 no' }), {
      host: null,
      port: 25,
    });
    expect(found?.evidence).toEqual(['EHLO: 550 no', 'HELO: 554 no']);
    const [auth] = diagnoseSession(session({ ...HONEST, ehlo: '250-mx\n250-STARTTLS\n250-AUTH PLAIN\n250 SIZE' }), {
      host: null,
      port: 25,
    });
    expect(auth?.evidence).toEqual(['EHLO: 250-AUTH PLAIN']);
  });
});

describe('certificate', () => {
  it.each<[string, Partial<Certificate>, string[]]>([
    ['valid', {}, []],
    ['expired', { validTo: day(-1), daysLeft: -1, trusted: false, error: 'CERT_HAS_EXPIRED' }, ['cert-expired']],
    ['13 days left', { validTo: day(13), daysLeft: 13 }, ['cert-expiring']],
    ['14 days left', { validTo: day(14), daysLeft: 14 }, []],
    ['not yet valid', { validFrom: day(1), trusted: false, error: 'CERT_NOT_YET_VALID' }, ['cert-not-yet-valid']],
    ['self-signed', { selfSigned: true, trusted: false, error: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, ['cert-self-signed']],
    [
      'self-signed and expired',
      { selfSigned: true, trusted: false, error: 'DEPTH_ZERO_SELF_SIGNED_CERT', validTo: day(-1) },
      ['cert-expired', 'cert-self-signed'],
    ],
    ['of an unknown issuer', { trusted: false, error: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }, ['cert-untrusted']],
    [
      'of an unknown issuer and expired',
      { trusted: false, error: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', validTo: day(-1) },
      ['cert-expired', 'cert-untrusted'],
    ],
    ['behind an expired intermediate', { trusted: false, error: 'CERT_HAS_EXPIRED' }, ['cert-untrusted']],
    ['a private root in the chain', { trusted: false, error: 'SELF_SIGNED_CERT_IN_CHAIN' }, ['cert-untrusted']],
    ['for another name', { hostnameMatches: false }, ['cert-hostname-mismatch']],
    ['of a host known by address', { hostnameMatches: null }, []],
  ])('%s', (_, of, expected) => expect(codes(secured(of))).toEqual(expected));

  it.each([
    [25, 'warning'],
    [587, 'error'],
    [465, 'error'],
    [2525, 'warning'],
  ] as const)('on port %i it weighs %s', (port, severity) => {
    const found = diagnoseHost(secured({ validTo: day(-1) }, { protocol: 'TLSv1' }, { port }), NOW);
    expect(found.map((one) => [one.code, one.severity])).toEqual([
      ['tls-legacy', severity],
      ['cert-expired', severity],
    ]);
  });

  it('tells the days that are left by the clock it was given', () => {
    const [found] = diagnoseHost(secured({ validTo: day(3.5), daysLeft: 99 }), NOW);
    expect(found?.params.daysLeft).toBe(3);
  });

  it('quotes a hundred long names in one line of usual length', () => {
    const altNames = Array.from({ length: 100 }, (_, i) => `${i}.${'a'.repeat(900)}.test`);
    const [found] = diagnoseHost(secured({ hostnameMatches: false, altNames }), NOW);
    expect(found?.evidence.at(-1)).toMatch(/^names: 0\.a{900}\.test, 1\.a/);
    expect(found?.evidence.at(-1)?.length).toBe(1_000);
  });

  it('keeps what the certificate says out of the words', () => {
    const found = diagnoseHost(
      secured({ trusted: false, issuer: 'CN=<b>Evil</b>', error: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }),
      NOW,
    );
    const [shown] = renderAll(found, 'en');
    expect(shown?.evidence).toContain('issuer: CN=<b>Evil</b>');
    expect(`${shown?.title}${shown?.explanation}${shown?.fix}`).not.toContain('Evil');
  });
});

describe('TLS', () => {
  it.each<[string, Partial<Tls>, string[]]>([
    ['TLS 1.0', { protocol: 'TLSv1' }, ['tls-legacy']],
    ['TLS 1.1', { protocol: 'TLSv1.1' }, ['tls-legacy']],
    ['RC4 under TLS 1.2', { protocol: 'TLSv1.2', cipher: 'RC4-SHA' }, ['tls-legacy']],
    ['3DES under TLS 1.2', { protocol: 'TLSv1.2', cipher: 'ECDHE-RSA-DES-CBC3-SHA' }, ['tls-legacy']],
    ['DSA under TLS 1.2', { protocol: 'TLSv1.2', cipher: 'DHE-DSS-AES256-GCM-SHA384' }, ['tls-legacy']],
    ['AES under TLS 1.2', { protocol: 'TLSv1.2', cipher: 'ECDHE-RSA-AES128-SHA' }, []],
    ['TLS 1.2', { protocol: 'TLSv1.2', cipher: 'ECDHE-ECDSA-CHACHA20-POLY1305' }, []],
  ])('%s', (_, tls, expected) => expect(codes(secured({}, tls))).toEqual(expected));

  const failed = (more: Partial<HostProbe>) =>
    diagnoseHost(probe(HONEST, { outcome: 'tls-error', stage: 'tls', ...more }), NOW);

  it('a broken handshake is the server’s', () => {
    expect(failed({ tlsFailure: 'handshake', socketError: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' })).toMatchObject([
      { code: 'starttls-failed', severity: 'error', confidence: 'likely' },
    ]);
  });

  it('a limit of our library is said to be ours and weighs nothing', () => {
    const found = failed({ tlsFailure: 'local-limits', socketError: 'ERR_SSL_DH_KEY_TOO_SMALL' });
    expect(found).toMatchObject([{ code: 'starttls-failed', severity: 'info', confidence: 'possible' }]);
    expect(renderAll(found, 'en')[0]?.title).toBe('Our TLS library cannot speak with mx.example.com');
  });

  it('bytes before the handshake are said once', () => {
    expect(
      failed({ plaintextInjection: true, outcome: 'protocol-error', stage: 'starttls' }).map(({ code }) => code),
    ).toEqual(['plaintext-injection']);
  });

  it('a connection cut over STARTTLS is a failure of STARTTLS', () => {
    const { startTls: _, ...silent } = HONEST;
    const found = diagnoseHost(probe(silent, { outcome: 'reset', stage: 'starttls', socketError: 'ECONNRESET' }), NOW);
    expect(found).toMatchObject([{ code: 'starttls-failed', evidence: ['STARTTLS: ECONNRESET'] }]);
  });

  it('a handshake of implicit TLS that fails is found too', () => {
    const found = diagnoseHost(
      dead('tls-error', { stage: 'tls', port: 465, security: 'implicit', tlsFailure: 'handshake' }),
      NOW,
    );
    expect(found.map(({ code }) => code)).toEqual(['starttls-failed']);
  });

  it('a server that answers implicit TLS in clear has no protocol too old: it waits for STARTTLS', () => {
    const of = { stage: 'tls', security: 'implicit', tlsFailure: 'handshake' } as const;
    const found = diagnoseHost(dead('tls-error', { ...of, socketError: 'ERR_SSL_WRONG_VERSION_NUMBER' }), NOW);
    expect(found).toMatchObject([{ code: 'starttls-failed', params: { variant: 'in-clear' } }]);
    expect(renderAll(found, 'en')[0]?.title).toBe('mx.example.com answers in clear where TLS was begun at once');
  });
});

describe('a host that cannot be talked to', () => {
  it.each<[string, HostProbe, string, string]>([
    ['refused', dead('refused', { socketError: 'ECONNREFUSED' }), 'refused', 'certain'],
    ['silent to SYN', dead('timeout'), 'dropped', 'possible'],
    ['no route', dead('unreachable', { socketError: 'EHOSTUNREACH' }), 'unreachable', 'possible'],
    ['silent at the banner', dead('timeout', { stage: 'banner' }), 'silent', 'possible'],
    ['hung up at the banner', dead('reset', { stage: 'banner', socketError: 'ECONNRESET' }), 'reset', 'likely'],
    [
      'a name without an address',
      dead('unreachable', { stage: 'resolve', ip: null, family: null, preference: null }),
      'no-address',
      'likely',
    ],
    [
      'a name without an address of the family asked for',
      dead('unreachable', { stage: 'resolve', ip: null, family: 6, preference: null }),
      'no-ipv6',
      'likely',
    ],
  ])('%s', (_, of, variant, confidence) => {
    const found = diagnoseHost(of, NOW);
    expect(found).toMatchObject([{ code: 'host-not-answering', severity: 'warning', confidence, params: { variant } }]);
    expect(found[0]?.evidence).toHaveLength(1);
  });

  it('an exchange without an address is the route’s finding, not the session’s', () => {
    expect(codes(dead('unreachable', { stage: 'resolve', ip: null, family: null }))).toEqual([]);
  });

  it('an exchange without an address of the family asked for is the session’s: the route has nothing to say of it', () => {
    const [found] = diagnoseHost(dead('unreachable', { stage: 'resolve', ip: null, family: 6 }), NOW);
    expect(found).toMatchObject({ code: 'host-not-answering', evidence: ['mx.example.com. AAAA: no address'] });
  });

  it.each(['forbidden', 'rate-limited', 'skipped'] as const)('what we did not ask (%s) is no finding', (outcome) => {
    expect(codes(dead(outcome, { stage: 'resolve' }))).toEqual([]);
  });

  it('something that is not SMTP', () => {
    const line = 'HTTP/1.1 400 Bad Request';
    const of = dead('protocol-error', { stage: 'banner', transcript: [{ atMs: 1, from: 'S', line, secure: false }] });
    expect(diagnoseHost(of, NOW)).toMatchObject([{ code: 'banner-not-220', evidence: [line] }]);
  });

  it('an endless masked greeting is the firewall’s, and said once', () => {
    const of = probe({ unfinished: ['220-********', '*********'] }, { outcome: 'timeout', stage: 'banner' });
    expect(codes(of)).toEqual(['esmtp-inspection']);
  });

  it('a host that fell silent after EHLO was served has a session', () => {
    expect(codes(probe(HONEST, { outcome: 'timeout', stage: 'quit' }))).toEqual([]);
  });
});

describe('a slow greeting', () => {
  it.each([
    [10_000, []],
    [10_001, ['banner-slow']],
  ])('after %i ms', (bannerMs, expected) => {
    const timings = { connectMs: 1, bannerMs, greetingMs: 1, tlsMs: null, totalMs: 11_000 };
    expect(codes(probe(HONEST, { timings }))).toEqual(expected);
  });

  it('that never came is not slow', () => {
    const timings = { connectMs: 1, bannerMs: 30_000, greetingMs: null, tlsMs: null, totalMs: 30_001 };
    expect(codes(dead('timeout', { stage: 'banner', timings }))).toEqual(['host-not-answering']);
  });
});
