/**
 * What happens to every request that Fastify handles, whatever its route: an id, a language and the headers of every answer.
 * All synchronous. A request that no route takes, and every error, is answered here as a problem; a fault is logged once and
 * masked.
 */

import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isShortage } from '../outcome.ts';
import { createCors } from './cors.ts';
import { hostLines } from './host-lines.ts';
import { declinedOf } from './http-errors.ts';
import { createKnownPaths } from './known-paths.ts';
import { chooseLanguage, negotiate } from './language.ts';
import type { DoorMetrics } from './metrics.ts';
import { type Declined, FAULT, OVERLOADED } from './refusals.ts';
import { type House, openVisit, send, sendProblem, setVisit, type Visit, visitOf } from './visit.ts';

export type HookOptions = {
  readonly house: House;
  readonly metrics: DoorMetrics;
  readonly corsOrigins: readonly string[];
};

/** To be called before any route is registered: it learns the known paths from their registration. */
export function addHooks(app: FastifyInstance, { house, metrics, corsOrigins }: HookOptions): void {
  const cors = createCors(corsOrigins);
  const greet = greeter(house, metrics);
  const paths = createKnownPaths();

  app.decorateRequest('visit', null);
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) paths.add(one, url);
  });
  app.addHook('onRequest', (request, reply, done) => {
    const visit = greet(request, reply);
    const methods = cors !== null || request.is404 ? paths.methodsOf(request.raw.url ?? '/') : [];
    if (cors?.(visit, methods)) return;
    if (request.is404) {
      refuseRoute(visit, methods);
      return;
    }
    const hosts = hostLines(request.raw);
    // RFC 9110 §7.2, RFC 9112 §3.2
    if (hosts > 1 || (hosts === 0 && request.raw.httpVersion === '1.1')) {
      const detail = hosts === 0 ? 'the request has no Host' : 'the request has more than one Host';
      sendProblem(visit, { code: 'invalid-request', detail });
      return;
    }
    done();
  });
  app.setErrorHandler((error: FastifyError, request) => {
    const visit = visitOf(request);
    sendProblem(visit, declinedOf(error) ?? maskFault(error, visit));
  });
}

/** For what Fastify refuses before any hook runs (a broken escape in the URL). */
export function answerUnrouted({ house, metrics }: HookOptions) {
  const greet = greeter(house, metrics);
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    const visit = greet(request, reply);
    sendProblem(visit, declinedOf(error) ?? maskFault(error, visit));
  };
}

function greeter(house: House, metrics: DoorMetrics) {
  const unmatched = metrics.route('unmatched');
  return (request: FastifyRequest, reply: FastifyReply): Visit => {
    const header = request.raw.headers['accept-language'];
    const chosen = chooseLanguage(wantedOf(request), header);
    const lang = chosen.ok ? chosen.value : negotiate(header);
    const visit = openVisit(request.raw, reply.raw, request.id, unmatched, lang, house);
    setVisit(request, visit);
    return visit;
  };
}

/** `lang` in the query, which Fastify leaves unread where it refuses the path. */
function wantedOf({ query, raw }: FastifyRequest): unknown {
  const read = query as { lang?: unknown } | null | undefined;
  return read ? read.lang : (new URLSearchParams(raw.url?.split('?')[1]).get('lang') ?? undefined);
}

/** RFC 9110 §15.5.6: a wrong method is told the right ones; OPTIONS is how one asks for them. */
function refuseRoute(visit: Visit, methods: readonly string[]): void {
  if (methods.length === 0) {
    sendProblem(visit, { code: 'not-found', detail: 'no route has this path; /openapi.json lists them' });
    return;
  }
  visit.head.push('allow', methods.join(', '));
  if (visit.raw.method === 'OPTIONS') {
    send(visit, 204, null, '');
    return;
  }
  const detail = `this path takes ${methods.join(', ')}`;
  sendProblem(visit, { code: 'method-not-allowed', detail });
}

export function maskFault(error: unknown, { id, route, house }: Visit): Declined {
  house.log.logger.error({ id, route: route.route, err: error }, 'fault');
  return isShortage(error) ? OVERLOADED : FAULT;
}
