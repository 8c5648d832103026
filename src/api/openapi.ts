/**
 * The OpenAPI document: made from the same list of routes that the service registers, so that it cannot tell of another one, by
 * @fastify/swagger in an instance that listens to nothing. Loaded when somebody asks for it; `openapi.yaml` is this document
 * written down by a script. Describes; decides nothing at run time.
 */

import swagger from '@fastify/swagger';
import { type TSchema, Type } from '@sinclair/typebox';
import Fastify from 'fastify';
import { SHARED_SCHEMAS } from '../operations/contract.ts';
import type { Language } from '../texts/text.ts';
import { EXAMPLES } from './examples.ts';
import { type ProblemCode, problemOf, statusOf, TITLES } from './refusals.ts';
import { REST_ROUTES, type RestRoute } from './rest.ts';

type Words = {
  readonly id: string;
  readonly summary: string;
  readonly tag: string;
  readonly errors: readonly ProblemCode[];
};

const DNS: readonly ProblemCode[] = ['dns-failure', 'dns-timeout'];
const PROBING: readonly ProblemCode[] = ['invalid-domain', 'target-forbidden', ...DNS];

const WORDS: Readonly<Record<string, Words>> = {
  'GET /v1/domains/:domain/mx': {
    id: 'resolveMx',
    summary: 'Where a domain’s mail goes',
    tag: 'MX',
    errors: ['invalid-domain', ...DNS],
  },
  'POST /v1/probes': {
    id: 'probe',
    summary: 'What its mail servers can do, and why not',
    tag: 'Probes',
    errors: PROBING,
  },
  'GET /v1/probes/:id': { id: 'findProbe', summary: 'A probe of the last hour', tag: 'Probes', errors: ['not-found'] },
  'GET /v1/domains/:domain/report': {
    id: 'report',
    summary: 'Everything about a domain’s mail, with a verdict',
    tag: 'Advice',
    errors: PROBING,
  },
  'GET /v1/domains/:domain/route': {
    id: 'route',
    summary: 'The path of a message, as data',
    tag: 'Advice',
    errors: PROBING,
  },
  'GET /v1/domains/:domain/route.svg': {
    id: 'routeSvg',
    summary: 'The path of a message, drawn',
    tag: 'Advice',
    errors: PROBING,
  },
  'GET /v1/domains/:domain/route.mmd': {
    id: 'routeMermaid',
    summary: 'The path of a message, in Mermaid',
    tag: 'Advice',
    errors: PROBING,
  },
  'POST /v1/explanations': {
    id: 'explain',
    summary: 'What an SMTP reply or a bounce means',
    tag: 'Advice',
    errors: [],
  },
  'POST /v1/migrations/plan': {
    id: 'planMigration',
    summary: 'How to change exchanges without losing mail',
    tag: 'Migrations',
    errors: PROBING,
  },
  'POST /v1/migrations/check': {
    id: 'checkMigration',
    summary: 'How far a change has come',
    tag: 'Migrations',
    errors: PROBING,
  },
  'POST /v1/test-sends': {
    id: 'testSend',
    summary: 'Send one test message and show the dialogue',
    tag: 'Test sends',
    errors: ['target-forbidden', 'recipient-forbidden', 'idempotency-conflict', 'unavailable', ...DNS],
  },
  'GET /v1/test-sends/:id': {
    id: 'findTestSend',
    summary: 'A test send of the last 24 hours',
    tag: 'Test sends',
    errors: ['not-found'],
  },
  'GET /v1/articles': { id: 'listArticles', summary: 'How-to texts for a help desk', tag: 'Articles', errors: [] },
  'GET /v1/articles/:slug': { id: 'getArticle', summary: 'One how-to text', tag: 'Articles', errors: ['not-found'] },
};

const EVERY_CALL: readonly ProblemCode[] = [
  'invalid-request',
  'unauthenticated',
  'forbidden',
  'method-not-allowed',
  'internal',
  'overloaded',
  'unavailable',
];
const EVERY_BODY: readonly ProblemCode[] = ['body-too-large', 'unsupported-media-type'];

const LANG = Type.Optional(
  Type.Unsafe<Language>({
    type: 'string',
    enum: ['th', 'en'],
    description: 'Language of texts for people; else Accept-Language',
  }),
);
const FRESH = Type.Optional(Type.Boolean({ description: 'Skips the cache' }));
const KEYED = [{ bearer: [] }, { apiKey: [] }];
const EXAMPLE_PARAMS: Readonly<Record<string, string>> = {
  domain: 'nectec.or.th',
  id: 'd9428888-122b-41e1-b85c-61cd3cbb3210',
  slug: 'what-is-mx',
};

/** Made anew at each call; whoever serves it keeps it. */
export async function openApiDocument(): Promise<object> {
  const host = Fastify();
  // What stands here is described and never asked.
  host.setValidatorCompiler(() => () => true);
  host.setSerializerCompiler(() => JSON.stringify);
  for (const schema of SHARED_SCHEMAS) host.addSchema(schema);
  await host.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'mxscope',
        version: '1.0.0',
        description:
          'Where a domain’s mail goes, whether the servers there take it, and why not. Every answer carries `X-Request-Id`. Errors are RFC 9457 problem documents. The same use cases are offered over GraphQL at `/graphql`.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/', description: 'This service' }],
      tags: ['MX', 'Probes', 'Test sends', 'Advice', 'Migrations', 'Articles', 'GraphQL', 'Operation'].map((name) => ({
        name,
      })),
      security: KEYED,
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key; not needed on loopback without API_KEYS',
          },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        },
      },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `inline-${index}`) },
  });
  const nobody = () => undefined;
  for (const route of REST_ROUTES) {
    host.route({
      method: route.method,
      url: route.url,
      schema: describeRoute(route),
      exposeHeadRoute: false,
      handler: nobody,
    });
  }
  host.post('/graphql', { schema: describeGraphql() }, nobody);
  for (const path of Object.keys(OPERATIONAL)) {
    host.get(path, { schema: describeOperational(path), exposeHeadRoute: false }, nobody);
  }
  await host.ready();
  const document = host.swagger();
  await host.close();
  addBodyExamples(document as Described);
  return document;
}

const GRAPHQL_BODY = { query: '{ domain(name: "nectec.or.th") { mx { status ttl exchanges { preference host } } } }' };

/** The plugin passes on examples of answers, and drops those of bodies. */
function addBodyExamples(document: Described): void {
  for (const { post } of Object.values(document.paths ?? {})) {
    const media = post?.requestBody?.content?.['application/json'];
    if (media) media.example = post?.operationId === 'graphql' ? GRAPHQL_BODY : EXAMPLES[post?.operationId ?? '']?.body;
  }
}

/** What of a document we touch. */
type Described = {
  paths?: Record<
    string,
    { post?: { operationId?: string; requestBody?: { content?: Record<string, { example?: unknown }> } } }
  >;
};

function describeRoute(route: RestRoute): Record<string, unknown> {
  const words = WORDS[`${route.method} ${route.url}`];
  if (!words) throw new Error(`${route.method} ${route.url} has no words in the OpenAPI document`);
  const examples = EXAMPLES[route.operation.id];
  if (!examples) throw new Error(`${route.operation.id} has no example`);
  const params = [...route.url.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const posts = route.method === 'POST';
  const errors = [
    ...EVERY_CALL,
    ...(posts ? EVERY_BODY : []),
    ...(route.budget === null ? [] : (['rate-limited'] as const)),
    ...words.errors,
  ];
  return {
    operationId: words.id,
    summary: words.summary,
    tags: [words.tag],
    ...(params.length > 0 && { params: Type.Object(Object.fromEntries(params.map((name) => [name, paramOf(name)]))) }),
    querystring: Type.Object({ lang: LANG, ...queryOf(route) }),
    ...(words.id in REQUEST_HEADERS && { headers: Type.Object(REQUEST_HEADERS[words.id] ?? {}) }),
    ...(posts && { body: { content: { 'application/json': { schema: bodyOf(route) } } } }),
    security: KEYED,
    response: {
      200: answerOf(route, words.id, examples.answer),
      ...(words.id === 'resolveMx' && { 304: { type: 'null', description: 'The data are those of If-None-Match' } }),
      ...problems(errors),
    },
  };
}

const REQUEST_HEADERS: Readonly<Record<string, Record<string, TSchema>>> = {
  resolveMx: { 'If-None-Match': Type.Optional(Type.String({ description: 'An ETag of an earlier answer' })) },
  testSend: {
    'Idempotency-Key': Type.Optional(
      Type.String({ minLength: 1, maxLength: 128, description: 'Visible ASCII; honoured for 24 h' }),
    ),
  },
};

const paramOf = (name: string) => Type.String({ examples: [EXAMPLE_PARAMS[name]] });

function queryOf(route: RestRoute): Record<string, TSchema> {
  if (route.operation.id === 'listArticles')
    return { q: Type.Optional(Type.String({ description: 'Words to look for' })) };
  return route.url.includes(':domain') ? { fresh: FRESH } : {};
}

const refTo = (schema: TSchema) => ({ $ref: `${schema.$id}#` });

/** What of the operation's input is the body: all of it, or its member of that name. */
function bodyOf(route: RestRoute): unknown {
  const { input } = route.operation;
  return refTo(input.$id === undefined ? ((input.properties as Record<string, TSchema>).body ?? input) : input);
}

function answerOf(route: RestRoute, id: string, example: unknown): Record<string, unknown> {
  const drawn = { 'route.svg': 'image/svg+xml', 'route.mmd': 'text/plain' }[route.url.split('/').at(-1) ?? ''];
  const content =
    drawn === undefined
      ? { 'application/json': { schema: refTo(route.operation.output), example } }
      : {
          [drawn]: {
            schema: { type: 'string' },
            example: drawn.startsWith('image') ? '<svg xmlns="http://www.w3.org/2000/svg"/>' : 'flowchart LR',
          },
        };
  const headers = { ...(route.budget !== null && BUDGET_HEADERS), ...(id === 'resolveMx' && CACHE_HEADERS) };
  return { description: 'The answer', ...(Object.keys(headers).length > 0 && { headers }), content };
}

const BUDGET_HEADERS = {
  RateLimit: { type: 'string', description: 'What is left: "client";r=59;t=60' },
  'RateLimit-Policy': { type: 'string', description: 'The budgets: "client";q=60;w=60' },
};

const CACHE_HEADERS = {
  'Cache-Control': { type: 'string', description: 'max-age is the whole lifetime; less Age it is what is left' },
  Age: { type: 'integer', description: 'Seconds since the data were resolved' },
  ETag: { type: 'string', description: 'Weak; of the data and the language' },
};

/** Problems by status, each code of a status with its example. */
function problems(codes: readonly ProblemCode[]): Record<string, unknown> {
  const byStatus = Map.groupBy(new Set(codes), statusOf);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `${code}: ${TITLES[code].en}`).join(' · '),
        content: {
          'application/problem+json': {
            schema: { $ref: 'Problem#' },
            examples: Object.fromEntries(group.map((code) => [code, { value: exampleProblem(code) }])),
          },
        },
      },
    ]),
  );
}

function exampleProblem(code: ProblemCode): unknown {
  const more = {
    ...(code === 'invalid-request' && { errors: [{ pointer: '/domain', detail: 'must be string' }] }),
    ...(code === 'rate-limited' && { scope: 'client' as const, retryAfterSeconds: 12 }),
  };
  return JSON.parse(
    problemOf({ code, detail: TITLES[code].en, ...more }, 'en', '4f6c1c9e-2f0e-4c8e-8a53-3d1b0f8f1f10'),
  );
}

const STATUS = Type.Object({ status: Type.String(), redis: Type.Optional(Type.String()) });
const OPERATIONAL: Readonly<
  Record<string, { summary: string; type: string; schema: unknown; example: unknown; open: boolean }>
> = {
  '/health/live': {
    summary: 'The process answers',
    type: 'application/json',
    schema: STATUS,
    example: { status: 'ok' },
    open: true,
  },
  '/health/ready': {
    summary: 'The service takes work; degraded while Redis is away',
    type: 'application/json',
    schema: STATUS,
    example: { status: 'ok', redis: 'off' },
    open: true,
  },
  '/metrics': {
    summary: 'Figures for Prometheus',
    type: 'text/plain',
    schema: { type: 'string' },
    example: 'mxscope_redis_up 1',
    open: false,
  },
};

function describeOperational(path: string): Record<string, unknown> {
  const words = OPERATIONAL[path];
  if (!words) throw new Error(`${path} has no words in the OpenAPI document`);
  const errors: readonly ProblemCode[] = words.open
    ? ['method-not-allowed', 'unavailable']
    : ['unauthenticated', 'forbidden', 'method-not-allowed'];
  return {
    operationId: path.slice(1).replace('/', '-'),
    summary: words.summary,
    tags: ['Operation'],
    security: words.open ? [] : KEYED,
    response: {
      200: { description: 'The answer', content: { [words.type]: { schema: words.schema, example: words.example } } },
      ...problems(errors),
    },
  };
}

function describeGraphql(): Record<string, unknown> {
  return {
    operationId: 'graphql',
    summary: 'The same use cases over GraphQL; its schema is at schema/schema.graphql',
    tags: ['GraphQL'],
    body: {
      content: {
        'application/json': {
          schema: Type.Object({
            query: Type.String(),
            operationName: Type.Optional(Type.Union([Type.String(), Type.Null()])),
            variables: Type.Optional(Type.Union([Type.Object({}), Type.Null()])),
            extensions: Type.Optional(Type.Union([Type.Object({}), Type.Null()])),
          }),
        },
      },
    },
    security: KEYED,
    response: {
      200: {
        description: 'data, or errors with extensions.code',
        content: {
          'application/json': {
            schema: Type.Object({
              data: Type.Optional(Type.Unknown()),
              errors: Type.Optional(Type.Array(Type.Unknown())),
            }),
            example: {
              data: {
                domain: {
                  mx: { status: 'MX', ttl: 3600, exchanges: [{ preference: 10, host: 'imail.nectec.or.th' }] },
                },
              },
            },
          },
        },
      },
      ...problems([...EVERY_CALL, ...EVERY_BODY]),
    },
  };
}
