/** When load is shed: for turns of the event loop that take too long over requests, never for a pause alone. */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Pressure, watchPressure } from '../../src/api/pressure.ts';

const MAX_MS = 200;
let pressure: Pressure;
beforeEach(() => {
  pressure = watchPressure(MAX_MS);
});
afterEach(() => pressure.stop());

/** Nothing else runs meanwhile. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
/** A turn of the loop, timers and all, that comes late. */
async function lateTurn(ms = 2 * MAX_MS): Promise<void> {
  block(ms);
  await sleep(0);
  // All timers that were due have run when this has.
  await new Promise((resolve) => setImmediate(resolve));
}
/** The loop is seen to be on time again. */
const rest = () => expect.poll(() => pressure.overloaded()).toBe(false);

test('a loop at rest takes everything', async () => {
  await sleep(MAX_MS);
  expect([pressure.overloaded(), pressure.overloaded()]).toEqual([false, false]);
});

test('a pause alone sheds nobody, however long', async () => {
  await lateTurn(5 * MAX_MS);
  expect(pressure.overloaded()).toBe(false);
  expect(pressure.delayMs).toBeGreaterThan(MAX_MS);
});

test('a turn that has been at requests for too long takes no more of them; the next one does', async () => {
  const taken: boolean[] = [];
  for (let request = 0; request < 6; request++) {
    taken.push(!pressure.overloaded());
    block(MAX_MS / 2);
  }
  // Twice the bound in a turn that follows one on time.
  expect([taken[0], taken[5]]).toEqual([true, false]);
  await rest();
});

test('two late turns running shed, until one is on time', async () => {
  await lateTurn();
  await lateTurn();
  expect(pressure.overloaded()).toBe(true);
  await rest();
});
