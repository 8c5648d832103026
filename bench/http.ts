/**
 * The MX answer over HTTP, against a bare Fastify route that sends the same bytes: cached in process, cached in Redis (with
 * the in-process layer off), and over GraphQL. Everything of the real chain is on: keys, limits, headers, log line, metrics.
 * Load by wrk (Debian), the two in turn, the median of the paired ratios. Also start-up time and idle memory.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDnsServer } from '../test/helpers/dns-server.ts';
import { startRedis } from '../test/helpers/redis.ts';
import { median, type Result } from './report.ts';

const KEY = 'bench-key';
const KEYS = `bench:${createHash('sha256').update(KEY).digest('hex')}:read`;
const DOMAIN = 'nectec.or.th';

type Server = { readonly url: string; readonly child: ChildProcess; readonly startMs: number; stop(): Promise<void> };

/** Starts a script that prints nothing we need and answers at `path`; resolves at the first 200. */
async function start(script: string, port: number, env: Record<string, string>, path: string): Promise<Server> {
  const began = performance.now();
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, NODE_ENV: 'production', PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${script} ended with ${child.exitCode}`);
    const status = await fetch(url + path).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) break;
    if (performance.now() - began > 20_000) throw new Error(`${script} did not start`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const startMs = performance.now() - began;
  const stop = () =>
    new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGTERM');
    });
  return { url, child, startMs, stop };
}

/** Requests a second. Throws when any answer was not 2xx. */
function load(url: string, seconds: number, script?: string): number {
  const args = ['-t1', '-c32', `-d${seconds}s`, '-H', `Authorization: Bearer ${KEY}`];
  const out = execFileSync('wrk', [...args, ...(script ? ['-s', script] : []), url], { encoding: 'utf8' });
  if (/Non-2xx/.test(out) || /Socket errors/.test(out)) throw new Error(`errors under load:\n${out}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(out)?.[1]);
}

async function paired(
  name: string,
  bar: number,
  rounds: number,
  seconds: number,
  ours: () => number,
  bare: () => number,
): Promise<Result> {
  ours();
  bare();
  const pairs = Array.from({ length: rounds }, () => ({ ours: ours(), theirs: bare() }));
  return {
    name,
    ours: Math.round(median(pairs.map((pair) => pair.ours))),
    theirs: Math.round(median(pairs.map((pair) => pair.theirs))),
    unit: `requests/s, ${rounds} × ${seconds} s`,
    ratio: median(pairs.map((pair) => pair.ours / pair.theirs)),
    bar: { atLeast: bar },
  };
}

const BARE = new URL('./bare-fastify.ts', import.meta.url).pathname;
const SERVICE = new URL('../src/main.ts', import.meta.url).pathname;
const NO_MEMORY = new URL('./serve-without-memory.ts', import.meta.url).pathname;

export async function http(short: boolean): Promise<Result[]> {
  const rounds = short ? 3 : 7;
  const seconds = short ? 1 : 3;
  const dns = await startDnsServer({
    [DOMAIN]: {
      MX: {
        ttl: 86_400,
        data: [
          { preference: 10, exchange: `imail.${DOMAIN}` },
          { preference: 20, exchange: `maildr.${DOMAIN}` },
        ],
      },
    },
    [`imail.${DOMAIN}`]: { A: { ttl: 86_400, data: [{ address: '203.0.114.10' }] } },
    [`maildr.${DOMAIN}`]: { A: { ttl: 86_400, data: [{ address: '203.0.114.20' }] } },
  });
  const redis = await startRedis();
  const env = { API_KEYS: KEYS, DNS_SERVERS: `127.0.0.1:${dns.port}`, LOG_LEVEL: 'info' };
  const dir = mkdtempSync(join(tmpdir(), 'mxscope-bench-'));
  const results: Result[] = [];
  const servers: Server[] = [];
  try {
    const service = await start(SERVICE, 3911, env, '/health/live');
    servers.push(service);
    const path = `/v1/domains/${DOMAIN}/mx`;
    const headers = { authorization: `Bearer ${KEY}` };
    const body = await (await fetch(service.url + path, { headers })).text();
    const bytes = join(dir, 'answer.json');
    writeFileSync(bytes, body);
    const bare = await start(BARE, 3912, { BYTES: bytes }, '/');
    servers.push(bare);
    const bareLoad = () => load(`${bare.url}/`, seconds);
    results.push(
      await paired('cached MX over REST', 0.85, rounds, seconds, () => load(service.url + path, seconds), bareLoad),
    );

    const query = `{ domain(name: "${DOMAIN}") { mx { status exchanges { preference host addresses { ip ttl } } deliveryOrder { preference hosts } ttl cache { state } findings { code severity } } } }`;
    const lua = join(dir, 'post.lua');
    const document = JSON.stringify(JSON.stringify({ query }));
    writeFileSync(
      lua,
      `wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = ${document}\n`,
    );
    results.push(
      await paired(
        'cached MX over GraphQL',
        0.5,
        rounds,
        seconds,
        () => load(`${service.url}/graphql`, seconds, lua),
        bareLoad,
      ),
    );

    const shared = await start(NO_MEMORY, 3913, { ...env, REDIS_URL: redis.url }, '/health/live');
    servers.push(shared);
    await (await fetch(shared.url + path, { headers })).text();
    results.push(
      await paired('cached MX from Redis', 0.65, rounds, seconds, () => load(shared.url + path, seconds), bareLoad),
    );
    await shared.stop();
    servers.pop();

    results.push(...(await startAndRest(env, bytes, short)));
  } finally {
    for (const server of servers) await server.stop();
    await redis.close();
    await dns.close();
  }
  return results;
}

async function startAndRest(env: Record<string, string>, bytes: string, short: boolean): Promise<Result[]> {
  const starts: { ours: number; theirs: number; rss: number }[] = [];
  for (let i = 0; i < (short ? 3 : 7); i++) {
    const ours = await start(SERVICE, 3914, env, '/health/live');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${ours.child.pid}/status`, 'utf8'))?.[1]) / 1024;
    await ours.stop();
    const theirs = await start(BARE, 3915, { BYTES: bytes }, '/');
    await theirs.stop();
    starts.push({ ours: ours.startMs, theirs: theirs.startMs, rss });
  }
  return [
    {
      name: 'start to the first 200',
      ours: Math.round(median(starts.map((s) => s.ours))),
      theirs: Math.round(median(starts.map((s) => s.theirs))),
      unit: 'ms',
      ratio: median(starts.map((s) => s.ours / s.theirs)),
      bar: { atMost: 2.5 },
    },
    {
      name: 'idle RSS',
      ours: Math.round(median(starts.map((s) => s.rss))),
      theirs: null,
      unit: 'MB',
      ratio: null,
      bar: { atMost: 120 },
    },
  ];
}
