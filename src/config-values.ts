/**
 * The values settings are made of, each read by one pure function: a typed value, or the rule that was broken. Rules never
 * repeat the value, so a secret given in the wrong place stays unsaid.
 */

import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';
import type { Scope } from './operations/types.ts';

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly rule: string };

export type Endpoint = { readonly ip: string; readonly port: number };

/** `hash`: lower-case hex SHA-256 of the key. The key itself is never known to the service at rest. */
export type ApiKey = { readonly name: string; readonly hash: string; readonly scopes: readonly Scope[] };

const good = <T>(value: T): Read<T> => ({ ok: true, value });
const bad = (rule: string): Read<never> => ({ ok: false, rule });

export function parsePort(value: string): Read<number> {
  const port = Number(value);
  return /^\d{1,5}$/.test(value) && port >= 1 && port <= 65535 ? good(port) : bad('must be a port from 1 to 65535');
}

/** Splits `host`, `host:port`, `[v6]`, `[v6]:port` and a bare IPv6 address; null when it is none of them. */
function splitHostPort(value: string): { host: string; port: string | null } | null {
  if (isIP(value) === 6) return { host: value, port: null };
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(value);
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined) return null;
  if (match[1] !== undefined && isIP(match[1]) !== 6) return null;
  return { host, port: match[3] ?? null };
}

/** `ip[:port]` or `[v6]:port` of a DNS server. */
export function parseEndpoint(value: string): Read<Endpoint> {
  const parts = splitHostPort(value);
  if (parts === null || isIP(parts.host) === 0) return bad('must be ip, ip:port or [ipv6]:port');
  const port = parsePort(parts.port ?? '53');
  return port.ok ? good({ ip: parts.host, port: port.value }) : port;
}

/** A CIDR, or one address; canonical `address/bits`. */
export function parseCidr(value: string): Read<string> {
  const [address = '', bits, ...rest] = value.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return bad('must be an address or a CIDR such as 10.1.0.0/16');
  const width = family === 4 ? 32 : 128;
  const length = bits === undefined ? width : Number(bits);
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || length > width)) return bad(`its prefix must be 0 to ${width}`);
  const network =
    family === 4
      ? ipaddr.IPv4.networkAddressFromCIDR(`${address}/${length}`)
      : ipaddr.IPv6.networkAddressFromCIDR(`${address}/${length}`);
  return good(`${network.toString()}/${length}`);
}

/** A host name as lower-case A-label without a trailing dot. */
export function parseName(value: string): Read<string> {
  const ascii = domainToASCII(value.replace(/\.$/, '')).toLowerCase();
  const labels = ascii.split('.');
  const fine =
    ascii.length > 0 &&
    ascii.length <= 253 &&
    isIP(ascii) === 0 &&
    labels.every((label) => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/.test(label));
  return fine ? good(ascii) : bad('must be a domain name');
}

export function parseListenHost(value: string): Read<string> {
  const bare = value.startsWith('[') && value.endsWith(']') ? value.slice(1, -1) : value;
  if (isIP(bare) !== 0) return good(bare);
  const name = parseName(value);
  return name.ok ? name : bad('must be an IP address or a host name');
}

export function parseHostPort(value: string): Read<{ host: string; port: number }> {
  const parts = splitHostPort(value);
  if (parts === null || parts.port === null) return bad('must be host:port');
  const port = parsePort(parts.port);
  if (!port.ok) return port;
  if (isIP(parts.host) !== 0) return good({ host: parts.host, port: port.value });
  const name = parseName(parts.host);
  return name.ok ? good({ host: name.value, port: port.value }) : bad('must be host:port');
}

/** RFC 5321 §4.1.3: a domain, or an address literal in brackets. */
export function parseEhloName(value: string): Read<string> {
  const literal = /^\[(?:(IPv6:)(.+)|(.+))\]$/i.exec(value);
  if (literal) {
    const ip = literal[2] ?? literal[3] ?? '';
    const family = literal[1] === undefined ? 4 : 6;
    return isIP(ip) === family
      ? good(family === 4 ? `[${ip}]` : `[IPv6:${ip}]`)
      : bad('must be a domain, [192.0.2.1] or [IPv6:2001:db8::1]');
  }
  const name = parseName(value);
  return name.ok ? name : bad('must be a domain, [192.0.2.1] or [IPv6:2001:db8::1]');
}

/** `local@domain`; the local part as given, the domain as lower-case A-label. Quoted local parts are not needed here. */
export function parseMailbox(value: string): Read<string> {
  const at = value.lastIndexOf('@');
  const local = value.slice(0, Math.max(at, 0));
  const domain = parseName(value.slice(at + 1));
  const fine = /^[^\s@<>()[\]\\,;:"\p{Cc}.]+(?:\.[^\s@<>()[\]\\,;:"\p{Cc}.]+)*$/u.test(local);
  if (!fine || Buffer.byteLength(local) > 64 || !domain.ok) return bad('must be an address such as a@example.com');
  return good(`${local}@${domain.value}`);
}

/** An address, or `@domain` for every address of exactly that domain. */
export function parseAddressEntry(value: string): Read<string> {
  if (!value.startsWith('@')) {
    const mailbox = parseMailbox(value);
    return mailbox.ok ? mailbox : bad('must be an address or @domain');
  }
  const domain = parseName(value.slice(1));
  return domain.ok ? good(`@${domain.value}`) : bad('must be an address or @domain');
}

/** An origin exactly as a browser sends it: scheme, host, port unless default, nothing behind. */
export function parseOrigin(value: string): Read<string> {
  const url = URL.parse(value);
  const fine = url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.origin === value;
  return fine ? good(value) : bad('must be an exact origin such as https://desk.example.com');
}

const REDIS = /^(rediss?)(\+cluster|\+sentinel)?:\/\/(.+)$/;

/** `redis://`, `rediss://`, and with `+cluster` or `+sentinel` several `host:port` separated by commas. */
export function parseRedisUrl(value: string): Read<string> {
  const match = REDIS.exec(value);
  const rule = 'must be a redis:// or rediss:// URL (also redis+cluster://, redis+sentinel://)';
  if (match === null) return bad(rule);
  const rest = match[3] ?? '';
  const at = rest.lastIndexOf('@');
  const [nodes = '', ...path] = rest.slice(at + 1).split('/');
  const parts = match[2] === undefined ? [nodes] : nodes.split(',');
  const fine = parts.every((node) => {
    const split = splitHostPort(node);
    return split !== null && split.host !== '' && (split.port === null || parsePort(split.port).ok);
  });
  if (!fine || URL.parse(`redis://${rest.slice(0, at + 1)}localhost/${path.join('/')}`) === null) return bad(rule);
  if (match[2] === '+sentinel' && !path[0]) return bad('redis+sentinel:// must name the master: …/master-name');
  return good(value);
}

const SCOPES: readonly Scope[] = ['read', 'probe', 'send'];

/** `name:sha256-hex-of-key:scope+scope`. */
export function parseApiKey(value: string): Read<ApiKey> {
  const [name = '', hash = '', scopes = '', ...rest] = value.split(':');
  if (rest.length > 0 || scopes === '') return bad('must be name:sha256-hex-of-key:scope+scope');
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name))
    return bad('the name must be 1 to 64 letters, digits, dots, hyphens or underscores');
  // The caller without keys owns what it sent under this name; a key must not inherit that.
  if (name === 'loopback') return bad('the name loopback is taken');
  if (!/^[0-9a-f]{64}$/i.test(hash)) return bad('the second part must be the SHA-256 of the key, 64 hex digits');
  const given = scopes.split('+');
  const known = SCOPES.filter((scope) => given.includes(scope));
  if (known.length !== given.length) return bad('scopes must be read, probe or send, each once, joined by +');
  return good({ name, hash: hash.toLowerCase(), scopes: known });
}

/** A keys file: one entry a line (commas do too), `#` starts a comment. */
export function parseApiKeys(file: string): Read<readonly ApiKey[]> {
  const keys: ApiKey[] = [];
  for (const [index, line] of file.split('\n').entries()) {
    for (const entry of line.replace(/#.*/, '').split(',')) {
      if (entry.trim() === '') continue;
      const key = parseApiKey(entry.trim());
      if (!key.ok) return bad(`line ${index + 1}: ${key.rule}`);
      keys.push(key.value);
    }
  }
  return keys.length === 0 ? bad('holds no key') : good(keys);
}
