/**
 * How every session begins, a probe's and a send's alike: connect, greeting, EHLO or HELO, STARTTLS, EHLO again (contract §3).
 * Whatever happens on the wire is data: `seen` holds what was learnt, how far it got and why it stopped there. A step answers
 * true when the conversation can go on; a peer that ends it throws `SessionEnd`, which the caller turns into an outcome.
 */

import type { Dialer, Upgrade } from '../net/dial.ts';
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

/** The whole opening; true when the server takes commands. */
export async function openSession(run: Run): Promise<boolean> {
  if (!(await connect(run)) || !(await hearGreeting(run)) || !(await sayHello(run))) return false;
  return wantsTls(run) ? startTls(run) : true;
}

/** Connects, and encrypts where TLS comes first. False when it came to nothing, which `seen` then tells. */
export async function connect(run: Run): Promise<boolean> {
  const { seen, target, options } = run;
  const waits = options.waits ?? WAITS;
  seen.stage = 'connect';
  const from = performance.now();
  const deadline = Math.min(from + waits.connect, run.deadline);
  const dialed = await run.dialer.connect({ ip: target.ip, port: target.port, deadline, signal: options.signal });
  if (!dialed.ok) {
    seen.outcome = dialed.failure === 'aborted' ? 'skipped' : dialed.failure;
    seen.socketError = dialed.code;
    return false;
  }
  seen.timings.connectMs ??= since(from);
  run.name = options.ehloName ?? addressLiteral(dialed.localAddress());
  const { transcript } = run;
  run.session = new Session(dialed.socket, { transcript, deadline: run.deadline, waits, signal: options.signal });
  return target.security !== 'implicit' || encrypt(run, run.session);
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

export async function hearGreeting(run: Run): Promise<boolean> {
  const { seen, session } = run;
  if (!session) return false;
  seen.stage = 'banner';
  const from = performance.now();
  let banner: Reply;
  try {
    banner = await session.greeting();
  } catch (error) {
    seen.unfinishedGreeting = [...session.unfinished];
    throw error;
  }
  seen.timings.bannerMs ??= since(from);
  seen.banner ??= banner;
  if (accepted(banner)) return true;
  // RFC 5321 §3.1: a server that greets with 554 waits for QUIT.
  return reject(run, banner.code >= 400 && banner.code <= 599 ? 'rejected' : 'protocol-error');
}

async function reject(run: Run, outcome: 'rejected' | 'protocol-error'): Promise<false> {
  run.seen.outcome = outcome;
  await run.session?.quit();
  return false;
}

/** RFC 5321 §3.2: EHLO, and HELO for whoever refuses it, in a new session if the peer hung up. */
async function sayHello(run: Run): Promise<boolean> {
  const { seen } = run;
  seen.stage = 'greeting';
  const from = performance.now();
  const ehlo = await orHungUp(run, `EHLO ${run.name}`);
  seen.ehlo = ehlo;
  seen.droppedOnEhlo = ehlo === null;
  if (ehlo?.code === 421) return reject(run, 'rejected');
  if (ehlo && accepted(ehlo)) seen.capabilities = parseCapabilities(ehlo);
  else {
    const helo = (ehlo && (await orHungUp(run, `HELO ${run.name}`))) ?? (await heloInNewSession(run));
    if (!helo) return false;
    seen.helo = helo;
    if (!accepted(helo)) return reject(run, 'rejected');
  }
  seen.timings.greetingMs = since(from);
  return true;
}

/** A command's reply; null when the peer's answer was to hang up. */
function orHungUp(run: Run, line: string): Promise<Reply | null> {
  if (!run.session) return Promise.resolve(null);
  return run.session.command(line).catch((error: unknown) => {
    if (!(error instanceof SessionEnd) || error.reason !== 'reset') throw error;
    run.seen.socketError = error.code;
    return null;
  });
}

async function heloInNewSession(run: Run): Promise<Reply | null> {
  const { seen, options } = run;
  seen.outcome = 'reset';
  if (!(await options.anotherSession?.())) return null;
  const opened = (await connect(run)) && (await hearGreeting(run));
  seen.stage = 'greeting';
  seen.outcome = 'reset';
  if (!opened || !run.session) return null;
  seen.socketError = null;
  return run.session.command(`HELO ${run.name}`);
}

/** Whether STARTTLS is wanted and offered, which `seen` notes. */
function wantsTls({ seen, session, target }: Run): boolean {
  if (!session || session.secure) return false;
  const offered = seen.capabilities?.startTls === true;
  seen.tls = { ...seen.tls, offered };
  return offered && target.security === 'starttls';
}

/** RFC 3207. A refusal is no failure of the probe: the server goes on in clear. */
async function startTls(run: Run): Promise<boolean> {
  const { seen, session } = run;
  if (!session) return false;
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
