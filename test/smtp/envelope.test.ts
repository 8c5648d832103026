import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  END_OF_DATA,
  type Mailbox,
  mailCommand,
  messageData,
  parseMailbox,
  rcptCommand,
} from '../../src/smtp/envelope.ts';

function mailbox(text: string): Mailbox {
  const parsed = parseMailbox(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.rule}`);
  return parsed.mailbox;
}

describe('parseMailbox', () => {
  const good: [string, string, boolean][] = [
    ['someone@example.com', 'someone@example.com', false],
    ['First.Last+tag@EXAMPLE.com', 'First.Last+tag@example.com', false],
    ["!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com", false],
    ['a@ไทย.example', 'a@xn--o3cw4h.example', false],
    ['สมชาย@ไทย.example', 'สมชาย@xn--o3cw4h.example', true],
    ['"two words"@example.com', '"two words"@example.com', false],
    ['"a@b"@example.com', '"a@b"@example.com', false],
    ['"plain"@example.com', 'plain@example.com', false],
    ['"pl\\ain"@example.com', 'plain@example.com', false],
    ['"a\\"b\\\\c"@example.com', '"a\\"b\\\\c"@example.com', false],
    ['""@example.com', '""@example.com', false],
    [`${'l'.repeat(64)}@example.com`, `${'l'.repeat(64)}@example.com`, false],
  ];
  it.each(good)('takes %s', (text, address, needsSmtpUtf8) => {
    expect(mailbox(text)).toMatchObject({ address, needsSmtpUtf8 });
  });

  const bad: [string, RegExp][] = [
    ['', /local-part@domain/],
    ['nobody', /local-part@domain/],
    ['@example.com', /must not be empty/],
    ['a@', /domain: .*empty/],
    ['a@b@example.com', /domain/],
    ['.a@example.com', /no dot first/],
    ['a.@example.com', /no dot first/],
    ['a..b@example.com', /no dot first/],
    ['a b@example.com', /only letters/],
    ['a,b@example.com', /only letters/],
    ['<a>@example.com', /only letters/],
    ['"a"b"@example.com', /local-part@domain/],
    ['"a@example.com', /local-part@domain/],
    ['a@example.com\r\nRCPT TO:<b@example.com>', /CR, LF or NUL/],
    ['a\0@example.com', /CR, LF or NUL/],
    ['a\t@example.com', /control/],
    ['"a\x7f"@example.com', /control/],
    ['a\u0085@example.com', /control/],
    ['a\ud800@example.com', /Unicode/],
    ['a@[192.0.2.1]', /address literal/],
    ['a@192.0.2.1', /not an IP address/],
    ['a@example.com.', /trailing dot/],
    ['a@exa_mple..com', /domain/],
    [`${'l'.repeat(65)}@example.com`, /64 octets/],
    [`${'ก'.repeat(22)}@example.com`, /64 octets/],
    [`${'l'.repeat(60)}@${`${'d'.repeat(60)}.`.repeat(3)}example`, /^$/],
    [`${'l'.repeat(64)}@${`${'d'.repeat(60)}.`.repeat(3)}example`, /254 octets/],
  ];
  it.each(bad)('refuses %j naming the rule', (text, rule) => {
    const parsed = parseMailbox(text);
    expect(parsed.ok ? '' : parsed.rule).toMatch(rule);
  });

  it('never lets anything through that could end a command or its path, whatever it is given', () => {
    const hostile = fc.string({ unit: fc.constantFrom(...'ab@."\\ <>\r\n\0\t,:;กé\u0085\u2028[]'), maxLength: 40 });
    const withDomain = hostile.map((local) => `${local}@example.com`);
    fc.assert(
      fc.property(fc.oneof(hostile, withDomain, fc.string({ unit: 'binary' })), (text) => {
        const parsed = parseMailbox(text);
        if (!parsed.ok) {
          expect(parsed.rule).not.toBe('');
          return;
        }
        const { address, local } = parsed.mailbox;
        expect(address).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
        if (!local.startsWith('"')) expect(local).not.toMatch(/[<>@ "\\]/);
        // What was made canonical stays as it is.
        expect(mailbox(address).address).toBe(address);
        const line = rcptCommand(parsed.mailbox);
        expect(line).not.toMatch(/[\r\n\0]/);
        expect(line.startsWith('RCPT TO:<') && line.endsWith('>')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('commands', () => {
  const from = mailbox('probe@example.com');
  const cases: [string, string, string][] = [
    ['bare', mailCommand(from, {}), 'MAIL FROM:<probe@example.com>'],
    ['SIZE', mailCommand(from, { size: 1234 }), 'MAIL FROM:<probe@example.com> SIZE=1234'],
    [
      'everything',
      mailCommand(from, {
        size: 1,
        eightBit: true,
        smtpUtf8: true,
        requireTls: true,
        dsn: { ret: 'HDRS', envid: 'a+b=c é' },
      }),
      'MAIL FROM:<probe@example.com> SIZE=1 BODY=8BITMIME SMTPUTF8 REQUIRETLS RET=HDRS ENVID=a+2Bb+3Dc+20+C3+A9',
    ],
    ['NOTIFY', rcptCommand(from, { notify: ['SUCCESS', 'DELAY'] }), 'RCPT TO:<probe@example.com> NOTIFY=SUCCESS,DELAY'],
    ['NEVER alone', rcptCommand(from, { notify: ['SUCCESS', 'NEVER'] }), 'RCPT TO:<probe@example.com> NOTIFY=NEVER'],
  ];
  it.each(cases)('%s', (_, line, expected) => {
    expect(line).toBe(expected);
  });

  it('an envelope identifier cannot bring a second line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (envid) => {
        expect(mailCommand(from, { dsn: { envid } })).toMatch(/^MAIL FROM:<probe@example\.com> ENVID=[!-~]*$/);
      }),
    );
  });
});

const wire = (message: string) => Buffer.from(messageData(message).lines).toString('utf8') + END_OF_DATA;

describe('messageData', () => {
  const cases: [string, string, string][] = [
    ['plain', 'a\r\nb\r\n', 'a\r\nb\r\n.\r\n'],
    ['no last line end', 'a', 'a\r\n.\r\n'],
    ['an empty body keeps its empty line', 'H: x\r\n\r\n', 'H: x\r\n\r\n.\r\n'],
    ['dots', '.\r\n..\r\n.a\r\nb.\r\n', '..\r\n...\r\n..a\r\nb.\r\n.\r\n'],
    ['LF alone', 'a\nb\n', 'a\r\nb\r\n.\r\n'],
    ['CR alone', 'a\rb', 'a\r\nb\r\n.\r\n'],
    ['LF . LF', 'a\n.\nMAIL FROM:<x@y>\n', 'a\r\n..\r\nMAIL FROM:<x@y>\r\n.\r\n'],
    ['LF . CRLF', 'a\n.\r\nb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['CRLF . LF', 'a\r\n.\nb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['CR . CRLF', 'a\r.\r\nb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['CR . CR', 'a\r.\rb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['NUL inside the sequence', 'a\r\n\0.\r\nb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a Unicode line separator is no line end', 'a\u2028.b', 'a\u2028.b\r\n.\r\n'],
  ];
  it.each(cases)('%s', (_, message, expected) => {
    expect(wire(message)).toBe(expected);
  });

  it('counts octets without stuffed dots, and sees 8-bit text', () => {
    expect(messageData('.a\r\nกb\r\n')).toMatchObject({ size: 10, eightBit: true });
    expect(messageData('abc')).toMatchObject({ size: 5, eightBit: false });
  });

  it('holds one end of data however it is read, and gives back what was put in', () => {
    const text = fc.string({
      unit: fc.constantFrom('.', '\r', '\n', '\r\n', '\0', 'a', 'ก', '\u2028', '\u0085'),
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (message) => {
        const sent = wire(message);
        const body = sent.slice(0, -END_OF_DATA.length);
        // No line of the body is a lone dot, whichever of CR, LF and CRLF a server takes for a line end.
        for (const ends of [/\r\n/, /\n/, /\r/, /\r\n|\r|\n/]) expect(body.split(ends)).not.toContain('.');
        expect(body).not.toMatch(/\0|\r(?!\n)|(?<!\r)\n/);
        const received = body.split('\r\n').map((line) => (line.startsWith('.') ? line.slice(1) : line));
        const meant = message
          .replaceAll('\0', '')
          .toWellFormed()
          .split(/\r\n|\r|\n/);
        if (meant.at(-1) === '' && meant.length > 1) meant.pop();
        expect(received).toEqual(meant);
      }),
      { numRuns: 500 },
    );
  });
});
