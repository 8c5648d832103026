/** A CA and the certificates of the mail lab, made by openssl at run time: right, self-signed, expired, of another name. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Lab, must, needCommand } from './lab.ts';

export type KeyPair = { readonly key: string; readonly cert: string };

export type IssueOptions = { readonly expired?: boolean; readonly notYetValid?: boolean; readonly rsa?: boolean };

export type LabCa = {
  /** What `NODE_EXTRA_CA_CERTS`, `-CAfile` and `smtp_tls_CAfile` take. */
  readonly file: string;
  readonly issue: (name: string, options?: IssueOptions) => Promise<KeyPair>;
  readonly selfSigned: (name: string) => Promise<KeyPair>;
};

const DAY_MS = 86_400_000;

/** openssl's GeneralizedTime. */
const stamp = (days: number) =>
  `${new Date(Date.now() + days * DAY_MS).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;

export async function createCa(lab: Lab): Promise<LabCa> {
  const dir = join(lab.dir, 'ca');
  await mkdir(join(dir, 'issued'), { recursive: true });
  const openssl = (args: readonly string[]) => must(needCommand('openssl'), args, { cwd: dir });
  await writeFile(join(dir, 'index.txt'), '');
  await writeFile(join(dir, 'serial'), '1000\n');
  await writeFile(join(dir, 'ca.cnf'), CA_CONFIG);
  const authority = ['-subj', '/CN=mxscope lab CA', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  await openssl([...selfSign('ca'), ...authority]);
  let made = 0;
  const fresh = () => {
    made += 1;
    return `pair-${made}`;
  };
  const pair = (id: string): KeyPair => ({ key: join(dir, `${id}.key`), cert: join(dir, `${id}.crt`) });
  /** `openssl ca` keeps books, so one at a time; it alone can date a certificate as one likes. */
  let queue: Promise<unknown> = Promise.resolve();
  const dated = async (id: string, name: string, [from, to]: readonly [number, number]) => {
    await openssl(['req', '-new', ...EC, '-keyout', `${id}.key`, '-out', `${id}.csr`, ...named(name)]);
    const dates = ['-startdate', stamp(from), '-enddate', stamp(to)];
    const files = ['-in', `${id}.csr`, '-out', `${id}.crt`];
    const signed = queue.then(() => openssl(['ca', '-batch', '-config', 'ca.cnf', ...dates, ...files, '-notext']));
    queue = signed.catch(() => undefined);
    await signed;
  };
  return {
    file: join(dir, 'ca.crt'),
    issue: async (name, { expired = false, notYetValid = false, rsa = false } = {}) => {
      const id = fresh();
      const signer = ['-config', 'ca.cnf', '-CA', 'ca.crt', '-CAkey', 'ca.key'];
      if (expired || notYetValid) await dated(id, name, expired ? [-60, -30] : [30, 90]);
      else await openssl([...selfSign(id, rsa ? RSA : EC), ...named(name), ...signer]);
      return pair(id);
    },
    selfSigned: async (name) => {
      const id = fresh();
      await openssl([...selfSign(id), ...named(name)]);
      return pair(id);
    },
  };
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

const RSA = ['-newkey', 'rsa:2048', '-nodes'];

const named = (name: string) => ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];

const selfSign = (id: string, key = EC) => {
  const files = ['-keyout', `${id}.key`, '-out', `${id}.crt`];
  return ['req', '-x509', ...key, ...files, '-days', '90'];
};

/** Without extensions of its own: what it issues is no authority. */
const CA_CONFIG = `
[req]
distinguished_name = none
[none]
[ca]
default_ca = lab
[lab]
database = index.txt
serial = serial
new_certs_dir = issued
certificate = ca.crt
private_key = ca.key
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
`;
