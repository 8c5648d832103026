/**
 * `node bench/soak.ts [--minutes 10] [--rate calls a second]`: the service as a process at half of what it can do – cached and
 * uncached MX over both doors, explanations, probes of servers of every temper, dry runs, test sends to a sink that cuts,
 * clients that leave or never finish their request. Its memory and its descriptors must stay as they are, every answer be one
 * that the contract names, no message be lost or doubled. Prints a line a tenth of the time, then the figures; ends with 1
 * when a bar is missed. Not in CI.
 */

import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answered, keepAlive } from '../test/helpers/service.ts';
import { account } from './cutting-sink.ts';
import { median } from './report.ts';
import { startSoakWorld } from './soak-world.ts';

const option = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const MINUTES = option('minutes', 10);
const RATE = option('rate', 0);
const WARM_UP_MS = Math.min(10_000, MINUTES * 6_000);
const MAX_IN_FLIGHT = 1_000;
const MAX_GROWTH = 1.05;

const world = await startSoakWorld();
const { service, sink, port, peers } = world;
const agent = keepAlive();
const seen: Record<string, number> = {};
const told = new Map<string, string>();
const latencies: number[] = [];
let serial = 0;
let inFlight = 0;

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)] as T;
const bounce = `host mx.test said: 550 5.7.1 Service unavailable; client blocked using a list\r\n${'> quoted\r\n'.repeat(50)}`;
const QUERY = '{ domain(name: "kept1.test") { mx { status exchanges { host addresses { ip } } findings { code } } } }';

/** Whatever a call may be answered, `200` apart. */
const KINDS: Readonly<Record<string, { readonly weight: number; call(n: number): Promise<unknown> }>> = {
  cached: { weight: 50, call: (n) => ask('cached', `/v1/domains/kept${n % 50}.test/mx`) },
  uncached: { weight: 15, call: (n) => ask('uncached', `/v1/domains/u${n}.test/mx`) },
  graphql: { weight: 8, call: () => ask('graphql', '/graphql', { query: QUERY }) },
  explanation: { weight: 10, call: () => ask('explanation', '/v1/explanations', { text: bounce }) },
  probe: {
    weight: 6,
    call: (n) => ask('probe', '/v1/probes', { host: `h${n}.test`, ip: pick(peers), port, maxSeconds: 5 }),
  },
  dryRun: { weight: 3, call: () => ask('dry run', '/v1/test-sends', { to: 'desk@peer.test', port, dryRun: true }) },
  send: { weight: 3, call: sendForReal },
  leaving: { weight: 4, call: leave },
  unfinished: { weight: 1, call: neverFinish },
};
const WEIGHTS = Object.values(KINDS).flatMap((kind) => Array<typeof kind>(kind.weight).fill(kind));

async function ask(kind: string, path: string, body?: unknown): Promise<Answered> {
  const answer = await service.ask(path, { agent, ...(body !== undefined && { body }) });
  const code = /"code":"([a-z-]+)"/.exec(answer.text)?.[1] ?? answer.text.slice(0, 200);
  const what = answer.status === 200 ? '200' : `${answer.status} ${code} (${kind})`;
  seen[what] = (seen[what] ?? 0) + 1;
  if (kind === 'cached') latencies.push(answer.ms);
  return answer;
}

async function sendForReal(): Promise<void> {
  const { status, text } = await ask('send', '/v1/test-sends', { to: 'desk@sink.test', port, text: 'soak' });
  if (status !== 200) return;
  const answer = JSON.parse(text) as { readonly status: string; readonly messageId: string };
  if (answer.status === 'accepted' || answer.status === 'unknown') told.set(answer.messageId, answer.status);
}

/** Asks for what takes a while, and is gone before it comes. */
async function leave(n: number): Promise<void> {
  const body = { host: `l${n}.test`, ip: pick(peers), port, maxSeconds: 5 };
  const path = `/v1/domains/l${n}.test/mx`;
  const signal = AbortSignal.timeout(1 + Math.floor(Math.random() * 20));
  await service.ask(n % 2 === 0 ? path : '/v1/probes', { signal, ...(n % 2 === 1 && { body }) });
}

/** Half a request on a connection that stays until the service has had enough, at most for a minute. */
async function neverFinish(n: number): Promise<void> {
  const half =
    n % 2 === 0 ? 'GET /v1/dom' : 'POST /v1/explanations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{"te';
  const socket = connect(service.port, '127.0.0.1', () => socket.write(half)).on('error', () => undefined);
  socket
    .setTimeout(60_000, () => socket.destroy())
    .resume()
    .unref();
}

async function one(): Promise<void> {
  inFlight++;
  const n = serial++;
  await pick(WEIGHTS).call(n);
  inFlight--;
}

/** Calls a second when thirty-two callers ask one after the other. */
async function capacity(): Promise<number> {
  const began = performance.now();
  let done = 0;
  const lane = async () => {
    while (performance.now() - began < WARM_UP_MS) {
      await Promise.race([one(), sleep(100)]);
      done++;
    }
  };
  await Promise.all(Array.from({ length: 32 }, lane));
  return done / (WARM_UP_MS / 1_000);
}

type Sample = { readonly rss: number; readonly all: number; readonly sockets: number };
const sample = (): Sample => ({ rss: service.rss(), ...service.descriptors() });
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Calls at `rate`, whatever becomes of them, and a look at the process every second. */
async function period(rate: number, ms: number): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const began = performance.now();
  let made = 0;
  for (let now = began; now < began + ms; now = performance.now()) {
    for (; made < ((now - began) / 1_000) * rate && inFlight < MAX_IN_FLIGHT; made++) void one();
    if (samples.length < (now - began) / 1_000) samples.push(sample());
    await sleep(10);
  }
  return samples;
}

await ask('cached', '/v1/domains/kept1.test/mx');
const before = sample();
const most = await capacity();
const rate = RATE > 0 ? RATE : most / 2;
console.log(`up to ${Math.round(most)} calls/s; soaking ${MINUTES} min at ${Math.round(rate)}/s`);
const tenths: (Sample & { readonly p99: number })[] = [];
for (let tenth = 0; tenth < 10; tenth++) {
  latencies.length = 0;
  const samples = await period(rate, MINUTES * 6_000);
  const p99 = latencies.toSorted((x, y) => x - y)[Math.floor(latencies.length * 0.99)] ?? Number.NaN;
  const row = {
    rss: mean(samples.map(({ rss }) => rss)),
    all: median(samples.map(({ all }) => all)),
    sockets: median(samples.map(({ sockets }) => sockets)),
    p99,
  };
  tenths.push(row);
  console.log(
    `${tenth + 1}/10: RSS ${row.rss.toFixed(1)} MB, ${row.all} descriptors, ${row.sockets} sockets, cached p99 ${p99.toFixed(1)} ms`,
  );
}
const patience = performance.now() + 70_000;
while (inFlight > 0 && performance.now() < patience) await sleep(100);
agent.destroy();
await sleep(70_000 * Math.min(1, MINUTES / 10) + 6_000);
const after = sample();
const { code, ms } = await service.stop();
const [, second, last] = [tenths[0], tenths[1], tenths[9]];
const growth = (last?.rss ?? Number.NaN) / (second?.rss ?? Number.NaN);
const messages = account(told, sink.stored);
const { 200: served = 0, ...others } = seen;
// What the contract names: the machine may be busy with other work.
const wrong = Object.keys(others).filter((what) => !what.startsWith('503 overloaded'));
console.log({
  calls: serial,
  served,
  others,
  growth: Math.round(growth * 1_000) / 1_000,
  descriptors: { before: before.all, second: second?.all, last: last?.all, after: after.all },
  sockets: { before: before.sockets, second: second?.sockets, last: last?.sockets, after: after.sockets },
  messages,
  cuts: sink.cuts + sink.cutsAfterDot,
  stop: { code, ms: Math.round(ms) },
});
await world.close();
const holds =
  growth <= MAX_GROWTH &&
  wrong.length === 0 &&
  messages.lost + messages.doubled === 0 &&
  // To its DNS servers, opened with the first questions.
  after.sockets <= before.sockets + 8 &&
  code === 0;
process.exit(holds ? 0 : 1);
