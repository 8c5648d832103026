import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createAddressPolicy } from '../../src/net/address-policy.ts';
import { createDialer, type Dialer } from '../../src/net/dial.ts';
import { type ProbeOptions, probeHost } from '../../src/smtp/probe.ts';
import { WAITS } from '../../src/smtp/session.ts';
import type { HostProbe, Reply, Security } from '../../src/smtp/types.ts';
import { makeAuthority, makeCertificate, type Pair } from '../helpers/certificates.ts';
import { fallsSilent, ok, type Script, type SmtpServer, type Step, startSmtpServer } from '../helpers/smtp-server.ts';

const HOST = 'mx.test';
let ca: Pair;
let good: Pair;
const servers: SmtpServer[] = [];

beforeAll(async () => {
  ca = await makeAuthority();
  good = await makeCertificate({ names: [HOST], ca });
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const dialerFor = (ports: readonly number[], trusted: readonly string[] = []): Dialer =>
  createDialer({
    policy: createAddressPolicy({ allow: ['127.0.0.0/8', '::1'] }),
    ports: new Set(ports),
    extraRoots: trusted,
  });

type Asked = Partial<ProbeOptions> & { readonly host?: string; readonly security?: Security; readonly at?: string };

async function probe(script: Script, asked: Asked = {}): Promise<{ probe: HostProbe; server: SmtpServer }> {
  const { host = HOST, security = 'starttls', at = '127.0.0.1', ...options } = asked;
  const server = await startSmtpServer(script, at);
  servers.push(server);
  const target = { host, ip: at, family: at.includes(':') ? (6 as const) : (4 as const), port: server.port, security };
  const answer = await probeHost({ ...target, preference: 10 }, dialerFor([server.port], [ca.cert]), {
    ehloName: null,
    maxMs: 5_000,
    ...options,
  });
  return { probe: answer, server };
}

const reply = (code: number, enhanced: string | null, ...lines: string[]): Reply => ({ code, enhanced, lines });

const tlsScript = (certificate: Pair, after: readonly string[] = ['250-mx.test', '250 SMTPUTF8']): Script => ({
  on: {
    EHLO: (_line, session) =>
      session.secureLines.length > 0 ? ok(...after) : ok('250-mx.test', '250-STARTTLS', '250 SIZE 1000'),
    STARTTLS: [{ reply: '220 2.0.0 Ready' }, { starttls: certificate }],
  },
});

describe('an honest server', () => {
  test('is asked and told goodbye', async () => {
    const { probe: answer, server } = await probe({});
    expect(answer).toMatchObject({
      outcome: 'ok',
      stage: 'quit',
      banner: { code: 220, lines: ['mx.test ESMTP'] },
      ehlo: { code: 250 },
      helo: null,
      capabilities: { size: 10240000, pipelining: true, eightBitMime: true, startTls: false },
      tls: { offered: false, negotiated: false },
      experiments: [],
    });
    expect(server.sessions).toMatchObject([{ lines: ['EHLO [127.0.0.1]', 'QUIT'], violations: [], early: 0 }]);
    expect(answer.transcript.map(({ from, line }) => `${from}: ${line}`)).toEqual([
      'S: 220 mx.test ESMTP',
      'C: EHLO [127.0.0.1]',
      'S: 250-mx.test greets you',
      'S: 250-PIPELINING',
      'S: 250-SIZE 10240000',
      'S: 250 8BITMIME',
      'C: QUIT',
      'S: 221 2.0.0 Bye',
    ]);
  });

  test('with STARTTLS is asked again inside TLS', async () => {
    const { probe: answer, server } = await probe(tlsScript(good));
    expect(answer).toMatchObject({
      outcome: 'ok',
      stage: 'quit',
      startTls: { code: 220 },
      capabilities: { startTls: true, size: 1000 },
      capabilitiesAfterTls: { startTls: false, smtpUtf8: true },
      tls: {
        offered: true,
        negotiated: true,
        protocol: 'TLSv1.3',
        certificate: { trusted: true, hostnameMatches: true, selfSigned: false, error: null, altNames: [HOST] },
      },
    });
    expect(server.sessions).toMatchObject([
      { lines: ['EHLO [127.0.0.1]', 'STARTTLS', 'EHLO [127.0.0.1]', 'QUIT'], serverName: HOST },
    ]);
    expect(answer.transcript.filter(({ secure }) => secure).map(({ line }) => line)).toEqual([
      'EHLO [127.0.0.1]',
      '250-mx.test',
      '250 SMTPUTF8',
      'QUIT',
      '221 2.0.0 Bye',
    ]);
  });
});

const EARLY = { connect: 2_000, greeting: 300, reply: 300 };
const waitsFor = (script: Script) => (fallsSilent(script) ? EARLY : WAITS);

describe('outcome and stage', () => {
  const greeting = (...steps: Step[]): Script => ({ greeting: steps });
  const at = (verb: string, ...steps: Step[]): Script => ({ on: { [verb]: steps } });

  test.for<readonly [string, Script, string, string, Partial<HostProbe>]>([
    ['silence', greeting({ hang: true }), 'timeout', 'banner', { banner: null }],
    [
      'half a greeting',
      greeting({ raw: '220 mx.te' }, { hang: true }),
      'timeout',
      'banner',
      { unfinishedGreeting: [] },
    ],
    [
      'a greeting that never ends',
      greeting({ raw: '220-*******\r\n*** **\r\n' }, { hang: true }),
      'timeout',
      'banner',
      { unfinishedGreeting: ['220-*******', '*** **'] },
    ],
    ['a close before the greeting', greeting({ close: true }), 'reset', 'banner', { socketError: null }],
    [
      'a reset before the greeting',
      greeting({ pause: 50 }, { reset: true }),
      'reset',
      'banner',
      { socketError: 'ECONNRESET' },
    ],
    ['554', greeting({ reply: '554 5.7.1 no' }), 'rejected', 'banner', { banner: reply(554, '5.7.1', '5.7.1 no') }],
    [
      '421',
      greeting({ reply: '421 busy' }, { close: true }),
      'rejected',
      'banner',
      { banner: reply(421, null, 'busy') },
    ],
    ['450', greeting({ reply: '450 later' }), 'rejected', 'banner', {}],
    ['another 2xx', greeting({ reply: '250 hello' }), 'ok', 'quit', {}],
    ['354', greeting({ reply: '354 go ahead' }), 'protocol-error', 'banner', {}],
    ['HTTP', greeting({ raw: 'HTTP/1.1 400 Bad Request\r\n\r\n' }), 'protocol-error', 'banner', { banner: null }],
    ['SSH', greeting({ raw: 'SSH-2.0-OpenSSH_9.6\r\n' }), 'protocol-error', 'banner', {}],
    [
      '421 to EHLO',
      at('EHLO', { reply: '421 4.3.2 busy' }),
      'rejected',
      'greeting',
      { ehlo: reply(421, '4.3.2', '4.3.2 busy'), helo: null },
    ],
    [
      'EHLO and HELO refused',
      { on: { EHLO: ok('550 no'), HELO: ok('550 no') } },
      'rejected',
      'greeting',
      { ehlo: reply(550, null, 'no'), helo: reply(550, null, 'no') },
    ],
    ['silence to EHLO', at('EHLO', { hang: true }), 'timeout', 'greeting', {}],
    ['garbage to EHLO', at('EHLO', { raw: 'what?\r\n' }), 'protocol-error', 'greeting', {}],
    ['a reset at EHLO', at('EHLO', { reset: true }), 'reset', 'greeting', { droppedOnEhlo: true, ehlo: null }],
    ['a close at EHLO', at('EHLO', { close: true }), 'reset', 'greeting', { droppedOnEhlo: true, ehlo: null }],
    ['silence to QUIT', at('QUIT', { hang: true }), 'ok', 'quit', {}],
    ['a close at QUIT', at('QUIT', { close: true }), 'ok', 'quit', {}],
    ['a reset at QUIT', at('QUIT', { reset: true }), 'ok', 'quit', { socketError: null }],
    ['garbage to QUIT', at('QUIT', { raw: 'bye!\r\n' }), 'ok', 'quit', {}],
  ])('%s', async ([, script, outcome, stage, more]) => {
    const { probe: answer, server } = await probe(script, { waits: waitsFor(script) });
    expect(answer).toMatchObject({ outcome, stage, ...more });
    expect(server.sessions.map(({ early }) => early)).toEqual([0]);
    expect(server.sessions.flatMap(({ violations }) => violations)).toEqual([]);
    expect(server.sessions.flatMap(({ lines }) => lines).filter((line) => /^(MAIL|RCPT|DATA)/i.test(line))).toEqual([]);
  });

  test('a rejected session still ends with QUIT', async () => {
    for (const script of [greeting({ reply: '554 no' }), at('EHLO', { reply: '421 busy' })]) {
      const { server } = await probe(script);
      expect(server.sessions[0]?.lines.at(-1)).toBe('QUIT');
    }
  });

  test('a greeting in lines is awaited to its end', async () => {
    const { probe: answer, server } = await probe(
      greeting({ raw: '220-hello\r\n' }, { pause: 150 }, { raw: '220 \r\n' }),
    );
    expect(answer.outcome).toBe('ok');
    expect(answer.banner?.lines).toEqual(['hello', '']);
    expect(answer.timings.bannerMs).toBeGreaterThanOrEqual(140);
    expect(server.sessions[0]?.early).toBe(0);
  });

  test('the host’s time in all ends a server that always answers just in time', async () => {
    const from = performance.now();
    const { probe: answer } = await probe(greeting({ trickle: `220-${'x'.repeat(200)}`, everyMs: 50 }), { maxMs: 500 });
    expect(answer).toMatchObject({ outcome: 'timeout', stage: 'banner' });
    expect(performance.now() - from).toBeLessThan(1_000);
  });

  test('nobody listens', async () => {
    const server = await startSmtpServer();
    await server.close();
    const target = {
      host: HOST,
      ip: '127.0.0.1',
      family: 4 as const,
      port: server.port,
      security: 'none' as const,
      preference: null,
    };
    const answer = await probeHost(target, dialerFor([server.port]), { ehloName: null, maxMs: 2_000 });
    expect(answer).toMatchObject({ outcome: 'refused', stage: 'connect', socketError: 'ECONNREFUSED', transcript: [] });
  });

  test('no address is known', async () => {
    const target = { host: HOST, ip: null, family: null, port: 25, security: 'starttls' as const, preference: 5 };
    const answer = await probeHost(target, dialerFor([25]), { ehloName: null, maxMs: 2_000 });
    expect(answer).toMatchObject({ outcome: 'unreachable', stage: 'resolve', ip: null, preference: 5 });
  });

  test('the guard refuses before anything is sent', async () => {
    const server = await startSmtpServer();
    servers.push(server);
    const target = { host: HOST, family: 4 as const, port: server.port, security: 'none' as const, preference: null };
    const strict = createDialer({ policy: createAddressPolicy({ allow: [] }), ports: new Set([server.port]) });
    for (const ip of ['127.0.0.1', '::ffff:127.0.0.1', '127.1', 'localhost']) {
      const answer = await probeHost({ ...target, ip }, strict, { ehloName: null, maxMs: 1_000 });
      expect(answer).toMatchObject({ outcome: 'forbidden', stage: 'connect' });
    }
    const otherPort = await probeHost({ ...target, ip: '127.0.0.1' }, dialerFor([25]), {
      ehloName: null,
      maxMs: 1_000,
    });
    expect(otherPort.outcome).toBe('forbidden');
    expect(server.sessions).toEqual([]);
  });

  test('a caller who stops ends it at once, and it is not called the peer’s doing', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const { probe: answer, server } = await probe(greeting({ hang: true }), { signal: stop.signal });
    expect(answer).toMatchObject({ outcome: 'skipped', stage: 'banner' });
    await expect.poll(() => server.open).toBe(0);
    const late = await probe({}, { signal: stop.signal });
    expect(late.probe).toMatchObject({ outcome: 'skipped', stage: 'connect' });
    expect(late.server.sessions).toEqual([]);
  });

  test('IPv6, and the name we were given', async () => {
    const bySocket = await probe({}, { at: '::1' });
    expect(bySocket.server.sessions[0]?.lines[0]).toBe('EHLO [IPv6:::1]');
    const byName = await probe({}, { ehloName: 'probe.example.com' });
    expect(byName.server.sessions[0]?.lines[0]).toBe('EHLO probe.example.com');
  });
});

describe('HELO', () => {
  test.for(['500 what?', '502 5.5.1 no', '402 4.5.2 later', '550 denied', '354 odd', '199 odd'])(
    'after %s to EHLO, in the same session',
    async (refusal) => {
      const { probe: answer, server } = await probe({ on: { EHLO: ok(refusal) } });
      expect(answer).toMatchObject({ outcome: 'ok', stage: 'quit', capabilities: null, helo: { code: 250 } });
      expect(server.sessions.map(({ lines }) => lines)).toEqual([['EHLO [127.0.0.1]', 'HELO [127.0.0.1]', 'QUIT']]);
    },
  );

  const hangsUp = { on: { EHLO: [{ close: true }] as const } };

  test('in a new session when the peer hung up, if we may', async () => {
    let asked = 0;
    const { probe: answer, server } = await probe(hangsUp, {
      anotherSession: async () => ++asked > 0,
    });
    expect(answer).toMatchObject({
      outcome: 'ok',
      stage: 'quit',
      droppedOnEhlo: true,
      ehlo: null,
      helo: { code: 250 },
    });
    expect(server.sessions.map(({ lines }) => lines)).toEqual([['EHLO [127.0.0.1]'], ['HELO [127.0.0.1]', 'QUIT']]);
    expect(asked).toBe(1);
  });

  test('in a new session when the refusal came with a hang-up', async () => {
    const { probe: answer, server } = await probe(
      { on: { EHLO: [{ reply: '500 what?' }, { close: true }] } },
      { anotherSession: async () => true },
    );
    expect(answer).toMatchObject({ outcome: 'ok', droppedOnEhlo: false, ehlo: { code: 500 }, helo: { code: 250 } });
    expect(server.sessions.length).toBe(2);
  });

  test('not at all when we may not', async () => {
    const { probe: answer, server } = await probe(hangsUp, { anotherSession: async () => false });
    expect(answer).toMatchObject({ outcome: 'reset', stage: 'greeting', droppedOnEhlo: true, helo: null });
    expect(server.sessions.length).toBe(1);
  });
});

describe('STARTTLS', () => {
  const starttls = (...steps: Step[]): Script => ({
    on: { EHLO: ok('250-mx.test', '250 STARTTLS'), STARTTLS: steps },
  });

  test.for<readonly [string, Script, Partial<HostProbe>]>([
    [
      '454',
      starttls({ reply: '454 4.7.0 not now' }),
      { outcome: 'ok', stage: 'quit', tlsFailure: 'refused', startTls: reply(454, '4.7.0', '4.7.0 not now') },
    ],
    ['500', starttls({ reply: '500 #5.5.1 command not recognized' }), { outcome: 'ok', tlsFailure: 'refused' }],
    ['silence', starttls({ hang: true }), { outcome: 'timeout', stage: 'starttls', tlsFailure: null }],
    ['a reset', starttls({ reset: true }), { outcome: 'reset', stage: 'starttls' }],
    ['garbage', starttls({ raw: 'sure\r\n' }), { outcome: 'protocol-error', stage: 'starttls' }],
    [
      '220 and silence',
      starttls({ reply: '220 go' }, { hang: true }),
      { outcome: 'tls-error', stage: 'tls', tlsFailure: 'timeout' },
    ],
    [
      '220 and a close',
      starttls({ reply: '220 go' }, { pause: 50 }, { close: true }),
      { outcome: 'tls-error', stage: 'tls', tlsFailure: 'closed' },
    ],
    [
      '220 and a reset',
      starttls({ reply: '220 go' }, { pause: 50 }, { reset: true }),
      { outcome: 'tls-error', stage: 'tls', tlsFailure: 'closed' },
    ],
    [
      '220 and garbage',
      starttls({ reply: '220 go' }, { pause: 50 }, { garbage: 2_000 }),
      { outcome: 'tls-error', stage: 'tls', tlsFailure: 'handshake' },
    ],
  ])('answered with %s', async ([, script, expected]) => {
    const { probe: answer } = await probe(script, { waits: waitsFor(script) });
    expect(answer).toMatchObject({ ...expected, tls: { offered: true, negotiated: false, certificate: null } });
    expect(answer.capabilitiesAfterTls).toBeNull();
  });

  test.for<readonly [string, readonly Step[]]>([
    ['in the same segment', [{ raw: '220 go\r\n250 injected\r\n' }]],
    ['right behind it', [{ raw: '220 go\r\n' }, { raw: '250-mx.test\r\n250 AUTH PLAIN\r\n' }]],
    ['half a line', [{ raw: '220 go\r\n2' }]],
  ])('with bytes injected %s ends the session', async ([, steps]) => {
    const { probe: answer, server } = await probe(starttls(...steps, { starttls: good }));
    expect(answer).toMatchObject({
      plaintextInjection: true,
      outcome: 'protocol-error',
      stage: 'starttls',
      tls: { offered: true, negotiated: false },
      capabilitiesAfterTls: null,
    });
    await expect.poll(() => server.open).toBe(0);
    expect(server.sessions.map(({ secureLines }) => secureLines)).toEqual([[]]);
  });

  test('is not asked for when it is not offered, nor when nobody wants it', async () => {
    for (const [script, security] of [
      [{}, 'starttls'],
      [tlsScript(good), 'none'],
    ] as const) {
      const { probe: answer, server } = await probe(script, { security });
      expect(answer).toMatchObject({
        outcome: 'ok',
        startTls: null,
        tls: { offered: security === 'none', negotiated: false },
      });
      expect(server.sessions[0]?.lines).toEqual(['EHLO [127.0.0.1]', 'QUIT']);
    }
  });

  test('a literal is asked for without a name', async () => {
    const { probe: answer, server } = await probe(tlsScript(good), { host: '127.0.0.1' });
    expect(answer.tls.certificate).toMatchObject({ hostnameMatches: null, trusted: true });
    expect(server.sessions[0]?.serverName).toBeNull();
  });

  test('a peer that falls silent inside TLS', async () => {
    const script: Script = {
      on: {
        EHLO: (_line, session) =>
          session.secureLines.length > 0 ? [{ hang: true }] : ok('250-mx.test', '250 STARTTLS'),
        STARTTLS: [{ reply: '220 go' }, { starttls: good }],
      },
    };
    const { probe: answer } = await probe(script, { waits: { ...EARLY, reply: 1_500 } });
    expect(answer).toMatchObject({
      outcome: 'timeout',
      stage: 'tls',
      tls: { negotiated: true },
      capabilitiesAfterTls: null,
    });
  });
});

describe('implicit TLS', () => {
  test('comes before the first word', async () => {
    const { probe: answer, server } = await probe({ implicitTls: good }, { security: 'implicit' });
    expect(answer).toMatchObject({
      outcome: 'ok',
      stage: 'quit',
      capabilities: { size: 10240000 },
      capabilitiesAfterTls: null,
      startTls: null,
      tls: { offered: true, negotiated: true, certificate: { trusted: true, hostnameMatches: true } },
    });
    expect(answer.transcript.every(({ secure }) => secure)).toBe(true);
    expect(server.sessions).toMatchObject([{ serverName: HOST, secureLines: ['EHLO [127.0.0.1]', 'QUIT'] }]);
  });

  test.for<readonly [string, Script, Partial<HostProbe>]>([
    ['a server in clear', {}, { outcome: 'tls-error', stage: 'tls', tlsFailure: 'handshake' }],
    ['silence', { greeting: [{ hang: true }] }, { outcome: 'tls-error', stage: 'tls', tlsFailure: 'timeout' }],
    ['a close', { greeting: [{ close: true }] }, { outcome: 'tls-error', stage: 'tls', tlsFailure: 'closed' }],
  ])('%s', async ([, script, expected]) => {
    const { probe: answer } = await probe(script, { security: 'implicit', waits: waitsFor(script) });
    expect(answer).toMatchObject({ ...expected, banner: null });
  });
});
