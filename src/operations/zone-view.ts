/** A domain's MX set as its own name servers publish it: at most eight of them, asked under the address guard. */

import type { Domain } from '../dns/name.ts';
import type { ZoneAnswer } from '../dns/types.ts';
import { type Outcome, ok } from '../outcome.ts';
import { DNS_DEADLINE_MS, dnsRefusal } from './resolve.ts';
import type { Services } from './types.ts';

export type ZoneView = { readonly answers: readonly ZoneAnswer<'MX'>[]; readonly usable: readonly Usable[] };
type Usable = Extract<ZoneAnswer<'MX'>['result'], { ok: true }>;

export async function askOwnServers(domain: Domain, services: Services): Promise<Outcome<ZoneView>> {
  const deadline = performance.now() + DNS_DEADLINE_MS;
  const zone = await services.zones.find(domain, { deadline });
  if (!zone.ok) return { ok: false, refusal: dnsRefusal(zone.failure) };
  const answers = await services.zones.ask({ name: domain, type: 'MX' }, zone.servers, { deadline });
  const usable = answers.flatMap(({ result }) => (result.ok ? [result] : []));
  return ok({ answers, usable });
}

/** TTL of the set in an answer, or of the news that there is none (RFC 2308). */
export const ttlOf = (answer: Usable): number => (answer.status === 'answer' ? answer.ttl : (answer.negativeTtl ?? 0));
