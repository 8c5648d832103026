/**
 * A mail server on several loopback addresses that takes every message, and cuts its connections at random: at any command, in
 * the middle of the data, after the dot before and after the message is stored. It counts by Message-ID what it stored.
 */

import net, { type AddressInfo } from 'node:net';

export type CuttingSink = {
  readonly port: number;
  /** How often each Message-ID was stored. */
  readonly stored: ReadonlyMap<string, number>;
  readonly cuts: number;
  readonly cutsAfterDot: number;
  close(): void;
};

/** `chance`: of a cut, at each step. */
export async function startCuttingSink(ips: readonly string[], chance: number, wanted = 0): Promise<CuttingSink> {
  const stored = new Map<string, number>();
  const counts = { before: 0, afterDot: 0 };
  const servers: net.Server[] = [];
  let port = wanted;
  const serve = (socket: net.Socket) => {
    const cut = (at: 'before' | 'afterDot'): boolean => {
      if (Math.random() >= chance) return false;
      counts[at]++;
      if (Math.random() < 0.5) socket.resetAndDestroy();
      else socket.destroy();
      return true;
    };
    /** False: the connection is cut, or the message is not whole yet. */
    const takeMessage = (text: string): boolean => {
      if (cut('afterDot')) return false;
      const id = /^Message-ID: (\S+)/m.exec(text)?.[1] ?? '?';
      stored.set(id, (stored.get(id) ?? 0) + 1);
      if (cut('afterDot')) return false;
      socket.write('250 2.0.0 Ok: queued as ABC\r\n');
      return true;
    };
    let text = '';
    let data = false;
    const next = (): boolean => {
      const mark = data ? '\r\n.\r\n' : '\r\n';
      const end = text.indexOf(mark);
      if (end < 0) {
        if (data) cut('before');
        return false;
      }
      const taken = text.slice(0, end);
      text = text.slice(end + mark.length);
      if (data) {
        data = false;
        return takeMessage(taken);
      }
      if (cut('before')) return false;
      data = taken === 'DATA';
      if (taken === 'QUIT') socket.end('221 bye\r\n');
      else socket.write(data ? '354 go\r\n' : '250 ok\r\n');
      return !(data && cut('before'));
    };
    socket.on('error', () => undefined);
    if (cut('before')) return;
    socket.write('220 sink ESMTP\r\n');
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      while (next());
    });
  };
  for (const ip of ips) {
    const server = net.createServer(serve);
    await new Promise<void>((resolve) => server.listen(port, ip, resolve));
    port = (server.address() as AddressInfo).port;
    servers.push(server);
  }
  return {
    port,
    stored,
    get cuts() {
      return counts.before;
    },
    get cutsAfterDot() {
      return counts.afterDot;
    },
    close() {
      for (const server of servers) server.close();
    },
  };
}

/** What came of messages whose senders were told `accepted` or `unknown`, against what was stored. */
export function account(told: ReadonlyMap<string, string>, stored: ReadonlyMap<string, number>) {
  const sum = { accepted: 0, unknown: 0, unknownButStored: 0, lost: 0, doubled: 0 };
  for (const [id, status] of told) {
    const count = stored.get(id) ?? 0;
    if (count > 1) sum.doubled++;
    if (status === 'unknown') {
      sum.unknown++;
      sum.unknownButStored += count;
    } else {
      sum.accepted++;
      if (count === 0) sum.lost++;
    }
  }
  return sum;
}
