import { describe, expect, test } from 'vitest';
import { problemOf, startApp } from './harness.ts';

const app = await startApp();

describe('what no route takes', () => {
  test.for([
    ['/', undefined],
    ['/v1', undefined],
    ['/v1/domains/example.com', undefined],
    ['/v1/domains/example.com/mx/', undefined],
    ['/V1/articles', undefined],
    ['/v1/articles/a/b', undefined],
    ['/graphiql/../../etc/passwd', undefined],
    ['/docs/../package.json', undefined],
  ] as const)('GET %s is 404', async ([path]) => {
    const response = await app.get(path);
    expect(await problemOf(response)).toMatchObject({ code: 'not-found', status: 404 });
  });

  test('a POST to nowhere is 404 before its body is looked at', async () => {
    const response = await app.post('/v1/nowhere', '{"broken":');
    expect(await problemOf(response)).toMatchObject({ code: 'not-found' });
  });

  test.for([
    ['POST', '/v1/domains/example.com/mx', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/v1/probes', 'OPTIONS, POST'],
    ['GET', '/v1/probes', 'OPTIONS, POST'],
    ['HEAD', '/v1/probes', 'OPTIONS, POST'],
    ['PUT', '/v1/test-sends/d9428888-122b-41e1-b85c-61cd3cbb3210', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/health/live', 'GET, HEAD, OPTIONS'],
    ['GET', '/graphql', 'OPTIONS, POST'],
    ['PROPFIND', '/v1/articles', 'GET, HEAD, OPTIONS'],
    ['TRACE', '/v1/articles', 'GET, HEAD, OPTIONS'],
    ['POST', '/openapi.json', 'GET, HEAD, OPTIONS'],
  ] as const)('%s %s is 405 and told the right methods', async ([method, path, allow]) => {
    const answer = await app.raw(`${method} ${path}?x=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 405 /);
    expect(answer).toContain(`\r\nallow: ${allow}\r\n`);
    expect(answer).toContain('application/problem+json');
    if (method === 'HEAD') expect(answer).not.toContain('{');
    else expect(answer).toContain('"code":"method-not-allowed"');
  });

  test('OPTIONS asks for the methods', async () => {
    const response = await fetch(`${app.url}/v1/explanations`, { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.headers.get('allow')).toBe('OPTIONS, POST');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('bodies', () => {
  const json = { 'content-type': 'application/json' };
  test.for<[string, string | Uint8Array<ArrayBuffer>, Record<string, string>, string, number]>([
    ['broken JSON', '{"text":', json, 'invalid-request', 400],
    ['no JSON at all', 'text=a', json, 'invalid-request', 400],
    ['nothing', '', json, 'invalid-request', 400],
    ['an array', '[]', json, 'invalid-request', 400],
    ['a string', '"a"', json, 'invalid-request', 400],
    ['null', 'null', json, 'invalid-request', 400],
    ['a key that reaches a prototype', '{"text":"a","__proto__":{"x":1}}', json, 'invalid-request', 400],
    ['a constructor with a prototype', '{"constructor":{"prototype":{"x":1}}}', json, 'invalid-request', 400],
    ['a member nobody knows', '{"text":"250 ok","lang":"th"}', json, 'invalid-request', 400],
    ['a number for a text', '{"text":250}', json, 'invalid-request', 400],
    ['a form', 'text=250', { 'content-type': 'application/x-www-form-urlencoded' }, 'unsupported-media-type', 415],
    ['a text', '250 ok', { 'content-type': 'text/plain' }, 'unsupported-media-type', 415],
    ['something like JSON', '{}', { 'content-type': 'application/jsonp' }, 'unsupported-media-type', 415],
    ['a type that is none', '{}', { 'content-type': ';;;' }, 'unsupported-media-type', 415],
    ['more than the route takes', JSON.stringify({ text: 'a'.repeat(500_000) }), json, 'body-too-large', 413],
    ['65 KiB of text', JSON.stringify({ text: '2'.repeat(65 * 1024) }), json, 'body-too-large', 413],
    ['65 KiB of Thai text', JSON.stringify({ text: 'ก'.repeat(22 * 1024) }), json, 'body-too-large', 413],
  ])('%s', async ([, body, headers, code, status]) => {
    const response = await fetch(`${app.url}/v1/explanations`, { method: 'POST', body, headers });
    expect(await problemOf(response)).toMatchObject({ code, status });
  });

  test.for(['/v1/explanations', '/v1/probes', '/graphql'])('a coded one is refused by %s unread', async (path) => {
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n`;
    const answer = await app.raw(`${head}Content-Encoding: GZIP\r\nContent-Length: 200\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 415 /);
    expect(answer).toContain('\r\naccept-encoding: identity\r\n');
    expect(answer).toMatch(/"code":"unsupported-media-type"/);
    expect(answer).toMatch(/"detail":"[^"]*Content-Encoding/);
  });

  test('one that says it is not coded is taken', async () => {
    const response = await app.post('/v1/explanations', { text: '250 ok' }, { 'content-encoding': 'Identity' });
    expect(response.status).toBe(200);
  });

  test('64 KiB of text, every octet written as an escape, is taken', async () => {
    const text = `250 ok ${'a'.repeat(64 * 1024 - 7)}`;
    const escaped = [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    const response = await app.post('/v1/explanations', `{"text":"${escaped}"}`);
    expect(response.status).toBe(200);
  });

  test('JSON with a charset, and with a BOM before it', async () => {
    const typed = await app.post(
      '/v1/explanations',
      { text: '250 ok' },
      { 'content-type': 'application/json; charset=UTF-8' },
    );
    expect(typed.status).toBe(200);
    const marked = await app.post('/v1/explanations', `\ufeff{"text":"250 ok"}`);
    expect([200, 400]).toContain(marked.status);
  });

  test('each wrong member is named where it stands, in a test send without the member that holds the body', async () => {
    const response = await app.post('/v1/test-sends', { to: 5, via: { host: 'a', pass: 'x' } });
    const problem = await problemOf(response);
    expect(problem.errors).toEqual(
      expect.arrayContaining([
        { pointer: '/to', detail: 'must be string' },
        { pointer: '/via/pass', detail: 'is not a known member' },
      ]),
    );
    expect(problem.detail).not.toContain('/body');
  });

  test('a test send without a body names the body', async () => {
    const problem = await problemOf(await app.post('/v1/test-sends', 'null'));
    expect(problem).toMatchObject({ code: 'invalid-request', detail: expect.stringContaining('body') });
  });
});

describe('requests that are none', () => {
  test.for<[string, string]>([
    ['a broken escape', 'GET /v1/domains/%zz/mx HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['half a UTF-8 sequence escaped', 'GET /v1/domains/%E0%B8/mx HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['a URL of 20 KiB', `GET /v1/domains/${'a'.repeat(20_000)}/mx HTTP/1.1\r\nHost: localhost\r\n\r\n`],
    ['headers of 20 KiB', `GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['no HTTP', 'EHLO example.com\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
    ['a method nobody knows', 'BREW /coffee HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['no Host', 'GET /health/live HTTP/1.1\r\n\r\n'],
    ['two Hosts', 'GET /health/live HTTP/1.1\r\nHost: localhost\r\nhOST: other.example\r\n\r\n'],
    ['the same Host twice', 'GET /v1/domains/dom.test/mx HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n'],
    ['two lengths', 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a length that is none', 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n'],
    ['a space before the colon', 'GET /health/live HTTP/1.1\r\nHost : localhost\r\n\r\n'],
  ])('%s is a problem', async ([, bytes]) => {
    const answer = await app.raw(Buffer.from(bytes, 'latin1'));
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer.toLowerCase()).toContain('\r\ncontent-type: application/problem+json');
    expect(answer.toLowerCase()).toContain('\r\nx-content-type-options: nosniff');
    const id = /^x-request-id: (\S+)/im.exec(answer)?.[1];
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
      code: 'invalid-request',
      status: 400,
      instance: `urn:mxscope:request:${id}`,
    });
  });

  test('an expectation that nobody knows is no reason to refuse', async () => {
    const answer = await app.raw('GET /health/live HTTP/1.1\r\nHost: localhost\r\nExpect: miracles\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('an upgrade that nobody offers is an ordinary request', async () => {
    const answer = await app.raw(
      'GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('two requests at once are answered in turn', async () => {
    const one = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    const answer = await app.raw(one('/health/live') + one('/nowhere') + one('/health/ready'));
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200']);
  });
});

describe('domains nobody can have are 400 and named', () => {
  test.for([
    '',
    'a..b',
    '%20',
    '%00',
    'a%00b',
    '%0d%0aX-Evil:%201',
    'a'.repeat(300),
    `${'a'.repeat(64)}.example`,
    '192.0.2.1',
    '%5B::1%5D',
    '::1',
    'http:%2F%2Fexample.com%2F',
    'user@example.com',
    '-a.example',
    'a-.example',
    "x'%20OR%201=1--",
    '%F0%9F%92%A9.example',
    '%E2%80%AEexample.com',
    '%F0%9F%92%A9',
    'a b'.replace(' ', '%09'),
    'xn--a.example',
    'example%2Ecom%2F..%2F..',
    '*.example.com',
    '%25',
    'a,b',
    '$(id).example',
    'a'.repeat(8_000),
  ])('%s', async (name) => {
    for (const what of ['mx', 'report', 'route', 'route.svg', 'route.mmd']) {
      const problem = await problemOf(await app.get(`/v1/domains/${name}/${what}`));
      expect(problem).toMatchObject({ code: 'invalid-domain', status: 400 });
      expect(problem.errors?.[0]?.pointer).toBe('/domain');
    }
  });

  test.for(['.', '..', '%2e%2E'])('%s, which a client would have resolved', async (name) => {
    const answer = await app.raw(`GET /v1/domains/${name}/mx HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"code":"invalid-domain"');
  });

  // RFC 3986 §2: an octet beyond ASCII is escaped, as browsers and curl do.
  test('octets beyond ASCII, unescaped', async () => {
    const answer = await app.raw(
      Buffer.from('GET /v1/domains/a\xff\xfe.example/mx HTTP/1.1\r\nHost: localhost\r\n\r\n', 'latin1'),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('domains as people type them', () => {
  test.for([
    ['nectec.or.th', 'nectec.or.th'],
    ['NECTEC.or.TH.', 'nectec.or.th'],
    ['%E0%B9%84%E0%B8%97%E0%B8%A2.example', 'xn--o3cw4h.example'],
    ['xn--o3cw4h.example', 'xn--o3cw4h.example'],
    ['_dmarc.nectec.or.th', '_dmarc.nectec.or.th'],
  ])('%s', async ([given, expected]) => {
    const response = await app.get(`/v1/domains/${given}/mx`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ domain: expected });
  });
});

describe('request ids', () => {
  test.for(['a', 'A-z_0.9', 'x'.repeat(64)])('%s is kept', async (id) => {
    const response = await app.get('/health/live', { 'x-request-id': id });
    expect(response.headers.get('x-request-id')).toBe(id);
  });

  test.for(['', 'a b', 'x'.repeat(65), 'a/b', '<script>', 'a, b', 'é'])('%j gets another', async (id) => {
    const response = await app.get('/health/live', { 'x-request-id': id });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('every answer has one of its own', async () => {
    const ids = await Promise.all([1, 2, 3].map(async () => (await app.get('/nowhere')).headers.get('x-request-id')));
    expect(new Set(ids).size).toBe(3);
  });
});

describe('languages', () => {
  test.for<[string, Record<string, string>, string]>([
    ['/v1/articles', {}, 'en'],
    ['/v1/articles', { 'accept-language': 'th' }, 'th'],
    ['/v1/articles', { 'accept-language': 'th-TH,th;q=0.9,en;q=0.8' }, 'th'],
    ['/v1/articles', { 'accept-language': 'en-GB,th;q=0.9' }, 'en'],
    ['/v1/articles', { 'accept-language': 'de,fr;q=0.5' }, 'en'],
    ['/v1/articles', { 'accept-language': 'de,th;q=0.1' }, 'th'],
    ['/v1/articles', { 'accept-language': '*' }, 'en'],
    ['/v1/articles', { 'accept-language': 'en;q=0,*' }, 'th'],
    ['/v1/articles', { 'accept-language': 'th;q=0' }, 'en'],
    ['/v1/articles', { 'accept-language': 'th;q=5' }, 'en'],
    ['/v1/articles', { 'accept-language': ',;;q=,=' }, 'en'],
    ['/v1/articles?lang=en', { 'accept-language': 'th' }, 'en'],
    ['/v1/articles?lang=th', {}, 'th'],
  ])('%s with %o speaks %s', async ([path, headers, lang]) => {
    const response = await app.get(path, headers);
    expect(response.headers.get('content-language')).toBe(lang);
    expect(response.headers.get('vary')).toContain('Accept-Language');
    const text = await response.text();
    expect(/[ก-๙]/.test(text)).toBe(lang === 'th');
  });

  test.for(['xx', 'TH', '', 'th&lang=en', 'th-TH'])('lang=%s is refused', async (lang) => {
    const problem = await problemOf(await app.get(`/v1/articles?lang=${lang}`));
    expect(problem).toMatchObject({ code: 'invalid-request', errors: [{ pointer: '/lang' }] });
  });

  test.for([
    ['-', 'invalid-domain'],
    // Refused before the query is read.
    ['%zz', 'invalid-request'],
  ])('problems speak it too: %s', async ([domain, code]) => {
    const problem = await problemOf(await app.get(`/v1/domains/${domain}/mx?lang=th`));
    expect(problem.title).toMatch(/[ก-๙]/);
    expect(problem.code).toBe(code);
  });
});

test('what is unknown in the query is passed over, fresh is not coerced', async () => {
  expect((await app.get('/v1/domains/nectec.or.th/mx?_=1')).status).toBe(200);
  for (const fresh of ['1', 'yes', 'TRUE', '', 'true&fresh=true']) {
    const problem = await problemOf(await app.get(`/v1/domains/nectec.or.th/mx?fresh=${fresh}`));
    expect(problem).toMatchObject({ code: 'invalid-request', errors: [{ pointer: '/fresh' }] });
  }
});
