/**
 * The demo's name server: authoritative for its zones and, to a resolver's eye, recursive (it knows the whole of its world,
 * so every other name is NXDOMAIN). UDP and TCP on one address. A packet it cannot read is dropped.
 */

import { createSocket } from 'node:dgram';
import { createRequire } from 'node:module';
import { createServer, type Socket } from 'node:net';

type Question = { readonly name: string; readonly type: string };
type Soa = {
  readonly mname: string;
  readonly rname: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
};
type Data = string | Soa | { readonly preference: number; readonly exchange: string };
export type ZoneRecord = { readonly name: string; readonly type: string; readonly ttl: number; readonly data: Data };
type Packet = {
  readonly type?: 'query' | 'response';
  readonly id?: number;
  readonly flags?: number;
  readonly rcode?: string;
  readonly questions?: readonly Question[];
  readonly answers?: readonly ZoneRecord[];
  readonly authorities?: readonly ZoneRecord[];
};
// dns-packet ships no types; these are the parts of it that are used here.
const packets: {
  encode(packet: Packet): Buffer;
  decode(bytes: Buffer): Packet & { readonly rcode: string };
  AUTHORITATIVE_ANSWER: number;
  RECURSION_DESIRED: number;
  RECURSION_AVAILABLE: number;
} = createRequire(import.meta.url)('dns-packet');

const RCODES = { NOERROR: 0, FORMERR: 1, NXDOMAIN: 3 };
const NEGATIVE_TTL = 300;

export type NameServer = { readonly stop: () => Promise<void> };

/** `zones` are the apexes; each gets an SOA and an NS that points at this server. */
export async function startNameServer(
  at: { readonly ip: string; readonly port: number },
  zones: readonly string[],
  records: readonly ZoneRecord[],
): Promise<NameServer> {
  const all = [...records, ...zones.flatMap((zone) => apex(zone, at.ip))];
  const respond = (bytes: Buffer): Buffer | undefined => {
    try {
      return answer(packets.decode(bytes), zones, all);
    } catch {
      return undefined;
    }
  };
  const udp = createSocket('udp4');
  udp.on('message', (bytes, from) => {
    const response = respond(bytes);
    if (response) udp.send(response, from.port, from.address);
  });
  const open = new Set<Socket>();
  const tcp = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    serveStream(socket, respond);
  });
  await new Promise<void>((resolve, reject) => {
    udp.once('error', reject);
    udp.bind(at.port, at.ip, resolve);
  });
  await new Promise<void>((resolve, reject) => {
    tcp.once('error', reject);
    tcp.listen(at.port, at.ip, resolve);
  });
  return {
    stop: async () => {
      for (const socket of open) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => udp.close(() => resolve())),
        new Promise((resolve) => tcp.close(resolve)),
      ]);
    },
  };
}

/** Two octets of length before each message (RFC 1035 §4.2.2). */
function serveStream(socket: Socket, respond: (bytes: Buffer) => Buffer | undefined): void {
  let pending = Buffer.alloc(0);
  socket.setTimeout(5_000, () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      const response = respond(pending.subarray(2, end));
      pending = pending.subarray(end);
      if (!response) continue;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(response.length);
      socket.write(Buffer.concat([length, response]));
    }
  });
}

const soaOf = (zone: string): Soa => ({
  mname: `ns.${zone}`,
  rname: `hostmaster.${zone}`,
  serial: 2026010101,
  refresh: 7200,
  retry: 900,
  expire: 1209600,
  minimum: NEGATIVE_TTL,
});

function apex(zone: string, ip: string): ZoneRecord[] {
  return [
    { name: zone, type: 'SOA', ttl: 3600, data: soaOf(zone) },
    { name: zone, type: 'NS', ttl: 3600, data: `ns.${zone}` },
    { name: `ns.${zone}`, type: 'A', ttl: 3600, data: ip },
  ];
}

function answer(query: Packet, zones: readonly string[], all: readonly ZoneRecord[]): Buffer {
  const question = query.questions?.[0];
  const name = question?.name.toLowerCase() ?? '';
  const exists = all.some((record) => record.name === name || record.name.endsWith(`.${name}`));
  const answers = all.filter((record) => record.name === name && record.type === question?.type);
  const zone = zones.find((apexName) => name === apexName || name.endsWith(`.${apexName}`)) ?? '';
  const denial: ZoneRecord = { name: zone, type: 'SOA', ttl: NEGATIVE_TTL, data: soaOf(zone) };
  const { AUTHORITATIVE_ANSWER, RECURSION_AVAILABLE, RECURSION_DESIRED } = packets;
  const rcode = !question ? RCODES.FORMERR : exists ? RCODES.NOERROR : RCODES.NXDOMAIN;
  const asked = (query.flags ?? 0) & RECURSION_DESIRED;
  return packets.encode({
    type: 'response',
    id: query.id ?? 0,
    flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | asked | rcode,
    questions: question ? [question] : [],
    answers,
    authorities: answers.length > 0 ? [] : [denial],
  });
}
