/** SIGTERM under load: whoever was being served is answered whole, whoever comes later is told so, and the end is clean. */

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { zoneServer } from '../helpers/dns-server.ts';
import { type Answered, keepAlive, type Service, startService, until } from '../helpers/service.ts';
import { startSmtpServer } from '../helpers/smtp-server.ts';
import { late, names } from './names.ts';
import { told } from './told.ts';

const dns = await zoneServer({ names, deliver: late(700) });
const slow = await startSmtpServer({ greeting: [{ pause: 1_000 }, { reply: '220 slow.test' }] }, '127.100.1.1');
const services: Service[] = [];
afterAll(async () => {
  for (const service of services) service.kill();
  await Promise.all([dns.close(), slow.close()]);
});

test('answers under way are finished, later calls are turned away, and it ends with 0', {
  timeout: 60_000,
}, async () => {
  const service = await startService({
    DNS_SERVERS: `${dns.ip}:${dns.port}`,
    ALLOW_TARGETS: '127.100.0.0/16',
    SMTP_PORTS: String(slow.port),
    RATE_LOOKUP_PER_MINUTE: '100000',
    RATE_CLIENT_PER_MINUTE: '1000',
    RATE_TARGET_PER_MINUTE: '1000',
  });
  services.push(service);
  const agent = keepAlive();
  let stopping = false;
  const answers: Answered[] = [];
  // Thirty clients that ask again as soon as they are answered, each on a connection that it keeps.
  const client = async (i: number) => {
    for (let n = 0, last = 200; last === 200; n++) {
      const answer = await service.ask(`/v1/domains/${n % 5 === 0 ? `u${i}-${n}` : 'kept'}.test/mx`, { agent });
      answers.push(answer);
      last = answer.status;
      if (stopping && last === 200) expect(answer.headers.connection).toBe('close');
    }
  };
  const clients = Array.from({ length: 30 }, (_, i) => client(i));
  const lookups = Array.from({ length: 20 }, (_, i) => service.ask(`/v1/domains/late${i}.test/mx`, { agent }));
  // One session an address at a time: these end one after the other.
  const probes = Array.from({ length: 3 }, (_, i) =>
    service.ask('/v1/probes', { body: { host: `h${i}.test`, ip: slow.host, port: slow.port }, agent }),
  );
  await until('work is under way', () => slow.sessions.length > 0 && answers.length > 200);
  await sleep(300);

  const ended = service.stop();
  await until('it stops', () => service.log().includes('"stopping"'));
  stopping = true;
  await Promise.all(clients);
  expect(told(await Promise.all(lookups))).toEqual({ 200: 20 });
  const { 200: served = 0, '503 unavailable': told503 = 0, 'not let in': late = 0, ...others } = told(answers);
  expect(others).toEqual({});
  expect(served).toBeGreaterThan(200);
  // Each client heard it once, or found the door closed.
  expect(told503 + late).toBe(30);
  expect(told(await Promise.all(probes))).toEqual({ 200: 3 });
  const { code, ms } = await ended;
  expect(code).toBe(0);
  expect(ms).toBeLessThan(10_500);
  expect(service.log()).not.toContain('"fault"');
  agent.destroy();
});
