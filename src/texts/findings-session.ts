/** Words of the findings about a server's greeting, its TLS and its certificate. Pure data. */

import { article, type FindingEntries, rfc } from './findings-shape.ts';

export const SESSION_FINDINGS = {
  'host-not-answering': {
    severity: 'warning',
    title: { en: '{host} {does|do} not answer', th: '{host} ไม่ตอบ' },
    explanation: {
      en: 'No connection to {host} came about in time. The machine is off, a firewall drops the packets, or the path from here to it is broken. A sender waits for the same silence (Postfix 30 s, Exim 5 minutes an address) before it goes on.',
      th: 'เชื่อมต่อ {host} ไม่ได้ภายในเวลาที่กำหนด เครื่องอาจปิดอยู่ ไฟร์วอลล์ทิ้งแพ็กเก็ต หรือเส้นทางจากที่นี่ไปถึงเครื่องนั้นขาด ผู้ส่งก็ต้องรอโดยไม่มีคำตอบเช่นกัน (Postfix 30 วินาที Exim 5 นาทีต่อหนึ่งที่อยู่ IP) ก่อนจะไปเครื่องถัดไป',
    },
    fix: {
      en: 'See whether the machine runs and whether its firewall lets port {port} in. Try from another network too, to rule out the path from here.',
      th: 'ดูว่าเครื่องทำงานอยู่หรือไม่ และไฟร์วอลล์เปิดพอร์ต {port} ขาเข้าหรือไม่ และลองจากเครือข่ายอื่นด้วย เพื่อตัดประเด็นเรื่องเส้นทางจากที่นี่',
    },
    references: [rfc(5321, '4.5.4.1'), article('what-is-smtp')],
    variants: {
      refused: {
        title: { en: '{host} {refuses|refuse} connections', th: '{host} ปฏิเสธการเชื่อมต่อ' },
        explanation: {
          en: 'The machine, or a firewall in front of it, answers at once that nothing listens on port {port}. A sender loses no time with it and goes on to the next server.',
          th: 'เครื่องปลายทางหรือไฟร์วอลล์หน้าเครื่องตอบทันทีว่าไม่มีบริการรอรับที่พอร์ต {port} ผู้ส่งจึงไม่เสียเวลาและไปยังเซิร์ฟเวอร์ถัดไป',
        },
        fix: {
          en: 'Start the mail service on {host}, see that it listens on the public address, and that the firewall lets port {port} in.',
          th: 'เปิดบริการอีเมลบน {host} ตรวจว่าบริการรอรับอยู่ที่ที่อยู่ IP สาธารณะ และไฟร์วอลล์เปิดพอร์ต {port} ขาเข้า',
        },
      },
      unreachable: {
        title: { en: 'There is no path to {host}', th: 'ไม่มีเส้นทางไปถึง {host}' },
        explanation: {
          en: 'The network reports that {host} cannot be reached from here. The link of the server or a route on the way is down.',
          th: 'เครือข่ายรายงานว่าไปถึง {host} จากที่นี่ไม่ได้ วงจรเครือข่ายของเซิร์ฟเวอร์หรือเส้นทางระหว่างทางขาด',
        },
      },
      'no-address': {
        title: { en: '{host} {has|have} no address', th: '{host} ไม่มีที่อยู่ IP' },
        explanation: {
          en: 'DNS gave no address for {host}, so there was nothing to connect to.',
          th: 'DNS ไม่ให้ที่อยู่ IP ของ {host} จึงไม่มีอะไรให้เชื่อมต่อ',
        },
        fix: {
          en: 'Check the spelling of the name and its A and AAAA records.',
          th: 'ตรวจตัวสะกดของชื่อ และตรวจระเบียน A กับ AAAA',
        },
      },
      'no-ipv4': {
        title: { en: 'There is no IPv4 address for {host}', th: '{host} ไม่มีที่อยู่ IPv4' },
        explanation: {
          en: 'DNS gave no A record for {host}, and this probe was to use IPv4 only, so there was nothing to connect to. Senders without IPv6 cannot reach such a host.',
          th: 'DNS ไม่มีระเบียน A ของ {host} และการตรวจครั้งนี้ระบุให้ใช้เฉพาะ IPv4 จึงไม่มีอะไรให้เชื่อมต่อ ผู้ส่งที่ไม่มี IPv6 จะไปไม่ถึงเครื่องนี้',
        },
        fix: {
          en: 'Publish an A record for {host}, or probe without "family" to use the addresses that there are.',
          th: 'ประกาศระเบียน A ของ {host} หรือตรวจใหม่โดยไม่ระบุ “family” เพื่อใช้ที่อยู่ที่มี',
        },
      },
      'no-ipv6': {
        title: { en: 'There is no IPv6 address for {host}', th: '{host} ไม่มีที่อยู่ IPv6' },
        explanation: {
          en: 'DNS gave no AAAA record for {host}, and this probe was to use IPv6 only, so there was nothing to connect to. Mail does not suffer from that where there is an IPv4 address, which was not asked for.',
          th: 'DNS ไม่มีระเบียน AAAA ของ {host} และการตรวจครั้งนี้ระบุให้ใช้เฉพาะ IPv6 จึงไม่มีอะไรให้เชื่อมต่อ ถ้ามีที่อยู่ IPv4 (ซึ่งครั้งนี้ไม่ได้ถาม) การรับส่งอีเมลก็ไม่เสียหาย',
        },
        fix: {
          en: 'Probe without "family" to use the addresses that there are; if there are none, check the spelling of the name.',
          th: 'ตรวจใหม่โดยไม่ระบุ “family” เพื่อใช้ที่อยู่ที่มี ถ้าไม่มีเลย ให้ตรวจตัวสะกดของชื่อ',
        },
      },
      reset: {
        title: { en: '{host} {hangs|hang} up', th: '{host} ตัดการเชื่อมต่อ' },
        explanation: {
          en: 'The connection comes about, and is then closed without a reply. An overloaded server, a mail service that has just crashed, or a firewall that takes the call and drops it behaves so; it may also be meant for our address alone.',
          th: 'เชื่อมต่อได้แต่ถูกปิดโดยไม่มีคำตอบ อาการนี้พบได้เมื่อเซิร์ฟเวอร์รับภาระหนักเกินไป บริการอีเมลเพิ่งล่ม หรือไฟร์วอลล์รับการเชื่อมต่อแล้วตัดทิ้ง และอาจเกิดกับที่อยู่ IP ของเราเท่านั้น',
        },
        fix: {
          en: 'Look into the log of the mail service on {host} at the time of the probe, then into that of the firewall in front of it.',
          th: 'ดูล็อกของบริการอีเมลบน {host} ในเวลาที่ตรวจ แล้วดูล็อกของไฟร์วอลล์ด้านหน้า',
        },
      },
      garbled: {
        title: { en: '{host} {answers|answer} with something that is not SMTP', th: '{host} ตอบสิ่งที่ไม่ใช่ SMTP' },
        explanation: {
          en: 'After the greeting came bytes that are no SMTP reply. A proxy or another program stands where the mail service should.',
          th: 'หลังข้อความต้อนรับ มีข้อมูลที่ไม่ใช่คำตอบ SMTP เข้ามา แสดงว่ามีพร็อกซีหรือโปรแกรมอื่นอยู่แทนที่บริการอีเมล',
        },
        fix: {
          en: 'See what listens on port {port} of {host} and what stands in front of it.',
          th: 'ดูว่าอะไรรอรับอยู่ที่พอร์ต {port} ของ {host} และมีอะไรอยู่ด้านหน้า',
        },
      },
      silent: {
        title: {
          en: '{host} {takes the call and stays|take the call and stay} silent',
          th: '{host} รับการเชื่อมต่อแต่ไม่ตอบอะไร',
        },
        explanation: {
          en: 'The connection came about, but a reply that had to come did not come in time. The server may be overloaded, hold callers back on purpose, or wait for a DNS or ident query of its own; a firewall may answer in its place.',
          th: 'เชื่อมต่อได้ แต่คำตอบที่ควรมาไม่มาภายในเวลา เซิร์ฟเวอร์อาจรับภาระหนักเกินไป ตั้งใจหน่วงผู้ที่เชื่อมต่อเข้ามา หรือกำลังรอคำตอบ DNS หรือ ident ที่ตัวเองถามไป หรืออาจเป็นไฟร์วอลล์ที่ตอบรับแทน',
        },
        fix: {
          en: 'Look at the load of {host}, at its resolver, and at what the firewall does with port {port}.',
          th: 'ตรวจภาระของ {host} รีโซลเวอร์ที่ใช้ และดูว่าไฟร์วอลล์ทำอะไรกับพอร์ต {port}',
        },
      },
    },
  },
  'banner-not-220': {
    severity: 'error',
    title: { en: '{host} {does|do} not greet as a mail server', th: '{host} ไม่ส่งข้อความต้อนรับแบบเมลเซิร์ฟเวอร์' },
    explanation: {
      en: 'A mail server opens with 220. Something else came first, so that senders cannot go on: another service on port {port}, a captive portal, or a broken proxy.',
      th: 'เมลเซิร์ฟเวอร์ต้องเริ่มด้วย 220 แต่ที่นี่มีข้อความอื่นมาก่อน ผู้ส่งจึงไปต่อไม่ได้ อาจเป็นบริการอื่นที่พอร์ต {port} หน้าล็อกอินของเครือข่าย (captive portal) หรือพร็อกซีที่ผิดปกติ',
    },
    fix: {
      en: 'See what listens on port {port} of {host} and where the firewall forwards it. If the port speaks TLS from the first byte (as 465 does), ask for security "implicit".',
      th: 'ดูว่าอะไรรอรับอยู่ที่พอร์ต {port} ของ {host} และไฟร์วอลล์ส่งต่อไปที่ใด ถ้าพอร์ตนั้นใช้ TLS ตั้งแต่ไบต์แรก (อย่าง 465) ให้ระบุ security เป็น “implicit”',
    },
    references: [rfc(5321, '3.1'), article('smtp-by-hand')],
  },
  'banner-slow': {
    severity: 'info',
    title: { en: '{host} {is|are} slow to greet', th: '{host} ส่งข้อความต้อนรับช้า' },
    explanation: {
      en: 'More than 10 s went by before the greeting. Some servers wait on purpose to tell spammers from patient senders; else a slow reverse DNS or ident query is behind it. Senders wait up to 5 minutes, phones and web forms often do not.',
      th: 'ใช้เวลามากกว่า 10 วินาทีกว่าจะมีข้อความต้อนรับ เซิร์ฟเวอร์บางแห่งตั้งใจหน่วงเพื่อแยกสแปมเมอร์ออกจากผู้ส่งที่รอได้ ถ้าไม่ได้ตั้งใจ ก็เป็นเพราะการถาม reverse DNS หรือ ident ที่ช้า เมลเซิร์ฟเวอร์ผู้ส่งรอได้ถึง 5 นาที แต่มือถือและแบบฟอร์มบนเว็บมักไม่รอ',
    },
    fix: {
      en: 'If it is not on purpose, check the resolver that {host} {uses|use}, and turn ident queries off.',
      th: 'ถ้าไม่ได้ตั้งใจ ให้ตรวจรีโซลเวอร์ที่ {host} ใช้ และปิดการถาม ident',
    },
    references: [rfc(5321, '4.5.3.2.1')],
  },
  'greeting-rejected': {
    severity: 'error',
    title: { en: '{host} {turns|turn} every session away', th: '{host} ปฏิเสธทุกเซสชัน' },
    explanation: {
      en: 'The server answers with a permanent refusal (5xx) before any message is offered. A sender goes on to the next exchange, and returns the message when all of them refuse.',
      th: 'เซิร์ฟเวอร์ปฏิเสธถาวร (5xx) ตั้งแต่ก่อนที่จะมีการส่งจดหมาย ผู้ส่งจะไปลองเซิร์ฟเวอร์ถัดไป และตีกลับจดหมายเมื่อทุกเครื่องปฏิเสธ',
    },
    fix: {
      en: 'Read the reply in the evidence. If {host} {is|are} not meant to take mail, take {it|them} out of the MX records; else look at {its|their} access rules and {its log|their logs}.',
      th: 'อ่านคำตอบในหลักฐาน ถ้า {host} ไม่ได้มีไว้รับอีเมล ให้เอาออกจากระเบียน MX มิฉะนั้นให้ตรวจกฎการเข้าถึงและล็อกของเซิร์ฟเวอร์',
    },
    references: [rfc(5321, '3.1'), rfc(7504)],
    variants: {
      temporary: {
        title: { en: '{host} {asks|ask} to come back later', th: '{host} ขอให้ลองใหม่ภายหลัง' },
        explanation: {
          en: 'The server answers with a temporary refusal (4xx): it is overloaded, under maintenance, or short of disk. Senders try the next exchange, or keep the message and try again.',
          th: 'เซิร์ฟเวอร์ปฏิเสธชั่วคราว (4xx) อาจรับภาระหนักเกินไป กำลังบำรุงรักษา หรือดิสก์ใกล้เต็ม ผู้ส่งจะลองเซิร์ฟเวอร์ถัดไป หรือเก็บจดหมายไว้ลองใหม่',
        },
        fix: {
          en: 'If it lasts, look at the load, the disk and the log of {host}.',
          th: 'ถ้าเป็นอยู่นาน ให้ตรวจภาระ ดิสก์ และล็อกของ {host}',
        },
      },
    },
  },
  'starttls-missing': {
    severity: 'warning',
    title: { en: '{host} {offers|offer} no encryption', th: '{host} ไม่เปิดให้ใช้การเข้ารหัส' },
    explanation: {
      en: 'The server does not offer STARTTLS, and nothing shows that it was taken away on the path. Mail to it travels in clear, and senders that require TLS do not deliver.',
      th: 'เซิร์ฟเวอร์ไม่เสนอ STARTTLS และไม่มีสิ่งใดบ่งว่าถูกตัดออกระหว่างทาง อีเมลจึงเดินทางโดยไม่เข้ารหัส และผู้ส่งที่บังคับ TLS จะไม่ส่งให้',
    },
    fix: {
      en: 'Install a certificate on {host} and turn STARTTLS on. If it is on already, compare with a session from inside the network of the server: some firewalls remove the line without a trace.',
      th: 'ติดตั้งใบรับรองบน {host} และเปิดใช้ STARTTLS ถ้าเปิดอยู่แล้ว ให้เทียบกับการเชื่อมต่อจากภายในเครือข่ายของเซิร์ฟเวอร์ เพราะไฟร์วอลล์บางตัวลบบรรทัดนี้ออกโดยไม่ทิ้งร่องรอย',
    },
    references: [rfc(3207, '4'), article('what-is-smtp')],
  },
  'starttls-failed': {
    severity: 'error',
    title: { en: 'Encryption with {host} fails', th: 'เข้ารหัสกับ {host} ไม่สำเร็จ' },
    explanation: {
      en: 'The server offers STARTTLS and then answers the command with a refusal. Many senders go on in clear, or try again later; those that require TLS do not deliver.',
      th: 'เซิร์ฟเวอร์เสนอ STARTTLS แต่เมื่อส่งคำสั่งกลับปฏิเสธ ผู้ส่งหลายรายจะทำงานต่อโดยไม่เข้ารหัสหรือลองใหม่ภายหลัง ส่วนผู้ส่งที่บังคับ TLS จะไม่ส่ง',
    },
    fix: {
      en: 'Look into the log of the server: mostly its certificate or key cannot be read, or the TLS library ran out of resources.',
      th: 'ดูล็อกของเซิร์ฟเวอร์ ส่วนใหญ่เกิดจากอ่านใบรับรองหรือกุญแจไม่ได้ หรือทรัพยากรของไลบรารี TLS หมด',
    },
    references: [rfc(3207, '4'), rfc(3207, '4.1')],
    variants: {
      handshake: {
        explanation: {
          en: 'The TLS handshake broke off. The server and a current client have no protocol version, cipher or kind of key in common, or the server closed the connection.',
          th: 'TLS handshake ขาดกลางคัน เซิร์ฟเวอร์กับไคลเอนต์รุ่นปัจจุบันไม่มีรุ่นโปรโตคอล cipher หรือชนิดของกุญแจที่ตรงกัน หรือเซิร์ฟเวอร์ปิดการเชื่อมต่อ',
        },
        fix: {
          en: 'Test by hand with openssl s_client, and look at the certificate, the key and the allowed protocols of {host}; TLS 1.2 and 1.3 should both work. A key of RSA with 2,048 bits or on the curve P-256 is understood by every sender, one on secp256k1 or brainpool by few.',
          th: 'ทดสอบด้วย openssl s_client แล้วตรวจใบรับรอง กุญแจ และโปรโตคอลที่ {host} อนุญาต ควรใช้ได้ทั้ง TLS 1.2 และ 1.3 กุญแจ RSA ขนาด 2,048 บิตหรือกุญแจบนเส้นโค้ง P-256 ใช้ได้กับผู้ส่งทุกราย ส่วนกุญแจบน secp256k1 หรือ brainpool มีผู้ส่งน้อยรายที่ใช้ได้',
        },
      },
      'in-clear': {
        title: {
          en: '{host} {answers|answer} in clear where TLS was begun at once',
          th: '{host} ตอบแบบไม่เข้ารหัส ทั้งที่เริ่ม TLS ตั้งแต่ต้น',
        },
        explanation: {
          en: 'What came back was not TLS. Most likely the service on port {port} greets in clear and turns to TLS by STARTTLS, as it should on every port but 465.',
          th: 'สิ่งที่ตอบกลับมาไม่ใช่ TLS น่าจะเป็นเพราะบริการที่พอร์ต {port} ทักทายแบบไม่เข้ารหัสก่อน แล้วจึงเปลี่ยนเป็น TLS ด้วย STARTTLS ซึ่งเป็นวิธีที่ถูกต้องของทุกพอร์ตยกเว้น 465',
        },
        fix: {
          en: 'Use STARTTLS on this port (in a probe: security "starttls"). If it is 465, set the service to TLS from the first byte.',
          th: 'ใช้ STARTTLS กับพอร์ตนี้ (ในการตรวจให้ระบุ security เป็น starttls) ถ้าเป็นพอร์ต 465 ให้ตั้งบริการให้ใช้ TLS ตั้งแต่ไบต์แรก',
        },
      },
      'local-limits': {
        title: {
          en: 'Our TLS library cannot speak with {host}',
          th: 'ไลบรารี TLS ของเราสื่อสารกับ {host} ไม่ได้',
        },
        explanation: {
          en: 'The handshake was given up on our side: what {host} {speaks|speak} is outside the limits of the TLS library used here. Other senders may well succeed, so this is not counted against the server.',
          th: 'TLS handshake ถูกยกเลิกที่ฝั่งเรา เพราะสิ่งที่ {host} ใช้อยู่นอกขอบเขตของไลบรารี TLS ที่นี่ ผู้ส่งรายอื่นอาจทำได้ จึงไม่นับเป็นความผิดของเซิร์ฟเวอร์',
        },
        fix: {
          en: 'Test with another TLS client. Very old keys or protocols on {host} are worth renewing in any case.',
          th: 'ทดสอบด้วยไคลเอนต์ TLS อื่น และถ้า {host} ใช้กุญแจหรือโปรโตคอลเก่ามาก ก็ควรเปลี่ยนใหม่อยู่ดี',
        },
      },
    },
  },
  'auth-without-tls': {
    severity: 'warning',
    title: { en: '{host} {takes|take} passwords in clear', th: '{host} รับรหัสผ่านโดยไม่เข้ารหัส' },
    explanation: {
      en: 'PLAIN or LOGIN is offered before encryption is on. A client that uses it sends the password readable for anyone on the path.',
      th: 'เซิร์ฟเวอร์เสนอการล็อกอินแบบ PLAIN หรือ LOGIN ก่อนเริ่มเข้ารหัส ไคลเอนต์ที่ใช้จึงส่งรหัสผ่านในรูปที่ใครก็ตามระหว่างทางอ่านได้',
    },
    fix: {
      en: 'Announce AUTH only after STARTTLS (Postfix: smtpd_tls_auth_only = yes), and offer it on 587 and 465 rather than on 25.',
      th: 'ให้ประกาศ AUTH หลัง STARTTLS เท่านั้น (Postfix: smtpd_tls_auth_only = yes) และให้บริการที่ 587 กับ 465 แทนพอร์ต 25',
    },
    references: [rfc(4954, '4'), rfc(8314, '3')],
  },
  'plaintext-injection': {
    severity: 'error',
    title: {
      en: 'Unencrypted bytes came where encryption begins on {host}',
      th: 'มีข้อมูลที่ไม่เข้ารหัสเข้ามาตรงจุดเริ่มเข้ารหัสบน {host}',
    },
    explanation: {
      en: 'After its consent to STARTTLS, and before the handshake, more bytes arrived in clear. Either somebody on the path adds replies, or the server or a proxy sends before its turn. The session was ended, since such bytes must not be trusted.',
      th: 'หลังเซิร์ฟเวอร์ตอบรับ STARTTLS และก่อนเริ่ม handshake มีข้อมูลที่ไม่เข้ารหัสเข้ามาอีก อาจมีผู้แทรกคำตอบระหว่างทาง หรือเซิร์ฟเวอร์หรือพร็อกซีส่งก่อนถึงคิว จึงยุติการเชื่อมต่อเพราะข้อมูลเช่นนั้นเชื่อถือไม่ได้',
    },
    fix: {
      en: 'Update the mail server and any proxy in front of it; compare with a session from another network to see whether the path adds the bytes.',
      th: 'อัปเดตเมลเซิร์ฟเวอร์และพร็อกซีด้านหน้า แล้วเทียบกับการเชื่อมต่อจากเครือข่ายอื่นเพื่อดูว่าข้อมูลถูกแทรกระหว่างทางหรือไม่',
    },
    references: [rfc(3207, '6')],
  },
} as const satisfies FindingEntries;

export const TLS_FINDINGS = {
  'tls-legacy': {
    severity: 'warning',
    title: { en: '{host} {uses|use} outdated encryption', th: '{host} ใช้การเข้ารหัสที่ล้าสมัย' },
    explanation: {
      en: 'Although newer ones were offered, the server chose TLS 1.0, TLS 1.1 or an old cipher. Many senders and mail programs no longer accept that.',
      th: 'แม้เราเสนอรุ่นใหม่กว่า เซิร์ฟเวอร์กลับเลือก TLS 1.0, TLS 1.1 หรือ cipher เก่า ซึ่งผู้ส่งและโปรแกรมอีเมลจำนวนมากไม่ยอมรับแล้ว',
    },
    fix: {
      en: 'Turn on TLS 1.2 and 1.3 with current ciphers; on an old system this needs an update of its TLS library.',
      th: 'เปิดใช้ TLS 1.2 และ 1.3 กับ cipher ที่เป็นปัจจุบัน ถ้าเป็นระบบเก่าต้องอัปเดตไลบรารี TLS ด้วย',
    },
    references: [rfc(8996), rfc(9325, '3.1')],
  },
  'cert-expired': {
    severity: 'warning',
    title: { en: 'The {certificate|certificates} of {host} {has|have} expired', th: 'ใบรับรองของ {host} หมดอายุแล้ว' },
    explanation: {
      en: 'Mail servers mostly encrypt without checking the certificate, so mail still arrives; mail programs and senders that check it (MTA-STS, DANE, strict partners) refuse it.',
      th: 'เมลเซิร์ฟเวอร์ส่วนใหญ่เข้ารหัสโดยไม่ตรวจใบรับรอง อีเมลจึงยังเข้า แต่โปรแกรมอีเมลและผู้ส่งที่ตรวจ (MTA-STS, DANE หรือคู่ค้าที่เข้มงวด) จะไม่ยอมรับ',
    },
    fix: {
      en: 'Renew the certificate, and find out why the renewal did not run or the service was not reloaded after it.',
      th: 'ต่ออายุใบรับรอง และหาสาเหตุว่าทำไมการต่ออายุอัตโนมัติไม่ทำงาน หรือทำไมบริการไม่ได้โหลดใบใหม่',
    },
    references: [rfc(5280, '4.1.2.5')],
  },
  'cert-expiring': {
    severity: 'warning',
    title: {
      en: 'The {certificate|certificates} of {host} {ends|end} in {daysLeft} days',
      th: 'ใบรับรองของ {host} จะหมดอายุในอีก {daysLeft} วัน',
    },
    explanation: {
      en: 'Less than 14 days are left. A certificate that renews itself would have been replaced by now.',
      th: 'เหลือน้อยกว่า 14 วัน ถ้าต่ออายุอัตโนมัติได้ ปกติควรเปลี่ยนเป็นใบใหม่ไปแล้ว',
    },
    fix: {
      en: 'Renew it now, and reload the mail service so that it uses the new one.',
      th: 'ต่ออายุทันที แล้วรีโหลดบริการอีเมลให้ใช้ใบรับรองใหม่',
    },
    references: [rfc(5280, '4.1.2.5')],
  },
  'cert-not-yet-valid': {
    severity: 'warning',
    title: {
      en: 'The {certificate|certificates} of {host} {is|are} not valid yet',
      th: 'ใบรับรองของ {host} ยังไม่ถึงวันเริ่มใช้',
    },
    explanation: {
      en: 'Its validity begins in the future: it was installed too early, or a clock is wrong where it was made.',
      th: 'วันเริ่มใช้อยู่ในอนาคต อาจติดตั้งเร็วเกินไป หรือนาฬิกาของเครื่องที่สร้างใบรับรองไม่ตรง',
    },
    fix: {
      en: 'Install the certificate that is valid today, and check the clock of the machine.',
      th: 'ติดตั้งใบรับรองที่ใช้ได้ในวันนี้ และตรวจนาฬิกาของเครื่อง',
    },
    references: [rfc(5280, '4.1.2.5')],
  },
  'cert-self-signed': {
    severity: 'warning',
    title: { en: 'The {certificate|certificates} of {host} {is|are} self-signed', th: '{host} ใช้ใบรับรองที่ลงนามเอง' },
    explanation: {
      en: 'No authority vouches for it. Between mail servers that is common and still encrypts; mail programs warn, and senders that check certificates do not deliver.',
      th: 'ไม่มีผู้ออกใบรับรองรายใดยืนยัน ระหว่างเมลเซิร์ฟเวอร์พบได้บ่อยและยังเข้ารหัสได้ แต่โปรแกรมอีเมลจะเตือน และผู้ส่งที่ตรวจใบรับรองจะไม่ส่งให้',
    },
    fix: {
      en: 'Install a certificate of a public authority (free ones exist), or publish a TLSA record for it (DANE).',
      th: 'ติดตั้งใบรับรองจากผู้ออกใบรับรองสาธารณะ (มีแบบไม่เสียค่าใช้จ่าย) หรือประกาศระเบียน TLSA ให้ใบรับรองนั้น (DANE)',
    },
    references: [rfc(7672)],
  },
  'cert-untrusted': {
    severity: 'warning',
    title: {
      en: 'The certificate {chain|chains} of {host} cannot be verified',
      th: 'ตรวจสอบสายใบรับรอง (certificate chain) ของ {host} ไม่ได้',
    },
    explanation: {
      en: 'The chain does not end at an authority known here: an intermediate certificate is missing, or a private authority issued it.',
      th: 'สายใบรับรองไม่ไปสิ้นสุดที่ผู้ออกใบรับรองที่ระบบนี้รู้จัก เพราะขาดใบรับรองกลาง (intermediate) หรือออกโดยผู้ออกใบรับรองภายใน',
    },
    fix: {
      en: 'Have the server send the full chain (certificate and intermediates); use a public authority for a server that strangers connect to.',
      th: 'ให้เซิร์ฟเวอร์ส่งสายใบรับรองให้ครบ (ใบรับรองพร้อมใบรับรองกลาง) และใช้ผู้ออกใบรับรองสาธารณะสำหรับเซิร์ฟเวอร์ที่คนทั่วไปเชื่อมต่อ',
    },
    references: [rfc(5280, '6.1')],
  },
  'cert-hostname-mismatch': {
    severity: 'warning',
    title: {
      en: 'The {certificate does|certificates do} not name {host}',
      th: 'ใบรับรองไม่ได้ระบุชื่อ {host}',
    },
    explanation: {
      en: 'The certificate is for other names than the one in the MX record or in the settings of the mail program. Who checks names refuses it.',
      th: 'ใบรับรองออกให้ชื่ออื่น ไม่ใช่ชื่อในระเบียน MX หรือในการตั้งค่าโปรแกรมอีเมล ผู้ที่ตรวจชื่อจะไม่ยอมรับ',
    },
    fix: {
      en: 'Get {a certificate that lists|certificates that list} {host} among {its|their} names, or let the MX record name a host that is listed.',
      th: 'ขอใบรับรองที่มีชื่อ {host} อยู่ด้วย หรือให้ระเบียน MX ชี้ไปยังชื่อที่อยู่ในใบรับรอง',
    },
    references: [rfc(9525, '6'), rfc(7672)],
  },
} as const satisfies FindingEntries;
