import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queueIdOf } from '../../src/smtp/queue-id.ts';
import { ReplyReader } from '../../src/smtp/reply.ts';
import type { Reply } from '../../src/smtp/types.ts';

function reply(text: string): Reply {
  const reader = new ReplyReader();
  reader.push(Buffer.from(`${text}\r\n`));
  const heard = reader.next();
  if (heard === null || 'malformed' in heard) throw new Error('not a reply');
  return heard;
}

describe('queueIdOf', () => {
  const cases: [string, string, string | null][] = [
    ['Postfix', '250 2.0.0 Ok: queued as 4F2kX1abcd', '4F2kX1abcd'],
    ['Postfix, long ids', '250 2.0.0 Ok: queued as 4Xk9z13Bzyz1Slbk', '4Xk9z13Bzyz1Slbk'],
    ['Postfix of old', '250 Ok: queued as 12345', '12345'],
    [
      'Postfix behind a filter',
      '250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 7F1B3E80',
      '7F1B3E80',
    ],
    ['Exim', '250 OK id=1rXyZk-0001Ab-2C', '1rXyZk-0001Ab-2C'],
    ['Exim since 4.97', '250 OK id=10HmaX-000000005vi-0000', '10HmaX-000000005vi-0000'],
    ['Sendmail', '250 2.0.0 l8Q5aXkP012345 Message accepted for delivery', 'l8Q5aXkP012345'],
    ['qmail', '250 ok 1189543210 qp 12345', '12345'],
    ['netqmail with a colon', '250 ok: 1189543210 qp 12345', '12345'],
    [
      'Exchange Online',
      '250 2.6.0 <77fd0fc8@example.com> [InternalId=46484360331431, Hostname=HE1PR04MB3004.eurprd04.prod.outlook.com] 9146 bytes in 0.197, 45.310 KB/sec Queued mail for delivery',
      '46484360331431',
    ],
    ['Exchange 2010', '250 2.6.0 <20111025103822.7F94@host> [InternalId=274498] Queued mail for delivery', '274498'],
    [
      'IIS and Exchange 2003',
      '250 2.6.0 <WEB01JswFCHOzyfyz5b000015ac@smtprelay.example.com> Queued mail for delivery',
      'WEB01JswFCHOzyfyz5b000015ac@smtprelay.example.com',
    ],
    [
      'Gmail',
      '250 2.0.0 OK  1653776100 r33-20020a056870582100b000f169cbbb32sm1847208oap.43 - gsmtp',
      'r33-20020a056870582100b000f169cbbb32sm1847208oap.43',
    ],
    ['Gmail, receiving', '250 2.0.0 OK  1644855633 l11si9233120wms.107 - gsmtp', 'l11si9233120wms.107'],
    ['OpenSMTPD', '250 2.0.0 4c7b9f5a Message accepted for delivery', '4c7b9f5a'],
    ['OpenSMTPD of old', '250 2.0.0: 4c7b9f5a Message accepted for delivery', '4c7b9f5a'],
    ['IronPort', '250 ok:  Message 64111812 accepted', '64111812'],
    ['Proofpoint', '250 2.0.0 3x8q2v5r7t-1 Message accepted for delivery', '3x8q2v5r7t-1'],
    ['Comcast', '250 2.0.0 mail_9aBcDeF12 mail accepted for delivery', 'mail_9aBcDeF12'],
    ['Kerio', '250 2.0.0 5f1b2c3d-0000abcd Message accepted for delivery', '5f1b2c3d-0000abcd'],
    ['Haraka', '250 Message Queued (1C5E8A3C-0B0E-4C9E-9C6B-6A6D8A1F2B3C.1)', '1C5E8A3C-0B0E-4C9E-9C6B-6A6D8A1F2B3C.1'],
    ['Yandex', '250 2.0.0 Ok: queued on mxfront1o.mail.yandex.net as 1623412345-aBcDeF12', '1623412345-aBcDeF12'],
    [
      'Mimecast',
      '250 SmtpThread-1234-1623412345@uk-mta-1.uk.mimecast.lan Received OK [a1B2c3D4.uk345]',
      'a1B2c3D4.uk345',
    ],
    ['Courier', '250 Ok. 00000000004A21B7.5E0A7C3B.00001234', '00000000004A21B7.5E0A7C3B.00001234'],
    [
      'Amazon SES',
      '250 Ok 0102018f2a3b4c5d-6e7f4a5b-9c8d-4e2a-8b1c-000000000000-000000',
      '0102018f2a3b4c5d-6e7f4a5b-9c8d-4e2a-8b1c-000000000000-000000',
    ],
    ['Stalwart', '250 2.0.0 Message queued with id 2a1f0b.', '2a1f0b'],
    ['Oracle', '250 2.5.0 Ok, envelope id 0PXX00A1B2C3D4@mta1.example.com.', '0PXX00A1B2C3D4@mta1.example.com'],
    ['two lines', '250-2.0.0 thanks\r\n250 2.0.0 Ok: queued as ABC1', 'ABC1'],
    ['chasquid names none', '250 2.0.0 An invisible choir sings, and you are bathed in radiance...', null],
    ['Yahoo names none', '250 ok dirdel', null],
    ['hMailServer names none', '250 Queued (0.123 seconds)', null],
    ['Domino names none', '250 Message accepted for delivery', null],
    ['a plain one', '250 2.0.0 Ok', null],
    ['OK and nothing else', '250 OK', null],
    ['a refusal', '451 4.3.0 queued as 12345', null],
    ['no end of an id', `250 Ok: queued as ${'a'.repeat(400)}`, null],
  ];
  it.each(cases)('%s', (_, text, id) => {
    expect(queueIdOf(reply(text))).toBe(id);
  });

  it('reads anything in little time', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 1000 }), { maxLength: 20 }), (lines) => {
        const id = queueIdOf({ code: 250, enhanced: null, lines });
        expect(id === null || (id.length > 0 && id.length <= 128)).toBe(true);
      }),
      { numRuns: 300 },
    );
    const started = performance.now();
    queueIdOf({ code: 250, enhanced: null, lines: Array(50).fill('a1-'.repeat(333)) });
    expect(performance.now() - started).toBeLessThan(500);
  });
});
