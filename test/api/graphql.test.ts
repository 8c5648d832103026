import { describe, expect, test } from 'vitest';
import { NECTEC, startApp } from './harness.ts';

const app = await startApp({
  names: {
    ...NECTEC,
    'null.example': { MX: { ttl: 600, data: [{ preference: 0, exchange: '' }] } },
    'four.example': { MX: { ttl: 4_000_000_000, data: [{ preference: 5, exchange: 'imail.nectec.or.th' }] } },
  },
});

const MX = `mx { status exchanges { preference host status addresses { ip family ttl } } deliveryOrder { preference hosts }
  ttl dnssec cache { state layer } findings { code severity confidence } }`;

const codes = (answer: Awaited<ReturnType<typeof app.graphql>>) =>
  answer.errors?.map(({ extensions }) => extensions.code);

describe('values', () => {
  test('closed sets are enums, the rest as over REST', async () => {
    const rest = (await (await app.get('/v1/domains/nectec.or.th/mx')).json()) as Record<string, unknown>;
    const { data, errors } = await app.graphql(`{ domain(name: "nectec.or.th") { ${MX} } }`);
    expect(errors).toBeUndefined();
    expect(data?.domain).toMatchObject({
      mx: {
        status: 'MX',
        deliveryOrder: rest.deliveryOrder,
        dnssec: 'INSECURE',
        cache: { state: 'HIT', layer: 'MEMORY' },
        exchanges: [
          { preference: 10, host: 'imail.nectec.or.th', status: 'OK', addresses: [{ ip: '203.0.114.10', family: 4 }] },
          { preference: 20, host: 'maildr.nectec.or.th', status: 'OK' },
        ],
      },
    });
  });

  test('a value with a hyphen', async () => {
    const { data } = await app.graphql(`{ domain(name: "null.example") { ${MX} } }`);
    expect(data).toMatchObject({ domain: { mx: { status: 'NULL_MX', findings: [{ code: 'mx-null' }] } } });
  });

  test('numbers beyond 31 bits are no fault', async () => {
    const { errors } = await app.graphql(`{ domain(name: "four.example") { ${MX} } }`);
    expect(errors).toBeUndefined();
  });

  test('the same document with its arguments as variables, again and again, and compiled', async () => {
    const query = `query Q($name: String!, $fresh: Boolean) { domain(name: $name) { mx(fresh: $fresh) { status cache { state } } } }`;
    for (const [name, fresh, expected] of [
      ['nectec.or.th', true, 'MISS'],
      ['nectec.or.th', false, 'HIT'],
      ['null.example', null, 'HIT'],
      ['nectec.or.th', undefined, 'HIT'],
    ] as const) {
      const { data, errors } = await app.graphql(query, { name, fresh });
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ domain: { mx: { cache: { state: expected } } } });
    }
    const wrong = await app.graphql(query, { name: 5 });
    expect(codes(wrong)).toEqual(['invalid-request']);
    expect(wrong.data).toBeUndefined();
    expect(codes(await app.graphql(query))).toEqual(['invalid-request']);
    expect((await app.graphql(query, { name: 'nectec.or.th' })).errors).toBeUndefined();
  });

  test('aliases, fragments, skipped fields, @include', async () => {
    const query = `query ($no: Boolean!) {
      one: domain(name: "nectec.or.th") { ...D }
      two: domain(name: "null.example") { ...D mx { ttl @include(if: $no) } }
    } fragment D on Domain { mx { status __typename } }`;
    for (let run = 0; run < 3; run++) {
      const { data } = await app.graphql(query, { no: false });
      expect(data).toEqual({
        one: { mx: { status: 'MX', __typename: 'MxAnswer' } },
        two: { mx: { status: 'NULL_MX', __typename: 'MxAnswer' } },
      });
    }
  });

  test('operationName chooses, every time anew', async () => {
    const query = `query A { articles(q: "mx") { articles { slug } } } query B { domain(name: "nectec.or.th") { mx { status } } }`;
    for (let run = 0; run < 3; run++) {
      for (const [operationName, member] of [
        ['A', 'articles'],
        ['B', 'domain'],
      ] as const) {
        const response = await app.post('/graphql', { query, operationName });
        const { data } = (await response.json()) as { data: object };
        expect(Object.keys(data)).toEqual([member]);
      }
    }
    for (const operationName of ['C', undefined, null, '']) {
      const { errors, data } = (await (await app.post('/graphql', { query, operationName })).json()) as {
        errors: { extensions: { code: string } }[];
        data?: unknown;
      };
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['invalid-request']);
      expect(data).toBeUndefined();
    }
  });

  test('languages: an argument for a field, the header for the rest', async () => {
    const query = `query ($lang: Language) { articles(lang: TH) { articles { title } } article(slug: "what-is-mx", lang: $lang) { title } }`;
    const mixed = await app.graphql(query, { lang: 'EN' });
    expect(mixed.headers.get('content-language')).toBe('th, en');
    expect(JSON.stringify(mixed.data?.articles)).toMatch(/[ก-๙]/);
    expect(JSON.stringify(mixed.data?.article)).not.toMatch(/[ก-๙]/);
    const header = await app.graphql('{ article(slug: "what-is-mx") { title } }', undefined, {
      'accept-language': 'th',
    });
    expect(header.headers.get('content-language')).toBe('th');
    expect(JSON.stringify(header.data)).toMatch(/[ก-๙]/);
  });
});

describe('one failure nulls one field', () => {
  test.for([
    ['{ domain(name: "a..b") { mx { ttl } } }', { domain: { mx: null } }, 'invalid-domain'],
    ['{ domain(name: "") { report { summary } } }', { domain: { report: null } }, 'invalid-domain'],
    ['{ domain(name: "") { route { domain } } }', { domain: { route: null } }, 'invalid-domain'],
    ['{ article(slug: "none") { title } }', { article: null }, 'not-found'],
    ['{ explain(text: "") { summary } }', { explain: null }, 'invalid-request'],
    ['{ probe(id: "x") { id } }', { probe: null }, 'invalid-request'],
    ['{ probe(id: "d9428888-122b-41e1-b85c-61cd3cbb3210") { id } }', { probe: null }, 'not-found'],
    ['{ testSend(id: "d9428888-122b-41e1-b85c-61cd3cbb3210") { id } }', { testSend: null }, 'not-found'],
    ['mutation { probe(input: {}) { id } }', { probe: null }, 'invalid-request'],
    ['mutation { probe(input: {domain: "a.example", host: "b.example"}) { id } }', { probe: null }, 'invalid-request'],
    ['mutation { probe(input: {host: "10.0.0.1"}) { id } }', { probe: null }, 'target-forbidden'],
    [
      'mutation { probe(input: {host: "127.0.0.1", security: NONE, port: 25}) { id } }',
      { probe: null },
      'target-forbidden',
    ],
    ['mutation { testSend(input: {to: "a@b.example"}) { id } }', { testSend: null }, 'forbidden'],
    [
      'mutation { migrationPlan(input: {domain: "-", newExchanges: [{host: "a.example"}]}) { strategy } }',
      { migrationPlan: null },
      'invalid-domain',
    ],
  ] as const)('%s', async ([query, data, code]) => {
    for (let run = 0; run < 3; run++) {
      const answer = await app.graphql(query);
      expect(answer.status).toBe(200);
      expect(answer.data).toEqual(data);
      expect(codes(answer)).toEqual([code]);
      expect(answer.errors?.[0]?.path?.length).toBeGreaterThan(0);
    }
  });

  test('text of 65 KiB', async () => {
    const answer = await app.graphql('query ($t: String!) { explain(text: $t) { summary } }', {
      t: '2'.repeat(65 * 1024),
    });
    expect(codes(answer)).toEqual(['body-too-large']);
    expect(answer.data).toEqual({ explain: null });
  });

  test('wrong members are named as over REST', async () => {
    const rest = await app.post('/v1/test-sends', { to: 'a@b.example', port: 0 });
    const { errors } = (await rest.json()) as { errors: unknown };
    const answer = await app.graphql('mutation { testSend(input: {to: "a@b.example", port: 0}) { id } }');
    expect(answer.errors?.[0]?.extensions.errors).toEqual(errors);
  });

  test('null for something optional is that thing left out', async () => {
    const answer = await app.graphql(
      'mutation { probe(input: {host: "10.0.0.1", port: null, domain: null, family: null}) { id } }',
    );
    expect(codes(answer)).toEqual(['target-forbidden']);
  });
});

describe('over HTTP', () => {
  const NEW = 'application/graphql-response+json';
  test.for<[string, unknown, number]>([
    ['a good operation', { query: '{ __typename }' }, 200],
    ['part of an answer', { query: '{ domain(name: "-") { mx { ttl } } }' }, 200],
    ['a syntax error', { query: '{' }, 400],
    ['an unknown field', { query: '{ nope }' }, 400],
    ['a missing variable', { query: 'query ($n: String!) { article(slug: $n) { title } }' }, 400],
    ['no query', {}, 400],
    ['an empty query', { query: '' }, 400],
    ['a query that is a number', { query: 5 }, 400],
    ['a query that is a tree', { query: '{"kind":"Document","definitions":[]}' }, 400],
    ['variables that are a list', { query: '{ __typename }', variables: [] }, 400],
    ['variables that are a text', { query: '{ __typename }', variables: '{}' }, 400],
    ['a name that is a number', { query: '{ __typename }', operationName: 5 }, 400],
    ['extensions that are a text', { query: '{ __typename }', extensions: 'x' }, 400],
    ['a member nobody knows', { query: '{ __typename }', id: 'x' }, 400],
    ['nothing optional', { query: '{ __typename }', variables: null, operationName: null, extensions: null }, 200],
    ['a batch', [{ query: '{ __typename }' }], 400],
    ['a text', '"{ __typename }"', 400],
    ['a subscription', { query: 'subscription { x }' }, 400],
  ])('%s: an error status for those who know the media type, GraphQL for all', async ([, body, status]) => {
    for (const [accept, expected, type] of [
      [NEW, status, `${NEW}; charset=utf-8`],
      [`${NEW}, application/json;q=0.9`, status, `${NEW}; charset=utf-8`],
      ['application/json', 200, 'application/json; charset=utf-8'],
      ['*/*', 200, 'application/json; charset=utf-8'],
    ] as const) {
      const response = await app.post('/graphql', body, { accept });
      expect(response.status).toBe(expected);
      expect(response.headers.get('content-type')).toBe(type);
      const answer = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
      if (status === 200) expect(answer.data).toBeDefined();
      else {
        expect(answer).not.toHaveProperty('data');
        expect(new Set(answer.errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['invalid-request']));
      }
    }
  });

  test('what is wrong before there is JSON is a problem', async () => {
    const cases: [Promise<Response>, number][] = [
      [app.post('/graphql', '{"query":'), 400],
      [app.post('/graphql', ''), 400],
      [app.post('/graphql', '{ __typename }', { 'content-type': 'application/graphql' }), 415],
      [app.post('/graphql', { query: ' '.repeat(500_000) }), 413],
      [app.get('/graphql?query={__typename}'), 405],
    ];
    for (const [answer, status] of cases) {
      const response = await answer;
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      await response.text();
    }
  });

  test('nothing of GraphQL may be stored', async () => {
    const { headers } = await app.graphql('{ articles { articles { slug } } }');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('ratelimit')).toMatch(/^"lookup"/);
  });

  test('GraphiQL’s question for the schema fits the bounds', async () => {
    const { getIntrospectionQuery, buildClientSchema } = await import('graphql');
    for (const options of [
      {},
      { inputValueDeprecation: true, specifiedByUrl: true, schemaDescription: true, directiveIsRepeatable: true },
    ]) {
      const { data, errors } = await app.graphql(getIntrospectionQuery(options));
      expect(errors).toBeUndefined();
      expect(buildClientSchema(data as never).getQueryType()?.name).toBe('Query');
    }
  });
});

describe('bounds are refused before anything is asked', () => {
  const times = (count: number, text: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => text(i)).join(' ');
  const ofType = (levels: number) =>
    `{ __schema { types { fields { type ${'{ ofType '.repeat(levels)}{ name }${' }'.repeat(levels)} } } } }`;

  test.for<[string, string, boolean]>([
    ['20 domains', `{ ${times(20, (i) => `d${i}: domain(name: "d${i}.example") { mx { ttl } }`)} }`, true],
    ['21 domains', `{ ${times(21, (i) => `d${i}: domain(name: "d${i}.example") { mx { ttl } }`)} }`, false],
    ['21 domains without aliases', `{ ${times(21, (i) => `domain(name: "d${i}.example") { mx { ttl } }`)} }`, false],
    ['50 aliases', `{ articles { ${times(50, (i) => `a${i}: articles { slug }`)} } }`, true],
    ['51 aliases', `{ articles { ${times(51, (i) => `a${i}: articles { slug }`)} } }`, false],
    [
      '51 aliases by a fragment',
      `{ articles { articles { ${times(3, () => '...F')} } } } fragment F on ArticleSummary { ${times(17, (i) => `a${i}: slug`)} }`,
      false,
    ],
    ['depth 20', ofType(15), true],
    ['depth 21', ofType(16), false],
    ['1,000 selections', `{ articles { articles { ${times(998, () => 'slug')} } } }`, true],
    ['1,001 selections', `{ articles { articles { ${times(999, () => 'slug')} } } }`, false],
    [
      '1,001 by fragments in fragments',
      `{ articles { articles { ...A } } } fragment A on ArticleSummary { ${times(40, () => '...B')} } fragment B on ArticleSummary { ${times(24, () => 'slug')} }`,
      false,
    ],
    [
      'fragments that double forty times',
      `{ articles { articles { ...F0 } } } ${times(40, (i) => `fragment F${i} on ArticleSummary { ...F${i + 1} ...F${i + 1} }`)} fragment F40 on ArticleSummary { slug }`,
      false,
    ],
    [
      'a cycle of fragments',
      '{ articles { articles { ...A } } } fragment A on ArticleSummary { ...B } fragment B on ArticleSummary { ...A }',
      false,
    ],
    [
      'a fragment that is never spread',
      `{ articles { articles { slug } } } fragment A on ArticleSummary { ${times(900, () => 'slug')} }`,
      false,
    ],
    ['32 KiB', `{ __typename #${'x'.repeat(32 * 1024 - 17)}\n }`, true],
    ['more than 32 KiB', `{ __typename #${'x'.repeat(32 * 1024)}\n }`, false],
    ['5,000 levels', `${'{ a '.repeat(5_000)}${'}'.repeat(5_000)}`, false],
    ['10,000 brackets', `{ article(slug: ${'['.repeat(10_000)}${']'.repeat(10_000)}) { slug } }`, false],
    ['one report', '{ domain(name: "-") { report { verdict } } }', true],
    ['a report and a route', '{ domain(name: "-") { report { verdict } route { domain } } }', false],
    [
      'two reports',
      '{ a: domain(name: "-") { report { verdict } } b: domain(name: "-") { report { verdict } } }',
      false,
    ],
    ['two reports by alias', '{ domain(name: "-") { a: report { verdict } b: report { verdict } } }', false],
    [
      'two by a fragment spread twice',
      '{ a: domain(name: "-") { ...R } b: domain(name: "-") { ...R } } fragment R on Domain { report { verdict } }',
      false,
    ],
    ['two probes', 'mutation { a: probe(input: {}) { id } b: probe(input: {}) { id } }', false],
    ['a probe and a send', 'mutation { probe(input: {}) { id } testSend(input: {to: "a"}) { id } }', false],
    [
      'a plan and a check',
      'mutation { migrationPlan(input: {domain: "-", newExchanges: []}) { strategy } migrationCheck(input: {domain: "-", oldHost: "a", newHost: "b"}) { stage } }',
      false,
    ],
    [
      'a skipped second report',
      '{ domain(name: "-") { a: report { verdict } b: report @skip(if: true) { verdict } } }',
      false,
    ],
    ['the probe of a report', '{ domain(name: "-") { report { probe { id } mx { ttl } } } }', true],
    [
      'two operations with one each',
      'query A { domain(name: "-") { report { verdict } } } query B { domain(name: "-") { route { domain } } }',
      true,
    ],
  ])('%s', async ([, query, fits]) => {
    const asked = app.dns.asked.length;
    const started = performance.now();
    const response = await app.post('/graphql', { query, ...(query.startsWith('query A') && { operationName: 'A' }) });
    const answer = (await response.json()) as {
      data?: unknown;
      errors?: { message: string; extensions: { code: string } }[];
    };
    if (fits) expect(answer).toHaveProperty('data');
    else {
      expect(answer).not.toHaveProperty('data');
      expect(answer.errors?.[0]?.extensions.code).toBe('invalid-request');
      expect(app.dns.asked.length).toBe(asked);
    }
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  test('batches are refused whatever they hold', async () => {
    for (const body of [
      [],
      [{ query: '{ __typename }' }],
      Array.from({ length: 100 }, () => ({ query: '{ __typename }' })),
    ]) {
      const answer = (await (await app.post('/graphql', body)).json()) as {
        errors: { extensions: { code: string } }[];
      };
      expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['invalid-request']);
      expect(answer).not.toHaveProperty('data');
    }
  });

  test('a field repeated in ever other words takes no second of ours', async () => {
    const query = `{ domain(name: "nectec.or.th") { mx { ${times(300, (i) => `exchanges {${' '.repeat(i)}addresses{ip}}`)} } } }`;
    const started = performance.now();
    const { errors } = await app.graphql(query);
    expect(performance.now() - started).toBeLessThan(500);
    expect(errors?.[0]?.extensions.code).toBe('invalid-request');
  });
});

describe('what is said of a value that does not fit', () => {
  const mutation = 'mutation($input: TestSendInput!) { testSend(input: $input) { id } }';
  const via = { host: 'relay.example', username: 'u', password: 'pa55-Word!' };
  const told = async (query: string, variables: unknown) => (await app.post('/graphql', { query, variables })).text();

  test.for([
    ['a member too many', { to: 'a@b.example', via: { ...via, pass: 'x' } }, 'Field \\"pass\\" is not defined'],
    ['a member missing', { via }, 'of required type'],
    ['a password in a list', { to: 'a@b.example', via: { ...via, password: [via.password] } }, 'input.via.password'],
    ['a list', [{ to: 'a@b.example', via }], 'to be an object'],
    ['an enum', { to: 'a@b.example', via: { ...via, security: via.password } }, 'SecurityMode'],
  ] as const)('names the place and the rule, never the value: %s', async ([, input, rule]) => {
    // Again and again: what is compiled speaks for itself.
    for (let i = 0; i < 3; i++) {
      const text = await told(mutation, { input });
      expect(text).toContain(rule);
      expect(text).not.toContain(via.password);
    }
  });

  test('nor a value in the document', async () => {
    const text = await told(
      'mutation { testSend(input: { to: "a@b.c", via: { host: "h", password: ["pa55-Word!"] } }) { id } }',
      null,
    );
    expect(text).not.toContain(via.password);
  });

  test.for(['x', ' got invalid value ', 'cannot represent ', 'Value "', ' at "a', '; Field "'])(
    'is short, and said soon, whatever was written: %j',
    async (piece) => {
      const long = piece.repeat(300_000 / piece.length);
      for (const variables of [{ t: [long] }, { t: { [long]: 1 } }, { t: 'x', l: long }]) {
        const began = performance.now();
        const text = await told(
          'query($t: String!, $l: Language) { explain(text: $t, lang: $l) { summary } }',
          variables,
        );
        expect(text.length).toBeLessThan(1_500);
        expect(performance.now() - began).toBeLessThan(2_000);
      }
    },
  );
});
