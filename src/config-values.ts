/**
 * The values settings are made of, each read by one pure function: a typed value, or the rule that was broken. Rules never
 * repeat the value, so a secret given in the wrong place stays unsaid.
 */

import { parseDomain } from './dns/name.ts';
import { formatIp, type Ip, parseIp, parseCidr as readCidr } from './net/ip.ts';
import type { Scope } from './operations/types.ts';
import { readRedisUrl } from './store/redis-url.ts';

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
  if (parseIp(value)?.family === 6) return { host: value, port: null };
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(value);
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined) return null;
  if (match[1] !== undefined && parseIp(match[1])?.family !== 6) return null;
  return { host, port: match[3] ?? null };
}

/** `ip[:port]` or `[v6]:port` of a DNS server. */
export function parseEndpoint(value: string): Read<Endpoint> {
  const parts = splitHostPort(value);
  const ip = parts && parseIp(parts.host);
  if (!ip) return bad('must be ip, ip:port or [ipv6]:port');
  const port = parsePort(parts.port ?? '53');
  return port.ok ? good({ ip: formatIp(ip), port: port.value }) : port;
}

/** A CIDR, or one address; canonical `network/bits`. */
export function parseCidr(value: string): Read<string> {
  const block = readCidr(value);
  if (!block) return bad('must be an address or a CIDR such as 10.1.0.0/16');
  return good(`${formatIp(network(block.base, block.bits))}/${block.bits}`);
}

function network(ip: Ip, bits: number): Ip {
  const keep = (word: number, width: number, kept: number) => {
    const drop = 2 ** (width - Math.min(Math.max(kept, 0), width));
    return Math.floor(word / drop) * drop;
  };
  if (ip.family === 4) return { family: 4, value: keep(ip.value, 32, bits) };
  return { family: 6, groups: ip.groups.map((group, index) => keep(group, 16, bits - index * 16)) };
}

/** A host name as lower-case A-label without a trailing dot. */
export function parseName(value: string): Read<string> {
  const parsed = parseDomain(value);
  return parsed.ok ? good(parsed.domain) : bad(`must be a domain name: ${parsed.detail}`);
}

export function parseListenHost(value: string): Read<string> {
  const ip = parseIp(value.startsWith('[') && value.endsWith(']') ? value.slice(1, -1) : value);
  if (ip) return good(formatIp(ip));
  const name = parseDomain(value);
  return name.ok ? good(name.domain) : bad('must be an IP address or a host name');
}

export function parseHostPort(value: string): Read<{ host: string; port: number }> {
  const parts = splitHostPort(value);
  if (parts === null || parts.port === null) return bad('must be host:port');
  const port = parsePort(parts.port);
  if (!port.ok) return port;
  const ip = parseIp(parts.host);
  if (ip) return good({ host: formatIp(ip), port: port.value });
  const name = parseDomain(parts.host);
  return name.ok ? good({ host: name.domain, port: port.value }) : bad('must be host:port');
}

/** RFC 5321 §4.1.3: a domain, or an address literal in brackets. */
export function parseEhloName(value: string): Read<string> {
  const literal = /^\[(?:(IPv6:)(.+)|(.+))\]$/i.exec(value);
  const rule = 'must be a domain, [192.0.2.1] or [IPv6:2001:db8::1]';
  if (literal === null) {
    const name = parseDomain(value);
    // The names of DNS may hold an underscore; the argument of EHLO may not (RFC 5321 §4.1.2).
    return name.ok && !name.domain.includes('_') ? good(name.domain) : bad(rule);
  }
  const ip = parseIp(literal[2] ?? literal[3] ?? '');
  if (ip?.family !== (literal[1] === undefined ? 4 : 6)) return bad(rule);
  return good(ip.family === 4 ? `[${formatIp(ip)}]` : `[IPv6:${formatIp(ip)}]`);
}

/** `local@domain`; the local part as given, the domain as lower-case A-label. Quoted local parts are not needed here. */
export function parseMailbox(value: string): Read<string> {
  const at = value.lastIndexOf('@');
  const local = value.slice(0, Math.max(at, 0));
  const domain = parseDomain(value.slice(at + 1));
  const fine = /^[^\s@<>()[\]\\,;:"\p{Cc}.]+(?:\.[^\s@<>()[\]\\,;:"\p{Cc}.]+)*$/u.test(local);
  if (!fine || Buffer.byteLength(local) > 64 || !domain.ok) return bad('must be an address such as a@example.com');
  return good(`${local}@${domain.domain}`);
}

/** An address, or `@domain` for every address of exactly that domain. */
export function parseAddressEntry(value: string): Read<string> {
  if (!value.startsWith('@')) {
    const mailbox = parseMailbox(value);
    return mailbox.ok ? mailbox : bad('must be an address or @domain');
  }
  const domain = parseDomain(value.slice(1));
  return domain.ok ? good(`@${domain.domain}`) : bad('must be an address or @domain');
}

/** An origin exactly as a browser sends it: scheme, host, port unless default, nothing behind. */
export function parseOrigin(value: string): Read<string> {
  const url = URL.parse(value);
  const fine = url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.origin === value;
  return fine ? good(value) : bad('must be an exact origin such as https://desk.example.com');
}

export function parseRedisUrl(value: string): Read<string> {
  try {
    readRedisUrl(value);
    return good(value);
  } catch (error) {
    return bad(error instanceof Error ? error.message.replace(/^REDIS_URL: /, '') : 'must be a redis:// URL');
  }
}

/** The base URL of an OpenTelemetry collector, as the address that its traces are posted to. */
export function parseOtlpEndpoint(value: string): Read<string> {
  const url = URL.parse(value);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return bad('must be a URL such as http://127.0.0.1:4318');
  }
  if (url.username !== '' || url.password !== '') {
    return bad('must have no user or password; OTEL_EXPORTER_OTLP_HEADERS may hold them');
  }
  if (url.search !== '' || url.hash !== '') return bad('must end with its path');
  return good(`${url.origin}${url.pathname.replace(/\/+$/, '')}/v1/traces`);
}

export function parseServiceName(value: string): Read<string> {
  return /^[\p{L}\p{N}._/ -]{1,100}$/u.test(value)
    ? good(value)
    : bad('must be 1 to 100 letters, digits, blanks, dots, slashes, hyphens or underscores');
}

export function parseShare(value: string): Read<number> {
  return /^(?:0|1|[01]?\.\d{1,9})$/.test(value) && Number(value) <= 1
    ? good(Number(value))
    : bad('must be from 0 to 1');
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

/** The rule that keys break beside each other, if any. */
export function ruleOfKeys(keys: readonly ApiKey[]): string | null {
  if (new Set(keys.map(({ hash }) => hash)).size < keys.length) return 'each entry must have a key of its own';
  const scopes = new Map<string, string>();
  for (const key of keys) {
    // One name may hold two keys while it rotates; were their scopes apart, who owns what would hang on the key used.
    if ((scopes.get(key.name) ?? key.scopes.join()) !== key.scopes.join()) {
      return `the keys named ${key.name} must have equal scopes`;
    }
    scopes.set(key.name, key.scopes.join());
  }
  return null;
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
