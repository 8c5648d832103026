import packet, { type RecordLike } from 'dns-packet';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { answersQuery, decodeMessage, encodeQuery, TYPE } from '../../src/dns/message.ts';
import type { RecordType } from '../../src/dns/types.ts';

const FLAGS = { recursion: true, edns: true, checkingDisabled: false };
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/[\s|]/g, ''), 'hex'));
/** A response with one question `a` MX IN, then whatever follows. */
const response = (counts: string, rest = '', flags = '8180'): Uint8Array =>
  hex(`1234 ${flags} 0001 ${counts} 0161 00 000f 0001 ${rest}`);

const label = fc.string({
  unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789-_'),
  minLength: 1,
  maxLength: 20,
});
const name = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.'));
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const ttl = fc.integer({ min: 0, max: 0x7fffffff });
const ipv4 = fc.ipV4();
const ipv6 = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => ipaddr.fromByteArray([...bytes]).toString());

const record: fc.Arbitrary<RecordLike> = fc.oneof(
  fc.record({ type: fc.constant('A'), name, ttl, data: ipv4 }),
  fc.record({ type: fc.constant('AAAA'), name, ttl, data: ipv6 }),
  fc.record({ type: fc.constant('NS'), name, ttl, data: name }),
  fc.record({ type: fc.constant('CNAME'), name, ttl, data: name }),
  fc.record({
    type: fc.constant('MX'),
    name,
    ttl,
    data: fc.record({ preference: fc.integer({ min: 0, max: 0xffff }), exchange: name }),
  }),
  fc.record({
    type: fc.constant('SOA'),
    name,
    ttl,
    data: fc.record({ mname: name, rname: name, serial: u32, refresh: u32, retry: u32, expire: u32, minimum: ttl }),
  }),
  fc.record({ type: fc.constant('TXT'), name, ttl, data: fc.constant('left out') }),
);

/** What our codec should make of a record of dns-packet's. */
function expected({ type, name: owner, ttl: seconds, data }: RecordLike): unknown[] {
  if (type === 'TXT') return [];
  const ours = () => {
    if (type === 'MX') return { ...(data as object) };
    const text = typeof data === 'string' ? data : '';
    if (type === 'A') return { address: text };
    if (type === 'AAAA') return { address: expect.toSatisfy((ip: string) => sameAddress(ip, text)) };
    if (type === 'NS') return { host: text };
    if (type === 'CNAME') return { target: text };
    const { refresh: _, retry: __, expire: ___, ...rest } = data as { refresh: number; retry: number; expire: number };
    return rest;
  };
  return [{ name: owner, type, ttl: seconds, data: ours() }];
}

const sameAddress = (x: string, y: string): boolean =>
  ipaddr.parse(x).toNormalizedString() === ipaddr.parse(y).toNormalizedString();

describe('encodeQuery', () => {
  test('is read by dns-packet as it was meant', () => {
    const options = fc.record({ recursion: fc.boolean(), edns: fc.boolean(), checkingDisabled: fc.boolean() });
    const types = fc.constantFrom(...(Object.keys(TYPE) as RecordType[]));
    fc.assert(
      fc.property(name, types, options, (asked, type, flags) => {
        const query = encodeQuery(asked, type, flags);
        const decoded = packet.decode(query ?? new Uint8Array());
        expect(decoded).toMatchObject({
          type: 'query',
          id: 0,
          flag_rd: flags.recursion,
          flag_cd: flags.checkingDisabled,
        });
        expect(decoded.flag_ad).toBe(true);
        expect(decoded.questions).toEqual([{ name: asked, type, class: 'IN' }]);
        const opt = decoded.additionals ?? [];
        expect(opt.map((o) => [o.type, o.udpPayloadSize, o.flags])).toEqual(flags.edns ? [['OPT', 1232, 0]] : []);
      }),
    );
  });

  test.each([
    ['a'.repeat(64), 'a label over 63'],
    [`${'a'.repeat(63)}.`.repeat(4), 'over 255 octets'],
    ['a..b', 'an empty label'],
    ['.a', 'an empty label in front'],
    ['a.', 'an empty label at the end'],
    ['a\\9', 'a broken escape'],
    ['a\\999', 'an escape that is no byte'],
    ['\u0e01', 'a character that is no byte'],
  ])('%j is no name: %s', (bad) => {
    expect(encodeQuery(bad, 'MX', FLAGS)).toBeUndefined();
  });

  test('a name of 255 octets is one', () => {
    const longest = [63, 63, 63, 61].map((n) => 'a'.repeat(n)).join('.');
    expect(encodeQuery(longest, 'A', FLAGS)).toHaveLength(12 + 255 + 4 + 11);
    expect(encodeQuery(`${longest}a`, 'A', FLAGS)).toBeUndefined();
  });

  test('any bytes of a label come back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 63 }), (bytes) => {
        const wire = Buffer.concat([
          hex('0001 8180 0001 0000 0000 0000'),
          Uint8Array.of(bytes.length),
          bytes,
          hex('00 0001 0001'),
        ]);
        const owner = Buffer.concat([wire, hex('c00c 0002 0001 00000001 0002 c00c')]);
        owner.writeUInt16BE(1, 6);
        const text = decodeMessage(owner)?.answers[0]?.name ?? '';
        expect(text).toMatch(/^(?:[a-z0-9_-]|\\\d{3})+$/);
        const query = encodeQuery(text, 'A', FLAGS) ?? new Uint8Array();
        const lower = Array.from(bytes, (byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte));
        expect([...query.subarray(13, 13 + bytes.length)]).toEqual(lower);
      }),
    );
  });
});

describe('decodeMessage', () => {
  test('agrees with dns-packet on everything it can say', () => {
    const message = fc.record({
      id: fc.integer({ min: 0, max: 0xffff }),
      question: name,
      answers: fc.array(record, { maxLength: 8 }),
      authorities: fc.array(record, { maxLength: 4 }),
      additionals: fc.array(record, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(message, ({ id, question, answers, authorities, additionals }) => {
        const flags = 0x0400 | 0x0080 | 0x0020;
        const questions = [{ type: 'MX', name: question }];
        const wire = packet.encode({ id, type: 'response', flags, questions, answers, authorities, additionals });
        expect(decodeMessage(wire)).toEqual({
          id,
          authoritative: true,
          truncated: false,
          recursionAvailable: true,
          authenticated: true,
          rcode: 0,
          answers: answers.flatMap(expected),
          authorities: authorities.flatMap(expected),
          extendedErrors: [],
        });
      }),
    );
  });

  test('lower-cases names, follows pointers, escapes what no host name holds', () => {
    const mx = 'c00c 000f 0001 0000012c 0008 000a 03 4d5831 c00c';
    const odd = '0141 00 0002 0001 0000012c 0007 04 612e2062 c00c';
    const decoded = decodeMessage(response('0002 0000 0000', `${mx} ${odd}`));
    expect(decoded?.answers).toEqual([
      { name: 'a', type: 'MX', ttl: 300, data: { preference: 10, exchange: 'mx1.a' } },
      { name: 'a', type: 'NS', ttl: 300, data: { host: 'a\\046\\032b.a' } },
    ]);
  });

  test('a TTL with the high bit set is 0 (RFC 2181 §8)', () => {
    const decoded = decodeMessage(response('0001 0000 0000', 'c00c 0001 0001 80000001 0004 c0000201'));
    expect(decoded?.answers).toEqual([{ name: 'a', type: 'A', ttl: 0, data: { address: '192.0.2.1' } }]);
  });

  test('the upper bits of the rcode and extended errors come from OPT', () => {
    const opt = '00 0029 04d0 01000000 000e 000f 0002 0006 000f 0004 0009 6869';
    const decoded = decodeMessage(response('0000 0000 0001', opt));
    expect(decoded).toMatchObject({ rcode: 16, extendedErrors: [6, 9] });
  });

  test('records of another class are left out', () => {
    expect(decodeMessage(response('0001 0000 0000', 'c00c 0001 0003 00000001 0004 c0000201'))?.answers).toEqual([]);
  });

  test('of a truncated message only the head is read', () => {
    expect(decodeMessage(response('0005 0000 0000', 'c0', '8380'))).toMatchObject({ truncated: true, answers: [] });
  });

  test.each<[string, Uint8Array]>([
    ['nothing', hex('')],
    ['less than a header', hex('1234 8180 0001 0000 0000 00')],
    ['two questions', hex('1234 8180 0002 0000 0000 0000 0161 00 000f 0001 0161 00 000f 0001')],
    ['a question cut short', hex('1234 8180 0001 0000 0000 0000 0161 00 000f')],
    ['a count without records', response('0001 0000 0000')],
    ['65,535 records promised', response('ffff 0000 0000', 'c00c 0001 0001 00000001 0004 c0000201')],
    ['a record cut in its head', response('0001 0000 0000', 'c00c 0001 0001 0000')],
    ['data longer than the packet', response('0001 0000 0000', 'c00c 0001 0001 00000001 0010 c0000201')],
    ['an A of three bytes', response('0001 0000 0000', 'c00c 0001 0001 00000001 0003 c00002')],
    ['an AAAA of four bytes', response('0001 0000 0000', 'c00c 001c 0001 00000001 0004 c0000201')],
    ['a pointer to itself', response('0001 0000 0000', 'c00c 0002 0001 00000001 0002 c01f')],
    ['a pointer forward', response('0001 0000 0000', 'c00c 0002 0001 00000001 0004 c021 0161')],
    ['two pointers in a ring', response('0001 0000 0000', 'c00c 0002 0001 00000001 0006 0161 c021 c01f')],
    ['an owner that is a pointer to itself', response('0001 0000 0000', 'c013 0001 0001 00000001 0004 c0000201')],
    ['a label over 63', response('0001 0000 0000', '80 0001 0001 00000001 0004 c0000201')],
    ['a name that runs out of the packet', response('0001 0000 0000', 'c00c 0002 0001 00000001 0002 3f61')],
    ['a name that ends before its data does', response('0001 0000 0000', 'c00c 0002 0001 00000001 0004 0161 00 00')],
    ['a name that ends behind its data', response('0001 0000 0000', 'c00c 000f 0001 00000001 0003 000a 01 6100')],
    ['an SOA cut short', response('0000 0001 0000', 'c00c 0006 0001 00000001 0006 00 00 00000001')],
    ['an option longer than OPT', response('0000 0000 0001', '00 0029 04d0 00000000 0004 000f 0009')],
  ])('is undefined: %s', (_, wire) => {
    expect(decodeMessage(wire)).toBeUndefined();
  });

  test('a name is at most 255 octets, pointers included', () => {
    const run = (n: number): string => '3f'.concat('61'.repeat(63)).repeat(n);
    const made = (labels: string): Uint8Array => {
      const length = (labels.length / 2 + 2).toString(16).padStart(4, '0');
      return response('0001 0000 0000', `c00c 0002 0001 00000001 ${length} ${labels} c00c`);
    };
    expect(decodeMessage(made(`${run(3)}3a${'61'.repeat(58)}`))?.answers).toHaveLength(1);
    expect(decodeMessage(made(`${run(3)}3c${'61'.repeat(60)}`))).toBeUndefined();
  });

  test('no bytes make it throw or linger', () => {
    const wild = fc.uint8Array({ maxLength: 600 });
    const broken = fc
      .tuple(
        fc.array(record, { maxLength: 6 }),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
      )
      .map(([answers, changes]) => {
        const wire = packet.encode({ id: 1, type: 'response', questions: [{ type: 'MX', name: 'a.test' }], answers });
        for (const [at, byte] of changes) wire[at % wire.length] = byte;
        return wire;
      });
    fc.assert(
      fc.property(fc.oneof(wild, broken), (wire) => {
        const decoded = decodeMessage(wire);
        for (const { name: owner } of decoded?.answers ?? []) expect(owner).toMatch(/^[a-z0-9_.\\-]*$/);
      }),
      { numRuns: 2_000 },
    );
  });

  test('64 KiB of pointers are refused in no time', () => {
    const wire = Buffer.alloc(65_535, 0xc0);
    hex('1234 8180 0001 0258 0000 0000').forEach((byte, i) => {
      wire[i] = byte;
    });
    const before = performance.now();
    expect(decodeMessage(wire)).toBeUndefined();
    expect(performance.now() - before).toBeLessThan(50);
  });

  test.each([
    ['20010db8000000000000000000000001', '2001:db8::1'],
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['20010db8000100000000000100000000', '2001:db8:1::1:0:0'],
    ['20010db8000000010000000000000001', '2001:db8:0:1::1'],
    ['20010db8000100010001000000010001', '2001:db8:1:1:1:0:1:1'],
    ['fe800000000000000000000000000000', 'fe80::'],
    ['00000000000000000000ffffc0000201', '::ffff:192.0.2.1'],
    ['0064ff9b0000000000000000c0000201', '64:ff9b::c000:201'],
  ])('AAAA %s is %s (RFC 5952)', (bytes, text) => {
    const decoded = decodeMessage(response('0001 0000 0000', `c00c 001c 0001 00000001 0010 ${bytes}`));
    expect(decoded?.answers[0]?.data).toEqual({ address: text });
  });
});

describe('answersQuery', () => {
  const query = encodeQuery('mx.example', 'MX', FLAGS) ?? new Uint8Array();
  query.set([0x12, 0x34]);
  const answer = (change: (bytes: Uint8Array) => void = () => {}): Uint8Array => {
    const bytes = Uint8Array.from(query);
    bytes[2] = 0x81;
    change(bytes);
    return bytes;
  };

  test.each<[string, boolean, Uint8Array]>([
    ['the same question', true, answer()],
    ['letters in another case', true, answer((b) => b.set([0x4d], 13))],
    ['another id', false, answer((b) => b.set([0x35], 1))],
    ['a query', false, answer((b) => b.set([0x01], 2))],
    ['another opcode', false, answer((b) => b.set([0xa1], 2))],
    ['another name', false, answer((b) => b.set([0x6e], 13))],
    ['another type', false, answer((b) => b.set([0x01], 25))],
    ['a length that is a letter in another case', false, answer((b) => b.set([0x22], 12))],
    ['no question', false, answer((b) => b.set([0], 5))],
    ['no question with FORMERR', true, answer((b) => b.set([0x01, 0, 0], 3))],
    ['no question with SERVFAIL', false, answer((b) => b.set([0x02, 0, 0], 3))],
    ['two questions', false, answer((b) => b.set([2], 5))],
    ['cut in the question', false, answer().subarray(0, 20)],
    ['nothing', false, new Uint8Array()],
  ])('%s: %s', (_, matches, wire) => {
    expect(answersQuery(wire, query)).toBe(matches);
  });
});
