/**
 * Words of mail programs (Outlook, Thunderbird, phones, PHPMailer, JavaMail) where no server's reply is shown: they could not
 * connect, log in or encrypt. Data only.
 */

import { type Rule, rule } from './replies-rule.ts';

export const PROGRAM_RULES: readonly Rule[] = [
  rule(
    null,
    'server-certificate',
    /trust anchor for certification path|certpathvalidatorexception|cannot verify server identity|security certificate that cannot be verified|(?:self.signed|expired) certificate|certificate (?:verify failed|has expired|is not trusted)|ใบรับรอง.{0,60}(?:ไม่น่าเชื่อถือ|หมดอายุ|ตรวจสอบไม่ได้)/i,
  ),
  rule(
    null,
    'tls-not-agreed',
    /sslhandshakeexception|ssl routines.{0,80}(?:wrong version number|unsupported protocol)/i,
  ),
  rule(
    null,
    'credentials',
    /user ?name (?:or|and) password .{0,300}(?:incorrect|wrong|invalid)|(?:incorrect|wrong|invalid) (?:user ?name|password)|could not authenticate|unable to authenticate to|login to (?:account|server) .{1,300} failed|(?:ชื่อผู้ใช้|รหัสผ่าน).{0,40}ไม่ถูกต้อง/i,
  ),
  rule(null, 'relay-denied', /does(?: not|n't) allow relaying|relaying not allowed/i),
  rule(null, 'server-not-found', /unknownhostexception|getaddrinfo (?:failed|enotfound)|failed to find the server/i),
  rule(
    null,
    'server-out-of-reach',
    /(?:connecting|connection) to (?:the )?outgoing server .{1,300}(?:failed|timed out)|smtp connect\(\) failed|(?:could not|cannot|can't|unable to|failed to) connect to (?:the )?(?:outgoing |incoming |mail |smtp )?(?:\(smtp\) |e?-?mail )?(?:server|smtp host)|ไม่สามารถเชื่อมต่อ.{0,20}เซิร์ฟเวอร์|เชื่อมต่อ.{0,20}เซิร์ฟเวอร์ไม่ได้/i,
  ),
];
