/**
 * Judges how far the move of a domain has come, from what each of the zone's own servers says and from what the service
 * remembers. Pure; the caller brings answers, memory, host states and the clock, and stores the memory that comes back.
 * A server that did not answer proves nothing: nothing is called gone before every server has said so.
 */

import type { Finding } from '../diagnosis/types.ts';
import type { Domain } from '../dns/name.ts';
import type { ZoneAnswer } from '../dns/types.ts';
import { hostFindings, nobodyAnswered, serverFindings } from './migration-findings.ts';
import { type HostState, LONGEST_CACHE_SECONDS, type MxRecord, settleSeconds, zoneLines } from './migration-model.ts';

export type MigrationStage = 'not-started' | 'published' | 'cut-over' | 'retired';

/** What the service remembers of one move (30 days); all times are milliseconds since the epoch. */
export type MoveMemory = {
  /** The new exchange was first seen on every server. */
  readonly publishedSince: number | null;
  /** The new exchange was first seen ahead of the old one on every server. */
  readonly preferredSince: number | null;
  /** The old exchange was first seen gone from every server. */
  readonly goneSince: number | null;
  /** Greatest TTL of a set with the old exchange in it over the last 7 days, and when it was seen. */
  readonly oldTtl: SeenTtl | null;
};

export type SeenTtl = { readonly ttl: number; readonly at: number };

export type CheckInput = {
  readonly domain: Domain;
  readonly oldHost: string;
  readonly newHost: string;
  readonly answers: readonly ZoneAnswer<'MX'>[];
  readonly memory: MoveMemory | null;
  readonly oldState: HostState;
  readonly newState: HostState;
  readonly now: number;
};

export type AuthoritativeRow = {
  readonly server: string;
  readonly serial: number | null;
  readonly records: readonly string[];
  readonly error: string | null;
};

export type MigrationVerdict = {
  readonly stage: MigrationStage;
  readonly waitUntil: number | null;
  readonly safeToRetire: boolean;
  readonly authoritative: readonly AuthoritativeRow[];
  readonly consistent: boolean;
  readonly findings: readonly Finding[];
  readonly memory: MoveMemory;
};

/** Never seen the old record: whatever its TTL was, a day covers the usual ones. */
const UNSEEN_SECONDS = 86_400;

/** One view a server: of a server's addresses, the first that answered speaks for it. */
export type ServerView = {
  readonly host: string;
  readonly answer: Extract<ZoneAnswer<'MX'>['result'], { ok: true }> | null;
  readonly error: string | null;
};

export function viewsOf(answers: readonly ZoneAnswer<'MX'>[]): ServerView[] {
  const views = new Map<string, ServerView>();
  for (const { server, result } of answers) {
    const known = views.get(server.host);
    if (known?.answer) continue;
    if (result.ok) views.set(server.host, { host: server.host, answer: result, error: null });
    else if (!known) views.set(server.host, { host: server.host, answer: null, error: result.error });
  }
  return [...views.values()];
}

/** The greatest TTL seen in the last 7 days, this sighting included. */
export function rememberTtl(known: SeenTtl | null, ttl: number, now: number): SeenTtl {
  const fresh = known !== null && now - known.at <= LONGEST_CACHE_SECONDS * 1000;
  return fresh && known.ttl > ttl ? known : { ttl, at: now };
}

export function judgeMigration(input: CheckInput): MigrationVerdict {
  const views = viewsOf(input.answers);
  const seen = views.flatMap(({ answer }) => (answer === null ? [] : [placesOf(input, answer)]));
  const everyServer = seen.length > 0 && seen.length === views.length;
  const memory = remember(input, seen, everyServer);
  const stage = seen.length > 0 ? stageOf(seen, input.newState) : lastStage(memory);
  const retireAt = retirementOf(memory, views);
  const servers = judgeServers(input.domain, input.answers);
  return {
    stage,
    waitUntil: waitUntil(stage, memory, retireAt, input.now),
    safeToRetire: retireAt !== null && input.now >= retireAt,
    authoritative: servers.authoritative,
    consistent: servers.consistent,
    findings: [
      ...(seen.length > 0 ? [] : [nobodyAnswered(servers.authoritative)]),
      ...servers.findings,
      ...hostFindings(input, stage, servers.authoritative),
    ],
    memory,
  };
}

/** What the zone's servers say, side by side; `consistent` when every one answered, and the same. */
export function judgeServers(
  domain: Domain,
  answers: readonly ZoneAnswer<'MX'>[],
): Pick<MigrationVerdict, 'authoritative' | 'consistent' | 'findings'> {
  const views = viewsOf(answers);
  const sets = views.flatMap(({ answer }) => (answer === null ? [] : [setOf(answer.records)]));
  const agree = new Set(sets).size <= 1;
  const authoritative = views.map((view) => rowOf(domain, view));
  return {
    authoritative,
    consistent: agree && sets.length > 0 && sets.length === views.length,
    findings: serverFindings(authoritative, agree),
  };
}

/** Where the two hosts stand in one server's set. */
type Places = { readonly old: number | null; readonly new: number | null; readonly ttl: number };

function placesOf(input: CheckInput, answer: NonNullable<ServerView['answer']>): Places {
  const numberOf = (host: string) => {
    const numbers = answer.records.filter((record) => record.exchange === host).map((record) => record.preference);
    return numbers.length === 0 ? null : Math.min(...numbers);
  };
  // RFC 5321 §5.1: without any MX record the domain's own address serves, at preference 0.
  const implicit = answer.status === 'nodata' && input.oldHost === input.domain;
  return { old: implicit ? 0 : numberOf(input.oldHost), new: numberOf(input.newHost), ttl: answer.ttl };
}

const ahead = (places: Places): boolean => places.new !== null && (places.old === null || places.new < places.old);

/** Where nobody answers, how far the move had come when every server last said so. */
function lastStage({ publishedSince, preferredSince, goneSince }: MoveMemory): MigrationStage {
  if (goneSince !== null) return 'retired';
  if (preferredSince !== null) return 'cut-over';
  return publishedSince === null ? 'not-started' : 'published';
}

/** The least advanced server counts: a sender may ask that one. */
function stageOf(seen: readonly Places[], newState: HostState): MigrationStage {
  if (seen.some((places) => places.new === null)) return 'not-started';
  if (seen.every((places) => places.old === null)) return 'retired';
  return newState === 'accepting' && seen.every(ahead) ? 'cut-over' : 'published';
}

function remember({ memory, now }: CheckInput, seen: readonly Places[], everyServer: boolean): MoveMemory {
  // A server that is silent this once does not undo what it said before; one that says otherwise does.
  const since = (known: number | null | undefined, holds: (places: Places) => boolean): number | null => {
    if (!seen.every(holds)) return null;
    if (known === null || known === undefined) return everyServer ? now : null;
    // A time to come was noted by a clock that has been set back since: it was now at the latest.
    return Math.min(known, now);
  };
  const ttls = seen.filter((places) => places.old !== null).map((places) => places.ttl);
  const known = memory?.oldTtl ?? null;
  return {
    publishedSince: since(memory?.publishedSince, (places) => places.new !== null),
    preferredSince: since(memory?.preferredSince, ahead),
    goneSince: since(memory?.goneSince, (places) => places.old === null),
    oldTtl: ttls.length === 0 ? known : rememberTtl(known, Math.max(...ttls), now),
  };
}

/** When the last cache has forgotten the old record; null while a server still has it, or has not said. */
function retirementOf(memory: MoveMemory, views: readonly ServerView[]): number | null {
  if (memory.goneSince === null) return null;
  const present = Math.max(0, ...views.flatMap(({ answer }) => (answer === null ? [] : [answer.ttl])));
  const seconds = memory.oldTtl === null ? Math.max(present, UNSEEN_SECONDS) : memory.oldTtl.ttl;
  return memory.goneSince + settleSeconds(seconds) * 1000;
}

function waitUntil(stage: MigrationStage, memory: MoveMemory, retireAt: number | null, now: number): number | null {
  const settled = (since: number | null) =>
    since === null ? null : since + settleSeconds(memory.oldTtl?.ttl ?? UNSEEN_SECONDS) * 1000;
  const moment = {
    'not-started': null,
    published: settled(memory.publishedSince),
    'cut-over': settled(memory.preferredSince),
    retired: retireAt,
  }[stage];
  return moment !== null && moment > now ? moment : null;
}

/** Preferences and hosts, whatever their order: servers that differ in TTL alone agree on the route. */
function setOf(records: readonly MxRecord[]): string {
  return records
    .map((record) => `${record.preference} ${record.exchange}`)
    .sort()
    .join('\n');
}

function rowOf(domain: string, { host, answer, error }: ServerView): AuthoritativeRow {
  if (answer === null) return { server: host, serial: null, records: [], error };
  return { server: host, serial: answer.serial, records: zoneLines(domain, answer.ttl, answer.records), error: null };
}
