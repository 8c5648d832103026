/**
 * Makes findings and gives them their words. Pure. A finding without evidence, of an unknown code, or without a param that
 * its words need is our bug and throws where it is made, not where it is shown. What a stranger chose never gets into a
 * param: host names are held to the characters a name or address has.
 */

import { FINDINGS, type FindingCode, UNNAMED_HOST } from '../texts/findings.ts';
import type { FindingEntry, FindingWords } from '../texts/findings-shape.ts';
import { type Language, type Params, say, type Text } from '../texts/text.ts';
import type { Confidence, Finding, RenderedFinding, Severity } from './types.ts';

export type { FindingCode } from '../texts/findings.ts';

export type FindingOptions = {
  readonly evidence: readonly string[];
  readonly confidence?: Confidence;
  readonly params?: Params;
  /** Where the case at hand weighs otherwise than usual. */
  readonly severity?: Severity;
};

/** A merged finding over twenty hosts still fits a page. */
export const MOST_EVIDENCE = 100;

/** `certain` unless said otherwise. */
export function finding(code: FindingCode, options: FindingOptions): Finding {
  const entry = entryOf(code);
  const lines = unique(options.evidence);
  const evidence = lines.length > MOST_EVIDENCE ? lines.slice(0, MOST_EVIDENCE) : lines;
  if (evidence.length === 0) throw new Error(`finding ${code} has no evidence`);
  const params: Record<string, Params[string]> = {};
  for (const name in options.params) {
    const value = options.params[name];
    if (value !== undefined) params[name] = typeof value === 'string' ? plain(value) : value;
  }
  const made: Finding = {
    code,
    severity: options.severity ?? entry.severity,
    confidence: options.confidence ?? 'certain',
    params,
    evidence,
  };
  const missing = lacking(code, params);
  if (missing !== undefined) throw new Error(`finding ${code} lacks the param ${missing}`);
  return made;
}

/** Each line once. Few are compared faster than they are put into a set, and nearly always are so already. */
function unique(lines: readonly string[]): readonly string[] {
  return lines.length <= 40 && !hasTwins(lines) ? lines : [...new Set(lines)];
}

function hasTwins(lines: readonly string[]): boolean {
  for (let i = 1; i < lines.length; i++) if (lines.indexOf(lines[i] ?? '') < i) return true;
  return false;
}

const needs = new Map<string, readonly string[]>();

/** The placeholders in the words of a code, `{host}` aside, which has a stand-in. */
function neededBy(code: string): readonly string[] {
  const known = needs.get(code);
  if (known) return known;
  const names = new Set(Array.from(JSON.stringify(entryOf(code)).matchAll(/\{(\w+)\}/g), ([, name = '']) => name));
  names.delete('host');
  const needed = [...names];
  needs.set(code, needed);
  return needed;
}

/** The first param that the words of a code need and that is not there. */
function lacking(code: string, params: Params): string | undefined {
  for (const name of neededBy(code)) if (params[name] === undefined) return name;
  return undefined;
}

/** Hosts, addresses, times and members of closed sets need no other character: a name from DNS may hold any. */
export const plain = (value: string): string =>
  PLAIN.test(value) ? value : value.replace(/[^\w.:,+\-[\] /]/g, '?').slice(0, 600);

const PLAIN = /^[\w.:,+\-[\] /]{0,600}$/;

export function render(finding: Finding, lang: Language): RenderedFinding {
  const { code, severity, confidence, evidence } = finding;
  const entry = entryOf(code);
  const words = wordsOf(entry, finding.params.variant);
  const params = { host: UNNAMED_HOST[lang], ...finding.params };
  const spoken = (text: Text) =>
    asSentence(say(finding.params.host === undefined ? closedUp(text) : text, lang, params));
  return {
    code,
    severity,
    confidence,
    title: spoken(words.title),
    explanation: spoken(words.explanation),
    fix: spoken(words.fix),
    evidence,
    references: entry.references,
  };
}

const SEVERITIES: ReadonlySet<unknown> = new Set<Severity>(['info', 'warning', 'error']);
const CONFIDENCES: ReadonlySet<unknown> = new Set<Confidence>(['certain', 'likely', 'possible']);

/** Whether a stored finding can be shown: another version of the service may have written one that has no words here. */
export function isFinding(value: unknown): value is Finding {
  if (typeof value !== 'object' || value === null) return false;
  const { code, severity, confidence, params, evidence } = value as Partial<Finding>;
  if (code === undefined || !FINDINGS.has(code) || !SEVERITIES.has(severity) || !CONFIDENCES.has(confidence))
    return false;
  if (typeof params !== 'object' || params === null || lacking(code, params) !== undefined) return false;
  return Array.isArray(evidence) && evidence.length > 0 && evidence.every((line) => typeof line === 'string');
}

/** A text that begins with the stand-in for a host begins with a capital; a host name is left as it is. */
const asSentence = (text: string): string => (text.startsWith(UNNAMED_HOST.en) ? `T${text.slice(1)}` : text);

/** Thai sets blanks around a Latin name, but none in front of a word of its own, nor behind a subject. */
const closedUp = ({ en, th }: Text): Text => ({
  en,
  th: th.replace(/(?<=[\u0e00-\u0e7f]) (?=\{host\})|(?<=^\{host\}) (?=[\u0e00-\u0e7f])/g, ''),
});

export const renderAll = (findings: readonly Finding[], lang: Language): RenderedFinding[] =>
  findings.map((finding) => render(finding, lang));

function entryOf(code: string): FindingEntry {
  const entry = FINDINGS.get(code);
  if (entry === undefined) throw new Error(`finding code ${code} is not in the catalogue`);
  return entry;
}

function wordsOf(entry: FindingEntry, variant: string | number | undefined): FindingWords {
  return { ...entry, ...(variant === undefined ? {} : entry.variants?.[variant]) };
}
