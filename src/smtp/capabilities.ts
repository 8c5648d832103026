/**
 * An EHLO reply into capabilities (RFC 5321 §4.1.1.1). Pure. Every keyword is kept, known or not, upper-cased and with its
 * parameters; what the service acts upon is read out beside. Repeated keywords stand in the list as often as they were
 * sent, and the first that says something counts. Never throws: a line that follows no rule is a keyword like any other.
 */

import type { Capabilities, Extension, Reply } from './types.ts';

/** More parameters than any extension defines; the reply itself is bounded by its reader. */
const MAX_PARAMS = 64;

/** The first line greets, the others are keywords. */
export function parseCapabilities(ehlo: Reply): Capabilities {
  const extensions: Extension[] = [];
  for (let i = 1; i < ehlo.lines.length; i++) {
    const extension = parseLine(ehlo.lines[i] ?? '');
    if (extension) extensions.push(extension);
  }
  return {
    extensions,
    startTls: has(extensions, 'STARTTLS'),
    size: sizeOf(extensions),
    auth: has(extensions, 'AUTH') ? mechanismsOf(extensions) : [],
    pipelining: has(extensions, 'PIPELINING'),
    eightBitMime: has(extensions, '8BITMIME'),
    smtpUtf8: has(extensions, 'SMTPUTF8'),
    dsn: has(extensions, 'DSN'),
    chunking: has(extensions, 'CHUNKING'),
    enhancedStatusCodes: has(extensions, 'ENHANCEDSTATUSCODES'),
    requireTls: has(extensions, 'REQUIRETLS'),
    limits: has(extensions, 'LIMITS') ? limitsOf(extensions) : NO_LIMITS,
  };
}

function has(extensions: readonly Extension[], keyword: string): boolean {
  for (const extension of extensions) if (extension.keyword === keyword) return true;
  return false;
}

/** `AUTH=LOGIN PLAIN`: the form of servers older than RFC 4954, still sent beside the right one for old clients. */
const EARLY_FORM = /^(AUTH|SIZE)=/i;

const NO_PARAMS: Extension['params'] = [];

function parseLine(line: string): Extension | undefined {
  if (isBareKeyword(line)) return { keyword: line, params: NO_PARAMS };
  const [keyword, ...params] = wordsOf(EARLY_FORM.test(line) ? line.replace('=', ' ') : line);
  return keyword === undefined ? undefined : { keyword: keyword.toUpperCase(), params };
}

/** A word alone and in capitals, as most keywords come: it takes no splitting. */
function isBareKeyword(line: string): boolean {
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i);
    const fits = (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 45;
    if (!fits) return false;
  }
  return line !== '';
}

/** What blanks separate, at most a keyword and its `MAX_PARAMS`. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  const text = line.trim();
  for (let from = 0; from < text.length && words.length <= MAX_PARAMS; ) {
    let to = from;
    while (to < text.length && !isBlank(text.charCodeAt(to))) to++;
    words.push(text.slice(from, to));
    from = to;
    while (from < text.length && isBlank(text.charCodeAt(from))) from++;
  }
  return words;
}

const isBlank = (code: number): boolean => code === 32 || code === 9;

/** RFC 1870 §4: the number is optional, 0 means no fixed limit. */
function sizeOf(extensions: readonly Extension[]): number | null {
  for (const { keyword, params } of extensions) {
    const [value] = params;
    if (keyword === 'SIZE' && value !== undefined && /^\d{1,20}$/.test(value)) return Number(value);
  }
  return null;
}

/** RFC 4954 §3: mechanisms of every AUTH line, each once, in the order offered. */
function mechanismsOf(extensions: readonly Extension[]): readonly string[] {
  const offered = extensions.filter((extension) => extension.keyword === 'AUTH').flatMap(({ params }) => params);
  return [...new Set(offered.map((mechanism) => mechanism.toUpperCase()))];
}

const NO_LIMITS: Capabilities['limits'] = { mailMax: null, rcptMax: null, rcptDomainMax: null };
const LIMIT = /^(MAILMAX|RCPTMAX|RCPTDOMAINMAX)=([1-9]\d{0,5})$/i;

/** RFC 9422 §4: positive numbers of at most six digits; a value that is none is as if it were not there. */
function limitsOf(extensions: readonly Extension[]): Capabilities['limits'] {
  const said = new Map<string, number>();
  for (const { keyword, params } of extensions) {
    if (keyword !== 'LIMITS') continue;
    for (const param of params) {
      const [, name, value] = LIMIT.exec(param) ?? [];
      if (name !== undefined && !said.has(name.toUpperCase())) said.set(name.toUpperCase(), Number(value));
    }
  }
  return {
    mailMax: said.get('MAILMAX') ?? null,
    rcptMax: said.get('RCPTMAX') ?? null,
    rcptDomainMax: said.get('RCPTDOMAINMAX') ?? null,
  };
}

/** What TLS brought and what it took away: keywords of one list that the other lacks (RFC 3207 §4.2). */
export function capabilityChanges(
  before: Capabilities,
  after: Capabilities,
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  return { added: keywordsMissing(before, after), removed: keywordsMissing(after, before) };
}

function keywordsMissing(from: Capabilities, of: Capabilities): readonly string[] {
  const known = new Set(from.extensions.map(({ keyword }) => keyword));
  return [...new Set(of.extensions.map(({ keyword }) => keyword))].filter((keyword) => !known.has(keyword));
}
