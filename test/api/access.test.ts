import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { keyEntry, problemOf, startApp } from './harness.ts';

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

const KEYS = [
  keyEntry('reader', 'read-key', 'read'),
  keyEntry('prober', 'probe-key', 'probe'),
  keyEntry('sender', 'send-key', 'send'),
  keyEntry('all', 'all-key', 'read', 'probe', 'send'),
].join(',');

const keyed = await startApp({ env: { API_KEYS: KEYS, SMTP_PORTS: '25' } });
const local = await startApp();

describe('with keys', () => {
  test.for<[string, Record<string, string>]>([
    ['none', {}],
    ['a wrong one', bearer('nope')],
    ['an empty one', { authorization: 'Bearer ' }],
    ['one of 600 characters', bearer('k'.repeat(600))],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['a wrong X-API-Key', { 'x-api-key': 'nope' }],
    ['the hash instead of the key', bearer(keyEntry('x', 'all-key', 'read').split(':')[1] ?? '')],
  ])('%s is 401, which says what would do', async ([, headers]) => {
    for (const path of ['/v1/articles', '/v1/domains/nectec.or.th/mx', '/metrics']) {
      const response = await keyed.get(path, headers);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /);
      expect(await problemOf(response)).toMatchObject({ code: 'unauthenticated', status: 401 });
    }
    const response = await keyed.post('/graphql', { query: '{ __typename }' }, headers);
    expect(await problemOf(response)).toMatchObject({ code: 'unauthenticated' });
  });

  test.for<Record<string, string>>([
    bearer('read-key'),
    { authorization: 'bearer read-key' },
    { authorization: 'BEARER   read-key' },
    { 'x-api-key': 'read-key' },
    { authorization: 'Basic YTpi', 'x-api-key': 'read-key' },
  ])('%o is let in', async (headers) => {
    expect((await keyed.get('/v1/articles', headers)).status).toBe(200);
  });

  test('another key on the same connection is another caller, and none is none', async () => {
    const ask = (headers: string) => `GET /v1/articles HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
    const answer = await keyed.raw(
      [
        ask('Authorization: Bearer read-key\r\n'),
        ask('Authorization: Bearer read-key\r\n'),
        ask('Authorization: Bearer probe-key\r\n'),
        ask(''),
        ask('Authorization: Basic YTpi\r\nX-API-Key: read-key\r\n'),
        ask('Authorization: Basic YTpi\r\n'),
        ask('Authorization: Basic YTpi\r\nX-API-Key: nope\r\n'),
      ].join(''),
    );
    expect(answer.match(/HTTP\/1\.1 \d+/g)?.map((line) => line.slice(9))).toEqual([
      '200',
      '200',
      '403',
      '401',
      '200',
      '401',
      '401',
    ]);
  });

  test('keys exchanged while it runs hold at once, on open connections too', async () => {
    const app = await startApp({ env: { API_KEYS: keyEntry('old', 'old-key', 'read') } });
    expect((await app.get('/v1/articles', bearer('old-key'))).status).toBe(200);
    app.keys.replace([]);
    expect((await app.get('/v1/articles', bearer('old-key'))).status).toBe(401);
    expect((await app.get('/v1/articles')).status).toBe(401);
  });

  test.for(['/health/live', '/health/ready', '/docs', '/openapi.json', '/graphiql'])('%s needs none', async (path) => {
    expect((await keyed.get(path)).status).toBe(200);
  });

  test('/metrics takes any', async () => {
    for (const key of ['read-key', 'probe-key', 'send-key']) {
      expect((await keyed.get('/metrics', bearer(key))).status).toBe(200);
    }
  });
});

describe('scopes', () => {
  const id = 'd9428888-122b-41e1-b85c-61cd3cbb3210';
  const routes: readonly [string, 'GET' | 'POST', string][] = [
    ['read', 'GET', '/v1/domains/nectec.or.th/mx'],
    ['read', 'POST', '/v1/explanations'],
    ['read', 'GET', '/v1/articles'],
    ['read', 'GET', '/v1/articles/what-is-mx'],
    ['probe', 'POST', '/v1/probes'],
    ['probe', 'GET', `/v1/probes/${id}`],
    ['probe', 'GET', '/v1/domains/-/report'],
    ['probe', 'GET', '/v1/domains/-/route'],
    ['probe', 'GET', '/v1/domains/-/route.svg'],
    ['probe', 'GET', '/v1/domains/-/route.mmd'],
    ['probe', 'POST', '/v1/migrations/plan'],
    ['probe', 'POST', '/v1/migrations/check'],
    ['send', 'POST', '/v1/test-sends'],
    ['send', 'GET', `/v1/test-sends/${id}`],
  ];
  test.for(routes)('%s opens %s %s, and no other does', async ([scope, method, path]) => {
    for (const held of ['read', 'probe', 'send']) {
      const headers = bearer(`${held}-key`);
      const response = method === 'GET' ? await keyed.get(path, headers) : await keyed.post(path, {}, headers);
      if (held === scope) {
        expect(response.status).not.toBe(401);
        expect(response.status).not.toBe(403);
        await response.text();
      } else expect(await problemOf(response)).toMatchObject({ code: 'forbidden', status: 403 });
    }
  });

  test.for([
    ['read', '{ domain(name: "nectec.or.th") { mx { status } } }'],
    ['read', '{ articles { articles { slug } } }'],
    ['read', '{ article(slug: "what-is-mx") { title } }'],
    ['read', '{ explain(text: "250 ok") { summary } }'],
    ['probe', '{ domain(name: "-") { report { verdict } } }'],
    ['probe', '{ domain(name: "-") { route { domain } } }'],
    ['probe', `{ probe(id: "${id}") { id } }`],
    ['send', `{ testSend(id: "${id}") { id } }`],
    ['probe', 'mutation { probe(input: {}) { id } }'],
    ['probe', 'mutation { migrationCheck(input: {domain: "-", oldHost: "a", newHost: "b"}) { stage } }'],
    ['probe', 'mutation { migrationPlan(input: {domain: "-", newExchanges: []}) { strategy } }'],
    ['send', 'mutation { testSend(input: {to: "a"}) { id } }'],
  ] as const)('over GraphQL %s opens %s', async ([scope, query]) => {
    for (const held of ['read', 'probe', 'send']) {
      const { data, errors } = await keyed.graphql(query, undefined, bearer(`${held}-key`));
      if (held === scope) {
        expect(errors?.some(({ message }) => message.includes('scope'))).not.toBe(true);
        expect(data).toBeDefined();
      } else {
        expect(data).toBeUndefined();
        expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['forbidden']);
      }
    }
  });

  test('one field without its scope refuses the whole operation, wherever it hides', async () => {
    const queries = [
      '{ articles { articles { slug } } domain(name: "nectec.or.th") { mx { status } report { verdict } } }',
      'query { articles { articles { slug } } ...F } fragment F on Query { domain(name: "a.example") { ...G } } fragment G on Domain { report { verdict } }',
      '{ articles { articles { slug } } x: domain(name: "a.example") { ... on Domain { y: route { domain } } } }',
      'query ($no: Boolean = false) { articles { articles { slug } } domain(name: "a.example") { report @include(if: $no) { verdict } } }',
    ];
    const asked = keyed.dns.asked.length;
    for (const query of queries) {
      const { data, errors } = await keyed.graphql(query, undefined, bearer('read-key'));
      expect(data).toBeUndefined();
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['forbidden']);
    }
    expect(keyed.dns.asked.length).toBe(asked);
  });

  test('the schema itself needs no scope', async () => {
    const { errors, data } = await keyed.graphql(
      '{ __schema { queryType { name } } __typename }',
      undefined,
      bearer('send-key'),
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ __typename: 'Query' });
  });
});

describe('without keys, loopback alone', () => {
  const raw = (headers: string) => local.raw(`GET /v1/articles HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);
  test.for([
    ['127.0.0.1', true],
    [`127.0.0.1:${local.port}`, true],
    ['127.8.9.10:1', true],
    ['localhost', true],
    ['LocalHost:3000', true],
    ['[::1]:3000', true],
    ['evil.example', false],
    [`evil.example:${local.port}`, false],
    ['localhost.evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['evil.example@127.0.0.1', false],
    ['127.0.0.1@evil.example', false],
    ['10.0.0.1', false],
    ['[::ffff:10.0.0.1]', false],
    ['0.0.0.0', false],
    ['', false],
  ] as const)('Host %s: %s', async ([host, allowed]) => {
    const answer = await raw(`Host: ${host}\r\n`);
    expect(answer).toMatch(allowed ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 403 /);
  });

  test.for([
    ['http://localhost:5173', true],
    ['http://127.0.0.1', true],
    ['https://[::1]:8443', true],
    ['http://evil.example', false],
    ['https://localhost.evil.example', false],
    ['null', false],
    ['file://', false],
    ['chrome-extension://abc', false],
    ['localhost', false],
  ] as const)('Origin %s: %s', async ([origin, allowed]) => {
    const response = await local.get('/v1/articles', { origin });
    if (allowed) expect(response.status).toBe(200);
    else expect(await problemOf(response)).toMatchObject({ code: 'forbidden', status: 403 });
  });

  test.for([
    ['cross-site', 403],
    ['same-site', 200],
    ['same-origin', 200],
    ['none', 200],
  ] as const)('Sec-Fetch-Site %s is %d', async ([site, status]) => {
    const answer = await raw(`Host: localhost\r\nSec-Fetch-Site: ${site}\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test('GraphQL and figures are behind it too; health is not', async () => {
    const headers = { origin: 'http://evil.example' };
    expect((await local.post('/graphql', { query: '{ __typename }' }, headers)).status).toBe(403);
    expect((await local.get('/metrics', headers)).status).toBe(403);
    expect((await local.get('/health/live', headers)).status).toBe(200);
  });

  test('a proxy that nobody trusts makes no difference', async () => {
    const response = await local.get('/v1/articles', { 'x-forwarded-for': '198.51.100.7' });
    expect(response.status).toBe(200);
    expect(local.log.at(-1)).toMatchObject({ ip: '127.0.0.1' });
  });
});

describe('proxies', () => {
  test('X-Forwarded-For is believed from TRUST_PROXY, up to the first address that is not one of them', async () => {
    const app = await startApp({
      env: { API_KEYS: KEYS, TRUST_PROXY: '127.0.0.0/8,10.0.0.0/8' },
    });
    await app.get('/v1/articles', { ...bearer('read-key'), 'x-forwarded-for': '192.0.2.66, 198.51.100.7, 10.0.0.1' });
    expect(app.log.at(-1)).toMatchObject({ ip: '198.51.100.7' });
    await app.get('/v1/articles', { ...bearer('read-key'), 'x-forwarded-for': '198.51.100.7, "},{" , 10.0.0.1' });
    expect(app.log.at(-1)).toMatchObject({ ip: '10.0.0.1' });
    await keyed.get('/v1/articles', { ...bearer('read-key'), 'x-forwarded-for': '198.51.100.7' });
    expect(keyed.log.at(-1)).toMatchObject({ ip: '127.0.0.1' });
  });
});

describe('pages of other origins', async () => {
  const app = await startApp({ env: { API_KEYS: KEYS, CORS_ORIGINS: 'https://desk.example' } });
  const preflight = (url: string, origin: string, method = 'POST') =>
    fetch(url, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'x-api-key' },
    });

  test('an allowed one may ask without a key whether it may, and read the answer with one', async () => {
    const asked = await preflight(`${app.url}/v1/probes`, 'https://desk.example');
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://desk.example');
    expect(asked.headers.get('access-control-allow-methods')).toContain('POST');
    expect(asked.headers.get('access-control-allow-headers')).toContain('X-API-Key');
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
    const answer = await app.get('/v1/articles', { ...bearer('read-key'), origin: 'https://desk.example' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://desk.example');
    expect(answer.headers.get('access-control-expose-headers')).toContain('X-Request-Id');
    expect(answer.headers.get('vary')).toContain('Origin');
  });

  test('it may read problems too', async () => {
    const answer = await app.get('/v1/articles', { origin: 'https://desk.example' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://desk.example');
    expect(await problemOf(answer)).toMatchObject({ code: 'unauthenticated' });
  });

  test.for(['https://evil.example', 'http://desk.example', 'https://desk.example:444', 'null'])(
    '%s may not',
    async (origin) => {
      const asked = await preflight(`${app.url}/v1/probes`, origin);
      expect(asked.headers.get('access-control-allow-origin')).toBeNull();
      const answer = await app.get('/v1/articles', { ...bearer('read-key'), origin });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(answer.headers.get('vary')).toContain('Origin');
    },
  );

  test('a path that is none says so', async () => {
    expect((await preflight(`${app.url}/nowhere`, 'https://desk.example')).status).toBe(404);
  });

  test('off by default', async () => {
    const answer = await local.get('/v1/articles', { origin: 'http://localhost' });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(answer.headers.get('vary')).toBe('Accept-Language');
  });
});

describe('the log', () => {
  test('one line a request, with its id, and nothing that a caller might want kept', async () => {
    const before = keyed.log.length;
    const headers = { ...bearer('read-key'), 'x-request-id': 'find-me' };
    await keyed.post('/v1/explanations?lang=th&secret=s3cr3t', { text: '550 jane.doe@example.com: hidden' }, headers);
    const lines = keyed.log.slice(before);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toEqual({
      level: 30,
      time: expect.any(Number),
      id: 'find-me',
      method: 'POST',
      route: '/v1/explanations',
      status: 200,
      ms: expect.any(Number),
      caller: 'reader',
      ip: '127.0.0.1',
      msg: 'request',
    });
  });

  test('what was refused is there too, under a pattern and never a path', async () => {
    const before = keyed.log.length;
    await keyed.get('/v1/domains/secret.example/mx');
    await keyed.get('/nowhere/secret');
    await keyed.raw('GET /v1/domains/%zz/mx HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(keyed.log.slice(before).map(({ route, status }) => [route, status])).toEqual([
      ['/v1/domains/:domain/mx', 401],
      ['unmatched', 404],
      ['unmatched', 400],
    ]);
    expect(JSON.stringify(keyed.log)).not.toMatch(/secret\.example|nowhere|read-key|s3cr3t|jane/);
  });
});

describe('faults', async () => {
  const broken = await startApp({
    change: (services) => ({
      ...services,
      resolver: {
        trustedForAd: false,
        resolve: async () => {
          throw new Error('a secret at /etc/passwd line 7');
        },
      },
    }),
  });

  test('over REST a fault is a 500 that says nothing, and one line that says all', async () => {
    const before = broken.log.length;
    const response = await broken.get('/v1/domains/nectec.or.th/mx', { 'x-request-id': 'a-fault' });
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ code: 'internal', status: 500, instance: 'urn:mxscope:request:a-fault' });
    expect(JSON.stringify(problem)).not.toMatch(/secret|passwd|\.ts|node:/);
    const faults = broken.log.slice(before).filter(({ level }) => level === 50);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ id: 'a-fault', err: { message: 'a secret at /etc/passwd line 7' } });
  });

  test('over GraphQL too, and the other fields stand', async () => {
    const query = '{ domain(name: "nectec.or.th") { mx { status } } articles { articles { slug } } }';
    // The second time the document is compiled.
    for (const id of ['first', 'second', 'third']) {
      const before = broken.log.length;
      const { data, errors } = await broken.graphql(query, undefined, { 'x-request-id': id });
      expect(data).toMatchObject({ domain: { mx: null }, articles: { articles: expect.any(Array) } });
      expect(errors).toHaveLength(1);
      expect(errors?.[0]).toMatchObject({
        path: ['domain', 'mx'],
        extensions: { code: 'internal', instance: `urn:mxscope:request:${id}` },
      });
      expect(JSON.stringify(errors)).not.toMatch(/secret|passwd/);
      expect(broken.log.slice(before).filter(({ level }) => level === 50)).toHaveLength(1);
    }
  });
});

describe('rude clients', () => {
  test('half a body and a hang-up is nobody’s fault', async () => {
    const before = local.log.length;
    await local.raw(
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"qu',
      100,
    );
    expect((await local.get('/health/live')).status).toBe(200);
    expect(local.log.slice(before).filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  test('a body nobody wants is not read: the answer comes at once', async () => {
    const answer = await keyed.raw(
      'POST /v1/probes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{',
      200,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  test('300 connections that say nothing stop nobody', async () => {
    const sockets = Array.from({ length: 300 }, () => connect(local.port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    expect((await local.get('/v1/articles')).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    expect((await local.get('/v1/articles')).status).toBe(200);
  });
});

test('while the process stops new work is turned away, what watches it is answered', async () => {
  const app = await startApp();
  app.lifecycle.stopping = true;
  const refused = await app.get('/v1/articles');
  expect(refused.headers.get('connection')).toBe('close');
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await problemOf(refused)).toMatchObject({ code: 'unavailable', status: 503 });
  const query = await app.post('/graphql', { query: '{ __typename }' });
  expect(await problemOf(query)).toMatchObject({ code: 'unavailable' });
  expect((await app.get('/health/live')).status).toBe(200);
  expect(await problemOf(await app.get('/health/ready'))).toMatchObject({ code: 'unavailable', status: 503 });
  expect((await app.get('/metrics')).status).toBe(200);
});
