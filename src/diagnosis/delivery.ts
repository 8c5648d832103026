/**
 * What a sender that follows RFC 5321 §5.1 would do with a message right now: the exchanges in the order it tries them, who
 * of them accepts, and how long each failure keeps a Postfix or an Exim sender waiting by its defaults. Pure. A host that
 * could not be judged (our own trouble, our guard, silence) is `unknown`, never `down`.
 */

import type { MailRoute } from '../mx/types.ts';
import { accepted } from '../smtp/masks.ts';
import type { HostProbe } from '../smtp/types.ts';
import { OURS_CODES } from '../texts/findings.ts';
import type { Language } from '../texts/text.ts';
import { deliverySentences } from './summary.ts';
import type { Finding } from './types.ts';

export type HostState = 'accepting' | 'deferring' | 'down' | 'unknown';

/** Why a host is in its state; a closed set that the texts know. */
export type Reason =
  | 'accepts'
  | 'later'
  | 'refused'
  | 'dropped'
  | 'unreachable'
  | 'hangs-up'
  | 'rejects'
  | 'not-smtp'
  | 'no-address'
  | 'silent'
  | 'guard'
  | 'ours'
  | 'not-asked';

/** Seconds one attempt is held up, by the sender's default settings. */
export type Wait = { readonly postfix: number; readonly exim: number };

export type DeliveryHost = {
  readonly host: string;
  readonly state: HostState;
  /** Of being tried first, within its step. */
  readonly chance: number;
  readonly reason: Reason;
  readonly wait: Wait;
};

export type DeliveryStep = { readonly preference: number; readonly hosts: readonly DeliveryHost[] };

export type DeliveryFacts = {
  /** null when nobody accepts and some host is unknown. */
  readonly delivers: boolean | null;
  readonly steps: readonly DeliveryStep[];
  /** The host that would take the message: the first accepting one; among equals any, here the first in order. */
  readonly firstChoice: string | null;
  /** What is lost before `firstChoice` is reached, on steps before its own. */
  readonly wait: Wait;
};

/** A probe of one address with what was found there. */
export type ProbedHost = { readonly probe: HostProbe; readonly findings: readonly Finding[] };

export function delivery(route: MailRoute, probed: readonly ProbedHost[]): DeliveryFacts {
  const steps = route.deliveryOrder.map(({ preference, hosts }) => ({
    preference,
    // RFC 5321 §5.1: among equals the sender must choose at random.
    hosts: hosts.map((host) => ({
      host,
      chance: 1 / hosts.length,
      ...judgeHost(probed.filter(({ probe }) => probe.host === host)),
    })),
  }));
  const first = steps.findIndex(({ hosts }) => hosts.some(({ state }) => state === 'accepting'));
  const firstChoice = steps[first]?.hosts.find(({ state }) => state === 'accepting')?.host ?? null;
  const passed = first < 0 ? [] : steps.slice(0, first).flatMap(({ hosts }) => hosts.map(({ wait }) => wait));
  return {
    delivers: firstChoice !== null || (someUnknown(route, steps) ? null : false),
    steps,
    firstChoice,
    wait: sum(passed),
  };
}

/** An exchange whose address lookup failed is not among the steps, yet a sender may well find it. */
const someUnknown = (route: MailRoute, steps: readonly DeliveryStep[]): boolean =>
  steps.some(({ hosts }) => hosts.some(({ state }) => state === 'unknown')) ||
  route.exchanges.some(({ status }) => status === 'failed');

type Judged = Pick<DeliveryHost, 'state' | 'reason' | 'wait'>;

const NO_WAIT: Wait = { postfix: 0, exim: 0 };

/** A host accepts when one of its addresses does; it is down only when none is left that could. */
function judgeHost(probed: readonly ProbedHost[]): Judged {
  // Where IPv4 was seen, our want of IPv6 hides nothing that matters.
  const telling = probed.filter(({ findings }) => !findings.some(({ code }) => code === 'ipv6-unavailable'));
  const judged = (telling.length > 0 ? telling : probed).map(judgeAddress);
  const best = (['accepting', 'deferring', 'unknown', 'down'] as const)
    .map((state) => judged.find((address) => address.state === state))
    .find((address) => address !== undefined);
  if (!best) return { state: 'unknown', reason: 'not-asked', wait: NO_WAIT };
  return { ...best, wait: best.state === 'accepting' ? NO_WAIT : sum(judged.map(({ wait }) => wait)) };
}

const sum = (waits: readonly Wait[]): Wait =>
  waits.reduce((a, b) => ({ postfix: a.postfix + b.postfix, exim: a.exim + b.exim }), NO_WAIT);

/** Postfix smtp_connect_timeout 30 s, Exim connect_timeout 5 min: packets dropped, an address. */
const DROPPED: Wait = { postfix: 30, exim: 300 };
/** Postfix smtp_helo_timeout and Exim command_timeout: connected, and nothing said. */
const SILENT: Wait = { postfix: 300, exim: 300 };

const as = (state: HostState, reason: Reason, wait: Wait = NO_WAIT): Judged => ({ state, reason, wait });

function judgeAddress({ probe, findings }: ProbedHost): Judged {
  const codes = new Set(findings.map(({ code }) => code));
  const { outcome, stage } = probe;
  if (codes.has('port-redirected')) return as('unknown', 'ours');
  if (probe.banner?.code === 220 && (accepted(probe.ehlo) || accepted(probe.helo))) return as('accepting', 'accepts');
  if ([...codes].some((code) => OURS_CODES.has(code))) return as('unknown', 'ours');
  if (outcome === 'forbidden') return as('unknown', 'guard');
  if (outcome === 'rate-limited' || outcome === 'skipped') return as('unknown', 'not-asked');
  if (stage === 'resolve') return as('down', 'no-address');
  if (stage === 'connect') return unconnected(probe);
  return turnedAway(probe);
}

function unconnected({ outcome }: HostProbe): Judged {
  if (outcome === 'refused') return as('down', 'refused');
  if (outcome === 'timeout') return as('down', 'dropped', DROPPED);
  return outcome === 'unreachable' ? as('down', 'unreachable') : as('down', 'hangs-up');
}

/** Connected, and no session came about. */
function turnedAway({ outcome, banner, ehlo, helo }: HostProbe): Judged {
  // RFC 5321 §3.8: 421 may answer anything, and is temporary.
  const last = helo ?? ehlo ?? banner;
  if (last && last.code >= 400 && last.code < 500) return as('deferring', 'later');
  if (last && last.code >= 500) return as('down', 'rejects');
  if (outcome === 'timeout') return as('unknown', 'silent', SILENT);
  if (outcome === 'reset') return as('down', 'hangs-up');
  return as('down', 'not-smtp');
}

/** As the contract shows it, with the sentences a person would say. */
export function renderDelivery(facts: DeliveryFacts, route: MailRoute, lang: Language) {
  return {
    delivers: facts.delivers,
    steps: facts.steps.map(({ preference, hosts }) => ({
      preference,
      hosts: hosts.map(({ host, state, chance }) => ({ host, state, chance })),
    })),
    firstChoice: facts.firstChoice,
    summary: deliverySentences(facts, route, lang).join(' '),
  };
}
