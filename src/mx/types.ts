/** A domain's mail route as DNS tells it. Pure data: what was seen, not what it means (`diagnosis` judges). */

import type { Domain } from '../dns/name.ts';

export type MxStatus = 'mx' | 'implicit' | 'null-mx' | 'none' | 'nxdomain';
export type ExchangeStatus = 'ok' | 'no-address' | 'nxdomain' | 'cname' | 'ip-literal' | 'failed';
export type Dnssec = 'secure' | 'insecure' | 'unknown';

/** `ttl`: seconds left at `MailRoute.resolvedAt`. */
export type Address = { readonly ip: string; readonly family: 4 | 6; readonly ttl: number };

export type Exchange = {
  readonly preference: number;
  /** Lower-case A-label without trailing dot; for `ip-literal` the address as published. */
  readonly host: string;
  readonly ttl: number;
  readonly status: ExchangeStatus;
  /** By family, then value. */
  readonly addresses: readonly Address[];
};

export type DeliveryGroup = { readonly preference: number; readonly hosts: readonly string[] };

export type MailRoute = {
  readonly domain: Domain;
  /** End of the domain's own CNAME chain, null without one. */
  readonly canonical: string | null;
  readonly status: MxStatus;
  /** By preference, then host. With `implicit` the one entry is the domain itself (or the chain's end), preference 0. */
  readonly exchanges: readonly Exchange[];
  /** Only what a sender could try (`ok`, `cname`), a host once, at its lowest number. */
  readonly deliveryOrder: readonly DeliveryGroup[];
  /** Seconds left of the MX RRset or of the negative answer, at `resolvedAt`. */
  readonly ttl: number;
  /** TTL the MX RRset had when the network gave it, before any countdown here: what the lint of TTLs judges. */
  readonly publishedTtl?: number;
  readonly dnssec: Dnssec;
  /** The MX RRset as published, null MX and duplicates kept: the evidence findings quote. */
  readonly records: readonly { readonly preference: number; readonly exchange: string }[];
  /** Milliseconds since the epoch: assembled at, and the least expiry over every RRset in the answer. */
  readonly resolvedAt: number;
  readonly expiresAt: number;
  /** `stale` when any part was; else `miss` when any part came from the network; else `hit`. */
  readonly cache: { readonly state: 'hit' | 'miss' | 'stale'; readonly layer: 'memory' | 'redis' | null };
};
