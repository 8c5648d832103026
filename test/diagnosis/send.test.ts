import { describe, expect, it } from 'vitest';
import { renderAll } from '../../src/diagnosis/findings.ts';
import { judgeSend, retryAfter } from '../../src/diagnosis/send.ts';
import { ReplyReader } from '../../src/smtp/reply.ts';
import type { Attempt } from '../../src/smtp/transaction.ts';
import type { Capabilities, HostProbe, Reply } from '../../src/smtp/types.ts';

function reply(text: string): Reply {
  const reader = new ReplyReader();
  reader.push(Buffer.from(`${text}\r\n`));
  const heard = reader.next();
  if (heard === null || 'malformed' in heard) throw new Error('not a reply');
  return heard;
}

const attempt = (over: Partial<Attempt>): Attempt => ({
  host: 'mx.example.com',
  ip: '192.0.2.1',
  preference: 10,
  outcome: 'rejected',
  stage: 'rcpt',
  reply: null,
  unmet: null,
  facts: null,
  transcript: [],
  ...over,
});

const judge = (over: Partial<Attempt>, asked: { requireTls?: boolean; loggingIn?: boolean } = {}) =>
  judgeSend({ attempts: [attempt(over)], requireTls: false, loggingIn: false, now: 0, ...asked });
const codes = (...args: Parameters<typeof judge>) => judge(...args).findings.map(({ code }) => code);

const at = (stage: Attempt['stage'], text: string) => {
  const said = reply(text);
  return { stage, reply: said, outcome: said.code < 500 ? ('deferred' as const) : ('rejected' as const) };
};

describe('what a refusal was about', () => {
  const cases: [Attempt['stage'], string, string[]][] = [
    [
      'rcpt',
      '550 5.1.1 <a@example.com>: Recipient address rejected: User unknown in local recipient table',
      ['recipient-rejected'],
    ],
    [
      'rcpt',
      '550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n550 5.1.1 https://support.google.com/mail/?p=NoSuchUser x - gsmtp',
      ['recipient-rejected'],
    ],
    ['rcpt', '550 No such user here', ['recipient-rejected']],
    [
      'rcpt',
      '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
      ['recipient-rejected'],
    ],
    ['rcpt', '552 5.2.2 Mailbox full', ['recipient-rejected']],
    ['rcpt', '452 4.2.2 The email account that you tried to reach is over quota', ['recipient-rejected']],
    ['rcpt', '556 5.1.10 Recipient address has null MX', ['recipient-rejected']],
    ['rcpt', '550 nope', ['recipient-rejected']],
    ['rcpt', '554 5.7.1 <a@example.com>: Relay access denied', ['relay-denied']],
    ['rcpt', '454 4.7.1 <a@example.com>: Relay access denied', ['relay-denied']],
    ['rcpt', '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain', ['relay-denied']],
    ['rcpt', "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", ['relay-denied']],
    ['rcpt', '503 5.7.1 Relay not allowed', ['relay-denied']],
    ['rcpt', '550 relay not permitted', ['relay-denied']],
    ['mail', '530 5.7.0 Authentication required', ['relay-denied']],
    ['mail', '550 5.1.8 <p@x.example>: Sender address rejected: Domain not found', ['sender-rejected']],
    ['mail', '553 5.1.8 Domain of sender address p@x.example does not resolve', ['sender-rejected']],
    ['mail', '550 5.7.27 Sender address has null MX', ['sender-rejected']],
    ['mail', '550 refused', ['sender-rejected']],
    ['mail', '552 5.3.4 Message size exceeds fixed limit', ['message-too-large']],
    ['mail', '552 Message size exceeds maximum permitted', ['message-too-large']],
    ['dot', '552 5.2.3 Message too large', ['message-too-large']],
    ['dot', '550 5.7.26 This mail has been blocked because the sender is unauthenticated.', ['policy-rejected']],
    ['dot', '550 5.7.1 Email rejected per SPF policy', ['policy-rejected']],
    ['dot', '554 5.7.1 Message contains a virus', ['policy-rejected']],
    ['dot', '554 rejected', ['policy-rejected']],
    ['data', '554 5.5.1 Error: no valid recipients', ['recipient-rejected']],
    ['rcpt', '550 5.6.7 SMTPUTF8 is required', ['smtputf8-needed']],
    [
      'rcpt',
      '554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.spamhaus.org',
      ['prober-blocked'],
    ],
    ['mail', '550 5.7.25 The IP address sending this message does not have a PTR record setup', ['prober-blocked']],
    ['mail', '450 4.7.1 <probe>: Helo command rejected: Host not found', ['prober-blocked']],
    ['mail', '421 4.7.0 Too many connections from your IP', ['prober-throttled']],
    [
      'rcpt',
      '450 4.2.0 <a@example.com>: Recipient address rejected: Greylisted, see http://postgrey.example/',
      ['greylisted'],
    ],
    ['rcpt', '451 4.7.1 Greylisting in action, please come back in 00:04:59', ['greylisted']],
    ['rcpt', '450 4.7.1 Graylisted', ['greylisted']],
    ['rcpt', '451 your IP address is greylisted', ['greylisted']],
    ['mail', '451 4.3.0 Internal error', []],
    ['data', '452 4.3.1 Insufficient system storage', []],
    ['opening', '554 5.7.1 no', []],
    ['data', '421 4.3.2 System shutting down', []],
    ['rcpt', '550 5.3.2 System not accepting network messages', ['recipient-rejected']],
    ['mail', '450 4.2.0 later', ['sender-rejected']],
  ];
  it.each(cases)('%s: %s', (stage, text, expected) => {
    expect(codes(at(stage, text))).toEqual(expected);
  });

  it('quotes the reply, is milder for a refusal that passes, and has words in both languages', () => {
    for (const [stage, text] of cases) {
      const { findings } = judge(at(stage, text));
      for (const found of findings) {
        expect(found.evidence.join('\n')).toContain(text.slice(4, 20));
        if (reply(text).code < 500) expect(found.severity).not.toBe('error');
      }
      expect(renderAll(findings, 'th')).toHaveLength(findings.length);
    }
  });

  it('names a cause once over several hosts', () => {
    const said = at('rcpt', '450 4.2.0 Greylisted for 5 minutes');
    const judged = judgeSend({
      attempts: [attempt(said), attempt({ ...said, host: 'mx2.example.com', ip: '192.0.2.2' })],
      requireTls: false,
      loggingIn: false,
      now: 0,
    });
    expect(judged.findings).toHaveLength(1);
    expect(judged.retryAfterSeconds).toBe(300);
  });
});

describe('the wait a greylisting server asks for', () => {
  const waits: [string, number | null][] = [
    ['450 4.2.0 Greylisted, see http://postgrey.example/help', null],
    ['451 4.7.1 Greylisting in action, please come back in 00:04:59', 299],
    ['451 4.7.1 Greylisting in action, please come back in 04:59', 299],
    ['450 Greylisted, try again in 300 seconds', 300],
    ['450 Greylisted for 5 minutes', 300],
    ['451 Greylisted. Please retry in 60s', 60],
    ['450 graylisted, wait 1 hour', 3600],
    ['451 4.7.1 greylisted for 900 secs', 900],
    ['450 greylisted for 0 seconds', null],
    ['450 greylisted for 999999 hours', null],
    ['550 come back in 300 seconds', null],
  ];
  it.each(waits)('%s', (text, seconds) => {
    expect(retryAfter(reply(text))).toBe(seconds);
    expect(judge(at('rcpt', text)).retryAfterSeconds).toBe(seconds);
  });

  it('is not given where nobody greylists', () => {
    expect(judge(at('rcpt', '450 4.3.0 database down for 5 minutes')).retryAfterSeconds).toBeNull();
  });
});

const plain: Capabilities = {
  extensions: [{ keyword: 'SIZE', params: ['1000'] }],
  startTls: false,
  size: 1000,
  auth: [],
  pipelining: false,
  eightBitMime: false,
  smtpUtf8: false,
  dsn: false,
  chunking: false,
  enhancedStatusCodes: false,
  requireTls: false,
  limits: { mailMax: null, rcptMax: null, rcptDomainMax: null },
};

/** An opening with nothing to complain of. */
const facts = (over: Partial<HostProbe> = {}): HostProbe => ({
  host: 'mx.example.com',
  ip: '192.0.2.1',
  family: 4,
  port: 25,
  security: 'starttls',
  preference: 10,
  outcome: 'ok',
  stage: 'quit',
  banner: reply('220 mx.example.com ESMTP'),
  ehlo: reply('250-mx.example.com\r\n250-STARTTLS\r\n250 SIZE 1000'),
  helo: null,
  startTls: reply('220 go'),
  unfinishedGreeting: [],
  droppedOnEhlo: false,
  capabilities: { ...plain, startTls: true },
  capabilitiesAfterTls: plain,
  experiments: [],
  tls: {
    offered: true,
    negotiated: true,
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    certificate: {
      subject: 'CN=mx.example.com',
      issuer: 'CN=ca',
      altNames: ['mx.example.com'],
      validFrom: '2026-01-01T00:00:00.000Z',
      validTo: '2030-01-01T00:00:00.000Z',
      daysLeft: 999,
      fingerprint256: 'AA',
      selfSigned: false,
      trusted: true,
      hostnameMatches: true,
      error: null,
    },
  },
  tlsFailure: null,
  plaintextInjection: false,
  socketError: null,
  timings: { connectMs: 1, bannerMs: 1, greetingMs: 1, tlsMs: 1, totalMs: 5 },
  transcript: [],
  ...over,
});

describe('what the message needs', () => {
  const now = Date.parse('2026-08-07T00:00:00Z');
  const needs = (over: Partial<Attempt>, asked: { requireTls?: boolean; loggingIn?: boolean } = {}) =>
    judgeSend({ attempts: [attempt({ facts: facts(), ...over })], requireTls: false, loggingIn: false, now, ...asked });

  const cases: [string, Partial<Attempt>, { requireTls?: boolean; loggingIn?: boolean }, string[]][] = [
    ['nothing', { outcome: 'accepted', stage: 'dot', reply: reply('250 ok') }, {}, []],
    ['SMTPUTF8', { stage: 'requirements', unmet: 'smtputf8' }, {}, ['smtputf8-needed']],
    ['a size', { stage: 'requirements', unmet: 'size' }, {}, ['message-too-large']],
    ['REQUIRETLS', { outcome: 'accepted', stage: 'dot' }, { requireTls: true }, ['requiretls-unsupported']],
    [
      'a login refused',
      { stage: 'auth', unmet: 'auth', reply: { code: 535, enhanced: '5.7.8', lines: [] } },
      { loggingIn: true },
      ['auth-failed'],
    ],
    ['a login not offered', { stage: 'auth', unmet: 'auth' }, { loggingIn: true }, ['auth-failed']],
    [
      'a login unprotected',
      { stage: 'requirements', outcome: 'tls-error', unmet: 'tls' },
      { loggingIn: true },
      ['auth-failed'],
    ],
    ['an unknown end', { outcome: 'unknown', stage: 'dot' }, {}, ['outcome-unknown']],
  ];
  it.each(cases)('%s', (_, over, asked, expected) => {
    const { findings } = needs(over, asked);
    expect(findings.map(({ code }) => code)).toEqual(expected);
    for (const lang of ['en', 'th'] as const) expect(renderAll(findings, lang)).toHaveLength(expected.length);
  });

  it('tells what the openings showed, as a probe does', () => {
    const bare = facts({
      ehlo: reply('250-mx.example.com\r\n250 SIZE 1000'),
      capabilities: plain,
      capabilitiesAfterTls: null,
      startTls: null,
      tls: { offered: false, negotiated: false, protocol: null, cipher: null, certificate: null },
    });
    const found = needs(
      { outcome: 'tls-error', stage: 'requirements', unmet: 'tls', facts: bare },
      { requireTls: true },
    );
    expect(found.findings.map(({ code }) => code)).toEqual(['starttls-missing']);
  });

  it('calls a greeting that turns us away ours', () => {
    const banner = reply('554 5.7.1 Your IP is listed at zen.spamhaus.org');
    const turned = facts({
      outcome: 'rejected',
      stage: 'banner',
      banner,
      ehlo: null,
      startTls: null,
      capabilities: null,
    });
    expect(needs({ stage: 'opening', reply: banner, facts: turned }).findings.map(({ code }) => code)).toEqual([
      'prober-blocked',
    ]);
  });
});
