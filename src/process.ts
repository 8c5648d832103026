/**
 * Puts the parts together and takes them apart again. What must not be lost on the way out: requests under way, the last
 * lines of the log, what the stores are told of sends that were cut, spans that wait for the collector. Ends the process by itself; throws nothing.
 */

import { createPrivateKey } from 'node:crypto';
import { readFileSync, watchFile } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Lifecycle } from './api/guard.ts';
import { createKeyRing, type KeyRing } from './api/keys.ts';
import { createMetrics } from './api/metrics.ts';
import { buildApp } from './app.ts';
import { type ApiKey, type Config, parseApiKeys, readConfig, ruleOfKeys } from './config.ts';
import { createLog, createLogStream } from './log.ts';
import type { Services } from './operations/types.ts';
import { buildServices, type ServicesOptions } from './services.ts';
import type { Telemetry } from './telemetry/otel.ts';

/**
 * From the signal to the end, a little less than the 10 s of contract §7, since a timer may be late; and within it when work
 * under way is told to end, so that it can say so. A client that never finishes its request takes all of it.
 */
const GRACE_MS = 9_400;
const ABORT_MS = 8_500;
/**
 * So long requests are still taken and answered, with the word that this was a connection's last answer: who is about to send
 * would else see it closed under its hands. In turns of the event loop, as a busy process has not read all that has come.
 */
const DRAIN_TURNS = 10;
const DRAIN_TURN_MS = 50;
/** Connections that may wait to be taken, as far as the kernel lets them. Node's 511 leaves most of a burst of 2,000 to the
 * next try of their kernels, seconds later. */
const BACKLOG = 4_096;
/** So long the end waits for a reader of the log that does not keep up. */
const LAST_LINES_MS = 400;
/** A file that is written in several steps is read when it has been still for this long. */
const SETTLE_MS = 200;
const LOOK_MS = 1_000;

/** What a test's closed world or a benchmark changes about the services. */
export type Overrides = Omit<ServicesOptions, 'metrics' | 'tracer' | 'onRedis' | 'onDnsFailure' | 'dkimKey'>;

export async function start(
  env: Readonly<Record<string, string | undefined>>,
  overrides: Overrides = {},
): Promise<void> {
  const read = readConfig(env);
  const config = read.ok ? read.config : refuseStart(read.lines);
  const lines = createLogStream();
  const log = createLog(config.logLevel, lines);
  const { logger } = log;
  const stop = { stopping: false, abort: new AbortController() };
  const lifecycle: Lifecycle = {
    get stopping() {
      return stop.stopping;
    },
    signal: stop.abort.signal,
  };
  const metrics = createMetrics();
  const keys = createKeyRing([...config.apiKeys, ...keysOfFile(config)]);
  const telemetry = await telemetryOf(config, logger);
  const services = await buildServices(config, {
    ...overrides,
    metrics: metrics.operations,
    tracer: telemetry?.tracer,
    dkimKey: dkimKeyOf(config),
    onDnsFailure: (kind, servers) => logger.debug({ kind, servers }, 'dns'),
    onRedis: (status, reason) => logger[status === 'up' ? 'info' : 'warn']({ status, reason }, 'redis'),
  });
  const app = await buildApp(services, { log, metrics, keys, lifecycle });
  const end = async (code: number): Promise<never> => {
    await Promise.race([lines.flush(), sleep(LAST_LINES_MS)]).catch(() => {});
    process.exit(code);
  };
  process.on('uncaughtException', (err) => {
    logger.fatal({ err }, 'uncaught exception');
    end(1);
  });
  onStop((signal) => {
    if (stop.stopping) return end(1);
    stop.stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => stop.abort.abort(), ABORT_MS).unref();
    setTimeout(() => end(0), GRACE_MS).unref();
    shutDown(app, services, telemetry, logger).then(() => end(0));
  });
  if (config.apiKeysFile !== null) watchKeys(config.apiKeysFile, config.apiKeys, keys, logger);
  await app.listen({ host: config.host, port: config.port, backlog: BACKLOG }).catch((err) => {
    logger.fatal({ err }, 'cannot listen');
    end(1);
  });
  logger.info({ addresses: app.addresses() }, 'listening');
}

function refuseStart(lines: readonly string[]): never {
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(1);
}

function onStop(stop: (signal: NodeJS.Signals) => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
}

/** OpenTelemetry is loaded for those who want traces, and costs the others nothing. */
async function telemetryOf({ traces }: Config, logger: Logger): Promise<Telemetry | undefined> {
  if (traces === null) return undefined;
  const { startTelemetry } = await import('./telemetry/otel.ts');
  return startTelemetry(traces, {
    onChange: (status, reason) => logger[status === 'up' ? 'info' : 'warn']({ status, reason }, 'traces'),
  });
}

async function shutDown(
  app: FastifyInstance,
  services: Services,
  telemetry: Telemetry | undefined,
  logger: Logger,
): Promise<void> {
  for (let turn = 0; turn < DRAIN_TURNS; turn++) await sleep(DRAIN_TURN_MS);
  try {
    await app.close();
    await services.close();
    await telemetry?.close();
  } catch (err) {
    logger.error({ err }, 'closing failed');
  }
}

function keysOfFile({ apiKeysFile, apiKeys }: Config): readonly ApiKey[] {
  if (apiKeysFile === null) return [];
  const file = readKeys(apiKeysFile, apiKeys);
  return file.ok ? file.value : refuseStart([`API_KEYS_FILE: ${file.rule}`]);
}

function dkimKeyOf({ dkim }: Config): string | null {
  if (dkim === null) return null;
  try {
    const pem = readFileSync(dkim.keyFile, 'utf8');
    createPrivateKey(pem);
    return pem;
  } catch {
    return refuseStart(['DKIM_KEY_FILE: cannot be read as a private key in PEM']);
  }
}

/** The keys of the file, which must go with those that are fixed. */
function readKeys(path: string, fixed: readonly ApiKey[]): ReturnType<typeof parseApiKeys> {
  try {
    const file = parseApiKeys(readFileSync(path, 'utf8'));
    const rule = file.ok ? ruleOfKeys([...fixed, ...file.value]) : null;
    return rule === null ? file : { ok: false, rule };
  } catch {
    return { ok: false, rule: 'cannot be read' };
  }
}

/**
 * The file is looked at, not its directory watched: events do not tell of a link's target elsewhere, nor of a file that is
 * mounted by itself. A file that has become unreadable or wrong changes nothing: the keys that were good stay good.
 */
function watchKeys(path: string, fixed: readonly ApiKey[], keys: KeyRing, logger: Logger): void {
  const reload = () => {
    const file = readKeys(path, fixed);
    if (file.ok) {
      keys.replace([...fixed, ...file.value]);
      logger.info({ keys: file.value.length }, 'API keys read again');
    } else {
      logger.error({ rule: file.rule }, 'API keys file refused; the keys stay as they were');
    }
  };
  let timer: NodeJS.Timeout | undefined;
  process.on('SIGHUP', reload);
  watchFile(path, { persistent: false, interval: LOOK_MS }, () => {
    clearTimeout(timer);
    timer = setTimeout(reload, SETTLE_MS);
    timer.unref();
  });
}
