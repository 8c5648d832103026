/**
 * A place for real servers: a /24 of loopback nobody else uses, a directory for their files, and a way to start daemons
 * that are surely stopped again: on `stop()`, when a start fails, when the test process ends or is killed. Never binds
 * anything but 127.0.0.0/8. A server that does not get ready in time is an error that carries the end of its log.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const isRoot = process.getuid?.() === 0;

export type Lab = {
  /** The address 127.x.y.`last` of this lab. */
  readonly ip: (last: number) => string;
  /** Readable by every user: daemons drop their privileges. Removed on stop. */
  readonly dir: string;
  /** Port 53 where we may bind it, else a high one. */
  readonly dnsPort: number;
  /** Runs on stop, last one first. */
  readonly defer: (undo: () => unknown) => void;
  readonly stop: () => Promise<void>;
};

export type Daemon = { readonly pid: number; readonly log: () => string; readonly stop: () => Promise<void> };

const READY_WITHIN_MS = 15_000;
const STOP_WITHIN_MS = 5_000;
const LOG_CHARACTERS = 64 * 1024;
const GUARD_PORT = 9;

/** A lab of its own for one test file; two at once never share an address. */
export async function openLab(): Promise<Lab> {
  const { prefix, guard } = await ownNetwork();
  const dir = await mkdtemp(join(tmpdir(), 'mxscope-lab-'));
  await chmod(dir, 0o755);
  const undo: (() => unknown)[] = [() => rm(dir, { recursive: true, force: true }), () => guard.close()];
  let stopped: Promise<void> | undefined;
  const stopAll = async () => {
    const failures: unknown[] = [];
    for (const step of undo.reverse()) await Promise.resolve(step()).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, 'the lab did not stop cleanly');
  };
  return {
    ip: (last) => `${prefix}.${last}`,
    dir,
    dnsPort: isRoot ? 53 : 5353,
    defer: (step) => undo.push(step),
    stop: () => {
      stopped ??= stopAll();
      return stopped;
    },
  };
}

/** Holds a port of the chosen network as long as the lab is open, so that a second lab sees it is taken. */
async function ownNetwork(): Promise<{ prefix: string; guard: Server }> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const prefix = `127.${randomInt(64, 128)}.${randomInt(1, 255)}`;
    const guard = createServer();
    const taken = await new Promise<boolean>((resolve) => {
      guard.once('error', () => resolve(true));
      guard.listen(isRoot ? GUARD_PORT : 10_009, `${prefix}.254`, () => resolve(false));
    });
    guard.unref();
    if (!taken) return { prefix, guard };
  }
  throw new Error('no free 127.x.y.0/24 after 50 attempts');
}

export type DaemonOptions = {
  readonly command: string;
  readonly args: readonly string[];
  /** Talks the server's own protocol; true when it answers. A throw counts as not yet. */
  readonly ready: () => Promise<boolean>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
};

/** Starts a server in the foreground and in a process group of its own; returns when it answers. */
export async function startDaemon(lab: Lab, options: DaemonOptions): Promise<Daemon> {
  const [command, args] = underParent(options.command, options.args);
  const child = spawn(command, args, {
    cwd: options.cwd ?? lab.dir,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let log = '';
  const keep = (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-LOG_CHARACTERS);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const daemon = { pid: child.pid ?? 0, log: () => log, stop: stopOnce(child) };
  lab.defer(daemon.stop);
  const failure = new Promise<Error>((resolve) => child.once('error', resolve));
  const problem = await Promise.race([failure, untilReady(child, options.ready)]);
  if (problem) {
    await daemon.stop();
    throw new Error(`${options.command} ${options.args.join(' ')}: ${problem.message}\n${log.slice(-2_000)}`);
  }
  return daemon;
}

async function untilReady(child: ChildProcess, ready: () => Promise<boolean>): Promise<Error | undefined> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      return new Error(`ended at once (${child.exitCode ?? child.signalCode})`);
    }
    if (await ready().catch(() => false)) return undefined;
    await sleep(50);
  }
  return new Error(`not ready within ${READY_WITHIN_MS} ms`);
}

/** Asks the kernel to end the daemon when we die without a word (SIGKILL); ordinary exits are handled below. */
function underParent(command: string, args: readonly string[]): [string, string[]] {
  const setpriv = findCommand('setpriv');
  return setpriv ? [setpriv, ['--pdeathsig', 'TERM', '--', command, ...args]] : [command, [...args]];
}

function stopOnce(child: ChildProcess): () => Promise<void> {
  const signalGroup = (signal: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // The whole group is gone already.
    }
  };
  const onExit = () => signalGroup('SIGKILL');
  process.once('exit', onExit);
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    const running = child.pid !== undefined && child.exitCode === null && child.signalCode === null;
    const gone = running ? new Promise((resolve) => child.once('exit', resolve)) : undefined;
    signalGroup('SIGTERM');
    await Promise.race([gone, sleep(STOP_WITHIN_MS)]);
    signalGroup('SIGKILL');
    await gone;
    process.off('exit', onExit);
  };
  return () => {
    stopped ??= stop();
    return stopped;
  };
}

const SYSTEM_PATH = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

/** Daemons live in sbin, which is not on every user's PATH. */
export function findCommand(name: string): string | undefined {
  const places = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_PATH];
  return places.map((place) => join(place, name)).find((path) => existsSync(path));
}

export function needCommand(name: string): string {
  const path = findCommand(name);
  if (!path) throw new Error(`${name} is not installed; "npm test" installs what the tests need, or says what it is`);
  return path;
}

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs a tool to its end, bounded in time; a non-zero exit is data. */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; input?: string; timeoutMs?: number; env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 20_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  // A tool may end without reading what it was given.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, stdout, stderr };
}

/** Runs a tool that must succeed. */
export async function must(command: string, args: readonly string[], options: Parameters<typeof run>[2] = {}) {
  const ran = await run(command, args, options);
  if (ran.code !== 0) throw new Error(`${command} ${args.join(' ')} exited ${ran.code}: ${ran.stderr || ran.stdout}`);
  return ran.stdout;
}
