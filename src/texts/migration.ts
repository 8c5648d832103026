/**
 * Why each stage of a move is as it is, in both languages. Pure data and one function that
 * writes a stage's reason with its times in words. Codes and placeholders are those of src/mx/migration*.ts.
 */

import { type Catalogue, type Language, type Params, say, type Text } from './text.ts';

export const MIGRATION_WHY = {
  'fallback-publish': {
    en: 'Add the new exchanges with numbers below the old ones, so that senders try them first. As long as nobody answers there, each sender moves on to the old exchanges and mail arrives as before. Raise the SOA serial and see that every name server serves the new zone.',
    th: 'เพิ่มเซิร์ฟเวอร์ MX ใหม่โดยใช้ตัวเลขลำดับต่ำกว่าของเดิม ผู้ส่งจะลองเครื่องใหม่ก่อน ตราบใดที่ยังไม่มีเครื่องใดตอบที่นั่น ผู้ส่งจะไปต่อที่เครื่องเดิมและอีเมลเข้าตามปกติ เพิ่มเลข serial ใน SOA และตรวจว่าเนมเซิร์ฟเวอร์ทุกตัวใช้โซนใหม่แล้ว',
  },
  'fallback-wait': {
    en: 'Resolvers may hold the previous answer for up to {settle} (its TTL was {ttl}). Until that has passed since the last name server took over the zone, some senders know the old exchanges only. Change nothing.',
    th: 'รีโซลเวอร์อาจจำคำตอบเดิมไว้ได้นานถึง {settle} (TTL เดิมคือ {ttl}) จนกว่าจะครบเวลานี้นับจากที่เนมเซิร์ฟเวอร์ตัวสุดท้ายรับโซนใหม่ ผู้ส่งบางรายยังรู้จักแต่เครื่องเดิม ช่วงนี้อย่าเปลี่ยนอะไร',
  },
  'fallback-cut-over': {
    en: 'From {cutover} bring the new server up: link, address, port 25 in the firewall. DNS does not change; as soon as it answers, mail goes there of itself. Send a test message from outside before you tell anyone.',
    th: 'ตั้งแต่ {cutover} เปิดใช้เครื่องใหม่ ทั้งวงจรเครือข่าย ที่อยู่ IP และพอร์ต 25 บนไฟร์วอลล์ ไม่ต้องแก้ DNS อีก ทันทีที่เครื่องใหม่ตอบ อีเมลจะเข้าทางนั้นเอง ส่งอีเมลทดสอบจากภายนอกก่อนแจ้งให้ผู้อื่นทราบ',
  },
  'fallback-observe': {
    en: 'Leave the old exchanges in place for some days. Senders hold a message they could not deliver for up to five days, and if the new server fails, the old one still catches the mail. Watch both logs until nothing but spam comes to the old one.',
    th: 'คงเครื่องเดิมไว้อีกหลายวัน เพราะผู้ส่งเก็บอีเมลที่ส่งไม่สำเร็จไว้ลองใหม่ได้นานถึงห้าวัน และถ้าเครื่องใหม่ขัดข้อง เครื่องเดิมยังรับแทนได้ ดูล็อกของทั้งสองเครื่องจนเครื่องเดิมมีแต่สแปมเข้ามา',
  },
  'fallback-retire': {
    en: 'Remove the old exchanges from the MX set. Switch the old server off only when {settle} more have passed on every name server, since caches still hold its record until then.',
    th: 'ลบเครื่องเดิมออกจากชุด MX แต่ยังอย่าเพิ่งปิดเครื่องเดิม จนกว่าจะผ่านไปอีก {settle} นับจากที่เนมเซิร์ฟเวอร์ทุกตัวใช้ข้อมูลใหม่ เพราะระหว่างนั้นแคชยังจำระเบียนเดิมอยู่',
  },
  'behind-publish': {
    en: 'Add the new exchanges. The numbers given are not below the old ones, so senders go on to try the old exchanges first, and this set moves no mail: see the warning. Raise the SOA serial and see that every name server serves the new zone.',
    th: 'เพิ่มเซิร์ฟเวอร์ MX ใหม่ ตัวเลขลำดับที่กำหนดไม่ต่ำกว่าของเดิม ผู้ส่งจึงยังลองเครื่องเดิมก่อน และชุดนี้ไม่ทำให้อีเมลย้ายมา ดูคำเตือน เพิ่มเลข serial ใน SOA และตรวจว่าเนมเซิร์ฟเวอร์ทุกตัวใช้โซนใหม่แล้ว',
  },
  'behind-cut-over': {
    en: 'From {cutover} bring the new server up: link, address, port 25 in the firewall. Mail still goes to the lowest number, which is an old exchange; it moves only when the new ones are given numbers below that.',
    th: 'ตั้งแต่ {cutover} เปิดใช้เครื่องใหม่ ทั้งวงจรเครือข่าย ที่อยู่ IP และพอร์ต 25 บนไฟร์วอลล์ อีเมลยังเข้าเครื่องที่ตัวเลขต่ำสุด ซึ่งเป็นเครื่องเดิม จะย้ายมาก็ต่อเมื่อให้เครื่องใหม่ใช้ตัวเลขต่ำกว่านั้น',
  },
  'first-publish': {
    en: 'The domain has no exchange to fall back to, so the new server must accept mail before it is named. Test it by its address first, then publish.',
    th: 'โดเมนนี้ไม่มีเซิร์ฟเวอร์ MX เดิมไว้รองรับ เครื่องใหม่จึงต้องรับอีเมลได้จริงก่อนประกาศ ทดสอบด้วยที่อยู่ IP ก่อน แล้วจึงประกาศ',
  },
  'first-wait': {
    en: 'Resolvers may remember for up to {settle} that there was no exchange (TTL {ttl}). Until then some senders return mail for the domain.',
    th: 'รีโซลเวอร์อาจจำว่าไม่มีเซิร์ฟเวอร์ MX ไว้ได้นานถึง {settle} (TTL {ttl}) ก่อนครบเวลานี้ ผู้ส่งบางรายจะตีกลับอีเมลถึงโดเมนนี้',
  },
  'first-cut-over': {
    en: 'From {cutover} every sender can know the new exchanges: give the addresses to people from now on.',
    th: 'ตั้งแต่ {cutover} ผู้ส่งทุกรายรู้จักเครื่องใหม่ได้แล้ว แจกที่อยู่อีเมลให้ผู้อื่นใช้ได้ตั้งแต่เวลานี้',
  },
  'first-observe': {
    en: 'Watch the log of the new server for some days: there is no second server to catch what it turns away.',
    th: 'ดูล็อกของเครื่องใหม่อีกหลายวัน เพราะไม่มีเครื่องสำรองคอยรับสิ่งที่เครื่องนี้ปฏิเสธ',
  },
  'first-retire': {
    en: 'Nothing is left to remove; the set stays as it is.',
    th: 'ไม่มีอะไรต้องลบ ชุด MX คงเดิม',
  },
  'staged-lower-ttl': {
    en: 'Lower the TTL of the present set from {ttl} to {low}, and change nothing else. Later changes then take hold in minutes, at the price of more questions to the name servers; some providers refuse so low a TTL.',
    th: 'ลด TTL ของชุด MX ปัจจุบันจาก {ttl} เหลือ {low} โดยไม่เปลี่ยนอย่างอื่น การเปลี่ยนครั้งต่อไปจะมีผลภายในไม่กี่นาที แลกกับการที่เนมเซิร์ฟเวอร์ต้องตอบคำถามมากขึ้น ผู้ให้บริการบางรายไม่ยอมให้ตั้ง TTL ต่ำขนาดนี้',
  },
  'staged-publish': {
    en: 'Every cache has dropped the old TTL by now ({settle}, and a margin). Add the new exchanges as less preferred: they get little mail but can be tested from outside under their own names.',
    th: 'ถึงตอนนี้แคชทุกแห่งทิ้งค่า TTL เดิมแล้ว ({settle} บวกเวลาเผื่อ) เพิ่มเครื่องใหม่เป็นลำดับรอง เครื่องใหม่จะได้รับอีเมลเพียงเล็กน้อย แต่ทดสอบจากภายนอกด้วยชื่อของเครื่องเองได้',
  },
  'staged-swap': {
    en: 'Exchange the order: the new ones first, the old ones behind them. It takes hold within {low}, and can be turned back as fast. The old server still catches what the new one cannot take.',
    th: 'สลับลำดับ ให้เครื่องใหม่มาก่อนและเครื่องเดิมเป็นสำรอง มีผลภายใน {low} และสลับกลับได้เร็วเท่ากัน เครื่องเดิมยังคอยรับสิ่งที่เครื่องใหม่รับไม่ได้',
  },
  'staged-retire': {
    en: 'Nothing but spam should come to the old server by now. Remove the old exchanges; the old server may be switched off {low} after every name server serves this set.',
    th: 'ถึงตอนนี้ควรมีแต่สแปมที่เข้าเครื่องเดิม ลบเครื่องเดิมออกจากชุด MX แล้วปิดเครื่องเดิมได้หลังเนมเซิร์ฟเวอร์ทุกตัวใช้ชุดนี้ครบ {low}',
  },
  'staged-raise-ttl': {
    en: 'The move is over: raise the TTL back to {high}, so that caches carry the load again and a short failure of the name servers goes unnoticed.',
    th: 'การย้ายเสร็จสิ้น ตั้ง TTL กลับเป็น {high} เพื่อให้แคชช่วยรับภาระเหมือนเดิม และไม่มีใครได้รับผลกระทบเมื่อเนมเซิร์ฟเวอร์ขัดข้องช่วงสั้น ๆ',
  },
} as const satisfies Catalogue;

const UNITS: readonly { readonly seconds: number; readonly one: Text; readonly many: Text }[] = [
  { seconds: 86_400, one: { en: '1 day', th: '1 วัน' }, many: { en: '{n} days', th: '{n} วัน' } },
  { seconds: 3600, one: { en: '1 hour', th: '1 ชั่วโมง' }, many: { en: '{n} hours', th: '{n} ชั่วโมง' } },
  { seconds: 60, one: { en: '1 minute', th: '1 นาที' }, many: { en: '{n} minutes', th: '{n} นาที' } },
  { seconds: 1, one: { en: '1 second', th: '1 วินาที' }, many: { en: '{n} seconds', th: '{n} วินาที' } },
];

/** The largest unit that divides it evenly: 86400 is a day, 5400 is 90 minutes. */
export function durationText(seconds: number, lang: Language): string {
  const unit = UNITS.find((each) => seconds >= each.seconds && seconds % each.seconds === 0);
  if (unit === undefined) return say({ en: '{n} seconds', th: '{n} วินาที' }, lang, { n: seconds });
  const n = seconds / unit.seconds;
  return say(n === 1 ? unit.one : unit.many, lang, { n });
}

const WHY: Catalogue = MIGRATION_WHY;
const DURATIONS = new Set(['ttl', 'settle', 'low', 'high']);

/** The reason of one stage of a plan; `why` and `params` are the stage's. An unknown `why` is our bug and throws. */
export function sayWhy(stage: { readonly why: string; readonly params: Params }, lang: Language): string {
  const text = WHY[stage.why];
  if (text === undefined) throw new Error(`no text for the stage reason ${stage.why}`);
  const words = Object.entries(stage.params).map(([name, value]) =>
    DURATIONS.has(name) && typeof value === 'number' ? [name, durationText(value, lang)] : [name, value],
  );
  return say(text, lang, Object.fromEntries(words));
}
