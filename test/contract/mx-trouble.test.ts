/** Contract §2 where DNS is slow, cuts its answers, cannot be reached or is forged. */

import { setTimeout as sleep } from 'node:timers/promises';
import packet, { type Packet, type RecordLike } from 'dns-packet';
import { afterAll, expect, test } from 'vitest';
import { framed, listenDns, truncated } from '../helpers/dns-server.ts';
import { startService } from '../helpers/service.ts';
import type { Json, Told } from './service.ts';

const bogus = { on: false };
const mxOf = (name: string) => {
  const exchange = name === 'slow.example' ? 'silent.example' : 'quick.example';
  return { type: 'MX', name, ttl: 1, data: { preference: 10, exchange } };
};
const server = await listenDns({
  udp(query, reply) {
    const { id = 0, questions = [], flag_cd } = packet.decode(query) as Packet & { flag_cd?: boolean };
    const { name = '', type } = questions[0] ?? {};
    const answer = (flags: number, answers: RecordLike[] = []) =>
      reply(packet.encode({ id, type: 'response', flags: 0x0180 | flags, questions, answers }));
    if (name === 'cut.example' || name === 'cut-twice.example') reply(truncated(query));
    else if (name === 'slow.example') setTimeout(answer, 3_000, 0, type === 'MX' ? [mxOf(name)] : []);
    else if (name === 'silent.example') return;
    else if (bogus.on && flag_cd !== true) answer(2);
    else answer(0, type === 'MX' ? [mxOf(name)] : []);
  },
  tcp(query, socket) {
    const { questions = [] } = packet.decode(query);
    if (questions[0]?.name === 'cut-twice.example') socket.end(framed(truncated(query)));
    else socket.destroy();
  },
});
const env = { LOG_LEVEL: 'silent' };
const [some, none] = await Promise.all([
  startService({ ...env, DNS_SERVERS: `127.0.0.1:1,${server.ip}:${server.port}` }),
  startService({ ...env, DNS_SERVERS: '127.0.0.1:1,127.0.0.2:1' }),
]);
afterAll(async () => {
  for (const service of [some, none]) service.kill();
  await server.close();
});
const told = async (service: typeof some, domain: string): Promise<Told<Json>> => {
  const answered = await service.ask(`/v1/domains/${domain}/mx`);
  return { ...answered, body: JSON.parse(answered.text) as Json };
};

const slow = told(some, 'slow.example');
test.concurrent('what is slow is given 8 s in all: the exchange whose address never came has failed', async () => {
  const { status, body, ms } = await slow;
  expect(status).toBe(200);
  expect(body).toMatchObject({ exchanges: [{ host: 'silent.example', status: 'failed' }] });
  expect(ms).toBeGreaterThan(7_500);
  expect(ms).toBeLessThan(9_500);
});

test.concurrent.each(['cut.example', 'cut-twice.example'])('%s: no answer', async (domain) => {
  const { status, body } = await told(some, domain);
  expect([status, body.code]).toEqual([504, 'dns-timeout']);
});

test.concurrent('no server that could be reached is a timeout', async () => {
  expect((await told(none, 'a.example')).body.code).toBe('dns-timeout');
});

test.concurrent('a bogus answer is a failure, which nothing stale covers', async () => {
  expect(await told(some, 'bogus.example')).toMatchObject({ status: 200 });
  await sleep(1_200);
  bogus.on = true;
  expect(await told(some, 'bogus.example')).toMatchObject({ status: 502, body: { code: 'dns-failure' } });
});
