import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAddressPolicy } from '../../src/net/address-policy.ts';
import { createDialer, type Dialer } from '../../src/net/dial.ts';
import { type Mailbox, messageData, parseMailbox } from '../../src/smtp/envelope.ts';
import { type Delivery, type SendHost, type SendOptions, type SendPlan, sendTest } from '../../src/smtp/send.ts';
import { WAITS } from '../../src/smtp/session.ts';
import type { Envelope } from '../../src/smtp/transaction.ts';
import type { Security } from '../../src/smtp/types.ts';
import { makeAuthority, makeCertificate, type Pair } from '../helpers/certificates.ts';
import {
  type Answer,
  fallsSilent,
  ok,
  type Script,
  type SmtpServer,
  type Step,
  startSmtpServer,
} from '../helpers/smtp-server.ts';

let ca: Pair;
let good: Pair;
let other: Pair;
let expired: Pair;
const servers: SmtpServer[] = [];

beforeAll(async () => {
  ca = await makeAuthority();
  good = await makeCertificate({ names: ['mx1.test'], ca });
  other = await makeCertificate({ names: ['elsewhere.test'], ca });
  expired = await makeCertificate({ names: ['mx1.test'], from: -30, to: -2, ca });
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

function mailbox(text: string): Mailbox {
  const parsed = parseMailbox(text);
  if (!parsed.ok) throw new Error(parsed.rule);
  return parsed.mailbox;
}

const TEXT = 'Subject: hi\r\n\r\nFirst line\r\n.dot\r\n';
const envelope = (over: Partial<Envelope> = {}): Envelope => ({
  from: mailbox('probe@mxscope.example'),
  to: mailbox('someone@example.com'),
  data: messageData(TEXT),
  ...over,
});

const ACCEPT: Readonly<Record<string, Answer>> = {
  MAIL: ok('250 2.1.0 Ok'),
  RCPT: ok('250 2.1.5 Ok'),
  DATA: ok('354 go ahead'),
  '.': ok('250 2.0.0 Ok: queued as 4F2kX1abcd'),
  RSET: ok('250 2.0.0 Ok'),
};

/** Takes messages; `over` is how it differs. What comes between DATA and the dot is no command. */
const taking = (over: Readonly<Record<string, Answer>> = {}, more: Omit<Script, 'on'> = {}): Script => ({
  otherwise: [],
  ...more,
  on: { ...ACCEPT, ...over },
});

const ehlo = (...keywords: string[]): Answer =>
  ok(...['mx greets', ...keywords].map((word, index, all) => `250${index === all.length - 1 ? ' ' : '-'}${word}`));

/** Servers at 127.77.0.1, .2, … on one port; `mx1.test` is the first. null: nobody listens there. */
async function start(scripts: readonly (Script | null)[]): Promise<{ port: number; heard: SmtpServer[] }> {
  let port = 0;
  const heard: SmtpServer[] = [];
  for (const [index, script] of scripts.entries()) {
    if (script === null) continue;
    const server = await startSmtpServer(script, `127.77.0.${index + 1}`, port);
    port = server.port;
    heard.push(server);
    servers.push(server);
  }
  return { port, heard };
}

const address = (n: number): SendHost => ({ host: `mx${n}.test`, addresses: [{ ip: `127.77.0.${n}`, family: 4 }] });

const dialerFor = (port: number): Dialer =>
  createDialer({
    policy: createAddressPolicy({ allow: ['127.0.0.0/8'] }),
    ports: new Set([port]),
    extraRoots: [ca.cert],
  });

type Asked = Partial<SendOptions> & { envelope?: Envelope; security?: Security; steps?: SendPlan['steps'] };
type Sent = { delivery: Delivery; heard: SmtpServer[] };

const HURRIED = { connect: 1000, greeting: 300, reply: 300 };

async function send(scripts: readonly (Script | null)[], asked: Asked = {}): Promise<Sent> {
  const { envelope: letter = envelope(), security = 'starttls', steps, ...options } = asked;
  const { port, heard } = await start(scripts);
  const plan: SendPlan = {
    steps: steps ?? scripts.map((_, index) => ({ preference: (index + 1) * 10, hosts: [address(index + 1)] })),
    port: port || 1,
    security,
  };
  const waits = scripts.some((script) => script && fallsSilent(script)) ? HURRIED : WAITS;
  const delivery = await sendTest(letter, plan, dialerFor(plan.port), { ehloName: 'probe.test', waits, ...options });
  return { delivery, heard };
}

const outcomes = ({ attempts }: Delivery) => attempts.map((attempt) => attempt.outcome);
const copies = (heard: readonly SmtpServer[]) =>
  heard.flatMap((server) => server.sessions).filter((session) => session.lines.includes('.')).length;
const commands = (heard: readonly SmtpServer[]) => heard.flatMap((server) => server.sessions.map(({ lines }) => lines));

describe('a message that is taken', () => {
  it('reads like the RFC', async () => {
    const { delivery, heard } = await send([taking()]);
    expect(delivery).toMatchObject({
      status: 'accepted',
      acceptedBy: 'mx1.test',
      queueId: '4F2kX1abcd',
      waiting: false,
      attempts: [{ host: 'mx1.test', ip: '127.77.0.1', preference: 10, outcome: 'accepted', reply: { code: 250 } }],
    });
    expect(delivery.attempts[0]?.transcript.map(({ from, line }) => `${from}: ${line}`)).toEqual([
      'S: 220 mx.test ESMTP',
      'C: EHLO probe.test',
      'S: 250-mx.test greets you',
      'S: 250-PIPELINING',
      'S: 250-SIZE 10240000',
      'S: 250 8BITMIME',
      'C: MAIL FROM:<probe@mxscope.example> SIZE=33',
      'S: 250 2.1.0 Ok',
      'C: RCPT TO:<someone@example.com>',
      'S: 250 2.1.5 Ok',
      'C: DATA',
      'S: 354 go ahead',
      'C: [message of 33 octets]',
      'C: .',
      'S: 250 2.0.0 Ok: queued as 4F2kX1abcd',
      'C: QUIT',
      'S: 221 2.0.0 Bye',
    ]);
    expect(heard[0]?.sessions[0]?.lines.slice(4)).toEqual(['Subject: hi', '', 'First line', '..dot', '.', 'QUIT']);
    expect(heard[0]?.sessions[0]?.violations).toEqual([]);
  });

  it.each([
    ['251', '251 2.1.5 User not local; will forward'],
    ['252', '252 2.1.5 Cannot verify'],
    ['the whole of 2xx', '299 fine'],
  ])('any 2xx to RCPT accepts: %s', async (_, line) => {
    expect((await send([taking({ RCPT: ok(line) })])).delivery.status).toBe('accepted');
  });

  it('after HELO, where EHLO is refused, in the same session or in a new one', async () => {
    const refused = await send([taking({ EHLO: ok('502 5.5.2 no') })]);
    expect(refused.delivery.status).toBe('accepted');
    expect(commands(refused.heard)[0]?.slice(0, 3)).toEqual([
      'EHLO probe.test',
      'HELO probe.test',
      'MAIL FROM:<probe@mxscope.example>',
    ]);
    const dropped = await send([taking({ EHLO: [{ reset: true }] })]);
    expect(dropped.delivery.status).toBe('accepted');
    expect(copies(dropped.heard)).toBe(1);
  });

  it('dry run: stops after RCPT, whatever comes of RSET', async () => {
    for (const RSET of [ok('250 Ok'), [{ reset: true }] satisfies Step[]]) {
      const { delivery, heard } = await send([taking({ RSET })], { dryRun: true });
      expect(delivery).toMatchObject({ status: 'dry-run-accepted', acceptedBy: 'mx1.test', queueId: null });
      expect(copies(heard)).toBe(0);
      expect(commands(heard)[0]).toContain('RSET');
      expect(commands(heard)[0]).not.toContain('DATA');
    }
  });

  it('the final dot goes out in one write with the line ends around it', async () => {
    const written: string[] = [];
    const { port } = await start([taking()]);
    const real = dialerFor(port);
    const watching: Dialer = {
      ...real,
      async connect(request) {
        const dialed = await real.connect(request);
        if (dialed.ok) {
          const write = dialed.socket.write.bind(dialed.socket);
          dialed.socket.write = (chunk: unknown) => {
            written.push(Buffer.from(chunk as Uint8Array).toString('latin1'));
            return write(chunk);
          };
        }
        return dialed;
      },
    };
    const plan: SendPlan = { steps: [{ preference: 1, hosts: [address(1)] }], port, security: 'starttls' };
    await sendTest(envelope(), plan, watching, { ehloName: 'probe.test' });
    expect(written.slice(-3)).toEqual(['Subject: hi\r\n\r\nFirst line\r\n..dot', '\r\n.\r\n', 'QUIT\r\n']);
  });
});

describe('what a failure leads to', () => {
  const next: [string, Script | null, string][] = [
    ['nobody listens', null, 'refused'],
    ['4xx as greeting', { greeting: ok('451 4.3.2 not now') }, 'deferred'],
    ['421 as greeting', { greeting: [{ reply: '421 4.3.2 too busy' }, { close: true }] }, 'deferred'],
    ['5xx as greeting', { greeting: ok('554 5.7.1 no service') }, 'rejected'],
    ['silence as greeting', { greeting: [{ hang: true }] }, 'timeout'],
    ['hanging up at once', { greeting: [{ close: true }] }, 'reset'],
    ['no SMTP', { greeting: ok('HTTP/1.1 400 Bad Request') }, 'protocol-error'],
    ['421 to EHLO', taking({ EHLO: [{ reply: '421 4.3.2 bye' }, { close: true }] }), 'deferred'],
    ['5xx to EHLO and HELO', taking({ EHLO: ok('550 no'), HELO: ok('550 no') }), 'rejected'],
    ['4xx to HELO', taking({ EHLO: ok('550 no'), HELO: ok('450 no') }), 'deferred'],
    ['4xx to MAIL', taking({ MAIL: ok('451 4.3.0 later') }), 'deferred'],
    ['421 to MAIL', taking({ MAIL: [{ reply: '421 4.3.0 bye' }, { close: true }] }), 'deferred'],
    ['4xx to RCPT', taking({ RCPT: ok('450 4.2.0 Greylisted') }), 'deferred'],
    ['4xx to DATA', taking({ DATA: ok('451 4.3.0 later') }), 'deferred'],
    ['2xx to DATA', taking({ DATA: ok('250 what?') }), 'protocol-error'],
    ['silence at RCPT', taking({ RCPT: [{ hang: true }] }), 'timeout'],
    ['lost at MAIL', taking({ MAIL: [{ reset: true }] }), 'reset'],
    ['lost at RCPT', taking({ RCPT: [{ close: true }] }), 'reset'],
    ['lost at DATA', taking({ DATA: [{ reset: true }] }), 'reset'],
    ['lost right behind the 354', taking({ DATA: [{ reply: '354 go' }, { close: true }] }), 'reset'],
    ['cut right behind the 354', taking({ DATA: [{ reply: '354 go' }, { reset: true }] }), 'reset'],
    [
      'a 4xx before the dot, and gone',
      taking({ DATA: [{ reply: '354 go' }, { reply: '452 4.3.1 disk full' }, { close: true }] }),
      'deferred',
    ],
    ['4xx to the dot', taking({ '.': ok('451 4.7.1 later') }), 'deferred'],
    ['421 to the dot', taking({ '.': [{ reply: '421 4.3.2 bye' }, { close: true }] }), 'deferred'],
  ];
  it.each(next)('%s: the next exchange is asked, and takes it', async (_, first, outcome) => {
    const { delivery, heard } = await send(
      [first ?? null, taking()].filter((script) => script !== null),
      {
        steps: [
          {
            preference: 10,
            hosts: [first === null ? { host: 'mx1.test', addresses: [{ ip: '127.77.0.9', family: 4 }] } : address(1)],
          },
          { preference: 20, hosts: [address(first === null ? 1 : 2)] },
        ],
      },
    );
    expect(outcomes(delivery)).toEqual([outcome, 'accepted']);
    expect(delivery).toMatchObject({ status: 'accepted', queueId: '4F2kX1abcd' });
    expect(commands(heard.slice(-1)).filter((lines) => lines.includes('.'))).toHaveLength(1);
  });

  const final: [string, Readonly<Record<string, Answer>>, string, string][] = [
    ['5xx to MAIL', { MAIL: ok('550 5.7.1 sender refused') }, 'rejected', 'mail'],
    ['5xx to RCPT', { RCPT: ok('550 5.1.1 no such user') }, 'rejected', 'rcpt'],
    ['5xx to DATA', { DATA: ok('554 5.5.1 no valid recipients') }, 'rejected', 'data'],
    ['5xx to the dot', { '.': ok('554 5.7.1 spam') }, 'rejected', 'dot'],
    ['the reply to the dot lost', { '.': [{ close: true }] }, 'unknown', 'dot'],
    ['the connection reset at the dot', { '.': [{ reset: true }] }, 'unknown', 'dot'],
    ['nonsense as reply to the dot', { '.': ok('yes') }, 'unknown', 'dot'],
    ['354 to the dot', { '.': ok('354 more?') }, 'unknown', 'dot'],
  ];
  it.each(final)('%s: nobody else is asked', async (_, over, status, stage) => {
    const { delivery, heard } = await send([taking(over), taking()]);
    expect(delivery).toMatchObject({ status, acceptedBy: null, queueId: null, attempts: [{ outcome: status, stage }] });
    expect(delivery.attempts).toHaveLength(1);
    expect(heard[1]?.sessions).toEqual([]);
  });

  const statuses: [string, (Script | null)[], string][] = [
    ['nobody there', [null, null], 'unreachable'],
    ['5xx greetings from all', [{ greeting: ok('554 no') }, { greeting: ok('554 no') }], 'rejected'],
    ['a 5xx greeting and nobody', [{ greeting: ok('554 no') }, null], 'unreachable'],
    ['one 4xx among worse', [{ greeting: ok('554 no') }, taking({ RCPT: ok('450 later') })], 'deferred'],
  ];
  it.each(statuses)('%s', async (_, scripts, status) => {
    expect((await send(scripts)).delivery.status).toBe(status);
  });

  it('tries every address of a host before the next host', async () => {
    const addresses = [9, 8, 1].map((n) => ({ ip: `127.77.0.${n}`, family: 4 as const }));
    const { delivery } = await send([taking()], {
      steps: [{ preference: 1, hosts: [{ host: 'mx1.test', addresses }] }],
    });
    expect(delivery.attempts.map(({ ip, outcome }) => [ip, outcome])).toEqual([
      ['127.77.0.9', 'refused'],
      ['127.77.0.8', 'refused'],
      ['127.77.0.1', 'accepted'],
    ]);
  });

  it('knows hosts without an address, failed lookups, and a domain without exchanges', async () => {
    const bare = (dnsFailed: boolean): SendHost => ({ host: 'mx1.test', addresses: [], dnsFailed });
    const status = async (hosts: SendHost[]) => (await send([], { steps: [{ preference: 1, hosts }] })).delivery;
    expect(await status([bare(true)])).toMatchObject({
      status: 'deferred',
      attempts: [{ outcome: 'unreachable', ip: null }],
    });
    expect(await status([bare(false)])).toMatchObject({ status: 'unreachable' });
    expect(await status([bare(true), bare(false)])).toMatchObject({ status: 'unreachable' });
    expect(await status([])).toMatchObject({ status: 'rejected', attempts: [] });
  });

  it('asks the guard and the budget before it dials', async () => {
    const asked: string[] = [];
    const { delivery, heard } = await send([taking(), taking()], {
      mayDial: async (ip) => {
        asked.push(ip);
        return ip === '127.77.0.1' ? 'rate-limited' : 'ok';
      },
    });
    expect(asked).toEqual(['127.77.0.1', '127.77.0.2']);
    expect(outcomes(delivery)).toEqual(['rate-limited', 'accepted']);
    expect(heard[0]?.sessions).toEqual([]);
    const guarded = await send([taking()], {
      steps: [{ preference: 1, hosts: [{ host: 'inside.test', addresses: [{ ip: '10.0.0.1', family: 4 }] }] }],
    });
    expect(guarded.delivery).toMatchObject({ status: 'unreachable', attempts: [{ outcome: 'forbidden' }] });
  });

  it('begins no attempt after its time, nor after it was called off', async () => {
    const slow: Script = { greeting: [{ pause: 150 }, { reply: '451 later' }] };
    const timed = await send([slow, taking()], { newAttemptsMs: 100 });
    expect(outcomes(timed.delivery)).toEqual(['deferred', 'skipped']);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const called = await send([{ greeting: [{ hang: true }] }, taking()], { signal: controller.signal });
    expect(outcomes(called.delivery)).toEqual(['skipped', 'skipped']);
    expect(copies(called.heard)).toBe(0);
  });
});

describe('silence after the dot', () => {
  const finalMs = { answer: 80, give: 400 };

  /** What is answered at once, and what is reported later. */
  async function late(dot: Answer, more: Asked = {}) {
    let report: (delivery: Delivery) => void = () => undefined;
    const reported = new Promise<Delivery>((resolve) => {
      report = resolve;
    });
    const sent = await send([taking({ '.': dot }), taking()], { finalMs, onLate: report, ...more });
    const { delivery } = sent;
    const before = JSON.stringify(delivery);
    return { ...sent, delivery, end: await reported, unchanged: JSON.stringify(delivery) === before };
  }

  const ends: [string, Answer, string, string | null][] = [
    ['accepts after all', [{ pause: 160 }, { reply: '250 2.0.0 Ok: queued as LATE1' }], 'accepted', 'LATE1'],
    ['refuses after all', [{ pause: 160 }, { reply: '554 5.7.1 spam' }], 'rejected', null],
    ['puts off after all', [{ pause: 160 }, { reply: '451 4.3.0 later' }], 'deferred', null],
    ['hangs up', [{ pause: 160 }, { close: true }], 'unknown', null],
    ['never says a word', [{ hang: true }], 'unknown', null],
  ];
  it.each(ends)('is unknown, never repeated, and reported when the peer %s', async (_, dot, status, queueId) => {
    const { delivery, end, heard, unchanged } = await late(dot);
    expect(delivery).toMatchObject({ status: 'unknown', acceptedBy: null, waiting: true });
    expect(unchanged).toBe(true);
    expect(end).toMatchObject({ status, queueId, waiting: false });
    expect(end.attempts).toHaveLength(1);
    expect(copies(heard)).toBe(1);
    expect(heard[1]?.sessions).toEqual([]);
  });

  it('is unknown too when the service has to stop', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 120);
    const { delivery, end } = await late([{ hang: true }], {
      signal: controller.signal,
      finalMs: { answer: 60, give: 9_000 },
    });
    expect([delivery.status, end.status]).toEqual(['unknown', 'unknown']);
  });
});

describe('TLS', () => {
  const withTls = (
    pair: () => Pair,
    inside: readonly string[] = ['SIZE 1000'],
    over: Readonly<Record<string, Answer>> = {},
  ): Script => {
    const upgrade: Answer = () => [{ reply: '220 go' }, { starttls: pair() }];
    const greet: Answer = (line, session) =>
      call(ehlo(...(session.secureLines.length > 0 ? inside : ['STARTTLS'])), line, session);
    return taking({ EHLO: greet, STARTTLS: upgrade, ...over });
  };
  const call = (answer: Answer, ...args: Parameters<Extract<Answer, (...of: never[]) => unknown>>) =>
    typeof answer === 'function' ? answer(...args) : answer;
  const secure = ({ heard }: Sent) => heard[0]?.sessions.map(({ secureLines }) => secureLines.includes('DATA'));

  it('is used where it is offered, whatever the certificate', async () => {
    for (const pair of [good, other, expired]) {
      const sent = await send([withTls(() => pair)]);
      expect(sent.delivery.status).toBe('accepted');
      expect(secure(sent)).toEqual([true]);
    }
  });

  it('that fails is done without, once, at the same address', async () => {
    const broken = taking({
      EHLO: ehlo('STARTTLS'),
      STARTTLS: [{ reply: '220 go' }, { pause: 40 }, { raw: 'this is no TLS\r\n' }, { close: true }],
    });
    const { delivery, heard } = await send([broken, taking()]);
    expect(delivery.attempts.map(({ ip, outcome }) => [ip, outcome])).toEqual([
      ['127.77.0.1', 'tls-error'],
      ['127.77.0.1', 'accepted'],
    ]);
    expect(heard[1]?.sessions).toEqual([]);
    expect(commands(heard)[1]).not.toContain('STARTTLS');
  });

  it('that is refused is done without, in the same session', async () => {
    const { delivery, heard } = await send([taking({ EHLO: ehlo('STARTTLS'), STARTTLS: ok('454 4.7.0 not now') })]);
    expect(outcomes(delivery)).toEqual(['accepted']);
    expect(heard[0]?.sessions).toHaveLength(1);
  });

  it('with something slipped in before the handshake ends the attempt', async () => {
    const injected = taking({ EHLO: ehlo('STARTTLS'), STARTTLS: [{ raw: '220 go\r\n250 injected\r\n' }] });
    const { delivery } = await send([injected, taking()]);
    expect(outcomes(delivery)).toEqual(['protocol-error', 'accepted']);
    expect(delivery.attempts[0]?.facts?.plaintextInjection).toBe(true);
  });

  const strict: [string, () => Script, string, string][] = [
    ['a valid certificate', () => withTls(() => good), 'accepted', 'accepted'],
    ['another name', () => withTls(() => other), 'tls-error', 'rejected'],
    ['an expired one', () => withTls(() => expired), 'tls-error', 'rejected'],
    ['no STARTTLS', () => taking(), 'tls-error', 'rejected'],
    [
      'STARTTLS refused for good',
      () => taking({ EHLO: ehlo('STARTTLS'), STARTTLS: ok('554 no') }),
      'tls-error',
      'rejected',
    ],
    [
      'STARTTLS refused for now',
      () => taking({ EHLO: ehlo('STARTTLS'), STARTTLS: ok('454 no') }),
      'deferred',
      'deferred',
    ],
    [
      'a handshake that fails',
      () => taking({ EHLO: ehlo('STARTTLS'), STARTTLS: [{ reply: '220 go' }, { close: true }] }),
      'tls-error',
      'rejected',
    ],
  ];
  it.each(strict)('required, with %s', async (_, script, outcome, status) => {
    const { delivery, heard } = await send([script()], { requireTls: true });
    expect(outcomes(delivery)).toEqual([outcome]);
    expect(delivery.status).toBe(status);
    if (status !== 'accepted') expect(commands(heard).flat().join('\n')).not.toMatch(/MAIL|RCPT|DATA/);
  });

  it('required, asks for REQUIRETLS where it is offered', async () => {
    const sent = await send([withTls(() => good, ['REQUIRETLS'])], { requireTls: true });
    expect(commands(sent.heard)[0]).toContain('MAIL FROM:<probe@mxscope.example> REQUIRETLS');
    const without = await send([withTls(() => good)], { requireTls: true });
    expect(commands(without.heard)[0]?.join('\n')).not.toContain('REQUIRETLS');
  });

  describe('and a password', () => {
    const credentials = { username: 'user@mxscope.example', password: 'correct horse battery' };
    const plain = Buffer.from(`\0${credentials.username}\0${credentials.password}`).toString('base64');
    const login = [credentials.username, credentials.password].map((text) => Buffer.from(text).toString('base64'));
    const isSecret = (text: string) => [plain, ...login, credentials.password].some((secret) => text.includes(secret));
    const yes = ok('235 2.7.0 ok');

    it.each([
      ['PLAIN', 'AUTH LOGIN PLAIN', { AUTH: yes }],
      [
        'LOGIN',
        'AUTH LOGIN',
        {
          AUTH: ok('334 VXNlcm5hbWU6'),
          [login[0]?.toUpperCase() ?? '']: ok('334 UGFzc3dvcmQ6'),
          [login[1]?.toUpperCase() ?? '']: yes,
        },
      ],
    ])('logs in by %s inside TLS, and shows nothing of it', async (mechanism, keyword, over) => {
      const { delivery, heard } = await send([withTls(() => good, [keyword], over)], { credentials });
      expect(delivery.status).toBe('accepted');
      const lines = heard[0]?.sessions[0]?.secureLines ?? [];
      expect(lines).toContain(mechanism === 'PLAIN' ? `AUTH PLAIN ${plain}` : 'AUTH LOGIN');
      expect(lines.filter((line) => line === login[1]).length).toBe(mechanism === 'LOGIN' ? 1 : 0);
      expect(isSecret(JSON.stringify(delivery))).toBe(false);
      expect(JSON.stringify(delivery)).not.toMatch(/AUTH (PLAIN|LOGIN) \w+=|"code":(?:235|334)\b|"(?:235|334)[ -]/);
    });

    it('sends a long one behind the command', async () => {
      const long = { username: 'u'.repeat(255), password: 'p'.repeat(255) };
      const response = Buffer.from(`\0${long.username}\0${long.password}`).toString('base64');
      const over = { AUTH: ok('334 '), [response.toUpperCase()]: yes };
      const { delivery, heard } = await send([withTls(() => good, ['AUTH PLAIN'], over)], { credentials: long });
      expect(delivery.status).toBe('accepted');
      expect(heard[0]?.sessions[0]?.secureLines).toContain('AUTH PLAIN');
    });

    const never: [string, () => Script][] = [
      ['without STARTTLS', () => taking({ EHLO: ehlo('AUTH PLAIN LOGIN'), AUTH: yes })],
      ['to another name', () => withTls(() => other, ['AUTH PLAIN'], { AUTH: yes })],
      ['to an expired certificate', () => withTls(() => expired, ['AUTH PLAIN'], { AUTH: yes })],
      ['where only other mechanisms are offered', () => withTls(() => good, ['AUTH CRAM-MD5'], { AUTH: yes })],
      ['where AUTH is offered in clear alone', () => withTls(() => good, ['SIZE'], { AUTH: yes })],
      [
        'when the handshake fails',
        () =>
          taking({ EHLO: ehlo('STARTTLS', 'AUTH PLAIN'), STARTTLS: [{ reply: '220 go' }, { close: true }], AUTH: yes }),
      ],
    ];
    it.each(never)('never goes out %s, and nothing is sent without it', async (_, script) => {
      const { delivery, heard } = await send([script()], { credentials });
      expect(delivery.status).toBe('rejected');
      expect(delivery.attempts[0]?.unmet).toMatch(/tls|auth/);
      const lines = commands(heard).flat().join('\n');
      expect(lines).not.toMatch(/^(AUTH|MAIL|RCPT|DATA)/m);
      expect(isSecret(lines)).toBe(false);
    });

    it.each([
      ['535 5.7.8 wrong', 'rejected'],
      ['454 4.7.0 later', 'deferred'],
    ])('goes out once: %s ends the send', async (reply, status) => {
      const echoing: Answer = (line) => ok(`${reply} ${line}`);
      const echo = withTls(() => good, ['AUTH PLAIN'], { AUTH: echoing });
      const { delivery, heard } = await send([echo, echo], {
        credentials,
        steps: [
          {
            preference: null,
            hosts: [{ host: 'mx1.test', addresses: [1, 2].map((n) => ({ ip: `127.77.0.${n}`, family: 4 })) }],
          },
        ],
      });
      expect(delivery).toMatchObject({ status, attempts: [{ stage: 'auth', unmet: 'auth', reply: { lines: [] } }] });
      expect(delivery.attempts).toHaveLength(1);
      expect(
        commands(heard)
          .flat()
          .filter((line) => line.startsWith('AUTH')),
      ).toHaveLength(1);
      expect(isSecret(JSON.stringify(delivery))).toBe(false);
    });

    it('goes out once: a lost connection behind it is not tried again', async () => {
      const drops = withTls(() => good, ['AUTH PLAIN'], { AUTH: [{ close: true }] });
      const { delivery } = await send([drops, taking()], { credentials });
      expect(delivery).toMatchObject({ status: 'unreachable', attempts: [{ outcome: 'reset', stage: 'auth' }] });
      expect(delivery.attempts).toHaveLength(1);
    });
  });

  it('from the first byte on where it is implicit', async () => {
    const sent = await send([{ ...taking(), implicitTls: good }], { security: 'implicit' });
    expect(sent.delivery.status).toBe('accepted');
    expect(secure(sent)).toEqual([true]);
    const none = await send([taking()], { security: 'implicit' });
    expect(outcomes(none.delivery)).toEqual(['tls-error']);
  });
});

describe('what the message needs', () => {
  const thai = envelope({ to: mailbox('สมชาย@ไทย.example'), data: messageData('To: สมชาย@ไทย.example\r\n\r\nhi\r\n') });

  it('SMTPUTF8 and 8BITMIME are announced where the address needs them', async () => {
    const { delivery, heard } = await send([taking({ EHLO: ehlo('SMTPUTF8', '8BITMIME') })], { envelope: thai });
    expect(delivery.status).toBe('accepted');
    expect(commands(heard)[0]).toContain('MAIL FROM:<probe@mxscope.example> BODY=8BITMIME SMTPUTF8');
    const rcpt = delivery.attempts[0]?.transcript.find(({ line }) => line.startsWith('RCPT'));
    expect(rcpt?.line).toBe('RCPT TO:<สมชาย@xn--o3cw4h.example>');
  });

  it.each([
    ['SMTPUTF8', thai, taking(), 'smtputf8'],
    ['the size', envelope({ data: messageData('x'.repeat(2000)) }), taking({ EHLO: ehlo('SIZE 1000') }), 'size'],
  ] as const)('a host that lacks %s is passed over; if all do, it is rejected', async (_, letter, lacking, unmet) => {
    const fine = taking({ EHLO: ehlo('SMTPUTF8', '8BITMIME', 'SIZE 0') });
    const passed = await send([lacking, fine], { envelope: letter });
    expect(passed.delivery.attempts.map((attempt) => [attempt.outcome, attempt.unmet])).toEqual([
      ['rejected', unmet],
      ['accepted', null],
    ]);
    expect((await send([lacking, lacking], { envelope: letter })).delivery.status).toBe('rejected');
  });

  it('DSN is asked for where it is offered', async () => {
    const letter = envelope({ dsn: { notify: ['SUCCESS', 'FAILURE'], ret: 'HDRS', envid: 'E 1' } });
    const offered = await send([taking({ EHLO: ehlo('DSN') })], { envelope: letter });
    expect(commands(offered.heard)[0]?.slice(1, 3)).toEqual([
      'MAIL FROM:<probe@mxscope.example> RET=HDRS ENVID=E+201',
      'RCPT TO:<someone@example.com> NOTIFY=SUCCESS,FAILURE',
    ]);
    const without = await send([taking()], { envelope: letter });
    expect(commands(without.heard)[0]?.join('\n')).not.toMatch(/RET=|NOTIFY=/);
  });
});

describe('the order', () => {
  /** Nobody answers; the attempts tell the order. */
  const nobody: Dialer = {
    connect: async () => ({ ok: false, failure: 'refused', code: 'ECONNREFUSED' }),
    upgrade: () => Promise.reject(new Error('never reached')),
  };
  const hosts = (...names: string[]): SendHost[] =>
    names.map((host) => ({ host, addresses: [{ ip: '192.0.2.1', family: 4 }] }));

  async function order(steps: SendPlan['steps'], random?: () => number): Promise<string> {
    const options = { ehloName: 'probe.test', ...(random ? { random } : {}) };
    const { attempts } = await sendTest(envelope(), { steps, port: 25, security: 'starttls' }, nobody, options);
    return attempts.map(({ host }) => host).join('');
  }

  it('is by preference, then any of the orders among equals with the same chance', async () => {
    const seen = new Map<string, number>();
    const runs = 6_000;
    for (let i = 0; i < runs; i++) {
      const found = await order([
        { preference: 5, hosts: hosts('a', 'b', 'c') },
        { preference: 10, hosts: hosts('z') },
      ]);
      expect(found.at(-1)).toBe('z');
      seen.set(found, (seen.get(found) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual(['abcz', 'acbz', 'bacz', 'bcaz', 'cabz', 'cbaz']);
    const expected = runs / 6;
    const chiSquare = [...seen.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // Five degrees of freedom: a fair order exceeds this once in a hundred thousand runs.
    expect(chiSquare).toBeLessThan(30.9);
  });

  it('is the same for the same chance', async () => {
    const steps = [{ preference: 5, hosts: hosts('a', 'b', 'c', 'd') }];
    expect(await order(steps, () => 0)).toBe(await order(steps, () => 0));
    expect(await order(steps, () => 0.999)).toBe('abcd');
  });

  it('stops at fifty addresses', async () => {
    const many = Array.from({ length: 200 }, (_, index) => `h${index} `);
    expect((await order([{ preference: 1, hosts: hosts(...many) }])).trim().split(' ')).toHaveLength(50);
  });
});
