/** More work at once than can be done in time: some is done, the rest is told to come again, and it is over when it is over. */

import { afterAll, expect, test } from 'vitest';
import { type Answered, keepAlive, startService, until } from '../helpers/service.ts';
import { recovered, told } from './told.ts';

/** Costs the service a hundred times what it costs to ask. */
const fields = Array.from(
  { length: 50 },
  (_, i) => `e${i}: explain(text: "550 5.7.${i} rejected") { summary replies { meaning fix } findings { title fix } }`,
);
const costly = { query: `{ ${fields.join(' ')} }` };
const CALLERS = 2400;

const service = await startService({ DNS_SERVERS: '127.0.0.1:9' });
afterAll(() => service.kill());

/** So many answers take as long as the machine needs for them beside its other work; that they come is what counts. */
const SLOW = 60_000;

test('2,400 costly callers at once: 503 before latency explodes, and an operator still sees why', {
  timeout: SLOW,
}, async () => {
  expect(told([await service.ask('/graphql', { body: costly })])).toEqual({ 200: 1 });
  const { sockets } = service.descriptors();
  const agent = keepAlive();
  // Each asks again and again until one of them is turned away, so that a fast machine has its fill too.
  const answers: Answered[] = [];
  const caller = async () => {
    for (let n = 0; n < 30 && !answers.some(({ status }) => status === 503); n++) {
      answers.push(await service.ask('/graphql', { body: costly, agent }));
    }
  };
  const calls = Array.from({ length: CALLERS }, caller);
  const operator = [service.ask('/metrics', { agent }), service.ask('/health/live', { agent })];
  const [metrics, live] = await Promise.all(operator);
  await Promise.all(calls);
  const { 200: served = 0, '503 overloaded': shed = 0, ...others } = told(answers);
  expect(others).toEqual({});
  expect(served).toBeGreaterThan(0);
  expect(shed).toBeGreaterThan(0);
  expect([metrics?.status, live?.status]).toEqual([200, 200]);
  const told503 = answers.filter(({ status }) => status === 503);
  expect(told503.every(({ headers }) => Number(headers['retry-after']) > 0)).toBe(true);

  await until('everything is taken again', async () => {
    const again = await Promise.all(Array.from({ length: 3 }, () => service.ask('/graphql', { body: costly, agent })));
    return again.every(({ status }) => status === 200);
  });
  agent.destroy();
  await recovered(service, sockets);
});
