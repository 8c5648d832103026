/**
 * The composition root: everything operations may use, built from the settings. The only place that picks memory or Redis.
 * Opens no listening socket. A Redis that is absent at start is no fault: what needs it degrades and heals by itself.
 */

import type { Config } from './config.ts';
import { cached } from './dns/cached.ts';
import { createResolver } from './dns/resolver.ts';
import { systemServers } from './dns/system.ts';
import { createZoneClient } from './dns/zone.ts';
import { createAddressPolicy } from './net/address-policy.ts';
import { createDialer } from './net/dial.ts';
import { createGate } from './operations/gate.ts';
import { createMeter } from './operations/meter.ts';
import type { Metrics } from './operations/metrics.ts';
import { createHotAnswers } from './operations/mx-answer.ts';
import { createNeighbourhood } from './operations/neighbourhood.ts';
import type { Tracer } from './operations/tracer.ts';
import type { Services } from './operations/types.ts';
import { createMemoryCache } from './store/memory-cache.ts';
import { createMemoryFlights } from './store/memory-flights.ts';
import { createMemoryIdempotency } from './store/memory-idempotency.ts';
import { createMemoryLimiter } from './store/memory-limiter.ts';
import type { Cache, Flights, IdempotencyStore, RateLimiter } from './store/ports.ts';
import type { RedisStores } from './store/redis.ts';
import { tracedCommands, tracedResolver, tracedZones } from './telemetry/spans.ts';

export type ServicesOptions = {
  readonly metrics: Metrics;
  /** Where what goes out to the network is to be timed, call by call. */
  readonly tracer?: Tracer | undefined;
  /** Changes of Redis' state, for the log; the reason holds no secret. */
  readonly onRedis?: (status: 'up' | 'down', reason: string) => void;
  /** What the resolvers did with a question that failed, for the log: callers are not told their addresses. */
  readonly onDnsFailure?: (kind: string, servers: string | undefined) => void;
  /** PEM of the key that `DKIM_KEY_FILE` names. */
  readonly dkimKey?: string | null;
  /** Off in a benchmark only: every cached answer then comes from Redis. */
  readonly inProcessCache?: boolean;
  /** Where a zone's own name servers listen; another one than 53 in a test's closed world only. */
  readonly zonePort?: number;
  /** PEM certificates of authorities trusted besides Node's own, for a test's closed world. */
  readonly extraRoots?: readonly string[];
};

/** Of the cache's bytes, what the rendered answers of this second may take, and the records that must outlive it. */
const HOT_SHARE = 0.25;
const RECORDS_SHARE = 0.25;

export async function buildServices(config: Config, options: ServicesOptions): Promise<Services> {
  const { metrics, tracer, onDnsFailure, dkimKey = null, inProcessCache = true } = options;
  const stores = await buildStores(config, options);
  const upstream = createResolver({
    servers: config.dnsServers ?? systemServers(),
    configured: config.dnsServers !== null,
  });
  const resolver = cached(tracer ? tracedResolver(upstream, tracer) : upstream, stores.cache, {
    observe: ({ what }) => metrics.rrset(what),
    onFailure: ({ kind, servers }) => {
      metrics.dnsFailure(kind);
      onDnsFailure?.(kind, servers);
    },
    ...(stores.redis && { flights: stores.redis.questions }),
  });
  const policy = createAddressPolicy({ allow: config.allowTargets });
  const ports = new Set([...config.smtpPorts, ...(config.canary ? [config.canary.port] : [])]);
  const zones = createZoneClient({
    resolver,
    port: options.zonePort ?? 53,
    judge: (ip) => policy.judge(ip).allowed,
  });
  return {
    config,
    resolver,
    zones: tracer ? tracedZones(zones, tracer) : zones,
    cache: stores.cache,
    records: stores.records,
    flights: stores.flights,
    idempotency: stores.idempotency,
    hot: createHotAnswers(inProcessCache ? config.cacheBytes * HOT_SHARE : 0),
    meter: createMeter(stores.limiter, config.rates, metrics),
    gate: createGate(config.maxProbes),
    policy,
    dialer: createDialer({ policy, ports, extraRoots: options.extraRoots ?? [] }),
    neighbourhood: createNeighbourhood(),
    metrics,
    tracer,
    dkim: config.dkim && dkimKey ? { ...config.dkim, privateKey: dkimKey } : null,
    redisStatus: () => stores.redis?.status() ?? 'off',
    now: Date.now,
    close: async () => {
      upstream.close();
      stores.redis?.close();
    },
  };
}

type Stores = {
  readonly cache: Cache;
  readonly records: Cache;
  readonly limiter: RateLimiter;
  readonly idempotency: IdempotencyStore;
  readonly flights: Flights;
  readonly redis: RedisStores | null;
};

async function buildStores(config: Config, { inProcessCache, onRedis, tracer }: ServicesOptions): Promise<Stores> {
  const cache = createMemoryCache({ maxBytes: config.cacheBytes * (1 - HOT_SHARE - RECORDS_SHARE) });
  const records = createMemoryCache({ maxBytes: config.cacheBytes * RECORDS_SHARE });
  if (config.redisUrl !== null) {
    const { openRedis } = await import('./store/redis.ts');
    const layers = { cache, records, inProcess: inProcessCache ?? true };
    const redis = await openRedis(config.redisUrl, layers, {
      ...(onRedis && { onChange: onRedis }),
      ...(tracer && { around: tracedCommands(tracer) }),
    });
    return { ...redis, redis };
  }
  return {
    cache,
    records,
    limiter: createMemoryLimiter(),
    idempotency: createMemoryIdempotency(),
    flights: createMemoryFlights(),
    redis: null,
  };
}
