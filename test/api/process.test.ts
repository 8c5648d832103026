/**
 * The process itself, started as an operator starts it: keys that rotate without a restart, a stop that waits for work and
 * for nothing else, a log that is whole at the end.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { zoneServer } from '../helpers/dns-server.ts';
import { freePort } from '../helpers/redis.ts';
import { keyEntry } from './harness.ts';

const entry = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const directory = mkdtempSync(join(tmpdir(), 'mxscope-process-'));
const dns = await zoneServer({ names: {}, trouble: { 'silent.example': 'silent' } });
const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
  await dns.close();
});

async function start(env: Readonly<Record<string, string>>) {
  const port = await freePort();
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env.PATH, PORT: String(port), DNS_SERVERS: `${dns.ip}:${dns.port}`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = `http://127.0.0.1:${port}`;
  const status = async (path: string, key = '') =>
    (await fetch(url + path, { headers: { authorization: `Bearer ${key}`, connection: 'close' } })).status;
  await until(() =>
    status('/health/live').then(
      (code) => code === 200,
      () => false,
    ),
  );
  return { child, port, url, status, ended, log: () => output };
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await what())) {
    if (performance.now() > deadline) throw new Error('it never came to that');
    await sleep(30);
  }
}

test('keys rotate with SIGHUP, and when their file is replaced; a bad file changes nothing', async () => {
  const file = join(directory, 'keys');
  const write = (text: string) => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  write(`# first\n${keyEntry('desk', 'one', 'read')}\n`);
  const service = await start({ API_KEYS_FILE: file, API_KEYS: keyEntry('fixed', 'zero', 'read') });
  expect(await service.status('/v1/articles', 'one')).toBe(200);
  expect(await service.status('/v1/articles')).toBe(401);

  write(`${keyEntry('desk', 'two', 'read')}\n`);
  await until(async () => (await service.status('/v1/articles', 'two')) === 200);
  expect(await service.status('/v1/articles', 'one')).toBe(401);
  expect(await service.status('/v1/articles', 'zero')).toBe(200);

  write('desk:not-a-hash:read\n');
  service.child.kill('SIGHUP');
  await until(() => service.log().includes('the keys stay as they were'));
  expect(await service.status('/v1/articles', 'two')).toBe(200);
  expect(service.log()).not.toContain('not-a-hash');

  rmSync(file);
  service.child.kill('SIGHUP');
  await until(() => service.log().includes('cannot be read'));
  expect(await service.status('/v1/articles', 'two')).toBe(200);

  write(`${keyEntry('desk', 'three', 'read')}\n`);
  service.child.kill('SIGHUP');
  await until(async () => (await service.status('/v1/articles', 'three')) === 200);
  expect(await service.status('/v1/articles', 'two')).toBe(401);
  service.child.kill('SIGTERM');
  expect(await service.ended).toBe(0);
});

test('the keys that a link names elsewhere are read again when they are written there', async () => {
  const elsewhere = join(mkdtempSync(join(directory, 'elsewhere-')), 'keys');
  const link = join(directory, 'link');
  writeFileSync(elsewhere, keyEntry('desk', 'one', 'read'));
  symlinkSync(elsewhere, link);
  const service = await start({ API_KEYS_FILE: link });
  writeFileSync(elsewhere, keyEntry('desk', 'two', 'read'));
  await until(async () => (await service.status('/v1/articles', 'two')) === 200);
  expect(await service.status('/v1/articles', 'one')).toBe(401);
});

test('the keys of a file are held to the rules beside each other and beside API_KEYS', async () => {
  const file = join(directory, 'together');
  writeFileSync(file, keyEntry('desk', 'one', 'read'));
  const service = await start({ API_KEYS_FILE: file, API_KEYS: keyEntry('fixed', 'zero', 'read') });
  for (const [keys, rule] of [
    [
      [keyEntry('desk', 'two', 'read'), keyEntry('desk', 'three', 'send')],
      'the keys named desk must have equal scopes',
    ],
    [[keyEntry('fixed', 'two', 'send')], 'the keys named fixed must have equal scopes'],
    [[keyEntry('other', 'zero', 'send')], 'each entry must have a key of its own'],
  ] as const) {
    const before = service.log().length;
    writeFileSync(file, keys.join('\n'));
    service.child.kill('SIGHUP');
    await until(() => service.log().slice(before).includes(rule));
    expect(await service.status('/v1/articles', 'two')).toBe(401);
    expect(await service.status('/v1/articles', 'one')).toBe(200);
  }
});

test('a keys file that is missing stops the start', async () => {
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env.PATH, PORT: '0', API_KEYS_FILE: join(directory, 'nowhere') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (told += text));
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
  expect(told).toBe('API_KEYS_FILE: cannot be read\n');
});

test('connections that are idle, or that never said anything, do not hold the end; the log is whole', async () => {
  const service = await start({});
  const agent = new Agent({ keepAlive: true });
  for (let count = 0; count < 20; count++) {
    await new Promise<void>((resolve, reject) => {
      get(`${service.url}/health/live`, { agent, headers: { 'x-request-id': `n${count}` } }, (answer) =>
        answer.resume().once('end', resolve),
      ).once('error', reject);
    });
  }
  const silent = connect(service.port, '127.0.0.1').on('error', () => undefined);
  await new Promise((resolve) => silent.once('connect', resolve));
  const started = performance.now();
  service.child.kill('SIGTERM');
  expect(await service.ended).toBe(0);
  expect(performance.now() - started).toBeLessThan(3_000);
  agent.destroy();
  silent.destroy();
  const lines = service
    .log()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id?: string; msg: string });
  expect(lines.filter(({ id }) => id?.startsWith('n'))).toHaveLength(20);
  expect(lines.at(-1)?.msg).toBe('stopping');
});

test('a second signal ends it at once', async () => {
  const service = await start({});
  const under = fetch(`${service.url}/v1/domains/silent.example/mx`).then(
    () => 'answered',
    () => 'cut',
  );
  await until(() => dns.asked.some(({ name }) => name === 'silent.example'));
  service.child.kill('SIGINT');
  await until(() => service.log().includes('stopping'));
  const started = performance.now();
  service.child.kill('SIGINT');
  expect(await service.ended).toBe(1);
  expect(performance.now() - started).toBeLessThan(2_000);
  expect(await under).toBe('cut');
});

test('new work is turned away while old work ends', async () => {
  const service = await start({});
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (path: string) =>
    new Promise<{ status?: number; connection?: string }>((resolve, reject) => {
      get(service.url + path, { agent }, (answer) => {
        const { statusCode: status, headers } = answer;
        answer.resume().once('end', () =>
          resolve({
            ...(status !== undefined && { status }),
            ...(headers.connection !== undefined && { connection: headers.connection }),
          }),
        );
      }).once('error', reject);
    });
  expect(await ask('/health/live')).toMatchObject({ status: 200 });
  const first = dns.asked.length;
  const under = fetch(`${service.url}/v1/domains/silent.example/mx`);
  const held = ask('/v1/domains/silent.example/mx?fresh=true');
  await until(() => dns.asked.length > first);
  await sleep(100);
  service.child.kill('SIGTERM');
  await until(() => service.log().includes('stopping'));
  // Waits for its turn on the connection that is still at work.
  const late = ask('/v1/articles').catch((error: NodeJS.ErrnoException) => ({ status: error.code }));
  // The question is asked again before long, and answered then.
  dns.world = { names: {} };
  expect((await under).status).toBe(200);
  expect(await held).toMatchObject({ status: 200 });
  expect([503, 'ECONNREFUSED', 'ECONNRESET']).toContain((await late).status);
  const answered = performance.now();
  expect(await service.ended).toBe(0);
  expect(performance.now() - answered).toBeLessThan(2_000);
  agent.destroy();
});
