/**
 * What a move of a domain's mail is made of: records, hosts, plans, and the few rules on TTLs and zone lines that planning,
 * warning and judging share. Pure. Fails at nothing.
 */

import type { Finding } from '../diagnosis/types.ts';
import type { Domain } from '../dns/name.ts';

export type Strategy = 'fallback' | 'staged';

/** An MX record; `exchange` without a trailing dot, '' for the root of a null MX (RFC 7505). */
export type MxRecord = { readonly preference: number; readonly exchange: string };

/**
 * What the SMTP port of a host does. `silent`: packets vanish, a sender waits for its timeout. `refusing`: closed, a sender
 * moves on at once. `accepting`: 220 and EHLO or HELO pass. `rejecting`: talks, and turns senders away. `unknown`: ours to blame.
 */
export type HostState = 'silent' | 'refusing' | 'accepting' | 'rejecting' | 'unknown';

export type HostFacts = {
  readonly host: string;
  /** null when the lookup failed. */
  readonly resolves: boolean | null;
  /** Greatest TTL over its address records; null without any. */
  readonly addressTtl: number | null;
  /** How long the name's absence is remembered (RFC 2308 §5); null when it exists or nobody said. */
  readonly negativeTtl: number | null;
  readonly state: HostState;
};

export type CurrentMx = {
  /** The MX set at the zone's own servers, or the one record that an implicit MX amounts to (RFC 5321 §5.1). */
  readonly records: readonly MxRecord[];
  readonly implicit: boolean;
  /** Greatest over the zone's servers now; with no MX, the TTL of that negative answer. */
  readonly ttl: number;
  /** The greatest seen in the last 7 days, where the service remembers one. */
  readonly seenTtl: number | null;
};

export type PlanInput = {
  readonly domain: Domain;
  readonly strategy: Strategy;
  /** Milliseconds since the epoch, as all times here. */
  readonly startAt: number | null;
  readonly cutoverAt: number | null;
  readonly newExchanges: readonly { readonly host: string; readonly preference?: number }[];
  readonly current: CurrentMx;
  readonly newHosts: readonly HostFacts[];
  readonly oldHosts: readonly HostFacts[];
  readonly now: number;
};

export type StageName = 'publish' | 'wait' | 'cut-over' | 'observe' | 'retire' | 'lower-ttl' | 'swap' | 'raise-ttl';

/** `why` names a text of the catalogue in src/texts/migration.ts; `params` fill it. */
export type PlanStage = {
  readonly name: StageName;
  readonly notBefore: number;
  readonly records: readonly string[];
  readonly why: string;
  readonly params: Readonly<Record<string, string | number>>;
};

export type Plan = {
  readonly domain: Domain;
  readonly strategy: Strategy;
  readonly oldExchanges: readonly MxRecord[];
  readonly oldTtl: number;
  readonly newPreference: number;
  readonly stages: readonly PlanStage[];
  readonly warnings: readonly Finding[];
};

/** No resolver keeps an answer longer: BIND's cap, the longest of those in use. */
export const LONGEST_CACHE_SECONDS = 7 * 86_400;
/** Senders hold a message for up to five days (RFC 5321 §4.5.4.1); after that none is left from before the switch. */
export const OBSERVE_SECONDS = 5 * 86_400;

/** Seconds until every cache has forgotten the set that carried this TTL. */
export const settleSeconds = (ttl: number): number => Math.min(ttl, LONGEST_CACHE_SECONDS);

/** The whole MX set as lines of a zone file, in the order in which senders try it. */
export function zoneLines(domain: string, ttl: number, records: readonly MxRecord[]): string[] {
  return [...records]
    .sort((a, b) => a.preference - b.preference || (a.exchange < b.exchange ? -1 : 1))
    .map((record) => `${domain}. ${ttl} IN MX ${record.preference} ${record.exchange}.`);
}

/** RFC 3339 to the second, for texts. */
export const iso = (moment: number): string => `${new Date(moment).toISOString().slice(0, 19)}Z`;
