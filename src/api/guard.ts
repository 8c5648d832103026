/**
 * What stands before a route's work, and before its body is read: is the process to stop, is it overloaded, who calls, may
 * they, and is the language one we speak. Refuses with a problem, or lets through with the caller noted in the visit.
 */

import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller, Scope } from '../operations/types.ts';
import { type Outcome, ok, refuse } from '../outcome.ts';
import type { Admit } from './admission.ts';
import { chooseLanguage } from './language.ts';
import type { DoorMetrics } from './metrics.ts';
import type { Pressure } from './pressure.ts';
import { OVERLOADED } from './refusals.ts';
import { sendProblem, type Visit, visitOf } from './visit.ts';

/** How the process stands. `stopping` turns away new work; `signal` fires later, when work under way must end. */
export type Lifecycle = { readonly stopping: boolean; readonly signal: AbortSignal };

type Hook = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

export interface Guards {
  /** For callers; `scope` null: with any scope. `tell` adds to the head of a refusal what its caller is to know. */
  callers(pattern: string, scope: Scope | null, tell?: (visit: Visit) => void): Hook;
  /** For callers, even while load is shed: who looks after the service must see it then above all. */
  operators(pattern: string): Hook;
  /** For everybody, at any time: documents and health. */
  everybody(pattern: string): Hook;
  /** Whom `callers` would let through with `scope`, in whatever language; undefined otherwise. */
  admitted(raw: IncomingMessage, scope: Scope): Caller | undefined;
}

export function createGuards(admit: Admit, metrics: DoorMetrics, lifecycle: Lifecycle, pressure: Pressure): Guards {
  const ready = (): Outcome<null> => {
    if (lifecycle.stopping) return refuse('unavailable', 'this instance is stopping', { retryAfterSeconds: 1 });
    return pressure.overloaded() ? { ok: false, refusal: OVERLOADED } : ok(null);
  };
  const guard = (
    pattern: string,
    scope: Scope | null,
    able: () => Outcome<null>,
    tell?: (visit: Visit) => void,
  ): Hook => {
    const figures = metrics.route(pattern);
    return (request, _reply, done) => {
      const visit = visitOf(request);
      visit.route = figures;
      const taken = able();
      const passed = taken.ok ? pass(request, visit, admit, scope) : taken;
      if (passed.ok) {
        done();
        return;
      }
      tell?.(visit);
      sendProblem(visit, passed.refusal);
    };
  };
  return {
    callers: (pattern, scope, tell) => guard(pattern, scope, ready, tell),
    operators: (pattern) => guard(pattern, null, () => ok(null)),
    everybody(pattern) {
      const figures = metrics.route(pattern);
      return (request, _reply, done) => {
        visitOf(request).route = figures;
        done();
      };
    },
    admitted(raw, scope) {
      if (!ready().ok) return undefined;
      const known = admit(raw);
      return known.ok && known.value.scopes.has(scope) ? known.value : undefined;
    },
  };
}

function pass(request: FastifyRequest, visit: Visit, admit: Admit, scope: Scope | null): Outcome<unknown> {
  const admitted = admit(request.raw);
  if (!admitted.ok) return admitted;
  visit.caller = admitted.value;
  if (scope !== null && !admitted.value.scopes.has(scope)) {
    return refuse('forbidden', `this key lacks the scope ${scope}`);
  }
  const { lang } = request.query as { lang?: unknown };
  return lang === undefined ? admitted : chooseLanguage(lang, undefined);
}
