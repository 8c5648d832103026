/**
 * The tracer over OpenTelemetry's SDK, and the only file that knows it. Loaded when a collector is configured, and only then.
 * Spans wait in a queue of fixed size and go out in batches (OTLP, JSON over HTTP); when the queue is full, new ones are
 * dropped. A collector that is gone, slow or wrong therefore costs spans and nothing else: nothing here throws or waits.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TraceSettings } from '../config.ts';
import type { RequestSpan, SpanEnd, SpanStart, Tracer } from '../operations/tracer.ts';

export type Telemetry = {
  readonly tracer: Tracer;
  /** Sends what waits, for `FLUSH_MS` at most; what comes later is dropped. */
  close(): Promise<void>;
};

export type TelemetryOptions = {
  /** Each time the collector stops or starts taking spans; the reason holds no text of its own. */
  readonly onChange: (status: 'up' | 'down', reason: string) => void;
};

/** About 1 KB each while they wait. */
const QUEUE_SPANS = 4096;
const BATCH_SPANS = 512;
const BATCH_MS = 2000;
/** Of the 10 s that a stop may take. */
const FLUSH_MS = 1500;

const KINDS = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT } as const;

export function startTelemetry(settings: TraceSettings, { onChange }: TelemetryOptions): Telemetry {
  const exporter = watched(new OTLPTraceExporter({ url: settings.url }), onChange);
  const provider = new TracerProvider({
    resource: resourceOf(settings),
    // Who calls with a trace of their own has decided already whether it is kept.
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(settings.share) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: QUEUE_SPANS,
        maxExportBatchSize: BATCH_SPANS,
        scheduledDelayMillis: BATCH_MS,
      }),
    ],
  });
  const timer = new AbortController();
  return {
    tracer: tracerOf(provider),
    async close() {
      await Promise.race([provider.shutdown().catch(ignore), sleep(FLUSH_MS, null, { signal: timer.signal })]);
      timer.abort();
    },
  };
}

const ignore = (): void => {};

/** What the environment says of the process comes first; each start is an instance of its own. */
function resourceOf({ serviceName }: TraceSettings) {
  const own = { 'service.name': serviceName, 'service.instance.id': randomUUID() };
  return defaultResource()
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(own));
}

function tracerOf(provider: TracerProvider): Tracer {
  const spans = provider.getTracer('mxscope');
  const propagator = new W3CTraceContextPropagator();
  const active = new AsyncLocalStorage<Context>();

  const below = <R>(above: Context, start: SpanStart, work: () => R, ended: (value: Awaited<R>) => SpanEnd): R => {
    const { name, kind, attributes } = start;
    const span = spans.startSpan(name, { kind: KINDS[kind], attributes: { ...attributes } }, above);
    return active.run(trace.setSpan(above, span), () => timed(span, work, ended));
  };

  return {
    request(headers, attributes): RequestSpan {
      const caller = propagator.extract(ROOT_CONTEXT, headers, HEADERS);
      const span = spans.startSpan('request', { kind: SpanKind.SERVER, attributes: { ...attributes } }, caller);
      return {
        span: (start, work, ended) => below(trace.setSpan(caller, span), start, work, ended),
        end(name, ended) {
          span.updateName(name);
          end(span, ended);
        },
      };
    },
    span(start, work, ended) {
      const above = active.getStore();
      return above === undefined ? work() : below(above, start, work, ended);
    },
  };
}

const HEADERS = {
  keys: (headers: Readonly<Record<string, unknown>>) => Object.keys(headers),
  get: (headers: Readonly<Record<string, string | string[] | undefined>>, name: string) => headers[name],
};

/** A value or a promise goes through as it is; the span ends with it. */
function timed<R>(span: Span, work: () => R, ended: (value: Awaited<R>) => SpanEnd): R {
  const failed = (error: unknown): never => {
    // The message of a fault may say anything.
    end(span, { error: error instanceof Error ? error.name : 'thrown' });
    throw error;
  };
  const succeeded = (value: Awaited<R>): Awaited<R> => {
    end(span, ended(value));
    return value;
  };
  let result: R;
  try {
    result = work();
  } catch (error) {
    return failed(error);
  }
  return (result instanceof Promise ? result.then(succeeded, failed) : succeeded(result as Awaited<R>)) as R;
}

function end(span: Span, { attributes, error }: SpanEnd): void {
  if (attributes !== undefined) span.setAttributes({ ...attributes });
  if (error !== undefined) {
    span.setAttribute('error.type', error);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** Tells of the first batch that was not taken, and of the first that was again. */
function watched(exporter: OTLPTraceExporter, onChange: TelemetryOptions['onChange']): SpanExporter {
  let status: 'up' | 'down' = 'up';
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const now = result.code === ExportResultCode.SUCCESS ? 'up' : 'down';
        if (now !== status) {
          status = now;
          onChange(now, reasonOf(result));
        }
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}

/** ECONNREFUSED, 503…: the rest of a message may quote what a collector said. */
function reasonOf({ code, error }: ExportResult): string {
  if (code === ExportResultCode.SUCCESS) return 'takes spans';
  const said: unknown = error && 'code' in error ? error.code : undefined;
  return typeof said === 'number' || (typeof said === 'string' && /^[A-Z_]+$/.test(said)) ? String(said) : 'no answer';
}
