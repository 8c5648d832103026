import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Config, isLoopbackHost, parseApiKeys, readConfig, SETTING_NAMES, settingsTable } from '../src/config.ts';

const HASH = 'ab'.repeat(32);

function good(env: Record<string, string>): Config {
  const read = readConfig(env);
  if (!read.ok) throw new Error(read.lines.join('\n'));
  return read.config;
}

function lines(env: Record<string, string>): readonly string[] {
  const read = readConfig(env);
  return read.ok ? [] : read.lines;
}

test('without any setting the defaults of the contract hold', () => {
  expect(good({})).toEqual({
    host: '127.0.0.1',
    port: 3000,
    redisUrl: null,
    dnsServers: null,
    allowTargets: [],
    smtpPorts: [25, 465, 587, 2525],
    ehloName: null,
    sendFrom: null,
    sendAllowedSenders: [],
    sendAllowedRecipients: [],
    dkim: null,
    apiKeys: [],
    apiKeysFile: null,
    canary: null,
    trustProxy: [],
    corsOrigins: [],
    rates: { lookupPerMinute: 3000, clientPerMinute: 60, targetPerMinute: 6, sendPerHour: 20 },
    maxProbes: 500,
    cacheBytes: 64 * 1024 * 1024,
    traces: null,
    logLevel: 'info',
  });
});

test('an empty setting is an unset one', () => {
  const empty = Object.fromEntries(SETTING_NAMES.map((name) => [name, ' ']));
  expect(readConfig(empty)).toEqual(readConfig({}));
});

describe('values', () => {
  test.for<[keyof Config, Record<string, string>, unknown]>([
    ['host', { HOST: '::1' }, '::1'],
    ['host', { HOST: '[::1]' }, '::1'],
    ['host', { HOST: 'localhost' }, 'localhost'],
    ['host', { HOST: '0.0.0.0', API_KEYS: `a:${HASH}:read` }, '0.0.0.0'],
    ['port', { PORT: '0' }, 0],
    ['port', { PORT: '65535' }, 65535],
    ['redisUrl', { REDIS_URL: 'rediss://user:word@redis.example:6380/2' }, 'rediss://user:word@redis.example:6380/2'],
    ['redisUrl', { REDIS_URL: 'redis+cluster://a:1,b:2' }, 'redis+cluster://a:1,b:2'],
    ['redisUrl', { REDIS_URL: 'redis+sentinel://a:1,b:2/main' }, 'redis+sentinel://a:1,b:2/main'],
    [
      'dnsServers',
      { DNS_SERVERS: '192.0.2.1, 192.0.2.2:5353,[2001:db8::1]:54,2001:DB8::2' },
      [
        { ip: '192.0.2.1', port: 53 },
        { ip: '192.0.2.2', port: 5353 },
        { ip: '2001:db8::1', port: 54 },
        { ip: '2001:db8::2', port: 53 },
      ],
    ],
    [
      'allowTargets',
      { ALLOW_TARGETS: '10.1.2.3/16,fd00::1/64,192.0.2.7' },
      ['10.1.0.0/16', 'fd00::/64', '192.0.2.7/32'],
    ],
    ['smtpPorts', { SMTP_PORTS: '25, 25,2525' }, [25, 2525]],
    ['ehloName', { EHLO_NAME: 'Probe.Example.' }, 'probe.example'],
    ['ehloName', { EHLO_NAME: '[192.0.2.1]' }, '[192.0.2.1]'],
    ['ehloName', { EHLO_NAME: '[ipv6:2001:DB8::1]' }, '[IPv6:2001:db8::1]'],
    ['sendFrom', { SEND_FROM: 'Probe@ไทย.example' }, 'Probe@xn--o3cw4h.example'],
    ['sendAllowedSenders', { SEND_FROM: 'a@b.example' }, ['@b.example']],
    ['sendAllowedSenders', { SEND_FROM: 'a@b.example', SEND_ALLOWED_SENDERS: 'c@d.example' }, ['c@d.example']],
    ['sendAllowedRecipients', { SEND_ALLOWED_RECIPIENTS: '@Example.com,ก@b.c' }, ['@example.com', 'ก@b.c']],
    [
      'dkim',
      { DKIM_DOMAIN: 'example.com', DKIM_SELECTOR: 's1', DKIM_KEY_FILE: 'key.pem' },
      { domain: 'example.com', selector: 's1', keyFile: 'key.pem' },
    ],
    [
      'apiKeys',
      { API_KEYS: `desk:${HASH.toUpperCase()}:send+read, ci:${'0'.repeat(64)}:probe` },
      [
        { name: 'desk', hash: HASH, scopes: ['read', 'send'] },
        { name: 'ci', hash: '0'.repeat(64), scopes: ['probe'] },
      ],
    ],
    ['canary', { CANARY: 'Mail.example.com:25' }, { host: 'mail.example.com', port: 25 }],
    ['canary', { CANARY: '[2001:db8::1]:2525' }, { host: '2001:db8::1', port: 2525 }],
    ['trustProxy', { TRUST_PROXY: '10.0.0.0/8', API_KEYS: `a:${HASH}:read` }, ['10.0.0.0/8']],
    [
      'corsOrigins',
      { CORS_ORIGINS: 'https://a.example,http://b.example:8080' },
      ['https://a.example', 'http://b.example:8080'],
    ],
    [
      'traces',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' },
      { url: 'http://127.0.0.1:4318/v1/traces', serviceName: 'mxscope', share: 1 },
    ],
    [
      'traces',
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://Otel.example/otlp/',
        OTEL_SERVICE_NAME: 'desk / ไทย',
        OTEL_TRACES_SAMPLER_ARG: '.05',
      },
      { url: 'https://otel.example/otlp/v1/traces', serviceName: 'desk / ไทย', share: 0.05 },
    ],
    ['traces', { OTEL_SERVICE_NAME: 'desk' }, null],
    ['logLevel', { LOG_LEVEL: 'silent' }, 'silent'],
  ])('%s of %o', ([member, env, expected]) => {
    expect(good(env)[member]).toEqual(expected);
  });
});

describe('faults', () => {
  test.for<[string, Record<string, string>]>([
    ['HOST', { HOST: 'not a host' }],
    ['PORT', { PORT: '-1' }],
    ['PORT', { PORT: '1e3' }],
    ['PORT', { PORT: '0x10' }],
    ['REDIS_URL', { REDIS_URL: 'https://redis.example' }],
    ['REDIS_URL', { REDIS_URL: 'redis+sentinel://a:1' }],
    ['DNS_SERVERS', { DNS_SERVERS: 'dns.example' }],
    ['DNS_SERVERS', { DNS_SERVERS: '192.0.2.1:0' }],
    ['DNS_SERVERS', { DNS_SERVERS: '192.0.2.256' }],
    ['DNS_SERVERS', { DNS_SERVERS: ',' }],
    ['ALLOW_TARGETS', { ALLOW_TARGETS: '10.0.0.0/33' }],
    ['ALLOW_TARGETS', { ALLOW_TARGETS: 'example.com' }],
    ['SMTP_PORTS', { SMTP_PORTS: '25,70000' }],
    ['SMTP_PORTS', { SMTP_PORTS: ',' }],
    ['EHLO_NAME', { EHLO_NAME: '[2001:db8::1]' }],
    ['EHLO_NAME', { EHLO_NAME: 'a b' }],
    ['EHLO_NAME', { EHLO_NAME: 'my_probe.example' }],
    ['SEND_FROM', { SEND_FROM: 'example.com' }],
    ['SEND_FROM', { SEND_FROM: 'a\r\n@example.com' }],
    ['SEND_ALLOWED_SENDERS', { SEND_ALLOWED_SENDERS: 'example.com' }],
    ['SEND_ALLOWED_RECIPIENTS', { SEND_ALLOWED_RECIPIENTS: '@' }],
    ['SEND_ALLOWED_RECIPIENTS', { SEND_ALLOWED_RECIPIENTS: '*' }],
    ['DKIM_DOMAIN', { DKIM_DOMAIN: 'example.com' }],
    ['API_KEYS', { API_KEYS: 'desk:short:read' }],
    ['API_KEYS', { API_KEYS: `desk:${HASH}` }],
    ['API_KEYS', { API_KEYS: `desk:${HASH}:admin` }],
    ['API_KEYS', { API_KEYS: `desk:${HASH}:read+read` }],
    ['API_KEYS', { API_KEYS: `de sk:${HASH}:read` }],
    ['API_KEYS', { API_KEYS: `loopback:${HASH}:read` }],
    ['API_KEYS', { API_KEYS: `desk:${HASH}:read,desk:${'0'.repeat(64)}:send` }],
    ['CANARY', { CANARY: 'mail.example.com' }],
    ['CANARY', { CANARY: 'mail.example.com:99999' }],
    ['TRUST_PROXY', { TRUST_PROXY: '10.0.0.0/8' }],
    ['TRUST_PROXY', { TRUST_PROXY: 'all', API_KEYS: `a:${HASH}:read` }],
    ['CORS_ORIGINS', { CORS_ORIGINS: '*' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'https://a.example/' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'https://A.example' }],
    ['RATE_LOOKUP_PER_MINUTE', { RATE_LOOKUP_PER_MINUTE: '0' }],
    ['RATE_CLIENT_PER_MINUTE', { RATE_CLIENT_PER_MINUTE: '1.5' }],
    ['RATE_TARGET_PER_MINUTE', { RATE_TARGET_PER_MINUTE: '1000000000' }],
    ['RATE_SEND_PER_HOUR', { RATE_SEND_PER_HOUR: 'many' }],
    ['MAX_PROBES', { MAX_PROBES: '0' }],
    ['CACHE_BYTES', { CACHE_BYTES: '1' }],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: '127.0.0.1:4318' }],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://127.0.0.1:4317' }],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user@127.0.0.1:4318' }],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318?a=b' }],
    ['OTEL_SERVICE_NAME', { OTEL_SERVICE_NAME: 'a\nb' }],
    ['OTEL_TRACES_SAMPLER_ARG', { OTEL_TRACES_SAMPLER_ARG: '1.5' }],
    ['OTEL_TRACES_SAMPLER_ARG', { OTEL_TRACES_SAMPLER_ARG: '-0.1' }],
    ['OTEL_TRACES_SAMPLER_ARG', { OTEL_TRACES_SAMPLER_ARG: '50%' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'verbose' }],
    ['HOST', { HOST: '0.0.0.0' }],
    ['HOST', { HOST: '::' }],
    ['HOST', { HOST: '::ffff:127.0.0.1' }],
    ['HOST', { HOST: '10.0.0.1' }],
  ])('one line that names %s: %o', ([name, env]) => {
    const found = lines(env);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${name}: `));
    expect(found[0]).not.toContain('\n');
  });

  test('every fault is told at once', () => {
    expect(lines({ PORT: 'x', LOG_LEVEL: 'y', CANARY: 'z' })).toHaveLength(3);
  });

  test('a secret is never repeated, whatever is wrong with it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, maxLength: 60 }), (noise) => {
        const secret = `s3cr3t${noise.replace(/[,\s]/g, '')}`;
        const told = [
          ...lines({ API_KEYS: `desk:${secret}:read` }),
          ...lines({ API_KEYS: secret }),
          ...lines({ REDIS_URL: `http://user:${secret}@redis.example` }),
          ...lines({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:${secret}@otel.example` }),
        ].join('\n');
        expect(told).toMatch(/API_KEYS/);
        expect(told).not.toContain('s3cr3t');
      }),
    );
  });

  test('nothing in the environment makes it throw', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...SETTING_NAMES), fc.string({ unit: 'binary', maxLength: 30 }), { maxKeys: 6 }),
        (env) => {
          const read = readConfig(env);
          if (!read.ok) for (const line of read.lines) expect(line).toMatch(/^[A-Z_]+: /);
        },
      ),
    );
  });
});

describe('the keys file', () => {
  test('one entry a line, with comments and empty lines', () => {
    const file = `# desk\ndesk:${HASH}:read\n\n  ci:${HASH}:probe , x:${HASH}:send # three\r\n`;
    const read = parseApiKeys(file);
    expect(read.ok && read.value.map(({ name }) => name)).toEqual(['desk', 'ci', 'x']);
  });

  test.for([
    ['', 'holds no key'],
    ['# nothing\n', 'holds no key'],
    [`desk:${HASH}:read\nci:secret:read\n`, 'line 2: '],
  ] as const)('%j is refused', ([file, rule]) => {
    const read = parseApiKeys(file);
    expect(read.ok).toBe(false);
    expect(!read.ok && read.rule).toContain(rule);
    expect(!read.ok && read.rule).not.toContain('secret');
  });

  test('its name alone opens HOST', () => {
    expect(lines({ HOST: '0.0.0.0', API_KEYS_FILE: 'keys' })).toEqual([]);
  });
});

test.for([
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['::1', true],
  ['[::1]', true],
  ['localhost', true],
  ['LOCALHOST', true],
  ['0.0.0.0', false],
  ['128.0.0.1', false],
  ['localhost.example', false],
  ['127.0.0.1.example', false],
  ['', false],
] as const)('%s is loopback: %s', ([host, expected]) => {
  expect(isLoopbackHost(host)).toBe(expected);
});

test('the table tells every setting, once, with its default', () => {
  const rows = settingsTable().split('\n').slice(2);
  expect(rows.map((row) => /^\| `([A-Z_]+)` \|/.exec(row)?.[1])).toEqual([...SETTING_NAMES]);
  expect(rows.find((row) => row.startsWith('| `PORT`'))).toContain('`3000`');
  for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(5);
});
