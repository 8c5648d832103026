import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createAddressPolicy } from '../../src/net/address-policy.ts';
import { createDialer } from '../../src/net/dial.ts';
import { type ProbeOptions, probeHost } from '../../src/smtp/probe.ts';
import { WAITS } from '../../src/smtp/session.ts';
import type { HostProbe } from '../../src/smtp/types.ts';
import { makeCertificate, type Pair } from '../helpers/certificates.ts';
import { type CiscoMode, startCiscoProxy } from '../helpers/cisco-proxy.ts';
import { fallsSilent, ok, type Script, type SmtpServer, startSmtpServer } from '../helpers/smtp-server.ts';

const closing: (() => Promise<void>)[] = [];
let pair: Pair;

beforeAll(async () => {
  pair = await makeCertificate({ names: ['mx.test'] });
});

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function probe(port: number, options: Partial<ProbeOptions> = {}): Promise<HostProbe> {
  const dialer = createDialer({ policy: createAddressPolicy({ allow: ['127.0.0.0/8'] }), ports: new Set([port]) });
  const target = {
    host: 'mx.test',
    ip: '127.0.0.1',
    family: 4 as const,
    port,
    security: 'starttls' as const,
    preference: 10,
  };
  return probeHost(target, dialer, { ehloName: 'me.test', maxMs: 8_000, anotherSession: async () => true, ...options });
}

async function serve(script: Script): Promise<SmtpServer> {
  const server = await startSmtpServer(script);
  closing.push(() => server.close());
  return server;
}

type Behind = { readonly answer: HostProbe; readonly server: SmtpServer };

async function behind(
  script: Script,
  mode: CiscoMode,
  options: Partial<ProbeOptions> & { allowTls?: boolean } = {},
): Promise<Behind> {
  const server = await serve(script);
  const { allowTls = false, ...rest } = options;
  const proxy = await startCiscoProxy({ to: server, mode, allowTls });
  closing.push(() => proxy.close());
  return { answer: await probe(proxy.port, rest), server };
}

/** Sendmail's order, and Sendmail's echo. */
const SENDMAIL: Script = {
  greeting: ok('220 mx.test ESMTP Sendmail 8.15.2/8.15.2; Tue, 24 Nov 2026 20:00:02 +0700'),
  on: {
    EHLO: (_line, session) =>
      ok(
        '250-mx.test Hello',
        '250-ENHANCEDSTATUSCODES',
        '250-PIPELINING',
        '250-8BITMIME',
        '250-SIZE',
        '250-DSN',
        '250-ETRN',
        session.secureLines.length > 0 ? '250-AUTH PLAIN' : '250-STARTTLS',
        '250-DELIVERBY',
        '250 HELP',
      ),
    STARTTLS: (line) =>
      line === 'STARTTLS'
        ? [{ reply: '220 2.0.0 Ready to start TLS' }, { starttls: pair }]
        : ok('501 5.5.4 Syntax error (no parameters allowed)'),
    NOOP: ok('250 2.0.0 OK'),
  },
  otherwise: (line) => ok(`500 5.5.1 Command unrecognized: "${line}"`),
};

/** Cisco's own mail gateway. */
const ASYNC_OS: Script = {
  greeting: ok('220 esa.test ESMTP'),
  on: { EHLO: ok('250-esa.test', '250-8BITMIME', '250-SIZE 33554432', '250 STARTTLS') },
  otherwise: ok('500 #5.5.1 command not recognized'),
};

const sent = (server: SmtpServer) => server.sessions.map(({ lines }) => lines);
const shown = ({ experiments }: HostProbe) =>
  experiments.map(({ name, reply }) => [name, reply && `${reply.code} ${reply.lines.join(' ')}`]);

describe('a firewall that rewrites', () => {
  test('ASA before Sendmail: keywords and our own words come back as X’s', async () => {
    const { answer, server } = await behind(SENDMAIL, 'asa');
    expect(answer).toMatchObject({ outcome: 'ok', stage: 'quit', helo: null, startTls: null, tls: { offered: false } });
    expect(answer.banner?.lines[0]).toMatch(/^[* ]+$/);
    expect(answer.capabilities?.extensions.map(({ keyword }) => keyword)).toEqual([
      'ENHANCEDSTATUSCODES',
      'PIPELINING',
      '8BITMIME',
      'SIZE',
      'DSN',
      'ETRN',
      'XXXXXXXA',
      'XXXXXXXXB',
      'XXXC',
    ]);
    expect(shown(answer)).toEqual([
      ['unknown-verb', '500 5.5.1 Command unrecognized: "XXXXXXXX"'],
      ['starttls-argument', '500 5.5.1 Command unrecognized: "XXXXXXXX q"'],
      ['split-ehlo', '500 5.5.1 Command unrecognized: "XXXX me.test"'],
    ]);
    expect(sent(server)).toEqual([
      ['EHLO me.test', 'XXXXXXXX', 'XXXXXXXX q', 'QUIT'],
      ['XXXX me.test', 'QUIT'],
    ]);
    expect(answer.transcript.filter(({ from }) => from === 'C').map(({ line }) => line)).toEqual([
      'EHLO me.test',
      'QZJVKWPT',
      'STARTTLS q',
      'QUIT',
      'EHLO me.test',
      'QUIT',
    ]);
  });

  test('ASA that lets TLS through: nothing is tried inside it', async () => {
    const { answer, server } = await behind(SENDMAIL, 'asa', { allowTls: true });
    expect(answer).toMatchObject({ outcome: 'ok', tls: { offered: true, negotiated: true } });
    expect(server.sessions[0]?.secureLines).toEqual(['EHLO me.test', 'QUIT']);
    expect(answer.experiments.map(({ name }) => name)).toEqual(['split-ehlo', 'unknown-verb']);
    expect(answer.tls.negotiated).toBe(true);
  });

  test('PIX before AsyncOS: EHLO is refused in its words, HELO works', async () => {
    const { answer, server } = await behind(ASYNC_OS, 'pix');
    expect(answer).toMatchObject({
      outcome: 'ok',
      ehlo: { code: 500, enhanced: '5.5.1', lines: ['#5.5.1 command not recognized'] },
      helo: { code: 250 },
      capabilities: null,
    });
    expect(sent(server)[0]).toEqual(['XXXX me.test', 'HELO me.test', 'XXXXXXXX', 'XXXXXXXX q', 'QUIT']);
    expect(answer.experiments.every(({ reply }) => reply?.lines[0] === '#5.5.1 command not recognized')).toBe(true);
  });

  test('PIX lets 2 and 0 shine through', async () => {
    const { answer } = await behind(SENDMAIL, 'pix');
    expect(answer.banner?.lines[0]).toMatch(/2.*20*.*0/);
    expect(answer.banner?.lines[0]).toMatch(/^[20* ]+$/);
  });

  test('PIX that says NOOP for us: everything is fine, however foolish', async () => {
    const { answer, server } = await behind(SENDMAIL, 'pix-noop');
    expect(answer).toMatchObject({
      outcome: 'ok',
      ehlo: { code: 250, lines: ['2.0.0 OK'] },
      capabilities: { extensions: [] },
    });
    expect(shown(answer)[0]).toEqual(['unknown-verb', '250 2.0.0 OK']);
    expect(sent(server)[0]).toEqual(['NOOP', 'NOOP', 'NOOP', 'QUIT']);
  });

  test('the greeting whose end is overwritten', async () => {
    const { greeting: _, ...rest } = SENDMAIL;
    const script: Script = { ...rest, greeting: ok('220-mx.test ESMTP', '220 and welcome') };
    const { answer, server } = await behind(script, 'split-greeting', {
      waits: { connect: 1_000, greeting: 400, reply: 400 },
    });
    expect(answer).toMatchObject({
      outcome: 'timeout',
      stage: 'banner',
      banner: null,
      unfinishedGreeting: ['220-******* *****', '***************'],
      experiments: [],
    });
    expect(sent(server)).toEqual([[]]);
  });
});

describe('an honest server is left in peace', () => {
  const KEYWORDS = ['250-mx.test', '250-PIPELINING', '250 8BITMIME'];
  test.for<readonly [string, Script]>([
    [
      'an old one with a clean banner',
      { greeting: ok('220 mx.test SMTP ready'), on: { EHLO: ok('500 Command unrecognized') } },
    ],
    [
      'a star box with text',
      {
        greeting: ok('220-*****************', '220-*  mx.test: keep out  *', '220 *****************'),
        on: { EHLO: ok(...KEYWORDS) },
      },
    ],
    ['one without TLS', { on: { EHLO: ok(...KEYWORDS) } }],
    [
      'one that hides STARTTLS and names XCLIENT',
      { on: { EHLO: ok('250-mx.test', '250-XCLIENT NAME ADDR', '250 X-ANONYMOUSTLS') } },
    ],
    ['a bare 220', { greeting: ok('220 '), on: { EHLO: ok(...KEYWORDS) } }],
    [
      'STARTTLS that is unavailable',
      { on: { EHLO: ok('250-mx.test', '250 STARTTLS'), STARTTLS: ok('454 4.7.0 later') } },
    ],
    ['a refusal', { greeting: ok('554 5.7.1 go away') }],
  ])('%s', async ([, script]) => {
    const server = await serve(script);
    let asked = 0;
    const answer = await probe(server.port, { anotherSession: async () => ++asked > 0 });
    expect(answer.experiments).toEqual([]);
    expect(asked).toBe(0);
    expect(server.sessions.length).toBe(1);
  });
});

describe('an experiment changes nothing but what it adds', () => {
  const masked = (more: Script['on'] = {}, otherwise = ok('500 no')): Script => ({
    greeting: ok('220 ************************'),
    on: { EHLO: ok('250-mx.test', '250 SIZE 5'), ...more },
    otherwise,
  });

  test('no second session without leave', async () => {
    for (const options of [{ anotherSession: async () => false }, {}] as const) {
      const server = await serve(masked());
      const dialer = createDialer({
        policy: createAddressPolicy({ allow: ['127.0.0.0/8'] }),
        ports: new Set([server.port]),
      });
      const target = {
        host: 'mx.test',
        ip: '127.0.0.1',
        family: 4 as const,
        port: server.port,
        security: 'none' as const,
        preference: 1,
      };
      const answer = await probeHost(target, dialer, { ehloName: 'me.test', maxMs: 3_000, ...options });
      expect(answer.experiments.map(({ name }) => name)).toEqual(['unknown-verb', 'starttls-argument']);
      expect(server.sessions.length).toBe(1);
    }
  });

  test.for<readonly [string, Script, number]>([
    ['hangs up on the unknown verb', masked({ QZJVKWPT: [{ close: true }] }), 2],
    ['falls silent on it', masked({ QZJVKWPT: [{ hang: true }] }), 2],
    ['takes STARTTLS with an argument for STARTTLS', masked({ STARTTLS: ok('220 go') }), 3],
    ['refuses the second session', { ...masked(), greeting: ok('220 *****************') }, 3],
  ])('a server that %s is still ok', async ([, script, experiments]) => {
    const server = await serve(script);
    const waits = fallsSilent(script) ? { connect: 1_000, greeting: 400, reply: 400 } : WAITS;
    const answer = await probe(server.port, { waits });
    expect(answer).toMatchObject({ outcome: 'ok', stage: 'quit', ehlo: { code: 250 }, socketError: null });
    expect(answer.experiments.length).toBe(experiments);
  });

  test('a second session that is rejected leaves the first one’s facts', async () => {
    let connections = 0;
    const script = masked();
    const server = await serve({
      ...script,
      on: {
        ...script.on,
        EHLO: (_line, session) => {
          connections = server.sessions.indexOf(session) + 1;
          return connections === 1 ? ok('250-mx.test', '250 SIZE 5') : [{ reset: true }];
        },
      },
    });
    const answer = await probe(server.port);
    expect(connections).toBe(2);
    expect(answer).toMatchObject({ outcome: 'ok', stage: 'quit', capabilities: { size: 5 }, socketError: null });
    expect(answer.experiments.at(-1)).toEqual({ name: 'split-ehlo', sent: 'EHLO me.test', reply: null });
  });

  test('the host’s time in all holds, and running out of it is no failure', async () => {
    const server = await serve(masked({ QZJVKWPT: [{ hang: true }] }));
    const from = performance.now();
    const answer = await probe(server.port, { maxMs: 600 });
    expect(performance.now() - from).toBeLessThan(1_200);
    expect(answer.outcome).toBe('ok');
  });

  test('a peer that hangs up on EHLO is asked once more, and no oftener', async () => {
    const server = await serve(masked({ EHLO: [{ close: true }] }));
    let granted = 0;
    const answer = await probe(server.port, { anotherSession: async () => ++granted > 0 });
    expect(answer).toMatchObject({ outcome: 'ok', droppedOnEhlo: true, helo: { code: 250 } });
    expect(answer.experiments.map(({ name }) => name)).toEqual(['unknown-verb', 'starttls-argument']);
    expect([granted, server.sessions.length]).toEqual([1, 2]);
  });
});
