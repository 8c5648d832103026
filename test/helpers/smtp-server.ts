/**
 * A mail server by script, on a real socket with real TLS. It takes commands that end in CRLF and nothing else (a bare LF is
 * noted in `violations` and answered 500), keeps what each session sent, and does what the script says, however rude.
 */

import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';

export type Step =
  /** A line gets its CRLF; several make one reply as they stand. */
  | { readonly reply: string | readonly string[] }
  /** Exactly these bytes. */
  | { readonly raw: string | Uint8Array }
  | { readonly pause: number }
  /** Nothing more is sent, ever; the connection stays. */
  | { readonly hang: true }
  | { readonly reset: true }
  | { readonly close: true }
  | { readonly garbage: number }
  | { readonly trickle: string; readonly everyMs: number }
  /** Sent again and again until the peer is gone. */
  | { readonly flood: string }
  /** Becomes a TLS server, after whatever `reply` the step before gave. */
  | { readonly starttls: tls.SecureContextOptions };

export type Answer = readonly Step[] | ((line: string, session: HeardSession) => readonly Step[]);

export type Script = {
  readonly greeting?: readonly Step[];
  /** By upper-case verb. */
  readonly on?: Readonly<Record<string, Answer>>;
  /** For verbs that `on` lacks. */
  readonly otherwise?: Answer;
  readonly implicitTls?: tls.SecureContextOptions;
};

export type HeardSession = {
  readonly lines: string[];
  /** Lines heard inside TLS. */
  readonly secureLines: string[];
  readonly violations: string[];
  /** Bytes heard before the greeting had been sent. */
  early: number;
  /** The name the client asked for, null without SNI. */
  serverName: string | null;
};

export type SmtpServer = {
  readonly host: string;
  readonly port: number;
  readonly sessions: HeardSession[];
  /** Connections open now. */
  readonly open: number;
  close(): Promise<void>;
};

export const ok = (...lines: string[]): readonly Step[] => [{ reply: lines }];

/** Whoever talks to such a server is to wait for a moment only; a busy machine may need longer for what others do. */
export const fallsSilent = (script: Script): boolean => JSON.stringify(script).includes('"hang":true');

/** What an ordinary server says to what a script does not mention. */
const ORDINARY: Readonly<Record<string, Answer>> = {
  EHLO: ok('250-mx.test greets you', '250-PIPELINING', '250-SIZE 10240000', '250 8BITMIME'),
  HELO: ok('250 mx.test'),
  QUIT: [{ reply: '221 2.0.0 Bye' }, { close: true }],
};
const UNKNOWN: Answer = ok('500 5.5.2 Error: command not recognized');

export async function startSmtpServer(script: Script = {}, host = '127.0.0.1', port = 0): Promise<SmtpServer> {
  const sessions: HeardSession[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    const heard: HeardSession = { lines: [], secureLines: [], violations: [], early: 0, serverName: null };
    sessions.push(heard);
    void converse(new Peer(socket, heard), script);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    host,
    port: (server.address() as AddressInfo).port,
    sessions,
    get open() {
      return sockets.size;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

async function converse(peer: Peer, script: Script): Promise<void> {
  if (script.implicitTls && !(await peer.encrypt(script.implicitTls))) return;
  const early = peer.listen();
  if (!(await peer.perform(script.greeting ?? ok('220 mx.test ESMTP')))) return;
  peer.heard.early = early();
  for (;;) {
    const line = await peer.line();
    if (line === null) return;
    const verb = (line.split(/[ :]/, 1)[0] ?? '').toUpperCase();
    const answer = script.on?.[verb] ?? ORDINARY[verb] ?? script.otherwise ?? UNKNOWN;
    if (!(await peer.perform(typeof answer === 'function' ? answer(line, peer.heard) : answer))) return;
  }
}

class Peer {
  readonly heard: HeardSession;
  readonly #raw: net.Socket;
  #socket: net.Socket;
  #secure = false;
  #text = '';
  #gone = false;
  #wake: () => void = () => undefined;

  constructor(socket: net.Socket, heard: HeardSession) {
    this.#raw = socket;
    this.#socket = socket;
    this.heard = heard;
  }

  /** Starts to read; the function given back says how many bytes have come so far. */
  listen(): () => number {
    this.#socket.on('data', this.#onData);
    this.#socket.on('close', this.#onClose);
    this.#gone = this.#socket.destroyed;
    return () => this.#text.length;
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#text += chunk.toString('latin1');
    this.#wake();
  };

  readonly #onClose = (): void => {
    this.#gone = true;
    this.#wake();
  };

  async line(): Promise<string | null> {
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        if (!line.endsWith('\r')) this.heard.violations.push(line);
        const command = line.replace(/\r$/, '');
        this.heard.lines.push(command);
        if (this.#secure) this.heard.secureLines.push(command);
        return command;
      }
      if (this.#gone) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** False when the conversation is over. */
  async perform(steps: readonly Step[]): Promise<boolean> {
    for (const step of steps) {
      if (this.#gone) return false;
      if ('reply' in step) this.#write([step.reply].flat().join('\r\n').concat('\r\n'));
      else if ('raw' in step) this.#write(step.raw);
      else if ('pause' in step) await this.#pause(step.pause);
      else if ('garbage' in step) this.#write(garbage(step.garbage));
      else if ('trickle' in step) await this.#trickle(step.trickle, step.everyMs);
      else if ('flood' in step) await this.#flood(step.flood);
      else if ('starttls' in step) {
        if (!(await this.encrypt(step.starttls))) return false;
        this.listen();
      } else if ('reset' in step) this.#raw.resetAndDestroy();
      else if ('close' in step) this.#socket.end();
      else if ('hang' in step) return false;
    }
    return !this.#gone;
  }

  async encrypt(options: tls.SecureContextOptions): Promise<boolean> {
    this.#socket.off('data', this.#onData).off('close', this.#onClose);
    const secured = new tls.TLSSocket(this.#socket, {
      isServer: true,
      secureContext: tls.createSecureContext(options),
      // Seen by the test; the certificate is the script's choice whatever was asked for.
      SNICallback: (name, done) => {
        this.heard.serverName = name;
        done(null);
      },
    });
    const fine = await new Promise<boolean>((resolve) => {
      secured.once('secure', () => resolve(true));
      secured.on('error', () => resolve(false));
      secured.once('close', () => resolve(false));
    });
    this.#socket = secured;
    this.#secure = true;
    return fine;
  }

  #write(bytes: string | Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  }

  async #trickle(text: string, everyMs: number): Promise<void> {
    for (const byte of text) {
      if (this.#gone) return;
      this.#write(byte);
      await this.#pause(everyMs);
    }
  }

  async #flood(text: string): Promise<void> {
    while (!this.#gone && !this.#socket.destroyed) {
      const drained = this.#socket.write(text);
      await (drained
        ? new Promise((resolve) => setImmediate(resolve))
        : new Promise<void>((resolve) => {
            this.#socket.once('drain', resolve).once('close', resolve);
          }));
    }
  }
}

/** Bytes that are no SMTP, the same every time. */
function garbage(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 0x2545f491;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
