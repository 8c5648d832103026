/**
 * What happens to every request, whatever its route: on the way in an id, a language and the headers of every answer; on the
 * way out one line in the log and one tick in the figures. All synchronous. A request that no route takes, and every error,
 * is answered here as a problem; a fault is logged once and masked.
 */

import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { createCors } from './cors.ts';
import { declinedOf } from './http-errors.ts';
import { createKnownPaths } from './known-paths.ts';
import { chooseLanguage, negotiate } from './language.ts';
import type { DoorMetrics } from './metrics.ts';
import { type Declined, FAULT } from './refusals.ts';
import { send, sendProblem, startVisit, visitOf } from './visit.ts';

export type HookOptions = {
  readonly logger: Logger;
  readonly metrics: DoorMetrics;
  readonly corsOrigins: readonly string[];
};

/** To be called before any route is registered: it learns the known paths from their registration. */
export function addHooks(app: FastifyInstance, { logger, metrics, corsOrigins }: HookOptions): void {
  const cors = createCors(corsOrigins);
  const greet = greeter(metrics, cors === null ? 'Accept-Language' : 'Accept-Language, Origin');
  const report = reporter(logger);
  const paths = createKnownPaths();

  app.decorateRequest('visit', null);
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) paths.add(one, url);
  });
  app.addHook('onRequest', (request, reply, done) => {
    greet(request);
    const methods = cors !== null || request.is404 ? paths.methodsOf(request.raw.url ?? '/') : [];
    if (cors?.(request, reply, methods)) return;
    if (request.is404) {
      refuseRoute(request, reply, methods);
      return;
    }
    // RFC 9110 §7.2
    if (request.raw.headers.host === undefined && request.raw.httpVersion === '1.1') {
      sendProblem(request, reply, { code: 'invalid-request', detail: 'the request has no Host' });
      return;
    }
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    report(request, reply);
    done();
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    sendProblem(request, reply, declinedOf(error) ?? maskFault(error, request, logger));
  });
}

/** For what Fastify refuses before any hook runs (a broken escape in the URL). */
export function answerUnrouted(options: HookOptions) {
  const greet = greeter(options.metrics, 'Accept-Language');
  const report = reporter(options.logger);
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    greet(request);
    sendProblem(request, reply, declinedOf(error) ?? maskFault(error, request, options.logger));
    report(request, reply);
  };
}

function greeter(metrics: DoorMetrics, vary: string) {
  const unmatched = metrics.route('unmatched');
  return (request: FastifyRequest) => {
    const header = request.raw.headers['accept-language'];
    const lang = (request.query as { lang?: unknown } | null)?.lang;
    const chosen = chooseLanguage(lang, header);
    startVisit(request, unmatched, chosen.ok ? chosen.value : negotiate(header), vary);
  };
}

function reporter(logger: Logger) {
  return (request: FastifyRequest, reply: FastifyReply) => {
    const visit = visitOf(request);
    const ms = reply.elapsedTime;
    visit.route.record(request.method, reply.statusCode, ms);
    logger.info(
      {
        id: request.id,
        method: request.method,
        route: visit.route.route,
        status: reply.statusCode,
        ms: Math.round(ms * 100) / 100,
        caller: visit.caller?.name,
        ip: request.ip,
      },
      'request',
    );
  };
}

/** RFC 9110 §15.5.6: a wrong method is told the right ones; OPTIONS is how one asks for them. */
function refuseRoute(request: FastifyRequest, reply: FastifyReply, methods: readonly string[]): void {
  if (methods.length === 0) {
    sendProblem(request, reply, { code: 'not-found', detail: 'no route has this path; /openapi.json lists them' });
    return;
  }
  visitOf(request).head.push('allow', methods.join(', '));
  if (request.method === 'OPTIONS') {
    send(request, reply, 204, null, '');
    return;
  }
  const detail = `this path takes ${methods.join(', ')}`;
  sendProblem(request, reply, { code: 'method-not-allowed', detail });
}

export function maskFault(error: unknown, request: FastifyRequest, logger: Logger): Declined {
  logger.error({ id: request.id, route: visitOf(request).route.route, err: error }, 'fault');
  return FAULT;
}
