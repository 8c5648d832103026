/** What any RateLimiter must do, at real time with short windows. `peers` are instances that share one budget. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Budget, RateLimiter } from '../../src/store/ports.ts';

export type LimiterPeers = () => readonly [RateLimiter, ...RateLimiter[]];

let serial = 0;
const budget = (limit: number, windowMs: number): Budget => ({ key: `k${process.pid}-${serial++}`, limit, windowMs });

export function limiterContract(peers: LimiterPeers): void {
  test('passes the budget, then refuses and says exactly when it would pass', async () => {
    const [limiter] = peers();
    const three = budget(3, 400);
    const started = performance.now();
    const remaining = [];
    for (let i = 0; i < 3; i++) {
      const take = await limiter.take(three);
      expect(take.ok).toBe(true);
      remaining.push(take.remaining);
    }
    expect(remaining).toEqual([2, 1, 0]);
    const refused = await limiter.take(three);
    if (refused.ok) throw new Error('a fourth take passed');
    expect(refused.retryAfterMs).toBeGreaterThan(400 - (performance.now() - started) - 5);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(400);
    await sleep(refused.retryAfterMs + 5);
    expect((await limiter.take(three)).ok).toBe(true);
  });

  test('a refused take costs nothing and does not move the window', async () => {
    const [limiter] = peers();
    const one = budget(1, 300);
    await limiter.take(one);
    const until = performance.now() + 200;
    while (performance.now() < until) {
      expect((await limiter.take(one)).ok).toBe(false);
      await sleep(20);
    }
    await sleep(until + 110 - performance.now());
    expect((await limiter.take(one)).ok).toBe(true);
  });

  test('a take given back is free again; giving back nothing adds nothing', async () => {
    const [limiter] = peers();
    const two = budget(2, 60_000);
    await limiter.giveBack(two);
    await limiter.take(two);
    await limiter.take(two);
    await limiter.giveBack(two);
    expect(await limiter.take(two)).toMatchObject({ ok: true, remaining: 0 });
    expect((await limiter.take(two)).ok).toBe(false);
  });

  test('peek tells what is left and takes nothing', async () => {
    const [limiter] = peers();
    const five = budget(5, 60_000);
    expect(await limiter.peek(five)).toEqual({ remaining: 5, resetMs: 0 });
    await limiter.take(five);
    await limiter.take(five);
    const seen = await limiter.peek(five);
    expect(seen.remaining).toBe(3);
    expect(seen.resetMs).toBeGreaterThan(59_000);
    expect(seen.resetMs).toBeLessThanOrEqual(60_000);
    expect((await limiter.peek(five)).remaining).toBe(3);
  });

  test('keys are apart, and so are a budget of nothing and a budget grown later', async () => {
    const [limiter] = peers();
    const [a, b] = [budget(1, 60_000), budget(1, 60_000)];
    expect((await limiter.take(a)).ok).toBe(true);
    expect((await limiter.take(b)).ok).toBe(true);
    expect((await limiter.take({ ...a, limit: 2 })).ok).toBe(true);
    expect((await limiter.take({ ...a, limit: 2 })).ok).toBe(false);
    expect(await limiter.take(budget(0, 500))).toEqual({ ok: false, remaining: 0, retryAfterMs: 500 });
  });

  test('a burst from every instance at once gets the budget once in all', async () => {
    const all = peers();
    const twenty = budget(20, 60_000);
    const takes = await Promise.all(
      Array.from({ length: 200 }, (_, i) => (all[i % all.length] ?? all[0]).take(twenty)),
    );
    expect(takes.filter((take) => take.ok)).toHaveLength(20);
  });
}
