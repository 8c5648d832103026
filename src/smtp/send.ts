/**
 * Sends one test message by the rules of RFC 5321 §5.1: exchanges by preference, at random among equals, every address of a
 * host, the next one after a failure that is not final. At most one copy is ever handed over: once a final dot is out, no
 * further address is asked unless the peer said it did not take the message. Failures are values; only our own faults throw.
 */

import type { Dialer } from '../net/dial.ts';
import { queueIdOf } from './queue-id.ts';
import {
  type Attempt,
  type Envelope,
  type SendStatus,
  type TransactionOptions,
  type Tried,
  tryAddress,
} from './transaction.ts';
import type { Security } from './types.ts';

export type SendHost = {
  readonly host: string;
  readonly addresses: readonly { readonly ip: string; readonly family: 4 | 6 }[];
  /** Its address lookup failed; without addresses and without a failure the host has none. */
  readonly dnsFailed?: boolean;
};

/** In the order of preference; the hosts of a step are equals. */
export type SendPlan = {
  readonly steps: readonly { readonly preference: number | null; readonly hosts: readonly SendHost[] }[];
  readonly port: number;
  readonly security: Security;
};

export type SendOptions = TransactionOptions & {
  /** 0 ≤ x < 1; for the order among equals. */
  readonly random?: () => number;
  /** Asked before an address is dialled for the first time. */
  readonly mayDial?: (ip: string) => Promise<'ok' | 'rate-limited'>;
  /** Called once, after a delivery that was answered as `unknown` while its session waits on: what came of it. */
  readonly onLate?: (delivery: Delivery) => void;
  /** No attempt begins later than this. */
  readonly newAttemptsMs?: number;
  /** Stands around every session, for who wants to time it; must run it, once, and pass on what comes of it. */
  readonly around?: (address: Address, session: () => Promise<Tried>) => Promise<Tried>;
};

export type Address = { readonly host: string; readonly ip: string; readonly port: number };

export type Delivery = {
  readonly status: SendStatus;
  readonly acceptedBy: string | null;
  readonly queueId: string | null;
  readonly attempts: readonly Attempt[];
  /** The session waits on; `onLate` will be called. */
  readonly waiting: boolean;
};

/** Contract §4. */
const NEW_ATTEMPTS_MS = 60_000;
/** Exim's own limit; a domain with more addresses than that is no honest one. */
const MOST_ATTEMPTS = 50;

type Target = {
  readonly host: string;
  readonly ip: string | null;
  readonly family: 4 | 6 | null;
  readonly preference: number | null;
  readonly dnsFailed: boolean;
};

export async function sendTest(
  envelope: Envelope,
  plan: SendPlan,
  dialer: Dialer,
  options: SendOptions,
): Promise<Delivery> {
  const latest = performance.now() + (options.newAttemptsMs ?? NEW_ATTEMPTS_MS);
  const attempts: Attempt[] = [];
  for (const target of inOrder(plan, options.random ?? Math.random).slice(0, MOST_ATTEMPTS)) {
    const { ip } = target;
    if (ip === null) attempts.push(notDialled(target, 'unreachable'));
    else if (performance.now() > latest || options.signal?.aborted) attempts.push(notDialled(target, 'skipped'));
    else if ((await options.mayDial?.(ip)) === 'rate-limited') attempts.push(notDialled(target, 'rate-limited'));
    else {
      const tried = await tryInBothWays({ ...target, ip }, envelope, plan, dialer, options, latest);
      attempts.push(...tried.map(({ attempt }) => attempt));
      const last = tried.at(-1);
      if (last && isFinal(last)) return conclude(last, attempts, options);
    }
  }
  return { status: statusOf(plan, attempts), acceptedBy: null, queueId: null, attempts, waiting: false };
}

/** RFC 5321 §5.1: the order among equals is random (Fisher and Yates); a host's addresses stay in the order given. */
function inOrder(plan: SendPlan, random: () => number): Target[] {
  return plan.steps.flatMap(({ preference, hosts }) => {
    const shuffled = [...hosts];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      const [a, b] = [shuffled[i], shuffled[j]];
      if (a && b) [shuffled[i], shuffled[j]] = [b, a];
    }
    return shuffled.flatMap(({ host, addresses, dnsFailed = false }): Target[] =>
      addresses.length === 0
        ? [{ host, ip: null, family: null, preference, dnsFailed }]
        : addresses.map(({ ip, family }) => ({ host, ip, family, preference, dnsFailed })),
    );
  });
}

const notDialled = (
  { host, ip, preference }: Target,
  outcome: 'unreachable' | 'skipped' | 'rate-limited',
): Attempt => ({
  host,
  ip,
  preference,
  outcome,
  stage: 'opening',
  reply: null,
  unmet: null,
  facts: null,
  transcript: [],
});

/** TLS is opportunistic: a handshake that fails is no reason to hold mail back, so the same address is tried in clear. */
async function tryInBothWays(
  target: Target & { readonly ip: string },
  envelope: Envelope,
  { port, security }: SendPlan,
  dialer: Dialer,
  options: SendOptions,
  latest: number,
): Promise<Tried[]> {
  const { around = (_address, session) => session() } = options;
  const tryWith = (way: Security) =>
    around({ ...target, port }, () => tryAddress({ ...target, port, security: way }, envelope, dialer, options));
  const first = await tryWith(security);
  const { outcome, unmet } = first.attempt;
  if (outcome !== 'tls-error' || unmet !== null || security !== 'starttls' || performance.now() > latest)
    return [first];
  return [first, await tryWith('none')];
}

/**
 * Whether no further address may be asked: a final reply about the message, a copy that may be out, or a password that has
 * gone out once. A 5xx to the greeting or to EHLO and HELO is about the host, and what the host lacks another may have.
 */
function isFinal({ attempt, passwordSent }: Tried): boolean {
  const { outcome, stage, unmet } = attempt;
  if (outcome === 'accepted' || outcome === 'dry-run-accepted' || outcome === 'unknown' || passwordSent) return true;
  return outcome === 'rejected' && stage !== 'opening' && unmet === null;
}

function conclude(last: Tried, attempts: readonly Attempt[], { onLate }: SendOptions): Delivery {
  const delivery = deliveryOf(attempts, last.late !== null);
  const { late } = last;
  if (late !== null) {
    const rest = attempts.slice(0, -1);
    void late.then((attempt) => onLate?.(deliveryOf([...rest, attempt], false)));
  }
  return delivery;
}

/** By its last attempt, which was final. */
function deliveryOf(attempts: readonly Attempt[], waiting: boolean): Delivery {
  const last = attempts.at(-1);
  const outcome = last?.outcome ?? 'unreachable';
  const taken = outcome === 'accepted' || outcome === 'dry-run-accepted';
  return {
    status: STATUSES.find((status) => status === outcome) ?? 'unreachable',
    acceptedBy: taken ? (last?.host ?? null) : null,
    queueId: outcome === 'accepted' && last?.reply ? queueIdOf(last.reply) : null,
    attempts,
    waiting,
  };
}

const STATUSES: readonly SendStatus[] = [
  'accepted',
  'rejected',
  'deferred',
  'unreachable',
  'dry-run-accepted',
  'unknown',
];

/** When nobody took it (contract §4): a 4xx from any; refused by, or wanting something of, every host; or nobody there. */
function statusOf(plan: SendPlan, attempts: readonly Attempt[]): SendStatus {
  if (attempts.some(({ outcome }) => outcome === 'deferred')) return 'deferred';
  const hosts = plan.steps.flatMap((step) => step.hosts);
  if (hosts.length > 0 && hosts.every(({ addresses, dnsFailed }) => addresses.length === 0 && dnsFailed)) {
    return 'deferred';
  }
  const refusing = new Set(
    attempts.filter(({ outcome, unmet }) => outcome === 'rejected' || unmet !== null).map(({ host }) => host),
  );
  // No host at all: the domain takes no mail.
  return hosts.every(({ host }) => refusing.has(host)) ? 'rejected' : 'unreachable';
}
