/** Words of the findings about firewalls that rewrite SMTP, in front of the server. Pure data; facts of Cisco's documents in our words. */

import { article, type FindingEntries, rfc } from './findings-shape.ts';

const guide = article('ehlo-helo-cisco');

export const MIDDLEBOX_FINDINGS = {
  'esmtp-inspection': {
    severity: 'error',
    title: {
      en: 'A firewall in front of {host} rewrites the SMTP conversation',
      th: 'ไฟร์วอลล์หน้า {host} แก้ไขบทสนทนา SMTP',
    },
    explanation: {
      en: 'What was seen is how a Cisco PIX, ASA or Firewall Services Module with SMTP inspection behaves: the greeting turns into stars, EHLO and STARTTLS are overwritten with X or turned away. Programs that fall back to HELO still deliver, without encryption and login; programs that need EHLO, such as the mail app of many phones, fail. The firewall writes no error itself: "500 #5.5.1 command not recognized" is the wording of the mail server behind it (AsyncOS, a Cisco/IronPort Email Security appliance), which received a mangled command.',
      th: 'สิ่งที่เห็นตรงกับพฤติกรรมของ Cisco PIX, ASA หรือ Firewall Services Module ที่เปิดการตรวจ SMTP (SMTP inspection) ไว้ คือข้อความต้อนรับกลายเป็นดอกจัน คำสั่ง EHLO และ STARTTLS ถูกเขียนทับเป็น X หรือถูกปฏิเสธ โปรแกรมที่ถอยไปใช้ HELO ยังส่งได้ แต่ไม่มีการเข้ารหัสและการล็อกอิน ส่วนโปรแกรมที่ต้องใช้ EHLO เช่น แอปอีเมลในมือถือหลายรุ่น จะใช้งานไม่ได้ ไฟร์วอลล์ไม่ได้เขียนข้อความผิดพลาดเอง ข้อความ “500 #5.5.1 command not recognized” เป็นถ้อยคำของเมลเซิร์ฟเวอร์ที่อยู่หลังไฟร์วอลล์ (AsyncOS ของอุปกรณ์ Cisco/IronPort Email Security) ซึ่งได้รับคำสั่งที่ถูกแก้จนอ่านไม่ออก',
    },
    fix: {
      en: [
        'For the administrator of the firewall. ASA, PIX 7 and later, FWSM 3 and later: turn the inspection off (on an FWSM it may be: no inspect smtp):',
        '  policy-map global_policy',
        '   class inspection_default',
        '    no inspect esmtp',
        'Or keep the inspection and let TLS through (ASA and PIX from 7.2.3, ASA 8 from 8.0.3):',
        '  policy-map type inspect esmtp ALLOW_TLS',
        '   parameters',
        '    allow-tls',
        '    no mask-banner',
        '  policy-map global_policy',
        '   class inspection_default',
        '    no inspect esmtp',
        '    inspect esmtp ALLOW_TLS',
        'PIX 6 and earlier, FWSM 1 and 2:',
        '  no fixup protocol smtp 25',
        'Connections that are open keep the old rule until they close. Until then, phones and mail programs should send through the submission port, 587 with STARTTLS or 465 with TLS (these devices inspect port 25), through webmail, or over a VPN; another network helps only when the firewall stands in the network they use now.',
      ].join('\n'),
      th: [
        'สำหรับผู้ดูแลไฟร์วอลล์ ASA, PIX 7 ขึ้นไป และ FWSM 3 ขึ้นไป ให้ปิดการตรวจ (บน FWSM อาจต้องใช้ no inspect smtp):',
        '  policy-map global_policy',
        '   class inspection_default',
        '    no inspect esmtp',
        'หรือคงการตรวจไว้แต่ยอมให้ TLS ผ่าน (ASA และ PIX ตั้งแต่ 7.2.3 ส่วน ASA 8 ตั้งแต่ 8.0.3):',
        '  policy-map type inspect esmtp ALLOW_TLS',
        '   parameters',
        '    allow-tls',
        '    no mask-banner',
        '  policy-map global_policy',
        '   class inspection_default',
        '    no inspect esmtp',
        '    inspect esmtp ALLOW_TLS',
        'PIX 6 และก่อนหน้า, FWSM 1 และ 2:',
        '  no fixup protocol smtp 25',
        'การเชื่อมต่อที่เปิดค้างอยู่ยังใช้กฎเดิมจนกว่าจะปิด ระหว่างรอแก้ มือถือและโปรแกรมอีเมลควรส่งผ่านพอร์ต submission คือ 587 แบบ STARTTLS หรือ 465 แบบ TLS (อุปกรณ์เหล่านี้ตรวจที่พอร์ต 25) หรือใช้เว็บเมล หรือ VPN ส่วนการเปลี่ยนไปใช้เครือข่ายอื่นจะช่วยได้เฉพาะเมื่อไฟร์วอลล์นั้นอยู่ในเครือข่ายที่ใช้อยู่ตอนนี้',
      ].join('\n'),
    },
    references: [rfc(5321, '4.1.1.1'), rfc(3207, '4'), guide],
  },
  'starttls-stripped': {
    severity: 'error',
    title: {
      en: 'Something on the way to {host} takes STARTTLS away',
      th: 'มีบางอย่างระหว่างทางไปยัง {host} ตัด STARTTLS ออก',
    },
    explanation: {
      en: 'The offer of STARTTLS is overwritten, or it is offered and the command is then answered as unknown. The usual cause is a firewall or proxy that cannot look into TLS and so prevents it. Mail passes in clear, and senders that insist on TLS do not deliver at all.',
      th: 'บรรทัดที่เสนอ STARTTLS ถูกเขียนทับ หรือเสนอไว้แต่เมื่อส่งคำสั่งกลับตอบว่าไม่รู้จัก สาเหตุที่พบบ่อยคือไฟร์วอลล์หรือพร็อกซีที่มองเข้าไปใน TLS ไม่ได้จึงกันไว้ อีเมลจึงผ่านไปโดยไม่เข้ารหัส และผู้ส่งที่บังคับใช้ TLS จะไม่ส่งให้เลย',
    },
    fix: {
      en: 'Look for an SMTP inspection, an SMTP proxy or an antivirus gateway in front of {host}, and let STARTTLS pass through it (Cisco ASA: allow-tls, or no inspect esmtp). Compare with a session from inside that network.',
      th: 'ค้นหาว่ามีการตรวจ SMTP พร็อกซี SMTP หรือเกตเวย์ป้องกันไวรัสอยู่หน้า {host} หรือไม่ แล้วยอมให้ STARTTLS ผ่าน (Cisco ASA ใช้ allow-tls หรือ no inspect esmtp) และเทียบกับการเชื่อมต่อจากภายในเครือข่ายนั้น',
    },
    references: [rfc(3207, '6'), guide],
  },
  'ehlo-rejected': {
    severity: 'warning',
    title: { en: '{host} {knows|know} HELO only', th: '{host} รู้จักเฉพาะ HELO' },
    explanation: {
      en: 'EHLO is refused and HELO works, and nothing points to a firewall that rewrites the session: most likely an old or very plain server. There is no TLS, no login and no size limit announced; programs that need EHLO cannot use it.',
      th: 'เซิร์ฟเวอร์ปฏิเสธ EHLO แต่รับ HELO และไม่มีสิ่งใดบ่งว่ามีไฟร์วอลล์แก้ไขบทสนทนา จึงน่าจะเป็นเซิร์ฟเวอร์รุ่นเก่าหรือแบบพื้นฐานมาก ไม่มี TLS ไม่มีการล็อกอิน และไม่ประกาศขนาดจดหมายสูงสุด โปรแกรมที่ต้องใช้ EHLO จะใช้ไม่ได้',
    },
    fix: {
      en: 'Update the server, or turn ESMTP on in its settings. If the server is up to date, compare with a session from its own network: then something on the way interferes after all.',
      th: 'อัปเดตเซิร์ฟเวอร์ หรือเปิดใช้ ESMTP ในการตั้งค่า ถ้าเซิร์ฟเวอร์เป็นรุ่นใหม่อยู่แล้ว ให้ลองเชื่อมต่อจากเครือข่ายเดียวกับเซิร์ฟเวอร์ ถ้าได้ผลต่างกันแสดงว่ามีสิ่งรบกวนระหว่างทาง',
    },
    references: [rfc(5321, '3.2'), rfc(5321, '2.2.1'), guide],
  },
  'banner-masked': {
    severity: 'warning',
    title: {
      en: 'The {greeting|greetings} of {host} {is|are} masked with stars',
      th: 'ข้อความต้อนรับของ {host} ถูกปิดด้วยดอกจัน',
    },
    explanation: {
      en: 'Nothing of the greeting is left but stars and the characters 2, 0 and space. Cisco PIX and ASA do this to hide the server. It has a price: a sender such as Postfix takes the stars for the sign of a faulty firewall and uses HELO, hence no TLS.',
      th: 'ข้อความต้อนรับเหลือเพียงดอกจันกับอักขระ 2, 0 และช่องว่าง Cisco PIX และ ASA ทำเช่นนี้เพื่อซ่อนเซิร์ฟเวอร์ แต่มีผลข้างเคียง ผู้ส่งอย่าง Postfix ถือว่าดอกจันเป็นสัญญาณของไฟร์วอลล์ที่มีปัญหา จึงเปลี่ยนไปใช้ HELO และไม่ใช้ TLS',
    },
    fix: {
      en: 'On an ASA put "no mask-banner" among the parameters of the ESMTP inspection map, or end the inspection with "no inspect esmtp"; on PIX 6 "no fixup protocol smtp 25".',
      th: 'บน ASA ใส่ “no mask-banner” ใน parameters ของ policy-map ที่ตรวจ ESMTP หรือเลิกตรวจด้วย “no inspect esmtp” ส่วน PIX 6 ใช้ “no fixup protocol smtp 25”',
    },
    references: [rfc(5321, '4.2'), guide],
  },
} as const satisfies FindingEntries;

export const OURS_FINDINGS = {
  'port-blocked': {
    severity: 'warning',
    title: {
      en: 'Port {port} seems to be blocked on our side',
      th: 'พอร์ต {port} ดูเหมือนถูกบล็อกที่ฝั่งเรา',
    },
    explanation: {
      en: 'No connection came about to any target tried, although they have nothing to do with each other. Many networks and cloud providers block outgoing SMTP. Nothing can be said about {host} from here.',
      th: 'เชื่อมต่อปลายทางที่ลองไม่ได้เลยแม้แต่แห่งเดียว ทั้งที่ปลายทางเหล่านั้นไม่เกี่ยวข้องกัน เครือข่ายและผู้ให้บริการคลาวด์หลายรายบล็อก SMTP ขาออก จากที่นี่จึงบอกอะไรเกี่ยวกับ {host} ไม่ได้',
    },
    fix: {
      en: 'Ask the provider of this service’s network to open outgoing port {port}, or run the service where it is open. The {owner|owners} of {host} {has|have} nothing to do.',
      th: 'ขอให้ผู้ให้บริการเครือข่ายของระบบนี้เปิดพอร์ต {port} ขาออก หรือย้ายระบบไปยังที่ที่เปิดอยู่ เจ้าของ {host} ไม่ต้องทำอะไร',
    },
    references: [rfc(5321, '4.5.4.1')],
  },
  'local-inspection': {
    severity: 'warning',
    title: {
      en: 'Our own network rewrites SMTP',
      th: 'เครือข่ายฝั่งเราเองแก้ไขบทสนทนา SMTP',
    },
    explanation: {
      en: 'The {session|sessions} with {host} {looks|look} rewritten, but a target that has nothing to do with it looks the same from here. The device that does it stands near us (a firewall, a proxy or an antivirus program), not in front of {host}.',
      th: 'บทสนทนากับ {host} ดูเหมือนถูกแก้ไข แต่ปลายทางอื่นที่ไม่เกี่ยวข้องกันก็มีอาการเดียวกันเมื่อดูจากที่นี่ อุปกรณ์ที่แก้ไขจึงอยู่ใกล้ฝั่งเรา (ไฟร์วอลล์ พร็อกซี หรือโปรแกรมป้องกันไวรัส) ไม่ใช่หน้า {host}',
    },
    fix: {
      en: 'Turn the SMTP inspection off for outgoing connections of this service, then probe again. The {owner|owners} of {host} {has|have} nothing to do.',
      th: 'ปิดการตรวจ SMTP สำหรับการเชื่อมต่อขาออกของระบบนี้แล้วตรวจใหม่ เจ้าของ {host} ไม่ต้องทำอะไร',
    },
    references: [article('ehlo-helo-cisco')],
  },
  'port-redirected': {
    severity: 'warning',
    title: {
      en: 'Something near us answers in place of {host}',
      th: 'มีบางอย่างใกล้ฝั่งเราตอบแทน {host}',
    },
    explanation: {
      en: 'Targets that have nothing to do with each other greet us with the same words. Outgoing connections to port {port} are led to one server, as some providers do; what was seen is that server, not {host}.',
      th: 'ปลายทางหลายแห่งที่ไม่เกี่ยวข้องกันตอบด้วยข้อความต้อนรับเดียวกัน แสดงว่าการเชื่อมต่อขาออกไปพอร์ต {port} ถูกเปลี่ยนทางไปยังเซิร์ฟเวอร์เครื่องเดียว ดังที่ผู้ให้บริการบางรายทำ สิ่งที่เห็นจึงเป็นเซิร์ฟเวอร์นั้น ไม่ใช่ {host}',
    },
    fix: {
      en: 'Have the redirection lifted for this service’s address, or run the service in a network without one. The {owner|owners} of {host} {has|have} nothing to do.',
      th: 'ขอยกเลิกการเปลี่ยนทางสำหรับที่อยู่ IP ของระบบนี้ หรือย้ายไปเครือข่ายที่ไม่เปลี่ยนทาง เจ้าของ {host} ไม่ต้องทำอะไร',
    },
    references: [rfc(5068)],
  },
  'prober-blocked': {
    severity: 'warning',
    title: {
      en: 'The connecting address or name is turned away by {host}',
      th: '{host} ไม่ยอมรับที่อยู่ IP หรือชื่อของฝั่งที่เชื่อมต่อเข้าไป',
    },
    explanation: {
      en: 'The refusal speaks of the connecting side: its address, its reverse DNS name, the name it gave in EHLO, or a blocklist it stands on. It says nothing about whether {host} {takes|take} mail from others.',
      th: 'คำปฏิเสธกล่าวถึงฝั่งที่เชื่อมต่อเข้าไป คือที่อยู่ IP ชื่อย้อนกลับ (PTR) ชื่อที่บอกใน EHLO หรือการติดบัญชีดำ ไม่ได้บอกว่า {host} รับอีเมลจากผู้อื่นหรือไม่',
    },
    fix: {
      en: 'Check the address the connection came from: is it on a blocklist, does its PTR record agree with an address record, is EHLO_NAME a real name? Or probe from another network.',
      th: 'ตรวจที่อยู่ IP ต้นทางของการเชื่อมต่อว่าติดบัญชีดำหรือไม่ ระเบียน PTR ตรงกับระเบียน A หรือ AAAA หรือไม่ และ EHLO_NAME เป็นชื่อจริงหรือไม่ หรือลองตรวจจากเครือข่ายอื่น',
    },
    references: [rfc(5321, '4.1.4'), rfc(5782)],
  },
  'prober-throttled': {
    severity: 'info',
    title: { en: 'The connecting side comes too often for {host}', th: 'ฝั่งที่เชื่อมต่อเข้าไปหา {host} เชื่อมต่อถี่เกินไป' },
    explanation: {
      en: 'The refusal speaks of too many connections, or too many in a time, from the connecting side. It is about that side and passes by itself; it says nothing about whether {host} {takes|take} mail from others.',
      th: 'คำปฏิเสธกล่าวถึงการเชื่อมต่อที่มากหรือถี่เกินไปจากฝั่งที่เชื่อมต่อเข้าไป เป็นเรื่องของฝั่งนั้นและจะหายเอง ไม่ได้บอกว่า {host} รับอีเมลจากผู้อื่นหรือไม่',
    },
    fix: { en: 'Wait some minutes and probe again, less often.', th: 'รอสักหลายนาทีแล้วตรวจใหม่ และเว้นช่วงให้ห่างขึ้น' },
    references: [rfc(5321, '4.2.1')],
  },
  'ipv6-unavailable': {
    severity: 'info',
    title: { en: 'We have no IPv6 here', th: 'ฝั่งเราไม่มี IPv6' },
    explanation: {
      en: 'The IPv6 {address|addresses} of {host} {was|were} not tested: this service has no global IPv6 address to connect from.',
      th: 'ยังไม่ได้ทดสอบที่อยู่ IPv6 ของ {host} เพราะระบบนี้ไม่มีที่อยู่ IPv6 สาธารณะสำหรับเชื่อมต่อออกไป',
    },
    fix: {
      en: 'Give this service an IPv6 address, or ask for family 4 only. The {owner|owners} of {host} {has|have} nothing to do.',
      th: 'ให้ระบบนี้มีที่อยู่ IPv6 หรือขอตรวจเฉพาะ family 4 เจ้าของ {host} ไม่ต้องทำอะไร',
    },
    references: [rfc(6724, '5')],
  },
} as const satisfies FindingEntries;
