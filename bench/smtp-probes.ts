/**
 * What a probe costs: against nodemailer's verify(), which does the same conversation without telling anything; against a
 * bare TLS upgrade; in memory; and as more are in flight. Peer and contestants each run in a process of their own, warm, in
 * turn, round by round; the ratio is the median of the rounds' ratios.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createAddressPolicy } from '../src/net/address-policy.ts';
import { createDialer } from '../src/net/dial.ts';
import { type ProbeOptions, probeHost } from '../src/smtp/probe.ts';
import type { HostProbe } from '../src/smtp/types.ts';
import { median, type Result } from './report.ts';
import type { Cost, Kind, Round } from './smtp-client.ts';
import type { PeerMode, PeerReady } from './smtp-peer.ts';

type Peer = { readonly ready: PeerReady; stop(): void };
type Client = { run(round: Round): Promise<Cost>; stop(): void };

async function startPeer(mode: PeerMode): Promise<Peer> {
  const child = fork(new URL('./smtp-peer.ts', import.meta.url), [mode]);
  const [ready] = (await once(child, 'message')) as [PeerReady];
  return { ready, stop: () => child.kill() };
}

function startClient(kind: Kind, mode: PeerMode, { ready }: Peer, flags: readonly string[] = []): Client {
  const security = mode === 'starttls' ? 'starttls' : 'none';
  const child: ChildProcess = fork(
    new URL('./smtp-client.ts', import.meta.url),
    [kind, security, JSON.stringify(ready)],
    // The second as in our process (docs/decisions/heap.md), and for the rivals too: they gain by it as well.
    { execArgv: ['--expose-gc', '--no-allocation-site-pretenuring', ...flags] },
  );
  const ended = once(child, 'exit').then((): never => {
    throw new Error(`the client ${kind} ended`);
  });
  // A client that is stopped ends too, and nobody waits for it then.
  ended.catch(() => {});
  return {
    async run(round) {
      child.send(round);
      const [cost] = await Promise.race([once(child, 'message'), ended]);
      return cost as Cost;
    },
    stop: () => child.kill(),
  };
}

type Pair = readonly [ours: Cost, theirs: Cost];

async function contest(mode: 'plain' | 'starttls', rival: Kind, rounds: number): Promise<Pair[]> {
  const peer = await startPeer(mode);
  const clients = [startClient('probe', mode, peer), startClient(rival, mode, peer)] as const;
  // Two seconds and more: in a short round the first and the last few hundred weigh as much as the rest.
  const total = mode === 'plain' ? 20_000 : 4_000;
  try {
    // The compiler takes some ten thousand conversations to settle; a service has them behind it.
    for (const client of clients) await client.run({ total: 2 * total, inFlight: 500 });
    const pairs: Pair[] = [];
    for (let round = 0; round < rounds; round++) {
      const ours = await clients[0].run({ total, inFlight: 500 });
      pairs.push([ours, await clients[1].run({ total, inFlight: 500 })]);
    }
    return pairs;
  } finally {
    for (const client of clients) client.stop();
    peer.stop();
  }
}

const throughput = (name: string, atLeast: number, pairs: readonly Pair[]): Result => ({
  name,
  ours: median(pairs.map(([a]) => a.perSecond)),
  theirs: median(pairs.map(([, b]) => b.perSecond)),
  unit: 'probes/s',
  ratio: median(pairs.map(([a, b]) => a.perSecond / b.perSecond)),
  bar: { atLeast },
});

const processorTime = (name: string, atMost: number | null, pairs: readonly Pair[]): Result => ({
  name,
  ours: median(pairs.map(([a]) => a.cpuMicros)),
  theirs: median(pairs.map(([, b]) => b.cpuMicros)),
  unit: 'µs CPU',
  ratio: median(pairs.map(([a, b]) => a.cpuMicros / b.cpuMicros)),
  bar: atMost === null ? null : { atMost },
});

export async function plainProbes(rounds = 7): Promise<Result[]> {
  const pairs = await contest('plain', 'verify', rounds);
  return [
    throughput('plain probes against nodemailer verify(), 500 in flight', 1.8, pairs),
    processorTime('the same, client CPU of one', null, pairs),
  ];
}

export async function startTlsProbes(rounds = 7): Promise<Result[]> {
  const pairs = await contest('starttls', 'verify', rounds);
  return [
    throughput('STARTTLS probes against nodemailer verify(), 500 in flight', 1.4, pairs),
    processorTime('the same, client CPU of one', null, pairs),
  ];
}

export async function startTlsCpu(rounds = 7): Promise<Result> {
  const name = 'client CPU of a STARTTLS probe against a bare upgrade on a shared context';
  return processorTime(name, 1.25, await contest('starttls', 'bare', rounds));
}

export async function growth(rounds = 7): Promise<Result> {
  const peer = await startPeer('plain');
  // As README has it for who allows so many: what is in flight is copied whenever the young generation is full.
  const client = startClient('probe', 'plain', peer, ['--max-semi-space-size=64']);
  try {
    const cost = async (inFlight: number) => (await client.run({ total: 20_000, inFlight })).cpuMicros;
    for (const inFlight of [50, 50, 2_000, 2_000]) await cost(inFlight);
    const pairs: (readonly [number, number])[] = [];
    for (let round = 0; round < rounds; round++) pairs.push([await cost(2_000), await cost(50)]);
    return {
      name: 'cost of a probe, 2,000 in flight against 50',
      ours: median(pairs.map(([many]) => many)),
      theirs: median(pairs.map(([, few]) => few)),
      unit: 'µs CPU',
      ratio: median(pairs.map(([many, few]) => many / few)),
      bar: { atMost: 1.25 },
    };
  } finally {
    client.stop();
    peer.stop();
  }
}

/** In this process, which should have done nothing else, with the garbage collector at hand (`--expose-gc`). */
export async function memoryInFlight(mode: 'silent' | 'silent-tls'): Promise<Result> {
  const count = mode === 'silent' ? 5_000 : 3_000;
  const peer = await startPeer(mode);
  const { port, ca } = peer.ready;
  const policy = createAddressPolicy({ allow: ['127.0.0.0/8'] });
  const dialer = createDialer({ policy, ports: new Set([port]), extraRoots: [ca] });
  const security = mode === 'silent' ? ('none' as const) : ('starttls' as const);
  const target = { host: 'mx.test', ip: '127.0.0.1', family: 4, port, security, preference: 10 } as const;
  const probe = (options: Pick<ProbeOptions, 'maxMs' | 'signal'>) =>
    probeHost(target, dialer, { ehloName: 'probe.test', ...options });
  try {
    // Some before, so that code, contexts, pools and the engine's young generation (32 MB once grown) are paid for.
    for (let round = 0; round < 4; round++) {
      await Promise.all(Array.from({ length: 500 }, () => probe({ maxMs: mode === 'silent' ? 1_000 : 8_000 })));
    }
    const before = settledBytes();
    const stop = new AbortController();
    const probes: Promise<HostProbe>[] = [];
    for (let i = 0; i < count; i++) {
      probes.push(probe({ maxMs: 120_000, signal: stop.signal }));
      if (i % 100 === 99) await pause(mode === 'silent' ? 20 : 150);
    }
    await pause(mode === 'silent' ? 1_000 : 4_000);
    const each = (settledBytes() - before) / count;
    stop.abort();
    const stages = new Set((await Promise.all(probes)).map(({ stage }) => stage));
    if (stages.size !== 1) throw new Error(`probes stood at ${[...stages].join(', ')}`);
    return {
      name: `memory of a probe in flight, ${count} ${mode === 'silent' ? 'silent servers' : 'inside TLS'}`,
      ours: Math.round(each / 102.4) / 10,
      theirs: null,
      unit: 'KiB',
      ratio: null,
      bar: { atMost: mode === 'silent' ? 9 : 60 },
    };
  } finally {
    peer.stop();
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function settledBytes(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  return process.memoryUsage.rss();
}

export async function smtpProbes(short: boolean): Promise<Result[]> {
  const rounds = short ? 2 : 7;
  const contests = [...(await plainProbes(rounds)), ...(await startTlsProbes(rounds)), await startTlsCpu(rounds)];
  if (short) return contests;
  return [...contests, await growth(rounds), await memoryInFlight('silent'), await memoryInFlight('silent-tls')];
}
