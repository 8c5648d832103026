/**
 * What refusals say, in Thai. A refusal is worded in English where it arises, deep in parsers that know no language; the door
 * that shows it finds the same sentence here. `{}` stands for what a sentence names: a number, a member, a server. Pure.
 * A sentence that is not here stays in English; test/contract holds that callers meet none.
 */

import type { Language } from './text.ts';

const THAI: Readonly<Record<string, string>> = {
  // Requests
  'the body is empty; it must be a JSON object': 'body ว่างเปล่า ต้องเป็นออบเจ็กต์ JSON',
  'the body is not valid JSON': 'body ไม่ใช่ JSON ที่ถูกต้อง',
  'the body is not as long as Content-Length says': 'body ยาวไม่เท่ากับที่ Content-Length บอกไว้',
  'the body must be JSON, with Content-Type: application/json': 'body ต้องเป็น JSON และมี Content-Type: application/json',
  'the body must come as it is: no Content-Encoding but identity is taken':
    'ต้องส่ง body มาตามเดิมโดยไม่เข้ารหัสหรือบีบอัด header Content-Encoding เป็นได้เพียง identity',
  'the body is larger than this route takes': 'body ใหญ่เกินกว่าที่พาธนี้รับ',
  'the URL holds a broken percent escape': 'URL มีการเข้ารหัสด้วย % (percent-encoding) ที่ไม่ถูกต้อง',
  'a part of the URL is too long': 'ส่วนหนึ่งของ URL ยาวเกินไป',
  'the request has no Host': 'คำขอไม่มี header Host',
  'the request has more than one Host': 'คำขอมี header Host มากกว่าหนึ่งบรรทัด',
  'no route has this path; /openapi.json lists them': 'ไม่มีพาธนี้ ดูรายการได้ที่ /openapi.json',
  'this path takes {}': 'พาธนี้รับ {}',
  'the service failed to answer; its log has the cause under the instance named here':
    'ระบบตอบไม่ได้ สาเหตุอยู่ในล็อกของระบบ ค้นได้ด้วย instance ที่ระบุไว้ที่นี่',
  'this instance is stopping': 'อินสแตนซ์นี้กำลังหยุดทำงาน',
  'this instance has more work than it can do in time': 'อินสแตนซ์นี้มีงานมากเกินกว่าจะทำได้ทันเวลา',

  // Members
  'the input {}': 'ข้อมูลที่ส่งมา{}',
  'the body {}': 'body {}',
  'is required': 'ต้องระบุ',
  'is not a known member': 'ไม่ใช่ฟิลด์ที่รู้จัก',
  'must be string': 'ต้องเป็นสตริง',
  'must be integer': 'ต้องเป็นจำนวนเต็ม',
  'must be number': 'ต้องเป็นตัวเลข',
  'must be boolean': 'ต้องเป็น true หรือ false',
  'must be object': 'ต้องเป็นออบเจ็กต์',
  'must be array': 'ต้องเป็นอาร์เรย์',
  'must be one of {}': 'ต้องเป็นค่าใดค่าหนึ่งใน {}',
  'must be >= {}': 'ต้องไม่น้อยกว่า {}',
  'must be <= {}': 'ต้องไม่เกิน {}',
  'must NOT have fewer than {} characters': 'ต้องยาวอย่างน้อย {} อักขระ',
  'must NOT have more than {} characters': 'ต้องยาวไม่เกิน {} อักขระ',
  'must NOT have fewer than {} items': 'ต้องมีอย่างน้อย {} รายการ',
  'must NOT have more than {} items': 'ต้องมีไม่เกิน {} รายการ',
  'must NOT have duplicate items {}': 'ต้องไม่มีรายการซ้ำกัน',
  'has not the required form': 'ไม่ตรงตามรูปแบบที่กำหนด',
  'must be an RFC 3339 date and time, for example {}': 'ต้องเป็นวันเวลาตาม RFC 3339 เช่น {}',
  'must be th or en, once': 'ต้องเป็น th หรือ en และระบุครั้งเดียว',
  'must be true or false, once': 'ต้องเป็น true หรือ false และระบุครั้งเดียว',
  'must be before the year 9999': 'ต้องอยู่ก่อนปี ค.ศ. 9999',
  'must not be empty': 'ต้องไม่ว่างเปล่า',
  'text may hold {} octets at most': 'text ยาวได้ไม่เกิน {} ไบต์',
  'give exactly one of domain and host': 'ระบุ domain หรือ host อย่างใดอย่างหนึ่งเท่านั้น',
  'pins a named host, so it needs host': 'ใช้กำหนดที่อยู่ IP ให้ชื่อโฮสต์ จึงต้องมี host ด้วย',
  'pins a named host; the host is an address already': 'ใช้กำหนดที่อยู่ IP ให้ชื่อโฮสต์ แต่ host เป็นที่อยู่ IP อยู่แล้ว',
  'is not the family of the host’s address': 'ไม่ตรงกับชนิดของที่อยู่ IP ใน host',
  'is not the family of the address in ip': 'ไม่ตรงกับชนิดของที่อยู่ IP ใน ip',
  'must be an IPv4 or IPv6 address': 'ต้องเป็นที่อยู่ IPv4 หรือ IPv6',
  'is named twice': 'ถูกระบุซ้ำ',
  'must be another host than oldHost': 'ต้องเป็นคนละโฮสต์กับ oldHost',

  // Domain names
  'a domain name must not be empty': 'ชื่อโดเมนต้องไม่ว่างเปล่า',
  'a domain name has at most {} octets': 'ชื่อโดเมนยาวได้ไม่เกิน {} ไบต์',
  'a label has at most {} octets': 'แต่ละส่วนของชื่อโดเมนยาวได้ไม่เกิน {} ไบต์',
  'a domain name holds no control characters': 'ชื่อโดเมนต้องไม่มีอักขระควบคุม',
  'a domain name is wanted, not a URL': 'ต้องเป็นชื่อโดเมน ไม่ใช่ URL',
  'a domain name is wanted, not an IP address': 'ต้องเป็นชื่อโดเมน ไม่ใช่ที่อยู่ IP',
  'a domain name is wanted, not a mail address': 'ต้องเป็นชื่อโดเมน ไม่ใช่ที่อยู่อีเมล',
  'a domain name must be valid Unicode text': 'ชื่อโดเมนต้องเป็นข้อความ Unicode ที่ถูกต้อง',
  'a label is not valid under IDNA (UTS #46, non-transitional)':
    'มีส่วนของชื่อโดเมนที่ไม่ถูกต้องตาม IDNA (UTS #46 แบบ non-transitional)',
  'the root is not a domain name': 'ราก (root) ของ DNS ไม่ใช่ชื่อโดเมน',
  'a label must not be empty (two dots in a row, or a dot in front)':
    'แต่ละส่วนของชื่อโดเมนต้องไม่ว่างเปล่า (มีจุดติดกันสองจุด หรือขึ้นต้นด้วยจุด)',
  'a label holds only letters, digits, hyphens and underscores':
    'แต่ละส่วนของชื่อโดเมนมีได้เฉพาะตัวอักษร ตัวเลข ขีดกลาง (-) และขีดล่าง (_)',
  'a label neither begins nor ends with a hyphen': 'แต่ละส่วนของชื่อโดเมนต้องไม่ขึ้นต้นหรือลงท้ายด้วยขีดกลาง',
  'the last label must not be all digits': 'ส่วนสุดท้ายของชื่อโดเมนต้องไม่เป็นตัวเลขล้วน',

  // DNS
  'the CNAME chain is a loop or longer than {}': 'สาย CNAME วนลูป หรือยาวเกิน {} ชั้น',
  'DNSSEC validation failed for {} of {}': 'การตรวจสอบ DNSSEC ของ {} ที่ {} ไม่ผ่าน',
  'the resolver {}': 'รีโซลเวอร์{}',
  'gave no answer in time': 'ไม่ตอบภายในเวลาที่กำหนด',
  'gave a truncated answer and no whole one over TCP': 'ให้คำตอบที่ถูกตัดทอน และไม่ให้คำตอบฉบับเต็มผ่าน TCP',
  'could not be reached': 'ติดต่อไม่ได้',
  'sent a malformed answer': 'ส่งคำตอบที่ผิดรูปแบบ',
  'is not a recursive server for this name': 'ไม่ใช่เซิร์ฟเวอร์แบบ recursive สำหรับชื่อนี้',
  'said SERVFAIL': 'ตอบ SERVFAIL',
  'said REFUSED': 'ตอบ REFUSED',
  'said that it could not answer such a question': 'แจ้งว่าตอบคำถามแบบนี้ไม่ได้',
  'the resolver is closed': 'รีโซลเวอร์ปิดแล้ว',
  'no answer in time': 'ไม่มีคำตอบภายในเวลาที่กำหนด',

  // Who may do what
  'give an API key as Authorization: Bearer or as X-API-Key': 'ส่งคีย์ API มาใน Authorization: Bearer หรือใน X-API-Key',
  'this API key is not known': 'ไม่รู้จักคีย์ API นี้',
  'this key lacks the scope {}': 'คีย์นี้ไม่มีขอบเขตสิทธิ์ {}',
  'without API_KEYS this service answers callers on its own machine only':
    'เมื่อไม่ได้ตั้ง API_KEYS ระบบจะตอบเฉพาะผู้เรียกจากเครื่องเดียวกัน',
  'without API_KEYS the Host must be a loopback address or localhost':
    'เมื่อไม่ได้ตั้ง API_KEYS header Host ต้องเป็นที่อยู่ loopback หรือ localhost',
  'without API_KEYS only pages of this machine may call': 'เมื่อไม่ได้ตั้ง API_KEYS เฉพาะหน้าเว็บของเครื่องนี้เท่านั้นที่เรียกได้',
  'without API_KEYS no page of another site may call': 'เมื่อไม่ได้ตั้ง API_KEYS หน้าเว็บของไซต์อื่นเรียกไม่ได้',
  'port {} is not one of SMTP_PORTS ({})': 'พอร์ต {} ไม่อยู่ใน SMTP_PORTS ({})',
  '{} is not a public address ({}); only global unicast addresses and ALLOW_TARGETS are connected to':
    '{} ไม่ใช่ที่อยู่ IP สาธารณะ ({}) ระบบเชื่อมต่อเฉพาะที่อยู่แบบ global unicast และที่อยู่ใน ALLOW_TARGETS',
  'uncached resolutions are limited to {} per {}; this call would pass in {} s':
    'การค้น DNS ที่ไม่ได้มาจากแคชจำกัดไว้ {} ครั้งต่อ{} คำขอนี้จะผ่านได้ในอีก {} วินาที',
  'probing calls are limited to {} per {}; this call would pass in {} s':
    'การเรียกตรวจสอบจำกัดไว้ {} ครั้งต่อ{} คำขอนี้จะผ่านได้ในอีก {} วินาที',
  'connections to one target address are limited to {} per {}; this call would pass in {} s':
    'การเชื่อมต่อไปยังที่อยู่ IP ปลายทางเดียวกันจำกัดไว้ {} ครั้งต่อ{} คำขอนี้จะผ่านได้ในอีก {} วินาที',
  'test sends are limited to {} per {}; this call would pass in {} s':
    'การส่งทดสอบจำกัดไว้ {} ครั้งต่อ{} คำขอนี้จะผ่านได้ในอีก {} วินาที',
  minute: 'นาที',
  hour: 'ชั่วโมง',
  '{} mail sessions are open already, as many as this service runs at once':
    'มีเซสชันอีเมลเปิดอยู่แล้ว {} เซสชัน ซึ่งเป็นจำนวนสูงสุดที่ระบบเปิดพร้อมกัน',

  // What is not there
  'no article has this slug; GET /v1/articles lists them': 'ไม่มีบทความที่ใช้ slug นี้ ดูรายการได้ที่ GET /v1/articles',
  'no probe of the last hour has this id': 'ไม่มีการตรวจสอบที่ใช้ id นี้ในหนึ่งชั่วโมงที่ผ่านมา',
  'no test send of yours of the last 24 hours has this id': 'ไม่มีการส่งทดสอบของคุณที่ใช้ id นี้ใน 24 ชั่วโมงที่ผ่านมา',

  // Test sends
  'test sends are off: the operator sets SEND_FROM to the sender address to turn them on':
    'การส่งทดสอบปิดอยู่ ผู้ดูแลระบบเปิดใช้ได้โดยตั้ง SEND_FROM เป็นที่อยู่ผู้ส่ง',
  'from must be SEND_FROM or be listed in SEND_ALLOWED_SENDERS, which the operator sets':
    'from ต้องเป็น SEND_FROM หรืออยู่ใน SEND_ALLOWED_SENDERS ซึ่งผู้ดูแลระบบเป็นผู้ตั้ง',
  'this recipient is not listed in SEND_ALLOWED_RECIPIENTS; the operator adds the address, or @domain for exactly that domain':
    'ผู้รับรายนี้ไม่อยู่ใน SEND_ALLOWED_RECIPIENTS ผู้ดูแลระบบเพิ่มที่อยู่อีเมล หรือเพิ่ม @domain สำหรับโดเมนนั้นเท่านั้นได้',
  'must not contain CR, LF or NUL': 'ต้องไม่มี CR, LF หรือ NUL',
  'must not contain control characters': 'ต้องไม่มีอักขระควบคุม',
  'must be valid Unicode text': 'ต้องเป็นข้อความ Unicode ที่ถูกต้อง',
  'must be visible ASCII without + and =': 'ต้องเป็นอักขระ ASCII ที่มองเห็นได้ และไม่มี + หรือ =',
  'is for the exchanges; with via give via.port': 'ใช้กับเซิร์ฟเวอร์ MX เท่านั้น เมื่อใช้ via ให้ระบุ via.port',
  'is required with a password': 'ต้องระบุเมื่อมีรหัสผ่าน',
  'is required with a username': 'ต้องระบุเมื่อมีชื่อผู้ใช้',
  'must be 1 to 128 visible ASCII characters': 'ต้องเป็นอักขระ ASCII ที่มองเห็นได้ 1 ถึง 128 ตัว',
  'this Idempotency-Key was used with another body': 'Idempotency-Key นี้ถูกใช้กับคำขอที่มี body อื่นไปแล้ว',
  'the send under this Idempotency-Key was given up or lost sight of; ask again':
    'การส่งภายใต้ Idempotency-Key นี้ถูกยกเลิกหรือไม่พบสถานะแล้ว โปรดเรียกใหม่อีกครั้ง',
  'a send with an Idempotency-Key needs the shared store, which is away':
    'การส่งที่มี Idempotency-Key ต้องใช้ที่เก็บข้อมูลร่วม ซึ่งติดต่อไม่ได้ในขณะนี้',
  'is not a mail address: {}': 'ไม่ใช่ที่อยู่อีเมล: {}',
  'an address holds no CR, LF or NUL': 'ที่อยู่อีเมลต้องไม่มี CR, LF หรือ NUL',
  'an address holds no control characters': 'ที่อยู่อีเมลต้องไม่มีอักขระควบคุม',
  'an address must be valid Unicode text': 'ที่อยู่อีเมลต้องเป็นข้อความ Unicode ที่ถูกต้อง',
  'an address is local-part@domain': 'ที่อยู่อีเมลต้องอยู่ในรูป ชื่อ@โดเมน',
  'an address has at most {} octets': 'ที่อยู่อีเมลยาวได้ไม่เกิน {} ไบต์',
  'a local part has at most {} octets': 'ส่วนหน้า @ ยาวได้ไม่เกิน {} ไบต์',
  'the domain must be a name, not an address literal': 'โดเมนต้องเป็นชื่อ ไม่ใช่ที่อยู่ IP',
  'the domain: {}': 'โดเมน: {}',
  'the domain of an address has no trailing dot': 'โดเมนในที่อยู่อีเมลไม่มีจุดต่อท้าย',
  'the local part must not be empty': 'ส่วนหน้า @ ต้องไม่ว่างเปล่า',
  'a quoted local part holds printable characters, with " and \\ behind a backslash':
    'ส่วนหน้า @ ในเครื่องหมายคำพูดต้องเป็นอักขระที่พิมพ์ได้ โดยมี \\ นำหน้า " และ \\',
  'a local part has no dot first, last or beside another': 'ส่วนหน้า @ ต้องไม่ขึ้นต้นหรือลงท้ายด้วยจุด และไม่มีจุดติดกัน',
  "a local part holds only letters, digits, dots and !#$%&'*+/=?^_`{|}~-, unless it is quoted":
    "ส่วนหน้า @ มีได้เฉพาะตัวอักษร ตัวเลข จุด และ !#$%&'*+/=?^_`{|}~- เว้นแต่อยู่ในเครื่องหมายคำพูด",

  // GraphQL
  'one operation a request: batches are not taken': 'รับหนึ่งคำสั่งต่อหนึ่งคำขอ ไม่รับเป็นชุด (batch)',
  'the body must be an object with the member query': 'body ต้องเป็นออบเจ็กต์ที่มีฟิลด์ query',
  'the body may hold query, operationName, variables and extensions':
    'body มีได้เฉพาะ query, operationName, variables และ extensions',
  'query must be a string': 'query ต้องเป็นสตริง',
  'operationName must be a string': 'operationName ต้องเป็นสตริง',
  'variables must be an object': 'variables ต้องเป็นออบเจ็กต์',
  'extensions must be an object': 'extensions ต้องเป็นออบเจ็กต์',
  'there are no subscriptions': 'ไม่รองรับ subscription',
  'a document may have at most {} bytes': 'เอกสารยาวได้ไม่เกิน {} ไบต์',
  'the document is nested too deeply': 'เอกสารซ้อนลึกเกินไป',
  'the document has a syntax error': 'เอกสารผิดไวยากรณ์',
  'the document holds no operation': 'เอกสารไม่มีคำสั่ง',
  'operationName names no operation of the document': 'operationName ไม่ตรงกับคำสั่งใดในเอกสาร',
  'the document holds several operations; operationName must name one':
    'เอกสารมีหลายคำสั่ง ต้องใช้ operationName ระบุคำสั่งหนึ่งในนั้น',
  'an operation may have a depth of at most {}': 'คำสั่งซ้อนลึกได้ไม่เกิน {} ชั้น',
  'an operation may have at most {} selections, fragments counted where they are spread':
    'คำสั่งเลือกได้ไม่เกิน {} ฟิลด์ โดยนับแฟรกเมนต์ทุกที่ที่ใช้',
  'an operation may have at most {} aliases': 'คำสั่งมีชื่อแทน (alias) ได้ไม่เกิน {} ชื่อ',
  'an operation may have at most {} domain fields': 'คำสั่งมีฟิลด์ domain ได้ไม่เกิน {} ฟิลด์',
  'an operation may have one field among {}': 'คำสั่งมีได้เพียงหนึ่งฟิลด์ใน {}',
  'an operation may have no fragment that it never spreads': 'เอกสารต้องไม่มีแฟรกเมนต์ที่ไม่ได้ใช้',
  'an operation may have the same field in one place at most {} times': 'คำสั่งมีฟิลด์เดียวกันในที่เดียวกันได้ไม่เกิน {} ครั้ง',
};

type Sentence = { readonly pattern: RegExp; readonly thai: string };

const WHOLE = new Map(Object.entries(THAI));
const SENTENCES: readonly Sentence[] = Object.entries(THAI)
  .filter(([english]) => english.includes('{}'))
  .map(([english, thai]) => {
    const parts = english.split('{}').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return { pattern: new RegExp(`^${parts.join('(.+?)')}$`), thai };
  });

export function detailIn(lang: Language, detail: string): string {
  return lang === 'th' ? (sentence(detail) ?? list(detail) ?? detail) : detail;
}

function sentence(text: string): string | undefined {
  const whole = WHOLE.get(text);
  if (whole !== undefined) return whole;
  for (const { pattern, thai } of SENTENCES) {
    const named = pattern.exec(text)?.slice(1);
    if (named === undefined) continue;
    return thai.replaceAll('{}', () => {
      const one = named.shift() ?? '';
      return sentence(one) ?? one;
    });
  }
  return undefined;
}

/** `example.com MX: the resolver said SERVFAIL; …` */
function list(text: string): string | undefined {
  const each = text.split('; ').map(saidOf);
  return each.includes(undefined) ? saidOf(text) : each.join('; ');
}

/** `/port must be integer`: a name, and what is said of it. A member's name may hold spaces. */
function saidOf(text: string): string | undefined {
  const words = text.split(' ');
  for (let i = 1; i < words.length; i++) {
    const said = sentence(words.slice(i).join(' '));
    if (said !== undefined) return `${words.slice(0, i).join(' ')} ${said}`;
  }
  return undefined;
}
