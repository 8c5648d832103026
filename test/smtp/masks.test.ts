import { describe, expect, test } from 'vitest';
import {
  bearsMarks,
  echoOfXs,
  ehloRefusedHeloServed,
  inAsyncOsWords,
  isMaskedBanner,
  isMaskedUnfinished,
  isSuspicious,
  overwrittenKeywords,
} from '../../src/smtp/masks.ts';
import type { Reply, SessionFacts } from '../../src/smtp/types.ts';

const reply = (code: number, ...lines: string[]): Reply => ({ code, enhanced: null, lines });

const HONEST: SessionFacts = {
  banner: reply(220, 'mx.test ESMTP'),
  ehlo: reply(250, 'mx.test', 'SIZE'),
  helo: null,
  startTls: null,
  unfinishedGreeting: [],
  droppedOnEhlo: false,
  capabilities: null,
  experiments: [],
};

describe('marks of a rewriting firewall', () => {
  test.for([
    [['*'.repeat(40)], true],
    [['****'], true],
    [['*********0****  ****2****\t***'], true],
    [['****************', '**************'], true],
    [['***'], false],
    [[''], false],
    [['2 0 '], false],
    [['mx.test ESMTP'], false],
    [['**** mx.test ****'], false],
    [['***************', '* authorised use only *', '***************'], false],
    [['********1****'], false],
  ] as const)('banner %j is masked: %s', ([lines, masked]) => {
    expect(isMaskedBanner(reply(220, ...lines))).toBe(masked);
  });

  test.for([
    [['220-******', '*********'], true],
    [['220-****** 2 ****'], true],
    [['220-mx.test', '220-more'], false],
    [['220-******', 'mx.test'], false],
    [[], false],
  ] as const)('unfinished greeting %j is masked: %s', ([lines, masked]) => {
    expect(isMaskedUnfinished(lines)).toBe(masked);
  });

  test.for([
    ['XXXXXXXA', true],
    ['XXXB', true],
    ['XXA', true],
    ['XXXX', true],
    ['********', true],
    ['XXXXXXXA 123', true],
    ['XCLIENT NAME ADDR', false],
    ['X-ANONYMOUSTLS', false],
    ['XFORWARD', false],
    ['XEXCH50', false],
    ['XA', false],
    ['***', false],
    ['SIZE XXXX', false],
    ['STARTTLS', false],
  ] as const)('keyword %j is overwritten: %s', ([line, overwritten]) => {
    expect(overwrittenKeywords(reply(250, 'XXXXXXXA', line))).toEqual(overwritten ? [line.split(' ')[0]] : []);
  });

  test.for([
    [reply(500, '5.5.1 Command unrecognized: "XXXXXXXX"'), true],
    [reply(500, 'unrecognized command XXXX'), true],
    [reply(500, 'unknown: xxxx'), true],
    [reply(502, '5.5.2 XXXX mx.test'), true],
    [reply(250, 'XXXX'), false],
    [reply(500, 'call 555-XXXX'), false],
    [reply(500, 'MAXXXXIMUM'), false],
    [reply(500, 'command not recognized'), false],
  ] as const)('%j echoes X’s: %s', ([said, echoes]) => {
    expect(echoOfXs(said)).toBe(echoes);
  });

  test.for([
    [reply(500, '#5.5.1 command not recognized'), true],
    [reply(500, '5.5.1 command not recognized'), false],
    [reply(250, '#5.5.1'), false],
    [reply(500, '#5.5.12'), false],
  ] as const)('%j is in AsyncOS’s words: %s', ([said, is]) => {
    expect(inAsyncOsWords(said)).toBe(is);
  });

  test.for<readonly [string, Partial<SessionFacts>, boolean, boolean]>([
    ['an honest server', {}, false, false],
    ['an old server', { ehlo: reply(500, 'what?'), helo: reply(250, 'mx.test') }, false, true],
    ['one that hangs up on EHLO', { ehlo: null, droppedOnEhlo: true, helo: reply(250, 'mx.test') }, false, true],
    ['a server without TLS', { ehlo: reply(250, 'mx.test', 'PIPELINING') }, false, false],
    ['a star box with text', { banner: reply(220, '*****', 'hello', '*****') }, false, false],
    ['XCLIENT in place of STARTTLS', { ehlo: reply(250, 'mx.test', 'XCLIENT NAME') }, false, false],
    ['STARTTLS refused', { startTls: reply(502, 'no') }, false, true],
    ['STARTTLS unavailable', { startTls: reply(454, 'later') }, false, false],
    ['a masked banner', { banner: reply(220, '*******') }, true, true],
    ['an overwritten keyword', { ehlo: reply(250, 'mx.test', 'XXXXXXXA') }, true, true],
    ['a one-line 250', { ehlo: reply(250, 'ok') }, true, true],
    ['AsyncOS’s words', { ehlo: reply(500, '#5.5.1 command not recognized'), helo: reply(250, 'a') }, true, true],
    ['an echo', { startTls: reply(500, 'XXXXXXXX') }, true, true],
    ['a greeting without end', { banner: null, ehlo: null, unfinishedGreeting: ['220-****', '*******'] }, false, true],
  ])('%s', ([, facts, marks, suspicious]) => {
    expect(bearsMarks({ ...HONEST, ...facts })).toBe(marks);
    expect(isSuspicious({ ...HONEST, ...facts })).toBe(suspicious);
  });

  test('421 to EHLO is no refusal of EHLO', () => {
    expect(ehloRefusedHeloServed({ ...HONEST, ehlo: reply(421, 'busy'), helo: reply(250, 'a') })).toBe(false);
    expect(ehloRefusedHeloServed({ ...HONEST, ehlo: reply(500, 'no'), helo: reply(550, 'no') })).toBe(false);
  });
});
