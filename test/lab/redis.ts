/** A real Redis on loopback without persistence, for one test file. Ready when it answers PING. */

import { createConnection } from 'node:net';
import { type Daemon, type Lab, needCommand, startDaemon } from './lab.ts';

export type LabRedis = Daemon & { readonly url: string; readonly host: string; readonly port: number };

export type RedisOptions = { readonly last?: number; readonly port?: number; readonly args?: readonly string[] };

/** `last` is the host number inside the lab; the port may be 6379, since the address is the lab's own. */
export async function startRedis(lab: Lab, options: RedisOptions = {}): Promise<LabRedis> {
  const host = lab.ip(options.last ?? 63);
  const port = options.port ?? 6379;
  const settings = ['--bind', host, '--port', String(port), '--dir', lab.dir, '--save', '', '--appendonly', 'no'];
  const daemon = await startDaemon(lab, {
    command: needCommand('redis-server'),
    args: [...settings, ...(options.args ?? [])],
    ready: () => answersPing(host, port),
  });
  return { ...daemon, host, port, url: `redis://${host}:${port}` };
}

function answersPing(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 1_000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    // A server with a password says NOAUTH: it is up as well.
    socket.once('data', (data) => end(/^(\+PONG|-NOAUTH)/.test(data.toString())));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
