/** What both doors share: what they stand on, how large a body may be, and where an error in a body is shown. */

import type { IncomingMessage } from 'node:http';
import type { onRequestHookHandler, RouteShorthandOptions } from 'fastify';
import type { Context, Scope, Services } from '../operations/types.ts';
import type { Refusal } from '../outcome.ts';
import type { Guards } from './guard.ts';
import type { Declined } from './refusals.ts';
import { contextOf, sayUsage, sendProblem, type Visit, visitOf } from './visit.ts';

/** What a route needs of the house. */
export type Door = {
  readonly services: Services;
  readonly guards: Guards;
  /** Fires when the service must stop. */
  readonly signal: AbortSignal;
  /** API keys are in use: answers belong to their caller, so shared caches must not keep them. */
  readonly keyed: boolean;
};

/** What a call may cost. */
export type Budget = 'lookup' | 'client' | 'send';

/**
 * A metered route tells the caller's budget in every answer (contract §7): what `context` says a call used, or, of a call that
 * used nothing or never began, what was known last.
 */
export function sayBudget(budget: Budget, visit: Visit, { services, signal }: Door, context?: Context): void {
  if (visit.caller === null) return;
  const told = context ?? contextOf(visit, visit.caller, signal);
  if (told.usage.length === 0) services.meter.note(budget, told);
  sayUsage(visit, told.usage);
}

const CODED: Declined = {
  code: 'unsupported-media-type',
  detail: 'the body must come as it is: no Content-Encoding but identity is taken',
};

/** A body whose coding nobody here undoes. */
const isCoded = ({ headers }: IncomingMessage): boolean => !/^(?:identity)?$/i.test(headers['content-encoding'] ?? '');

/** How a route lets callers in: whom it refuses, and whose body it cannot read, it tells the budget too. */
export function admission(
  method: 'GET' | 'POST',
  pattern: string,
  scope: Scope | null,
  budget: Budget | null,
  door: Door,
): Required<Pick<RouteShorthandOptions, 'onRequest' | 'errorHandler'>> {
  const tell = (visit: Visit) => {
    if (budget !== null) sayBudget(budget, visit, door);
  };
  const guard = door.guards.callers(pattern, scope, tell);
  const uncoded: onRequestHookHandler = (request, _reply, done) => {
    if (!isCoded(request.raw)) {
      done();
      return;
    }
    const visit = visitOf(request);
    // RFC 9110 §12.5.3: tells this 415 from one about the type.
    visit.head.push('accept-encoding', 'identity');
    tell(visit);
    sendProblem(visit, CODED);
  };
  return {
    onRequest: method === 'POST' ? [guard, uncoded] : guard,
    errorHandler(error, request) {
      tell(visitOf(request));
      throw error;
    },
  };
}

/** 64 KiB of text, each octet of it perhaps written as an escape of six. */
export const TEXT_BODY_BYTES = 448 * 1024;

/** Where an operation takes more than the body, its input holds the body as a member; a caller sees the body alone. */
export function pointedAtBody(refusal: Refusal): Refusal {
  if (!refusal.errors?.some(({ pointer }) => pointer.startsWith('/body'))) return refusal;
  const errors = refusal.errors.map(({ pointer, detail }) => ({
    pointer: pointer.replace(/^\/body(?=\/|$)/, ''),
    detail,
  }));
  return { ...refusal, detail: refusal.detail.replace(/^\/body\b/, errors[0]?.pointer ? '' : 'the body'), errors };
}
