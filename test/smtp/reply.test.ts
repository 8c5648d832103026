import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMalformed, type Malformed, ReplyReader } from '../../src/smtp/reply.ts';
import type { Reply } from '../../src/smtp/types.ts';

type Heard = {
  readonly all: (Reply | Malformed)[];
  readonly lines: string[];
  readonly partial: readonly string[];
  readonly unread: boolean;
};

function read(chunks: readonly Buffer[]): Heard {
  const reader = new ReplyReader();
  const all: (Reply | Malformed)[] = [];
  const lines: string[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let heard = reader.next(); heard !== null; heard = reader.next()) {
      all.push(heard);
      lines.push(...reader.takeLines());
      // The session is over: nothing is promised beyond it, but that it stays so.
      if (isMalformed(heard)) {
        expect(reader.next()).toEqual(heard);
        return { all, lines, partial: reader.partial, unread: reader.unread };
      }
    }
    lines.push(...reader.takeLines());
  }
  return { all, lines, partial: reader.partial, unread: reader.unread };
}

const whole = (text: string) => [Buffer.from(text, 'latin1')];
const byByte = (text: string) => [...Buffer.from(text, 'latin1')].map((byte) => Buffer.from([byte]));

const reply = (code: number, lines: string[], enhanced: string | null = null): Reply => ({ code, enhanced, lines });

const CASES: readonly (readonly [string, string, readonly (Reply | Malformed)[]])[] = [
  ['one line', '220 mx.test ESMTP\r\n', [reply(220, ['mx.test ESMTP'])]],
  ['no text', '220\r\n', [reply(220, [''])]],
  ['a separator and no text', '220 \r\n', [reply(220, [''])]],
  ['a bare LF', '220 mx.test\n', [reply(220, ['mx.test'])]],
  ['a bare CR inside', '220 a\rb\r\n', [reply(220, ['a\\u{d}b'])]],
  ['NUL', '220 a\0b\r\n', [reply(220, ['a\\u{0}b'])]],
  ['8-bit that is no UTF-8', '220 caf\xe9\r\n', [reply(220, ['caf\ufffd'])]],
  ['8-bit that is UTF-8', `220 ${Buffer.from('ไทย').toString('latin1')}\r\n`, [reply(220, ['ไทย'])]],
  ['several lines', '250-a\r\n250-b\r\n250 c\r\n', [reply(250, ['a', 'b', 'c'])]],
  ['two replies at once', '220 a\r\n250 b\r\n', [reply(220, ['a']), reply(250, ['b'])]],
  ['lines that disagree: the last one says it', '250-a\r\n550 b\r\n', [reply(550, ['a', 'b'])]],
  ['a stray line inside', '250-a\r\nstray\r\n250 b\r\n', [reply(250, ['a', 'stray', 'b'])]],
  ['an empty line inside', '250-a\r\n\r\n250 b\r\n', [reply(250, ['a', '', 'b'])]],
  ['no separator', '220*****\r\n', [reply(220, ['*****'])]],
  ['a tab for separator', '220\ta\r\n', [reply(220, ['\ta'])]],
  ['the lowest code', '100 a\r\n', [reply(100, ['a'])]],
  ['the highest code', '999 a\r\n', [reply(999, ['a'])]],
  ['an enhanced code', '550 5.1.1 no such user\r\n', [reply(550, ['5.1.1 no such user'], '5.1.1')]],
  ['an enhanced code alone', '250 2.0.0\r\n', [reply(250, ['2.0.0'], '2.0.0')]],
  [
    'an enhanced code on each line',
    '550-5.7.26 a\r\n550 5.7.26 b\r\n',
    [reply(550, ['5.7.26 a', '5.7.26 b'], '5.7.26')],
  ],
  ['an enhanced code on the first line alone', '550-5.7.1 a\r\n550 b\r\n', [reply(550, ['5.7.1 a', 'b'], '5.7.1')]],
  ['two enhanced codes: the first', '550-5.7.1 a\r\n550 5.7.9 b\r\n', [reply(550, ['5.7.1 a', '5.7.9 b'], '5.7.1')]],
  [
    'an enhanced code, then a reply without one',
    '250 2.1.0 a\r\n250 b\r\n',
    [reply(250, ['2.1.0 a'], '2.1.0'), reply(250, ['b'])],
  ],
  ['AsyncOS’s way', '500 #5.5.1 command not recognized\r\n', [reply(500, ['#5.5.1 command not recognized'], '5.5.1')]],
  ['a name that begins like one', '250 2.1.0.example\r\n', [reply(250, ['2.1.0.example'])]],
  ['an address', '220 4.4.4.4 ready\r\n', [reply(220, ['4.4.4.4 ready'])]],
  ['a class there is none of', '250 3.0.0 a\r\n', [reply(250, ['3.0.0 a'])]],
  ['HTTP', 'HTTP/1.1 400 Bad Request\r\n', [{ malformed: 'not-a-reply' }]],
  ['SSH', 'SSH-2.0-OpenSSH_9.6\r\n', [{ malformed: 'not-a-reply' }]],
  ['four digits', '2200 a\r\n', [{ malformed: 'not-a-reply' }]],
  ['two digits', '22 a\r\n', [{ malformed: 'not-a-reply' }]],
  ['a code below 100', '099 a\r\n', [{ malformed: 'not-a-reply' }]],
  ['a code in other digits', '٢٢٠ a\r\n', [{ malformed: 'not-a-reply' }]],
  ['an empty line first', '\r\n220 a\r\n', [{ malformed: 'not-a-reply' }]],
  ['a reply, then none', '220 a\r\nnonsense\r\n', [reply(220, ['a']), { malformed: 'not-a-reply' }]],
  ['a line longer than is shown', `220 ${'x'.repeat(1_200)}\r\n`, [reply(220, ['x'.repeat(996)])]],
  ['a line too long', `220 ${'x'.repeat(17_000)}\r\n`, [{ malformed: 'line-too-long' }]],
  ['a line too long that never ends', 'x'.repeat(17_000), [{ malformed: 'line-too-long' }]],
  ['too many lines', '250-a\r\n'.repeat(2_001), [{ malformed: 'reply-too-long' }]],
  ['too many bytes of a reply', `250-${'x'.repeat(3_000)}\r\n`.repeat(12), [{ malformed: 'reply-too-long' }]],
];

describe('replies', () => {
  test.for(CASES)('%s', ([, text, expected]) => {
    expect(read(whole(text)).all).toEqual(expected);
    expect(read(byByte(text)).all).toEqual(expected);
  });

  test.for(CASES.filter(([, , expected]) => !expected.some(isMalformed)))(
    '%s, with more behind it',
    ([, text, expected]) => {
      for (const chunks of [whole(`${text}2`), byByte(`${text}250-more`)]) {
        const heard = read(chunks);
        expect(heard.all).toEqual(expected);
        expect(heard.unread).toBe(true);
      }
      expect(read(whole(text)).unread).toBe(false);
    },
  );

  test('lines are shown as they came, once each', () => {
    expect(read(byByte('250-a\r\n250 b\r\n500 c\r\n')).lines).toEqual(['250-a', '250 b', '500 c']);
  });

  test('an unfinished reply shows what it has', () => {
    const heard = read(whole('220-*******\r\n***** ****\r\n220'));
    expect(heard.all).toEqual([]);
    expect(heard.partial).toEqual(['220-*******', '***** ****']);
  });

  test('a line that makes it malformed is shown, and is no part of a reply', () => {
    const long = `220-${'*'.repeat(20_000)}`;
    for (const [text, partial] of [
      ['SSH-2.0-OpenSSH_9.6\r\n', []],
      [`${long}\r\n`, []],
      [`220-a\r\n${long}\r\n`, ['220-a']],
    ] as const) {
      const heard = read(whole(text));
      expect(heard.partial).toEqual(partial);
      expect(heard.lines.length).toBe(partial.length + 1);
    }
  });

  test('a session’s bytes are capped, and what came before the cap is still read', () => {
    const reader = new ReplyReader({ line: 100, replyLines: 10, replyBytes: 1_000, bytes: 20 });
    reader.push(Buffer.from('220 a\r\n220 '));
    expect(reader.next()).toEqual(reply(220, ['a']));
    reader.push(Buffer.from('b\r\n220 too much\r\n'));
    expect(reader.overfull).toBe(true);
    expect(reader.next()).toEqual(reply(220, ['b']));
    expect(reader.next()).toEqual({ malformed: 'too-many-bytes' });
    reader.push(Buffer.from('220 more\r\n'));
    expect(reader.next()).toEqual({ malformed: 'too-many-bytes' });
  });

  test('any bytes in any pieces: never an exception, the same replies however cut, within the caps', () => {
    const piece = fc.oneof(
      fc.constantFrom('220', '250-', '250 ', '\r\n', '\n', '\r', '\0', 'EHLO', '\xff', '5.1.1 ', '#5.5.1'),
      fc.string({ unit: 'binary-ascii', maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.array(fc.nat(30), { maxLength: 60 }), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''), 'latin1');
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(bytes.subarray(at));
        const cutUp = read(chunks);
        const once = read([bytes]);
        expect(cutUp.all).toEqual(once.all);
        for (const heard of cutUp.all) {
          if (isMalformed(heard)) continue;
          expect(heard.code).toBeGreaterThanOrEqual(100);
          expect(heard.code).toBeLessThanOrEqual(999);
          expect(heard.lines.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});
