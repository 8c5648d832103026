/** What any Cache must do. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Cache } from '../../src/store/ports.ts';

let serial = 0;
const fresh = () => `c${process.pid}-${serial++}`;

export function cacheContract(cache: () => Cache): void {
  test('holds a value for its ttl and not a moment longer', async () => {
    const key = fresh();
    expect(await cache().get(key)).toBeUndefined();
    await cache().set(key, 'value', 150);
    expect((await cache().get(key))?.value).toBe('value');
    await sleep(155);
    expect(await cache().get(key)).toBeUndefined();
  });

  test('the last value written counts, with its own ttl', async () => {
    const key = fresh();
    await cache().set(key, 'first', 60_000);
    await cache().set(key, 'second', 100);
    expect((await cache().get(key))?.value).toBe('second');
    await sleep(105);
    expect(await cache().get(key)).toBeUndefined();
  });

  test('a value kept beyond its freshness is still found', async () => {
    const key = fresh();
    await cache().set(key, 'stale', 60_000, 1);
    await sleep(10);
    expect((await cache().get(key))?.value).toBe('stale');
  });

  test('says how long a value is current: less and less, and then no more', async () => {
    const key = fresh();
    await cache().set(key, 'value', 60_000, 5_000);
    const first = (await cache().get(key))?.freshMs ?? 0;
    await sleep(20);
    const second = (await cache().get(key))?.freshMs ?? 0;
    expect(first).toBeLessThanOrEqual(5_000);
    expect(second).toBeLessThan(first);
    expect(second).toBeGreaterThan(0);
    await cache().set(key, 'stale', 60_000, 1);
    await sleep(10);
    expect((await cache().get(key))?.freshMs).toBeLessThanOrEqual(0);
  });

  test('a deleted key is gone, deleting nothing is fine', async () => {
    const key = fresh();
    await cache().set(key, 'value', 60_000);
    await cache().delete(key);
    await cache().delete(key);
    expect(await cache().get(key)).toBeUndefined();
  });

  test.each([
    ['nothing', ''],
    ['Thai', '{"unicode":"ไทย.example"}'],
    ['control characters', 'a\r\n\u0000\u001b b'],
    ['what looks like a header', 'm117000000000001700000000000:x'],
    ['100 kB', 'x'.repeat(100_000)],
  ])('gives back %s as it was', async (_what, value) => {
    const key = `${fresh()} ${value.slice(0, 5)}`;
    await cache().set(key, value, 60_000);
    expect((await cache().get(key))?.value).toBe(value);
  });
}
