/**
 * From the text of a document to its answer. What it may cost is judged here, once, before anything else; mercurius parses,
 * validates, keeps and compiles it (graphql-jit) and runs it. Loaded with the first GraphQL request, since it takes a third
 * of the time the whole service takes to start. Never throws for what a caller wrote: a document that is refused comes back
 * as errors without data.
 */

import Fastify from 'fastify';
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  parse,
  print,
  separateOperations,
  valueFromASTUntyped,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import mercurius from 'mercurius';
import type { Scope } from '../operations/types.ts';
import { type Outcome, ok, refuse } from '../outcome.ts';
import { MAX_DOCUMENT_BYTES, MAX_TOKENS, type Measured, measureDocument } from './graphql-bounds.ts';
import { buildExecutableSchema, type GraphqlContext } from './graphql-schema.ts';

/** A document's tree and its compiled form take about this many bytes for each character of its text. */
const BYTES_A_CHARACTER = 100;
const CACHE_BYTES = 8 * 1024 * 1024;
/** Of mercurius' own cache; a document of the largest size takes about 3 MB there. */
const CACHED_DOCUMENTS = 200;

export type Variables = Readonly<Record<string, unknown>>;

/** One operation of a document within its bounds, ready to run. */
export type Runnable = {
  readonly scopes: ReadonlySet<Scope>;
  /** Without `data` it did not run: the document or its variables are not valid. */
  run(shared: GraphqlContext, variables: Variables | null): Promise<ExecutionResult>;
};

/** Why a document cannot run: the bound it breaks, or the errors of its syntax. */
export type Unrunnable = { readonly detail: string; readonly errors: readonly GraphQLError[] };

export interface GraphqlEngine {
  prepare(
    source: string,
    operationName: string | undefined,
  ): { ok: true; operation: Runnable } | { ok: false; why: Unrunnable };
}

type Prepared = Measured & { readonly runnables: Map<string, Runnable> };
type Execute = (text: string, shared: GraphqlContext, variables: Variables | null) => Promise<ExecutionResult>;

export async function createGraphqlEngine(): Promise<GraphqlEngine> {
  const execute = await startMercurius();
  const documents = new LRUCache<string, Prepared>({
    maxSize: CACHE_BYTES,
    sizeCalculation: (_prepared, source) => Math.max(1, source.length * BYTES_A_CHARACTER),
  });
  return {
    prepare(source, operationName) {
      let prepared = documents.get(source);
      if (!prepared) {
        const read = readDocument(source);
        if (!read.ok) return read;
        prepared = { ...read.measured, runnables: new Map() };
        documents.set(source, prepared);
      }
      const known = prepared.runnables.get(operationName ?? '');
      if (known) return { ok: true, operation: known };
      const chosen = chooseOperation(prepared, operationName);
      if (!chosen.ok) return unrunnable(chosen.refusal.detail);
      const text = textOfOperation(source, prepared, chosen.value.name);
      const defaults = requiredDefaults(prepared.document, chosen.value.name);
      const operation: Runnable = {
        scopes: chosen.value.scopes,
        run: (shared, variables) => execute(text, shared, defaults ? { ...defaults, ...variables } : variables),
      };
      prepared.runnables.set(operationName ?? '', operation);
      return { ok: true, operation };
    },
  };
}

/** A Fastify instance of its own, which listens to nothing: plugins cannot join a server that is already serving. */
async function startMercurius(): Promise<Execute> {
  const host = Fastify();
  await host.register(mercurius, {
    schema: buildExecutableSchema(),
    routes: false,
    jit: 1,
    cache: CACHED_DOCUMENTS,
    graphql: { parseOptions: { maxTokens: MAX_TOKENS }, validateOptions: { maxErrors: 10 } },
    // The door shows errors; the default formatter would show what the messages of faults say.
    errorFormatter: ({ data, errors }) => ({ statusCode: 200, response: { data, errors } as never }),
  });
  await host.ready();
  return async (text, shared, variables) => {
    try {
      // With variables, even none, mercurius builds an execution context of its own to judge them.
      return (await host.graphql(text, shared as never, (variables ?? undefined) as never)) as ExecutionResult;
    } catch (error) {
      // Documents and variables that do not fit the schema.
      const errors = (error as { errors?: unknown }).errors;
      if (!Array.isArray(errors)) throw error;
      return { errors: errors.filter((one) => one instanceof GraphQLError) };
    }
  };
}

const unrunnable = (detail: string, errors: readonly GraphQLError[] = []): { ok: false; why: Unrunnable } => ({
  ok: false,
  why: { detail, errors },
});

type Read = { readonly ok: true; readonly measured: Measured } | { readonly ok: false; readonly why: Unrunnable };

function readDocument(source: string): Read {
  if (Buffer.byteLength(source) > MAX_DOCUMENT_BYTES)
    return unrunnable(`a document may have at most ${MAX_DOCUMENT_BYTES} bytes`);
  try {
    const measured = measureDocument(parse(source, { maxTokens: MAX_TOKENS }));
    return measured.ok ? { ok: true, measured: measured.value } : unrunnable(measured.refusal.detail);
  } catch (error) {
    if (error instanceof RangeError) return unrunnable('the document is nested too deeply');
    if (error instanceof GraphQLError) return unrunnable('the document has a syntax error', [error]);
    throw error;
  }
}

type Chosen = Measured['operations'][number];

function chooseOperation({ operations }: Measured, name: string | undefined): Outcome<Chosen> {
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
  return ok(only);
}

/** Compiled code takes a variable that must not be null for missing, whatever its default says: so that value is given. */
function requiredDefaults({ definitions }: DocumentNode, name: string | undefined): Variables | undefined {
  const operation = definitions.find((one) => one.kind === 'OperationDefinition' && one.name?.value === name);
  if (operation?.kind !== 'OperationDefinition') return undefined;
  const given: [string, unknown][] = [];
  for (const { variable, type, defaultValue } of operation.variableDefinitions ?? []) {
    if (defaultValue && type.kind === 'NonNullType')
      given.push([variable.name.value, valueFromASTUntyped(defaultValue)]);
  }
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/**
 * The text that stands for one operation. Mercurius keeps compiled code by text alone, so an operation of several gets a text
 * of its own; and a document from which repetitions were dropped is written anew.
 */
function textOfOperation(source: string, { document, operations, collapsed }: Measured, name: string | undefined) {
  if (operations.length === 1) return collapsed ? print(document) : source;
  const separate: DocumentNode | undefined = separateOperations(document)[name ?? ''];
  return print(separate ?? document);
}
