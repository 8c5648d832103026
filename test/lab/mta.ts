/**
 * What every real mail server of the lab has in common: where it listens, whose mail it takes, where that mail lies. The
 * servers themselves are in `mta-*.ts`. Each takes mail for `lab.example` (`MAILBOXES`) and delivers it into a maildir.
 */

import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Daemon, Lab } from './lab.ts';
import { root } from './service.ts';

export const MAIL_DOMAIN = 'lab.example';
export const MAILBOXES = ['somchai', 'postmaster', 'big.box'] as const;
/** A mailbox that only SMTPUTF8 reaches; where the server can. */
export const THAI_MAILBOX = 'ผู้ใช้';

export type Mta = Daemon & {
  readonly ip: string;
  readonly port: number;
  readonly name: string;
  /** The messages of one mailbox, as delivered, in no order: a name tells the second and little more. */
  readonly mail: (mailbox: string) => Promise<string[]>;
  /** Waits until there are `count`; the messages then. */
  readonly mailOnce: (mailbox: string, count: number) => Promise<string[]>;
};

const MAIL_WITHIN_MS = 15_000;

/** A file of a package that `npm test` unpacked; a clear error when it did not. */
export function unpackedFile(name: string, file: string): string {
  const path = join(root, '.cache', 'debian', name, file);
  if (!existsSync(path)) throw new Error(`${name} is not unpacked in .cache/debian; "npm test" does that`);
  return path;
}

/** A directory that the mail server's own user may write to. */
export async function openDirectory(lab: Lab, ...names: readonly string[]): Promise<string> {
  let path = lab.dir;
  for (const name of names) {
    path = join(path, name);
    await mkdir(path, { recursive: true });
    await chmod(path, 0o777);
  }
  return path;
}

export function mailReader(base: string): Pick<Mta, 'mail' | 'mailOnce'> {
  const mail = async (mailbox: string) => {
    const messages: string[] = [];
    for (const part of ['new', 'cur']) {
      const directory = join(base, mailbox, part);
      const names = existsSync(directory) ? await readdir(directory) : [];
      for (const name of names) messages.push(await readFile(join(directory, name), 'utf8'));
    }
    return messages;
  };
  const mailOnce = async (mailbox: string, count: number) => {
    const deadline = performance.now() + MAIL_WITHIN_MS;
    for (;;) {
      const messages = await mail(mailbox);
      if (messages.length >= count) return messages;
      if (performance.now() > deadline) throw new Error(`${mailbox} has ${messages.length} messages, not ${count}`);
      await sleep(100);
    }
  };
  return { mail, mailOnce };
}

/** Whether a greeting comes: `220 ` of SMTP, or anything at all inside TLS (then only the connection is tried). */
export function greets(ip: string, port: number, implicitTls = false): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: ip, port, timeout: 2_000 });
    const end = (answer: boolean) => {
      // Some servers log, or count against us, a client that leaves without QUIT.
      if (answer && !implicitTls) socket.end('QUIT\r\n');
      else socket.destroy();
      resolve(answer);
    };
    if (implicitTls) socket.once('connect', () => end(true));
    socket.once('data', (data) => end(data.toString('latin1').startsWith('220')));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
