/**
 * The one connection to Redis and the knowledge whether it can be used. A command either answers within `timeoutMs` or
 * fails; the first one that does not takes the link down, and with it all that are waiting, so that no request pays twice.
 * While down every command fails at once, without a promise to Redis. A probe that writes brings it up again: a read-only
 * or full Redis stays down. Never throws at construction for a Redis that is away, and reconnects for ever.
 */

import { createHash, randomUUID } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import { createClient, type RedisClient } from './redis-client.ts';
import { readRedisUrl } from './redis-url.ts';

export type Script = { readonly lua: string; readonly sha: string };

export const script = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') });

export interface RedisLink {
  status(): 'up' | 'down';
  /** Why it is down, for the log: a code, never an address or a secret. */
  trouble(): string | null;
  /** Rejects with RedisAway, at once when down and after `timeoutMs` at the latest, or with what Redis says of the command. */
  run<T>(name: Command, command: (client: RedisClient) => Promise<T>): Promise<T>;
  /** A script on one key. What it returns is the caller's to validate. */
  evaluate(script: Script, key: string, args: readonly (string | number)[]): Promise<unknown>;
  /** Called each time Redis comes back. */
  onUp(listener: () => void): void;
  /** True once up, false when `waitMs` passed first. */
  whenUp(waitMs: number): Promise<boolean>;
  close(): void;
}

type Command = 'GET' | 'SET' | 'DEL' | 'EVALSHA';

export type RedisLinkOptions = {
  /** A command that takes longer takes the link down. */
  readonly timeoutMs?: number;
  /** How often the link is proven, up or down. */
  readonly probeMs?: number;
  readonly tls?: ConnectionOptions;
  /** Changes of state, for the log; the reason holds no secret. */
  readonly onChange?: (status: 'up' | 'down', reason: string) => void;
  /** Stands around every command, for who wants to time it; must run it, at once, and pass on what comes of it. */
  readonly around?: <T>(name: Command, run: () => Promise<T>) => Promise<T>;
};

export const KEY_PREFIX = 'mxscope:';

/** Redis cannot be used now. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway';
}

// One object, since its stack says nothing and an outage makes many.
const AWAY = new RedisAway('Redis is away');

/**
 * Time is counted in turns of the event loop: when this process was stalled, replies wait in the socket and the clock says
 * nothing about Redis.
 */
const TICKS = 5;

/** Errors of one command on one key; any other error says that Redis cannot serve us. */
const ABOUT_THE_COMMAND = /^(WRONGTYPE|ERR|NOSCRIPT)\b/;

/** Writes by a script and reads the clock, as the limiter does, so what passes here passes there. */
const PROBE = script(`redis.call('TIME') return redis.call('SET', KEYS[1], ARGV[1], 'PX', 10000)`);

export const redisStatus = (link: RedisLink | null): 'up' | 'down' | 'off' => link?.status() ?? 'off';

export function connectRedis(url: string, options: RedisLinkOptions = {}): RedisLink {
  const { timeoutMs = 250, probeMs = 1000, onChange = () => {}, around } = options;
  const client = createClient(readRedisUrl(url), timeoutMs, options.tls);
  const probeKey = `${KEY_PREFIX}probe:${randomUUID()}`;
  const listeners: (() => void)[] = [];
  const pending = new Set<Waiting>();
  let up = false;
  let closed = false;
  let trouble: string | null = 'not connected yet';
  let ticks = 0;
  let answeredAt = 0;
  let ticking = false;

  const change = (next: boolean, reason: string) => {
    if (up === next) return;
    up = next;
    trouble = next ? null : reason;
    onChange(next ? 'up' : 'down', reason);
    if (next) for (const listener of listeners) listener();
    else for (const waiting of pending) waiting.reject(AWAY);
    if (!next) pending.clear();
  };

  /** Those waiting stand in the order they came. Overdue ones fail; a Redis that says nothing meanwhile is down. */
  const tick = () => {
    ticks++;
    const overdue = ticks - TICKS;
    for (const waiting of pending) {
      if (waiting.since > overdue) break;
      pending.delete(waiting);
      waiting.reject(AWAY);
      if (answeredAt <= overdue) change(false, `no answer in ${timeoutMs} ms`);
    }
    ticking = pending.size > 0;
    if (ticking) setTimeout(tick, timeoutMs / TICKS);
  };

  /**
   * What is asked in one go is sent in one go. A command that is alone, with none before it still to be answered, is not kept
   * waiting for company: ioredis would hold it back for a turn, and put a pipeline around it. It overtakes none, since a
   * pipeline may wait for the replies to the one before.
   */
  let gathered: (() => void)[] = [];
  let unanswered = 0;
  const settled = () => {
    unanswered--;
  };
  const sendGathered = () => {
    const due = gathered;
    gathered = [];
    client.options.enableAutoPipelining = unanswered > 0 || due.length > 1;
    unanswered += due.length;
    for (const send of due) send();
  };
  const gather = (send: () => void) => {
    if (gathered.push(send) === 1) queueMicrotask(sendGathered);
  };

  /** The answer, or AWAY when it is late or the link goes down first. */
  const guarded = <T>(command: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const waiting = { since: ticks, reject };
      pending.add(waiting);
      if (!ticking) setTimeout(tick, timeoutMs / TICKS);
      ticking = true;
      const answered = (value: T) => {
        // A late answer proves nothing: a Redis that always answers late is of no use.
        if (pending.delete(waiting)) answeredAt = ticks;
        resolve(value);
      };
      const failed = (error: Error) => {
        pending.delete(waiting);
        if (ABOUT_THE_COMMAND.test(error.message)) return reject(error);
        change(false, reasonOf(error));
        reject(AWAY);
      };
      gather(() => command().then(answered, failed).finally(settled));
    });

  const run = <T>(name: Command, command: (client: RedisClient) => Promise<T>): Promise<T> => {
    if (!up) return Promise.reject(AWAY);
    const send = () => guarded(() => command(client));
    return around === undefined ? send() : around(name, send);
  };

  const probe = () => {
    if (closed || client.status !== 'ready') return;
    guarded(() => evaluateOn(client, PROBE, probeKey, [1])).then(
      () => change(!closed, 'answers'),
      (error: Error) => error === AWAY || change(false, reasonOf(error)),
    );
  };
  const heartbeat = setInterval(probe, probeMs).unref();

  client.on('ready', probe);
  client.on('close', () => change(false, 'connection closed'));
  client.on('end', () => change(false, 'connection closed'));
  // Each failed attempt to connect comes here: a refused connection, a wrong password, a certificate not to be trusted.
  client.on('error', (error: Error) => {
    if (!up) trouble = reasonOf(error);
  });

  return {
    status: () => (up ? 'up' : 'down'),
    trouble: () => trouble,
    run,
    evaluate: (lua, key, args) => run('EVALSHA', (connected) => evaluateOn(connected, lua, key, args)),
    onUp: (listener) => listeners.push(listener),
    whenUp: (waitMs) => whenUp(() => up, listeners, waitMs),
    close() {
      closed = true;
      clearInterval(heartbeat);
      change(false, 'closed');
      client.disconnect();
    },
  };
}

type Waiting = { readonly since: number; readonly reject: (error: Error) => void };

function whenUp(isUp: () => boolean, listeners: (() => void)[], waitMs: number): Promise<boolean> {
  if (isUp()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, waitMs, false);
    listeners.push(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** ECONNREFUSED, READONLY, WRONGPASS…: the rest of a message may quote an address or a key. */
function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message.split(' ', 1)[0];
  return code !== undefined && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : 'connection failed';
}

async function evaluateOn(client: RedisClient, { lua, sha }: Script, key: string, args: readonly (string | number)[]) {
  try {
    return await client.evalsha(sha, 1, key, ...args);
  } catch (error) {
    // A restarted or flushed server has forgotten the script; sending it whole teaches it again.
    if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return client.eval(lua, 1, key, ...args);
    throw error;
  }
}
