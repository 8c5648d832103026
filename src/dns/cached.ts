/**
 * A resolver with a memory: the same type as the one it wraps. Each RRset is kept under its own TTL, exactly as long as
 * that allows; answers that nothing exists are kept like others (RFC 2308). Equal questions asked at once share one, in
 * this process and, where there are flights across instances, over all of them: only an answer is shared there, never a
 * failure. When the network fails, an answer that expired at most a day ago covers it (RFC 8767), but never a bogus one.
 * The cache fails open, so this never fails where the wrapped resolver would not.
 */

import type { Cache, CacheHit, Flights } from '../store/ports.ts';
import { fromStored, type Stored, toStored } from './stored.ts';
import type { DnsAnswer, DnsFailure, DnsResult, Question, RecordType, ResolveOptions, Resolver } from './types.ts';

/** RFC 8767 §4: a TTL above seven days is taken for seven days. */
const MAX_TTL = 7 * 86_400;
/** How long past its end an answer may still cover a failure (contract §2), and how long it is then good for. */
const STALE_WINDOW_MS = 86_400_000;
const STALE_TTL = 30;
/** A question that the network failed to answer rests so long while an old answer covers it (RFC 9520 §3.2). */
const REST_MS = 5_000;
const MAX_RESTING = 10_000;
/** How long another instance is waited for that asks the same: a lost packet has been sent again twice by then. */
const PATIENCE_MS = 3_000;

export type CacheEvent = {
  readonly type: RecordType;
  /** `memory`, `redis`: a hit there. `miss`: the network was asked. `stale`: it failed, and an old answer was served. */
  readonly what: 'memory' | 'redis' | 'miss' | 'stale';
};

export type CachedOptions = {
  readonly observe?: (event: CacheEvent) => void;
  /** A question that the network did not answer. */
  readonly onFailure?: (failure: DnsFailure) => void;
  /** One question at a time over every instance that shares the cache. */
  readonly flights?: Flights;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: () => number;
  /** Milliseconds, never going back; for tests. */
  readonly clock?: () => number;
};

/** One question on its way; `deadline` is the one it was asked with. */
type Flight = { readonly deadline: number; readonly result: Promise<DnsResult> };

export function cached(resolver: Resolver, cache: Cache, options: CachedOptions = {}): Resolver {
  const memory = new CachedResolver(resolver, cache, options);
  return {
    trustedForAd: resolver.trustedForAd,
    resolve: (question, asked) => memory.resolve(question, asked),
  };
}

class CachedResolver {
  readonly #resolver: Resolver;
  readonly #cache: Cache;
  readonly #now: () => number;
  readonly #clock: () => number;
  readonly #observe: (event: CacheEvent) => void;
  readonly #onFailure: (failure: DnsFailure) => void;
  readonly #shared: Flights | undefined;
  readonly #flights = new Map<string, Flight>();
  /** Those of `fresh` questions, which join no flight that may have begun before them. */
  readonly #freshFlights = new Map<string, Flight>();

  /** Until when, by `#clock`, a question whose answer is stale is not asked again. */
  readonly #resting = new Map<string, number>();

  constructor(resolver: Resolver, cache: Cache, options: CachedOptions) {
    this.#resolver = resolver;
    this.#cache = cache;
    this.#now = options.now ?? Date.now;
    this.#clock = options.clock ?? (() => performance.now());
    this.#observe = options.observe ?? (() => {});
    this.#onFailure = options.onFailure ?? (() => {});
    this.#shared = options.flights;
  }

  async resolve<T extends RecordType>(question: Question<T>, options: ResolveOptions): Promise<DnsResult<T>> {
    const key = `rr:${question.type}:${question.name}`;
    if (options.fresh === true) return this.#ask(key, question, options, this.#freshFlights);
    const hit = await this.#cache.get(key);
    const now = this.#now();
    const stored = hit && fromStored(question.type, hit.value, now, hit.freshMs);
    if (hit && stored && stored.expiresAt > now) return this.#hit(question.type, stored, hit.layer);
    const mayBeStale = options.stale !== false && stored !== undefined && stored.expiresAt + STALE_WINDOW_MS > now;
    if (mayBeStale && this.#isResting(key)) return this.#stale(question.type, stored);
    const result = await this.#ask(key, question, options, this.#flights);
    if (result.ok || result.failure.kind === 'bogus' || !mayBeStale) return result;
    if (this.#resting.size >= MAX_RESTING) this.#resting.clear();
    this.#resting.set(key, this.#clock() + REST_MS);
    return this.#stale(question.type, stored);
  }

  #isResting(key: string): boolean {
    const until = this.#resting.get(key);
    return until !== undefined && until > this.#clock();
  }

  #hit<T extends RecordType>(type: T, stored: Stored<T>, layer: CacheHit['layer']): DnsResult<T> {
    this.#observe({ type, what: layer });
    return { ok: true, answer: { ...stored, source: layer } };
  }

  /** RFC 8767 §5: the old answer with a TTL of 30 s. */
  #stale<T extends RecordType>(type: T, stored: Stored<T>): DnsResult<T> {
    this.#observe({ type, what: 'stale' });
    const now = this.#now();
    const expiresAt = now + STALE_TTL * 1_000;
    return { ok: true, answer: { ...stored, ttl: STALE_TTL, resolvedAt: now, expiresAt, source: 'stale' } };
  }

  async #ask<T extends RecordType>(
    key: string,
    question: Question<T>,
    options: ResolveOptions,
    flights: Map<string, Flight>,
  ): Promise<DnsResult<T>> {
    const under = this.#freshFlights.get(key) ?? flights.get(key);
    if (under === undefined) return this.#launch(key, question, options, flights);
    // The key holds the type, so the flight's answer is of this type.
    const result = (await within(under, options)) as DnsResult<T> | undefined;
    if (result === undefined) return GAVE_UP;
    // It was asked by someone with less time: whoever has more asks again.
    const shortOfTime = !result.ok && result.failure.kind === 'timeout' && under.deadline < options.deadline - 50;
    return shortOfTime ? this.#ask(key, question, options, flights) : result;
  }

  #launch<T extends RecordType>(
    key: string,
    question: Question<T>,
    options: ResolveOptions,
    flights: Map<string, Flight>,
  ): Promise<DnsResult<T>> {
    // Shared, so one caller who hangs up does not stop it: no signal.
    const asked =
      flights === this.#freshFlights
        ? this.#fromNetwork(key, question, options.deadline)
        : this.#onceOverAll(key, question, options.deadline);
    const result = asked.finally(() => {
      if (flights.get(key)?.result === result) flights.delete(key);
    });
    const flight = { deadline: options.deadline, result };
    flights.set(key, flight);
    return within(flight, options).then((settled) => (settled as DnsResult<T> | undefined) ?? GAVE_UP);
  }

  /** Where another instance asks already, its answer; who waits in vain has half of the time left to ask on its own. */
  #onceOverAll<T extends RecordType>(key: string, question: Question<T>, deadline: number): Promise<DnsResult<T>> {
    const ask = (): Promise<DnsResult<T>> => this.#fromNetwork(key, question, deadline);
    if (this.#shared === undefined) return ask();
    const answered = async (): Promise<DnsResult<T> | undefined> => {
      const hit = await this.#cache.get(key);
      const now = this.#now();
      const stored = hit && fromStored(question.type, hit.value, now, hit.freshMs);
      return hit && stored && stored.expiresAt > now ? this.#hit(question.type, stored, hit.layer) : undefined;
    };
    const now = performance.now();
    return this.#shared.run(key, ask, answered, now + Math.min(PATIENCE_MS, (deadline - now) / 2));
  }

  async #fromNetwork<T extends RecordType>(
    key: string,
    question: Question<T>,
    deadline: number,
  ): Promise<DnsResult<T>> {
    this.#observe({ type: question.type, what: 'miss' });
    const result = await this.#resolver.resolve(question, { deadline });
    if (!result.ok) {
      this.#onFailure(result.failure);
      return result;
    }
    this.#resting.delete(key);
    if (result.answer.ttl <= 0) {
      // What was kept before is older than what is known now.
      void this.#cache.delete(key);
      return result;
    }
    const answer = capped(result.answer);
    // Not awaited: a slow store must not hold the answer back.
    const freshMs = answer.ttl * 1_000;
    void this.#cache.set(key, toStored(question.type, answer), freshMs + STALE_WINDOW_MS, freshMs);
    return { ok: true, answer };
  }
}

function capped<T extends RecordType>(answer: DnsAnswer<T>): DnsAnswer<T> {
  if (answer.ttl <= MAX_TTL) return answer;
  return { ...answer, ttl: MAX_TTL, expiresAt: answer.resolvedAt + MAX_TTL * 1_000 };
}

const GAVE_UP = { ok: false, failure: { kind: 'timeout', detail: 'no answer in time' } } as const;

/** The flight's result, or undefined when the caller's own time is up or the caller gave up first. */
function within({ result, deadline }: Flight, own: ResolveOptions): Promise<DnsResult | undefined> {
  const { signal } = own;
  // A resolver settles by its deadline, so the common case needs no timer.
  if (own.deadline >= deadline && signal === undefined) return result;
  const { promise, resolve, reject } = Promise.withResolvers<DnsResult | undefined>();
  const giveUp = (): void => resolve(undefined);
  const timer = setTimeout(giveUp, Math.max(0, own.deadline - performance.now()));
  signal?.addEventListener('abort', giveUp);
  if (signal?.aborted === true) giveUp();
  result.then(resolve, reject);
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  });
}
