/**
 * A cached answer while 500 probes hang at silent mail servers and Redis is gone, against a twin of that service at rest: p99
 * over HTTP by wrk, a few callers, the two in turn, the median of the paired ratios.
 */

import { execFileSync } from 'node:child_process';
import { type Rrsets, startDnsServer } from '../test/helpers/dns-server.ts';
import { startRedis } from '../test/helpers/redis.ts';
import { type Service, startService, until } from '../test/helpers/service.ts';
import { type Script, type SmtpServer, startSmtpServer } from '../test/helpers/smtp-server.ts';
import { median, type Result } from './report.ts';

const PROBES = 500;
/** How many are started at a time: this is to measure probes that hang, not their rush. */
const AT_ONCE = 50;
const CALLERS = 4;
const PATH = '/v1/domains/kept.test/mx';
const NAMES: Readonly<Record<string, Rrsets>> = {
  'kept.test': { MX: { ttl: 86_400, data: [{ preference: 10, exchange: 'mx.kept.test' }] } },
  'mx.kept.test': { A: { ttl: 86_400, data: [{ address: '203.0.114.1' }] } },
};

export async function underFaults(short: boolean): Promise<Result[]> {
  const [rounds, seconds] = short ? [3, 1] : [15, 1];
  const dns = await startDnsServer(NAMES);
  const [kept, lost] = [await startRedis(), await startRedis()];
  const silent = await silentServers();
  const start = (url: string) =>
    startService({
      DNS_SERVERS: `${dns.ip}:${dns.port}`,
      REDIS_URL: url,
      ALLOW_TARGETS: '127.103.0.0/16',
      SMTP_PORTS: String(silent[0]?.port),
      RATE_CLIENT_PER_MINUTE: '10000',
    });
  const [atRest, troubled] = [await start(kept.url), await start(lost.url)];
  try {
    for (const service of [atRest, troubled]) {
      await service.ask(PATH);
      p99(service, 3);
    }
    await hang(troubled, silent);
    await lost.kill();
    await until('Redis is gone', async () => (await troubled.ask('/health/ready')).text.includes('"degraded"'));
    for (const service of [atRest, troubled]) p99(service, seconds);
    const pairs = Array.from({ length: rounds }, () => [p99(troubled, seconds), p99(atRest, seconds)] as const);
    if (silent.some(({ open }) => open !== 1)) throw new Error('a probe ended before the measure did');
    return [
      {
        name: `p99 of a cached answer, ${PROBES} probes hanging and Redis gone, against a twin at rest`,
        ours: Math.round(median(pairs.map(([ours]) => ours)) * 1_000),
        theirs: Math.round(median(pairs.map(([, theirs]) => theirs)) * 1_000),
        unit: `µs, ${rounds} × ${seconds} s`,
        ratio: median(pairs.map(([ours, theirs]) => ours / theirs)),
        bar: { atMost: 3 },
      },
    ];
  } finally {
    for (const service of [atRest, troubled]) service.kill();
    await Promise.all([...silent.map((server) => server.close()), kept.close(), lost.close(), dns.close()]);
  }
}

/** Silent before the greeting for nearly as long as is waited for one, and again at EHLO: longer than this takes. */
const SILENT: Script = { greeting: [{ pause: 25_000 }, { reply: '220 silent.test' }], on: { EHLO: [{ hang: true }] } };

/** An address each, since one address has one connection at a time. */
async function silentServers(): Promise<readonly SmtpServer[]> {
  const first = await startSmtpServer(SILENT, '127.103.1.1');
  const others = Array.from({ length: PROBES - 1 }, (_, i) =>
    startSmtpServer(SILENT, `127.103.${2 + (i >> 7)}.${1 + (i & 127)}`, first.port),
  );
  return [first, ...(await Promise.all(others))];
}

async function hang(service: Service, servers: readonly SmtpServer[]): Promise<void> {
  for (let i = 0; i < servers.length; i += AT_ONCE) {
    const some = servers.slice(i, i + AT_ONCE);
    for (const { host, port } of some) {
      const body = { host: `${host.replaceAll('.', '-')}.test`, ip: host, port, maxSeconds: 120 };
      void service.ask('/v1/probes', { body });
    }
    await until('the probes hang', () => some.every(({ open }) => open === 1), 20_000);
  }
}

/** Milliseconds. Throws when any answer was not 2xx. */
function p99({ url }: Service, seconds: number): number {
  const args = ['-t1', `-c${CALLERS}`, `-d${seconds}s`, '--latency', url + PATH];
  const out = execFileSync('wrk', args, { encoding: 'utf8' });
  if (/Non-2xx|Socket errors/.test(out)) throw new Error(`errors under load:\n${out}`);
  const [, value, unit] = /99%\s+([\d.]+)(us|ms|s)\b/.exec(out) ?? [];
  const factor = { us: 0.001, ms: 1, s: 1_000 }[unit ?? ''];
  if (factor === undefined) throw new Error(`wrk said no latency:\n${out}`);
  return Number(value) * factor;
}
