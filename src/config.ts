/**
 * Every setting of the service: its name in the environment, default, unit and reason, and how it is read. Pure: it is given
 * the environment, opens no file and no socket. `readConfig` answers all faults at once, one clear line each; a line names
 * the setting and the rule and never repeats the value of a secret. An empty value counts as unset.
 */

import { type Static, type TSchema, Type } from '@sinclair/typebox';
import {
  type ApiKey,
  type Endpoint,
  parseAddressEntry,
  parseApiKey,
  parseCidr,
  parseEhloName,
  parseEndpoint,
  parseHostPort,
  parseListenHost,
  parseMailbox,
  parseName,
  parseOrigin,
  parseOtlpEndpoint,
  parsePort,
  parseRedisUrl,
  parseServiceName,
  parseShare,
  type Read,
  ruleOfKeys,
} from './config-values.ts';
import { formatIp, parseIp } from './net/ip.ts';

export type { ApiKey, Endpoint } from './config-values.ts';
export { parseApiKeys, ruleOfKeys } from './config-values.ts';

const text = (description: string, more: { default?: string; secret?: boolean; examples?: string[] } = {}) =>
  Type.Optional(Type.String({ description, ...more }));

const count = (fallback: number, minimum: number, maximum: number, description: string) =>
  Type.Optional(Type.Integer({ default: fallback, minimum, maximum, description }));

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** The environment as a schema. `description` gives unit and reason and is what the README's table shows. */
export const Environment = Type.Object({
  HOST: text('Address to listen on. Another one than loopback needs `API_KEYS`: nobody unknown may use the service.', {
    default: '127.0.0.1',
  }),
  PORT: count(3000, 0, 65535, 'TCP port to listen on; 0 lets the system choose.'),
  REDIS_URL: text(
    'Shares cache, limits and idempotency between instances. Unset: everything in process. `rediss://` is TLS; `redis+cluster://a:1,b:2` and `redis+sentinel://a:1,b:2/master-name` name several nodes.',
    { secret: true, examples: ['redis://127.0.0.1:6379'] },
  ),
  DNS_SERVERS: text('Resolvers to ask, which are trusted for DNSSEC. Unset: those of the system.', {
    examples: ['192.0.2.53,[2001:db8::53]:5353'],
  }),
  ALLOW_TARGETS: text('CIDRs that may be connected to besides public addresses, for a mail system of your own.', {
    examples: ['10.1.0.0/16,fd00::/64'],
  }),
  SMTP_PORTS: text('Ports that may be connected to: those where mail servers listen, so that nobody scans with us.', {
    default: '25,465,587,2525',
  }),
  EHLO_NAME: text(
    'Name in our EHLO; best the PTR of our address, since many servers check it. Unset: the socket’s address literal.',
  ),
  SEND_FROM: text('Sender of test messages. Unset: no message is ever sent.', { examples: ['probe@example.com'] }),
  SEND_ALLOWED_SENDERS: text(
    'Further senders: addresses, or `@domain` for exactly that domain. Unset: the domain of `SEND_FROM`.',
  ),
  SEND_ALLOWED_RECIPIENTS: text(
    'Who may get a test message: addresses, or `@domain`. Empty: nobody, so that nobody is spammed.',
    {
      examples: ['@example.com,a@b.c'],
    },
  ),
  DKIM_DOMAIN: text('Domain that signs test messages. Set together with the two below, or not at all.'),
  DKIM_SELECTOR: text('Selector under which the public key is published.'),
  DKIM_KEY_FILE: text('PEM file with the private key.'),
  API_KEYS: text(
    '`name:sha256-hex-of-key:scope+scope,…`; scopes `read` `probe` `send`. Unset: loopback is the only caller.',
    {
      secret: true,
    },
  ),
  API_KEYS_FILE: text(
    'File with more such entries, one a line; read again at SIGHUP and when it changes, so that keys rotate without a restart.',
  ),
  CANARY: text('`host:port` of a mail server of your own: tells trouble of our network from theirs.', {
    examples: ['mail.example.com:25'],
  }),
  TRUST_PROXY: text('CIDRs of proxies whose `X-Forwarded-For` is believed. Needs `API_KEYS`.'),
  CORS_ORIGINS: text('Origins whose pages may call, exactly as browsers send them. Unset: none.', {
    examples: ['https://desk.example.com'],
  }),
  RATE_LOOKUP_PER_MINUTE: count(
    3000,
    1,
    1_000_000,
    'Uncached resolutions a minute and caller: about what one resolver takes without noticing.',
  ),
  RATE_CLIENT_PER_MINUTE: count(60, 1, 1_000_000, 'Probes, reports, routes and migrations a minute and caller.'),
  RATE_TARGET_PER_MINUTE: count(
    6,
    1,
    1_000_000,
    'Connections a minute to one address (IPv6: to one /64), all callers together: above that a stranger’s server may block us.',
  ),
  RATE_SEND_PER_HOUR: count(20, 1, 1_000_000, 'Test messages an hour and caller.'),
  MAX_PROBES: count(
    500,
    1,
    20_000,
    'SMTP sessions at a time; each takes about 54 KB with TLS. With 2,000 and more, start Node with `--max-semi-space-size=64`.',
  ),
  CACHE_BYTES: count(
    64 * 1024 * 1024,
    1024 * 1024,
    64 * 1024 ** 3,
    'Bytes of the in-process cache; 64 MiB hold about 30,000 domains.',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: text(
    'OpenTelemetry collector that gets traces, over HTTP. Unset: none are made, and nothing is paid for them.',
    { secret: true, examples: ['http://127.0.0.1:4318'] },
  ),
  OTEL_SERVICE_NAME: text('Name of the service in its traces.', { default: 'mxscope' }),
  OTEL_TRACES_SAMPLER_ARG: text(
    'Share of the traces begun here that is kept, 0 to 1; a caller with a trace of their own decides for it.',
    { default: '1' },
  ),
  LOG_LEVEL: Type.Optional(
    Type.Unsafe<(typeof LOG_LEVELS)[number]>({
      type: 'string',
      enum: [...LOG_LEVELS],
      default: 'info',
      description: 'Least severity that is logged; `info` is one line a request.',
    }),
  ),
});

export type SettingName = keyof Static<typeof Environment>;
export const SETTING_NAMES = Object.keys(Environment.properties) as SettingName[];

/** `url`: where batches are posted; `share`: of the traces begun here, how many are kept, 0 to 1. */
export type TraceSettings = { readonly url: string; readonly serviceName: string; readonly share: number };

export type Config = {
  readonly host: string;
  readonly port: number;
  /** A valid URL of the forms above; null: in process only. */
  readonly redisUrl: string | null;
  /** null: the system's. */
  readonly dnsServers: readonly Endpoint[] | null;
  /** Canonical CIDRs, `address/bits`. */
  readonly allowTargets: readonly string[];
  readonly smtpPorts: readonly number[];
  /** An A-label name, or an address literal in brackets; null: the socket's address literal. */
  readonly ehloName: string | null;
  /** `local@a-label-domain`; null: sends are off. */
  readonly sendFrom: string | null;
  /** Addresses and `@domain` entries, domains as lower-case A-labels. */
  readonly sendAllowedSenders: readonly string[];
  readonly sendAllowedRecipients: readonly string[];
  readonly dkim: { readonly domain: string; readonly selector: string; readonly keyFile: string } | null;
  readonly apiKeys: readonly ApiKey[];
  readonly apiKeysFile: string | null;
  readonly canary: { readonly host: string; readonly port: number } | null;
  /** Canonical CIDRs. */
  readonly trustProxy: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly rates: {
    readonly lookupPerMinute: number;
    readonly clientPerMinute: number;
    readonly targetPerMinute: number;
    readonly sendPerHour: number;
  };
  readonly maxProbes: number;
  readonly cacheBytes: number;
  /** null: no traces. */
  readonly traces: TraceSettings | null;
  readonly logLevel: (typeof LOG_LEVELS)[number];
};

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly lines: readonly string[] };

/** One reading of the environment: every getter notes its fault and answers a harmless value in its place. */
class Reading {
  readonly lines: string[] = [];
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  fault(name: SettingName, rule: string): void {
    this.lines.push(`${name}: ${rule}`);
  }

  raw(name: SettingName): string | null {
    const given = this.#env[name]?.trim();
    if (given) return given;
    const fallback: unknown = Environment.properties[name].default;
    return fallback === undefined ? null : String(fallback);
  }

  one<T>(name: SettingName, read: (value: string) => Read<T>): T | null {
    const raw = this.raw(name);
    if (raw === null) return null;
    const result = read(raw);
    if (result.ok) return result.value;
    this.fault(name, this.#quote(name, raw, result.rule));
    return null;
  }

  list<T>(name: SettingName, read: (value: string) => Read<T>): T[] {
    const values: T[] = [];
    for (const [index, item] of (this.raw(name) ?? '').split(',').entries()) {
      const entry = item.trim();
      if (entry === '') continue;
      const result = read(entry);
      if (result.ok) values.push(result.value);
      else this.fault(name, this.#quote(name, entry, `entry ${index + 1}: ${result.rule}`));
    }
    return values;
  }

  integer(name: SettingName): number {
    const { minimum, maximum } = Environment.properties[name] as TSchema & { minimum: number; maximum: number };
    const raw = this.raw(name) ?? '';
    const value = Number(raw);
    if (/^\d{1,15}$/.test(raw) && value >= minimum && value <= maximum) return value;
    this.fault(name, this.#quote(name, raw, `must be a whole number from ${minimum} to ${maximum}`));
    return minimum;
  }

  #quote(name: SettingName, value: string, rule: string): string {
    const secret = (Environment.properties[name] as TSchema & { secret?: boolean }).secret === true;
    return secret ? rule : `${rule}, not ${JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)}`;
  }
}

export function readConfig(env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const from = new Reading(env);
  const sendFrom = from.one('SEND_FROM', parseMailbox);
  const senders = from.list('SEND_ALLOWED_SENDERS', parseAddressEntry);
  const ports = from.list('SMTP_PORTS', parsePort);
  const config: Config = {
    host: from.one('HOST', parseListenHost) ?? '127.0.0.1',
    port: from.integer('PORT'),
    redisUrl: from.one('REDIS_URL', parseRedisUrl),
    dnsServers: from.raw('DNS_SERVERS') === null ? null : from.list('DNS_SERVERS', parseEndpoint),
    allowTargets: from.list('ALLOW_TARGETS', parseCidr),
    smtpPorts: [...new Set(ports)],
    ehloName: from.one('EHLO_NAME', parseEhloName),
    sendFrom,
    sendAllowedSenders: senders.length > 0 || sendFrom === null ? senders : [sendFrom.slice(sendFrom.lastIndexOf('@'))],
    sendAllowedRecipients: from.list('SEND_ALLOWED_RECIPIENTS', parseAddressEntry),
    dkim: readDkim(from),
    apiKeys: from.list('API_KEYS', parseApiKey),
    apiKeysFile: from.raw('API_KEYS_FILE'),
    canary: from.one('CANARY', parseHostPort),
    trustProxy: from.list('TRUST_PROXY', parseCidr),
    corsOrigins: from.list('CORS_ORIGINS', parseOrigin),
    rates: {
      lookupPerMinute: from.integer('RATE_LOOKUP_PER_MINUTE'),
      clientPerMinute: from.integer('RATE_CLIENT_PER_MINUTE'),
      targetPerMinute: from.integer('RATE_TARGET_PER_MINUTE'),
      sendPerHour: from.integer('RATE_SEND_PER_HOUR'),
    },
    maxProbes: from.integer('MAX_PROBES'),
    cacheBytes: from.integer('CACHE_BYTES'),
    traces: readTraces(from),
    logLevel: readLogLevel(from),
  };
  judgeTogether(config, from);
  return from.lines.length === 0 ? { ok: true, config } : { ok: false, lines: from.lines };
}

function readLogLevel(from: Reading): Config['logLevel'] {
  const level = from.one('LOG_LEVEL', (value) => {
    const known = LOG_LEVELS.find((one) => one === value);
    return known === undefined
      ? { ok: false, rule: `must be one of ${LOG_LEVELS.join(', ')}` }
      : { ok: true, value: known };
  });
  return level ?? 'info';
}

function readTraces(from: Reading): Config['traces'] {
  const url = from.one('OTEL_EXPORTER_OTLP_ENDPOINT', parseOtlpEndpoint);
  const serviceName = from.one('OTEL_SERVICE_NAME', parseServiceName);
  const share = from.one('OTEL_TRACES_SAMPLER_ARG', parseShare);
  return url === null || serviceName === null || share === null ? null : { url, serviceName, share };
}

function readDkim(from: Reading): Config['dkim'] {
  const domain = from.one('DKIM_DOMAIN', parseName);
  const selector = from.one('DKIM_SELECTOR', parseName);
  const keyFile = from.raw('DKIM_KEY_FILE');
  if (domain !== null && selector !== null && keyFile !== null) return { domain, selector, keyFile };
  const given = (['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_KEY_FILE'] as const).filter((name) => from.raw(name) !== null);
  if (given.length % 3 !== 0) from.fault('DKIM_DOMAIN', 'must be set together with DKIM_SELECTOR and DKIM_KEY_FILE');
  return null;
}

/** What one setting means for another: without keys the only caller is this machine (contract §7). */
function judgeTogether(config: Config, from: Reading): void {
  const keyed = config.apiKeys.length > 0 || config.apiKeysFile !== null || from.raw('API_KEYS') !== null;
  if (!keyed && !isLoopbackHost(config.host)) {
    from.fault('HOST', 'another address than loopback needs API_KEYS, so that nobody unknown uses the service');
  }
  if (!keyed && config.trustProxy.length > 0)
    from.fault('TRUST_PROXY', 'needs API_KEYS: a proxy makes strangers look local');
  if (config.smtpPorts.length === 0 && from.lines.length === 0) from.fault('SMTP_PORTS', 'must name at least one port');
  if (config.dnsServers?.length === 0 && from.lines.length === 0)
    from.fault('DNS_SERVERS', 'must name at least one server');
  if (config.apiKeys.length === 0 && from.raw('API_KEYS') !== null && from.lines.length === 0)
    from.fault('API_KEYS', 'must name at least one key');
  const keys = ruleOfKeys(config.apiKeys);
  if (keys !== null) from.fault('API_KEYS', keys);
}

/** Loopback as a listener or a `Host` names it: 127.0.0.0/8, ::1, localhost. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  const ip = parseIp(bare);
  if (ip?.family === 4) return bare.startsWith('127.');
  return bare.toLowerCase() === 'localhost' || (ip !== undefined && formatIp(ip) === '::1');
}

/** The settings as the README's table. */
export function settingsTable(): string {
  const rows = SETTING_NAMES.map((name) => {
    const { default: fallback, description, examples } = Environment.properties[name] as TSchema;
    const example = Array.isArray(examples) ? ` e.g. \`${examples[0]}\`` : '';
    const shown = fallback === undefined ? '–' : `\`${fallback}\``;
    return `| \`${name}\` | ${shown} | ${String(description).replaceAll('|', '\\|')}${example} |`;
  });
  return ['| setting | default | meaning |', '|---|---|---|', ...rows].join('\n');
}
