/** Words of the drawn route, in both languages. Pure data; what fills them is a host, a number or a member of a closed set. */

import type { Catalogue } from './text.ts';

export const DRAWING = {
  title: { en: 'How mail reaches {domain}', th: 'เส้นทางของอีเมลไปถึง {domain}' },
  client: { en: 'Sender’s mail program', th: 'โปรแกรมอีเมลของผู้ส่ง' },
  server: { en: 'Sender’s mail server', th: 'เมลเซิร์ฟเวอร์ของผู้ส่ง' },
  dns: { en: 'DNS', th: 'DNS' },
  mailbox: { en: 'Mailbox at {domain}', th: 'กล่องจดหมายที่ {domain}' },
  'no-mailbox': { en: 'No mail for {domain}', th: '{domain} ไม่รับอีเมล' },

  submits: { en: 'sends', th: 'ส่ง' },
  asks: { en: 'who takes the mail?', th: 'ใครรับอีเมล' },
  stores: { en: 'delivers', th: 'นำส่งเข้ากล่อง' },
  step: { en: 'choice {order}', th: 'ลำดับที่ {order}' },
  share: { en: 'choice {order}, {percent} %', th: 'ลำดับที่ {order} ({percent}%)' },
  'never-tried': { en: 'cannot be tried', th: 'ลองไม่ได้' },
  'null-mx': { en: 'null MX: takes no mail', th: 'null MX: ไม่รับอีเมล' },
  none: { en: 'no MX and no address', th: 'ไม่มี MX และไม่มีที่อยู่ IP' },
  nxdomain: { en: 'no such domain', th: 'ไม่มีโดเมนนี้' },

  preference: { en: 'preference {preference}', th: 'ค่า preference {preference}' },
  implicit: { en: 'no MX: the domain’s own address', th: 'ไม่มี MX: ใช้ที่อยู่ IP ของโดเมนเอง' },
  accepting: { en: 'accepting', th: 'รับอีเมลได้' },
  deferring: { en: 'asks to come back later', th: 'ขอให้ลองใหม่ภายหลัง' },
  down: { en: 'down', th: 'ใช้ไม่ได้' },
  unknown: { en: 'not known', th: 'ไม่ทราบสถานะ' },
  more: { en: 'and {count} more', th: 'และอีก {count} เครื่อง' },
} as const satisfies Catalogue;
