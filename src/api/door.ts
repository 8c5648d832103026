/** What both doors share: what they stand on, how large a body may be, and where an error in a body is shown. */

import type { Services } from '../operations/types.ts';
import type { Refusal } from '../outcome.ts';
import type { Guards } from './guard.ts';
import { contextOf, sayUsage, type Visit } from './visit.ts';

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

/** A metered route tells the caller's budget in every answer (contract §7): here, of what is refused before the call begins. */
export function sayBudget(budget: Budget, visit: Visit, { services, signal }: Door): void {
  if (visit.caller === null) return;
  const context = contextOf(visit, visit.caller, signal);
  services.meter.note(budget, context);
  sayUsage(visit, context.usage);
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
