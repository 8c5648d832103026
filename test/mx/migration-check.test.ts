import { describe, expect, it } from 'vitest';
import type { Domain } from '../../src/dns/name.ts';
import type { ZoneAnswer } from '../../src/dns/types.ts';
import { type CheckInput, judgeMigration, type MoveMemory, rememberTtl } from '../../src/mx/migration-check.ts';
import type { HostState } from '../../src/mx/migration-model.ts';
import type { FindingEntries } from '../../src/texts/findings-shape.ts';
import { MIGRATION_FINDINGS } from '../../src/texts/migration-findings.ts';
import { say } from '../../src/texts/text.ts';

const entries: FindingEntries = MIGRATION_FINDINGS;

const NOW = Date.parse('2026-08-07T02:00:00Z');
const domain = 'example.com' as Domain;
const OLD = 'oldisp.example.net';
const NEW = 'newisp.example.net';

type Set = Record<string, number>;
const BEFORE: Set = { [OLD]: 30 };
const PUBLISHED: Set = { [OLD]: 30, [NEW]: 20 };
const BEHIND: Set = { [OLD]: 30, [NEW]: 40 };
const AFTER: Set = { [NEW]: 20 };

function answer(set: Set | string, { host = 'ns1.example.com', ip = '192.0.2.1', ttl = 3600, serial = 7 } = {}) {
  const server = { host, ip };
  if (typeof set === 'string') {
    return { server, result: { ok: false, error: set } } as ZoneAnswer<'MX'>;
  }
  const records = Object.entries(set).map(([exchange, preference]) => ({ exchange, preference }));
  const status = records.length === 0 ? 'nodata' : 'answer';
  return { server, result: { ok: true, records, ttl, serial, negativeTtl: null, status } } as ZoneAnswer<'MX'>;
}

const ns2 = { host: 'ns2.example.com', ip: '192.0.2.2' };

function check(answers: ZoneAnswer<'MX'>[], over: Partial<CheckInput> = {}) {
  return judgeMigration({
    domain,
    oldHost: OLD,
    newHost: NEW,
    answers,
    memory: null,
    oldState: 'accepting',
    newState: 'refusing',
    now: NOW,
    ...over,
  });
}

describe('the stage', () => {
  const cases: [string, ZoneAnswer<'MX'>[], HostState, string][] = [
    ['nothing published', [answer(BEFORE)], 'refusing', 'not-started'],
    ['published, nobody answers yet', [answer(PUBLISHED)], 'refusing', 'published'],
    ['published, the new one turns senders away', [answer(PUBLISHED)], 'rejecting', 'published'],
    ['the new one answers and goes first', [answer(PUBLISHED)], 'accepting', 'cut-over'],
    ['the new one answers but goes last', [answer(BEHIND)], 'accepting', 'published'],
    ['only the new one is left', [answer(AFTER)], 'accepting', 'retired'],
    ['the new one on one server only', [answer(PUBLISHED), answer(BEFORE, ns2)], 'accepting', 'not-started'],
    ['the old one left on one server', [answer(AFTER), answer(PUBLISHED, ns2)], 'accepting', 'cut-over'],
    ['no server answered', [answer('timeout')], 'accepting', 'not-started'],
    ['neither host is named', [answer({ 'other.example.net': 5 })], 'accepting', 'not-started'],
  ];
  it.each(cases)('%s', (_, answers, newState, stage) => {
    expect(check(answers, { newState }).stage).toBe(stage);
  });

  it('knows an implicit MX as the old exchange', () => {
    expect(check([answer({})], { oldHost: domain }).memory.goneSince).toBeNull();
    expect(check([answer(AFTER)], { oldHost: domain }).stage).toBe('retired');
  });
});

/** Walks one move; each step is what the servers say, how many seconds later, and what must be true then. */
function walk(steps: [number, ZoneAnswer<'MX'>[], HostState, Partial<ReturnType<typeof check>>][]) {
  let memory: MoveMemory | null = null;
  let now = NOW;
  for (const [seconds, answers, newState, expected] of steps) {
    now += seconds * 1000;
    const verdict = check(answers, { memory, now, newState });
    expect(verdict, `${(now - NOW) / 1000} s`).toMatchObject(expected);
    memory = verdict.memory;
  }
}

describe('the old server', () => {
  it('may go when its record is gone everywhere and its own TTL has passed since', () => {
    const ttl = { ttl: 5 };
    walk([
      [0, [answer(BEFORE, ttl)], 'refusing', { stage: 'not-started', waitUntil: null, safeToRetire: false }],
      [10, [answer(PUBLISHED, ttl)], 'refusing', { stage: 'published', waitUntil: NOW + 15_000 }],
      [6, [answer(PUBLISHED, ttl)], 'accepting', { stage: 'cut-over', waitUntil: null }],
      [10, [answer(AFTER, ttl)], 'accepting', { stage: 'retired', waitUntil: NOW + 31_000, safeToRetire: false }],
      [4.999, [answer(AFTER, ttl)], 'accepting', { safeToRetire: false }],
      [0.001, [answer(AFTER, ttl)], 'accepting', { safeToRetire: true, waitUntil: null }],
    ]);
  });

  it('waits for the TTL of the old set, not of the new one, and for the greater of two in a week', () => {
    walk([
      [0, [answer(BEFORE, { ttl: 86_400 })], 'refusing', {}],
      [60, [answer(PUBLISHED, { ttl: 300 })], 'refusing', { waitUntil: NOW + 60_000 + 86_400_000 }],
      [60, [answer(AFTER, { ttl: 300 })], 'accepting', { waitUntil: NOW + 120_000 + 86_400_000 }],
      [86_399, [answer(AFTER)], 'accepting', { safeToRetire: false }],
      [1, [answer(AFTER)], 'accepting', { safeToRetire: true }],
    ]);
  });

  it('never seen: waits for the present TTL, a day at least, 7 days at most', () => {
    const until = (ttl: number) => check([answer(AFTER, { ttl })]).waitUntil;
    expect(until(60)).toBe(NOW + 86_400_000);
    expect(until(172_800)).toBe(NOW + 172_800_000);
    expect(until(2_592_000)).toBe(NOW + 604_800_000);
  });

  it('stays while one server still has it, was not heard, or brings it back', () => {
    const since = (answers: ZoneAnswer<'MX'>[], memory: MoveMemory | null = null) =>
      check(answers, { memory }).memory.goneSince;
    expect(since([answer(AFTER), answer(PUBLISHED, ns2)])).toBeNull();
    expect(since([answer(AFTER), answer('timeout', ns2)])).toBeNull();
    expect(since([answer(AFTER), answer('lame', ns2)])).toBeNull();
    expect(since([])).toBeNull();
    const gone = check([answer(AFTER)]).memory;
    expect(since([answer(AFTER), answer('timeout', ns2)], gone)).toBe(NOW);
    expect(since([answer(PUBLISHED)], gone)).toBeNull();
  });

  it('where nobody answers, the stage stays that of the last whole sight', () => {
    for (const [set, stage] of [
      [BEFORE, 'not-started'],
      [BEHIND, 'published'],
      [PUBLISHED, 'cut-over'],
      [AFTER, 'retired'],
    ] as const) {
      const { memory } = check([answer(set), answer(set, ns2)], { newState: 'accepting' });
      expect(check([answer('timeout'), answer('timeout', ns2)], { memory }).stage).toBe(stage);
    }
  });

  it('counts a server as heard when one of its addresses answered', () => {
    const v6 = { host: 'ns1.example.com', ip: '2001:db8::1' };
    for (const answers of [
      [answer('unreachable', v6), answer(AFTER)],
      [answer(AFTER), answer('unreachable', v6)],
    ]) {
      const verdict = check(answers, { newState: 'accepting' });
      expect(verdict).toMatchObject({ consistent: true, memory: { goneSince: NOW }, findings: [] });
      expect(verdict.authoritative).toHaveLength(1);
    }
  });
});

describe('what the check says', () => {
  const cases: [string, ZoneAnswer<'MX'>[], Partial<CheckInput>, string[], boolean][] = [
    ['all is well', [answer(PUBLISHED), answer(PUBLISHED, ns2)], {}, [], true],
    ['disagreement', [answer(PUBLISHED), answer(BEFORE, ns2)], {}, ['servers-disagree'], false],
    [
      'another serial, the same set',
      [answer(PUBLISHED), answer(PUBLISHED, { ...ns2, serial: 6 })],
      {},
      ['serials-differ'],
      true,
    ],
    ['another TTL, the same set', [answer(PUBLISHED), answer(PUBLISHED, { ...ns2, ttl: 9 })], {}, [], true],
    ['a lame server', [answer(PUBLISHED), answer('lame', ns2)], {}, ['server-lame'], false],
    ['a silent server', [answer(PUBLISHED), answer('timeout', ns2)], {}, ['server-silent'], false],
    [
      'no server at all',
      [answer('timeout'), answer('refused', ns2)],
      {},
      ['none-answered', 'server-silent', 'server-silent'],
      false,
    ],
    ['the new one drops packets', [answer(PUBLISHED)], { newState: 'silent' }, ['new-silent'], true],
    ['the new one turns mail away', [answer(PUBLISHED)], { newState: 'rejecting' }, ['new-answering'], true],
    ['the old one is down too early', [answer(PUBLISHED)], { oldState: 'refusing' }, ['old-down'], true],
    ['the new one is down, alone', [answer(AFTER)], { newState: 'silent' }, ['new-down'], true],
    ['we could not try it', [answer(AFTER)], { newState: 'unknown' }, [], true],
    ['strange names', [answer({ 'other.example.net': 5 })], {}, ['hosts-absent'], true],
  ];
  it.each(cases)('%s', (_, answers, over, codes, consistent) => {
    const verdict = check(answers, over);
    expect(verdict.findings.map((found) => found.code.replace('migration-', ''))).toEqual(codes);
    expect(verdict.consistent).toBe(consistent);
    for (const found of verdict.findings) {
      expect(found.evidence.length).toBeGreaterThan(0);
      const texts = entries[found.code];
      for (const lang of ['en', 'th'] as const) {
        for (const part of ['title', 'explanation', 'fix'] as const) {
          expect(texts && say(texts[part], lang, found.params)).toMatch(/\S/);
        }
      }
    }
  });

  it('quotes every server', () => {
    expect(check([answer(PUBLISHED), answer('refused', ns2)]).authoritative).toEqual([
      {
        server: 'ns1.example.com',
        serial: 7,
        records: [`example.com. 3600 IN MX 20 ${NEW}.`, `example.com. 3600 IN MX 30 ${OLD}.`],
        error: null,
      },
      { server: 'ns2.example.com', serial: null, records: [], error: 'refused' },
    ]);
  });
});

describe('rememberTtl', () => {
  const WEEK = 604_800_000;
  const cases: [string, Parameters<typeof rememberTtl>, number][] = [
    ['nothing known', [null, 60, NOW], 60],
    ['a greater one of yesterday', [{ ttl: 86_400, at: NOW - 86_400_000 }, 60, NOW], 86_400],
    ['a greater one of a week ago', [{ ttl: 86_400, at: NOW - WEEK }, 60, NOW], 86_400],
    ['a greater one of before that', [{ ttl: 86_400, at: NOW - WEEK - 1 }, 60, NOW], 60],
    ['a smaller one', [{ ttl: 60, at: NOW }, 300, NOW], 300],
  ];
  it.each(cases)('%s', (_, args, ttl) => {
    expect(rememberTtl(...args).ttl).toBe(ttl);
  });
});
