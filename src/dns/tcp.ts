/**
 * One question over TCP (RFC 7766): connect, two bytes of length, the message, the same back, close. Never throws and never
 * waits past the deadline; undefined when the exchange failed in any way. Whoever asked matches id and question.
 */

import { connect } from 'node:net';
import type { Server } from './asking.ts';

export function exchangeOverTcp(
  server: Server,
  query: Uint8Array,
  deadline: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>();
  if (signal.aborted) return Promise.resolve(undefined);
  const socket = connect({ host: server.ip, port: server.port });
  const end = (packet: Uint8Array | undefined): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    socket.destroy();
    resolve(packet);
  };
  const giveUp = (): void => end(undefined);
  const timer = setTimeout(giveUp, Math.max(0, deadline - performance.now()));
  signal.addEventListener('abort', giveUp);

  const head = Buffer.alloc(2);
  let body: Buffer | undefined;
  let received = 0;
  socket.on('data', (chunk: Buffer) => {
    let at = 0;
    while (received < 2 && at < chunk.length) head[received++] = chunk[at++] ?? 0;
    if (received < 2) return;
    body ??= Buffer.alloc(head.readUInt16BE(0));
    received += chunk.copy(body, received - 2, at);
    if (received - 2 === body.length) end(body);
  });
  socket.on('error', giveUp);
  socket.on('close', giveUp);
  const framed = Buffer.alloc(2 + query.length);
  framed.writeUInt16BE(query.length, 0);
  framed.set(query, 2);
  socket.write(framed);
  return promise;
}
