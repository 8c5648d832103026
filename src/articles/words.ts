/**
 * The words of a question and of an article in one form: one spelling for what people write in several ways, one word for what
 * they call by several names, without the words that only ask, and without endings. Pure.
 */

const SEGMENTS = new Intl.Segmenter('th', { granularity: 'word' });

/** What people write, and what is meant: Thai for English, Thai letters for Latin names, misspellings, and other names. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/ๆ/g, ''],
  [/ซิสโก้?|\b(?:asa|pix|fwsm)\b/g, 'cisco'],
  [/เอ้?า[ตท]์?ลุ[กค]/g, 'outlook'],
  [/แอนดรอย(?:ด์|ด|ส์|ส)?/g, 'android'],
  [/โทรศัพท์|มือถือ|\bip(?:hone|ad)\b/g, 'phone'],
  [/ไฟร์วอลล์?/g, 'firewall'],
  [/โดเมน/g, 'domain'],
  [/พอร์ต/g, 'port'],
  [/เซิร์ฟเวอร์|โฮสต์|\bhosts?\b/g, 'server'],
  [/ไวรัส/g, 'virus'],
  [/ไฟล์แนบ|แนบไฟล์/g, 'attachment'],
  [/(?:ถัง|(?:อี)?เมล์?)?ขยะ|\bjunk\b/g, 'junk'],
  [
    /ตี(?:(?:อี)?เมล์?|จดหมาย)?กลับ|เด้ง(?:กลับ)?|\bbounc(?:e[sd]?|ing)\b|\bundeliver(?:able|ed)\b|\breturned\b|\bcomes? back\b/g,
    'bounce',
  ],
  [/ไม่(?:ถึง|มาถึง|ได้รับ)|หายไป|(?:not|never|n['’]t) (?:got|get|arriv|receiv|com)[a-z]*/g, 'missing'],
  [/(?:อี)?เมล์?|จดหมาย|\be-?mails?\b|\bmails?\b/g, 'mail'],
  [
    /ฟิช?ชิ่?ง|หลอก(?:ลวง)?|มิจฉาชีพ|ปลอม|แอบอ้าง|\bphi?s+h?ing\b|\bscams?\b|\bfake\b|\bforged?\b|\b(?:pretend|impersonat|spoof)[a-z]*/g,
    'phishing',
  ],
  [/ลายเซ็?น(?:ต์|ท์)?/g, 'signature'],
  [/(?:ถูก|โดน)?แฮ็?ก|ถูกยึด|\bhack(?:ed|er)?\b/g, 'hacked'],
  [/สแปม|\bspam[a-z]*/g, 'spam'],
  [/ย้าย|\bmigrat[a-z]*/g, 'move'],
  [/ปิด|\b(?:switch|turn)(?:ed|ing)? off\b|\bdisabl(?:e[sd]?|ing)\b/g, 'off'],
  [/เปลี่ยน|\b(?:chang|switch)(?:e[sd]?|ing)?\b/g, 'change'],
  [
    /ผู้ให้บริการ(?:อินเทอร์เน็ต)?|\b(?:internet )?(?:service )?provider\b|\b(?:google )?workspace\b|\b(?:office|microsoft) ?365\b/g,
    'isp',
  ],
  [/อิน(?:เทอร์|เตอร์)เน็?ต|เน็ต/g, 'internet'],
  [/เช็[คก]|ตรวจ/g, 'check'],
  [/แบนเนอร์|ข้อความต้อนรับ|\bbanner\b/g, 'greeting'],
  [/\bpriority\b/g, 'preference'],
  [/ผู้เขียน|ผู้ส่ง|\bwriter\b/g, 'sender'],
  [/ผู้อ่าน|ผู้รับ|ปลายทาง|\b(?:reader|receiver)\b/g, 'recipient'],
  [/ช้า|\bdelay(?:s|ed)?\b|\blate\b/g, 'slow'],
];

/** What these articles are about. A question that names nothing of it may share some word with them, and is not for them. */
const SUBJECT =
  'android attachment bounce cisco dig dkim dmarc dns domain ehlo esmtp exchange firewall gmail greeting hacked helo inbox ' +
  'isp junk mail mx nslookup openssl outlook phishing port relay server signature smtp spam spf starttls telnet tls ttl virus';

/** Words of asking, of stress and of grammar: they name nothing. */
const EMPTY: ReadonlySet<string> = new Set(
  `a about after again all also am an and any are as at back be because been before being between but by can cannot could did do difference does for from
  get gets getting got had has have he help her his how i if in into is it its just know like make many may me mean meaning means mine more much my
  need no not notice now of on one only or other our out please problem says see set she should show so some still than that the
  their them then there these they thing think this to today tomorrow too up us use used using very want was way we were what when where which
  who why will with without work works would you your
  กรุณา กว่า กับ การ กำลัง ก็ ขอ ของ ขึ้น ความ คน ครับ คะ ค่ะ คือ จะ จาก จึง จ้า ช่วย ซึ่ง ดี ด้วย ดู ต้อง ตัว ตอน ถ้า ถึง ทำ ทำไง ทำไม ทั้ง ที่
  ที่ไหน นะ นั้น นาน นี้ บ้าง ปัญหา ผม พอ มา มาก มี มั้ย ยัง ยังไง รึ เรา เรื่อง แบบ เป็น ไป ไหน ไหม ไง ไม่ ไม่ได้ ได้ ใช้ ให้ ใน ใคร และ แล้ว แต่ โดย เมื่อ
  เยอะ เลย เอง เอา วัน วันนี้ วิธี ว่า สามารถ หน่อย หรือ หรือไม่ อยาก อยู่ อย่าง อย่างไร อะไร อีก ออก เข้า`.split(/\s+/),
);

export const names = (word: string): boolean => !EMPTY.has(word);

/** A word's root, as far as it takes to find "changes" by "changed". */
const rooted = (word: string): string => word.replace(/(?<=^[a-z]{3,})(?:e?s|ed|ing|e)$/, '');

export function wordsOf(folded: string): ReadonlySet<string> {
  const spelt = SPELLINGS.reduce((text, [written, meant]) => text.replace(written, ` ${meant} `), folded);
  const words = [...SEGMENTS.segment(spelt)].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);
  return new Set(words.filter(names).map(rooted));
}

const SUBJECTS: ReadonlySet<string> = new Set(SUBJECT.split(' ').map(rooted));

export const isSubject = (word: string): boolean => SUBJECTS.has(word);

/** Two words that a slip of the finger tells apart: a letter more, less, other, or two in the wrong order. */
export function nearly(a: string, b: string): boolean {
  if (a.length > b.length) return nearly(b, a);
  if (b.length - a.length > 1) return false;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  const rest = (word: string, skipped: number): string => word.slice(same + skipped);
  if (a.length < b.length) return rest(a, 0) === rest(b, 1);
  return rest(a, 1) === rest(b, 1) || (rest(a, 2) === rest(b, 2) && a[same] === b[same + 1] && a[same + 1] === b[same]);
}
