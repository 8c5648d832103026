/**
 * Judges a domain's mail route as DNS tells it: every finding of contract §2, each with the records it rests on as zone-file
 * lines. Pure; asks nobody. One root cause gives one finding: a broken exchange is not also called single or IPv6-only.
 * Returns an empty list for a route with nothing to say about.
 */

import type { Exchange, ExchangeStatus, MailRoute } from '../mx/types.ts';
import { literalOf } from '../net/ip.ts';
import { type FindingCode, finding } from './findings.ts';
import type { Finding } from './types.ts';

const TTL_LOW_SECONDS = 300;
const TTL_HIGH_SECONDS = 86_400;

export function judgeRoute(route: MailRoute, isPublic: (ip: string) => boolean): Finding[] {
  return [
    ...wholeDomain(route),
    ...brokenExchanges(route),
    ...duplicates(route),
    ...single(route),
    ...sharedAddresses(route),
    ...nonPublic(route, isPublic),
    ...ipv6Only(route),
    ...lifetimes(route),
  ];
}

const owner = (route: MailRoute): string => `${route.canonical ?? route.domain}.`;

/** `nectec.or.th. MX 10 imail.nectec.or.th.`; the null MX is `. MX 0 .` of its owner (RFC 7505 §3). */
const mxLine = (route: MailRoute, record: { readonly preference: number; readonly exchange: string }): string =>
  `${owner(route)} MX ${record.preference} ${record.exchange}.`;

/** The exchange of an address is the address itself, however the record wrote it. */
const linesOf = (route: MailRoute, host: string): string[] =>
  route.records
    .filter(({ exchange }) => exchange === host || literalOf(exchange) === host)
    .map((record) => mxLine(route, record));

const allLines = (route: MailRoute): string[] => route.records.map((record) => mxLine(route, record));

const addressLines = (exchange: Exchange, wanted: (ip: string) => boolean = () => true): string[] =>
  exchange.addresses
    .filter(({ ip }) => wanted(ip))
    .map(({ ip, family }) => `${exchange.host}. ${family === 4 ? 'A' : 'AAAA'} ${ip}`);

/** A host stands once, however many records name it. */
function distinctHosts(route: MailRoute): Exchange[] {
  return [...new Map(route.exchanges.toReversed().map((exchange) => [exchange.host, exchange])).values()].toReversed();
}

function wholeDomain(route: MailRoute): Finding[] {
  const { domain } = route;
  const params = { domain };
  const name = owner(route);
  switch (route.status) {
    case 'nxdomain':
      return [finding('mx-nxdomain', { params, evidence: [`${name} MX: NXDOMAIN`] })];
    case 'none':
      return [finding('mx-none', { params, evidence: [`${name} MX: NODATA`, `${name} A, AAAA: NODATA`] })];
    case 'null-mx':
      return [finding('mx-null', { params, evidence: allLines(route) })];
    case 'implicit':
      return [
        finding('mx-implicit', {
          params,
          evidence: [`${name} MX: NODATA`, ...route.exchanges.flatMap((e) => addressLines(e))],
        }),
      ];
    case 'mx':
      // RFC 7505 §3: a domain that publishes a null MX must not publish another.
      return route.records.some(({ exchange }) => exchange === '')
        ? [finding('mx-null-with-others', { params, evidence: allLines(route) })]
        : [];
  }
}

const BROKEN: Readonly<Partial<Record<ExchangeStatus, { code: FindingCode; answer: string }>>> = {
  cname: { code: 'mx-host-cname', answer: 'A, AAAA: by way of a CNAME' },
  nxdomain: { code: 'mx-host-nxdomain', answer: 'A, AAAA: NXDOMAIN' },
  'no-address': { code: 'mx-host-no-address', answer: 'A, AAAA: NODATA' },
  'ip-literal': { code: 'mx-ip-literal', answer: '' },
  failed: { code: 'mx-host-dns-failure', answer: 'A, AAAA: no answer' },
};

function brokenExchanges(route: MailRoute): Finding[] {
  if (route.status !== 'mx') return [];
  return distinctHosts(route).flatMap((exchange) => {
    const broken = BROKEN[exchange.status];
    if (!broken) return [];
    const { host } = exchange;
    const seen = broken.answer === '' ? [] : [`${host}. ${broken.answer}`];
    const evidence = [...linesOf(route, host), ...addressLines(exchange), ...seen];
    // What failed may be our resolver: nothing is certain but that no answer came.
    const confidence = exchange.status === 'failed' ? 'possible' : 'certain';
    return [finding(broken.code, { params: { host }, evidence, confidence })];
  });
}

function duplicates(route: MailRoute): Finding[] {
  const hosts = [...new Set(route.records.map(({ exchange }) => exchange))].filter((host) => host !== '');
  return hosts.flatMap((host) => {
    const times = route.records.filter(({ exchange }) => exchange === host);
    if (times.length < 2) return [];
    return [finding('mx-duplicate', { params: { host }, evidence: times.map((record) => mxLine(route, record)) })];
  });
}

/** The RRset names one host and it is usable. Where others are named but broken, that is the cause and said already. */
function single(route: MailRoute): Finding[] {
  const [only, ...others] = distinctHosts(route);
  if (route.status !== 'mx' || !only || others.length > 0 || !usable(only)) return [];
  // RFC 5321 §5.1 asks senders to try at least two addresses; here there is one place to try.
  const evidence = [...linesOf(route, only.host), ...addressLines(only)];
  return [finding('mx-single', { params: { host: only.host }, evidence })];
}

const usable = (exchange: Exchange): boolean => exchange.status === 'ok' || exchange.status === 'cname';

/** Different host names that lead to one machine; one finding for each set of names. */
function sharedAddresses(route: MailRoute): Finding[] {
  const hosts = distinctHosts(route).filter(usable);
  const byIp = new Map<string, string[]>();
  for (const { host, addresses } of hosts) {
    for (const { ip } of addresses) byIp.set(ip, [...(byIp.get(ip) ?? []), host]);
  }
  const bySet = new Map<string, { readonly names: readonly string[]; readonly ips: string[] }>();
  for (const [ip, names] of byIp) {
    if (names.length < 2) continue;
    const set = bySet.get(names.join('\n')) ?? { names, ips: [] };
    set.ips.push(ip);
    bySet.set(names.join('\n'), set);
  }
  return [...bySet.values()].map(({ names, ips }) => {
    const evidence = hosts
      .filter(({ host }) => names.includes(host))
      .flatMap((exchange) => addressLines(exchange, (ip) => ips.includes(ip)));
    return finding('mx-shared-address', { params: { host: names.join(', '), ip: ips.join(', ') }, evidence });
  });
}

function nonPublic(route: MailRoute, isPublic: (ip: string) => boolean): Finding[] {
  return distinctHosts(route)
    .filter(usable)
    .flatMap((exchange) => {
      const evidence = addressLines(exchange, (ip) => !isPublic(ip));
      if (evidence.length === 0) return [];
      const ips = exchange.addresses.filter(({ ip }) => !isPublic(ip)).map(({ ip }) => ip);
      const params = { host: exchange.host, ip: ips.join(', ') };
      return [finding('mx-non-public-address', { params, evidence: [...linesOf(route, exchange.host), ...evidence] })];
    });
}

/** An exchange without IPv4 (RFC 5321 §5.2): grave when no other has it, else a note that it is no backup for many. */
function ipv6Only(route: MailRoute): Finding[] {
  const hosts = distinctHosts(route).filter(usable);
  const without = hosts.filter((e) => e.addresses.length > 0 && e.addresses.every(({ family }) => family === 6));
  if (without.length === 0) return [];
  const host = without.map((exchange) => exchange.host).join(', ');
  const evidence = without.flatMap((exchange) => addressLines(exchange));
  return without.length === hosts.length
    ? [finding('mx-ipv6-only', { params: { host }, evidence })]
    : [finding('mx-ipv6-only', { params: { host, variant: 'some' }, evidence, severity: 'info' })];
}

/** Of the MX RRset as published; a stale answer has no lifetime left to judge. */
function lifetimes(route: MailRoute): Finding[] {
  if (route.status !== 'mx' || route.cache.state === 'stale') return [];
  const ttl = route.publishedTtl ?? route.ttl;
  const evidence = route.records.map(
    ({ preference, exchange }) => `${owner(route)} ${ttl} MX ${preference} ${exchange}.`,
  );
  // A resolver counts down, so a low number may be the rest of a higher one; a high number is never less than that.
  if (ttl < TTL_LOW_SECONDS) return [finding('mx-ttl-low', { params: { ttl }, evidence, confidence: 'likely' })];
  if (ttl > TTL_HIGH_SECONDS) return [finding('mx-ttl-high', { params: { ttl }, evidence })];
  return [];
}
