/**
 * The advice for every cause a reply can have, in both languages, and the few words around it. Data and one look-up; pure.
 * `{who}` is filled with a provider's name or "the server", never with a stranger's words.
 */

import type { Advice } from './replies-advice.ts';
import { DELIVERY_ADVICE } from './replies-delivery.ts';
import { MAILBOX_ADVICE } from './replies-mailbox.ts';
import { PROGRAM_ADVICE } from './replies-programs.ts';
import { PROTOCOL_ADVICE } from './replies-protocol.ts';
import { REPUTATION_ADVICE } from './replies-reputation.ts';
import { SECURITY_ADVICE } from './replies-security.ts';
import type { Text } from './text.ts';

const ALL = {
  ...PROTOCOL_ADVICE,
  ...MAILBOX_ADVICE,
  ...DELIVERY_ADVICE,
  ...SECURITY_ADVICE,
  ...PROGRAM_ADVICE,
  ...REPUTATION_ADVICE,
} as const;

export type Cause = keyof typeof ALL;

export const ADVICE: Readonly<Record<Cause, Advice>> = ALL;

/** Around the advice: who spoke when no provider is known, what a class of replies means, what a summary adds. */
export const REPLY_TEXTS = {
  someServer: { en: 'the server', th: 'เซิร์ฟเวอร์' },
  temporary: {
    en: 'This is temporary: the sending server keeps the message and tries again by itself.',
    th: 'เป็นปัญหาชั่วคราว เซิร์ฟเวอร์ฝั่งส่งจะเก็บจดหมายไว้และลองส่งใหม่เอง',
  },
  /** Thai writes no full stops: a word tells where the advice begins. */
  advice: { en: '{fix}', th: 'วิธีแก้: {fix}' },
  none: {
    en: 'There is no SMTP reply in this text. Paste the whole error or the whole notice, with the line that holds a number such as 550 or 5.7.1.',
    th: 'ไม่พบคำตอบ SMTP ในข้อความนี้ ให้วางข้อความผิดพลาดทั้งหมดหรือจดหมายตีกลับทั้งฉบับ รวมถึงบรรทัดที่มีตัวเลข เช่น 550 หรือ 5.7.1',
  },
  allWell: {
    en: 'Every reply in it is a good one; the server did all it was asked ({count} replies).',
    th: 'คำตอบทั้งหมดปกติ เซิร์ฟเวอร์ทำตามทุกคำสั่ง ({count} คำตอบ)',
  },
  others: {
    en: 'There are {count} more replies that refuse something; each is explained on its own.',
    th: 'ยังมีคำตอบที่ปฏิเสธอีก {count} รายการ อธิบายแยกไว้แต่ละรายการ',
  },
  oneOther: {
    en: 'One more reply refuses something; it is explained on its own.',
    th: 'ยังมีคำตอบที่ปฏิเสธอีก 1 รายการ อธิบายแยกไว้',
  },
} as const satisfies Record<string, Text>;
