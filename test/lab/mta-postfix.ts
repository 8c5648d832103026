/**
 * A real Postfix: one master whose smtpd services show a different face each (no TLS, self-signed, the lab's CA, expired,
 * of another name, AUTH in clear, old TLS, and submission on 587 and 465). All of them deliver into the same maildirs.
 */

import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCa, type KeyPair, type LabCa } from './certificates.ts';
import { type Daemon, type Lab, must, needCommand, run, startDaemon } from './lab.ts';
import { greets, MAIL_DOMAIN, MAILBOXES, type Mta, mailReader, openDirectory, THAI_MAILBOX } from './mta.ts';

export type PostfixFace = {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
  readonly security: 'starttls' | 'implicit';
};

export type Face =
  | 'plain'
  | 'selfSigned'
  | 'trusted'
  | 'expired'
  | 'notYetValid'
  | 'wrongName'
  | 'auth'
  | 'legacy'
  | 'submission'
  | 'submissions';

export type LabPostfix = Daemon &
  Pick<Mta, 'mail' | 'mailOnce'> & {
    readonly faces: Readonly<Record<Face, PostfixFace>>;
    readonly ca: LabCa;
    /** The end of the mail log: what the servers say they did. */
    readonly mailLog: () => Promise<string>;
    readonly user: { readonly name: string; readonly password: string };
  };

const ZONE = 'mta.example';
/** Debian's number of nobody and nogroup. */
const NOBODY = 65534;
const user = { name: `somchai@${MAIL_DOMAIN}`, password: 'a pass-word of the lab' };

/** `first` is the host number of the first face inside the lab; ten numbers are used. */
export async function startPostfix(lab: Lab, givenCa?: LabCa, first = 10): Promise<LabPostfix> {
  const ca = givenCa ?? (await createCa(lab));
  const faces = faceTable(lab, first);
  const dir = join(lab.dir, 'postfix');
  const maildirs = await openDirectory(lab, 'postfix-mail');
  await mkdir(join(dir, 'sasl'), { recursive: true });
  const logFile = join(lab.dir, 'postfix.log');
  await writeFile(logFile, '');
  await writeFile(join(dir, 'main.cf'), await mainCf(lab, dir, maildirs, logFile));
  await writeFile(join(dir, 'master.cf'), masterCf(faces, await certificates(ca, faces)));
  await copyFile('/etc/postfix/dynamicmaps.cf', join(dir, 'dynamicmaps.cf')).catch(() => undefined);
  await writeSasl(join(dir, 'sasl'));
  await makeQueue(join(lab.dir, 'postfix-queue'));
  await must('chown', ['postfix', join(lab.dir, 'postfix-data')]);
  // `postfix start-fg` would fork to lead a session of its own and outlive a stop.
  const daemon = await startDaemon(lab, {
    command: `${(await must(needCommand('postconf'), ['-c', dir, '-h', 'daemon_directory'])).trim()}/master`,
    args: ['-c', dir, '-d'],
    ready: async () => {
      const places = Object.values(faces);
      const up = await Promise.all(places.map(({ ip, port, security }) => greets(ip, port, security === 'implicit')));
      return up.every(Boolean);
    },
  }).catch(async (error: Error) => {
    const { stdout } = await run('tail', ['-n', '20', logFile]);
    throw new Error(`${error.message}\n${stdout}`);
  });
  const mailLog = async () => (await run('tail', ['-n', '200', logFile])).stdout;
  return { ...daemon, ...mailReader(maildirs), faces, ca, mailLog, user };
}

function faceTable(lab: Lab, first: number): Readonly<Record<Face, PostfixFace>> {
  const face = (offset: number, name: string, port = 25): PostfixFace => ({
    name: `${name}.${ZONE}`,
    ip: lab.ip(first + offset),
    port,
    security: port === 465 ? 'implicit' : 'starttls',
  });
  return {
    plain: face(0, 'plain'),
    selfSigned: face(1, 'selfsigned'),
    trusted: face(2, 'trusted'),
    expired: face(3, 'expired'),
    notYetValid: face(4, 'notyetvalid'),
    wrongName: face(5, 'wrongname'),
    auth: face(6, 'auth'),
    legacy: face(7, 'legacy'),
    submission: face(8, 'submission', 587),
    submissions: face(8, 'submission', 465),
  };
}

async function certificates(ca: LabCa, faces: Readonly<Record<Face, PostfixFace>>) {
  const [submission, selfSigned, trusted, expired, notYetValid, wrongName, auth, legacy] = await Promise.all([
    ca.issue(faces.submission.name),
    ca.selfSigned(faces.selfSigned.name),
    ca.issue(faces.trusted.name),
    ca.issue(faces.expired.name, { expired: true }),
    ca.issue(faces.notYetValid.name, { notYetValid: true }),
    ca.issue(`somewhere-else.${ZONE}`),
    ca.issue(faces.auth.name),
    ca.issue(faces.legacy.name),
  ]);
  const pairs = { selfSigned, trusted, expired, notYetValid, wrongName, auth, legacy };
  return { plain: null, ...pairs, submission, submissions: submission } satisfies Record<Face, KeyPair | null>;
}

async function mainCf(lab: Lab, dir: string, maildirs: string, logFile: string): Promise<string> {
  const mailboxes = [...MAILBOXES, THAI_MAILBOX].map((box) => `{${box}@${MAIL_DOMAIN}=${box}/}`).join(' ');
  const settings = {
    compatibility_level: '3.6',
    queue_directory: await directory(lab, 'postfix-queue'),
    data_directory: await directory(lab, 'postfix-data'),
    maillog_file: logFile,
    maillog_file_prefixes: lab.dir,
    myhostname: `postfix.${ZONE}`,
    mydestination: '',
    // Must be an address the interface carries by name; the services bind their own in 127.0.0.0/8.
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    mynetworks: '127.0.0.255/32',
    virtual_mailbox_domains: MAIL_DOMAIN,
    virtual_mailbox_base: maildirs,
    virtual_mailbox_maps: `inline:{ ${mailboxes} }`,
    virtual_alias_maps: `inline:{ {alias@${MAIL_DOMAIN}=somchai@${MAIL_DOMAIN}} }`,
    virtual_uid_maps: `static:${NOBODY}`,
    virtual_gid_maps: `static:${NOBODY}`,
    // Nothing ever leaves: what is not ours is refused at RCPT, and what would be sent has nowhere to go.
    default_transport: 'error:the lab delivers only to itself',
    relay_transport: 'error:the lab delivers only to itself',
    smtpd_relay_restrictions: 'permit_sasl_authenticated, reject_unauth_destination',
    smtputf8_enable: 'yes',
    message_size_limit: '1000000',
    smtpd_tls_loglevel: '1',
    smtpd_sasl_type: 'cyrus',
    smtpd_sasl_path: 'smtpd',
    cyrus_sasl_config_path: join(dir, 'sasl'),
    smtpd_sasl_local_domain: MAIL_DOMAIN,
    smtpd_peername_lookup: 'no',
    smtpd_client_connection_rate_limit: '0',
    smtpd_client_connection_count_limit: '0',
    anvil_rate_time_unit: '1s',
    alias_maps: '',
    alias_database: '',
  };
  return `${Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}`)
    .join('\n')}\n`;
}

async function directory(lab: Lab, name: string): Promise<string> {
  const path = join(lab.dir, name);
  await mkdir(path, { recursive: true });
  return path;
}

/** The directories that `postfix check` would make, in a hundredth of its time; the one of pid files is root's. */
async function makeQueue(queue: string): Promise<void> {
  const names = 'active bounce corrupt defer deferred flush hold incoming maildrop private public saved trace'.split(
    ' ',
  );
  const own = names.map((name) => join(queue, name));
  for (const path of [...own, join(queue, 'pid')]) await mkdir(path, { mode: 0o700 });
  await must('chown', ['postfix', ...own]);
}

type Certificates = Readonly<Record<Face, KeyPair | null>>;

function masterCf(faces: Readonly<Record<Face, PostfixFace>>, pairs: Certificates): string {
  const extra: Partial<Record<Face, readonly string[]>> = {
    auth: ['smtpd_sasl_auth_enable=yes', 'smtpd_tls_auth_only=no', 'broken_sasl_auth_clients=yes'],
    legacy: [
      'smtpd_tls_protocols=TLSv1,TLSv1.1',
      'smtpd_tls_ciphers=low',
      'tls_low_cipherlist=ALL:@SECLEVEL=0',
      'tls_medium_cipherlist=ALL:@SECLEVEL=0',
    ],
    submission: ['smtpd_sasl_auth_enable=yes', 'smtpd_tls_auth_only=yes', 'smtpd_tls_security_level=encrypt'],
    submissions: ['smtpd_sasl_auth_enable=yes', 'smtpd_tls_wrappermode=yes', 'smtpd_tls_security_level=encrypt'],
  };
  const services = (Object.keys(faces) as Face[]).map((kind) => {
    const { ip, port, name } = faces[kind];
    const pair = pairs[kind];
    const tls = pair
      ? [`smtpd_tls_chain_files=${pair.key},${pair.cert}`, 'smtpd_tls_security_level=may']
      : ['smtpd_tls_security_level=none'];
    const options = [`myhostname=${name}`, ...tls, ...(extra[kind] ?? [])];
    return [`${ip}:${port} inet n - n - - smtpd`, ...options.map((option) => `  -o { ${option} }`)].join('\n');
  });
  return `${[...services, INTERNAL].join('\n')}\n`;
}

const INTERNAL = `
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd`.trim();

/** Cyrus SASL with a password file of its own; the account exists in both forms a client may send. */
async function writeSasl(dir: string): Promise<void> {
  const database = join(dir, 'sasldb');
  const settings = ['pwcheck_method: auxprop', 'auxprop_plugin: sasldb', 'mech_list: PLAIN LOGIN'];
  await writeFile(join(dir, 'smtpd.conf'), `${[...settings, `sasldb_path: ${database}`].join('\n')}\n`);
  const [name = '', realm = ''] = user.name.split('@');
  await must(needCommand('saslpasswd2'), ['-p', '-c', '-f', database, '-u', realm, name], { input: user.password });
  await chmod(database, 0o644);
}
