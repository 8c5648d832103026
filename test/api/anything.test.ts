/** Whatever is sent, the answer is one the contract names: never a fault, never silence. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { REST_ROUTES } from '../../src/api/rest.ts';
import { startApp } from './harness.ts';

const app = await startApp();
const faults = () => app.log.filter(({ level }) => Number(level) >= 50);
const posts = REST_ROUTES.filter(({ method }) => method === 'POST').map(({ url }) => url);
/** Members that the routes know, so that values get past the first rule. */
const members = [
  'domain',
  'host',
  'ip',
  'port',
  'text',
  'to',
  'from',
  'via',
  'newExchanges',
  'startAt',
  'oldHost',
  'newHost',
  'query',
  'variables',
];
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('-', 'nowhere.example', '10.0.0.1', 25, '2026-01-01T00:00:00Z', [{ host: '-' }]),
);

test('bodies', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...posts, '/graphql'),
      fc.oneof(fc.dictionary(fc.constantFrom(...members), value), fc.jsonValue()),
      async (path, body) => {
        const response = await app.post(path, JSON.stringify(body));
        await response.text();
        expect(response.status).toBeLessThan(500);
      },
    ),
    { numRuns: 300 },
  );
  expect(faults()).toEqual([]);
});

test('documents made of GraphQL’s own words', async () => {
  const word = fc.constantFrom(
    ...[
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      ':',
      '!',
      '$',
      '@',
      '...',
      '|',
      '=',
      '"',
      '"""',
      '#',
      '\n',
      'query',
      'mutation',
      'fragment',
      'on',
      'domain',
      'name',
      'mx',
    ],
    ...[
      'report',
      'explain',
      'text',
      'articles',
      'slug',
      '__schema',
      '__typename',
      'lang',
      'TH',
      'true',
      'null',
      '5',
      '"a"',
      'Query',
      'Domain',
      'skip',
      'if',
      'F',
    ],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 40 }), async (words) => {
      const { status, data, errors } = await app.graphql(words.join(' '));
      expect(status).toBe(200);
      if (data === undefined)
        expect(errors?.every(({ extensions }) => extensions.code === 'invalid-request')).toBe(true);
    }),
    { numRuns: 500 },
  );
  expect(faults()).toEqual([]);
});

test('paths and headers', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('mx', 'report', 'route.svg', ''), text, text, async (what, name, header) => {
      const path = `/v1/domains/${encodeURIComponent(name.toWellFormed())}_./${what}?lang=${encodeURIComponent(header.toWellFormed())}`;
      const response = await app.get(path, {
        'accept-language': encodeURI(header.toWellFormed()),
        'if-none-match': encodeURI(header.toWellFormed()),
      });
      await response.text();
      expect(response.status).toBeLessThan(500);
    }),
    { numRuns: 300 },
  );
  expect(faults()).toEqual([]);
});

test('octets', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
      const answer = await app.raw(Buffer.concat([Buffer.from(bytes), Buffer.from('\r\n\r\n\r\n\r\n')]), 30);
      if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 [234]\d\d /);
    }),
    { numRuns: 100 },
  );
  expect(faults()).toEqual([]);
});
