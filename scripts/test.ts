/**
 * `npm test`: makes sure the real servers and tools of `test/lab` are there, then runs vitest with the arguments given. As
 * root on Debian or Ubuntu it installs what is missing and starts no service; else it names what is missing in one line
 * and exits 1. What Debian does not let stand side by side, or is wanted for one tool of it, is unpacked into `.cache/`
 * instead of installed.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const unpacked = join(root, '.cache', 'debian');
const APT_SECONDS = 300;

/** Command → the package it comes from. */
const commands: Readonly<Record<string, string>> = {
  nsd: 'nsd',
  unbound: 'unbound',
  'redis-server': 'redis-server',
  dig: 'bind9-dnsutils',
  kdig: 'knot-dnsutils',
  'dnssec-signzone': 'bind9-utils',
  postfix: 'postfix',
  saslpasswd2: 'sasl2-bin',
  swaks: 'swaks',
  openssl: 'openssl',
  ip: 'iproute2',
};
/** What the packages above need for the tests, and only recommend. */
const companions = ['libsasl2-modules', 'libnet-ssleay-perl'];
/** Package → a file of it, relative to where it is unpacked; and the users its daemon insists on. */
const unpackedPackages: Readonly<Record<string, { file: string; users: readonly string[] }>> = {
  'exim4-daemon-light': { file: 'usr/sbin/exim4', users: ['Debian-exim'] },
  opensmtpd: { file: 'usr/sbin/smtpd', users: ['opensmtpd', 'opensmtpq'] },
  chasquid: { file: 'usr/bin/chasquid', users: [] },
  // Promtool, and the server for a test that starts one itself.
  prometheus: { file: 'usr/bin/promtool', users: [] },
};

const isRoot = process.getuid?.() === 0;
const path = [process.env.PATH ?? '', '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter);
const env = { ...process.env, PATH: path, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1', LC_ALL: 'C.UTF-8' };

const has = (command: string) => path.split(delimiter).some((place) => existsSync(join(place, command)));

/** Runs a tool quietly; its output is shown when it fails. */
function must(command: string, args: readonly string[], cwd = root): string {
  const ran = spawnSync(command, args, { cwd, env, encoding: 'utf8', timeout: APT_SECONDS * 1000, maxBuffer: 1 << 26 });
  if (ran.status === 0) return ran.stdout;
  const said = ran.error?.message ?? (ran.stderr || ran.stdout).trim().split('\n').slice(-5).join('\n');
  throw new Error(`${command} ${args.join(' ')} failed: ${said}`);
}

const missingPackages = () => {
  const names = Object.entries(commands).flatMap(([command, name]) => (has(command) ? [] : [name]));
  return names.length > 0 ? [...names, ...companions] : [];
};

const missingUnpacked = () =>
  Object.keys(unpackedPackages).filter((name) => !existsSync(join(unpacked, name, unpackedPackages[name]?.file ?? '')));

const apt = (...args: readonly string[]) =>
  must('apt-get', ['-q', '-o', 'Acquire::Retries=2', '-o', 'DPkg::Lock::Timeout=120', ...args]);

/** --no-remove: a machine that has a mail server of its own keeps it, and gets an error instead. */
function install(packages: readonly string[]): void {
  const wanted = [...new Set(packages)].sort();
  if (wanted.length === 0) return;
  console.log(`installing for the tests: ${wanted.join(' ')}`);
  apt('install', '-y', '--no-install-recommends', '--no-remove', ...wanted);
}

/** Debian asks this file whether a freshly installed service may start; a machine's own one is left alone. */
function withoutStartingServices(work: () => void): void {
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    work();
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}

/** Downloads and unpacks; the libraries it is linked with are installed. */
function unpack(name: string): void {
  const place = join(unpacked, name);
  const download = join(unpacked, 'download', name);
  for (const directory of [place, download]) {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
  }
  console.log(`unpacking for the tests: ${name}`);
  must('apt-get', ['-q', 'download', name], download);
  const archive = readdirSync(download).find((file) => file.endsWith('.deb'));
  if (!archive) throw new Error(`apt-get download ${name} left no package`);
  const depends = must('dpkg-deb', ['-f', join(download, archive), 'Depends']);
  const libraries = depends.split(',').map((dependency) => dependency.trim().split(/[ :(]/)[0] ?? '');
  install(libraries.filter((library) => /^lib(?!js-)/.test(library)));
  must('dpkg-deb', ['-x', join(download, archive), place]);
}

function addUsers(): void {
  const users = Object.values(unpackedPackages).flatMap((server) => server.users);
  for (const user of users) {
    if (spawnSync('id', [user], { env }).status === 0) continue;
    const home = ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin'];
    must('useradd', ['--system', '--user-group', ...home, user]);
  }
}

function provide(): void {
  const packages = missingPackages();
  const others = missingUnpacked();
  if (packages.length > 0 || others.length > 0) {
    if (!has('apt-get') || !isRoot) {
      const names = [...packages, ...others].join(' ');
      const how = has('apt-get') ? 'run "npm test" once as root, which installs them' : 'install them, or use Debian';
      throw new Error(`the tests need what is not installed: ${names} (${how})`);
    }
    apt('update');
    withoutStartingServices(() => {
      install(packages);
      for (const name of others) unpack(name);
    });
    const still = missingPackages();
    if (still.length > 0) throw new Error(`still missing after the installation: ${still.join(' ')}`);
  }
  if (isRoot) addUsers();
}

try {
  provide();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const ran = spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exit(ran.status ?? 1);
