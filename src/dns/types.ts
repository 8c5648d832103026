/**
 * What the rest of the service knows of DNS: questions, answers with true TTLs, failures. No transport, no cache here.
 * A name that does not exist and a name without such a record are answers, never failures (RFC 2308).
 */

import type { Domain } from './name.ts';

export type RecordType = 'A' | 'AAAA' | 'MX' | 'NS' | 'SOA' | 'CNAME';

/** Names inside data are lower-case A-labels without a trailing dot; the root is ''. */
export type RecordData = {
  A: { readonly address: string };
  AAAA: { readonly address: string };
  MX: { readonly preference: number; readonly exchange: string };
  NS: { readonly host: string };
  SOA: { readonly mname: string; readonly rname: string; readonly serial: number; readonly minimum: number };
  CNAME: { readonly target: string };
};

export type Question<T extends RecordType = RecordType> = { readonly name: Domain; readonly type: T };

export type DnsAnswer<T extends RecordType = RecordType> = {
  /** `nodata`: the name exists, no such record. */
  readonly status: 'answer' | 'nodata' | 'nxdomain';
  /** In the order of the answer section, duplicates kept; empty unless `answer`. */
  readonly records: readonly RecordData[T][];
  /** End of the CNAME chain; the question's own name without one. */
  readonly canonical: string;
  /**
   * Seconds this answer may live, counted from `resolvedAt`: the least TTL along the chain and the RRset, or the negative
   * TTL (RFC 2308 §5: the lesser of the SOA's TTL and its MINIMUM). 0 is never cached.
   */
  readonly ttl: number;
  /** AD on every part. Means something only from a resolver that is trusted for it. */
  readonly authenticated: boolean;
  /** Milliseconds since the epoch at which the network answered. `expiresAt` = `resolvedAt` + `ttl` seconds. */
  readonly resolvedAt: number;
  readonly expiresAt: number;
  /** Where it came from this time. `stale` is an expired answer served since upstream failed (RFC 8767). */
  readonly source: 'network' | 'memory' | 'redis' | 'stale';
};

export type DnsFailure = {
  /**
   * `failure`: every server said SERVFAIL, REFUSED or nonsense, or the chain was a loop or over 8. `bogus`: DNSSEC
   * validation failed; never covered by a stale answer. `timeout`: no answer in time, or no server reachable.
   */
  readonly kind: 'failure' | 'bogus' | 'timeout';
  /** For callers: which question failed, and why. Names no resolver, and holds no text that one chose. */
  readonly detail: string;
  /** For the log alone: which servers did what. */
  readonly servers?: string;
};

export type DnsResult<T extends RecordType = RecordType> =
  | { readonly ok: true; readonly answer: DnsAnswer<T> }
  | { readonly ok: false; readonly failure: DnsFailure };

export type ResolveOptions = {
  /** Absolute, `performance.now()` milliseconds; nothing is awaited past it. */
  readonly deadline: number;
  /** Skip the cache when reading (the answer is still stored). */
  readonly fresh?: boolean;
  /** May an expired answer cover a failure? Default true; `fresh`, sends and migrations say false. */
  readonly stale?: boolean;
  readonly signal?: AbortSignal;
};

export interface Resolver {
  resolve<T extends RecordType>(question: Question<T>, options: ResolveOptions): Promise<DnsResult<T>>;
  /** Whether AD of this resolver may be believed: DNS_SERVERS was set, or every server is on loopback. */
  readonly trustedForAd: boolean;
}

/** A zone as its own name servers see it; every server asked over UDP/TCP 53 without recursion. */
export type ZoneServer = { readonly host: string; readonly ip: string };

export type ZoneAnswer<T extends RecordType> = {
  readonly server: ZoneServer;
  /** `lame`: answered without AA. `error` never holds text from the server. */
  readonly result:
    | {
        readonly ok: true;
        readonly records: readonly RecordData[T][];
        readonly ttl: number;
        readonly serial: number | null;
        readonly negativeTtl: number | null;
        readonly status: 'answer' | 'nodata' | 'nxdomain';
      }
    | { readonly ok: false; readonly error: 'timeout' | 'refused' | 'failure' | 'lame' | 'unreachable' | 'forbidden' };
};
