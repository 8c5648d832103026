/**
 * What the service does: one operation a verb. `invoke` is the one way in for every door: it checks the scope and the input,
 * then runs. Doors map its Outcome and nothing else.
 */

import { type Outcome, refuse } from '../outcome.ts';
import { getArticle, listArticles } from './articles.ts';
import { explain } from './explain.ts';
import { checkMigration, planMigration } from './migrate.ts';
import { findProbe, probe } from './probe.ts';
import { report, route } from './report.ts';
import { resolveMx } from './resolve.ts';
import { findTestSend, testSend } from './send-test.ts';
import type { Context, Operation, Services } from './types.ts';
import { faultsOf } from './validate.ts';

export const operations = {
  resolveMx,
  probe,
  findProbe,
  report,
  route,
  explain,
  planMigration,
  checkMigration,
  testSend,
  findTestSend,
  listArticles,
  getArticle,
} as const;

/**
 * Runs `operation` for the caller in `context`; what is at hand comes without a promise. Throws, or rejects, only for faults:
 * our bug, or our infrastructure.
 */
export function invoke<I, O>(
  operation: Operation<I, O>,
  input: unknown,
  context: Context,
  services: Services,
): Outcome<O> | Promise<Outcome<O>> {
  if (!context.caller.scopes.has(operation.scope)) {
    return refuse('forbidden', `this key lacks the scope ${operation.scope}`);
  }
  const errors = faultsOf(operation.input, input);
  if (errors.length > 0) {
    const [first] = errors;
    return refuse('invalid-request', `${first?.pointer || 'the input'} ${first?.detail}`, { errors });
  }
  return operation.atHand?.(input as I, context, services) ?? run(operation, input as I, context, services);
}

/** What is at hand takes no time worth a span of its own. */
function run<I, O>(operation: Operation<I, O>, input: I, context: Context, services: Services): Promise<Outcome<O>> {
  const { span } = context;
  if (span === undefined) return operation.run(input, context, services);
  return span.span(
    { name: operation.id, kind: 'internal', attributes: {} },
    () => operation.run(input, context, services),
    (outcome) => ({ attributes: { 'mxscope.outcome': outcome.ok ? 'ok' : outcome.refusal.code } }),
  );
}
