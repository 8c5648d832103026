/**
 * Sentences for a chat window: where a domain's mail goes right now, what stands in the way, what it costs. Each is whole by
 * itself; `diagnosis/summary.ts` chooses two or three. Pure data. Hosts, numbers and closed sets only.
 */

import type { Catalogue, Language, Text } from './text.ts';

export const SUMMARY = {
  'null-mx': {
    en: '{domain} takes no mail and says so with a null MX record. Senders return messages to it at once.',
    th: '{domain} ไม่รับอีเมลและประกาศไว้ด้วย null MX ผู้ส่งจะตีกลับจดหมายทันที',
  },
  none: {
    en: '{domain} exists, but it has neither an MX record nor an address: nothing takes its mail, and senders return messages at once.',
    th: '{domain} มีอยู่จริง แต่ไม่มีทั้งระเบียน MX และที่อยู่ จึงไม่มีเครื่องใดรับอีเมล ผู้ส่งจะตีกลับจดหมายทันที',
  },
  nxdomain: {
    en: 'There is no domain {domain} in DNS, so that senders return messages to it at once. Check the spelling first.',
    th: 'ไม่มีโดเมน {domain} ใน DNS ผู้ส่งจึงตีกลับจดหมายทันที ควรตรวจตัวสะกดก่อน',
  },
  'no-exchange': {
    en: 'The MX records of {domain} name no host that a sender could try, so that messages to it are returned. The records must be corrected.',
    th: 'ระเบียน MX ของ {domain} ไม่มีโฮสต์ที่ผู้ส่งจะลองได้เลย จดหมายจึงถูกตีกลับ ต้องแก้ระเบียนให้ถูกต้อง',
  },
  'lookup-failed': {
    en: 'Whether {domain} takes mail cannot be said right now: the addresses of its mail servers could not be looked up. Senders with the same trouble keep the mail and try again.',
    th: 'ตอนนี้บอกไม่ได้ว่า {domain} รับอีเมลหรือไม่ เพราะค้นที่อยู่ของเมลเซิร์ฟเวอร์ไม่สำเร็จ ผู้ส่งที่เจอปัญหาเดียวกันจะเก็บอีเมลไว้แล้วลองใหม่',
  },
  'one-accepts': {
    en: 'Mail for {domain} goes to {host}, which accepts it right now.',
    th: 'อีเมลถึง {domain} ส่งไปที่ {host} ซึ่งรับได้ในขณะนี้',
  },
  'equals-accept': {
    en: 'Mail for {domain} goes to one of {count} equal servers ({hosts}), {percent} % to each; all of them accept it right now.',
    th: 'อีเมลถึง {domain} ถูกแบ่งไปยังเซิร์ฟเวอร์ {count} ตัวที่เท่าเทียมกัน ({hosts}) ตัวละ {percent} % และทุกตัวรับได้ในขณะนี้',
  },
  'backup-accepts': {
    en: 'If it fails, senders go on to {hosts}.',
    th: 'ถ้าส่งไม่ได้ ผู้ส่งจะไปต่อที่ {hosts}',
  },
  'backup-ails': {
    en: 'Further servers are published behind it, and of those {hosts} would not take over now: {reason}.',
    th: 'ยังมีเซิร์ฟเวอร์สำรองประกาศไว้ แต่ {hosts} รับช่วงต่อไม่ได้ในขณะนี้ เพราะ{reason}',
  },
  'some-equals-ail': {
    en: 'Mail for {domain} is shared by {count} equal servers, of which {hosts} do not accept it now ({reason}). A sender that picks one of those goes on to the next in the same attempt, so nothing is lost; {host} accepts mail.',
    th: 'อีเมลถึง {domain} แบ่งกันระหว่างเซิร์ฟเวอร์ {count} ตัวที่เท่าเทียมกัน แต่ {hosts} ไม่รับในขณะนี้ ({reason}) ผู้ส่งที่เลือกเจอจะไปยังตัวถัดไปในการส่งครั้งเดียวกัน จดหมายจึงไม่หาย ส่วน {host} รับได้',
  },
  'next-accepts': {
    en: 'Mail for {domain} should go to {hosts} first, but {reason}. Senders go on to {host} instead, which accepts mail right now: nothing is lost.',
    th: 'อีเมลถึง {domain} ควรไปที่ {hosts} ก่อน แต่{reason} ผู้ส่งจึงไปที่ {host} แทน ซึ่งรับได้ในขณะนี้ จดหมายจึงไม่หาย',
  },
  'next-accepts-first-unseen': {
    en: 'Mail for {domain} goes to {hosts} first; whether that is in order cannot be seen from here, since {reason}. The next in line, {host}, accepts mail right now.',
    th: 'อีเมลถึง {domain} ไปที่ {hosts} ก่อน แต่จากที่นี่มองไม่เห็นว่าปกติหรือไม่ เพราะ{reason} ส่วนตัวถัดไปคือ {host} รับได้ในขณะนี้',
  },
  'costs-time': {
    en: 'That costs each message about {postfix} with a Postfix sender and up to {exim} with an Exim sender, which is the delay people notice.',
    th: 'แต่ละฉบับจึงช้าลงราว {postfix} ถ้าผู้ส่งใช้ Postfix และได้ถึง {exim} ถ้าใช้ Exim ซึ่งก็คือความล่าช้าที่ผู้ใช้รู้สึก',
  },
  'costs-time-sometimes': {
    en: 'Such a try costs about {postfix} with a Postfix sender and up to {exim} with an Exim sender.',
    th: 'การลองเช่นนั้นเสียเวลาราว {postfix} ถ้าผู้ส่งใช้ Postfix และได้ถึง {exim} ถ้าใช้ Exim',
  },
  'costs-nothing': {
    en: 'The failure is immediate, so the detour takes no noticeable time; if mail is slow, look for the cause elsewhere.',
    th: 'การส่งไม่สำเร็จรู้ผลทันที การอ้อมจึงแทบไม่เสียเวลา ถ้าอีเมลช้า ให้หาสาเหตุที่อื่น',
  },
  deferring: {
    en: 'No server of {domain} takes mail this minute, but {hosts} asked senders to come back later (4xx).',
    th: 'ขณะนี้ไม่มีเซิร์ฟเวอร์ของ {domain} รับอีเมล แต่ {hosts} ขอให้ผู้ส่งมาใหม่ภายหลัง (4xx)',
  },
  down: {
    en: 'Nobody accepts mail for {domain} right now: {details}.',
    th: 'ขณะนี้ไม่มีเครื่องใดรับอีเมลของ {domain} ได้แก่ {details}',
  },
  unseen: {
    en: 'Whether {domain} accepts mail cannot be said from here: {details}.',
    th: 'จากที่นี่บอกไม่ได้ว่า {domain} รับอีเมลหรือไม่ ได้แก่ {details}',
  },
  detail: { en: '{hosts}: {reason}', th: '{hosts} {reason}' },
  'waits-in-queue': {
    en: 'Mail waits with its senders: Postfix tries again after 5 minutes, then ever less often up to every 67 minutes, for 5 days; Exim every 15 minutes for 2 hours, then ever less often, for 4 days.',
    th: 'จดหมายรออยู่ที่ผู้ส่ง โดย Postfix ลองใหม่หลัง 5 นาที แล้วห่างขึ้นจนถึงทุก 67 นาที เป็นเวลา 5 วัน ส่วน Exim ลองทุก 15 นาทีใน 2 ชั่วโมงแรก แล้วห่างขึ้นเรื่อย ๆ เป็นเวลา 4 วัน',
  },
  'may-bounce': {
    en: 'A refusal at the door is permanent for many senders: they return the message rather than wait.',
    th: 'การปฏิเสธตั้งแต่หน้าประตูถือเป็นการปฏิเสธถาวรสำหรับผู้ส่งหลายราย จดหมายจึงถูกตีกลับ ไม่ได้รอในคิว',
  },
  'try-elsewhere': {
    en: 'Probe again later, or from another network, before blaming the servers.',
    th: 'ลองตรวจอีกครั้งภายหลังหรือจากเครือข่ายอื่น ก่อนสรุปว่าเป็นที่เซิร์ฟเวอร์',
  },
  trouble: { en: 'What needs repair: {titles}.', th: 'สิ่งที่ควรแก้: {titles}' },
  ours: { en: 'On our own side: {titles}.', th: 'ปัญหาที่ฝั่งเราเอง: {titles}' },
  note: { en: 'Worth a look: {titles}.', th: 'ที่ควรดูเพิ่ม: {titles}' },
} as const satisfies Catalogue;

/** What a host did, as a clause that follows "but", "since" or a colon. */
export const REASONS = {
  accepts: { en: 'it accepts mail', th: 'รับอีเมลได้' },
  later: { en: 'it asks to come back later (4xx)', th: 'เซิร์ฟเวอร์ขอให้มาใหม่ภายหลัง (4xx)' },
  refused: { en: 'it refuses connections', th: 'เซิร์ฟเวอร์ปฏิเสธการเชื่อมต่อ' },
  dropped: { en: 'it does not answer', th: 'เซิร์ฟเวอร์ไม่ตอบ' },
  unreachable: { en: 'it cannot be reached', th: 'ไปไม่ถึงเซิร์ฟเวอร์' },
  'hangs-up': { en: 'it hangs up', th: 'เซิร์ฟเวอร์ตัดการเชื่อมต่อ' },
  rejects: { en: 'it turns senders away (5xx)', th: 'เซิร์ฟเวอร์ไม่รับผู้ส่ง (5xx)' },
  'not-smtp': { en: 'something other than a mail server answers', th: 'สิ่งที่ตอบไม่ใช่เมลเซิร์ฟเวอร์' },
  'no-address': { en: 'it has no address', th: 'เซิร์ฟเวอร์ไม่มีที่อยู่' },
  silent: { en: 'it takes the connection and stays silent', th: 'เซิร์ฟเวอร์รับการเชื่อมต่อแต่เงียบ' },
  guard: {
    en: 'its address is not public, so it was not tried',
    th: 'ที่อยู่ไม่ใช่ที่อยู่สาธารณะ จึงไม่ได้ลองเชื่อมต่อ',
  },
  ours: { en: 'what was seen is our own trouble', th: 'สิ่งที่เห็นเป็นปัญหาของฝั่งเราเอง' },
  'not-asked': { en: 'it was not asked this time', th: 'รอบนี้ยังไม่ได้ตรวจ' },
} as const satisfies Catalogue;

/** `a, b and c`; past four only the number of the rest. */
export function listed(items: readonly string[], lang: Language): string {
  const shown = items.length > 4 ? items.slice(0, 3) : items;
  const rest = items.length - shown.length;
  const others: Text = { en: `${rest} others`, th: `อีก ${rest} ตัว` };
  const all = rest > 0 ? [...shown, others[lang]] : shown;
  const last = all.at(-1) ?? '';
  if (all.length < 2) return last;
  const and: Text = { en: ' and ', th: ' และ ' };
  return `${all.slice(0, -1).join(', ')}${and[lang]}${last}`;
}

/** Seconds up to two minutes, whole minutes beyond. */
export function waitInWords(seconds: number, lang: Language): string {
  const text: Text =
    seconds < 120
      ? { en: `${seconds} s`, th: `${seconds} วินาที` }
      : { en: `${Math.round(seconds / 60)} minutes`, th: `${Math.round(seconds / 60)} นาที` };
  return text[lang];
}
