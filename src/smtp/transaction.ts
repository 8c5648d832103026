/**
 * One attempt to hand a message to one address (RFC 5321 §3.3): opening, what the message requires, AUTH, MAIL, RCPT, DATA,
 * the final dot. Commands go out one at a time, so that the transcript reads like the RFC. Before the dot every failure is a
 * value that lets the next address be tried; after it nothing may be tried again, and silence is `unknown`.
 */

import type { Dialer } from '../net/dial.ts';
import { authenticate, type Credentials, mechanismOf } from './auth.ts';
import { type Dsn, END_OF_DATA, type Mailbox, type MessageData, mailCommand, rcptCommand } from './envelope.ts';
import { accepted } from './masks.ts';
import { begin, openSession, type ProbeTarget, type Run, since } from './opening.ts';
import { type Session, SessionEnd, type Waits } from './session.ts';
import type { Capabilities, HostProbe, ProbeOutcome, Reply, TranscriptLine } from './types.ts';

export type Envelope = {
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly data: MessageData;
  readonly dsn?: Dsn;
};

export type SendStatus = 'accepted' | 'rejected' | 'deferred' | 'unreachable' | 'dry-run-accepted' | 'unknown';

export type AttemptOutcome = SendStatus | Exclude<ProbeOutcome, 'ok'>;

/** Which part decided the attempt. */
export type AttemptStage = 'opening' | 'requirements' | 'auth' | 'mail' | 'rcpt' | 'data' | 'dot';

/** What the message needs and this server does not give. */
export type Unmet = 'tls' | 'smtputf8' | 'size' | 'auth';

export type Attempt = {
  readonly host: string;
  readonly ip: string | null;
  readonly preference: number | null;
  readonly outcome: AttemptOutcome;
  readonly stage: AttemptStage;
  /** The reply that decided, null where none did. That to AUTH has no text. */
  readonly reply: Reply | null;
  readonly unmet: Unmet | null;
  /** What the opening learnt of the server; null where nobody was dialled. */
  readonly facts: HostProbe | null;
  readonly transcript: readonly TranscriptLine[];
};

export type TransactionOptions = {
  readonly ehloName: string | null;
  readonly dryRun?: boolean;
  /** Only inside TLS with a certificate that is valid for the host. */
  readonly requireTls?: boolean;
  readonly credentials?: Credentials | null;
  readonly signal?: AbortSignal;
  readonly waits?: Waits;
  /** Milliseconds after the final dot: until the attempt is called unknown, and until the session gives up for good. */
  readonly finalMs?: { readonly answer: number; readonly give: number };
};

export type Tried = {
  readonly attempt: Attempt;
  /** The password has gone out: it does so once. */
  readonly passwordSent: boolean;
  /** After `unknown` only: the attempt as it ends when the reply comes, or when it never will. */
  readonly late: Promise<Attempt> | null;
};

/** Contract §4. */
export const FINAL_MS = { answer: 60_000, give: 600_000 };
/** The phases before the dot have waits of their own; this is their sum and the last wait, with room to spare. */
const CONVERSATION_MS = 1_200_000;
const QUIT_MS = 3_000;

type Decided = Pick<Attempt, 'outcome' | 'stage' | 'reply' | 'unmet'>;

/** How far it has come; read when the peer ends it. */
type Course = { stage: AttemptStage; passwordSent: boolean };

type Deal = {
  readonly run: Run;
  readonly session: Session;
  readonly capabilities: Capabilities | null;
  readonly envelope: Envelope;
  readonly options: TransactionOptions;
  readonly course: Course;
};

export async function tryAddress(
  target: ProbeTarget & { readonly ip: string },
  envelope: Envelope,
  dialer: Dialer,
  options: TransactionOptions,
): Promise<Tried> {
  const run = begin(target, dialer, {
    ehloName: options.ehloName,
    maxMs: CONVERSATION_MS,
    purpose: mustEncrypt(options) ? 'strict' : 'any',
    anotherSession: () => Promise.resolve(true),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.waits ? { waits: options.waits } : {}),
  });
  const course: Course = { stage: 'opening', passwordSent: false };
  const refused = await untilDot(run, envelope, options, course);
  const { passwordSent } = course;
  if (refused || !run.session) return { attempt: await close(run, refused ?? opened(run)), passwordSent, late: null };
  const wait = options.finalMs ?? FINAL_MS;
  const answer = finalReply(run.session, wait.give);
  const soon = await within(answer, wait.answer);
  if (soon) return { attempt: await close(run, soon), passwordSent, late: null };
  return { attempt: attemptOf(run, UNKNOWN), passwordSent, late: answer.then((end) => close(run, end)) };
}

const decided = (
  outcome: AttemptOutcome,
  stage: AttemptStage,
  reply: Reply | null,
  unmet: Unmet | null = null,
): Decided => ({ outcome, stage, reply, unmet });

const UNKNOWN = decided('unknown', 'dot', null);

const mustEncrypt = ({ requireTls, credentials }: TransactionOptions): boolean =>
  requireTls === true || (credentials ?? null) !== null;

/** Why the message was not handed over, or null: it was, and the dot is out. */
async function untilDot(
  run: Run,
  envelope: Envelope,
  options: TransactionOptions,
  course: Course,
): Promise<Decided | null> {
  try {
    const session = await openSession(run);
    if (!session) return opened(run, mustEncrypt(options));
    run.seen.outcome = 'ok';
    run.seen.stage = 'quit';
    // RFC 3207 §4.2: after STARTTLS the first list is forgotten. With implicit TLS there is one list alone.
    const forgotten = session.secure && run.target.security !== 'implicit';
    const capabilities = forgotten ? run.seen.capabilitiesAfterTls : run.seen.capabilities;
    const deal: Deal = { run, session, capabilities, envelope, options, course };
    for (const step of STEPS) {
      const end = await step(deal);
      if (end) return end;
    }
    return null;
  } catch (error) {
    if (!(error instanceof SessionEnd)) {
      run.session?.close();
      throw error;
    }
    const outcome = error.reason === 'aborted' ? 'skipped' : error.reason;
    if (course.stage === 'opening') run.seen.outcome = outcome;
    run.seen.socketError ??= error.code;
    return decided(outcome, course.stage, null);
  }
}

/** An opening that came to nothing: a refusal by what it says, the rest as a probe calls it. */
function opened({ seen }: Run, encryptionNeeded = false): Decided {
  const { outcome } = seen;
  if (outcome === 'rejected') {
    const reply = seen.helo ?? seen.ehlo ?? seen.banner;
    return decided(isTransient(reply) ? 'deferred' : 'rejected', 'opening', reply);
  }
  const unmet = outcome === 'tls-error' && encryptionNeeded ? 'tls' : null;
  return decided(outcome === 'ok' ? 'protocol-error' : outcome, 'opening', null, unmet);
}

const isTransient = (reply: Reply | null): boolean => reply !== null && reply.code >= 400 && reply.code < 500;

/** A refusal by its first digit (RFC 5321 §4.2.1); what is neither is not SMTP here. */
const refusal = (stage: AttemptStage, reply: Reply): Decided =>
  decided(isTransient(reply) ? 'deferred' : isPermanent(reply) ? 'rejected' : 'protocol-error', stage, reply);

const isPermanent = ({ code }: Reply): boolean => code >= 500 && code < 600;

const STEPS: readonly ((deal: Deal) => Promise<Decided | null> | Decided | null)[] = [
  checkTls,
  checkExtensions,
  logIn,
  sayMail,
  sayRcpt,
  sayData,
];

function checkTls({ run, session, options, course }: Deal): Decided | null {
  course.stage = 'requirements';
  if (!mustEncrypt(options)) return null;
  const { startTls, tls } = run.seen;
  // 454: TLS is not to be had now (RFC 3207 §4).
  if (!session.secure && isTransient(startTls)) return decided('deferred', 'requirements', startTls, 'tls');
  const valid = tls.certificate?.trusted === true && tls.certificate.hostnameMatches === true;
  return session.secure && valid ? null : decided('tls-error', 'requirements', null, 'tls');
}

function checkExtensions({ capabilities, envelope }: Deal): Decided | null {
  if (needsSmtpUtf8(envelope) && !capabilities?.smtpUtf8) return decided('rejected', 'requirements', null, 'smtputf8');
  // RFC 1870 §4: 0 is no fixed limit.
  const limit = capabilities?.size ?? 0;
  return limit > 0 && envelope.data.size > limit ? decided('rejected', 'requirements', null, 'size') : null;
}

const needsSmtpUtf8 = ({ from, to }: Envelope): boolean => from.needsSmtpUtf8 || to.needsSmtpUtf8;

async function logIn({ session, capabilities, options, course }: Deal): Promise<Decided | null> {
  const { credentials } = options;
  if (!credentials) return null;
  course.stage = 'auth';
  const offered = capabilities?.auth ?? [];
  course.passwordSent = mechanismOf(offered) !== null;
  const reply = await authenticate(session, offered, credentials);
  if (reply === null) return decided('rejected', 'auth', null, 'auth');
  if (accepted(reply)) return null;
  return decided(isTransient(reply) ? 'deferred' : 'rejected', 'auth', reply, 'auth');
}

async function sayMail({ session, capabilities, envelope, options, course }: Deal): Promise<Decided | null> {
  course.stage = 'mail';
  const { from, data, dsn } = envelope;
  const line = mailCommand(from, {
    ...(capabilities?.extensions.some(({ keyword }) => keyword === 'SIZE') ? { size: data.size } : {}),
    eightBit: data.eightBit && capabilities?.eightBitMime === true,
    smtpUtf8: needsSmtpUtf8(envelope),
    requireTls: options.requireTls === true && capabilities?.requireTls === true,
    ...(dsn && capabilities?.dsn ? { dsn } : {}),
  });
  const reply = await session.command(line);
  return accepted(reply) ? null : refusal('mail', reply);
}

async function sayRcpt({ session, capabilities, envelope, options, course }: Deal): Promise<Decided | null> {
  course.stage = 'rcpt';
  const reply = await session.command(rcptCommand(envelope.to, capabilities?.dsn ? envelope.dsn : undefined));
  if (!accepted(reply)) return refusal('rcpt', reply);
  if (!options.dryRun) return null;
  await session.command('RSET').catch(orEnded);
  return decided('dry-run-accepted', 'rcpt', reply);
}

/** Nothing rests on what comes after the answer that was sought. */
function orEnded(error: unknown): void {
  if (!(error instanceof SessionEnd)) throw error;
}

async function sayData({ run, session, envelope, course }: Deal): Promise<Decided | null> {
  course.stage = 'data';
  const reply = await session.command('DATA');
  if (reply.code !== 354) return refusal('data', reply);
  const { lines, size } = envelope.data;
  session.send(lines, `[message of ${size} octets]`);
  // One round trip: a peer that hung up meanwhile, or answered before its time, is known by now, and no copy is out yet.
  await pause(Math.min(500, 10 + (run.seen.timings.connectMs ?? 0)));
  if (session.ended) return refusal('data', await session.reply());
  session.send(END_OF_DATA, '.');
  return null;
}

async function finalReply(session: Session, withinMs: number): Promise<Decided> {
  try {
    const reply = await session.reply(withinMs);
    if (accepted(reply)) return decided('accepted', 'dot', reply);
    const refused = isTransient(reply) || isPermanent(reply);
    return refused ? refusal('dot', reply) : decided('unknown', 'dot', reply);
  } catch (error) {
    if (!(error instanceof SessionEnd)) throw error;
    return UNKNOWN;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function within<T>(work: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ms, null);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Says goodbye, without much patience: the answer is known. */
async function close(run: Run, end: Decided): Promise<Attempt> {
  await within(run.session?.quit() ?? Promise.resolve(), QUIT_MS);
  run.session?.close();
  return attemptOf(run, end);
}

/** A late reply goes on writing in what the session learns; what was answered stays as it was. */
function attemptOf({ target, seen, startedAt, transcript }: Run, end: Decided): Attempt {
  const lines = [...transcript.lines];
  const timings = { ...seen.timings, totalMs: since(startedAt) };
  const { host, ip, preference } = target;
  return { host, ip, preference, ...end, facts: { ...seen, timings, transcript: lines }, transcript: lines };
}
