/**
 * What the link, the layered cache and the limiter cost over a bare ioredis client with the same settings, on one Redis, 50
 * callers at a time. Prints one JSON line a measure: { name, ours, bar, unit }, ratios of calls a second.
 */

import { createMemoryCache } from '../src/store/memory-cache.ts';
import { createLayeredCache } from '../src/store/redis-cache.ts';
import { createClient } from '../src/store/redis-client.ts';
import { createRedisLimiter } from '../src/store/redis-limiter.ts';
import { connectRedis } from '../src/store/redis-link.ts';
import { readRedisUrl } from '../src/store/redis-url.ts';
import { startRedis } from '../test/helpers/redis.ts';

const CALLERS = 50;
const CALLS = 30_000;
const ROUNDS = 5;

const redis = await startRedis();
const bare = createClient(readRedisUrl(redis.url), 250);
await new Promise((resolve) => bare.once('ready', resolve));
const link = connectRedis(redis.url);
await link.whenUp(5000);
const layered = createLayeredCache(createMemoryCache({ maxBytes: 1 << 24 }), link);
const unlayered = createLayeredCache(createMemoryCache({ maxBytes: 1 << 24 }), link, { inProcess: false });
const limiter = createRedisLimiter(link);
await layered.set('k', 'x'.repeat(600), 3_600_000);

async function perSecond(call: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  const caller = async () => {
    for (let i = 0; i < CALLS / CALLERS; i++) await call();
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return CALLS / ((performance.now() - started) / 1000);
}

let serial = 0;
const measures: [string, number, () => Promise<unknown>][] = [
  ['layered cache, in-process layer off', 0.6, () => unlayered.get('k')],
  ['layered cache, copy in process', 1, () => layered.get('k')],
  [
    'limiter, one script a take',
    0.25,
    () => limiter.take({ key: `bench-${serial++ % 5000}`, limit: 60, windowMs: 60_000 }),
  ],
];

// Side by side, the best of several rounds: other processes share the machine.
for (const [name, bar, call] of measures) {
  let [ours, theirs] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    theirs = Math.max(theirs, await perSecond(() => bare.get('mxscope:cache:k')));
    ours = Math.max(ours, await perSecond(call));
  }
  console.log(JSON.stringify({ name, ours: Math.round((ours / theirs) * 100) / 100, bar, unit: 'of bare GETs' }));
}

bare.disconnect();
link.close();
await redis.close();
