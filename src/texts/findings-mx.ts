/** Words of the findings about a domain's MX records and the hosts they name. Pure data. */

import { article, type FindingEntries, rfc } from './findings-shape.ts';

const about = article('what-is-mx');

export const MX_FINDINGS = {
  'mx-null': {
    severity: 'info',
    title: { en: '{domain} takes no mail, and says so', th: '{domain} ประกาศชัดว่าไม่รับอีเมล' },
    explanation: {
      en: 'The only MX record is a null MX (preference 0, host "."). It tells every sender to return mail for {domain} at once instead of trying for days.',
      th: 'ระเบียน MX มีเพียงระเบียนเดียวคือ null MX (preference 0 โฮสต์ “.”) ซึ่งบอกผู้ส่งทุกรายให้ตีกลับอีเมลถึง {domain} ทันทีแทนที่จะพยายามส่งอยู่หลายวัน',
    },
    fix: {
      en: 'Leave it if the domain is not meant to receive mail, and do not use it as a sender address. Otherwise replace it with the MX records of the mail server.',
      th: 'ถ้าตั้งใจไม่รับอีเมลที่โดเมนนี้ ปล่อยไว้ได้ แต่อย่าใช้โดเมนนี้เป็นที่อยู่ผู้ส่ง ถ้าต้องการรับอีเมล ให้เปลี่ยนเป็นระเบียน MX ของเมลเซิร์ฟเวอร์',
    },
    references: [rfc(7505, '3'), about],
  },
  'mx-null-with-others': {
    severity: 'error',
    title: {
      en: '{domain} publishes a null MX beside real ones',
      th: '{domain} ประกาศ null MX ปนกับระเบียน MX จริง',
    },
    explanation: {
      en: 'A null MX says that the domain takes no mail and must stand alone. Beside other records it contradicts them: some senders ignore it, others return every message.',
      th: 'null MX แปลว่าโดเมนนี้ไม่รับอีเมล จึงต้องอยู่เพียงระเบียนเดียว เมื่ออยู่ปนกับระเบียนอื่นจะขัดแย้งกันเอง ผู้ส่งบางรายไม่สนใจ แต่บางรายตีกลับทุกฉบับ',
    },
    fix: {
      en: 'Remove the record with the host "." if the domain is to receive mail; otherwise remove all the others.',
      th: 'ถ้าโดเมนนี้ต้องรับอีเมล ให้ลบระเบียนที่โฮสต์เป็น “.” ถ้าไม่รับ ให้ลบระเบียนอื่นทั้งหมด',
    },
    references: [rfc(7505, '3'), about],
  },
  'mx-implicit': {
    severity: 'warning',
    title: {
      en: '{domain} has no MX record; mail goes to its own address',
      th: '{domain} ไม่มีระเบียน MX อีเมลจึงไปยังที่อยู่ IP ของโดเมนเอง',
    },
    explanation: {
      en: 'Without an MX record senders fall back to the A or AAAA record of the domain. That is often the web server, which takes no mail: messages then wait for days before they come back.',
      th: 'เมื่อไม่มีระเบียน MX ผู้ส่งจะใช้ระเบียน A หรือ AAAA ของโดเมนแทน ซึ่งมักเป็นเว็บเซิร์ฟเวอร์ที่ไม่รับอีเมล จดหมายจึงค้างอยู่หลายวันก่อนถูกตีกลับ',
    },
    fix: {
      en: 'Publish an MX record that names the mail server, or a null MX (0 .) if the domain takes no mail.',
      th: 'ประกาศระเบียน MX ที่ชี้ไปยังเมลเซิร์ฟเวอร์ หรือประกาศ null MX (0 .) ถ้าโดเมนนี้ไม่รับอีเมล',
    },
    references: [rfc(5321, '5.1'), about],
  },
  'mx-none': {
    severity: 'error',
    title: { en: 'Nothing takes mail for {domain}', th: 'ไม่มีเครื่องใดรับอีเมลของ {domain}' },
    explanation: {
      en: 'The name exists in DNS, but it has neither an MX record nor an address of its own. Every message to it is returned.',
      th: 'ชื่อนี้มีอยู่ใน DNS แต่ไม่มีทั้งระเบียน MX และที่อยู่ IP ของตัวเอง อีเมลทุกฉบับที่ส่งถึงจะถูกตีกลับ',
    },
    fix: {
      en: 'Publish an MX record for {domain}, or a null MX if it is meant to take no mail.',
      th: 'ประกาศระเบียน MX ให้ {domain} หรือประกาศ null MX ถ้าตั้งใจไม่รับอีเมล',
    },
    references: [rfc(5321, '5.1'), about],
  },
  'mx-nxdomain': {
    severity: 'error',
    title: { en: '{domain} does not exist', th: 'ไม่มีโดเมน {domain} ใน DNS' },
    explanation: {
      en: 'DNS answers that there is no such name (NXDOMAIN). Senders return mail for it at once. The name may be mistyped, expired or not delegated.',
      th: 'DNS ตอบว่าไม่มีชื่อนี้ (NXDOMAIN) ผู้ส่งจะตีกลับอีเมลทันที อาจพิมพ์ชื่อผิด โดเมนหมดอายุ หรือยังไม่ได้มอบอำนาจ (delegate) โซน',
    },
    fix: {
      en: 'Check the spelling first. If the name is right, look at its registration and at the NS records in the parent zone.',
      th: 'ตรวจตัวสะกดก่อน ถ้าถูกต้องแล้ว ให้ตรวจการจดทะเบียนโดเมนและระเบียน NS ในโซนแม่',
    },
    references: [rfc(5321, '5.1'), rfc(2308, '2.1'), about],
  },
  'mx-host-cname': {
    severity: 'error',
    title: { en: 'MX host {host} is an alias (CNAME)', th: 'โฮสต์ {host} ในระเบียน MX เป็นชื่อแฝง (CNAME)' },
    explanation: {
      en: 'An MX record must name a host with an address of its own, not a CNAME. Most senders follow the alias; some refuse it or rewrite the name, so that mail is lost without a pattern.',
      th: 'ระเบียน MX ต้องชี้ไปยังชื่อที่มีที่อยู่ IP ของตัวเอง ไม่ใช่ CNAME ผู้ส่งส่วนใหญ่ยังตามชื่อแฝงไปได้ แต่บางรายปฏิเสธหรือเขียนชื่อใหม่ อีเมลจึงอาจหายเป็นครั้งคราวโดยหาแบบแผนไม่ได้',
    },
    fix: {
      en: 'Put the end of the alias into the MX record, or give {host} an A or AAAA record in place of the CNAME.',
      th: 'ใส่ชื่อปลายทางของ CNAME ลงในระเบียน MX โดยตรง หรือเปลี่ยน {host} จาก CNAME เป็นระเบียน A หรือ AAAA',
    },
    references: [rfc(5321, '5.1'), rfc(2181, '10.3'), about],
  },
  'mx-host-nxdomain': {
    severity: 'error',
    title: { en: 'MX host {host} does not exist', th: 'ไม่มีโฮสต์ {host} ที่ระบุในระเบียน MX' },
    explanation: {
      en: 'The MX record names a host that DNS does not know, so no sender can use it. If the domain of that name is free to register, a stranger could take it and receive the mail.',
      th: 'ระเบียน MX ชี้ไปยังชื่อที่ไม่มีใน DNS จึงไม่มีผู้ส่งรายใดใช้ได้ และถ้าโดเมนของชื่อนั้นว่างอยู่ คนอื่นอาจจดทะเบียนแล้วรับอีเมลแทนได้',
    },
    fix: {
      en: 'Correct the name, add its address record, or remove the MX record.',
      th: 'แก้ชื่อให้ถูก เพิ่มระเบียน A หรือ AAAA ให้ชื่อนั้น หรือลบระเบียน MX นี้',
    },
    references: [rfc(5321, '5.1'), about],
  },
  'mx-host-no-address': {
    severity: 'error',
    title: { en: 'MX host {host} has no address', th: 'โฮสต์ {host} ในระเบียน MX ไม่มีที่อยู่ IP' },
    explanation: {
      en: 'The name exists, but has neither an A nor an AAAA record. Senders cannot connect to it; and while there is an MX record, they never use the address of the domain itself instead.',
      th: 'ชื่อนี้มีอยู่ แต่ไม่มีทั้งระเบียน A และ AAAA ผู้ส่งจึงเชื่อมต่อไม่ได้ และเมื่อมีระเบียน MX อยู่ ผู้ส่งจะไม่ใช้ที่อยู่ IP ของโดเมนแทน',
    },
    fix: {
      en: 'Add an A (or AAAA) record for {host}, or remove its MX record.',
      th: 'เพิ่มระเบียน A (หรือ AAAA) ให้ {host} หรือลบระเบียน MX นี้',
    },
    references: [rfc(5321, '5.1'), about],
  },
  'mx-host-dns-failure': {
    severity: 'warning',
    title: { en: 'The address of {host} could not be looked up', th: 'ค้นที่อยู่ IP ของ {host} ไม่สำเร็จ' },
    explanation: {
      en: 'The address lookup for this MX host failed or gave no answer in time. It may be a passing fault, of its name servers or of the resolver used here; senders with the same trouble keep the mail and try again.',
      th: 'การค้นที่อยู่ IP ของโฮสต์ MX นี้ล้มเหลวหรือไม่ได้คำตอบทันเวลา อาจขัดข้องชั่วคราวที่เนมเซิร์ฟเวอร์ของปลายทาง หรือที่รีโซลเวอร์ซึ่งระบบนี้ใช้ ผู้ส่งที่เจอปัญหาเดียวกันจะเก็บอีเมลไว้แล้วลองใหม่',
    },
    fix: {
      en: 'Ask again in a minute. If it stays, check the delegation, the name servers and the DNSSEC signatures of the zone that {host} is in.',
      th: 'ลองถามใหม่ในอีกหนึ่งนาที ถ้ายังเป็นอยู่ ให้ตรวจการมอบอำนาจ เนมเซิร์ฟเวอร์ และลายเซ็น DNSSEC ของโซนที่ {host} อยู่',
    },
    references: [rfc(5321, '5.1'), about],
  },
  'mx-ip-literal': {
    severity: 'error',
    title: {
      en: 'An MX record holds an IP address in place of a name',
      th: 'ระเบียน MX ใส่ที่อยู่ IP แทนชื่อโฮสต์',
    },
    explanation: {
      en: 'An MX record must name a host. DNS takes {host} for a domain name, which does not exist, so most senders cannot use the record.',
      th: 'ระเบียน MX ต้องเป็นชื่อโฮสต์ DNS จะมอง {host} เป็นชื่อโดเมนซึ่งไม่มีอยู่จริง ผู้ส่งส่วนใหญ่จึงใช้ระเบียนนี้ไม่ได้',
    },
    fix: {
      en: 'Give that address a name with an A or AAAA record, and put the name into the MX record.',
      th: 'ตั้งชื่อให้ที่อยู่ IP นั้นด้วยระเบียน A หรือ AAAA แล้วใส่ชื่อนั้นในระเบียน MX',
    },
    references: [rfc(5321, '5.1'), rfc(1035, '3.3.9'), about],
  },
  'mx-duplicate': {
    severity: 'info',
    title: { en: '{host} is listed more than once', th: 'มี {host} ซ้ำในระเบียน MX' },
    explanation: {
      en: 'The same host stands in several MX records. Senders use it once, at its lowest number; the other records do nothing.',
      th: 'โฮสต์เดียวกันอยู่ในระเบียน MX หลายระเบียน ผู้ส่งใช้เพียงครั้งเดียวที่เลขต่ำสุด ระเบียนที่เหลือจึงไม่มีผล',
    },
    fix: { en: 'Remove the surplus records.', th: 'ลบระเบียนที่ซ้ำออก' },
    references: [rfc(5321, '5.1'), about],
  },
  'mx-single': {
    severity: 'info',
    title: { en: 'There is one exchange only: {host}', th: 'มีเซิร์ฟเวอร์ MX เพียงเครื่องเดียวคือ {host}' },
    explanation: {
      en: 'When {host} is down, mail waits in the queues of its senders, commonly for four to five days. Nothing is lost in a short outage, but nothing arrives either.',
      th: 'เมื่อ {host} ล่ม อีเมลจะรออยู่ในคิวของผู้ส่ง โดยทั่วไปได้สี่ถึงห้าวัน ถ้าล่มไม่นาน อีเมลจะไม่หาย แต่ระหว่างนั้นจะไม่มีฉบับใดเข้ามา',
    },
    fix: {
      en: 'That is fine for many domains. Add a second exchange only if it filters as well as the first and knows the same mailboxes.',
      th: 'สำหรับหลายโดเมนถือว่าใช้ได้ ให้เพิ่มเครื่องที่สองเฉพาะเมื่อกรองได้ดีเท่าเครื่องแรกและรู้จักกล่องจดหมายชุดเดียวกัน',
    },
    references: [rfc(5321, '4.5.4.1'), about],
  },
  'mx-shared-address': {
    severity: 'info',
    title: { en: '{host} are the same address', th: '{host} ใช้ที่อยู่ IP เดียวกัน' },
    explanation: {
      en: 'Several MX hosts lead to {ip}. They fail together: the second name is no backup for the first.',
      th: 'โฮสต์ MX หลายชื่อชี้ไปยัง {ip} เหมือนกัน เมื่อล่มจะล่มพร้อมกัน ชื่อที่สองจึงไม่ใช่เครื่องสำรอง',
    },
    fix: {
      en: 'Keep one of the names, or put the second on another machine in another network.',
      th: 'เหลือไว้ชื่อเดียว หรือย้ายชื่อที่สองไปเครื่องอื่นในเครือข่ายอื่น',
    },
    references: [rfc(5321, '5.1'), about],
  },
  'mx-non-public-address': {
    severity: 'warning',
    title: {
      en: '{host} has an address that the internet cannot reach',
      th: '{host} มีที่อยู่ IP ที่เข้าถึงจากอินเทอร์เน็ตไม่ได้',
    },
    explanation: {
      en: '{ip} is private, local or reserved. Senders outside cannot connect to it; some connect to a machine of their own by that address, or to themselves.',
      th: '{ip} เป็นที่อยู่ IP แบบภายใน (private) แบบเฉพาะที่ (local) หรือแบบสงวน (reserved) ผู้ส่งภายนอกเชื่อมต่อไม่ได้ และบางรายเชื่อมต่อไปยังเครื่องในเครือข่ายของตนเองที่ใช้ที่อยู่นั้น หรือวนกลับหาตัวเอง',
    },
    fix: {
      en: 'Publish the public address in the outside view of the zone. For a domain without mail use a null MX (0 .), not localhost.',
      th: 'ให้ประกาศที่อยู่ IP สาธารณะในโซนที่ภายนอกเห็น ถ้าโดเมนไม่รับอีเมล ให้ใช้ null MX (0 .) ไม่ใช่ localhost',
    },
    references: [rfc(6890, '2.2.2'), rfc(5321, '5.1')],
  },
  'mx-ttl-low': {
    severity: 'info',
    title: { en: 'The MX records live only {ttl} s', th: 'ระเบียน MX มีอายุเพียง {ttl} วินาที' },
    explanation: {
      en: 'So short a lifetime is right during a move. As a habit it makes every sender ask again and again, and an outage of the name servers is felt at once. (A resolver counts down: the value in the zone may be higher.)',
      th: 'อายุสั้นเช่นนี้เหมาะกับช่วงย้ายระบบ แต่ถ้าใช้ประจำ ผู้ส่งทุกรายต้องถามซ้ำบ่อย และเมื่อเนมเซิร์ฟเวอร์ล่มจะกระทบทันที (รีโซลเวอร์นับถอยหลัง ค่าจริงในโซนอาจสูงกว่านี้)',
    },
    fix: {
      en: 'Use about 3600 s normally, and 300 s only shortly before and during a change.',
      th: 'ปกติใช้ประมาณ 3600 วินาที และลดเหลือ 300 วินาทีเฉพาะช่วงสั้น ๆ ก่อนและระหว่างการเปลี่ยน',
    },
    references: [rfc(1912, '2.2'), article('mx-migration')],
  },
  'mx-ttl-high': {
    severity: 'info',
    title: { en: 'The MX records live {ttl} s', th: 'ระเบียน MX มีอายุ {ttl} วินาที' },
    explanation: {
      en: 'Resolvers may keep the records for more than a day. If the server must move, a part of the senders still goes to the old one for that long.',
      th: 'รีโซลเวอร์อาจเก็บระเบียนไว้นานกว่าหนึ่งวัน ถ้าต้องย้ายเซิร์ฟเวอร์ ผู้ส่งส่วนหนึ่งจะยังไปที่เครื่องเดิมตลอดเวลานั้น',
    },
    fix: {
      en: '3600 to 86400 s serves well; lower it a few days before a planned move.',
      th: 'ค่า 3600 ถึง 86400 วินาทีใช้ได้ดี และให้ลดลงล่วงหน้าสองสามวันก่อนการย้ายที่วางแผนไว้',
    },
    references: [rfc(1912, '2.2'), article('mx-migration')],
  },
  'mx-ipv6-only': {
    severity: 'warning',
    title: { en: '{host} can be reached over IPv6 only', th: '{host} เข้าถึงได้ทาง IPv6 เท่านั้น' },
    explanation: {
      en: 'None of the exchanges has an IPv4 address. A large part of the senders has no IPv6, and cannot deliver to the domain at all.',
      th: 'ไม่มีเซิร์ฟเวอร์ MX เครื่องใดมีที่อยู่ IPv4 ผู้ส่งจำนวนมากยังไม่มี IPv6 จึงส่งถึงโดเมนนี้ไม่ได้เลย',
    },
    fix: {
      en: 'Add an A record for {host}, or an exchange that has one.',
      th: 'เพิ่มระเบียน A ให้ {host} หรือเพิ่มเซิร์ฟเวอร์ MX ที่มีที่อยู่ IPv4',
    },
    references: [rfc(5321, '5.2'), about],
    variants: {
      some: {
        explanation: {
          en: 'Senders without IPv6 skip {host} and use the exchanges that have an IPv4 address. For them it is no backup and takes no share of the load.',
          th: 'ผู้ส่งที่ไม่มี IPv6 จะข้าม {host} ไปใช้เซิร์ฟเวอร์ MX ที่มีที่อยู่ IPv4 สำหรับผู้ส่งเหล่านั้น เครื่องนี้จึงไม่ได้เป็นเครื่องสำรองและไม่ช่วยแบ่งภาระ',
        },
      },
    },
  },
} as const satisfies FindingEntries;
