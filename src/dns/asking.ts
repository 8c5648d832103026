/**
 * One question put to several servers under one deadline: who is asked when, and which reply counts. It holds no socket
 * and no timer: a `Peer` sends, the owner calls `tick` every few milliseconds, replies come in through `Attempt`.
 * It settles exactly once, with a reading of the first usable message or with what each server did instead.
 */

import { performance } from 'node:perf_hooks';
import { type Reading, readAnswer } from './answer.ts';
import { answersQuery, decodeMessage, encodeQuery, type Message, RCODE } from './message.ts';
import type { RecordType } from './types.ts';

export type Server = { readonly ip: string; readonly port: number };

/** A server and the ways to reach it. `send` reports to the attempt, at once or later, until `forget`. */
export interface Peer {
  readonly server: Server;
  /** Silent too often: asked after the others. */
  readonly isDead: boolean;
  send(attempt: Attempt): void;
  forget(attempt: Attempt): void;
  overTcp(query: Uint8Array, deadline: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Replies so far, whatever they answered: the server lives. */
  readonly replies: number;
  heard(): void;
  /** Nothing came in the time of one try. */
  missed(attempt: Attempt, now: number): void;
}

/** Why a server gave no usable message. `silent` and `no-tcp` are "no answer"; the rest were answers, or `unreachable`. */
export type Why = 'silent' | 'no-tcp' | 'unreachable' | 'nonsense' | 'referral' | 'servfail' | 'refused' | 'error';

export type Heard<T extends RecordType> =
  | { readonly kind: 'message'; readonly reading: Usable<T>; readonly message: Message }
  | { readonly kind: 'bogus'; readonly server: Server }
  | { readonly kind: 'nothing'; readonly failures: readonly { readonly server: Server; readonly why: Why }[] };

export type Usable<T extends RecordType> = Exclude<Reading<T>, { kind: 'referral' }>;

export type Asked<T extends RecordType> = {
  readonly name: string;
  readonly type: T;
  /** Links of the chain that led here. */
  readonly links: number;
  readonly recursion: boolean;
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
  /** Called once. */
  hear(heard: Heard<T>): void;
};

/** How long one server is waited for before the next one is asked as well; doubled every time round. */
const TRY_MS = 1_000;
/** RFC 8914 §4: the codes a validator gives with SERVFAIL when signatures do not hold. */
const BOGUS_CODES: ReadonlySet<number> = new Set([5, 6, 7, 8, 9, 10, 11, 12]);

/**
 * SERVFAIL does not say whether validation failed. Asked again with CD, a validator that found the data bogus gives it
 * out; asked a third time as at first it says SERVFAIL again, where a server that had only stumbled answers.
 */
type Phase = 'first' | 'unchecked' | 'again';

/** One of the servers, and how far this question has come with it. */
class Candidate {
  readonly peer: Peer;
  edns = true;
  phase: Phase = 'first';
  tcp = false;
  why: Why | undefined = undefined;

  constructor(peer: Peer) {
    this.peer = peer;
  }
}

type Listener = { replied(attempt: Attempt, packet: Uint8Array | undefined): void };

/** One packet on its way to a server. */
export class Attempt {
  readonly candidate: Candidate;
  readonly query: Uint8Array;
  readonly phase: Phase;
  readonly edns: boolean;
  readonly sentAt: number;
  /** What the peer's count was then. */
  readonly repliesBefore: number;
  /** Where it waits, for the transport that sent it. */
  slot: unknown = undefined;
  readonly #asking: Listener;

  constructor(asking: Listener, candidate: Candidate, query: Uint8Array, sentAt: number) {
    this.#asking = asking;
    this.candidate = candidate;
    this.query = query;
    this.phase = candidate.phase;
    this.edns = candidate.edns;
    this.sentAt = sentAt;
    this.repliesBefore = candidate.peer.replies;
  }

  /** A packet that answers `query`, or undefined: the server cannot be reached. */
  reply(packet: Uint8Array | undefined): void {
    this.#asking.replied(this, packet);
  }
}

const byHealth = (x: Candidate, y: Candidate): number => Number(x.peer.isDead) - Number(y.peer.isDead);

export class Asking<T extends RecordType> {
  readonly #asked: Asked<T>;
  readonly #candidates: readonly Candidate[];
  /** Those under way, among which this one is until it settles. */
  readonly #register: Set<unknown>;
  /** Those before the last one. Most questions are answered at the first: none is made then. */
  #earlier: Attempt[] | undefined;
  #last: Attempt | undefined;
  #tcp: AbortController | undefined;
  #settled = false;
  #turn = -1;
  #round = 0;
  #dueAt = 0;

  constructor(asked: Asked<T>, peers: readonly Peer[], register: Set<unknown>) {
    this.#asked = asked;
    this.#register = register;
    const candidates = peers.map((peer) => new Candidate(peer));
    if (peers.length > 1) candidates.sort(byHealth);
    this.#candidates = candidates;
  }

  start(): void {
    this.#register.add(this);
    this.#next();
  }

  /** Time has passed. */
  tick(now: number): void {
    if (this.#settled) return;
    const over = now >= this.#asked.deadline || this.#asked.signal?.aborted === true;
    if (!over && now < this.#dueAt) return;
    this.#last?.candidate.peer.missed(this.#last, now);
    const candidate = this.#last?.candidate;
    if (over) this.#finish(this.#nothing());
    // It said SERVFAIL and fell silent when asked why: that answer stands.
    else if (candidate !== undefined && candidate.phase !== 'first') this.#fail(candidate, 'servfail');
    else this.#next();
  }

  /** Ends it without an answer. */
  abandon(): void {
    if (!this.#settled) this.#finish(this.#nothing());
  }

  /** Asks the next server that may still answer; nobody is left: settles. Those asked before are still listened to. */
  #next(): void {
    if (this.#candidates.every((candidate) => candidate.why !== undefined)) {
      this.#finish(this.#nothing());
      return;
    }
    for (let i = 0; i < this.#candidates.length; i++) {
      this.#turn++;
      if (this.#turn === this.#candidates.length) {
        this.#turn = 0;
        this.#round++;
      }
      const candidate = this.#candidates[this.#turn];
      if (candidate !== undefined && candidate.why === undefined && !candidate.tcp) {
        this.#send(candidate);
        return;
      }
    }
    this.#dueAt = this.#asked.deadline;
  }

  #send(candidate: Candidate): void {
    const { name, type, recursion } = this.#asked;
    const checkingDisabled = candidate.phase === 'unchecked';
    const query = encodeQuery(name, type, { recursion, edns: candidate.edns, checkingDisabled });
    if (query === undefined) {
      this.#fail(candidate, 'error');
      return;
    }
    if (this.#last !== undefined) {
      this.#earlier ??= [];
      this.#earlier.push(this.#last);
    }
    const now = performance.now();
    const attempt = new Attempt(this, candidate, query, now);
    this.#last = attempt;
    this.#dueAt = now + TRY_MS * 2 ** this.#round;
    candidate.peer.send(attempt);
  }

  replied(attempt: Attempt, packet: Uint8Array | undefined): void {
    if (this.#settled) return;
    const { candidate } = attempt;
    if (packet === undefined) {
      this.#fail(candidate, 'unreachable');
      return;
    }
    candidate.peer.heard();
    const message = decodeMessage(packet);
    if (message === undefined) this.#fail(candidate, 'nonsense');
    else if (message.truncated) this.#retryOverTcp(attempt);
    else this.#judge(attempt, message);
  }

  #judge(attempt: Attempt, message: Message): void {
    const { candidate } = attempt;
    switch (message.rcode) {
      case RCODE.NOERROR:
      case RCODE.NXDOMAIN:
        this.#accept(attempt, message);
        return;
      case RCODE.FORMERR:
      case RCODE.NOTIMP:
      case RCODE.BADVERS:
        this.#withoutEdns(attempt);
        return;
      case RCODE.SERVFAIL:
        this.#servfail(attempt, message);
        return;
      default:
        this.#fail(candidate, message.rcode === RCODE.REFUSED ? 'refused' : 'error');
    }
  }

  /** RFC 6891 §7: a server that does not know EDNS is asked once more without it. */
  #withoutEdns({ candidate, edns }: Attempt): void {
    if (!edns) {
      this.#fail(candidate, 'error');
    } else if (candidate.edns) {
      candidate.edns = false;
      this.#send(candidate);
    }
  }

  #accept(attempt: Attempt, message: Message): void {
    const { candidate } = attempt;
    if (attempt.phase === 'unchecked') {
      if (candidate.phase !== 'unchecked') return;
      candidate.phase = 'again';
      this.#send(candidate);
      return;
    }
    const { name, type, links } = this.#asked;
    const reading = readAnswer(message, name, type, links);
    if (reading.kind === 'referral') this.#fail(candidate, 'referral');
    else this.#finish({ kind: 'message', reading, message });
  }

  #servfail(attempt: Attempt, message: Message): void {
    const { candidate } = attempt;
    if (attempt.phase !== candidate.phase) return;
    const said = message.extendedErrors.some((code) => BOGUS_CODES.has(code));
    if (said || attempt.phase === 'again') {
      // Final, whatever other servers say: one that does not validate would hand out the forgery.
      this.#finish({ kind: 'bogus', server: candidate.peer.server });
    } else if (attempt.phase === 'first' && this.#asked.recursion) {
      candidate.phase = 'unchecked';
      this.#send(candidate);
    } else {
      this.#fail(candidate, 'servfail');
    }
  }

  /** RFC 7766 §5. A truncated answer is none: when TCP fails, this server said nothing. */
  #retryOverTcp(attempt: Attempt): void {
    const { candidate } = attempt;
    if (candidate.tcp) return;
    candidate.tcp = true;
    this.#tcp ??= new AbortController();
    candidate.peer.overTcp(attempt.query, this.#asked.deadline, this.#tcp.signal).then((packet) => {
      if (this.#settled) return;
      const message = packet !== undefined && answersQuery(packet, attempt.query) ? decodeMessage(packet) : undefined;
      candidate.tcp = false;
      if (message === undefined || message.truncated) this.#fail(candidate, 'no-tcp');
      else this.#judge(attempt, message);
    });
  }

  /** This server is done with. Only when it was the one waited for does the next one get its turn. */
  #fail(candidate: Candidate, why: Why): void {
    if (candidate.why !== undefined) return;
    candidate.why = why;
    const waiting =
      this.#last !== undefined && this.#last.candidate !== candidate && this.#last.candidate.why === undefined;
    if (!waiting) this.#next();
  }

  #nothing(): Heard<T> {
    const failures = this.#candidates.map(({ peer, why }) => ({
      server: peer.server,
      why: why ?? ('silent' as const),
    }));
    return { kind: 'nothing', failures };
  }

  #finish(heard: Heard<T>): void {
    this.#settled = true;
    this.#last?.candidate.peer.forget(this.#last);
    for (const attempt of this.#earlier ?? []) attempt.candidate.peer.forget(attempt);
    this.#tcp?.abort();
    this.#register.delete(this);
    this.#asked.hear(heard);
  }
}
