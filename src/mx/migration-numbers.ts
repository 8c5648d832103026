/**
 * The preference numbers of a move: the new exchanges below the lowest old one, so that senders try them first, and (for a
 * staged move) above the highest old one until the swap. Pure. Where 0–65535 leaves no room the old ones are renumbered.
 */

import type { MxRecord } from './migration-model.ts';

export type Numbers = {
  /** The new exchanges with the numbers they end up with. */
  readonly incoming: readonly MxRecord[];
  /** The old exchanges while the new ones go first; renumbered where there was no room below them. */
  readonly old: readonly MxRecord[];
  readonly renumbered: boolean;
  /** The new exchanges while they still go last, and the old ones beside them. */
  readonly behind: readonly MxRecord[];
  readonly oldFirst: readonly MxRecord[];
  /** Numbers the caller asked for that do not go before the old ones. */
  readonly notBelow: readonly MxRecord[];
};

type Wanted = readonly { readonly host: string; readonly preference?: number }[];

const STEP = 10;
const HIGHEST = 65_535;

export function placeNew(old: readonly MxRecord[], wanted: Wanted): Numbers {
  const lowest = old.length === 0 ? null : Math.min(...old.map((record) => record.preference));
  const given = wanted.flatMap(({ preference }) => (preference === undefined ? [] : [preference]));
  // Below 0 is nothing: the old ones have to move up, behind every number that was asked for.
  const renumbered = lowest === 0;
  const fallback = lowest === null || lowest === 0 ? STEP : defaultBelow(lowest);
  const incoming = dedupe(wanted).map(({ host, preference }) => ({
    preference: preference ?? fallback,
    exchange: host,
  }));
  const floor = Math.max(...incoming.map((record) => record.preference));
  const kept = renumbered ? ranked(old, floor) : [...old];
  const first = Math.min(...kept.map((record) => record.preference));
  const notBelow = given.length === 0 ? [] : incoming.filter((record) => kept.length > 0 && record.preference >= first);
  return { incoming, old: kept, renumbered, notBelow, ...behindOf(old, incoming) };
}

/** 30 gives 20; 10 gives 5; 1 gives 0: far enough to leave gaps on both sides where there are any. */
const defaultBelow = (lowest: number): number => (lowest > STEP ? lowest - STEP : Math.floor(lowest / 2));

function behindOf(old: readonly MxRecord[], incoming: readonly MxRecord[]): Pick<Numbers, 'behind' | 'oldFirst'> {
  if (old.length === 0) return { behind: incoming, oldFirst: [] };
  const highest = Math.max(...old.map((record) => record.preference));
  const behind = ranked(incoming, highest);
  if (behind.every((record) => record.preference > highest)) return { behind, oldFirst: old };
  const oldFirst = ranked(old, 0);
  return { behind: ranked(incoming, Math.max(...oldFirst.map((record) => record.preference))), oldFirst };
}

/** The same order with numbers above `floor`: in steps of ten, or of one near the top, never past 65535. */
function ranked(records: readonly MxRecord[], floor: number): MxRecord[] {
  const levels = [...new Set(records.map((record) => record.preference))].sort((a, b) => a - b);
  const step = floor + levels.length * STEP <= HIGHEST ? STEP : 1;
  return records.map((record) => ({
    ...record,
    preference: Math.min(HIGHEST, floor + (levels.indexOf(record.preference) + 1) * step),
  }));
}

function dedupe(wanted: Wanted): Wanted {
  return wanted.filter(({ host }, index) => wanted.findIndex((other) => other.host === host) === index);
}
