/**
 * Who a message goes to and what is said to get it there: mailboxes (RFC 5321 §4.1.2, RFC 6531 §3.3), command lines, and the
 * bytes after DATA. Pure. A mailbox that breaks a rule comes back with the rule; a command line or a body that could be read
 * as more than one is impossible by construction: only the functions here make `Command` and `MessageData`.
 */

import { type Domain, parseDomain } from '../dns/name.ts';

/** `local@domain`, fit to stand between angle brackets. */
export type MailAddress = string & { readonly __brand: 'MailAddress' };
/** One line without its CRLF. */
export type Command = string & { readonly __brand: 'Command' };
/** CRLF lines with their dots stuffed, up to but without the CRLF.CRLF that ends them. */
export type StuffedLines = Uint8Array & { readonly __brand: 'StuffedLines' };

export type Mailbox = {
  /** As it stands in a command: a dot-string, or a quoted string where it has to be one. */
  readonly local: string;
  readonly domain: Domain;
  /** The local part is not ASCII: every server on the way has to know SMTPUTF8 (RFC 6531 §3.2). */
  readonly needsSmtpUtf8: boolean;
  readonly address: MailAddress;
};

export type ParsedMailbox =
  | { readonly ok: true; readonly mailbox: Mailbox }
  | { readonly ok: false; readonly rule: string };

export type MessageData = {
  readonly lines: StuffedLines;
  /** Octets as RFC 1870 §5 counts them: line ends included, stuffed dots not. */
  readonly size: number;
  readonly eightBit: boolean;
};

/** What ends the data; sent in one write (RFC 5321 §4.1.1.4), since some firewalls mangle it in two. */
export const END_OF_DATA = '\r\n.\r\n';

const MAX_LOCAL = 64;
/** RFC 5321 §4.5.3.1.3 allows a path of 256 octets, angle brackets included. */
const MAX_ADDRESS = 254;

/** RFC 5322 §3.2.3, and any character outside ASCII that is no control (RFC 6531 §3.3). */
const ATOM = /^[\w!#$%&'*+/=?^`{|}~\-\u00a0-\u{10ffff}]+$/u;
const QUOTED = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e\u00a0-\u{10ffff}]|\\[\x20-\x7e])*)"$/u;

export function parseMailbox(text: string): ParsedMailbox {
  const broken = (rule: string): ParsedMailbox => ({ ok: false, rule });
  if (/[\r\n\0]/.test(text)) return broken('an address holds no CR, LF or NUL');
  if (/[\x00-\x1f\x7f-\x9f]/.test(text)) return broken('an address holds no control characters');
  if (!text.isWellFormed()) return broken('an address must be valid Unicode text');
  const at = endOfLocal(text);
  if (at === -1) return broken('an address is local-part@domain');
  const written = text.slice(0, at);
  const local = canonicalLocal(written);
  if (local === undefined) return broken(ruleOfLocal(written));
  if (Buffer.byteLength(local) > MAX_LOCAL) return broken(`a local part has at most ${MAX_LOCAL} octets`);
  const after = text.slice(at + 1);
  if (after.startsWith('[')) return broken('the domain must be a name, not an address literal');
  const parsed = parseDomain(after);
  if (!parsed.ok) return broken(`the domain: ${parsed.detail}`);
  // RFC 5321 §2.3.5: a name in an address is written out, without the root's dot.
  if (/[.\u3002\uff0e\uff61]$/.test(after)) return broken('the domain of an address has no trailing dot');
  const address = `${local}@${parsed.domain}` as MailAddress;
  if (Buffer.byteLength(address) > MAX_ADDRESS) return broken(`an address has at most ${MAX_ADDRESS} octets`);
  const needsSmtpUtf8 = /[^\x00-\x7f]/.test(local);
  return { ok: true, mailbox: { local, domain: parsed.domain, needsSmtpUtf8, address } };
}

/** Index of the @ behind the local part, which a quoted string may hold others of; -1 without one. */
function endOfLocal(text: string): number {
  if (!text.startsWith('"')) return text.indexOf('@');
  const quoted = /^"(?:[^"\\]|\\.)*"/u.exec(text)?.[0];
  return quoted !== undefined && text[quoted.length] === '@' ? quoted.length : -1;
}

const isDotString = (text: string): boolean => text.split('.').every((atom) => ATOM.test(atom));

/** RFC 5321 §4.1.2: quotes and backslashes that are not needed are left out; what they quote is the same mailbox. */
function canonicalLocal(written: string): string | undefined {
  if (isDotString(written)) return written;
  const inside = QUOTED.exec(written)?.[1];
  if (inside === undefined) return undefined;
  const plain = inside.replace(/\\(.)/gu, '$1');
  return isDotString(plain) ? plain : `"${plain.replace(/["\\]/g, '\\$&')}"`;
}

function ruleOfLocal(written: string): string {
  if (written === '') return 'the local part must not be empty';
  if (written.startsWith('"'))
    return 'a quoted local part holds printable characters, with " and \\ behind a backslash';
  if (written.split('.').includes('')) return 'a local part has no dot first, last or beside another';
  return "a local part holds only letters, digits, dots and !#$%&'*+/=?^_`{|}~-, unless it is quoted";
}

/** RFC 3461; used where the server offers DSN. */
export type Dsn = {
  readonly notify?: readonly ('NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY')[];
  readonly ret?: 'FULL' | 'HDRS';
  readonly envid?: string;
};

export type MailParameters = {
  readonly size?: number;
  readonly eightBit?: boolean;
  readonly smtpUtf8?: boolean;
  readonly requireTls?: boolean;
  readonly dsn?: Dsn;
};

/** BODY is RFC 6152’s, SMTPUTF8 RFC 6531’s, REQUIRETLS RFC 8689’s, RET and ENVID RFC 3461’s. */
export function mailCommand(from: Mailbox, parameters: MailParameters): Command {
  const { size, eightBit, smtpUtf8, requireTls, dsn } = parameters;
  return command(
    `MAIL FROM:<${from.address}>`,
    size === undefined ? '' : `SIZE=${size}`,
    eightBit ? 'BODY=8BITMIME' : '',
    smtpUtf8 ? 'SMTPUTF8' : '',
    requireTls ? 'REQUIRETLS' : '',
    dsn?.ret === undefined ? '' : `RET=${dsn.ret}`,
    dsn?.envid === undefined ? '' : `ENVID=${xtext(dsn.envid)}`,
  );
}

export function rcptCommand(to: Mailbox, dsn?: Dsn): Command {
  const notify = dsn?.notify ?? [];
  // RFC 3461 §4.1: NEVER stands alone.
  const wanted = notify.includes('NEVER') ? ['NEVER'] : notify;
  return command(`RCPT TO:<${to.address}>`, wanted.length === 0 ? '' : `NOTIFY=${wanted.join(',')}`);
}

/** Joins the parts that are not empty. A line break or a NUL in any of them is our bug and throws. */
function command(...parts: readonly string[]): Command {
  const line = parts.filter((part) => part !== '').join(' ');
  if (/[\r\n\0]/.test(line)) throw new TypeError('a command is one line');
  return line as Command;
}

/** RFC 3461 §4: octets outside `!`–`~`, and `+` and `=`, as `+` and two upper-case hexadecimal digits. */
function xtext(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((octet) =>
      octet < 0x21 || octet > 0x7e || octet === 0x2b || octet === 0x3d
        ? `+${octet.toString(16).toUpperCase().padStart(2, '0')}`
        : String.fromCharCode(octet),
    )
    .join('');
}

/** CRLF, a lone CR and a lone LF are all one line end: what a server may read as such, we write as such. */
export const withCrlf = (text: string): string => text.replace(/\r\n|\r|\n/g, '\r\n');

/**
 * RFC 5321 §4.5.2. After this the only line that is a dot is ours: sequences such as LF.LF, which smuggle a second message
 * past servers that read line ends differently, have become ordinary lines with a stuffed dot. NUL has no place in mail.
 */
export function messageData(message: string): MessageData {
  const lines = withCrlf(message.replaceAll('\0', '')).replace(/\r\n$/, '');
  return {
    lines: Buffer.from(lines.replace(/(^|\r\n)\./g, '$1..'), 'utf8') as Uint8Array as StuffedLines,
    size: Buffer.byteLength(lines) + 2,
    eightBit: /[^\x00-\x7f]/.test(lines),
  };
}
