/**
 * What a probe costs: against nodemailer's verify(), which does the same conversation without telling anything; against a
 * bare TLS upgrade; in memory; and as more are in flight. Peers run in a process of their own. Every rival is measured in
 * turn with ours, round by round, and the ratio is the median of the rounds' ratios.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import nodemailer from 'nodemailer';
import { createAddressPolicy } from '../src/net/address-policy.ts';
import { createDialer, type Dialer } from '../src/net/dial.ts';
import { probeHost } from '../src/smtp/probe.ts';
import type { HostProbe, Security } from '../src/smtp/types.ts';
import { median, type Result } from './report.ts';
import type { PeerMode, PeerReady } from './smtp-peer.ts';

const HOST = 'mx.test';

type Peer = PeerReady & { readonly dialer: Dialer; stop(): void };

async function startPeer(mode: PeerMode): Promise<Peer> {
  const child = fork(new URL('./smtp-peer.ts', import.meta.url), [mode]);
  const [ready] = (await once(child, 'message')) as [PeerReady];
  const dialer = createDialer({
    policy: createAddressPolicy({ allow: ['127.0.0.0/8'] }),
    ports: new Set([ready.port]),
    extraRoots: [ready.ca],
  });
  return { ...ready, dialer, stop: () => child.kill() };
}

async function probe(peer: Peer, security: Security, maxMs = 60_000): Promise<HostProbe> {
  const target = { host: HOST, ip: '127.0.0.1', family: 4 as const, port: peer.port, security, preference: 10 };
  return probeHost(target, peer.dialer, { ehloName: 'probe.test', maxMs });
}

export async function ours(peer: Peer, security: Security): Promise<void> {
  const { outcome, tls: seen } = await probe(peer, security);
  if (outcome !== 'ok' || (security === 'starttls' && !seen.certificate?.trusted)) throw new Error(`probe: ${outcome}`);
}

export async function verify(peer: Peer, security: Security): Promise<void> {
  const secure =
    security === 'starttls' ? { requireTLS: true, tls: { ca: peer.ca, servername: HOST } } : { ignoreTLS: true };
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port: peer.port, name: 'probe.test', ...secure });
  await transport.verify();
  transport.close();
}

type Cost = { readonly perSecond: number; readonly cpuMicros: number };

/** Runs `work` `total` times, `inFlight` at once. */
async function measure(work: () => Promise<void>, total: number, inFlight: number): Promise<Cost> {
  let left = total;
  const lane = async () => {
    while (left-- > 0) await work();
  };
  const cpu = process.cpuUsage();
  const from = performance.now();
  await Promise.all(Array.from({ length: inFlight }, lane));
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: Math.round(total / seconds),
    cpuMicros: Math.round((user + system) / total),
    u: Math.round(user / total),
    s: Math.round(system / total),
  } as Cost;
}

type Contest = { readonly mode: PeerMode; readonly total: number; readonly inFlight: number; readonly rounds: number };

export async function contest(
  { mode, total, inFlight, rounds }: Contest,
  first: (peer: Peer) => Promise<void>,
  second: (peer: Peer) => Promise<void>,
): Promise<(readonly [Cost, Cost])[]> {
  const peer = await startPeer(mode);
  try {
    for (const work of [first, second]) await measure(() => work(peer), total / 2, inFlight);
    const pairs: (readonly [Cost, Cost])[] = [];
    for (let round = 0; round < rounds; round++) {
      const a = await measure(() => first(peer), total, inFlight);
      pairs.push([a, await measure(() => second(peer), total, inFlight)]);
    }
    return pairs;
  } finally {
    peer.stop();
  }
}

const throughput = (name: string, atLeast: number, pairs: readonly (readonly [Cost, Cost])[]): Result => ({
  name,
  ours: median(pairs.map(([a]) => a.perSecond)),
  theirs: median(pairs.map(([, b]) => b.perSecond)),
  unit: 'probes/s',
  ratio: median(pairs.map(([a, b]) => a.perSecond / b.perSecond)),
  bar: { atLeast },
});

export async function plainProbes(rounds = 5): Promise<Result> {
  const pairs = await contest(
    { mode: 'plain', total: 4_000, inFlight: 500, rounds },
    (peer) => ours(peer, 'none'),
    (peer) => verify(peer, 'none'),
  );
  return throughput('plain probes against nodemailer verify(), 500 in flight', 1.8, pairs);
}

export async function startTlsProbes(rounds = 5): Promise<Result> {
  const pairs = await contest(
    { mode: 'starttls', total: 2_000, inFlight: 500, rounds },
    (peer) => ours(peer, 'starttls'),
    (peer) => verify(peer, 'starttls'),
  );
  return throughput('STARTTLS probes against nodemailer verify(), 500 in flight', 1.4, pairs);
}

/** The same bytes on the wire by hand, on one shared context, and nothing learnt: what cannot be saved. */
function bareUpgrade(peer: Peer, secureContext: tls.SecureContext): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(peer.port, '127.0.0.1');
    const turns = ['EHLO probe.test\r\n', 'STARTTLS\r\n'];
    socket.on('error', reject);
    socket.on('data', () => {
      const next = turns.shift();
      if (next !== undefined) return void socket.write(next);
      socket.removeAllListeners('data');
      const secured = tls.connect({ socket, secureContext, servername: HOST, rejectUnauthorized: false });
      const inside = ['EHLO probe.test\r\n', 'QUIT\r\n'];
      secured.on('error', reject).on('close', resolve);
      secured.once('secureConnect', () => secured.write(inside.shift() ?? ''));
      secured.on('data', () => {
        const line = inside.shift();
        if (line === undefined) secured.destroy();
        else secured.write(line);
      });
    });
  });
}

export async function startTlsCpu(rounds = 5): Promise<Result> {
  let secureContext: tls.SecureContext | undefined;
  const pairs = await contest(
    { mode: 'starttls', total: 2_000, inFlight: 500, rounds },
    (peer) => ours(peer, 'starttls'),
    (peer) => {
      secureContext ??= tls.createSecureContext({ ca: [peer.ca] });
      return bareUpgrade(peer, secureContext);
    },
  );
  return {
    name: 'client CPU of a STARTTLS probe against a bare upgrade on a shared context',
    ours: median(pairs.map(([a]) => a.cpuMicros)),
    theirs: median(pairs.map(([, b]) => b.cpuMicros)),
    unit: 'µs CPU',
    ratio: median(pairs.map(([a, b]) => a.cpuMicros / b.cpuMicros)),
    bar: { atMost: 1.25 },
  };
}

export async function memoryInFlight(mode: 'silent' | 'silent-tls'): Promise<Result> {
  const count = mode === 'silent' ? 5_000 : 3_000;
  const security = mode === 'silent' ? 'none' : 'starttls';
  const peer = await startPeer(mode);
  try {
    // Once before, so that code, contexts and pools are paid for.
    await Promise.all(Array.from({ length: 200 }, () => probe(peer, security, 3_000)));
    const before = settledBytes();
    const stop = new AbortController();
    const target = {
      host: HOST,
      ip: '127.0.0.1',
      family: 4 as const,
      port: peer.port,
      security,
      preference: 10,
    } as const;
    const probes: Promise<HostProbe>[] = [];
    for (let i = 0; i < count; i++) {
      probes.push(probeHost(target, peer.dialer, { ehloName: 'probe.test', maxMs: 120_000, signal: stop.signal }));
      if (i % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await new Promise((resolve) => setTimeout(resolve, mode === 'silent' ? 1_000 : 4_000));
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

function settledBytes(): number {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  return process.memoryUsage.rss();
}

export async function growth(rounds = 5): Promise<Result> {
  const peer = await startPeer('plain');
  try {
    const cost = async (inFlight: number) => (await measure(() => ours(peer, 'none'), 4_000, inFlight)).cpuMicros;
    await cost(2_000);
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
    peer.stop();
  }
}

export async function smtpProbes(short: boolean): Promise<Result[]> {
  const rounds = short ? 2 : 5;
  const contests = [await plainProbes(rounds), await startTlsProbes(rounds), await startTlsCpu(rounds)];
  if (short) return contests;
  return [...contests, await growth(rounds), await memoryInFlight('silent'), await memoryInFlight('silent-tls')];
}
