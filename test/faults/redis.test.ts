/** Redis hung, killed, slow under a running service: what its callers see meanwhile, and that it heals by itself. */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { zoneServer } from '../helpers/dns-server.ts';
import { slowPath, startRedis } from '../helpers/redis.ts';
import { type Answered, startService, until } from '../helpers/service.ts';
import { startSmtpServer } from '../helpers/smtp-server.ts';
import { recovered, slowest, told, warmUp } from './told.ts';

const HOST = '127.96.1.1';
const dns = await zoneServer({
  names: new Proxy(
    { 'mx.test': { A: { ttl: 3600, data: [{ address: HOST }] } } },
    // Every other name is a domain with one exchange.
    {
      get: (own, name) =>
        Reflect.get(own, name) ?? { MX: { ttl: 3600, data: [{ preference: 10, exchange: 'mx.test' }] } },
    },
  ),
});
const mail = await startSmtpServer({}, HOST);
const redis = await startRedis();
const path = await slowPath(redis.port);
const service = await startService({
  DNS_SERVERS: `${dns.ip}:${dns.port}`,
  REDIS_URL: path.url,
  ALLOW_TARGETS: '127.96.0.0/16',
  SMTP_PORTS: String(mail.port),
  RATE_CLIENT_PER_MINUTE: '1000',
  RATE_TARGET_PER_MINUTE: '1000',
  RATE_SEND_PER_HOUR: '1000',
  SEND_FROM: 'probe@mxscope.test',
  SEND_ALLOWED_RECIPIENTS: '@kept.test',
});
afterAll(async () => {
  service.kill();
  path.close();
  redis.thaw();
  await Promise.all([redis.close(), mail.close(), dns.close()]);
});

let serial = 0;
const status = async () => JSON.parse((await service.ask('/health/ready')).text).status as string;
const cached = () => service.ask('/v1/domains/kept.test/mx');
const uncached = () => service.ask(`/v1/domains/u${serial++}.test/mx`);
const probe = () =>
  service.ask('/v1/probes', { body: { host: `h${serial++}.test`, ip: HOST, port: mail.port, security: 'none' } });
const keyed = () =>
  service.ask('/v1/test-sends', {
    body: { to: 'desk@kept.test', port: mail.port, dryRun: true },
    headers: { 'idempotency-key': `key-${serial++}` },
  });
const unkeyed = () => service.ask('/v1/test-sends', { body: { to: 'desk@kept.test', port: mail.port, dryRun: true } });

const times = (count: number, call: () => Promise<Answered>) => Promise.all(Array.from({ length: count }, call));

const FAULTS: readonly (readonly [string, () => unknown, () => unknown])[] = [
  ['hung', () => redis.hang(), () => redis.thaw()],
  ['killed', () => redis.kill(), () => redis.start()],
  ['so slow that it is of no use', () => path.delay(2_000), () => path.delay(0)],
];

// A service in use: the first probe and the first send load what they need, and a busy machine takes a second for it.
await Promise.all([cached(), probe(), unkeyed()]);
const sockets = await warmUp(service, (i) => `w${i}.test`);

test.for(FAULTS)(
  'Redis %s: only keyed sends are refused, nobody waits long, and it heals',
  async ([, strike, heal]) => {
    await until('Redis is used', async () => (await status()) === 'ok');
    await strike();
    try {
      const first = await times(20, uncached);
      expect(told(first)).toEqual({ 200: 20 });
      // One silence of 250 ms, and never another.
      expect(slowest(first)).toBeLessThan(3_000);
      expect(await status()).toBe('degraded');

      const [hits, misses, probes, refused, sends] = await Promise.all([
        times(50, cached),
        times(20, uncached),
        times(10, probe),
        times(5, keyed),
        times(5, unkeyed),
      ]);
      expect([hits, misses, probes, refused, sends].map(told)).toEqual([
        { 200: 50 },
        { 200: 20 },
        { 200: 10 },
        { '503 unavailable': 5 },
        { 200: 5 },
      ]);
      expect(hits.every(({ text }) => JSON.parse(text).cache.layer === 'memory')).toBe(true);
      expect(JSON.parse(probes[0]?.text ?? '').hosts[0].outcome).toBe('ok');
    } finally {
      await heal();
    }
    await until('Redis is used again', async () => (await status()) === 'ok');
    expect(told(await times(5, keyed))).toEqual({ 200: 5 });
    await recovered(service, sockets);
    expect(mail.open).toBe(0);
  },
);

test('Redis slower than usual is waited for: every call is answered, and nothing is degraded', async () => {
  await until('Redis is used', async () => (await status()) === 'ok');
  path.delay(60);
  const answers = (
    await Promise.all([times(50, cached), times(20, uncached), times(5, probe), times(5, keyed)])
  ).flat();
  expect(told(answers)).toEqual({ 200: 80 });
  await sleep(100);
  expect(await status()).toBe('ok');
  path.delay(0);
  await recovered(service, sockets);
});

test('Redis flushed under load: nothing but answers', async () => {
  await until('Redis is used', async () => (await status()) === 'ok');
  const calls = Array.from({ length: 20 }, async (_, i) => {
    if (i === 10) await redis.command('FLUSHALL');
    return [await cached(), await uncached(), await keyed()];
  });
  expect(told((await Promise.all(calls)).flat())).toEqual({ 200: 60 });
  await recovered(service, sockets);
});
