/**
 * Servers reached over UDP, each through a few connected sockets that many questions share. Source ports and ids are
 * unpredictable (RFC 5452): the kernel's random port, a random socket, an id from the system's generator, sockets replaced
 * after a while. A packet counts when address, port, id and question match; the rest is counted and dropped.
 * One sweep looks at all deadlines. Never throws: a socket that fails tells its attempts that the server is unreachable.
 */

import { randomFillSync } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { performance } from 'node:perf_hooks';
import { type Asked, Asking, type Attempt, type Peer, type Server } from './asking.ts';
import { answersQuery } from './message.ts';
import { exchangeOverTcp } from './tcp.ts';
import type { RecordType } from './types.ts';

/** Sockets open to a server at a time, and questions asked through one before it is replaced. */
const POOL = 8;
const MAX_USES = 1_000;
const MAX_AGE_MS = 60_000;
/** The default loses answers when 500 questions are in flight. */
const RECEIVE_BUFFER = 1 << 20;
const SWEEP_MS = 25;
/** Tries without a word after which a server is asked last, and for how long. */
const SILENT_TRIES = 3;
const DEAD_MS = 10_000;

export type Stats = {
  /** Packets sent and matched answers received over UDP, packets dropped as not matching, TCP exchanges begun. */
  readonly sent: number;
  readonly received: number;
  readonly dropped: number;
  readonly tcp: number;
};

type Counters = { -readonly [K in keyof Stats]: Stats[K] };

export type Transport = {
  /** Puts one question to these servers, which `peer` made. `asked` hears what came of it. */
  ask<T extends RecordType>(asked: Asked<T>, peers: readonly Peer[]): void;
  peer(server: Server): Peer;
  readonly stats: Stats;
  /** Ends every question without an answer and closes every socket. */
  close(): void;
};

export function createTransport(): Transport {
  const stats: Counters = { sent: 0, received: 0, dropped: 0, tcp: 0 };
  const peers: UdpPeer[] = [];
  const asking = new Set<Asking<RecordType>>();
  let sweeper: NodeJS.Timeout | undefined;
  let closed = false;

  const sweep = (): void => {
    const now = performance.now();
    for (const one of asking) one.tick(now);
    if (asking.size > 0) return;
    clearInterval(sweeper);
    sweeper = undefined;
  };

  return {
    stats,
    peer(server) {
      const peer = new UdpPeer(server, stats);
      peers.push(peer);
      return peer;
    },
    ask(asked, among) {
      sweeper ??= setInterval(sweep, SWEEP_MS);
      new Asking(asked, closed ? [] : among, asking).start();
    },
    close() {
      closed = true;
      for (const one of asking) one.abandon();
      clearInterval(sweeper);
      sweeper = undefined;
      for (const peer of peers) peer.close();
    },
  };
}

class UdpPeer implements Peer {
  readonly server: Server;
  replies = 0;
  readonly #stats: Counters;
  readonly #sockets: (Line | undefined)[] = new Array(POOL).fill(undefined);
  #deadUntil = 0;
  #silent = 0;

  constructor(server: Server, stats: Counters) {
    this.server = server;
    this.#stats = stats;
  }

  send(attempt: Attempt): void {
    const place = random16() % POOL;
    let line = this.#sockets[place];
    if (line === undefined || line.isWorn(attempt.sentAt)) {
      line?.retire();
      line = new Line(this.server, this.#stats, attempt.sentAt, (lost) => this.#lost(place, lost));
      this.#sockets[place] = line;
    }
    line.send(attempt);
  }

  forget(attempt: Attempt): void {
    if (attempt.slot instanceof Line) attempt.slot.forget(attempt);
  }

  overTcp(query: Uint8Array, deadline: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    this.#stats.tcp++;
    return exchangeOverTcp(this.server, query, deadline, signal);
  }

  get isDead(): boolean {
    return this.#deadUntil > performance.now();
  }

  heard(): void {
    this.replies++;
    this.#silent = 0;
    this.#deadUntil = 0;
  }

  missed(attempt: Attempt, now: number): void {
    if (this.replies > attempt.repliesBefore || ++this.#silent < SILENT_TRIES) return;
    this.#deadUntil = now + DEAD_MS;
  }

  close(): void {
    for (const line of this.#sockets) line?.retire();
    this.#sockets.fill(undefined);
  }

  #lost(place: number, line: Line): void {
    if (this.#sockets[place] === line) this.#sockets[place] = undefined;
    this.#deadUntil = performance.now() + DEAD_MS;
  }
}

/** One connected socket and the attempts that wait on it. */
class Line {
  readonly #socket: Socket;
  readonly #stats: Counters;
  readonly #waiting = new Map<number, Attempt>();
  readonly #openedAt: number;
  readonly #lost: (line: Line) => void;
  /** Until the socket is connected: what is to be sent, and nothing is believed. */
  #queue: Attempt[] | undefined = [];
  #address = '';
  #port = 0;
  #uses = 0;
  #retired = false;
  #closed = false;

  constructor(server: Server, stats: Counters, now: number, lost: (line: Line) => void) {
    this.#stats = stats;
    this.#openedAt = now;
    this.#lost = lost;
    const family = server.ip.includes(':') ? 6 : 4;
    this.#socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      recvBufferSize: RECEIVE_BUFFER,
      // The address is one already: no detour through the system's resolver.
      lookup: (host, _options, done) => done(null, host, family),
    });
    // Without a descriptor to be had, the error comes before `connect` returns, and a line that is not in its place yet cannot
    // leave it.
    this.#socket.on('error', () => queueMicrotask(() => this.#fail()));
    this.#socket.on('message', (packet, from) => this.#receive(packet, from.address, from.port));
    // Not as a callback of `connect`, which would then also get the error.
    this.#socket.on('connect', () => this.#connected());
    this.#socket.connect(server.port, server.ip);
    this.#socket.unref();
  }

  isWorn(now: number): boolean {
    return this.#uses >= MAX_USES || now - this.#openedAt > MAX_AGE_MS;
  }

  send(attempt: Attempt): void {
    let id = random16();
    while (this.#waiting.has(id)) id = random16();
    attempt.query[0] = id >> 8;
    attempt.query[1] = id & 0xff;
    attempt.slot = this;
    this.#waiting.set(id, attempt);
    this.#uses++;
    if (this.#queue !== undefined) this.#queue.push(attempt);
    else this.#write(attempt);
  }

  forget(attempt: Attempt): void {
    const id = idOf(attempt.query);
    if (this.#waiting.get(id) === attempt) this.#waiting.delete(id);
    if (this.#retired && this.#waiting.size === 0) this.#close();
  }

  /** Takes no more questions; closed when the last one is answered or given up. */
  retire(): void {
    this.#retired = true;
    if (this.#waiting.size === 0) this.#close();
  }

  #write(attempt: Attempt): void {
    this.#stats.sent++;
    this.#socket.send(attempt.query, this.#sent);
  }

  /**
   * That a packet came back as undeliverable is told once, and when another is sent meanwhile, by that send: heard here, or by
   * nobody.
   */
  readonly #sent = (error: Error | null): void => {
    if (error !== null) this.#fail();
  };

  #connected(): void {
    if (this.#closed) return;
    const { address, port } = this.#socket.remoteAddress();
    this.#address = address;
    this.#port = port;
    const queue = this.#queue ?? [];
    this.#queue = undefined;
    for (const attempt of queue) if (this.#waiting.get(idOf(attempt.query)) === attempt) this.#write(attempt);
  }

  #receive(packet: Uint8Array, address: string, port: number): void {
    const attempt = packet.length >= 2 ? this.#waiting.get(idOf(packet)) : undefined;
    // A socket takes packets from anyone between its birth and its connection, so the sender is compared as well.
    const known = port === this.#port && address === this.#address;
    if (attempt === undefined || !known || !answersQuery(packet, attempt.query)) {
      this.#stats.dropped++;
      return;
    }
    this.#stats.received++;
    attempt.reply(packet);
  }

  #fail(): void {
    if (this.#closed) return;
    const attempts = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#close();
    this.#lost(this);
    for (const attempt of attempts) attempt.reply(undefined);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }
}

const idOf = (packet: Uint8Array): number => ((packet[0] ?? 0) << 8) | (packet[1] ?? 0);

const RANDOM = new Uint16Array(2_048);
let drawn = RANDOM.length;

/** From the system's generator, drawn in blocks: a call per question would cost more than the question. */
function random16(): number {
  if (drawn === RANDOM.length) {
    randomFillSync(RANDOM);
    drawn = 0;
  }
  return RANDOM[drawn++] ?? 0;
}
