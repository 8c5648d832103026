/**
 * The demo's mail servers. The honest one is the `smtp-server` package with STARTTLS; the "Cisco" one is a plain socket that
 * shows what a firewall's SMTP inspection makes of a session: stars for a greeting, EHLO refused, HELO taken. Both take
 * mail for anybody in this world, tell what arrived, and keep nothing.
 */

import { createServer, type Server, type Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';

export type Arrival = { readonly at: string; readonly to: readonly string[]; readonly bytes: number };
export type MailServer = { readonly stop: () => Promise<void> };
type Place = { readonly ip: string; readonly port: number };

const MAX_MESSAGE = 1024 * 1024;
const MAX_LINE = 4096;

let queued = 0;
const queueId = () => {
  queued += 1;
  return `D${queued.toString(16).toUpperCase().padStart(9, '0')}`;
};

export async function startHonest(
  name: string,
  place: Place,
  tls: { readonly key: string; readonly cert: string },
  arrived: (arrival: Arrival) => void,
): Promise<MailServer> {
  const server = new SMTPServer({
    ...tls,
    name,
    banner: 'ready for mail',
    size: MAX_MESSAGE,
    authOptional: true,
    disabledCommands: ['AUTH'],
    disableReverseLookup: true,
    onData(stream, session, done) {
      let bytes = 0;
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      stream.on('end', () => {
        arrived({ at: name, to: session.envelope.rcptTo.map(({ address }) => address), bytes });
        done(null, `2.0.0 Ok: queued as ${queueId()}`);
      });
    },
  });
  // A caller who hangs up in the middle is an error event of this package; the demo goes on.
  server.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(place.port, place.ip, resolve);
  });
  return { stop: () => new Promise((resolve) => server.close(resolve)) };
}

/** Stars but for `2`, `0` and spaces: the mask of a PIX (the code stays readable). */
const mask = (text: string) => text.replace(/[^20 ]/g, '*');

/** What is typed and what comes back; `end` closes after the reply. */
type Step = { readonly reply: string; readonly end?: boolean; readonly data?: boolean };

function behindInspection(line: string, to: string[]): Step {
  const verb = line.slice(0, 4).toUpperCase();
  if (verb === 'HELO') return { reply: '250 hello' };
  if (verb === 'MAIL' || verb === 'RSET' || verb === 'NOOP') return { reply: '250 2.0.0 ok' };
  if (verb === 'RCPT') {
    to.push(/<([^>]*)>/.exec(line)?.[1] ?? '');
    return { reply: '250 2.1.5 ok' };
  }
  if (verb === 'DATA' && to.length > 0) return { reply: '354 go ahead', data: true };
  if (verb === 'DATA') return { reply: '503 #5.5.1 RCPT first' };
  if (verb === 'QUIT') return { reply: '221 bye', end: true };
  return { reply: '500 #5.5.1 command not recognized' };
}

export async function startCisco(name: string, place: Place, arrived: (arrival: Arrival) => void): Promise<MailServer> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(60_000, () => socket.destroy());
    converse(socket, name, arrived);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(place.port, place.ip, resolve);
  });
  return { stop: () => close(server, open) };
}

function converse(socket: Socket, name: string, arrived: (arrival: Arrival) => void): void {
  let pending = '';
  let to: string[] = [];
  let message: number | undefined;
  const take = (line: string) => {
    if (message !== undefined && line !== '.') {
      message += line.length + 2;
      return;
    }
    if (message !== undefined) {
      arrived({ at: name, to, bytes: message });
      message = undefined;
      to = [];
      socket.write(`250 ok:  Message ${queueId()} accepted\r\n`);
      return;
    }
    const step = behindInspection(line, to);
    if (step.data) message = 0;
    socket.write(`${step.reply}\r\n`);
    if (step.end) socket.end();
  };
  socket.write(`220 ${mask(`${name} ESMTP ready at 20:02:20`)}\r\n`);
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    pending += chunk;
    const lines = pending.split('\r\n');
    pending = lines.pop() ?? '';
    if (pending.length > MAX_LINE) socket.destroy();
    for (const line of lines) if (!socket.writableEnded) take(line);
  });
}

async function close(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  for (const socket of open) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}
