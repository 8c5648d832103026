/**
 * The probe as callers know it: a domain's every exchange, or one host. Checks the request, finds the targets, has their
 * sessions run (`sessions.ts`), has them judged, and keeps the answer under its id for an hour. A host that fails is data;
 * a refusal comes only when nothing could be asked at all.
 */

import { randomUUID } from 'node:crypto';
import { Type } from '@sinclair/typebox';
import { isFinding, render, renderAll } from '../diagnosis/findings.ts';
import { judgeRoute } from '../diagnosis/judge-route.ts';
import type { Finding } from '../diagnosis/types.ts';
import type { Domain } from '../dns/name.ts';
import type { MailRoute } from '../mx/types.ts';
import { type Outcome, ok, refuse, refuseMember } from '../outcome.ts';
import { isMaskedBanner } from '../smtp/masks.ts';
import type { HostProbe, Reply, Security } from '../smtp/types.ts';
import type { Language } from '../texts/text.ts';
import { type HostProbe as HostProbeOut, Id, Probe, ProbeInput } from './contract.ts';
import { domainOf, lookUp } from './resolve.ts';
import { isStoredProbe } from './session-cache.ts';
import { type Judged, runSessions, type SessionOptions } from './sessions.ts';
import { checkPort, onlyForbidden, type Target, targetsOfHost, targetsOfRoute } from './targets.ts';
import type { Operation, Services } from './types.ts';
import { faultsOf } from './validate.ts';

const KEPT_MS = 3_600_000;
const DEFAULT_SECONDS = 45;
/**
 * A probe ends within 60 s (contract §5), resolution and waiting for others at the same address included. `maxSeconds` is a
 * host's most and not the call's: were it more, a call that waits for another's session would be late by no fault of its own.
 */
const CALL_SECONDS = 58;

/** A probe in no language, as it is kept. */
export type ProbeRecord = Judged & {
  readonly id: string;
  readonly domain: Domain | null;
  readonly port: number;
  readonly startedAt: string;
  readonly durationMs: number;
};

export const probe: Operation<ProbeInput, Probe> = {
  id: 'probe',
  scope: 'probe',
  input: ProbeInput,
  output: Probe,
  async run(input, context, services) {
    const checked = checkRequest(input, services);
    if (!checked.ok) return checked;
    const started = performance.now();
    const found = await findTargets(input, services);
    if (!found.ok) return found;
    const { domain, targets, route } = found.value;
    const forbidden = onlyForbidden(targets, services);
    if (forbidden) return forbidden;
    const judged = await runSessions(targets, optionsOf(input, started), context, services);
    if (!judged.ok) return judged;
    const findings = [...(route ? aboutRoute(route, targets, services) : []), ...judged.value.findings];
    const of = { domain, port: input.port ?? 25, started };
    const record = await keepProbe({ ...judged.value, findings }, of, services);
    return ok(renderProbe(record, context.lang));
  },
};

/** What the records say of hosts that could not be asked at all: without it nothing would tell why. */
export function aboutRoute(route: MailRoute, targets: readonly Target[], { policy }: Services): Finding[] {
  if (targets.length > 0 && targets.every(({ ip }) => ip !== null)) return [];
  const found = judgeRoute(route, policy.isPublic);
  return targets.length === 0 ? found : found.filter(({ code }) => /^mx-(?:host-(?!cname)|ip-literal)/.test(code));
}

/** Gives what the sessions of a call said an id, under which it is found for an hour. */
export async function keepProbe(
  judged: Judged,
  { domain, port, started }: { readonly domain: Domain | null; readonly port: number; readonly started: number },
  services: Services,
): Promise<ProbeRecord> {
  const durationMs = Math.round(performance.now() - started);
  const startedAt = new Date(services.now() - durationMs).toISOString();
  const record: ProbeRecord = { ...judged, id: randomUUID(), domain, port, startedAt, durationMs };
  await services.records.set(`probe:${record.id}`, JSON.stringify(record), KEPT_MS);
  return record;
}

export const findProbe: Operation<{ readonly id: string }, Probe> = {
  id: 'findProbe',
  scope: 'probe',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: Probe,
  async run({ id }, context, services) {
    const hit = await services.records.get(`probe:${id}`);
    const probe = hit && readRecord(hit.value, context.lang);
    return probe ? ok(probe) : refuse('not-found', 'no probe of the last hour has this id');
  },
};

/** undefined for anything but a record; a finding that this version has no words for is left out. */
function readRecord(text: string, lang: Language): Probe | undefined {
  try {
    const stored = JSON.parse(text) as ProbeRecord;
    if (!stored.hosts.every(({ probe }) => isStoredProbe(probe))) return undefined;
    const hosts = stored.hosts.map(({ probe, findings }) => ({ probe, findings: findings.filter(isFinding) }));
    const shown = renderProbe({ ...stored, hosts, findings: stored.findings.filter(isFinding) }, lang);
    return faultsOf(Probe, shown).length === 0 ? shown : undefined;
  } catch {
    return undefined;
  }
}

function checkRequest(input: ProbeInput, services: Services): Outcome<null> {
  if ((input.domain === undefined) === (input.host === undefined)) {
    const detail = 'give exactly one of domain and host';
    return refuse('invalid-request', detail, { errors: [{ pointer: '/domain', detail }] });
  }
  if (input.ip !== undefined && input.host === undefined) {
    return refuseMember('/ip', 'pins a named host, so it needs host');
  }
  return checkPort(input.port ?? 25, services.config);
}

type Found = { readonly domain: Domain | null; readonly targets: readonly Target[]; readonly route: MailRoute | null };

async function findTargets(input: ProbeInput, services: Services): Promise<Outcome<Found>> {
  if (input.host !== undefined) {
    const targets = await targetsOfHost({ ...input, host: input.host }, services);
    return targets.ok ? ok({ domain: null, targets: targets.value, route: null }) : targets;
  }
  const domain = domainOf(input.domain ?? '', '/domain');
  if (!domain.ok) return domain;
  const route = await lookUp(domain.value, input.fresh === true, services);
  if (!route.ok) return route;
  return ok({ domain: domain.value, targets: targetsOfRoute(route.value, input.family), route: route.value });
}

export function optionsOf(input: ProbeInput, started: number): SessionOptions {
  const port = input.port ?? 25;
  const maxSeconds = input.maxSeconds ?? DEFAULT_SECONDS;
  const security: Security = input.security ?? (port === 465 ? 'implicit' : 'starttls');
  return {
    port,
    security,
    fresh: input.fresh === true,
    maxMs: maxSeconds * 1000,
    deadline: started + 1000 * CALL_SECONDS,
  };
}

export function renderProbe(record: ProbeRecord, lang: Language): Probe {
  const { id, domain, port, startedAt, durationMs, cache } = record;
  return {
    id,
    domain,
    port,
    startedAt,
    durationMs,
    cache,
    hosts: record.hosts.map(({ probe, findings }) => renderHost(probe, findings, lang)),
    findings: renderAll(record.findings, lang) as Probe['findings'],
  };
}

function renderHost(probe: HostProbe, findings: readonly Finding[], lang: Language): HostProbeOut {
  const { banner, ehlo, helo } = probe;
  return {
    host: probe.host,
    ip: probe.ip,
    family: probe.family,
    port: probe.port,
    preference: probe.preference,
    outcome: probe.outcome,
    stage: probe.stage,
    banner: banner && { code: banner.code, text: banner.lines.join('\n'), masked: isMaskedBanner(banner) },
    greeting:
      ehlo || helo
        ? { verb: helo ? 'HELO' : 'EHLO', ehlo: ehlo && renderReply(ehlo), helo: helo && renderReply(helo) }
        : null,
    capabilities: probe.capabilities as HostProbeOut['capabilities'],
    capabilitiesAfterTls: probe.capabilitiesAfterTls as HostProbeOut['capabilities'],
    tls: probe.tls as HostProbeOut['tls'],
    timings: probe.timings,
    transcript: probe.transcript as HostProbeOut['transcript'],
    findings: findings.map((finding) => render(finding, lang)) as HostProbeOut['findings'],
  };
}

export const renderReply = (reply: Reply) => ({
  code: reply.code,
  enhanced: reply.enhanced,
  text: reply.lines.join('\n'),
});
