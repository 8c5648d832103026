/** A real Exim, unpacked beside Postfix: STARTTLS with a certificate of the lab's CA, delivering into maildirs. */

import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabCa } from './certificates.ts';
import { type Lab, must, startDaemon } from './lab.ts';
import {
  greets,
  MAIL_DOMAIN,
  MAILBOXES,
  type Mta,
  mailReader,
  openDirectory,
  THAI_MAILBOX,
  unpackedFile,
} from './mta.ts';

const USER = 'Debian-exim';
const NAME = 'exim.mta.example';

export async function startExim(lab: Lab, ca: LabCa, last = 30): Promise<Mta> {
  const ip = lab.ip(last);
  const binary = unpackedFile('exim4-daemon-light', 'usr/sbin/exim4');
  const dir = join(lab.dir, 'exim');
  await mkdir(dir, { recursive: true });
  const maildirs = await openDirectory(lab, 'exim-mail');
  const pair = await ca.issue(NAME);
  // Exim reads its key as its own user.
  await copyFile(pair.key, join(dir, 'key'));
  await copyFile(pair.cert, join(dir, 'cert'));
  await writeFile(
    join(dir, 'mailboxes'),
    `${[...MAILBOXES, THAI_MAILBOX].map((box) => `${box}: ${box}`).join('\n')}\n`,
  );
  const file = join(dir, 'exim.conf');
  await writeFile(file, config(binary, dir, ip, maildirs));
  await chmod(file, 0o644);
  await must('chown', ['-R', `${USER}:${USER}`, dir, maildirs]);
  await must('chown', ['root:root', file]);
  const daemon = await startDaemon(lab, {
    command: binary,
    args: ['-C', file, '-bdf', '-q1m'],
    ready: () => greets(ip, 25),
  });
  return { ...daemon, ...mailReader(maildirs), ip, port: 25, name: NAME };
}

/** `deliver_drop_privilege`: with a configuration of our own Exim may not become another user to deliver. */
const config = (binary: string, dir: string, ip: string, maildirs: string) => `
primary_hostname = ${NAME}
exim_path = ${binary}
spool_directory = ${dir}/spool
log_file_path = ${dir}/%slog
pid_file_path = ${dir}/exim.pid
local_interfaces = ${ip}
daemon_smtp_ports = 25
domainlist ours = ${MAIL_DOMAIN}
deliver_drop_privilege = true
never_users =
host_lookup =
rfc1413_query_timeout = 0s
smtputf8_advertise_hosts = *
tls_advertise_hosts = *
tls_certificate = ${dir}/cert
tls_privatekey = ${dir}/key
acl_smtp_rcpt = rcpt

begin acl
rcpt:
  require message = relay not permitted
          domains = +ours
  require verify = recipient
  accept

begin routers
ours:
  driver = accept
  domains = +ours
  local_parts = lsearch;${dir}/mailboxes
  transport = maildir

begin transports
maildir:
  driver = appendfile
  directory = ${maildirs}/$local_part_data
  create_directory
  maildir_format
  mode_fail_narrower = false

begin retry
* * F,1h,1m
`;
