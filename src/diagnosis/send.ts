/**
 * Judges a test send: what each refusal was about, what the message needed and a host lacks, and what the openings showed.
 * Pure. Reads replies by the same table that explains pasted ones. What speaks of us is called ours and never theirs
 * (contract §1, §3). Returns no finding for a message that was simply taken.
 */

import type { Attempt, AttemptStage } from '../smtp/transaction.ts';
import type { Reply } from '../smtp/types.ts';
import type { Cause } from '../texts/replies.ts';
import { diagnoseHost } from './diagnose.ts';
import { type FindingCode, finding } from './findings.ts';
import { aboutUs } from './prober.ts';
import { answer, linesOf } from './quote.ts';
import { explainText } from './replies.ts';
import { mergeByCause } from './together.ts';
import type { Confidence, Finding } from './types.ts';

export type SendFacts = {
  readonly attempts: readonly Attempt[];
  readonly requireTls: boolean;
  /** A password was to be sent. */
  readonly loggingIn: boolean;
  readonly now: number;
};

export type JudgedSend = {
  /** A cause once, gravest first. */
  readonly findings: readonly Finding[];
  /** The wait a greylisting server asked for; null where it named none. Belongs to `greylisted`. */
  readonly retryAfterSeconds: number | null;
};

export function judgeSend(facts: SendFacts): JudgedSend {
  const findings = facts.attempts.flatMap((attempt) => [
    ...(attempt.facts === null ? [] : diagnoseHost(attempt.facts, facts.now)),
    ...judgeReply(attempt),
    ...judgeNeeds(attempt, facts),
  ]);
  const waits = facts.attempts.flatMap(({ reply }) => (reply === null ? [] : (retryAfter(reply) ?? [])));
  const greylisted = findings.some(({ code }) => code === 'greylisted');
  return {
    findings: mergeByCause(findings),
    retryAfterSeconds: greylisted && waits.length > 0 ? Math.max(...waits) : null,
  };
}

const SAID: Readonly<Record<AttemptStage, string>> = {
  opening: 'greeting',
  requirements: 'EHLO',
  auth: 'AUTH',
  mail: 'MAIL FROM',
  rcpt: 'RCPT TO',
  data: 'DATA',
  dot: 'end of data',
};

/** The refusal of MAIL, RCPT, DATA or the dot; what was said before is the opening's. */
function judgeReply({ host, outcome, stage, reply, facts }: Attempt): Finding[] {
  if (outcome === 'unknown') {
    const evidence = reply === null ? [`${SAID.dot}: no reply`] : answer(SAID.dot, reply);
    return [finding('outcome-unknown', { params: { host }, evidence })];
  }
  const transaction = stage === 'mail' || stage === 'rcpt' || stage === 'data' || stage === 'dot';
  if (reply === null && stage !== 'opening') return brokenOff({ host, outcome, stage, facts });
  if (reply === null || reply.code < 400 || !transaction) return [];
  const judged = codeOf(reply, stage);
  if (judged === null) return [];
  const { code, confidence } = judged;
  // What is turned away for now is less than what is turned away.
  const milder = reply.code < 500 && ERRORS.has(code) ? { severity: 'warning' as const } : {};
  return [finding(code, { params: { host }, confidence, evidence: answer(SAID[stage], reply), ...milder })];
}

const BROKEN_OFF: Readonly<Record<string, { readonly variant: string; readonly seen: string }>> = {
  reset: { variant: 'reset', seen: 'connection closed' },
  timeout: { variant: 'silent', seen: 'no reply in time' },
  'protocol-error': { variant: 'garbled', seen: 'no SMTP reply' },
};

/** The server ended the conversation in the middle of it. */
function brokenOff({ host, outcome, stage, facts }: Pick<Attempt, 'host' | 'outcome' | 'stage' | 'facts'>): Finding[] {
  const how = BROKEN_OFF[outcome];
  if (how === undefined || facts === null) return [];
  const params = { host, port: facts.port, variant: how.variant };
  return [finding('host-not-answering', { params, confidence: 'likely', evidence: [`${SAID[stage]}: ${how.seen}`] })];
}

/** Errors by the catalogue. */
const ERRORS: ReadonlySet<FindingCode> = new Set([
  'recipient-rejected',
  'sender-rejected',
  'relay-denied',
  'policy-rejected',
  'message-too-large',
  'smtputf8-needed',
]);

type Judged = { readonly code: FindingCode; readonly confidence: Confidence };

function codeOf(reply: Reply, stage: 'mail' | 'rcpt' | 'data' | 'dot'): Judged | null {
  const cause = explainText(linesOf(reply).join('\n')).replies[0]?.cause;
  const named = cause === undefined ? undefined : codeOfCause(cause, stage);
  if (named !== undefined && named !== 'policy-rejected') return { code: named, confidence: 'certain' };
  // A rule of theirs, or words we have no name for: it may be us that they mean.
  const ours = aboutUs(reply);
  if (ours !== null) return { code: ours, confidence: 'likely' };
  const code = named ?? (reply.code >= 500 ? BY_STAGE[stage] : undefined);
  if (code !== undefined) return { code, confidence: 'certain' };
  // "Try again later" to an unknown sender's first RCPT is how most greylisting sounds that does not say its name.
  return cause === 'try-later' && stage === 'rcpt' ? { code: 'greylisted', confidence: 'possible' } : null;
}

const BY_STAGE = {
  mail: 'sender-rejected',
  rcpt: 'recipient-rejected',
  data: 'policy-rejected',
  dot: 'policy-rejected',
} as const satisfies Record<string, FindingCode>;

const CAUSES: readonly (readonly [FindingCode, readonly Cause[]])[] = [
  ['greylisted', ['greylisted']],
  ['relay-denied', ['relay-denied', 'relay-not-registered', 'auth-needed']],
  ['message-too-large', ['message-too-big', 'message-over-mailbox-limit']],
  ['smtputf8-needed', ['address-not-ascii', 'utf8-reply-needed', 'utf8-header']],
  ['sender-rejected', ['sender-syntax', 'sender-domain-bad', 'sender-unknown', 'null-mx-sender']],
  [
    'recipient-rejected',
    [
      'address-problem',
      'address-bad',
      'mailbox-unknown',
      'not-in-directory',
      'domain-bad',
      'address-syntax',
      'address-ambiguous',
      'mailbox-moved',
      'not-local',
      'name-not-allowed',
      'null-mx-recipient',
      'no-mx',
      'takes-no-mail',
      'mailbox-problem',
      'mailbox-disabled',
      'mailbox-full',
      'list-expansion',
      'list-forbidden',
      'mailbox-wont-take',
      'tenant-without-mail',
      'nobody-left',
    ],
  ],
  [
    'policy-rejected',
    [
      'security-problem',
      'not-authorised',
      'policy',
      'transaction-failed',
      'encryption-needed',
      'trust-needed',
      'requiretls',
      'unauthenticated',
      'authentication-failed',
      'spf-failed',
      'spf-broken',
      'spf-suspicious',
      'dkim-failed',
      'dkim-missing',
      'dkim-unacceptable',
      'dkim-not-author',
      'dmarc-failed',
      'not-aligned',
      'bulk-authentication',
      'reverse-dns',
      'ipv6-rules',
      'ipv6-not-taken',
      'arc',
      'flood',
      'rate-limited',
      'too-many-connections',
      'daily-limit',
      'account-blocked-spam',
      'tenant-restricted',
      'unregistered-domain',
      'forwarding-off',
      'reputation',
      'ip-blocked',
      'microsoft-delist',
      'outlook-block-list',
      'recipient-block-list',
      'spamhaus-ip',
      'spamhaus-domain',
      'ip-listed',
      'some-list',
      'list-misused',
      'dynamic-ip',
      'spam-content',
      'policy-content',
      'spoofing',
      'geography',
      'attachment-blocked',
      'virus-found',
    ],
  ],
];
const BY_CAUSE: ReadonlyMap<Cause, FindingCode> = new Map(
  CAUSES.flatMap(([code, causes]) => causes.map((cause): [Cause, FindingCode] => [cause, code])),
);

function codeOfCause(cause: Cause, stage: AttemptStage): FindingCode | undefined {
  // RFC 5321 §4.2.3: 552 is a full mailbox as well as a message that is too large; only RCPT knows nothing of the message.
  if (cause === 'over-quota-or-size') return stage === 'rcpt' ? 'recipient-rejected' : 'message-too-large';
  const named = BY_CAUSE.get(cause);
  // Before RCPT no recipient is known: what is said of a mailbox is said of the sender's.
  return named === 'recipient-rejected' && stage === 'mail' ? 'sender-rejected' : named;
}

/** What the message needs and this host lacks, and what was asked for besides. */
function judgeNeeds({ host, outcome, stage, unmet, reply, facts }: Attempt, asked: SendFacts): Finding[] {
  const capabilities = facts?.capabilitiesAfterTls ?? facts?.capabilities ?? null;
  const keywords = capabilities?.extensions.map(({ keyword, params }) => [keyword, ...params].join(' ')) ?? [];
  const offered = [`EHLO: ${keywords.join(', ') || 'no extension'}`];
  const params = { host };
  if (unmet === 'smtputf8') return [finding('smtputf8-needed', { params, evidence: offered })];
  if (unmet === 'size')
    return [finding('message-too-large', { params, evidence: [`EHLO: SIZE ${capabilities?.size}`] })];
  if (unmet === 'auth' && reply !== null) {
    const said = [reply.code, reply.enhanced].filter((part) => part !== null).join(' ');
    return [finding('auth-failed', { params, evidence: [`AUTH: ${said} (text withheld)`] })];
  }
  if (unmet === 'auth')
    return [finding('auth-failed', { params: { ...params, variant: 'not-offered' }, evidence: offered })];
  if (unmet === 'tls' && asked.loggingIn) {
    const evidence = stage === 'opening' ? ['TLS handshake failed'] : [tlsSeen(facts?.tls.certificate ?? null)];
    return [finding('auth-failed', { params: { ...params, variant: 'unprotected' }, evidence })];
  }
  const taken = outcome === 'accepted' || outcome === 'dry-run-accepted';
  if (taken && asked.requireTls && !capabilities?.requireTls) {
    return [finding('requiretls-unsupported', { params, evidence: offered })];
  }
  return [];
}

type Seen = { readonly error: string | null; readonly hostnameMatches: boolean | null } | null;

function tlsSeen(certificate: Seen): string {
  if (certificate === null) return 'no TLS';
  return certificate.error === null ? 'certificate: another name' : `certificate: ${certificate.error}`;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
const AMOUNT = /\b(\d{1,6}) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b/i;
const CLOCK = /\b(?:(\d{1,2}):)?(\d{1,2}):(\d{2})\b/;
/** A greylisting filter asks for minutes, an odd one for hours; more is no wait but a refusal. */
const LONGEST_WAIT = 86_400;

/** "come back in 00:04:59", "try again in 300 seconds", "greylisted for 5 minutes". */
export function retryAfter(reply: Reply): number | null {
  if (reply.code < 400 || reply.code > 499) return null;
  const text = reply.lines.join(' ').slice(0, 4_000);
  const [, amount, unit] = AMOUNT.exec(text) ?? [];
  const [, hours = '0', minutes, seconds] = CLOCK.exec(text) ?? [];
  const wait =
    amount !== undefined && unit !== undefined
      ? Number(amount) * (UNIT_SECONDS[unit.charAt(0).toLowerCase()] ?? 1)
      : minutes !== undefined && seconds !== undefined
        ? Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
        : 0;
  return wait > 0 && wait <= LONGEST_WAIT ? wait : null;
}
