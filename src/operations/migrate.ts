/**
 * Moving a domain's mail to other exchanges: the plan, and how far the move has come. Asks the zone's own servers and the
 * hosts on port 25; the arithmetic and the judgement are `src/mx/migration*`. Refuses only when DNS gave nothing at all.
 */

import { finding, renderAll } from '../diagnosis/findings.ts';
import { type Domain, parseDomain } from '../dns/name.ts';
import type { ZoneAnswer } from '../dns/types.ts';
import { planMigration as arithmetic } from '../mx/migration.ts';
import { judgeMigration, judgeServers, type MoveMemory } from '../mx/migration-check.ts';
import type { CurrentMx, HostFacts, HostState } from '../mx/migration-model.ts';
import { inOrder } from '../mx/route.ts';
import { type FieldError, type Outcome, ok, refuse, refuseMember } from '../outcome.ts';
import { OURS_CODES } from '../texts/findings.ts';
import { sayWhy } from '../texts/migration.ts';
import { MigrationCheck, MigrationCheckInput, MigrationPlan, MigrationPlanInput } from './contract.ts';
import { optionsOf } from './probe.ts';
import { DNS_DEADLINE_MS, domainOf, lookUp } from './resolve.ts';
import { noteTtl, seenTtl } from './seen-ttl.ts';
import { type Judged, runSessions } from './sessions.ts';
import type { Target } from './targets.ts';
import type { Context, Operation, Services } from './types.ts';
import { askOwnServers, ttlOf, type ZoneView } from './zone-view.ts';

const DAY_MS = 86_400_000;
/** RFC 3339 ends with the year 9999, and the stages of a plan come weeks after the times it is given. */
const LATEST = Date.UTC(9999, 0);
/** The hosts' doors are looked at for this long: a plan does not wait for a slow banner. */
const HOST_SECONDS = 20;

export const planMigration: Operation<MigrationPlanInput, MigrationPlan> = {
  id: 'planMigration',
  scope: 'probe',
  input: MigrationPlanInput,
  output: MigrationPlan,
  async run(input, context, services) {
    const request = checkPlan(input);
    if (!request.ok) return request;
    const { domain, newExchanges, startAt, cutoverAt } = request.value;
    const token = await services.meter.take('client', context);
    if (!token.ok) return token;
    const current = await currentMx(domain, services);
    if (!current.ok) {
      await token.value.giveBack();
      return current;
    }
    const names: readonly string[] = newExchanges.map((exchange) => exchange.host);
    const old = current.value.records.map((record) => record.exchange).filter((host) => host && !names.includes(host));
    const facts = await hostFacts([...new Set([...names, ...old])], context, services);
    if (!facts.ok) {
      await token.value.giveBack();
      return facts;
    }
    const pick = (hosts: readonly string[]) => facts.value.filter((fact) => hosts.includes(fact.host));
    const plan = arithmetic({
      domain,
      strategy: input.strategy ?? 'fallback',
      startAt,
      cutoverAt,
      newExchanges,
      current: current.value,
      newHosts: pick(names),
      oldHosts: pick(old),
      now: services.now(),
    });
    return ok({
      ...plan,
      oldExchanges: plan.oldExchanges.map(({ preference, exchange }) => ({ host: exchange, preference })),
      stages: plan.stages.map((stage) => ({
        name: stage.name,
        notBefore: new Date(stage.notBefore).toISOString(),
        records: [...stage.records],
        why: sayWhy(stage, context.lang),
      })),
      warnings: renderAll(
        [
          ...existence(domain, current.value),
          ...judgeServers(domain, current.value.answers).findings,
          ...plan.warnings,
        ],
        context.lang,
      ) as MigrationPlan['warnings'],
    });
  },
};

export const checkMigration: Operation<MigrationCheckInput, MigrationCheck> = {
  id: 'checkMigration',
  scope: 'probe',
  input: MigrationCheckInput,
  output: MigrationCheck,
  async run(input, context, services) {
    const names = namesOf(input);
    if (!names.ok) return names;
    const { domain, oldHost, newHost } = names.value;
    const token = await services.meter.take('client', context);
    if (!token.ok) return token;
    const view = await askOwnServers(domain, services);
    if (!view.ok) {
      await token.value.giveBack();
      return view;
    }
    await noteSeen(domain, view.value, services);
    const facts = await hostFacts([oldHost, newHost], context, services);
    if (!facts.ok) {
      await token.value.giveBack();
      return facts;
    }
    const stateOf = (host: string) => facts.value.find((fact) => fact.host === host)?.state ?? 'unknown';
    const key = `move:${domain}:${oldHost}:${newHost}`;
    const verdict = judgeMigration({
      domain,
      oldHost,
      newHost,
      answers: view.value.answers,
      memory: await recallMove(key, services),
      oldState: stateOf(oldHost),
      newState: stateOf(newHost),
      now: services.now(),
    });
    await services.records.set(key, JSON.stringify(verdict.memory), 30 * DAY_MS);
    return ok({
      domain,
      stage: verdict.stage,
      waitUntil: verdict.waitUntil === null ? null : new Date(verdict.waitUntil).toISOString(),
      safeToRetire: verdict.safeToRetire,
      authoritative: verdict.authoritative.map((row) => ({ ...row, records: [...row.records] })),
      consistent: verdict.consistent,
      findings: renderAll(verdict.findings, context.lang) as MigrationCheck['findings'],
    });
  },
};

type PlanRequest = {
  readonly domain: Domain;
  readonly newExchanges: readonly { readonly host: Domain; readonly preference?: number }[];
  readonly startAt: number | null;
  readonly cutoverAt: number | null;
};

function checkPlan(input: MigrationPlanInput): Outcome<PlanRequest> {
  const domain = domainOf(input.domain, '/domain');
  if (!domain.ok) return domain;
  const errors: FieldError[] = [];
  const newExchanges: { host: Domain; preference?: number }[] = [];
  for (const [i, { host, preference }] of input.newExchanges.entries()) {
    const pointer = `/newExchanges/${i}/host`;
    const name = domainOf(host, pointer);
    if (!name.ok) return name;
    if (newExchanges.some((one) => one.host === name.value)) errors.push({ pointer, detail: 'is named twice' });
    newExchanges.push(preference === undefined ? { host: name.value } : { host: name.value, preference });
  }
  const time = (text: string | undefined) => (text === undefined ? null : Date.parse(text));
  const startAt = time(input.startAt);
  const cutoverAt = time(input.cutoverAt);
  for (const [member, at] of Object.entries({ startAt, cutoverAt })) {
    if (at !== null && at >= LATEST) errors.push({ pointer: `/${member}`, detail: 'must be before the year 9999' });
  }
  const [first] = errors;
  if (first) return refuse('invalid-request', `${first.pointer} ${first.detail}`, { errors });
  return ok({ domain: domain.value, newExchanges, startAt, cutoverAt });
}

function namesOf(input: MigrationCheckInput): Outcome<{ domain: Domain; oldHost: Domain; newHost: Domain }> {
  const domain = domainOf(input.domain, '/domain');
  if (!domain.ok) return domain;
  const oldHost = domainOf(input.oldHost, '/oldHost');
  if (!oldHost.ok) return oldHost;
  const newHost = domainOf(input.newHost, '/newHost');
  if (!newHost.ok) return newHost;
  if (oldHost.value === newHost.value) return refuseMember('/newHost', 'must be another host than oldHost');
  return ok({ domain: domain.value, oldHost: oldHost.value, newHost: newHost.value });
}

type CurrentView = CurrentMx & { readonly exists: boolean; readonly answers: readonly ZoneAnswer<'MX'>[] };

/** A plan for a name that DNS does not know may be meant for a domain to come; more often the name is mistyped. */
const existence = (domain: Domain, { exists }: CurrentView) =>
  exists ? [] : [finding('mx-nxdomain', { params: { domain }, evidence: [`${domain}. MX: NXDOMAIN`] })];

/** The present set at the zone's own servers; where none of them answers, as resolvers have it. */
async function currentMx(domain: Domain, services: Services): Promise<Outcome<CurrentView>> {
  const seen = await seenTtl(domain, services);
  const view = await askOwnServers(domain, services);
  const [first] = view.ok ? view.value.usable : [];
  if (!view.ok || first === undefined) {
    const route = await lookUp(domain, true, services);
    if (!route.ok) return route;
    const { status, records, exchanges, ttl } = route.value;
    const implicit = status === 'implicit';
    const host = exchanges[0]?.host ?? domain;
    return ok({
      records: implicit ? [{ preference: 0, exchange: host }] : [...records],
      implicit,
      ttl,
      seenTtl: seen,
      exists: status !== 'nxdomain',
      answers: view.ok ? view.value.answers : [],
    });
  }
  await noteSeen(domain, view.value, services);
  const ttl = Math.max(...view.value.usable.map(ttlOf));
  const exists = view.value.usable.some(({ status }) => status !== 'nxdomain');
  const base = { ttl, seenTtl: seen, exists, answers: view.value.answers };
  if (first.status === 'answer') return ok({ ...base, records: unionOf(view.value), implicit: false });
  const implicit = await hasAddress(domain, services);
  return ok({ ...base, records: implicit ? [{ preference: 0, exchange: domain }] : [], implicit });
}

/** Every record that any server has: a sender may meet each of them. */
function unionOf(view: ZoneView) {
  const records = new Map(
    view.usable.flatMap(({ records }) => records).map((record) => [`${record.preference} ${record.exchange}`, record]),
  );
  return [...records.values()];
}

async function noteSeen(domain: Domain, view: ZoneView, services: Services): Promise<void> {
  const ttls = view.usable.filter((answer) => answer.status === 'answer').map((answer) => answer.ttl);
  if (ttls.length > 0) await noteTtl(domain, Math.max(...ttls), services);
}

async function hasAddress(name: Domain, services: Services): Promise<boolean> {
  const found = await addressesOf(name, services);
  return found.addresses.length > 0;
}

async function addressesOf(host: Domain, services: Services) {
  const options = { deadline: performance.now() + DNS_DEADLINE_MS, fresh: true, stale: false };
  const results = await Promise.all([
    services.resolver.resolve({ name: host, type: 'A' }, options),
    services.resolver.resolve({ name: host, type: 'AAAA' }, options),
  ]);
  const answers = results.flatMap((result) => (result.ok ? [result.answer] : []));
  const positive = answers.filter((answer) => answer.status === 'answer');
  const addresses = positive.flatMap((answer) => {
    const listed = answer.records.map(({ address: ip }) => ({ ip, family: ip.includes(':') ? 6 : 4 }) as const);
    const [first] = inOrder(listed);
    return first === undefined ? [] : [{ ...first, expiresAt: answer.expiresAt }];
  });
  return { addresses, positive, negative: answers.filter((a) => a.status !== 'answer'), known: answers.length > 0 };
}

/** What the hosts do. Refused when tokens or places are wanting for every one: no stage may rest on what we did not see. */
async function hostFacts(
  hosts: readonly string[],
  context: Context,
  services: Services,
): Promise<Outcome<readonly HostFacts[]>> {
  const found = await Promise.all(
    hosts.map(async (host) => {
      const name = parseDomain(host);
      return { host, looked: name.ok ? await addressesOf(name.domain, services) : null };
    }),
  );
  const targets = found.flatMap(({ host, looked }): Target[] =>
    (looked?.addresses ?? []).map((address) => ({ ...address, host, preference: null })),
  );
  const options = optionsOf({ port: 25, maxSeconds: HOST_SECONDS }, performance.now());
  const judged = targets.length > 0 ? await runSessions(targets, options, context, services, true) : null;
  if (judged && !judged.ok) return judged;
  const probed = judged?.value.hosts ?? [];
  const facts = found.map(({ host, looked }) => ({
    host,
    resolves: looked === null || !looked.known ? null : looked.addresses.length > 0,
    addressTtl: looked?.positive.length ? Math.max(...looked.positive.map((answer) => answer.ttl)) : null,
    negativeTtl:
      looked?.known && looked.addresses.length === 0 ? Math.max(0, ...looked.negative.map((a) => a.ttl)) : null,
    state: bestState(probed.filter(({ probe }) => probe.host === host).map(stateOf)),
  }));
  return ok(facts);
}

const RANK: readonly HostState[] = ['accepting', 'rejecting', 'silent', 'refusing', 'unknown'];
const bestState = (states: readonly HostState[]): HostState =>
  RANK.find((state) => states.includes(state)) ?? 'unknown';

function stateOf({ probe, findings }: Judged['hosts'][number]): HostState {
  // Our own trouble says nothing of the host (contract §1).
  if (findings.some(({ code }) => OURS_CODES.has(code))) return 'unknown';
  switch (probe.outcome) {
    case 'ok':
    case 'tls-error':
      return 'accepting';
    case 'refused':
      return 'refusing';
    case 'timeout':
      return probe.stage === 'connect' ? 'silent' : 'unknown';
    case 'rejected':
    case 'reset':
    case 'protocol-error':
      return 'rejecting';
    // `unreachable` too: our own routing says so, at once, and another sender's may not.
    default:
      return 'unknown';
  }
}

async function recallMove(key: string, services: Services): Promise<MoveMemory | null> {
  const hit = await services.records.get(key);
  if (!hit) return null;
  try {
    const memory = JSON.parse(hit.value) as MoveMemory;
    const times = [memory.publishedSince, memory.preferredSince, memory.goneSince];
    const whole = times.every((time) => time === null || isMoment(time)) && isSeenTtl(memory.oldTtl);
    return whole ? memory : null;
  } catch {
    return null;
  }
}

const isMoment = (time: unknown): boolean => typeof time === 'number' && time >= 0 && time < LATEST;

const isSeenTtl = (seen: MoveMemory['oldTtl']): boolean =>
  seen === null || (Number.isFinite(seen.ttl) && seen.ttl >= 0 && isMoment(seen.at));
