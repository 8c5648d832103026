/** Contract §7 over HTTP alone: what every metered answer tells, what costs what, whom the guard refuses, what stops the start. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { a, aaaa, keyEntry, mx, type Problem, run } from './service.ts';

const KEYS = [
  keyEntry('desk', 'desk-key', 'read+probe+send'),
  keyEntry('other', 'other-key', 'read+probe+send'),
  keyEntry('reader', 'read-key', 'read'),
  keyEntry('sender', 'send-key', 'send'),
];
const CLIENT_LIMIT = 4;

const { ask, post, graphql } = await run(
  {
    names: {
      'null.example': mx(600, [0, '']),
      'inside.example': a(600, '10.0.0.1', '192.168.0.1'),
      'mapped.example': aaaa(600, '::ffff:10.0.0.1'),
      'inside-mx.example': mx(600, [10, 'inside.example']),
    },
    trouble: { 'ill.example': 'SERVFAIL' },
  },
  { API_KEYS: KEYS.join(','), RATE_CLIENT_PER_MINUTE: String(CLIENT_LIMIT) },
);

const key = (name: string) => ({ 'x-api-key': `${name}-key` });
const DESK = key('desk');

describe('metered routes always tell the budget', () => {
  const json = (body: unknown) => ({ method: 'POST', body });
  const text = { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } };
  const large = json('x'.repeat(500_000));
  const get = { method: 'GET' };
  const posts = [
    ['/v1/probes', 'client'],
    ['/v1/migrations/plan', 'client'],
    ['/v1/migrations/check', 'client'],
    ['/v1/test-sends', 'send'],
    ['/graphql', 'lookup'],
  ] as const;
  const gets = [
    ['/v1/domains/ill.example/mx', 'lookup'],
    ['/v1/domains/-/mx', 'lookup'],
    ['/v1/domains/-/report', 'client'],
    ['/v1/domains/-/route', 'client'],
    ['/v1/domains/-/route.svg', 'client'],
    ['/v1/domains/-/route.mmd', 'client'],
  ] as const;
  const ways = [
    ['no JSON', '', json('{')],
    ['nothing', '', json('')],
    ['a strange member', '', json({ strange: 1 })],
    ['a list', '', json([])],
    ['another type', '', text],
    ['too much', '', large],
    ['a language nobody speaks', '?lang=xx', json({})],
  ] as const;
  const rows = [
    ...posts.flatMap(([path, scope]) =>
      ways.map(([what, query, call]) => [scope, `${path}${query}`, what, call, 'desk'] as const),
    ),
    ...gets.flatMap(([path, scope]) =>
      ['', '?fresh=maybe', '?lang=xx'].map((query) => [scope, `${path}${query}`, 'a GET', get, 'desk'] as const),
    ),
    ...posts
      .filter(([path]) => path !== '/graphql')
      .map(([path, scope]) => [scope, path, 'no scope', json({}), 'read'] as const),
    ...gets.map(([path, scope]) => [scope, path, 'no scope', get, 'send'] as const),
  ];
  test.each(rows)('%s of %s after %s', async (scope, path, _what, call, caller) => {
    const { status, headers } = await ask(path, {
      ...call,
      headers: { ...('headers' in call && call.headers), ...key(caller) },
    });
    expect(status).toBeGreaterThanOrEqual(path.startsWith('/graphql') ? 200 : 400);
    expect(headers['ratelimit-policy']).toMatch(new RegExp(`^"${scope}";q=\\d+;w=(60|3600)$`));
    expect(headers.ratelimit).toMatch(new RegExp(`^"${scope}";r=\\d+;t=\\d+$`));
  });
});

describe('the guard, over HTTP', () => {
  const INSIDE = [
    ...['0.0.0.0', '10.0.0.1', '100.64.0.1', '127.0.0.1', '169.254.1.1', '172.31.255.255', '192.0.0.1', '192.0.2.1'],
    ...['192.168.1.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...[
      '::',
      '::1',
      '[::1]',
      'fe80::1',
      'fc00::1',
      'fdff::1',
      'ff02::1',
      '2001:db8::1',
      '2001::1',
      '3fff::1',
      '100::1',
    ],
    ...['::ffff:10.0.0.1', '::ffff:7f00:1', '64:ff9b::10.0.0.1', '2002:a00:1::1', '::10.0.0.1', '[IPv6:::1]'],
  ];
  test.each([...INSIDE, 'inside.example', 'mapped.example'])(
    '%s is target-forbidden, and costs nothing',
    async (host) => {
      const { status, body, headers } = await post<Problem>('/v1/probes', { host }, DESK);
      expect([status, body.code]).toEqual([403, 'target-forbidden']);
      expect(headers.ratelimit).toBe(`"client";r=${CLIENT_LIMIT};t=0`);
    },
  );

  test('so is the only exchange of a domain, and a port outside SMTP_PORTS', async () => {
    for (const body of [{ domain: 'inside-mx.example' }, { domain: 'null.example', port: 22 }]) {
      expect((await post<Problem>('/v1/probes', body, DESK)).body.code).toBe('target-forbidden');
    }
  });
});

describe('what costs what', () => {
  test('a probe, a report, a route cost one each, whatever they find; then it is 429 for that caller alone', async () => {
    const exchange = { host: 'new.example' };
    const probe = await post<{ id: string }>('/v1/probes', { domain: 'null.example' }, DESK);
    const calls = [
      probe,
      await ask('/v1/domains/null.example/report', { headers: DESK }),
      await ask('/v1/domains/null.example/route.svg', { headers: DESK }),
      await ask('/v1/domains/null.example/route', { headers: DESK }),
    ];
    expect(calls.map(({ headers }) => /r=(\d+)/.exec(String(headers.ratelimit))?.[1])).toEqual(['3', '2', '1', '0']);

    const refused = await post<Problem>(
      '/v1/migrations/plan',
      { domain: 'null.example', newExchanges: [exchange] },
      DESK,
    );
    expect(refused.body).toMatchObject({ code: 'rate-limited', status: 429, scope: 'client' });
    const wait = Number(refused.headers['retry-after']);
    expect(wait).toBeGreaterThanOrEqual(1);
    expect(wait).toBeLessThanOrEqual(60);

    const over = await graphql('{ domain(name: "null.example") { mx { status } report { verdict } } }', DESK);
    expect(over.body.data).toEqual({ domain: { mx: { status: 'NULL_MX' }, report: null } });
    expect(over.body.errors?.map(({ path, extensions }) => [path, extensions])).toEqual([
      [['domain', 'report'], { code: 'rate-limited', scope: 'client', retryAfterSeconds: expect.any(Number) }],
    ]);

    // What is found again, what is refused and what needs no budget go on.
    expect((await ask(`/v1/probes/${probe.body.id}`, { headers: DESK })).status).toBe(200);
    expect((await post<Problem>('/v1/probes', {}, DESK)).body.code).toBe('invalid-request');
    expect((await ask('/v1/domains/null.example/mx', { headers: DESK })).status).toBe(200);
    expect((await ask('/v1/domains/null.example/report', { headers: key('other') })).status).toBe(200);
  });

  test('the figures name no domain, no address and no key', async () => {
    const { status, text } = await ask('/metrics', { headers: key('read') });
    expect(status).toBe(200);
    expect(text).not.toMatch(/\.example|\b(?:10|127|192)\.\d+\.\d+\.\d+|-key|"desk"/);
  });
});

describe('what stops the start', () => {
  const entry = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
  const starts = (env: Readonly<Record<string, string>>) =>
    new Promise<{ code: number | null; output: string }>((resolve) => {
      const child = spawn(process.execPath, [entry], { env: { PATH: process.env.PATH ?? '', PORT: '0', ...env } });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (chunk: string) => {
          output += chunk;
          // It has come up, which it must not.
          if (chunk.includes('listening')) child.kill('SIGKILL');
        });
      }
      child.once('close', (code) => resolve({ code, output }));
    });
  // Which other values are bad is held in test/config.test.ts.
  test.concurrent.each([
    ['keys that are none, on an open address', { API_KEYS: ', ,', HOST: '0.0.0.0' }, /^API_KEYS: .+\n$/],
    [
      'one key under two names',
      { API_KEYS: `${keyEntry('a', 'k', 'read')},${keyEntry('b', 'k', 'send')}` },
      /^API_KEYS: .+\n$/,
    ],
  ] as const)('%s', async (_what, env, line) => {
    const { code, output } = await starts(env);
    expect(code).toBe(1);
    expect(output).toMatch(line);
    expect(output).not.toContain(keyEntry('a', 'k', '').split(':')[1]);
  });
});
