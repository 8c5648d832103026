/**
 * Contract §1 sentence by sentence, over HTTP alone: names, problems and where they are found in the log, languages, the
 * headers of every answer.
 */

import { domainToASCII } from 'node:url';
import { describe, expect, test } from 'vitest';
import { until } from '../helpers/service.ts';
import { a, type Graphql, type Json, mx, type Problem, run, type Told } from './service.ts';

const { ask, post, graphql, raw, service } = await run({
  names: {
    'nectec.or.th': mx(3_600, [10, 'imail.nectec.or.th']),
    'imail.nectec.or.th': a(300, '203.0.114.10'),
    'null.example': mx(600, [0, '']),
  },
  trouble: { 'ill.example': 'SERVFAIL' },
});

const MX = '/v1/domains/nectec.or.th/mx';
await ask(MX);

/** One request of each kind, whatever comes of it. */
type Row = readonly [method: string, path: string, body?: string | undefined, headers?: Record<string, string>];
const REQUESTS: readonly Row[] = [
  ['GET', MX],
  ['GET', `${MX}?lang=en`],
  ['GET', MX, undefined, { 'if-none-match': '*' }],
  ['HEAD', MX],
  ['OPTIONS', MX],
  ['DELETE', MX],
  ['GET', '/v1/domains/-/mx'],
  ['GET', '/v1/domains/ill.example/mx'],
  ['GET', '/v1/domains/null.example/report'],
  ['GET', '/v1/domains/null.example/route.svg'],
  ['GET', '/v1/domains/null.example/route.mmd'],
  ['GET', '/v1/domains/%zz/mx'],
  ['GET', '/nowhere'],
  ['GET', '/v1/articles'],
  ['GET', '/v1/articles/what-is-mx'],
  ['POST', '/v1/explanations', '{"text":"250 ok"}'],
  ['POST', '/v1/explanations', '{'],
  ['POST', '/v1/explanations', 'x', { 'content-type': 'text/plain' }],
  ['POST', '/v1/explanations', 'x'.repeat(500_000)],
  ['POST', '/v1/probes', '{"host":"10.0.0.1"}'],
  ['POST', '/v1/test-sends', '{"to":"a@b.example"}'],
  ['POST', '/graphql', '{"query":"{ __typename }"}'],
  ['POST', '/graphql', '{"query":"{"}'],
  ['GET', '/graphql'],
  ['GET', '/health/live'],
  ['GET', '/health/ready'],
  ['GET', '/metrics'],
  ['GET', '/openapi.json'],
  ['GET', '/docs'],
  ['GET', '/docs/'],
  ['GET', '/graphiql'],
];

const problemOf = ({ status, headers, body }: Told<Problem>): Problem => {
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(body.type).toBe(`urn:mxscope:problem:${body.code}`);
  expect(body.status).toBe(status);
  expect(body.instance).toContain(String(headers['x-request-id']));
  expect(Object.keys(body)).toEqual(expect.arrayContaining(['title', 'detail']));
  return body;
};

test.for(REQUESTS)('%s %s has the headers of every answer', async ([method, path, body, headers]) => {
  const call = { method, ...(body !== undefined && { body }), ...(headers && { headers }) };
  const answer = await ask(path, call);
  expect(answer.headers['x-request-id']).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  expect(answer.headers.vary).toContain('Accept-Language');
  expect(answer.headers['content-language']).toBe('en');
  expect(answer.headers['cache-control']).toBeDefined();
  const own = await ask(path, { ...call, headers: { ...headers, 'x-request-id': 'A.b_c-9' } });
  expect(own.headers['x-request-id']).toBe('A.b_c-9');
  expect(own.status).toBe(answer.status);
});

test.each(['en', 'th'])('the short way to an answer that is at hand looks like the long one: %s', async (lang) => {
  const headers = { 'accept-language': lang };
  const withoutIds = (answer: Told<unknown>) => {
    const { 'x-request-id': _id, date: _date, ratelimit: _left, age: _age, ...others } = answer.headers;
    return others;
  };
  const withoutAge = ({ text }: Told<unknown>) => text.replace(/"ageSeconds":\d+|"ttl":\d+/g, '');
  const [short, long] = [await ask(MX, { headers }), await ask(`${MX}?`, { headers })];
  expect(short.headers['content-language']).toBe(lang);
  expect(withoutIds(long)).toEqual(withoutIds(short));
  expect(withoutAge(long)).toBe(withoutAge(short));
});

describe('every instance is in the log', () => {
  const H = 'Host: localhost\r\nConnection: close\r\n';
  test.each([
    ['a problem', `GET /v1/domains/-/mx HTTP/1.1\r\n${H}\r\n`],
    ['a path that is none', `GET /nowhere HTTP/1.1\r\n${H}\r\n`],
    ['a broken escape', `GET /v1/domains/%zz/mx HTTP/1.1\r\n${H}\r\n`],
    ['no HTTP at all', 'EHLO example.com\r\n\r\n'],
    ['octets beyond ASCII in the URL', `GET /v1/domains/a\xff.example/mx HTTP/1.1\r\n${H}\r\n`],
    ['a URL that is too long', `GET /v1/domains/${'a'.repeat(20_000)}/mx HTTP/1.1\r\n${H}\r\n`],
    ['a broken body', `POST /graphql HTTP/1.1\r\n${H}Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{`],
  ])('%s', async (_what, bytes) => {
    const answer = await raw(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    const { instance } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as Problem;
    const id = /[^:]+$/.exec(instance)?.[0] ?? 'no id';
    await until(`${id} is in the log`, () => service.log().includes(id), 3_000);
  });
});

describe('a wrong method and a wrong path', () => {
  test.each([
    ['POST http://localhost/v1/articles', 405],
    ['GET http://localhost/v1/articles', 200],
    ['POST /v1/%61rticles', 405],
    ['GET /v1/%61rticles', 200],
    ['GET /v1/articles;v=1', 404],
    ['GET //v1/articles', 404],
    ['POST /v1/domains/a%2Fb/mx', 405],
    ['OPTIONS *', 404],
  ] as const)('%s is %d', async (line, status) => {
    const answer = await raw(`${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    if (status === 405) expect(answer).toMatch(/\r\nallow: GET, HEAD, OPTIONS\r\n/i);
  });
});

test.each(['{"text":', '', 'text', '{"__proto__":{}}'])(
  'what is wrong with the body %j is said of the whole body',
  async (body) => {
    const problem = problemOf(await post<Problem>('/v1/explanations', body));
    expect(problem).toMatchObject({ code: 'invalid-request', errors: [{ pointer: '' }] });
  },
);

describe('names', () => {
  const long = `${'a'.repeat(63)}.`.repeat(3);
  test.each<[string, string | null, string?]>([
    ['faß.example', 'xn--fa-hia.example', 'faß.example'],
    ['XN--FA-HIA.example', 'xn--fa-hia.example', 'faß.example'],
    ['ςΣ.example', 'xn--3xac.example', 'ςσ.example'],
    ['ไทย。example', 'xn--o3cw4h.example', 'ไทย.example'],
    ['ｆｕｌｌ．Example．', 'full.example', 'full.example'],
    ['e\u0301.example', 'xn--9ca.example', 'é.example'],
    ['a\u00adb.example', 'ab.example', 'ab.example'],
    ['\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example', 'xn--mgba3gch31f060k.example'],
    ['\u0915\u094d\u200d\u0937.example', 'xn--11b2ezcw70k.example'],
    ['r3---sn.example', 'r3---sn.example', 'r3---sn.example'],
    ['_dmarc.A_b.example.', '_dmarc.a_b.example', '_dmarc.a_b.example'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
    [`${long}${'a'.repeat(61)}`, `${long}${'a'.repeat(61)}`],
    [`${long}${'a'.repeat(61)}.`, `${long}${'a'.repeat(61)}`],
    [`${'ü'.repeat(56)}.example`, domainToASCII(`${'ü'.repeat(56)}.example`)],
    [`${long}${'a'.repeat(62)}`, null],
    [`${'a'.repeat(64)}.example`, null],
    [`${'ü'.repeat(60)}.example`, null],
    ['a\u200db.example', null],
    ['a\u200cb.example', null],
    ['\u05d0a.example', null],
    ['5\u05d0.example', null],
    ['\u0301a.example', null],
    ['½.example', null],
    ['xn--.example', null],
    ['xn--a.example', null],
    ['xn--zz-.example', null],
    ['xn--a-ecp.example', null],
    ['.example', null],
    ['example..', null],
    ['a‥b.example', null],
    ['\u00ad.example', null],
    ['-a.example', null],
    ['a-.example', null],
    ['a b.example', null],
    ['a/b', null],
    ['*.example', null],
    ['a:25', null],
    ['[192.0.2.1]', null],
  ])('%s', async (given, domain, unicode) => {
    const told = await ask<Json & Problem>(`/v1/domains/${encodeURIComponent(given)}/mx`);
    if (domain === null) {
      expect(problemOf(told)).toMatchObject({ code: 'invalid-domain', errors: [{ pointer: '/domain' }] });
      return;
    }
    expect(told.status).toBe(200);
    expect(told.body.domain).toBe(domain);
    if (unicode !== undefined) expect(told.body.unicode).toBe(unicode);
  });
});

describe('every text meant for people is in the language asked for', () => {
  const THAI = /[\u0e01-\u0e5b]/;
  const textsOf = ({ title, detail, errors = [] }: Problem) => [title, detail, ...errors.map((one) => one.detail)];
  test.each<[string, string, unknown?]>([
    ['GET', '/nowhere'],
    ['PUT', '/v1/articles'],
    ['GET', '/v1/articles/nope'],
    ['GET', '/v1/articles?q=a&q=b'],
    ['GET', '/v1/domains/%zz/mx'],
    ...[
      '-',
      'a..b',
      '',
      'a%20b',
      '1.2.3.4',
      'a.1',
      'a@b',
      'http:%2F%2Fa',
      'a'.repeat(64),
      'a.'.repeat(200),
      'xn--a',
      '%00',
    ].map((name): [string, string] => ['GET', `/v1/domains/${name}/mx`]),
    ['GET', '/v1/domains/ill.example/mx'],
    ['GET', `${MX}?fresh=1`],
    ['GET', '/v1/probes/5'],
    ['GET', '/v1/probes/d9428888-122b-41e1-b85c-61cd3cbb3210'],
    ['GET', '/v1/test-sends/d9428888-122b-41e1-b85c-61cd3cbb3210'],
    ['POST', '/v1/explanations', {}],
    ['POST', '/v1/explanations', '{'],
    ['POST', '/v1/explanations', ''],
    ['POST', '/v1/explanations', 'null'],
    ['POST', '/v1/explanations', { text: ' ' }],
    ['POST', '/v1/explanations', { text: '250 ok', 'a strange member': 1 }],
    ['POST', '/v1/explanations', { text: 'a'.repeat(70_000) }],
    ['POST', '/v1/explanations', 'a'.repeat(500_000)],
    ['POST', '/v1/probes', {}],
    ['POST', '/v1/probes', { host: '10.0.0.1' }],
    ['POST', '/v1/probes', { host: 'a.example', port: 22 }],
    ['POST', '/v1/probes', { domain: 'a.example', ip: '192.0.2.1' }],
    ['POST', '/v1/probes', { host: '192.0.2.1', ip: '192.0.2.1' }],
    ['POST', '/v1/probes', { host: '192.0.2.1', family: 6 }],
    ['POST', '/v1/probes', { host: 'a.example', ip: '192.0.2.1', family: 6 }],
    ['POST', '/v1/probes', { host: 'a.example', ip: 'x' }],
    ['POST', '/v1/probes', { host: 'a', port: '25', fresh: 1, family: 5, maxSeconds: 1, security: 'x', ip: 5 }],
    ['POST', '/v1/probes', { host: 'a', maxSeconds: 500, port: 70_000 }],
    ['POST', '/v1/migrations/plan', { domain: 'a.example', newExchanges: [] }],
    ['POST', '/v1/migrations/plan', { domain: 'a.example', newExchanges: {}, startAt: 'now' }],
    ['POST', '/v1/migrations/plan', { domain: 'a.example', newExchanges: [{ host: 'b' }, { host: 'b' }] }],
    ['POST', '/v1/migrations/check', { domain: 'a.example', oldHost: 'b', newHost: 'b' }],
    ['POST', '/v1/test-sends', { to: 'a@b.example' }],
    ['POST', '/v1/test-sends', { to: 'a@b.example', subject: 'a'.repeat(201), via: {} }],
  ])('%s %s', async (method, path, body) => {
    const call = { method, ...(body !== undefined && { body }) };
    const [th, en] = [
      await ask<Problem>(path, { ...call, headers: { 'accept-language': 'th' } }),
      await ask<Problem>(path, call),
    ];
    expect(th.headers['content-language']).toBe('th');
    for (const text of textsOf(problemOf(th))) expect(text).toMatch(THAI);
    for (const text of textsOf(problemOf(en))) expect(text).not.toMatch(THAI);
    expect([th.body.code, th.body.status]).toEqual([en.body.code, en.body.status]);
  });

  test.each([
    ['{ domain(name: "a..b") { mx { ttl } } }', 'th'],
    ['{ domain(name: "ill.example") { mx { ttl } } }', 'th'],
    ['{ article(slug: "nope") { title } }', 'th'],
    ['mutation { probe(input: {host: "10.0.0.1", port: 22}) { id } }', 'th'],
    ['mutation { testSend(input: {to: "x"}) { id } }', 'th'],
    ['{ a: domain(name: "a") { report { verdict } } b: domain(name: "b") { route { domain } } }', 'th'],
    ['{ a: article(slug: "x") { title } fragment', 'en'],
    ['{ nope }', 'en'],
  ])('GraphQL: %s', async (query, spoken) => {
    const { headers, body } = await graphql(query, { 'accept-language': 'th' });
    expect(headers['content-language']).toBe(spoken);
    for (const { message, extensions } of body.errors ?? []) {
      expect(THAI.test(message)).toBe(spoken === 'th');
      for (const one of (extensions.errors as Problem['errors']) ?? []) expect(one.detail).toMatch(THAI);
    }
    expect(body.errors?.length).toBeGreaterThan(0);
  });

  test('GraphQL: the argument of a field is its language, in errors too', async () => {
    const query = '{ a: article(slug: "x", lang: TH) { title } b: article(slug: "x") { title } }';
    const { headers, body } = (await graphql(query)) satisfies Told<Graphql<Json>>;
    expect(body.errors?.map(({ message }) => THAI.test(message))).toEqual([true, false]);
    expect(headers['content-language']).toBe('th, en');
  });

  test.each(['/docs', '/graphiql', '/openapi.json', '/metrics'])('%s is in English and says so', async (path) => {
    expect((await ask(path, { headers: { 'accept-language': 'th' } })).headers['content-language']).toBe('en');
  });
});

test('codes, severities and evidence are the same in both languages, the words are not', async () => {
  type Finding = Json & { readonly references: readonly string[] };
  const ask2 = (lang: string) => ask<{ findings: readonly Finding[] }>(`/v1/domains/null.example/mx?lang=${lang}`);
  const [en, th] = [(await ask2('en')).body.findings, (await ask2('th')).body.findings];
  expect(en).toHaveLength(1);
  for (const [i, finding] of en.entries()) {
    const { title, explanation, fix, ...same } = finding;
    expect(Object.keys(finding).sort()).toEqual([
      'code',
      'confidence',
      'evidence',
      'explanation',
      'fix',
      'references',
      'severity',
      'title',
    ]);
    const other = th[i] ?? ({} as Finding);
    expect(other).toMatchObject(same);
    for (const member of ['title', 'explanation', 'fix']) expect(other[member]).not.toBe(finding[member]);
    for (const url of finding.references) {
      if (url.startsWith('/')) expect((await ask(url)).status).toBe(200);
      else expect(URL.parse(url)?.protocol).toBe('https:');
    }
  }
});
