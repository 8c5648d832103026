/** What any IdempotencyStore must do. The store under test has `aliveMs: ALIVE_MS`. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { IdempotencyStore } from '../../src/store/ports.ts';

export const ALIVE_MS = 200;
const DAY = 86_400_000;

let serial = 0;
const fresh = () => `i${process.pid}-${serial++}`;

export function idempotencyContract(peers: () => readonly [IdempotencyStore, ...IdempotencyStore[]]): void {
  const store = () => peers()[0];

  test('fresh, running, done: the first answer again', async () => {
    const key = fresh();
    expect(await store().look(key, 'f')).toEqual({ state: 'fresh' });
    expect(await store().begin(key, 'f', 'claim-1', DAY)).toEqual({ state: 'fresh' });
    expect(await store().begin(key, 'f', 'claim-2', DAY)).toEqual({ state: 'running', result: null });
    expect(await store().look(key, 'f')).toEqual({ state: 'running', result: null });
    await store().finish(key, 'claim-1', '{"status":"accepted"}', DAY);
    expect(await store().begin(key, 'f', 'claim-3', DAY)).toEqual({ state: 'done', result: '{"status":"accepted"}' });
  });

  test('another body is a conflict, whatever the state', async () => {
    const key = fresh();
    await store().begin(key, 'f', 'claim', DAY);
    expect(await store().begin(key, 'g', 'other', DAY)).toEqual({ state: 'conflict' });
    await store().finish(key, 'claim', 'r', DAY);
    expect(await store().look(key, 'g')).toEqual({ state: 'conflict' });
  });

  test('only the owner finishes or releases', async () => {
    const key = fresh();
    await store().begin(key, 'f', 'claim', DAY);
    await store().finish(key, 'thief', 'stolen', DAY);
    await store().release(key, 'thief');
    expect(await store().look(key, 'f')).toEqual({ state: 'running', result: null });
  });

  test('a released key is fresh again; a finished one is not released', async () => {
    const key = fresh();
    await store().begin(key, 'f', 'claim', DAY);
    await store().release(key, 'claim');
    expect(await store().begin(key, 'g', 'claim-2', DAY)).toEqual({ state: 'fresh' });
    await store().finish(key, 'claim-2', 'r', DAY);
    await store().release(key, 'claim-2');
    expect(await store().look(key, 'g')).toEqual({ state: 'done', result: 'r' });
  });

  test('an answer known so far is stored while running and replaced by the final one, never the other way', async () => {
    const key = fresh();
    await store().begin(key, 'f', 'claim', DAY);
    await store().finish(key, 'claim', 'unknown', DAY, 'running');
    expect(await store().look(key, 'f')).toEqual({ state: 'running', result: 'unknown' });
    await store().finish(key, 'claim', 'accepted', DAY);
    await store().finish(key, 'claim', 'late', DAY, 'running');
    expect(await store().look(key, 'f')).toEqual({ state: 'done', result: 'accepted' });
  });

  test('an owner that falls silent is abandoned; a heartbeat keeps the record running; the owner may still finish', async () => {
    const key = fresh();
    await store().begin(key, 'f', 'claim', DAY);
    for (let beat = 0; beat < 4; beat++) {
      await sleep(ALIVE_MS / 2);
      await store().heartbeat(key, 'claim');
      expect(await store().look(key, 'f')).toEqual({ state: 'running', result: null });
    }
    await sleep(ALIVE_MS + 30);
    expect(await store().begin(key, 'f', 'other', DAY)).toEqual({ state: 'abandoned', result: null });
    await store().heartbeat(key, 'other');
    expect(await store().look(key, 'f')).toEqual({ state: 'abandoned', result: null });
    await store().finish(key, 'claim', 'r', DAY);
    expect(await store().look(key, 'f')).toEqual({ state: 'done', result: 'r' });
  });

  test('a record is forgotten after its ttl', async () => {
    const key = fresh();
    await store().begin(key, 'f', 'claim', 60_000);
    await store().finish(key, 'claim', 'r', 80);
    await sleep(100);
    expect(await store().begin(key, 'g', 'claim-2', DAY)).toEqual({ state: 'fresh' });
  });

  test('20 at once with one key over every instance: one is fresh', async () => {
    const key = fresh();
    const all = peers();
    const states = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (all[i % all.length] ?? all[0]).begin(key, 'f', `claim-${i}`, DAY)),
    );
    expect(states.filter(({ state }) => state === 'fresh')).toHaveLength(1);
    expect(states.filter(({ state }) => state === 'running')).toHaveLength(19);
  });
}
