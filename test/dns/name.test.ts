import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDomain, toUnicode } from '../../src/dns/name.ts';

const ACCEPTED: [input: string, domain: string, unicode: string][] = [
  ['example.com', 'example.com', 'example.com'],
  ['Example.COM.', 'example.com', 'example.com'],
  ['localhost', 'localhost', 'localhost'],
  ['ไทย.example', 'xn--o3cw4h.example', 'ไทย.example'],
  ['XN--O3CW4H.example', 'xn--o3cw4h.example', 'ไทย.example'],
  ['straße.de', 'xn--strae-oqa.de', 'straße.de'],
  ['例え。jp。', 'xn--r8jz45g.jp', '例え.jp'],
  ['ＥＸＡＭＰＬＥ.com', 'example.com', 'example.com'],
  ['exa\u00admple.com', 'example.com', 'example.com'],
  ['_dmarc.example.com', '_dmarc.example.com', '_dmarc.example.com'],
  ['r3---sn.example', 'r3---sn.example', 'r3---sn.example'],
  ['1.2.3.4.in-addr.arpa', '1.2.3.4.in-addr.arpa', '1.2.3.4.in-addr.arpa'],
  ['3com.com', '3com.com', '3com.com'],
  [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
  // An A-label that no one may write in Unicode is still a name that DNS can hold.
  ['xn--ls8h.la', 'xn--ls8h.la', 'xn--ls8h.la'],
  ['ไทย.xn--ls8h', 'xn--o3cw4h.xn--ls8h', 'ไทย.xn--ls8h'],
];

const REFUSED: [input: string, rule: RegExp][] = [
  ['', /empty/],
  ['.', /root/],
  ['..', /empty/],
  ['a..b', /empty/],
  ['.example.com', /empty/],
  ['example.com..', /empty/],
  ['a'.repeat(300), /octets/],
  [`${'a.'.repeat(150)}b`, /253/],
  [`${'a'.repeat(64)}.example`, /63/],
  [`${'ก'.repeat(60)}.example`, /63/],
  ['x'.repeat(1_001), /253/],
  ['a\u0000b.example', /control/],
  ['example.com\n', /control/],
  ['a\u0085b.example', /control/],
  ['💩.example', /IDNA/],
  ['☕.example', /IDNA/],
  ['a≠b.example', /IDNA/],
  ['xn--a.example', /IDNA/],
  ['xn--.example', /IDNA/],
  ['192.0.2.1', /IP address/],
  ['192.0.2.1.', /IP address/],
  ['１９２.0.2.1', /IP address/],
  ['2001:db8::1', /IP address/],
  ['[192.0.2.1]', /IP address/],
  ['::ffff:192.0.2.1', /IP address/],
  ['fe80::1%eth0', /IP address/],
  ['127.1', /digits/],
  ['example.123', /digits/],
  ['https://example.com/', /URL/],
  ['example.com/', /letters/],
  ['example.com:25', /letters/],
  ['someone@example.com', /mail address/],
  ["x'; DROP TABLE mx; --", /letters/],
  ['a b.example', /letters/],
  [' example.com', /letters/],
  ['*.example.com', /letters/],
  ['-a.example', /hyphen/],
  ['a-.example', /hyphen/],
  ['a\ud800.example', /Unicode/],
  ['a\ufffd.example', /Unicode/],
];

describe('parseDomain', () => {
  test.each(ACCEPTED)('accepts %j', (input, domain, unicode) => {
    expect(parseDomain(input)).toEqual({ ok: true, domain });
    expect(toUnicode(domain)).toBe(unicode);
  });

  test.each(REFUSED)('refuses %j', (input, rule) => {
    const parsed = parseDomain(input);
    expect(parsed).toEqual({ ok: false, detail: expect.stringMatching(rule) });
  });

  test('never throws, and what it accepts is a host name that it accepts again', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.string({
        unit: fc.constantFrom('a', 'Z', '0', '-', '_', '.', 'ß', 'ก', 'ا', '\u200d', 'xn--', '。', '漢'),
        maxLength: 80,
      }),
    );
    fc.assert(
      fc.property(text, (input) => {
        const parsed = parseDomain(input);
        if (!parsed.ok) {
          expect(parsed.detail).toMatch(/^[\x20-\x7e]+$/);
          return;
        }
        expect(parsed.domain).toMatch(/^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.|$))+$/);
        expect(parsed.domain.endsWith('.')).toBe(false);
        expect(parseDomain(parsed.domain)).toEqual(parsed);
        expect(parseDomain(toUnicode(parsed.domain))).toEqual(parsed);
        expect(parseDomain(`${input}.`).ok || input.endsWith('.') || /[。．｡]$/u.test(input)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('a long input costs little', () => {
    const inputs = ['漢'.repeat(1_000), 'xn--a9.'.repeat(140), 'ب\u200c'.repeat(120), 'a'.repeat(10_000_000)];
    const before = performance.now();
    for (const input of inputs) expect(parseDomain(input).ok).toBe(false);
    expect(performance.now() - before).toBeLessThan(500);
  });
});
