/**
 * What is left of a caller's budgets, as draft-ietf-httpapi-ratelimit-headers writes it: `RateLimit-Policy` names each budget
 * with its quota and window, `RateLimit` what remains and when it is whole again. Target budgets stay unsaid: they belong
 * to the target, not to the caller. Pure.
 */

import type { Usage } from '../operations/types.ts';

export type UsageHeaders = { readonly policy: string; readonly limit: string };

export function usageHeaders(usage: readonly Usage[]): UsageHeaders | undefined {
  const last = usage[usage.length - 1];
  if (usage.length === 1 && last !== undefined && last.scope !== 'target') {
    return { policy: policyOf(last), limit: limitOf(last) };
  }
  const latest = new Map<Usage['scope'], Usage>();
  for (const one of usage) if (one.scope !== 'target') latest.set(one.scope, one);
  if (latest.size === 0) return undefined;
  const all = [...latest.values()];
  return { policy: all.map(policyOf).join(', '), limit: all.map(limitOf).join(', ') };
}

const policyOf = ({ scope, limit, windowSeconds }: Usage) => `"${scope}";q=${limit};w=${windowSeconds}`;
const limitOf = ({ scope, remaining, resetSeconds }: Usage) => `"${scope}";r=${remaining};t=${resetSeconds}`;
