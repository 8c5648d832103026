import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderAll } from '../../src/diagnosis/findings.ts';
import type { Domain } from '../../src/dns/name.ts';
import { planMigration } from '../../src/mx/migration.ts';
import type { CurrentMx, HostFacts, PlanInput } from '../../src/mx/migration-model.ts';
import { zoneLines } from '../../src/mx/migration-model.ts';
import type { FindingEntries } from '../../src/texts/findings-shape.ts';
import { durationText, MIGRATION_WHY, sayWhy } from '../../src/texts/migration.ts';
import { MIGRATION_FINDINGS } from '../../src/texts/migration-findings.ts';
import { say } from '../../src/texts/text.ts';

const entries: FindingEntries = MIGRATION_FINDINGS;

const NOW = Date.parse('2026-08-07T02:00:00Z');
const DAY = 86_400_000;
const domain = 'example.com' as Domain;

const host = (name: string, over: Partial<HostFacts> = {}): HostFacts => ({
  host: name,
  resolves: true,
  addressTtl: 300,
  negativeTtl: null,
  state: 'refusing',
  ...over,
});

const zone = (over: Partial<CurrentMx> = {}): CurrentMx => ({
  records: [{ preference: 30, exchange: 'oldisp.example.net' }],
  implicit: false,
  ttl: 3600,
  seenTtl: null,
  ...over,
});

const input = (over: Partial<PlanInput> = {}): PlanInput => ({
  domain,
  strategy: 'fallback',
  startAt: null,
  cutoverAt: null,
  newExchanges: [{ host: 'newisp.example.net' }],
  current: zone(),
  newHosts: [host('newisp.example.net')],
  oldHosts: [host('oldisp.example.net', { state: 'accepting' })],
  now: NOW,
  ...over,
});

const times = (over: Partial<PlanInput>) =>
  Object.fromEntries(planMigration(input(over)).stages.map((stage) => [stage.name, (stage.notBefore - NOW) / 1000]));
const codes = (over: Partial<PlanInput>) =>
  planMigration(input(over))
    .warnings.map((warning) => warning.code.replace('migration-', ''))
    .sort();
const records = (over: Partial<PlanInput>, name: string) =>
  planMigration(input(over)).stages.find((stage) => stage.name === name)?.records;

/** Said of every fallback move that has an old exchange: no measurement rules them out. */
const ALWAYS = ['equal-filtering', 'single-address-senders'];

describe('a fallback move', () => {
  it('"we change ISP next Friday, TTL is a day": publish by Thursday, switch on Friday, retire days later', () => {
    const friday = Date.parse('2026-08-14T09:00:00+07:00');
    const plan = planMigration(input({ current: zone({ ttl: 86_400 }), cutoverAt: friday }));
    expect(plan.oldExchanges).toEqual([{ preference: 30, exchange: 'oldisp.example.net' }]);
    expect(plan.oldTtl).toBe(86_400);
    expect(plan.newPreference).toBe(20);
    const both = ['example.com. 86400 IN MX 20 newisp.example.net.', 'example.com. 86400 IN MX 30 oldisp.example.net.'];
    expect(plan.stages.map(({ name, notBefore, records }) => ({ name, notBefore, records }))).toEqual([
      { name: 'publish', notBefore: NOW, records: both },
      { name: 'wait', notBefore: NOW, records: both },
      { name: 'cut-over', notBefore: friday, records: both },
      { name: 'observe', notBefore: friday, records: both },
      {
        name: 'retire',
        notBefore: friday + 5 * DAY,
        records: ['example.com. 86400 IN MX 20 newisp.example.net.'],
      },
    ]);
    expect(plan.warnings.map((warning) => warning.code).sort()).toEqual(ALWAYS.map((code) => `migration-${code}`));
  });

  const arithmetic: [string, Partial<PlanInput>, Record<string, number>][] = [
    ['TTL 3600: complete after the TTL, a margin on top', {}, { 'cut-over': 3600 + 360 }],
    ['a short TTL still gets five minutes of margin', { current: zone({ ttl: 60 }) }, { 'cut-over': 60 + 300 }],
    ['a start in the future moves everything', { startAt: NOW + DAY }, { publish: 86_400, 'cut-over': 90_360 }],
    ['a start in the past is now', { startAt: NOW - DAY }, { publish: 0, 'cut-over': 3960 }],
    ['a wanted moment after completion stands exactly', { cutoverAt: NOW + 3_600_000 }, { 'cut-over': 3600 }],
    ['a wanted moment too soon is moved', { cutoverAt: NOW + 3_599_000 }, { 'cut-over': 3960 }],
    [
      'a greater TTL of the last 7 days counts',
      { current: zone({ ttl: 300, seenTtl: 86_400 }) },
      { 'cut-over': 95_040 },
    ],
    ['a month of TTL counts 7 days', { current: zone({ ttl: 2_592_000 }) }, { 'cut-over': 604_800 + 60_480 }],
    ['TTL 0 is complete at once', { current: zone({ ttl: 0 }), cutoverAt: NOW }, { 'cut-over': 0 }],
  ];
  it.each(arithmetic)('%s', (_, over, expected) => {
    expect(times(over)).toMatchObject(expected);
  });

  const numbers: [string, CurrentMx['records'], PlanInput['newExchanges'], string[], number[]][] = [
    ['10 leaves room at 5', [{ preference: 10, exchange: 'a.old' }], [{ host: 'n.new' }], [], [5, 10]],
    ['1 leaves room at 0', [{ preference: 1, exchange: 'a.old' }], [{ host: 'n.new' }], [], [0, 1]],
    [
      '0 leaves none: the old one moves up',
      [{ preference: 0, exchange: 'a.old' }],
      [{ host: 'n.new' }],
      ['renumbered'],
      [10, 20],
    ],
    [
      'two old ones move up in their order',
      [
        { preference: 0, exchange: 'a.old' },
        { preference: 5, exchange: 'b.old' },
      ],
      [{ host: 'n.new' }],
      ['renumbered'],
      [10, 20, 30],
    ],
    [
      'a wanted number below stands',
      [{ preference: 30, exchange: 'a.old' }],
      [{ host: 'n.new', preference: 7 }],
      [],
      [7, 30],
    ],
    [
      'a wanted number not below is kept and warned of',
      [{ preference: 30, exchange: 'a.old' }],
      [{ host: 'n.new', preference: 30 }],
      ['preference-not-below'],
      [30, 30],
    ],
    [
      'above 65535 is nothing: the warning says so',
      [{ preference: 0, exchange: 'a.old' }],
      [{ host: 'n.new', preference: 65_535 }],
      ['preference-not-below', 'renumbered'],
      [65_535, 65_535],
    ],
    [
      'two new ones share the number',
      [{ preference: 30, exchange: 'a.old' }],
      [{ host: 'm.new' }, { host: 'n.new' }],
      [],
      [20, 20, 30],
    ],
    [
      'a new exchange that is published already is no old one',
      [
        { preference: 20, exchange: 'n.new' },
        { preference: 30, exchange: 'a.old' },
      ],
      [{ host: 'n.new' }],
      [],
      [20, 30],
    ],
  ];
  it.each(numbers)('%s', (_, old, newExchanges, warned, expected) => {
    const over = { current: zone({ records: old }), newExchanges, newHosts: [], oldHosts: [] };
    expect(records(over, 'publish')?.map((line) => Number(line.split(' ')[4]))).toEqual(expected);
    expect(codes(over)).toEqual([...ALWAYS, ...warned].sort());
  });

  it('writes an implicit MX out behind the new exchange', () => {
    const implicit = zone({ records: [{ preference: 0, exchange: domain }], implicit: true, ttl: 600 });
    expect(records({ current: implicit }, 'publish')).toEqual([
      'example.com. 3600 IN MX 10 newisp.example.net.',
      'example.com. 3600 IN MX 20 example.com.',
    ]);
    expect(codes({ current: implicit })).toEqual([...ALWAYS, 'implicit-written-out'].sort());
    expect(times({ current: implicit })).toMatchObject({ 'cut-over': 900 });
  });

  it('lets the new exchange take the place of a null MX, with nothing to fall back to', () => {
    const current = zone({ records: [{ preference: 0, exchange: '' }] });
    expect(records({ current }, 'publish')).toEqual(['example.com. 3600 IN MX 10 newisp.example.net.']);
    expect(codes({ current })).toEqual(['null-mx-ends']);
    expect(codes({ current: zone({ records: [] }) })).toEqual(['no-old-exchange']);
  });

  const states: [string, Partial<HostFacts>, string[]][] = [
    ['refuses: as it should be before the switch', { state: 'refusing' }, []],
    ['could not be tried from here: nothing is said', { state: 'unknown' }, []],
    ['drops packets', { state: 'silent' }, ['new-silent']],
    ['accepts already', { state: 'accepting' }, ['new-answering']],
    ['rejects already', { state: 'rejecting' }, ['new-answering']],
    ['does not resolve', { resolves: false, addressTtl: null, state: 'unknown' }, ['new-unresolved']],
    ['an address that is cached for longer than the MX set', { addressTtl: 86_401 }, ['address-ttl']],
  ];
  it.each(states)('the new host %s', (_, facts, warned) => {
    expect(codes({ newHosts: [host('newisp.example.net', facts)] })).toEqual([...ALWAYS, ...warned].sort());
  });

  it('warns of a switch too soon, and of a TTL that was greater or is over a week', () => {
    expect(codes({ cutoverAt: NOW + 1000 })).toContain('cutover-too-soon');
    expect(codes({ cutoverAt: NOW - DAY })).toContain('cutover-too-soon');
    expect(codes({ cutoverAt: NOW + 3_600_000 })).toEqual(ALWAYS);
    expect(codes({ current: zone({ seenTtl: 7200 }) })).toContain('ttl-was-greater');
    expect(codes({ current: zone({ ttl: 604_801 }) })).toContain('ttl-over-cap');
  });
});

describe('a staged move', () => {
  const staged = { strategy: 'staged', newHosts: [host('newisp.example.net', { state: 'accepting' })] } as const;

  it('lowers the TTL, publishes behind, swaps, retires, raises', () => {
    const plan = planMigration(input({ ...staged, current: zone({ ttl: 86_400 }) }));
    expect(plan.stages.map(({ name, records }) => ({ name, records }))).toEqual([
      { name: 'lower-ttl', records: ['example.com. 300 IN MX 30 oldisp.example.net.'] },
      {
        name: 'publish',
        records: ['example.com. 300 IN MX 30 oldisp.example.net.', 'example.com. 300 IN MX 40 newisp.example.net.'],
      },
      {
        name: 'swap',
        records: ['example.com. 300 IN MX 20 newisp.example.net.', 'example.com. 300 IN MX 30 oldisp.example.net.'],
      },
      { name: 'retire', records: ['example.com. 300 IN MX 20 newisp.example.net.'] },
      { name: 'raise-ttl', records: ['example.com. 86400 IN MX 20 newisp.example.net.'] },
    ]);
    expect(plan.stages.map(({ notBefore }) => (notBefore - NOW) / 1000)).toEqual([
      0,
      86_400 + 8640,
      95_040 + 600,
      95_640 + 432_000,
      527_640 + 600,
    ]);
    expect(plan.warnings.map((warning) => warning.code)).toEqual(['migration-equal-filtering']);
  });

  it('keeps a TTL that is low already, and a wanted swap that is late enough', () => {
    const over = { ...staged, current: zone({ ttl: 120 }), cutoverAt: NOW + DAY };
    expect(records(over, 'lower-ttl')).toEqual(['example.com. 120 IN MX 30 oldisp.example.net.']);
    expect(times(over)).toMatchObject({ publish: 420, swap: 86_400 });
  });

  it('renumbers downwards where nothing is above 65535', () => {
    const over = { ...staged, current: zone({ records: [{ preference: 65_535, exchange: 'a.old' }] }) };
    expect(records(over, 'publish')).toEqual([
      'example.com. 300 IN MX 10 a.old.',
      'example.com. 300 IN MX 20 newisp.example.net.',
    ]);
  });

  it('warns of a new host that does not take mail yet', () => {
    for (const state of ['silent', 'refusing', 'rejecting'] as const) {
      const { warnings } = planMigration(input({ ...staged, newHosts: [host('newisp.example.net', { state })] }));
      const notLive = warnings.filter(({ code }) => code === 'migration-new-not-live');
      expect(notLive).toHaveLength(1);
      // The state is a word of our own code, and English.
      expect(renderAll(notLive, 'th')[0]?.explanation).not.toContain(state);
    }
  });
});

const hostName = fc.stringMatching(/^[a-z]{1,8}\.(old|new)$/);
const anyInput = fc
  .record({
    strategy: fc.constantFrom('fallback' as const, 'staged' as const),
    startAt: fc.option(fc.integer({ min: NOW - DAY, max: NOW + 30 * DAY })),
    cutoverAt: fc.option(fc.integer({ min: NOW - DAY, max: NOW + 60 * DAY })),
    old: fc.array(fc.record({ preference: fc.nat(65_535), exchange: hostName }), { maxLength: 5 }),
    fresh: fc.array(hostName, { minLength: 1, maxLength: 5 }),
    ttl: fc.nat(2_592_000),
    seenTtl: fc.option(fc.nat(2_592_000)),
  })
  .map(({ old, fresh, ttl, seenTtl, ...rest }) =>
    input({
      ...rest,
      newExchanges: fresh.map((name) => ({ host: name })),
      current: { records: old, implicit: false, ttl, seenTtl },
      newHosts: [],
    }),
  );

describe('any plan', () => {
  it('never goes back in time, never switches before caches have forgotten, and always tries the new first', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        const plan = planMigration(given);
        const moments = plan.stages.map((stage) => stage.notBefore);
        expect(moments).toEqual([...moments].sort((a, b) => a - b));
        expect(moments[0]).toBeGreaterThanOrEqual(given.now);
        const settle = Math.min(plan.oldTtl, 604_800) * 1000;
        const [changed, built] = given.strategy === 'fallback' ? ['publish', 'cut-over'] : ['lower-ttl', 'publish'];
        const at = (name: string | undefined) => plan.stages.find((stage) => stage.name === name)?.notBefore ?? 0;
        expect(at(built) - at(changed)).toBeGreaterThanOrEqual(settle);
        const live = plan.stages.find((stage) => stage.name === 'cut-over' || stage.name === 'swap');
        const incoming = new Set(given.newExchanges.map((exchange) => `${exchange.host}.`));
        const order = (live?.records ?? []).map((line) => incoming.has(line.split(' ')[5] ?? ''));
        expect(order).toEqual([...order].sort((a, b) => Number(b) - Number(a)));
        for (const line of plan.stages.flatMap((stage) => stage.records)) {
          expect(line).toMatch(/^example\.com\. \d+ IN MX \d{1,5} [a-z.]+\.$/);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has a reason in both languages for each stage, with nothing left to fill in', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        for (const stage of planMigration(given).stages) {
          for (const lang of ['en', 'th'] as const) expect(sayWhy(stage, lang)).not.toMatch(/[{}]|undefined|NaN/);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('has words in both languages for each warning', () => {
    const everything = [
      input({ cutoverAt: NOW, current: zone({ ttl: 700_000, seenTtl: 800_000 }) }),
      input({ current: zone({ records: [{ preference: 0, exchange: 'a.old' }] }) }),
      input({ current: zone({ implicit: true, records: [{ preference: 0, exchange: domain }] }) }),
      input({ current: zone({ records: [{ preference: 0, exchange: '' }] }) }),
      input({ current: zone({ records: [] }) }),
      input({ newExchanges: [{ host: 'n.new', preference: 99 }] }),
      input({ strategy: 'staged' }),
      ...(['silent', 'accepting'] as const).map((state) => input({ newHosts: [host('n.new', { state })] })),
      input({ newHosts: [host('n.new', { resolves: false })], oldHosts: [host('a.old', { addressTtl: 99_999 })] }),
    ].flatMap((given) => planMigration(given).warnings);
    expect(new Set(everything.map((warning) => warning.code)).size).toBe(15);
    for (const warning of everything) {
      expect(warning.evidence.length, warning.code).toBeGreaterThan(0);
      const texts = entries[warning.code];
      for (const lang of ['en', 'th'] as const) {
        for (const part of ['title', 'explanation', 'fix'] as const) {
          expect(texts && say(texts[part], lang, warning.params), `${warning.code} ${part}`).toMatch(/\S/);
        }
      }
    }
  });
});

describe('texts', () => {
  it('say durations in the largest unit that fits', () => {
    expect([86_400, 172_800, 5400, 3600, 60, 61, 0].map((n) => durationText(n, 'en'))).toEqual([
      '1 day',
      '2 days',
      '90 minutes',
      '1 hour',
      '1 minute',
      '61 seconds',
      '0 seconds',
    ]);
    expect(durationText(86_400, 'th')).toBe('1 วัน');
  });

  it('name every stage of the contract', () => {
    expect(Object.keys(MIGRATION_WHY).length).toBe(17);
    expect(() => sayWhy({ why: 'nonsense', params: {} }, 'en')).toThrow(/nonsense/);
  });

  it('write a null MX as the root', () => {
    expect(zoneLines('example.com', 60, [{ preference: 0, exchange: '' }])).toEqual(['example.com. 60 IN MX 0 .']);
  });
});
