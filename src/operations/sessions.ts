/**
 * Runs the sessions of one call: guard, cache, budgets, places, one connection per address, one flight per equal session;
 * then has everything judged together. Each host ends on its own; the call is refused only when no host could be asked for
 * want of tokens or places, and costs nothing then.
 */

import { diagnoseTogether } from '../diagnosis/together.ts';
import type { Finding } from '../diagnosis/types.ts';
import { type Outcome, ok, type Refusal } from '../outcome.ts';
import { type ProbeTarget, probeHost, undialled } from '../smtp/probe.ts';
import type { HostProbe, ProbeOutcome, Security } from '../smtp/types.ts';
import { doubtful } from './neighbourhood.ts';
import { reviveProbe } from './session-cache.ts';
import { tracedProbe } from './session-spans.ts';
import { MAX_DIALLED, type Target, targetsOfHost } from './targets.ts';
import type { Context, Services } from './types.ts';

export type SessionOptions = {
  readonly port: number;
  readonly security: Security;
  readonly fresh: boolean;
  /** A host's time in all. */
  readonly maxMs: number;
  /** `performance.now()` milliseconds at which the call must have its answer. */
  readonly deadline: number;
};

export type CacheInfo = {
  readonly state: 'hit' | 'miss' | 'stale';
  readonly layer: 'memory' | 'redis' | null;
  readonly ageSeconds: number;
};

export type Judged = {
  readonly hosts: readonly { readonly probe: HostProbe; readonly findings: readonly Finding[] }[];
  readonly findings: readonly Finding[];
  readonly cache: CacheInfo;
};

/** One host's session, where it came from, and the refusal that kept it from being dialled. */
type Run = {
  readonly probe: HostProbe;
  readonly storedAt: number;
  readonly layer: 'memory' | 'redis' | null;
  readonly refusal: Refusal | null;
};

/** The least that a caller may grant a host: who was silent for less, because others had its turn, is not called silent. */
const LEAST_MS = 5_000;
const OK_TTL_MS = 300_000;
const FAILED_TTL_MS = 60_000;

/** `paid`: the call's `client` token was taken by the operation that this one serves. */
export async function runSessions(
  targets: readonly Target[],
  options: SessionOptions,
  context: Context,
  services: Services,
  paid = false,
): Promise<Outcome<Judged>> {
  const dialable = targets.filter(({ ip }) => ip !== null && services.policy.judge(ip).allowed);
  const asked = new Set(dialable.slice(0, MAX_DIALLED));
  const runs: (Run | null)[] = await Promise.all(
    targets.map(async (target) => {
      const settled = asked.has(target) ? null : settledWithoutDialling(target, options, services);
      if (settled) return { probe: settled, storedAt: services.now(), layer: null, refusal: null };
      return options.fresh ? null : cachedSession(target, options, services);
    }),
  );
  if (runs.length > 0 && runs.every((run) => run?.layer)) services.meter.note('client', context);
  else {
    const refused = await runOpen(targets, runs, options, context, services, paid);
    if (refused) return { ok: false, refusal: refused };
  }
  const done = runs.filter((run) => run !== null);
  return ok(await judge(done, options, context, services));
}

/** Takes the call's token and fills `runs` where a target must be dialled; a refusal when it comes to nothing for want of ours. */
async function runOpen(
  targets: readonly Target[],
  runs: (Run | null)[],
  options: SessionOptions,
  context: Context,
  services: Services,
  paid: boolean,
): Promise<Refusal | null> {
  const token = paid ? null : await services.meter.take('client', context);
  if (token && !token.ok) return token.refusal;
  const call = { entered: false };
  await Promise.all(
    targets.map(async (target, i) => {
      runs[i] ??= await session(target, options, context, services, call);
    }),
  );
  const refusals = runs.flatMap((run) => run?.refusal ?? []);
  // Contract §7: a refusal must concern every host; one that is known, broken or forbidden makes it an answer.
  if (refusals.length === 0 || refusals.length < runs.length) return null;
  if (token?.ok) await token.value.giveBack();
  return soonest(refusals);
}

const soonest = (refusals: readonly Refusal[]) =>
  refusals.reduce((a, b) => ((b.retryAfterSeconds ?? 0) < (a.retryAfterSeconds ?? 0) ? b : a));

function settledWithoutDialling(target: Target, options: SessionOptions, services: Services): HostProbe {
  const of = probeTarget(target, options);
  if (target.ip === null) return undialled(of, 'unreachable', 'resolve');
  return undialled(of, services.policy.judge(target.ip).allowed ? 'skipped' : 'forbidden', 'resolve');
}

const probeTarget = (target: Target, options: SessionOptions): ProbeTarget => ({
  host: target.host,
  ip: target.ip,
  family: target.family,
  port: options.port,
  security: options.security,
  preference: target.preference,
});

const sessionKey = (target: Target, options: SessionOptions) =>
  `session:${target.host}|${target.ip}|${options.port}|${options.security}`;

async function cachedSession(
  target: Target,
  options: SessionOptions,
  services: Services,
  after = 0,
): Promise<Run | null> {
  const hit = await services.cache.get(sessionKey(target, options));
  const revived = hit && reviveProbe(hit.value);
  if (!hit || !revived || revived.storedAt <= after || revived.expiresAt <= services.now()) return null;
  const probe = { ...revived.probe, preference: target.preference };
  return { probe, storedAt: revived.storedAt, layer: hit.layer, refusal: null };
}

async function session(
  target: Target,
  options: SessionOptions,
  context: Context,
  services: Services,
  call: { entered: boolean },
): Promise<Run> {
  const key = sessionKey(target, options);
  // Who does not ask for a fresh session takes one that another instance stored since we looked.
  const after = options.fresh ? services.now() : 0;
  const run = await services.flights.run(
    key,
    () => dialSession(target, options, context, services, call),
    async () => (await cachedSession(target, options, services, after)) ?? undefined,
    options.deadline,
  );
  // The session may be shared with a call that knows this host under another number.
  return { ...run, probe: { ...run.probe, preference: target.preference } };
}

async function dialSession(
  target: Target,
  options: SessionOptions,
  context: Context,
  services: Services,
  call: { entered: boolean },
): Promise<Run> {
  const of = probeTarget(target, options);
  const undone = (outcome: ProbeOutcome, refusal: Refusal | null): Run => ({
    probe: undialled(of, outcome, 'resolve'),
    storedAt: services.now(),
    layer: null,
    refusal,
  });
  const ip = target.ip ?? '';
  const budget = () => services.meter.takeTarget(services.policy.canonicalTarget(ip), context);
  const token = await budget();
  if (!token.ok) return undone('rate-limited', token.refusal);
  const place = await enter(services, options, call);
  if (!place.ok) {
    await token.value.giveBack();
    return undone('skipped', place.refusal);
  }
  call.entered = true;
  try {
    return await services.neighbourhood.alone(ip, async () => {
      const started = performance.now();
      // Others had this address for all of the call's time: nothing is known of the host, least of all that it is silent.
      if (started >= options.deadline) {
        await token.value.giveBack();
        return undone('skipped', null);
      }
      const maxMs = Math.min(options.maxMs, options.deadline - started);
      const probe = await tracedProbe(services.tracer, of, () =>
        probeHost(of, services.dialer, {
          ehloName: services.config.ehloName,
          maxMs,
          signal: context.signal,
          anotherSession: async () => (await budget()).ok,
        }),
      );
      services.metrics.session(probe.outcome, (performance.now() - started) / 1000);
      if (probe.outcome === 'timeout' && maxMs < LEAST_MS) return undone('skipped', null);
      services.neighbourhood.remember(probe, services.now());
      await keep(target, options, probe, services);
      return { probe, storedAt: services.now(), layer: null, refusal: null };
    });
  } finally {
    place.value.leave();
  }
}

async function enter(services: Services, options: SessionOptions, call: { entered: boolean }) {
  const place = await services.gate.enter();
  if (place.ok || !call.entered) return place;
  return services.gate.enter(Math.max(0, options.deadline - performance.now()));
}

async function keep(target: Target, options: SessionOptions, probe: HostProbe, services: Services): Promise<void> {
  const now = services.now();
  const ttl = Math.min(probe.outcome === 'ok' ? OK_TTL_MS : FAILED_TTL_MS, target.expiresAt - now);
  if (ttl <= 0) return;
  const stored = JSON.stringify({ storedAt: now, expiresAt: now + ttl, probe });
  await services.cache.set(sessionKey(target, options), stored, ttl);
}

async function judge(
  runs: readonly Run[],
  options: SessionOptions,
  context: Context,
  services: Services,
): Promise<Judged> {
  const probes = runs.map((run) => run.probe);
  const now = services.now();
  const canary = await askCanary(probes, options, context, services);
  const others = services.neighbourhood.unrelatedTo(probes, now);
  const { perHost, together } = diagnoseTogether(probes, { now, canary, others });
  return {
    hosts: runs.map(({ probe }, i) => ({ probe, findings: perHost[i] ?? [] })),
    findings: together,
    cache: cacheInfo(runs, now),
  };
}

/** Our own server is asked only when something may be ours: a mask, or nothing but silence. */
async function askCanary(
  probes: readonly HostProbe[],
  options: SessionOptions,
  context: Context,
  services: Services,
): Promise<HostProbe | null> {
  const { canary } = services.config;
  if (!canary || !doubtful(probes)) return null;
  const found = await targetsOfHost({ host: canary.host }, services);
  const target = found.ok ? found.value[0] : undefined;
  if (!target?.ip || !services.policy.judge(target.ip).allowed) return null;
  const asCanary: SessionOptions = {
    ...options,
    port: canary.port,
    security: canary.port === 465 ? 'implicit' : 'starttls',
    fresh: false,
    maxMs: 10_000,
  };
  const run =
    (await cachedSession(target, asCanary, services)) ??
    (await session(target, asCanary, context, services, { entered: false }));
  // A canary that was kept from answering is no witness.
  return run.refusal || run.probe.outcome === 'skipped' ? null : run.probe;
}

function cacheInfo(runs: readonly Run[], now: number): CacheInfo {
  const cached = runs.filter((run) => run.layer !== null);
  if (runs.length === 0 || cached.length < runs.length) return { state: 'miss', layer: null, ageSeconds: 0 };
  const oldest = Math.min(...cached.map((run) => run.storedAt));
  const layer = cached.some((run) => run.layer === 'redis') ? 'redis' : 'memory';
  return { state: 'hit', layer, ageSeconds: Math.max(0, Math.floor((now - oldest) / 1000)) };
}
