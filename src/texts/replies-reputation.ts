/** Words for sender authentication, block lists, rates and spam (RFC 7208, RFC 6376, RFC 7489, RFC 7372, RFC 8617). Data only. */

import type { Advice } from './replies-advice.ts';

export const REPUTATION_ADVICE = {
  unauthenticated: {
    meaning: {
      en: '{who} refuses the message because it cannot tell that it really comes from your domain: SPF and DKIM did not pass, or not for the domain in From.',
      th: '{who} ไม่รับจดหมายเพราะยืนยันไม่ได้ว่ามาจากโดเมนของคุณจริง: SPF และ DKIM ไม่ผ่าน หรือผ่านแต่ไม่ใช่โดเมนใน From',
    },
    fix: {
      en: 'Publish an SPF record that covers every server you send from, have your mail server or provider sign with DKIM, and make sure that one of the two uses the domain in From; then send again.',
      th: 'ประกาศระเบียน SPF ให้ครอบคลุมทุกเซิร์ฟเวอร์ที่ใช้ส่ง เปิดการเซ็น DKIM ที่เซิร์ฟเวอร์หรือผู้ให้บริการ และให้อย่างน้อยหนึ่งอย่างตรงกับโดเมนใน From แล้วจึงส่งใหม่',
    },
  },
  'authentication-failed': {
    meaning: {
      en: '{who} refuses the message because the sender’s authentication failed: SPF, DKIM or DMARC, more than one of them.',
      th: '{who} ไม่รับจดหมายเพราะการยืนยันตัวตนของผู้ส่งไม่ผ่านมากกว่าหนึ่งอย่าง (SPF, DKIM หรือ DMARC)',
    },
    fix: {
      en: 'Check that SPF covers the sending server, that DKIM signatures verify, and that one of them matches the domain in From; then send again.',
      th: 'ตรวจว่า SPF ครอบคลุมเซิร์ฟเวอร์ที่ส่ง ลายเซ็น DKIM ตรวจผ่าน และอย่างน้อยหนึ่งอย่างตรงกับโดเมนใน From แล้วจึงส่งใหม่',
    },
  },
  'spf-failed': {
    meaning: {
      en: '{who} refuses because SPF did not pass: the server that sent the message is not among those that the sender’s domain allows.',
      th: '{who} ปฏิเสธเพราะ SPF ไม่ผ่าน: เซิร์ฟเวอร์ที่ส่งไม่อยู่ในรายการที่โดเมนผู้ส่งอนุญาต',
    },
    fix: {
      en: 'Add the sending server’s address, or the provider’s include, to the domain’s SPF record, or send through a server that is in it.',
      th: 'เพิ่ม IP ของเซิร์ฟเวอร์ที่ส่งหรือ include ของผู้ให้บริการในระเบียน SPF ของโดเมน หรือส่งผ่านเซิร์ฟเวอร์ที่อยู่ในนั้น',
    },
  },
  'spf-broken': {
    meaning: {
      en: '{who} cannot use the SPF record of the sender’s domain: it is faulty, doubled or needs more than ten look-ups.',
      th: '{who} ใช้ระเบียน SPF ของโดเมนผู้ส่งไม่ได้: ผิดรูปแบบ มีมากกว่าหนึ่งระเบียน หรือต้องค้น DNS เกินสิบครั้ง',
    },
    fix: {
      en: 'Keep one SPF record, with correct syntax and at most ten look-ups.',
      th: 'ให้มีระเบียน SPF เพียงระเบียนเดียว เขียนถูกรูปแบบ และค้น DNS ไม่เกินสิบครั้ง',
    },
  },
  'spf-suspicious': {
    meaning: {
      en: '{who} distrusts the SPF record of the sender’s domain, since it allows far too much.',
      th: '{who} ไม่เชื่อถือระเบียน SPF ของโดเมนผู้ส่งเพราะอนุญาตไว้กว้างเกินไปมาก',
    },
    fix: {
      en: 'Remove entries such as +all and huge address ranges; list only the servers that you send from.',
      th: 'เอารายการอย่าง +all หรือช่วง IP กว้าง ๆ ออก ใส่เฉพาะเซิร์ฟเวอร์ที่ใช้ส่งจริง',
    },
  },
  'dkim-failed': {
    meaning: { en: '{who} refuses because no DKIM signature verified.', th: '{who} ปฏิเสธเพราะไม่มีลายเซ็น DKIM ที่ตรวจผ่าน' },
    fix: {
      en: 'Turn on DKIM for the domain, and check that the published key is the one that signs.',
      th: 'เปิด DKIM ให้โดเมน และตรวจว่ากุญแจที่ประกาศตรงกับกุญแจที่ใช้เซ็น',
    },
  },
  'dkim-missing': {
    meaning: {
      en: '{who} wants a DKIM signature that verifies, and found none.',
      th: '{who} ต้องการลายเซ็น DKIM ที่ตรวจผ่าน แต่ไม่พบ',
    },
    fix: {
      en: 'Turn on DKIM signing for the domain and publish its key in DNS.',
      th: 'เปิดการเซ็น DKIM ของโดเมนและประกาศกุญแจใน DNS',
    },
  },
  'dkim-unacceptable': {
    meaning: {
      en: '{who} found DKIM signatures, but none that it accepts: key too short, wrong signer, or too little signed.',
      th: '{who} พบลายเซ็น DKIM แต่ไม่ยอมรับ: กุญแจสั้นเกินไป ผู้เซ็นไม่ตรง หรือเซ็นไม่ครบ',
    },
    fix: {
      en: 'Sign with a key of 2048 bits for the sender’s domain, From included.',
      th: 'เซ็นด้วยกุญแจ 2048 บิตในนามโดเมนผู้ส่ง และรวม From ไว้ในลายเซ็น',
    },
  },
  'dkim-not-author': {
    meaning: {
      en: '{who} found no DKIM signature by the domain in From.',
      th: '{who} ไม่พบลายเซ็น DKIM ของโดเมนใน From',
    },
    fix: {
      en: 'Have the sending service sign with your own domain, not only with its own.',
      th: 'ให้บริการที่ใช้ส่งเซ็น DKIM ด้วยโดเมนของคุณด้วย ไม่ใช่เซ็นด้วยโดเมนของบริการเองเท่านั้น',
    },
  },
  'dmarc-failed': {
    meaning: {
      en: '{who} refuses because the domain in From says so itself: its DMARC policy rejects mail that passes neither SPF nor DKIM in its name.',
      th: '{who} ปฏิเสธตามนโยบาย DMARC ของโดเมนใน From เอง ซึ่งสั่งให้ปฏิเสธจดหมายที่ไม่ผ่านทั้ง SPF และ DKIM ในนามโดเมนนั้น',
    },
    fix: {
      en: 'Send through the domain’s own servers, or let the service that sends sign with DKIM as that domain; in newsletters and web forms put an address of your own in From.',
      th: 'ส่งผ่านเซิร์ฟเวอร์ของโดเมนนั้น หรือให้บริการที่ใช้ส่งเซ็น DKIM ในนามโดเมนนั้น ถ้าเป็นจดหมายข่าวหรือแบบฟอร์มบนเว็บ ให้ใช้ที่อยู่ของคุณเองใน From',
    },
  },
  'not-aligned': {
    meaning: {
      en: '{who} finds that SPF or DKIM passed for another domain than the one in From.',
      th: '{who} พบว่า SPF หรือ DKIM ผ่าน แต่เป็นโดเมนอื่นที่ไม่ใช่โดเมนใน From',
    },
    fix: {
      en: 'Let the envelope sender or the DKIM signature use the domain in From.',
      th: 'ให้ผู้ส่งบนซอง (envelope sender) หรือลายเซ็น DKIM ใช้โดเมนเดียวกับใน From',
    },
  },
  'bulk-authentication': {
    meaning: {
      en: '{who} asks senders of much mail for SPF, DKIM and DMARC together, and this domain does not have them all.',
      th: '{who} กำหนดให้ผู้ที่ส่งอีเมลปริมาณมากต้องมีทั้ง SPF, DKIM และ DMARC แต่โดเมนนี้ยังมีไม่ครบ',
    },
    fix: {
      en: 'Publish SPF, sign with DKIM, publish a DMARC record (p=none will do to begin with), and align one of them with From.',
      th: 'ประกาศ SPF เซ็น DKIM ประกาศ DMARC (เริ่มที่ p=none ได้) และให้อย่างน้อยหนึ่งอย่างตรงกับ From',
    },
  },
  'reverse-dns': {
    meaning: {
      en: '{who} refuses because the sending address has no proper reverse name: no PTR record, or one that does not lead back to the address.',
      th: '{who} ปฏิเสธเพราะ IP ที่ส่งไม่มีชื่อย้อนกลับที่ถูกต้อง: ไม่มีระเบียน PTR หรือมีแต่ชื่อนั้นไม่ชี้กลับมาที่ IP เดิม',
    },
    fix: {
      en: 'Ask the internet provider of the sending server for a PTR record, and let that name resolve to the same address.',
      th: 'ขอให้ผู้ให้บริการอินเทอร์เน็ตของเซิร์ฟเวอร์ฝั่งส่งตั้งระเบียน PTR และให้ชื่อนั้นชี้กลับมาที่ IP เดียวกัน',
    },
  },
  'ipv6-rules': {
    meaning: {
      en: '{who} is stricter with senders over IPv6: it wants a reverse name and a passed SPF or DKIM.',
      th: '{who} เข้มงวดกับผู้ส่งผ่าน IPv6: ต้องมีชื่อย้อนกลับ และผ่าน SPF หรือ DKIM',
    },
    fix: {
      en: 'Set the PTR record of the IPv6 address and fix SPF and DKIM, or let the server send over IPv4.',
      th: 'ตั้งระเบียน PTR ของที่อยู่ IPv6 และแก้ SPF กับ DKIM หรือให้เซิร์ฟเวอร์ส่งผ่าน IPv4',
    },
  },
  'ipv6-not-taken': {
    meaning: {
      en: 'The recipient’s domain at {who} takes no mail over IPv6.',
      th: '{who} ไม่รับอีเมลผ่าน IPv6 สำหรับโดเมนของผู้รับ',
    },
    fix: { en: 'Let the sending server use IPv4 for this domain.', th: 'ตั้งให้เซิร์ฟเวอร์ฝั่งส่งใช้ IPv4 กับโดเมนนี้' },
  },
  arc: {
    meaning: {
      en: '{who} refuses a forwarded message because its ARC seals do not verify.',
      th: '{who} ปฏิเสธจดหมายที่ถูกส่งต่อเพราะ ARC seal ตรวจสอบไม่ผ่าน',
    },
    fix: { en: 'The forwarder must repair its ARC signing.', th: 'ระบบที่ส่งต่อ (forwarder) ต้องแก้การเซ็น ARC' },
  },
  flood: {
    meaning: {
      en: '{who} sees a flood of mail from this sender and stops taking more.',
      th: '{who} พบว่าจดหมายจากผู้ส่งรายนี้หลั่งไหลเข้ามามากผิดปกติ จึงหยุดรับเพิ่ม',
    },
    fix: {
      en: 'Stop and look for a hacked account or a runaway program; then send slowly.',
      th: 'หยุดส่งแล้วหาบัญชีที่ถูกแฮ็กหรือโปรแกรมที่ส่งไม่หยุด จากนั้นจึงส่งช้า ๆ',
    },
  },
  'rate-limited': {
    meaning: {
      en: '{who} limits how much it takes from this sender just now.',
      th: 'ขณะนี้ {who} จำกัดปริมาณที่รับจากผู้ส่งรายนี้',
    },
    fix: {
      en: 'Send more slowly and over fewer connections; if the amount surprises you, look for a hacked account.',
      th: 'ส่งให้ช้าลงและเปิดการเชื่อมต่อน้อยลง ถ้าปริมาณมากเกินคาด ให้หาบัญชีที่ถูกแฮ็ก',
    },
  },
  'too-many-connections': {
    meaning: {
      en: '{who} has too many connections, or messages in one connection, from this sender.',
      th: 'ผู้ส่งรายนี้เปิดการเชื่อมต่อกับ {who} มากเกินไป หรือส่งจดหมายในการเชื่อมต่อเดียวมากเกินไป',
    },
    fix: {
      en: 'Open fewer connections at a time and close them after a few messages.',
      th: 'เปิดการเชื่อมต่อพร้อมกันให้น้อยลง และปิดหลังส่งไม่กี่ฉบับ',
    },
  },
  'daily-limit': {
    meaning: { en: 'The account has sent as much as {who} allows in a day.', th: 'บัญชีนี้ส่งครบจำนวนต่อวันที่ {who} กำหนดแล้ว' },
    fix: {
      en: 'Wait 24 hours; send newsletters through a service made for them. If you did not send that much, change the password.',
      th: 'รอ 24 ชั่วโมง จดหมายข่าวควรส่งผ่านบริการสำหรับจดหมายข่าวโดยเฉพาะ ถ้าคุณไม่ได้ส่งมากขนาดนั้น ให้เปลี่ยนรหัสผ่าน',
    },
  },
  'account-blocked-spam': {
    meaning: {
      en: '{who} has stopped this account from sending, since spam came from it.',
      th: '{who} ระงับการส่งของบัญชีนี้เพราะมีสแปมออกไป',
    },
    fix: {
      en: 'Change the password, remove foreign rules and sign-ins, then ask the provider’s support to lift the block.',
      th: 'เปลี่ยนรหัสผ่าน ลบกฎและการลงชื่อเข้าใช้ที่ไม่รู้จัก แล้วแจ้งฝ่ายสนับสนุนของผู้ให้บริการให้ปลดการระงับ',
    },
    article: 'spam-what-to-do',
  },
  'forwarding-off': {
    meaning: {
      en: 'The message was forwarded automatically, and the organisation that forwards it does not let mail be forwarded to outside addresses.',
      th: 'จดหมายนี้ถูกส่งต่อโดยอัตโนมัติ แต่องค์กรที่ส่งต่อไม่อนุญาตให้ส่งต่อไปยังที่อยู่ภายนอก',
    },
    fix: {
      en: 'Remove the forwarding rule (if nobody knows it, the mailbox may be hacked), or let the administrator allow it in the outbound spam policy.',
      th: 'ลบกฎส่งต่อ (ถ้าไม่มีใครรู้จักกฎนี้ กล่องจดหมายอาจถูกแฮ็ก) หรือให้ผู้ดูแลระบบอนุญาตในนโยบายสแปมขาออก',
    },
  },
  'tenant-restricted': {
    meaning: {
      en: 'Microsoft 365 has restricted the sending organisation or its address after suspicious traffic.',
      th: 'Microsoft 365 จำกัดการส่งขององค์กรผู้ส่งหรือ IP ผู้ส่ง หลังพบการส่งที่น่าสงสัย',
    },
    fix: {
      en: 'Find and secure the hacked accounts or connectors, then ask Microsoft’s support to lift the restriction.',
      th: 'หาบัญชีหรือ connector ที่ถูกแฮ็กและทำให้ปลอดภัย จากนั้นแจ้งฝ่ายสนับสนุนของ Microsoft ให้ปลดข้อจำกัด',
    },
  },
  'unregistered-domain': {
    meaning: {
      en: 'The organisation sends with domains that it has not registered in Microsoft 365.',
      th: 'องค์กรส่งด้วยโดเมนที่ยังไม่ได้ลงทะเบียนใน Microsoft 365',
    },
    fix: { en: 'Add and verify the sender’s domain in the tenant.', th: 'เพิ่มและยืนยันโดเมนผู้ส่งในเทแนนต์' },
  },
  reputation: {
    meaning: {
      en: '{who} distrusts the sending address or domain: its reputation is bad.',
      th: '{who} ไม่เชื่อถือ IP หรือโดเมนที่ส่งเพราะชื่อเสียงไม่ดี',
    },
    fix: {
      en: 'Stop what draws complaints (hacked accounts, bought lists), fix SPF and DKIM, then send little and steadily until the reputation recovers.',
      th: 'หยุดสิ่งที่ทำให้ถูกร้องเรียน (บัญชีถูกแฮ็ก รายชื่อที่ซื้อมา) แก้ SPF กับ DKIM แล้วส่งทีละน้อยอย่างสม่ำเสมอจนชื่อเสียงกลับมาดี',
    },
  },
  'ip-blocked': {
    meaning: {
      en: '{who} has blocked the sending address or its whole network.',
      th: '{who} บล็อก IP ที่ส่งหรือทั้งเครือข่ายของ IP นั้น',
    },
    fix: {
      en: 'Make sure that no spam leaves your network, then ask for removal by the form or link that the reply names; on a provider’s address, ask the provider.',
      th: 'ตรวจว่าไม่มีสแปมออกจากเครือข่าย แล้วขอปลดบล็อกผ่านแบบฟอร์มหรือลิงก์ที่คำตอบระบุไว้ ถ้าเป็น IP ของผู้ให้บริการ ให้แจ้งผู้ให้บริการ',
    },
  },
  'microsoft-delist': {
    meaning: { en: 'Microsoft 365 has banned the sending address.', th: 'Microsoft 365 แบน IP ที่ใช้ส่ง' },
    fix: {
      en: 'Clean up what sent the spam, then ask for removal at https://sender.office.com with that address.',
      th: 'แก้ต้นเหตุที่ส่งสแปม แล้วขอปลดบล็อก IP นั้นที่ https://sender.office.com',
    },
  },
  'outlook-block-list': {
    meaning: {
      en: 'Outlook.com has the sending address, or its provider’s network, on its own block list.',
      th: 'Outlook.com ใส่ IP ที่ส่งหรือเครือข่ายของผู้ให้บริการไว้ในบัญชีดำของตัวเอง',
    },
    fix: {
      en: 'Fill in Outlook.com’s sender support form with the address; if the whole network is listed, the provider must do so.',
      th: 'กรอกแบบฟอร์ม sender support ของ Outlook.com พร้อมระบุ IP ถ้าติดทั้งเครือข่าย ผู้ให้บริการต้องเป็นผู้ขอ',
    },
  },
  'recipient-block-list': {
    meaning: {
      en: 'The recipient’s organisation has put this sender on its own block list.',
      th: 'องค์กรผู้รับใส่ผู้ส่งรายนี้ไว้ในบัญชีดำของตัวเอง',
    },
    fix: { en: 'Ask the recipient’s administrator to remove the entry.', th: 'ขอให้ผู้ดูแลฝั่งผู้รับลบรายการนั้น' },
  },
  'spamhaus-ip': {
    meaning: {
      en: 'The sending address is on a Spamhaus list, and the recipient’s server refuses what is listed there.',
      th: 'IP ที่ส่งติดบัญชีดำของ Spamhaus และเซิร์ฟเวอร์ผู้รับปฏิเสธ IP ที่ติดบัญชีดำนั้น',
    },
    fix: {
      en: 'Look the address up at https://check.spamhaus.org: PBL means send through your provider’s server, XBL means clean an infected computer, SBL means stop the spam; then ask for removal there.',
      th: 'ค้น IP ที่ https://check.spamhaus.org ถ้าติด PBL ให้ส่งผ่านเซิร์ฟเวอร์ของผู้ให้บริการ ถ้าติด XBL ให้กำจัดมัลแวร์ในคอมพิวเตอร์ที่ติด ถ้าติด SBL ให้หยุดสแปม แล้วขอปลดที่นั่น',
    },
  },
  'spamhaus-domain': {
    meaning: {
      en: 'A domain in the message (sender or link) is on Spamhaus’s domain list.',
      th: 'โดเมนในจดหมาย (ผู้ส่งหรือลิงก์) ติดบัญชีดำโดเมนของ Spamhaus',
    },
    fix: {
      en: 'Look the domain up at https://check.spamhaus.org, remove the cause (a hacked site, spam), and ask for removal there.',
      th: 'ค้นโดเมนที่ https://check.spamhaus.org แก้ต้นเหตุ (เว็บถูกแฮ็ก สแปม) แล้วขอปลดที่นั่น',
    },
  },
  'ip-listed': {
    meaning: {
      en: 'The sending address is on a public block list ({who}), and the recipient’s server refuses what is listed there.',
      th: 'IP ที่ส่งติดบัญชีดำสาธารณะ ({who}) และเซิร์ฟเวอร์ผู้รับปฏิเสธ IP ที่ติดบัญชีดำนั้น',
    },
    fix: {
      en: 'Stop what sends the spam, then look the address up on that list’s site and ask for removal.',
      th: 'หยุดต้นเหตุของสแปม แล้วค้น IP ที่เว็บไซต์ของบัญชีดำนั้นและขอปลด',
    },
  },
  'some-list': {
    meaning: {
      en: 'The sending address is on a public block list that the recipient’s server asks; the reply names it.',
      th: 'IP ที่ส่งติดบัญชีดำสาธารณะที่เซิร์ฟเวอร์ผู้รับใช้ตรวจ ชื่อบัญชีดำอยู่ในคำตอบ',
    },
    fix: {
      en: 'Stop what sends the spam, then look the address up on the list named in the reply and ask for removal.',
      th: 'หยุดต้นเหตุของสแปม แล้วค้น IP ในบัญชีดำตามชื่อที่อยู่ในคำตอบและขอปลด',
    },
  },
  'list-misused': {
    meaning: {
      en: 'The recipient’s server reads a block list’s refusal to answer as a listing: its resolver is not allowed to ask that list.',
      th: 'เซิร์ฟเวอร์ผู้รับตีความการที่บัญชีดำไม่ยอมตอบว่าเป็นการติดบัญชีดำ เพราะรีโซลเวอร์ที่เซิร์ฟเวอร์นั้นใช้ไม่ได้รับอนุญาตให้ถาม',
    },
    fix: {
      en: 'Not the sender’s fault: the recipient’s administrator should ask the list through a resolver of their own.',
      th: 'ไม่ใช่ความผิดของผู้ส่ง ผู้ดูแลฝั่งผู้รับควรถามบัญชีดำผ่านรีโซลเวอร์ของตัวเอง',
    },
  },
  'dynamic-ip': {
    meaning: {
      en: '{who} takes no mail straight from home or dynamic addresses.',
      th: '{who} ไม่รับจดหมายโดยตรงจาก IP ตามบ้านหรือ IP แบบไดนามิก',
    },
    fix: {
      en: 'Send through your provider’s or your company’s outgoing server (port 587 with login).',
      th: 'ส่งผ่านเซิร์ฟเวอร์ขาออกของผู้ให้บริการหรือของบริษัท (พอร์ต 587 พร้อมล็อกอิน)',
    },
  },
  'spam-content': {
    meaning: { en: '{who} judges the content to be spam.', th: '{who} ตัดสินว่าเนื้อหาเป็นสแปม' },
    fix: {
      en: 'Check links and wording, send a short plain message as a test, and look for a hacked account if the message is not yours.',
      th: 'ตรวจลิงก์และถ้อยคำ ลองส่งจดหมายสั้น ๆ แบบข้อความธรรมดา และถ้าจดหมายนั้นไม่ใช่ของคุณ ให้หาบัญชีที่ถูกแฮ็ก',
    },
    article: 'spam-what-to-do',
  },
  'policy-content': {
    meaning: {
      en: '{who} refuses the message by its content policy: links, wording or the sender’s authentication.',
      th: '{who} ปฏิเสธจดหมายตามนโยบายเนื้อหา: ลิงก์ ถ้อยคำ หรือการยืนยันตัวตนของผู้ส่ง',
    },
    fix: {
      en: 'Send without links as a test, and check SPF, DKIM and DMARC.',
      th: 'ลองส่งโดยไม่มีลิงก์ และตรวจ SPF, DKIM, DMARC',
    },
  },
  spoofing: {
    meaning: {
      en: '{who} takes the message for a forgery: it comes from outside with an address of the recipient’s own organisation.',
      th: '{who} มองว่าเป็นจดหมายปลอม: ส่งมาจากภายนอกแต่ใช้ที่อยู่ขององค์กรผู้รับเอง',
    },
    fix: {
      en: 'Send through the organisation’s own servers, or ask its administrator to allow that sender.',
      th: 'ส่งผ่านเซิร์ฟเวอร์ขององค์กรเอง หรือขอให้ผู้ดูแลอนุญาตผู้ส่งรายนั้น',
    },
  },
  geography: {
    meaning: {
      en: '{who} refuses mail from the sender’s country or network.',
      th: '{who} ไม่รับจดหมายจากประเทศหรือเครือข่ายของผู้ส่ง',
    },
    fix: { en: 'Ask the recipient’s administrator to allow your server.', th: 'ขอให้ผู้ดูแลฝั่งผู้รับอนุญาตเซิร์ฟเวอร์ของคุณ' },
  },
  greylisted: {
    meaning: {
      en: '{who} lets a sender whom it does not know wait on purpose (greylisting).',
      th: '{who} ตั้งใจให้ผู้ส่งที่ไม่รู้จักรอก่อน (greylisting)',
    },
    fix: {
      en: 'Do nothing: the sending server tries again by itself, and the message usually passes within 5 to 30 minutes.',
      th: 'ไม่ต้องทำอะไร เซิร์ฟเวอร์ฝั่งส่งจะลองใหม่เอง ปกติผ่านภายใน 5 ถึง 30 นาที',
    },
    temporary: true,
  },
  'try-later': {
    meaning: {
      en: '{who} asks to try again later; often this is greylisting or a limit on unknown senders.',
      th: '{who} ขอให้ลองใหม่ภายหลัง มักเป็น greylisting หรือการจำกัดผู้ส่งที่ไม่รู้จัก',
    },
    fix: {
      en: 'Wait: the sending server tries again by itself. If it lasts for hours, ask the administrator of that server.',
      th: 'รอก่อน เซิร์ฟเวอร์ฝั่งส่งจะลองใหม่เอง ถ้านานหลายชั่วโมง ให้สอบถามผู้ดูแลเซิร์ฟเวอร์นั้น',
    },
    temporary: true,
  },
  'under-evaluation': {
    meaning: {
      en: 'Microsoft 365 holds back mail from this address while it evaluates it.',
      th: 'Microsoft 365 พักการรับอีเมลจาก IP นี้ไว้ระหว่างประเมิน',
    },
    fix: {
      en: 'Wait; new servers should begin with little mail, with SPF, DKIM and a reverse name in order.',
      th: 'รอก่อน เซิร์ฟเวอร์ใหม่ควรเริ่มส่งทีละน้อย และมี SPF, DKIM กับชื่อย้อนกลับ (PTR) ให้ครบ',
    },
  },
} as const satisfies Record<string, Advice>;
