/**
 * One list of calls through both doors: the same answer, or the same refusal. What differs by nature is taken out first:
 * ids, times, durations, what the cache did, and the case of closed sets.
 */

import { afterAll, expect, test } from 'vitest';
import { screaming } from '../../src/api/graphql-schema.ts';
import { startSmtpServer } from '../helpers/smtp-server.ts';
import { NECTEC, startApp } from './harness.ts';

const mail = await startSmtpServer({}, '127.61.0.9');
afterAll(() => mail.close());
const app = await startApp({
  env: { ALLOW_TARGETS: '127.61.0.0/16', SMTP_PORTS: `25,${mail.port}`, RATE_TARGET_PER_MINUTE: '1000' },
  names: {
    ...NECTEC,
    'mail.example': { A: { ttl: 600, data: [{ address: '127.61.0.9' }] } },
    'null.example': { MX: { ttl: 600, data: [{ preference: 0, exchange: '' }] } },
    'broken.example': {
      MX: {
        ttl: 60,
        data: [
          { preference: 10, exchange: 'gone.example' },
          { preference: 10, exchange: '192.0.2.1' },
        ],
      },
    },
  },
});

type Case = {
  readonly name: string;
  readonly rest: readonly ['GET' | 'POST', string, unknown?];
  /** A root field, or one of `domain`. */
  readonly graphql: { readonly root: 'query' | 'mutation'; readonly field: string; readonly select: string };
};

const FINDING = 'findings { code severity confidence title explanation fix evidence references }';
const CACHE = 'cache { state layer ageSeconds }';
const CAPABILITIES = `extensions { keyword params } startTls size auth pipelining eightBitMime smtpUtf8 dsn chunking enhancedStatusCodes requireTls limits { mailMax rcptMax rcptDomainMax }`;
const REPLY = 'code enhanced text';
const MX = `domain unicode canonical status exchanges { preference host ttl status addresses { ip family ttl } }
  deliveryOrder { preference hosts } ttl dnssec resolvedAt expiresAt ${CACHE} ${FINDING}`;
const PROBE = `id domain port startedAt durationMs ${CACHE} ${FINDING} hosts { host ip family port preference outcome stage
  banner { code text masked } greeting { verb ehlo { ${REPLY} } helo { ${REPLY} } } capabilities { ${CAPABILITIES} }
  capabilitiesAfterTls { ${CAPABILITIES} } tls { offered negotiated protocol cipher certificate { subject } }
  timings { connectMs bannerMs greetingMs tlsMs totalMs } transcript { atMs from line secure } ${FINDING} }`;
const SEND = `id status messageId queueId acceptedBy attempts { host ip preference outcome reply { ${REPLY} } transcript { atMs from line secure } }
  findings { code severity confidence title explanation fix evidence references }`;

const domain = (name: string, what: 'mx' | 'report' | 'route', select: string): Case => ({
  name: `${what} of ${name}`,
  rest: ['GET', `/v1/domains/${encodeURIComponent(name)}/${what}`],
  graphql: { root: 'query', field: `domain(name: ${JSON.stringify(name)}) { ${what} { ${select} } }`, select: what },
});
const call = (name: string, root: 'query' | 'mutation', rest: Case['rest'], field: string, select: string): Case => ({
  name,
  rest,
  graphql: { root, field: `${field} { ${select} }`, select: field.split('(')[0] ?? '' },
});
const post = (path: string, body: unknown) => ['POST', path, body] as const;
const probe = (host: string, extra = '') =>
  `probe(input: {host: ${JSON.stringify(host)}, port: ${mail.port}, security: NONE, fresh: true${extra}})`;

const EXPLAIN = 'replies { code enhanced class meaning fix article } findings { code } summary';
const CASES: readonly Case[] = [
  ...['nectec.or.th', 'ไทย.example', 'null.example', 'broken.example', 'nowhere.example', '', 'a..b', '192.0.2.1'].map(
    (name) => domain(name, 'mx', MX),
  ),
  domain(
    'null.example',
    'report',
    `domain mx { ${MX} } probe { id } delivery { delivers steps { preference hosts { host state chance } } firstChoice summary } verdict ${FINDING} summary`,
  ),
  domain('-', 'report', 'summary'),
  domain(
    'null.example',
    'route',
    'domain nodes { id kind label host preference state } edges { from to kind label order usable }',
  ),
  call(
    'an explanation',
    'query',
    post('/v1/explanations', { text: '450 4.7.1 Greylisted, try again' }),
    'explain(text: "450 4.7.1 Greylisted, try again")',
    EXPLAIN,
  ),
  call('no text', 'query', post('/v1/explanations', { text: '' }), 'explain(text: "")', EXPLAIN),
  call('articles', 'query', ['GET', '/v1/articles?q=cisco'], 'articles(q: "cisco")', 'articles { slug title summary }'),
  call('an article', 'query', ['GET', '/v1/articles/what-is-mx'], 'article(slug: "what-is-mx")', 'slug title markdown'),
  call('no article', 'query', ['GET', '/v1/articles/nope'], 'article(slug: "nope")', 'slug title markdown'),
  call(
    'no probe',
    'query',
    ['GET', '/v1/probes/d9428888-122b-41e1-b85c-61cd3cbb3210'],
    'probe(id: "d9428888-122b-41e1-b85c-61cd3cbb3210")',
    'id',
  ),
  call('an id that is none', 'query', ['GET', '/v1/probes/5'], 'probe(id: "5")', 'id'),
  call(
    'no send',
    'query',
    ['GET', '/v1/test-sends/d9428888-122b-41e1-b85c-61cd3cbb3210'],
    'testSend(id: "d9428888-122b-41e1-b85c-61cd3cbb3210")',
    SEND,
  ),
  call(
    'a probe',
    'mutation',
    post('/v1/probes', { host: 'mail.example', port: mail.port, security: 'none', fresh: true }),
    probe('mail.example'),
    PROBE,
  ),
  call(
    'a probe of an address',
    'mutation',
    post('/v1/probes', { host: '127.61.0.9', port: mail.port, security: 'none', fresh: true }),
    probe('127.61.0.9'),
    PROBE,
  ),
  call(
    'a probe of nobody',
    'mutation',
    post('/v1/probes', { host: 'nowhere.example', port: mail.port, security: 'none', fresh: true }),
    probe('nowhere.example'),
    PROBE,
  ),
  call(
    'a probe of a private address',
    'mutation',
    post('/v1/probes', { host: '10.0.0.1' }),
    'probe(input: {host: "10.0.0.1"})',
    PROBE,
  ),
  call(
    'a probe of a port that is not for mail',
    'mutation',
    post('/v1/probes', { host: '203.0.114.1', port: 22 }),
    'probe(input: {host: "203.0.114.1", port: 22})',
    PROBE,
  ),
  call('a probe of nothing', 'mutation', post('/v1/probes', {}), 'probe(input: {})', PROBE),
  call(
    'a probe with a limit that is none',
    'mutation',
    post('/v1/probes', { host: '203.0.114.1', maxSeconds: 1 }),
    'probe(input: {host: "203.0.114.1", maxSeconds: 1})',
    PROBE,
  ),
  call(
    'a send that nobody may',
    'mutation',
    post('/v1/test-sends', { to: 'a@b.example' }),
    'testSend(input: {to: "a@b.example"})',
    SEND,
  ),
  call('a send to nobody', 'mutation', post('/v1/test-sends', { to: '' }), 'testSend(input: {to: ""})', SEND),
  call(
    'a plan for no domain',
    'mutation',
    post('/v1/migrations/plan', { domain: '', newExchanges: [{ host: 'new.example' }] }),
    'migrationPlan(input: {domain: "", newExchanges: [{host: "new.example"}]})',
    'strategy',
  ),
  call(
    'a plan for a time that is none',
    'mutation',
    post('/v1/migrations/plan', { domain: 'null.example', newExchanges: [{ host: 'new.example' }], startAt: 'soon' }),
    'migrationPlan(input: {domain: "null.example", newExchanges: [{host: "new.example"}], startAt: "soon"})',
    'strategy',
  ),
  call(
    'a check of a host that is none',
    'mutation',
    post('/v1/migrations/check', { domain: 'null.example', oldHost: '', newHost: 'b.example' }),
    'migrationCheck(input: {domain: "null.example", oldHost: "", newHost: "b.example"})',
    'stage',
  ),
];

/** Values of closed sets, by the name of their member. */
const CLOSED = new Set([
  'status',
  'dnssec',
  'state',
  'layer',
  'severity',
  'confidence',
  'outcome',
  'stage',
  'verdict',
  'kind',
  'class',
  'from',
  'verb',
  'strategy',
  'name',
]);
const VARYING = new Set([
  'id',
  'startedAt',
  'durationMs',
  'atMs',
  'connectMs',
  'bannerMs',
  'greetingMs',
  'tlsMs',
  'totalMs',
  'resolvedAt',
  'expiresAt',
  'cache',
  'ttl',
  'messageId',
]);

function comparable(value: unknown, member = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => comparable(one, member));
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([name]) => !VARYING.has(name));
    return Object.fromEntries(members.map(([name, one]) => [name, comparable(one, name)]));
  }
  return typeof value === 'string' && CLOSED.has(member) && !value.includes('.') ? screaming(value) : value;
}

/** What was not asked for over GraphQL is no difference. */
function within(rest: unknown, graphql: unknown): unknown {
  if (Array.isArray(rest) && Array.isArray(graphql)) return rest.map((one, index) => within(one, graphql[index]));
  if (typeof rest !== 'object' || rest === null || typeof graphql !== 'object' || graphql === null) return rest;
  const members = graphql as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(rest).flatMap(([name, one]) => (name in members ? [[name, within(one, members[name])]] : [])),
  );
}

const LANGUAGES = ['en', 'th'] as const;

test.for(CASES.flatMap((one) => LANGUAGES.map((lang) => ({ ...one, lang }))))(
  '$name ($lang)',
  async ({ rest, graphql, lang }) => {
    const [method, path, body] = rest;
    const headers = { 'accept-language': lang };
    const response = method === 'GET' ? await app.get(path, headers) : await app.post(path, body, headers);
    const answer = (await response.json()) as Record<string, unknown>;
    const other = await app.graphql(`${graphql.root} { ${graphql.field} }`, undefined, headers);
    const source = other.data && ('domain' in other.data ? (other.data.domain as Record<string, unknown>) : other.data);
    const value = source?.[graphql.select];
    expect(response.headers.get('content-language')).toBe(other.headers.get('content-language'));
    if (response.ok) {
      expect(other.errors).toBeUndefined();
      const shown = comparable(value);
      expect(shown).toEqual(within(comparable(answer), shown));
      return;
    }
    expect(value).toBeNull();
    expect(other.errors).toHaveLength(1);
    const [error] = other.errors ?? [];
    expect({ code: error?.extensions.code, detail: error?.message, errors: error?.extensions.errors }).toEqual({
      code: answer.code,
      detail: answer.detail,
      errors: answer.errors,
    });
  },
);
