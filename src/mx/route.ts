/**
 * A domain's mail route: its MX records, or what stands in for them, with the addresses of every exchange (contract §2,
 * RFC 5321 §5.1, RFC 7505). Broken exchanges are data in the route. It judges nothing (`diagnosis` does) and dials nobody.
 * It fails only when DNS gives no answer about the domain itself; never throws.
 */

import ipaddr from 'ipaddr.js';
import type { Domain } from '../dns/name.ts';
import { DNS_PATIENCE_MS } from '../dns/resolver.ts';
import type { DnsAnswer, DnsFailure, DnsResult, ResolveOptions, Resolver } from '../dns/types.ts';
import { literalOf } from '../net/ip.ts';
import type { Address, DeliveryGroup, Dnssec, Exchange, ExchangeStatus, MailRoute, MxStatus } from './types.ts';

export type RouteOptions = ResolveOptions & {
  /** Milliseconds since the epoch; for tests. */
  readonly now?: () => number;
};

export type RouteResult =
  | { readonly ok: true; readonly route: MailRoute }
  | { readonly ok: false; readonly failure: DnsFailure };

/** Address questions of one call that are under way at a time. */
const IN_FLIGHT = 20;
/** What a part that DNS gave no answer for counts as: it is worth asking again soon. */
const FAILED_SECONDS = 30;

/** What was asked for A and for AAAA of one host; the families are judged apart. */
type Lookup = readonly DnsResult<'A' | 'AAAA'>[];
type AddressAnswer = DnsAnswer<'A' | 'AAAA'>;
type Named = { readonly preference: number; readonly exchange: string };

export async function routeMail(domain: Domain, resolver: Resolver, options: RouteOptions): Promise<RouteResult> {
  const asked = { ...options, deadline: Math.min(options.deadline, performance.now() + DNS_PATIENCE_MS) };
  const mx = await resolver.resolve({ name: domain, type: 'MX' }, asked);
  if (!mx.ok) return mx;
  const assembly = new Assembly(domain, mx.answer, resolver.trustedForAd, options.now ?? Date.now);
  if (mx.answer.status === 'nxdomain') return assembly.route('nxdomain', []);
  if (mx.answer.status === 'nodata') return withoutMx(assembly, mx.answer.canonical, resolver, asked);

  // RFC 7505 §3: the root as the only target says that the domain takes no mail; beside others it names no host.
  const named = mx.answer.records.filter(({ exchange }) => exchange !== '');
  if (named.length === 0) return assembly.route('null-mx', []);
  const hosts: string[] = [];
  for (const { exchange } of named) {
    if (literalOf(exchange) === undefined && !hosts.includes(exchange)) hosts.push(exchange);
  }
  const found = await lookUp(hosts, resolver, asked);
  for (const [i, host] of hosts.entries()) assembly.add(host, found.slice(2 * i, 2 * i + 2));
  return assembly.route('mx', named);
}

/** RFC 5321 §5.1: without MX the domain itself, or the end of its CNAME chain, is its own exchange. */
async function withoutMx(
  assembly: Assembly,
  host: string,
  resolver: Resolver,
  asked: ResolveOptions,
): Promise<RouteResult> {
  const lookup = await lookUp([host], resolver, asked);
  const status = assembly.add(host, lookup);
  if (status !== 'failed') {
    return status === 'no-address' || status === 'nxdomain'
      ? assembly.route('none', [])
      : assembly.route('implicit', [{ preference: 0, exchange: host }]);
  }
  // One family that failed leaves it open whether anything takes mail here.
  return lookup.find((result) => !result.ok) ?? assembly.route('none', []);
}

/** A and AAAA of every host, in the order of the hosts; at most IN_FLIGHT questions are under way. */
function lookUp(hosts: readonly string[], resolver: Resolver, asked: ResolveOptions): Promise<Lookup> {
  if (hosts.length === 0) return Promise.resolve([]);
  const { promise, resolve, reject } = Promise.withResolvers<Lookup>();
  const found: DnsResult<'A' | 'AAAA'>[] = [];
  let next = 0;
  let left = 2 * hosts.length;
  const ask = (): void => {
    const i = next++;
    // A name from a record, in the codec's own text: more than a host name may hold, and the codec reads it back.
    const name = hosts[i >> 1] as Domain | undefined;
    if (name === undefined) return;
    resolver.resolve<'A' | 'AAAA'>({ name, type: i % 2 === 0 ? 'A' : 'AAAA' }, asked).then((result) => {
      found[i] = result;
      left--;
      if (left === 0) resolve(found);
      else ask();
    }, reject);
  };
  for (let i = 0; i < IN_FLIGHT; i++) ask();
  return promise;
}

/** Gathers the parts of one answer and works out what holds for the whole: its age, its life, its trust. */
class Assembly {
  readonly #domain: Domain;
  readonly #mx: DnsAnswer<'MX'>;
  readonly #trusted: boolean;
  readonly #now: () => number;
  /** Every RRset that the answer rests on. */
  readonly #parts: DnsAnswer[];
  readonly #hosts: { name: string; status: ExchangeStatus; answers: readonly AddressAnswer[] }[] = [];
  #failed = false;

  constructor(domain: Domain, mx: DnsAnswer<'MX'>, trusted: boolean, now: () => number) {
    this.#domain = domain;
    this.#mx = mx;
    this.#trusted = trusted;
    this.#now = now;
    this.#parts = [mx];
  }

  add(name: string, lookup: Lookup): ExchangeStatus {
    const known: AddressAnswer[] = [];
    for (const result of lookup) if (result.ok) known.push(result.answer);
    const found = known.filter(({ status }) => status === 'answer');
    // A family without addresses counts only when the other has none either (contract §2).
    const answers = found.length > 0 ? found : known;
    if (known.length < lookup.length) this.#failed = true;
    this.#parts.push(...answers);
    const status = statusOf(name, known, found);
    this.#hosts.push({ name, status, answers });
    return status;
  }

  route(status: MxStatus, named: readonly Named[]): RouteResult {
    // The moment the newest part came in: however often it is put together again from a cache, the answer is the same.
    const resolvedAt = this.#parts.reduce(
      (newest, { resolvedAt: at }) => Math.max(newest, at),
      this.#failed ? this.#now() : 0,
    );
    const left = (at: number): number => Math.max(0, Math.round((at - resolvedAt) / 1_000));
    const exchanges = named.map((record) => this.#exchange(record, left)).sort(byPreference);
    const distinct = exchanges.filter((exchange, i) => i === 0 || byPreference(exchange, exchanges[i - 1]) !== 0);
    const expiresAt = this.#parts.reduce(
      (least, { expiresAt: at }) => Math.min(least, at),
      this.#failed ? resolvedAt + FAILED_SECONDS * 1_000 : Number.POSITIVE_INFINITY,
    );
    const route: MailRoute = {
      domain: this.#domain,
      canonical: this.#mx.canonical === this.#domain ? null : this.#mx.canonical,
      status,
      exchanges: distinct,
      deliveryOrder: deliveryOrder(distinct),
      ttl: left(this.#mx.expiresAt),
      publishedTtl: this.#mx.ttl,
      dnssec: this.#dnssec(),
      records: this.#mx.records,
      resolvedAt,
      expiresAt: Math.max(resolvedAt, expiresAt),
      cache: this.#cache(),
    };
    return { ok: true, route };
  }

  #exchange({ preference, exchange }: Named, left: (at: number) => number): Exchange {
    const literal = literalOf(exchange);
    const host = this.#hosts.find(({ name }) => name === exchange);
    const answers = host?.answers ?? [];
    // With `implicit` there is no MX RRset: the entry lives as long as the addresses it is made of.
    const rrsets = this.#mx.status === 'answer' ? [this.#mx] : answers;
    return {
      preference,
      host: literal ?? exchange,
      ttl: left(Math.min(...rrsets.map(({ expiresAt }) => expiresAt))),
      status: literal !== undefined ? 'ip-literal' : (host?.status ?? 'failed'),
      addresses: answers.flatMap((answer) => addressesOf(answer, left(answer.expiresAt))),
    };
  }

  #dnssec(): Dnssec {
    if (!this.#trusted) return 'unknown';
    return !this.#failed && this.#parts.every(({ authenticated }) => authenticated) ? 'secure' : 'insecure';
  }

  #cache(): MailRoute['cache'] {
    const cameFrom = (source: DnsAnswer['source']): boolean => this.#parts.some((part) => part.source === source);
    if (cameFrom('stale')) return { state: 'stale', layer: null };
    if (cameFrom('network') || this.#failed) return { state: 'miss', layer: null };
    return { state: 'hit', layer: cameFrom('redis') ? 'redis' : 'memory' };
  }
}

function statusOf(host: string, known: readonly DnsAnswer[], found: readonly DnsAnswer[]): ExchangeStatus {
  // RFC 2181 §10.3: an exchange must not be an alias; most senders follow it all the same.
  if (found.length > 0) return found.some(({ canonical }) => canonical !== host) ? 'cname' : 'ok';
  if (known.length < 2) return 'failed';
  return known.every(({ status }) => status === 'nxdomain') ? 'nxdomain' : 'no-address';
}

/** Of one family, in order, none twice. */
function addressesOf({ records }: AddressAnswer, ttl: number): readonly Address[] {
  const ips = records.map(({ address }) => address);
  const unique = ips.length > 1 ? [...new Set(ips)] : ips;
  const addresses = unique.map((ip): Address => ({ ip, family: ip.includes(':') ? 6 : 4, ttl }));
  return addresses.length > 1 ? inOrder(addresses) : addresses;
}

/** By family, then value. */
export function inOrder<T extends Pick<Address, 'ip' | 'family'>>(addresses: readonly T[]): readonly T[] {
  const values = new Map<string, Buffer>();
  const value = (ip: string): Buffer => {
    const bytes = values.get(ip) ?? Buffer.from(ipaddr.parse(ip).toByteArray());
    values.set(ip, bytes);
    return bytes;
  };
  return addresses.toSorted((x, y) => x.family - y.family || Buffer.compare(value(x.ip), value(y.ip)));
}

function byPreference(x: Exchange, y: Exchange | undefined): number {
  if (y === undefined) return 1;
  return x.preference - y.preference || (x.host < y.host ? -1 : Number(x.host > y.host));
}

/** What a sender could try, a host once, at its lowest number. Expects the exchanges in order. */
function deliveryOrder(exchanges: readonly Exchange[]): readonly DeliveryGroup[] {
  const groups: { preference: number; hosts: string[] }[] = [];
  const seen = new Set<string>();
  for (const { preference, host, status } of exchanges) {
    if ((status !== 'ok' && status !== 'cname') || seen.has(host)) continue;
    seen.add(host);
    const last = groups.at(-1);
    if (last?.preference === preference) last.hosts.push(host);
    else groups.push({ preference, hosts: [host] });
  }
  return groups;
}
