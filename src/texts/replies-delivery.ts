/** Words for systems, networks, routing and content (RFC 3463 §3.4, §3.5, §3.7; RFC 6531, RFC 6710). Data only. */

import type { Advice } from './replies-advice.ts';

export const DELIVERY_ADVICE = {
  'system-problem': {
    meaning: { en: '{who} reports trouble of its own.', th: '{who} แจ้งว่าระบบของตัวเองมีปัญหา' },
    fix: {
      en: 'Wait an hour and try again; then quote the whole line to the administrator of that server.',
      th: 'รอหนึ่งชั่วโมงแล้วลองใหม่ ถ้ายังไม่ได้ ให้ส่งข้อความทั้งบรรทัดให้ผู้ดูแลเซิร์ฟเวอร์นั้น',
    },
  },
  'system-full': {
    meaning: { en: '{who} has run out of disk space or memory.', th: '{who} ใช้พื้นที่ดิสก์หรือหน่วยความจำจนหมด' },
    fix: {
      en: 'The administrator of that server must free space; senders retry by themselves.',
      th: 'ผู้ดูแลเซิร์ฟเวอร์นั้นต้องเพิ่มพื้นที่ว่าง ฝั่งส่งจะลองใหม่เอง',
    },
  },
  'not-now': {
    meaning: {
      en: '{who} takes no mail just now: it is busy or under maintenance, or it makes newcomers try twice.',
      th: 'ขณะนี้ {who} ยังไม่รับจดหมาย เพราะงานมากหรือกำลังบำรุงรักษา หรือตั้งใจให้ผู้ส่งรายใหม่ส่งซ้ำ',
    },
    fix: {
      en: 'Wait: the sending server tries again by itself. If it lasts for hours, ask the administrator of that server.',
      th: 'รอก่อน เซิร์ฟเวอร์ฝั่งส่งจะลองใหม่เอง ถ้านานหลายชั่วโมง ให้สอบถามผู้ดูแลเซิร์ฟเวอร์นั้น',
    },
    temporary: true,
  },
  'system-misconfigured': {
    meaning: { en: '{who} is misconfigured for this delivery.', th: '{who} ตั้งค่าไม่ถูกต้องสำหรับการส่งนี้' },
    fix: {
      en: 'Its administrator should check routing and accepted domains; quote them the whole line.',
      th: 'ให้ผู้ดูแลเซิร์ฟเวอร์นั้นตรวจการกำหนดเส้นทางและโดเมนที่รับ (accepted domains) โดยแจ้งข้อความทั้งบรรทัดไปด้วย',
    },
  },
  'feature-missing': {
    meaning: { en: '{who} lacks a feature that the message needs.', th: '{who} ไม่มีความสามารถที่จดหมายนี้ต้องใช้' },
    fix: {
      en: 'Send the message in a plainer form: without special options or characters in addresses.',
      th: 'ส่งจดหมายในรูปแบบที่เรียบง่ายกว่า โดยไม่ใช้ตัวเลือกพิเศษหรืออักขระพิเศษในที่อยู่',
    },
  },
  'local-error': {
    meaning: {
      en: '{who} ran into an error of its own, or defers the message on purpose.',
      th: '{who} เกิดข้อผิดพลาดภายใน หรือตั้งใจให้จดหมายรอก่อน',
    },
    fix: {
      en: 'Wait: the sending server tries again by itself. If it lasts for hours, ask the administrator of that server.',
      th: 'รอก่อน เซิร์ฟเวอร์ฝั่งส่งจะลองใหม่เอง ถ้านานหลายชั่วโมง ให้สอบถามผู้ดูแลเซิร์ฟเวอร์นั้น',
    },
    temporary: true,
  },
  'network-problem': {
    meaning: {
      en: 'The network or the routing to the recipient’s server has a problem.',
      th: 'เครือข่ายหรือเส้นทางไปยังเซิร์ฟเวอร์ผู้รับมีปัญหา',
    },
    fix: {
      en: 'Check the recipient’s MX and whether its hosts answer on port 25.',
      th: 'ตรวจ MX ของผู้รับ และตรวจว่าโฮสต์เหล่านั้นตอบที่พอร์ต 25 หรือไม่',
    },
    article: 'how-mail-flows',
  },
  'no-answer': {
    meaning: {
      en: 'The recipient’s mail server does not answer: it is down, or a firewall drops the connection.',
      th: 'เมลเซิร์ฟเวอร์ของผู้รับไม่ตอบ: เครื่องล่ม หรือไฟร์วอลล์ทิ้งการเชื่อมต่อ',
    },
    fix: {
      en: 'Probe the domain’s exchanges on port 25. If none answers anyone, its administrator must act; if only you get no answer, look at your own network.',
      th: 'ทดสอบเซิร์ฟเวอร์ MX ของโดเมนที่พอร์ต 25 ถ้าไม่มีเครื่องใดตอบใครเลย ผู้ดูแลฝั่งนั้นต้องแก้ไข ถ้าไม่ตอบเฉพาะคุณ ให้ตรวจเครือข่ายของคุณเอง',
    },
    article: 'how-mail-flows',
  },
  'connection-refused': {
    meaning: {
      en: 'The recipient’s host is reachable but nothing takes mail there: the connection was refused.',
      th: 'เข้าถึงโฮสต์ของผู้รับได้ แต่ไม่มีบริการรับอีเมลที่นั่น การเชื่อมต่อถูกปฏิเสธ',
    },
    fix: {
      en: 'Check that the MX names the right host, that its mail service runs, and that port 25 is open to the internet.',
      th: 'ตรวจว่า MX ชี้ไปโฮสต์ที่ถูกต้อง บริการอีเมลทำงานอยู่ และพอร์ต 25 เปิดรับจากอินเทอร์เน็ต',
    },
    article: 'what-is-mx',
  },
  'bad-connection': {
    meaning: {
      en: 'The connection was lost in the middle of the dialogue.',
      th: 'การเชื่อมต่อขาดกลางคันระหว่างการสนทนา',
    },
    fix: {
      en: 'Wait for the next attempt; if it happens every time, look at firewalls that inspect SMTP, time limits and the path’s MTU.',
      th: 'รอการส่งรอบถัดไป ถ้าเป็นทุกครั้ง ให้ตรวจไฟร์วอลล์ที่ตรวจ SMTP ค่า timeout และ MTU ของเส้นทาง',
    },
    article: 'ehlo-helo-cisco',
  },
  'remote-closed': {
    meaning: {
      en: 'The recipient’s server hung up abruptly on Microsoft 365.',
      th: 'เซิร์ฟเวอร์ผู้รับตัดการเชื่อมต่อกับ Microsoft 365 อย่างกะทันหัน',
    },
    fix: {
      en: 'The recipient’s administrator should look at the firewall in front of the server (SMTP inspection, limits) and at its log.',
      th: 'ให้ผู้ดูแลฝั่งผู้รับตรวจไฟร์วอลล์หน้าเซิร์ฟเวอร์ (การตรวจ SMTP และข้อจำกัดต่าง ๆ) และล็อกของเซิร์ฟเวอร์',
    },
    article: 'ehlo-helo-cisco',
  },
  'directory-failure': {
    meaning: {
      en: 'A look-up failed at {who}: DNS or the directory of users did not answer.',
      th: '{who} ค้นข้อมูลไม่สำเร็จ: DNS หรือไดเรกทอรีผู้ใช้ไม่ตอบ',
    },
    fix: {
      en: 'Check the name servers of the domains involved; otherwise wait for that server’s administrator.',
      th: 'ตรวจเนมเซิร์ฟเวอร์ของโดเมนที่เกี่ยวข้อง ถ้าปกติดี ให้รอผู้ดูแลเซิร์ฟเวอร์นั้นแก้ไข',
    },
    article: 'what-is-mx',
  },
  'no-route': {
    meaning: {
      en: 'No way to the recipient’s domain was found: its MX or the address of its mail host is missing.',
      th: 'หาเส้นทางไปยังโดเมนผู้รับไม่พบ: ไม่มี MX หรือไม่มี IP ของเมลเซิร์ฟเวอร์',
    },
    fix: {
      en: 'Check the spelling of the domain, then its MX records and that each host in them has an address.',
      th: 'ตรวจตัวสะกดของโดเมน แล้วตรวจระเบียน MX และ IP ของทุกโฮสต์ใน MX',
    },
    article: 'what-is-mx',
  },
  congestion: {
    meaning: { en: '{who} is overloaded.', th: '{who} รับภาระหนักเกินไป' },
    fix: { en: 'Wait: the sending server tries again by itself.', th: 'รอก่อน เซิร์ฟเวอร์ฝั่งส่งจะลองใหม่เอง' },
  },
  loop: {
    meaning: {
      en: 'The message goes round in circles: two servers pass it to each other until one gives up.',
      th: 'จดหมายวนลูป: เซิร์ฟเวอร์สองเครื่องส่งต่อกันไปมาจนเครื่องหนึ่งเลิกส่ง',
    },
    fix: {
      en: 'Look for a forwarding rule that points back, or an MX that leads to a server which does not count the domain as its own.',
      th: 'ตรวจว่ามีกฎส่งต่อที่ชี้กลับมา หรือ MX ที่ชี้ไปยังเซิร์ฟเวอร์ที่ไม่ถือว่าโดเมนนี้เป็นของตัวเองหรือไม่',
    },
    article: 'how-mail-flows',
  },
  expired: {
    meaning: {
      en: 'The message waited in the queue until its time ran out; every attempt to deliver it had failed.',
      th: 'จดหมายค้างในคิวจนหมดเวลา เพราะส่งไม่สำเร็จทุกครั้ง',
    },
    fix: {
      en: 'Look for the earlier error in the same notice; check the recipient’s MX and whether its hosts answer, then send again.',
      th: 'หาข้อผิดพลาดก่อนหน้าในจดหมายตีกลับฉบับเดียวกัน ตรวจ MX ของผู้รับและตรวจว่าโฮสต์ใน MX ตอบหรือไม่ แล้วจึงส่งใหม่',
    },
    article: 'how-mail-flows',
  },
  'tenant-without-mail': {
    meaning: {
      en: 'The domain’s MX points to Microsoft 365, where no mail service is set up for it.',
      th: 'MX ของโดเมนชี้ไปที่ Microsoft 365 แต่ที่นั่นไม่มีบริการอีเมลสำหรับโดเมนนี้',
    },
    fix: {
      en: 'The domain’s administrator should point the MX to the right provider, or renew the subscription.',
      th: 'ผู้ดูแลโดเมนต้องแก้ MX ให้ชี้ไปผู้ให้บริการที่ถูกต้อง หรือต่ออายุการสมัครใช้งาน',
    },
    article: 'mx-migration',
  },
  'transaction-failed': {
    meaning: {
      en: '{who} refuses the whole transaction; as a greeting it means that no mail is taken from this address.',
      th: '{who} ปฏิเสธการส่งทั้งรายการ ถ้าเป็นข้อความต้อนรับหมายถึงไม่รับอีเมลจาก IP นี้',
    },
    fix: {
      en: 'Read the words after the code: most often the sender’s address is on a block list or the content is refused.',
      th: 'อ่านข้อความหลังรหัส ส่วนใหญ่ IP ผู้ส่งติดบัญชีดำ หรือเนื้อหาถูกปฏิเสธ',
    },
    article: 'how-mail-flows',
  },
  'content-problem': {
    meaning: { en: '{who} objects to the form of the message.', th: '{who} ไม่รับรูปแบบของจดหมาย' },
    fix: {
      en: 'Send it again as plain text and without attachments; check the headers that the program writes.',
      th: 'ส่งใหม่เป็นข้อความธรรมดา (plain text) โดยไม่มีไฟล์แนบ และตรวจส่วนหัวที่โปรแกรมสร้าง',
    },
  },
  'headers-bad': {
    meaning: {
      en: '{who} finds the message’s headers wrong: From, Date or Message-ID is missing, doubled or malformed.',
      th: '{who} พบว่าส่วนหัวจดหมายไม่ถูกต้อง: From, Date หรือ Message-ID ขาดหาย ซ้ำ หรือผิดรูปแบบ',
    },
    fix: {
      en: 'Correct the program that writes the message: one From with a valid address, one Date, one Message-ID (RFC 5322).',
      th: 'แก้โปรแกรมที่สร้างจดหมาย ให้มี From ที่มีที่อยู่ถูกต้อง, Date และ Message-ID อย่างละหนึ่งรายการ (RFC 5322)',
    },
  },
  'media-unsupported': {
    meaning: { en: '{who} does not take this kind of content.', th: '{who} ไม่รับเนื้อหาชนิดนี้' },
    fix: { en: 'Send the content in another format.', th: 'ส่งเนื้อหาในรูปแบบอื่น' },
  },
  'conversion-forbidden': {
    meaning: {
      en: 'The message would have to be converted to pass on, which the sender has forbidden.',
      th: 'ต้องแปลงจดหมายก่อนจึงจะส่งต่อได้ แต่ผู้ส่งห้ามไว้',
    },
    fix: { en: 'Send it in a plainer form.', th: 'ส่งในรูปแบบที่เรียบง่ายกว่า' },
  },
  'conversion-unsupported': {
    meaning: {
      en: 'The next server cannot take the message as it is (8-bit or binary content), and {who} cannot convert it.',
      th: 'เซิร์ฟเวอร์ถัดไปรับจดหมายแบบนี้ไม่ได้ (เนื้อหา 8 บิตหรือไบนารี) และ {who} แปลงให้ไม่ได้',
    },
    fix: {
      en: 'Send it as 7-bit MIME (base64 or quoted-printable).',
      th: 'ส่งเป็น MIME 7 บิต (base64 หรือ quoted-printable)',
    },
  },
  'conversion-lossy': {
    meaning: {
      en: 'The message was converted on its way, and something was lost.',
      th: 'จดหมายถูกแปลงระหว่างทางและสูญเสียข้อมูลบางส่วน',
    },
    fix: { en: 'Ask the recipient whether it is readable.', th: 'สอบถามผู้รับว่าอ่านได้ครบหรือไม่' },
  },
  'conversion-failed': {
    meaning: { en: 'The message could not be converted for the next server.', th: 'แปลงจดหมายให้เซิร์ฟเวอร์ถัดไปไม่สำเร็จ' },
    fix: { en: 'Send it in a plainer form.', th: 'ส่งในรูปแบบที่เรียบง่ายกว่า' },
  },
  'content-gone': {
    meaning: { en: 'Content that the message refers to cannot be fetched.', th: 'ดึงเนื้อหาที่จดหมายอ้างถึงไม่ได้' },
    fix: { en: 'Attach the content itself.', th: 'แนบเนื้อหามากับจดหมายโดยตรง' },
  },
  'address-not-ascii': {
    meaning: {
      en: 'An address has letters outside ASCII before the @, which {who} does not take.',
      th: 'ที่อยู่อีเมลมีอักขระนอก ASCII (เช่น อักษรไทย) ในส่วนหน้า @ ซึ่ง {who} ไม่รองรับ',
    },
    fix: {
      en: 'Use an address in plain Latin letters.',
      th: 'ใช้ที่อยู่ที่เป็นอักษรละตินล้วน',
    },
  },
  'utf8-reply-needed': {
    meaning: {
      en: '{who} would have to answer in UTF-8, which the sender does not allow.',
      th: '{who} จำเป็นต้องตอบเป็น UTF-8 แต่ฝั่งส่งไม่อนุญาต',
    },
    fix: {
      en: 'Use software with SMTPUTF8, or addresses in plain Latin letters.',
      th: 'ใช้ซอฟต์แวร์ที่รองรับ SMTPUTF8 หรือใช้ที่อยู่ที่เป็นอักษรละตินล้วน',
    },
  },
  'utf8-header': {
    meaning: {
      en: 'The message has headers in UTF-8 that cannot be passed on to a recipient.',
      th: 'จดหมายมีส่วนหัวเป็น UTF-8 ซึ่งส่งต่อให้ผู้รับรายหนึ่งไม่ได้',
    },
    fix: {
      en: 'Send it without addresses in other scripts, or to a server that offers SMTPUTF8.',
      th: 'ส่งโดยไม่ใช้ที่อยู่ที่เป็นอักษรภาษาอื่น หรือส่งไปยังเซิร์ฟเวอร์ที่รองรับ SMTPUTF8',
    },
  },
  'priority-too-low': {
    meaning: {
      en: '{who} takes only messages of higher priority at the moment.',
      th: 'ขณะนี้ {who} รับเฉพาะจดหมายที่มีลำดับความสำคัญสูงกว่า',
    },
    fix: { en: 'Send later, or with a higher priority.', th: 'ส่งภายหลัง หรือเพิ่มลำดับความสำคัญ' },
  },
  'too-big-for-priority': {
    meaning: { en: 'The message is too large for the priority it asks for.', th: 'จดหมายใหญ่เกินไปสำหรับลำดับความสำคัญที่ขอ' },
    fix: { en: 'Make it smaller, or send without the priority.', th: 'ลดขนาด หรือส่งโดยไม่ระบุลำดับความสำคัญ' },
  },
  'attachment-blocked': {
    meaning: {
      en: '{who} refuses the message for an attachment or content that may be dangerous.',
      th: '{who} ปฏิเสธจดหมายเพราะมีไฟล์แนบหรือเนื้อหาที่อาจเป็นอันตราย',
    },
    fix: {
      en: 'Remove programs, scripts and archives that hide them; share the file by a link. If you did not send it knowingly, check your computer.',
      th: 'เอาไฟล์โปรแกรม สคริปต์ และไฟล์บีบอัดที่ซ่อนไฟล์เหล่านั้นออก แล้วส่งไฟล์เป็นลิงก์แทน ถ้าไม่ได้ตั้งใจส่ง ให้ตรวจคอมพิวเตอร์ของคุณ',
    },
  },
  'virus-found': {
    meaning: { en: '{who} found a virus in the message.', th: '{who} พบไวรัสในจดหมาย' },
    fix: {
      en: 'Scan the sender’s computer before anything else is sent from it.',
      th: 'สแกนไวรัสในคอมพิวเตอร์ของผู้ส่งก่อนส่งสิ่งอื่นใดจากเครื่องนั้น',
    },
    article: 'spam-what-to-do',
  },
} as const satisfies Record<string, Advice>;
