/** DNS servers that drop packets, lie, dawdle, go away and come back, under a running service: by the name that is asked for. */

import { afterAll, describe, expect, test } from 'vitest';
import { type Reply, type World, type ZoneServer, zoneServer } from '../helpers/dns-server.ts';
import { type Answered, keepAlive, startService } from '../helpers/service.ts';
import { ADDRESS, names } from './names.ts';
import { allowDescriptors, recovered, slowest, told, warmUp } from './told.ts';

const changed = (packet: Buffer, at: number, byte: number): Buffer => {
  const copy = Buffer.from(packet);
  copy[at] = byte;
  return copy;
};
/** With another address, or another end of whatever stands last. */
const forged = (packet: Buffer): Buffer => changed(packet, packet.length - 1, (packet.at(-1) ?? 0) ^ 0xff);
/** A forged answer, made unlikely in some way, and 20 ms later the true one. */
const lying = (unlikely: (packet: Buffer) => Buffer) => (truth: Buffer, reply: Reply) => {
  reply(unlikely(forged(truth)));
  setTimeout(reply, 20, truth);
};

const tries = new Map<string, number>();
/** The first and the second packet of a question are lost with that chance each, by a die that always falls alike. */
function dropping(bytes: Buffer, reply: Reply): void {
  const question = bytes.subarray(12).toString('latin1');
  const attempt = tries.get(question) ?? 0;
  tries.set(question, attempt + 1);
  if (attempt >= 2 || die(`${attempt}${question}`) >= 0.3) reply(bytes);
}

const FAULTS: Readonly<Record<string, NonNullable<World['deliver']>>> = {
  drop: dropping,
  slow: (bytes, reply) => setTimeout(reply, 1_300, bytes),
  id: lying((packet) => changed(packet, 1, (packet[1] ?? 0) ^ 0xff)),
  name: lying((packet) => changed(packet, 13, (packet[13] ?? 0) ^ 0x01)),
  query: lying((packet) => changed(packet, 2, (packet[2] ?? 0) & 0x7f)),
  half: lying((packet) => packet.subarray(0, 20)),
};
const world: World = {
  names,
  deliver(bytes, reply) {
    const [, fault = ''] = /^([a-z]+)\d/.exec(bytes.toString('latin1', 13, 13 + (bytes[12] ?? 0))) ?? [];
    const deliver = FAULTS[fault];
    if (deliver) deliver(bytes, reply);
    else reply(bytes);
  },
};

const dns = await zoneServer(world, '127.97.0.1');
const service = await startService({ DNS_SERVERS: `${dns.ip}:${dns.port}`, RATE_LOOKUP_PER_MINUTE: '100000' });
let running: ZoneServer | null = dns;
afterAll(async () => {
  service.kill();
  await running?.close();
});

let serial = 0;
const lookUp = (fault: string, count: number) =>
  Promise.all(Array.from({ length: count }, () => service.ask(`/v1/domains/${fault}${serial++}.test/mx`)));
const addressesOf = (answers: readonly Answered[]) =>
  new Set(answers.map(({ text }) => JSON.parse(text).exchanges[0].addresses[0]?.ip as string));

const sockets = await warmUp(service, (i) => `warm${i}.test`);

describe.concurrent('a DNS server that', () => {
  test('drops 30 % of its packets: every answer comes, and is whole', async ({ expect }) => {
    const answers = await lookUp('drop', 100);
    expect(told(answers)).toEqual({ 200: 100 });
    expect([...addressesOf(answers)]).toEqual([ADDRESS]);
    expect([...tries.values()].filter((count) => count > 1).length).toBeGreaterThan(50);
    expect(slowest(answers)).toBeLessThan(8_500);
  });

  test.for([
    ['answers with another id', 'id'],
    ['answers about another name', 'name'],
    ['answers with a question', 'query'],
    ['answers with half a packet', 'half'],
  ] as const)('%s, and then with the truth: the truth is believed', async ([, fault], { expect }) => {
    const answers = await lookUp(fault, 20);
    expect(told(answers)).toEqual({ 200: 20 });
    expect([...addressesOf(answers)]).toEqual([ADDRESS]);
  });

  test('takes 1.3 s for each answer: it is waited for', async ({ expect }) => {
    const answers = await lookUp('slow', 20);
    expect(told(answers)).toEqual({ 200: 20 });
    expect(slowest(answers)).toBeLessThan(8_500);
  });
});

test('gone: 504 at once, and what the cache holds is served; back: 200', async () => {
  await recovered(service, sockets);
  const kept = await lookUp('kept', 5);
  running = null;
  await dns.close();
  const gone = await lookUp('gone', 20);
  expect(told(gone)).toEqual({ '504 dns-timeout': 20 });
  // The port is closed and says so: nobody waits for nothing.
  expect(slowest(gone)).toBeLessThan(4_000);
  const domains = kept.map(({ text }) => JSON.parse(text).domain as string);
  const served = await Promise.all(domains.map((domain) => service.ask(`/v1/domains/${domain}/mx`)));
  expect(told(served)).toEqual({ 200: 5 });

  running = await zoneServer(world, dns.ip, dns.port);
  const back = await lookUp('back', 20);
  expect(told(back)).toEqual({ 200: 20 });
  expect([...addressesOf(back)]).toEqual([ADDRESS]);
  await recovered(service, sockets);
});

/** 0 to 1, the same for the same text. */
function die(text: string): number {
  let state = 2166136261;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 16777619) >>> 0;
  return state / 2 ** 32;
}

test('no descriptor left to ask with: 504 at once, and answers again as soon as there is one', async () => {
  const alone = await startService({ DNS_SERVERS: `${running?.ip}:${running?.port}` });
  const agent = keepAlive(1);
  try {
    expect((await alone.ask('/health/live', { agent })).status).toBe(200);
    allowDescriptors(alone, 3);
    const refused = await alone.ask('/v1/domains/full0.test/mx', { agent });
    expect([refused.status, refused.ms < 1_000]).toEqual([504, true]);
    allowDescriptors(alone, 1_024);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => alone.ask(`/v1/domains/full${i}.test/mx`)));
    expect(told(answers)).toEqual({ 200: 20 });
    expect(slowest(answers)).toBeLessThan(2_000);
  } finally {
    agent.destroy();
    alone.kill();
  }
});
