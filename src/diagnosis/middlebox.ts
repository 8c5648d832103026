/**
 * Reads a session for the traces of a firewall that rewrites SMTP, by the exact rules of contract §3, and weighs what the
 * experiments added. Pure. An old server, a box of stars with text beside it and a server without TLS show no trace here;
 * a missing STARTTLS alone is never one. Returns an empty list then.
 */

import {
  accepted,
  echoOfXs,
  ehloRefusedHeloServed,
  inAsyncOsWords,
  isMaskedBanner,
  isMaskedUnfinished,
  isSuspicious,
  oneLineEhlo,
  overwrittenKeywords,
  quotesXs,
} from '../smtp/masks.ts';
import type { Reply, SessionFacts } from '../smtp/types.ts';
import { type FindingOptions, finding } from './findings.ts';
import { answer, answerLines, answerTo, linesOf } from './quote.ts';
import type { Confidence, Finding } from './types.ts';

/** Codes that a rewriting device near us would cause as well as one in front of the server. */
export const MASK_CODES: ReadonlySet<string> = new Set([
  'esmtp-inspection',
  'starttls-stripped',
  'banner-masked',
  'ehlo-rejected',
]);

const NONE: readonly Finding[] = [];

/** One trace and the lines it was seen in. */
type Sign = { readonly evidence: readonly string[]; readonly confidence: Confidence };

export function middleboxFindings(
  facts: SessionFacts,
  params: NonNullable<FindingOptions['params']>,
): readonly Finding[] {
  // Nearly every session: nothing below finds anything where this sees no sign.
  if (!isSuspicious(facts) && facts.experiments.length === 0) return NONE;
  const found: Finding[] = [];
  const inspection = inspectionOf(facts);
  if (inspection) found.push(finding('esmtp-inspection', { ...inspection, params }));
  const stripped = strippedOf(facts);
  if (stripped) found.push(finding('starttls-stripped', { ...stripped, params }));
  if (facts.banner && isMaskedBanner(facts.banner)) {
    found.push(finding('banner-masked', { evidence: linesOf(facts.banner), params }));
  }
  // RFC 5321 §3.2 lets a client fall back to HELO; without another sign this is a server from before ESMTP.
  if (!inspection && ehloRefusedHeloServed(facts)) {
    const evidence = [...refusedEhlo(facts), ...answer('HELO', facts.helo)];
    found.push(finding('ehlo-rejected', { evidence, params, confidence: 'likely' }));
  }
  return found;
}

/** One strong sign, or any two of the four weak ones. */
function inspectionOf(facts: SessionFacts): Sign | null {
  const strong = strongSigns(facts);
  const weak = weakSigns(facts);
  if (strong.length === 0 && weak.length < 2) return null;
  const support = supportOf(facts);
  const signs = [...strong, ...weak];
  const sure = strong.length > 1 || support.length > 0 || strong.some(({ confidence }) => confidence === 'certain');
  return {
    evidence: [...signs.flatMap(({ evidence }) => evidence), ...support],
    confidence: sure ? 'certain' : 'likely',
  };
}

function strongSigns(facts: SessionFacts): Sign[] {
  const signs: Sign[] = [];
  const { ehlo, unfinishedGreeting } = facts;
  const words = ehlo && accepted(ehlo) ? overwrittenKeywords(ehlo) : [];
  if (ehlo && words.length > 0) {
    // A, B, C … as last letter is how ASA numbers what it masked; a bare run of X's or stars could be another device.
    const numbered = words.some((word) => /^X+[A-WYZ]$/.test(word));
    const evidence = answerLines('EHLO', ehlo, (text) => words.some((word) => text.includes(word)));
    signs.push({ evidence, confidence: numbered ? 'certain' : 'likely' });
  }
  const echoes = commandsOf(facts).filter(({ reply }) => echoOfXs(reply));
  if (echoes.length > 0) {
    const evidence = echoes.flatMap(({ sent, reply }) => answerLines(sent, reply, quotesXs));
    signs.push({ evidence, confidence: 'certain' });
  }
  if (isMaskedUnfinished(unfinishedGreeting)) signs.push({ evidence: unfinishedGreeting, confidence: 'likely' });
  return signs;
}

type Asked = { readonly sent: string; readonly reply: Reply };

/** Every command of the session that was answered, our experiments too. */
function commandsOf(facts: SessionFacts): Asked[] {
  return [...knownCommands(facts), ...facts.experiments.flatMap(({ sent, reply }) => (reply ? [{ sent, reply }] : []))];
}

/** The commands that every mail server knows: what answers a nonsense verb says nothing about the path. */
function knownCommands({ ehlo, helo, startTls }: SessionFacts): Asked[] {
  const asked = [
    { sent: 'EHLO', reply: ehlo },
    { sent: 'HELO', reply: helo },
    { sent: 'STARTTLS', reply: startTls },
  ];
  return asked.flatMap(({ sent, reply }) => (reply ? [{ sent, reply }] : []));
}

function weakSigns(facts: SessionFacts): Sign[] {
  const signs: Sign[] = [];
  const weak = (evidence: readonly string[]) => signs.push({ evidence, confidence: 'possible' });
  if (facts.banner && isMaskedBanner(facts.banner)) weak(linesOf(facts.banner));
  if (ehloRefusedHeloServed(facts)) weak([...refusedEhlo(facts), ...answer('HELO', facts.helo)]);
  const asyncOs = knownCommands(facts).filter(({ reply }) => inAsyncOsWords(reply));
  if (asyncOs.length > 0) weak(asyncOs.flatMap(({ sent, reply }) => answer(sent, reply)));
  if (oneLineEhlo(facts)) weak(answer('EHLO', facts.ehlo));
  return signs;
}

const refusedEhlo = (facts: SessionFacts): string[] =>
  facts.droppedOnEhlo ? ['EHLO: connection closed'] : answer('EHLO', facts.ehlo);

/** What the experiments add to signs that are there already; alone they accuse nobody. */
function supportOf(facts: SessionFacts): string[] {
  return facts.experiments.flatMap((experiment) => {
    const { name, reply } = experiment;
    // PIX 5 and 6 put NOOP in the place of what they do not know, so that nonsense is answered "OK".
    if (name === 'unknown-verb' && accepted(reply)) return answerTo(experiment);
    // EHLO in one piece was served and in two pieces refused: an inspector that reads segments, not lines.
    if (name === 'split-ehlo' && accepted(facts.ehlo) && reply !== null && !accepted(reply))
      return answerTo(experiment);
    return [];
  });
}

export function offersStartTls(facts: SessionFacts): boolean {
  if (facts.capabilities) return facts.capabilities.startTls;
  return accepted(facts.ehlo) && (facts.ehlo?.lines.slice(1).some((line) => /^STARTTLS\b/i.test(line)) ?? false);
}

/**
 * STARTTLS overwritten in the list, or offered and then answered as an unknown command. That a server answers 501 to our
 * illegal STARTTLS (RFC 3207 §4) shows that its program knows the command and no more: Postfix does so with TLS switched off.
 */
function strippedOf(facts: SessionFacts): Sign | null {
  const { ehlo, startTls } = facts;
  if (startTls && (startTls.code === 500 || startTls.code === 502) && (offersStartTls(facts) || masked(ehlo))) {
    const offer = ehlo ? answerLines('EHLO', ehlo, (text) => /STARTTLS|X{3}|\*{4}/i.test(text)) : [];
    const evidence = [...offer, ...answer('STARTTLS', startTls)];
    return { evidence, confidence: echoOfXs(startTls) ? 'certain' : 'likely' };
  }
  if (!ehlo || !accepted(ehlo) || offersStartTls(facts)) return null;
  const masks = masksOfStartTls(ehlo);
  if (masks.length === 0) return null;
  const evidence = answerLines('EHLO', ehlo, (text) => masks.some(({ line }) => line === text));
  return { evidence, confidence: masks.some(({ likely }) => likely) ? 'likely' : 'possible' };
}

const masked = (ehlo: Reply | null): boolean => ehlo !== null && masksOfStartTls(ehlo).length > 0;

/**
 * Overwritten words as long as STARTTLS. A mask keeps the length, so CHUNKING and SMTPUTF8 look the same; Postfix lists those
 * two right behind DSN, where a mask is a weaker sign.
 */
function masksOfStartTls(ehlo: Reply): { readonly line: string; readonly likely: boolean }[] {
  const words = new Set(overwrittenKeywords(ehlo));
  let shownBefore = '';
  return ehlo.lines.slice(1).flatMap((line) => {
    const word = line.trim().split(/\s/, 1)[0] ?? '';
    if (!words.has(word)) {
      shownBefore = word.toUpperCase();
      return [];
    }
    return word.length === 'STARTTLS'.length ? [{ line, likely: shownBefore !== 'DSN' }] : [];
  });
}
