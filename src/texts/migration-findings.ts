/**
 * Words of the `migration-*` findings in both languages. Pure data; placeholders are the params that src/mx/migration-*.ts
 * gives: hosts, numbers, times and members of closed sets.
 */

import { article, type FindingEntries, rfc } from './findings-shape.ts';

const ROUTING = rfc(5321, '5.1');
const ARTICLE = article('mx-migration');

export const MIGRATION_FINDINGS = {
  'migration-cutover-too-soon': {
    severity: 'warning',
    title: { en: 'The switch is planned too soon', th: 'กำหนดเวลาสลับเครื่องเร็วเกินไป' },
    explanation: {
      en: 'The switch was wanted at {requested}, but caches may hold the previous answer (TTL {ttl} seconds) until {earliest}. A sender that asks such a cache before then knows nothing of the new exchange.',
      th: 'ต้องการสลับเครื่องเวลา {requested} แต่แคชอาจจำคำตอบเดิม (TTL {ttl} วินาที) ไว้ได้ถึง {earliest} ผู้ส่งที่ถามแคชนั้นก่อนเวลาดังกล่าวจะยังไม่รู้จักเครื่องใหม่',
    },
    fix: {
      en: 'Publish earlier, or switch at {earliest} or later; keep the old server running until then.',
      th: 'ประกาศให้เร็วขึ้น หรือสลับตั้งแต่ {earliest} เป็นต้นไป และเปิดเครื่องเดิมไว้จนถึงเวลานั้น',
    },
    references: [ARTICLE],
  },
  'migration-ttl-was-greater': {
    severity: 'info',
    title: { en: 'The TTL was greater a few days ago', th: 'ไม่กี่วันก่อน TTL ยังสูงกว่านี้' },
    explanation: {
      en: 'The zone says {ttl} seconds now, but {seenTtl} seconds were seen within the last 7 days. Caches that asked before the change still count by the greater one, and so does this plan.',
      th: 'ตอนนี้โซนตั้งไว้ {ttl} วินาที แต่ภายใน 7 วันที่ผ่านมาเคยเห็น {seenTtl} วินาที แคชที่ถามก่อนเปลี่ยนยังนับตามค่าที่สูงกว่า แผนนี้จึงนับตามค่านั้นด้วย',
    },
    fix: { en: 'Nothing to do: the times of the plan allow for it.', th: 'ไม่ต้องทำอะไร เวลาในแผนเผื่อไว้แล้ว' },
    references: [ARTICLE],
  },
  'migration-ttl-over-cap': {
    severity: 'info',
    title: { en: 'The TTL is over a week', th: 'TTL ยาวเกินหนึ่งสัปดาห์' },
    explanation: {
      en: 'The TTL is {ttl} seconds. The resolvers in use keep an answer for 7 days at most, and the plan counts with that; a rare cache without such a cap may hold it longer.',
      th: 'TTL คือ {ttl} วินาที รีโซลเวอร์ที่ใช้กันทั่วไปจำคำตอบไว้ไม่เกิน 7 วัน แผนนี้จึงนับตามนั้น แต่แคชบางแห่งที่ไม่มีเพดานอาจจำนานกว่า',
    },
    fix: {
      en: 'Lower the TTL to a day or less well before the move.',
      th: 'ลด TTL ให้เหลือไม่เกินหนึ่งวัน ล่วงหน้าให้นานพอก่อนย้าย',
    },
    references: [ARTICLE],
  },
  'migration-implicit-written-out': {
    severity: 'warning',
    title: {
      en: 'The domain had no MX record; its own address took the mail',
      th: 'โดเมนไม่มีระเบียน MX และใช้ที่อยู่ IP ของตัวเองรับอีเมลอยู่',
    },
    explanation: {
      en: 'Without an MX record senders go to the address of {host} itself. The first MX record ends that at once, so the plan names {host} as an exchange behind the new ones.',
      th: 'เมื่อไม่มีระเบียน MX ผู้ส่งจะส่งไปยังที่อยู่ IP ของ {host} โดยตรง ทันทีที่มีระเบียน MX แรก ผู้ส่งจะเลิกใช้วิธีนี้ แผนจึงระบุ {host} เป็นเซิร์ฟเวอร์ MX ต่อท้ายเครื่องใหม่',
    },
    fix: {
      en: 'Publish the whole set in one change, with the line for {host} in it.',
      th: 'ประกาศทั้งชุดในครั้งเดียว โดยมีบรรทัดของ {host} อยู่ด้วย',
    },
    references: [ROUTING, ARTICLE],
  },
  'migration-renumbered': {
    severity: 'warning',
    title: { en: 'The old exchanges get higher numbers', th: 'เครื่องเดิมต้องเปลี่ยนไปใช้ตัวเลขที่สูงขึ้น' },
    explanation: {
      en: 'The lowest old number is 0, and nothing is below it. The plan moves the old exchanges up, to {highest} at most, in the same change; their order stays.',
      th: 'ตัวเลขต่ำสุดของเครื่องเดิมคือ 0 ซึ่งไม่มีค่าที่ต่ำกว่านี้แล้ว แผนจึงเพิ่มตัวเลขของเครื่องเดิมเป็นไม่เกิน {highest} ในการเปลี่ยนครั้งเดียวกัน โดยลำดับระหว่างกันยังเหมือนเดิม',
    },
    fix: {
      en: 'Publish the whole set in one change; do not add the new line alone.',
      th: 'ประกาศทั้งชุดในครั้งเดียว อย่าเพิ่มเฉพาะบรรทัดใหม่',
    },
    references: [ROUTING, ARTICLE],
  },
  'migration-null-mx-ends': {
    severity: 'warning',
    title: { en: 'The domain says that it takes no mail', th: 'โดเมนประกาศไว้ว่าไม่รับอีเมล' },
    explanation: {
      en: 'A null MX stands at {domain}. It must not stand beside another exchange, so the new set replaces it; until caches forget it, senders return mail at once.',
      th: '{domain} มี null MX อยู่ ซึ่งห้ามมีร่วมกับเซิร์ฟเวอร์ MX อื่น ชุดใหม่จึงเข้าแทนที่ แต่จนกว่าแคชจะลืมค่าเดิม ผู้ส่งจะตีกลับอีเมลทันที',
    },
    fix: {
      en: 'Make sure that {domain} is meant to take mail, and that the new server is live before you publish.',
      th: 'ตรวจให้แน่ใจว่าต้องการให้ {domain} รับอีเมล และเครื่องใหม่พร้อมรับก่อนประกาศ',
    },
    references: [rfc(7505, '3'), ARTICLE],
  },
  'migration-no-old-exchange': {
    severity: 'warning',
    title: { en: 'There is no old exchange to fall back to', th: 'ไม่มีเครื่องเดิมไว้รองรับ' },
    explanation: {
      en: '{domain} names no exchange other than the new ones. Until the new server answers, mail waits at its senders, five days at most.',
      th: '{domain} ไม่มีเซิร์ฟเวอร์ MX อื่นนอกจากเครื่องใหม่ จนกว่าเครื่องใหม่จะตอบ อีเมลจะค้างอยู่ที่ผู้ส่ง ซึ่งรอได้ไม่เกินห้าวัน',
    },
    fix: { en: 'Have the new server live before you publish.', th: 'เปิดเครื่องใหม่ให้พร้อมรับอีเมลก่อนประกาศ' },
    references: [ROUTING, ARTICLE],
  },
  'migration-preference-not-below': {
    severity: 'warning',
    title: { en: 'A new exchange would not be tried first', th: 'เครื่องใหม่จะไม่ใช่เครื่องแรกที่ถูกลอง' },
    explanation: {
      en: '{host} was to have preference {preference}, but the lowest old one is {lowest}. The lower number goes first, so mail stays with the old exchange when the new one is live.',
      th: 'กำหนดให้ {host} ใช้ค่า preference {preference} แต่ค่าต่ำสุดของเครื่องเดิมคือ {lowest} ตัวเลขที่ต่ำกว่าจะถูกลองก่อน อีเมลจึงยังเข้าเครื่องเดิมแม้เครื่องใหม่จะพร้อมแล้ว',
    },
    fix: {
      en: 'Give {host} a number below {lowest}, or leave the number to the plan.',
      th: 'ให้ {host} ใช้ตัวเลขต่ำกว่า {lowest} หรือปล่อยให้แผนเลือกให้',
    },
    references: [ROUTING, ARTICLE],
  },
  'migration-new-unresolved': {
    severity: 'warning',
    title: { en: 'The new exchange has no address yet', th: 'เครื่องใหม่ยังไม่มีที่อยู่ IP' },
    explanation: {
      en: '{host} does not resolve. Whoever asks for it too early remembers for {negativeTtl} seconds that it does not exist, even after you have added it.',
      th: 'ยังหาที่อยู่ IP ของ {host} ไม่พบ ผู้ที่ถามหาชื่อนี้เร็วเกินไปจะจำไว้ {negativeTtl} วินาทีว่าไม่มี แม้หลังจากเพิ่มชื่อแล้วก็ตาม',
    },
    fix: {
      en: 'Add the address record of {host} first, wait {negativeTtl} seconds, then publish the MX set.',
      th: 'เพิ่มระเบียน A หรือ AAAA ของ {host} ก่อน รอ {negativeTtl} วินาที แล้วจึงประกาศชุด MX',
    },
    references: [rfc(2308, '5'), ARTICLE],
  },
  'migration-new-silent': {
    severity: 'warning',
    title: {
      en: 'The new address swallows connections instead of refusing them',
      th: 'IP ใหม่ทิ้งการเชื่อมต่อโดยไม่ตอบ แทนที่จะปฏิเสธ',
    },
    explanation: {
      en: 'Nothing came back from {host}. A sender waits there for its timeout, 30 seconds to 5 minutes for each attempt, before it goes on to the old exchange. Mail arrives, but late.',
      th: 'ไม่มีอะไรตอบกลับจาก {host} ผู้ส่งต้องรอจนหมดเวลา 30 วินาทีถึง 5 นาทีต่อการลองหนึ่งครั้ง แล้วจึงไปยังเครื่องเดิม อีเมลยังถึง แต่ช้า',
    },
    fix: {
      en: 'Let the firewall in front of {host} reject port 25 (TCP reset) until the switch, instead of dropping the packets.',
      th: 'ก่อนถึงเวลาสลับ ให้ไฟร์วอลล์หน้า {host} ตอบปฏิเสธพอร์ต 25 (TCP reset) แทนการทิ้งแพ็กเก็ต',
    },
    references: [ARTICLE],
  },
  'migration-new-answering': {
    severity: 'warning',
    title: { en: 'The new exchange answers already', th: 'เครื่องใหม่ตอบอยู่แล้ว' },
    explanation: {
      en: '{host} speaks SMTP. As soon as it is published, senders hand it mail; if it does not know the domain yet and says 5xx, they return the message and never try the old exchange.',
      th: '{host} ตอบ SMTP อยู่แล้ว ทันทีที่ประกาศ ผู้ส่งจะส่งอีเมลให้ ถ้าเครื่องนี้ยังไม่รู้จักโดเมนและตอบ 5xx ผู้ส่งจะตีกลับอีเมลโดยไม่ลองเครื่องเดิม',
    },
    fix: {
      en: 'Have {host} accept the domain before you publish, or keep port 25 closed (refused) until the switch; if both servers can run, use the staged strategy.',
      th: 'ตั้งให้ {host} รับอีเมลของโดเมนก่อนประกาศ หรือปิดพอร์ต 25 (ตอบปฏิเสธ) ไว้จนถึงเวลาสลับ ถ้าเปิดสองเครื่องพร้อมกันได้ ให้ใช้แบบ staged',
    },
    references: [ROUTING, ARTICLE],
  },
  'migration-new-not-live': {
    severity: 'warning',
    title: { en: 'The new exchange does not accept mail yet', th: 'เครื่องใหม่ยังไม่รับอีเมล' },
    explanation: {
      en: 'A staged move needs both servers running, and {host} takes no mail yet. As a less preferred exchange it would delay or return the mail that comes to it.',
      th: 'การย้ายแบบ staged ต้องเปิดทั้งสองเครื่อง แต่ {host} ยังไม่รับอีเมล หากประกาศเป็นลำดับรองในตอนนี้ อีเมลที่ส่งไปถึงเครื่องนี้จะล่าช้าหรือถูกตีกลับ',
    },
    fix: {
      en: 'Bring {host} up before the stage "publish", or use the fallback strategy.',
      th: 'เปิด {host} ให้พร้อมก่อนขั้น publish หรือใช้แบบ fallback',
    },
    references: [ARTICLE],
  },
  'migration-address-ttl': {
    severity: 'info',
    title: { en: 'The address of an exchange is cached for long', th: 'แคชจำที่อยู่ IP ของเซิร์ฟเวอร์ MX ไว้นาน' },
    explanation: {
      en: 'The address of {host} has a TTL of {ttl} seconds, the MX set {mxTtl}. If you give that name another address, senders may use the former one for that long, whatever the MX set says.',
      th: 'ที่อยู่ IP ของ {host} มี TTL {ttl} วินาที ส่วนชุด MX มี TTL {mxTtl} วินาที ถ้าเปลี่ยนที่อยู่ IP ของชื่อนี้ ผู้ส่งอาจใช้ที่อยู่เดิมต่อไปอีกนานเท่า TTL นั้น ไม่ว่าชุด MX จะเป็นอย่างไร',
    },
    fix: {
      en: 'Keep the address of {host} during the move, or lower its TTL one TTL ahead.',
      th: 'อย่าเปลี่ยนที่อยู่ IP ของ {host} ระหว่างย้าย หรือลด TTL ของที่อยู่นั้นล่วงหน้าหนึ่งรอบ TTL',
    },
    references: [ARTICLE],
  },
  'migration-single-address-senders': {
    severity: 'info',
    title: { en: 'Some senders try one exchange only', th: 'ผู้ส่งบางรายลองเพียงเครื่องเดียว' },
    explanation: {
      en: 'Scripts, copiers and some web forms try the first exchange and give up. Until {host} answers, their mail waits or is lost; proper mail servers go on to the old one.',
      th: 'สคริปต์ เครื่องถ่ายเอกสาร และแบบฟอร์มบนเว็บบางแห่งลองเฉพาะเครื่องแรกแล้วเลิก จนกว่า {host} จะตอบ อีเมลจากอุปกรณ์เหล่านี้จะค้างหรือหาย ส่วนเมลเซิร์ฟเวอร์ที่ได้มาตรฐานจะไปต่อที่เครื่องเดิม',
    },
    fix: {
      en: 'Keep the time between publishing and the switch as short as the TTL allows, and point your own devices at the old server meanwhile.',
      th: 'เว้นช่วงระหว่างการประกาศกับการสลับให้สั้นเท่าที่ TTL ยอมให้ และระหว่างนั้นตั้งอุปกรณ์ขององค์กรเองให้ส่งไปเครื่องเดิม',
    },
    references: [ROUTING, ARTICLE],
  },
  'migration-equal-filtering': {
    severity: 'info',
    title: { en: 'Both servers need the same filters', th: 'ทั้งสองเครื่องต้องกรองเหมือนกัน' },
    explanation: {
      en: 'While both are in the set, spam goes to whichever filters less, and often to the less preferred one on purpose.',
      th: 'ระหว่างที่มีทั้งสองเครื่องอยู่ในชุด สแปมจะเข้าทางเครื่องที่กรองน้อยกว่า และมักจงใจเข้าทางเครื่องลำดับรอง',
    },
    fix: {
      en: 'Give both the same spam and virus filters, size limit and list of recipients until the old one is gone.',
      th: 'ตั้งตัวกรองสแปมและไวรัส ขนาดอีเมลสูงสุด และรายชื่อผู้รับให้เหมือนกันทั้งสองเครื่องจนกว่าจะเลิกใช้เครื่องเดิม',
    },
    references: [ARTICLE],
  },
  'migration-servers-disagree': {
    severity: 'warning',
    title: { en: 'The name servers do not agree', th: 'เนมเซิร์ฟเวอร์ตอบไม่ตรงกัน' },
    explanation: {
      en: 'Of {count} name servers that answered, not all give the same MX set. A sender gets one or the other; the change is not complete.',
      th: 'เนมเซิร์ฟเวอร์ {count} ตัวที่ตอบ ให้ชุด MX ไม่ตรงกันทุกตัว ผู้ส่งจะได้คำตอบแบบใดแบบหนึ่ง การเปลี่ยนจึงยังไม่สมบูรณ์',
    },
    fix: {
      en: 'Raise the SOA serial, reload, and see that the zone transfer reaches every secondary.',
      th: 'เพิ่มเลข serial ใน SOA โหลดโซนใหม่ และตรวจว่าการโอนโซน (zone transfer) ไปถึงเนมเซิร์ฟเวอร์รองทุกตัว',
    },
    references: [ARTICLE],
  },
  'migration-serials-differ': {
    severity: 'info',
    title: { en: 'The name servers hold different versions of the zone', th: 'เนมเซิร์ฟเวอร์ถือโซนคนละรุ่น' },
    explanation: {
      en: 'The MX set is the same on all {count} servers, but their SOA serials differ: one of them takes changes over late.',
      th: 'ชุด MX ตรงกันทั้ง {count} ตัว แต่เลข serial ใน SOA ต่างกัน แสดงว่ามีตัวที่รับการเปลี่ยนแปลงช้า',
    },
    fix: {
      en: 'Check NOTIFY and zone transfers before the next change.',
      th: 'ตรวจ NOTIFY และการโอนโซนก่อนเปลี่ยนครั้งต่อไป',
    },
    references: [ARTICLE],
  },
  'migration-none-answered': {
    severity: 'warning',
    title: { en: 'How far the move has come cannot be seen', th: 'มองไม่เห็นว่าการย้ายไปถึงขั้นไหนแล้ว' },
    explanation: {
      en: 'None of the name servers of the zone gave a usable answer. The stage told here is the one seen when all last answered; if they never did, it is `not-started` and means that nothing is known.',
      th: 'เนมเซิร์ฟเวอร์ของโซนไม่มีตัวใดให้คำตอบที่ใช้ได้ ขั้นที่แสดงคือขั้นที่เห็นครั้งล่าสุดเมื่อทุกตัวยังตอบอยู่ หากไม่เคยได้คำตอบเลย จะแสดง `not-started` ซึ่งหมายความเพียงว่ายังไม่รู้อะไร',
    },
    fix: {
      en: 'See what each server says below, and check again once one answers.',
      th: 'ดูสิ่งที่เนมเซิร์ฟเวอร์แต่ละตัวตอบด้านล่าง แล้วตรวจอีกครั้งเมื่อมีตัวใดตอบ',
    },
    references: [ARTICLE],
  },
  'migration-server-lame': {
    severity: 'warning',
    title: { en: 'A name server does not serve the zone', th: 'เนมเซิร์ฟเวอร์บางตัวไม่ได้ให้บริการโซนนี้' },
    explanation: {
      en: '{server} is named for the zone but does not answer with authority. What it hands out may be old.',
      th: '{server} ถูกระบุเป็นเนมเซิร์ฟเวอร์ของโซน แต่ไม่ได้ตอบแบบ authoritative คำตอบที่ให้อาจเป็นข้อมูลเก่า',
    },
    fix: {
      en: 'Load the zone on {server}, or take it out of the NS set here and at the parent.',
      th: 'ตั้ง {server} ให้โหลดโซน หรือเอาออกจากชุด NS ทั้งในโซนนี้และในโซนแม่',
    },
    references: [ARTICLE],
  },
  'migration-server-silent': {
    severity: 'warning',
    title: { en: 'A name server could not be asked', th: 'ถามเนมเซิร์ฟเวอร์บางตัวไม่ได้' },
    explanation: {
      en: '{server} gave no usable answer ({error}). It may be our network; until it answers, the change cannot be called complete.',
      th: '{server} ไม่ให้คำตอบที่ใช้ได้ ({error}) สาเหตุอาจอยู่ที่เครือข่ายของเราเอง แต่จนกว่าเนมเซิร์ฟเวอร์นี้จะตอบ ยังบอกไม่ได้ว่าการเปลี่ยนเสร็จสมบูรณ์',
    },
    fix: {
      en: 'Ask {server} by hand from another network; repair it or take it out of the NS set.',
      th: 'ลองถาม {server} เองจากเครือข่ายอื่น แล้วแก้ไขหรือเอาออกจากชุด NS',
    },
    references: [ARTICLE],
  },
  'migration-new-down': {
    severity: 'error',
    title: { en: 'Only the new exchange is left, and it takes no mail', th: 'เหลือแต่เครื่องใหม่ แต่ไม่รับอีเมล' },
    explanation: {
      en: '{oldHost} is no longer published and {newHost} does not accept mail: messages wait at their senders, or come back to them.',
      th: '{oldHost} ไม่อยู่ในชุดแล้ว และ {newHost} ไม่รับอีเมล จดหมายจึงค้างอยู่ที่ผู้ส่งหรือถูกตีกลับ',
    },
    fix: {
      en: 'Bring {newHost} up now, or publish {oldHost} again until it is.',
      th: 'เปิด {newHost} ให้รับอีเมลทันที หรือประกาศ {oldHost} กลับเข้าไปจนกว่าจะพร้อม',
    },
    references: [ARTICLE],
  },
  'migration-old-down': {
    severity: 'error',
    title: { en: 'The old exchange is down before the switch', th: 'เครื่องเดิมหยุดรับอีเมลก่อนสลับ' },
    explanation: {
      en: '{oldHost} does not accept mail and {newHost} has not taken over yet. Until one of them does, messages wait at their senders.',
      th: '{oldHost} ไม่รับอีเมล และ {newHost} ยังไม่ได้รับช่วงต่อ จนกว่าเครื่องใดเครื่องหนึ่งจะรับ จดหมายจะค้างอยู่ที่ผู้ส่ง',
    },
    fix: {
      en: 'Bring {oldHost} back up, or the new server sooner.',
      th: 'เปิด {oldHost} กลับขึ้นมา หรือเปิดเครื่องใหม่ให้เร็วขึ้น',
    },
    references: [ARTICLE],
  },
  'migration-hosts-absent': {
    severity: 'warning',
    title: { en: 'Neither host is an exchange of the domain', th: 'ไม่มีทั้งสองชื่อในชุด MX ของโดเมน' },
    explanation: {
      en: 'The name servers name neither {oldHost} nor {newHost}.',
      th: 'เนมเซิร์ฟเวอร์ไม่ได้ระบุทั้ง {oldHost} และ {newHost}',
    },
    fix: { en: 'Check the spelling of both names.', th: 'ตรวจการสะกดของทั้งสองชื่อ' },
    references: [ARTICLE],
  },
} as const satisfies FindingEntries;
