/**
 * The one way out for SMTP: TCP connections under the address policy, and TLS on top of them. Only this file imports
 * node:net and node:tls (but for DNS over TCP). Nothing connects before the guard has judged the very address that is
 * connected to, and no name is ever resolved here. Failures are values; only our own exhaustion (descriptors, memory) throws,
 * since it says nothing about the peer.
 */

import { constants } from 'node:crypto';
import net from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { isShortage } from '../outcome.ts';
import type { Certificate } from '../smtp/types.ts';
import type { AddressPolicy } from './address-policy.ts';
import { describeCertificate, indexRoots, type RootIndex } from './certificate.ts';

export type DialRequest = {
  readonly ip: string;
  readonly port: number;
  /** Absolute, `performance.now()` milliseconds. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
};

export type Dialed =
  | { readonly ok: true; readonly socket: Duplex; readonly localAddress: () => string }
  | {
      readonly ok: false;
      readonly failure: 'refused' | 'timeout' | 'unreachable' | 'reset' | 'forbidden' | 'aborted';
      /** The socket's error code, null without one; EADDRNOTAVAIL also where the kernel sent from an address that none answers. */
      readonly code: string | null;
    };

export type Upgrade = {
  /** Asked for by SNI and checked in the certificate; null for an IP literal. */
  readonly name: string | null;
  /** `any`: whatever the peer can speak, to look at it. `strict`: the library's present defaults, to trust it with something. */
  readonly purpose: 'any' | 'strict';
};

export type Upgraded =
  | {
      readonly ok: true;
      readonly socket: Duplex;
      readonly protocol: string | null;
      readonly cipher: string | null;
      readonly certificate: Certificate | null;
    }
  | {
      readonly ok: false;
      /** `local-limits`: what failed is what our library refuses to speak. */
      readonly failure: 'handshake' | 'local-limits' | 'closed';
      readonly code: string | null;
    };

export type Dialer = {
  connect(request: DialRequest): Promise<Dialed>;
  /** TLS as a client over a connection. Destroying that connection ends the handshake as `closed`. */
  upgrade(socket: Duplex, options: Upgrade): Promise<Upgraded>;
};

export type DialerOptions = {
  readonly policy: AddressPolicy;
  readonly ports: ReadonlySet<number>;
  /** PEM certificates trusted besides Node's own. */
  readonly extraRoots?: readonly string[];
};

export function createDialer({ policy, ports, extraRoots = [] }: DialerOptions): Dialer {
  const contexts = tlsContexts(extraRoots);
  return {
    connect(request) {
      const { allowed, ip } = policy.judge(request.ip);
      if (!allowed || ip === null || !ports.has(request.port)) return Promise.resolve(undialled('forbidden'));
      if (request.signal?.aborted) return Promise.resolve(undialled('aborted'));
      // The guard's own canonical text is what is connected to: no second parser can read another address out of it.
      return open(ip, request);
    },
    upgrade: (socket, options) => handshake(socket, options, contexts),
  };
}

// --- TCP -----------------------------------------------------------------------------------------------------------

/**
 * One buffer for every connection: a socket's own would be 64 KiB for each read. The chunk of a `data` event is therefore
 * only good while its listeners run, who copy what they keep. The listener `this` is the socket.
 */
const BUFFER = Buffer.allocUnsafeSlow(65_536);
const ONE_BUFFER: net.OnReadOpts = {
  buffer: BUFFER,
  callback(this: net.Socket, length: number) {
    this.emit('data', BUFFER.subarray(0, length));
    return true;
  },
};

const undialled = (failure: 'forbidden' | 'aborted'): Dialed => ({ ok: false, failure, code: null });

function open(ip: string, { port, deadline, signal }: DialRequest): Promise<Dialed> {
  const { promise, resolve, reject } = Promise.withResolvers<Dialed>();
  const socket = net.connect({ host: ip, port, onread: ONE_BUFFER });
  let settled = false;
  const settle = () => {
    settled = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
  const fail = (failure: 'refused' | 'timeout' | 'unreachable' | 'reset' | 'aborted', code: string | null) => {
    const unanswerable = (failure === 'timeout' || failure === 'unreachable') && lacksSource(ip, socket.localAddress);
    settle();
    socket.destroy();
    resolve(unanswerable ? { ok: false, failure: 'unreachable', code: 'EADDRNOTAVAIL' } : { ok: false, failure, code });
  };
  const abort = () => fail('aborted', null);
  const timer = setTimeout(() => fail('timeout', null), Math.max(0, deadline - performance.now()));
  socket.on('connect', () => {
    if (settled) return;
    settle();
    resolve({ ok: true, socket, localAddress: () => socket.localAddress ?? ip });
  });
  // It stays: whoever takes the socket over hears of its end by `close`, and an error between two owners must not be unhandled.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (settled) return;
    const code = error.code ?? null;
    if (!isShortage(error)) return fail(failureOf(code), code);
    settle();
    reject(error);
  });
  signal?.addEventListener('abort', abort);
  return promise;
}

const ignore = (): void => {};

const GLOBAL_IPV6 = /^[23][\da-f]{3}:/;

/**
 * RFC 6724 §5: without a global address the kernel sends from one of lesser scope, to which nothing comes back. A socket that
 * the kernel has closed over it no longer tells its source; then what the machine has counts.
 */
function lacksSource(target: string, source: string | undefined): boolean {
  if (!GLOBAL_IPV6.test(target)) return false;
  if (source !== undefined) return !GLOBAL_IPV6.test(source);
  return !Object.values(networkInterfaces()).some((ours) => ours?.some(({ address }) => GLOBAL_IPV6.test(address)));
}

function failureOf(code: string | null): 'refused' | 'timeout' | 'unreachable' | 'reset' {
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset';
  return code === 'ETIMEDOUT' ? 'timeout' : 'unreachable';
}

// --- TLS -----------------------------------------------------------------------------------------------------------

/**
 * No post-quantum group: its key share makes a ClientHello of two packets, which old middleboxes drop, and a failure of that
 * kind would be ours. Named without a share, it makes servers that prefer it ask for one, a round trip and two keys more.
 * Nor secp256k1 or brainpool, which senders do not name either: a server with no other key does fail them.
 */
const GROUPS = 'X25519:P-256:P-384:P-521';

/**
 * The library's own list, and behind it what reaches a server whose only key is a DSA one, as Postfix does by default. "ALL"
 * with a minus, since "DEFAULT" takes away for good what it lacks.
 */
const CIPHERS = 'ALL:-COMPLEMENTOFDEFAULT:aDSS+AES:@SECLEVEL=0';

type Contexts = { of(purpose: Upgrade['purpose']): tls.SecureContext; roots(): RootIndex };

/** One context for each purpose, made at first use and shared: a context costs more than the rest of a probe. */
function tlsContexts(extraRoots: readonly string[]): Contexts {
  const made = new Map<Upgrade['purpose'], tls.SecureContext>();
  const pems = () => [...(tls.getCACertificates?.('default') ?? tls.rootCertificates), ...extraRoots];
  const ca = extraRoots.length > 0 ? { ca: pems() } : {};
  let index: RootIndex | undefined;
  return {
    of(purpose) {
      const context = made.get(purpose) ?? tls.createSecureContext({ ...ca, ...(purpose === 'any' ? LENIENT : {}) });
      made.set(purpose, context);
      return context;
    },
    roots: () => {
      index ??= indexRoots(pems());
      return index;
    },
  };
}

/** SECLEVEL=0 brings back TLS 1.0 and 1.1, SHA-1 signatures and 1,024-bit DH: peers to be reported on, not refused. */
const LENIENT: tls.SecureContextOptions = {
  minVersion: 'TLSv1',
  ciphers: CIPHERS,
  ecdhCurve: GROUPS,
  // Servers that never learnt RFC 5746.
  secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
};

function handshake(socket: Duplex, { name, purpose }: Upgrade, contexts: Contexts): Promise<Upgraded> {
  return new Promise((resolve, reject) => {
    const secured = tls.connect({
      socket,
      secureContext: contexts.of(purpose),
      ...(name === null ? {} : { servername: name }),
      rejectUnauthorized: false,
      // Names are judged with the certificate, apart from the chain.
      checkServerIdentity: () => undefined,
      ...(purpose === 'any' ? { minDHSize: 1 } : {}),
    });
    // Node would build the whole chain as plain objects for the check above, a fifth of a handshake's cost.
    Object.assign(secured, { getPeerCertificate: () => ({}) });
    const fail = (code: string | null) => {
      secured.off('secureConnect', done).off('close', closed);
      secured.destroy();
      socket.destroy();
      resolve({ ok: false, failure: tlsFailureOf(code), code });
    };
    const failed = (error: NodeJS.ErrnoException) => fail(error.code ?? null);
    const closed = () => fail(null);
    const done = () => {
      secured.off('error', failed).off('close', closed).on('error', ignore);
      // Thrown in a listener it would be nobody's, and the end of the process.
      try {
        resolve({
          ok: true,
          socket: secured,
          protocol: secured.getProtocol(),
          cipher: secured.getCipher()?.name ?? null,
          certificate: certificateOf(secured, name, contexts),
        });
      } catch (error) {
        reject(error);
      }
    };
    secured.once('secureConnect', done);
    secured.on('error', failed);
    secured.once('close', closed);
  });
}

function certificateOf(secured: tls.TLSSocket, name: string | null, contexts: Contexts): Certificate | null {
  const leaf = secured.getPeerX509Certificate();
  if (!leaf) return null;
  // Typed as an Error, set to its code.
  const verdict: unknown = secured.authorizationError;
  const error = secured.authorized || verdict === null || verdict === undefined ? null : String(verdict);
  return describeCertificate({ leaf, error, name }, contexts.roots, Date.now());
}

/**
 * Errors that our library raises against what the peer speaks, and the alert of a peer whose newest version is too old for us.
 * A key that cannot be decoded may be broken, or of an algorithm or curve that only others know: the code is the same.
 */
const LOCAL_LIMITS =
  /DH_KEY_TOO_SMALL|DH_PARAM_SIZE|EE_KEY_TOO_SMALL|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|ALERT_PROTOCOL_VERSION|LEGACY_RENEGOTIATION|UNSUPPORTED_SSL_VERSION|WRONG_SIGNATURE_TYPE|UNKNOWN_CIPHER_RETURNED|WRONG_CIPHER_RETURNED|BAD_ECPOINT|WRONG_CURVE|UNSUPPORTED_ELLIPTIC|MODULUS_TOO_|BAD_E_VALUE|SSL_DECODE_ERROR|EXCESSIVE_MESSAGE_SIZE/;

function tlsFailureOf(code: string | null): 'handshake' | 'local-limits' | 'closed' {
  if (code === null || code === 'ECONNRESET' || code === 'EPIPE') return 'closed';
  return LOCAL_LIMITS.test(code) ? 'local-limits' : 'handshake';
}
