import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainText } from '../../src/diagnosis/replies.ts';
import { parseReplies } from '../../src/diagnosis/replies-parse.ts';

const codes = (text: string): (string | number)[] =>
  explainText(text).replies.map(({ code, enhanced }) => (enhanced === null ? code : `${code} ${enhanced}`));
const linesOf = (text: string): (readonly string[])[] =>
  parseReplies(text).events.flatMap((event) => (event.kind === 'reply' ? [event.reply.lines] : []));

describe('what is not a reply', () => {
  it.each([
    'The server listens on port 465 and on port 587.',
    'telnet mx.example.com 250',
    'connect to mx.example.com[192.0.2.250]:587: Connection timed out',
    '250.450.550.1 and 550.5.7.1 are not even addresses',
    'host 203.0.113.55 and [2001:db8:550:450::250]',
    'Date: Mon, 05 May 2025 05:50:00 +0550',
    '2025-05-05 05:50:55 all well',
    '550 MB of mail',
    '450 messages in the queue',
    '250 users were invited',
    '500 บาท',
    '450 ฉบับค้างอยู่ในคิว',
    '550% more spam',
    '555-1234 is my number',
    'call 02-564-6900',
    '250 Main Street, Springfield',
    '450,000 messages',
    'HTTP/1.1 500 Internal Server Error',
    '500 Internal Server Error',
    '503 Service Unavailable',
    'https://example.com returned error 404 Not Found',
    'Message-ID: <550.450.250@example.com>',
    'queued as 550A5B71',
    'SIZE 52428800',
    'an Android 5.1.1 phone',
    'Exim 4.4.2 on Linux 4.4.7, Postfix 2.1.5, version 5.7.1',
    'Outlook (Version 5.7.1) says nothing',
    'room 550, building 5',
    'it took 451 ms',
    'we paid 550 for it',
    'RFC 5321 section 4.2.1 says so, RFC 3463 too',
    'my mail does not work',
    'a company with 500 employees got 250 orders',
    'the gateway refused 550 connections and bounced 451 letters',
    'it was 550 metres away',
    'ส่งเมลไม่ได้ ช่วยด้วย',
    '...',
    '>>>',
  ])('%s', (text) => {
    expect(codes(text)).toEqual([]);
  });

  it('is any prose made of numbers without a word that announces a reply', () => {
    const word = fc.oneof(
      fc.constantFrom('port', 'to', 'host', 'at', 'for', 'and', 'queue', 'SIZE', 'room', 'about'),
      fc.integer({ min: 0, max: 99_999 }).map(String),
      fc.ipV4(),
      fc.ipV6(),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.integer({ min: 200, max: 599 }).map((n) => `${n} MB`),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        expect(codes(`Yesterday ${words.join(' ')}`)).toEqual([]);
      }),
    );
  });
});

describe('a reply wherever it stands', () => {
  it.each([
    ['550 5.7.1 no', ['550 5.7.1']],
    ['550-5.7.1 no\n550 5.7.1 really', ['550 5.7.1']],
    ['550 #5.7.1 no', ['550 5.7.1']],
    ['550; 5.7.515 no', ['550 5.7.515']],
    ['550: no such user', [550]],
    ['250', [250]],
    ['220****', [220]],
    ['  550 5.1.1 indented', ['550 5.1.1']],
    ['it said: 550 mailbox unavailable', [550]],
    ['error 550: mailbox unavailable', [550]],
    ['He got "550 5.1.1 unknown" back', ['550 5.1.1']],
    ['(554 Relaying denied)', [554]],
    ['code 421', [421]],
    ['I got 550 Mailbox unavailable', [550]],
    ['The message: 552 too big', [552]],
    ['It failed with “554 spam”', [554]],
    ['ได้ 550 Mailbox unavailable กลับมา', [550]],
    ['I got 550.', [550]],
    ['ขึ้นว่า 550 mailbox unavailable', [550]],
    ['รหัส 5.7.26', ['550 5.7.26']],
    ['dsn=4.4.1', ['450 4.4.1']],
    ['Status: 5.1.1', ['550 5.1.1']],
    ['NDR 5.7.515', ['550 5.7.515']],
    ['sorry (#5.1.2)', ['550 5.1.2']],
    ['#5.5.1', ['550 5.5.1']],
    ['4.7.0 and 5.7.26 from Gmail', ['450 4.7.0', '550 5.7.26']],
    ['> 550 5.1.1 quoted\n> in a mail', ['550 5.1.1']],
    ['said: 550\n5.1.1 wrapped between its codes', ['550 5.1.1']],
    ['250 2.0.0 Ok: queued as 550ABC in 450 ms, size=250', ['250 2.0.0']],
    ['450 4.2.0 try at 2025-05-05 05:50 or call 555 1234', ['450 4.2.0']],
    ['550 5.05.001 leading zeros', ['550 5.5.1']],
  ] as const)('%j', (text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  it('in any line ending, doubled ones too', () => {
    for (const end of ['\n', '\r\n', '\r', '\r\r\n', '\n\n', '\r\n\r\n']) {
      expect(codes(['550-5.7.26 one', '550-5.7.26 two', '550 5.7.26 three'].join(end))).toEqual(['550 5.7.26']);
    }
  });

  it('whatever the code and the text, as a line of its own', () => {
    const code = fc.integer({ min: 2, max: 5 }).chain((d) => fc.integer({ min: d * 100, max: d * 100 + 59 }));
    const text = fc.stringMatching(/^[A-Z][a-z]{2,10}( [a-z]{2,10}){1,5}$/);
    fc.assert(
      fc.property(code, text, (n, words) => {
        fc.pre(!/Street|Road|Avenue|Lane|Drive|Boulevard|Soi/.test(words));
        expect(codes(`${n} ${words}`)).toEqual([n]);
        expect(codes(`S: ${n} ${words}`)).toEqual([n]);
      }),
    );
  });
});

describe('a multi-line reply', () => {
  it('is one, with the text of every line', () => {
    expect(linesOf('250-mx.example.com\r\n250-SIZE 1000\r\n250 HELP\r\n')).toEqual([
      ['mx.example.com', 'SIZE 1000', 'HELP'],
    ]);
  });

  it('is one when it is quoted in the middle of lines', () => {
    const [lines = []] = linesOf(
      'host x said: 550-Please log in 550-first. 550 Rejected (in reply to RCPT TO command)',
    );
    expect(lines).toEqual(['Please log in', 'first.', 'Rejected (in reply to RCPT TO command)']);
  });

  it('is one however many lines it has, cut anywhere by the wrapping of a mail program', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{3,9}$/), { minLength: 4, maxLength: 20 });
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 6 }), fc.integer({ min: 20, max: 60 }), (text, count, width) => {
        const reply = Array.from(
          { length: count },
          (_, i) => `550${i === count - 1 ? ' ' : '-'}5.7.1 ${text.join(' ')}`,
        );
        const notice = wrap(`<a@example.com>: host mx.example.com[192.0.2.1] said: ${reply.join(' ')}`, width);
        expect(codes(notice)).toEqual(['550 5.7.1']);
      }),
    );
  });

  it('ends at a blank line when nothing closes it', () => {
    expect(codes('550-5.7.1 begun\n\nUnrelated text, port 550.')).toEqual(['550 5.7.1']);
  });
});

/** As mail programs do: at blanks, four blanks before each further line. */
function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length > width) {
      lines.push(line);
      line = '   ';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

describe('the answer stays bounded', () => {
  const SIZE = 65_536;
  const fill = (part: string): string => part.repeat(Math.ceil(SIZE / part.length)).slice(0, SIZE);

  it.each([
    '\n',
    ' ',
    '550 ',
    '550 x\n',
    '550-',
    '550-5.7.1 x\n',
    '5.7.1 ',
    '5.7.26\n',
    '5',
    '5.',
    'said: 550 spf ',
    '>',
    "'550 ",
    'to:<',
    '* ',
    '220-****\n',
    '220 ****\n',
    'Status: 5.7.1\n',
    'status: 5.7.1\ndiagnostic-code: x;\n \n',
    'postfix/smtp',
    '550 5.7.1 said: (550 5.1.1 [450 4.7.0\n',
    '2024-01-01 00:00:00 ',
    'EHLO ',
    'mail from:\n',
    '\u001b[31m550 ',
    '=\n',
    '354 go\n.\n',
    '354 go\n',
    'ข้อผิดพลาด 550 ',
    '250-X\n',
    'quit\n',
    '[::',
    '((((',
    '550 X',
    '\u{1f600}',
    '\u0000',
  ])('64 KiB of %j are read in no time', (part) => {
    const text = fill(part);
    const started = performance.now();
    const { replies } = explainText(text);
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(replies.length).toBeLessThanOrEqual(50);
    for (const { lines } of replies) expect(lines.join('').length).toBeLessThan(30_000);
  });

  it.each([
    'spf ',
    'sender ',
    'mimecast ',
    'account ',
    'attachment ',
    'ptr ',
    'message size ',
    'helo ',
    'dkim ',
    'reputation of ',
    'X',
  ])('and so are replies full of %j, which many rules look at', (word) => {
    const text = fill(`550 ${word.repeat(Math.floor(3_900 / word.length))}\n`);
    const started = performance.now();
    explainText(text);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('and any text at all is read without a fault', () => {
    // Half surrogates and control characters too.
    const anyUnit = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
    const piece = fc.oneof(
      fc.constantFrom(
        '550',
        '5.7.1',
        '-',
        ' ',
        '\n',
        '\r',
        'said: ',
        'S: ',
        'C: ',
        '220 ****',
        'EHLO x',
        '.',
        '354 ',
        '#',
        '(',
        "'",
      ),
      fc.string({ unit: anyUnit }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const odd = explainText(pieces.join('')).replies.filter(
          ({ code, enhanced, meaning, fix }) =>
            code < 100 ||
            code > 599 ||
            !/^[245]\.\d{1,3}\.\d{1,3}$/.test(enhanced ?? '5.0.0') ||
            /[{}]/.test(`${meaning.en}${meaning.th}${fix.en}${fix.th}`),
        );
        expect(odd).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
