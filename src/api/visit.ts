/**
 * One request on its way through the doors: its route, its caller, its language, and the head of its answer as it grows.
 * Every answer of the service leaves through `send`, in one write with its whole head: set one by one through Fastify's
 * reply, the headers alone cost a cached answer a seventh of its speed. There it is also counted and written down: one tick
 * in the figures and one line in the log. Synchronous; decides nothing.
 */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Log } from '../log.ts';
import type { RequestSpan, Tracer } from '../operations/tracer.ts';
import type { Caller, Context, Usage } from '../operations/types.ts';
import type { Language } from '../texts/text.ts';
import type { ClientAddress } from './client-address.ts';
import { type Declined, PROBLEM_TYPE, problemOf, retryAfterOf, statusOf } from './refusals.ts';
import type { RouteFigures } from './request-figures.ts';
import { endSpan, openSpan } from './trace.ts';
import { usageHeaders } from './usage-headers.ts';

export const JSON_TYPE = 'application/json; charset=utf-8';

/** RFC 9111 §5.2.2.5: nothing is stored unless a route says so. */
const NO_STORE = 'no-store';
/** Forbids all that a browser might do with an answer that is data; pages bring their own. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** What all visits share. */
export type House = {
  readonly log: Log;
  readonly addressOf: ClientAddress;
  readonly vary: string;
  readonly tracer: Tracer | undefined;
  /** The process is to end: each connection after its next answer. */
  readonly stopping: () => boolean;
};

export type Visit = {
  readonly raw: IncomingMessage;
  readonly id: string;
  route: RouteFigures;
  caller: Caller | null;
  lang: Language;
  /** `Content-Language`: the language that was spoken, where it is not `lang`. */
  spoken: string | null;
  cacheControl: string;
  policy: string;
  /** Names and values of the other headers, in turn. */
  readonly head: string[];
  readonly response: ServerResponse;
  readonly startedAt: number;
  readonly house: House;
  /** Only where requests are traced. */
  readonly span: RequestSpan | undefined;
};

export function openVisit(
  raw: IncomingMessage,
  response: ServerResponse,
  id: string,
  route: RouteFigures,
  lang: Language,
  house: House,
): Visit {
  return {
    raw,
    id,
    route,
    caller: null,
    lang,
    spoken: null,
    cacheControl: NO_STORE,
    policy: DATA_POLICY,
    head: ['x-request-id', id, 'vary', house.vary, 'x-content-type-options', 'nosniff'],
    response,
    startedAt: performance.now(),
    house,
    span: house.tracer && openSpan(house.tracer, raw, id),
  };
}

type WithVisit = { visit: Visit };

/** Fastify's request carries the visit as a decoration; these two are the only ones that know. */
export const visitOf = (request: FastifyRequest): Visit => (request as unknown as WithVisit).visit;
export const setVisit = (request: FastifyRequest, visit: Visit): void => {
  (request as unknown as WithVisit).visit = visit;
};

const OWN_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** A caller's own id is kept when it is harmless in a header, a log and a URN. */
export function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && OWN_ID.test(given) ? given : randomUUID();
}

/** The head of an answer to what never became a request. */
export const bareHead = (requestId: string): readonly (readonly [string, string])[] => [
  ['X-Request-Id', requestId],
  ['Vary', 'Accept-Language'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Content-Security-Policy', DATA_POLICY],
  ['Cache-Control', NO_STORE],
];

export function contextOf({ id, lang, span }: Visit, caller: Caller, signal: AbortSignal): Context {
  return { caller, lang, requestId: id, signal, usage: [], span };
}

/** The whole answer. `type` null: there is no body (204, 304). `bytes`: of the body, where they have been counted. */
export function send(
  visit: Visit,
  status: number,
  type: string | null,
  body: string | Buffer,
  bytes = Buffer.byteLength(body),
): void {
  const { head, lang, spoken, cacheControl, policy, response, house } = visit;
  // RFC 9112 §9.6: the client takes its next request elsewhere, and none is on its way when the connection ends.
  if (house.stopping()) head.push('connection', 'close');
  head.push('content-language', spoken ?? lang, 'cache-control', cacheControl, 'content-security-policy', policy);
  if (type === null) {
    response.writeHead(status, head);
    response.end();
  } else {
    head.push('content-type', type, 'content-length', String(bytes));
    response.writeHead(status, head);
    // Where every character is an octet, Latin-1 says the same as UTF-8 and is written faster.
    response.end(body, bytes === body.length ? 'latin1' : 'utf8');
  }
  record(visit, status);
}

function record(visit: Visit, status: number): void {
  const { raw, id, route, caller, startedAt, house, span } = visit;
  const ms = performance.now() - startedAt;
  const method = raw.method ?? '';
  route.record(method, status, ms);
  house.log.request({ id, method, route: route.route, status, ms, caller: caller?.name, ip: house.addressOf(raw) });
  if (span !== undefined) endSpan(span, visit, status);
}

export function sendJson(visit: Visit, json: string, bytes?: number): void {
  send(visit, 200, JSON_TYPE, json, bytes);
}

export function sendProblem(visit: Visit, declined: Declined): void {
  const retryAfter = retryAfterOf(declined);
  if (retryAfter !== undefined) visit.head.push('retry-after', String(retryAfter));
  // RFC 9110 §11.6.1: a 401 names the scheme that would do.
  if (declined.code === 'unauthenticated') visit.head.push('www-authenticate', 'Bearer realm="mxscope"');
  visit.cacheControl = NO_STORE;
  visit.route.declined(declined.code);
  send(visit, statusOf(declined.code), PROBLEM_TYPE, problemOf(declined, visit.lang, visit.id));
}

export function sayUsage({ head }: Visit, usage: readonly Usage[]): void {
  const said = usageHeaders(usage);
  if (said !== undefined) head.push('ratelimit-policy', said.policy, 'ratelimit', said.limit);
}
