/**
 * The service as a process of its own, started as an operator starts it, and what can be seen of it from outside: its answers,
 * its log, its open descriptors, its memory. `start` throws, with what the process said, when it does not come up.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './redis.ts';

const ENTRY = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const START_MS = 20_000;

/**
 * `status` 0: there was no answer, or half of one; `text` then says why, `ECONNREFUSED` when nothing was sent at all. `ms`: until
 * the last byte of the answer, or until the connection was lost.
 */
export type Answered = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly ms: number;
};

export type Call = {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Without one each call has a connection of its own, which ends with it. */
  readonly agent?: Agent;
};

export interface Service {
  readonly child: ChildProcess;
  readonly port: number;
  readonly url: string;
  ask(path: string, call?: Call): Promise<Answered>;
  log(): string;
  /** Open descriptors: all of them, and those that are sockets. */
  descriptors(): { readonly all: number; readonly sockets: number };
  /** Megabytes resident. */
  rss(): number;
  readonly ended: Promise<number | null>;
  /** SIGTERM; the exit code and how long it took. */
  stop(): Promise<{ readonly code: number | null; readonly ms: number }>;
  kill(): void;
}

/** With nothing of our own environment but the PATH. */
export async function startService(env: Readonly<Record<string, string>>, entry = ENTRY): Promise<Service> {
  const port = await freePort();
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env.PATH ?? '', PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-1_000_000);
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const ask = (path: string, call: Call = {}) => exchange(port, path, call);
  const until = performance.now() + START_MS;
  while ((await ask('/health/live')).status !== 200) {
    if (child.exitCode !== null || performance.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`the service did not start:\n${log}`);
    }
    await sleep(25);
  }
  return {
    child,
    port,
    url: `http://127.0.0.1:${port}`,
    ask,
    log: () => log,
    descriptors: () => descriptorsOf(child.pid ?? 0),
    rss: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    ended,
    async stop() {
      const began = performance.now();
      child.kill('SIGTERM');
      return { code: await ended, ms: performance.now() - began };
    },
    kill: () => child.kill('SIGKILL'),
  };
}

function descriptorsOf(pid: number): { all: number; sockets: number } {
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return ''; // Closed since it was listed.
    }
  });
  return { all: links.length, sockets: links.filter((link) => link.startsWith('socket:')).length };
}

function exchange(port: number, path: string, call: Call): Promise<Answered> {
  const { method = call.body === undefined ? 'GET' : 'POST', body, signal, agent = false } = call;
  const began = performance.now();
  const headers = { ...(body !== undefined && { 'content-type': 'application/json' }), ...call.headers };
  return new Promise((resolve) => {
    const lost = (error?: NodeJS.ErrnoException) =>
      resolve({ status: 0, headers: {}, text: error?.code ?? '', ms: performance.now() - began });
    const options = { host: '127.0.0.1', port, path, method, headers, agent, ...(signal && { signal }) };
    const sent = request(options, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => {
          text += chunk;
        })
        .on('error', lost)
        .on('close', () => lost())
        .on('end', () => {
          if (!response.complete) return lost();
          const { statusCode: status = 0 } = response;
          resolve({ status, headers: response.headers, text, ms: performance.now() - began });
        });
    });
    sent.on('error', lost);
    sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

export const keepAlive = (maxSockets = Number.POSITIVE_INFINITY): Agent => new Agent({ keepAlive: true, maxSockets });

/** Waits until it is so; throws `what` after `withinMs`. */
export async function until(what: string, so: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await so())) {
    if (performance.now() > deadline) throw new Error(`it never came to this: ${what}`);
    await sleep(20);
  }
}
