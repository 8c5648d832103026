import { describe, expect, it } from 'vitest';
import { explainText } from '../../src/diagnosis/replies.ts';
import { causeOfCode, causeOfEnhanced, KNOWN_CODES, REGISTERED } from '../../src/diagnosis/replies-codes.ts';
import { NUMBERED_CAUSES } from '../../src/diagnosis/replies-numbers.ts';
import { COMMON_RULES, NOTE_RULES, PROVIDER_RULES } from '../../src/diagnosis/replies-rules.ts';
import { ADVICE, type Cause, REPLY_TEXTS } from '../../src/texts/replies.ts';

describe('the codes', () => {
  it('are all those of RFC 5321 §4.2.3, RFC 7504, RFC 4954, RFC 1985 and RFC 2645', () => {
    const published = [
      211, 214, 220, 221, 250, 251, 252, 354, 421, 450, 451, 452, 455, 500, 501, 502, 503, 504, 550, 551, 552, 553, 554,
      555, 521, 556, 235, 334, 432, 454, 530, 534, 535, 538, 253, 458, 459, 453,
    ];
    expect(KNOWN_CODES).toEqual(expect.arrayContaining(published));
  });

  it('that nobody knows go by their class', () => {
    expect([199, 299, 399, 499, 599].map(causeOfCode)).toEqual([
      'intermediate',
      'success',
      'intermediate',
      'transient',
      'permanent',
    ]);
  });

  it('are worded by their class where a number of the registry is used for success', () => {
    for (const detail of REGISTERED) expect(explainText(`250 2.${detail} x`).replies[0]?.class).toBe('success');
    expect(causeOfEnhanced('2.1.5')).toBe('recipient-ok');
  });
});

describe('the IANA registry of enhanced status codes', () => {
  const SUBJECTS = [
    [0, 0],
    [1, 10],
    [2, 4],
    [3, 6],
    [4, 7],
    [5, 6],
    [6, 10],
    [7, 30],
  ] as const;
  const whole = SUBJECTS.flatMap(([subject, last]) =>
    Array.from({ length: last + 1 }, (_, detail) => `${subject}.${detail}`),
  );

  it('is whole', () => {
    expect([...REGISTERED].sort()).toEqual(whole.sort());
    expect(REGISTERED).toHaveLength(81);
  });

  it('is explained for every class and alone', () => {
    for (const detail of REGISTERED) {
      for (const first of ['4', '5']) {
        const [reply] = explainText(`${first}50 ${first}.${detail} x`).replies;
        expect(reply?.enhanced).toBe(`${first}.${detail}`);
        expect(reply?.cause).toBeDefined();
        const [alone] = explainText(`${first}.${detail}`).replies;
        expect([alone?.code, alone?.enhanced]).toEqual([Number(first) * 100 + 50, `${first}.${detail}`]);
      }
    }
  });
});

describe('the advice', () => {
  const entries = Object.entries(ADVICE);
  const THAI = /[\u0e00-\u0e7f]/;

  it('is in both languages, with the same placeholders, the same commands and the same links', () => {
    const marks = (text: string) =>
      [...text.matchAll(/\{\w+\}|`[^`]+`|https:\/\/[\w./-]*\w/g)].map(([mark]) => mark).sort();
    for (const [, { meaning, fix }] of entries) {
      for (const text of [meaning, fix]) {
        expect(marks(text.th)).toEqual(marks(text.en));
        expect(text.th).toMatch(THAI);
        expect(text.en).not.toMatch(THAI);
        expect(text.en).toMatch(/\.$/);
        expect(text.th).toBe(text.th.trim());
      }
    }
  });

  it('fills nothing but who speaks', () => {
    for (const [, { meaning, fix }] of entries) {
      for (const text of [meaning.en, meaning.th, fix.en, fix.th]) {
        expect([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).filter((name) => name !== 'who')).toEqual([]);
      }
    }
    for (const { en, th } of Object.values(REPLY_TEXTS)) {
      const names = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name);
      expect(names(th)).toEqual(names(en));
    }
  });

  it('is used: no cause without a rule, a code or a number', () => {
    const used = new Set<Cause>([
      ...[...PROVIDER_RULES, ...COMMON_RULES, ...NOTE_RULES].map(({ cause }) => cause),
      ...NUMBERED_CAUSES,
    ]);
    for (let code = 100; code < 600; code += 1) used.add(causeOfCode(code));
    for (const detail of REGISTERED) for (const first of [2, 4, 5]) addTo(used, causeOfEnhanced(`${first}.${detail}`));
    expect(entries.map(([cause]) => cause).filter((cause) => !used.has(cause as Cause))).toEqual([]);
  });
});

function addTo(used: Set<Cause>, cause: Cause | null): void {
  if (cause !== null) used.add(cause);
}

describe('the rules', () => {
  it('each have a text or a number', () => {
    for (const { text, enhanced } of [...PROVIDER_RULES, ...COMMON_RULES, ...NOTE_RULES])
      expect(text ?? enhanced).toBeInstanceOf(RegExp);
  });

  it('keep to the subject where the registry does not know the detail', () => {
    const cause = (text: string) => explainText(text).replies[0]?.cause;
    expect(cause('450 4.7.999 x')).toBe('security-problem');
    expect(cause('550 5.4.999 x')).toBe('network-problem');
    expect(cause('550 5.4.999 mailbox is full')).toBe('mailbox-full');
  });

  it('leave a basic code its one meaning beside an enhanced code that has none', () => {
    const cause = (text: string) => explainText(text).replies[0]?.cause;
    expect(cause('535 5.7.0 x')).toBe('credentials');
    expect(cause('530 5.7.0 x')).toBe('auth-needed');
    expect(cause('550 5.7.0 x')).toBe('security-problem');
    expect(cause('535 5.7.11 x')).toBe('auth-needs-encryption');
  });

  it('have no unbounded repetition of anything but a class', () => {
    for (const { text } of [...PROVIDER_RULES, ...COMMON_RULES, ...NOTE_RULES]) {
      if (text !== undefined && text.source !== '^[20*\\s]*\\*{4,}[20*\\s]*$')
        expect(text.source).not.toMatch(/(?<!\\)[*+](?![*+]?\\)|\{\d+,\}[*+]/);
    }
  });

  it('of a provider win over the registry, and the registry over bare codes', () => {
    const cause = (text: string) => explainText(text).replies[0]?.cause;
    expect(cause('550 5.7.27 null MX')).toBe('null-mx-sender');
    expect(cause('550 5.7.27 spf - gsmtp')).toBe('spf-failed');
    expect(cause('550 5.7.29 arc')).toBe('arc');
    expect(cause('550 5.7.29 x - gsmtp')).toBe('not-over-tls');
    expect(cause('550 5.7.30 x')).toBe('requiretls');
    expect(cause('550 5.7.30 x - gsmtp')).toBe('dkim-failed');
    expect(cause('550 5.1.10 x')).toBe('null-mx-recipient');
    expect(cause('550 5.1.10 x [abc.prod.outlook.com]')).toBe('mailbox-unknown');
    expect(cause('550 5.2.2 x')).toBe('mailbox-full');
    expect(cause('550 5.7.1 mailbox is full')).toBe('mailbox-full');
    expect(cause('552 x')).toBe('over-quota-or-size');
  });
});
