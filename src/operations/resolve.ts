/**
 * Where a domain's mail goes. Answers from the hottest store that still may; resolves otherwise, at the price of one
 * `lookup` token, and stores what it found for exactly as long as its shortest RRset lives. Equal concurrent calls share one
 * resolution. Refuses as dns-failure or dns-timeout only when DNS gave no answer at all.
 */

import { Type } from '@sinclair/typebox';
import { judgeRoute } from '../diagnosis/judge-route.ts';
import { type Domain, parseDomain } from '../dns/name.ts';
import { routeMail } from '../mx/route.ts';
import type { MailRoute } from '../mx/types.ts';
import { type Outcome, ok, type Refusal, refuse } from '../outcome.ts';
import type { Language } from '../texts/text.ts';
import { DomainName, MxAnswer } from './contract.ts';
import { isCurrent, type MxRendered, parse, renderAnswer, serialise, store } from './mx-answer.ts';
import { noteTtl } from './seen-ttl.ts';
import type { Context, Operation, Services } from './types.ts';

/** DNS gives up after 8 s in all (contract §2). */
export const DNS_DEADLINE_MS = 8000;

export type ResolveInput = { readonly domain: string; readonly fresh?: boolean };

export const resolveMx: Operation<ResolveInput, MxRendered> = {
  id: 'resolveMx',
  scope: 'read',
  input: Type.Object({ domain: DomainName, fresh: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
  output: MxAnswer,
  atHand({ domain, fresh }, context, services) {
    if (fresh) return undefined;
    const now = services.now();
    // What is kept is kept under names in their plain form, which is how most are asked for.
    let hot = services.hot.get(domain, context.lang, now);
    if (!hot) {
      const parsed = parseDomain(domain);
      if (!parsed.ok || parsed.domain === domain) return undefined;
      hot = services.hot.get(parsed.domain, context.lang, now);
      if (!hot) return undefined;
    }
    services.metrics.mxAnswer('hit', 'memory');
    services.meter.note('lookup', context);
    return ok(hot);
  },
  async run(input, context, services) {
    const parsed = domainOf(input.domain, '/domain');
    if (!parsed.ok) return parsed;
    const domain = parsed.value;
    if (!input.fresh) {
      const cached = await services.hot.once(domain, context.lang, () => storedAnswer(domain, context.lang, services));
      if (cached) {
        services.metrics.mxAnswer('hit', cached.layer);
        services.meter.note('lookup', context);
        return ok(cached);
      }
    }
    return resolveAnew(domain, input.fresh === true, context, services);
  },
};

async function storedAnswer(domain: Domain, lang: Language, services: Services): Promise<MxRendered | undefined> {
  const hit = await services.cache.get(`mx:${domain}`);
  const stored = hit && parse(hit.value);
  const now = services.now();
  if (!hit || !stored || !isCurrent(stored, now, hit.freshMs)) return undefined;
  return services.hot.put(domain, lang, stored, hit.layer, now);
}

async function resolveAnew(
  domain: Domain,
  fresh: boolean,
  context: Context,
  services: Services,
): Promise<Outcome<MxRendered>> {
  const token = await services.meter.take('lookup', context);
  if (!token.ok) return token;
  const found = await lookUp(domain, fresh, services);
  if (!found.ok) return found;
  const route = found.value;
  const { state, layer } = route.cache;
  if (state === 'hit') await token.value.giveBack();
  services.metrics.mxAnswer(state, layer);
  // What a resolver somewhere may hold for this long, a migration planned next week must wait for. Nobody waits for it here.
  if (state === 'miss' && route.status === 'mx') void noteTtl(domain, route.ttl, services);
  const stored = store(route, judgeRoute(route, services.policy.isPublic));
  const now = services.now();
  if (state !== 'stale' && stored.expiresAt > now) {
    await services.cache.set(`mx:${domain}`, serialise(stored), stored.expiresAt - now);
    services.hot.drop(domain);
  }
  return ok(renderAnswer(stored, context.lang, { now, state, layer, cacheable: !fresh }));
}

/** The route itself, for the operations that go on from it; costs no token. */
export async function lookUp(
  domain: Domain,
  fresh: boolean,
  services: Services,
  stale = !fresh,
): Promise<Outcome<MailRoute>> {
  const deadline = performance.now() + DNS_DEADLINE_MS;
  const found = await routeMail(domain, services.resolver, { deadline, fresh, stale });
  if (found.ok) return ok(found.route);
  return { ok: false, refusal: dnsRefusal(found.failure) };
}

export function dnsRefusal(failure: { kind: 'failure' | 'bogus' | 'timeout'; detail: string }): Refusal {
  return { code: failure.kind === 'timeout' ? 'dns-timeout' : 'dns-failure', detail: failure.detail };
}

export function domainOf(text: string, pointer: string): Outcome<Domain> {
  const parsed = parseDomain(text);
  if (parsed.ok) return ok(parsed.domain);
  return refuse('invalid-domain', parsed.detail, { errors: [{ pointer, detail: parsed.detail }] });
}
