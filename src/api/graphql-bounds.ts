/**
 * What a GraphQL document may cost (contract §6), counted on its syntax before it is validated or run. Fragments are counted
 * where they are spread, and counting stops at the first bound that breaks, so that neither a cycle nor a nest of fragments
 * costs more than a thousand steps. Pure. Answers each operation's scopes, or the bound that it breaks.
 */

import type { DefinitionNode, DocumentNode, FragmentDefinitionNode, SelectionNode, SelectionSetNode } from 'graphql';
import type { Scope } from '../operations/types.ts';
import { type Outcome, ok, refuse } from '../outcome.ts';

export const MAX_DOCUMENT_BYTES = 32 * 1024;
/** Of a document; values in arguments are bounded by this alone. */
export const MAX_TOKENS = 8_000;
const MAX_DEPTH = 20;
const MAX_SELECTIONS = 1_000;
const MAX_ALIASES = 50;
const MAX_DOMAINS = 20;
const MAX_SAME_NAME = 50;

export type OperationCost = { readonly name: string | undefined; readonly scopes: ReadonlySet<Scope> };

/** Fields at the root, and those of a domain: the scope each needs, and whether it goes out to mail servers. */
type FieldRule = { readonly scope: Scope; readonly heavy: boolean };
type Rules = ReadonlyMap<string, FieldRule>;
const ROOT: Rules = new Map([
  ['explain', { scope: 'read', heavy: false }],
  ['articles', { scope: 'read', heavy: false }],
  ['article', { scope: 'read', heavy: false }],
  ['probe', { scope: 'probe', heavy: true }],
  ['testSend', { scope: 'send', heavy: true }],
  ['migrationPlan', { scope: 'probe', heavy: true }],
  ['migrationCheck', { scope: 'probe', heavy: true }],
]);
const DOMAIN: Rules = new Map([
  ['mx', { scope: 'read', heavy: false }],
  ['report', { scope: 'probe', heavy: true }],
  ['route', { scope: 'probe', heavy: true }],
]);
const NONE: Rules = new Map();

/** `document` with what is said twice said once, and what each of its operations costs. */
export type Measured = {
  readonly document: DocumentNode;
  readonly operations: readonly OperationCost[];
  /** Something was dropped: the document is no longer its source. */
  readonly collapsed: boolean;
};

export function measureDocument(document: DocumentNode): Outcome<Measured> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
  }
  const spread = new Set<string>();
  const operations: OperationCost[] = [];
  for (const definition of document.definitions) {
    if (definition.kind !== 'OperationDefinition') continue;
    if (definition.operation === 'subscription') return refuse('invalid-request', 'there are no subscriptions');
    const count = new Count(fragments, spread);
    const rule = count.walk(definition.selectionSet, 1, ROOT);
    if (rule !== undefined) return broken(rule);
    operations.push({ name: definition.name?.value, scopes: count.scopes });
  }
  // Selections that no operation counts would be validated all the same.
  for (const name of fragments.keys()) if (!spread.has(name)) return broken('no fragment that it never spreads');
  return collapseDocument(document, operations);
}

const broken = (rule: string) => refuse('invalid-request', `an operation may have ${rule}`);

class Count {
  readonly scopes = new Set<Scope>();
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #spread: Set<string>;
  #selections = 0;
  #aliases = 0;
  #domains = 0;
  #heavy = 0;

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>, spread: Set<string>) {
    this.#fragments = fragments;
    this.#spread = spread;
  }

  /** The bound that is broken, if any. */
  walk(set: SelectionSetNode, depth: number, rules: Rules): string | undefined {
    if (depth > MAX_DEPTH) return `a depth of at most ${MAX_DEPTH}`;
    for (const selection of set.selections) {
      if (++this.#selections > MAX_SELECTIONS) {
        return `at most ${MAX_SELECTIONS} selections, fragments counted where they are spread`;
      }
      const rule = this.#select(selection, depth, rules);
      if (rule !== undefined) return rule;
    }
    return undefined;
  }

  /** Fragments add no depth; a cycle of them ends at the bound of selections. */
  #select(selection: SelectionNode, depth: number, rules: Rules): string | undefined {
    if (selection.kind === 'InlineFragment') return this.walk(selection.selectionSet, depth, rules);
    if (selection.kind === 'FragmentSpread') {
      this.#spread.add(selection.name.value);
      const fragment = this.#fragments.get(selection.name.value);
      // An unknown fragment is the validation's to refuse.
      return fragment && this.walk(fragment.selectionSet, depth, rules);
    }
    const name = selection.name.value;
    const isDomain = rules === ROOT && name === 'domain';
    if (selection.alias && ++this.#aliases > MAX_ALIASES) return `at most ${MAX_ALIASES} aliases`;
    if (isDomain && ++this.#domains > MAX_DOMAINS) return `at most ${MAX_DOMAINS} domain fields`;
    const rule = rules.get(name);
    if (rule) this.scopes.add(rule.scope);
    if (rule?.heavy && ++this.#heavy > 1) {
      return 'one field among probe, testSend, report, route, migrationPlan and migrationCheck';
    }
    return selection.selectionSet && this.walk(selection.selectionSet, depth + 1, isDomain ? DOMAIN : NONE);
  }
}

/**
 * Validation compares every two fields of one name in a set, which takes a second of this process for a thousand of them.
 * So what stands there twice word for word is dropped, and of what differs there may be no more than an honest client has.
 */
function collapseDocument(document: DocumentNode, operations: readonly OperationCost[]): Outcome<Measured> {
  let collapsed = false;
  const collapse = (set: SelectionSetNode): SelectionSetNode | undefined => {
    const seen = new Set<string>();
    const names = new Map<string, number>();
    const selections: SelectionNode[] = [];
    for (const selection of set.selections) {
      const words = textOf(selection);
      if (seen.has(words)) {
        collapsed = true;
        continue;
      }
      seen.add(words);
      if (selection.kind === 'Field') {
        const name = (selection.alias ?? selection.name).value;
        const times = (names.get(name) ?? 0) + 1;
        if (times > MAX_SAME_NAME) return undefined;
        names.set(name, times);
      }
      const inner = 'selectionSet' in selection && selection.selectionSet ? collapse(selection.selectionSet) : null;
      if (inner === undefined) return undefined;
      selections.push(inner === null ? selection : ({ ...selection, selectionSet: inner } as SelectionNode));
    }
    return { ...set, selections };
  };
  const definitions: DefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (!('selectionSet' in definition)) {
      definitions.push(definition);
      continue;
    }
    const selectionSet = collapse(definition.selectionSet);
    if (selectionSet === undefined) return broken(`the same field in one place at most ${MAX_SAME_NAME} times`);
    definitions.push({ ...definition, selectionSet });
  }
  return ok({ document: { ...document, definitions }, operations, collapsed });
}

const textOf = ({ loc }: SelectionNode): string => (loc ? loc.source.body.slice(loc.start, loc.end) : '');
