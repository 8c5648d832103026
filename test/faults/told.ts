/** What callers saw while something was broken, as a table: `200`, `504 dns-timeout`, `lost`, `not let in` – and how often. */

import { execFileSync } from 'node:child_process';
import { expect } from 'vitest';
import { type Answered, type Service, until } from '../helpers/service.ts';

/** An answer counts as told only when it is whole JSON, and a refusal only as a problem whose status is its own. */
export function told(answers: readonly Answered[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) {
    const what = tell(answer);
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}

function tell({ status, headers, text }: Answered): string {
  if (status === 0) return text === 'ECONNREFUSED' ? 'not let in' : 'lost';
  const body = JSON.parse(text) as { readonly code?: unknown; readonly status?: unknown };
  if (status < 400) return String(status);
  expect([headers['content-type']?.split(';')[0], body.status]).toEqual(['application/problem+json', status]);
  return `${status} ${body.code}`;
}

export const slowest = (answers: readonly Answered[]): number => Math.max(...answers.map(({ ms }) => ms));

/** How many descriptors a running service may have from now on; those it has stay open. */
export const allowDescriptors = ({ child }: Service, files: number): void => {
  execFileSync('prlimit', [`--pid=${child.pid}`, `--nofile=${files}:`]);
};

/** Sockets that a service opens once and keeps: those to its DNS servers, and the one to Redis. */
export async function warmUp(service: Service, domain: (i: number) => string): Promise<number> {
  await Promise.all(Array.from({ length: 100 }, (_, i) => service.ask(`/v1/domains/${domain(i)}/mx?fresh=true`)));
  const count = () => service.descriptors().sockets;
  let before = count();
  await until('the sockets of the start come to rest', async () => {
    const last = before;
    await new Promise((resolve) => setTimeout(resolve, 100));
    before = count();
    return before === last;
  });
  return before;
}

/** Nothing of a fault stays: the sockets are as many as before it, and the service is well. */
export async function recovered(service: Service, sockets: number): Promise<void> {
  await until(`no more than ${sockets} sockets`, () => service.descriptors().sockets <= sockets);
  expect((await service.ask('/health/ready')).status).toBe(200);
  expect(service.log()).not.toContain('"msg":"fault"');
}
