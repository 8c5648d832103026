/** Probes and sends found again by id: as they were, whatever another version or a stranger wrote beside them (contract §7). */

import { expect, test } from 'vitest';
import { operations } from '../../src/operations/index.ts';
import { codes, startWorld } from './world.ts';

const { probe, findProbe, testSend, findTestSend } = operations;
const world = await startWorld('127.71');
const one = await world.mail('1.1');
const service = await world.service({ SEND_FROM: 'desk@ours.example', SEND_ALLOWED_RECIPIENTS: '@dom.test' });
const { records } = service.services;
world.publish({
  'dom.test': { MX: { ttl: 300, data: [{ preference: 10, exchange: 'm1.test' }] } },
  'm1.test': { A: { ttl: 300, data: [{ address: one.host }] } },
});

/** A finding that only a later version of the service has words for. */
const LATER = { code: 'of-tomorrow', severity: 'info', confidence: 'certain', params: {}, evidence: ['x'] };

type Stored = Record<string, unknown> & { readonly findings: readonly unknown[] };

async function rewrite(key: string, change: (stored: Stored) => unknown): Promise<() => Promise<void>> {
  const before = (await records.get(key))?.value ?? '';
  await records.set(key, JSON.stringify(change(JSON.parse(before))), 60_000);
  return () => records.set(key, before, 60_000);
}

const TAMPERED: readonly ((stored: Stored) => unknown)[] = [
  () => null,
  () => ({}),
  (stored) => ({ ...stored, id: 7 }),
  (stored) => ({ ...stored, findings: 'x' }),
  (stored) => ({ ...stored, hosts: [null], attempts: [null] }),
  (stored) => ({ ...stored, hosts: [{ probe: { host: 'x' }, findings: [] }], attempts: [{ host: 'x', reply: 'x' }] }),
];
async function tampered(key: string, find: () => Promise<{ readonly code: string }>): Promise<void> {
  for (const change of TAMPERED) {
    const restore = await rewrite(key, change);
    expect((await find()).code).toBe('not-found');
    await restore();
  }
}

const withLater = (stored: Stored) => ({ ...stored, findings: [null, LATER, ...stored.findings] });

test('a probe', async () => {
  const first = await service.value(probe, { domain: 'dom.test', port: world.port });
  const key = `probe:${first.id}`;
  await tampered(key, () => service.refusal(findProbe, { id: first.id }));
  await rewrite(key, withLater);
  expect(await service.value(findProbe, { id: first.id })).toEqual(first);
});

test('a send', async () => {
  const body = { to: 'a@dom.test', port: world.port, dryRun: true };
  const first = await service.value(testSend, { body });
  expect(codes(first.findings).length).toBeGreaterThan(0);
  const key = `send:${first.id}`;
  await tampered(key, () => service.refusal(findTestSend, { id: first.id }));
  await rewrite(key, withLater);
  expect(await service.value(findTestSend, { id: first.id })).toEqual(first);
});
