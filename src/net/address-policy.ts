/**
 * May we connect to this address? (contract §7) Pure: it decides and never dials; `dial` asks it about the very address it
 * connects to. Only global unicast passes, and what the operator allowed besides. Forms that carry an IPv4 address are judged
 * by the address inside, since that is where the packets go. A text that is no strict IP literal is refused, never resolved.
 */

import { type Cidr, formatIp, type Ip, inCidr, parseCidr, parseIp } from './ip.ts';

export type AddressReason =
  | 'public'
  | 'allow-listed'
  | 'not-an-ip'
  | 'this-network'
  | 'private'
  | 'loopback'
  | 'link-local'
  | 'cgnat'
  | 'documentation'
  | 'benchmark'
  | 'multicast'
  | 'broadcast'
  | 'unique-local'
  | 'site-local'
  | 'teredo'
  | 'special-purpose'
  | 'reserved';

export type AddressVerdict = {
  readonly allowed: boolean;
  readonly reason: AddressReason;
  /** Global unicast, whether the operator allowed more or not. */
  readonly public: boolean;
  /** The canonical text of what was judged, to be connected to; null for `not-an-ip`. */
  readonly ip: string | null;
};

export type AddressPolicy = {
  judge(ip: string): AddressVerdict;
  isPublic(ip: string): boolean;
  /** A strict IP literal in its canonical text; undefined for anything else. */
  parse(text: string): { readonly ip: string; readonly family: 4 | 6 } | undefined;
  canonicalTarget(ip: string): string;
};

const cidr = (text: string): Cidr => {
  const parsed = parseCidr(text);
  if (!parsed) throw new TypeError(`not a CIDR block: ${text}`);
  return parsed;
};

const blocks = (rows: readonly (readonly [string, AddressReason])[]) =>
  rows.map(([block, reason]) => ({ block: cidr(block), reason }));

/** RFC 6890 and the IANA IPv4 special-purpose registry, with multicast and class E. The narrower block stands first. */
const IPV4_REFUSED = blocks([
  ['255.255.255.255/32', 'broadcast'],
  ['0.0.0.0/8', 'this-network'],
  ['10.0.0.0/8', 'private'],
  ['172.16.0.0/12', 'private'],
  ['192.168.0.0/16', 'private'],
  ['100.64.0.0/10', 'cgnat'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['192.0.2.0/24', 'documentation'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['198.18.0.0/15', 'benchmark'],
  ['192.0.0.0/24', 'special-purpose'],
  ['192.88.99.0/24', 'special-purpose'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
]);

/** What 2000::/3 holds that is not for mail, and names for what lies outside it; the rest outside is `reserved`. */
const IPV6_REFUSED = blocks([
  ['::/128', 'this-network'],
  ['::1/128', 'loopback'],
  ['2001::/32', 'teredo'],
  ['2001:2::/48', 'benchmark'],
  ['2001::/23', 'special-purpose'],
  ['2001:db8::/32', 'documentation'],
  ['3fff::/20', 'documentation'],
  ['5f00::/16', 'special-purpose'],
  ['100::/64', 'special-purpose'],
  // RFC 8215: its translator is local, and where the IPv4 address sits depends on a length that nobody outside knows.
  ['64:ff9b:1::/48', 'special-purpose'],
  ['fc00::/7', 'unique-local'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'site-local'],
  ['ff00::/8', 'multicast'],
]);
const GLOBAL_UNICAST = cidr('2000::/3');

const MAPPED = cidr('::ffff:0:0/96');
const NAT64 = cidr('64:ff9b::/96');
const SIX_TO_FOUR = cidr('2002::/16');

/** `allow` holds CIDR blocks or single addresses, already checked by the configuration; a bad one throws. */
export function createAddressPolicy(options: { readonly allow: readonly string[] }): AddressPolicy {
  const allow = options.allow.map(cidr);
  const judge = (text: string): AddressVerdict => {
    const ip = parseIp(text);
    if (!ip) return { allowed: false, reason: 'not-an-ip', public: false, ip: null };
    const inside = embeddedIpv4(ip);
    const reason = classify(inside ?? ip);
    const isPublic = reason === 'public';
    const listed = allow.some((block) => inCidr(ip, block) || (inside !== undefined && inCidr(inside, block)));
    return {
      allowed: isPublic || listed,
      reason: listed && !isPublic ? 'allow-listed' : reason,
      public: isPublic,
      ip: formatIp(ip),
    };
  };
  return { judge, isPublic: (text) => judge(text).public, parse: parseLiteral, canonicalTarget };
}

function parseLiteral(text: string): { ip: string; family: 4 | 6 } | undefined {
  const ip = parseIp(text);
  return ip && { ip: formatIp(ip), family: ip.family };
}

function classify(ip: Ip): AddressReason {
  const refused = (ip.family === 4 ? IPV4_REFUSED : IPV6_REFUSED).find(({ block }) => inCidr(ip, block));
  if (refused) return refused.reason;
  return ip.family === 4 || inCidr(ip, GLOBAL_UNICAST) ? 'public' : 'reserved';
}

/** RFC 4291 §2.5.5.2 (mapped), RFC 6052 §2.1 (NAT64) and RFC 3056 §2 (6to4). */
function embeddedIpv4(ip: Ip): Ip | undefined {
  if (ip.family === 4) return undefined;
  const at = inCidr(ip, MAPPED) || inCidr(ip, NAT64) ? 6 : inCidr(ip, SIX_TO_FOUR) ? 1 : undefined;
  if (at === undefined) return undefined;
  return { family: 4, value: (ip.groups[at] ?? 0) * 0x10000 + (ip.groups[at + 1] ?? 0) };
}

/**
 * The name under which connections to an address are counted: IPv4 by address, IPv6 by /64, since one host may own that many,
 * and forms with an IPv4 address inside by that one. A text that is no IP stands for itself.
 */
export function canonicalTarget(text: string): string {
  const ip = parseIp(text);
  if (!ip) return text;
  const target = embeddedIpv4(ip) ?? ip;
  if (target.family === 4) return formatIp(target);
  return `${formatIp({ family: 6, groups: [...target.groups.slice(0, 4), 0, 0, 0, 0] })}/64`;
}
