/**
 * An OpenTelemetry collector as far as traces need one: takes OTLP in JSON over HTTP on a loopback port and keeps every span,
 * decoded. It can refuse with a status, or take a request and never answer.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Value = string | number | boolean | readonly Value[];

export type Span = {
  readonly traceId: string;
  readonly spanId: string;
  /** '' at the top. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client';
  readonly attributes: Readonly<Record<string, Value>>;
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number;
  readonly statusMessage: string;
  readonly nanoseconds: bigint;
  readonly resource: Readonly<Record<string, Value>>;
  readonly events: number;
};

export type Collector = {
  readonly url: string;
  readonly port: number;
  readonly spans: Span[];
  /** Every body as it came. */
  readonly bodies: string[];
  /** Path and headers of every request. */
  readonly requests: { readonly path: string; readonly headers: Readonly<Record<string, unknown>> }[];
  /** What the next requests get: 200, another status, or nothing. */
  answer: number | 'nothing';
  close(): Promise<void>;
};

export async function startCollector(port = 0): Promise<Collector> {
  const collector = {
    spans: [] as Span[],
    bodies: [] as string[],
    requests: [] as Collector['requests'],
    answer: 200 as Collector['answer'],
  };
  const server = createServer(async (request, response) => {
    request.setEncoding('utf8');
    let body = '';
    for await (const chunk of request) body += chunk;
    collector.requests.push({ path: request.url ?? '', headers: request.headers });
    if (collector.answer === 'nothing') return;
    if (collector.answer === 200) {
      collector.bodies.push(body);
      collector.spans.push(...decode(JSON.parse(body)));
    }
    response.writeHead(collector.answer, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  return Object.assign(collector, {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    async close() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  });
}

type AnyValue = {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values: readonly AnyValue[] };
};
type KeyValues = readonly { readonly key: string; readonly value: AnyValue }[];

/** The members of an ExportTraceServiceRequest that are looked at here. */
type Exported = {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: KeyValues };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly name: string;
        readonly kind: number;
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly attributes: KeyValues;
        readonly events: readonly unknown[];
        readonly status: { readonly code?: number; readonly message?: string };
      }[];
    }[];
  }[];
};

const KINDS = ['internal', 'internal', 'server', 'client'] as const;

function decode(exported: Exported): Span[] {
  return exported.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        kind: KINDS[span.kind] ?? 'internal',
        attributes: record(span.attributes),
        status: span.status.code ?? 0,
        statusMessage: span.status.message ?? '',
        nanoseconds: BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano),
        resource: record(resource.attributes),
        events: span.events.length,
      })),
    ),
  );
}

const record = (pairs: KeyValues) => Object.fromEntries(pairs.map(({ key, value }) => [key, plain(value)]));

function plain({ stringValue, intValue, doubleValue, boolValue, arrayValue }: AnyValue): Value {
  if (arrayValue !== undefined) return arrayValue.values.map(plain);
  return stringValue ?? (intValue === undefined ? undefined : Number(intValue)) ?? doubleValue ?? boolValue ?? '';
}
