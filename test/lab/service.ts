/** The service itself as a child process, as an operator starts it. Ready when `/health/live` answers. */

import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Daemon, type Lab, startDaemon } from './lab.ts';

export const root = join(import.meta.dirname, '..', '..');

export type Service = Daemon & {
  readonly url: string;
  /** GET and read JSON; an answer that is no JSON is an error. */
  readonly get: (path: string) => Promise<{ status: number; headers: Headers; body: Json }>;
  readonly post: (path: string, body: unknown) => Promise<{ status: number; headers: Headers; body: Json }>;
};

// Answers are compared member by member; what is not there is undefined and fails the comparison.
export type Json = Record<string, unknown>;

export async function startService(lab: Lab, env: Readonly<Record<string, string>>): Promise<Service> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const daemon = await startDaemon(lab, {
    command: process.execPath,
    args: [join(root, 'src', 'main.ts')],
    cwd: root,
    env: { LOG_LEVEL: 'warn', ...env, HOST: '127.0.0.1', PORT: String(port) },
    ready: async () => (await fetch(`${url}/health/live`)).ok,
  });
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(url + path, init).catch((cause: unknown) => {
      throw new Error(`the service does not answer; the end of its log: ${daemon.log().slice(-2_000)}`, { cause });
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
  };
  const json = { 'content-type': 'application/json' };
  return {
    ...daemon,
    url,
    get: (path) => ask(path),
    post: (path, body) => ask(path, { method: 'POST', headers: json, body: JSON.stringify(body) }),
  };
}

/** A port that was free a moment ago. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
