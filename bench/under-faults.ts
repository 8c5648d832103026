/**
 * A cached answer while 500 probes hang at silent mail servers and Redis is gone, against the same service at rest: p99 over
 * HTTP by wrk, a few callers, the two one after the other in a process of its own each round, the median of the ratios.
 */

import { execFileSync } from 'node:child_process';
import { type Rrsets, startDnsServer } from '../test/helpers/dns-server.ts';
import { startRedis } from '../test/helpers/redis.ts';
import { startService, until } from '../test/helpers/service.ts';
import { startSmtpServer } from '../test/helpers/smtp-server.ts';
import { median, type Result } from './report.ts';

const PROBES = 500;
const CALLERS = 4;
const DOMAIN = 'kept.test';
const NAMES: Readonly<Record<string, Rrsets>> = {
  [DOMAIN]: { MX: { ttl: 86_400, data: [{ preference: 10, exchange: `mx.${DOMAIN}` }] } },
  [`mx.${DOMAIN}`]: { A: { ttl: 86_400, data: [{ address: '203.0.114.1' }] } },
};

type Round = { readonly rest: number; readonly faults: number };

export async function underFaults(short: boolean): Promise<Result[]> {
  const seconds = short ? 2 : 6;
  const rounds: Round[] = [];
  for (let i = 0; i < (short ? 3 : 7); i++) rounds.push(await round(seconds));
  return [
    {
      name: `p99 of a cached answer, ${PROBES} probes hanging and Redis gone, against itself at rest`,
      ours: Math.round(median(rounds.map(({ faults }) => faults)) * 1_000),
      theirs: Math.round(median(rounds.map(({ rest }) => rest)) * 1_000),
      unit: 'µs',
      ratio: median(rounds.map(({ rest, faults }) => faults / rest)),
      bar: { atMost: 3 },
    },
  ];
}

async function round(seconds: number): Promise<Round> {
  const dns = await startDnsServer(NAMES);
  const redis = await startRedis();
  const silent = await startSmtpServer({ greeting: [{ hang: true }] }, '127.103.1.1');
  // An address each, since one address has one connection at a time.
  const others = await Promise.all(
    Array.from({ length: PROBES - 1 }, (_, i) =>
      startSmtpServer({ greeting: [{ hang: true }] }, `127.103.${2 + (i >> 7)}.${1 + (i & 127)}`, silent.port),
    ),
  );
  const servers = [silent, ...others];
  const service = await startService({
    DNS_SERVERS: `${dns.ip}:${dns.port}`,
    REDIS_URL: redis.url,
    ALLOW_TARGETS: '127.103.0.0/16',
    SMTP_PORTS: String(silent.port),
    RATE_CLIENT_PER_MINUTE: '10000',
  });
  try {
    const url = `${service.url}/v1/domains/${DOMAIN}/mx`;
    await service.ask(`/v1/domains/${DOMAIN}/mx`);
    p99(url, seconds);
    const rest = p99(url, seconds);
    const leave = new AbortController();
    // Some at a time: this is to measure probes that hang, not their rush.
    for (let i = 0; i < PROBES; i += 50) {
      for (const { host } of servers.slice(i, i + 50)) {
        const body = { host: `${host.replaceAll('.', '-')}.test`, ip: host, port: silent.port, maxSeconds: 120 };
        void service.ask('/v1/probes', { body, signal: leave.signal });
      }
      await until('the probes hang', () => servers.slice(i, i + 50).every(({ open }) => open === 1), 20_000);
    }
    await redis.kill();
    await until('Redis is known to be gone', async () =>
      (await service.ask('/health/ready')).text.includes('"degraded"'),
    );
    const faults = p99(url, seconds);
    if (servers.some(({ open }) => open !== 1)) throw new Error('a probe ended before the measure did');
    leave.abort();
    return { rest, faults };
  } finally {
    service.kill();
    await Promise.all([...servers.map((server) => server.close()), redis.close(), dns.close()]);
  }
}

/** Milliseconds. Throws when any answer was not 2xx. */
function p99(url: string, seconds: number): number {
  const out = execFileSync('wrk', ['-t1', `-c${CALLERS}`, `-d${seconds}s`, '--latency', url], { encoding: 'utf8' });
  if (/Non-2xx|Socket errors/.test(out)) throw new Error(`errors under load:\n${out}`);
  const [, value, unit] = /99%\s+([\d.]+)(us|ms|s)\b/.exec(out) ?? [];
  const factor = { us: 0.001, ms: 1, s: 1_000 }[unit ?? ''];
  if (factor === undefined) throw new Error(`wrk said no latency:\n${out}`);
  return Number(value) * factor;
}
