/**
 * What a firewall that rewrites SMTP leaves behind in replies, exactly as contract §3 defines it: greetings turned into stars,
 * keywords and echoed commands turned into X's. Pure predicates; they say what is there, never who did it (`diagnosis`
 * concludes). The probe asks `bearsMarks` before it experiments. Nothing here throws.
 */

import type { Reply, SessionFacts } from './types.ts';

/** What PIX and ASA leave of a greeting: `2`, `0` and blanks shine through, the rest is stars. */
const MASK_ONLY = /^[20* \t]*$/;

const isMaskOnly = (line: string): boolean => MASK_ONLY.test(line);

/** At least four stars, so that a bare `220 ` is none. */
export const isMaskedText = (text: string): boolean => isMaskOnly(text) && text.split('*').length > 4;

/** Every line of the greeting is mask; a legal notice in a box of stars has text beside them and is not one. */
export const isMaskedBanner = ({ code, lines }: Reply): boolean =>
  code === 220 && lines.every(isMaskOnly) && isMaskedText(lines.join(' '));

/** A greeting `220-***` whose last line never came: the inspector overwrote the `220 ` of the line that ends it. */
export function isMaskedUnfinished(lines: readonly string[]): boolean {
  const [first = '', ...rest] = lines;
  return /^220-[20* \t]*\*{3}[20* \t]*$/.test(first) && rest.every((line) => /^[20* \t-]*$/.test(line));
}

/** `XXXXXXXA`, `XXXX`, `********` as a whole word; `XCLIENT` and `X-ANONYMOUSTLS` are names of real extensions. */
const OVERWRITTEN_KEYWORD = /^\s*(X{2,}[A-Z]|X{4,}|\*{4,})(?!\S)/;

/** An X, a star or a blank of any kind: nearly every keyword begins otherwise, and needs no pattern. */
const mayBeMask = (first: number): boolean => first === 88 || first === 42 || !(first > 32 && first < 127);

/** The overwritten keywords of an EHLO reply, in order; its first line is the server's name and is never looked at. */
export function overwrittenKeywords({ lines }: Reply): string[] {
  const words: string[] = [];
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const word = mayBeMask(line.charCodeAt(0)) ? OVERWRITTEN_KEYWORD.exec(line)?.[1] : undefined;
    if (word !== undefined) words.push(word);
  }
  return words;
}

/**
 * A refusal that quotes X's we never sent: the command was rewritten on its way (`Command unrecognized: "XXXXXXXX"`).
 * A telephone number such as 555-XXXX in a refusal is none, hence the hyphens.
 */
export const echoOfXs = (reply: Reply): boolean => reply.code >= 400 && reply.lines.some(quotesXs);

export const quotesXs = (line: string): boolean => /(?<![\w-])(?:X{4,}[A-Z]?|x{4,})(?![\w-])/.test(line);

/** AsyncOS (Cisco/IronPort ESA) words a refused command this way; behind a firewall it is the server that says it. */
export const inAsyncOsWords = (reply: Reply): boolean =>
  reply.code >= 500 && reply.lines.some((line) => /^#5\.5\.1(?!\d)/.test(line.trim()));

export const accepted = (reply: Reply | null): boolean => reply !== null && reply.code >= 200 && reply.code < 300;

/** EHLO was answered with anything but 2xx and 421, or by hanging up, and HELO is served (RFC 5321 §3.2). */
export function ehloRefusedHeloServed(facts: SessionFacts): boolean {
  const refused = facts.droppedOnEhlo || (facts.ehlo !== null && !accepted(facts.ehlo) && facts.ehlo.code !== 421);
  return refused && accepted(facts.helo);
}

/** EHLO answered by one bare 250: no extension at all, as when the command was turned into NOOP. */
export const oneLineEhlo = (facts: SessionFacts): boolean => facts.ehlo?.code === 250 && facts.ehlo.lines.length === 1;

/** Of replies to commands every mail server knows; what answers our nonsense verb proves nothing about words. */
const bearsWords = (reply: Reply | null): boolean => reply !== null && (echoOfXs(reply) || inAsyncOsWords(reply));

/**
 * Marks that no honest server leaves by being merely old: worth two bad commands and one more session. EHLO refused while
 * HELO works is none of them, nor is a missing STARTTLS.
 */
export function bearsMarks(facts: SessionFacts): boolean {
  return (
    (facts.banner !== null && isMaskedBanner(facts.banner)) ||
    (facts.ehlo !== null && overwrittenKeywords(facts.ehlo).length > 0) ||
    bearsWords(facts.ehlo) ||
    bearsWords(facts.helo) ||
    bearsWords(facts.startTls) ||
    oneLineEhlo(facts)
  );
}

/** Whether a session shows any sign at all, its own or what may be ours; honest servers with a plain list show none. */
export function isSuspicious(facts: SessionFacts): boolean {
  return (
    bearsMarks(facts) ||
    isMaskedUnfinished(facts.unfinishedGreeting) ||
    ehloRefusedHeloServed(facts) ||
    facts.droppedOnEhlo ||
    facts.startTls?.code === 500 ||
    facts.startTls?.code === 502
  );
}
