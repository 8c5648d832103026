/**
 * Inputs against the contract's schemas, once, whichever door they came through. Nothing is coerced, defaulted or dropped.
 * Answers the fields that are wrong and the rule each breaks; quotes no value.
 */

import type { TSchema } from '@sinclair/typebox';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { FieldError } from '../outcome.ts';
import { SHARED_SCHEMAS } from './contract.ts';

/** Answers name this many wrong fields at most: a hostile body earns no longer answer than an honest one. */
const MAX_ERRORS = 20;

const RFC3339 = /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i;

/** `Date.parse` alone takes 30 February for 2 March. */
function isTime(text: string): boolean {
  const date = RFC3339.exec(text)?.[1];
  if (date === undefined || Number.isNaN(Date.parse(text))) return false;
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}

const ajv = new Ajv2020({
  allErrors: true,
  strict: false,
  // The schemas are ours and typed: judging them too would cost a sixth of the start.
  meta: false,
  validateSchema: false,
  formats: { 'date-time': isTime },
});
for (const schema of SHARED_SCHEMAS) ajv.addSchema(schema);

const compiled = new WeakMap<TSchema, ValidateFunction>();

/** The faults of `input`, empty when it fits `schema`. */
export function faultsOf(schema: TSchema, input: unknown): FieldError[] {
  let validate = compiled.get(schema);
  if (!validate) {
    validate = (schema.$id && ajv.getSchema(schema.$id)) || ajv.compile(schema);
    compiled.set(schema, validate);
  }
  if (validate(input)) return [];
  return (validate.errors ?? []).slice(0, MAX_ERRORS).map(toFieldError);
}

function toFieldError(error: ErrorObject): FieldError {
  const at = error.instancePath;
  switch (error.keyword) {
    case 'required':
      return { pointer: `${at}/${escapePointer(error.params.missingProperty)}`, detail: 'is required' };
    case 'additionalProperties':
      return { pointer: `${at}/${escapePointer(error.params.additionalProperty)}`, detail: 'is not a known member' };
    case 'enum':
      return { pointer: at, detail: `must be one of ${(error.params.allowedValues as unknown[]).join(', ')}` };
    case 'format':
      return { pointer: at, detail: 'must be an RFC 3339 date and time, for example 2026-01-31T12:00:00Z' };
    case 'pattern':
      return { pointer: at, detail: 'has not the required form' };
    default:
      return { pointer: at, detail: error.message ?? 'is not valid' };
  }
}

/** RFC 6901 §3; a member's name is the caller's own text, cut so that an answer stays small. */
const escapePointer = (name: unknown) => String(name).slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1');
