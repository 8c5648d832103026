/**
 * Which advice belongs to which code: the basic codes of RFC 5321 §4.2.3 and of the extensions, and the whole IANA registry
 * of enhanced status codes (RFC 5248). Data and look-ups only; providers' own words are judged before (`replies-rules.ts`).
 */

import type { Cause } from '../texts/replies.ts';

/** Basic codes, those that practice has added included (498, 571 and the like). */
const BASIC: ReadonlyMap<number, Cause> = new Map<number, Cause>([
  [211, 'help'],
  [214, 'help'],
  [220, 'ready'],
  [221, 'closing'],
  [235, 'auth-ok'],
  [250, 'done'],
  [251, 'forwarding'],
  [252, 'not-verified'],
  [253, 'etrn-pending'],
  [334, 'auth-goes-on'],
  [354, 'send-message'],
  [402, 'command-unknown-for-now'],
  [421, 'service-closing'],
  [422, 'password-transition'],
  [430, 'command-unknown-for-now'],
  [432, 'password-transition'],
  [450, 'mailbox-busy'],
  [451, 'local-error'],
  [452, 'no-room-or-too-many'],
  [453, 'nothing-queued'],
  [454, 'tls-or-auth-for-now'],
  [455, 'parameters-for-now'],
  [458, 'etrn-refused'],
  [459, 'etrn-refused'],
  [498, 'no-mx'],
  [500, 'command-unknown'],
  [501, 'bad-arguments'],
  [502, 'command-off'],
  [503, 'bad-sequence'],
  [504, 'parameter-off'],
  [510, 'address-bad'],
  [511, 'mailbox-unknown'],
  [512, 'domain-bad'],
  [513, 'address-syntax'],
  [521, 'takes-no-mail'],
  [523, 'encryption-needed'],
  [524, 'auth-needs-encryption'],
  [525, 'account-disabled'],
  [530, 'auth-needed'],
  [533, 'not-authorised'],
  [534, 'auth-too-weak'],
  [535, 'credentials'],
  [538, 'auth-needs-encryption'],
  [541, 'policy'],
  [550, 'refused'],
  [551, 'not-local'],
  [552, 'over-quota-or-size'],
  [553, 'name-not-allowed'],
  [554, 'transaction-failed'],
  [555, 'parameters-unknown'],
  [556, 'null-mx-recipient'],
  [557, 'policy'],
  [570, 'policy'],
  [571, 'policy'],
]);

/** Subject and detail (`X.7.26` is `7.26`) of the IANA registry, all 81 of them. */
const ENHANCED: ReadonlyMap<string, Cause> = new Map<string, Cause>([
  ['0.0', 'undefined'],
  ['1.0', 'address-problem'],
  ['1.1', 'mailbox-unknown'],
  ['1.2', 'domain-bad'],
  ['1.3', 'address-syntax'],
  ['1.4', 'address-ambiguous'],
  ['1.5', 'recipient-ok'],
  ['1.6', 'mailbox-moved'],
  ['1.7', 'sender-syntax'],
  ['1.8', 'sender-domain-bad'],
  ['1.9', 'relayed-on'],
  ['1.10', 'null-mx-recipient'],
  ['2.0', 'mailbox-problem'],
  ['2.1', 'mailbox-disabled'],
  ['2.2', 'mailbox-full'],
  ['2.3', 'message-over-mailbox-limit'],
  ['2.4', 'list-expansion'],
  ['3.0', 'system-problem'],
  ['3.1', 'system-full'],
  ['3.2', 'takes-no-mail'],
  ['3.3', 'feature-missing'],
  ['3.4', 'message-too-big'],
  ['3.5', 'system-misconfigured'],
  ['3.6', 'priority-changed'],
  ['4.0', 'network-problem'],
  ['4.1', 'no-answer'],
  ['4.2', 'bad-connection'],
  ['4.3', 'directory-failure'],
  ['4.4', 'no-route'],
  ['4.5', 'congestion'],
  ['4.6', 'loop'],
  ['4.7', 'expired'],
  ['5.0', 'protocol-problem'],
  ['5.1', 'command-invalid'],
  ['5.2', 'command-syntax'],
  ['5.3', 'too-many-recipients'],
  ['5.4', 'bad-arguments'],
  ['5.5', 'protocol-version'],
  ['5.6', 'auth-line-too-long'],
  ['6.0', 'content-problem'],
  ['6.1', 'media-unsupported'],
  ['6.2', 'conversion-forbidden'],
  ['6.3', 'conversion-unsupported'],
  ['6.4', 'conversion-lossy'],
  ['6.5', 'conversion-failed'],
  ['6.6', 'content-gone'],
  ['6.7', 'address-not-ascii'],
  ['6.8', 'utf8-reply-needed'],
  ['6.9', 'utf8-header'],
  ['6.10', 'utf8-reply-needed'],
  ['7.0', 'security-problem'],
  ['7.1', 'not-authorised'],
  ['7.2', 'list-forbidden'],
  ['7.3', 'security-conversion'],
  ['7.4', 'security-unsupported'],
  ['7.5', 'crypto-failure'],
  ['7.6', 'crypto-algorithm'],
  ['7.7', 'integrity'],
  ['7.8', 'credentials'],
  ['7.9', 'auth-too-weak'],
  ['7.10', 'encryption-needed'],
  ['7.11', 'auth-needs-encryption'],
  ['7.12', 'password-transition'],
  ['7.13', 'account-disabled'],
  ['7.14', 'trust-needed'],
  ['7.15', 'priority-too-low'],
  ['7.16', 'too-big-for-priority'],
  ['7.17', 'owner-changed'],
  ['7.18', 'domain-owner-changed'],
  ['7.19', 'owner-unverifiable'],
  ['7.20', 'dkim-missing'],
  ['7.21', 'dkim-unacceptable'],
  ['7.22', 'dkim-not-author'],
  ['7.23', 'spf-failed'],
  ['7.24', 'spf-broken'],
  ['7.25', 'reverse-dns'],
  ['7.26', 'authentication-failed'],
  ['7.27', 'null-mx-sender'],
  ['7.28', 'flood'],
  ['7.29', 'arc'],
  ['7.30', 'requiretls'],
]);

/** Codes that say no more than "no": a text that names a reason is worth more (RFC 3463 §3.1, §3.8). */
const VAGUE: ReadonlySet<string> = new Set(['0.0', '1.0', '2.0', '3.0', '4.0', '5.0', '6.0', '7.0', '7.1', '4.7']);

/** What a 2.x.x says (RFC 3463 §2): the thing named went well. */
const SUCCESS: ReadonlyMap<string, Cause> = new Map<string, Cause>([
  ['1.0', 'sender-ok'],
  ['1.5', 'recipient-ok'],
  ['1.9', 'relayed-on'],
  ['3.6', 'priority-changed'],
  ['6.0', 'message-accepted'],
  ['6.4', 'conversion-lossy'],
  ['7.0', 'auth-ok'],
]);

export const isKnownCode = (code: number): boolean => BASIC.has(code);

const detailOf = (enhanced: string): string => enhanced.slice(2);

/** In the registry, or in the numbers Microsoft 365 uses beside it (x.4.3nn, x.7.3nn–x.7.8nn, 5.1.20n …). */
export const isRegistered = (enhanced: string): boolean =>
  ENHANCED.has(detailOf(enhanced)) ||
  /^[45]\.(?:[1247]\.[3-8]\d\d|7\.(?:32|5\d|6[04]|12\d|13\d)|1\.20|4\.1[14])$/.test(enhanced);

/** Codes that nobody lists go by their first digit (RFC 5321 §4.2.1). */
const BY_CLASS: readonly Cause[] = ['intermediate', 'success', 'intermediate', 'transient', 'permanent'];

export const causeOfCode = (code: number): Cause =>
  BASIC.get(code) ?? BY_CLASS[Math.floor(code / 100) - 1] ?? 'permanent';

/** null where the registry does not know the code. A detail of a server's own still says what it is about (RFC 3463 §2). */
export function causeOfEnhanced(enhanced: string): Cause | null {
  const detail = detailOf(enhanced);
  if (enhanced.startsWith('2.')) return SUCCESS.get(detail) ?? null;
  if (enhanced === '4.3.2') return 'not-now';
  return ENHANCED.get(detail) ?? ENHANCED.get(`${detail.split('.', 1)[0]}.0`) ?? null;
}

/**
 * 4.3.2 says no more than "not now": full, restarting, or testing newcomers (RFC 3463 §3.4). No answer from a host is never
 * permanent (§3.5): who says 5.4.1 means something else. And a detail of a server's own names its subject only.
 */
export const isVague = (enhanced: string): boolean =>
  VAGUE.has(detailOf(enhanced)) ||
  ['4.3.2', '5.4.1'].includes(enhanced) ||
  (!enhanced.startsWith('2.') && !ENHANCED.has(detailOf(enhanced)));

/** Basic codes that have one meaning only, which a vague enhanced code does not blur (RFC 4954 §6, RFC 7504). */
const EXACT: ReadonlySet<number> = new Set([521, 530, 534, 535, 538, 556]);
export const isExact = (code: number): boolean => EXACT.has(code);

/** For the test that holds the tables whole. */
export const KNOWN_CODES: readonly number[] = [...BASIC.keys()];
export const REGISTERED: readonly string[] = [...ENHANCED.keys()];
