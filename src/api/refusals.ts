/**
 * A refusal as both doors say it: problem+json (RFC 9457) over REST, `extensions` over GraphQL. A fault is masked here: it
 * becomes `internal`, and nothing of its message, stack or path leaves the service. Pure.
 */

import type { Refusal, RefusalCode } from '../outcome.ts';
import { detailIn } from '../texts/refusals.ts';
import type { Language, Text } from '../texts/text.ts';

export type ProblemCode = RefusalCode | 'internal';

/** What a door says no with. `internal` is the mask of a fault; every other code comes from a Refusal. */
export type Declined = Omit<Refusal, 'code'> & { readonly code: ProblemCode };

/** Also what a shortage of the process' own is told as: it passes. */
export const OVERLOADED: Refusal = {
  code: 'overloaded',
  detail: 'this instance has more work than it can do in time',
  retryAfterSeconds: 2,
};

export const FAULT: Declined = {
  code: 'internal',
  detail: 'the service failed to answer; its log has the cause under the instance named here',
};

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export function statusOf(code: ProblemCode): number {
  switch (code) {
    case 'invalid-request':
    case 'invalid-domain':
      return 400;
    case 'unauthenticated':
      return 401;
    case 'forbidden':
    case 'target-forbidden':
    case 'recipient-forbidden':
      return 403;
    case 'not-found':
      return 404;
    case 'method-not-allowed':
      return 405;
    case 'idempotency-conflict':
      return 409;
    case 'body-too-large':
      return 413;
    case 'unsupported-media-type':
      return 415;
    case 'rate-limited':
      return 429;
    case 'internal':
      return 500;
    case 'dns-failure':
      return 502;
    case 'overloaded':
    case 'unavailable':
      return 503;
    case 'dns-timeout':
      return 504;
    default: {
      const unknown: never = code;
      throw new Error(`a problem without a status: ${unknown}`);
    }
  }
}

export const TITLES: Readonly<Record<ProblemCode, Text>> = {
  'invalid-request': { en: 'The request is not valid', th: 'คำขอไม่ถูกต้อง' },
  'invalid-domain': { en: 'The domain name is not valid', th: 'ชื่อโดเมนไม่ถูกต้อง' },
  unauthenticated: { en: 'An API key is needed', th: 'ต้องใช้คีย์ API' },
  forbidden: { en: 'This caller may not do that', th: 'ผู้เรียกไม่มีสิทธิ์ทำรายการนี้' },
  'target-forbidden': { en: 'This target may not be connected to', th: 'ไม่อนุญาตให้เชื่อมต่อปลายทางนี้' },
  'recipient-forbidden': { en: 'This recipient may not be sent to', th: 'ไม่อนุญาตให้ส่งถึงผู้รับรายนี้' },
  'not-found': { en: 'There is nothing here', th: 'ไม่พบสิ่งที่ขอ' },
  'method-not-allowed': { en: 'This method is not offered here', th: 'ไม่รองรับเมธอดนี้' },
  'idempotency-conflict': { en: 'This key belongs to another body', th: 'คีย์นี้ใช้กับคำขอที่มี body อื่นไปแล้ว' },
  'body-too-large': { en: 'The body is too large', th: 'body ใหญ่เกินไป' },
  'unsupported-media-type': { en: 'The body must be JSON', th: 'body ต้องเป็น JSON' },
  'rate-limited': { en: 'Too many requests', th: 'เรียกใช้ถี่เกินไป' },
  internal: { en: 'The service failed', th: 'ระบบขัดข้อง' },
  'dns-failure': { en: 'DNS gave no usable answer', th: 'DNS ไม่ให้คำตอบที่ใช้ได้' },
  overloaded: { en: 'The service is busy', th: 'ระบบกำลังทำงานหนัก' },
  unavailable: { en: 'The service cannot do this now', th: 'ระบบยังทำรายการนี้ไม่ได้ในขณะนี้' },
  'dns-timeout': { en: 'DNS did not answer in time', th: 'DNS ไม่ตอบภายในเวลาที่กำหนด' },
};

export const instanceOf = (requestId: string): string => `urn:mxscope:request:${requestId}`;

const errorsIn = (lang: Language, { errors }: Declined) =>
  errors?.map(({ pointer, detail }) => ({ pointer, detail: detailIn(lang, detail) }));

/** The problem document. Member order is that of RFC 9457, then ours. */
export function problemOf(declined: Declined, lang: Language, requestId: string): string {
  const { code, detail, scope, retryAfterSeconds } = declined;
  return JSON.stringify({
    type: `urn:mxscope:problem:${code}`,
    title: TITLES[code][lang],
    status: statusOf(code),
    detail: detailIn(lang, detail),
    instance: instanceOf(requestId),
    code,
    errors: errorsIn(lang, declined),
    scope,
    retryAfterSeconds,
  });
}

/** Seconds for `Retry-After`, where the status calls for one (429, 503). */
export function retryAfterOf(declined: Declined): number | undefined {
  const status = statusOf(declined.code);
  if (status !== 429 && status !== 503) return declined.retryAfterSeconds;
  return Math.max(1, declined.retryAfterSeconds ?? 1);
}

/** What a GraphQL error says and holds. */
export function graphqlErrorOf(declined: Declined, lang: Language, requestId: string) {
  return { message: detailIn(lang, declined.detail), extensions: extensionsOf(declined, lang, requestId) };
}

function extensionsOf(declined: Declined, lang: Language, requestId: string): Record<string, unknown> {
  const { code, scope, retryAfterSeconds } = declined;
  const errors = errorsIn(lang, declined);
  return {
    code,
    ...(errors && { errors }),
    ...(scope && { scope }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(code === 'internal' && { instance: instanceOf(requestId) }),
  };
}
