/**
 * An answer as a line of text for the cache, and back. Pure. What is read was perhaps written by another version or by
 * someone else: every field is checked, and anything odd is undefined, which is a miss.
 */

import type { DnsAnswer, RecordData, RecordType } from './types.ts';

/** A change of the format changes this, and what was stored before is a miss. */
const VERSION = '1';
const STATUS = { a: 'answer', d: 'nodata', x: 'nxdomain' } as const;
const MAX_TEXT = 256 * 1024;
const MAX_SKEW_MS = 5_000;
/** An answer is on its way to the cache for less; what is more is a clock that was set back. */
const ON_ITS_WAY_MS = 1_000;

/** Text of names as the codec makes it: letters, digits, hyphen, underscore, dots, and `\ddd` for any other byte. */
const NAME = /^(?:[a-z0-9_-]|\\\d{3})+(?:\.(?:[a-z0-9_-]|\\\d{3})+)*$/;
const MAX_NAME_TEXT = 1_016;
const IPV4 = /^(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])(?:\.(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])){3}$/;
const IPV6 = /^(?=.*:)[0-9a-f:]{2,39}$|^::ffff:[0-9.]{7,15}$/;

export type Stored<T extends RecordType> = Omit<DnsAnswer<T>, 'source'>;

/** `1|answer letter and AD|resolved at|ttl|canonical|records`; none of the separators occurs in a name or an address. */
export function toStored<T extends RecordType>(type: T, answer: Stored<T>): string {
  const letter = answer.status === 'answer' ? 'a' : answer.status === 'nodata' ? 'd' : 'x';
  const flags = letter + (answer.authenticated ? '+' : '-');
  const records = answer.records.map((record) => FORMAT[type].write(record)).join(',');
  return [VERSION, flags, answer.resolvedAt, answer.ttl, answer.canonical, records].join('|');
}

/**
 * `freshMs` is how long the answer stays current by the cache's own clock. Where its times say more, the wall clock was set
 * back since, and they are set back with it. An answer that is from the future even so was written by a machine whose clock
 * is ahead: a little is bridged; for more it is taken for one that has just expired, which may still cover a failure.
 */
export function fromStored<T extends RecordType>(
  type: T,
  text: string,
  now: number,
  freshMs: number,
): Stored<T> | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const parts = text.split('|');
  const [version, flags = '', at = '', seconds = '', canonical = '', list = ''] = parts;
  if (parts.length !== 6 || version !== VERSION || !/^[adx][+-]$/.test(flags)) return undefined;
  if (!/^\d{1,15}$/.test(at) || !/^\d{1,10}$/.test(seconds) || !isName(canonical)) return undefined;
  const status = STATUS[flags[0] as keyof typeof STATUS];
  const records: RecordData[T][] = [];
  for (const item of list === '' ? [] : list.split(',')) {
    const record = FORMAT[type].read(item);
    if (record === undefined) return undefined;
    records.push(record);
  }
  if ((status === 'answer') !== records.length > 0) return undefined;
  const ttl = Number(seconds);
  const setBack = Number(at) + ttl * 1_000 - now - freshMs;
  const writtenAt = Number(at) - (setBack > ON_ITS_WAY_MS ? setBack : 0);
  const resolvedAt = writtenAt > now + MAX_SKEW_MS ? now - ttl * 1_000 : Math.min(writtenAt, now);
  const authenticated = flags[1] === '+';
  return { status, records, canonical, ttl, authenticated, resolvedAt, expiresAt: resolvedAt + ttl * 1_000 };
}

const isName = (text: string): boolean => text.length <= MAX_NAME_TEXT && NAME.test(text);
/** The root is a target of MX (RFC 7505) and CNAME, NS and SOA may name it. */
const isTarget = (text: string | undefined): text is string => text === '' || (text !== undefined && isName(text));

function toNumber(text: string | undefined, max: number): number | undefined {
  const value = text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value <= max ? value : undefined;
}

type Format<T extends RecordType> = {
  write(record: RecordData[T]): string;
  read(text: string): RecordData[T] | undefined;
};

const FORMAT: { readonly [T in RecordType]: Format<T> } = {
  A: { write: ({ address }) => address, read: (text) => (IPV4.test(text) ? { address: text } : undefined) },
  AAAA: { write: ({ address }) => address, read: (text) => (IPV6.test(text) ? { address: text } : undefined) },
  NS: { write: ({ host }) => `${host} `, read: (text) => named(text, (host) => ({ host })) },
  CNAME: { write: ({ target }) => `${target} `, read: (text) => named(text, (target) => ({ target })) },
  MX: {
    write: ({ preference, exchange }) => `${preference} ${exchange}`,
    read(text) {
      const [number, exchange, ...rest] = text.split(' ');
      const preference = toNumber(number, 0xffff);
      if (preference === undefined || !isTarget(exchange) || rest.length > 0) return undefined;
      return { preference, exchange };
    },
  },
  SOA: {
    write: ({ mname, rname, serial, minimum }) => `${mname} ${rname} ${serial} ${minimum}`,
    read(text) {
      const [mname, rname, first, second, ...rest] = text.split(' ');
      const serial = toNumber(first, 0xffffffff);
      const minimum = toNumber(second, 0xffffffff);
      if (!isTarget(mname) || !isTarget(rname) || serial === undefined || minimum === undefined) return undefined;
      return rest.length > 0 ? undefined : { mname, rname, serial, minimum };
    },
  },
};

/** One name with a space behind it, so that the root is not an empty item. */
function named<R>(text: string, make: (name: string) => R): R | undefined {
  const name = text.slice(0, -1);
  return text.endsWith(' ') && isTarget(name) ? make(name) : undefined;
}
