/**
 * Plans the move of a domain from its present exchanges to new ones: which MX set to publish when, so that no message is
 * lost. Pure arithmetic over TTLs; the caller brings what the zone's servers said, what the hosts do, and the clock.
 * Asks nobody, sends nothing. Every input has a plan; what is unwise about it is a warning beside the plan.
 */

import {
  iso,
  type MxRecord,
  OBSERVE_SECONDS,
  type Plan,
  type PlanInput,
  type PlanStage,
  type StageName,
  settleSeconds,
  zoneLines,
} from './migration-model.ts';
import { type Numbers, placeNew } from './migration-numbers.ts';
import { warningsOf } from './migration-warnings.ts';

/** The TTL of a staged move: short enough to turn back, long enough for the zone's servers. */
const LOW_TTL = 300;
/** Where the zone gives no TTL to copy: the usual one. */
const USUAL_TTL = 3600;
/** Room for servers that take over the zone a little late, and for clocks. */
const withMargin = (seconds: number): number => seconds + Math.max(300, Math.ceil(seconds / 10));

export function planMigration(input: PlanInput): Plan {
  const { domain, strategy, current } = input;
  const incoming = new Set(input.newExchanges.map((exchange) => exchange.host));
  // A null MX is no exchange, and may not stand beside one (RFC 7505 §3): publishing the new ones takes its place.
  const old = unique(current.records.filter((record) => record.exchange !== '' && !incoming.has(record.exchange)));
  const oldTtl = Math.max(current.ttl, current.seenTtl ?? 0);
  const numbers = placeNew(old, input.newExchanges);
  const times = timetable(input, oldTtl);
  const zoneTtl = current.implicit || old.length === 0 ? Math.max(current.ttl, USUAL_TTL) : current.ttl;
  const draft = { domain, zoneTtl, oldTtl, present: current.records, numbers, times };
  return {
    domain,
    strategy,
    oldExchanges: old,
    oldTtl,
    newPreference: Math.min(...numbers.incoming.map((record) => record.preference)),
    stages: strategy === 'fallback' ? fallbackStages(draft) : stagedStages(draft),
    warnings: warningsOf(input, { old, oldTtl, numbers, earliestCutover: times.earliestCutover, zoneTtl }),
  };
}

type Times = {
  readonly start: number;
  /** The first moment at which the change that the cut-over builds on is complete. */
  readonly earliestCutover: number;
  readonly publish: number;
  readonly cutover: number;
  readonly retire: number;
  readonly raise: number;
};

type Draft = {
  readonly domain: string;
  readonly zoneTtl: number;
  readonly oldTtl: number;
  readonly present: readonly MxRecord[];
  readonly numbers: Numbers;
  readonly times: Times;
};

const after = (moment: number, seconds: number): number => moment + seconds * 1000;

/**
 * A change is complete when every server has it, plus the TTL it replaces. A moment the caller chose stands when it is not
 * before that; a moment we choose ourselves gets a margin on top.
 */
function timetable(input: PlanInput, oldTtl: number): Times {
  const start = Math.max(input.startAt ?? input.now, input.now);
  const staged = input.strategy === 'staged';
  const low = Math.min(LOW_TTL, oldTtl);
  const publish = staged ? after(start, withMargin(settleSeconds(oldTtl))) : start;
  const wait = staged ? low : settleSeconds(oldTtl);
  const earliestCutover = after(publish, wait);
  const wanted = input.cutoverAt;
  const cutover = wanted !== null && wanted >= earliestCutover ? wanted : after(publish, withMargin(wait));
  const retire = after(cutover, OBSERVE_SECONDS);
  return { start, earliestCutover, publish, cutover, retire, raise: after(retire, withMargin(low)) };
}

function fallbackStages({ domain, zoneTtl, oldTtl, numbers, times }: Draft): PlanStage[] {
  const both = zoneLines(domain, zoneTtl, [...numbers.incoming, ...numbers.old]);
  const only = zoneLines(domain, zoneTtl, numbers.incoming);
  const common = { ttl: oldTtl, settle: settleSeconds(oldTtl), cutover: iso(times.cutover) };
  const stage = (name: StageName, notBefore: number, records: readonly string[], why: string): PlanStage => ({
    name,
    notBefore,
    records,
    why,
    params: common,
  });
  // Without an old exchange there is nothing to fall back to: the new ones must live before they are named.
  const kind = numbers.old.length === 0 ? 'first' : 'fallback';
  // Numbers the caller insists on may leave every new one behind: what is said of the order must not contradict the set.
  const order = numbers.notBelow.length === numbers.incoming.length ? 'behind' : kind;
  return [
    stage('publish', times.publish, both, `${order}-publish`),
    stage('wait', times.publish, both, `${kind}-wait`),
    stage('cut-over', times.cutover, both, `${order}-cut-over`),
    stage('observe', times.cutover, both, `${kind}-observe`),
    stage('retire', times.retire, only, `${kind}-retire`),
  ];
}

function stagedStages({ domain, zoneTtl, oldTtl, present, numbers, times }: Draft): PlanStage[] {
  const low = Math.min(LOW_TTL, oldTtl);
  const lines = (records: readonly MxRecord[], ttl = low) => zoneLines(domain, ttl, records);
  const params = { ttl: oldTtl, settle: settleSeconds(oldTtl), low, high: Math.max(zoneTtl, USUAL_TTL) };
  const stage = (name: StageName, notBefore: number, records: readonly string[]): PlanStage => ({
    name,
    notBefore,
    records,
    why: `staged-${name}`,
    params,
  });
  return [
    stage('lower-ttl', times.start, lines(present)),
    stage('publish', times.publish, lines([...numbers.oldFirst, ...numbers.behind])),
    stage('swap', times.cutover, lines([...numbers.incoming, ...numbers.old])),
    stage('retire', times.retire, lines(numbers.incoming)),
    stage('raise-ttl', times.raise, lines(numbers.incoming, params.high)),
  ];
}

function unique(records: readonly MxRecord[]): MxRecord[] {
  const least = new Map<string, MxRecord>();
  for (const record of [...records].sort((a, b) => a.preference - b.preference)) {
    if (!least.has(record.exchange)) least.set(record.exchange, record);
  }
  return [...least.values()];
}
