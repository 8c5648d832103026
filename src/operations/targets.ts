/**
 * Which addresses a probe dials: from a mail route, a host name or an address literal, in delivery order, one address of each
 * family a host (contract §3). Decides and resolves; never dials. A host without an address is a target too: its failure is
 * data.
 */

import type { Config } from '../config.ts';
import type { Domain } from '../dns/name.ts';
import { inOrder } from '../mx/route.ts';
import type { MailRoute } from '../mx/types.ts';
import type { AddressPolicy } from '../net/address-policy.ts';
import { type Outcome, ok, refuse, refuseMember } from '../outcome.ts';
import { DNS_DEADLINE_MS, dnsRefusal, domainOf } from './resolve.ts';
import type { Services } from './types.ts';

export type Target = {
  readonly host: string;
  /** null: the host has no address. */
  readonly ip: string | null;
  /** Without an address: the family asked for, where only that one is known to be missing. */
  readonly family: 4 | 6 | null;
  readonly preference: number | null;
  /** Milliseconds since the epoch after which what was learnt about this target may no longer be answered. */
  readonly expiresAt: number;
};

export const MAX_DIALLED = 20;

/** Every exchange in delivery order, each host once at its lowest number. */
export function targetsOfRoute(route: MailRoute, family: 4 | 6 | undefined): Target[] {
  const seen = new Set<string>();
  const targets: Target[] = [];
  for (const exchange of route.exchanges) {
    if (seen.has(exchange.host)) continue;
    seen.add(exchange.host);
    const of = { host: exchange.host, preference: exchange.preference };
    const mxExpires = route.resolvedAt + exchange.ttl * 1000;
    const usable = exchange.status === 'ok' || exchange.status === 'cname';
    const firsts = ([4, 6] as const)
      .filter((f) => usable && (family === undefined || f === family))
      .flatMap((f) => exchange.addresses.find((address) => address.family === f) ?? []);
    for (const { ip, family: f, ttl } of firsts) {
      targets.push({ ...of, ip, family: f, expiresAt: Math.min(mxExpires, route.resolvedAt + ttl * 1000) });
    }
    if (firsts.length > 0) continue;
    const missing = usable && exchange.addresses.length > 0 ? (family ?? null) : null;
    targets.push({ ...of, ip: null, family: missing, expiresAt: mxExpires });
  }
  return targets;
}

/** A host by name or literal, pinned to `ip` where given. */
export async function targetsOfHost(
  input: { readonly host: string; readonly ip?: string; readonly family?: 4 | 6; readonly fresh?: boolean },
  services: Services,
): Promise<Outcome<Target[]>> {
  const literal = literalOf(input.host, services.policy);
  if (literal) {
    if (input.ip !== undefined) return refuseMember('/ip', 'pins a named host; the host is an address already');
    if (input.family !== undefined && input.family !== literal.family) {
      return refuseMember('/family', 'is not the family of the host’s address');
    }
    return ok([{ host: literal.ip, ...literal, preference: null, expiresAt: Number.POSITIVE_INFINITY }]);
  }
  const name = domainOf(input.host, '/host');
  if (!name.ok) return name;
  if (input.ip !== undefined) {
    const pinned = literalOf(input.ip, services.policy);
    if (!pinned) return refuseMember('/ip', 'must be an IPv4 or IPv6 address');
    if (input.family !== undefined && input.family !== pinned.family) {
      return refuseMember('/family', 'is not the family of the address in ip');
    }
    return ok([{ host: name.value, ...pinned, preference: null, expiresAt: Number.POSITIVE_INFINITY }]);
  }
  return resolveHost(name.value, input.family, input.fresh === true, services);
}

async function resolveHost(
  host: Domain,
  family: 4 | 6 | undefined,
  fresh: boolean,
  services: Services,
): Promise<Outcome<Target[]>> {
  const deadline = performance.now() + DNS_DEADLINE_MS;
  const asked = ([4, 6] as const).filter((f) => family === undefined || f === family);
  const results = await Promise.all(
    asked.map((f) =>
      services.resolver.resolve({ name: host, type: f === 4 ? 'A' : 'AAAA' }, { deadline, fresh, stale: !fresh }),
    ),
  );
  const targets = results.flatMap((result, i): Target[] => {
    const family = asked[i] ?? 4;
    const records = result.ok ? result.answer.records : [];
    const [first] = inOrder(records.map(({ address }) => ({ ip: address, family })));
    if (!result.ok || first === undefined) return [];
    return [{ host, ...first, preference: null, expiresAt: result.answer.expiresAt }];
  });
  if (targets.length > 0) return ok(targets);
  const failed = results.find((result) => !result.ok);
  if (failed && !failed.ok) return { ok: false, refusal: dnsRefusal(failed.failure) };
  return ok([{ host, ip: null, family: family ?? null, preference: null, expiresAt: Number.POSITIVE_INFINITY }]);
}

/** An address as a caller may write it: bare, in brackets, or as SMTP's literal. */
export const literalOf = (text: string, policy: AddressPolicy): ReturnType<AddressPolicy['parse']> =>
  policy.parse(text.replace(/^\[(?:IPv6:)?(.*)\]$/i, '$1'));

export function checkPort(port: number, { smtpPorts }: Config): Outcome<null> {
  if (smtpPorts.includes(port)) return ok(null);
  return refuse('target-forbidden', `port ${port} is not one of SMTP_PORTS (${smtpPorts.join(', ')})`);
}

/** A request whose only host the guard refuses is refused as a whole (contract §3). */
export function onlyForbidden(targets: readonly Target[], services: Services): Outcome<never> | null {
  const hosts = new Set(targets.map((target) => target.host));
  if (hosts.size !== 1) return null;
  const verdicts = targets.map((target) => (target.ip === null ? null : services.policy.judge(target.ip)));
  const refused = verdicts.find((verdict) => verdict !== null && !verdict.allowed);
  if (!refused || verdicts.some((verdict) => verdict === null || verdict.allowed)) return null;
  const ip = targets[0]?.ip ?? '';
  return refuse(
    'target-forbidden',
    `${ip} is not a public address (${refused.reason}); only global unicast addresses and ALLOW_TARGETS are connected to`,
  );
}
