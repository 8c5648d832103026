/**
 * Addresses and ports of the demo: a 127.x.0.0/16 in which nobody else runs one, ports 25 and 53 where we may bind them and
 * 2525 and 5353 where not. Only loopback.
 */

import { createServer, type Server } from 'node:net';

export type Network = {
  /** Of the name server. */
  readonly dns: { readonly ip: string; readonly port: number };
  /** Of the `number`th mail host. */
  readonly mail: (number: number) => string;
  readonly smtpPort: number;
  readonly smtpNote: string | null;
  readonly release: () => void;
};

const FIRST = 80;
const LAST = 119;

export async function findNetwork(): Promise<Network> {
  for (let second = FIRST; second <= LAST; second += 1) {
    // Held while the demo runs: a second demo takes the next network.
    const guard = await listen(`127.${second}.0.1`, 10_053);
    if (!guard.ok) continue;
    const dnsPort = (await mayBind(`127.${second}.0.2`, 53)) ? 53 : 5353;
    const smtpPort = (await mayBind(`127.${second}.0.2`, 25)) ? 25 : 2525;
    return {
      dns: { ip: `127.${second}.0.53`, port: dnsPort },
      mail: (number) => `127.${second}.25.${number}`,
      smtpPort,
      smtpNote: smtpPort === 25 ? null : 'port 25 may not be bound here: the mail servers listen on 2525',
      release: () => guard.server.close(),
    };
  }
  throw new Error(`no free loopback network between 127.${FIRST}.0.0 and 127.${LAST}.0.0`);
}

async function mayBind(ip: string, port: number): Promise<boolean> {
  const attempt = await listen(ip, port);
  if (attempt.ok) attempt.server.close();
  return attempt.ok;
}

function listen(ip: string, port: number): Promise<{ ok: true; server: Server } | { ok: false }> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve({ ok: false }));
    server.listen(port, ip, () => {
      server.unref();
      resolve({ ok: true, server });
    });
  });
}
