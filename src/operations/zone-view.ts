/** A domain's MX set as its own name servers publish it: at most eight of them, asked under the address guard. */

import type { Domain } from '../dns/name.ts';
import type { ZoneAnswer } from '../dns/types.ts';
import { type Outcome, ok, type Refusal } from '../outcome.ts';
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

type Failed = Exclude<ZoneAnswer<'MX'>['result'], { ok: true }>['error'];

const SAID: Readonly<Record<Failed, string>> = {
  timeout: 'gave no answer in time',
  unreachable: 'could not be reached',
  refused: 'said REFUSED',
  failure: 'gave no usable answer',
  lame: 'does not serve the zone',
  forbidden: 'has an address that may not be connected to',
};

/** Of a zone none of whose servers answered nothing is known; told as any other failure of DNS (contract §2). */
export function unansweredRefusal({ answers }: ZoneView): Refusal {
  const failed = answers.flatMap(({ server, result }) => (result.ok ? [] : [{ host: server.host, why: result.error }]));
  const every = (...whys: Failed[]) => failed.every(({ why }) => whys.includes(why));
  const code = every('forbidden')
    ? 'target-forbidden'
    : failed.some(({ why }) => why === 'timeout') || every('unreachable', 'forbidden')
      ? 'dns-timeout'
      : 'dns-failure';
  return { code, detail: failed.map(({ host, why }) => `${host} ${SAID[why]}`).join('; ') };
}

/** TTL of the set in an answer, or of the news that there is none (RFC 2308). */
export const ttlOf = (answer: Usable): number => (answer.status === 'answer' ? answer.ttl : (answer.negativeTtl ?? 0));
