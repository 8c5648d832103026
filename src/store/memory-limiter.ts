/**
 * The exact sliding window in this process: at most `limit` takes in any half-open window of `windowMs`. A take drops what
 * has left the window and looks at how many remain, so it costs O(1) over its life. Never does I/O, holds no timer and never
 * fails; a key is forgotten when idle for its window, and beyond `maxKeys` of one window the one idle longest goes.
 */

import type { Clock } from './memory-cache.ts';
import type { Budget, RateLimiter, Take } from './ports.ts';

export type Room = { readonly remaining: number; readonly resetMs: number };

/** The same answers without a promise. */
export interface MemoryLimiter extends RateLimiter {
  takeSync(budget: Budget): Take;
  giveBackSync(budget: Budget): void;
  peekSync(budget: Budget): Room;
  readonly keys: number;
}

export type MemoryLimiterOptions = { readonly maxKeys?: number; readonly clock?: Clock };

/** Idle keys forgotten by one take: more than one, so that they go faster than they come. */
const FORGET_STEP = 2;

/** Times of takes, oldest first, in a ring that grows as they come: most keys never see their whole budget. */
class Takes {
  #times = new Float64Array(4);
  #head = 0;
  length = 0;

  oldest(): number {
    return this.#times[this.#head] ?? 0;
  }

  newest(): number {
    return this.#times[(this.#head + this.length - 1) % this.#times.length] ?? 0;
  }

  push(time: number): void {
    if (this.length === this.#times.length) this.#grow();
    this.#times[(this.#head + this.length) % this.#times.length] = time;
    this.length++;
  }

  pop(): void {
    if (this.length > 0) this.length--;
  }

  dropUntil(time: number): void {
    while (this.length > 0 && this.oldest() <= time) {
      this.#head = (this.#head + 1) % this.#times.length;
      this.length--;
    }
  }

  #grow(): void {
    const grown = new Float64Array(this.#times.length * 2);
    grown.set(this.#times.subarray(this.#head));
    grown.set(this.#times.subarray(0, this.#head), this.#times.length - this.#head);
    this.#times = grown;
    this.#head = 0;
  }
}

export function createMemoryLimiter({
  maxKeys = 100_000,
  clock = () => performance.now(),
}: MemoryLimiterOptions = {}): MemoryLimiter {
  /** By window, because then the key that took longest ago stands first and is the first to be idle. */
  const windows = new Map<number, Map<string, Takes>>();

  const live = ({ key, windowMs }: Budget, now: number): Takes | undefined => {
    const takes = windows.get(windowMs)?.get(key);
    takes?.dropUntil(now - windowMs);
    return takes;
  };

  const room = ({ limit, windowMs }: Budget, takes: Takes | undefined, now: number): Room =>
    takes === undefined || takes.length === 0
      ? { remaining: limit, resetMs: 0 }
      : { remaining: Math.max(0, limit - takes.length), resetMs: takes.oldest() + windowMs - now };

  const forget = (keys: Map<string, Takes>, idleSince: number) => {
    let step = 0;
    for (const [key, takes] of keys) {
      const idle = takes.length === 0 || takes.newest() <= idleSince;
      if (!(idle && step++ < FORGET_STEP) && keys.size < maxKeys) return;
      keys.delete(key);
    }
  };

  const takeSync = (budget: Budget): Take => {
    const now = clock();
    const { key, limit, windowMs } = budget;
    const before = live(budget, now);
    if ((before?.length ?? 0) >= limit) {
      return { ok: false, remaining: 0, retryAfterMs: before ? room(budget, before, now).resetMs : windowMs };
    }
    const keys = windows.get(windowMs) ?? new Map<string, Takes>();
    windows.set(windowMs, keys);
    keys.delete(key);
    forget(keys, now - windowMs);
    const takes = before ?? new Takes();
    takes.push(now);
    keys.set(key, takes);
    return { ok: true, ...room(budget, takes, now) };
  };

  const giveBackSync = (budget: Budget) => {
    const takes = live(budget, clock());
    takes?.pop();
    if (takes?.length === 0) windows.get(budget.windowMs)?.delete(budget.key);
  };

  const peekSync = (budget: Budget): Room => {
    const now = clock();
    return room(budget, live(budget, now), now);
  };

  return {
    takeSync,
    giveBackSync,
    peekSync,
    take: (budget) => Promise.resolve(takeSync(budget)),
    giveBack: (budget) => Promise.resolve(giveBackSync(budget)),
    peek: (budget) => Promise.resolve(peekSync(budget)),
    get keys() {
      return [...windows.values()].reduce((sum, keys) => sum + keys.size, 0);
    },
  };
}
