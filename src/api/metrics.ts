/**
 * The registry behind `/metrics`. Holds the figures of requests, and of the operations through their `Metrics` port. No label
 * carries a domain, an address or a caller: every one is a member of a closed set. Children are looked up once.
 */

import { Counter, collectDefaultMetrics, Gauge, Histogram, type Metric, Registry } from 'prom-client';
import type { Metrics } from '../operations/metrics.ts';
import { TITLES } from './refusals.ts';
import { durationHistogram, RouteFigures } from './request-figures.ts';

export interface DoorMetrics {
  /** What the operations count with. */
  readonly operations: Metrics;
  /** The figures of a route, the same object for the same pattern. */
  route(pattern: string): RouteFigures;
  /** A figure that is read when somebody scrapes. */
  gauge(name: string, help: string, read: () => number): void;
  /** The exposition text and its media type. */
  text(): Promise<string>;
  readonly contentType: string;
}

const CODES = Object.keys(TITLES);
const STATUSES = ['accepted', 'rejected', 'deferred', 'unreachable', 'dry-run-accepted', 'unknown'];

/** Seconds a mail session takes: from a refusal at once to the longest `maxSeconds`. */
const SESSION_BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45, 120];

export function createMetrics(): DoorMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const routes = new Map<string, RouteFigures>();
  const declined = tally(
    registry,
    'mxscope_problems_total',
    'Requests, and fields of GraphQL, declined, by code',
    ['code'],
    CODES,
  );
  const durations = durationHistogram('mxscope_http_request_duration_seconds', {
    [Symbol.iterator]: () => routes.values(),
  });
  registry.registerMetric(durations as unknown as Metric);
  new Counter({
    name: 'mxscope_http_requests_total',
    help: 'Requests answered, by route pattern, method and class of status',
    labelNames: ['route', 'method', 'status'],
    registers: [registry],
    collect() {
      this.reset();
      for (const route of routes.values()) for (const { labels, series } of route.all()) this.inc(labels, series.count);
    },
  });
  return {
    operations: operationMetrics(registry),
    route(pattern) {
      let figures = routes.get(pattern);
      if (!figures) {
        figures = new RouteFigures(pattern, declined);
        routes.set(pattern, figures);
      }
      return figures;
    },
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function operationMetrics(registry: Registry): Metrics {
  const registers = [registry];
  const mx = tally(registry, 'mxscope_mx_answers_total', 'MX answers, by where they came from', ['state', 'layer']);
  const rrsets = tally(
    registry,
    'mxscope_dns_rrsets_total',
    'RRsets asked of the cache, by where they came from',
    ['source'],
    ['memory', 'redis', 'miss', 'stale'],
  );
  const failures = tally(
    registry,
    'mxscope_dns_failures_total',
    'Questions that no DNS server answered, by kind',
    ['kind'],
    ['failure', 'bogus', 'timeout'],
  );
  const sends = tally(registry, 'mxscope_test_sends_total', 'Test sends that ended, by status', ['status'], STATUSES);
  const limited = tally(
    registry,
    'mxscope_rate_limited_total',
    'Calls refused for want of tokens, by budget',
    ['scope'],
    ['lookup', 'client', 'target', 'send'],
  );
  const sessions = new Histogram({
    name: 'mxscope_smtp_session_duration_seconds',
    help: 'SMTP sessions dialled, by outcome',
    labelNames: ['outcome'],
    buckets: SESSION_BOUNDS,
    registers,
  });
  return {
    mxAnswer: (state, layer) => mx(state, layer ?? 'none'),
    rrset: (source) => rrsets(source),
    dnsFailure: (kind) => failures(kind),
    session: (outcome, seconds) => sessions.observe({ outcome }, seconds),
    send: (status) => sends(status),
    limited: (scope) => limited(scope),
  };
}

/**
 * A counter whose additions are one step in a Map; its values are strings of closed sets, given in the order of `labels`.
 * Those `known` are shown at 0 from the start: Prometheus sees no increase in a series that begins at 1, so an alert on the
 * first of something would stay silent.
 */
function tally(
  registry: Registry,
  name: string,
  help: string,
  labels: readonly [string, string?],
  known: readonly string[] = [],
) {
  const counts = new Map<string, { readonly values: readonly (string | undefined)[]; count: number }>();
  for (const value of known) counts.set(value, { values: [value], count: 0 });
  new Counter({
    name,
    help,
    labelNames: labels.filter((label) => label !== undefined),
    registers: [registry],
    collect() {
      this.reset();
      for (const { values, count } of counts.values()) {
        this.inc(Object.fromEntries(labels.map((label, index) => [label ?? '', values[index] ?? ''])), count);
      }
    },
  });
  return (first: string, second?: string) => {
    const key = second === undefined ? first : `${first} ${second}`;
    const kept = counts.get(key);
    if (kept) kept.count++;
    else counts.set(key, { values: [first, second], count: 1 });
  };
}
