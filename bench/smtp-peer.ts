/**
 * Mail servers for the benchmarks, in a process of their own: `plain` and `starttls` answer at once, `silent` accepts and
 * says nothing, `silent-tls` falls silent once TLS stands. Told by argument; sends its port (and certificate) to its parent.
 */

import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { makeAuthority, makeCertificate } from '../test/helpers/certificates.ts';

export type PeerMode = 'plain' | 'starttls' | 'silent' | 'silent-tls';
export type PeerReady = { readonly port: number; readonly ca: string };

const mode = process.argv[2] as PeerMode;
const ca = await makeAuthority();
const pair = await makeCertificate({ names: ['mx.test'], ca });
const secureContext = tls.createSecureContext(pair);

const offersTls = mode === 'starttls' || mode === 'silent-tls';
const KEYWORDS = `250-mx.test\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-VRFY\r\n250-ETRN\r\n${
  offersTls ? '250-STARTTLS\r\n' : ''
}250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n`;
const KEYWORDS_INSIDE = KEYWORDS.replace('250-STARTTLS\r\n', '');

function serve(socket: net.Socket, inside: boolean): void {
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    // Ours and nodemailer both send one command in one segment and wait.
    const command = chunk.toString('latin1', 0, 4);
    if (command === 'EHLO') {
      if (!inside || mode !== 'silent-tls') socket.write(inside ? KEYWORDS_INSIDE : KEYWORDS);
    } else if (command === 'QUIT') socket.end('221 2.0.0 Bye\r\n');
    else if (command === 'STAR') {
      socket.removeAllListeners('data');
      socket.write('220 2.0.0 Ready to start TLS\r\n');
      serve(new tls.TLSSocket(socket, { isServer: true, secureContext }), true);
    } else socket.write('500 5.5.2 Error: command not recognized\r\n');
  });
}

const server = net.createServer((socket) => {
  if (mode === 'silent') {
    socket.on('error', () => socket.destroy()).resume();
    return;
  }
  serve(socket, false);
  socket.write('220 mx.test ESMTP Postfix\r\n');
});

server.listen({ port: 0, host: '127.0.0.1', backlog: 8192 }, () => {
  const ready: PeerReady = { port: (server.address() as AddressInfo).port, ca: ca.cert };
  process.send?.(ready);
});
