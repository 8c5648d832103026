/**
 * A collector that is gone, hangs or refuses costs spans and nothing else: no request, no wait, no growing queue, no late
 * end. And the process as an operator starts it: traces on by one setting, flushed at SIGTERM; nothing of OpenTelemetry in
 * memory without it.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { startTelemetry, type Telemetry } from '../../src/telemetry/otel.ts';
import { type Collector, startCollector } from '../helpers/otlp-collector.ts';
import { freePort } from '../helpers/redis.ts';

const entry = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
const closers: (() => unknown)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));

async function collect(port?: number): Promise<Collector> {
  const collector = await startCollector(port);
  closers.push(() => collector.close());
  return collector;
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await what())) {
    if (performance.now() > deadline) throw new Error('it never came to that');
    await sleep(20);
  }
}

describe('the tracer', () => {
  const start = (url: string) => {
    const changes: string[] = [];
    const telemetry = startTelemetry(
      { url: `${url}/v1/traces`, serviceName: 'desk', share: 1 },
      { onChange: (status, reason) => changes.push(`${status} ${reason}`) },
    );
    return { telemetry, changes };
  };
  const burst = ({ tracer }: Telemetry, count: number) => {
    for (let i = 0; i < count; i++) tracer.request({}, {}).end('burst', {});
  };
  const timed = async (work: () => Promise<unknown>) => {
    const started = performance.now();
    await work();
    return performance.now() - started;
  };

  test('sends what waits when it closes, under the name it was given', async () => {
    const collector = await collect();
    const { telemetry, changes } = start(collector.url);
    burst(telemetry, 3);
    expect(collector.spans).toEqual([]);
    await telemetry.close();
    expect(collector.spans.map(({ name }) => name)).toEqual(['burst', 'burst', 'burst']);
    expect(collector.spans[0]?.resource['service.name']).toBe('desk');
    expect(collector.requests[0]).toMatchObject({
      path: '/v1/traces',
      headers: { 'content-type': 'application/json' },
    });
    expect(changes).toEqual([]);
  });

  test('keeps a queue of fixed size while the collector hangs, and ends in time', async () => {
    const collector = await collect();
    collector.answer = 'nothing';
    const { telemetry } = start(collector.url);
    burst(telemetry, 600);
    await until(() => collector.requests.length === 1);
    burst(telemetry, 20_000);
    collector.answer = 200;
    expect(await timed(() => telemetry.close())).toBeLessThan(5_000);
    // The batch that was taken and never answered is lost; of the others a queue was kept.
    expect(collector.spans.length).toBeGreaterThan(0);
    expect(collector.spans.length).toBeLessThanOrEqual(4_096);
  });

  test('tells once that a collector is gone, and once that it is back', async () => {
    const port = await freePort();
    const { telemetry, changes } = start(`http://127.0.0.1:${port}`);
    burst(telemetry, 512);
    await sleep(200);
    const collector = await collect(port);
    // The batch is tried again for a while before it is given up.
    await until(() => collector.spans.length === 512);
    expect(changes).toEqual([]);
    collector.answer = 400;
    burst(telemetry, 512);
    await until(() => changes.length > 0);
    burst(telemetry, 512);
    await until(() => collector.requests.length === 3);
    collector.answer = 200;
    burst(telemetry, 512);
    await until(() => changes.length > 1);
    await telemetry.close();
    expect(changes).toEqual(['down 400', 'up takes spans']);
  });

  test('work fails as it would without a span, and its message is kept out of it', async () => {
    const collector = await collect();
    const { telemetry } = start(collector.url);
    const request = telemetry.tracer.request({}, {});
    const fault = new TypeError('secret-word');
    const nothing = () => ({});
    const name = (of: string) => ({ name: of, kind: 'internal', attributes: {} }) as const;
    await expect(request.span(name('late'), () => Promise.reject(fault), nothing)).rejects.toBe(fault);
    expect(() =>
      request.span(
        name('at once'),
        () => {
          throw fault;
        },
        nothing,
      ),
    ).toThrow(fault);
    expect(
      request.span(
        name('value'),
        () => 7,
        (value) => ({ attributes: { value } }),
      ),
    ).toBe(7);
    expect(telemetry.tracer.span(name('orphan'), () => 8, nothing)).toBe(8);
    request.end('request', {});
    await telemetry.close();
    expect(collector.spans.map(({ name: of, status, attributes }) => [of, status, attributes])).toEqual([
      ['late', 2, { 'error.type': 'TypeError' }],
      ['at once', 2, { 'error.type': 'TypeError' }],
      ['value', 0, { value: 7 }],
      ['request', 0, {}],
    ]);
    expect(collector.bodies.join()).not.toContain('secret-word');
  });
});

describe('the process', () => {
  /** Says each package of OpenTelemetry's that is asked for. */
  const WATCH = `import { registerHooks } from 'node:module'; registerHooks({ resolve(name, context, next) {
    if (name.startsWith('@opentelemetry/')) process.stderr.write('loads ' + name + '\\n'); return next(name, context); } });`;

  async function serve(env: Readonly<Record<string, string>>) {
    const port = await freePort();
    const child: ChildProcess = spawn(process.execPath, [entry], {
      env: {
        PATH: process.env.PATH,
        PORT: String(port),
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(WATCH)}`,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    closers.push(() => child.kill('SIGKILL'));
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => (output += text));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const status = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } }).then(
        ({ status: code }) => code,
        () => 0,
      );
    await until(async () => (await status('/health/live')) === 200);
    return {
      status,
      output: () => output,
      async stop() {
        const started = performance.now();
        child.kill('SIGTERM');
        return { code: await ended, ms: performance.now() - started };
      },
    };
  }

  test('without a collector nothing of OpenTelemetry is loaded', async () => {
    const service = await serve({ OTEL_SERVICE_NAME: 'unused' });
    expect(await service.status('/v1/articles')).toBe(200);
    expect(await service.stop()).toMatchObject({ code: 0 });
    // The bare interface comes with prom-client, which offers exemplars.
    expect(service.output()).not.toMatch(/loads @opentelemetry\/(?!api\n)/);
  });

  test('SIGTERM sends the spans that wait', async () => {
    const collector = await collect();
    const service = await serve({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=desk',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=lab',
    });
    expect(service.output()).toContain('loads @opentelemetry/sdk-trace');
    expect(await service.status('/v1/articles')).toBe(200);
    expect(await service.stop()).toMatchObject({ code: 0 });
    expect(collector.spans.map(({ name }) => name).sort()).toEqual(['GET /v1/articles', 'listArticles']);
    expect(collector.requests[0]?.headers['x-tenant']).toBe('desk');
    expect(collector.spans[0]?.resource).toMatchObject({
      'service.name': 'mxscope',
      'deployment.environment.name': 'lab',
    });
  });

  test('a collector that hangs holds neither answers nor the end', async () => {
    const collector = await collect();
    collector.answer = 'nothing';
    const service = await serve({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    for (let i = 0; i < 50; i++) expect(await service.status('/v1/articles')).toBe(200);
    const { code, ms } = await service.stop();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(9_000);
    expect(collector.requests.length).toBeGreaterThan(0);
  });

  test('a collector that is gone ends nothing, and the log says so without its address', async () => {
    const port = await freePort();
    const service = await serve({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '300',
    });
    expect(await service.status('/v1/articles')).toBe(200);
    await until(() => service.output().includes('"msg":"traces"'));
    expect(service.output()).toContain('"status":"down","reason":"ECONNREFUSED"');
    expect(service.output()).not.toContain(String(port));
    expect(await service.status('/v1/articles')).toBe(200);
    expect(await service.stop()).toMatchObject({ code: 0 });
  });
});
