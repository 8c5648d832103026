/** What the service publishes about itself: OpenAPI, its two pages, its figures, its health. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXAMPLES } from '../../src/api/examples.ts';
import { REST_ROUTES } from '../../src/api/rest.ts';
import { Problem } from '../../src/operations/contract.ts';
import { operations } from '../../src/operations/index.ts';
import type { Services } from '../../src/operations/types.ts';
import { faultsOf } from '../../src/operations/validate.ts';
import { keyEntry, startApp } from './harness.ts';

const app = await startApp();

type Media = { readonly example?: unknown; readonly examples?: Readonly<Record<string, { readonly value: unknown }>> };
type Described = {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly security: readonly unknown[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
};
type Document = {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
};

const document = (await (await app.get('/openapi.json')).json()) as Document;
const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, one]) => ({ path, method, one })),
);

describe('OpenAPI', () => {
  test('3.1, and valid', async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  test('openapi.yaml and the README’s table are what the code would write', { timeout: 60_000 }, async () => {
    const script = new URL('../../scripts/openapi.ts', import.meta.url).pathname;
    await expect(promisify(execFile)(process.execPath, [script, '--check'])).resolves.toMatchObject({ stderr: '' });
    expect(parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'))).toEqual(document);
  });

  test('every route is in it', () => {
    const routes = REST_ROUTES.map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
    const all = [...routes, 'POST /graphql', 'GET /health/live', 'GET /health/ready', 'GET /metrics'];
    expect(described.map(({ method, path }) => `${method.toUpperCase()} ${path}`).toSorted()).toEqual(all.toSorted());
    expect(new Set(described.map(({ one }) => one.operationId)).size).toBe(described.length);
  });

  test.for(described)('$method $path has its examples, its errors and its keys', ({ path, method, one }) => {
    const answer = Object.values(one.responses['200']?.content ?? {})[0];
    expect(answer?.example).toBeDefined();
    if (method === 'post') expect(Object.values(one.requestBody?.content ?? {})[0]?.example).toBeDefined();
    const open = path.startsWith('/health/');
    expect(one.security).toHaveLength(open ? 0 : 2);
    if (!open) expect(Object.keys(one.responses)).toEqual(expect.arrayContaining(['401', '403', '405']));
    if (path.startsWith('/v1/'))
      expect(Object.keys(one.responses)).toEqual(expect.arrayContaining(['400', '500', '503']));
    for (const [status, { content }] of Object.entries(one.responses)) {
      if (Number(status) < 400) continue;
      const examples = Object.entries(content?.['application/problem+json']?.examples ?? {});
      expect(examples.length).toBeGreaterThan(0);
      for (const [code, { value }] of examples) {
        expect(faultsOf(Problem, value)).toEqual([]);
        expect(value).toMatchObject({ code, status: Number(status) });
      }
    }
    const named = (path.match(/\{\w+\}/g) ?? []).map((name) => name.slice(1, -1));
    expect(one.parameters?.filter((parameter) => parameter.in === 'path').map(({ name }) => name) ?? []).toEqual(named);
  });

  test.for(Object.values(operations))('the examples of $id fit its schemas', ({ id, input, output }) => {
    const example = EXAMPLES[id];
    expect(faultsOf(output, example?.answer)).toEqual([]);
    if (example?.body === undefined) return;
    expect(faultsOf(input, id === 'testSend' ? { body: example.body } : example.body)).toEqual([]);
  });
});

describe('pages', () => {
  test.for(['/docs', '/graphiql'])('%s and all it loads come from here', async (path) => {
    const pending = [path];
    const loaded = new Set<string>();
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (loaded.has(next)) continue;
      loaded.add(next);
      const response = await app.get(next);
      expect(response.status, next).toBe(200);
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
      expect(response.headers.get('content-security-policy')).not.toMatch(/https?:|unsafe-eval|\*/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      const text = await response.text();
      if (!response.headers.get('content-type')?.startsWith('text/html')) {
        expect(text.length).toBeGreaterThan(20);
        continue;
      }
      const links = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
      expect(links.length).toBeGreaterThan(2);
      expect(text).not.toMatch(/<script(?![^>]* src=)/);
      for (const link of links.filter((one) => !one.startsWith('data:'))) {
        expect(link).toMatch(/^\/[a-z]/);
        pending.push(link);
      }
    }
    expect(loaded.size).toBeGreaterThan(3);
  });

  test('styles load nothing from elsewhere', async () => {
    for (const path of ['/docs/swagger-ui.css', '/graphiql/graphiql.css']) {
      const text = await (await app.get(path)).text();
      expect(text).not.toMatch(/@import|url\((?!["']?(?:data:|#))/);
    }
  });

  test('/docs/ leads to /docs', async () => {
    const response = await app.get('/docs/');
    expect(response.status).toBe(308);
    expect(response.headers.get('location')).toBe('/docs');
  });

  test.for(['/docs/../app.ts', '/docs/%2e%2e/app.ts', '/graphiql/..%2f..%2fpackage.json', '/docs/start.ts'])(
    '%s is 404',
    async (path) => {
      const answer = await app.raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    },
  );
});

describe('figures', () => {
  const figures = async (path = '/metrics') => (await app.get(path)).text();
  const valueOfSeries = (text: string, series: string) => {
    const line = text.split('\n').find((one) => one.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };

  test('requests by route pattern and class of status', async () => {
    const of = (route: string, status: string) =>
      `mxscope_http_requests_total{route="${route}",method="GET",status="${status}"}`;
    const before = await figures();
    await app.get('/v1/domains/nectec.or.th/mx');
    await app.get('/v1/domains/-/mx');
    await app.get('/secret/path/of/somebody');
    const after = await figures();
    for (const series of [
      of('/v1/domains/:domain/mx', '2xx'),
      of('/v1/domains/:domain/mx', '4xx'),
      of('unmatched', '4xx'),
    ]) {
      expect((valueOfSeries(after, series) ?? 0) - (valueOfSeries(before, series) ?? 0), series).toBe(1);
    }
  });

  test('durations are a histogram that adds up', async () => {
    await app.get('/v1/articles');
    const text = await figures();
    expect(text).toContain('# TYPE mxscope_http_request_duration_seconds histogram');
    const labels = 'route="/v1/articles",method="GET",status="2xx"';
    const count = valueOfSeries(text, `mxscope_http_request_duration_seconds_count{${labels}}`);
    expect(count).toBeGreaterThan(0);
    const buckets = text
      .split('\n')
      .filter((line) => line.startsWith(`mxscope_http_request_duration_seconds_bucket{${labels}`))
      .map((line) => Number(line.split(' ').at(-1)));
    expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
    expect(buckets.at(-1)).toBe(count);
    expect(valueOfSeries(text, `mxscope_http_request_duration_seconds_sum{${labels}}`)).toBeGreaterThan(0);
  });

  test('DNS and MX answers by where they came from', async () => {
    await app.get('/v1/domains/maildr.nectec.or.th/mx');
    await app.get('/v1/domains/maildr.nectec.or.th/mx');
    const text = await figures();
    expect(valueOfSeries(text, 'mxscope_mx_answers_total{state="miss",layer="none"}')).toBeGreaterThan(0);
    expect(valueOfSeries(text, 'mxscope_mx_answers_total{state="hit",layer="memory"}')).toBeGreaterThan(0);
    expect(valueOfSeries(text, 'mxscope_dns_rrsets_total{source="miss"}')).toBeGreaterThan(0);
    expect(valueOfSeries(text, 'mxscope_redis_up')).toBe(1);
    expect(valueOfSeries(text, 'mxscope_smtp_sessions_open')).toBe(0);
    expect(valueOfSeries(text, 'process_resident_memory_bytes')).toBeGreaterThan(0);
  });

  test('no label holds a domain, an address or a caller', async () => {
    const keyed = await startApp({ env: { API_KEYS: keyEntry('somebody', 'key', 'read') } });
    await keyed.get('/v1/domains/nectec.or.th/mx', { 'x-api-key': 'key' });
    const text = await (await keyed.get('/metrics', { 'x-api-key': 'key' })).text();
    expect(text).not.toMatch(/nectec|203\.0\.114|127\.0\.0\.1|somebody/);
  });

  test('the exposition is well-formed: each name described once, each series once', async () => {
    const response = await app.get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = (await response.text()).split('\n').filter(Boolean);
    const types = lines.filter((line) => line.startsWith('# TYPE ')).map((line) => line.split(' ')[2]);
    expect(new Set(types).size).toBe(types.length);
    const series = lines.filter((line) => !line.startsWith('#')).map((line) => line.slice(0, line.lastIndexOf(' ')));
    expect(new Set(series).size).toBe(series.length);
    for (const line of series) expect(line).toMatch(/^[a-z_:][a-z0-9_:]*(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})?$/i);
  });
});

describe('health', () => {
  test.for([
    ['off', 'ok'],
    ['up', 'ok'],
    ['down', 'degraded'],
  ] as const)('Redis %s is %s', async ([redis, status]) => {
    const other = await startApp({ change: (services: Services) => ({ ...services, redisStatus: () => redis }) });
    const ready = await other.get('/health/ready');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status, redis });
    expect(await (await other.get('/health/live')).json()).toEqual({ status: 'ok' });
  });
});
