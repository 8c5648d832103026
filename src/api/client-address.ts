/**
 * Whose address a request came from, for the log: that of the connection, or, as far as proxies of TRUST_PROXY pass it on,
 * the nearest one in X-Forwarded-For that is none of theirs. What a stranger writes into that header is never believed.
 */

import type { IncomingMessage } from 'node:http';
import { type Cidr, inCidr, parseCidr, parseIp } from '../net/ip.ts';

export type ClientAddress = (raw: IncomingMessage) => string;

/** No honest chain of proxies is longer. */
const MAX_HOPS = 20;

export function createClientAddress(trustProxy: readonly string[]): ClientAddress {
  const peerOf = (raw: IncomingMessage) => raw.socket.remoteAddress ?? '';
  const blocks: Cidr[] = trustProxy.map((text) => parseCidr(text)).filter((block) => block !== undefined);
  if (blocks.length === 0) return peerOf;
  const trusted = (address: string) => {
    const ip = parseIp(address.replace(/^::ffff:(?=\d+\.)/, ''));
    return ip !== undefined && blocks.some((block) => inCidr(ip, block));
  };
  return (raw) => {
    let address = peerOf(raw);
    const said = raw.headers['x-forwarded-for'];
    const hops = (Array.isArray(said) ? said.join(',') : (said ?? '')).split(',').slice(-MAX_HOPS);
    while (trusted(address)) {
      const before = hops.pop()?.trim() ?? '';
      // Text that is no address names nobody.
      if (parseIp(before) === undefined) break;
      address = before;
    }
    return address;
  };
}
