/**
 * The GraphQL door (GraphQL over HTTP): POST, JSON, one operation a request. What is wrong before a JSON body is read is a
 * problem document as everywhere; from then on it is GraphQL errors with `extensions.code`. Refused documents carry no data.
 * Faults are logged once and masked.
 */

import type { FastifyInstance } from 'fastify';
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Refusal } from '../outcome.ts';
import type { Language } from '../texts/text.ts';
import { admission, type Door, pointedAtBody, sayBudget, TEXT_BODY_BYTES } from './door.ts';
import type { GraphqlEngine, Runnable, Unrunnable, Variables } from './graphql-engine.ts';
import type { GraphqlContext } from './graphql-schema.ts';
import { maskFault } from './hooks.ts';
import { graphqlErrorOf, statusOf } from './refusals.ts';
import { createTurn } from './turn.ts';
import { contextOf, JSON_TYPE, send, type Visit, visitOf } from './visit.ts';

const GRAPHQL = 'application/graphql-response+json';
const GRAPHQL_TYPE = `${GRAPHQL}; charset=utf-8`;

type Shown = { readonly message: string; readonly extensions: Record<string, unknown> } & Partial<
  Pick<GraphQLError, 'locations' | 'path'>
>;

export function registerGraphql(app: FastifyInstance, door: Door): void {
  let loading: Promise<GraphqlEngine> | undefined;
  const load = () => {
    loading ??= import('./graphql-engine.ts').then(({ createGraphqlEngine }) => createGraphqlEngine());
    return loading;
  };
  const turn = createTurn();
  app.post(
    '/graphql',
    {
      bodyLimit: TEXT_BODY_BYTES,
      ...admission('POST', '/graphql', null, 'lookup', door),
    },
    async (request) => {
      const engine = await load();
      await new Promise<void>((resolve) => turn(resolve));
      await answer(engine, door, visitOf(request), request.body);
    },
  );
}

async function answer(engine: GraphqlEngine, door: Door, visit: Visit, body: unknown): Promise<void> {
  const { caller } = visit;
  if (caller === null) throw new Error('a route ran without an admitted caller');
  const asked = readBody(body);
  if (!asked.ok) return refused(visit, door, { code: 'invalid-request', detail: asked.detail });
  const prepared = engine.prepare(asked.query, asked.operationName);
  if (!prepared.ok) return unrunnable(visit, door, prepared.why);
  const lacking = lackingScope(prepared.operation, caller.scopes);
  if (lacking !== undefined)
    return refused(visit, door, { code: 'forbidden', detail: `this key lacks the scope ${lacking}` });

  const shared: GraphqlContext = {
    context: contextOf(visit, caller, door.signal),
    services: door.services,
    spoken: new Set(),
  };
  const result = await prepared.operation.run(shared, asked.variables);
  sayBudget('lookup', visit, door, shared.context);
  if (shared.spoken.size > 0) visit.spoken = [...shared.spoken].join(', ');
  const ran = 'data' in result && result.data !== undefined;
  // What the library says of a document is in English alone.
  if (!ran) visit.spoken = 'en' satisfies Language;
  sendResult(visit, show(result, ran, visit), ran ? 200 : statusOf('invalid-request'));
}

const lackingScope = ({ scopes }: Runnable, held: ReadonlySet<string>) => [...scopes].find((scope) => !held.has(scope));

type Asked =
  | {
      readonly ok: true;
      readonly query: string;
      readonly operationName: string | undefined;
      readonly variables: Variables | null;
    }
  | { readonly ok: false; readonly detail: string };

const MEMBERS = new Set(['query', 'operationName', 'variables', 'extensions']);

function readBody(body: unknown): Asked {
  const wrong = (detail: string): Asked => ({ ok: false, detail });
  if (Array.isArray(body)) return wrong('one operation a request: batches are not taken');
  if (!isObject(body)) return wrong('the body must be an object with the member query');
  const { query, operationName, variables, extensions } = body;
  for (const name in body)
    if (!MEMBERS.has(name)) return wrong('the body may hold query, operationName, variables and extensions');
  if (typeof query !== 'string') return wrong('query must be a string');
  if (!isAbsent(operationName) && typeof operationName !== 'string') return wrong('operationName must be a string');
  if (!isAbsent(variables) && !isObject(variables)) return wrong('variables must be an object');
  if (!isAbsent(extensions) && !isObject(extensions)) return wrong('extensions must be an object');
  // An empty name is no name: GraphiQL and others send it for a document with one operation.
  return { ok: true, query, operationName: operationName ? operationName : undefined, variables: variables ?? null };
}

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether the client knows GraphQL's own media type, and likes it as much as plain JSON (RFC 9110 §12.5.1). */
function knowsGraphql(accept: string | undefined): boolean {
  const said = accept?.toLowerCase();
  if (!said?.includes(GRAPHQL)) return false;
  const ranges = said.split(',', 50);
  const qualityOf = (type: string): number => {
    const range = ranges.map((one) => one.split(';').map((part) => part.trim())).find(([name]) => name === type);
    if (range === undefined) return 0;
    return Number(range.find((part) => part.startsWith('q='))?.slice(2) ?? 1);
  };
  const quality = qualityOf(GRAPHQL);
  return quality > 0 && quality >= qualityOf('application/json');
}

type Body = { readonly data?: unknown; readonly errors?: readonly Shown[] };

/** GraphQL over HTTP §6.4: a refused operation is an error status for those who know the media type, 200 for the others. */
function sendResult(visit: Visit, body: Body, status = 200): void {
  for (const { extensions } of body.errors ?? []) visit.route.declined(String(extensions.code));
  const knows = knowsGraphql(visit.raw.headers.accept);
  send(visit, knows ? status : 200, knows ? GRAPHQL_TYPE : JSON_TYPE, JSON.stringify(body));
}

function refused(visit: Visit, door: Door, refusal: Refusal): void {
  sayBudget('lookup', visit, door);
  sendResult(visit, { errors: [graphqlErrorOf(refusal, visit.lang, visit.id)] }, statusOf(refusal.code));
}

function unrunnable(visit: Visit, door: Door, why: Unrunnable): void {
  if (why.errors.length === 0) {
    refused(visit, door, { code: 'invalid-request', detail: why.detail });
    return;
  }
  const errors = why.errors.map((error) => invalid(error));
  visit.spoken = 'en' satisfies Language;
  sayBudget('lookup', visit, door);
  sendResult(visit, { errors }, statusOf('invalid-request'));
}

const MAX_MESSAGE = 500;

/**
 * The library quotes what it was given, which may be a password, or as long as the body; where it stood is enough. Each
 * pattern has one place to begin or a bounded text to look at, since part of a message is the caller's to write.
 */
const withoutValues = (message: string): string =>
  message
    .replace(
      /^(Variable "\$\w+") got invalid value .*?(?=(?: at "[\w.]+")?; (?:Field|Expected|Value|Enum|\w+ cannot) )/s,
      '$1 is not valid',
    )
    .replace(/(cannot represent [\w -]{1,40}value): .*/s, '$1')
    .slice(0, MAX_MESSAGE)
    .replace(/Value ".*" does not exist/s, 'The value does not exist');

const invalid = ({ message, locations, path }: GraphQLError): Shown => ({
  message: withoutValues(message),
  ...(locations && { locations }),
  ...(path && { path }),
  extensions: { code: 'invalid-request' },
});

/** Every error as callers may see it. Without `data` the operation never ran: it or its variables did not fit the schema. */
function show(result: ExecutionResult, ran: boolean, visit: Visit): Body {
  if (!result.errors) return { data: result.data };
  const errors = result.errors.map((error): Shown => {
    const { locations, path } = error;
    const where = { ...(locations && { locations }), ...(path && { path }) };
    const cause = error.originalError;
    if (isRefused(cause)) {
      const { message, extensions } = graphqlErrorOf(pointedAtBody(cause.refusal), cause.lang, visit.id);
      return { message, ...where, extensions };
    }
    if (!ran) return invalid(error);
    const { message, extensions } = graphqlErrorOf(maskFault(cause ?? error, visit), visit.lang, visit.id);
    return { message, ...where, extensions };
  });
  return ran ? { data: result.data, errors } : { errors };
}

const isRefused = (error: unknown): error is { readonly refusal: Refusal; readonly lang: Language } =>
  error instanceof Error && 'refusal' in error;
