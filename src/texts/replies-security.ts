/** Words for logins, relaying and encryption (RFC 4954, RFC 3207, RFC 7672, RFC 8461, RFC 8689). Data only. */

import type { Advice } from './replies-advice.ts';

export const SECURITY_ADVICE = {
  'security-problem': {
    meaning: {
      en: '{who} refuses for reasons of security or policy.',
      th: '{who} ปฏิเสธด้วยเหตุผลด้านความปลอดภัยหรือนโยบาย',
    },
    fix: {
      en: 'Read the words after the code: they tell whether login, encryption or the sender’s reputation is meant.',
      th: 'อ่านข้อความหลังรหัส ซึ่งบอกว่าเกี่ยวกับการล็อกอิน การเข้ารหัส หรือชื่อเสียงของผู้ส่ง',
    },
    article: 'how-mail-flows',
  },
  'not-authorised': {
    meaning: {
      en: '{who} refuses the message by policy: this sender, recipient or content is not allowed.',
      th: '{who} ปฏิเสธจดหมายตามนโยบาย: ไม่อนุญาตผู้ส่ง ผู้รับ หรือเนื้อหานี้',
    },
    fix: {
      en: 'Read the words after the code; if they name no reason, ask the recipient’s administrator and quote the whole line.',
      th: 'อ่านข้อความหลังรหัส ถ้าไม่บอกสาเหตุ ให้สอบถามผู้ดูแลระบบฝั่งผู้รับพร้อมส่งข้อความทั้งบรรทัดไปด้วย',
    },
    article: 'how-mail-flows',
  },
  refused: {
    meaning: {
      en: '{who} refuses: the mailbox does not exist, or a policy forbids the message.',
      th: '{who} ปฏิเสธ: ไม่มีกล่องจดหมายนี้ หรือนโยบายไม่อนุญาต',
    },
    fix: {
      en: 'Check the address first, then read the words after the code.',
      th: 'ตรวจที่อยู่อีเมลก่อน แล้วอ่านข้อความหลังรหัส',
    },
    article: 'how-mail-flows',
  },
  policy: {
    meaning: { en: '{who} blocks the message by a policy of its own.', th: '{who} บล็อกจดหมายตามนโยบายของตัวเอง' },
    fix: {
      en: 'Read the words after the code, check whether the sending address is on block lists, and ask the recipient’s administrator to let you in.',
      th: 'อ่านข้อความหลังรหัส ตรวจว่า IP ผู้ส่งติดบัญชีดำหรือไม่ และขอให้ผู้ดูแลฝั่งผู้รับอนุญาตให้ส่งเข้าได้',
    },
    article: 'how-mail-flows',
  },
  'relay-denied': {
    meaning: {
      en: '{who} does not handle mail for the recipient’s domain, and the sender has not logged in.',
      th: '{who} ไม่ได้ดูแลอีเมลของโดเมนผู้รับ และผู้ส่งไม่ได้ล็อกอิน',
    },
    fix: {
      en: 'From a mail program: turn on authentication for the outgoing server. Between servers: check that the domain’s MX points to a server that counts the domain as its own.',
      th: 'ถ้าส่งจากโปรแกรมอีเมล ให้เปิดการยืนยันตัวตนของเซิร์ฟเวอร์ขาออก ถ้าส่งระหว่างเซิร์ฟเวอร์ ให้ตรวจว่า MX ของโดเมนชี้ไปยังเซิร์ฟเวอร์ที่ถือว่าโดเมนนี้เป็นของตัวเอง',
    },
    article: 'what-is-mx',
  },
  'relay-not-registered': {
    meaning: {
      en: 'Google’s relay service does not know the address or domain from which this message is sent.',
      th: 'บริการรีเลย์ของ Google ไม่รู้จัก IP หรือโดเมนที่ส่งจดหมายนี้',
    },
    fix: {
      en: 'Register the sending address in the Workspace SMTP relay settings, or log in with an account of the domain.',
      th: 'ลงทะเบียน IP ที่ส่งในการตั้งค่า SMTP relay ของ Workspace หรือล็อกอินด้วยบัญชีของโดเมนนั้น',
    },
  },
  'connector-mismatch': {
    meaning: {
      en: 'Microsoft 365 does not know to which organisation this relayed message belongs.',
      th: 'Microsoft 365 ระบุไม่ได้ว่าจดหมายที่รีเลย์มานี้เป็นขององค์กรใด',
    },
    fix: {
      en: 'Check the inbound connector (address or certificate), that the sender’s domain is an accepted domain, and that the MX points to the right tenant.',
      th: 'ตรวจ inbound connector (IP หรือใบรับรอง) ตรวจว่าโดเมนผู้ส่งอยู่ใน accepted domains และ MX ชี้ไปเทแนนต์ที่ถูกต้อง',
    },
  },
  'auth-needed': {
    meaning: { en: '{who} wants a login before it takes mail.', th: '{who} ต้องการให้ล็อกอินก่อนจึงจะรับจดหมาย' },
    fix: {
      en: 'Turn on authentication for the outgoing server in the mail program or device: full address as user name, port 587 with STARTTLS or 465 with TLS.',
      th: 'เปิดการยืนยันตัวตนของเซิร์ฟเวอร์ขาออกในโปรแกรมหรืออุปกรณ์ ใช้ที่อยู่อีเมลเต็มเป็นชื่อผู้ใช้ และพอร์ต 587 แบบ STARTTLS หรือ 465 แบบ TLS',
    },
  },
  credentials: {
    meaning: { en: '{who} does not accept the user name or the password.', th: '{who} ไม่ยอมรับชื่อผู้ใช้หรือรหัสผ่าน' },
    fix: {
      en: 'Type both anew, the full address as user name; accounts with two-step sign-in need an app password or a modern sign-in.',
      th: 'พิมพ์ชื่อผู้ใช้ (ที่อยู่อีเมลเต็ม) และรหัสผ่านใหม่อีกครั้ง บัญชีที่ใช้การยืนยันสองขั้นตอนต้องใช้รหัสผ่านสำหรับแอปหรือการลงชื่อเข้าใช้แบบใหม่ (modern authentication)',
    },
  },
  'app-password': {
    meaning: {
      en: '{who} wants an app password here, not the password of the account.',
      th: '{who} ต้องการรหัสผ่านสำหรับแอป (app password) ไม่ใช่รหัสผ่านของบัญชี',
    },
    fix: {
      en: 'Create an app password in the account’s security settings and use it in the mail program or device.',
      th: 'สร้างรหัสผ่านสำหรับแอปในการตั้งค่าความปลอดภัยของบัญชี แล้วใช้ในโปรแกรมหรืออุปกรณ์',
    },
  },
  'web-login': {
    meaning: {
      en: '{who} holds this login back until the owner of the account has signed in on its web page.',
      th: '{who} ระงับการล็อกอินนี้ไว้จนกว่าเจ้าของบัญชีจะลงชื่อเข้าใช้ทางเว็บ',
    },
    fix: {
      en: 'Sign in with a web browser and confirm that it was you who tried; then use an app password or a modern sign-in in the mail program.',
      th: 'ลงชื่อเข้าใช้ด้วยเว็บเบราว์เซอร์และยืนยันว่าเป็นคุณเอง จากนั้นใช้รหัสผ่านสำหรับแอปหรือการลงชื่อเข้าใช้แบบใหม่ในโปรแกรมอีเมล',
    },
  },
  'smtp-auth-off': {
    meaning: {
      en: '{who} has sign-in for sending (SMTP AUTH) switched off for this mailbox or organisation.',
      th: '{who} ปิดการล็อกอินเพื่อส่งอีเมล (SMTP AUTH) ไว้สำหรับกล่องจดหมายหรือองค์กรนี้',
    },
    fix: {
      en: 'The administrator can allow authenticated SMTP for that mailbox; better, use a program with modern sign-in.',
      th: 'ผู้ดูแลระบบเปิด authenticated SMTP ให้กล่องนั้นได้ ทางที่ดีกว่าคือใช้โปรแกรมที่ลงชื่อเข้าใช้แบบใหม่ได้',
    },
  },
  'auth-too-weak': {
    meaning: { en: '{who} finds the login method too weak.', th: '{who} เห็นว่าวิธีล็อกอินนี้ไม่ปลอดภัยพอ' },
    fix: {
      en: 'Switch on TLS and a stronger login method in the mail program.',
      th: 'เปิด TLS และเลือกวิธีล็อกอินที่ปลอดภัยกว่าในโปรแกรมอีเมล',
    },
  },
  'encryption-needed': {
    meaning: { en: '{who} wants the connection encrypted first.', th: '{who} ต้องการให้เข้ารหัสการเชื่อมต่อก่อน' },
    fix: {
      en: 'Switch on STARTTLS or TLS. If the sender never sees STARTTLS offered, something on the way removes it.',
      th: 'เปิด STARTTLS หรือ TLS ถ้าฝั่งส่งไม่เคยเห็นการเสนอ STARTTLS แสดงว่ามีบางอย่างระหว่างทางตัดออก',
    },
    article: 'ehlo-helo-cisco',
  },
  'auth-needs-encryption': {
    meaning: {
      en: '{who} takes a password only over an encrypted connection.',
      th: '{who} รับรหัสผ่านเฉพาะผ่านการเชื่อมต่อที่เข้ารหัส',
    },
    fix: {
      en: 'Set the outgoing server to STARTTLS on port 587 or TLS on port 465.',
      th: 'ตั้งเซิร์ฟเวอร์ขาออกให้ใช้ STARTTLS ที่พอร์ต 587 หรือ TLS ที่พอร์ต 465',
    },
  },
  'password-transition': {
    meaning: {
      en: '{who} wants the password set anew for this login method.',
      th: '{who} ต้องการให้ตั้งรหัสผ่านใหม่สำหรับวิธีล็อกอินนี้',
    },
    fix: {
      en: 'Log in once by the web or change the password, then try again.',
      th: 'ล็อกอินผ่านเว็บหนึ่งครั้งหรือเปลี่ยนรหัสผ่าน แล้วลองใหม่',
    },
    temporary: true,
  },
  'account-disabled': {
    meaning: { en: 'The account that logs in is disabled at {who}.', th: 'บัญชีที่ใช้ล็อกอินถูกปิดใช้งานที่ {who}' },
    fix: { en: 'Ask the provider or administrator to enable it.', th: 'แจ้งผู้ให้บริการหรือผู้ดูแลระบบให้เปิดบัญชี' },
  },
  'trust-needed': {
    meaning: { en: '{who} takes this only from a server that it trusts.', th: '{who} รับสิ่งนี้จากเซิร์ฟเวอร์ที่ตนเชื่อถือเท่านั้น' },
    fix: { en: 'Send through your provider’s own outgoing server.', th: 'ส่งผ่านเซิร์ฟเวอร์ขาออกของผู้ให้บริการของคุณ' },
  },
  'auth-line-too-long': {
    meaning: { en: '{who} got a login line that is too long.', th: '{who} ได้รับข้อมูลล็อกอินในบรรทัดที่ยาวเกินไป' },
    fix: { en: 'Use another login method, or update the mail program.', th: 'ใช้วิธีล็อกอินแบบอื่น หรืออัปเดตโปรแกรมอีเมล' },
  },
  'tls-or-auth-for-now': {
    meaning: {
      en: '{who} cannot start TLS or check the login just now.',
      th: '{who} ยังเริ่ม TLS หรือตรวจการล็อกอินไม่ได้ในตอนนี้',
    },
    fix: {
      en: 'Try again later; that server’s administrator should check its certificate and its user database.',
      th: 'ลองใหม่ภายหลัง ผู้ดูแลเซิร์ฟเวอร์นั้นควรตรวจใบรับรองและฐานข้อมูลผู้ใช้',
    },
    temporary: true,
  },
  'tls-missing': {
    meaning: {
      en: '{who} may send this mail only over TLS, and the recipient’s server does not offer it.',
      th: '{who} ต้องส่งจดหมายนี้ผ่าน TLS เท่านั้น แต่เซิร์ฟเวอร์ผู้รับไม่มี TLS ให้ใช้',
    },
    fix: {
      en: 'The recipient’s administrator should enable TLS, or stop a firewall from hiding STARTTLS (`no inspect esmtp` on a Cisco ASA).',
      th: 'ผู้ดูแลฝั่งผู้รับต้องเปิด TLS หรือแก้ไม่ให้ไฟร์วอลล์ซ่อน STARTTLS (`no inspect esmtp` บน Cisco ASA)',
    },
    article: 'ehlo-helo-cisco',
  },
  'not-over-tls': {
    meaning: {
      en: '{who} refuses because the message did not come over TLS.',
      th: '{who} ปฏิเสธเพราะจดหมายไม่ได้ส่งผ่าน TLS',
    },
    fix: {
      en: 'Enable STARTTLS for outgoing mail; if it is enabled, look for a firewall on the way that removes it.',
      th: 'เปิด STARTTLS สำหรับอีเมลขาออก ถ้าเปิดแล้ว ให้ดูว่ามีไฟร์วอลล์ระหว่างทางตัด STARTTLS ออกหรือไม่',
    },
    article: 'ehlo-helo-cisco',
  },
  'exchange-auth-blocked': {
    meaning: {
      en: 'Two Exchange servers cannot log in to each other: something between them removes the X-EXPS command, most often a firewall that inspects SMTP.',
      th: 'เซิร์ฟเวอร์ Exchange สองเครื่องล็อกอินหากันไม่ได้ เพราะมีบางอย่างระหว่างทางตัดคำสั่ง X-EXPS ออก ส่วนใหญ่เป็นไฟร์วอลล์ที่ตรวจ SMTP',
    },
    fix: {
      en: 'Exempt the traffic between your Exchange servers from SMTP inspection, and check their send and receive connectors.',
      th: 'ยกเว้นการตรวจ SMTP ระหว่างเซิร์ฟเวอร์ Exchange ของคุณ และตรวจ send connector กับ receive connector',
    },
    article: 'ehlo-helo-cisco',
  },
  'certificate-expired': {
    meaning: {
      en: 'The certificate of the recipient’s mail server has expired.',
      th: 'ใบรับรองของเมลเซิร์ฟเวอร์ผู้รับหมดอายุแล้ว',
    },
    fix: { en: 'The recipient’s administrator must renew it.', th: 'ผู้ดูแลฝั่งผู้รับต้องต่ออายุใบรับรอง' },
  },
  'certificate-unverified': {
    meaning: {
      en: 'The certificate of the recipient’s mail server could not be verified, and this mail goes only to a server whose certificate can.',
      th: 'ใบรับรองของเมลเซิร์ฟเวอร์ผู้รับตรวจสอบไม่ผ่าน และจดหมายนี้ส่งได้เฉพาะไปยังเซิร์ฟเวอร์ที่ใบรับรองตรวจสอบผ่าน',
    },
    fix: {
      en: 'The recipient’s administrator should check its dates, that it names the MX host, and that the server sends the whole chain.',
      th: 'ผู้ดูแลฝั่งผู้รับควรตรวจวันหมดอายุ ตรวจว่ามีชื่อโฮสต์ตาม MX และตรวจว่าเซิร์ฟเวอร์ส่งสายใบรับรอง (chain) ครบ',
    },
  },
  'certificate-name': {
    meaning: {
      en: 'The certificate of the recipient’s mail server does not name the host in the MX.',
      th: 'ใบรับรองของเมลเซิร์ฟเวอร์ผู้รับไม่ได้ระบุชื่อโฮสต์ที่อยู่ใน MX',
    },
    fix: {
      en: 'The recipient’s administrator must install a certificate that names the MX host.',
      th: 'ผู้ดูแลฝั่งผู้รับต้องติดตั้งใบรับรองที่มีชื่อโฮสต์ตาม MX',
    },
  },
  'dane-failed': {
    meaning: {
      en: 'The certificate of the recipient’s mail server does not match the TLSA record that its domain publishes (DANE).',
      th: 'ใบรับรองของเมลเซิร์ฟเวอร์ผู้รับไม่ตรงกับระเบียน TLSA ที่โดเมนประกาศไว้ (DANE)',
    },
    fix: {
      en: 'The recipient’s administrator must publish a TLSA record for the present certificate, and next time before changing it.',
      th: 'ผู้ดูแลฝั่งผู้รับต้องประกาศระเบียน TLSA ให้ตรงกับใบรับรองปัจจุบัน และครั้งหน้าให้ประกาศก่อนเปลี่ยนใบรับรอง',
    },
  },
  'mta-sts-failed': {
    meaning: {
      en: 'The recipient’s domain demands verified TLS (MTA-STS), and its mail server does not meet that policy.',
      th: 'โดเมนผู้รับกำหนดให้ใช้ TLS ที่ใบรับรองตรวจสอบผ่าน (MTA-STS) แต่เมลเซิร์ฟเวอร์ผู้รับไม่เป็นไปตามนโยบายนั้น',
    },
    fix: {
      en: 'The recipient’s administrator should compare the hosts in the policy with the MX records, and see that STARTTLS and the certificate of each host are in order.',
      th: 'ผู้ดูแลฝั่งผู้รับควรเทียบชื่อโฮสต์ในนโยบายกับระเบียน MX และตรวจว่า STARTTLS กับใบรับรองของทุกโฮสต์ใช้ได้',
    },
  },
  'dnssec-failed': {
    meaning: {
      en: 'The DNSSEC signatures of the recipient’s domain are broken.',
      th: 'ลายเซ็น DNSSEC ของโดเมนผู้รับไม่ถูกต้อง',
    },
    fix: {
      en: 'The recipient’s administrator must repair the chain of DS and DNSKEY records.',
      th: 'ผู้ดูแลฝั่งผู้รับต้องแก้สาย (chain) ของระเบียน DS และ DNSKEY',
    },
  },
  requiretls: {
    meaning: {
      en: 'The message demands TLS all the way (REQUIRETLS), and the next server does not support that.',
      th: 'จดหมายกำหนดให้ใช้ TLS ตลอดเส้นทาง (REQUIRETLS) แต่เซิร์ฟเวอร์ถัดไปไม่รองรับ',
    },
    fix: {
      en: 'Send without that demand, or have the next server upgraded.',
      th: 'ส่งโดยไม่กำหนดเงื่อนไขนี้ หรือให้อัปเกรดเซิร์ฟเวอร์ถัดไป',
    },
  },
  'security-conversion': {
    meaning: {
      en: 'The message would have to change its protection to pass on, which cannot be done.',
      th: 'ต้องเปลี่ยนรูปแบบการป้องกันของจดหมายก่อนส่งต่อ ซึ่งทำไม่ได้',
    },
    fix: { en: 'Send it without S/MIME or PGP, or by another way.', th: 'ส่งโดยไม่ใช้ S/MIME หรือ PGP หรือส่งทางอื่น' },
  },
  'security-unsupported': {
    meaning: {
      en: '{who} does not support the security feature that is asked for.',
      th: '{who} ไม่รองรับความสามารถด้านความปลอดภัยที่ขอ',
    },
    fix: { en: 'Choose another login or encryption method.', th: 'เลือกวิธีล็อกอินหรือเข้ารหัสแบบอื่น' },
  },
  'crypto-failure': {
    meaning: {
      en: '{who} could not carry out the encryption or the check of a signature.',
      th: '{who} เข้ารหัสหรือตรวจลายเซ็นไม่สำเร็จ',
    },
    fix: { en: 'Check certificates and keys on both sides.', th: 'ตรวจใบรับรองและกุญแจทั้งสองฝั่ง' },
  },
  'crypto-algorithm': {
    meaning: { en: '{who} does not support the encryption algorithm.', th: '{who} ไม่รองรับอัลกอริทึมเข้ารหัสที่ใช้' },
    fix: { en: 'Use a current algorithm.', th: 'ใช้อัลกอริทึมที่เป็นปัจจุบัน' },
  },
  integrity: {
    meaning: {
      en: 'The message was changed on its way: its signature no longer fits.',
      th: 'จดหมายถูกเปลี่ยนระหว่างทาง ลายเซ็นจึงไม่ตรง',
    },
    fix: {
      en: 'Find the system that rewrites messages (a footer, a scanner, a list) and let it sign afterwards.',
      th: 'หาระบบที่แก้ไขจดหมาย (เติมข้อความท้ายจดหมาย ระบบสแกน เมลลิสต์) แล้วให้เซ็นหลังการแก้ไข',
    },
  },
} as const satisfies Record<string, Advice>;
