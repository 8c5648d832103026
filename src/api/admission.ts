/**
 * Who is calling (contract §7). With keys: the holder of a good one, wherever it comes from. Without: this machine alone,
 * and no page of another site that a browser on this machine has open (DNS rebinding, cross-site requests). Pure of I/O;
 * answers a Caller or the refusal.
 */

import type { IncomingMessage } from 'node:http';
import { isLoopbackHost } from '../config.ts';
import type { Caller } from '../operations/types.ts';
import { type Outcome, ok, refuse } from '../outcome.ts';
import type { KeyRing } from './keys.ts';

const LOOPBACK: Outcome<Caller> = ok({ name: 'loopback', scopes: new Set(['read', 'probe', 'send'] as const) });

export type Admit = (raw: IncomingMessage) => Outcome<Caller>;

/** `keyed` is a matter of the settings, not of the keys at hand: a keys file emptied by mistake must not open the door. */
export function createAdmission(keys: KeyRing, keyed: boolean): Admit {
  return keyed ? (raw) => byKey(raw, keys) : byLoopback;
}

/** RFC 6750 §2.1, the scheme in any case (RFC 9110 §11.1). */
const BEARER = /^bearer +/i;

type Proven = { readonly authorization: string; readonly generation: number; readonly admitted: Outcome<Caller> };

/**
 * The header that was proven last on a connection. Its holder has shown that it knows the key, so comparing it again tells
 * nobody anything, and saves a hash a request.
 */
const proven = new WeakMap<IncomingMessage['socket'], Proven>();

function byKey(raw: IncomingMessage, keys: KeyRing): Outcome<Caller> {
  const { authorization } = raw.headers;
  const before = proven.get(raw.socket);
  if (before && before.authorization === authorization && before.generation === keys.generation) return before.admitted;
  const admitted = judgeKey(raw, keys);
  // Only where that header is what holds the key: behind a proxy one connection brings many callers.
  if (admitted.ok && authorization !== undefined && BEARER.test(authorization)) {
    proven.set(raw.socket, { authorization, generation: keys.generation, admitted });
  }
  return admitted;
}

function judgeKey(raw: IncomingMessage, keys: KeyRing): Outcome<Caller> {
  const key = presentedKey(raw);
  if (key === undefined) {
    return refuse('unauthenticated', 'give an API key as Authorization: Bearer or as X-API-Key');
  }
  const caller = keys.find(key);
  return caller ? ok(caller) : refuse('unauthenticated', 'this API key is not known');
}

function presentedKey({ headers }: IncomingMessage): string | undefined {
  const bearer = headers.authorization;
  if (bearer !== undefined && BEARER.test(bearer)) return bearer.replace(BEARER, '');
  const plain = headers['x-api-key'];
  return typeof plain === 'string' ? plain : undefined;
}

function byLoopback(raw: IncomingMessage): Outcome<Caller> {
  const { headers, socket } = raw;
  if (!isLoopbackPeer(socket.remoteAddress)) {
    return refuse('forbidden', 'without API_KEYS this service answers callers on its own machine only');
  }
  if (headers.host === undefined || !isLoopbackAuthority(headers.host)) {
    return refuse('forbidden', 'without API_KEYS the Host must be a loopback address or localhost');
  }
  if (headers.origin !== undefined && !isLoopbackOrigin(headers.origin)) {
    return refuse('forbidden', 'without API_KEYS only pages of this machine may call');
  }
  if (headers['sec-fetch-site'] === 'cross-site') {
    return refuse('forbidden', 'without API_KEYS no page of another site may call');
  }
  return LOOPBACK;
}

function isLoopbackPeer(address: string | undefined): boolean {
  if (address === undefined) return false;
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}

let lastAuthority = '';
let lastVerdict = false;

/** `host[:port]`. The last one is remembered, since nearly every request brings the same. */
function isLoopbackAuthority(authority: string): boolean {
  if (authority === lastAuthority) return lastVerdict;
  const match = /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(authority);
  lastVerdict = match?.[1] !== undefined && isLoopbackHost(match[1]);
  lastAuthority = authority;
  return lastVerdict;
}

/** An opaque origin (`null`) is not ours. */
function isLoopbackOrigin(origin: string): boolean {
  const match = /^https?:\/\/(.+)$/i.exec(origin);
  return match?.[1] !== undefined && isLoopbackAuthority(match[1]);
}
