/**
 * What can go wrong with a planned move, as findings with the records and numbers they rest on. Pure. Holds no words: the
 * texts stand in src/texts/migration.ts under the same codes. Returns an empty list when nothing was seen.
 */

import type { Finding } from '../diagnosis/types.ts';
import { migrationFinding, sightingOf } from './migration-findings.ts';
import {
  type HostFacts,
  iso,
  LONGEST_CACHE_SECONDS,
  type MxRecord,
  type PlanInput,
  zoneLines,
} from './migration-model.ts';
import type { Numbers } from './migration-numbers.ts';

export type Drafted = {
  readonly old: readonly MxRecord[];
  readonly oldTtl: number;
  readonly zoneTtl: number;
  readonly numbers: Numbers;
  readonly earliestCutover: number;
};

/** BIND's default cap on a remembered "no such name"; used where the zone did not say how long. */
const NEGATIVE_CAP_SECONDS = 10_800;

export function warningsOf(input: PlanInput, draft: Drafted): Finding[] {
  return [
    ...timing(input, draft),
    ...numbering(input, draft),
    ...input.newHosts.flatMap((host) => newHost(host, input.strategy)),
    ...addressTtls(input, draft),
    ...habits(input, draft),
  ];
}

const lineOf = (input: PlanInput, ttl: number, records: readonly MxRecord[]) => zoneLines(input.domain, ttl, records);

function timing(input: PlanInput, { oldTtl, earliestCutover }: Drafted): Finding[] {
  const { current } = input;
  const found: Finding[] = [];
  const shown = evidenceOf(input);
  if (input.cutoverAt !== null && input.cutoverAt < earliestCutover) {
    const params = { requested: iso(input.cutoverAt), earliest: iso(earliestCutover), ttl: oldTtl };
    found.push(migrationFinding('cutover-too-soon', 'warning', 'certain', params, shown));
  }
  if (current.seenTtl !== null && current.seenTtl > current.ttl) {
    const params = { ttl: current.ttl, seenTtl: current.seenTtl };
    found.push(migrationFinding('ttl-was-greater', 'info', 'certain', params, shown));
  }
  if (oldTtl > LONGEST_CACHE_SECONDS) {
    found.push(migrationFinding('ttl-over-cap', 'info', 'likely', { ttl: oldTtl }, shown));
  }
  return found;
}

function evidenceOf(input: PlanInput): string[] {
  const { current, domain } = input;
  if (current.implicit || current.records.length === 0) return [`${domain}. ${current.ttl} IN MX: no record`];
  return lineOf(input, current.ttl, current.records);
}

function numbering(input: PlanInput, { old, numbers, zoneTtl }: Drafted): Finding[] {
  const found: Finding[] = [];
  const shown = evidenceOf(input);
  if (input.current.implicit) {
    found.push(migrationFinding('implicit-written-out', 'warning', 'certain', { host: input.domain }, shown));
  } else if (numbers.renumbered) {
    found.push(migrationFinding('renumbered', 'warning', 'certain', { highest: greatest(numbers.old) }, shown));
  }
  if (input.current.records.some((record) => record.exchange === '')) {
    found.push(migrationFinding('null-mx-ends', 'warning', 'certain', { domain: input.domain }, shown));
  } else if (old.length === 0) {
    found.push(migrationFinding('no-old-exchange', 'warning', 'certain', { domain: input.domain }, shown));
  }
  const lowest = Math.min(...numbers.old.map((record) => record.preference));
  for (const record of numbers.notBelow) {
    const params = { host: record.exchange, preference: record.preference, lowest };
    const evidence = lineOf(input, zoneTtl, [record, ...numbers.old]);
    found.push(migrationFinding('preference-not-below', 'warning', 'certain', params, evidence));
  }
  return found;
}

const greatest = (records: readonly MxRecord[]): number => Math.max(...records.map((record) => record.preference));

/** One finding a host at most: which of its states is a pitfall depends on whether it should be live by now. */
function newHost(facts: HostFacts, strategy: PlanInput['strategy']): Finding[] {
  const { host } = facts;
  if (facts.resolves === false) {
    const negativeTtl = facts.negativeTtl ?? NEGATIVE_CAP_SECONDS;
    const evidence = [`${host}: no address; absence remembered ${negativeTtl} s`];
    return [migrationFinding('new-unresolved', 'warning', 'certain', { host, negativeTtl }, evidence)];
  }
  const evidence = [sightingOf(host, facts.state)];
  if (strategy === 'staged') {
    if (facts.state === 'accepting' || facts.state === 'unknown') return [];
    return [migrationFinding('new-not-live', 'warning', 'likely', { host }, evidence)];
  }
  if (facts.state === 'silent') return [migrationFinding('new-silent', 'warning', 'likely', { host }, evidence)];
  if (facts.state === 'accepting' || facts.state === 'rejecting') {
    return [migrationFinding('new-answering', 'warning', 'certain', { host }, evidence)];
  }
  return [];
}

/** The MX TTL governs which host is asked; where a host itself moves, the TTL of its addresses does. */
function addressTtls(input: PlanInput, { oldTtl }: Drafted): Finding[] {
  return [...input.newHosts, ...input.oldHosts].flatMap(({ host, addressTtl }) => {
    if (addressTtl === null || (addressTtl <= oldTtl && addressTtl <= 86_400)) return [];
    const evidence = [`${host}: address TTL ${addressTtl} s`, ...evidenceOf(input)];
    return [migrationFinding('address-ttl', 'info', 'certain', { host, ttl: addressTtl, mxTtl: oldTtl }, evidence)];
  });
}

/** What no measurement can rule out: senders that try one host only, and spam that picks the weaker filter. */
function habits(input: PlanInput, { numbers, zoneTtl }: Drafted): Finding[] {
  if (numbers.old.length === 0) return [];
  const both = lineOf(input, zoneTtl, [...numbers.incoming, ...numbers.old]);
  const first = numbers.incoming[0]?.exchange ?? input.domain;
  const filtering = migrationFinding('equal-filtering', 'info', 'possible', {}, both);
  if (input.strategy === 'staged') return [filtering];
  return [migrationFinding('single-address-senders', 'info', 'possible', { host: first }, both), filtering];
}
