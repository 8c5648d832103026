/** Words of the findings of a test send. Pure data. */

import { article, type FindingEntries, rfc } from './findings-shape.ts';

export const SEND_FINDINGS = {
  greylisted: {
    severity: 'info',
    title: {
      en: '{host} {greylists: it wants|greylist: they want} a second try',
      th: '{host} ใช้ greylisting จึงขอให้ส่งซ้ำ',
    },
    explanation: {
      en: 'The server turns the first message of an unknown sender away for a while and accepts it when the same sender tries again. Real mail servers do; much spam does not.',
      th: 'เซิร์ฟเวอร์ปฏิเสธจดหมายฉบับแรกของผู้ส่งที่ไม่รู้จักไว้ชั่วคราว และรับเมื่อผู้ส่งเดิมส่งซ้ำ เมลเซิร์ฟเวอร์จริงจะส่งซ้ำ แต่สแปมส่วนมากไม่ทำ',
    },
    fix: {
      en: 'Send the test again after some minutes from the same address. A normal mail server does so by itself; nothing is wrong.',
      th: 'ส่งทดสอบอีกครั้งในอีกไม่กี่นาทีจากที่อยู่เดิม เมลเซิร์ฟเวอร์ทั่วไปส่งซ้ำเองอยู่แล้ว ไม่มีอะไรผิดปกติ',
    },
    references: [rfc(6647, '2')],
  },
  'recipient-rejected': {
    severity: 'error',
    title: { en: '{host} {does|do} not accept the recipient', th: '{host} ไม่ยอมรับที่อยู่ผู้รับ' },
    explanation: {
      en: 'The server refused the address in RCPT TO: there is no such mailbox, it is disabled or full, or it may not be written to from outside.',
      th: 'เซิร์ฟเวอร์ปฏิเสธที่อยู่ใน RCPT TO เพราะไม่มีกล่องจดหมายนี้ หรือกล่องถูกปิดใช้งาน เต็ม หรือไม่เปิดรับจากภายนอก',
    },
    fix: {
      en: 'Check the spelling of the address. If it is right, ask the administrator of {host} about that mailbox.',
      th: 'ตรวจตัวสะกดของที่อยู่ ถ้าถูกต้อง ให้สอบถามผู้ดูแล {host} เกี่ยวกับกล่องจดหมายนั้น',
    },
    references: [rfc(5321, '3.3'), rfc(3463, '3.2')],
  },
  'sender-rejected': {
    severity: 'error',
    title: { en: '{host} {does|do} not accept the sender', th: '{host} ไม่ยอมรับที่อยู่ผู้ส่ง' },
    explanation: {
      en: 'The server refused the address in MAIL FROM. Commonly its domain does not resolve, has a null MX, or may not send from this address.',
      th: 'เซิร์ฟเวอร์ปฏิเสธที่อยู่ใน MAIL FROM สาเหตุที่พบบ่อยคือโดเมนของผู้ส่งไม่มีใน DNS มี null MX หรือไม่ได้รับอนุญาตให้ส่งจากที่อยู่ IP นี้',
    },
    fix: {
      en: 'Use a sender whose domain has MX or address records, and whose SPF record names the sending machine.',
      th: 'ใช้ที่อยู่ผู้ส่งในโดเมนที่มีระเบียน MX, A หรือ AAAA และมีระเบียน SPF ที่ระบุเครื่องที่ส่ง',
    },
    references: [rfc(5321, '3.3'), rfc(7505, '4.2'), rfc(7208, '8.4')],
  },
  'relay-denied': {
    severity: 'error',
    title: {
      en: '{host} {does|do} not handle this domain',
      th: '{host} ไม่ได้ดูแลโดเมนนี้',
    },
    explanation: {
      en: 'The server says it does not relay for the recipient’s domain. Either the MX record points at the wrong server, the server was not told about the domain, or it wants a login first.',
      th: 'เซิร์ฟเวอร์ตอบว่าไม่ส่งต่อให้โดเมนของผู้รับ อาจเป็นเพราะระเบียน MX ชี้ผิดเครื่อง เครื่องนั้นยังไม่ได้ตั้งค่าให้รับโดเมนนี้ หรือต้องล็อกอินก่อน',
    },
    fix: {
      en: 'Add the domain to those that {host} {accepts|accept}, or correct the MX record. When sending through a submission server: log in.',
      th: 'เพิ่มโดเมนนี้ในรายการที่ {host} รับ หรือแก้ระเบียน MX ถ้าส่งผ่านเซิร์ฟเวอร์ submission ให้ล็อกอิน',
    },
    references: [rfc(5321, '3.6.2'), article('how-mail-flows')],
  },
  'policy-rejected': {
    severity: 'error',
    title: { en: '{host} {refuses|refuse} the message by {its|their} rules', th: '{host} ปฏิเสธจดหมายตามกฎของตน' },
    explanation: {
      en: 'Sender and recipient exist, but a rule of the receiving side forbids the message: authentication (SPF, DKIM, DMARC), reputation, or content.',
      th: 'ผู้ส่งและผู้รับมีอยู่จริง แต่กฎของฝั่งรับไม่อนุญาตจดหมายนี้ ได้แก่ เรื่องการยืนยันตัวตนของผู้ส่ง (SPF, DKIM, DMARC) ชื่อเสียง หรือเนื้อหา',
    },
    fix: {
      en: 'Read the reply in the evidence; its enhanced code (5.7.x) names the rule. POST /v1/explanations explains it.',
      th: 'อ่านคำตอบในหลักฐาน รหัสเสริม (enhanced code) 5.7.x บอกว่าติดกฎข้อใด และ POST /v1/explanations อธิบายให้ได้',
    },
    references: [rfc(3463, '3.8'), rfc(7372)],
  },
  'message-too-large': {
    severity: 'error',
    title: { en: 'The message is too large for {host}', th: 'จดหมายใหญ่เกินกว่าที่ {host} รับได้' },
    explanation: {
      en: 'The server announces or applies a limit below the size of the message. Attachments grow by a third when they are encoded.',
      th: 'เซิร์ฟเวอร์ประกาศหรือใช้ขนาดสูงสุดที่เล็กกว่าจดหมายฉบับนี้ ไฟล์แนบจะใหญ่ขึ้นหนึ่งในสามเมื่อแปลงรหัส (encode) เพื่อส่ง',
    },
    fix: { en: 'Send a smaller message, or a link to the file.', th: 'ส่งจดหมายที่เล็กลง หรือส่งเป็นลิงก์ไปยังไฟล์' },
    references: [rfc(1870, '6')],
  },
  'smtputf8-needed': {
    severity: 'error',
    title: {
      en: '{host} {does|do} not know internationalised addresses',
      th: '{host} ไม่รองรับที่อยู่อีเมลภาษาท้องถิ่น',
    },
    explanation: {
      en: 'The part before the @ has characters outside ASCII, which needs SMTPUTF8 at every server on the way. {host} {does|do} not offer it.',
      th: 'ส่วนหน้าเครื่องหมาย @ มีอักขระนอก ASCII ซึ่งเซิร์ฟเวอร์ทุกเครื่องระหว่างทางต้องรองรับ SMTPUTF8 แต่ {host} ไม่รองรับ',
    },
    fix: {
      en: 'Use an ASCII address of the same person, or have SMTPUTF8 turned on at {host}.',
      th: 'ใช้ที่อยู่แบบ ASCII ของบุคคลเดียวกัน หรือให้ผู้ดูแลเปิด SMTPUTF8 ที่ {host}',
    },
    references: [rfc(6531, '3.2')],
  },
  'requiretls-unsupported': {
    severity: 'info',
    title: { en: '{host} {does|do} not offer REQUIRETLS', th: '{host} ไม่รองรับ REQUIRETLS' },
    explanation: {
      en: 'The message went to {host} under TLS with a valid certificate, as asked; but the server cannot promise the same for the way behind it.',
      th: 'จดหมายไปถึง {host} ภายใต้ TLS ที่ใบรับรองถูกต้องตามที่ขอ แต่เซิร์ฟเวอร์รับรองแบบเดียวกันให้เส้นทางหลังจากนั้นไม่ได้',
    },
    fix: {
      en: 'Nothing to do, unless the whole path must be encrypted: then ask for REQUIRETLS at {host}.',
      th: 'ไม่ต้องทำอะไร เว้นแต่ต้องเข้ารหัสตลอดเส้นทาง ในกรณีนั้นให้ขอผู้ดูแล {host} เปิดใช้ REQUIRETLS',
    },
    references: [rfc(8689, '2')],
  },
  'outcome-unknown': {
    severity: 'warning',
    title: {
      en: 'Whether {host} took the message is not known',
      th: 'ไม่ทราบว่า {host} รับจดหมายแล้วหรือไม่',
    },
    explanation: {
      en: 'The whole message was sent, and no final reply came in time. It may have been accepted. It is not sent again, since the recipient might then get it twice.',
      th: 'ส่งจดหมายครบแล้ว แต่คำตอบสุดท้ายไม่มาภายในเวลา จดหมายอาจถูกรับไว้แล้ว จึงไม่ส่งซ้ำ เพราะผู้รับอาจได้รับสองฉบับ',
    },
    fix: {
      en: 'Ask for this send again in some minutes: the session waits on. Else look for the Message-ID in the log of {host}.',
      th: 'เรียกดูผลการส่งนี้อีกครั้งในอีกไม่กี่นาที เพราะระบบยังรอคำตอบอยู่ ถ้ายังไม่ทราบผล ให้ค้นหา Message-ID ในล็อกของ {host}',
    },
    references: [rfc(5321, '4.5.3.2.6'), rfc(1047)],
  },
  'auth-failed': {
    severity: 'error',
    title: { en: '{host} did not accept the login', th: '{host} ไม่ยอมรับการล็อกอิน' },
    explanation: {
      en: 'The name and password went out once, inside TLS, and the server refused them. Nothing was sent.',
      th: 'ส่งชื่อผู้ใช้และรหัสผ่านไปหนึ่งครั้งภายใน TLS แต่เซิร์ฟเวอร์ปฏิเสธ จึงไม่มีการส่งจดหมาย',
    },
    fix: {
      en: 'Check name and password; some providers want an app password, or have SMTP login turned off for the account.',
      th: 'ตรวจชื่อผู้ใช้และรหัสผ่าน ผู้ให้บริการบางรายต้องใช้รหัสผ่านสำหรับแอป หรือปิดการล็อกอินทาง SMTP ของบัญชีนั้นไว้',
    },
    references: [rfc(4954, '4')],
    variants: {
      'not-offered': {
        title: { en: '{host} {offers|offer} no login that can be used', th: '{host} ไม่มีวิธีล็อกอินที่ใช้ได้' },
        explanation: {
          en: 'Inside TLS the server offers neither AUTH PLAIN nor AUTH LOGIN. The password was not sent, nor was the message.',
          th: 'ภายใน TLS เซิร์ฟเวอร์ไม่ได้เสนอทั้ง AUTH PLAIN และ AUTH LOGIN จึงไม่ได้ส่งทั้งรหัสผ่านและจดหมาย',
        },
        fix: {
          en: 'Use the submission server and port that the provider names, usually 587 or 465.',
          th: 'ใช้เซิร์ฟเวอร์และพอร์ต submission ตามที่ผู้ให้บริการระบุ โดยทั่วไปคือ 587 หรือ 465',
        },
      },
      unprotected: {
        title: {
          en: 'No password is sent to {host}: the way is not safe',
          th: 'ไม่ส่งรหัสผ่านให้ {host} เพราะเส้นทางไม่ปลอดภัย',
        },
        explanation: {
          en: 'There is no TLS with a certificate that is valid for {host}, so whoever stands between could read the password. Neither it nor the message was sent.',
          th: 'ไม่มี TLS ที่ใบรับรองถูกต้องสำหรับ {host} ผู้ที่อยู่ระหว่างทางอาจอ่านรหัสผ่านได้ จึงไม่ได้ส่งทั้งรหัสผ่านและจดหมาย',
        },
        fix: {
          en: 'Use the name that stands in the server’s certificate, or have STARTTLS and a valid certificate set up on {host}.',
          th: 'ใช้ชื่อที่อยู่ในใบรับรองของเซิร์ฟเวอร์ หรือให้ผู้ดูแลตั้งค่า STARTTLS และใบรับรองที่ถูกต้องบน {host}',
        },
      },
    },
  },
} as const satisfies FindingEntries;
