/**
 * One request on its way through the doors: its route, its caller, its language, and what every answer carries. All of it is
 * synchronous and allocates one small object, since it runs for every request. Sends answers and problems; decides nothing.
 */

import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller, Context, Usage } from '../operations/types.ts';
import type { Language } from '../texts/text.ts';
import { type Declined, PROBLEM_TYPE, problemOf, retryAfterOf, statusOf } from './refusals.ts';
import type { RouteFigures } from './request-figures.ts';
import { usageHeaders } from './usage-headers.ts';

export const JSON_TYPE = 'application/json; charset=utf-8';

export type Visit = {
  route: RouteFigures;
  caller: Caller | null;
  lang: Language;
};

type WithVisit = { visit: Visit };

/** Fastify's request carries the visit as a decoration; this is the one place that knows. */
export const visitOf = (request: FastifyRequest): Visit => (request as unknown as WithVisit).visit;

export function startVisit(request: FastifyRequest, visit: Visit): void {
  (request as unknown as WithVisit).visit = visit;
}

const OWN_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** A caller's own id is kept when it is harmless in a header, a log and a URN. */
export function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && OWN_ID.test(given) ? given : randomUUID();
}

/**
 * On every answer. The policy forbids all that a browser might do with an answer that is data; pages bring their own.
 * RFC 9111 §5.2.2.5: nothing is stored unless a route says so.
 */
export const BASE_HEADERS: readonly (readonly [string, string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['cache-control', 'no-store'],
];

export function contextOf(request: FastifyRequest, caller: Caller, signal: AbortSignal): Context {
  return { caller, lang: visitOf(request).lang, requestId: request.id, signal, usage: [] };
}

export function sendJson(reply: FastifyReply, lang: Language, json: string): void {
  reply.header('content-language', lang);
  reply.header('content-type', JSON_TYPE);
  reply.send(json);
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, declined: Declined): FastifyReply {
  const { lang } = visitOf(request);
  const retryAfter = retryAfterOf(declined);
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  // RFC 9110 §11.6.1: a 401 names the scheme that would do.
  if (declined.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="mxscope"');
  reply.header('cache-control', 'no-store');
  reply.header('content-language', lang);
  reply.header('content-type', PROBLEM_TYPE);
  return reply.code(statusOf(declined.code)).send(problemOf(declined, lang, request.id));
}

export function sayUsage(reply: FastifyReply, usage: readonly Usage[]): void {
  const said = usageHeaders(usage);
  if (said === undefined) return;
  reply.header('ratelimit-policy', said.policy);
  reply.header('ratelimit', said.limit);
}
