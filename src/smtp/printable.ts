/**
 * The quoting rule of contract §1: what a stranger sent, made fit to show. Pure. Bytes arrive as a latin1 string, one
 * character a byte, and are read as UTF-8 with U+FFFD for what is not; control characters but tab, and those that turn the
 * direction of text, become `\u{1b}`; a line is cut at 1,000 characters. Never throws, never returns more than that.
 */

export const MAX_PRINTABLE = 1_000;

const PLAIN = /^[\t\x20-\x7e]*$/;
const UNPRINTABLE = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A string already decoded, such as a certificate's subject. */
export function printable(text: string): string {
  if (text.length <= MAX_PRINTABLE && PLAIN.test(text)) return text;
  // Cutting first bounds the work; cutting again bounds the result, whose escapes are longer than what they replace.
  const head = text.slice(0, MAX_PRINTABLE + 1).toWellFormed();
  return cut(head.replace(UNPRINTABLE, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`));
}

/** A line of bytes, given as a latin1 string. */
export function printableBytes(line: string): string {
  if (line.length <= MAX_PRINTABLE && PLAIN.test(line)) return line;
  // A UTF-8 character takes at most four bytes, so what lies beyond cannot be shown anyway.
  return printable(Buffer.from(line.slice(0, 4 * MAX_PRINTABLE + 4), 'latin1').toString('utf8'));
}

function cut(text: string): string {
  if (text.length <= MAX_PRINTABLE) return text;
  const last = text.charCodeAt(MAX_PRINTABLE - 1);
  const half = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, half ? MAX_PRINTABLE - 1 : MAX_PRINTABLE);
}
