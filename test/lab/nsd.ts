/**
 * NSD, an authoritative server, on an address of the lab. It reads its zones again on SIGHUP, and forgets a SIGHUP that comes
 * while it is reading: who changed a zone asks for the new serial, and signals again while the old one is still served.
 */

import { Resolver } from 'node:dns/promises';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dig } from './dig.ts';
import { type Daemon, type Lab, needCommand, startDaemon } from './lab.ts';

export type Nsd = Daemon & {
  readonly ip: string;
  /** Writes the zone's file and waits until the server answers with that serial. */
  readonly load: (zone: string, serial: number, text: string) => Promise<void>;
};

export type NsdOptions = {
  /** The last octet of its address. */
  readonly last: number;
  /** Where its zone files are; a directory of its own when left out. */
  readonly dir?: string;
  /** Zone → file in that directory. Without the file NSD has nothing to serve and says SERVFAIL. */
  readonly zones: Readonly<Record<string, string>>;
};

const SIGNAL_EVERY_MS = 500;
const LOADED_WITHIN_MS = 10_000;

export async function startNsd(lab: Lab, options: NsdOptions): Promise<Nsd> {
  const ip = lab.ip(options.last);
  const own = join(lab.dir, `nsd-${options.last}`);
  const dir = options.dir ?? own;
  await mkdir(own, { recursive: true });
  const file = join(own, 'nsd.conf');
  await writeFile(file, `${configOf(`${ip}@${lab.dnsPort}`, own, dir, options.zones).join('\n')}\n`);
  const server = { ip, port: lab.dnsPort };
  const daemon = await startDaemon(lab, {
    command: needCommand('nsd'),
    args: ['-d', '-c', file],
    // It reads its zones before it listens: whatever it says, it is ready.
    ready: async () => (await dig(server, '.', 'SOA', { tries: 1, seconds: 1 })).status !== 'TIMEOUT',
  });
  const serialOf = async (zone: string) => {
    // A new one each time, which has nothing in its cache; a process for each look would cost more than the reload.
    const resolver = new Resolver({ timeout: 1_000, tries: 1 });
    resolver.setServers([`${ip}:${lab.dnsPort}`]);
    const soa = await resolver.resolveSoa(zone).catch(() => null);
    return soa?.serial;
  };
  let changed = 0;
  return {
    ...daemon,
    ip,
    async load(zone, serial, text) {
      const path = join(dir, options.zones[zone] ?? zone);
      await writeFile(path, text);
      const deadline = performance.now() + LOADED_WITHIN_MS;
      while (performance.now() < deadline) {
        // NSD compares times of change: each round's is a later one, whatever the grain of the file system.
        changed = Math.max(changed + 1, Date.now() / 1000);
        await utimes(path, changed, changed);
        process.kill(daemon.pid, 'SIGHUP');
        for (const until = performance.now() + SIGNAL_EVERY_MS; performance.now() < until; await sleep(25)) {
          if ((await serialOf(zone)) === serial) return;
        }
      }
      throw new Error(`NSD did not load serial ${serial} of ${zone} in time\n${daemon.log().slice(-2_000)}`);
    },
  };
}

function configOf(listen: string, own: string, dir: string, zones: Readonly<Record<string, string>>): string[] {
  return [
    'server:',
    `  ip-address: ${listen}`,
    '  username: ""',
    '  chroot: ""',
    `  zonesdir: "${dir}"`,
    '  pidfile: ""',
    // The default is one file for all of this machine: two servers would spoil each other's zones.
    '  database: ""',
    `  xfrdir: "${own}"`,
    '  xfrdfile: ""',
    `  zonelistfile: "${own}/zone.list"`,
    '  server-count: 1',
    '  rrl-ratelimit: 0',
    'remote-control:',
    '  control-enable: no',
    ...Object.entries(zones).map(([name, file]) => `zone:\n  name: "${name}"\n  zonefile: "${file}"`),
  ];
}
