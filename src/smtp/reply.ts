/**
 * Bytes from a server into replies (RFC 5321 §4.2). Pure: bytes are pushed, replies are taken, nothing is awaited. It accepts
 * what servers really send (bare LF, a code without text, lines that disagree about the code, a stray line inside a reply)
 * and keeps it as data; only what cannot be a reply, or is too much of one, is `malformed`. It never throws and never holds
 * more than its caps: line, lines of a reply, bytes of a reply, bytes in all.
 */

import { MAX_PRINTABLE, printableBytes } from './printable.ts';
import type { Reply } from './types.ts';

export type Malformed = {
  readonly malformed: 'not-a-reply' | 'line-too-long' | 'reply-too-long' | 'too-many-bytes';
};

export type ReplyLimits = {
  readonly line: number;
  readonly replyLines: number;
  readonly replyBytes: number;
  readonly bytes: number;
};

/**
 * RFC 5321 §4.5.3.1.5 allows 512 octets a line; real servers exceed it. What is too long to be shown whole (contract §1) is
 * still a reply: these caps are about our memory, not about manners.
 */
export const REPLY_LIMITS: ReplyLimits = { line: 16_384, replyLines: 2_000, replyBytes: 32_768, bytes: 65_536 };

/** RFC 3463 §2; `#` is how AsyncOS writes it. */
const ENHANCED = /^#?([245]\.\d{1,3}\.\d{1,3})(?![\w.])/;

/** Never added to. */
const NO_LINES: string[] = [];

/**
 * Lines that need no escape: nearly all that servers send. A chunk is looked at once, in place of each of its lines.
 */
const PLAIN_LINES = /^(?:[\t\x20-\x7e]*\r?\n)*[\t\x20-\x7e]*$/;

export class ReplyReader {
  /** Bytes, one character each: the cheapest way to search, cut and keep them. What stands before `#at` is read. */
  #text = '';
  #at = 0;
  #plain = true;
  #bytes = 0;
  #replyBytes = 0;
  /** The lines of the present reply, which stay until the next one is begun; the first `#told` of them were taken. */
  #lines: string[] = NO_LINES;
  #told = 0;
  /** What they say, without their codes. */
  #texts: string[] = NO_LINES;
  #enhanced: string | null = null;
  #whole = false;
  /** The last of them cannot belong to a reply. */
  #stray = false;
  #broken: Malformed | null = null;
  readonly #limits: ReplyLimits;

  constructor(limits: ReplyLimits = REPLY_LIMITS) {
    this.#limits = limits;
  }

  push(chunk: Buffer): void {
    if (this.#broken) return;
    // What arrives up to the cap is still read: it may hold the line that explains the rest.
    const room = Math.max(0, Math.min(chunk.length, this.#limits.bytes - this.#bytes));
    this.#bytes += chunk.length;
    if (this.overfull) this.#broken = { malformed: 'too-many-bytes' };
    const text = chunk.toString('latin1', 0, room);
    const rest = this.#text.slice(this.#at);
    this.#plain = (rest === '' || this.#plain) && PLAIN_LINES.test(text);
    this.#text = rest + text;
    this.#at = 0;
  }

  /** The next whole reply; null when more bytes are needed. Once malformed, always malformed. */
  next(): Reply | Malformed | null {
    if (this.#whole) this.#begin();
    for (;;) {
      const bytes = this.#line();
      if (bytes === null) return this.#broken;
      if (typeof bytes !== 'string') return this.#give(bytes);
      const line = this.#plain && bytes.length <= MAX_PRINTABLE ? bytes : printableBytes(bytes);
      const code = codeOf(bytes);
      this.#keep(line, code === null ? line : textOf(line));
      if (code === null && this.#lines.length === 1) return this.#give({ malformed: 'not-a-reply' });
      if (code !== null && line.charCodeAt(3) !== HYPHEN) return this.#finish(code);
      if (this.#lines.length >= this.#limits.replyLines) return this.#give({ malformed: 'reply-too-long' });
    }
  }

  /** Whole lines read since this was last asked, for the transcript: printable, code included. Good until `next` is called. */
  takeLines(): readonly string[] {
    const lines = this.#told === 0 ? this.#lines : this.#lines.slice(this.#told);
    this.#told = this.#lines.length;
    return lines;
  }

  /** Lines of a reply whose last line has not come; one that cannot belong to a reply is none of them. */
  get partial(): readonly string[] {
    if (this.#whole) return NO_LINES;
    return this.#stray ? this.#lines.slice(0, -1) : this.#lines;
  }

  /** Whether bytes were pushed that no reply has used. */
  get unread(): boolean {
    return this.#at < this.#text.length || this.partial.length > 0;
  }

  /** Whether more was pushed than a session may hold. */
  get overfull(): boolean {
    return this.#bytes > this.#limits.bytes;
  }

  #line(): string | Malformed | null {
    const from = this.#at;
    const end = this.#text.indexOf('\n', from);
    const length = (end === -1 ? this.#text.length : end) - from;
    if (length > this.#limits.line) return { malformed: 'line-too-long' };
    if (end === -1) return null;
    this.#replyBytes += length + 1;
    if (this.#replyBytes > this.#limits.replyBytes) return { malformed: 'reply-too-long' };
    this.#at = end + 1;
    return this.#text.slice(from, length > 0 && this.#text.charCodeAt(end - 1) === CR ? end - 1 : end);
  }

  #give(malformed: Malformed): Malformed {
    if (malformed.malformed === 'line-too-long') {
      const start = printableBytes(this.#text.slice(this.#at, this.#at + this.#limits.line));
      this.#keep(start, start);
    }
    this.#stray = malformed.malformed === 'line-too-long' || malformed.malformed === 'not-a-reply';
    this.#broken = malformed;
    this.#text = '';
    this.#at = 0;
    return malformed;
  }

  #begin(): void {
    this.#lines = NO_LINES;
    this.#told = 0;
    this.#texts = NO_LINES;
    this.#enhanced = null;
    this.#replyBytes = 0;
    this.#whole = false;
  }

  /** Most replies are of one line, for which arrays of one are made; the first `push` makes room for seventeen. */
  #keep(line: string, text: string): void {
    if (this.#lines.length === 0) {
      this.#lines = [line];
      this.#texts = [text];
    } else {
      this.#lines.push(line);
      this.#texts.push(text);
    }
    this.#enhanced ??= enhancedOf(text);
  }

  #finish(code: number): Reply {
    this.#whole = true;
    return { code, enhanced: this.#enhanced, lines: this.#texts };
  }
}

const CR = 13;
const SPACE = 32;
const HYPHEN = 45;
const HASH = 35;

/** NaN for what is no digit, and beyond the end. */
const digit = (line: string, at: number): number => {
  const value = line.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
};

/** RFC 5321 §4.2 has codes of three digits; a fourth digit makes it something else. */
function codeOf(line: string): number | null {
  const code = digit(line, 0) * 100 + digit(line, 1) * 10 + digit(line, 2);
  return code >= 100 && Number.isNaN(digit(line, 3)) ? code : null;
}

/** What stands after code and separator; a line without a separator keeps what it has. */
function textOf(line: string): string {
  const separator = line.charCodeAt(3);
  return line.slice(separator === SPACE || separator === HYPHEN ? 4 : 3);
}

function enhancedOf(text: string): string | null {
  const first = text.charCodeAt(0);
  const mayBe = first === HASH || first === 50 || first === 52 || first === 53;
  return mayBe ? (ENHANCED.exec(text)?.[1] ?? null) : null;
}

export const isMalformed = (heard: Reply | Malformed): heard is Malformed => 'malformed' in heard;
