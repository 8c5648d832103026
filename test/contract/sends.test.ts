/** Contract §4 from outside: at most one copy whatever breaks, and every way a send can end, told with its reason. */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { startRedis } from '../helpers/redis.ts';
import { until } from '../helpers/service.ts';
import { type Answer, ok, type Script, type SmtpServer, type Step } from '../helpers/smtp-server.ts';
import { a, type Finding, mx, startWorld, withTls } from './world.ts';

type Attempt = {
  readonly host: string;
  readonly outcome: string;
  readonly reply: { readonly code: number } | null;
  readonly transcript: readonly { readonly line: string }[];
};
type Send = {
  readonly id: string;
  readonly status: string;
  readonly queueId: string | null;
  readonly acceptedBy: string | null;
  readonly attempts: readonly Attempt[];
  readonly findings: readonly Finding[];
  readonly code?: string;
  readonly errors?: readonly { readonly pointer: string }[];
};

const world = await startWorld('127.142');
const ALLOWED = '@rcpt.example,Somchai@only.example,@เมล.example,@null.example,@dark.example';
const SETTINGS = { SEND_FROM: 'probe@sender.example', SEND_ALLOWED_RECIPIENTS: ALLOWED };
const service = await world.service(SETTINGS);
afterAll(() => world.close());

type Answers = Readonly<Record<string, Answer>>;
const LIST = ok('250-mx', '250-PIPELINING', '250 8BITMIME');
/** Takes everything; what stands between DATA and the dot is heard and never answered. */
const TAKES: Answers = {
  EHLO: LIST,
  MAIL: ok('250 ok'),
  RCPT: ok('250 ok'),
  RSET: ok('250 ok'),
  DATA: ok('354 go'),
  '.': ok('250 2.0.0 Ok: queued as 4F2kX1abcd'),
};
const takes = (but: Answers = {}, more: Script = {}): Script => ({
  otherwise: [],
  ...more,
  on: { ...TAKES, ...more.on, ...but },
});

let count = 0;
/** A domain of its own with these servers, first to last. */
async function domainOf(...scripts: readonly Script[]) {
  count++;
  const name = `n${count}.example`;
  const servers: SmtpServer[] = [];
  for (const [i, script] of scripts.entries()) {
    const server = await world.mail(`${i + 1}.${count}`, script);
    servers.push(server);
    world.publish({ [`mx${i + 1}.${name}`]: a(300, server.host) });
  }
  world.publish({ 'rcpt.example': mx(0, ...scripts.map((_, i) => [i + 1, `mx${i + 1}.${name}`] as const)) });
  return servers;
}

const post = (body: object, headers: Record<string, string> = {}, to = service) =>
  to.post<Send>('/v1/test-sends', { to: 'user@rcpt.example', port: world.port, ...body }, headers);
async function send(body: object = {}): Promise<Send> {
  const { status, body: answer } = await post(body);
  expect(status, JSON.stringify(answer)).toBe(200);
  return answer;
}
/** Findings but those about encryption, which few of these servers offer. */
const about = ({ findings }: Send) => findings.map(({ code }) => code).filter((code) => code !== 'starttls-missing');
const dots = (servers: readonly SmtpServer[]) =>
  servers.flatMap(({ sessions }) => sessions.flatMap(({ lines }) => lines.filter((line) => line === '.'))).length;

describe('how a send ends when its only server', () => {
  test.for<readonly [string, string, readonly Step[], string, string, readonly string[]]>([
    ['MAIL', 'asks for later', ok('450 4.2.0 later'), 'deferred', 'deferred', ['sender-rejected']],
    ['RCPT', 'is about to stop', ok('421 4.3.2 closing'), 'deferred', 'deferred', []],
    ['RCPT', 'greylists', ok('450 4.2.0 Greylisted, come back in 300 seconds'), 'deferred', 'deferred', ['greylisted']],
    ['RCPT', 'knows nobody', ok('550 5.1.1 no such user'), 'rejected', 'rejected', ['recipient-rejected']],
    ['RCPT', 'forwards', ok('251 will forward'), 'accepted', 'accepted', []],
    ['DATA', 'has no room', ok('452 4.3.1 full'), 'deferred', 'deferred', []],
    ['DATA', 'is out of turn', ok('503 5.5.1 what?'), 'rejected', 'rejected', ['policy-rejected']],
    ['MAIL', 'hangs up', [{ close: true }], 'unreachable', 'reset', ['host-not-answering']],
    ['RCPT', 'says what is no SMTP', [{ raw: 'what?\r\n' }], 'unreachable', 'protocol-error', ['host-not-answering']],
    ['DATA', 'resets', [{ reset: true }], 'unreachable', 'reset', ['host-not-answering']],
    ['.', 'hangs up', [{ close: true }], 'unknown', 'unknown', ['outcome-unknown']],
    ['.', 'says what is no SMTP', [{ raw: 'what?\r\n' }], 'unknown', 'unknown', ['outcome-unknown']],
    ['.', 'says a code that is none', ok('999 what?'), 'unknown', 'unknown', ['outcome-unknown']],
    ['.', 'asks for more', ok('354 more?'), 'unknown', 'unknown', ['outcome-unknown']],
    ['.', 'does not want it', ok('554 5.7.1 spam'), 'rejected', 'rejected', ['policy-rejected']],
    ['.', 'asks for later', ok('451 4.3.0 later'), 'deferred', 'deferred', []],
  ])('at %s %s', async ([at, , steps, status, outcome, expected]) => {
    const [server] = await domainOf(takes({ [at]: steps }));
    const answer = await send();
    expect([answer.status, answer.attempts.map((one) => one.outcome)]).toEqual([status, [outcome]]);
    expect(about(answer)).toEqual(expected);
    expect(server?.sessions.flatMap(({ violations }) => violations)).toEqual([]);
  });
});

describe('the next server is asked', () => {
  test.for<readonly [string, Script, string, number]>([
    ['after a 4xx to RCPT', takes({ RCPT: ok('450 later') }), 'accepted', 2],
    ['after 421 to the greeting', { greeting: ok('421 busy') }, 'accepted', 2],
    ['after 554 to the greeting', { greeting: ok('554 no') }, 'accepted', 2],
    ['after EHLO and HELO refused', takes({ EHLO: ok('550 no'), HELO: ok('550 no') }), 'accepted', 2],
    ['after a connection lost in DATA', takes({ DATA: [{ close: true }] }), 'accepted', 2],
    ['after a 4xx to the dot', takes({ '.': ok('451 later') }), 'accepted', 2],
    ['but not after a 5xx to the recipient', takes({ RCPT: ok('550 5.1.1 nobody') }), 'rejected', 1],
    ['but not after a dot without an answer', takes({ '.': [{ reset: true }] }), 'unknown', 1],
  ])('%s', async ([, first, status, attempts]) => {
    const servers = await domainOf(first, takes());
    const answer = await send();
    expect([answer.status, answer.attempts.length]).toEqual([status, attempts]);
    expect(answer.acceptedBy === null).toBe(status !== 'accepted');
    expect(servers[1]?.sessions).toHaveLength(attempts - 1);
  });
});

describe('no reason is left unsaid', () => {
  test('where DNS fails for every exchange', async () => {
    world.publish({ 'dark.example': mx(300, [10, 'mx.dark.example']) });
    world.dns.world = { ...world.dns.world, trouble: { 'mx.dark.example': 'SERVFAIL' } };
    const answer = await send({ to: 'a@dark.example' });
    expect([answer.status, about(answer)]).toEqual(['deferred', expect.arrayContaining(['mx-host-dns-failure'])]);
  });

  test('where via has no address', async () => {
    const answer = await send({ port: undefined, via: { host: 'gone.example', port: world.port } });
    expect([answer.status, about(answer)]).toEqual(['unreachable', ['host-not-answering']]);
  });

  test('where the domain takes no mail', async () => {
    world.publish({ 'null.example': mx(300, [0, '']) });
    const answer = await send({ to: 'a@null.example' });
    expect([answer.status, answer.attempts, about(answer)]).toEqual(['rejected', [], ['mx-null']]);
  });

  test('where a handshake fails: once more in clear at the same address, unless TLS is required', async () => {
    const broken: Script = {
      on: { EHLO: ok('250-mx', '250 STARTTLS'), STARTTLS: [{ reply: '220 go' }, { pause: 500 }, { garbage: 99 }] },
    };
    const [server] = await domainOf(takes(broken.on));
    const open = await send();
    expect([open.status, open.attempts.map(({ outcome }) => outcome)]).toEqual(['accepted', ['tls-error', 'accepted']]);
    expect(server?.sessions).toHaveLength(2);
    const [strict] = await domainOf(takes(broken.on));
    const required = await send({ requireTls: true });
    expect([required.status, required.attempts.map(({ outcome }) => outcome)]).toEqual(['rejected', ['tls-error']]);
    expect(strict?.sessions).toHaveLength(1);
    expect(about(required)).toContain('starttls-failed');
  });
});

describe('who may send what to whom', () => {
  test.for<readonly [object, number, string]>([
    [{ to: 'user@RCPT.example' }, 200, ''],
    [{ to: 'somchai@only.example' }, 403, 'recipient-forbidden'],
    [{ to: 'Somchai+list@only.example' }, 403, 'recipient-forbidden'],
    [{ to: 'Somchai@only.example.evil.example' }, 403, 'recipient-forbidden'],
    [{ to: 'user@sub.rcpt.example' }, 403, 'recipient-forbidden'],
    [{ to: '"user@rcpt.example"@evil.example' }, 403, 'recipient-forbidden'],
    [{ to: 'user@xn--n3cw4h.example.evil.example' }, 403, 'recipient-forbidden'],
    [{ from: 'other@SENDER.example' }, 200, ''],
    [{ from: 'probe@sender.example.evil.example' }, 403, 'forbidden'],
    [{ from: 'probe@evil.example' }, 403, 'forbidden'],
    [{ to: 'user@evil.example', via: { host: 'relay.example' }, port: undefined }, 403, 'recipient-forbidden'],
    [{ from: 'probe@evil.example', via: { host: 'relay.example' }, port: undefined }, 403, 'forbidden'],
  ])('%j', async ([body, status, code]) => {
    const [server] = await domainOf(takes());
    const answer = await post({ dryRun: true, ...body });
    expect([answer.status, answer.body.code ?? '']).toEqual([status, code]);
    expect(server?.sessions).toHaveLength(status === 200 ? 1 : 0);
  });

  test('a U-label in the list, in the address, or in neither, is one domain', async () => {
    const [server] = await domainOf(takes());
    const label = new URL('http://เมล.example').hostname;
    world.publish({ [label]: mx(0, [1, `mx1.n${count}.example`]) });
    for (const to of ['a@เมล.example', `a@${label}`, `a@${label.toUpperCase()}`]) {
      expect([to, (await send({ to, dryRun: true })).status]).toEqual([to, 'dry-run-accepted']);
    }
    const said = server?.sessions.flatMap(({ lines }) => lines.filter((line) => line.startsWith('RCPT')));
    expect(new Set(said)).toEqual(new Set([`RCPT TO:<a@${label}>`]));
  });

  test.for(
    ['to', 'from', 'subject', 'via.host', 'via.username', 'via.password'].flatMap((field) =>
      ['\r\nRCPT TO:<x@evil.example>', '\n.\n', '\r', '\0'].map((bad) => [field, bad] as const),
    ),
  )('%s with %j is 400 and named', async ([field, bad]) => {
    const value = `user@rcpt.example${bad}`;
    const [outer = '', inner] = field.split('.');
    const via = { host: 'relay.example', username: 'u', password: 'p' };
    const body = inner === undefined ? { [outer]: value } : { port: undefined, via: { ...via, [inner]: value } };
    const { status, body: problem } = await post(body);
    expect([status, problem.code, problem.errors?.[0]?.pointer]).toEqual([
      400,
      'invalid-request',
      `/${field.replace('.', '/')}`,
    ]);
  });
});

test.for(['1.2.3', '..1.2.3.4', 'mx.example:25', '[1.2.3]'])('via.host %j is 400 and named', async (host) => {
  const { status, body } = await post({ port: undefined, via: { host, port: world.port } });
  expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([400, 'invalid-domain', '/via/host']);
});

test('via.host may be an address, in brackets too', async () => {
  const [server] = await domainOf(takes());
  for (const host of [server?.host ?? '', `[${server?.host}]`]) {
    const answer = await send({ dryRun: true, port: undefined, via: { host, port: world.port } });
    expect([answer.status, answer.acceptedBy]).toEqual(['dry-run-accepted', server?.host]);
  }
});

describe('at most one copy', () => {
  test('for one key, however often and however much at once; another body is a conflict', async () => {
    const servers = await domainOf(takes({ '.': [{ pause: 200 }, ...ok('250 queued as A1')] }));
    const key = { 'idempotency-key': 'one' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => post({}, key)));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect((await post({}, key)).body).toEqual(answers[0]?.body);
    for (const other of [{ subject: 'x' }, { dryRun: true }, { to: 'other@rcpt.example' }]) {
      expect((await post(other, key)).body.code).toBe('idempotency-conflict');
    }
    expect(dots(servers)).toBe(1);
  });

  test('a refused request binds no key', async () => {
    await domainOf(takes());
    const key = { 'idempotency-key': 'refused' };
    expect((await post({ to: 'a@evil.example' }, key)).status).toBe(403);
    expect((await post({ dryRun: true }, key)).body.status).toBe('dry-run-accepted');
  });

  // It starts two processes, and a busy machine takes its time with that.
  test('a process killed behind the dot leaves unknown to whoever asks, and nothing is sent again', {
    timeout: 60_000,
  }, async () => {
    const redis = await startRedis();
    const shared = { ...SETTINGS, REDIS_URL: redis.url };
    try {
      const [first, second] = await Promise.all([world.service(shared), world.service(shared)]);
      const servers = await domainOf(takes({ '.': [{ hang: true }] }));
      const key = { 'idempotency-key': 'killed' };
      const cut = post({}, key, first).catch(() => null);
      await until('the dot is out', () => dots(servers) === 1);
      first.child.kill('SIGKILL');
      await Promise.all([first.ended, cut]);

      let answered: Awaited<ReturnType<typeof post>> | null = null;
      const waiting = post({}, key, second).then((answer) => {
        answered = answer;
        return answer;
      });
      await sleep(600);
      // As far as anybody knows its owner lives.
      expect(answered).toBeNull();
      const keys = (await redis.command('KEYS mxscope:idempotency:*'))
        .split('\r\n')
        .filter((one) => one.includes('killed'));
      expect(keys).toHaveLength(1);
      // Its last heartbeat is long ago.
      await redis.command(`HSET ${keys[0]} beat 1`);
      const { status, body } = await waiting;
      expect([status, body.status, body.attempts]).toEqual([200, 'unknown', []]);
      expect(body.findings.map(({ code }) => code)).toEqual(['outcome-unknown']);
      expect((await post({}, key, second)).body).toEqual(body);
      expect((await second.get<Send>(`/v1/test-sends/${body.id}`)).body).toEqual(body);
      expect((await post({ subject: 'x' }, key, second)).status).toBe(409);
      expect(servers.flatMap(({ sessions }) => sessions)).toHaveLength(1);
    } finally {
      await redis.close();
    }
  });
});

describe('a password', () => {
  const secret = 'pa55-Word!';
  const login = { username: 'desk', password: secret };
  const spoken = Buffer.from(`\0desk\0${secret}`).toString('base64');
  const offers: readonly Step[] = [{ reply: ['250-mx', '250 AUTH PLAIN LOGIN'] }];

  test('goes out inside TLS that is valid for via.host, and nowhere else', async () => {
    const pair = await world.certificate(['relay.example']);
    const other = await world.certificate(['elsewhere.example']);
    const cases: [string, Script, string, boolean][] = [
      ['valid', takes({ ...withTls(pair, offers).on, AUTH: ok('235 ok') }), 'accepted', true],
      ['refused', takes({ ...withTls(pair, offers).on, AUTH: ok(`535 5.7.8 not ${secret}`) }), 'rejected', true],
      ['not offered inside', takes(withTls(pair).on), 'rejected', false],
      ['another name', takes(withTls(other, offers).on), 'rejected', false],
      ['in clear', takes({ EHLO: ok('250-mx', '250 AUTH PLAIN') }), 'rejected', false],
    ];
    for (const [name, script, status, heard] of cases) {
      const [server] = await domainOf(script);
      world.publish({ 'relay.example': a(0, server?.host ?? '') });
      const answer = await send({ port: undefined, via: { host: 'relay.example', port: world.port, ...login } });
      const lines = server?.sessions.flatMap((session) => session.lines) ?? [];
      expect([name, answer.status]).toEqual([name, status]);
      expect([name, lines.some((line) => line.includes(spoken))]).toEqual([name, heard]);
      expect([name, lines.some((line) => line.startsWith('MAIL'))]).toEqual([name, status === 'accepted']);
      const told = JSON.stringify([answer, (await service.get(`/v1/test-sends/${answer.id}`)).body]) + service.log();
      expect([name, told.includes(secret), told.includes(spoken)]).toEqual([name, false, false]);
    }
  });
});
