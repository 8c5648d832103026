/**
 * The span of a request, by the semantic conventions for HTTP servers, where requests are traced at all. It names the route,
 * never the path: paths and queries hold what strangers wrote. Health and figures, asked every few seconds, have none.
 */

import type { IncomingMessage } from 'node:http';
import type { RequestSpan, Tracer } from '../operations/tracer.ts';
import type { Visit } from './visit.ts';

const UNTRACED = /^\/(?:health\/|metrics\b)/;

export function openSpan(tracer: Tracer, raw: IncomingMessage, requestId: string): RequestSpan | undefined {
  if (UNTRACED.test(raw.url ?? '')) return undefined;
  return tracer.request(raw.headers, {
    'http.request.method': raw.method ?? '',
    'url.scheme': 'http',
    'network.protocol.version': raw.httpVersion,
    // Finds the request in the log.
    'http.response.header.x-request-id': [requestId],
  });
}

export function endSpan(span: RequestSpan, { raw, route }: Visit, status: number): void {
  const known = route.route !== 'unmatched';
  span.end(known ? `${raw.method} ${route.route}` : (raw.method ?? ''), {
    attributes: { 'http.response.status_code': status, ...(known && { 'http.route': route.route }) },
    // For a server only 5xx are errors.
    error: status >= 500 ? String(status) : undefined,
  });
}
