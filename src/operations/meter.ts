/**
 * What a call costs (contract §7). Takes tokens, gives them back when the call is refused after all, and notes in the
 * context what the doors answer as RateLimit. Cached answers ask no store: the last known figure is answered for them.
 */

import { type Outcome, ok, type Refusal } from '../outcome.ts';
import type { Budget, RateLimiter } from '../store/ports.ts';
import type { Metrics } from './metrics.ts';
import type { Context, Usage } from './types.ts';

export type Rates = {
  readonly lookupPerMinute: number;
  readonly clientPerMinute: number;
  readonly targetPerMinute: number;
  readonly sendPerHour: number;
};

export type Scope = Usage['scope'];

const MINUTE = 60_000;
const HOUR = 3_600_000;
const KNOWN = 10_000;

export interface Meter {
  /** Takes one token of the caller's budget; a refusal says when it would pass. */
  take(scope: 'lookup' | 'client' | 'send', context: Context): Promise<Outcome<Ticket>>;
  /** One token of what all callers together may send to a recipient's domain. */
  takeRecipient(domain: string, context: Context): Promise<Outcome<Ticket>>;
  /** One token of a target's budget, whoever asks. `target` is the canonical address. */
  takeTarget(target: string, context: Context): Promise<Outcome<Ticket>>;
  /** Notes the caller's budget in the context as last known, at no cost. */
  note(scope: 'lookup' | 'client' | 'send', context: Context): void;
}

export type Ticket = { giveBack(): Promise<void> };

export function createMeter(limiter: RateLimiter, rates: Rates, metrics: Metrics): Meter {
  /** `resetAt` in `performance.now()` milliseconds. */
  const known = new Map<string, { remaining: number; resetAt: number }>();

  const windows: Readonly<Record<Scope, Omit<Budget, 'key'>>> = {
    lookup: { limit: rates.lookupPerMinute, windowMs: MINUTE },
    client: { limit: rates.clientPerMinute, windowMs: MINUTE },
    target: { limit: rates.targetPerMinute, windowMs: MINUTE },
    send: { limit: rates.sendPerHour, windowMs: HOUR },
  };
  const budgetOf = (scope: Scope, owner: string): Budget => {
    const { limit, windowMs } = windows[scope];
    return { key: `rate:${scope}:${owner}`, limit, windowMs };
  };

  const noteUsage = (scope: Scope, budget: Budget, context: Context, remaining: number, resetMs: number) => {
    if (known.size >= KNOWN) known.delete(known.keys().next().value as string);
    known.set(budget.key, { remaining, resetAt: performance.now() + resetMs });
    context.usage.push({
      scope,
      limit: budget.limit,
      windowSeconds: budget.windowMs / 1000,
      remaining,
      resetSeconds: Math.ceil(resetMs / 1000),
    });
  };

  /** `shared`: the budget is not the caller's, so the doors do not tell its state. */
  const take = async (scope: Scope, owner: string, context: Context, shared = false): Promise<Outcome<Ticket>> => {
    const budget = budgetOf(scope, owner);
    const note = (remaining: number, resetMs: number) => {
      if (!shared) noteUsage(scope, budget, context, remaining, resetMs);
    };
    const taken = await limiter.take(budget);
    if (taken.ok) {
      const { remaining, resetMs } = taken;
      note(remaining, resetMs);
      const giveBack = async () => {
        await limiter.giveBack(budget);
        note(remaining + 1, resetMs);
      };
      return ok({ giveBack });
    }
    metrics.limited(scope);
    note(0, taken.retryAfterMs);
    return { ok: false, refusal: rateLimited(scope, budget, taken.retryAfterMs) };
  };

  return {
    take: (scope, context) => take(scope, context.caller.name, context),
    takeRecipient: (domain, context) => take('send', `@${domain}`, context, true),
    takeTarget: (target, context) => take('target', target, context, true),
    note(scope, context) {
      const budget = budgetOf(scope, context.caller.name);
      const last = known.get(budget.key);
      const resetMs = last ? Math.max(0, last.resetAt - performance.now()) : 0;
      const remaining = last && resetMs > 0 ? last.remaining : budget.limit;
      context.usage.push({
        scope,
        limit: budget.limit,
        windowSeconds: budget.windowMs / 1000,
        remaining,
        resetSeconds: Math.ceil(resetMs / 1000),
      });
    },
  };
}

const WHAT: Record<Scope, string> = {
  lookup: 'uncached resolutions',
  client: 'probing calls',
  target: 'connections to one target address',
  send: 'test sends',
};

function rateLimited(scope: Scope, budget: Budget, retryAfterMs: number): Refusal {
  const window = budget.windowMs === HOUR ? 'hour' : 'minute';
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  const detail = `${WHAT[scope]} are limited to ${budget.limit} per ${window}; this call would pass in ${retryAfterSeconds} s`;
  return { code: 'rate-limited', detail, scope, retryAfterSeconds };
}
