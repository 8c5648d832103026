/** What any Flights must do. `peers` are instances that share their work; what is found is stored in a map they share. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Flights } from '../../src/store/ports.ts';

let serial = 0;
const soon = (ms: number) => performance.now() + ms;

/** Work that counts how often it was done, and leaves its result where `ready` finds it. */
function job(takesMs: number) {
  const key = `f${process.pid}-${serial++}`;
  const done: { result?: string; runs: number } = { runs: 0 };
  return {
    key,
    done,
    work: async () => {
      const run = ++done.runs;
      await sleep(takesMs);
      done.result = `run ${run}`;
      return done.result;
    },
    ready: async () => done.result,
  };
}

export function flightsContract(peers: () => readonly [Flights, ...Flights[]]): void {
  test('20 at once over every instance: the work is done once and all have its result', async () => {
    const all = peers();
    const { key, done, work, ready } = job(100);
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (all[i % all.length] ?? all[0]).run(key, work, ready, soon(5000))),
    );
    expect(done.runs).toBe(1);
    expect(new Set(results)).toEqual(new Set(['run 1']));
  });

  test('keys are apart, and a key is free again when its work is done', async () => {
    const [flights] = peers();
    const [a, b] = [job(20), job(20)];
    await Promise.all([
      flights.run(a.key, a.work, a.ready, soon(1000)),
      flights.run(b.key, b.work, b.ready, soon(1000)),
    ]);
    delete a.done.result;
    expect(await flights.run(a.key, a.work, a.ready, soon(1000))).toBe('run 2');
    expect(b.done.runs).toBe(1);
  });

  test('a failure reaches the caller and frees the key', async () => {
    const [flights] = peers();
    const { key, work, ready } = job(10);
    const broken = async () => {
      await sleep(20);
      throw new Error('SERVFAIL');
    };
    const both = await Promise.allSettled([
      flights.run(key, broken, ready, soon(1000)),
      flights.run(key, broken, ready, soon(1000)),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const thrown = () => {
      throw new Error('at once');
    };
    await expect(flights.run(key, thrown, ready, soon(1000))).rejects.toThrow('at once');
    expect(await flights.run(key, work, ready, soon(1000))).toBe('run 1');
  });

  test('a work that takes too long is not waited for beyond the deadline, and the late ones share one more', async () => {
    const all = peers();
    const slow = job(60_000);
    const { key, done, work, ready } = job(20);
    const first = all[0].run(key, () => Promise.race([slow.work(), sleep(1500, 'slow')]), slow.ready, soon(5000));
    await sleep(30);
    const started = performance.now();
    const late = await Promise.all(Array.from({ length: 10 }, () => all[0].run(key, work, ready, soon(150))));
    expect(performance.now() - started).toBeLessThan(1000);
    expect(new Set(late)).toEqual(new Set(['run 1']));
    expect(done.runs).toBe(1);
    expect(await first).toBe('slow');
  });
}
