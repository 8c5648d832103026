/** Words for what belongs to the SMTP dialogue itself (RFC 5321 §4.2, RFC 4954, RFC 1985). Data only. */

import type { Advice } from './replies-advice.ts';

const NOTHING = { en: 'Nothing needs doing.', th: 'ไม่ต้องแก้ไขอะไร' };

export const PROTOCOL_ADVICE = {
  help: {
    meaning: { en: '{who} sends its status or its help text.', th: '{who} ส่งสถานะหรือข้อความช่วยเหลือมาให้' },
    fix: NOTHING,
  },
  ready: {
    meaning: {
      en: '{who} is ready: this is its greeting, or its consent to start TLS.',
      th: '{who} พร้อมแล้ว: ข้อความนี้คือข้อความต้อนรับ หรือคำตอบว่าเริ่ม TLS ได้',
    },
    fix: NOTHING,
    article: 'smtp-by-hand',
  },
  'masked-greeting': {
    meaning: {
      en: 'The greeting has been overwritten with asterisks on the way. Cisco PIX, ASA and FWSM firewalls do that when their SMTP inspection is on, and they then spoil EHLO and STARTTLS as well.',
      th: 'ข้อความต้อนรับถูกเขียนทับด้วยดอกจันระหว่างทาง ไฟร์วอลล์ Cisco PIX, ASA และ FWSM ทำเช่นนี้เมื่อเปิดการตรวจ SMTP (SMTP inspection) ไว้ แล้วทำให้ EHLO และ STARTTLS เพี้ยนไปด้วย',
    },
    fix: {
      en: 'Ask whoever runs the firewall in front of that server to switch the inspection off (`no inspect esmtp`; on PIX 6 `no fixup protocol smtp 25`).',
      th: 'ให้ผู้ดูแลไฟร์วอลล์หน้าเซิร์ฟเวอร์นั้นปิดการตรวจ SMTP (`no inspect esmtp` หรือบน PIX 6 `no fixup protocol smtp 25`)',
    },
    article: 'ehlo-helo-cisco',
  },
  closing: {
    meaning: { en: '{who} closes the connection as agreed.', th: '{who} ปิดการเชื่อมต่อตามที่ตกลงกัน' },
    fix: NOTHING,
    article: 'smtp-by-hand',
  },
  done: { meaning: { en: '{who} has carried out the command.', th: '{who} ทำตามคำสั่งเรียบร้อย' }, fix: NOTHING },
  'sender-ok': { meaning: { en: '{who} accepts the sender address.', th: '{who} รับที่อยู่ผู้ส่งแล้ว' }, fix: NOTHING },
  'recipient-ok': { meaning: { en: '{who} accepts the recipient.', th: '{who} รับที่อยู่ผู้รับแล้ว' }, fix: NOTHING },
  'message-accepted': {
    meaning: {
      en: '{who} has taken the message and is responsible for it from here on.',
      th: '{who} รับจดหมายไว้แล้ว และรับผิดชอบการส่งต่อจากจุดนี้',
    },
    fix: {
      en: 'Nothing needs doing. If the message does not show up, quote the queue number to the administrator of that server.',
      th: 'ไม่ต้องแก้ไขอะไร ถ้าผู้รับยังไม่เห็นจดหมาย ให้แจ้งหมายเลขคิวกับผู้ดูแลเซิร์ฟเวอร์นั้น',
    },
    article: 'how-mail-flows',
  },
  'relayed-on': {
    meaning: {
      en: '{who} has passed the message on to a system that may not report back what becomes of it.',
      th: '{who} ส่งจดหมายต่อไปยังระบบที่อาจไม่รายงานผลกลับมา',
    },
    fix: { en: 'Ask the recipient whether it arrived.', th: 'สอบถามผู้รับว่าได้รับหรือไม่' },
  },
  'priority-changed': {
    meaning: { en: '{who} accepts the message under another priority.', th: '{who} รับจดหมายแต่เปลี่ยนลำดับความสำคัญ' },
    fix: NOTHING,
  },
  forwarding: {
    meaning: {
      en: 'The mailbox is elsewhere; {who} forwards the message there.',
      th: 'กล่องจดหมายอยู่ที่อื่น {who} จะส่งต่อไปให้',
    },
    fix: NOTHING,
  },
  'not-verified': {
    meaning: {
      en: '{who} will not say whether the mailbox exists, but takes the message and tries.',
      th: '{who} ไม่ยืนยันว่ามีกล่องจดหมายนี้ แต่จะรับจดหมายไว้แล้วพยายามส่งให้',
    },
    fix: NOTHING,
  },
  'auth-ok': { meaning: { en: '{who} has accepted the login.', th: '{who} รับการล็อกอินแล้ว' }, fix: NOTHING },
  'auth-goes-on': {
    meaning: { en: '{who} waits for the next part of the login.', th: '{who} รอข้อมูลการล็อกอินส่วนถัดไป' },
    fix: NOTHING,
  },
  'send-message': {
    meaning: {
      en: '{who} waits for the message itself, ended by a line with a single dot.',
      th: '{who} รอเนื้อจดหมาย ซึ่งจบด้วยบรรทัดที่มีจุดตัวเดียว',
    },
    fix: NOTHING,
    article: 'smtp-by-hand',
  },
  'etrn-pending': {
    meaning: {
      en: '{who} starts sending the mail that waits for this domain.',
      th: '{who} เริ่มส่งจดหมายที่ค้างรออยู่ของโดเมนนี้',
    },
    fix: NOTHING,
  },
  'etrn-refused': {
    meaning: {
      en: '{who} cannot release the mail that waits for this domain (ETRN).',
      th: '{who} ปล่อยจดหมายที่ค้างรอของโดเมนนี้ไม่ได้ (ETRN)',
    },
    fix: {
      en: 'Check the domain name, and whether that server really holds mail for it.',
      th: 'ตรวจชื่อโดเมน และตรวจว่าเซิร์ฟเวอร์นั้นเก็บจดหมายของโดเมนนี้ไว้จริงหรือไม่',
    },
  },
  'nothing-queued': {
    meaning: { en: '{who} has no mail waiting for this domain.', th: '{who} ไม่มีจดหมายค้างรอสำหรับโดเมนนี้' },
    fix: NOTHING,
  },
  success: { meaning: { en: '{who} agrees.', th: '{who} ตอบรับ' }, fix: NOTHING },
  intermediate: {
    meaning: { en: '{who} agrees so far and waits for more.', th: '{who} ตอบรับและรอข้อมูลต่อ' },
    fix: NOTHING,
  },
  transient: {
    meaning: { en: '{who} cannot do this now.', th: '{who} ยังทำตามคำสั่งไม่ได้ในตอนนี้' },
    fix: {
      en: 'Wait: mail servers retry by themselves. If it lasts for hours, read the words after the code or ask the administrator of that server.',
      th: 'รอก่อน เมลเซิร์ฟเวอร์จะลองส่งใหม่เอง ถ้านานหลายชั่วโมง ให้อ่านข้อความหลังรหัสหรือสอบถามผู้ดูแลเซิร์ฟเวอร์นั้น',
    },
  },
  permanent: {
    meaning: { en: '{who} refuses for good.', th: '{who} ปฏิเสธแบบถาวร' },
    fix: {
      en: 'Read the words after the code: they name the reason. Trying again unchanged will not help.',
      th: 'อ่านข้อความหลังรหัสซึ่งบอกสาเหตุไว้ การส่งซ้ำแบบเดิมไม่ช่วย',
    },
    article: 'how-mail-flows',
  },
  undefined: {
    meaning: {
      en: '{who} refuses without naming a reason in its code; only the words after it can tell.',
      th: '{who} ปฏิเสธโดยรหัสไม่ได้บอกสาเหตุ ต้องดูจากข้อความที่ตามมา',
    },
    fix: {
      en: 'Read the words after the code, and quote the whole line to the administrator of that server.',
      th: 'อ่านข้อความหลังรหัส แล้วส่งทั้งบรรทัดให้ผู้ดูแลเซิร์ฟเวอร์นั้น',
    },
    article: 'how-mail-flows',
  },
  'asyncos-command': {
    meaning: {
      en: 'The mail server did not recognise the command; `#5.5.1 command not recognized` is how a Cisco/IronPort gateway (AsyncOS) puts it. When a phone shows it, a Cisco firewall (PIX, ASA or FWSM) in front of that gateway is the usual cause: its SMTP inspection spoils EHLO or STARTTLS on the way, and Android, unlike other programs, does not fall back to HELO.',
      th: 'เมลเซิร์ฟเวอร์ไม่รู้จักคำสั่งที่ได้รับ ข้อความ `#5.5.1 command not recognized` เป็นถ้อยคำของเกตเวย์ Cisco/IronPort (AsyncOS) ถ้าเห็นบนโทรศัพท์ สาเหตุมักเป็นไฟร์วอลล์ Cisco (PIX, ASA หรือ FWSM) ที่อยู่หน้าเกตเวย์ ซึ่งเปิดการตรวจ SMTP (SMTP inspection) ไว้จนคำสั่ง EHLO หรือ STARTTLS เพี้ยนระหว่างทาง โปรแกรมอื่นถอยไปใช้ HELO ได้ แต่ Android ไม่ทำ',
    },
    fix: {
      en: 'Ask the firewall’s administrator to switch the inspection off (`no inspect esmtp`; on PIX 6 `no fixup protocol smtp 25`) or to allow TLS in it; until then let the phone send through port 587 or 465.',
      th: 'แจ้งผู้ดูแลไฟร์วอลล์ให้ปิดการตรวจ SMTP (`no inspect esmtp` หรือบน PIX 6 `no fixup protocol smtp 25`) หรือตั้งค่าให้ TLS ผ่านได้ ระหว่างนี้ให้ตั้งโทรศัพท์ส่งผ่านพอร์ต 587 หรือ 465 แทน',
    },
    article: 'ehlo-helo-cisco',
  },
  'asyncos-limit': {
    meaning: {
      en: 'A Cisco/IronPort gateway (AsyncOS) hung up after too many commands that it did not know; often a firewall on the way had spoilt them.',
      th: 'เกตเวย์ Cisco/IronPort (AsyncOS) ตัดการเชื่อมต่อเพราะได้รับคำสั่งที่ไม่รู้จักมากเกินไป มักเป็นเพราะไฟร์วอลล์ระหว่างทางทำให้คำสั่งเพี้ยน',
    },
    fix: {
      en: 'Find out who spoils the commands: try the session by hand, and look for SMTP inspection on the firewall in front of that gateway.',
      th: 'หาว่าคำสั่งเพี้ยนที่จุดใด ลองคุย SMTP ด้วยมือ และตรวจว่าไฟร์วอลล์หน้าเกตเวย์เปิดการตรวจ SMTP อยู่หรือไม่',
    },
    article: 'ehlo-helo-cisco',
  },
  'rewritten-command': {
    meaning: {
      en: 'The server quotes X’s that nobody sent: a firewall on the way replaced the command, as Cisco’s SMTP inspection does.',
      th: 'เซิร์ฟเวอร์อ้างถึงตัว X ที่ไม่มีใครส่ง แสดงว่าไฟร์วอลล์ระหว่างทางเขียนทับคำสั่ง แบบที่การตรวจ SMTP ของ Cisco ทำ',
    },
    fix: {
      en: 'Switch off the SMTP inspection on that firewall (`no inspect esmtp`; on PIX 6 `no fixup protocol smtp 25`).',
      th: 'ปิดการตรวจ SMTP บนไฟร์วอลล์นั้น (`no inspect esmtp` หรือบน PIX 6 `no fixup protocol smtp 25`)',
    },
    article: 'ehlo-helo-cisco',
  },
  'antivirus-proxy': {
    meaning: {
      en: 'This is the voice of a virus scanner on the sender’s own computer, which sits between mail program and server and knows no STARTTLS.',
      th: 'ข้อความนี้มาจากโปรแกรมป้องกันไวรัสบนเครื่องผู้ส่งเอง ซึ่งคั่นอยู่ระหว่างโปรแกรมอีเมลกับเซิร์ฟเวอร์และไม่รู้จัก STARTTLS',
    },
    fix: {
      en: 'Turn off the scanning of outgoing mail in the virus scanner.',
      th: 'ปิดการสแกนอีเมลขาออกในโปรแกรมป้องกันไวรัส',
    },
  },
  'command-unknown': {
    meaning: {
      en: '{who} does not know the command, or the line was too long. If the command was EHLO or STARTTLS, a firewall that inspects SMTP may have spoilt it.',
      th: '{who} ไม่รู้จักคำสั่ง หรือบรรทัดยาวเกินไป ถ้าคำสั่งนั้นคือ EHLO หรือ STARTTLS ไฟร์วอลล์ที่ตรวจ SMTP อาจทำให้เพี้ยน',
    },
    fix: {
      en: 'After a refused EHLO go on with HELO, and test the server by hand to see whether its greeting or its EHLO answer is masked.',
      th: 'ถ้า EHLO ถูกปฏิเสธ ให้ใช้ HELO แทน แล้วทดสอบเซิร์ฟเวอร์ด้วยมือเพื่อดูว่าข้อความต้อนรับหรือคำตอบของ EHLO ถูกปิดบังหรือไม่',
    },
    article: 'ehlo-helo-cisco',
  },
  'command-unknown-for-now': {
    meaning: {
      en: '{who} does not know the command and says so with a temporary code, so that some senders wait instead of falling back to HELO.',
      th: '{who} ไม่รู้จักคำสั่งแต่ตอบด้วยรหัสชั่วคราว ผู้ส่งบางรายจึงรอแทนที่จะถอยไปใช้ HELO',
    },
    fix: {
      en: 'Have that server answer 500 or 502; a sender can meanwhile be told to use plain HELO for the domain.',
      th: 'ให้ผู้ดูแลตั้งเซิร์ฟเวอร์นั้นให้ตอบ 500 หรือ 502 ระหว่างนี้ฝั่งส่งตั้งให้ใช้ HELO กับโดเมนนี้ได้',
    },
    article: 'ehlo-helo-cisco',
    temporary: true,
  },
  'bad-arguments': {
    meaning: {
      en: '{who} knows the command but not what follows it: a malformed address or a HELO name that it does not accept.',
      th: '{who} รู้จักคำสั่งแต่ไม่รับส่วนที่ตามมา คือที่อยู่อีเมลผิดรูปแบบ หรือชื่อใน HELO ที่ไม่ยอมรับ',
    },
    fix: {
      en: 'Check the address for stray characters, and let the sending server introduce itself with its full host name.',
      th: 'ตรวจที่อยู่อีเมลว่ามีอักขระแปลกปลอมหรือไม่ และตั้งให้เซิร์ฟเวอร์ฝั่งส่งแนะนำตัวด้วยชื่อโฮสต์เต็ม',
    },
    article: 'smtp-by-hand',
  },
  'helo-bad': {
    meaning: {
      en: '{who} does not accept the name with which the sending server introduces itself in HELO or EHLO.',
      th: '{who} ไม่รับชื่อที่เซิร์ฟเวอร์ฝั่งส่งใช้แนะนำตัวใน HELO หรือ EHLO',
    },
    fix: {
      en: 'Configure the sending server’s HELO name as its own full host name, one that resolves to its address and back.',
      th: 'ตั้งชื่อ HELO ของเซิร์ฟเวอร์ฝั่งส่งให้เป็นชื่อโฮสต์เต็มของตัวเอง ซึ่งแปลงเป็น IP ของเครื่องและแปลงกลับได้ตรงกัน',
    },
    article: 'smtp-by-hand',
  },
  'command-off': {
    meaning: {
      en: '{who} knows the command but does not offer it.',
      th: '{who} รู้จักคำสั่งแต่ไม่เปิดให้ใช้',
    },
    fix: {
      en: 'Do without it. A refused STARTTLS or AUTH that had been offered points to a firewall or proxy in between.',
      th: 'ทำงานต่อโดยไม่ใช้คำสั่งนี้ ถ้า STARTTLS หรือ AUTH ถูกปฏิเสธทั้งที่ประกาศไว้ ให้สงสัยไฟร์วอลล์หรือพร็อกซีที่คั่นกลาง',
    },
    article: 'ehlo-helo-cisco',
  },
  'bad-sequence': {
    meaning: {
      en: '{who} got the commands in the wrong order, or wants a login first.',
      th: '{who} ได้รับคำสั่งผิดลำดับ หรือต้องการให้ล็อกอินก่อน',
    },
    fix: {
      en: 'Keep to the order EHLO, (AUTH), MAIL FROM, RCPT TO, DATA; in a mail program turn on authentication for outgoing mail.',
      th: 'ใช้ลำดับ EHLO, (AUTH), MAIL FROM, RCPT TO, DATA ถ้าเป็นโปรแกรมอีเมล ให้เปิดการยืนยันตัวตนสำหรับเซิร์ฟเวอร์ขาออก',
    },
    article: 'smtp-by-hand',
  },
  'parameter-off': {
    meaning: {
      en: '{who} does not support an option of the command, such as a login method.',
      th: '{who} ไม่รองรับตัวเลือกของคำสั่ง เช่น วิธีล็อกอินที่ใช้',
    },
    fix: {
      en: 'Use only what the answer to EHLO lists; in a mail program choose another authentication method.',
      th: 'ใช้เฉพาะสิ่งที่คำตอบของ EHLO ประกาศไว้ ถ้าเป็นโปรแกรมอีเมล ให้เลือกวิธียืนยันตัวตนแบบอื่น',
    },
    article: 'smtp-by-hand',
  },
  'parameters-for-now': {
    meaning: {
      en: '{who} cannot honour the options of MAIL or RCPT just now.',
      th: '{who} ยังทำตามตัวเลือกของ MAIL หรือ RCPT ไม่ได้ในตอนนี้',
    },
    fix: { en: 'Try later, or without the options.', th: 'ลองใหม่ภายหลัง หรือส่งโดยไม่ใช้ตัวเลือกนั้น' },
    temporary: true,
  },
  'parameters-unknown': {
    meaning: {
      en: '{who} does not know an option given with MAIL or RCPT.',
      th: '{who} ไม่รู้จักตัวเลือกที่ส่งมากับ MAIL หรือ RCPT',
    },
    fix: {
      en: 'Send without extension options, or only with those that the answer to EHLO lists.',
      th: 'ส่งโดยไม่ใช้ตัวเลือกเสริม หรือใช้เฉพาะที่คำตอบของ EHLO ประกาศไว้',
    },
    article: 'smtp-by-hand',
  },
  'command-invalid': {
    meaning: {
      en: '{who} does not accept this command, or not at this point. If it was EHLO or STARTTLS, a firewall that inspects SMTP may have spoilt it.',
      th: '{who} ไม่รับคำสั่งนี้ หรือไม่รับในขั้นตอนนี้ ถ้าเป็น EHLO หรือ STARTTLS ไฟร์วอลล์ที่ตรวจ SMTP อาจทำให้เพี้ยน',
    },
    fix: {
      en: 'Run the session by hand and see which command is refused; a greeting of stars or keywords of X’s show the firewall.',
      th: 'ลองคุย SMTP ด้วยมือเพื่อดูว่าคำสั่งใดถูกปฏิเสธ ถ้าข้อความต้อนรับเป็นดอกจันหรือคีย์เวิร์ดกลายเป็นตัว X แสดงว่ามีไฟร์วอลล์แทรกอยู่',
    },
    article: 'ehlo-helo-cisco',
  },
  'command-syntax': {
    meaning: {
      en: '{who} cannot read the command: it is malformed, or something on the way has changed it.',
      th: '{who} อ่านคำสั่งไม่ออก เพราะผิดรูปแบบหรือถูกเปลี่ยนระหว่างทาง',
    },
    fix: {
      en: 'Run the session by hand; if a well-formed EHLO is refused, look for SMTP inspection on the firewall.',
      th: 'ลองคุย SMTP ด้วยมือ ถ้า EHLO ที่ถูกรูปแบบยังถูกปฏิเสธ ให้ดูว่าไฟร์วอลล์เปิดการตรวจ SMTP อยู่หรือไม่',
    },
    article: 'smtp-by-hand',
  },
  'protocol-version': {
    meaning: {
      en: '{who} and the sender speak different versions of the protocol.',
      th: '{who} กับฝั่งส่งใช้โปรโตคอลคนละรุ่น',
    },
    fix: { en: 'Update the older side.', th: 'อัปเดตฝั่งที่เก่ากว่า' },
  },
  'protocol-problem': {
    meaning: { en: '{who} reports trouble in the SMTP dialogue.', th: '{who} แจ้งว่าการสนทนา SMTP มีปัญหา' },
    fix: {
      en: 'Read the words after the code, and run the session by hand to see which command is meant.',
      th: 'อ่านข้อความหลังรหัส แล้วลองคุย SMTP ด้วยมือเพื่อดูว่าหมายถึงคำสั่งใด',
    },
    article: 'smtp-by-hand',
  },
  'service-closing': {
    meaning: {
      en: '{who} is closing the connection: it is busy, restarting, or limits connections from this address.',
      th: '{who} กำลังปิดการเชื่อมต่อ เพราะงานมาก กำลังรีสตาร์ต หรือจำกัดจำนวนการเชื่อมต่อจาก IP นี้',
    },
    fix: {
      en: 'Wait for the next attempt; if it goes on, send fewer messages at a time and read the words after the code.',
      th: 'รอการส่งรอบถัดไป ถ้ายังเป็นอยู่ ให้ส่งครั้งละน้อยลง และอ่านข้อความหลังรหัส',
    },
  },
  'nobody-left': {
    meaning: {
      en: '{who} has nobody to deliver to, since it had refused every recipient before.',
      th: '{who} ไม่มีผู้รับให้ส่งแล้ว เพราะปฏิเสธผู้รับทุกรายไปก่อนหน้านี้',
    },
    fix: {
      en: 'Look at the refusal of the recipient in the lines before: that is the reason.',
      th: 'ดูคำปฏิเสธผู้รับในบรรทัดก่อนหน้า นั่นคือสาเหตุ',
    },
  },
  'too-many-errors': {
    meaning: {
      en: '{who} hung up after too many refused commands or recipients in one connection.',
      th: '{who} ตัดการเชื่อมต่อเพราะมีคำสั่งหรือผู้รับที่ถูกปฏิเสธมากเกินไปในการเชื่อมต่อเดียว',
    },
    fix: {
      en: 'Correct what was refused before: remove dead addresses from the list; if commands are refused, try the session by hand.',
      th: 'แก้สิ่งที่ถูกปฏิเสธก่อนหน้า โดยลบที่อยู่ที่ใช้ไม่ได้ออกจากรายชื่อ ถ้าเป็นคำสั่งที่ถูกปฏิเสธ ให้ลองคุย SMTP ด้วยมือ',
    },
    article: 'smtp-by-hand',
  },
  'bare-newline': {
    meaning: {
      en: '{who} found line ends in the message that are not CR LF.',
      th: '{who} พบการขึ้นบรรทัดใหม่ในจดหมายที่ไม่ใช่ CR LF',
    },
    fix: {
      en: 'Update or reconfigure the program that writes the message, so that every line ends with CR LF.',
      th: 'อัปเดตหรือตั้งค่าโปรแกรมที่สร้างจดหมายให้ทุกบรรทัดจบด้วย CR LF',
    },
  },
  'line-too-long': {
    meaning: {
      en: '{who} found a line in the message that is longer than mail allows (998 characters, RFC 5322).',
      th: '{who} พบบรรทัดในจดหมายที่ยาวเกินกว่าที่อีเมลอนุญาต (998 อักขระ ตาม RFC 5322)',
    },
    fix: {
      en: 'Have the program that writes the message break its lines, or encode the text as quoted-printable or base64.',
      th: 'แก้โปรแกรมที่สร้างจดหมายให้ตัดบรรทัด หรือเข้ารหัสข้อความเป็น quoted-printable หรือ base64',
    },
  },
  'pipelined-after-starttls': {
    meaning: {
      en: '{who} broke off because commands were sent together with STARTTLS, before the encryption stood.',
      th: '{who} ตัดการเชื่อมต่อเพราะมีคำสั่งส่งมาพร้อม STARTTLS ก่อนที่การเข้ารหัสจะเริ่ม',
    },
    fix: {
      en: 'Have the sending program wait for the answer to STARTTLS; a proxy in between can be at fault too.',
      th: 'แก้โปรแกรมฝั่งส่งให้รอคำตอบของ STARTTLS ก่อน พร็อกซีที่คั่นกลางก็อาจเป็นสาเหตุได้เช่นกัน',
    },
  },
} as const satisfies Record<string, Advice>;
