/**
 * One request on its way through the doors: its route, its caller, its language, and the head of its answer as it grows.
 * Every answer of the service leaves through `send`, in one write with its whole head: set one by one through Fastify's
 * reply, the headers alone cost a cached answer a seventh of its speed. Synchronous; decides nothing.
 */

import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller, Context, Usage } from '../operations/types.ts';
import type { Language } from '../texts/text.ts';
import { type Declined, PROBLEM_TYPE, problemOf, retryAfterOf, statusOf } from './refusals.ts';
import type { RouteFigures } from './request-figures.ts';
import { usageHeaders } from './usage-headers.ts';

export const JSON_TYPE = 'application/json; charset=utf-8';

/** RFC 9111 §5.2.2.5: nothing is stored unless a route says so. */
const NO_STORE = 'no-store';
/** Forbids all that a browser might do with an answer that is data; pages bring their own. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

export type Visit = {
  route: RouteFigures;
  caller: Caller | null;
  lang: Language;
  /** `Content-Language`: the language that was spoken, where it is not `lang`. */
  spoken: string | null;
  cacheControl: string;
  policy: string;
  /** Names and values of the other headers, in turn. */
  readonly head: string[];
};

type WithVisit = { visit: Visit };

/** Fastify's request carries the visit as a decoration; this is the one place that knows. */
export const visitOf = (request: FastifyRequest): Visit => (request as unknown as WithVisit).visit;

export function startVisit(request: FastifyRequest, route: RouteFigures, lang: Language, vary: string): Visit {
  const head = ['x-request-id', request.id, 'vary', vary, 'x-content-type-options', 'nosniff'];
  const visit: Visit = { route, caller: null, lang, spoken: null, cacheControl: NO_STORE, policy: DATA_POLICY, head };
  (request as unknown as WithVisit).visit = visit;
  return visit;
}

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

export function contextOf(request: FastifyRequest, caller: Caller, signal: AbortSignal): Context {
  return { caller, lang: visitOf(request).lang, requestId: request.id, signal, usage: [] };
}

/** The whole answer. `type` null: there is no body (204, 304). */
export function send(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  type: string | null,
  body: string | Buffer,
): void {
  const { head, lang, spoken, cacheControl, policy } = visitOf(request);
  head.push('content-language', spoken ?? lang, 'cache-control', cacheControl, 'content-security-policy', policy);
  if (type !== null) head.push('content-type', type, 'content-length', String(Buffer.byteLength(body)));
  // Fastify is told that the answer is ours; its hooks for finished answers run all the same.
  reply.hijack();
  reply.raw.writeHead(status, head);
  reply.raw.end(type === null ? undefined : body);
}

export function sendJson(request: FastifyRequest, reply: FastifyReply, json: string): void {
  send(request, reply, 200, JSON_TYPE, json);
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, declined: Declined): void {
  const visit = visitOf(request);
  const retryAfter = retryAfterOf(declined);
  if (retryAfter !== undefined) visit.head.push('retry-after', String(retryAfter));
  // RFC 9110 §11.6.1: a 401 names the scheme that would do.
  if (declined.code === 'unauthenticated') visit.head.push('www-authenticate', 'Bearer realm="mxscope"');
  visit.cacheControl = NO_STORE;
  send(request, reply, statusOf(declined.code), PROBLEM_TYPE, problemOf(declined, visit.lang, request.id));
}

export function sayUsage({ head }: Visit, usage: readonly Usage[]): void {
  const said = usageHeaders(usage);
  if (said !== undefined) head.push('ratelimit-policy', said.policy, 'ratelimit', said.limit);
}
