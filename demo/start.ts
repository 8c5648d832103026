/**
 * Starts the demo's world (name server, mail servers) and the service as a child wired to it by its environment alone, as an
 * operator would. What was started is stopped again, also when a later part fails to start.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuthority } from './certificates.ts';
import { startNameServer, type ZoneRecord } from './dns.ts';
import { findNetwork, type Network } from './network.ts';
import { type Arrival, startCisco, startHonest } from './smtp.ts';
import { domains, hosts } from './world.ts';

export type Demo = {
  readonly url: string;
  readonly network: Network;
  /** What reached a mail server so far. */
  readonly arrivals: readonly Arrival[];
  /** Resolves when the service ends, whoever ended it. */
  readonly ended: Promise<number | null>;
  readonly stop: () => Promise<void>;
};

export const SENDER = 'postmaster@demo.example';
const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 12_000;

export async function startDemo(wantedPort: number): Promise<Demo> {
  const undo: (() => unknown)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const network = await findNetwork();
    undo.push(network.release);
    const arrivals: Arrival[] = [];
    const caFile = await startWorld(network, (arrival) => arrivals.push(arrival), undo);
    const service = await startService(network, caFile, wantedPort, undo);
    return { ...service, network, arrivals, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Answers the file of the CA that signed the mail servers' certificates. */
async function startWorld(
  network: Network,
  arrived: (arrival: Arrival) => void,
  undo: (() => unknown)[],
): Promise<string> {
  const zones = [...domains.map(({ name }) => name), 'demo.example'];
  const dns = await startNameServer(network.dns, zones, zoneRecords(network));
  undo.push(dns.stop);
  const directory = await mkdtemp(join(tmpdir(), 'mxscope-demo-'));
  undo.push(() => rm(directory, { recursive: true, force: true }));
  const authority = await createAuthority();
  for (const { name, number, character } of hosts) {
    const place = { ip: network.mail(number), port: network.smtpPort };
    if (character === 'dead') continue;
    const server =
      character === 'cisco'
        ? await startCisco(name, place, arrived)
        : await startHonest(name, place, await authority.issue(name), arrived);
    undo.push(server.stop);
  }
  const caFile = join(directory, 'ca.pem');
  await writeFile(caFile, authority.pem);
  return caFile;
}

function zoneRecords(network: Network): ZoneRecord[] {
  const exchanges = domains.flatMap(({ name, ttl, exchanges }) =>
    exchanges.map(({ preference, host }) => ({ name, type: 'MX', ttl, data: { preference, exchange: host.name } })),
  );
  const addresses = hosts.map(({ name, number }) => ({ name, type: 'A', ttl: 3600, data: network.mail(number) }));
  return [...exchanges, ...addresses];
}

async function startService(network: Network, caFile: string, wantedPort: number, undo: (() => unknown)[]) {
  const port = await freePort(wantedPort);
  const recipients = domains.map(({ name }) => `@${name}`).join(',');
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'src', 'main.ts')], {
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: String(port),
      DNS_SERVERS: `${network.dns.ip}:${network.dns.port}`,
      ALLOW_TARGETS: '127.0.0.0/8',
      SMTP_PORTS: `25,465,587,2525,${network.smtpPort}`,
      EHLO_NAME: 'demo.example',
      SEND_FROM: SENDER,
      SEND_ALLOWED_RECIPIENTS: recipients,
      // The world is ours: nobody is disturbed by asking it often.
      RATE_TARGET_PER_MINUTE: '600',
      RATE_CLIENT_PER_MINUTE: '600',
      RATE_SEND_PER_HOUR: '600',
      NODE_EXTRA_CA_CERTS: caFile,
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => resolve(1));
  });
  undo.push(() => stopChild(child, ended));
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, child);
  return { url, ended };
}

/** The port asked for when it is free, else one that is: a second demo beside the first starts too. */
async function freePort(wanted: number): Promise<number> {
  for (const port of [wanted, 0]) {
    const server = createServer();
    const got = await new Promise<number>((resolve) => {
      server.once('error', () => resolve(0));
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    if (got > 0) await new Promise((resolve) => server.close(resolve));
    if (got > 0) return got;
  }
  throw new Error('no free port on 127.0.0.1');
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the service ended at once with code ${child.exitCode}`);
    const live = await fetch(`${url}/health/live`).catch(() => undefined);
    await live?.body?.cancel();
    if (live?.ok) return;
    await sleep(50);
  }
  throw new Error(`the service was not ready within ${READY_WITHIN_MS / 1000} s`);
}

async function stopChild(child: ChildProcess, ended: Promise<number | null>): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}
