/** Peers that mean harm, and five hundred of them at once: each costs its deadline and 64 KiB at most. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, describe, expect, test } from 'vitest';
import { createAddressPolicy } from '../../src/net/address-policy.ts';
import { createDialer } from '../../src/net/dial.ts';
import { probeHost } from '../../src/smtp/probe.ts';
import type { HostProbe } from '../../src/smtp/types.ts';
import { makeCertificate } from '../helpers/certificates.ts';
import { ok, type Script, type SmtpServer, type Step, startSmtpServer } from '../helpers/smtp-server.ts';

const servers: SmtpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(script: Script): Promise<SmtpServer> {
  const server = await startSmtpServer(script);
  servers.push(server);
  return server;
}

function probe(port: number, maxMs: number): Promise<HostProbe> {
  const dialer = createDialer({ policy: createAddressPolicy({ allow: ['127.0.0.0/8'] }), ports: new Set([port]) });
  const target = {
    host: 'mx.test',
    ip: '127.0.0.1',
    family: 4 as const,
    port,
    security: 'starttls' as const,
    preference: 10,
  };
  return probeHost(target, dialer, { ehloName: 'me.test', maxMs });
}

const greeting = (...steps: Step[]): Script => ({ greeting: steps });
const at = (verb: string, ...steps: Step[]): Script => ({
  on: { EHLO: ok('250-mx.test', '250 STARTTLS'), [verb]: steps },
});
const MANY_LINES = Array.from({ length: 4_000 }, (_, i) => `250-KEYWORD${i}`);

const HOSTILE: readonly (readonly [string, Script, string, string])[] = [
  ['an endless greeting', greeting({ flood: '220-still here\r\n' }), 'protocol-error', 'banner'],
  ['a line of 10 MB', greeting({ raw: `220 ${'x'.repeat(10_000_000)}\r\n` }), 'protocol-error', 'banner'],
  ['a line without end', greeting({ flood: 'x'.repeat(10_000) }), 'protocol-error', 'banner'],
  ['a byte now and then', greeting({ trickle: '220-slow '.repeat(30), everyMs: 60 }), 'timeout', 'banner'],
  ['garbage', greeting({ garbage: 100_000 }), 'protocol-error', 'banner'],
  ['NULs', greeting({ flood: '\0'.repeat(4_000) }), 'protocol-error', 'banner'],
  ['empty lines', greeting({ flood: '\r\n' }), 'protocol-error', 'banner'],
  ['HTTP', greeting({ raw: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' }), 'protocol-error', 'banner'],
  ['4,000 keywords', at('EHLO', { reply: [...MANY_LINES, '250 END'] }), 'protocol-error', 'greeting'],
  ['an EHLO reply without end', at('EHLO', { flood: '250-MORE\r\n' }), 'protocol-error', 'greeting'],
  ['replies nobody asked for', at('EHLO', { flood: '250 ok\r\n' }), 'ok', 'quit'],
  [
    'TLS garbage',
    at('STARTTLS', { reply: '220 go' }, { pause: 30 }, { flood: '\x16\x03\x01garbage' }),
    'tls-error',
    'tls',
  ],
  [
    'TLS in a trickle',
    at(
      'STARTTLS',
      { reply: '220 go' },
      { pause: 30 },
      { trickle: '\x16\x03\x03\x40\x00', everyMs: 400 },
      { hang: true },
    ),
    'tls-error',
    'tls',
  ],
  ['STARTTLS with an injection without end', at('STARTTLS', { flood: '220 go\r\n' }), 'protocol-error', 'starttls'],
  ['a QUIT answered without end', at('QUIT', { flood: '221-bye\r\n' }), 'ok', 'quit'],
];

describe('a hostile peer', () => {
  test.for(HOSTILE)('with %s', async ([, script, outcome, stage]) => {
    const server = await serve(script);
    const from = performance.now();
    const answer = await probe(server.port, 1_500);
    expect(performance.now() - from).toBeLessThan(2_500);
    if (outcome === 'ok') expect(answer.banner?.code).toBe(220);
    else expect(answer).toMatchObject({ outcome, stage });
    expect(answer.transcript.length).toBeLessThanOrEqual(500);
    for (const { line } of answer.transcript) expect(line.length).toBeLessThanOrEqual(1_000);
    expect(JSON.stringify(answer).length).toBeLessThan(200_000);
    await expect.poll(() => server.open).toBe(0);
  });

  test('a reset at each stage is told as such', async () => {
    const certificate = await makeCertificate({ names: ['mx.test'] });
    for (const [script, stage] of [
      [greeting({ pause: 20 }, { reset: true }), 'banner'],
      [greeting({ raw: '220-half\r\n' }, { pause: 20 }, { reset: true }), 'banner'],
      [at('EHLO', { reset: true }), 'greeting'],
      [at('STARTTLS', { reset: true }), 'starttls'],
    ] as const) {
      const server = await serve(script);
      expect(await probe(server.port, 2_000)).toMatchObject({ outcome: 'reset', stage });
    }
    const inside = await serve(at('STARTTLS', { reply: '220 go' }, { starttls: certificate }, { reset: true }));
    const answer = await probe(inside.port, 2_000);
    expect(['reset', 'tls-error']).toContain(answer.outcome);
    expect(answer.stage).toBe('tls');
  });
});

describe('five hundred hostile sessions at once', () => {
  test('leave the event loop free and memory flat', async () => {
    // The peers run in this process too: what they flood is bounded by the sockets' own buffers.
    const scripts = [
      greeting({ trickle: '220-slow '.repeat(30), everyMs: 200 }),
      greeting({ hang: true }),
      greeting({ garbage: 60_000 }),
      greeting({ raw: `220 ${'x'.repeat(100_000)}\r\n` }),
      at('EHLO', { reply: [...MANY_LINES, '250 END'] }),
      at('STARTTLS', { reply: '220 go' }, { pause: 100 }, { garbage: 10_000 }),
    ];
    const ports = await Promise.all(scripts.map(async (script) => (await serve(script)).port));
    const round = () => Promise.all(Array.from({ length: 500 }, (_, i) => probe(ports[i % ports.length] ?? 0, 2_000)));
    await round();
    const before = process.memoryUsage().rss;
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const answers = await round();
    delay.disable();
    expect(answers.length).toBe(500);
    expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['timeout', 'protocol-error', 'tls-error']));
    // Half of what it costs here is the peers'; a health check still passes between two turns.
    expect(delay.percentile(99) / 1e6).toBeLessThan(250);
    expect((process.memoryUsage().rss - before) / 1024 / 1024).toBeLessThan(64);
  });
});
