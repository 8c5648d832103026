/** Every sentence that the source refuses with, found by reading it, has its Thai. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { detailIn } from '../../src/texts/refusals.ts';

const SRC = join(import.meta.dirname, '..', '..', 'src');

/** What stands before a sentence: the functions that refuse, and the members that hold one. */
const BEFORE =
  /(?:refuse\(\s*'[a-z-]+',|refuseMember\([^,]+,|\b(?:invalid|invalidBody|wrong|broken|unrunnable)\(|\bdetail(?: =|:))\s*$/;
const LITERAL = /'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;

const PASSED_OVER = new Set([
  // Of requests that could not be read: who sent them asked for no language.
  'URL and headers together are larger than 16 KiB',
  'the request was not complete in time',
  'this is not a valid HTTP request',
  // Put together of words that are judged by themselves, or from outside (test/contract).
  'an operation may have 7',
  '7 are limited to 7 per 7; this call would pass in 7 s',
]);

function sentencesOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...text.matchAll(LITERAL)]
    .filter(({ index }) => BEFORE.test(text.slice(Math.max(0, index - 120), index)))
    .map(([, single, double, template = '']) => single ?? double ?? template)
    .map((sentence) => sentence.replace(/\$\{[^}]*\}/g, '7').replace(/\\(.)/g, '$1'))
    .filter((sentence) => /[a-z] [a-z]/.test(sentence) && !PASSED_OVER.has(sentence));
}

const FILES = globSync(['api/*.ts', 'operations/*.ts', 'smtp/envelope.ts', 'dns/name.ts', 'outcome.ts'], { cwd: SRC });
const found = FILES.filter((file) => !/contract|openapi|examples/.test(file)).flatMap((file) =>
  sentencesOf(file).map((sentence) => [file, sentence] as const),
);

test('there are sentences to judge', () => {
  expect(found.length).toBeGreaterThan(60);
});

test.each(found)('%s: %s', (_file, sentence) => {
  // An operation's bound is told after the words that `broken` puts before it; a mailbox' rule after the member's name.
  const ways = [sentence, `an operation may have ${sentence}`, `/to ${sentence}`];
  expect(ways.some((one) => detailIn('th', one) !== one)).toBe(true);
});

describe('sentences are found whole, after a name, and one by one', () => {
  test.each([
    ['must be integer', 'ต้องเป็นจำนวนเต็ม'],
    ['/port must be integer', '/port ต้องเป็นจำนวนเต็ม'],
    ['/a strange name is not a known member', '/a strange name ไม่ใช่ฟิลด์ที่รู้จัก'],
    ['the body must be object', 'body ต้องเป็นออบเจ็กต์'],
    ['127.0.0.1 said SERVFAIL; [::1]:5300 could not be reached', '127.0.0.1 ตอบ SERVFAIL; [::1]:5300 ติดต่อไม่ได้'],
    [
      'a.test MX: the resolver said SERVFAIL; a.test MX: the resolver gave no answer in time',
      'a.test MX: รีโซลเวอร์ตอบ SERVFAIL; a.test MX: รีโซลเวอร์ไม่ตอบภายในเวลาที่กำหนด',
    ],
    ['ip pins a named host; the host is an address already', 'ip ใช้กำหนดที่อยู่ IP ให้ชื่อโฮสต์ แต่ host เป็นที่อยู่ IP อยู่แล้ว'],
    [
      'to is not a mail address: the domain: a label has at most 63 octets',
      'to ไม่ใช่ที่อยู่อีเมล: โดเมน: แต่ละส่วนของชื่อโดเมนยาวได้ไม่เกิน 63 ไบต์',
    ],
    ['what nobody has translated', 'what nobody has translated'],
  ])('%s', (english, thai) => {
    expect(detailIn('th', english)).toBe(thai);
    expect(detailIn('en', english)).toBe(english);
  });
});
