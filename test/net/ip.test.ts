import net from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIp, inCidr, parseCidr, parseIp } from '../../src/net/ip.ts';

describe('IP literals', () => {
  test.for([
    ['192.0.2.1', '192.0.2.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['0.0.0.0', '0.0.0.0'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ] as const)('%s is %s', ([text, canonical]) => {
    const ip = parseIp(text);
    expect(ip && formatIp(ip)).toBe(canonical);
  });

  test.for([
    '',
    'localhost',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0x7f000001',
    '0177.0.0.1',
    '127.0.0.01',
    '127.0.0.1.',
    '127.0.0.1 ',
    ' 127.0.0.1',
    '127.0.0.256',
    '127.0.0',
    '127.0.0.1/32',
    '１２７.0.0.1',
    '127。0。0。1',
    'fe80::1%eth0',
    '::1%lo',
    '[::1]',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::ffff:127.1',
    '::ffff:0177.0.0.1',
    '::ffff:0x7f.0.0.1',
    '::127.0.0.1:1',
    '12345::',
    '1.2.3.4::',
  ])('%j is none', (text) => {
    expect(parseIp(text)).toBeUndefined();
  });

  const hex = fc.stringMatching(/^[0-9a-fA-F]{0,5}$/);
  const quad = fc
    .array(fc.stringMatching(/^[0-9]{1,4}$/), { minLength: 3, maxLength: 5 })
    .map((parts) => parts.join('.'));
  const likely = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    quad,
    fc.array(fc.oneof({ weight: 6, arbitrary: hex }, quad), { maxLength: 9 }).map((parts) => parts.join(':')),
    fc
      .tuple(fc.array(hex, { maxLength: 5 }), fc.array(hex, { maxLength: 5 }))
      .map(([a, b]) => `${a.join(':')}::${b.join(':')}`),
    fc.stringMatching(/^[0-9a-f.:%x]{0,20}$/),
  );

  test('are what the platform takes for them, but for zones', () => {
    fc.assert(
      fc.property(likely, (text) => {
        const family = text.includes('%') ? 0 : net.isIP(text);
        expect(parseIp(text)?.family ?? 0).toBe(family);
      }),
      { numRuns: 3_000 },
    );
  });

  test('keep their value when written and read again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const ip = parseIp(text);
        expect(ip && parseIp(formatIp(ip))).toEqual(ip);
      }),
    );
  });
});

describe('blocks', () => {
  test.for([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.1', '10.0.0.1', true],
    ['10.0.0.1', '10.0.0.2', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '10.0.0.1', false],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['fe80::/10', 'febf::1', true],
    ['fe80::/10', 'fec0::1', false],
    ['::1/128', '::1', true],
    ['::1/128', '::2', false],
  ] as const)('%s holds %s: %s', ([block, text, holds]) => {
    const cidr = parseCidr(block);
    const ip = parseIp(text);
    expect(cidr && ip && inCidr(ip, cidr)).toBe(holds);
  });

  test.for([
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10/8',
    '::/129',
    '::1/64/64',
    'x/8',
    '10.0.0.0/ 8',
  ])('%j is none', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });
});
