/**
 * The name servers of this machine, from resolv.conf(5). A file that is missing or names none means 127.0.0.1, as the C
 * library has it. Lines that make no sense are passed over; never throws.
 */

import { readFileSync } from 'node:fs';
import type { Server } from './asking.ts';

const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
/** Loose: connecting is what proves it. A scope id names the interface of a link-local address. */
const V6 = /^[0-9a-f]*:[0-9a-f:.]+(?:%[\w.-]+)?$/i;

export function systemServers(path = '/etc/resolv.conf'): readonly Server[] {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // Falls through to the default.
  }
  const servers = parseResolvConf(text);
  return servers.length > 0 ? servers : [{ ip: '127.0.0.1', port: 53 }];
}

/** Pure. At most the first three, like the C library. */
export function parseResolvConf(text: string): readonly Server[] {
  const servers: Server[] = [];
  for (const line of text.split('\n')) {
    const [keyword, ip] = line.trim().split(/\s+/);
    if (keyword !== 'nameserver' || ip === undefined || !(V4.test(ip) || V6.test(ip))) continue;
    if (servers.length < 3 && !servers.some((server) => server.ip === ip)) servers.push({ ip, port: 53 });
  }
  return servers;
}
