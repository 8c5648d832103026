/**
 * DNS servers for tests, on loopback and written on dns-packet, not on the codec under test. `listenDns` is a raw one:
 * handlers see bytes and send bytes. `zoneServer` answers from plain records, as a resolver or a zone's own server would.
 */

import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import packet, { type Packet, type RecordLike } from 'dns-packet';

export type Reply = (bytes: Uint8Array) => void;
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
  const udp = createSocket(ip.includes(':') ? 'udp6' : 'udp4');
  udp.on('message', (query, from) => {
    handlers.udp?.(query, (bytes) => udp.send(bytes, from.port, from.address), from);
  });
  const port = await new Promise<number>((resolve, reject) => {
    tcp.once('error', reject);
    tcp.listen(wanted, ip, () => {
      const address = tcp.address();
      const { port } = typeof address === 'object' && address !== null ? address : { port: 0 };
      udp.once('error', reject);
      udp.bind(port, ip, () => resolve(port));
    });
  });
  return {
    ip,
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([
        new Promise<void>((done) => udp.close(() => done())),
        new Promise<void>((done) => tcp.close(() => done())),
      ]);
    },
  };
}

/** Frames a message for TCP. */
export function framed(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc(2 + bytes.length);
  out.writeUInt16BE(bytes.length, 0);
  out.set(bytes, 2);
  return out;
}

export type Rdata = {
  readonly A?: readonly string[];
  readonly AAAA?: readonly string[];
  readonly MX?: readonly (readonly [number, string])[];
  readonly NS?: readonly string[];
  readonly CNAME?: string;
  readonly ttl?: number;
};

export type World = {
  /** Names without a trailing dot. A name that is here and lacks a type is NODATA; a name that is not is NXDOMAIN. */
  readonly names: { [name: string]: Rdata };
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
};

export type Asked = { readonly name: string; readonly type: string; readonly at: number; readonly port: number };
export type ZoneServer = DnsServer & { readonly asked: Asked[]; world: World };

export async function zoneServer(world: World, ip?: string, port?: number): Promise<ZoneServer> {
  const asked: Asked[] = [];
  const state = { world };
  const answer = (query: Buffer, from: number): Buffer | undefined => {
    const decoded = packet.decode(query);
    const question = decoded.questions?.[0];
    if (question === undefined) return undefined;
    asked.push({ name: question.name, type: question.type, at: performance.now(), port: from });
    return respond(state.world, decoded, question.name.toLowerCase(), question.type);
  };
  const server = await listenDns(
    {
      udp(query, reply, from) {
        const bytes = answer(query, from.port);
        if (bytes === undefined) return;
        // What does not fit is cut to the header and the question, and asked again over TCP.
        if (bytes.length > 1_232) reply(truncated(query));
        else reply(bytes);
      },
      tcp(query, socket) {
        const bytes = answer(query, 0);
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
  let rdata = world.names[current];
  for (let i = 0; rdata?.CNAME !== undefined && type !== 'CNAME' && i < 12; i++) {
    answers.push({ type: 'CNAME', name: current, ttl: rdata.ttl ?? 300, data: rdata.CNAME });
    current = rdata.CNAME.toLowerCase();
    rdata = world.names[current];
  }
  const found = rdata === undefined ? [] : recordsOf(current, type, rdata);
  answers.push(...found);
  const negative = found.length === 0;
  const soa = world.soa === undefined ? { zone: '', ttl: 60, minimum: 60 } : world.soa;
  const authorities = negative && soa !== null ? [soaRecord(soa)] : [];
  if (type === 'SOA' && soa !== null && name === soa.zone) {
    return packet.encode({ ...base, flags: 0x0100 | aa, answers: [soaRecord(soa)] });
  }
  const ad = world.authenticated?.(name) === true ? 0x0020 : 0;
  const rcode = rdata === undefined ? 3 : 0;
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

function recordsOf(name: string, type: string, rdata: Rdata): RecordLike[] {
  const ttl = rdata.ttl ?? 300;
  const rows = (list: readonly unknown[] | undefined): RecordLike[] =>
    (list ?? []).map((data) => ({ type, name, ttl, data }));
  switch (type) {
    case 'A':
      return rows(rdata.A);
    case 'AAAA':
      return rows(rdata.AAAA);
    case 'NS':
      return rows(rdata.NS);
    case 'MX':
      return rows(
        rdata.MX?.map(([preference, exchange]) => ({ preference, exchange: exchange === '' ? '.' : exchange })),
      );
    case 'CNAME':
      return rows(rdata.CNAME === undefined ? [] : [rdata.CNAME]);
    default:
      return [];
  }
}
