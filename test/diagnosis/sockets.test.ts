/** The codes of contract §3 as they come off a real socket: a scripted server, or a firewall before it, probed and judged. */

import { constants } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diagnoseTogether } from '../../src/diagnosis/together.ts';
import { createAddressPolicy } from '../../src/net/address-policy.ts';
import { createDialer } from '../../src/net/dial.ts';
import { probeHost } from '../../src/smtp/probe.ts';
import type { HostProbe, Security } from '../../src/smtp/types.ts';
import { makeAuthority, makeCertificate, type Pair } from '../helpers/certificates.ts';
import { type CiscoMode, startCiscoProxy } from '../helpers/cisco-proxy.ts';
import { ok, type Script, startSmtpServer } from '../helpers/smtp-server.ts';

const HOST = 'mx.example.com';
const closers: (() => Promise<void>)[] = [];
let ca: Pair;
let good: Pair;

beforeAll(async () => {
  ca = await makeAuthority();
  good = await makeCertificate({ names: [HOST], ca });
});
afterAll(async () => {
  await Promise.all(closers.map((close) => close()));
});

type Where = { readonly port: number };

async function probeAt(
  { port }: Where,
  more: { host?: string; security?: Security; maxMs?: number } = {},
): Promise<HostProbe> {
  const { host = HOST, security = 'starttls', maxMs = 15_000 } = more;
  const policy = createAddressPolicy({ allow: ['127.0.0.0/8'] });
  const dialer = createDialer({ policy, ports: new Set([port]), extraRoots: [ca.cert] });
  return probeHost({ host, ip: '127.0.0.1', family: 4, port, security, preference: 10 }, dialer, {
    ehloName: 'probe.example.net',
    maxMs,
    anotherSession: async () => true,
  });
}

async function serve(script: Script): Promise<Where> {
  const server = await startSmtpServer(script);
  closers.push(() => server.close());
  return server;
}

async function behind(mode: CiscoMode, script: Script, allowTls = false): Promise<Where> {
  const { port } = await serve(script);
  const proxy = await startCiscoProxy({ to: { host: '127.0.0.1', port }, mode, allowTls });
  closers.push(() => proxy.close());
  return proxy;
}

const judge = (probe: HostProbe, canary: HostProbe | null = null) =>
  diagnoseTogether([probe], { now: Date.now(), canary }).perHost[0] ?? [];

const codes = (probe: HostProbe, canary: HostProbe | null = null): string[] =>
  judge(probe, canary)
    .map(({ code }) => code)
    .toSorted();

const withTls = (certificate: object, after: readonly string[] = ['250-mx', '250 SIZE 1000']): Script => ({
  on: {
    EHLO: (_line, session) =>
      session.secureLines.length > 0 ? ok(...after) : ok('250-mx', '250-ETRN', '250-STARTTLS', '250 8BITMIME'),
    STARTTLS: [{ reply: '220 2.0.0 Ready' }, { starttls: certificate }],
  },
});
const refusesStartTls = (reply: string): Script => ({
  on: { EHLO: ok('250-mx', '250 STARTTLS'), STARTTLS: ok(reply) },
});

describe.concurrent('a firewall before a real server', () => {
  const esa: Script = {
    greeting: ok('220 imail.example.com ESMTP'),
    otherwise: ok('500 #5.5.1 command not recognized'),
  };

  it('ASA: keywords as X’s, STARTTLS among them', async () => {
    const found = judge(await probeAt(await behind('asa', withTls(good))));
    expect(found.map(({ code }) => code).toSorted()).toEqual([
      'banner-masked',
      'esmtp-inspection',
      'starttls-stripped',
    ]);
    expect(found.find(({ code }) => code === 'esmtp-inspection')?.confidence).toBe('certain');
  });

  it('PIX: EHLO turned into X’s, refused by the AsyncOS behind', async () => {
    const probe = await probeAt(await behind('pix', { ...esa, on: { EHLO: ok('250-mx', '250 8BITMIME') } }));
    expect(codes(probe)).toEqual(['banner-masked', 'esmtp-inspection']);
    expect(judge(probe)[0]?.evidence.join('\n')).toMatch(/#5\.5\.1 command not recognized/);
  });

  it('PIX that puts NOOP in the place of what it does not know', async () => {
    const probe = await probeAt(await behind('pix-noop', { on: { NOOP: ok('250 OK') } }));
    expect(codes(probe)).toEqual(['banner-masked', 'esmtp-inspection']);
    expect(judge(probe)[0]?.confidence).toBe('certain');
  });

  it('the greeting that never ends', async () => {
    const split = await behind('split-greeting', {
      greeting: ok('220-mx.example.com welcomes you', '220 ESMTP ready'),
    });
    expect(codes(await probeAt(split, { maxMs: 1_500 }))).toEqual(['esmtp-inspection']);
  });

  it('ASA with allow-tls leaves the mask alone to tell of', async () => {
    expect(codes(await probeAt(await behind('asa', withTls(good), true)))).toEqual(['banner-masked']);
  });

  it('is ours when the canary wears the same mask, and theirs when it does not', async () => {
    const target = await probeAt(await behind('asa', withTls(good)));
    const masked = await probeAt(await behind('asa', withTls(good)), { host: 'canary.example.net' });
    const clean = await probeAt(await serve(withTls(good)), { host: 'canary.example.net' });
    expect(codes(target, { ...masked, ip: '127.0.0.9' })).toEqual(['local-inspection']);
    expect(codes(target, { ...clean, ip: '127.0.0.9' })).toContain('esmtp-inspection');
  });

  it('a redirection is ours when the canary greets in the same stranger’s name', async () => {
    const relay: Script = { ...withTls(good), greeting: ok('220 relay.isp.test ESMTP') };
    const target = await probeAt(await serve(relay));
    const canary = await probeAt(await serve(relay), { host: 'canary.example.net' });
    expect(codes(target, { ...canary, ip: '127.0.0.9' })).toEqual(['port-redirected']);
  });
});

describe.concurrent('honest servers', () => {
  it.each<[string, Script, string[]]>([
    ['a current one', {}, ['starttls-missing']],
    ['an old one', { on: { EHLO: ok('502 Command not implemented') } }, ['ehlo-rejected']],
    ['one that hangs up on EHLO', { on: { EHLO: [{ close: true }] } }, ['ehlo-rejected']],
    [
      'a box of stars with text',
      { greeting: ok('220-**********', '220-* hello *', '220 mx ESMTP') },
      ['starttls-missing'],
    ],
    [
      'one that shows XCLIENT in place of STARTTLS',
      { on: { EHLO: ok('250-mx', '250-XCLIENT NAME', '250 X-EXPS') } },
      ['starttls-missing'],
    ],
  ])('%s', async (_, script, expected) => expect(codes(await probeAt(await serve(script)))).toEqual(expected));

  it('one with TLS and a good certificate has nothing to hear', async () => {
    expect(codes(await probeAt(await serve(withTls(good))))).toEqual([]);
  });
});

describe.concurrent('greeting, refusals and STARTTLS', () => {
  it.each<[string, Script, string[]]>([
    ['554 greeting', { greeting: ok('554 No SMTP service here') }, ['greeting-rejected']],
    ['421 to EHLO', { on: { EHLO: ok('421 4.3.0 closing') } }, ['greeting-rejected']],
    ['EHLO and HELO refused', { on: { EHLO: ok('550 no'), HELO: ok('550 no') } }, ['greeting-rejected']],
    [
      'a blocklist',
      { greeting: ok('554 5.7.1 Client host [127.0.0.1] blocked using zen.spamhaus.org') },
      ['prober-blocked'],
    ],
    [
      'our name',
      { on: { EHLO: ok('550 Access denied - Invalid HELO name'), HELO: ok('550 Access denied - Invalid HELO name') } },
      ['prober-blocked'],
    ],
    ['a limit', { greeting: ok('421 4.7.0 mx Error: too many connections from 127.0.0.1') }, ['prober-throttled']],
    [
      'another protocol',
      { greeting: [{ raw: 'HTTP/1.1 400 Bad Request\r\n\r\n' }, { close: true }] },
      ['banner-not-220'],
    ],
    ['another code', { greeting: ok('200 hello') }, ['banner-not-220', 'starttls-missing']],
    [
      'passwords in clear',
      { on: { EHLO: ok('250-mx', '250 AUTH PLAIN LOGIN') } },
      ['auth-without-tls', 'starttls-missing'],
    ],
    ['STARTTLS answered 454', refusesStartTls('454 4.7.0 TLS not available'), ['starttls-failed']],
    ['STARTTLS answered 502', refusesStartTls('502 5.5.1 not implemented'), ['starttls-stripped']],
    [
      'a handshake of garbage',
      {
        on: {
          EHLO: ok('250-mx', '250 STARTTLS'),
          STARTTLS: [{ reply: '220 go' }, { pause: 50 }, { garbage: 200 }, { close: true }],
        },
      },
      ['starttls-failed'],
    ],
    [
      'bytes before the handshake',
      { on: { EHLO: ok('250-mx', '250 STARTTLS'), STARTTLS: [{ raw: '220 go\r\n250 injected\r\n' }] } },
      ['plaintext-injection'],
    ],
    [
      'a reset over STARTTLS',
      { on: { EHLO: ok('250-mx', '250 STARTTLS'), STARTTLS: [{ reset: true }] } },
      ['starttls-failed'],
    ],
    ['a reset at the banner', { greeting: [{ reset: true }] }, ['host-not-answering']],
  ])('%s', async (_, script, expected) => expect(codes(await probeAt(await serve(script)))).toEqual(expected));

  it('a closed port', async () => {
    const server = await startSmtpServer({});
    await server.close();
    expect(judge(await probeAt(server))).toMatchObject([
      { code: 'host-not-answering', params: { variant: 'refused' } },
    ]);
  });

  it('a greeting after ten seconds', async () => {
    const slow = await serve({ greeting: [{ pause: 10_200 }, { reply: '220 mx ESMTP' }] });
    expect(codes(await probeAt(slow))).toEqual(['banner-slow', 'starttls-missing']);
  });
});

describe.concurrent('certificates and protocols', () => {
  it.each<[string, () => Promise<Pair>, string[]]>([
    ['expired', () => makeCertificate({ names: [HOST], ca, from: -30, to: -1 }), ['cert-expired']],
    ['expiring', () => makeCertificate({ names: [HOST], ca, to: 5 }), ['cert-expiring']],
    ['not yet valid', () => makeCertificate({ names: [HOST], ca, from: 2 }), ['cert-not-yet-valid']],
    ['self-signed', () => makeCertificate({ names: [HOST] }), ['cert-self-signed']],
    [
      'of a stranger',
      async () => makeCertificate({ names: [HOST], ca: await makeAuthority('stranger') }),
      ['cert-untrusted'],
    ],
    ['for another name', () => makeCertificate({ names: ['www.example.com'], ca }), ['cert-hostname-mismatch']],
  ])('%s', async (_, make, expected) => {
    expect(codes(await probeAt(await serve(withTls(await make()))))).toEqual(expected);
  });

  it('TLS 1.0', async () => {
    const old = {
      ...good,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1',
      ciphers: 'ALL:@SECLEVEL=0',
      secureOptions: constants.SSL_OP_NO_TICKET,
    };
    expect(codes(await probeAt(await serve(withTls(old))))).toEqual(['tls-legacy']);
  });

  it('implicit TLS with an expired certificate', async () => {
    const expired = await makeCertificate({ names: [HOST], ca, from: -30, to: -1 });
    expect(codes(await probeAt(await serve({ implicitTls: expired }), { security: 'implicit' }))).toEqual([
      'cert-expired',
    ]);
  });
});
