/**
 * The executable schema: the SDL of `schema/schema.graphql`, its enums bound to the contract's values, its root fields to the
 * operations. A refusal travels as a `Refused` error and nulls its field; anything else thrown there is a fault.
 */

import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLFieldResolver, type GraphQLSchema, isEnumType, isObjectType } from 'graphql';
import { SHARED_SCHEMAS } from '../operations/contract.ts';
import { invoke, operations } from '../operations/index.ts';
import type { DrawnRoute } from '../operations/report.ts';
import type { Context, Operation, Services } from '../operations/types.ts';
import type { Outcome, Refusal } from '../outcome.ts';
import type { Language } from '../texts/text.ts';

/** What resolvers share in one request. `spoken` gathers the languages that were used. */
export type GraphqlContext = {
  readonly context: Context;
  readonly services: Services;
  readonly spoken: Set<Language>;
};

export class Refused extends Error {
  readonly refusal: Refusal;
  readonly lang: Language;

  constructor(refusal: Refusal, lang: Language) {
    super(refusal.detail);
    this.refusal = refusal;
    this.lang = lang;
  }
}

type Args = Readonly<Record<string, unknown>>;
type Resolve = GraphQLFieldResolver<never, GraphqlContext, Args>;
type DomainSource = { readonly name: string; readonly lang: unknown };

const inLanguage = (shared: GraphqlContext, lang: unknown): Context => {
  const chosen: Language = lang === 'th' || lang === 'en' ? lang : shared.context.lang;
  shared.spoken.add(chosen);
  return chosen === shared.context.lang ? shared.context : { ...shared.context, lang: chosen };
};

/** What is at hand comes without a promise, which would cost more than the answer. */
function run<I, O>(operation: Operation<I, O>, input: unknown, shared: GraphqlContext, lang: unknown): O | Promise<O> {
  const context = inLanguage(shared, lang);
  const outcome = invoke(operation, input, context, shared.services);
  return outcome instanceof Promise ? outcome.then((late) => valueIn(late, context)) : valueIn(outcome, context);
}

function valueIn<O>(outcome: Outcome<O>, { lang }: Context): O {
  if (outcome.ok) return outcome.value;
  throw new Refused(outcome.refusal, lang);
}

/** A null given for something optional is that thing left out, at every depth. */
function given(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(given);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null && member !== undefined)
      .map(([name, member]) => [name, given(member)]),
  );
}

/** The arguments but `lang` are the operation's input. */
const onRoot =
  <I, O>(operation: Operation<I, O>): Resolve =>
  (_source, { lang, ...input }, shared) =>
    run(operation, given(input), shared, lang);

const onInput =
  <I, O>(operation: Operation<I, O>): Resolve =>
  (_source, { input, lang }, shared) =>
    run(operation, given(input), shared, lang);

const onDomain =
  <O, T>(operation: Operation<{ domain: string; fresh?: boolean }, O>, show: (value: O) => T): Resolve =>
  ({ name, lang }: DomainSource, { fresh }, shared) => {
    const value = run(operation, given({ domain: name, fresh }), shared, lang);
    return value instanceof Promise ? value.then(show) : show(value);
  };

const RESOLVERS: Readonly<Record<string, Readonly<Record<string, Resolve>>>> = {
  Query: {
    domain: (_source, { name, lang }) => ({ name, lang }),
    explain: onRoot(operations.explain),
    probe: onRoot(operations.findProbe),
    testSend: onRoot(operations.findTestSend),
    articles: onRoot(operations.listArticles),
    article: onRoot(operations.getArticle),
  },
  Mutation: {
    probe: onInput(operations.probe),
    testSend: (_source, { input, lang }, shared) => {
      const { idempotencyKey, ...body } = given(input) as Args;
      return run(operations.testSend, given({ body, idempotencyKey }), shared, lang);
    },
    migrationPlan: onInput(operations.planMigration),
    migrationCheck: onInput(operations.checkMigration),
  },
  Domain: {
    mx: onDomain(operations.resolveMx, (mx) => mx.answer()),
    report: onDomain(operations.report, (report) => report),
    route: onDomain(operations.route, (drawn) => ({ ...drawn.route, drawn })),
  },
  Route: {
    svg: ({ drawn }: { drawn: DrawnRoute }) => drawn.svg(),
    mermaid: ({ drawn }: { drawn: DrawnRoute }) => drawn.mermaid(),
  },
};

export const SCHEMA_FILE = new URL('../../schema/schema.graphql', import.meta.url);

export function buildExecutableSchema(): GraphQLSchema {
  const schema = buildSchema(readFileSync(SCHEMA_FILE, 'utf8'));
  const values = new Map([...contractValues()].map((value) => [screaming(value), value]));
  for (const type of Object.values(schema.getTypeMap())) {
    if (isEnumType(type) && !type.name.startsWith('__')) {
      for (const one of type.getValues()) one.value = values.get(one.name) ?? one.name.toLowerCase();
    }
    const resolvers = RESOLVERS[type.name];
    if (resolvers === undefined || !isObjectType(type)) continue;
    const fields = type.getFields();
    for (const [name, resolve] of Object.entries(resolvers)) {
      const field = fields[name];
      if (!field) throw new Error(`the schema has no field ${type.name}.${name}`);
      field.resolve = resolve as unknown as NonNullable<typeof field.resolve>;
    }
  }
  return schema;
}

/** `null-mx` is NULL_MX. */
export const screaming = (value: string): string => value.toUpperCase().replaceAll('-', '_');

/** Every value of a closed set of strings in the contract. */
function contractValues(): Set<string> {
  const found = new Set<string>();
  const search = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'enum' && Array.isArray(value)) for (const one of value) if (typeof one === 'string') found.add(one);
      search(value);
    }
  };
  search(SHARED_SCHEMAS);
  return found;
}
