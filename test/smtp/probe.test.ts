import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createAddressPolicy } from '../../src/net/address-policy.ts';
import { createDialer, type Dialer } from '../../src/net/dial.ts';
import { type ProbeOptions, probeHost } from '../../src/smtp/probe.ts';
import type { HostProbe, Security } from '../../src/smtp/types.ts';
import { makeAuthority, makeCertificate, type Pair } from '../helpers/certificates.ts';
import { ok, type Script, type SmtpServer, startSmtpServer } from '../helpers/smtp-server.ts';

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
