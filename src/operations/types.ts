/**
 * What an operation is, whoever calls it: an input checked by its schema, a caller, the services; an Outcome. Knows no
 * transport. `Services` is what operations may use; only `services.ts` builds it, and only there memory or Redis is picked.
 */

import type { TSchema } from '@sinclair/typebox';
import type { Config } from '../config.ts';
import type { Resolver } from '../dns/types.ts';
import type { ZoneClient } from '../dns/zone.ts';
import type { AddressPolicy } from '../net/address-policy.ts';
import type { Dialer } from '../net/dial.ts';
import type { Outcome } from '../outcome.ts';
import type { Cache, Flights, IdempotencyStore } from '../store/ports.ts';
import type { Language } from '../texts/text.ts';
import type { Gate } from './gate.ts';
import type { Meter } from './meter.ts';
import type { Metrics } from './metrics.ts';
import type { HotAnswers } from './mx-answer.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import type { RequestSpan, Tracer } from './tracer.ts';

export type Scope = 'read' | 'probe' | 'send';

/** Who asks. `name` is the key's name, or `loopback` without keys: the owner of budgets, sends and idempotency keys. */
export type Caller = { readonly name: string; readonly scopes: ReadonlySet<Scope> };

export type Context = {
  readonly caller: Caller;
  readonly lang: Language;
  readonly requestId: string;
  /** Fires when the service must stop; a caller who hangs up does not stop work that is shared. */
  readonly signal: AbortSignal;
  /** Filled by metered operations: what the doors answer as `RateLimit` and `RateLimit-Policy`. */
  readonly usage: Usage[];
  /** The request's, where requests are traced. */
  readonly span?: RequestSpan | undefined;
};

export type Usage = {
  readonly scope: 'lookup' | 'client' | 'target' | 'send';
  readonly limit: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  readonly resetSeconds: number;
};

export type Operation<I, O> = {
  readonly id: string;
  readonly scope: Scope;
  readonly input: TSchema;
  readonly output: TSchema;
  /** The answer that this process has at hand, without I/O and without waiting; undefined: `run`. */
  atHand?(input: I, context: Context, services: Services): Outcome<O> | undefined;
  run(input: I, context: Context, services: Services): Promise<Outcome<O>>;
};

export type Services = {
  readonly config: Config;
  readonly resolver: Resolver;
  readonly zones: ZoneClient;
  /** Answers that may be dropped at any time: RRsets, MX answers, sessions. */
  readonly cache: Cache;
  /** What must outlive memory pressure: answers by id, TTLs seen, records seen gone. */
  readonly records: Cache;
  readonly hot: HotAnswers;
  readonly flights: Flights;
  readonly idempotency: IdempotencyStore;
  readonly meter: Meter;
  readonly gate: Gate;
  readonly policy: AddressPolicy;
  readonly dialer: Dialer;
  readonly neighbourhood: Neighbourhood;
  readonly metrics: Metrics;
  readonly tracer: Tracer | undefined;
  /** Signs test messages, where the settings name a key. */
  readonly dkim: { readonly domain: string; readonly selector: string; readonly privateKey: string } | null;
  readonly redisStatus: () => 'up' | 'down' | 'off';
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly close: () => Promise<void>;
};
