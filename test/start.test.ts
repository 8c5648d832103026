/**
 * Starts the service as an operator does, `node src/main.ts`: bad settings give one clear line and no service, good ones a
 * service that answers and that a SIGTERM ends with 0.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';

const entry = join(import.meta.dirname, '..', 'src', 'main.ts');
const children = new Set<ChildProcess>();
const START_WITHIN_MS = 15_000;

type Started = {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

/** With nothing of our own environment but the PATH: the settings are those given. */
function start(env: Readonly<Record<string, string>>, out: number | 'pipe' | 'unread' = 'pipe'): Started {
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', out === 'unread' ? 'pipe' : out, 'pipe'],
  });
  children.add(child);
  let output = '';
  for (const stream of out === 'unread' ? [child.stderr] : [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const ended = new Promise<Awaited<Started['ended']>>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  return { child, output: () => output, ended };
}

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

async function untilLive(port: number, started: Started): Promise<void> {
  const deadline = performance.now() + START_WITHIN_MS;
  while (performance.now() < deadline) {
    if (started.child.exitCode !== null) throw new Error(`ended at once:\n${started.output()}`);
    const response = await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    await sleep(50);
  }
  throw new Error(`not live within ${START_WITHIN_MS} ms:\n${started.output()}`);
}

// Which values are bad is held in config.test.ts; here, that the process says so and ends.
describe('a bad setting stops the start with one clear line', () => {
  test.for<[string, Record<string, string>, RegExp]>([
    ['a port that is none', { PORT: 'http' }, /PORT/],
    ['a DNS server that is a name', { DNS_SERVERS: 'dns.example' }, /DNS_SERVERS/],
    ['an open address without keys', { HOST: '0.0.0.0' }, /API_KEYS/],
    ['a trusted proxy without keys', { TRUST_PROXY: '10.0.0.0/8' }, /API_KEYS/],
  ])('%s', async ([, env, names]) => {
    const started = start({ PORT: '0', ...env });
    const { code, signal } = await started.ended;
    const lines = started.output().trim().split('\n');
    expect(signal).toBeNull();
    expect(code).toBeGreaterThan(0);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(names);
    expect(lines[0]).not.toMatch(/\bat .*\.ts:\d+/);
  });

  test('two bad settings give two lines, and a secret is never repeated', async () => {
    const started = start({ PORT: '-1', API_KEYS: 'desk:not-a-hash-but-the-key-itself:read' });
    const { code } = await started.ended;
    expect(code).toBeGreaterThan(0);
    expect(started.output().trim().split('\n')).toHaveLength(2);
    expect(started.output()).not.toContain('not-a-hash-but-the-key-itself');
  });

  test('a port that is taken is said, and ends it', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const started = start({ PORT: String(port) });
    const { code } = await started.ended;
    server.close();
    expect(code).toBeGreaterThan(0);
    expect(started.output()).toContain('EADDRINUSE');
    expect(started.output()).toContain(String(port));
  });
});

describe('a running service', () => {
  test.for(['SIGTERM', 'SIGINT'] as const)('answers, and %s ends it with 0', async (signal) => {
    const port = await freePort();
    const started = start({ PORT: String(port), DNS_SERVERS: '127.0.0.1:9' });
    await untilLive(port, started);
    const live = await fetch(`http://127.0.0.1:${port}/health/live`);
    expect(live.status).toBe(200);
    expect(live.headers.get('x-content-type-options')).toBe('nosniff');
    expect(live.headers.get('x-request-id')).toMatch(/./);
    await live.body?.cancel();
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`);
    expect(ready.status).toBe(200);
    await ready.body?.cancel();
    started.child.kill(signal);
    expect(await started.ended).toEqual({ code: 0, signal: null });
  });

  test('a Redis that is absent does not stop the start', async () => {
    const port = await freePort();
    const nowhere = await freePort();
    const redis = `redis://user:a-secret-word@127.0.0.1:${nowhere}`;
    const started = start({ PORT: String(port), DNS_SERVERS: '127.0.0.1:9', REDIS_URL: redis });
    await untilLive(port, started);
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: 'degraded' });
    started.child.kill('SIGTERM');
    expect(await started.ended).toEqual({ code: 0, signal: null });
    expect(started.output()).not.toContain('a-secret-word');
  });

  test('what is under way at SIGTERM is finished', async () => {
    const port = await freePort();
    // A DNS server that never answers keeps one lookup under way until DNS gives up.
    const silent = createSocket('udp4');
    await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
    const started = start({ PORT: String(port), DNS_SERVERS: `127.0.0.1:${silent.address().port}` });
    await untilLive(port, started);
    const under = fetch(`http://127.0.0.1:${port}/v1/domains/example.com/mx`);
    await sleep(100);
    started.child.kill('SIGTERM');
    const response = await under;
    silent.close();
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ code: 'dns-timeout' });
    expect(await started.ended).toEqual({ code: 0, signal: null });
  });
});

test('a log that cannot be written, on a full disk, costs its lines and nothing else', async () => {
  const port = await freePort();
  const full = openSync('/dev/full', 'w');
  const started = start({ PORT: String(port), DNS_SERVERS: '127.0.0.1:9' }, full);
  closeSync(full);
  await untilLive(port, started);
  // The first lines have failed by then.
  await sleep(300);
  await untilLive(port, started);
  started.child.kill('SIGTERM');
  expect(await started.ended).toEqual({ code: 0, signal: null });
});

describe('a log whose reader has stopped', () => {
  /** More lines than a pipe and a socket hold. */
  async function fill(port: number): Promise<void> {
    const line = `http://127.0.0.1:${port}/health/live`;
    for (let i = 0; i < 40; i++) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(line)));
      for (const answer of answers) await answer.arrayBuffer();
    }
  }

  async function endsInTime(started: Started, port: number): Promise<void> {
    await untilLive(port, started);
    await fill(port);
    await untilLive(port, started);
    const from = performance.now();
    started.child.kill('SIGTERM');
    const exited = new Promise((resolve) => started.child.once('exit', (code, signal) => resolve({ code, signal })));
    expect(await exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - from).toBeLessThan(10_000);
  }

  test('a socket, as from a parent in Node: it serves on, and SIGTERM ends it with 0 within 10 s', async () => {
    const port = await freePort();
    await endsInTime(start({ PORT: String(port), DNS_SERVERS: '127.0.0.1:9' }, 'unread'), port);
  });

  test('a pipe, as from a shell', async () => {
    const port = await freePort();
    const path = join(mkdtempSync(join(tmpdir(), 'mxscope-log-')), 'pipe');
    execFileSync('mkfifo', [path]);
    // Open for both ways, so that neither end waits for the other, and never read.
    const fifo = openSync(path, 'r+');
    const started = start({ PORT: String(port), DNS_SERVERS: '127.0.0.1:9' }, fifo);
    await endsInTime(started, port);
    closeSync(fifo);
    rmSync(dirname(path), { recursive: true });
  });
});
