/**
 * Names as callers write them and as DNS carries them: UTS #46 non-transitional, then the contract's letter-digit-hyphen
 * rule. Pure. Host names of exchanges and probes are parsed by the same function. Never throws and never repeats the
 * input: a refusal is a sentence that names the rule which was broken.
 */

import tr46 from 'tr46';

/** A lower-case A-label name without a trailing dot, proven by `parseDomain`; '' is the root and never a Domain. */
export type Domain = string & { readonly __brand: 'Domain' };

export type ParsedDomain =
  | { readonly ok: true; readonly domain: Domain }
  | { readonly ok: false; readonly detail: string };

const MAX_NAME = 253;
const MAX_LABEL = 63;
/** Mapping shrinks a text at most about fourfold. These bound what it costs: punycode is quadratic in a label. */
const MAX_INPUT = 1_000;
const MAX_INPUT_LABEL = 252;

/** Nearly every name asked for. A label of digits alone at the end is left to the slow path, which refuses it. */
const PLAIN =
  /^(?!.*(?:^|\.)xn--)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*(?=[a-z_-]|\d+[a-z_-])[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

const UTS46 = {
  // RFC 5891 §4.2.3.1 wants no hyphens at 3 and 4, but hosts such as `r3---sn.example` live; first and last are judged below.
  checkHyphens: false,
  checkBidi: true,
  checkJoiners: true,
  useSTD3ASCIIRules: false,
  verifyDNSLength: false,
  transitionalProcessing: false,
  ignoreInvalidPunycode: false,
} as const;

/**
 * UTS #46 lets symbols and emoji through, IDNA does not: outside ASCII a label holds letters, marks and digits, and the
 * few others that RFC 5892 §2.6 and Appendix A allow.
 */
const NOT_IDNA = /[^\x00-\x7f\p{L}\p{M}\p{Nd}\u00b7\u0375\u05f3\u05f4\u06fd\u06fe\u0f0b\u3007\u30fb\u200c\u200d]/u;

export function parseDomain(input: string): ParsedDomain {
  if (input.length <= MAX_NAME && PLAIN.test(input)) return { ok: true, domain: input as Domain };
  const broken = brokenInput(input);
  if (broken !== undefined) return { ok: false, detail: broken };
  const ascii = mapped(input);
  if (ascii === undefined) return { ok: false, detail: 'a label is not valid under IDNA (UTS #46, non-transitional)' };
  const name = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii;
  const rule = brokenRule(name);
  return rule === undefined ? { ok: true, domain: name as Domain } : { ok: false, detail: rule };
}

/** The name for people. A label whose U-label would not be accepted as input stays an A-label. */
export function toUnicode(domain: string): string {
  if (!domain.includes('xn--')) return domain;
  return domain
    .split('.')
    .map((label) => {
      const unicode = unicodeOf(label);
      return NOT_IDNA.test(unicode) ? label : unicode;
    })
    .join('.');
}

function unicodeOf(label: string): string {
  if (!label.startsWith('xn--')) return label;
  const { domain, error } = tr46.toUnicode(label, UTS46);
  return error ? label : domain;
}

/** What is wrong with the text as it was given, before any mapping. */
function brokenInput(input: string): string | undefined {
  if (input === '') return 'a domain name must not be empty';
  if (input.length > MAX_INPUT) return `a domain name has at most ${MAX_NAME} octets`;
  if (input.split(/[.\u3002\uff0e\uff61]/).some((label) => label.length > MAX_INPUT_LABEL)) {
    return `a label has at most ${MAX_LABEL} octets`;
  }
  if (/[\x00-\x1f\x7f-\x9f]/.test(input)) return 'a domain name holds no control characters';
  if (input.includes('://')) return 'a domain name is wanted, not a URL';
  if (/^\[.*\]$/.test(input) || /^[0-9a-f.]*:[0-9a-f:.]*(?:%.*)?$/i.test(input))
    return 'a domain name is wanted, not an IP address';
  if (input.includes('@')) return 'a domain name is wanted, not a mail address';
  // UTS #46 drops some of these and would join what they part.
  if (!input.isWellFormed() || input.includes('\ufffd')) return 'a domain name must be valid Unicode text';
  return undefined;
}

function mapped(input: string): string | undefined {
  const ascii = tr46.toASCII(input, UTS46);
  if (ascii === null) return undefined;
  if (!/[^\x00-\x7f]/.test(input)) return ascii;
  // Only a label that was written in Unicode is held to this: an A-label of an emoji is a name that DNS knows.
  const written = input.toLowerCase();
  const strange = ascii.split('.').some((label) => !written.includes(label) && NOT_IDNA.test(unicodeOf(label)));
  return strange ? undefined : ascii;
}

function brokenRule(name: string): string | undefined {
  if (name === '') return 'the root is not a domain name';
  if (name.length > MAX_NAME) return `a domain name has at most ${MAX_NAME} octets`;
  const labels = name.split('.');
  for (const label of labels) {
    if (label === '') return 'a label must not be empty (two dots in a row, or a dot in front)';
    if (label.length > MAX_LABEL) return `a label has at most ${MAX_LABEL} octets`;
    if (!/^[a-z0-9_-]+$/.test(label)) return 'a label holds only letters, digits, hyphens and underscores';
    if (label.startsWith('-') || label.endsWith('-')) return 'a label neither begins nor ends with a hyphen';
  }
  if (/^\d+$/.test(labels[labels.length - 1] ?? '')) {
    return /^\d+(?:\.\d+){3}$/.test(name)
      ? 'a domain name is wanted, not an IP address'
      : 'the last label must not be all digits';
  }
  return undefined;
}
