/** Words for addresses, mailboxes and their room (RFC 3463 §3.2, §3.3; RFC 7505). Data only. */

import type { Advice } from './replies-advice.ts';

export const MAILBOX_ADVICE = {
  'address-problem': {
    meaning: { en: '{who} objects to an address in the message.', th: '{who} ไม่ยอมรับที่อยู่อีเมลในจดหมาย' },
    fix: {
      en: 'Check the recipient’s and the sender’s address letter by letter.',
      th: 'ตรวจที่อยู่อีเมลของผู้รับและผู้ส่งทีละตัวอักษร',
    },
  },
  'address-bad': {
    meaning: { en: '{who} does not accept the recipient’s address.', th: '{who} ไม่ยอมรับที่อยู่อีเมลของผู้รับ' },
    fix: { en: 'Check the address letter by letter.', th: 'ตรวจที่อยู่อีเมลทีละตัวอักษร' },
  },
  'mailbox-unknown': {
    meaning: { en: '{who} has no mailbox of that name.', th: '{who} ไม่มีกล่องจดหมายชื่อนี้' },
    fix: {
      en: 'Check the part before the @ for typing errors; if it is right, the mailbox has been removed: ask the recipient for the current address.',
      th: 'ตรวจตัวสะกดส่วนหน้า @ ถ้าสะกดถูกแล้ว แสดงว่ากล่องจดหมายถูกลบไป ให้ขอที่อยู่ปัจจุบันจากผู้รับ',
    },
  },
  'not-in-directory': {
    meaning: {
      en: '{who} refuses the recipient: the address is not in the organisation’s directory, or the domain is not set up there.',
      th: '{who} ปฏิเสธผู้รับรายนี้ เพราะไม่มีที่อยู่นี้ในไดเรกทอรีขององค์กร หรือยังไม่ได้ตั้งค่าโดเมนไว้ที่นั่น',
    },
    fix: {
      en: 'Check the address; the recipient’s administrator should see that the mailbox is synchronised and the domain is an accepted domain.',
      th: 'ตรวจที่อยู่ และให้ผู้ดูแลฝั่งผู้รับตรวจว่ากล่องจดหมายซิงก์แล้วและโดเมนอยู่ใน accepted domains',
    },
    article: 'what-is-mx',
  },
  'domain-bad': {
    meaning: {
      en: 'The domain after the @ does not exist or takes no mail.',
      th: 'โดเมนหลังเครื่องหมาย @ ไม่มีอยู่จริงหรือไม่รับอีเมล',
    },
    fix: {
      en: 'Check the domain’s spelling; its owner should check its MX records.',
      th: 'ตรวจตัวสะกดของโดเมน และให้เจ้าของโดเมนตรวจระเบียน MX',
    },
    article: 'what-is-mx',
  },
  'address-syntax': {
    meaning: { en: '{who} finds the recipient’s address malformed.', th: '{who} พบว่าที่อยู่ของผู้รับผิดรูปแบบ' },
    fix: {
      en: 'Type the address anew: look for spaces, commas, Thai characters or quotes that do not belong there.',
      th: 'พิมพ์ที่อยู่ใหม่ ระวังช่องว่าง เครื่องหมายจุลภาค อักษรไทย หรือเครื่องหมายคำพูดที่ปนมา',
    },
  },
  'address-ambiguous': {
    meaning: {
      en: '{who} finds more than one mailbox for the address.',
      th: '{who} พบกล่องจดหมายที่ตรงกับที่อยู่นี้มากกว่าหนึ่งกล่อง',
    },
    fix: {
      en: 'Use a more exact address; the recipient’s administrator should look for duplicate entries.',
      th: 'ใช้ที่อยู่ที่เจาะจงกว่านี้ และให้ผู้ดูแลฝั่งผู้รับตรวจรายการที่ซ้ำกัน',
    },
  },
  'mailbox-moved': {
    meaning: {
      en: 'The mailbox has moved, and {who} does not forward to the new one.',
      th: 'กล่องจดหมายย้ายไปแล้ว และ {who} ไม่ส่งต่อไปที่ใหม่',
    },
    fix: { en: 'Ask the recipient for the new address.', th: 'ขอที่อยู่ใหม่จากผู้รับ' },
  },
  'not-local': {
    meaning: {
      en: 'The mailbox is not on this server; the reply may name the right address.',
      th: 'กล่องจดหมายไม่ได้อยู่ที่เซิร์ฟเวอร์นี้ คำตอบอาจบอกที่อยู่ที่ถูกต้องไว้',
    },
    fix: {
      en: 'Use the address that the reply gives, or check where the domain’s MX points.',
      th: 'ใช้ที่อยู่ตามคำตอบ หรือตรวจว่า MX ของโดเมนชี้ไปที่ใด',
    },
    article: 'what-is-mx',
  },
  'name-not-allowed': {
    meaning: {
      en: '{who} does not allow this address: it is malformed, or the sender may not use it.',
      th: '{who} ไม่อนุญาตที่อยู่นี้ เพราะผิดรูปแบบ หรือผู้ส่งไม่มีสิทธิ์ใช้',
    },
    fix: {
      en: 'Check the address, and send with the account’s own address as the sender.',
      th: 'ตรวจที่อยู่ และส่งโดยใช้ที่อยู่ของบัญชีตัวเองเป็นผู้ส่ง',
    },
  },
  'sender-syntax': {
    meaning: { en: '{who} finds the sender’s address malformed.', th: '{who} พบว่าที่อยู่ของผู้ส่งผิดรูปแบบ' },
    fix: {
      en: 'Correct the sender address in the account settings of the program or device.',
      th: 'แก้ที่อยู่ผู้ส่งในการตั้งค่าบัญชีของโปรแกรมหรืออุปกรณ์',
    },
  },
  'sender-domain-bad': {
    meaning: {
      en: '{who} finds no working domain behind the sender’s address: no MX, no A record, or no answer from its name servers.',
      th: '{who} พบว่าโดเมนของผู้ส่งใช้งานไม่ได้: ไม่มี MX ไม่มีระเบียน A หรือเนมเซิร์ฟเวอร์ไม่ตอบ',
    },
    fix: {
      en: 'Use a sender address in a domain that exists and receives mail, and check that its DNS answers from outside.',
      th: 'ใช้ที่อยู่ผู้ส่งในโดเมนที่มีจริงและรับอีเมลได้ และตรวจว่า DNS ของโดเมนตอบเมื่อถามจากภายนอก',
    },
    article: 'what-is-mx',
  },
  'sender-unknown': {
    meaning: {
      en: '{who} does not accept the sender’s address: it could not be verified, or this account may not use it.',
      th: '{who} ไม่รับที่อยู่ของผู้ส่ง เพราะตรวจยืนยันไม่ได้ หรือบัญชีนี้ไม่มีสิทธิ์ใช้',
    },
    fix: {
      en: 'Send from an existing mailbox, and with the address of the account that logs in.',
      th: 'ส่งจากกล่องจดหมายที่มีอยู่จริง และใช้ที่อยู่เดียวกับบัญชีที่ล็อกอิน',
    },
  },
  'null-mx-recipient': {
    meaning: {
      en: 'The recipient’s domain declares that it takes no mail at all (a null MX).',
      th: 'โดเมนของผู้รับประกาศไว้ว่าไม่รับอีเมลเลย (null MX)',
    },
    fix: {
      en: 'Check the address; the owner of the domain must publish a real MX if mail is wanted.',
      th: 'ตรวจที่อยู่ ถ้าโดเมนนั้นต้องการรับอีเมล เจ้าของโดเมนต้องประกาศ MX จริง',
    },
    article: 'what-is-mx',
  },
  'null-mx-sender': {
    meaning: {
      en: '{who} refuses because the sender’s own domain declares that it takes no mail (a null MX), so that no bounce could come back.',
      th: '{who} ปฏิเสธเพราะโดเมนของผู้ส่งประกาศว่าไม่รับอีเมล (null MX) จึงไม่มีทางส่งจดหมายตีกลับได้',
    },
    fix: {
      en: 'Send with an address in a domain that receives mail, or remove the null MX.',
      th: 'ส่งด้วยที่อยู่ในโดเมนที่รับอีเมลได้ หรือลบ null MX ออก',
    },
    article: 'what-is-mx',
  },
  'no-mx': {
    meaning: {
      en: 'No mail exchanger can be found for the recipient’s domain.',
      th: 'หาเซิร์ฟเวอร์ MX ของโดเมนผู้รับไม่พบ',
    },
    fix: {
      en: 'Check the domain’s spelling and its MX records.',
      th: 'ตรวจตัวสะกดของโดเมนและระเบียน MX',
    },
    article: 'what-is-mx',
  },
  'takes-no-mail': {
    meaning: { en: '{who} does not take mail.', th: '{who} ไม่รับอีเมล' },
    fix: {
      en: 'Nothing can be delivered to this host: the owner of the domain should point its MX elsewhere.',
      th: 'ส่งอีเมลเข้าโฮสต์นี้ไม่ได้ เจ้าของโดเมนควรชี้ MX ไปเครื่องอื่น',
    },
    article: 'what-is-mx',
  },
  'mailbox-problem': {
    meaning: { en: '{who} reports trouble with the recipient’s mailbox.', th: '{who} แจ้งว่ากล่องจดหมายของผู้รับมีปัญหา' },
    fix: { en: 'Ask the recipient or their administrator.', th: 'แจ้งผู้รับหรือผู้ดูแลระบบของผู้รับ' },
  },
  'mailbox-disabled': {
    meaning: { en: 'The mailbox exists at {who} but is switched off.', th: 'กล่องจดหมายมีอยู่ที่ {who} แต่ถูกปิดใช้งาน' },
    fix: { en: 'Reach the recipient in another way.', th: 'ติดต่อผู้รับทางอื่น' },
  },
  'mailbox-full': {
    meaning: { en: 'The recipient’s mailbox at {who} is full.', th: '{who} แจ้งว่ากล่องจดหมายของผู้รับเต็ม' },
    fix: {
      en: 'The recipient must make room or get a bigger quota; send again afterwards.',
      th: 'ผู้รับต้องลบจดหมายเพื่อเพิ่มพื้นที่ว่างหรือขอโควตาเพิ่ม แล้วจึงส่งใหม่',
    },
  },
  'mailbox-busy': {
    meaning: {
      en: '{who} cannot use the mailbox just now, or defers unknown senders on purpose (greylisting).',
      th: '{who} ยังใช้กล่องจดหมายไม่ได้ในตอนนี้ หรือตั้งใจให้ผู้ส่งที่ไม่รู้จักรอก่อน (greylisting)',
    },
    fix: {
      en: 'Wait: the sending server tries again by itself, usually within minutes.',
      th: 'รอก่อน เซิร์ฟเวอร์ฝั่งส่งจะลองใหม่เอง ปกติภายในไม่กี่นาที',
    },
    temporary: true,
  },
  'mailbox-rate': {
    meaning: {
      en: 'The recipient’s mailbox at {who} is getting more mail at the moment than is allowed.',
      th: '{who} แจ้งว่าขณะนี้กล่องจดหมายของผู้รับได้รับจดหมายมากเกินกว่าที่กำหนด',
    },
    fix: {
      en: 'Try again later; if you send many messages to this mailbox, send them more slowly.',
      th: 'ลองใหม่ภายหลัง ถ้าส่งเข้ากล่องนี้จำนวนมาก ให้ส่งช้าลง',
    },
  },
  'message-over-mailbox-limit': {
    meaning: {
      en: 'The message is larger than the recipient’s mailbox at {who} takes.',
      th: '{who} แจ้งว่าจดหมายใหญ่เกินกว่าที่กล่องจดหมายของผู้รับจะรับได้',
    },
    fix: {
      en: 'Make it smaller, or share the files by a link.',
      th: 'ลดขนาดจดหมาย หรือส่งไฟล์เป็นลิงก์แทน',
    },
  },
  'message-too-big': {
    meaning: { en: 'The message is larger than {who} accepts.', th: 'จดหมายใหญ่เกินกว่าที่ {who} รับได้' },
    fix: {
      en: 'Make the attachments smaller (they grow by a third when sent) or share them by a link.',
      th: 'ลดขนาดไฟล์แนบ (จะใหญ่ขึ้นหนึ่งในสามเมื่อส่ง) หรือส่งเป็นลิงก์แทน',
    },
  },
  'over-quota-or-size': {
    meaning: {
      en: '{who} has no room: the mailbox is full, or the message is too large.',
      th: '{who} ไม่มีพื้นที่พอ: กล่องจดหมายเต็ม หรือจดหมายใหญ่เกินไป',
    },
    fix: {
      en: 'Send a smaller message; if that is refused too, the recipient must make room.',
      th: 'ลองส่งจดหมายที่เล็กลง ถ้ายังถูกปฏิเสธ ผู้รับต้องลบจดหมายเพื่อเพิ่มพื้นที่ว่าง',
    },
  },
  'no-room-or-too-many': {
    meaning: {
      en: '{who} is short of room just now, or the message has too many recipients.',
      th: '{who} พื้นที่ไม่พอในตอนนี้ หรือจดหมายมีผู้รับมากเกินไป',
    },
    fix: {
      en: 'Send to fewer recipients at a time; if one recipient fails too, that server’s administrator must free disk space.',
      th: 'ส่งถึงผู้รับครั้งละน้อยรายลง ถ้าส่งถึงรายเดียวก็ยังไม่ได้ ผู้ดูแลเซิร์ฟเวอร์นั้นต้องเพิ่มพื้นที่ว่างในดิสก์',
    },
  },
  'list-expansion': {
    meaning: { en: '{who} could not expand the mailing list.', th: '{who} กระจายจดหมายไปยังสมาชิกของเมลลิสต์ไม่สำเร็จ' },
    fix: {
      en: 'The list’s owner should check its members and its limits.',
      th: 'ให้เจ้าของเมลลิสต์ตรวจรายชื่อสมาชิกและข้อจำกัดของเมลลิสต์',
    },
  },
  'list-forbidden': {
    meaning: {
      en: 'The sender may not write to this mailing list or group.',
      th: 'ผู้ส่งไม่มีสิทธิ์ส่งถึงเมลลิสต์หรือกลุ่มนี้',
    },
    fix: {
      en: 'Ask the owner of the group to allow your address.',
      th: 'ขอให้เจ้าของกลุ่มอนุญาตที่อยู่ของคุณ',
    },
  },
  'too-many-recipients': {
    meaning: {
      en: 'The message has more recipients than {who} takes at once.',
      th: 'จดหมายมีผู้รับมากเกินกว่าที่ {who} รับได้ต่อครั้ง',
    },
    fix: {
      en: 'Send it in smaller groups, or use a mailing list; sending servers do so by themselves after a 452.',
      th: 'แบ่งส่งเป็นกลุ่มย่อย หรือใช้เมลลิสต์ (เซิร์ฟเวอร์ฝั่งส่งจะแบ่งเองเมื่อได้ 452)',
    },
  },
  'too-many-recipients-inspected': {
    meaning: {
      en: 'The message has more recipients than Mimecast takes at once. That should only split it into batches; Cisco PIX and ASA firewalls that inspect SMTP are known to break the splitting.',
      th: 'จดหมายมีผู้รับมากเกินกว่าที่ Mimecast รับได้ต่อครั้ง ซึ่งปกติจะแค่ถูกแบ่งส่งเป็นชุด แต่ไฟร์วอลล์ Cisco PIX และ ASA ที่ตรวจ SMTP เป็นที่ทราบกันว่าทำให้การแบ่งนี้ล้มเหลว',
    },
    fix: {
      en: 'Send to at most 100 recipients, and switch the firewall’s SMTP inspection off (`no inspect esmtp`).',
      th: 'ส่งถึงผู้รับไม่เกิน 100 รายต่อครั้ง และปิดการตรวจ SMTP บนไฟร์วอลล์ (`no inspect esmtp`)',
    },
    article: 'ehlo-helo-cisco',
  },
  'mailbox-wont-take': {
    meaning: {
      en: 'The recipient, or a rule in their mailbox, refuses this sender.',
      th: 'ผู้รับหรือกฎในกล่องจดหมายของผู้รับปฏิเสธผู้ส่งรายนี้',
    },
    fix: {
      en: 'Ask the recipient, in another way, to allow your address.',
      th: 'ติดต่อผู้รับทางอื่นให้อนุญาตที่อยู่ของคุณ',
    },
  },
  'owner-changed': {
    meaning: {
      en: 'The mailbox now belongs to somebody else than the sender thinks, so {who} holds the message back.',
      th: 'กล่องจดหมายเป็นของคนอื่นไปแล้ว ไม่ใช่คนที่ผู้ส่งคิดไว้ {who} จึงระงับการส่งจดหมายไว้',
    },
    fix: { en: 'Ask the recipient for the current address.', th: 'ขอที่อยู่ปัจจุบันจากผู้รับ' },
  },
  'domain-owner-changed': {
    meaning: {
      en: 'The domain has changed hands since the sender learnt the address, so {who} holds the message back.',
      th: 'โดเมนเปลี่ยนเจ้าของไปแล้วตั้งแต่ผู้ส่งได้ที่อยู่นี้มา {who} จึงระงับการส่งจดหมายไว้',
    },
    fix: { en: 'Ask the recipient for the current address.', th: 'ขอที่อยู่ปัจจุบันจากผู้รับ' },
  },
  'owner-unverifiable': {
    meaning: {
      en: '{who} cannot tell whether the mailbox still has the owner whom the sender means.',
      th: '{who} ตรวจไม่ได้ว่ากล่องจดหมายยังเป็นของเจ้าของที่ผู้ส่งหมายถึงหรือไม่',
    },
    fix: {
      en: 'Confirm the address with the recipient, then send without that check (RRVS).',
      th: 'ยืนยันที่อยู่กับผู้รับ แล้วส่งโดยไม่ใช้การตรวจนี้ (RRVS)',
    },
  },
} as const satisfies Record<string, Advice>;
