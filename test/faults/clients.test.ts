/** Clients that mean harm or just leave: two thousand connections, heads and bodies that never end, answers nobody waits for. */

import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type World, zoneServer } from '../helpers/dns-server.ts';
import { keepAlive, startService, until } from '../helpers/service.ts';
import { startSmtpServer } from '../helpers/smtp-server.ts';
import { late, names } from './names.ts';
import { recovered, told, warmUp } from './told.ts';

const dns = await zoneServer({ names, deliver: late(500) } satisfies World);
const silent = await startSmtpServer({ greeting: [{ hang: true }] }, '127.99.1.1');
const service = await startService({
  DNS_SERVERS: `${dns.ip}:${dns.port}`,
  ALLOW_TARGETS: '127.99.0.0/16',
  SMTP_PORTS: String(silent.port),
  RATE_LOOKUP_PER_MINUTE: '100000',
  RATE_CLIENT_PER_MINUTE: '1000',
  RATE_TARGET_PER_MINUTE: '1000',
});
const sockets = await warmUp(service, (i) => `w${i}.test`);

const open = new Set<Socket>();
afterEach(async () => {
  for (const socket of open) socket.destroy();
  open.clear();
  await recovered(service, sockets);
});
afterAll(async () => {
  service.kill();
  await Promise.all([dns.close(), silent.close()]);
});

/** Connections on each of which `bytes` were sent and nothing more will be. */
async function hold(count: number, bytes = ''): Promise<readonly Socket[]> {
  const held = Array.from({ length: count }, () => connect(service.port, '127.0.0.1').on('error', () => undefined));
  for (const socket of held) open.add(socket);
  await Promise.all(held.map((socket) => new Promise<void>((resolve) => socket.write(bytes, () => resolve()))));
  await until(`${count} connections`, () => service.descriptors().sockets >= sockets + count);
  return held;
}

const asUsual = async () => {
  const calls = Array.from({ length: 50 }, (_, i) => service.ask(`/v1/domains/w${i}.test/mx`));
  expect(told(await Promise.all(calls))).toEqual({ 200: 50 });
};

test('2,000 connections that say nothing: others are served as usual', async () => {
  await hold(2_000);
  await asUsual();
});

const BODY = '{"text":"550 5.1.1 no such user"}';
test.for([
  ['half a request line', 'GET /v1/dom'],
  ['half a head', 'GET /v1/domains/w1.test/mx HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
  [
    'half a body',
    `POST /v1/explanations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY.slice(0, 20)}`,
  ],
  [
    'half a chunk',
    `POST /v1/explanations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n${BODY}`,
  ],
])('300 connections with %s, and a byte now and then: others are served as usual', async ([, bytes]) => {
  const held = await hold(300, bytes);
  for (let i = 0; i < 5; i++) {
    for (const socket of held) socket.write('x');
    await sleep(10);
  }
  await asUsual();
});

test('a body that goes on after a while is taken', async () => {
  const [socket] = await hold(
    1,
    'POST /v1/explanations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n',
  );
  let heard = '';
  socket?.on('data', (chunk) => {
    heard += String(chunk);
  });
  for (const part of [`Content-Length: ${BODY.length}\r\n`, '\r\n', ...(BODY.match(/.{1,8}/g) ?? [])]) {
    await sleep(20);
    socket?.write(part);
  }
  await until('an answer', () => heard.includes('"5.1.1"'));
  expect(heard).toMatch(/^HTTP\/1\.1 200 /);
});

test('100 who leave in the middle of an answer: it costs nobody anything', async () => {
  // More in one go than a socket takes, so that the rest still waits when they leave.
  const many = 'GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(8);
  const held = await hold(100, many);
  await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('data', resolve))));
  for (const [i, socket] of held.entries()) i % 2 === 0 ? socket.resetAndDestroy() : socket.destroy();
  await asUsual();
});

test('200 who leave while their answer is worked on: it is kept for who asks next', async () => {
  const agent = keepAlive();
  const leave = new AbortController();
  const left = Array.from({ length: 200 }, (_, i) =>
    service.ask(`/v1/domains/late${i}.test/mx`, { agent, signal: leave.signal }),
  );
  await until('the questions are under way', () => dns.asked.some(({ name }) => name === 'late199.test'));
  leave.abort();
  expect(told(await Promise.all(left))).toEqual({ lost: 200 });
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => service.ask(`/v1/domains/late${i}.test/mx`)));
  expect(told(answers)).toEqual({ 200: 200 });
  const asked = dns.asked.filter(({ name, type }) => name.startsWith('late') && type === 'MX');
  expect(asked).toHaveLength(200);
  agent.destroy();
});

test('50 who leave their probes behind: those end by themselves', async () => {
  const leave = new AbortController();
  const left = Array.from({ length: 50 }, (_, i) =>
    service.ask('/v1/probes', {
      body: { host: `h${i}.test`, ip: silent.host, port: silent.port, maxSeconds: 5 },
      signal: leave.signal,
    }),
  );
  await until('one connection is open', () => silent.open > 0);
  leave.abort();
  expect(told(await Promise.all(left))).toEqual({ lost: 50 });
  await silent.close();
  await until('no session is left', () => silent.open === 0);
});
