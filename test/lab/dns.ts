/**
 * A small Internet's DNS on loopback: NSD serves a root and the zones of `zones.ts` (one signed, one signed and then
 * spoilt), Unbound resolves and validates below that root and knows no other. Both ready when they answer a question.
 */

import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dig } from './dig.ts';
import { type Daemon, type Lab, must, needCommand, startDaemon } from './lab.ts';
import { type Nsd, startNsd } from './nsd.ts';

export type DnsWorld = {
  readonly nsd: Nsd;
  readonly unbound: Daemon & { readonly ip: string };
  readonly port: number;
  /** What `DNS_SERVERS` takes. */
  readonly servers: string;
  /** Rewrites the `example.` zone, reloads NSD and empties Unbound's cache: how a domain is moved. */
  readonly publish: (lines: readonly string[]) => Promise<void>;
};

const NSD = 53;
const UNBOUND = 54;
const DEAD = 99;

const ZONES = {
  '.': 'root',
  example: 'example',
  'signed.example': 'signed.example.signed',
  'bogus.example': 'bogus.example.signed',
  // Nobody writes this file: a lame server.
  'lame.example': 'no-such-file',
};

/** `lines` are relative to `example.`; `@NSD@` and `@DEAD@` in them become addresses of this lab. */
export async function startDns(lab: Lab, lines: readonly string[], signed: readonly string[]): Promise<DnsWorld> {
  const zones = join(lab.dir, 'zones');
  await mkdir(zones, { recursive: true });
  const place = (line: string) => line.replaceAll('@NSD@', lab.ip(NSD)).replaceAll('@DEAD@', lab.ip(DEAD));
  let serial = 1;
  const example = (records: readonly string[]) => zoneFile('example.', serial, lab.ip(NSD), records.map(place));
  await writeFile(join(zones, 'root'), rootZone(lab.ip(NSD)));
  await writeFile(join(zones, 'example'), example(lines));
  await signZone(zones, 'signed.example', lab.ip(NSD), signed);
  await signZone(zones, 'bogus.example', lab.ip(NSD), signed);
  await spoil(join(zones, 'bogus.example.signed'));

  const nsd = await startNsd(lab, { last: NSD, dir: zones, zones: ZONES });
  const unbound = await startUnbound(lab, zones);
  const publish = async (records: readonly string[]) => {
    serial += 1;
    await nsd.load('example', serial, example(records));
    await must(needCommand('unbound-control'), ['-c', join(lab.dir, 'unbound.conf'), 'flush_zone', 'example']);
  };
  return { nsd, unbound, port: lab.dnsPort, servers: `${unbound.ip}:${lab.dnsPort}`, publish };
}

function zoneFile(origin: string, serial: number, server: string, records: readonly string[]): string {
  const head = [
    `$ORIGIN ${origin}`,
    '$TTL 3600',
    `@ 3600 SOA ns hostmaster ${serial} 7200 900 86400 900`,
    '@ NS ns',
    `ns A ${server}`,
  ];
  return `${[...head, ...records].join('\n')}\n`;
}

function rootZone(server: string): string {
  const lines = ['. 86400 SOA ns.lab. hostmaster.lab. 1 7200 900 86400 900', '. 86400 NS ns.lab.'];
  const example = ['example. 86400 NS ns.example.', `ns.example. 86400 A ${server}`];
  return `${[...lines, `ns.lab. 86400 A ${server}`, ...example].join('\n')}\n`;
}

/** One key that signs everything: enough for a validator, and quick. Its public half becomes the trust anchor. */
async function signZone(dir: string, zone: string, server: string, records: readonly string[]): Promise<void> {
  await writeFile(join(dir, zone), zoneFile(`${zone}.`, 1, server, records));
  const keygen = ['-a', 'ECDSAP256SHA256', '-f', 'KSK', '-K', dir, zone];
  const key = (await must(needCommand('dnssec-keygen'), keygen, { cwd: dir })).trim();
  await copyFile(join(dir, `${key}.key`), join(dir, `${zone}.anchor`));
  // -P: the tool may not know an all-in-one key; Unbound is the one who judges here.
  const sign = ['-P', '-z', '-S', '-K', dir, '-o', zone, '-f', `${zone}.signed`, zone];
  await must(needCommand('dnssec-signzone'), sign, { cwd: dir });
}

/** The records no longer are what the signatures say. */
async function spoil(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const spoilt = text.replace(/MX\t10 mx1/, 'MX\t11 mx1');
  if (spoilt === text) throw new Error('the signed zone has no MX record to spoil');
  await writeFile(file, spoilt);
}

async function startUnbound(lab: Lab, zones: string): Promise<Daemon & { ip: string }> {
  const ip = lab.ip(UNBOUND);
  const anchors = (await readdir(zones)).filter((name) => name.endsWith('.anchor'));
  const config = [
    'server:',
    `  interface: ${ip}@${lab.dnsPort}`,
    '  access-control: 127.0.0.0/8 allow',
    '  do-ip6: no',
    '  do-daemonize: no',
    '  username: ""',
    '  chroot: ""',
    '  pidfile: ""',
    '  use-syslog: no',
    `  directory: "${lab.dir}"`,
    '  module-config: "validator iterator"',
    ...anchors.map((name) => `  trust-anchor-file: "${join(zones, name)}"`),
    '  do-not-query-localhost: no',
    '  ede: yes',
    '  cache-max-ttl: 604800',
    '  outgoing-range: 512',
    '  num-threads: 1',
    'remote-control:',
    '  control-enable: yes',
    `  control-interface: "${lab.dir}/unbound.sock"`,
    '  control-use-cert: no',
    // The root of this world; no other root is known, so nothing ever leaves the machine.
    'stub-zone:',
    '  name: "."',
    `  stub-addr: ${lab.ip(NSD)}@${lab.dnsPort}`,
  ];
  const file = join(lab.dir, 'unbound.conf');
  await writeFile(file, `${config.join('\n')}\n`);
  const daemon = await startDaemon(lab, {
    command: needCommand('unbound'),
    args: ['-d', '-p', '-c', file],
    ready: () => answers(ip, lab.dnsPort),
  });
  return { ...daemon, ip };
}

async function answers(ip: string, port: number): Promise<boolean> {
  const reply = await dig({ ip, port }, 'example', 'SOA', { tries: 1 });
  return reply.status === 'NOERROR';
}
