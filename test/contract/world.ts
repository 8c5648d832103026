/**
 * The service as its operator and its callers see it: the real process with settings in its environment, DNS and mail servers
 * by script on loopback addresses of one's own, and nothing but HTTP between the test and it. All mail servers of a world
 * share one port. What was started ends with `close`; a process that does not come up throws with what it said.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeAuthority, type Pair } from '../helpers/certificates.ts';
import { type CiscoMode, startCiscoProxy } from '../helpers/cisco-proxy.ts';
import { type Names, type Rrsets, type ZoneServer, zoneServer } from '../helpers/dns-server.ts';
import { freePort } from '../helpers/redis.ts';
import { type Script, type SmtpServer, startSmtpServer } from '../helpers/smtp-server.ts';

const entry = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const STARTS_WITHIN_MS = 20_000;

export const mx = (ttl: number, ...records: readonly (readonly [number, string])[]): Rrsets => ({
  MX: { ttl, data: records.map(([preference, exchange]) => ({ preference, exchange })) },
});
export const a = (ttl: number, ...ips: readonly string[]): Rrsets => ({
  A: { ttl, data: ips.map((address) => ({ address })) },
});

export type Answer<T> = { readonly status: number; readonly headers: Headers; readonly body: T };

export type Service = {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it wrote so far. */
  log(): string;
  get<T>(path: string, headers?: Record<string, string>): Promise<Answer<T>>;
  post<T>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
};

export type World = {
  readonly dns: ZoneServer;
  /** The port of all mail servers. */
  readonly port: number;
  /** What the service trusts besides the usual authorities. */
  readonly authority: Pair;
  /** `address('1.7')` is 127.x.1.7. */
  address(tail: string): string;
  /** Adds names; a name given again is replaced. */
  publish(names: Names): void;
  /** At a tail of this world, or at a whole address. */
  mail(at: string, script?: Script, port?: number): Promise<SmtpServer>;
  /** A rewriting firewall at an address, before a server. */
  firewall(at: string, mode: CiscoMode, to: SmtpServer, allowTls?: boolean): Promise<{ close(): Promise<void> }>;
  service(env?: Readonly<Record<string, string>>): Promise<Service>;
  close(): Promise<void>;
};

export async function startWorld(block: string): Promise<World> {
  const closers: (() => unknown)[] = [];
  const dns = await zoneServer({ names: {} }, `${block}.0.1`);
  closers.push(() => dns.close());
  const address = (tail: string) => (tail.split('.').length === 4 ? tail : `${block}.${tail}`);
  const listen = async (at: string, script: Script | undefined, port: number) => {
    const server = await startSmtpServer(script, address(at), port);
    closers.push(() => server.close());
    return server;
  };
  const { port } = await listen('0.2', undefined, 0);
  const directory = mkdtempSync(join(tmpdir(), 'mxscope-contract-'));
  closers.push(() => rmSync(directory, { recursive: true, force: true }));
  const authority = await makeAuthority();
  const roots = join(directory, 'roots.pem');
  writeFileSync(roots, authority.cert);
  return {
    dns,
    port,
    authority,
    address,
    publish(names) {
      dns.world = { ...dns.world, names: { ...dns.world.names, ...names } };
    },
    mail: (at, script, on = port) => listen(at, script, on),
    async firewall(at, mode, to, allowTls = false) {
      const proxy = await startCiscoProxy({ to, mode, allowTls, host: address(at), port });
      closers.push(() => proxy.close());
      return proxy;
    },
    async service(env = {}) {
      const started = await startService({
        DNS_SERVERS: `${dns.ip}:${dns.port}`,
        ALLOW_TARGETS: '127.0.0.0/8',
        SMTP_PORTS: `25,465,587,${port}`,
        EHLO_NAME: 'probe.desk.example',
        RATE_TARGET_PER_MINUTE: '100000',
        RATE_CLIENT_PER_MINUTE: '100000',
        RATE_SEND_PER_HOUR: '100000',
        NODE_EXTRA_CA_CERTS: roots,
        ...env,
      });
      closers.push(started.stop);
      return started;
    },
    async close() {
      await Promise.all(closers.reverse().map((close) => close()));
    },
  };
}

async function startService(env: Readonly<Record<string, string>>): Promise<Service & { stop(): Promise<void> }> {
  const port = await freePort();
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env.PATH ?? '', PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const stop = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + STARTS_WITHIN_MS;
  while (!(await fetch(`${url}/health/live`).then(isOk, () => false))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error(`the service did not come up:\n${output}`);
    }
    await sleep(30);
  }
  const ask = async <T>(path: string, init: RequestInit): Promise<Answer<T>> => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    const json = /[/+]json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as T };
  };
  return {
    url,
    child,
    stop,
    log: () => output,
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, body, headers = {}) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
  };
}

async function isOk(response: Response): Promise<boolean> {
  await response.body?.cancel();
  return response.ok;
}
