/**
 * From the text of a document to its answer: parsed, bounded, validated once, kept, and compiled when it comes again. Loaded
 * with the first GraphQL request, since it takes a third of the time the whole service takes to start. Never throws for what
 * a caller wrote: a document that is refused comes back as errors without data.
 */

import { type ExecutionResult, execute, type GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { compileQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import type { Scope } from '../operations/types.ts';
import { type Outcome, ok, refuse } from '../outcome.ts';
import { MAX_DOCUMENT_BYTES, MAX_TOKENS, type Measured, measureDocument } from './graphql-bounds.ts';
import { buildExecutableSchema, type GraphqlContext } from './graphql-schema.ts';

/** A document's tree and its compiled form take about this many bytes for each character of its text. */
const BYTES_A_CHARACTER = 100;
const CACHE_BYTES = 16 * 1024 * 1024;

export type Variables = Readonly<Record<string, unknown>>;

/** One operation of a valid document, ready to run. */
export type Runnable = {
  readonly scopes: ReadonlySet<Scope>;
  run(shared: GraphqlContext, variables: Variables): Promise<ExecutionResult> | ExecutionResult;
};

/** Why a document cannot run: the bound it breaks, or the errors of its syntax or its validation. */
export type Unrunnable = { readonly detail: string; readonly errors: readonly GraphQLError[] };

export interface GraphqlEngine {
  prepare(
    source: string,
    operationName: string | undefined,
  ): { ok: true; operation: Runnable } | { ok: false; why: Unrunnable };
}

type Prepared = Measured & { readonly runnables: Map<string, Runnable> };

export function createGraphqlEngine(schema: GraphQLSchema = buildExecutableSchema()): GraphqlEngine {
  const documents = new LRUCache<string, Prepared>({
    maxSize: CACHE_BYTES,
    sizeCalculation: (_prepared, source) => Math.max(1, source.length * BYTES_A_CHARACTER),
  });
  return {
    prepare(source, operationName) {
      let prepared = documents.get(source);
      if (!prepared) {
        const read = readDocument(schema, source);
        if (!read.ok) return read;
        prepared = { ...read.measured, runnables: new Map() };
        documents.set(source, prepared);
      }
      // Compiled code belongs to one operation of a document, so it is kept under both.
      const known = prepared.runnables.get(operationName ?? '');
      if (known) return { ok: true, operation: known };
      const chosen = chooseOperation(prepared, operationName);
      if (!chosen.ok) return unrunnable(chosen.refusal.detail);
      const operation = runnable(schema, prepared, operationName, chosen.value);
      prepared.runnables.set(operationName ?? '', operation);
      return { ok: true, operation };
    },
  };
}

const unrunnable = (detail: string, errors: readonly GraphQLError[] = []): { ok: false; why: Unrunnable } => ({
  ok: false,
  why: { detail, errors },
});

type Read = { readonly ok: true; readonly measured: Measured } | { readonly ok: false; readonly why: Unrunnable };

function readDocument(schema: GraphQLSchema, source: string): Read {
  if (Buffer.byteLength(source) > MAX_DOCUMENT_BYTES)
    return unrunnable(`a document may have at most ${MAX_DOCUMENT_BYTES} bytes`);
  try {
    const measured = measureDocument(parse(source, { maxTokens: MAX_TOKENS }));
    if (!measured.ok) return unrunnable(measured.refusal.detail);
    const errors = validate(schema, measured.value.document, undefined, { maxErrors: 10 });
    return errors.length > 0 ? unrunnable('the document is not valid', errors) : { ok: true, measured: measured.value };
  } catch (error) {
    if (error instanceof RangeError) return unrunnable('the document is nested too deeply');
    if (isSyntaxError(error)) return unrunnable('the document has a syntax error', [error]);
    throw error;
  }
}

const isSyntaxError = (error: unknown): error is GraphQLError =>
  error instanceof Error && error.name === 'GraphQLError';

function chooseOperation({ operations }: Measured, name: string | undefined): Outcome<ReadonlySet<Scope>> {
  const named = name === undefined ? operations : operations.filter((operation) => operation.name === name);
  const [only] = named;
  if (only === undefined) {
    return refuse(
      'invalid-request',
      name === undefined ? 'the document holds no operation' : 'operationName names no operation of the document',
    );
  }
  if (named.length > 1)
    return refuse('invalid-request', 'the document holds several operations; operationName must name one');
  return ok(only.scopes);
}

function runnable(
  schema: GraphQLSchema,
  { document }: Measured,
  operationName: string | undefined,
  scopes: ReadonlySet<Scope>,
): Runnable {
  let runs = 0;
  let compiled: ReturnType<typeof compileQuery> | undefined;
  return {
    scopes,
    run(contextValue, variableValues) {
      // Compiling costs more than running once; documents with their arguments written in come only once.
      if (++runs === 2) compiled = compileQuery(schema, document, operationName);
      if (compiled && 'query' in compiled)
        return compiled.query({}, contextValue, variableValues) as ReturnType<Runnable['run']>;
      return execute({
        schema,
        document,
        contextValue,
        variableValues,
        ...(operationName !== undefined && { operationName }),
      });
    },
  };
}
