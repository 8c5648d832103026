/**
 * The service and its DNS as a caller of the contract meets them: a process of its own, real DNS on loopback, and nothing but
 * HTTP between. `raw` speaks it by the byte. Everything that was started ends with the test file.
 */

import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll } from 'vitest';
import { type Names, type World, type ZoneServer, zoneServer } from '../helpers/dns-server.ts';
import { type Answered, type Call, type Service, startService } from '../helpers/service.ts';

// Answers are compared member by member; what is not there is undefined and fails the comparison.
export type Json = Record<string, unknown>;

export type Told<T> = Answered & { readonly body: T };

export type Running = {
  readonly service: Service;
  readonly dns: ZoneServer;
  ask<T = Json>(path: string, call?: Call): Promise<Told<T>>;
  post<T = Json>(path: string, body: unknown, headers?: Record<string, string>): Promise<Told<T>>;
  graphql<T = Json>(query: string, headers?: Record<string, string>): Promise<Told<Graphql<T>>>;
  /** Sends exactly these bytes; what came back until the service closed. */
  raw(bytes: string): Promise<string>;
  /** Changes what DNS says. */
  publish(names: Names): void;
};

export type Graphql<T> = { readonly data?: T | null; readonly errors?: readonly GraphqlError[] };
export type GraphqlError = {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: { readonly code: string } & Json;
};

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly scope?: string;
};

export async function run(world: World, env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const dns = await zoneServer(world);
  const service = await startService({ DNS_SERVERS: `${dns.ip}:${dns.port}`, ...env });
  afterAll(async () => {
    service.kill();
    await service.ended;
    await dns.close();
  });
  const ask = async <T>(path: string, call: Call = {}): Promise<Told<T>> => {
    const answered = await service.ask(path, call);
    const json = /[/+]json/.test(answered.headers['content-type'] ?? '') && answered.text !== '';
    return { ...answered, body: (json ? JSON.parse(answered.text) : undefined) as T };
  };
  return {
    service,
    dns,
    ask,
    post: (path, body, headers = {}) => ask(path, { method: 'POST', body, headers }),
    graphql: (query, headers = {}) => ask('/graphql', { body: { query }, headers }),
    raw: (bytes) => exchange(service.port, bytes),
    publish: dns.publish,
  };
}

function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    let heard = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      heard += chunk;
    });
    socket.on('close', () => resolve(heard));
    socket.on('error', (error) => (heard === '' ? reject(error) : undefined));
  });
}

export const mx = (ttl: number, ...records: readonly (readonly [number, string])[]) => ({
  MX: { ttl, data: records.map(([preference, exchange]) => ({ preference, exchange })) },
});
export const a = (ttl: number, ...ips: readonly string[]) => ({
  A: { ttl, data: ips.map((address) => ({ address })) },
});
export const aaaa = (ttl: number, ...ips: readonly string[]) => ({
  AAAA: { ttl, data: ips.map((address) => ({ address })) },
});
export const cname = (ttl: number, target: string) => ({ CNAME: { ttl, data: [{ target }] } });

/** What stands for a key in API_KEYS. */
export const keyEntry = (name: string, key: string, scopes: string) =>
  `${name}:${createHash('sha256').update(key).digest('hex')}:${scopes}`;
