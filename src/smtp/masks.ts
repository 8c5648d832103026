/**
 * The marks a rewriting firewall leaves in a session, exactly as contract §3 defines them. Pure, and no verdict: each
 * function says whether one mark is there; `diagnosis` weighs them, and the probe asks `isSuspicious` before it experiments.
 */

import type { Reply, SessionFacts } from './types.ts';

const MASK = /^[20* \t]*$/;
const OVERWRITTEN = /^(?:X{2,}[A-Z]|X{4,}|\*{4,})$/;
const RUN_OF_XS = /(?<![A-Za-z0-9])(?:X{4,}|x{4,})(?![A-Za-z0-9])/g;

const stars = (text: string): number => text.length - text.replaceAll('*', '').length;

/** Nothing but `2`, `0`, `*`, space and tab, and at least four `*`. A text beside stars is an honest box of stars. */
export function isMaskedBanner(banner: Reply | null): boolean {
  return banner?.lines.every((line) => MASK.test(line)) === true && stars(banner.lines.join('')) >= 4;
}

/** `220-***…` whose last line was overwritten too, code and all, so that it never came. */
export function isMaskedUnfinishedGreeting(lines: readonly string[]): boolean {
  const [first = '', ...rest] = lines;
  if (!first.startsWith('220-') || !rest.every((line) => MASK.test(line.replace(/^220-/, '')))) return false;
  return MASK.test(first.slice(4)) && stars(lines.join('')) >= 4;
}

/** Keywords of an EHLO reply that were overwritten, as sent. The first line greets and holds none. */
export function overwrittenKeywords(ehlo: Reply | null): readonly string[] {
  if (!ehlo) return [];
  return ehlo.lines
    .slice(1)
    .map((line) => line.trim().split(/[ \t]/, 1)[0] ?? '')
    .filter((word) => OVERWRITTEN.test(word));
}

/** A refusal that repeats our command as X's: at least as many as the verb had letters, which no honest server writes. */
export function echoOfXs(sent: string, reply: Reply | null): boolean {
  if (!reply || reply.code < 400) return false;
  const verb = sent.trim().split(/[ \t]/, 1)[0] ?? '';
  return reply.lines.some((line) =>
    (line.match(RUN_OF_XS) ?? []).some((run) => run.length >= Math.max(4, verb.length)),
  );
}

/** Every refusal of the session that echoes X's, with what we had sent. */
export function echoesOfXs(facts: SessionFacts): readonly { readonly sent: string; readonly reply: Reply }[] {
  const asked = [
    { sent: 'EHLO', reply: facts.ehlo },
    { sent: 'HELO', reply: facts.helo },
    { sent: 'STARTTLS', reply: facts.startTls },
    ...facts.experiments,
  ];
  return asked.flatMap(({ sent, reply }) => (reply && echoOfXs(sent, reply) ? [{ sent, reply }] : []));
}

/** The wording of Cisco's AsyncOS for a command it does not know: it names the server behind, not the firewall. */
export function isAsyncOsRefusal(reply: Reply | null): boolean {
  return reply !== null && reply.code >= 400 && reply.lines.some((line) => /^#5\.5\.1\b/.test(line));
}

/** EHLO answered 250 without a keyword: how a command replaced by NOOP looks, and a plain old server too. */
export const isOneLineEhlo = (ehlo: Reply | null): boolean => ehlo?.code === 250 && ehlo.lines.length === 1;

const isPositive = (reply: Reply | null): boolean => reply !== null && reply.code >= 200 && reply.code < 300;

/** EHLO refused, or answered by hanging up, where HELO works. */
export function isEhloRefusedHeloWorks(facts: SessionFacts): boolean {
  const refused = facts.droppedOnEhlo || (facts.ehlo !== null && !isPositive(facts.ehlo));
  return refused && isPositive(facts.helo);
}

/**
 * Whether experiments are worth a bad command to this server. EHLO refused while HELO works, with nothing else, is an old
 * server and is left in peace.
 */
export function isSuspicious(facts: SessionFacts): boolean {
  return (
    isMaskedBanner(facts.banner) ||
    overwrittenKeywords(facts.ehlo).length > 0 ||
    echoesOfXs(facts).length > 0 ||
    isAsyncOsRefusal(facts.ehlo) ||
    isAsyncOsRefusal(facts.startTls) ||
    isOneLineEhlo(facts.ehlo)
  );
}
