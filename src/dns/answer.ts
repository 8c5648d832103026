/**
 * What one message says to one question: the CNAME chain inside it, the records at its end, the time they may live.
 * Pure. A message that says nothing usable is `referral`, a chain that cannot end is `loop`.
 */

import type { Message } from './message.ts';
import { RCODE } from './message.ts';
import type { RecordData, RecordType } from './types.ts';

/** CNAME records that may be followed for one question, over all the messages it takes (contract §2). */
export const MAX_CHAIN = 8;

export type Reading<T extends RecordType> =
  | {
      readonly kind: 'answer' | 'nodata' | 'nxdomain';
      readonly records: readonly RecordData[T][];
      readonly canonical: string;
      readonly ttl: number;
      readonly serial: number | null;
    }
  /** The chain leaves the message at `canonical` after `links` links: ask for that name. */
  | { readonly kind: 'chase'; readonly canonical: string; readonly ttl: number; readonly links: number }
  | { readonly kind: 'referral' }
  | { readonly kind: 'loop' };

/** Reads a message of rcode NOERROR or NXDOMAIN. `links`: how many of the chain were followed before. */
export function readAnswer<T extends RecordType>(message: Message, name: string, type: T, links = 0): Reading<T> {
  let current = name;
  let ttl = Number.POSITIVE_INFINITY;
  for (let followed = links; ; followed++) {
    const found = rrset(message, current, type);
    if (found !== undefined) {
      const { records, ttl: least } = found;
      return { kind: 'answer', records, canonical: current, ttl: Math.min(ttl, least), serial: null };
    }
    const link = type === 'CNAME' ? undefined : rrset(message, current, 'CNAME');
    const target = link?.records[0]?.target;
    if (link === undefined || target === undefined) return withoutRecords(message, name, current, ttl, followed);
    if (followed === MAX_CHAIN) return { kind: 'loop' };
    current = target;
    ttl = Math.min(ttl, link.ttl);
  }
}

function withoutRecords<T extends RecordType>(
  message: Message,
  name: string,
  canonical: string,
  ttl: number,
  links: number,
): Reading<T> {
  const soa = message.authorities.find((record) => record.type === 'SOA' && isWithin(canonical, record.name));
  const nxdomain = message.rcode === RCODE.NXDOMAIN;
  if (soa === undefined && !nxdomain) {
    // An authoritative server ends where its zone does, and some resolvers stop at a CNAME: the rest is asked for.
    if (canonical !== name) return { kind: 'chase', canonical, ttl, links };
    // RFC 2308 §2.2: name servers without an SOA point elsewhere; only a server that answers for itself means "nothing".
    const delegates = message.authorities.some((record) => record.type === 'NS');
    if (delegates && !message.authoritative && !message.recursionAvailable) return { kind: 'referral' };
  }
  // RFC 2308 §5: the lesser of the SOA's own TTL and its MINIMUM; without an SOA the answer is not to be kept.
  const negative = soa?.type === 'SOA' ? Math.min(soa.ttl, soa.data.minimum) : 0;
  const serial = soa?.type === 'SOA' ? soa.data.serial : null;
  return { kind: nxdomain ? 'nxdomain' : 'nodata', records: [], canonical, ttl: Math.min(ttl, negative), serial };
}

/** The records of one name and type with the least of their TTLs (RFC 2181 §5.2), undefined when there is none. */
function rrset<T extends RecordType>(
  message: Message,
  name: string,
  type: T,
): { readonly records: RecordData[T][]; readonly ttl: number } | undefined {
  let records: RecordData[T][] | undefined;
  let ttl = Number.POSITIVE_INFINITY;
  for (const record of message.answers) {
    if (record.type !== type || record.name !== name) continue;
    records ??= [];
    records.push(record.data as RecordData[T]);
    if (record.ttl < ttl) ttl = record.ttl;
  }
  return records === undefined ? undefined : { records, ttl };
}

const isWithin = (name: string, zone: string): boolean =>
  zone === '' || name === zone || (name.endsWith(zone) && name[name.length - zone.length - 1] === '.');
