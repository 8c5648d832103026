/**
 * A local NSD with 20,000 mail domains for the DNS benchmarks: two exchanges each, each with A and AAAA. It lives in a
 * temporary directory on a free port of a loopback address and goes away with `stop`.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDomain } from '../src/dns/name.ts';
import { createResolver } from '../src/dns/resolver.ts';

export const DOMAINS = 20_000;
export const domainOf = (i: number): string => `d${i}.bench.test`;

export type Nsd = { readonly ip: string; readonly port: number; stop(): Promise<void> };

export async function startNsd(): Promise<Nsd> {
  const ip = '127.0.0.1';
  const port = await freePort(ip);
  const dir = mkdtempSync(join(tmpdir(), 'mxscope-bench-'));
  chmodSync(dir, 0o755);
  writeFileSync(join(dir, 'bench.zone'), zone());
  writeFileSync(join(dir, 'nsd.conf'), config(dir, ip, port));
  const child = spawn('nsd', ['-d', '-c', join(dir, 'nsd.conf')], { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    await ended(child);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await ready(child, ip, port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { ip, port, stop };
}

function zone(): string {
  const lines = ['$ORIGIN bench.test.', '$TTL 300', '@ IN SOA ns.bench.test. root.bench.test. 1 3600 600 86400 60'];
  lines.push('@ IN NS ns.bench.test.', 'ns IN A 127.0.0.1');
  for (let i = 0; i < DOMAINS; i++) {
    lines.push(`d${i} IN MX 10 mx1.d${i}`, `d${i} IN MX 20 mx2.d${i}`);
    for (const host of ['mx1', 'mx2']) {
      lines.push(`${host}.d${i} IN A 192.0.2.${1 + (i % 250)}`, `${host}.d${i} IN AAAA 2001:db8::${i.toString(16)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

const config = (dir: string, ip: string, port: number): string => `server:
  ip-address: ${ip}@${port}
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "${dir}"
  database: ""
  pidfile: "${dir}/nsd.pid"
  xfrdfile: "${dir}/xfrd.state"
  xfrdir: "${dir}"
  zonelistfile: "${dir}/zone.list"
  cookie-secret-file: "${dir}/cookie"
  rrl-ratelimit: 0
  refuse-any: no
remote-control:
  control-enable: no
zone:
  name: "bench.test"
  zonefile: "bench.zone"
`;

function freePort(ip: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.on('error', reject);
    socket.bind(0, ip, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

async function ready(child: ChildProcess, ip: string, port: number): Promise<void> {
  const resolver = createResolver({ servers: [{ ip, port }] });
  const name = parseDomain(domainOf(0));
  try {
    for (let i = 0; i < 100 && name.ok; i++) {
      if (child.exitCode !== null) break;
      const question = { name: name.domain, type: 'MX' } as const;
      const result = await resolver.resolve(question, { deadline: performance.now() + 500 });
      if (result.ok) return;
      await new Promise((wake) => setTimeout(wake, 100));
    }
  } finally {
    resolver.close();
  }
  throw new Error('nsd did not start');
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
