import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CacheEvent, cached } from '../../src/dns/cached.ts';
import type { Domain } from '../../src/dns/name.ts';
import { fromStored, type Stored, toStored } from '../../src/dns/stored.ts';
import type { DnsAnswer, DnsResult, Question, RecordType, ResolveOptions, Resolver } from '../../src/dns/types.ts';
import type { Cache, CacheHit } from '../../src/store/ports.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NAME = 'a.test' as Domain;
const MX: Question<'MX'> = { name: NAME, type: 'MX' };
const soon = (ms = 3_000): ResolveOptions => ({ deadline: performance.now() + ms });

/** A cache that forgets nothing by itself, on a clock that the test turns. */
class Shelf implements Cache {
  layer: CacheHit['layer'] = 'memory';
  readonly held = new Map<string, { value: string; ttlMs: number; freshUntil: number }>();
  async get(key: string): Promise<CacheHit | undefined> {
    const held = this.held.get(key);
    return held && { value: held.value, layer: this.layer, freshMs: held.freshUntil - clock() };
  }
  async set(key: string, value: string, ttlMs: number, freshMs = ttlMs): Promise<void> {
    this.held.set(key, { value, ttlMs, freshUntil: clock() + freshMs });
  }
  async delete(key: string): Promise<void> {
    this.held.delete(key);
  }
}

/** A resolver under the test's hand. */
class Upstream implements Resolver {
  readonly trustedForAd = true;
  readonly asked: { question: Question; options: ResolveOptions }[] = [];
  answer: (question: Question) => Promise<DnsResult> | DnsResult = () => ok({ ttl: 300 });
  async resolve<T extends RecordType>(question: Question<T>, options: ResolveOptions): Promise<DnsResult<T>> {
    this.asked.push({ question, options });
    return (await this.answer(question)) as DnsResult<T>;
  }
}

let now = 1_800_000_000_000;
/** By how much the wall clock was set, forwards or back, without time passing. */
let wrong = 0;
const clock = (): number => now - wrong;
function setClock(ms: number): void {
  now += ms;
  wrong += ms;
}
function ok(more: Partial<DnsAnswer<'MX'>> = {}): DnsResult<'MX'> {
  const ttl = more.ttl ?? 300;
  const records = [{ preference: 10, exchange: 'mx.a.test' }];
  const base = { status: 'answer', records, canonical: 'a.test', authenticated: true, source: 'network' } as const;
  return { ok: true, answer: { ...base, resolvedAt: now, ...more, ttl, expiresAt: now + ttl * 1_000 } };
}
const failure = (kind: 'failure' | 'bogus' | 'timeout'): DnsResult => ({ ok: false, failure: { kind, detail: kind } });

function setup() {
  const shelf = new Shelf();
  const upstream = new Upstream();
  const events: CacheEvent['what'][] = [];
  const resolver = cached(upstream, shelf, { now: () => now, clock, observe: ({ what }) => events.push(what) });
  return { shelf, upstream, events, resolver };
}

/** A question whose answer has expired, and whose upstream has just failed. */
async function resting() {
  const all = setup();
  await all.resolver.resolve(MX, soon());
  now += 301_000;
  all.upstream.answer = () => failure('timeout');
  await all.resolver.resolve(MX, soon());
  return all;
}

describe('cached', () => {
  test('keeps an answer exactly as long as its TTL allows', async () => {
    const { upstream, resolver, events } = setup();
    const first = await resolver.resolve(MX, soon());
    now += 299_999;
    const second = await resolver.resolve(MX, soon());
    expect(second).toEqual({ ok: true, answer: { ...(first.ok && first.answer), source: 'memory' } });
    now += 1;
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: { source: 'network', resolvedAt: now } });
    expect(upstream.asked).toHaveLength(2);
    expect(events).toEqual(['miss', 'memory', 'miss']);
  });

  test('each RRset under its own key and TTL, and past its end for a day', async () => {
    const { shelf, upstream, resolver } = setup();
    upstream.answer = ({ type }) => ok({ ttl: type === 'MX' ? 300 : 60, records: [{ preference: 1, exchange: 'x' }] });
    await resolver.resolve(MX, soon());
    await resolver.resolve({ name: NAME, type: 'NS' }, soon());
    expect([...shelf.held].map(([key, { ttlMs }]) => [key, ttlMs])).toEqual([
      ['rr:MX:a.test', 300_000 + DAY],
      ['rr:NS:a.test', 60_000 + DAY],
    ]);
  });

  test.each(['nodata', 'nxdomain'] as const)('%s is an answer and is kept', async (status) => {
    const { upstream, resolver } = setup();
    upstream.answer = () => ok({ status, records: [], ttl: 30 });
    await resolver.resolve(MX, soon());
    expect(await resolver.resolve(MX, soon())).toMatchObject({
      answer: { status, records: [], ttl: 30, source: 'memory' },
    });
  });

  test('says which layer it came from', async () => {
    const { shelf, resolver, events } = setup();
    await resolver.resolve(MX, soon());
    shelf.layer = 'redis';
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: { source: 'redis' } });
    expect(events).toEqual(['miss', 'redis']);
  });

  test('a TTL of 0 is not kept, and what was kept before goes', async () => {
    const { shelf, upstream, resolver } = setup();
    await resolver.resolve(MX, soon());
    upstream.answer = () => ok({ ttl: 0 });
    await resolver.resolve(MX, { ...soon(), fresh: true });
    expect(shelf.held.size).toBe(0);
    await resolver.resolve(MX, soon());
    expect(shelf.held.size).toBe(0);
  });

  test('a TTL above seven days is taken for seven days', async () => {
    const { shelf, upstream, resolver } = setup();
    upstream.answer = () => ok({ ttl: 2_000_000_000 });
    const result = await resolver.resolve(MX, soon());
    expect(result).toMatchObject({ answer: { ttl: 604_800, expiresAt: now + 7 * DAY } });
    expect(shelf.held.get('rr:MX:a.test')?.ttlMs).toBe(8 * DAY);
  });

  test('fresh passes the cache by, and its answer is kept', async () => {
    const { upstream, resolver } = setup();
    await resolver.resolve(MX, soon());
    upstream.answer = () => ok({ records: [{ preference: 5, exchange: 'new.test' }] });
    expect(await resolver.resolve(MX, { ...soon(), fresh: true })).toMatchObject({ answer: { source: 'network' } });
    expect(await resolver.resolve(MX, soon())).toMatchObject({
      answer: { source: 'memory', records: [{ preference: 5, exchange: 'new.test' }] },
    });
  });

  test('a value that makes no sense is a miss', async () => {
    const { shelf, resolver } = setup();
    await shelf.set('rr:MX:a.test', '{"status":"answer"}', 1);
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: { source: 'network' } });
  });
});

describe('stale answers (RFC 8767)', () => {
  async function expired(kind: 'failure' | 'bogus' | 'timeout', after = 301_000) {
    const all = setup();
    await all.resolver.resolve(MX, soon());
    now += after;
    all.upstream.answer = () => failure(kind);
    return all;
  }

  test.each(['failure', 'timeout'] as const)('cover a %s for 30 s', async (kind) => {
    const { resolver, events } = await expired(kind);
    expect(await resolver.resolve(MX, soon())).toMatchObject({
      answer: {
        source: 'stale',
        ttl: 30,
        resolvedAt: now,
        expiresAt: now + 30_000,
        records: [{ exchange: 'mx.a.test' }],
      },
    });
    expect(events).toEqual(['miss', 'miss', 'stale']);
  });

  test.each<[string, 'failure' | 'bogus', number, Partial<ResolveOptions>]>([
    ['never a bogus answer', 'bogus', 301_000, {}],
    ['nothing older than a day', 'failure', 300_000 + DAY, {}],
    ['no one who asked for a fresh one', 'failure', 301_000, { fresh: true }],
    ['no one who will not have it', 'failure', 301_000, { stale: false }],
  ])('cover %s', async (_, kind, after, options) => {
    const { resolver } = await expired(kind, after);
    expect(await resolver.resolve(MX, { ...soon(), ...options })).toEqual(failure(kind));
  });

  test('the network is asked again after a rest, and its word counts at once', async () => {
    const { resolver, upstream } = await expired('timeout');
    await resolver.resolve(MX, soon());
    await resolver.resolve(MX, soon());
    expect(upstream.asked).toHaveLength(2);
    upstream.answer = () => ok();
    now += 5_000;
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: { source: 'network' } });
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: { source: 'memory' } });
  });
});

describe('a wall clock that is set', () => {
  test.each([
    ['a second', 2_000],
    ['an hour', HOUR],
    ['a day', DAY],
  ])('back by %s, or more, shortens no life and lengthens none', async (_, back) => {
    const { upstream, resolver } = setup();
    await resolver.resolve(MX, soon());
    now += 100_000;
    setClock(-back);
    const kept = { ttl: 300, resolvedAt: now - 100_000, expiresAt: now + 200_000, source: 'memory' };
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: kept });
    now += 199_999;
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: { source: 'memory' } });
    expect(upstream.asked).toHaveLength(1);
    now += 1;
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: { source: 'network', resolvedAt: now } });
  });

  test('back, an old answer still covers a failure, for as long as it would have', async () => {
    const { upstream, resolver } = setup();
    await resolver.resolve(MX, soon());
    upstream.answer = () => failure('timeout');
    setClock(-HOUR);
    now += 301_000;
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: { source: 'stale', resolvedAt: now } });
    now += DAY;
    expect(await resolver.resolve(MX, soon())).toEqual(failure('timeout'));
  });

  test('back while the answer lies in the store of all instances, it is asked for again, and covers a failure', async () => {
    const { shelf, upstream, resolver } = setup();
    // By the clock on the wall, as all that instances know of each other's values.
    await shelf.set('rr:MX:a.test', `1|a+|${now + HOUR}|300|a.test|10 mx.a.test`, DAY, HOUR + 300_000);
    shelf.layer = 'redis';
    upstream.answer = () => failure('timeout');
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: { source: 'stale', expiresAt: now + 30_000 } });
    upstream.answer = () => ok();
    now += 5_000;
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: { source: 'network' } });
  });

  test('back while a question rests, does not make the rest longer', async () => {
    const { upstream, resolver } = await resting();
    setClock(-HOUR);
    upstream.answer = () => ok();
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: { source: 'stale' } });
    now += 5_000;
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: { source: 'network' } });
  });

  test('forwards while a question rests, does not end the rest', async () => {
    const { upstream, resolver } = await resting();
    setClock(HOUR);
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: { source: 'stale' } });
    expect(upstream.asked).toHaveLength(2);
  });

  test('forwards ends lives, since a machine that slept wakes like this; and back again begins none anew', async () => {
    const { upstream, resolver } = setup();
    await resolver.resolve(MX, soon());
    setClock(DAY);
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: { source: 'network' } });
    setClock(-DAY);
    now += 299_999;
    expect(await resolver.resolve(MX, soon())).toMatchObject({
      answer: { source: 'memory', resolvedAt: now - 299_999 },
    });
    now += 1;
    expect(await resolver.resolve(MX, soon())).toMatchObject({ answer: { source: 'network' } });
    expect(upstream.asked).toHaveLength(3);
  });
});

describe('one flight a question', () => {
  const held = () => {
    const gates: ((result: DnsResult) => void)[] = [];
    const all = setup();
    all.upstream.answer = () => new Promise((resolve) => gates.push(resolve));
    return { ...all, gates };
  };
  const settle = () => new Promise((wake) => setTimeout(wake, 5));

  test('equal questions asked at once share one, others do not', async () => {
    const { resolver, upstream, gates } = held();
    const same = Array.from({ length: 50 }, () => resolver.resolve(MX, soon()));
    const other = resolver.resolve({ name: NAME, type: 'A' }, soon());
    await settle();
    expect(upstream.asked).toHaveLength(2);
    for (const gate of gates) gate(ok());
    expect((await Promise.all([...same, other])).every((result) => result.ok)).toBe(true);
  });

  test('a fresh question joins only fresh ones', async () => {
    const { resolver, upstream, gates } = held();
    const plain = resolver.resolve(MX, soon());
    await settle();
    const fresh = [1, 2].map(() => resolver.resolve(MX, { ...soon(), fresh: true }));
    const late = resolver.resolve(MX, soon());
    await settle();
    expect(upstream.asked).toHaveLength(2);
    for (const gate of gates) gate(ok());
    expect((await Promise.all([plain, late, ...fresh])).every((result) => result.ok)).toBe(true);
  });

  test('nobody waits past their own deadline, nor for one who gave up', async () => {
    const { resolver, upstream, gates } = held();
    const patient = resolver.resolve(MX, soon());
    await settle();
    const abort = new AbortController();
    const hurried = resolver.resolve(MX, soon(30));
    const quitter = resolver.resolve(MX, { ...soon(), signal: abort.signal });
    abort.abort();
    expect(await quitter).toMatchObject({ failure: { kind: 'timeout' } });
    expect(await hurried).toMatchObject({ failure: { kind: 'timeout' } });
    expect(upstream.asked).toHaveLength(1);
    for (const gate of gates) gate(ok());
    expect(await patient).toMatchObject({ ok: true });
  });

  test('one who gives up does not take the answer from the others', async () => {
    const { resolver, upstream, gates } = held();
    const abort = new AbortController();
    const first = resolver.resolve(MX, { ...soon(), signal: abort.signal });
    await settle();
    const second = resolver.resolve(MX, soon());
    abort.abort();
    expect((await first).ok).toBe(false);
    for (const gate of gates) gate(ok());
    expect((await second).ok).toBe(true);
    expect(upstream.asked).toHaveLength(1);
  });

  test('who has more time than the flight had asks again', async () => {
    const { resolver, upstream, gates } = held();
    const short = resolver.resolve(MX, soon(100));
    await settle();
    const long = resolver.resolve(MX, soon(5_000));
    await settle();
    gates[0]?.(failure('timeout'));
    expect((await short).ok).toBe(false);
    await settle();
    gates[1]?.(ok());
    expect((await long).ok).toBe(true);
    expect(upstream.asked).toHaveLength(2);
  });
});

describe('stored text', () => {
  const AT = 1_800_000_000_000;
  const label = fc.stringMatching(/^(?:[a-z0-9_-]|\\\d{3}){1,10}$/);
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
  const target = fc.oneof(name, fc.constant(''));
  const u32 = fc.integer({ min: 0, max: 0xffffffff });
  const records = {
    A: fc.record({ address: fc.ipV4() }),
    AAAA: fc.record({ address: fc.constantFrom('2001:db8::1', '::', '::ffff:192.0.2.1', 'fe80::a:0:1') }),
    MX: fc.record({ preference: fc.integer({ min: 0, max: 0xffff }), exchange: target }),
    NS: fc.record({ host: target }),
    CNAME: fc.record({ target }),
    SOA: fc.record({ mname: target, rname: target, serial: u32, minimum: u32 }),
  };
  const types = Object.keys(records) as RecordType[];

  test('comes back as it was', () => {
    const any = fc.constantFrom(...types).chain((type) =>
      fc.record({
        type: fc.constant(type),
        records: fc.array<unknown>(records[type], { maxLength: 5 }),
        canonical: name,
        ttl: fc.integer({ min: 1, max: 604_800 }),
        authenticated: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(any, ({ type, records: list, ...rest }) => {
        const status = list.length > 0 ? 'answer' : 'nodata';
        const answer = { ...rest, status, records: list, resolvedAt: AT, expiresAt: AT + rest.ttl * 1_000 };
        const text = toStored(type, answer as Stored<RecordType>);
        // fast-check makes records without a prototype.
        expect(JSON.stringify(fromStored(type, text, AT, Number.POSITIVE_INFINITY), sorted)).toBe(
          JSON.stringify(answer, sorted),
        );
      }),
    );
  });

  const good = `1|a+|${AT}|300|a.test|10 mx.a.test`;
  test.each([
    ['nothing', ''],
    ['JSON', '{}'],
    ['another version', good.replace('1|', '2|')],
    ['another status', good.replace('a+', 'z+')],
    ['a time that is none', good.replace(String(AT), '1e9')],
    ['a TTL that is none', good.replace('|300|', '|-1|')],
    ['a name that is none', good.replace('a.test', 'a b')],
    ['an answer without records', `1|a+|${AT}|300|a.test|`],
    ['NODATA with records', good.replace('a+', 'd+')],
    ['a preference over 65,535', good.replace('10 ', '65536 ')],
    ['a record with more in it', `${good} x`],
    ['one record too many', `${good},`],
    ['a field too many', `${good}|`],
    ['markup', good.replace('mx.a', '<b>')],
    ['too much', good + ',10 mx.a.test'.repeat(30_000)],
  ])('%s is a miss', (_, text) => {
    expect(fromStored('MX', good, AT, Number.POSITIVE_INFINITY)).toBeDefined();
    expect(fromStored('MX', text, AT, Number.POSITIVE_INFINITY)).toBeUndefined();
  });

  test('of a clock far ahead has expired', () => {
    const of = (ahead: number) =>
      fromStored('MX', good.replace(String(AT), String(AT + ahead)), AT, Number.POSITIVE_INFINITY)?.expiresAt;
    expect([of(5_000), of(5_001), of(HOUR)]).toEqual([AT + 300_000, AT, AT]);
  });

  test.each(['256.0.0.1', '1.2.3', '01.2.3.4', '::1'])('%s is no IPv4 address', (address) => {
    expect(fromStored('A', `1|a+|${AT}|300|a.test|${address}`, AT, Number.POSITIVE_INFINITY)).toBeUndefined();
  });

  test('noise never throws', () => {
    const near = fc.array(
      fc.constantFrom('1', '|', 'a+', 'd-', String(AT), '300', 'a.test', ',', ' ', '10', '\\', '::'),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.oneof(
          fc.string(),
          near.map((parts) => parts.join('')),
        ),
        (type, text) => {
          const stored = fromStored(type, text, AT, Number.POSITIVE_INFINITY);
          if (stored !== undefined) expect(stored.expiresAt).toBe(stored.resolvedAt + stored.ttl * 1_000);
        },
      ),
    );
  });
});

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)));
}
