/** Words for what a mail program reports of its own, when it could not talk to its server. Data only. */

import type { Advice } from './replies-advice.ts';

export const PROGRAM_ADVICE = {
  'server-not-found': {
    meaning: {
      en: 'The mail program cannot find a server of the name that is in its settings.',
      th: 'โปรแกรมอีเมลหาเซิร์ฟเวอร์ตามชื่อที่ตั้งค่าไว้ไม่พบ',
    },
    fix: {
      en: 'See that the computer is online, then check the names of the incoming and the outgoing server letter by letter.',
      th: 'ตรวจว่าเครื่องต่ออินเทอร์เน็ตอยู่ แล้วตรวจชื่อเซิร์ฟเวอร์ขาเข้าและขาออกทีละตัวอักษร',
    },
  },
  'server-out-of-reach': {
    meaning: {
      en: 'The mail program cannot connect to its server: the name or port in its settings is wrong, the server is down, or a firewall, a virus scanner or the internet provider blocks the way, as many do with port 25.',
      th: 'โปรแกรมอีเมลเชื่อมต่อเซิร์ฟเวอร์ไม่ได้: ชื่อหรือพอร์ตที่ตั้งไว้ผิด เซิร์ฟเวอร์ล่ม หรือไฟร์วอลล์ โปรแกรมป้องกันไวรัส หรือผู้ให้บริการอินเทอร์เน็ตปิดกั้นอยู่ ซึ่งหลายรายปิดพอร์ต 25',
    },
    fix: {
      en: 'Check the server names, and send through port 587 with STARTTLS or 465 with TLS, with a login; if that fails too, try from another network to see which side is at fault.',
      th: 'ตรวจชื่อเซิร์ฟเวอร์ และส่งผ่านพอร์ต 587 แบบ STARTTLS หรือ 465 แบบ TLS พร้อมล็อกอิน ถ้ายังไม่ได้ ให้ลองจากเครือข่ายอื่นเพื่อดูว่าปัญหาอยู่ฝั่งใด',
    },
    article: 'what-is-smtp',
  },
  'server-silent': {
    meaning: {
      en: 'The mail program waited for an answer from its server until its time ran out.',
      th: 'โปรแกรมอีเมลรอคำตอบจากเซิร์ฟเวอร์จนหมดเวลา',
    },
    fix: {
      en: 'Look for a very large message in the Outbox, turn off mail scanning in the virus scanner, and raise the server timeout in the account settings; then check server name and port.',
      th: 'ดูว่ามีจดหมายขนาดใหญ่มากค้างใน Outbox หรือไม่ ปิดการสแกนอีเมลในโปรแกรมป้องกันไวรัส และเพิ่มเวลารอเซิร์ฟเวอร์ (server timeout) ในการตั้งค่าบัญชี จากนั้นตรวจชื่อและพอร์ตของเซิร์ฟเวอร์',
    },
  },
  'server-busy': {
    meaning: {
      en: 'The server or the mailbox is busy: often another program or device is reading the same mailbox.',
      th: 'เซิร์ฟเวอร์หรือกล่องจดหมายไม่ว่าง: มักเป็นเพราะโปรแกรมหรืออุปกรณ์อื่นกำลังอ่านกล่องเดียวกัน',
    },
    fix: {
      en: 'Close other programs that read this mailbox, wait ten minutes and try again; if it stays, ask the administrator of that server.',
      th: 'ปิดโปรแกรมอื่นที่อ่านกล่องนี้ รอสิบนาทีแล้วลองใหม่ ถ้ายังเป็นอยู่ ให้สอบถามผู้ดูแลเซิร์ฟเวอร์นั้น',
    },
  },
  'tls-not-agreed': {
    meaning: {
      en: 'The mail program is set to encrypt, and no encrypted connection came about: {who} does not offer TLS on that port, or something on the way removes it.',
      th: 'โปรแกรมอีเมลตั้งให้เข้ารหัส แต่เชื่อมต่อแบบเข้ารหัสไม่สำเร็จ: {who} ไม่มี TLS ที่พอร์ตนั้น หรือมีบางอย่างระหว่างทางตัดออก',
    },
    fix: {
      en: 'Let port and encryption match: 587 with STARTTLS, 465 with TLS. If they do, look for a virus scanner or a firewall that inspects SMTP; if the program is very old, for one that knows TLS 1.2.',
      th: 'ตั้งพอร์ตกับการเข้ารหัสให้ตรงกัน: 587 แบบ STARTTLS, 465 แบบ TLS ถ้าตรงแล้ว ให้ดูว่ามีโปรแกรมป้องกันไวรัสหรือไฟร์วอลล์ที่ตรวจ SMTP ขวางอยู่หรือไม่ ถ้าโปรแกรมเก่ามาก ให้เปลี่ยนเป็นรุ่นที่รู้จัก TLS 1.2',
    },
    article: 'ehlo-helo-cisco',
  },
  'server-certificate': {
    meaning: {
      en: 'The mail program does not trust the certificate of its server: it is out of date, made for another name, self-signed, or comes without the intermediate one.',
      th: 'โปรแกรมอีเมลไม่เชื่อถือใบรับรองของเซิร์ฟเวอร์: หมดอายุ ออกให้ชื่ออื่น ลงนามเอง หรือขาดใบรับรองกลาง (intermediate)',
    },
    fix: {
      en: 'See that the device’s date is right and that the settings name the server as its certificate does; otherwise the server’s administrator must install a valid certificate with its whole chain.',
      th: 'ตรวจว่าวันที่ของเครื่องถูกต้อง และชื่อเซิร์ฟเวอร์ที่ตั้งไว้ตรงกับชื่อในใบรับรอง ถ้าถูกต้องแล้ว ผู้ดูแลเซิร์ฟเวอร์ต้องติดตั้งใบรับรองที่ใช้ได้พร้อมสายใบรับรอง (chain) ครบ',
    },
  },
  'not-smtp': {
    meaning: {
      en: 'What answered the mail program does not speak SMTP: another service on that port, or a virus scanner or proxy in between.',
      th: 'สิ่งที่ตอบโปรแกรมอีเมลไม่ได้พูด SMTP: เป็นบริการอื่นที่พอร์ตนั้น หรือโปรแกรมป้องกันไวรัสหรือพร็อกซีที่อยู่ระหว่างทาง',
    },
    fix: {
      en: 'Check name and port of the outgoing server and turn off mail scanning in the virus scanner; then try the session by hand to see what answers.',
      th: 'ตรวจชื่อและพอร์ตของเซิร์ฟเวอร์ขาออก และปิดการสแกนอีเมลในโปรแกรมป้องกันไวรัส จากนั้นลองคุย SMTP ด้วยมือเพื่อดูว่าอะไรตอบ',
    },
    article: 'smtp-by-hand',
  },
  'login-method': {
    meaning: {
      en: 'The mail program and {who} find no login method that both can use; many servers offer a login only once the connection is encrypted.',
      th: 'โปรแกรมอีเมลกับ {who} ไม่มีวิธีล็อกอินที่ใช้ร่วมกันได้ หลายเซิร์ฟเวอร์ให้ล็อกอินเมื่อเข้ารหัสการเชื่อมต่อแล้วเท่านั้น',
    },
    fix: {
      en: 'Turn off Secure Password Authentication (SPA) in the account settings, and set the outgoing server to STARTTLS on port 587 or TLS on port 465.',
      th: 'ปิด Secure Password Authentication (SPA) ในการตั้งค่าบัญชี และตั้งเซิร์ฟเวอร์ขาออกให้ใช้ STARTTLS ที่พอร์ต 587 หรือ TLS ที่พอร์ต 465',
    },
  },
  'recipient-refused': {
    meaning: {
      en: '{who} refuses a recipient: most often because the mail program does not log in for sending, otherwise because the address is wrong.',
      th: '{who} ปฏิเสธผู้รับ: ส่วนใหญ่เพราะโปรแกรมอีเมลไม่ได้ล็อกอินเพื่อส่ง มิฉะนั้นคือที่อยู่อีเมลผิด',
    },
    fix: {
      en: 'Turn on “My outgoing server (SMTP) requires authentication” in the account settings, then check each recipient’s address.',
      th: 'เปิด “เซิร์ฟเวอร์ขาออก (SMTP) ของฉันต้องการการรับรองความถูกต้อง (My outgoing server (SMTP) requires authentication)” ในการตั้งค่าบัญชี แล้วตรวจที่อยู่อีเมลของผู้รับทุกคน',
    },
  },
} as const satisfies Record<string, Advice>;
