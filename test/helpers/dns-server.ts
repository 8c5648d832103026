/**
 * DNS servers for tests, on loopback and written on dns-packet, not on the codec under test. `listenDns` is a raw one:
 * handlers see bytes and send bytes. `zoneServer` answers from plain records, as a resolver or a zone's own server would.
 */

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import packet, { type Packet, type RecordLike } from 'dns-packet';
import type { RecordData, RecordType } from '../../src/dns/types.ts';

export type Reply = (bytes: Uint8Array) => unknown;
export type Handlers = {
  readonly udp?: (query: Buffer, reply: Reply, from: { readonly address: string; readonly port: number }) => void;
  /** The query without its two bytes of length; the socket is the handler's to answer on. */
  readonly tcp?: (query: Buffer, socket: Socket) => void;
};
export type DnsServer = { readonly ip: string; readonly port: number; close(): Promise<void> };

export async function listenDns(handlers: Handlers, ip = '127.0.0.1', wanted = 0): Promise<DnsServer> {
  const tcp = createServer((socket) => {
    socket.on('error', () => {});
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      if (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) handlers.tcp?.(bytes.subarray(2), socket);
    });
    if (handlers.tcp === undefined) socket.destroy();
  });
  const sockets = new Set<Socket>();
  tcp.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  let closed = false;
  const udp = createSocket(ip.includes(':') ? 'udp6' : 'udp4');
  udp.on('message', (query, from) => {
    handlers.udp?.(query, (bytes) => closed || udp.send(bytes, from.port, from.address), from);
  });
  const port = await bindBoth(tcp, udp, ip, wanted);
  return {
    ip,
    port,
    async close() {
      closed = true;
      for (const socket of sockets) socket.destroy();
      await Promise.all([
        new Promise<void>((done) => udp.close(() => done())),
        new Promise<void>((done) => tcp.close(() => done())),
      ]);
    },
  };
}

/** One port for both: one that is free for TCP may be taken for UDP, and then another one is tried. */
async function bindBoth(tcp: Server, udp: UdpSocket, ip: string, wanted: number): Promise<number> {
  for (let tries = 1; ; tries++) {
    tcp.listen(wanted, ip);
    await once(tcp, 'listening');
    const address = tcp.address();
    const { port } = typeof address === 'object' && address !== null ? address : { port: 0 };
    udp.bind(port, ip);
    try {
      await once(udp, 'listening');
      return port;
    } catch (error) {
      if (wanted !== 0 || tries === 10) throw error;
      await new Promise((closed) => tcp.close(closed));
    }
  }
}

/** Frames a message for TCP. */
export function framed(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc(2 + bytes.length);
  out.writeUInt16BE(bytes.length, 0);
  out.set(bytes, 2);
  return out;
}

export type Rrset<T> = { readonly ttl: number; readonly data: readonly T[] };
export type Rrsets = { readonly [T in RecordType]?: Rrset<RecordData[T]> };
/** Names without a trailing dot. A name that is here and lacks a type is NODATA; a name that is not is NXDOMAIN. */
export type Names = { readonly [name: string]: Rrsets };

export type World = {
  readonly names: Names;
  /** The SOA of negative answers; null leaves it out. */
  readonly soa?: {
    readonly zone: string;
    readonly ttl: number;
    readonly minimum: number;
    readonly serial?: number;
  } | null;
  /** Names for which the server says this rcode, or nothing at all. `MX name` means that type alone. */
  readonly trouble?: { [nameOrTypeAndName: string]: 'SERVFAIL' | 'REFUSED' | 'silent' };
  readonly authenticated?: (name: string) => boolean;
  readonly authoritative?: boolean;
  /** What becomes of an answer over UDP on its way; it arrives at once and unharmed when left out. */
  readonly deliver?: (bytes: Buffer, reply: Reply) => void;
};

export type Asked = { readonly name: string; readonly type: string; readonly recursion: boolean };
export type ZoneServer = DnsServer & {
  readonly asked: Asked[];
  world: World;
  /** Adds names, or puts new ones in the place of old ones. */
  publish(names: Names): void;
};

/** Answers like a recursive server that knows these names. */
export const startDnsServer = (names: Names): Promise<ZoneServer> => zoneServer({ names });

export async function zoneServer(world: World, ip?: string, port?: number): Promise<ZoneServer> {
  const asked: Asked[] = [];
  const state = { world };
  const answer = (query: Buffer): Buffer | undefined => {
    const decoded = packet.decode(query);
    const question = decoded.questions?.[0];
    if (question === undefined) return undefined;
    asked.push({ name: question.name, type: question.type, recursion: decoded.flag_rd === true });
    return respond(state.world, decoded, question.name.toLowerCase(), question.type);
  };
  const server = await listenDns(
    {
      udp(query, reply) {
        const bytes = answer(query);
        if (bytes === undefined) return;
        // What does not fit is cut to the header and the question, and asked again over TCP.
        const fitting = bytes.length > 1_232 ? truncated(query) : bytes;
        if (state.world.deliver) state.world.deliver(fitting, reply);
        else reply(fitting);
      },
      tcp(query, socket) {
        const bytes = answer(query);
        if (bytes !== undefined) socket.end(framed(bytes));
      },
    },
    ip,
    port,
  );
  return {
    ...server,
    asked,
    get world() {
      return state.world;
    },
    set world(next: World) {
      state.world = next;
    },
    publish(names) {
      state.world = { ...state.world, names: { ...state.world.names, ...names } };
    },
  };
}

export function truncated(query: Buffer): Buffer {
  const { id = 0, questions = [] } = packet.decode(query);
  return packet.encode({ id, type: 'response', flags: 0x0200 | 0x0100 | 0x0080, questions });
}

function respond(world: World, query: Packet, name: string, type: string): Buffer | undefined {
  const trouble = world.trouble?.[`${type} ${name}`] ?? world.trouble?.[name];
  if (trouble === 'silent') return undefined;
  const base = { id: query.id ?? 0, type: 'response', questions: query.questions ?? [] } as const;
  const aa = world.authoritative === true ? 0x0400 : 0x0080;
  if (trouble !== undefined) return packet.encode({ ...base, flags: 0x0100 | aa | RCODES[trouble] });

  const answers: RecordLike[] = [];
  let current = name;
  for (let links = 0; type !== 'CNAME' && links < 12; links++) {
    const target = world.names[current]?.CNAME?.data[0]?.target;
    if (target === undefined) break;
    answers.push(...recordsOf(current, 'CNAME', world.names[current]));
    current = target;
  }
  const rrsets = world.names[current];
  const found = recordsOf(current, type, rrsets);
  answers.push(...found);
  const negative = found.length === 0;
  const soa = world.soa === undefined ? { zone: '', ttl: 60, minimum: 60 } : world.soa;
  const authorities = negative && soa !== null ? [soaRecord(soa)] : [];
  if (type === 'SOA' && negative && soa !== null && name === soa.zone) {
    return packet.encode({ ...base, flags: 0x0100 | aa, answers: [soaRecord(soa)] });
  }
  const ad = world.authenticated?.(name) === true ? 0x0020 : 0;
  const rcode = rrsets === undefined ? 3 : 0;
  return packet.encode({ ...base, flags: 0x0100 | aa | ad | rcode, answers, authorities });
}

const RCODES = { SERVFAIL: 2, REFUSED: 5 } as const;

const soaRecord = (soa: NonNullable<World['soa']>): RecordLike => ({
  type: 'SOA',
  name: soa.zone === '' ? '.' : soa.zone,
  ttl: soa.ttl,
  data: {
    mname: 'ns.test',
    rname: 'root.test',
    serial: soa.serial ?? 1,
    refresh: 1,
    retry: 1,
    expire: 1,
    minimum: soa.minimum,
  },
});

function recordsOf(name: string, type: string, rrsets: Rrsets | undefined): RecordLike[] {
  const rrset = rrsets?.[type as RecordType];
  return (rrset?.data ?? []).map((data) => ({ type, name, ttl: rrset?.ttl ?? 0, data: wireData(data) }));
}

/** Our record data as dns-packet wants it. */
function wireData(data: RecordData[RecordType]): unknown {
  if ('address' in data) return data.address;
  if ('host' in data) return data.host || '.';
  if ('target' in data) return data.target || '.';
  if ('exchange' in data) return { preference: data.preference, exchange: data.exchange || '.' };
  return { ...data, refresh: 1, retry: 1, expire: 1 };
}
