import net from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalTarget, createAddressPolicy } from '../../src/net/address-policy.ts';

const strict = createAddressPolicy({ allow: [] });

/** Every range of the contract, each with its first and last address, and its neighbours that are public. */
const REFUSED = [
  ['0.0.0.0', 'this-network'],
  ['0.255.255.255', 'this-network'],
  ['10.0.0.0', 'private'],
  ['10.255.255.255', 'private'],
  ['100.64.0.0', 'cgnat'],
  ['100.127.255.255', 'cgnat'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.255', 'loopback'],
  ['169.254.169.254', 'link-local'],
  ['172.16.0.0', 'private'],
  ['172.31.255.255', 'private'],
  ['192.0.0.1', 'special-purpose'],
  ['192.0.0.170', 'special-purpose'],
  ['192.0.2.1', 'documentation'],
  ['192.88.99.1', 'special-purpose'],
  ['192.168.0.0', 'private'],
  ['192.168.255.255', 'private'],
  ['198.18.0.0', 'benchmark'],
  ['198.19.255.255', 'benchmark'],
  ['198.51.100.7', 'documentation'],
  ['203.0.113.7', 'documentation'],
  ['224.0.0.1', 'multicast'],
  ['239.255.255.255', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.254', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'this-network'],
  ['::1', 'loopback'],
  ['::2', 'reserved'],
  // IPv4-compatible: deprecated, and no way to a public address.
  ['::8.8.8.8', 'reserved'],
  ['::127.0.0.1', 'reserved'],
  ['::ffff:0:8.8.8.8', 'reserved'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:7f00:1', 'loopback'],
  ['::ffff:10.1.2.3', 'private'],
  ['64:ff9b::10.0.0.1', 'private'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['64:ff9b::169.254.169.254', 'link-local'],
  ['64:ff9b:1::8.8.8.8', 'special-purpose'],
  ['2002:7f00:1::', 'loopback'],
  ['2002:a00:1::1', 'private'],
  ['2002:c0a8:101::', 'private'],
  ['100::', 'special-purpose'],
  ['100::1', 'special-purpose'],
  ['100:0:0:1::', 'reserved'],
  ['2001::1', 'teredo'],
  ['2001:0:5ef5:79fb::1', 'teredo'],
  ['2001:1::1', 'special-purpose'],
  ['2001:2::1', 'benchmark'],
  ['2001:10::1', 'special-purpose'],
  ['2001:20::1', 'special-purpose'],
  ['2001:1ff:ffff::', 'special-purpose'],
  ['2001:db8::1', 'documentation'],
  ['2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 'documentation'],
  ['3fff::1', 'documentation'],
  ['3fff:fff:ffff::', 'documentation'],
  ['4000::1', 'reserved'],
  ['5f00::1', 'special-purpose'],
  ['fc00::1', 'unique-local'],
  ['fdff:ffff::1', 'unique-local'],
  ['fe80::1', 'link-local'],
  ['febf::1', 'link-local'],
  ['fec0::1', 'site-local'],
  ['ff02::1', 'multicast'],
  ['fe00::1', 'reserved'],
] as const;

const PUBLIC = [
  '1.0.0.0',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.1',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.1',
  '192.0.3.1',
  '192.88.98.1',
  '192.167.255.255',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2000::1',
  '2001:200::1',
  '2001:db7:ffff::1',
  '2001:db9::1',
  '2606:4700:4700::1111',
  '3fff:1000::1',
  '2002:808:808::1',
  '64:ff9b::8.8.8.8',
  '::ffff:8.8.8.8',
];

describe('the guard', () => {
  test.for(REFUSED)('refuses %s as %s', ([ip, reason]) => {
    expect(strict.judge(ip)).toMatchObject({ allowed: false, public: false, reason });
  });

  test.for(PUBLIC)('lets %s pass', (ip) => {
    expect(strict.judge(ip)).toMatchObject({ allowed: true, public: true, reason: 'public' });
  });

  test.for(['127.1', '0x7f.1', '2130706433', '017700000001', 'localhost', 'fe80::1%eth0', '8.8.8.8%1', '[::1]', ''])(
    'takes %j for no address',
    (text) => {
      expect(strict.judge(text)).toEqual({ allowed: false, public: false, reason: 'not-an-ip', ip: null });
      expect(strict.parse(text)).toBeUndefined();
    },
  );

  test('allows what the operator listed, in every form of it, and still knows it is not public', () => {
    const policy = createAddressPolicy({ allow: ['127.0.0.0/8', 'fd00::/8', '::1'] });
    for (const ip of ['127.0.0.1', '::ffff:127.0.0.1', '64:ff9b::127.0.0.1', '2002:7f00:1::', 'fd12::1', '::1']) {
      expect(policy.judge(ip)).toMatchObject({ allowed: true, public: false, reason: 'allow-listed' });
      expect(policy.isPublic(ip)).toBe(false);
    }
    for (const ip of ['10.0.0.1', '::ffff:10.0.0.1', 'fc00::1', '::2']) {
      expect(policy.judge(ip).allowed).toBe(false);
    }
  });

  test('gives back the canonical text of what it judged', () => {
    expect(strict.judge('2606:4700:0:0::1111').ip).toBe('2606:4700::1111');
    expect(strict.parse('2606:4700:0:0::1111')).toEqual({ ip: '2606:4700::1111', family: 6 });
  });

  test('agrees with a list of blocks kept by the platform', () => {
    const refused = new net.BlockList();
    const v4 = [
      '0.0.0.0/8',
      '10.0.0.0/8',
      '100.64.0.0/10',
      '127.0.0.0/8',
      '169.254.0.0/16',
      '172.16.0.0/12',
      '192.0.0.0/24',
    ];
    v4.push('192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24');
    v4.push('224.0.0.0/4', '240.0.0.0/4');
    for (const block of v4) {
      const [base = '', bits] = block.split('/');
      refused.addSubnet(base, Number(bits));
    }
    fc.assert(
      fc.property(fc.ipV4(), (ip) => {
        expect(strict.judge(ip).allowed).toBe(!refused.check(ip));
      }),
      { numRuns: 2_000 },
    );
  });

  test('refuses a list that is none when it is made', () => {
    expect(() => createAddressPolicy({ allow: ['10.0.0.0/99'] })).toThrow('10.0.0.0/99');
  });
});

describe('what connections are counted by', () => {
  test.for([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['64:ff9b::192.0.2.1', '192.0.2.1'],
    ['2002:c000:201:5::9', '192.0.2.1'],
    ['2606:4700:1:2:3:4:5:6', '2606:4700:1:2::/64'],
    ['2606:4700:1:2::1', '2606:4700:1:2::/64'],
    ['2606:4700:1:3::1', '2606:4700:1:3::/64'],
    ['::1', '::/64'],
    ['nonsense', 'nonsense'],
  ] as const)('%s is counted as %s', ([ip, target]) => {
    expect(canonicalTarget(ip)).toBe(target);
  });
});
