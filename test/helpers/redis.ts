/**
 * A real redis-server on a loopback port of its own, without persistence, that can be killed, hung, thawed and started again
 * on the same port. Installs Debian's package where it is missing. Throws when the server does not come up.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

export interface TestRedis {
  readonly port: number;
  readonly url: string;
  /** An inline command over a connection of its own; the raw reply. */
  command(line: string): Promise<string>;
  /** SIGKILL: connections are cut, keys are lost. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay and nothing answers. */
  hang(): void;
  thaw(): void;
  /** After `kill`: a new, empty server on the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** `started: false` only reserves the port: Redis is absent at start. */
export async function startRedis(
  options: {
    readonly args?: readonly string[];
    readonly port?: number;
    readonly started?: boolean;
    /** A configuration file that says everything itself, as a sentinel's must. */
    readonly config?: string;
  } = {},
): Promise<TestRedis> {
  const { args = [], started = true, config } = options;
  const port = options.port ?? (await freePort());
  const directory = mkdtempSync(join(tmpdir(), 'mxscope-redis-'));
  let child: ChildProcess | undefined;

  const start = async () => {
    const common = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      directory,
    ];
    child = spawn(redisServer(), [...(config === undefined ? common : [config]), ...args], { stdio: 'ignore' });
    await answers(port, child);
  };
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  if (started) await start();

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    command: (line) => inline(port, line),
    kill,
    hang: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    start,
    async close() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * A way to Redis on which each command and each reply takes half of `delay` longer. In a thread of its own: what keeps a test
 * busy must not make the way any slower.
 */
export async function slowPath(port: number): Promise<{ url: string; delay(ms: number): void; close(): unknown }> {
  const thread = new Worker(new URL('slow-path.ts', import.meta.url), { workerData: port });
  const [own] = await once(thread, 'message');
  return {
    url: `redis://127.0.0.1:${own}`,
    delay: (ms) => thread.postMessage(ms),
    close: () => thread.terminate(),
  };
}

function redisServer(): string {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
  } catch {
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'], { stdio: 'ignore' });
  }
  return 'redis-server';
}

async function answers(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    if (await inline(port, 'PING').then(Boolean, () => false)) return;
    await sleep(25);
  }
  throw new Error(`redis-server does not answer on port ${port}`);
}

function inline(port: number, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.setEncoding('utf8').setTimeout(2000, () => socket.destroy(new Error('timeout')));
    socket.on('connect', () => socket.write(`${line}\r\n`));
    socket.on('data', (reply) => {
      resolve(String(reply));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
