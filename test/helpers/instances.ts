/**
 * Several real processes on one Redis, a DNS server that counts what it is asked, mail servers that count who connects; and
 * the two loads by which they show that together they are one service. For the tests in small, for bench/instances.ts in full.
 */

import type { Rrsets, ZoneServer } from './dns-server.ts';
import { zoneServer } from './dns-server.ts';
import { startRedis } from './redis.ts';
import { type Answered, keepAlive, type Service, startService } from './service.ts';
import { type SmtpServer, startSmtpServer } from './smtp-server.ts';

/** As long as a resolver that is near takes to answer: time for the other callers to come in between. */
const UPSTREAM_MS = 15;
/** Of an exchange and the addresses of it, of either family. */
const QUESTIONS_A_DOMAIN = 3;
const CALLERS = 4;
/** Domains asked for at a time. */
const LANES = 16;

export type Instances = {
  readonly services: readonly Service[];
  readonly dns: ZoneServer;
  readonly targets: readonly SmtpServer[];
  close(): Promise<void>;
};

export type Size = { readonly instances: number; readonly domains: number; readonly targets: number };

/** `block`: the two first numbers of the loopback addresses that the mail servers take. */
export async function startInstances(block: string, size: Size): Promise<Instances> {
  const names: Record<string, Rrsets> = {};
  for (let i = 0; i < size.domains; i++) {
    names[`d${i}.test`] = { MX: { ttl: 3600, data: [{ preference: 10, exchange: `mx.d${i}.test` }] } };
    names[`mx.d${i}.test`] = { A: { ttl: 3600, data: [{ address: '203.0.114.1' }] } };
  }
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const dns = await zoneServer({ names, deliver: (bytes, reply) => setTimeout(reply, UPSTREAM_MS, bytes) });
    closers.push(() => dns.close());
    const redis = await startRedis();
    closers.push(() => redis.close());
    const first = await startSmtpServer({}, `${block}.1.1`);
    const others = Array.from({ length: size.targets - 1 }, (_, i) =>
      startSmtpServer({}, `${block}.${1 + Math.floor((i + 1) / 250)}.${1 + ((i + 1) % 250)}`, first.port),
    );
    const targets = [first, ...(await Promise.all(others))];
    closers.push(() => Promise.all(targets.map((target) => target.close())));
    const env = {
      DNS_SERVERS: `${dns.ip}:${dns.port}`,
      REDIS_URL: redis.url,
      ALLOW_TARGETS: `${block}.0.0/16`,
      SMTP_PORTS: String(first.port),
      RATE_LOOKUP_PER_MINUTE: '1000000',
      RATE_CLIENT_PER_MINUTE: '1000000',
      LOG_LEVEL: 'warn',
    };
    const services = await Promise.all(Array.from({ length: size.instances }, () => startService(env)));
    closers.push(() => Promise.all(services.map((service) => service.stop())));
    return { services, dns, targets, close };
  } catch (error) {
    await close();
    throw error;
  }
}

export type Asking = {
  readonly statuses: ReadonlyMap<number, number>;
  readonly upstream: number;
  readonly distinct: number;
  /** What was asked more than once. */
  readonly twice: readonly string[];
  readonly seconds: number;
};

/** Every domain is requested by four callers at once, spread over the instances. */
export async function askForDomains({ services, dns }: Instances, domains: number): Promise<Asking> {
  const agent = keepAlive();
  const answers: Answered[] = [];
  const began = performance.now();
  dns.asked.length = 0;
  let next = 0;
  const lane = async () => {
    while (next < domains) {
      const i = next++;
      const callers = Array.from({ length: CALLERS }, (_, caller) =>
        services[(i + caller) % services.length]?.ask(`/v1/domains/d${i}.test/mx`, { agent }),
      );
      for (const answer of await Promise.all(callers)) if (answer) answers.push(answer);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  agent.destroy();
  const counts = new Map<string, number>();
  for (const { type, name } of dns.asked) counts.set(`${type} ${name}`, (counts.get(`${type} ${name}`) ?? 0) + 1);
  return {
    statuses: tally(answers),
    upstream: dns.asked.length,
    distinct: QUESTIONS_A_DOMAIN * domains,
    twice: [...counts].flatMap(([question, count]) => (count > 1 ? [`${question}: ${count}`] : [])),
    seconds: (performance.now() - began) / 1_000,
  };
}

export type Probing = {
  readonly statuses: ReadonlyMap<number, number>;
  /** Connections that each target saw. */
  readonly connections: readonly number[];
  readonly seconds: number;
};

/** Each target is to be probed `calls` times at once, no two of them alike, spread over the instances. */
export async function probeTargets({ services, targets }: Instances, calls: number): Promise<Probing> {
  const agent = keepAlive(32);
  const began = performance.now();
  const wanted = targets.flatMap(({ host, port }) =>
    Array.from({ length: calls }, (_, i) => ({ host: `h${i}.test`, ip: host, port })),
  );
  // In turn from each target, so that all are under way at once.
  const inTurn = wanted.map((_, i) => wanted[(i % targets.length) * calls + Math.floor(i / targets.length)]);
  const answers = await Promise.all(
    inTurn.map((body, i) => services[i % services.length]?.ask('/v1/probes', { body, agent })),
  );
  agent.destroy();
  return {
    statuses: tally(answers.filter((answer) => answer !== undefined)),
    connections: targets.map(({ sessions }) => sessions.length),
    seconds: (performance.now() - began) / 1_000,
  };
}

function tally(answers: readonly Answered[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}
