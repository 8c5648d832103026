/**
 * How every session begins, a probe's and a send's alike: connect, greeting, EHLO or HELO, STARTTLS, EHLO again (contract §3).
 * Whatever happens on the wire is data: `seen` holds what was learnt, how far it got and why it stopped there. A step answers
 * true when the conversation can go on; a peer that ends it throws `SessionEnd`, which the caller turns into an outcome.
 */

import type { Dialed, Dialer, Upgrade } from '../net/dial.ts';
import { parseIp } from '../net/ip.ts';
import { parseCapabilities } from './capabilities.ts';
import { accepted } from './masks.ts';
import { Session, SessionEnd, WAITS, type Waits } from './session.ts';
import { Transcript } from './transcript.ts';
import type { HostProbe, Reply, Security, TranscriptLine } from './types.ts';

export type ProbeTarget = {
  readonly host: string;
  /** null where no address is known. */
  readonly ip: string | null;
  readonly family: 4 | 6 | null;
  readonly port: number;
  readonly security: Security;
  readonly preference: number | null;
};

export type ProbeOptions = {
  /** The name we give ourselves; null for the socket's own address literal. */
  readonly ehloName: string | null;
  /** The host's time in all. */
  readonly maxMs: number;
  readonly signal?: AbortSignal;
  /** Asked before a second connection to the address; without it, or on false, there is none. */
  readonly anotherSession?: () => Promise<boolean>;
  /** What TLS is for; `any` by default. */
  readonly purpose?: Upgrade['purpose'];
  readonly waits?: Waits;
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** The answer as it grows. */
export type Growing = Mutable<Omit<HostProbe, 'timings'>> & { readonly timings: Mutable<HostProbe['timings']> };

/** One conversation under way: what was asked for, what has been learnt, and the means to learn more. */
export type Run = {
  readonly target: ProbeTarget & { readonly ip: string };
  readonly options: ProbeOptions;
  readonly dialer: Dialer;
  readonly startedAt: number;
  readonly deadline: number;
  readonly transcript: Transcript;
  readonly seen: Growing;
  /** How we greet: known once connected. */
  name: string;
  session: Session | null;
};

export function begin(target: ProbeTarget & { readonly ip: string }, dialer: Dialer, options: ProbeOptions): Run {
  const startedAt = performance.now();
  const transcript = new Transcript(startedAt);
  const seen = blank(target, transcript.lines);
  return {
    target,
    options,
    dialer,
    startedAt,
    deadline: startedAt + options.maxMs,
    transcript,
    seen,
    name: '',
    session: null,
  };
}

/** Writes down how the conversation ended when the peer, the clock or the caller ended it; throws on what is our own fault. */
export function noteEnd({ seen }: Run, error: unknown): void {
  if (!(error instanceof SessionEnd)) throw error;
  seen.outcome = error.reason === 'aborted' ? 'skipped' : error.reason;
  seen.socketError ??= error.code;
}

/** The whole opening: the session, once the server takes commands. */
export async function openSession(run: Run): Promise<Session | null> {
  const session = await hearGreeting(run);
  if (!session) return null;
  const { seen } = run;
  seen.stage = 'greeting';
  const from = performance.now();
  let ehlo: Reply | null;
  try {
    ehlo = await session.command(`EHLO ${run.name}`);
  } catch (error) {
    ehlo = hungUp(run, error);
  }
  // HELO may have opened another session.
  const served = takeEhlo(seen, ehlo) ? session : await sayHelo(run, session);
  if (!served) return null;
  seen.timings.greetingMs = since(from);
  return !wantsTls(run, served) || (await startTls(run, served)) ? served : null;
}

/** Connects, encrypts where TLS comes first, and hears the server's first words: the session, when they let it go on. */
export async function hearGreeting(run: Run): Promise<Session | null> {
  const { seen, target } = run;
  seen.stage = 'connect';
  let from = performance.now();
  const session = connected(run, await dial(run, from), from);
  if (!session || (target.security === 'implicit' && !(await encrypt(run, session)))) return null;
  seen.stage = 'banner';
  from = performance.now();
  let banner: Reply;
  try {
    banner = await session.greeting();
  } catch (error) {
    seen.unfinishedGreeting = [...session.unfinished];
    throw error;
  }
  seen.timings.bannerMs ??= since(from);
  seen.banner ??= banner;
  if (accepted(banner)) return session;
  // RFC 5321 §3.1: a server that greets with 554 waits for QUIT.
  return reject(run, session, banner.code >= 400 && banner.code <= 599 ? 'rejected' : 'protocol-error');
}

function dial({ dialer, target, options, deadline }: Run, from: number): Promise<Dialed> {
  const { connect } = options.waits ?? WAITS;
  return dialer.connect({
    ip: target.ip,
    port: target.port,
    deadline: Math.min(from + connect, deadline),
    signal: options.signal,
  });
}

function connected(run: Run, dialed: Dialed, from: number): Session | null {
  const { seen, options, transcript, deadline } = run;
  if (!dialed.ok) {
    seen.outcome = dialed.failure === 'aborted' ? 'skipped' : dialed.failure;
    seen.socketError = dialed.code;
    return null;
  }
  seen.timings.connectMs ??= since(from);
  run.name = options.ehloName ?? addressLiteral(dialed.localAddress());
  run.session = new Session(dialed.socket, { transcript, deadline, waits: options.waits, signal: options.signal });
  return run.session;
}

/** RFC 5321 §4.1.3; an IPv4 address seen through an IPv6 socket is written as what it is. */
function addressLiteral(address: string): string {
  const ipv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (ipv4 !== undefined) return `[${ipv4}]`;
  const [plain = ''] = address.split('%');
  return plain.includes(':') ? `[IPv6:${plain}]` : `[${plain}]`;
}

/** RFC 8314 §3: TLS before the first word. */
async function encrypt(run: Run, session: Session): Promise<boolean> {
  const from = enterTls(run);
  return judgeTls(run, await session.encrypt((stream) => run.dialer.upgrade(stream, tlsOptions(run))), from);
}

async function reject({ seen }: Run, session: Session, outcome: 'rejected' | 'protocol-error'): Promise<null> {
  seen.outcome = outcome;
  await session.quit();
  return null;
}

/** What a command brought when the peer's answer was to hang up: nothing. Every other end of a session stays one. */
function hungUp({ seen }: Run, error: unknown): null {
  if (!(error instanceof SessionEnd) || error.reason !== 'reset') throw error;
  seen.socketError = error.code;
  return null;
}

function takeEhlo(seen: Growing, ehlo: Reply | null): boolean {
  seen.ehlo = ehlo;
  seen.droppedOnEhlo = ehlo === null;
  if (ehlo === null || !accepted(ehlo)) return false;
  seen.capabilities = parseCapabilities(ehlo);
  return true;
}

/** RFC 5321 §3.2: HELO for whoever refuses EHLO, in a new session if the peer hung up. */
async function sayHelo(run: Run, session: Session): Promise<Session | null> {
  const { seen } = run;
  // RFC 5321 §3.8: it closes the channel.
  if (seen.ehlo?.code === 421) return reject(run, session, 'rejected');
  const line = `HELO ${run.name}`;
  const helo = seen.ehlo && (await session.command(line).catch((error: unknown) => hungUp(run, error)));
  const another = helo ? null : await anotherSession(run);
  seen.helo = helo ?? (another && (await another.command(line)));
  const served = another ?? session;
  if (!seen.helo) return null;
  return accepted(seen.helo) ? served : reject(run, served, 'rejected');
}

/** A second session, greeted, where the caller grants one. */
async function anotherSession(run: Run): Promise<Session | null> {
  const { seen, options } = run;
  seen.outcome = 'reset';
  if (!(await options.anotherSession?.())) return null;
  const session = await hearGreeting(run);
  seen.stage = 'greeting';
  seen.outcome = 'reset';
  if (session) seen.socketError = null;
  return session;
}

/** Whether STARTTLS is wanted and offered, which `seen` notes. */
function wantsTls({ seen, target }: Run, session: Session): boolean {
  if (session.secure) return false;
  const offered = seen.capabilities?.startTls === true;
  seen.tls = { ...seen.tls, offered };
  return offered && target.security === 'starttls';
}

/** RFC 3207. A refusal is no failure of the probe: the server goes on in clear. */
async function startTls(run: Run, session: Session): Promise<boolean> {
  const { seen } = run;
  seen.stage = 'starttls';
  let from = 0;
  const answer = await session.startTls((stream) => {
    from = enterTls(run);
    return run.dialer.upgrade(stream, tlsOptions(run));
  });
  seen.startTls = answer.reply;
  if (answer.kind === 'refused') {
    seen.tlsFailure = 'refused';
    return true;
  }
  if (answer.kind === 'injected') {
    seen.plaintextInjection = true;
    seen.outcome = 'protocol-error';
    return false;
  }
  return judgeTls(run, answer.tls, from) && greetAgain(run, session);
}

function enterTls(run: Run): number {
  run.seen.stage = 'tls';
  return performance.now();
}

function judgeTls(run: Run, tls: Awaited<ReturnType<Session['encrypt']>>, from: number): boolean {
  const { seen } = run;
  if (!tls.ok) {
    seen.tls = { ...seen.tls, offered: true };
    seen.outcome = 'tls-error';
    seen.tlsFailure = tls.failure;
    seen.socketError = tls.code;
    return false;
  }
  const { protocol, cipher, certificate } = tls;
  seen.tls = { offered: true, negotiated: true, protocol, cipher, certificate };
  seen.timings.tlsMs = since(from);
  return true;
}

/** RFC 3207 §4.2: what was said in clear is forgotten. */
async function greetAgain(run: Run, session: Session): Promise<boolean> {
  const reply = await session.command(`EHLO ${run.name}`);
  if (accepted(reply)) run.seen.capabilitiesAfterTls = parseCapabilities(reply);
  return true;
}

const isLiteral = (host: string): boolean => parseIp(host) !== undefined;

/** RFC 6066 §3: SNI carries names only, and there is no name to check for a literal. */
const tlsOptions = ({ target, options }: Run): Upgrade => ({
  name: isLiteral(target.host) ? null : target.host,
  purpose: options.purpose ?? 'any',
});

export const since = (from: number): number => Math.round(performance.now() - from);

export function blank(target: ProbeTarget, transcript: readonly TranscriptLine[] = []): Growing {
  return {
    host: target.host,
    ip: target.ip,
    family: target.family,
    port: target.port,
    security: target.security,
    preference: target.preference,
    outcome: 'skipped',
    stage: 'resolve',
    banner: null,
    ehlo: null,
    helo: null,
    startTls: null,
    unfinishedGreeting: [],
    droppedOnEhlo: false,
    capabilities: null,
    capabilitiesAfterTls: null,
    experiments: [],
    tls: { offered: false, negotiated: false, protocol: null, cipher: null, certificate: null },
    tlsFailure: null,
    plaintextInjection: false,
    socketError: null,
    timings: { connectMs: null, bannerMs: null, greetingMs: null, tlsMs: null, totalMs: 0 },
    transcript,
  };
}
