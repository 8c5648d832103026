/** A test send as it is kept: in no language, without the message's text and without the caller's secrets. Pure. */

import { isFinding, renderAll } from '../diagnosis/findings.ts';
import type { Finding } from '../diagnosis/types.ts';
import type { Attempt, SendStatus } from '../smtp/transaction.ts';
import type { Language } from '../texts/text.ts';
import { TestSend } from './contract.ts';
import { renderReply } from './probe.ts';
import { faultsOf } from './validate.ts';

export type SendRecord = {
  readonly id: string;
  /** Whose it is; another caller does not find it. */
  readonly caller: string;
  readonly status: SendStatus;
  readonly messageId: string | null;
  readonly queueId: string | null;
  readonly acceptedBy: string | null;
  readonly attempts: readonly KeptAttempt[];
  readonly findings: readonly Finding[];
  /** The wait a greylisting server asked for; shown with `greylisted`. */
  readonly retryAfterSeconds: number | null;
};

type KeptAttempt = Pick<Attempt, 'host' | 'ip' | 'preference' | 'outcome' | 'reply' | 'transcript'>;

export const kept = ({ host, ip, preference, outcome, reply, transcript }: Attempt): KeptAttempt => ({
  host,
  ip,
  preference,
  outcome,
  reply,
  transcript,
});

/** undefined for anything but a stored record; a finding that this version has no words for is left out. */
export function parseSend(text: string): SendRecord | undefined {
  try {
    const stored = JSON.parse(text) as SendRecord;
    const record = { ...stored, findings: stored.findings.filter(isFinding) };
    const whole = typeof record.caller === 'string' && faultsOf(TestSend, renderSend(record, 'en')).length === 0;
    return whole ? record : undefined;
  } catch {
    return undefined;
  }
}

export function renderSend(record: SendRecord, lang: Language): TestSend {
  const { id, status, messageId, queueId, acceptedBy } = record;
  const rendered = renderAll(record.findings, lang).map((finding) =>
    finding.code === 'greylisted' ? { ...finding, retryAfterSeconds: record.retryAfterSeconds ?? null } : finding,
  );
  return {
    id,
    status,
    messageId,
    queueId,
    acceptedBy,
    attempts: record.attempts.map((attempt) => ({ ...attempt, reply: attempt.reply && renderReply(attempt.reply) })),
    findings: rendered,
  } as TestSend;
}
