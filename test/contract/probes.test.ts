/** Contract §3 from outside: what a probe says of servers that lie, break off, are rewritten or are not who they seem. */

import { afterAll, describe, expect, test } from 'vitest';
import { ok, type Script, type Step } from '../helpers/smtp-server.ts';
import { a, codes, type Finding, mx, startWorld, withTls } from './world.ts';

type Host = {
  readonly host: string;
  readonly outcome: string;
  readonly stage: string;
  readonly banner: { readonly text: string; readonly masked: boolean } | null;
  readonly transcript: readonly { readonly from: string; readonly line: string }[];
  readonly findings: readonly Finding[];
};
type Probe = { readonly hosts: readonly Host[]; readonly findings: readonly Finding[] };

const isRoot = process.getuid?.() === 0;
const world = await startWorld('127.141');
const CANARY = `canary.desk.example:${world.port}`;
const [service, watched] = await Promise.all([world.service(), world.service({ CANARY })]);
afterAll(() => world.close());

let count = 0;
/** A host of an organisation of its own behind this script, and what a probe says of it. */
async function probeOf(script: Script, more: object = {}) {
  count++;
  const host = `mx.n${count}.example`;
  const server = await world.mail(`1.${count}`, script);
  world.publish({ [host]: a(300, server.host) });
  const { status, body } = await service.post<Probe>('/v1/probes', { host, port: world.port, ...more });
  expect(status, JSON.stringify(body)).toBe(200);
  const [probed] = body.hosts;
  if (!probed) return expect.unreachable('no host');
  return { ...probed, server, whole: body };
}
const evidenceOf = ({ findings }: Host, code: string) => findings.find((one) => one.code === code)?.evidence;

const MASK: readonly Step[] = ok('220 ****************2****0*****');
const ASYNC_OS = '500 #5.5.1 command not recognized';
const LIST = ['250-mx', '250-PIPELINING', '250-STARTTLS', '250 8BITMIME'];
const list = (...words: string[]) => ok('250-mx', ...words.map((word) => `250-${word}`), '250 8BITMIME');

describe.concurrent('a firewall is accused by one strong sign, or by any two weak ones', () => {
  test.for<readonly [string, Script, readonly string[]]>([
    ['mask + EHLO refused', { greeting: MASK, on: { EHLO: ok('502 no') } }, ['banner-masked', 'esmtp-inspection']],
    [
      'mask + EHLO answered by hanging up',
      { greeting: MASK, on: { EHLO: [{ close: true }] } },
      ['banner-masked', 'esmtp-inspection'],
    ],
    [
      'mask + STARTTLS refused in AsyncOS’s words',
      { greeting: MASK, on: { EHLO: ok(...LIST), STARTTLS: ok(ASYNC_OS) } },
      ['banner-masked', 'esmtp-inspection', 'starttls-stripped'],
    ],
    ['mask + one line to EHLO', { greeting: MASK, on: { EHLO: ok('250 mx') } }, ['banner-masked', 'esmtp-inspection']],
    ['EHLO refused in AsyncOS’s words', { on: { EHLO: ok(ASYNC_OS) } }, ['esmtp-inspection']],
    ['XXXXXXXA', { on: { EHLO: list('XXXXXXXA') } }, ['esmtp-inspection', 'starttls-stripped']],
    ['XXXXXXXB 1024', { on: { EHLO: list('XXXXXXXB 1024') } }, ['esmtp-inspection', 'starttls-stripped']],
    ['********', { on: { EHLO: list('********') } }, ['esmtp-inspection', 'starttls-stripped']],
    ['XXA', { on: { EHLO: list('XXA') } }, ['esmtp-inspection']],
    ['XXXX', { on: { EHLO: list('XXXX') } }, ['esmtp-inspection']],
    ['****', { on: { EHLO: list('****') } }, ['esmtp-inspection']],
    ['EHLO echoed', { on: { EHLO: ok('500 Command unrecognized: "XXXX probe"') } }, ['esmtp-inspection']],
    [
      'STARTTLS echoed',
      { on: { EHLO: ok(...LIST), STARTTLS: ok('502 XXXXXXXX not implemented') } },
      ['esmtp-inspection', 'starttls-stripped'],
    ],
    [
      'a greeting of stars that hangs up unfinished',
      { greeting: [{ raw: '220-****\r\n' }, { close: true }] },
      ['esmtp-inspection'],
    ],
  ])('%s', async ([, script, expected]) => {
    expect(codes((await probeOf(script)).findings)).toEqual(expected);
  });
});

describe.concurrent('and by nothing less', () => {
  const missing = ['starttls-missing'];
  test.for<readonly [string, Script, readonly string[]]>([
    ['a mask alone', { greeting: MASK }, ['banner-masked', ...missing]],
    ['a mask in two lines', { greeting: ok('220-****', '220 ****') }, ['banner-masked', ...missing]],
    ['a box of stars with text', { greeting: ok('220-*** welcome ***', '220 ****') }, missing],
    ['three stars', { greeting: ok('220 ***') }, missing],
    ['stars and another digit', { greeting: ok('220 ****1****') }, missing],
    ['only 2 and 0', { greeting: ok('220 20202020') }, missing],
    ['a mask behind 554', { greeting: ok('554 ****') }, ['greeting-rejected']],
    ['EHLO refused alone', { on: { EHLO: ok('502 no') } }, ['ehlo-rejected']],
    ['EHLO answered by hanging up alone', { on: { EHLO: [{ close: true }] } }, ['ehlo-rejected']],
    ['one line to EHLO alone', { on: { EHLO: ok('250 mx') } }, missing],
    ['AsyncOS’s words alone', { on: { EHLO: ok(...LIST), STARTTLS: ok(ASYNC_OS) } }, ['starttls-stripped']],
    ['AsyncOS’s words for everything', { on: { EHLO: ok(ASYNC_OS), HELO: ok(ASYNC_OS) } }, ['greeting-rejected']],
    ['421 to EHLO', { greeting: MASK, on: { EHLO: ok('421 later') } }, ['banner-masked', 'greeting-rejected']],
    ...['XX', 'XA', 'XCLIENT', 'X-EXPS GSSAPI', 'XXFOO', 'XEXCH50', '***', 'xxxxxxxa', 'XXXXXXXA=1'].map(
      (word) => [word, { on: { EHLO: list(word) } }, missing] as const,
    ),
    ['a telephone number', { on: { EHLO: ok('550 call 555-XXXX') } }, ['ehlo-rejected']],
  ])('%s', async ([, script, expected]) => {
    expect(codes((await probeOf(script)).findings)).toEqual([...expected].sort());
  });
});

describe('what was seen is quoted', () => {
  const long = Array.from({ length: 60 }, (_, i) => `KEYWORD${i}`);

  test('as it was on the wire, and however far down it stood', async () => {
    const host = await probeOf({ on: { EHLO: list(...long, 'XXXXXXXA  ', 'AUTH LOGIN') } });
    expect(evidenceOf(host, 'esmtp-inspection')).toEqual(['EHLO: 250-XXXXXXXA']);
    expect(evidenceOf(host, 'starttls-stripped')).toEqual(['EHLO: 250-XXXXXXXA']);
    expect(evidenceOf(host, 'auth-without-tls')).toEqual(['EHLO: 250-AUTH LOGIN']);
  });

  test('from a refusal of many lines too', async () => {
    const host = await probeOf({ on: { EHLO: ok(...long.map((word) => `500-${word}`), '500 what is XXXX') } });
    expect(evidenceOf(host, 'esmtp-inspection')?.[0]).toBe('EHLO: 500 what is XXXX');
  });

  test('and only where quoting is meant, printable and bounded', async () => {
    const marker = 'Zq9Marker';
    const hostile = Buffer.from(`${marker} <script>\u001b[31m\u202e\ufeff`, 'utf8').toString('latin1');
    const host = await probeOf({
      greeting: [{ raw: Buffer.from(`220 mx ${hostile}\xff ${'x'.repeat(9000)}\r\n`, 'latin1') }],
      on: {
        EHLO: ok(`250-${marker}`, ...Array.from({ length: 700 }, (_, i) => `250-${marker}${i}`), '250 8BITMIME'),
        QUIT: ok(...Array.from({ length: 400 }, () => `221-${marker}`), '221 bye'),
      },
    });
    expect(host.outcome).toBe('ok');
    expect(host.banner?.text).toContain('<script>\\u{1b}[31m\\u{202e}');
    expect(host.banner?.text).toContain('\ufffd');
    expect(host.transcript).toHaveLength(500);
    expect(Math.max(...host.transcript.map(({ line }) => line.length))).toBe(1000);
    const told = host.whole.findings.flatMap(({ title, explanation, fix }) => [title, explanation, fix]).join(' ');
    expect(told).not.toBe('');
    expect(told).not.toContain(marker);
  });
});

describe.concurrent('whoever is not ok is told why, with what was seen', () => {
  const offers = (...answer: Step[]): Script => ({ on: { EHLO: ok(...LIST), STARTTLS: answer } });
  test.for<readonly [string, Script, string, string, readonly string[]]>([
    [
      'a greeting that is none',
      { greeting: [{ raw: 'HTTP/1.1 400\r\n' }] },
      'protocol-error',
      'banner',
      ['banner-not-220'],
    ],
    ['hangs up at once', { greeting: [{ close: true }] }, 'reset', 'banner', ['host-not-answering']],
    ['garbage to EHLO', { on: { EHLO: [{ raw: 'what?\r\n' }] } }, 'protocol-error', 'greeting', ['host-not-answering']],
    ['STARTTLS 454', offers({ reply: '454 later' }), 'ok', 'quit', ['starttls-failed']],
    ['STARTTLS 250', offers({ reply: '250 fine' }), 'ok', 'quit', ['starttls-failed']],
    ['STARTTLS 500', offers({ reply: '500 what' }), 'ok', 'quit', ['starttls-stripped']],
    ['STARTTLS answered by no reply', offers({ raw: 'what?\r\n' }), 'protocol-error', 'starttls', ['starttls-failed']],
    ['STARTTLS answered by hanging up', offers({ close: true }), 'reset', 'starttls', ['starttls-failed']],
    [
      '220 and more behind it',
      offers({ raw: '220 go\r\n250 mx\r\n' }),
      'protocol-error',
      'starttls',
      ['plaintext-injection'],
    ],
    [
      '220 and then garbage',
      offers({ reply: '220 go' }, { pause: 500 }, { garbage: 300 }),
      'tls-error',
      'tls',
      ['starttls-failed'],
    ],
    ['220 and then nobody', offers({ reply: '220 go' }, { close: true }), 'tls-error', 'tls', ['starttls-failed']],
  ])('%s', async ([, script, outcome, stage, expected]) => {
    const host = await probeOf(script);
    expect([host.outcome, host.stage, codes(host.findings)]).toEqual([outcome, stage, expected]);
    expect(host.findings.flatMap(({ evidence }) => evidence).join('')).not.toMatch(/undefined|null/);
  });

  test.for<readonly [string, readonly Step[], string, string]>([
    ['hangs up', [{ close: true }], 'reset', 'EHLO inside TLS: no reply'],
    ['says what is no SMTP', [{ raw: 'what?\r\n' }], 'protocol-error', 'EHLO inside TLS: what?'],
  ])('inside TLS it %s', async ([, inside, outcome, seen]) => {
    const pair = await world.certificate(['*.example']);
    const host = await probeOf(withTls(pair, inside));
    expect([host.outcome, host.stage]).toEqual([outcome, 'tls']);
    expect(evidenceOf(host, 'starttls-failed')).toContain(seen);
  });

  test('a domain whose exchanges have no address', async () => {
    world.publish({
      'broken.example': mx(300, [10, 'gone.broken.example'], [20, 'empty.broken.example']),
      'empty.broken.example': {},
    });
    const { body } = await service.post<Probe>('/v1/probes', { domain: 'broken.example', port: world.port });
    expect(body.hosts.map(({ outcome, stage }) => [outcome, stage])).toEqual([
      ['unreachable', 'resolve'],
      ['unreachable', 'resolve'],
    ]);
    expect(codes(body.findings)).toEqual(['mx-host-no-address', 'mx-host-nxdomain']);
  });
});

describe.skipIf(!isRoot)(
  'a certificate is a warning between servers and an error where people’s programs check it',
  () => {
    test.for([
      [25, 'warning', 'starttls'],
      [465, 'error', 'implicit'],
      [587, 'error', 'starttls'],
    ] as const)('port %i: %s', async ([port, severity, how]) => {
      const pair = await world.certificate(['mx.elsewhere.example'], { from: -90, to: -2 });
      const server = await world.mail(
        `2.${port % 256}`,
        how === 'implicit' ? { implicitTls: pair } : withTls(pair),
        port,
      );
      const host = `mx.on${port}.example`;
      world.publish({ [host]: a(300, server.host) });
      const { body } = await service.post<Probe>('/v1/probes', { host, port });
      expect(body.hosts[0]?.outcome).toBe('ok');
      expect(body.findings.map(({ code, severity }) => [code, severity]).sort()).toEqual([
        ['cert-expired', severity],
        ['cert-hostname-mismatch', severity],
      ]);
    });
  },
);

describe('ours, not theirs: a server of our own is asked', async () => {
  const strangers: readonly Step[] = ok('220 outbound.isp.example ESMTP');
  world.publish({
    'mx.vanity.example': a(300, world.address('3.1')),
    'mx.masked.example': a(300, world.address('3.2')),
  });
  const target = await world.mail('3.1', { greeting: strangers });
  const behind = await world.mail('3.9', { on: { EHLO: ok(...LIST) } });
  await world.firewall('3.2', 'asa', behind);
  /** The canary stands where it is put, and is asked anew each time. */
  const probe = async (host: string, canary: string) => {
    world.publish({ 'canary.desk.example': a(0, canary) });
    const { body } = await watched.post<Probe>('/v1/probes', { host, port: world.port });
    return body.hosts[0]?.findings ?? [];
  };

  test('its greeting in the same stranger’s name is a redirected port, by name and by address', async () => {
    await world.mail('127.144.9.1', { greeting: strangers });
    for (const host of ['mx.vanity.example', target.host]) {
      expect((await probe(host, '127.144.9.1')).map(({ code, confidence }) => [code, confidence])).toEqual([
        ['port-redirected', 'likely'],
      ]);
    }
  });

  test('its own greeting clears the path, its own mask accuses it', async () => {
    await world.mail('127.144.9.2', { greeting: ok('220 canary.desk.example ESMTP') });
    expect(codes(await probe('mx.vanity.example', '127.144.9.2'))).toEqual(['starttls-missing']);
    expect(codes(await probe('mx.masked.example', '127.144.9.2'))).toContain('esmtp-inspection');
    await world.firewall('127.144.9.3', 'asa', behind);
    const found = codes(await probe('mx.masked.example', '127.144.9.3'));
    expect(found).toContain('local-inspection');
    expect(found).not.toContain('esmtp-inspection');
    expect(found).not.toContain('starttls-stripped');
  });
});
