/**
 * A world for the contract's checks: the real process, DNS and mail servers by script on loopback addresses of a test's own, and
 * nothing but HTTP between the test and the service. All mail servers share one port unless told otherwise; the service trusts
 * an authority made here. `close` ends all that was started.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority, makeCertificate, type Pair } from '../helpers/certificates.ts';
import { type CiscoMode, startCiscoProxy } from '../helpers/cisco-proxy.ts';
import { type Names, type Rrsets, type ZoneServer, zoneServer } from '../helpers/dns-server.ts';
import { type Service as Process, startService } from '../helpers/service.ts';
import { type Script, type SmtpServer, type Step, startSmtpServer } from '../helpers/smtp-server.ts';

export const mx = (ttl: number, ...records: readonly (readonly [number, string])[]): Rrsets => ({
  MX: { ttl, data: records.map(([preference, exchange]) => ({ preference, exchange })) },
});
export const a = (ttl: number, ...ips: readonly string[]): Rrsets => ({
  A: { ttl, data: ips.map((address) => ({ address })) },
});

export type Answer<T> = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: T };

export type Service = Process & {
  get<T>(path: string, headers?: Record<string, string>): Promise<Answer<T>>;
  post<T>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
};

export type World = {
  readonly dns: ZoneServer;
  /** The port of all mail servers. */
  readonly port: number;
  /** `address('1.7')` is 127.x.1.7. */
  address(tail: string): string;
  /** Adds names; a name given again is replaced. */
  publish(names: Names): void;
  /** At a tail of this world, or at a whole address. */
  mail(at: string, script?: Script, port?: number): Promise<SmtpServer>;
  /** A rewriting firewall at an address, before a server. */
  firewall(at: string, mode: CiscoMode, to: SmtpServer): Promise<{ close(): Promise<void> }>;
  /** Of the authority that the service trusts. */
  certificate(names: readonly string[], more?: { readonly from?: number; readonly to?: number }): Promise<Pair>;
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
    address,
    publish: dns.publish,
    mail: (at, script, on = port) => listen(at, script, on),
    async firewall(at, mode, to) {
      const proxy = await startCiscoProxy({ to, mode, host: address(at), port });
      closers.push(() => proxy.close());
      return proxy;
    },
    certificate: (names, more) => makeCertificate({ names, ca: authority, ...more }),
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
      closers.push(() => {
        started.kill();
        return started.ended;
      });
      return overHttp(started);
    },
    async close() {
      await Promise.all(closers.reverse().map((close) => close()));
    },
  };
}

function overHttp(started: Process): Service {
  const ask = async <T>(path: string, call: Parameters<Process['ask']>[1]): Promise<Answer<T>> => {
    const { status, headers, text } = await started.ask(path, call);
    const json = /[/+]json/.test(headers['content-type'] ?? '');
    return { status, headers, body: (json ? JSON.parse(text) : text) as T };
  };
  return {
    ...started,
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, body, headers = {}) => ask(path, { body, headers }),
  };
}

/** An EHLO list in clear that offers STARTTLS, and the one inside TLS. */
export const withTls = (pair: Pair, inside: readonly Step[] = [{ reply: ['250-mx', '250 8BITMIME'] }]): Script => ({
  on: {
    EHLO: (_, { secureLines }) =>
      secureLines.length > 0 ? inside : [{ reply: ['250-mx', '250-PIPELINING', '250 STARTTLS'] }],
    STARTTLS: [{ reply: '220 go ahead' }, { starttls: pair }],
  },
});

export type Finding = {
  readonly code: string;
  readonly severity: string;
  readonly confidence: string;
  readonly title: string;
  readonly explanation: string;
  readonly fix: string;
  readonly evidence: readonly string[];
};

export const codes = (findings: readonly Finding[]): string[] => findings.map(({ code }) => code).sort();
