import { createVerify, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { type ParsedMail, simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { END_OF_DATA, type Mailbox, parseMailbox } from '../../src/smtp/envelope.ts';
import { buildMessage, type MessageParts } from '../../src/smtp/message.ts';

function mailbox(text: string): Mailbox {
  const parsed = parseMailbox(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.rule}`);
  return parsed.mailbox;
}

const parts = (over: Partial<MessageParts> = {}): MessageParts => ({
  from: mailbox('probe@mxscope.example'),
  to: mailbox('someone@example.com'),
  subject: 'A test',
  text: 'Hello',
  date: new Date('2026-08-07T02:00:00Z'),
  messageId: '<1@mxscope.example>',
  requestId: 'r-1',
  ...over,
});

const FIELDS = [
  'Auto-Submitted',
  'Content-Transfer-Encoding',
  'Content-Type',
  'Date',
  'From',
  'MIME-Version',
  'Message-ID',
  'Subject',
  'To',
  'X-Mxscope-Request',
];

/** What a receiving server keeps of it. */
async function received(over: Partial<MessageParts> = {}): Promise<string> {
  const { lines } = await buildMessage(parts(over));
  const wire = Buffer.from(lines).toString('utf8') + END_OF_DATA;
  const body = wire.slice(0, -3);
  return body
    .split('\r\n')
    .map((line) => (line.startsWith('.') ? line.slice(1) : line))
    .join('\r\n');
}

const read = async (over: Partial<MessageParts> = {}): Promise<ParsedMail> => simpleParser(await received(over));

describe('the message', () => {
  it('has the header a machine owes', async () => {
    const header = (await received()).split('\r\n\r\n')[0];
    expect(
      header
        ?.split('\r\n')
        .map((field) => field.split(':')[0])
        .sort(),
    ).toEqual(FIELDS);
    expect(header?.split('\r\n').sort()).toEqual([
      'Auto-Submitted: auto-generated',
      'Content-Transfer-Encoding: 7bit',
      'Content-Type: text/plain; charset=utf-8',
      'Date: Fri, 07 Aug 2026 02:00:00 +0000',
      'From: probe@mxscope.example',
      'MIME-Version: 1.0',
      'Message-ID: <1@mxscope.example>',
      'Subject: A test',
      'To: someone@example.com',
      'X-Mxscope-Request: r-1',
    ]);
  });

  it('is 7-bit in Thai, and reads as it was written', async () => {
    const subject = 'ทดสอบการส่งเมลที่หัวเรื่องยาวเกินหนึ่งบรรทัดแน่นอน';
    const text = 'สวัสดี\nบรรทัดสอง\n.\nจบ';
    expect(await received({ subject, text })).toMatch(/^[\t\r\n -~]+$/);
    const mail = await read({ subject, text });
    expect(mail.subject).toBe(subject);
    expect(mail.text?.trimEnd()).toBe(text);
  });

  it('has UTF-8 in its header only for an address that needs it', async () => {
    const to = mailbox('สมชาย@ไทย.example');
    const raw = await received({ to, subject: 'หัวเรื่อง' });
    expect(raw).toContain('To: สมชาย@');
    expect(raw.replace(/^To: .*$/m, '')).toMatch(/^[\t\r\n -~]+$/);
    expect((await buildMessage(parts({ to }))).eightBit).toBe(true);
    expect((await buildMessage(parts({ to: mailbox('a@ไทย.example') }))).eightBit).toBe(false);
  });

  it.each([
    '"two words"@example.com',
    '"a,b;c:<d>@e"@example.com',
    '"q\\"uote\\\\d"@example.com',
    'a=?b?=@example.com',
  ])('names the recipient %s and nobody else', async (address) => {
    const to = (await read({ to: mailbox(address) })).to;
    const [only, ...others] = [to ?? []].flat().flatMap((list) => list.value);
    expect(others).toEqual([]);
    expect(only?.name).toBe('');
    const header = (await received({ to: mailbox(address) })).replace(/\r\n\s+/g, ' ');
    expect(/^To: <?(.*?)>?$/m.exec(header)?.[1]).toBe(mailbox(address).address);
  });

  it.each([
    ['subject', { subject: 'a\r\nBcc: x@example.com' }],
    ['subject with LF', { subject: 'a\nBcc: x@example.com' }],
    ['request', { requestId: 'a\rb' }],
    ['Message-ID', { messageId: '<a\0b>' }],
  ])('cannot be given a second header line by the %s', async (_, over) => {
    await expect(buildMessage(parts(over))).rejects.toThrow(/one line/);
  });

  it('holds whatever text it is given, in lines of 998 octets, 7-bit, one end', async () => {
    const unit = fc.constantFrom('.', '\r', '\n', '\r\n', ' ', 'a', 'From ', 'ก', '\u0000', '\u2028', '=', '\u{1f600}');
    await fc.assert(
      fc.asyncProperty(fc.array(unit, { maxLength: 300 }), fc.string({ maxLength: 200 }), async (pieces, subject) => {
        const text = pieces.join('');
        const line = subject.replace(/[\r\n\0]/g, ' ');
        const message = await buildMessage(parts({ text, subject: line }));
        const wire = Buffer.from(message.lines).toString('latin1') + END_OF_DATA;
        expect(wire).toMatch(/^[\x01-\x7f]*$/);
        expect(wire).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
        expect(wire.split(END_OF_DATA)).toHaveLength(2);
        expect(Math.max(...wire.split('\r\n').map((each) => each.length))).toBeLessThanOrEqual(998);
        const names = wire.split('\r\n\r\n')[0]?.match(/^[^\s:]+(?=:)/gm) ?? [];
        expect(new Set(names).size).toBe(names.length);
        expect(names.filter((name) => !FIELDS.includes(name))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a signed message', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const dkim = {
    domain: 'mxscope.example',
    selector: 's1',
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };

  it('carries a DKIM signature over what is sent', async () => {
    const raw = await received({ dkim, text: '.dot first\nสวัสดี' });
    const header = raw.split('\r\n\r\n')[0] ?? '';
    const fields = header.split(/\r\n(?![ \t])/);
    const signature = fields.find((field) => field.startsWith('DKIM-Signature:')) ?? '';
    const tags = Object.fromEntries(
      signature
        .slice(signature.indexOf(':') + 1)
        .replace(/\r\n/g, '')
        .split(';')
        .map(
          (tag) =>
            tag
              .trim()
              .match(/^(\w+)=(.*)$/s)
              ?.slice(1) ?? [],
        ),
    );
    expect(tags).toMatchObject({ d: 'mxscope.example', s: 's1', a: 'rsa-sha256' });
    // RFC 6376 §3.4.2 and §3.7: relaxed header fields in the order of h=, then the signature without its value.
    const relaxed = (field: string) => {
      const colon = field.indexOf(':');
      return `${field.slice(0, colon).toLowerCase()}:${field
        .slice(colon + 1)
        .replace(/\r\n/g, '')
        .replace(/[ \t]+/g, ' ')
        .trim()}`;
    };
    const named = (tags.h ?? '').split(':').map((name: string) => name.trim().toLowerCase());
    const signed = named.map(
      (name: string) => fields.find((field) => field.toLowerCase().startsWith(`${name}:`)) ?? '',
    );
    const own = relaxed(signature).replace(/(b=)[^;]*$/, '$1');
    const data = [...signed.filter((field: string) => field !== '').map(relaxed), own].join('\r\n');
    const value = (tags.b ?? '').replace(/\s/g, '');
    expect(createVerify('RSA-SHA256').update(data).verify(publicKey, value, 'base64')).toBe(true);
  });
});
