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
  await openssl(selfSign('ca', 'mxscope lab CA', ['-addext', 'keyUsage=critical,keyCertSign,cRLSign']));
  let made = 0;
  const fresh = () => {
    made += 1;
    return `pair-${made}`;
  };
  return {
    file: join(dir, 'ca.crt'),
    issue: async (name, { expired = false, notYetValid = false, rsa = false } = {}) => {
      const id = fresh();
      const san = ['-addext', `subjectAltName=DNS:${name}`];
      const request = [
        '-new',
        ...(rsa ? RSA : EC),
        '-keyout',
        `${id}.key`,
        '-out',
        `${id}.csr`,
        '-subj',
        `/CN=${name}`,
        ...san,
      ];
      await openssl(['req', ...request]);
      const [from, to] = expired ? [-60, -30] : notYetValid ? [30, 90] : [-1, 90];
      const dates = ['-startdate', stamp(from), '-enddate', stamp(to)];
      await openssl([
        'ca',
        '-batch',
        '-config',
        'ca.cnf',
        ...dates,
        '-in',
        `${id}.csr`,
        '-out',
        `${id}.crt`,
        '-notext',
      ]);
      return { key: join(dir, `${id}.key`), cert: join(dir, `${id}.crt`) };
    },
    selfSigned: async (name) => {
      const id = fresh();
      await openssl(selfSign(id, name, ['-addext', `subjectAltName=DNS:${name}`]));
      return { key: join(dir, `${id}.key`), cert: join(dir, `${id}.crt`) };
    },
  };
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

const RSA = ['-newkey', 'rsa:2048', '-nodes'];

const selfSign = (id: string, name: string, extensions: readonly string[]) => {
  const files = ['-keyout', `${id}.key`, '-out', `${id}.crt`];
  return ['req', '-x509', ...EC, ...files, '-days', '90', '-subj', `/CN=${name}`, ...extensions];
};

const CA_CONFIG = `
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
