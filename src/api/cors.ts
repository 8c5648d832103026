/**
 * Cross-origin calls (the Fetch standard's CORS protocol), for the exact origins of CORS_ORIGINS and nobody else; off without
 * them. Sets headers and answers preflights; whether the caller may do anything is decided by its key as for everyone.
 */

import { send, type Visit } from './visit.ts';

const ALLOWED_HEADERS =
  'Authorization, Content-Type, Idempotency-Key, If-None-Match, Traceparent, Tracestate, X-API-Key, X-Request-Id';
const EXPOSED_HEADERS = 'Age, ETag, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id';
/** Seconds a browser may remember a preflight: two hours, the longest that any heeds. */
const MAX_AGE = '7200';

/** Marks the answer for a page of an allowed origin; true when that answer was a preflight's and is sent. */
export type Cors = (visit: Visit, methods: readonly string[]) => boolean;

export function createCors(origins: readonly string[]): Cors | null {
  if (origins.length === 0) return null;
  const allowed = new Set(origins);
  return (visit, methods) => {
    const { head, raw } = visit;
    const { origin } = raw.headers;
    if (origin === undefined || !allowed.has(origin)) return false;
    head.push('access-control-allow-origin', origin, 'access-control-expose-headers', EXPOSED_HEADERS);
    const preflight = raw.method === 'OPTIONS' && 'access-control-request-method' in raw.headers;
    if (!preflight || methods.length === 0) return false;
    head.push('access-control-allow-methods', methods.join(', '), 'access-control-allow-headers', ALLOWED_HEADERS);
    head.push('access-control-max-age', MAX_AGE);
    send(visit, 204, null, '');
    return true;
  };
}
