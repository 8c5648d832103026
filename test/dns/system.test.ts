import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseResolvConf, systemServers } from '../../src/dns/system.ts';

test.each<[string, string, string[]]>([
  ['nothing', '', []],
  [
    'two servers among other lines',
    '# x\ndomain test\nnameserver 192.0.2.1\n nameserver\t192.0.2.2 \noptions edns0\n',
    ['192.0.2.1', '192.0.2.2'],
  ],
  ['IPv6, with a scope', 'nameserver 2001:db8::53\nnameserver fe80::1%eth0\n', ['2001:db8::53', 'fe80::1%eth0']],
  ['Windows line ends', 'nameserver 192.0.2.1\r\nnameserver 192.0.2.2\r\n', ['192.0.2.1', '192.0.2.2']],
  [
    'at most three, none twice',
    ['1', '1', '2', '3', '4'].map((n) => `nameserver 192.0.2.${n}`).join('\n'),
    ['192.0.2.1', '192.0.2.2', '192.0.2.3'],
  ],
  [
    'lines that name no address',
    'nameserver\nnameserver dns.example\nnameserver 192.0.2.256\nnameserver 1.2.3\n#nameserver 192.0.2.9\n;nameserver 192.0.2.9',
    [],
  ],
])('resolv.conf with %s', (_, text, ips) => {
  expect(parseResolvConf(text)).toEqual(ips.map((ip) => ({ ip, port: 53 })));
});

test('a file that is missing or names none means 127.0.0.1', () => {
  const dir = mkdtempSync(join(tmpdir(), 'resolv-'));
  const path = join(dir, 'resolv.conf');
  const local = [{ ip: '127.0.0.1', port: 53 }];
  try {
    expect(systemServers(path)).toEqual(local);
    writeFileSync(path, 'search test\n');
    expect(systemServers(path)).toEqual(local);
    writeFileSync(path, 'nameserver 192.0.2.1\n');
    expect(systemServers(path)).toEqual([{ ip: '192.0.2.1', port: 53 }]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
