/** Mail servers that fall silent at every stage, under a running service: each is told for what it is, when its time is up. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { makeCertificate } from '../helpers/certificates.ts';
import { zoneServer } from '../helpers/dns-server.ts';
import { keepAlive, startService, until } from '../helpers/service.ts';
import { ok, type Script, type SmtpServer, type Step, startSmtpServer } from '../helpers/smtp-server.ts';
import { allowDescriptors, recovered, slowest, told } from './told.ts';

const HANG: Step = { hang: true };
const tls = await makeCertificate({ names: ['mx.test'] });
const offering = (...steps: Step[]): Script => ({
  on: { EHLO: ok('250-mx.test', '250 STARTTLS'), STARTTLS: steps },
});

/** What hangs, the script, and what the caller is told: outcome, and the stage it was in. */
const HANGING: readonly (readonly [string, Script, string, string])[] = [
  ['before the greeting', { greeting: [HANG] }, 'timeout', 'banner'],
  ['in the middle of the greeting', { greeting: [{ raw: '220-mx.te' }, HANG] }, 'timeout', 'banner'],
  ['at EHLO', { on: { EHLO: [HANG] } }, 'timeout', 'greeting'],
  [
    'in the middle of the reply to EHLO',
    { on: { EHLO: [{ raw: '250-mx.test\r\n250-SI' }, HANG] } },
    'timeout',
    'greeting',
  ],
  ['at HELO', { on: { EHLO: ok('500 what?'), HELO: [HANG] } }, 'timeout', 'greeting'],
  ['at STARTTLS', offering(HANG), 'timeout', 'starttls'],
  ['in the handshake', offering({ reply: '220 go' }, HANG), 'tls-error', 'tls'],
  [
    'at EHLO inside TLS',
    {
      on: {
        EHLO: (_, session) => (session.serverName === null ? ok('250-mx.test', '250 STARTTLS') : [HANG]),
        STARTTLS: [{ reply: '220 go' }, { starttls: tls }],
      },
    },
    'timeout',
    'tls',
  ],
  ['at QUIT', { on: { QUIT: [HANG] } }, 'ok', 'quit'],
];

const first = await startSmtpServer({}, '127.98.0.1');
const { port } = first;
const servers: SmtpServer[] = [first];
for (const [i, [, script]] of HANGING.entries()) servers.push(await startSmtpServer(script, `127.98.1.${i + 1}`, port));
const deaf = await deafServer('127.98.2.1', port);
const dns = await zoneServer({
  names: {
    // All of them are one domain's exchanges, in two steps, and the last is well.
    'all.test': {
      MX: {
        ttl: 300,
        data: [
          ...HANGING.map((_, i) => ({ preference: 10, exchange: `m${i}.test` })),
          { preference: 20, exchange: 'well.test' },
        ],
      },
    },
    'well.test': { A: { ttl: 300, data: [{ address: first.host }] } },
    ...Object.fromEntries(
      HANGING.map((_, i) => [`m${i}.test`, { A: { ttl: 300, data: [{ address: `127.98.1.${i + 1}` }] } }]),
    ),
  },
});
const service = await startService({
  DNS_SERVERS: `${dns.ip}:${dns.port}`,
  ALLOW_TARGETS: '127.98.0.0/16',
  SMTP_PORTS: String(port),
});
afterAll(async () => {
  service.kill();
  deaf.close();
  await Promise.all([dns.close(), ...servers.map((server) => server.close())]);
});

type Host = { readonly host: string; readonly outcome: string; readonly stage: string };
type Probed = { readonly hosts: readonly Host[] };
const probe = (body: object) => service.ask('/v1/probes', { body: { port, maxSeconds: 5, ...body } });

test('a domain whose servers hang at every stage is answered whole, and nothing stays open', async () => {
  expect(told([await probe({ host: 'well.test', ip: first.host })])).toEqual({ 200: 1 });
  await service.ask('/v1/domains/all.test/mx');
  const { sockets } = service.descriptors();
  const answers = await Promise.all([probe({ domain: 'all.test' }), probe({ host: 'deaf.test', ip: '127.98.2.1' })]);
  expect(told(answers)).toEqual({ 200: 2 });
  expect(slowest(answers)).toBeLessThan(8_000);
  const [all, unheard] = answers.map(({ text }) => JSON.parse(text) as Probed);
  const seen = HANGING.map(([name], i) => {
    const { outcome, stage } = all?.hosts.find(({ host }) => host === `m${i}.test`) ?? {};
    return [name, outcome, stage];
  });
  expect(seen).toEqual(HANGING.map(([name, , outcome, stage]) => [name, outcome, stage]));
  expect(all?.hosts.find(({ host }) => host === 'well.test')).toMatchObject({ outcome: 'ok', stage: 'quit' });
  expect(unheard?.hosts[0]).toMatchObject({ outcome: 'timeout', stage: 'connect' });
  await until('every connection is closed', () => servers.every(({ open }) => open === 0));
  // What was opened to a name server for the last questions may stay.
  await recovered(service, sockets + 2);
});

/** One that takes no connection: its process stands still, and the queue before its port is full. */
async function deafServer(host: string, at: number): Promise<{ close(): void }> {
  const listen = `require('node:net').createServer().listen({ host: '${host}', port: ${at}, backlog: 1 }, () => console.log())`;
  const child = spawn(process.execPath, ['-e', listen], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  const queued: Socket[] = [];
  for (let i = 0; i < 4; i++) queued.push(connect(at, host).on('error', () => undefined));
  await new Promise((resolve) => setTimeout(resolve, 100));
  return {
    close() {
      for (const socket of queued) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}

test('no descriptor left to dial with: 503 overloaded, and probes again as soon as there is one', async () => {
  const alone = await startService({
    DNS_SERVERS: `${dns.ip}:${dns.port}`,
    ALLOW_TARGETS: '127.98.0.0/16',
    SMTP_PORTS: String(port),
  });
  const agent = keepAlive(1);
  const probe = () => alone.ask('/v1/probes', { body: { host: '127.98.0.1', port, fresh: true }, agent });
  try {
    expect((await probe()).status).toBe(200);
    allowDescriptors(alone, 3);
    const refused = await probe();
    expect(told([refused])).toEqual({ '503 overloaded': 1 });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    allowDescriptors(alone, 1_024);
    expect((await probe()).status).toBe(200);
  } finally {
    agent.destroy();
    alone.kill();
  }
});
