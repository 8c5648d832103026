/**
 * A firewall that rewrites SMTP, between a client and any real server, byte for byte as long as what it replaces.
 * `asa`: `inspect esmtp` of ASA and PIX 7+: greeting in stars, keywords it does not know as X's with a letter at the end,
 * verbs it does not know as X's. `pix`: `fixup protocol smtp` of PIX 5 and 6: `2` and `0` shine through the stars, and only
 * the seven verbs of RFC 821 pass. `pix-noop`: the same, with NOOP for X's. `split-greeting`: the bug that overwrites the
 * last line of a greeting, its code too. All judge segments, not lines: a command in two segments is none.
 */

import net, { type AddressInfo } from 'node:net';

export type CiscoMode = 'asa' | 'pix' | 'pix-noop' | 'split-greeting';

export type CiscoOptions = {
  readonly to: { readonly host: string; readonly port: number };
  readonly mode: CiscoMode;
  /** `asa` with `allow-tls`: STARTTLS is named, passes, and what follows is left alone. */
  readonly allowTls?: boolean;
  readonly host?: string;
  readonly port?: number;
};

export type CiscoProxy = { readonly host: string; readonly port: number; close(): Promise<void> };

const RFC_821 = ['HELO', 'MAIL', 'RCPT', 'DATA', 'RSET', 'NOOP', 'QUIT'];
const ESMTP = [...RFC_821, 'AUTH', 'EHLO', 'ETRN', 'HELP', 'SAML', 'SEND', 'SOML', 'VRFY'];
const KEYWORDS = [
  '8BITMIME',
  'AUTH',
  'BINARYMIME',
  'CHECKPOINT',
  'DSN',
  'ENHANCEDSTATUSCODES',
  'ETRN',
  'PIPELINING',
  'SIZE',
  'VRFY',
];

export async function startCiscoProxy(options: CiscoOptions): Promise<CiscoProxy> {
  const { to, host = '127.0.0.1', port = 0 } = options;
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ noDelay: true }, (client) => {
    const upstream = net.connect({ ...to, noDelay: true });
    const inspector = new Inspector(options);
    for (const [from, onto, rewrite] of [
      [client, upstream, (bytes: string) => inspector.command(bytes)],
      [upstream, client, (bytes: string) => inspector.reply(bytes)],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => onto.write(rewrite(chunk.toString('latin1')), 'latin1'));
      from.on('end', () => onto.end());
      from.on('error', () => onto.destroy());
      from.on('close', () => {
        sockets.delete(from);
        onto.destroy();
      });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    host,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** One connection's state: what the reply under way answers. */
class Inspector {
  readonly #options: CiscoOptions;
  #answers: 'greeting' | 'EHLO' | 'STARTTLS' | 'DATA' | 'other' = 'greeting';
  #message = false;
  #masked = 0;
  #blind = false;

  constructor(options: CiscoOptions) {
    this.#options = options;
  }

  command(segment: string): string {
    if (this.#blind) return segment;
    if (this.#message) {
      // What is between 354 and the dot is no command.
      this.#message = !segment.endsWith('\r\n.\r\n');
      return segment;
    }
    const { mode, allowTls = false } = this.#options;
    const verb = /^[A-Za-z]*/.exec(segment)?.[0] ?? '';
    const upper = verb.toUpperCase();
    this.#answers = upper === 'EHLO' || upper === 'STARTTLS' || upper === 'DATA' ? upper : 'other';
    this.#masked = 0;
    const known = mode === 'asa' || mode === 'split-greeting' ? ESMTP : RFC_821;
    const passes = known.includes(upper) || (upper === 'STARTTLS' && allowTls);
    if (!segment.endsWith('\r\n')) return segment.replace(/[^\r\n]/g, 'X');
    if (passes) return segment;
    if (mode === 'pix-noop') return 'NOOP\r\n';
    return 'X'.repeat(verb.length) + segment.slice(verb.length);
  }

  reply(segment: string): string {
    if (this.#blind) return segment;
    return segment.replace(/[^\r\n]+/g, (line) => this.#line(line));
  }

  #line(line: string): string {
    const last = line.charAt(3) !== '-';
    const answers = this.#answers;
    if (answers === 'greeting') {
      if (last) this.#answers = 'other';
      return this.#greeting(line, last);
    }
    if (answers === 'EHLO') return this.#keyword(line);
    if (answers === 'STARTTLS' && line.startsWith('220')) this.#blind = true;
    if (answers === 'DATA' && line.startsWith('354')) this.#message = true;
    return line;
  }

  #greeting(line: string, last: boolean): string {
    const { mode } = this.#options;
    if (mode === 'split-greeting' && last) return '*'.repeat(line.length);
    const hidden = mode === 'pix' || mode === 'pix-noop' ? /[^20 ]/g : /[^ ]/g;
    return line.slice(0, 4) + line.slice(4).replace(hidden, '*');
  }

  #keyword(line: string): string {
    const text = line.slice(4);
    const keyword = (/^[^ =]*/.exec(text)?.[0] ?? '').toUpperCase();
    const first = this.#masked === 0;
    if (first) this.#masked = 1;
    const allowed = KEYWORDS.includes(keyword) || (keyword === 'STARTTLS' && this.#options.allowTls === true);
    if (!line.startsWith('250') || first || allowed) return line;
    const letter = String.fromCharCode(64 + this.#masked++);
    return line.slice(0, 4) + 'X'.repeat(text.length - 1) + letter;
  }
}
