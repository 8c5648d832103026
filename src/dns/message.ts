/**
 * RFC 1035 messages for the record types mail needs, on bytes alone. Pure: no socket, no clock.
 * What comes in is hostile: counts, lengths and compression pointers are checked, a name is at most 255 octets, a section
 * at most MAX_RECORDS. `decodeMessage` returns undefined for anything that breaks a rule and never throws.
 * Names are lower-case text without a trailing dot, the root ''; a byte that no host name holds is written \ddd.
 */

import type { RecordData, RecordType } from './types.ts';

export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;
export const TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, MX: 15, AAAA: 28 } as const satisfies Record<RecordType, number>;

const OPT = 41;
const IN = 1;
/** RFC 8914: an extended error, an option inside OPT. */
const OPTION_EDE = 15;
/** A recursive answer larger than this is split by the network; the value of DNS flag day 2020. */
const UDP_PAYLOAD = 1232;
/** No honest RRset mail needs comes near it, and it bounds the work that one answer can cause. */
const MAX_RECORDS = 600;
const HEADER = 12;
/** OPT without options (RFC 6891 §6.1.2). */
const OPT_LENGTH = 11;

export type ResourceRecord = {
  [T in RecordType]: { readonly name: string; readonly type: T; readonly ttl: number; readonly data: RecordData[T] };
}[RecordType];

export type Message = {
  readonly id: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticated: boolean;
  /** With the upper bits that EDNS carries (RFC 6891 §6.1.3). */
  readonly rcode: number;
  /** Only records of class IN and of the six types; others are checked for length and left out. */
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly extendedErrors: readonly number[];
};

export type QueryFlags = {
  readonly recursion: boolean;
  readonly edns: boolean;
  /** Ask for the answer even where validation fails (RFC 4035 §3.2.2). */
  readonly checkingDisabled: boolean;
};

/**
 * A query with id 0; the sender writes the id into the first two bytes. AD asks for the AD bit without the signatures
 * that DO would bring (RFC 6840 §5.7). Undefined when the name is not one (a label over 63, 255 octets in all).
 */
export function encodeQuery(name: string, type: RecordType, flags: QueryFlags): Uint8Array<ArrayBuffer> | undefined {
  // From the pool: a typed array of its own would be moved off the heap by the socket, which costs more than all the rest.
  const bytes = Buffer.allocUnsafe(HEADER + name.length + 6 + OPT_LENGTH);
  bytes[0] = bytes[1] = bytes[4] = 0;
  bytes[2] = flags.recursion ? 0x01 : 0;
  bytes[3] = flags.checkingDisabled ? 0x30 : 0x20;
  bytes[5] = 1;
  bytes[6] = bytes[7] = bytes[8] = bytes[9] = bytes[10] = 0;
  bytes[11] = flags.edns ? 1 : 0;
  let at = writeName(bytes, HEADER, name);
  if (at === 0) return undefined;
  bytes[at++] = 0;
  bytes[at++] = TYPE[type];
  bytes[at++] = 0;
  bytes[at++] = IN;
  if (!flags.edns) return bytes.subarray(0, at);
  bytes[at] = bytes[at + 1] = 0;
  bytes[at + 2] = OPT;
  bytes[at + 3] = UDP_PAYLOAD >> 8;
  bytes[at + 4] = UDP_PAYLOAD & 0xff;
  bytes[at + 5] = bytes[at + 6] = bytes[at + 7] = bytes[at + 8] = bytes[at + 9] = bytes[at + 10] = 0;
  at += OPT_LENGTH;
  return at === bytes.length ? bytes : bytes.subarray(0, at);
}

/** Position after the name, or 0 when it is not one. */
function writeName(bytes: Uint8Array, start: number, name: string): number {
  let length = start;
  let at = start + 1;
  for (let i = 0; i < name.length; i++) {
    let byte = name.charCodeAt(i);
    if (byte === 0x2e) {
      if (at - length - 1 === 0 || at - length - 1 > 63) return 0;
      bytes[length] = at - length - 1;
      length = at++;
      continue;
    }
    if (byte === 0x5c) {
      const digits = name.slice(i + 1, i + 4);
      byte = /^\d{3}$/.test(digits) ? Number(digits) : Number.NaN;
      i += 3;
    }
    if (!(byte <= 0xff)) return 0;
    bytes[at++] = byte;
  }
  if (name === '') {
    bytes[start] = 0;
    return start + 1;
  }
  if (at - length - 1 === 0 || at - length - 1 > 63 || at + 1 - start > 255) return 0;
  bytes[length] = at - length - 1;
  bytes[at] = 0;
  return at + 1;
}

/**
 * Does this packet answer that query: the same id, QR set, opcode 0 and the same question, letters in any case
 * (RFC 5452 §4)? A server that cannot read the question may leave it out of its complaint (FORMERR, NOTIMP).
 */
export function answersQuery(packet: Uint8Array, query: Uint8Array): boolean {
  if (packet.length < HEADER || packet[0] !== query[0] || packet[1] !== query[1]) return false;
  const flags = packet[2] ?? 0;
  if ((flags & 0xf8) !== 0x80) return false;
  const rcode = (packet[3] ?? 0) & 0x0f;
  const questions = ((packet[4] ?? 0) << 8) | (packet[5] ?? 0);
  if (questions === 0) return rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP;
  if (questions !== 1) return false;
  let end = HEADER;
  while (query[end] !== 0) end += (query[end] ?? 0) + 1;
  end += 5;
  if (packet.length < end) return false;
  for (let i = HEADER; i < end; i++) {
    const theirs = packet[i] ?? 0;
    const ours = query[i] ?? 0;
    if (theirs !== ours && !(isUpper(theirs) && theirs + 32 === ours && i < end - 4)) return false;
  }
  return true;
}

const isUpper = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a;

export function decodeMessage(packet: Uint8Array): Message | undefined {
  if (packet.length < HEADER) return undefined;
  try {
    return new Reader(packet).message();
  } catch (error) {
    if (error === MALFORMED) return undefined;
    throw error;
  }
}

/** One object for every malformed packet: a hostile sender must not buy a stack trace a time. */
const MALFORMED = new Error('malformed DNS message');

type Part = 'answer' | 'authority' | 'additional';

class Reader {
  readonly #bytes: Uint8Array;
  readonly #answers: ResourceRecord[] = [];
  readonly #authorities: ResourceRecord[] = [];
  readonly #extendedErrors: number[] = [];
  #at = HEADER;
  #rcode: number;
  /** The name of the first question; nearly every owner name is a pointer to it. */
  #question: string | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#rcode = this.#byte(3) & 0x0f;
  }

  message(): Message {
    const flags = this.#u16(2);
    const truncated = (flags & 0x0200) !== 0;
    const counts = [this.#u16(6), this.#u16(8), this.#u16(10)] as const;
    const questions = this.#u16(4);
    if (questions > 1) throw MALFORMED;
    if (questions === 1) {
      this.#question = this.#name();
      this.#at += 4;
    }
    if (this.#at > this.#bytes.length) throw MALFORMED;
    // A truncated message may end anywhere, and nothing in it is used (RFC 2181 §9).
    if (!truncated) {
      this.#section(counts[0], 'answer');
      this.#section(counts[1], 'authority');
      this.#section(counts[2], 'additional');
    }
    return {
      id: this.#u16(0),
      authoritative: (flags & 0x0400) !== 0,
      truncated,
      recursionAvailable: (flags & 0x0080) !== 0,
      authenticated: (flags & 0x0020) !== 0,
      rcode: this.#rcode,
      answers: this.#answers,
      authorities: this.#authorities,
      extendedErrors: this.#extendedErrors,
    };
  }

  #section(count: number, part: Part): void {
    if (count > MAX_RECORDS) throw MALFORMED;
    for (let i = 0; i < count; i++) this.#record(part);
  }

  #record(part: Part): void {
    const owner = this.#at;
    this.#skipName();
    const head = this.#at;
    const start = head + 10;
    const end = start + this.#u16(head + 8);
    if (end > this.#bytes.length) throw MALFORMED;
    const type = this.#u16(head);
    if (part === 'additional') {
      if (type === OPT) this.#options(head, start, end);
    } else if (this.#u16(head + 2) === IN) {
      const record = this.#recordOf(owner, type, this.#ttl(head + 4), start, end);
      if (record !== undefined) (part === 'answer' ? this.#answers : this.#authorities).push(record);
    }
    this.#at = end;
  }

  #recordOf(owner: number, type: number, ttl: number, start: number, end: number): ResourceRecord | undefined {
    switch (type) {
      case TYPE.A:
        if (end - start !== 4) throw MALFORMED;
        return { name: this.#nameAt(owner), type: 'A', ttl, data: { address: ipv4(this.#bytes, start) } };
      case TYPE.AAAA:
        if (end - start !== 16) throw MALFORMED;
        return { name: this.#nameAt(owner), type: 'AAAA', ttl, data: { address: ipv6(this.#bytes, start) } };
      case TYPE.MX: {
        const exchange = this.#nameWithin(start + 2, end);
        const data = { preference: this.#u16(start), exchange };
        return { name: this.#nameAt(owner), type: 'MX', ttl, data };
      }
      case TYPE.NS:
        return { name: this.#nameAt(owner), type: 'NS', ttl, data: { host: this.#nameWithin(start, end) } };
      case TYPE.CNAME:
        return { name: this.#nameAt(owner), type: 'CNAME', ttl, data: { target: this.#nameWithin(start, end) } };
      case TYPE.SOA:
        return { name: this.#nameAt(owner), type: 'SOA', ttl, data: this.#soa(start, end) };
      default:
        return undefined;
    }
  }

  #soa(start: number, end: number): RecordData['SOA'] {
    const mname = this.#nameAt(start);
    const rname = this.#nameAt(this.#at);
    const numbers = this.#at;
    if (numbers + 20 !== end) throw MALFORMED;
    return { mname, rname, serial: this.#u32(numbers), minimum: this.#ttl(numbers + 16) };
  }

  #options(head: number, start: number, end: number): void {
    this.#rcode |= this.#byte(head + 4) << 4;
    for (let at = start; at + 4 <= end; ) {
      const length = this.#u16(at + 2);
      if (at + 4 + length > end) throw MALFORMED;
      if (this.#u16(at) === OPTION_EDE && length >= 2) this.#extendedErrors.push(this.#u16(at + 4));
      at += 4 + length;
    }
  }

  /** A name that must end exactly where the record's data does. */
  #nameWithin(start: number, end: number): string {
    const name = this.#nameAt(start);
    if (this.#at !== end) throw MALFORMED;
    return name;
  }

  #nameAt(position: number): string {
    this.#at = position;
    return this.#name();
  }

  /** Steps over a name without reading it. */
  #skipName(): void {
    for (;;) {
      const length = this.#byte(this.#at);
      if (length >= 0xc0) {
        this.#at += 2;
        return;
      }
      if (length > 63) throw MALFORMED;
      this.#at += length + 1;
      if (length === 0) return;
    }
  }

  /** RFC 1035 §4.1.4. A pointer must point before the run of labels it ends, so that no loop can be built. */
  #name(): string {
    let at = this.#at;
    let run = at;
    let next = 0;
    let octets = 1;
    let written = 0;
    for (;;) {
      const length = this.#byte(at);
      if (length === 0) break;
      if (length >= 0xc0) {
        const target = ((length & 0x3f) << 8) | this.#byte(at + 1);
        if (target >= run) throw MALFORMED;
        if (next === 0) next = at + 2;
        if (target === HEADER && octets === 1 && this.#question !== undefined) {
          this.#at = next;
          return this.#question;
        }
        run = at = target;
        continue;
      }
      octets += length + 1;
      if (length > 63 || octets > 255 || at + length >= this.#bytes.length) throw MALFORMED;
      written = writeLabel(this.#bytes, at + 1, at + 1 + length, written);
      at += length + 1;
    }
    this.#at = next === 0 ? at + 1 : next;
    return TEXT.toString('latin1', 0, written);
  }

  /** RFC 2181 §8: a TTL with the high bit set is 0. */
  #ttl(at: number): number {
    const value = this.#u32(at);
    return value > 0x7fffffff ? 0 : value;
  }

  #byte(at: number): number {
    const byte = this.#bytes[at];
    if (byte === undefined) throw MALFORMED;
    return byte;
  }

  #u16(at: number): number {
    return (this.#byte(at) << 8) | this.#byte(at + 1);
  }

  #u32(at: number): number {
    return this.#u16(at) * 0x10000 + this.#u16(at + 2);
  }
}

/** Where one name's text is put together: 255 octets, each at most four characters. */
const TEXT = Buffer.alloc(1024);

/** What a byte of a label looks like in text; 0 where it has to be escaped. */
const PLAIN = new Uint8Array(256);
for (const char of 'abcdefghijklmnopqrstuvwxyz0123456789-_') {
  PLAIN[char.charCodeAt(0)] = char.charCodeAt(0);
  PLAIN[char.toUpperCase().charCodeAt(0)] = char.charCodeAt(0);
}

function writeLabel(bytes: Uint8Array, start: number, end: number, written: number): number {
  let to = written;
  if (to > 0) TEXT[to++] = 0x2e;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    const plain = PLAIN[byte] ?? 0;
    if (plain !== 0) {
      TEXT[to++] = plain;
      continue;
    }
    TEXT[to++] = 0x5c;
    TEXT[to++] = 0x30 + Math.floor(byte / 100);
    TEXT[to++] = 0x30 + (Math.floor(byte / 10) % 10);
    TEXT[to++] = 0x30 + (byte % 10);
  }
  return to;
}

function ipv4(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/** RFC 5952: the longest run of two or more zero groups is `::`, the first of equals; ::ffff:0:0/96 ends in dots (§5). */
function ipv6(bytes: Uint8Array, at: number): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[at + i] ?? 0) << 8) | (bytes[at + i + 1] ?? 0));
  if (groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)) return `::ffff:${ipv4(bytes, at + 12)}`;
  let from = -1;
  let longest = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > longest) {
      from = i;
      longest = end - i;
    }
    if (end > i) i = end;
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  return from < 0 ? hex(groups) : `${hex(groups.slice(0, from))}::${hex(groups.slice(from + longest))}`;
}
