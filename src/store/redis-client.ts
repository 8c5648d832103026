/**
 * The ioredis client for a target: single server, cluster or behind sentinels. It reconnects for ever, with a pause that
 * grows to two seconds, and never queues a command nor sends one twice: whether to wait is the caller's to decide.
 */

import type { ConnectionOptions } from 'node:tls';
import { Cluster, type CommonRedisOptions, Redis } from 'ioredis';
import type { RedisTarget } from './redis-url.ts';

export type RedisClient = Redis | Cluster;

export function createClient(target: RedisTarget, timeoutMs: number, tls: ConnectionOptions = {}): RedisClient {
  const retry = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 6), 2000) * (0.8 + 0.4 * Math.random());
  const common = {
    enableAutoPipelining: true,
    // Commands fail at once when there is no connection, and those under way fail when it is lost: nothing is sent twice.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2000,
    // A master that became a replica behind the same name is found again by connecting anew.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    // Ends a connection whose server hangs, in the handshake too, where ioredis has no limit of its own.
    socketTimeout: Math.max(1000, 4 * timeoutMs),
  } satisfies CommonRedisOptions;
  const secure = target.tls ? { tls } : {};
  const user = {
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
  };
  const [first] = target.nodes;
  switch (target.kind) {
    case 'cluster':
      return new Cluster([...target.nodes], {
        enableAutoPipelining: true,
        enableOfflineQueue: false,
        clusterRetryStrategy: retry,
        redisOptions: { ...common, ...user, ...secure },
      });
    case 'sentinel':
      return new Redis({
        ...common,
        ...user,
        ...(target.tls ? { tls, sentinelTLS: tls, enableTLSForSentinelMode: true } : {}),
        sentinels: [...target.nodes],
        name: target.master ?? '',
        db: target.db,
        retryStrategy: retry,
        sentinelRetryStrategy: retry,
        sentinelCommandTimeout: 1000,
      });
    case 'single':
      return new Redis({
        ...common,
        ...user,
        ...secure,
        host: first.host,
        port: first.port,
        db: target.db,
        retryStrategy: retry,
      });
  }
}
