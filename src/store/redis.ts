/**
 * Every store on one Redis connection: what `services.ts` loads when `REDIS_URL` is set, and only then, since the client and
 * what belongs to it take a tenth of an idle service's memory.
 */

import type { MemoryCache } from './memory-cache.ts';
import type { Cache, Flights, IdempotencyStore, RateLimiter } from './ports.ts';
import { createLayeredCache } from './redis-cache.ts';
import { createRedisFlights } from './redis-flights.ts';
import { createRedisIdempotency } from './redis-idempotency.ts';
import { createRedisLimiter } from './redis-limiter.ts';
import { connectRedis, type RedisLinkOptions } from './redis-link.ts';

export type RedisStores = {
  readonly cache: Cache;
  readonly records: Cache;
  readonly limiter: RateLimiter;
  readonly idempotency: IdempotencyStore;
  readonly flights: Flights;
  /** Those of DNS questions, which last for milliseconds: a dead owner holds nobody up for long. */
  readonly questions: Flights;
  status(): 'up' | 'down';
  close(): void;
};

/** At start Redis gets this long to answer, so that the first calls find it; then the service starts without. */
const START_MS = 1000;
const QUESTION_LEASE_MS = 1000;

export async function openRedis(
  url: string,
  layers: { readonly cache: MemoryCache; readonly records: MemoryCache; readonly inProcess: boolean },
  options: RedisLinkOptions,
): Promise<RedisStores> {
  const link = connectRedis(url, options);
  await link.whenUp(START_MS);
  return {
    cache: createLayeredCache(layers.cache, link, { inProcess: layers.inProcess }),
    records: createLayeredCache(layers.records, link),
    limiter: createRedisLimiter(link),
    idempotency: createRedisIdempotency(link),
    flights: createRedisFlights(link),
    questions: createRedisFlights(link, { leaseMs: QUESTION_LEASE_MS }),
    status: () => link.status(),
    close: () => link.close(),
  };
}
