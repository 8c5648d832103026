/**
 * The service with something to show: one of each thing that leaves a trace in the figures has happened to it. It listens on
 * a loopback port as long as it is looked at.
 */

import { expect } from 'vitest';
import { createMetrics } from '../../src/api/metrics.ts';
import { buildApp } from '../../src/app.ts';
import { a, mx, startWorld } from '../operations/world.ts';

export type Observed = { readonly url: string /** Does those things again. */; readonly traffic: () => Promise<void> };

export async function observed<T>(look: (service: Observed) => Promise<T>): Promise<T> {
  const world = await startWorld('127.94');
  world.publish({
    'good.example': mx(3600, [10, 'mail.good.example']),
    'mail.good.example': a(3600, world.address('1.1')),
    'dark.example': mx(3600, [10, 'mail.dark.example']),
    'mail.dark.example': a(3600, world.address('1.2')),
  });
  world.dns.world = { ...world.dns.world, trouble: { 'broken.example': 'SERVFAIL' } };
  await world.mail('1.1');
  const metrics = createMetrics();
  const running = await world.service({}, { metrics: metrics.operations });
  running.dark.add(world.address('1.2'));
  const app = await buildApp(running.services, { metrics });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const status = async (path: string, body?: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const post = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(url + path, post)).status;
  };
  const traffic = async () => {
    expect(await status('/v1/domains/good.example/mx')).toBe(200);
    expect(await status('/v1/domains/good.example/mx')).toBe(200);
    expect(await status('/v1/domains/broken.example/mx')).toBe(502);
    expect(await status('/v1/probes', { domain: 'good.example' })).toBe(200);
    expect(await status('/v1/probes', { domain: 'dark.example' })).toBe(200);
  };
  try {
    await traffic();
    return await look({ url, traffic });
  } finally {
    await app.close();
  }
}
