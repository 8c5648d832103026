import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PRINTABLE, printable, printableBytes } from '../../src/smtp/printable.ts';

const bytes = (...values: number[]) => String.fromCharCode(...values);
const utf8 = (text: string) => Buffer.from(text).toString('latin1');

describe('the quoting rule', () => {
  test.for([
    ['220 mx.test ESMTP', '220 mx.test ESMTP'],
    ['tab\tstays', 'tab\tstays'],
    [`bell ${bytes(7)}`, 'bell \\u{7}'],
    [`esc ${bytes(0x1b)}[2J`, 'esc \\u{1b}[2J'],
    [`nul ${bytes(0)}`, 'nul \\u{0}'],
    [`cr ${bytes(13)}.`, 'cr \\u{d}.'],
    [`lf ${bytes(10)}.`, 'lf \\u{a}.'],
    [`del ${bytes(0x7f)}`, 'del \\u{7f}'],
    [utf8('c1 \u0085'), 'c1 \\u{85}'],
    [utf8('bidi \u202e\u2066\u200f\u061c'), 'bidi \\u{202e}\\u{2066}\\u{200f}\\u{61c}'],
    [utf8('ไทย é 😀'), 'ไทย é 😀'],
    [`latin ${bytes(0xe9)}`, 'latin \ufffd'],
    [`overlong ${bytes(0xc0, 0x80)}`, 'overlong \ufffd\ufffd'],
    ['\\u{1b} written out', '\\u{1b} written out'],
  ] as const)('%j becomes %j', ([line, shown]) => {
    expect(printableBytes(line)).toBe(shown);
  });

  test('cuts a line at 1,000 characters, never inside one', () => {
    expect(printableBytes('x'.repeat(1_001))).toBe('x'.repeat(1_000));
    expect(printableBytes(utf8('ก'.repeat(1_500)))).toBe('ก'.repeat(1_000));
    expect(printableBytes(utf8(`x${'😀'.repeat(800)}`))).toBe(`x${'😀'.repeat(499)}`);
    expect(printableBytes(bytes(7).repeat(600)).length).toBe(MAX_PRINTABLE);
  });

  test('holds for any bytes and any text', () => {
    const unprintable = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 3_000 }), fc.string({ unit: 'binary-ascii' })),
        (text) => {
          for (const shown of [printable(text), printableBytes(utf8(text))]) {
            expect(shown.length).toBeLessThanOrEqual(MAX_PRINTABLE);
            expect(unprintable.test(shown)).toBe(false);
            expect(shown.isWellFormed()).toBe(true);
          }
        },
      ),
    );
  });
});
