/**
 * Sentences for a chat window: where a domain's mail goes right now, what stands in the way, what it costs. Each is whole by
 * itself; `diagnosis/summary.ts` chooses two or three. Pure data. Hosts, numbers and closed sets only.
 */

import { type Catalogue, type Language, say, type Text } from './text.ts';

export const SUMMARY = {
  'null-mx': {
    en: '{domain} takes no mail and says so with a null MX record. Senders return messages to it at once.',
    th: '{domain} ไม่รับอีเมลและประกาศไว้ด้วยระเบียน null MX ผู้ส่งจะตีกลับจดหมายทันที',
  },
  none: {
    en: '{domain} exists, but it has neither an MX record nor an address: nothing takes its mail, and senders return messages at once.',
    th: '{domain} มีอยู่จริง แต่ไม่มีทั้งระเบียน MX และที่อยู่ IP จึงไม่มีเครื่องใดรับอีเมล และผู้ส่งจะตีกลับจดหมายทันที',
  },
  nxdomain: {
    en: 'There is no domain {domain} in DNS, so that senders return messages to it at once. Check the spelling first.',
    th: 'ไม่มีโดเมน {domain} ใน DNS ผู้ส่งจึงตีกลับจดหมายทันที ควรตรวจตัวสะกดก่อน',
  },
  'no-exchange': {
    en: 'The MX records of {domain} name no host that a sender could try, so that messages to it are returned. The records must be corrected.',
    th: 'ระเบียน MX ของ {domain} ไม่ได้ชี้ไปยังโฮสต์ใดที่ผู้ส่งจะลองส่งได้ จดหมายจึงถูกตีกลับ ต้องแก้ระเบียนให้ถูกต้อง',
  },
  'lookup-failed': {
    en: 'Whether {domain} takes mail cannot be said right now: the addresses of its mail servers could not be looked up. Senders with the same trouble keep the mail and try again.',
    th: 'ตอนนี้บอกไม่ได้ว่า {domain} รับอีเมลหรือไม่ เพราะค้นที่อยู่ IP ของเมลเซิร์ฟเวอร์ไม่สำเร็จ ผู้ส่งที่เจอปัญหาเดียวกันจะเก็บอีเมลไว้แล้วลองใหม่',
  },
  'one-accepts': {
    en: '{domain} takes mail right now: it goes to {host}.',
    th: '{domain} รับอีเมลได้ในขณะนี้ โดยอีเมลส่งไปที่ {host}',
  },
  'equals-accept': {
    en: '{domain} takes mail right now: it goes to one of {count} equal servers ({hosts}), {percent} % of it to each.',
    th: '{domain} รับอีเมลได้ในขณะนี้ โดยแบ่งไปยังเซิร์ฟเวอร์ {count} เครื่องที่มีลำดับเท่ากัน ({hosts}) เครื่องละ {percent}%',
  },
  alone: {
    en: 'There is no other server: should it fail, mail waits with its senders for four to five days.',
    th: 'ไม่มีเซิร์ฟเวอร์อื่นอีก ถ้าเครื่องนี้ล่ม อีเมลจะรออยู่ที่ผู้ส่งได้สี่ถึงห้าวัน',
  },
  'equals-help': {
    en: 'Should one of them fail, senders take another in the same attempt.',
    th: 'ถ้าเครื่องใดล่ม ผู้ส่งจะไปยังเครื่องอื่นในการส่งครั้งเดียวกัน',
  },
  'backup-accepts': {
    en: 'Should that fail, senders go on to {hosts}.',
    th: 'ถ้าส่งไม่สำเร็จ ผู้ส่งจะไปต่อที่ {hosts}',
  },
  'backup-ails': {
    en: 'Of the servers behind it, {hosts} {reason} and could not take over now.',
    th: 'ส่วนเซิร์ฟเวอร์สำรอง {hosts} {reason} จึงรับช่วงต่อไม่ได้ในขณะนี้',
  },
  'some-equals-ail': {
    en: '{domain} takes mail right now, but of its {count} equal servers {hosts} {reason}; a sender that picks such a one goes on to another in the same attempt, so nothing is lost.',
    th: '{domain} รับอีเมลได้ในขณะนี้ แต่ในเซิร์ฟเวอร์ {count} เครื่องที่มีลำดับเท่ากัน มี {hosts} ที่{reason} ผู้ส่งที่สุ่มได้เครื่องดังกล่าวจะไปยังเครื่องอื่นในการส่งครั้งเดียวกัน จดหมายจึงไม่หาย',
  },
  'some-equals-unseen': {
    en: '{domain} takes mail right now; of its {count} equal servers {hosts} {reason}.',
    th: '{domain} รับอีเมลได้ในขณะนี้ แต่ในเซิร์ฟเวอร์ {count} เครื่องที่มีลำดับเท่ากัน มี {hosts} ที่{reason}',
  },
  'next-accepts': {
    en: 'Mail for {domain} should go to {hosts} first, which {reason}; senders therefore go on to {host}, which takes it right now: nothing is lost.',
    th: 'อีเมลถึง {domain} ควรไปที่ {hosts} ก่อน แต่เครื่องนั้น{reason} ผู้ส่งจึงไปที่ {host} แทน ซึ่งรับได้ในขณะนี้ จดหมายจึงไม่หาย',
  },
  'next-accepts-first-unseen': {
    en: 'Mail for {domain} goes to {hosts} first, which {reason}; the next in line, {host}, takes mail right now.',
    th: 'อีเมลถึง {domain} ไปที่ {hosts} ก่อน ซึ่ง{reason} ส่วนเครื่องถัดไปคือ {host} รับได้ในขณะนี้',
  },
  'costs-time': {
    en: 'Each message comes late by the wait before that: about {postfix} from a Postfix sender, up to {exim} from an Exim sender.',
    th: 'จดหมายแต่ละฉบับจะมาช้าเท่ากับเวลาที่รอก่อนหน้านั้น คือราว {postfix} ถ้าผู้ส่งใช้ Postfix และนานได้ถึง {exim} ถ้าใช้ Exim',
  },
  'costs-time-sometimes': {
    en: 'Such a try costs about {postfix} with a Postfix sender and up to {exim} with an Exim sender.',
    th: 'การลองเช่นนั้นเสียเวลาราว {postfix} ถ้าผู้ส่งใช้ Postfix และนานได้ถึง {exim} ถ้าใช้ Exim',
  },
  'costs-nothing': {
    en: 'That failure shows at once and costs no time worth naming; if mail is slow, the cause lies elsewhere.',
    th: 'การส่งที่ไม่สำเร็จนี้รู้ผลทันที จึงแทบไม่เสียเวลา ถ้าอีเมลช้า สาเหตุอยู่ที่อื่น',
  },
  deferring: {
    en: 'No server of {domain} takes mail this minute: {details}.',
    th: 'ขณะนี้ยังไม่มีเซิร์ฟเวอร์ใดของ {domain} รับอีเมล โดย {details}',
  },
  down: {
    en: 'Nobody takes mail for {domain} right now: {details}.',
    th: 'ขณะนี้ไม่มีเครื่องใดรับอีเมลของ {domain} โดย {details}',
  },
  unseen: {
    en: 'From here it cannot be said whether {domain} takes mail: {details}.',
    th: 'จากที่นี่บอกไม่ได้ว่า {domain} รับอีเมลหรือไม่ โดย {details}',
  },
  'waits-in-queue': {
    en: 'Mail waits with its senders: Postfix tries again after 5 minutes, then ever less often up to every 67 minutes, for 5 days; Exim every 15 minutes for 2 hours, then ever less often, for 4 days.',
    th: 'จดหมายรออยู่ที่ผู้ส่ง โดย Postfix ลองใหม่หลัง 5 นาที แล้วห่างขึ้นจนถึงทุก 67 นาที เป็นเวลา 5 วัน ส่วน Exim ลองทุก 15 นาทีใน 2 ชั่วโมงแรก แล้วห่างขึ้นเรื่อย ๆ เป็นเวลา 4 วัน',
  },
  'may-bounce': {
    en: 'A refusal at the door is permanent for many senders: they return the message rather than wait.',
    th: 'ผู้ส่งหลายรายถือว่าการปฏิเสธตั้งแต่เริ่มเชื่อมต่อเป็นการปฏิเสธถาวร จึงตีกลับจดหมายแทนที่จะให้รอในคิว',
  },
  'try-elsewhere': {
    en: 'Probe again later, or from another network, before blaming the servers.',
    th: 'ลองตรวจอีกครั้งภายหลังหรือจากเครือข่ายอื่น ก่อนสรุปว่าปัญหาอยู่ที่เซิร์ฟเวอร์',
  },
  trouble: { en: 'What needs repair: {titles}.', th: 'สิ่งที่ควรแก้: {titles}' },
  ours: { en: 'On our own side: {titles}.', th: 'ปัญหาที่ฝั่งเราเอง: {titles}' },
  note: { en: 'Worth a look: {titles}.', th: 'สิ่งที่ควรดูเพิ่ม: {titles}' },
} as const satisfies Catalogue;

/** What a host did when it was asked, after its name or "which"; the same for one host and for several. */
export const REASONS = {
  accepts: { en: 'accepted mail', th: 'รับอีเมลได้' },
  later: { en: 'asked to come back later (4xx)', th: 'ขอให้ลองใหม่ภายหลัง (4xx)' },
  refused: { en: 'refused the connection', th: 'ปฏิเสธการเชื่อมต่อ' },
  dropped: { en: 'did not answer', th: 'ไม่ตอบ' },
  unreachable: { en: 'could not be reached', th: 'ติดต่อไม่ได้' },
  'hangs-up': { en: 'hung up', th: 'ตัดการเชื่อมต่อ' },
  rejects: { en: 'turned the sender away (5xx)', th: 'ปฏิเสธผู้ส่ง (5xx)' },
  'not-smtp': { en: 'answered with something that is not SMTP', th: 'ตอบสิ่งที่ไม่ใช่ SMTP' },
  'no-address': { en: 'had no address', th: 'ไม่มีที่อยู่ IP' },
  silent: { en: 'took the connection and stayed silent', th: 'รับการเชื่อมต่อแต่ไม่ตอบอะไร' },
  guard: {
    en: 'went untried because the address is not a public one',
    th: 'ยังไม่ได้ลองเชื่อมต่อเพราะไม่ใช่ที่อยู่ IP สาธารณะ',
  },
  ours: {
    en: 'could not be judged because of trouble on our side',
    th: 'ยังตัดสินไม่ได้เพราะติดปัญหาที่ฝั่งเราเอง',
  },
  'not-asked': { en: 'went unasked this time', th: 'ยังไม่ได้ตรวจในรอบนี้' },
} as const satisfies Catalogue;

const AND: Text = { en: ' and ', th: ' และ ' };
export const OR: Text = { en: ' or ', th: 'หรือ' };
/** Between two clauses. */
export const WHILE: Text = { en: '; ', th: ' ส่วน ' };
const OTHERS: Text = { en: '{count} others', th: 'อีก {count} เครื่อง' };

/** `a, b and c`; past four only the number of the rest. */
export function listed(items: readonly string[], lang: Language, joint: Text = AND): string {
  const rest = items.length > 4 ? items.length - 3 : 0;
  const all = rest > 0 ? [...items.slice(0, 3), say(OTHERS, lang, { count: rest })] : items;
  const last = all.at(-1) ?? '';
  return all.length < 2 ? last : `${all.slice(0, -1).join(', ')}${joint[lang]}${last}`;
}

const SECONDS: Text = { en: '{count} s', th: '{count} วินาที' };
const MINUTES: Text = { en: '{count} minutes', th: '{count} นาที' };

/** Seconds up to two minutes, whole minutes beyond. */
export const waitInWords = (seconds: number, lang: Language): string =>
  seconds < 120 ? say(SECONDS, lang, { count: seconds }) : say(MINUTES, lang, { count: Math.round(seconds / 60) });
