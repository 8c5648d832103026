/**
 * Judges the probes of one call together: each host's findings, those replaced that turn out to be our own doing, and the
 * whole merged so that a cause is told once. Pure.
 */

import type { HostProbe } from '../smtp/types.ts';
import { diagnoseHost } from './diagnose.ts';
import { MOST_EVIDENCE } from './findings.ts';
import { MASK_CODES } from './middlebox.ts';
import { ipv6Unavailable, localInspection, portBlocked, portRedirected, type Witnesses } from './ours.ts';
import type { Confidence, Finding, Severity } from './types.ts';

export type TogetherContext = Partial<Witnesses> & { readonly now: number };

export type Together = {
  /** In the order of the probes. */
  readonly perHost: readonly (readonly Finding[])[];
  /** All of them, a cause once, hosts named in the evidence. */
  readonly together: readonly Finding[];
};

export function diagnoseTogether(probes: readonly HostProbe[], context: TogetherContext): Together {
  const witnesses: Witnesses = { canary: context.canary, others: context.others ?? [] };
  const perHost = probes.map((probe) => judge(probe, probes, witnesses, context.now));
  return { perHost, together: mergeByCause(perHost.flat()) };
}

/** What is ours replaces what it explains: the target is not blamed for it (contract §1). */
function judge(probe: HostProbe, all: readonly HostProbe[], witnesses: Witnesses, now: number): Finding[] {
  const theirs = diagnoseHost(probe, now);
  const redirected = portRedirected(probe, all, witnesses);
  if (redirected) return [redirected];
  const unreached = ipv6Unavailable(probe, all, witnesses) ?? portBlocked(probe, all, witnesses);
  if (unreached) return [unreached];
  const inspected = localInspection(probe, all, witnesses);
  if (inspected) {
    return [inspected, ...theirs.filter(({ code }) => !MASK_CODES.has(code) && code !== 'starttls-missing')];
  }
  return theirs;
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];
const CONFIDENCES: readonly Confidence[] = ['certain', 'likely', 'possible'];
/** A list of hosts in a sentence stays readable; the evidence names all. */
const MOST_NAMED = 8;

/**
 * One finding a cause: the same code with the same particulars, at however many hosts. Gravest first. Merging what was
 * merged changes nothing.
 */
export function mergeByCause(findings: readonly Finding[]): Finding[] {
  const causes = new Map<string, Finding[]>();
  for (const one of findings) {
    const key = causeOf(one);
    causes.set(key, [...(causes.get(key) ?? []), one]);
  }
  return [...causes.values()]
    .map(merge)
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

/** Where it was seen is no part of a cause. An MX finding is about records, and each host in it is a cause of its own. */
function causeOf({ code, params }: Finding): string {
  const { host, ip, ...rest } = params;
  const place = code.startsWith('mx-') ? [host, ip] : [];
  return JSON.stringify([code, place, Object.entries(rest).sort()]);
}

function merge(same: readonly Finding[]): Finding {
  const [first] = same;
  if (!first) throw new Error('nothing to merge');
  if (first.code.startsWith('mx-') || first.code.startsWith('migration-')) {
    return { ...first, evidence: bounded(same.flatMap(({ evidence }) => evidence)) };
  }
  const { ip: _, ...params } = first.params;
  const hosts = [...new Set(same.flatMap(hostsOf))];
  return {
    ...first,
    severity: SEVERITIES.find((one) => same.some(({ severity }) => severity === one)) ?? first.severity,
    confidence: CONFIDENCES.find((one) => same.some(({ confidence }) => confidence === one)) ?? first.confidence,
    params: hosts.length === 0 ? params : { ...params, host: named(hosts) },
    evidence: bounded(same.flatMap(placed)),
  };
}

const bounded = (evidence: readonly string[]): string[] => [...new Set(evidence)].slice(0, MOST_EVIDENCE);

const hostsOf = ({ params }: Finding): string[] => (typeof params.host === 'string' ? params.host.split(', ') : []);

const named = (hosts: readonly string[]): string =>
  hosts.length > MOST_NAMED ? [...hosts.slice(0, MOST_NAMED), '...'].join(', ') : hosts.join(', ');

/** Evidence with its host; what was merged before (it has no address any more) names it already. */
function placed({ params, evidence }: Finding): string[] {
  const { host, ip } = params;
  if (ip === undefined) return [...evidence];
  const place = host === undefined || host === ip ? `${ip}` : `${host} [${ip}]`;
  return evidence.map((line) => `${place} ${line}`);
}
