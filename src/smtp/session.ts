/**
 * One SMTP conversation over a connection that is already there (RFC 5321 §3). It speaks only when told to, one command at a
 * time, and waits for whole replies; each wait has a deadline and the session has one in all, held by a single timer. What is
 * said lands in the transcript, secrets excepted. Every reply is a value; a conversation that cannot go on throws
 * `SessionEnd`, which says why, and the connection is gone by then.
 */

import type { Duplex } from 'node:stream';
import type { Upgraded } from '../net/dial.ts';
import { isMalformed, ReplyReader } from './reply.ts';
import type { Transcript } from './transcript.ts';
import type { Reply } from './types.ts';

export type EndReason = 'timeout' | 'reset' | 'protocol-error' | 'aborted';

/** `code` is the socket's, null without one. */
type Ending = { readonly reason: EndReason; readonly code: string | null };

export class SessionEnd extends Error {
  override readonly name = 'SessionEnd';
  readonly reason: EndReason;
  readonly code: string | null;

  constructor({ reason, code }: Ending) {
    super(reason);
    this.reason = reason;
    this.code = code;
  }
}

/** Contract §3, milliseconds. RFC 5321 §4.5.3.2 grants minutes; a person waits for this answer. */
export type Waits = { readonly connect: number; readonly greeting: number; readonly reply: number };
export const WAITS: Waits = { connect: 10_000, greeting: 30_000, reply: 20_000 };

export type SessionOptions = {
  readonly transcript: Transcript;
  /** Absolute, `performance.now()` milliseconds: the end of the conversation, whatever its phase. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
  readonly waits?: Waits | undefined;
};

export type StartTls =
  | { readonly kind: 'refused'; readonly reply: Reply }
  /** Bytes followed the reply in clear: an attacker's, to be taken for what TLS protects. The session is over. */
  | { readonly kind: 'injected'; readonly reply: Reply }
  | { readonly kind: 'upgraded'; readonly reply: Reply; readonly tls: Upgraded | TlsTimeout };

export type TlsTimeout = { readonly ok: false; readonly failure: 'timeout'; readonly code: null };
export type UpgradeStream = (stream: Duplex) => Promise<Upgraded>;

type Waiting = PromiseWithResolvers<Reply>;

export class Session {
  readonly #transcript: Transcript;
  readonly #deadline: number;
  readonly #signal: AbortSignal | undefined;
  readonly #waits: Waits;
  readonly #reader = new ReplyReader();
  #stream: Duplex;
  #secure = false;
  #secret = false;
  #waiting: Waiting | null = null;
  #end: Ending | null = null;
  /** When the present wait is over, and the one timer that looks: it is set again only for what comes sooner. */
  #due = Number.POSITIVE_INFINITY;
  #wakesAt = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: Duplex, options: SessionOptions) {
    this.#transcript = options.transcript;
    this.#deadline = options.deadline;
    this.#signal = options.signal;
    this.#waits = options.waits ?? WAITS;
    this.#stream = stream;
    this.#listen();
    this.#signal?.addEventListener('abort', this.#aborted);
    if (this.#signal?.aborted) this.#aborted();
  }

  get secure(): boolean {
    return this.#secure;
  }

  /** The conversation is over, though nobody may have been waiting when it ended; replies that came before can still be read. */
  get ended(): boolean {
    return this.#end !== null;
  }

  /** Lines of a reply under way: a greeting that never ended, once the session has. */
  get unfinished(): readonly string[] {
    return this.#reader.partial;
  }

  /** RFC 5321 §3.1: the server speaks first, and nothing is sent before its last line. */
  greeting(): Promise<Reply> {
    return this.reply(this.#waits.greeting);
  }

  /** Sends a line and waits for its reply. With `secret`, neither the line nor the reply reaches the transcript. */
  command(line: string, options: { readonly secret?: boolean } = {}): Promise<Reply> {
    if (/[\r\n\0]/.test(line)) throw new TypeError('a command is one line');
    this.#secret = options.secret === true;
    if (!this.#secret) this.#transcript.said(line, this.#secure);
    this.#write(`${line}\r\n`);
    return this.reply();
  }

  /** Bytes as they are, in one write; `shown`, if any, stands for them in the transcript. */
  send(bytes: string | Uint8Array, shown?: string): void {
    if (shown !== undefined) this.#transcript.said(shown, this.#secure);
    this.#write(bytes);
  }

  /** The next reply. One caller waits at a time; a second one is a mistake of ours. */
  reply(withinMs: number = this.#waits.reply): Promise<Reply> {
    if (this.#waiting) throw new TypeError('someone waits for a reply already');
    const waiting = Promise.withResolvers<Reply>();
    this.#waiting = waiting;
    if (!this.#end) this.#until(performance.now() + withinMs);
    this.#take();
    return waiting.promise;
  }

  /** RFC 3207: the command, then the handshake, with nothing heard in clear carried across. A new EHLO is the caller's to send. */
  async startTls(upgrade: UpgradeStream): Promise<StartTls> {
    const reply = await this.command('STARTTLS');
    if (reply.code !== 220) return { kind: 'refused', reply };
    // One turn of the event loop: what was sent right behind the reply has arrived by then.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#reader.unread) {
      this.close();
      return { kind: 'injected', reply };
    }
    return { kind: 'upgraded', reply, tls: await this.encrypt(upgrade) };
  }

  /** The handshake alone: what implicit TLS begins with. A failed one leaves no connection. */
  async encrypt(upgrade: UpgradeStream): Promise<Upgraded | TlsTimeout> {
    if (this.#end) throw new SessionEnd(this.#end);
    this.#unlisten();
    this.#until(performance.now() + this.#waits.reply);
    const upgraded = await upgrade(this.#stream);
    if (upgraded.ok) {
      this.#stream = upgraded.socket;
      this.#secure = true;
      this.#due = this.#deadline;
      this.#listen();
    }
    const end = this.#ended();
    if (end?.reason === 'timeout') return { ok: false, failure: 'timeout', code: null };
    if (end) throw new SessionEnd(end);
    if (!upgraded.ok) this.close();
    return upgraded;
  }

  /** RFC 5321 §4.1.1.10. Nothing rests on the answer, nor on whether there is one. */
  async quit(): Promise<void> {
    if (this.#end) return;
    try {
      await this.command('QUIT');
    } catch (error) {
      if (!(error instanceof SessionEnd)) throw error;
    }
    this.close();
  }

  /** Lets the connection go, without a word. Safe to call at any time. */
  close(): void {
    this.#finish('aborted');
  }

  /** Asked anew after every wait: the end comes while nobody looks. */
  #ended(): Ending | null {
    return this.#end;
  }

  #write(bytes: string | Uint8Array): void {
    if (!this.#end) this.#stream.write(bytes);
  }

  #listen(): void {
    this.#stream.on('data', this.#heard);
    this.#stream.on('end', this.#closed);
    this.#stream.on('close', this.#closed);
    this.#stream.on('error', this.#failed);
    if (this.#stream.destroyed) this.#closed();
  }

  #unlisten(): void {
    this.#stream.off('data', this.#heard);
    this.#stream.off('end', this.#closed);
    this.#stream.off('close', this.#closed);
  }

  readonly #heard = (chunk: Buffer): void => {
    this.#reader.push(chunk);
    this.#take();
  };

  readonly #closed = (): void => this.#finish('reset');

  readonly #failed = (error: NodeJS.ErrnoException): void => this.#finish('reset', error.code ?? null);

  readonly #aborted = (): void => this.#finish('aborted');

  /** Gives the next whole reply to whoever waits. Bytes that nobody asked for yet stay in the reader, under its caps. */
  #take(): void {
    const waiting = this.#waiting;
    if (!waiting) {
      if (this.#reader.overfull) this.#finish('protocol-error');
      return;
    }
    const heard = this.#reader.next();
    const lines = this.#reader.takeLines();
    if (!this.#secret) this.#transcript.heard(lines, this.#secure);
    if (heard === null) {
      // What arrived before the end is still heard, such as a 421 that closes the connection.
      if (this.#end) this.#refuse(this.#end);
    } else if (isMalformed(heard)) {
      this.#finish('protocol-error');
    } else {
      this.#waiting = null;
      this.#due = this.#deadline;
      waiting.resolve(heard);
    }
  }

  #finish(reason: EndReason, code: string | null = null): void {
    if (!this.#end) {
      this.#end = { reason, code };
      clearTimeout(this.#timer);
      this.#signal?.removeEventListener('abort', this.#aborted);
      this.#stream.destroy();
    }
    this.#refuse(this.#end);
  }

  #refuse(end: Ending): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(new SessionEnd(end));
  }

  #until(due: number): void {
    this.#due = Math.min(due, this.#deadline);
    // No later than the end of a usual wait, so that the one timer is seldom set anew for what comes sooner.
    if (this.#due < this.#wakesAt) this.#wakeAt(Math.min(this.#due, performance.now() + this.#waits.reply));
  }

  #wakeAt(at: number): void {
    clearTimeout(this.#timer);
    this.#wakesAt = at;
    this.#timer = setTimeout(this.#wake, Math.max(1, at - performance.now()));
  }

  readonly #wake = (): void => {
    // The wait this was set for may be over since, and a later one under way.
    if (performance.now() < this.#due) this.#wakeAt(this.#due);
    else this.#finish('timeout');
  };
}
