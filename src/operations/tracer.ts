/**
 * What is timed, as a port: spans of the requests, and below them of operations, DNS questions, SMTP sessions and calls to
 * Redis. Only there when tracing is switched on, so that without it nothing is paid. No span carries the text of a message,
 * a mailbox, a key, a password, or anything a stranger wrote; names of domains and hosts stand only in what we asked or
 * dialled by them (docs/decisions/tracing.md).
 */

export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export type SpanStart = {
  /** Of a closed set. */
  readonly name: string;
  readonly kind: 'internal' | 'client';
  readonly attributes: Attributes;
};

/** How it ended. `error`: what kind of failure it was, of a closed set. */
export type SpanEnd = { readonly attributes?: Attributes; readonly error?: string | undefined };

export interface Tracer {
  /** Begins the span of a request; `headers` may name the caller's own (W3C Trace Context). */
  request(headers: Readonly<Record<string, string | string[] | undefined>>, attributes: Attributes): RequestSpan;
  /** Runs `work` as a span below the one this code runs in; where there is none, just runs it. */
  span<R>(start: SpanStart, work: () => R, ended: (value: Awaited<R>) => SpanEnd): R;
}

export interface RequestSpan {
  /** Runs `work` as a span below this request, whatever code it comes from. */
  span<R>(start: SpanStart, work: () => R, ended: (value: Awaited<R>) => SpanEnd): R;
  end(name: string, end: SpanEnd): void;
}
