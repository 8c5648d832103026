/**
 * Finds the SMTP replies in any text: a reply, a session, a bounce, a log line, the error a phone shows. Pure and linear.
 * Never takes an address, port, size, date, year, version or queue id for a code: a code must begin a line or follow words
 * that announce one, and must look like RFC 5321 §4.2. Returns what was found in order, and nothing when there is nothing.
 */

import { isKnownCode } from './replies-codes.ts';
import { isCommand, type PastedLine, pastedLines } from './replies-lines.ts';
import { codesIn, enhancedOnly, looksCounted, type Mention } from './replies-mentions.ts';

/** A reply as found. `lines` hold the text of each line after code and separator; `context` the words before a quoted one. */
export type FoundReply = {
  readonly code: number;
  readonly enhanced: string | null;
  readonly lines: readonly string[];
  readonly context: string;
  /** Ended with a `NNN ` line (RFC 5321 §4.2.1); false for `NNN-` lines that nothing closed. */
  readonly complete: boolean;
};

export type PastedEvent =
  | { readonly kind: 'reply'; readonly reply: FoundReply }
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'closed' };

export type Parsed = {
  readonly events: readonly PastedEvent[];
  /** A notice of non-delivery, or lines of one. */
  readonly bounce: boolean;
  /** Every reply stands on a line of its own, as a server sent it: said twice is meant twice. */
  readonly verbatim: boolean;
};

/** More replies than any real session or bounce shows; the answer stays bounded. */
const MAX_REPLIES = 50;
/** Of one reply, all lines together. */
const MAX_REPLY_TEXT = 4_000;

const BOUNCE =
  /diagnostic-code|final-recipient|reporting-mta|remote server returned|mail delivery|undeliver|in reply to |remote host said|smtp error from remote|delivery has failed|delivery status notification|delivery to the following|transcript of session follows|permanent fatal errors/i;
const QUOTED_PRINTABLE = /content-transfer-encoding:\s{0,4}quoted-printable/i;
const CLOSED =
  /^(?:\*{3} )?(?:connection (?:closed|lost|reset)|lost connection|remote host closed connection|closed by remote host)/i;
const HEADER = /^[A-Za-z][A-Za-z-]{1,40}:\s/;
const MASK = /^[20*\s]*\*[20*\s]*$/;
const LINE_REPLY = /^([1-5]\d\d)(?:([ \t-])(.*)|[;:]\s{0,3}(.*)|(\*.*)|)$/;

export function parseReplies(pasted: string): Parsed {
  // RFC 2045 §6.7: a raw bounce breaks its lines anywhere, with a `=` at their end.
  const text = QUOTED_PRINTABLE.test(pasted) ? pasted.replace(/=\r?\n/g, '') : pasted;
  const lines = pastedLines(text);
  const reader = new Reader(lines);
  const bounce = BOUNCE.test(text);
  reader.read();
  if (reader.events.every((event) => event.kind !== 'reply')) {
    const events = enhancedOnly(text).map((mention) => ({ kind: 'reply' as const, reply: lone(mention) }));
    return { bounce, verbatim: false, events };
  }
  const verbatim = !bounce && (reader.plain || reader.events.some((event) => event.kind === 'command'));
  return { events: reader.events, bounce, verbatim };
}

const lone = ({ code, enhanced, text, before }: Mention): FoundReply => ({
  code,
  enhanced,
  lines: [text],
  context: before,
  complete: true,
});

type Open = {
  code: number;
  enhanced: string | null;
  lines: string[];
  context: string;
  complete: boolean;
  size: number;
};

class Reader {
  readonly events: PastedEvent[] = [];
  readonly #lines: readonly PastedLine[];
  /** Every line is a reply, a command or marked as one: there is no prose to be careful of. */
  readonly plain: boolean;
  /** Index of the next line that is a lone dot, per line; -1 where none follows. */
  readonly #dots: Int32Array;
  #current: Open | null = null;
  /** Lines of prose not yet read: bounces wrap in the middle of a reply, even between its two codes. */
  #prose = '';
  /** A blank line came after the current reply. */
  #gap = false;
  #count = 0;

  constructor(lines: readonly PastedLine[]) {
    this.#lines = lines;
    this.plain = lines.every(
      ({ from, body }) => from !== null || body === '' || LINE_REPLY.test(body) || isCommand(body) || body === '.',
    );
    this.#dots = new Int32Array(lines.length).fill(-1);
    let next = -1;
    for (let i = lines.length - 1; i >= 0; i -= 1) {
      this.#dots[i] = next;
      if (lines[i]?.body === '.') next = i;
    }
  }

  read(): void {
    for (let i = 0; i < this.#lines.length && this.#count < MAX_REPLIES; i += 1) {
      const line = this.#lines[i];
      if (line === undefined) break;
      const opensData = this.#line(line);
      // RFC 5321 §4.1.1.4: after 354 everything up to the lone dot is the message, whatever it looks like.
      const dot = this.#dots[i] ?? -1;
      if (opensData && dot !== -1) {
        this.#finish();
        i = dot;
      }
    }
    this.#finish();
  }

  /** True when the line asked for the message text. */
  #line(line: PastedLine): boolean {
    const { from, body } = line;
    if (body === '') {
      this.#blank();
      return false;
    }
    if (from === 'C') {
      this.#command(body);
      return false;
    }
    if (LINE_REPLY.test(body)) this.#readProse();
    const reply = this.#replyAt(line);
    if (reply !== null) {
      this.#segment(reply, from === 'S' || this.plain);
      return reply.code === 354;
    }
    if (isCommand(body)) this.#command(body);
    else if (CLOSED.test(body)) this.#closed();
    else this.#addProse(body);
    return false;
  }

  /** Pasting doubles line ends at times: a reply that promised another line may still get it. */
  #blank(): void {
    this.#readProse();
    if (this.#current?.complete === false) this.#gap = true;
    else this.#close();
  }

  #command(text: string): void {
    this.#finish();
    this.events.push({ kind: 'command', text });
  }

  #closed(): void {
    this.#finish();
    this.events.push({ kind: 'closed' });
  }

  /** The reply that this line begins, or null where its digits are something else. */
  #replyAt({ from, body }: PastedLine): Segment | null {
    const match = LINE_REPLY.exec(body);
    if (match === null) return null;
    const code = Number(match[1]);
    const text = (match[3] ?? match[4] ?? match[5] ?? '').trim();
    const continues = this.#current?.code === code && !this.#current.complete;
    const found: Segment = { code, text, last: match[2] !== '-', context: '', enhanced: null };
    if (continues || from === 'S') return found;
    if (code < 200 || looksCounted(body)) return null;
    if (this.plain || this.events.some((event) => event.kind === 'command')) return found;
    return isKnownCode(code) && text !== '' ? found : null;
  }

  #addProse(body: string): void {
    const open = this.#current;
    if (open !== null && open.code === 220 && !open.complete && MASK.test(body)) {
      this.#append(open, body);
      return;
    }
    if (this.#gap) this.#close();
    if (HEADER.test(body) || this.#prose.length + body.length > MAX_REPLY_TEXT) this.#readProse();
    this.#prose = this.#prose === '' ? body : `${this.#prose} ${body}`;
  }

  /** Words around replies: they carry quoted replies, or go on with the one before them. */
  #readProse(): void {
    const prose = this.#prose;
    this.#prose = '';
    if (prose === '') return;
    const open = this.#current;
    const mentions = codesIn(prose, open !== null && !open.complete ? open.code : null);
    const [first] = mentions;
    if (first === undefined) {
      if (open !== null && !HEADER.test(prose)) this.#append(open, prose);
      return;
    }
    if (open !== null && !open.complete) this.#append(open, first.before);
    for (const { before, ...mention } of mentions) this.#segment({ ...mention, context: before }, false);
  }

  #segment(segment: Segment, session: boolean): void {
    const open = this.#current;
    if (open !== null && open.code === segment.code && !open.complete) {
      this.#append(open, segment.text);
      open.complete = segment.last;
      this.#gap = false;
      if (session && segment.last) this.#close();
      return;
    }
    this.#close();
    this.#current = {
      code: segment.code,
      enhanced: segment.enhanced,
      lines: [segment.text],
      context: segment.context,
      complete: segment.last,
      size: segment.text.length,
    };
    if (session && segment.last) this.#close();
  }

  #append(open: Open, text: string): void {
    if (open.size + text.length > MAX_REPLY_TEXT) return;
    open.lines.push(text);
    open.size += text.length + 1;
  }

  #finish(): void {
    this.#readProse();
    this.#close();
  }

  #close(): void {
    const open = this.#current;
    this.#current = null;
    this.#gap = false;
    if (open === null || this.#count >= MAX_REPLIES) return;
    this.#count += 1;
    const enhanced = open.enhanced ?? enhancedIn(open.lines, Math.floor(open.code / 100));
    this.events.push({
      kind: 'reply',
      reply: { code: open.code, enhanced, lines: open.lines, context: open.context, complete: open.complete },
    });
  }
}

type Segment = {
  readonly code: number;
  readonly text: string;
  readonly last: boolean;
  readonly context: string;
  readonly enhanced: string | null;
};

const LEADING = /^[\s(#'"b,:;<-]{0,6}([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)/;
const BRACKETED = /[(#]#?([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)/;

/** RFC 2034 §4: the code opens the text. Many servers (qmail `(#5.1.1)`, AsyncOS `#5.5.1`) put it elsewhere. */
function enhancedIn(lines: readonly string[], codeClass: number): string | null {
  for (const line of lines) {
    const match = LEADING.exec(line);
    if (match !== null) return `${match[1]}.${Number(match[2])}.${Number(match[3])}`;
  }
  for (const line of lines) {
    const match = BRACKETED.exec(line);
    if (match !== null && Number(match[1]) === codeClass) return `${match[1]}.${Number(match[2])}.${Number(match[3])}`;
  }
  return null;
}
