/**
 * The real application on a real socket, over real services whose DNS is a zone server on loopback: nothing of ours is
 * replaced. `raw` speaks HTTP by the byte, for what no client library would send.
 */

import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll } from 'vitest';
import type { Lifecycle } from '../../src/api/guard.ts';
import { createKeyRing, type KeyRing } from '../../src/api/keys.ts';
import { createMetrics } from '../../src/api/metrics.ts';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import type { Scope, Services } from '../../src/operations/types.ts';
import { buildServices } from '../../src/services.ts';
import { type Names, type ZoneServer, zoneServer } from '../helpers/dns-server.ts';

export const NECTEC: Names = {
  'nectec.or.th': {
    MX: {
      ttl: 3600,
      data: [
        { preference: 20, exchange: 'maildr.nectec.or.th' },
        { preference: 10, exchange: 'imail.nectec.or.th' },
      ],
    },
  },
  'imail.nectec.or.th': { A: { ttl: 300, data: [{ address: '203.0.114.10' }] } },
  'maildr.nectec.or.th': { A: { ttl: 300, data: [{ address: '203.0.114.20' }] } },
};

/** What stands for a key in API_KEYS. */
export const keyEntry = (name: string, key: string, ...scopes: readonly Scope[]) =>
  `${name}:${createHash('sha256').update(key).digest('hex')}:${scopes.join('+')}`;

export type Line = Readonly<Record<string, unknown>>;

export type Running = {
  readonly url: string;
  readonly port: number;
  readonly services: Services;
  readonly keys: KeyRing;
  readonly dns: ZoneServer;
  /** The log so far, parsed. */
  readonly log: Line[];
  readonly lifecycle: { stopping: boolean };
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  graphql(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<GraphqlAnswer>;
  /** Sends exactly these bytes and answers everything that came back until the peer closed or was silent for `quietMs`. */
  raw(bytes: string | Uint8Array, quietMs?: number): Promise<string>;
};

export type GraphqlError = {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>> & { readonly code: string };
};
export type GraphqlAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: readonly GraphqlError[] | undefined;
};

export type Options = {
  readonly env?: Readonly<Record<string, string>>;
  readonly names?: Names;
  /** Changes services before the application is built over them. */
  readonly change?: (services: Services) => Services;
};

export async function startApp({
  env = {},
  names = NECTEC,
  change = (services) => services,
}: Options = {}): Promise<Running> {
  const dns = await zoneServer({ names });
  const read = readConfig({ DNS_SERVERS: `${dns.ip}:${dns.port}`, ...env });
  if (!read.ok) throw new Error(read.lines.join('\n'));
  const metrics = createMetrics();
  const built = await buildServices(read.config, { metrics: metrics.operations });
  const services = change(built);
  const log: Line[] = [];
  const lines = createLog('info', { write: (line) => log.push(JSON.parse(line)) });
  const keys = createKeyRing(read.config.apiKeys);
  const lifecycle = { stopping: false, signal: new AbortController().signal };
  const app = await buildApp(services, { log: lines, metrics, keys, lifecycle: lifecycle satisfies Lifecycle });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const port = Number(new URL(url).port);
  afterAll(async () => {
    await app.close();
    await built.close();
    await dns.close();
  });
  const post: Running['post'] = (path, body, headers = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    url,
    port,
    services,
    keys,
    dns,
    log,
    lifecycle,
    get: (path, headers = {}) => fetch(url + path, { headers, redirect: 'manual' }),
    post,
    async graphql(query, variables, headers) {
      const response = await post('/graphql', { query, ...(variables && { variables }) }, headers);
      const { data, errors } = (await response.json()) as Pick<GraphqlAnswer, 'data' | 'errors'>;
      return { status: response.status, headers: response.headers, data, errors };
    },
    raw: (bytes, quietMs = 300) => exchange(port, bytes, quietMs),
  };
}

function exchange(port: number, bytes: string | Uint8Array, quietMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let heard = '';
    socket.setEncoding('latin1').setTimeout(quietMs, () => socket.destroy());
    socket.on('data', (chunk: string) => {
      heard += chunk;
    });
    socket.on('close', () => resolve(heard));
    // A peer that resets after its answer is a peer that answered.
    socket.on('error', (error) => (heard === '' ? reject(error) : undefined));
  });
}

/** The problem of a response, after checking all that holds for every problem. */
export type Problem = {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly instance: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly scope?: string;
};

export async function problemOf(response: Response): Promise<Problem> {
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('application/problem+json')) throw new Error(`not a problem: ${response.status} ${type}`);
  const problem = (await response.json()) as Problem & { readonly type: string };
  const id = response.headers.get('x-request-id');
  const sound =
    problem.type === `urn:mxscope:problem:${problem.code}` &&
    problem.status === response.status &&
    problem.instance === `urn:mxscope:request:${id}` &&
    problem.title.length > 0 &&
    problem.detail.length > 0 &&
    response.headers.get('x-content-type-options') === 'nosniff' &&
    response.headers.get('cache-control') === 'no-store' &&
    response.headers.get('content-language') !== null;
  if (!sound) throw new Error(`not a sound problem: ${JSON.stringify(problem)}`);
  return problem;
}
