/**
 * Finds out what is our own network's doing and not the target's (contract §3): a blocked port, an inspector or a redirection
 * near us, no IPv6. Pure. The canary, a server of our own, decides where it was asked; else only targets that have nothing to
 * do with each other count, and one clean session disproves. Names no target but the one judged: the others were another
 * caller's. Returns null when nothing is ours.
 */

import type { HostProbe } from '../smtp/types.ts';
import { diagnoseSession } from './diagnose.ts';
import { finding } from './findings.ts';
import { MASK_CODES } from './middlebox.ts';
import { linesOf } from './quote.ts';
import type { Finding } from './types.ts';
import { isLiteral, organisationOf, unrelated } from './unrelated.ts';

export type Witnesses = {
  /** Our own server, asked just now; null or absent when none is set or it was not asked. */
  readonly canary?: HostProbe | null | undefined;
  /** Other targets seen lately from here. */
  readonly others: readonly HostProbe[];
};

/** Socket errors that say that this machine has no way to speak IPv6. */
const NO_IPV6 = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT']);

const paramsOf = ({ host, port, ip }: HostProbe) => ({ host, port, ...(ip === null ? {} : { ip }) });

/** RFC 6724 §5: without a source address of global scope nothing comes back; no IPv6 session of ours got anywhere either. */
export function ipv6Unavailable(probe: HostProbe, all: readonly HostProbe[], { others }: Witnesses): Finding | null {
  if (!lacksIpv6(probe) || [...all, ...others].some((other) => other.family === 6 && wasReached(other))) return null;
  const evidence = [`connect to ${probe.ip} port ${probe.port}: ${probe.socketError}`];
  return finding('ipv6-unavailable', { params: paramsOf(probe), evidence, confidence: 'likely' });
}

const lacksIpv6 = ({ family, outcome, stage, socketError }: HostProbe): boolean =>
  family === 6 && outcome === 'unreachable' && stage === 'connect' && NO_IPV6.has(socketError ?? '');

/** A refusal, a reset or a greeting: the packets went both ways. */
const wasReached = (probe: HostProbe): boolean => wasDialled(probe) && !isBlocked(probe);

const wasDialled = ({ stage, outcome }: HostProbe): boolean =>
  stage !== 'resolve' && outcome !== 'forbidden' && outcome !== 'rate-limited' && outcome !== 'skipped';

const isBlocked = ({ stage, outcome }: HostProbe): boolean =>
  stage === 'connect' && (outcome === 'timeout' || outcome === 'unreachable');

/** Nobody at all can be reached, the canary included where there is one, and at least two have nothing in common. */
export function portBlocked(probe: HostProbe, all: readonly HostProbe[], witnesses: Witnesses): Finding | null {
  if (!isBlocked(probe) || lacksIpv6(probe)) return null;
  const { canary } = witnesses;
  const targets = dialledOn(probe.port, [...all, ...witnesses.others]);
  if (targets.some(wasReached) || (canary && !isBlocked(canary))) return null;
  const strangers = targets.filter((other) => unrelated(probe, other)).length;
  if (strangers === 0 && !isWitness(canary, probe)) return null;
  const evidence = [
    seenAtConnect(probe, `connect to ${probe.ip} port ${probe.port}`),
    ...(canary ? [seenAtConnect(canary, 'canary')] : []),
    ...(strangers > 0 ? [`unrelated targets on port ${probe.port} without an answer: ${strangers}`] : []),
  ];
  return finding('port-blocked', { params: paramsOf(probe), evidence, confidence: canary ? 'likely' : 'possible' });
}

/** Our own server accuses us only where it is not the target's neighbour; that it is well clears us wherever it stands. */
const isWitness = (canary: Witnesses['canary'], probe: HostProbe): boolean =>
  !!canary && canary.ip !== probe.ip && organisationOf(canary.host) !== organisationOf(probe.host);

const dialledOn = (port: number, probes: readonly HostProbe[]): HostProbe[] =>
  probes.filter((probe) => probe.port === port && wasDialled(probe) && !lacksIpv6(probe));

const seenAtConnect = ({ outcome, socketError }: HostProbe, who: string): string =>
  `${who}: ${socketError ?? (outcome === 'timeout' ? 'no answer' : outcome)}`;

/** The same mask where it cannot be the target's: at the canary, or at every other target, strangers among them. */
export function localInspection(probe: HostProbe, all: readonly HostProbe[], witnesses: Witnesses): Finding | null {
  const masks = masksOf(probe);
  if (masks.length === 0) return null;
  const own = masks.flatMap(({ evidence }) => evidence);
  const same = (other: HostProbe) => masksOf(other).find(({ code }) => masks.some((mask) => mask.code === code));
  const { canary } = witnesses;
  if (canary && hasGreeted(canary)) {
    const seen = same(canary);
    if (!seen) return null;
    const evidence = [...own, ...seen.evidence.map((line) => `canary: ${line}`)];
    if (isWitness(canary, probe))
      return finding('local-inspection', { params: paramsOf(probe), evidence, confidence: 'likely' });
  }
  const greeted = dialledOn(probe.port, [...all, ...witnesses.others]).filter(
    (other) => other !== probe && hasGreeted(other),
  );
  if (greeted.some((other) => masksOf(other).length === 0)) return null;
  const strangers = mutuallyUnrelated(probe, greeted.filter(same));
  if (strangers.length < 2) return null;
  const evidence = [...own, `unrelated targets that look the same from here: ${strangers.length}`];
  return finding('local-inspection', { params: paramsOf(probe), evidence, confidence: 'possible' });
}

const masksOf = (probe: HostProbe): Finding[] =>
  diagnoseSession(probe, probe).filter(({ code }) => MASK_CODES.has(code));

const hasGreeted = ({ banner, unfinishedGreeting }: HostProbe): boolean =>
  banner !== null || unfinishedGreeting.length > 0;

function mutuallyUnrelated(probe: HostProbe, others: readonly HostProbe[]): HostProbe[] {
  const chosen: HostProbe[] = [];
  for (const other of others) {
    if (unrelated(probe, other) && chosen.every((one) => unrelated(one, other))) chosen.push(other);
  }
  return chosen;
}

/** One greeting, of neither organisation, wherever we connect to. */
export function portRedirected(probe: HostProbe, all: readonly HostProbe[], witnesses: Witnesses): Finding | null {
  const greeter = strangerIn(probe);
  if (greeter === null || !probe.banner) return null;
  const same = (other: HostProbe) => strangerIn(other) === greeter;
  const { canary } = witnesses;
  const params = paramsOf(probe);
  if (canary && hasGreeted(canary)) {
    // A canary probed as a target is no witness about itself.
    if (!same(canary) || canary.ip === probe.ip || !canary.banner) return null;
    const evidence = [...linesOf(probe.banner), ...linesOf(canary.banner).map((line) => `canary: ${line}`)];
    return finding('port-redirected', { params, evidence, confidence: 'likely' });
  }
  // Of a bare address nobody knows whose name it should greet with: a provider's machines all greet alike.
  if (isLiteral(probe.host)) return null;
  const greeted = dialledOn(probe.port, [...all, ...witnesses.others]).filter(
    (other) => other !== probe && hasGreeted(other),
  );
  if (!greeted.every(same)) return null;
  const strangers = mutuallyUnrelated(
    probe,
    greeted.filter(({ host }) => !isLiteral(host)),
  );
  if (strangers.length === 0) return null;
  const evidence = [...linesOf(probe.banner), `unrelated targets that greet with the same name: ${strangers.length}`];
  return finding('port-redirected', { params, evidence, confidence: 'possible' });
}

/**
 * The name a greeting gives (RFC 5321 §4.2: its first word) when it is not of the target's own organisation; null for a
 * masked greeting, one without a name, and one that names its own house, as each server of a large provider does.
 */
export function strangerIn({ banner, host }: HostProbe): string | null {
  const name = /^\[?[\w:-]+(?:\.[\w-]+)+\]?(?=\s|$)/.exec(banner?.lines[0] ?? '')?.[0]?.toLowerCase() ?? null;
  return name === null || organisationOf(name) === organisationOf(host) ? null : name;
}
