/** The other ways to a Redis: TLS with an ACL user and a database, a cluster, sentinels with a failover. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMemoryCache } from '../../src/store/memory-cache.ts';
import { createLayeredCache } from '../../src/store/redis-cache.ts';
import { createRedisFlights } from '../../src/store/redis-flights.ts';
import { createRedisIdempotency } from '../../src/store/redis-idempotency.ts';
import { createRedisLimiter } from '../../src/store/redis-limiter.ts';
import { connectRedis, type RedisLink } from '../../src/store/redis-link.ts';
import { freePort, startRedis } from '../helpers/redis.ts';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mxscope-redis-kinds-'));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Every script and command once, over a link that is up. */
async function everyPort(link: RedisLink): Promise<void> {
  expect(await link.whenUp(10_000)).toBe(true);
  const cache = createLayeredCache(createMemoryCache({ maxBytes: 1 << 20 }), link, { inProcess: false });
  const keys = Array.from({ length: 50 }, (_, i) => `key-${i}`);
  await Promise.all(keys.map((key) => cache.set(key, key, 60_000)));
  expect((await Promise.all(keys.map((key) => cache.get(key)))).map((hit) => hit?.value)).toEqual(keys);
  await cache.delete('key-0');
  expect(await cache.get('key-0')).toBeUndefined();

  const budget = { key: 'b', limit: 1, windowMs: 60_000 };
  expect((await createRedisLimiter(link).take(budget)).ok).toBe(true);
  expect((await createRedisLimiter(link).take(budget)).ok).toBe(false);

  const idempotency = createRedisIdempotency(link);
  expect(await idempotency.begin('i', 'f', 'claim', 60_000)).toEqual({ state: 'fresh' });
  await idempotency.finish('i', 'claim', 'r', 60_000);
  expect(await idempotency.look('i', 'f')).toEqual({ state: 'done', result: 'r' });

  const flights = createRedisFlights(link);
  expect(
    await flights.run(
      'f',
      async () => 1,
      async () => undefined,
      performance.now() + 1000,
    ),
  ).toBe(1);
  expect(link.status()).toBe('up');
}

test('TLS, an ACL user confined to our keys and commands, a database', async () => {
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  writeFileSync(key, pems.private);
  writeFileSync(cert, pems.cert);
  const tlsPort = await freePort();
  const commands =
    `get set del eval evalsha time exists pexpire hget hset hmget lindex lpush lpop rpop llen info select hello client`
      .split(' ')
      .map((command) => `+${command}`);
  const redis = await startRedis({
    args: [
      ...['--tls-port', String(tlsPort), '--tls-cert-file', cert, '--tls-key-file', key, '--tls-auth-clients', 'no'],
      ...['--user', 'scope', 'on', '>p@ss', '~mxscope:*', '-@all', ...commands],
    ],
  });
  const url = `rediss://scope:p%40ss@127.0.0.1:${tlsPort}/3`;
  const link = connectRedis(url, { tls: { ca: pems.cert } });
  const untrusted = connectRedis(url);
  const wrong = connectRedis(url.replace('p%40ss', 'wrong'), { tls: { ca: pems.cert } });
  try {
    await everyPort(link);
    expect(await redis.command('EXISTS mxscope:cache:key-1')).toBe(':0\r\n');
    await sleep(300);
    expect([untrusted.status(), wrong.status()]).toEqual(['down', 'down']);
    expect([link.trouble(), untrusted.trouble(), wrong.trouble()]).toEqual([
      null,
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'WRONGPASS',
    ]);
  } finally {
    for (const each of [link, untrusted, wrong]) each.close();
    await redis.close();
  }
});

test('a cluster', async () => {
  const nodes = await Promise.all(
    [0, 1].map((i) => startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${i}.conf`] })),
  );
  const [a, b] = nodes;
  if (a === undefined || b === undefined) throw new Error('two nodes');
  await a.command('CLUSTER ADDSLOTSRANGE 0 8191');
  await b.command('CLUSTER ADDSLOTSRANGE 8192 16383');
  await a.command(`CLUSTER MEET 127.0.0.1 ${b.port}`);
  for (let i = 0; i < 100 && !(await b.command('CLUSTER INFO')).includes('cluster_state:ok'); i++) await sleep(100);
  const link = connectRedis(`redis+cluster://127.0.0.1:${a.port},127.0.0.1:${b.port}`);
  try {
    await everyPort(link);
    expect([await a.command('DBSIZE'), await b.command('DBSIZE')]).not.toContain(':0\r\n');
  } finally {
    link.close();
    await Promise.all(nodes.map((node) => node.close()));
  }
});

test('sentinels: found, and followed when another master takes over', async () => {
  const first = await startRedis();
  const second = await startRedis({ args: ['--replicaof', '127.0.0.1', String(first.port)] });
  const config = join(directory, 'sentinel.conf');
  const sentinelPort = await freePort();
  writeFileSync(
    config,
    [
      `port ${sentinelPort}`,
      'bind 127.0.0.1',
      `sentinel monitor main 127.0.0.1 ${first.port} 1`,
      'sentinel down-after-milliseconds main 500',
      'sentinel failover-timeout main 2000',
    ].join('\n'),
  );
  const sentinel = await startRedis({ port: sentinelPort, config, args: ['--sentinel'] });
  const link = connectRedis(`redis+sentinel://127.0.0.1:${sentinelPort}/main`);
  try {
    await everyPort(link);
    for (let i = 0; i < 100 && !(await sentinel.command('SENTINEL replicas main')).includes(String(second.port)); i++) {
      await sleep(200);
    }
    await first.kill();
    await sleep(100);
    expect(link.status()).toBe('down');
    expect(await link.whenUp(30_000)).toBe(true);
    const limiter = createRedisLimiter(link);
    expect((await limiter.take({ key: 'after', limit: 1, windowMs: 60_000 })).ok).toBe(true);
    expect(await second.command('LLEN mxscope:limit:after')).toBe(':1\r\n');
  } finally {
    link.close();
    for (const each of [sentinel, second, first]) await each.close();
  }
}, 60_000);
