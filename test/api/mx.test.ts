import { describe, expect, test } from 'vitest';
import { keyEntry, NECTEC, problemOf, startApp } from './harness.ts';

const app = await startApp();
const path = '/v1/domains/nectec.or.th/mx';

test('the answer of the contract, first from DNS and then from memory', async () => {
  const first = await app.get(path);
  expect(first.status).toBe(200);
  expect(first.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(await first.json()).toMatchObject({
    domain: 'nectec.or.th',
    canonical: null,
    status: 'mx',
    exchanges: [
      {
        preference: 10,
        host: 'imail.nectec.or.th',
        ttl: 3600,
        status: 'ok',
        addresses: [{ ip: '203.0.114.10', family: 4, ttl: 300 }],
      },
      { preference: 20, host: 'maildr.nectec.or.th' },
    ],
    deliveryOrder: [
      { preference: 10, hosts: ['imail.nectec.or.th'] },
      { preference: 20, hosts: ['maildr.nectec.or.th'] },
    ],
    ttl: 3600,
    cache: { state: 'miss', layer: null, ageSeconds: 0 },
  });
  const asked = app.dns.asked.length;
  const second = await app.get(path);
  expect(await second.json()).toMatchObject({ cache: { state: 'hit', layer: 'memory' } });
  expect(app.dns.asked.length).toBe(asked);
});

describe('HTTP caching', () => {
  test('max-age is the whole lifetime, Age what has passed of it', async () => {
    const response = await app.get(path);
    const { resolvedAt, expiresAt, cache } = (await response.json()) as {
      resolvedAt: string;
      expiresAt: string;
      cache: { ageSeconds: number };
    };
    const lifetime = Math.round((Date.parse(expiresAt) - Date.parse(resolvedAt)) / 1000);
    expect(lifetime).toBeLessThanOrEqual(300);
    expect(lifetime).toBeGreaterThan(280);
    expect(response.headers.get('cache-control')).toBe(`max-age=${lifetime}`);
    expect(response.headers.get('age')).toBe(String(cache.ageSeconds));
  });

  test('with keys it is private', async () => {
    const keyed = await startApp({ env: { API_KEYS: keyEntry('a', 'key', 'read') } });
    const response = await keyed.get(path, { 'x-api-key': 'key' });
    expect(response.headers.get('cache-control')).toMatch(/^private, max-age=(300|2[89]\d)$/);
    const articles = await keyed.get('/v1/articles', { 'x-api-key': 'key' });
    expect(articles.headers.get('cache-control')).toMatch(/^private, max-age=\d+$/);
  });

  test('fresh=true skips the cache and may not be stored', async () => {
    const asked = app.dns.asked.length;
    const response = await app.get(`${path}?fresh=true`);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('age')).toBeNull();
    expect(await response.json()).toMatchObject({ cache: { state: 'miss' } });
    expect(app.dns.asked.length).toBeGreaterThan(asked);
    expect((await app.get(`${path}?fresh=false`)).headers.get('cache-control')).toMatch(/^max-age/);
  });

  test('one weak ETag for one language, whatever the age', async () => {
    const tag = (await app.get(path)).headers.get('etag') ?? '';
    expect(tag).toMatch(/^W\/"[^"]+"$/);
    expect((await app.get(`${path}?fresh=true`)).headers.get('etag')).toBe(tag);
    expect((await app.get(`${path}?lang=th`)).headers.get('etag')).not.toBe(tag);
    expect((await app.get('/v1/domains/NECTEC.OR.TH./mx')).headers.get('etag')).toBe(tag);
  });

  test('it changes with the data', async () => {
    const other = await startApp({
      names: { ...NECTEC, 'maildr.nectec.or.th': { A: { ttl: 300, data: [{ address: '203.0.114.21' }] } } },
    });
    const tag = (await other.get(path)).headers.get('etag');
    expect(tag).not.toBe((await app.get(path)).headers.get('etag'));
  });

  test.for([
    ['its own tag', (tag: string) => tag, 304],
    ['the tag as a strong one', (tag: string) => tag.replace('W/', ''), 304],
    ['a list that holds it', (tag: string) => `"x", ${tag} ,W/"y"`, 304],
    ['anything', () => '*', 304],
    ['another', () => 'W/"other"', 200],
    ['nothing', () => '', 200],
    ['half of it', (tag: string) => tag.slice(0, -4), 200],
  ] as const)('If-None-Match with %s', async ([, header, status]) => {
    const tag = (await app.get(path)).headers.get('etag') ?? '';
    const response = await app.get(path, { 'if-none-match': header(tag) });
    expect(response.status).toBe(status);
    expect(response.headers.get('etag')).toBe(tag);
    expect(response.headers.get('vary')).toContain('Accept-Language');
    const body = await response.text();
    if (status !== 304) return;
    expect(body).toBe('');
    expect(response.headers.get('cache-control')).toMatch(/^max-age/);
    expect(response.headers.get('age')).toMatch(/^\d+$/);
    expect(response.headers.get('ratelimit')).toMatch(/^"lookup"/);
  });

  test('HEAD is GET without the body', async () => {
    const get = await app.get(path);
    const head = await fetch(app.url + path, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
    expect(head.headers.get('etag')).toBe(get.headers.get('etag'));
    expect(await head.text()).toBe('');
  });

  test.for([
    '/v1/probes/d9428888-122b-41e1-b85c-61cd3cbb3210',
    '/health/live',
    '/metrics',
    '/docs',
    '/openapi.json',
    '/nowhere',
  ])('%s may not be stored', async (other) => {
    expect((await app.get(other)).headers.get('cache-control')).toBe('no-store');
  });
});

describe('budgets', () => {
  test('every answer of a metered route tells them, hits and refusals too', async () => {
    for (const one of [path, '/v1/domains/-/mx', `${path}?fresh=maybe`, '/v1/domains/nowhere.example/mx']) {
      const response = await app.get(one);
      await response.text();
      expect(response.headers.get('ratelimit-policy')).toBe('"lookup";q=3000;w=60');
      expect(response.headers.get('ratelimit')).toMatch(/^"lookup";r=\d+;t=\d+$/);
    }
    const probe = await app.post('/v1/probes', { domain: 5 });
    expect(probe.headers.get('ratelimit-policy')).toBe('"client";q=60;w=60');
    const send = await app.post('/v1/test-sends', {});
    expect(send.headers.get('ratelimit-policy')).toBe('"send";q=20;w=3600');
    const articles = await app.get('/v1/articles');
    expect(articles.headers.get('ratelimit-policy')).toBeNull();
  });

  test('a miss costs one, a hit nothing; out of them is 429 with the time to wait, and hits go on', async () => {
    const names = Object.fromEntries(
      ['a', 'b', 'c', 'd'].map((name) => [
        `${name}.example`,
        { MX: { ttl: 600, data: [{ preference: 5, exchange: 'imail.nectec.or.th' }] } },
      ]),
    );
    const poor = await startApp({ env: { RATE_LOOKUP_PER_MINUTE: '3' }, names: { ...NECTEC, ...names } });
    const left: (string | undefined)[] = [];
    for (const name of ['a', 'a', 'b', 'a', 'c']) {
      const response = await poor.get(`/v1/domains/${name}.example/mx`);
      expect(response.status).toBe(200);
      left.push(/r=(\d+)/.exec(response.headers.get('ratelimit') ?? '')?.[1]);
    }
    expect(left).toEqual(['2', '2', '1', '1', '0']);
    const refused = await poor.get('/v1/domains/d.example/mx');
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect(await problemOf(refused)).toMatchObject({ code: 'rate-limited', status: 429, scope: 'lookup' });
    expect((await poor.get('/v1/domains/a.example/mx')).status).toBe(200);
    const { data, errors } = await poor.graphql(
      '{ a: domain(name: "a.example") { mx { ttl } } d: domain(name: "d.example") { mx { ttl } } }',
    );
    expect(data).toMatchObject({ a: { mx: { ttl: expect.any(Number) } }, d: { mx: null } });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'rate-limited',
      scope: 'lookup',
      retryAfterSeconds: expect.any(Number),
    });
  });
});

describe('DNS in trouble', async () => {
  const troubled = await startApp();
  troubled.dns.world = {
    names: {},
    trouble: { 'servfail.example': 'SERVFAIL', 'refused.example': 'REFUSED', 'silent.example': 'silent' },
  };

  test.for(['servfail.example', 'refused.example'])('%s is 502', async (name) => {
    const response = await troubled.get(`/v1/domains/${name}/mx`);
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ code: 'dns-failure', status: 502 });
    expect(problem.detail).toContain(`${name} MX: the resolver said `);
    // Whom we ask is for the log.
    expect(problem.detail).not.toContain(troubled.dns.ip);
    expect(response.headers.get('retry-after')).toBeNull();
  });

  test('silence is 504, at both doors', async () => {
    const [rest, graphql] = await Promise.all([
      troubled.get('/v1/domains/silent.example/mx'),
      troubled.graphql('{ domain(name: "silent.example") { mx { ttl } } }'),
    ]);
    expect(await problemOf(rest)).toMatchObject({ code: 'dns-timeout', status: 504 });
    expect(graphql.errors?.[0]?.extensions.code).toBe('dns-timeout');
  });
});
