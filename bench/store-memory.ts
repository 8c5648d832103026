/**
 * What one cached entry costs in process beyond its own characters, at 100,000 entries, and whether the bound holds.
 * Prints one JSON line a measure: { name, ours, bar, unit }. Run with --expose-gc.
 */

import { createMemoryCache } from '../src/store/memory-cache.ts';
import type { Result } from './report.ts';

const ENTRIES = 100_000;
const VALUE_LENGTH = 600;

if (globalThis.gc === undefined) throw new Error('run with node --expose-gc');
const collect = globalThis.gc;

function heap(): number {
  collect();
  collect();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

/** Flat one-byte strings of their own, as JSON.stringify makes them. */
const value = (i: number) => Buffer.from(`${i}:`.padEnd(VALUE_LENGTH, 'x'), 'latin1').toString('latin1');

function fill(maxBytes: number, entries: number) {
  const before = heap();
  const cache = createMemoryCache({ maxBytes });
  for (let i = 0; i < entries; i++) cache.put(`mx:domain-number-${i}.example`, value(i), 3_600_000);
  return { cache, used: heap() - before };
}

const measure = (name: string, ours: number, atMost: number, unit: string): Result => ({
  name,
  ours: Math.round(ours * 1000) / 1000,
  theirs: null,
  unit,
  ratio: null,
  bar: { atMost },
});

export function storeMemory(): Result[] {
  const whole = fill(1 << 30, ENTRIES);
  let payload = 0;
  for (let i = 0; i < ENTRIES; i++) payload += `mx:domain-number-${i}.example`.length + VALUE_LENGTH;
  const results = [
    measure('memory per cached entry beyond its payload', (whole.used - payload) / ENTRIES, 2048, 'bytes'),
    measure('memory used over memory counted', whole.used / whole.cache.bytes, 1.1, 'ratio'),
  ];
  whole.cache.drop('');
  const bound = 32 << 20;
  const bounded = fill(bound, 4 * ENTRIES);
  results.push(measure('memory used over the bound, four times full', bounded.used / bound, 1.1, 'ratio'));
  bounded.cache.drop('');
  return results;
}
