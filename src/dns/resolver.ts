/**
 * The resolver: questions to recursive servers, answers with true TTLs, the AD bit and the reason of a failure, none of
 * which `node:dns` gives. It follows CNAME chains over as many messages as they take, and keeps nothing: `cached.ts` does.
 * It never throws and never waits past the deadline, nor longer than DNS_PATIENCE_MS; what went wrong is a DnsFailure.
 */

import { performance } from 'node:perf_hooks';
import { MAX_CHAIN, type Reading } from './answer.ts';
import type { Asked, Heard, Peer, Server, Why } from './asking.ts';
import type { DnsAnswer, DnsFailure, DnsResult, Question, RecordType, ResolveOptions, Resolver } from './types.ts';
import { createTransport, type Stats, type Transport } from './udp.ts';

/** Contract §2: DNS gives up after 8 s in all. */
export const DNS_PATIENCE_MS = 8_000;

export type ResolverOptions = {
  /** Asked in this order; the ones that are silent or unreachable step back for a while. Never empty. */
  readonly servers: readonly Server[];
  /** They were chosen by the operator (DNS_SERVERS), so their AD bit is believed wherever they are. */
  readonly configured?: boolean;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: () => number;
};

export type DnsResolver = Resolver & { readonly stats: Stats; close(): void };

export function createResolver(options: ResolverOptions): DnsResolver {
  const transport = createTransport();
  const peers = options.servers.map((server) => transport.peer(server));
  const upstream = { transport, peers, now: options.now ?? Date.now };
  return {
    trustedForAd: options.configured === true || options.servers.every(({ ip }) => isLoopback(ip)),
    stats: transport.stats,
    close: () => transport.close(),
    resolve: (question, asked) => new Promise((settle) => new Pursuit(upstream, question, asked, settle).start()),
  };
}

type Found<T extends RecordType> = Extract<Reading<T>, { records: unknown }>;

type Upstream = { readonly transport: Transport; readonly peers: readonly Peer[]; readonly now: () => number };

/** One question until its end, over as many messages as its chain of aliases takes. */
class Pursuit<T extends RecordType> implements Asked<T> {
  readonly type: T;
  readonly recursion = true;
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
  /** Of the question, then of the end of the chain as far as it is known. */
  name: string;
  links = 0;
  readonly #question: Question<T>;
  readonly #upstream: Upstream;
  readonly #settle: (result: DnsResult<T>) => void;
  #ttl = Number.POSITIVE_INFINITY;
  #authenticated = true;

  constructor(
    upstream: Upstream,
    question: Question<T>,
    { deadline, signal }: ResolveOptions,
    settle: (result: DnsResult<T>) => void,
  ) {
    this.#upstream = upstream;
    this.#question = question;
    this.name = question.name;
    this.type = question.type;
    this.deadline = Math.min(deadline, performance.now() + DNS_PATIENCE_MS);
    this.signal = signal;
    this.#settle = settle;
  }

  start(): void {
    this.#upstream.transport.ask(this, this.#upstream.peers);
  }

  hear(heard: Heard<T>): void {
    if (heard.kind !== 'message') {
      this.#settle({ ok: false, failure: failureOf(heard, this.#question) });
      return;
    }
    const { reading, message } = heard;
    if (reading.kind === 'loop') {
      this.#settle({ ok: false, failure: LOOP });
      return;
    }
    if (!message.authenticated) this.#authenticated = false;
    this.#ttl = Math.min(this.#ttl, reading.ttl);
    if (reading.kind === 'chase') {
      this.name = reading.canonical;
      this.links = reading.links;
      this.start();
      return;
    }
    this.#settle({ ok: true, answer: this.#answer(reading) });
  }

  #answer(reading: Found<T>): DnsAnswer<T> {
    const resolvedAt = this.#upstream.now();
    return {
      status: reading.kind,
      records: reading.records,
      canonical: reading.canonical,
      ttl: this.#ttl,
      authenticated: this.#authenticated,
      resolvedAt,
      expiresAt: resolvedAt + this.#ttl * 1_000,
      source: 'network',
    };
  }
}

const LOOP: DnsFailure = { kind: 'failure', detail: `the CNAME chain is a loop or longer than ${MAX_CHAIN}` };

const WORDS: Record<Why, string> = {
  silent: 'gave no answer in time',
  'no-tcp': 'gave a truncated answer and no whole one over TCP',
  unreachable: 'could not be reached',
  nonsense: 'sent a malformed answer',
  referral: 'is not a recursive server for this name',
  servfail: 'said SERVFAIL',
  refused: 'said REFUSED',
  error: 'said that it could not answer such a question',
};

/** Any server that gave no answer makes it a timeout, so do servers of which none can be reached (contract §2). */
function failureOf(heard: Exclude<Heard<RecordType>, { kind: 'message' }>, { name, type }: Question): DnsFailure {
  if (heard.kind === 'bogus') {
    const servers = `${nameOf(heard.server)} failed to validate`;
    return { kind: 'bogus', detail: `DNSSEC validation failed for ${type} of ${name}`, servers };
  }
  const { failures } = heard;
  const unanswered = failures.some(({ why }) => why === 'silent' || why === 'no-tcp');
  const unreachable = failures.every(({ why }) => why === 'unreachable');
  const said = new Set(failures.map(({ why }) => `${name} ${type}: the resolver ${WORDS[why]}`));
  return {
    kind: unanswered || unreachable ? 'timeout' : 'failure',
    detail: [...said].join('; ') || 'the resolver is closed',
    servers: failures.map(({ server, why }) => `${nameOf(server)} ${WORDS[why]}`).join('; '),
  };
}

const nameOf = ({ ip, port }: Server): string =>
  port === 53 ? ip : ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;

const isLoopback = (ip: string): boolean => ip === '::1' || /^127\.\d+\.\d+\.\d+$/.test(ip);
