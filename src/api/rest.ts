/**
 * The REST door: operations as routes, written down as data. A route says where its input comes from and how its answer is
 * shown; everything else – admission, language, validation, budgets, errors – is the same for all. Knows no rule of mail.
 */

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invoke, operations } from '../operations/index.ts';
import type { MxRendered } from '../operations/mx-answer.ts';
import type { DrawnRoute } from '../operations/report.ts';
import type { Context, Operation } from '../operations/types.ts';
import { type Outcome, ok, refuseMember } from '../outcome.ts';
import { admission, type Budget, type Door, pointedAtBody, sayBudget, TEXT_BODY_BYTES } from './door.ts';
import { maskFault } from './hooks.ts';
import { contextOf, send, sendJson, sendProblem, type Visit, visitOf } from './visit.ts';

type Send<O> = (value: O, visit: Visit, door: Door) => void;

export type RestRoute = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly operation: Operation<never, unknown>;
  /** The budget a call may cost; its state stands in every answer. */
  readonly budget: Budget | null;
  readonly bodyLimit: number;
  readonly input: (request: FastifyRequest) => Outcome<unknown>;
  readonly send: Send<never>;
};

/** Bodies but explanations are small; the longest, a test send written in escapes alone, takes 40 KiB. */
const BODY_BYTES = 64 * 1024;

function define<I, O>(
  method: 'GET' | 'POST',
  url: string,
  operation: Operation<I, O>,
  input: RestRoute['input'],
  more: { budget?: Budget; bodyLimit?: number; send?: Send<O> } = {},
): RestRoute {
  return {
    method,
    url,
    operation: operation as Operation<never, unknown>,
    input,
    budget: more.budget ?? null,
    bodyLimit: more.bodyLimit ?? BODY_BYTES,
    send: (more.send ?? sendValue) as Send<never>,
  };
}

const param = (request: FastifyRequest, name: string) => (request.params as Record<string, string>)[name];
const query = (request: FastifyRequest, name: string) => (request.query as Record<string, unknown>)[name];
const body = (request: FastifyRequest): Outcome<unknown> => ok(request.body);
const byId = (request: FastifyRequest): Outcome<unknown> => ok({ id: param(request, 'id') });

function domainAndFresh(request: FastifyRequest): Outcome<unknown> {
  const domain = param(request, 'domain');
  const fresh = query(request, 'fresh');
  if (fresh === undefined) return ok({ domain });
  if (fresh === 'true' || fresh === 'false') return ok({ domain, fresh: fresh === 'true' });
  return refuseMember('/fresh', 'must be true or false, once');
}

function bodyAndKey(request: FastifyRequest): Outcome<unknown> {
  const idempotencyKey = request.headers['idempotency-key'];
  return ok(idempotencyKey === undefined ? { body: request.body } : { body: request.body, idempotencyKey });
}

function search(request: FastifyRequest): Outcome<unknown> {
  const q = query(request, 'q');
  return ok(q === undefined ? {} : { q });
}

const { resolveMx, probe, findProbe, report, route, explain } = operations;
const { planMigration, checkMigration, testSend, findTestSend, listArticles, getArticle } = operations;

export const MX_ROUTE = define('GET', '/v1/domains/:domain/mx', resolveMx, domainAndFresh, {
  budget: 'lookup',
  send: sendMx,
});

export const REST_ROUTES: readonly RestRoute[] = [
  MX_ROUTE,
  define('POST', '/v1/probes', probe, body, { budget: 'client' }),
  define('GET', '/v1/probes/:id', findProbe, byId),
  define('GET', '/v1/domains/:domain/report', report, domainAndFresh, { budget: 'client' }),
  define('GET', '/v1/domains/:domain/route', route, domainAndFresh, {
    budget: 'client',
    send: (drawn, visit) => sendValue(drawn.route, visit),
  }),
  define('GET', '/v1/domains/:domain/route.svg', route, domainAndFresh, { budget: 'client', send: sendSvg }),
  define('GET', '/v1/domains/:domain/route.mmd', route, domainAndFresh, { budget: 'client', send: sendMermaid }),
  define('POST', '/v1/explanations', explain, body, { bodyLimit: TEXT_BODY_BYTES }),
  define('POST', '/v1/migrations/plan', planMigration, body, { budget: 'client' }),
  define('POST', '/v1/migrations/check', checkMigration, body, { budget: 'client' }),
  define('POST', '/v1/test-sends', testSend, bodyAndKey, { budget: 'send' }),
  define('GET', '/v1/test-sends/:id', findTestSend, byId),
  define('GET', '/v1/articles', listArticles, search, { send: sendArticle }),
  define('GET', '/v1/articles/:slug', getArticle, (request) => ok({ slug: param(request, 'slug') }), {
    send: sendArticle,
  }),
];

export function registerRest(app: FastifyInstance, door: Door): void {
  for (const route of REST_ROUTES) {
    app.route({
      method: route.method,
      url: route.url,
      bodyLimit: route.bodyLimit,
      ...admission(route.method, route.url, route.operation.scope, route.budget, door),
      handler: (request) => serve(route, route.input(request), visitOf(request), door),
    });
  }
}

/** Runs one request of `route`; every way out sends an answer. */
export function serve(route: RestRoute, input: Outcome<unknown>, visit: Visit, door: Door): Promise<void> | undefined {
  if (visit.caller === null) throw new Error('a route ran without an admitted caller');
  const context = contextOf(visit, visit.caller, door.signal);
  const failed = (error: unknown) => {
    const declined = maskFault(error, visit);
    if (route.budget !== null) sayBudget(route.budget, visit, door);
    if (visit.response.headersSent) visit.response.destroy();
    else sendProblem(visit, declined);
  };
  try {
    const outcome = input.ok ? invoke(route.operation, input.value, context, door.services) : input;
    // What is at hand is answered at once: a turn of the microtask queue is a tenth of a cached answer.
    if (outcome instanceof Promise) {
      return outcome.then((late) => answer(route, late, visit, context, door)).catch(failed);
    }
    answer(route, outcome, visit, context, door);
  } catch (error) {
    failed(error);
  }
  return undefined;
}

/** Says what came of a call. */
function answer(route: RestRoute, outcome: Outcome<unknown>, visit: Visit, context: Context, door: Door): void {
  if (route.budget !== null) sayBudget(route.budget, visit, door, context);
  if (outcome.ok) route.send(outcome.value as never, visit, door);
  else sendProblem(visit, pointedAtBody(outcome.refusal));
}

function sendValue(value: unknown, visit: Visit): void {
  sendJson(visit, JSON.stringify(value));
}

/** RFC 9111: the whole lifetime and the age, so that what is left is their difference (contract §2). */
function sendMx(mx: MxRendered, visit: Visit, door: Door): void {
  if (mx.cacheable) {
    visit.cacheControl = `${door.keyed ? 'private, ' : ''}max-age=${mx.maxAgeSeconds}`;
    visit.head.push('age', String(mx.ageSeconds));
  }
  visit.head.push('etag', mx.etag);
  const known = visit.raw.headers['if-none-match'];
  if (known !== undefined && matches(known, mx.etag)) send(visit, 304, null, '');
  else sendJson(visit, mx.json, mx.bytes);
}

/** RFC 9110 §13.1.2: `*` or a list, compared weakly. Our tags hold no comma. */
function matches(header: string, etag: string): boolean {
  if (header.trim() === '*') return true;
  const opaque = etag.replace(/^W\//, '');
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === opaque);
}

/** A drawing opened by itself may do nothing. */
function sendSvg(drawn: DrawnRoute, visit: Visit): void {
  visit.policy = 'sandbox';
  send(visit, 200, 'image/svg+xml; charset=utf-8', drawn.svg());
}

function sendMermaid(drawn: DrawnRoute, visit: Visit): void {
  send(visit, 200, 'text/plain; charset=utf-8', drawn.mermaid());
}

function sendArticle(value: unknown, visit: Visit, door: Door): void {
  visit.cacheControl = `${door.keyed ? 'private, ' : ''}max-age=3600`;
  sendValue(value, visit);
}
