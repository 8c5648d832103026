/**
 * The bare Fastify server: its bounds, its parser, its errors turned into problems, and its close. No route.
 */

import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { answerUnrouted, type HookOptions } from './hooks.ts';
import { answerBrokenRequest } from './http-errors.ts';
import { requestIdOf } from './visit.ts';

/** A request's head and body must arrive within this; a slow sender costs a socket and nothing else. */
const REQUEST_MS = 30_000;
/** How often Node looks for such senders; by itself it does every 30 s, and gives a head 60 s and a body 90 s that way. */
const REQUEST_CHECK_MS = 2_000;
const IDLE_MS = 65_000;
/** While it closes, so often it looks for connections that no longer matter. */
const SWEEP_MS = 100;
/** URL and headers together. */
const HEAD_BYTES = 16 * 1024;

export function createServer(options: HookOptions): FastifyInstance {
  const app = Fastify({
    // The one line a request is written by our own hand.
    logger: false,
    genReqId: (raw) => requestIdOf(raw.headers['x-request-id']),
    requestIdHeader: false,
    routerOptions: { maxParamLength: HEAD_BYTES },
    return503OnClosing: false,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: IDLE_MS,
    // A missing Host is answered as a problem by our own hook.
    http: {
      maxHeaderSize: HEAD_BYTES,
      requireHostHeader: false,
      headersTimeout: REQUEST_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: REQUEST_CHECK_MS,
    },
    frameworkErrors: answerUnrouted(options),
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, options.house.log),
  });
  app.removeAllContentTypeParsers();
  // Members that would reach a prototype make the body invalid.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'));
  // RFC 9110 §10.1.1 lets a server ignore an expectation it does not know; Node's own answer would be no problem document.
  app.server.on('checkExpectation', (request, response) => app.routing(request, response));
  sweepAtClose(app);
  return app;
}

/**
 * A connection whose last answer has gone out, or on which nothing was ever said, would hold the close until its client leaves:
 * Node ends those that are idle when it begins, and counts the silent ones as busy.
 */
function sweepAtClose(app: FastifyInstance): void {
  const open = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  let sweep: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    sweep = setInterval(() => {
      app.server.closeIdleConnections();
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    }, SWEEP_MS);
  });
  app.addHook('onClose', async () => clearInterval(sweep));
}
