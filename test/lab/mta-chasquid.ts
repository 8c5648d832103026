/**
 * A real chasquid, unpacked beside Postfix: TLS on 25 with a certificate of the lab's CA, delivering by a small script.
 * For each message it asks the system's resolver for the sender's SPF record, which no setting of it prevents: probe it at
 * will, and send to it sparingly.
 */

import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabCa } from './certificates.ts';
import { type Lab, must, startDaemon } from './lab.ts';
import { greets, MAIL_DOMAIN, MAILBOXES, type Mta, mailReader, openDirectory, unpackedFile } from './mta.ts';

const NAME = 'chasquid.mta.example';

export async function startChasquid(lab: Lab, ca: LabCa, last = 32): Promise<Mta> {
  const ip = lab.ip(last);
  const binary = unpackedFile('chasquid', 'usr/bin/chasquid');
  const util = unpackedFile('chasquid', 'usr/bin/chasquid-util');
  const dir = join(lab.dir, 'chasquid');
  const maildirs = await openDirectory(lab, 'chasquid-mail');
  await mkdir(join(dir, 'certs', NAME), { recursive: true });
  await mkdir(join(dir, 'domains', MAIL_DOMAIN), { recursive: true });
  const pair = await ca.issue(NAME);
  await copyFile(pair.key, join(dir, 'certs', NAME, 'privkey.pem'));
  await copyFile(pair.cert, join(dir, 'certs', NAME, 'fullchain.pem'));
  const agent = join(dir, 'deliver');
  await writeFile(agent, deliver(maildirs));
  await chmod(agent, 0o755);
  await writeFile(join(dir, 'chasquid.conf'), config(dir, ip, agent));
  for (const box of MAILBOXES) {
    await must(util, [`-C=${dir}`, 'user-add', `${box}@${MAIL_DOMAIN}`, '--password=of-the-lab']);
  }
  const daemon = await startDaemon(lab, {
    command: binary,
    args: ['-config_dir', dir, '-logfile', join(dir, 'log')],
    ready: () => greets(ip, 25),
  });
  return { ...daemon, ...mailReader(maildirs), ip, port: 25, name: NAME };
}

const config = (dir: string, ip: string, agent: string) => `
hostname: "${NAME}"
drop_characters: "~"
max_data_size_mb: 1
smtp_address: "${ip}:25"
mail_delivery_agent_bin: "${agent}"
mail_delivery_agent_args: "%to_user%"
data_dir: "${dir}/data"
mail_log_path: "${dir}/mail.log"
`;

/** The message comes on standard input, the mailbox as the argument; written beside and moved in, as maildir asks. */
const deliver = (maildirs: string) => `#!/bin/sh
set -e
box="${maildirs}/$1"
mkdir -p "$box/tmp" "$box/new" "$box/cur"
name="$(date +%s%N).$$.lab"
cat > "$box/tmp/$name"
mv "$box/tmp/$name" "$box/new/$name"
`;
