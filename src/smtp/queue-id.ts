/**
 * The name under which a server filed the message it accepted, read from its reply to the final dot: what an administrator
 * there searches the log for. Pure. The reply is a stranger's text in nobody's format; without a form that is known, null.
 */

import type { Reply } from './types.ts';

/** Forms are tried in this order; the narrower stand first. `id` is what stands in the server's log. */
const FORMS: readonly RegExp[] = [
  // Exchange and Outlook.com: 2.6.0 <a@b> [InternalId=123, Hostname=x] 99 bytes in 0.1, 9 KB/sec Queued mail for delivery
  /\[InternalId=(?<id>\d+)/i,
  // Gmail: 2.0.0 OK  1653776100 r33-2002sm1847208oap.43 - gsmtp
  /\bOK\s+\d{9,}\s+(?<id>\S+) - g?smtp/i,
  // qmail: ok 1189543210 qp 12345
  /\bok:? \d{9,} qp (?<id>\d+)/i,
  // Yandex: 2.0.0 Ok: queued on mxfront1.mail.yandex.net as 1623412345-aBcDeF
  /\bqueued on \S+ as (?<id>[\w.-]+)/i,
  // Postfix, Haraka (in brackets), aiosmtpd and many others: Ok: queued as 4F2kX1abcd
  /\bqueued as:? [<([]?(?<id>[\w.+=/@-]*[\w+=/])/i,
  /\bqueued[.:]? \((?<id>[0-9A-F-]{8,}(?:\.\d+)?)\)/i,
  // Exim, Mail.ru: OK id=1rXyZk-0001Ab-2C; Stalwart, Oracle: queued with id 1, envelope id 1
  /\bid=(?<id>[\w.-]*\w)/i,
  /\b(?:queued with|envelope|queue|message) id:? <?(?<id>[\w.@-]*\w)/i,
  // AsyncOS (IronPort): ok:  Message 64111812 accepted
  /\bMessage (?<id>\d+) accepted\b/i,
  // Mimecast: SmtpThread-1-16@uk-mta-1.uk.mimecast.lan Received OK [aBcD.uk1]
  /\bReceived OK \[(?<id>[\w.-]+)\]/i,
  // Sendmail, OpenSMTPD, Proofpoint, Kerio, Comcast: 2.0.0 l8Q5aXkP012345 Message accepted for delivery
  /(?:^|\s)(?<id>(?=[\w-]*\d)[\w-]{6,}) (?:mail|message) accepted for delivery/i,
  // Exchange of old: 2.6.0 <a@b> Queued mail for delivery
  /<(?<id>[^<>\s]+)> Queued mail for delivery/i,
  // Courier: Ok. 00000000004A21.5E0A7C3B.00001234
  /^Ok\. (?<id>[0-9A-F]{8,}(?:\.[0-9A-F]+)+)/i,
  // Amazon SES: Ok 0102018f2a3b4c5d-6e7f4a5b-9c8d-4e2a-8b1c-000000000000-000000
  /^Ok (?<id>[0-9a-f]{16}-[0-9a-f-]{20,})$/i,
];

/** Longer than any of them; what is longer was not meant as an id. */
const MAX_ID = 128;

export function queueIdOf(reply: Reply): string | null {
  if (reply.code < 200 || reply.code > 299) return null;
  const text = reply.lines.map(withoutCode).join(' ').trim();
  for (const form of FORMS) {
    const id = form.exec(text)?.groups?.id;
    if (id !== undefined && id.length <= MAX_ID) return id;
  }
  return null;
}

/** RFC 2034 §4: the enhanced status code stands in front of each line. */
const withoutCode = (line: string): string => line.replace(/^\s*#?[245]\.\d{1,3}\.\d{1,3}:?\s+/, '');
