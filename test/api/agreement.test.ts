/**
 * The SDL is written by hand, so it is held here against the contract's schemas: every member, its type, whether it may be
 * null, every value of a closed set; in inputs and in outputs, in both directions.
 */

import { readFileSync } from 'node:fs';
import type { TSchema } from '@sinclair/typebox';
import {
  assertValidSchema,
  buildSchema,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { expect, test } from 'vitest';
import { buildExecutableSchema, SCHEMA_FILE, screaming } from '../../src/api/graphql-schema.ts';
import { SHARED_SCHEMAS } from '../../src/operations/contract.ts';
import { operations } from '../../src/operations/index.ts';

type Json = { readonly [key: string]: unknown };
type Member = { readonly schema: Json; readonly nullable: boolean };

const schema = buildSchema(readFileSync(SCHEMA_FILE, 'utf8'));
const shared = new Map(SHARED_SCHEMAS.map((one) => [`${one.$id}#`, one as unknown as Json]));

/** Follows a reference; takes a null out of a union. */
function resolve(given: unknown): Member {
  const one = given as Json;
  if (typeof one.$ref === 'string') return { schema: shared.get(one.$ref) ?? {}, nullable: false };
  if (Array.isArray(one.anyOf)) {
    const rest = one.anyOf.filter((option: Json) => option.type !== 'null');
    expect(rest).toHaveLength(1);
    return { schema: resolve(rest[0]).schema, nullable: rest.length < one.anyOf.length };
  }
  return { schema: one, nullable: false };
}

/** 32-bit unsigned on the wire, or a fraction: more than a GraphQL Int holds. */
const FLOATS = new Set(['ttl', 'oldTtl']);
/** Fields that GraphQL has besides: drawings, which REST gives by other paths. */
const BESIDES: Readonly<Record<string, readonly string[]>> = {
  Route: ['svg', 'mermaid'],
  TestSendInput: ['idempotencyKey'],
};
const IDS = new Set(['id']);

function scalarOf(name: string, member: Json): string {
  switch (member.type) {
    case 'string':
      return IDS.has(name) ? 'ID' : 'String';
    case 'integer':
      return FLOATS.has(name) ? 'Float' : 'Int';
    case 'number':
      return 'Float';
    case 'boolean':
      return 'Boolean';
    default:
      throw new Error(`${name} has no scalar: ${JSON.stringify(member)}`);
  }
}

const seen = new Set<string>();

function compare(where: string, name: string, type: GraphQLType, member: Member, optional: boolean): void {
  expect(isNonNullType(type), `${where} is nullable as the contract has it`).toBe(!member.nullable && !optional);
  const inner = getNullableType(type);
  const { schema: json } = member;
  if (json.type === 'array') {
    expect(isListType(inner), `${where} is a list`).toBe(true);
    if (isListType(inner)) compare(`${where}[]`, name, inner.ofType, resolve(json.items), false);
    return;
  }
  if (json.type === 'object' || json.allOf) {
    compareObject(where, inner, json);
    return;
  }
  const strings = Array.isArray(json.enum) && json.enum.every((value) => typeof value === 'string');
  if (strings) {
    expect(isEnumType(inner), `${where} is an enum`).toBe(true);
    if (isEnumType(inner)) {
      const values = inner.getValues().map((value) => value.name);
      expect(values.toSorted(), where).toEqual((json.enum as string[]).map(screaming).toSorted());
      seen.add(inner.name);
    }
    return;
  }
  expect(String(inner), where).toBe(scalarOf(name, json));
}

function compareObject(where: string, type: GraphQLType, json: Json): void {
  if (!isObjectType(type) && !isInputObjectType(type)) throw new Error(`${where} is no object: ${type}`);
  const fields: Record<string, GraphQLField<unknown, unknown> | GraphQLInputField> = type.getFields();
  const members = json.properties as Record<string, unknown>;
  const required = new Set((json.required as string[] | undefined) ?? []);
  expect(Object.keys(fields).toSorted(), where).toEqual(
    [...Object.keys(members), ...(BESIDES[type.name] ?? [])].toSorted(),
  );
  if (seen.has(type.name)) return;
  seen.add(type.name);
  for (const [name, member] of Object.entries(members)) {
    const field = fields[name];
    if (!field) throw new Error(`${where}.${name} is missing`);
    compare(`${type.name}.${name}`, name, field.type, resolve(member), !required.has(name));
  }
}

const rootField = (root: 'Query' | 'Mutation' | 'Domain', name: string) => {
  const type = schema.getType(root);
  const field = isObjectType(type) ? type.getFields()[name] : undefined;
  if (!field) throw new Error(`${root}.${name} is missing`);
  return field;
};

const OUTPUTS: readonly (readonly ['Query' | 'Mutation' | 'Domain', string, TSchema])[] = [
  ['Domain', 'mx', operations.resolveMx.output],
  ['Domain', 'report', operations.report.output],
  ['Domain', 'route', operations.route.output],
  ['Query', 'explain', operations.explain.output],
  ['Query', 'probe', operations.findProbe.output],
  ['Query', 'testSend', operations.findTestSend.output],
  ['Query', 'articles', operations.listArticles.output],
  ['Query', 'article', operations.getArticle.output],
  ['Mutation', 'probe', operations.probe.output],
  ['Mutation', 'testSend', operations.testSend.output],
  ['Mutation', 'migrationPlan', operations.planMigration.output],
  ['Mutation', 'migrationCheck', operations.checkMigration.output],
];

test('the SDL is a valid schema', () => {
  assertValidSchema(schema);
  assertValidSchema(buildExecutableSchema());
});

test.for(OUTPUTS)('what %s.%s answers is what the contract says', ([root, name, output]) => {
  const { type } = rootField(root, name);
  expect(isNonNullType(type), 'one failure nulls one field').toBe(false);
  compareObject(`${root}.${name}`, getNullableType(type), resolve(output).schema);
});

test.for([
  ['probe', operations.probe.input],
  ['migrationPlan', operations.planMigration.input],
  ['migrationCheck', operations.checkMigration.input],
  ['testSend', (operations.testSend.input.properties as Record<string, TSchema>).body],
] as const)('what %s takes is what the contract says', ([name, input]) => {
  const argument = rootField('Mutation', name).args.find((one) => one.name === 'input');
  if (!argument) throw new Error(`${name} has no input`);
  expect(isNonNullType(argument.type)).toBe(true);
  compareObject(name, getNullableType(argument.type), resolve(input).schema);
});

test('every operation of the service is offered', () => {
  const offered = OUTPUTS.map(([, , output]) => output);
  for (const operation of Object.values(operations)) expect(offered).toContain(operation.output);
  const fields = (['Query', 'Mutation', 'Domain'] as const).flatMap((root) => {
    const type = schema.getType(root);
    return isObjectType(type) ? Object.keys(type.getFields()).map((name) => `${root}.${name}`) : [];
  });
  expect(fields.toSorted()).toEqual(['Query.domain', ...OUTPUTS.map(([root, name]) => `${root}.${name}`)].toSorted());
});

test('every root field takes a language, and fresh stands where the cache is', () => {
  for (const root of ['Query', 'Mutation'] as const) {
    const type = schema.getType(root);
    if (!isObjectType(type)) throw new Error(root);
    for (const field of Object.values(type.getFields())) {
      expect(field.args.find(({ name }) => name === 'lang')?.type.toString(), field.name).toBe('Language');
    }
  }
  for (const name of ['mx', 'report', 'route']) {
    expect(rootField('Domain', name).args.map((one) => one.name)).toEqual(['fresh']);
  }
});

test('nothing in the SDL stands apart from the contract', () => {
  const own = new Set(['Query', 'Mutation', 'Domain', 'Language']);
  const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__') && type.astNode);
  const apart = types.map((type) => getNamedType(type).name).filter((name) => !seen.has(name) && !own.has(name));
  expect(apart).toEqual([]);
});
