/**
 * The greatest TTL this service has seen a domain's MX set with in the last 7 days: what a resolver somewhere may still hold.
 * A memory that is lost or does not parse is no memory.
 */

import { rememberTtl, type SeenTtl } from '../mx/migration-check.ts';
import { LONGEST_CACHE_SECONDS } from '../mx/migration-model.ts';
import type { Services } from './types.ts';

const seenKey = (domain: string) => `seen-ttl:${domain}`;

export async function seenTtl(domain: string, services: Services): Promise<number | null> {
  return (await recall(domain, services))?.ttl ?? null;
}

/** Notes a TTL the set was seen with; the greatest of the last 7 days is kept. */
export async function noteTtl(domain: string, ttl: number, services: Services): Promise<void> {
  const known = await recall(domain, services);
  const next = rememberTtl(known, ttl, services.now());
  if (next === known) return;
  await services.records.set(seenKey(domain), JSON.stringify(next), LONGEST_CACHE_SECONDS * 1000);
}

async function recall(domain: string, services: Services): Promise<SeenTtl | null> {
  const hit = await services.records.get(seenKey(domain));
  if (!hit) return null;
  try {
    const { ttl, at } = JSON.parse(hit.value);
    return Number.isFinite(ttl) && Number.isFinite(at) ? { ttl, at } : null;
  } catch {
    return null;
  }
}
