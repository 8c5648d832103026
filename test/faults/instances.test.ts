/** Two processes on one Redis under load: each question is asked upstream once, each target gets its budget once. */

import { afterAll, expect, test } from 'vitest';
import { askForDomains, probeTargets, startInstances } from '../helpers/instances.ts';

const DOMAINS = 200;
const TARGETS = 20;
const world = await startInstances('127.91', { instances: 2, domains: DOMAINS, targets: TARGETS });
afterAll(() => world.close());

test('each question of 200 domains is asked once, though four callers at two instances want it at once', async () => {
  const { statuses, upstream, distinct, twice } = await askForDomains(world, DOMAINS);
  expect([...statuses]).toEqual([[200, 4 * DOMAINS]]);
  expect(twice).toEqual([]);
  expect([upstream, distinct]).toEqual([3 * DOMAINS, 3 * DOMAINS]);
});

test('each of 20 targets is connected to six times a minute, though ten calls at two instances want to', async () => {
  const { statuses, connections } = await probeTargets(world, 10);
  expect(connections).toEqual(Array(TARGETS).fill(6));
  expect(Object.fromEntries(statuses)).toEqual({ 200: 6 * TARGETS, 429: 4 * TARGETS });
});
