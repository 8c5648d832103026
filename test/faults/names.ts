/** A DNS world without end: every name is a domain that is its own exchange, so that each call may ask for one of its own. */

import type { Reply, Rrsets } from '../helpers/dns-server.ts';

export const ADDRESS = '203.0.114.7';

export const names = new Proxy<Record<string, Rrsets>>(
  {},
  {
    get: (_, name) => ({
      MX: { ttl: 3600, data: [{ preference: 10, exchange: String(name) }] },
      A: { ttl: 3600, data: [{ address: ADDRESS }] },
    }),
  },
);

/** Answers for names that begin with `late` come after so many milliseconds. */
export const late =
  (ms: number) =>
  (bytes: Buffer, reply: Reply): unknown =>
    bytes.toString('latin1', 13, 17) === 'late' ? setTimeout(reply, ms, bytes) : reply(bytes);
