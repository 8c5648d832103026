/**
 * A real OpenSMTPD, unpacked beside Postfix. Its spool, socket and helper directory are compiled in, so one runs at a time
 * on a machine: a second lab waits for the first.
 */

import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabCa } from './certificates.ts';
import { type Lab, must, startDaemon } from './lab.ts';
import { greets, MAIL_DOMAIN, MAILBOXES, type Mta, mailReader, openDirectory, unpackedFile } from './mta.ts';

const NAME = 'opensmtpd.mta.example';
const HELPERS = '/usr/libexec/opensmtpd';
const SPOOL = '/var/spool/smtpd';
const CHROOT = '/var/lib/opensmtpd/empty';
const WAIT_FOR_OTHERS_MS = 60_000;

export async function startOpenSmtpd(lab: Lab, ca: LabCa, last = 31): Promise<Mta> {
  const ip = lab.ip(last);
  const binary = unpackedFile('opensmtpd', 'usr/sbin/smtpd');
  await onlyOne(lab);
  await prepareSystem();
  const dir = join(lab.dir, 'opensmtpd');
  await mkdir(dir, { recursive: true });
  const maildirs = await openDirectory(lab, 'opensmtpd-mail');
  // Its separated key process fails with elliptic curves under OpenSSL 3.
  const pair = await ca.issue(NAME, { rsa: true });
  await copyFile(pair.key, join(dir, 'key'));
  await copyFile(pair.cert, join(dir, 'cert'));
  await chmod(join(dir, 'key'), 0o600);
  const file = join(dir, 'smtpd.conf');
  await writeFile(file, config(dir, ip, maildirs));
  await chmod(file, 0o600);
  const daemon = await startDaemon(lab, { command: binary, args: ['-d', '-f', file], ready: () => greets(ip, 25) });
  return { ...daemon, ...mailReader(maildirs), ip, port: 25, name: NAME };
}

const config = (dir: string, ip: string, maildirs: string) => `
pki lab cert "${dir}/cert"
pki lab key "${dir}/key"
table mailboxes { ${MAILBOXES.map((box) => `"${box}@${MAIL_DOMAIN}" = "nobody"`).join(', ')} }
listen on ${ip} port 25 tls pki lab hostname ${NAME}
action deliver maildir "${maildirs}/%{rcpt.user:raw}" virtual <mailboxes>
match from any for domain "${MAIL_DOMAIN}" action deliver
`;

/** A port of ours stands for the machine's one spool. */
async function onlyOne(lab: Lab): Promise<void> {
  const deadline = performance.now() + WAIT_FOR_OTHERS_MS;
  for (;;) {
    const server = createServer();
    const held = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(10_025, '127.0.0.1', () => resolve(true));
    });
    if (held) {
      server.unref();
      lab.defer(() => server.close());
      return;
    }
    if (performance.now() > deadline) throw new Error('another OpenSMTPD of a lab has been running for a minute');
    await sleep(250);
  }
}

async function prepareSystem(): Promise<void> {
  if (!existsSync(HELPERS)) {
    await mkdir(dirname(HELPERS), { recursive: true });
    // What a checkout that is gone has left points nowhere.
    await rm(HELPERS, { force: true });
    await symlink(dirname(unpackedFile('opensmtpd', 'usr/libexec/opensmtpd/mail.maildir')), HELPERS);
  }
  await mkdir(CHROOT, { recursive: true });
  await mkdir(SPOOL, { recursive: true });
  await must('chown', ['root:root', SPOOL, CHROOT]);
  await chmod(SPOOL, 0o711);
}
