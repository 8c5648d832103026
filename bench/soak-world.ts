/** What a soak runs against: the service as a process on a Redis, DNS that knows every name, mail servers of every temper. */

import { type Rrsets, zoneServer } from '../test/helpers/dns-server.ts';
import { startRedis } from '../test/helpers/redis.ts';
import { type Service, startService } from '../test/helpers/service.ts';
import { ok, type Script, startSmtpServer } from '../test/helpers/smtp-server.ts';
import { type CuttingSink, startCuttingSink } from './cutting-sink.ts';

const BLOCK = '127.102';
const SINKS = [`${BLOCK}.2.1`, `${BLOCK}.2.2`, `${BLOCK}.2.3`];
const CUT = 0.04;
/** Small, so that it is full before the second minute. */
const CACHE_BYTES = String(4 << 20);

const TEMPERS: readonly Script[] = [
  {},
  {},
  {},
  { greeting: [{ pause: 200 }, { reply: '220 slow.test' }] },
  { greeting: [{ hang: true }] },
  { greeting: [{ reset: true }] },
  { greeting: [{ garbage: 20_000 }] },
  { greeting: [{ reply: '220 ****************' }], on: { EHLO: ok('500 #5.5.1 command not recognized') } },
  { on: { EHLO: ok('250-mx.test', '250-STARTTLS', '250 SIZE 1000'), STARTTLS: [{ reply: '454 not now' }] } },
];

/** Enough that those which hang keep nobody waiting: an address has one connection at a time. */
const PEERS = 20 * TEMPERS.length;
const TAKING = { MAIL: ok('250 ok'), RCPT: ok('250 ok'), RSET: ok('250 ok') };

export type SoakWorld = {
  readonly service: Service;
  readonly sink: CuttingSink;
  readonly port: number;
  /** Addresses to probe, as many of each temper. */
  readonly peers: readonly string[];
  close(): Promise<void>;
};

export async function startSoakWorld(): Promise<SoakWorld> {
  const sink = await startCuttingSink(SINKS, CUT);
  const { port } = sink;
  const servers = await Promise.all(
    Array.from({ length: PEERS }, (_, i) => {
      const temper = TEMPERS[i % TEMPERS.length] ?? {};
      return startSmtpServer({ ...temper, on: { ...TAKING, ...temper.on } }, `${BLOCK}.1.${i + 1}`, port);
    }),
  );
  const peers = servers.map(({ host }) => host);
  const names = new Proxy<Record<string, Rrsets>>({}, { get: (_, name) => recordsOf(String(name), peers[0] ?? '') });
  const dns = await zoneServer({ names, deliver: (bytes, reply) => setTimeout(reply, 5, bytes) });
  // Hundreds of thousands of questions would be kept for tests that want to read them.
  const forget = setInterval(() => {
    dns.asked.length = 0;
    for (const { sessions } of servers) sessions.length = 0;
  }, 1_000);
  const redis = await startRedis();
  const service = await startService({
    DNS_SERVERS: `${dns.ip}:${dns.port}`,
    REDIS_URL: redis.url,
    CACHE_BYTES,
    ALLOW_TARGETS: `${BLOCK}.0.0/16`,
    SMTP_PORTS: String(port),
    SEND_FROM: 'probe@mxscope.test',
    SEND_ALLOWED_RECIPIENTS: '@sink.test,@peer.test',
    RATE_LOOKUP_PER_MINUTE: '1000000',
    RATE_CLIENT_PER_MINUTE: '1000000',
    RATE_TARGET_PER_MINUTE: '1000000',
    RATE_SEND_PER_HOUR: '1000000',
  });
  return {
    service,
    sink,
    port,
    peers,
    async close() {
      clearInterval(forget);
      service.kill();
      sink.close();
      await Promise.all([...servers.map((server) => server.close()), redis.close(), dns.close()]);
    },
  };
}

/** `sink.test` has the sinks, `peer.test` a friendly peer; every other name is a domain with two exchanges of its own. */
function recordsOf(name: string, friendly: string): Rrsets {
  const a = (...ips: string[]): Rrsets => ({ A: { ttl: 3600, data: ips.map((address) => ({ address })) } });
  const mx = (...hosts: string[]): Rrsets => ({
    MX: { ttl: 3600, data: hosts.map((exchange) => ({ preference: 10, exchange })) },
  });
  if (name === 'sink.test') return mx('s0.test', 's1.test', 's2.test');
  if (name === 'peer.test') return mx('friendly.test');
  if (name === 'friendly.test') return a(friendly);
  const at = /^s(\d)\.test$/.exec(name)?.[1];
  if (at !== undefined) return a(SINKS[Number(at)] ?? '');
  return name.startsWith('mx') ? a('203.0.114.1') : mx(`mx1.${name}`, `mx2.${name}`);
}
