/**
 * Bytes from a server into replies (RFC 5321 §4.2). Pure: bytes are pushed, replies are taken, nothing is awaited. It accepts
 * what servers really send (bare LF, a code without text, lines that disagree about the code, a stray line inside a reply)
 * and keeps it as data; only what cannot be a reply, or is too much of one, is `malformed`. It never throws and never holds
 * more than its caps: line, lines of a reply, bytes of a reply, bytes in all.
 */

import { printableBytes } from './printable.ts';
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

/** RFC 5321 §4.5.3.1.5 allows 512 octets a line; real servers exceed it. The session's 64 KiB are the contract's. */
export const REPLY_LIMITS: ReplyLimits = { line: 4_096, replyLines: 500, replyBytes: 32_768, bytes: 65_536 };

/** RFC 3463 §2; `#` is how AsyncOS writes it. */
const ENHANCED = /^#?([245]\.\d{1,3}\.\d{1,3})(?![\w.])/;
const CODE = /^[1-9]\d\d(?!\d)/;

export class ReplyReader {
  /** Bytes not yet read, one character each: the cheapest way to search, cut and keep them. */
  #text = '';
  #bytes = 0;
  #replyBytes = 0;
  #partial: string[] = [];
  #fresh: string[] = [];
  #broken: Malformed | null = null;
  readonly #limits: ReplyLimits;

  constructor(limits: ReplyLimits = REPLY_LIMITS) {
    this.#limits = limits;
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.bytes) {
      // What arrived up to the cap is still read: it may hold the line that explains the rest.
      const room = Math.max(0, chunk.length - (this.#bytes - this.#limits.bytes));
      this.#text += chunk.toString('latin1', 0, room);
      this.#broken ??= { malformed: 'too-many-bytes' };
      return;
    }
    this.#text += chunk.toString('latin1');
  }

  /** The next whole reply; null when more bytes are needed. Once malformed, always malformed. */
  next(): Reply | Malformed | null {
    for (;;) {
      const line = this.#line();
      if (line === null) return this.#broken;
      if (typeof line !== 'string') return this.#give(line);
      const shown = printableBytes(line);
      this.#fresh.push(shown);
      if (!CODE.test(line) && this.#partial.length === 0) return this.#give({ malformed: 'not-a-reply' });
      this.#partial.push(shown);
      if (CODE.test(line) && line.charAt(3) !== '-') return this.#finish(Number(line.slice(0, 3)));
      if (this.#partial.length >= this.#limits.replyLines) return this.#give({ malformed: 'reply-too-long' });
    }
  }

  /** Whole lines read since this was last asked, for the transcript: printable, code included. */
  takeLines(): readonly string[] {
    if (this.#fresh.length === 0) return this.#fresh;
    const lines = this.#fresh;
    this.#fresh = [];
    return lines;
  }

  /** Lines of a reply whose last line has not come. */
  get partial(): readonly string[] {
    return this.#partial;
  }

  /** Whether bytes were pushed that no reply has used. */
  get unread(): boolean {
    return this.#text.length > 0 || this.#partial.length > 0;
  }

  /** Whether more was pushed than a session may hold. */
  get overfull(): boolean {
    return this.#bytes > this.#limits.bytes;
  }

  #line(): string | Malformed | null {
    const end = this.#text.indexOf('\n');
    if ((end === -1 ? this.#text.length : end) > this.#limits.line) return { malformed: 'line-too-long' };
    if (end === -1) return null;
    this.#replyBytes += end + 1;
    if (this.#replyBytes > this.#limits.replyBytes) return { malformed: 'reply-too-long' };
    const line = this.#text.slice(0, this.#text.charCodeAt(end - 1) === 13 ? end - 1 : end);
    this.#text = this.#text.slice(end + 1);
    return line;
  }

  #give(malformed: Malformed): Malformed {
    if (malformed.malformed === 'line-too-long')
      this.#fresh.push(printableBytes(this.#text.slice(0, this.#limits.line)));
    this.#broken = malformed;
    this.#text = '';
    return malformed;
  }

  #finish(code: number): Reply {
    const lines = this.#partial.map(textOf);
    this.#partial = [];
    this.#replyBytes = 0;
    return { code, enhanced: enhancedOf(lines), lines };
  }
}

/** What stands after code and separator; a line without a code, or without a separator, keeps what it has. */
function textOf(line: string): string {
  if (!CODE.test(line)) return line;
  const separator = line.charAt(3);
  return line.slice(separator === ' ' || separator === '-' ? 4 : 3);
}

function enhancedOf(lines: readonly string[]): string | null {
  for (const line of lines) {
    const match = ENHANCED.exec(line);
    if (match?.[1] !== undefined) return match[1];
  }
  return null;
}

export const isMalformed = (heard: Reply | Malformed): heard is Malformed => 'malformed' in heard;
