/** Contract §6 over HTTP alone: the documents that it shows, the schema's rules, media types, bounds that tricks must not pass. */

import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery, isEnumType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { a, type Json, mx, run } from './service.ts';

const { ask, graphql, dns } = await run({
  names: {
    'nectec.or.th': mx(3_600, [10, 'imail.nectec.or.th'], [20, 'maildr.nectec.or.th']),
    'imail.nectec.or.th': a(300, '203.0.114.10'),
    'maildr.nectec.or.th': a(300, '203.0.114.20'),
    'null.example': mx(600, [0, '']),
  },
  trouble: { 'ill.example': 'SERVFAIL' },
});

describe('the documents of the contract', () => {
  test('the query', async () => {
    const { status, body } = await graphql(`query {
      domain(name: "nectec.or.th") { mx { status exchanges { preference host addresses { ip ttl } }
        deliveryOrder { preference hosts } ttl cache { state } findings { code severity } } }
      explain(text: "500 #5.5.1 command not recognized") { replies { code enhanced class meaning fix } summary }
      articles(q: "mx") { articles { slug title summary } } article(slug: "what-is-mx") { slug markdown } }`);
    expect(status).toBe(200);
    expect(body.errors).toBeUndefined();
    expect(body.data).toMatchObject({
      domain: {
        mx: { status: 'MX', deliveryOrder: [{ preference: 10 }, { preference: 20 }], cache: { state: 'MISS' } },
      },
      explain: { replies: [{ code: 500, enhanced: '5.5.1', class: 'PERMANENT' }] },
    });
  });

  test('report and route, of a domain that takes no mail', async () => {
    const report = await graphql('{ domain(name: "null.example") { mx { status } report { verdict summary } } }');
    expect(report.body.data).toMatchObject({ domain: { mx: { status: 'NULL_MX' }, report: { verdict: 'NO_MAIL' } } });
    const route = await graphql('{ domain(name: "null.example") { route { nodes { id } edges { from to } } } }');
    expect(route.body.errors).toBeUndefined();
  });

  test('the mutation', async () => {
    const { body } = await graphql(`mutation { probe(input: { domain: "null.example" }) {
      hosts { outcome capabilities { startTls } findings { code } } findings { code } } }`);
    expect(body).toEqual({ data: { probe: { hosts: [], findings: [{ code: 'mx-null' }] } } });
  });
});

describe('the schema', async () => {
  const { body } = await graphql<IntrospectionQuery>(getIntrospectionQuery());
  const schema = buildClientSchema(body.data as IntrospectionQuery);
  const own = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));

  test('closed sets are in SCREAMING_SNAKE_CASE', () => {
    const enums = own.filter(isEnumType);
    expect(enums.length).toBeGreaterThan(10);
    for (const one of enums) for (const { name } of one.getValues()) expect(name).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/);
  });

  test('a failure nulls one field: root fields and those of a domain are nullable', () => {
    const fields = ['Query', 'Mutation', 'Domain'].flatMap((name) => {
      const type = schema.getType(name);
      return isObjectType(type) ? Object.values(type.getFields()) : [];
    });
    expect(fields.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['domain', 'mx', 'report', 'route', 'testSend']),
    );
    for (const { name, type } of fields) expect(`${name}: ${type}`).not.toMatch(/!$/);
  });

  test('ids are ID!, finding codes strings, and what may pass 31 bits is a Float', () => {
    const objects = own.filter(isObjectType);
    const typesOf = (field: string) =>
      new Set(objects.flatMap((type) => (type.getFields()[field] ? [String(type.getFields()[field]?.type)] : [])));
    expect(typesOf('id')).toEqual(new Set(['ID!']));
    expect(typesOf('ttl')).toEqual(new Set(['Float!']));
    expect(typesOf('size')).toEqual(new Set(['Float']));
    expect(typesOf('oldTtl')).toEqual(new Set(['Float!']));
    const finding = schema.getType('Finding');
    expect(String(isObjectType(finding) && finding.getFields().code?.type)).toBe('String!');
    for (const name of ['probe', 'testSend']) {
      expect(
        String(
          schema
            .getQueryType()
            ?.getFields()
            [name]?.args.find((one) => one.name === 'id')?.type,
        ),
      ).toBe('ID!');
    }
  });
});

describe('media types (GraphQL over HTTP)', () => {
  const NEW = 'application/graphql-response+json';
  test.each([
    [undefined, 200, 'application/json'],
    ['', 200, 'application/json'],
    ['application/json', 200, 'application/json'],
    ['*/*', 200, 'application/json'],
    ['text/html', 200, 'application/json'],
    [NEW, 400, NEW],
    [NEW.toUpperCase(), 400, NEW],
    [`${NEW};charset=utf-8`, 400, NEW],
    [`${NEW}, application/json;q=0.9`, 400, NEW],
    [`application/json, ${NEW}`, 400, NEW],
    [`application/json, ${NEW};q=0.5`, 200, 'application/json'],
    [`${NEW};q=0`, 200, 'application/json'],
    [`${NEW}; q=0, */*`, 200, 'application/json'],
  ] as const)('Accept: %s', async (accept, status, type) => {
    const headers = accept === undefined ? {} : { accept };
    const refused = await graphql('{ nope }', headers);
    expect([refused.status, refused.headers['content-type']]).toEqual([status, `${type}; charset=utf-8`]);
    expect(refused.body.errors?.[0]?.extensions.code).toBe('invalid-request');
    expect(refused.body).not.toHaveProperty('data');
    const ran = await graphql('{ domain(name: "-") { mx { ttl } } }', headers);
    expect([ran.status, ran.headers['content-type']]).toEqual([200, `${type}; charset=utf-8`]);
    expect(ran.body.data).toEqual({ domain: { mx: null } });
  });
});

test('variables and their defaults hold every time, with and without variables', async () => {
  const query =
    'query ($n: String! = "nectec.or.th", $no: Boolean = false) { domain(name: $n) { mx { status ttl @include(if: $no) } } }';
  for (let again = 0; again < 3; again++) {
    for (const [variables, expected] of [
      [undefined, { status: 'MX' }],
      [null, { status: 'MX' }],
      [{}, { status: 'MX' }],
      [{ n: 'null.example' }, { status: 'NULL_MX' }],
      [{ no: true }, { status: 'MX', ttl: expect.any(Number) }],
    ] as const) {
      const { body } = await ask<{ data: Json }>('/graphql', { body: { query, variables } });
      expect(body).toEqual({ data: { domain: { mx: expected } } });
    }
  }
});

describe('bounds', () => {
  const MX = 'mx { ttl }';
  const domains = (count: number, what = MX) =>
    Array.from({ length: count }, (_, i) => `d${i}: domain(name: "x${i}.example") { ${what} }`).join(' ');
  test.each([
    [
      'a second probe in an inline fragment',
      'mutation { a: probe(input: {}) { id } ... on Mutation { b: probe(input: {}) { id } } }',
    ],
    [
      'a report and a route of two domains',
      '{ a: domain(name: "x.example") { report { verdict } } b: domain(name: "y.example") { route { domain } } }',
    ],
    ['a probe and a report found again', '{ probe(id: "x") { id } domain(name: "x.example") { report { verdict } } }'],
    [
      'a second report that a variable skips',
      'query ($n: Boolean = true) { domain(name: "x.example") { report { verdict } b: report @skip(if: $n) { verdict } } }',
    ],
    [
      '21 domains over two fragments',
      `{ ...A ...B } fragment A on Query { ${domains(20)} } fragment B on Query { e: domain(name: "y.example") { ${MX} } }`,
    ],
    ['21 skipped domains', `{ ${domains(21, `${MX} @skip(if: true)`)} }`],
    ['51 aliases of __typename', `{ ${Array.from({ length: 51 }, (_, i) => `t${i}: __typename`).join(' ')} }`],
    [
      'a bound broken by the operation that is not asked for',
      `query A { domain(name: "x.example") { ${MX} } } query B { ${domains(21)} }`,
    ],
  ])('%s', async (_what, query) => {
    const asked = dns.asked.length;
    const { body } = await ask<{ errors: { extensions: Json }[] }>('/graphql', {
      body: { query, ...(query.startsWith('query A') && { operationName: 'A' }) },
    });
    expect(body).not.toHaveProperty('data');
    expect(body.errors.map(({ extensions }) => extensions.code)).toEqual(['invalid-request']);
    expect(dns.asked.length).toBe(asked);
  });

  test('one failure nulls one field, the others are answered', async () => {
    const { body } =
      await graphql(`{ good: domain(name: "nectec.or.th") { ${MX} } bad: domain(name: "ill.example") { ${MX} }
      worse: domain(name: "a..b") { mx { ttl } report { verdict } } article(slug: "none") { title } }`);
    expect(body.data).toEqual({
      good: { mx: { ttl: expect.any(Number) } },
      bad: { mx: null },
      worse: { mx: null, report: null },
      article: null,
    });
    expect(body.errors?.map(({ path, extensions }) => `${path?.join('.')} ${extensions.code}`).sort()).toEqual([
      'article not-found',
      'bad.mx dns-failure',
      'worse.mx invalid-domain',
      'worse.report invalid-domain',
    ]);
  });
});
