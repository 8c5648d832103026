/**
 * What Fastify and Node refuse by themselves – bad JSON, wrong media type, bodies and headers too large, broken escapes – as
 * the problems of the contract. Anything that is not known here is a fault. Never repeats what the client sent.
 */

import type { Socket } from 'node:net';
import type { Log } from '../log.ts';
import { type Declined, PROBLEM_TYPE, problemOf, statusOf } from './refusals.ts';
import { bareHead, requestIdOf } from './visit.ts';

const invalid = (detail: string): Declined => ({ code: 'invalid-request', detail });
/** RFC 6901 §5: the empty pointer is the whole body. */
const invalidBody = (detail: string): Declined => ({ ...invalid(detail), errors: [{ pointer: '', detail }] });

const KNOWN: Readonly<Record<string, Declined>> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: invalidBody('the body is empty; it must be a JSON object'),
  FST_ERR_CTP_INVALID_JSON_BODY: invalidBody('the body is not valid JSON'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: invalid('the body is not as long as Content-Length says'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'unsupported-media-type',
    detail: 'the body must be JSON, with Content-Type: application/json',
  },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'body-too-large', detail: 'the body is larger than this route takes' },
  FST_ERR_BAD_URL: invalid('the URL holds a broken percent escape'),
  FST_ERR_MAX_PARAM_LENGTH: invalid('a part of the URL is too long'),
  HPE_HEADER_OVERFLOW: invalid('URL and headers together are larger than 16 KiB'),
  ERR_HTTP_REQUEST_TIMEOUT: invalid('the request was not complete in time'),
};

/** undefined: a fault, to be logged and masked. */
export function declinedOf(error: { code?: unknown; statusCode?: unknown; name?: unknown }): Declined | undefined {
  const known = typeof error.code === 'string' ? KNOWN[error.code] : undefined;
  if (known) return known;
  // A body that breaks JSON, or that would reach a prototype, is a SyntaxError with the status 400.
  if (error.statusCode === 400) return invalidBody('the body is not valid JSON');
  return undefined;
}

/**
 * A request that never became one: the parser gave up, so the answer is written to the bare socket, which then ends. It has
 * its line in the log all the same, where its `instance` is looked for.
 */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket, log: Log): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const declined = KNOWN[error.code ?? ''] ?? invalid('this is not a valid HTTP request');
  const requestId = requestIdOf(undefined);
  const status = statusOf(declined.code);
  const body = problemOf(declined, 'en', requestId);
  const head = [
    `HTTP/1.1 ${status} Bad Request`,
    ...bareHead(requestId).map(([name, value]) => `${name}: ${value}`),
    `Content-Type: ${PROBLEM_TYPE}`,
    'Content-Language: en',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Date: ${new Date().toUTCString()}`,
    'Connection: close',
  ];
  // Before the end, which forgets the peer.
  const ip = socket.remoteAddress ?? '';
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  log.request({ id: requestId, method: '', route: 'unmatched', status, ms: 0, caller: undefined, ip });
}
