/**
 * Traces as a collector gets them: the whole service over real DNS, mail and Redis servers, its spans sent as OTLP over HTTP
 * to a collector on loopback that decodes them. What hangs below what, what a span says, and what none may say.
 */

import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { buildApp } from '../../src/app.ts';
import type { TraceSettings } from '../../src/config.ts';
import { startTelemetry } from '../../src/telemetry/otel.ts';
import { type Collector, type Span, startCollector } from '../helpers/otlp-collector.ts';
import { startRedis } from '../helpers/redis.ts';
import { ok } from '../helpers/smtp-server.ts';
import { a, mx, ns, startWorld } from '../operations/world.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const SAMPLED = { traceparent: `00-${TRACE}-${PARENT}-01` };

const world = await startWorld('127.93');
world.publish({
  'good.example': { ...mx(3600, [10, 'mail.good.example']), ...ns(3600, 'ns.good.example') },
  'mail.good.example': a(3600, world.address('1.1')),
  'bad.example': mx(3600, [10, 'mail.bad.example']),
  'mail.bad.example': a(3600, world.address('1.2')),
});
await world.mail('1.1', {
  on: {
    MAIL: ok('250 ok'),
    RCPT: ok('250 ok'),
    DATA: ok('354 go ahead'),
    '.': ok('250 2.0.0 Ok: queued as 4F2kX1abcd'),
  },
  otherwise: [],
});
await world.mail('1.2', { greeting: [{ close: true }] });

const collector = await startCollector();
afterAll(() => collector.close());
beforeEach(() => {
  collector.spans.length = 0;
  collector.bodies.length = 0;
});

const settings = (of: Collector, more: Partial<TraceSettings> = {}): TraceSettings => ({
  url: `${of.url}/v1/traces`,
  serviceName: 'mxscope',
  share: 1,
  ...more,
});

/** The service on a socket; `spans` ends it and answers everything it said to the collector. */
async function serve(env: Readonly<Record<string, string>> = {}, more: Partial<TraceSettings> = {}) {
  const telemetry = startTelemetry(settings(collector, more), { onChange: () => undefined });
  const running = await world.service(
    { SEND_FROM: 'probe@sender.example', SEND_ALLOWED_RECIPIENTS: '@good.example', ...env },
    { tracer: telemetry.tracer },
  );
  const app = await buildApp(running.services);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const close = async () => {
    await app.close();
    await telemetry.close();
  };
  const call = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(url + path, {
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    });
  return {
    call,
    async spans(): Promise<readonly Span[]> {
      await close();
      return collector.spans;
    },
  };
}

const named = (spans: readonly Span[], name: string) => spans.filter((span) => span.name === name);
function only(spans: readonly Span[], name: string): Span {
  const [found, ...more] = named(spans, name);
  if (found === undefined || more.length > 0) throw new Error(`${name}: ${spans.map((span) => span.name).join(', ')}`);
  return found;
}

describe('a request', () => {
  test('is a child of its caller, and the parent of its operation, which is that of its questions', async () => {
    const service = await serve();
    const answer = await service.call('/v1/domains/good.example/mx', undefined, {
      ...SAMPLED,
      'x-request-id': 'desk-1',
    });
    expect(answer.status).toBe(200);
    const spans = await service.spans();
    const request = only(spans, 'GET /v1/domains/:domain/mx');
    expect(request).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, kind: 'server', status: 0 });
    expect(request.attributes).toEqual({
      'http.request.method': 'GET',
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'http.route': '/v1/domains/:domain/mx',
      'http.response.status_code': 200,
      'http.response.header.x-request-id': ['desk-1'],
    });
    expect(request.resource).toMatchObject({ 'service.name': 'mxscope', 'telemetry.sdk.name': 'opentelemetry' });
    expect(request.resource['service.instance.id']).toMatch(/^[0-9a-f-]{36}$/);
    const operation = only(spans, 'resolveMx');
    expect(operation).toMatchObject({ traceId: TRACE, parentSpanId: request.spanId, kind: 'internal' });
    expect(operation.attributes).toEqual({ 'mxscope.outcome': 'ok' });
    for (const type of ['MX', 'A', 'AAAA']) {
      const question = only(spans, `DNS ${type}`);
      expect(question).toMatchObject({ traceId: TRACE, parentSpanId: operation.spanId, kind: 'client', status: 0 });
      expect(question.attributes).toEqual({
        'dns.question.name': type === 'MX' ? 'good.example' : 'mail.good.example',
        'mxscope.dns.question.type': type,
        'mxscope.dns.answer': type === 'AAAA' ? 'nodata' : 'answer',
      });
      expect(question.nanoseconds).toBeGreaterThan(0n);
      expect(question.nanoseconds).toBeLessThanOrEqual(operation.nanoseconds);
    }
    expect(spans).toHaveLength(5);
  });

  test('that is answered from what is at hand is one span, by whatever way', async () => {
    const service = await serve();
    await service.call('/v1/domains/good.example/mx');
    await service.call('/v1/domains/good.example/mx');
    await service.call('/v1/domains/good.example/mx', undefined, SAMPLED);
    await service.call('/v1/domains/good.example/mx?lang=en', undefined, SAMPLED);
    const spans = await service.spans();
    expect(spans.filter(({ traceId }) => traceId === TRACE)).toMatchObject([
      { name: 'GET /v1/domains/:domain/mx', parentSpanId: PARENT },
      { name: 'GET /v1/domains/:domain/mx', parentSpanId: PARENT },
    ]);
  });

  test('that is refused says so, and is no error; a route that is none has no name', async () => {
    const service = await serve();
    expect((await service.call('/v1/domains/-/mx')).status).toBe(400);
    expect((await service.call('/v1/domains/nothing.example/mx?q=secret-word')).status).toBe(200);
    expect((await service.call('/secret-word/of/a-stranger')).status).toBe(404);
    const spans = await service.spans();
    expect(spans.find(({ attributes }) => attributes['http.response.status_code'] === 400)?.status).toBe(0);
    expect(named(spans, 'resolveMx').map(({ attributes }) => attributes['mxscope.outcome'])).toEqual([
      'invalid-domain',
      'ok',
    ]);
    const nowhere = only(spans, 'GET');
    expect(nowhere.attributes['http.response.status_code']).toBe(404);
    expect(nowhere.attributes).not.toHaveProperty('http.route');
    expect(collector.bodies.join()).not.toContain('secret-word');
  });

  test('that fails for DNS is an error, and so are its questions', async () => {
    world.dns.world = { ...world.dns.world, trouble: { 'broken.example': 'REFUSED' } };
    const service = await serve();
    expect((await service.call('/v1/domains/broken.example/mx')).status).toBe(502);
    const spans = await service.spans();
    const request = only(spans, 'GET /v1/domains/:domain/mx');
    expect(request).toMatchObject({ status: 2, statusMessage: '' });
    expect(request.attributes['error.type']).toBe('502');
    expect(only(spans, 'DNS MX')).toMatchObject({ status: 2, attributes: { 'error.type': 'failure' } });
    expect(only(spans, 'resolveMx').attributes['mxscope.outcome']).toBe('dns-failure');
  });

  test('through GraphQL has a span for each operation', async () => {
    const service = await serve();
    const query =
      '{ one: domain(name: "good.example") { mx { status } } two: domain(name: "bad.example") { mx { status } } }';
    const answer = await service.call('/graphql', { query }, SAMPLED);
    expect(await answer.json()).toMatchObject({ data: { one: { mx: { status: 'MX' } } } });
    const spans = await service.spans();
    const request = only(spans, 'POST /graphql');
    expect(named(spans, 'resolveMx').map(({ parentSpanId }) => parentSpanId)).toEqual([request.spanId, request.spanId]);
    for (const operation of named(spans, 'resolveMx')) {
      const below = spans.filter(({ parentSpanId }) => parentSpanId === operation.spanId);
      expect(new Set(below.map(({ name }) => name))).toEqual(new Set(['DNS MX', 'DNS A', 'DNS AAAA']));
    }
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
  });

  test('for health or figures has none', async () => {
    const service = await serve();
    for (const path of ['/health/live', '/health/ready', '/metrics']) {
      expect((await service.call(path)).status).toBe(200);
    }
    expect(await service.spans()).toEqual([]);
  });
});

describe('which traces are kept', () => {
  test.for([
    ['not sampled by its caller', { traceparent: `00-${TRACE}-${PARENT}-00` }, 1, 0],
    ['sampled by its caller, whatever our share', SAMPLED, 0, 1],
    ['begun here, with a share of 0', {}, 0, 0],
    ['begun here, with a share of 1', {}, 1, 1],
  ] as const)('%s', async ([, headers, share, kept]) => {
    const service = await serve({}, { share });
    await service.call('/v1/articles', undefined, { ...headers });
    expect(await service.spans()).toHaveLength(kept * 2);
  });

  test.for([
    'nonsense',
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    '-'.repeat(8000),
  ])('a traceparent that is none begins a trace of our own: %.40s', async (traceparent) => {
    const service = await serve();
    await service.call('/v1/articles', undefined, { traceparent, tracestate: 'a=1,'.repeat(500) });
    const [request] = named(await service.spans(), 'GET /v1/articles');
    expect(request?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(request).toMatchObject({ parentSpanId: '' });
    expect(request?.traceId).not.toBe(TRACE);
  });
});

describe('sessions', () => {
  test('of a probe say whom they met, how far they came and how they ended', async () => {
    const service = await serve();
    await service.call('/v1/probes', { domain: 'good.example' }, SAMPLED);
    await service.call('/v1/probes', { domain: 'bad.example' });
    const spans = await service.spans();
    const [good, bad] = named(spans, 'SMTP probe');
    const place = {
      'network.transport': 'tcp',
      'network.protocol.name': 'smtp',
      'server.port': 25,
      'network.peer.port': 25,
    };
    expect(good?.attributes).toEqual({
      ...place,
      'server.address': 'mail.good.example',
      'network.peer.address': world.address('1.1'),
      'mxscope.smtp.outcome': 'ok',
      'mxscope.smtp.stage': 'quit',
      'tls.established': false,
    });
    const operation = spans.find(({ name, traceId }) => name === 'probe' && traceId === TRACE);
    expect(good).toMatchObject({ traceId: TRACE, parentSpanId: operation?.spanId, kind: 'client', status: 0 });
    expect(bad?.attributes).toMatchObject({ 'mxscope.smtp.outcome': 'reset', 'error.type': 'reset' });
    expect(bad?.status).toBe(2);
  });

  test('of a send say no mailbox, no text, no key and no password', async () => {
    const service = await serve();
    const body = { to: 'somchai@good.example', subject: 'a-subject', text: 'a-text' };
    const headers = { 'idempotency-key': 'a-key', authorization: 'Bearer a-password', ...SAMPLED };
    const answer = await service.call('/v1/test-sends', body, headers);
    const said = (await answer.json()) as { status: string; queueId: string; messageId: string };
    expect(said).toMatchObject({ status: 'accepted', queueId: '4F2kX1abcd' });
    const via = {
      host: 'mail.good.example',
      port: world.port,
      security: 'none',
      username: 'a-user',
      password: 'a-word',
    };
    await service.call('/v1/test-sends', { ...body, via });
    const spans = await service.spans();
    const send = named(spans, 'SMTP send')[0];
    expect(send?.attributes).toMatchObject({
      'server.address': 'mail.good.example',
      'mxscope.smtp.outcome': 'accepted',
      'mxscope.smtp.stage': 'dot',
    });
    expect(send?.parentSpanId).toBe(named(spans, 'testSend')[0]?.spanId);
    expect(named(spans, 'testSend')).toHaveLength(2);
    const told = collector.bodies.join();
    for (const secret of [
      'somchai',
      'probe@',
      'a-subject',
      'a-text',
      'a-key',
      'a-password',
      'a-user',
      'a-word',
      said.queueId,
      said.messageId,
      'ESMTP',
    ]) {
      expect(told).not.toContain(secret);
    }
  });
});

test('questions to a zone of its own are one span for all its servers', async () => {
  const service = await serve();
  await service.call('/v1/migrations/check', {
    domain: 'good.example',
    oldHost: 'mail.good.example',
    newHost: 'mail.bad.example',
  });
  const spans = await service.spans();
  const own = spans.filter(({ attributes }) => 'mxscope.dns.servers' in attributes);
  expect(own.length).toBeGreaterThan(0);
  for (const { name, kind } of own)
    expect({ name, kind }).toEqual({ name: expect.stringMatching(/^DNS /), kind: 'client' });
});

test('each command to Redis is a span, without key or value; what no request asked for is none', async () => {
  const redis = await startRedis();
  try {
    const service = await serve({ REDIS_URL: redis.url });
    await service.call('/v1/domains/good.example/mx', undefined, SAMPLED);
    const spans = await service.spans();
    const commands = spans.filter(({ attributes }) => attributes['db.system.name'] === 'redis');
    expect(new Set(commands.map(({ name }) => name))).toEqual(new Set(['GET', 'SET', 'EVALSHA']));
    const known = new Set(spans.map(({ spanId }) => spanId));
    for (const { traceId, parentSpanId, kind, attributes, name } of commands) {
      expect({ traceId, kind, attributes }).toEqual({
        traceId: TRACE,
        kind: 'client',
        attributes: { 'db.system.name': 'redis', 'db.operation.name': name },
      });
      expect(known).toContain(parentSpanId);
    }
    expect(collector.bodies.join()).not.toContain('mxscope:');
  } finally {
    await redis.close();
  }
});
