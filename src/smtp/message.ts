/**
 * The test message (RFC 5322): built by nodemailer's composer, signed by its DKIM (RFC 6376) where a key is configured. 7-bit,
 * but for the addresses in the header of a message that goes under SMTPUTF8. Says in its header that a machine sent it, and
 * for which request. Sends nothing. A line break in a header field is our bug (the door refuses it) and throws.
 */

import { text } from 'node:stream/consumers';
import DKIM from 'nodemailer/lib/dkim';
import MailComposer from 'nodemailer/lib/mail-composer';
import { type Mailbox, type MessageData, messageData, withCrlf } from './envelope.ts';

export type DkimKey = { readonly domain: string; readonly selector: string; readonly privateKey: string };

export type MessageParts = {
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly subject: string;
  readonly text: string;
  readonly date: Date;
  /** With its angle brackets. */
  readonly messageId: string;
  /** Names the request that caused this message. */
  readonly requestId: string;
  readonly dkim?: DkimKey | null;
};

export async function buildMessage(parts: MessageParts): Promise<MessageData> {
  const { from, to, subject, messageId, requestId } = parts;
  for (const field of [subject, messageId, requestId]) {
    if (/[\r\n\0]/.test(field)) throw new TypeError('a header field is one line');
  }
  const node = new MailComposer({
    subject,
    text: withCrlf(parts.text),
    date: parts.date,
    messageId,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Mxscope-Request': requestId },
    // A message is made of what stands here; the composer opens no file and no URL.
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  // Addresses stand as in the envelope: the composer would rewrite the rarer quoted local parts.
  const addressed = `From: ${from.address}\r\nTo: ${to.address}\r\n`;
  const message = addressed + withCrlf((await node.build()).toString('utf8'));
  if (!parts.dkim) return messageData(message);
  const { domain, selector, privateKey } = parts.dkim;
  const signer = new DKIM({ domainName: domain, keySelector: selector, privateKey });
  return messageData(await text(signer.sign(Buffer.from(message))));
}
