/**
 * How many SMTP sessions may be open at once, for the whole process (MAX_PROBES). A call that finds no place waits a second
 * for its first one and is refused as `overloaded` then; its further hosts wait their turn until the call's own deadline.
 */

import { type Outcome, ok, refuse } from '../outcome.ts';

const FIRST_WAIT_MS = 1000;

export interface Gate {
  /** A place; the caller calls `leave` exactly once. Waits `waitMs` at most. */
  enter(waitMs?: number): Promise<Outcome<{ leave(): void }>>;
  readonly open: number;
}

type Waiter = { admit: () => void; timer: NodeJS.Timeout };

export function createGate(places: number): Gate {
  let open = 0;
  const waiting = new Set<Waiter>();

  const place = () => {
    let left = false;
    return {
      leave() {
        if (left) return;
        left = true;
        const [next] = waiting;
        if (!next) {
          open--;
          return;
        }
        waiting.delete(next);
        clearTimeout(next.timer);
        next.admit();
      },
    };
  };

  return {
    get open() {
      return open;
    },
    enter(waitMs = FIRST_WAIT_MS) {
      if (open < places) {
        open++;
        return Promise.resolve(ok(place()));
      }
      return new Promise((resolve) => {
        const waiter: Waiter = {
          admit: () => resolve(ok(place())),
          timer: setTimeout(() => {
            waiting.delete(waiter);
            resolve(
              refuse('overloaded', `${places} mail sessions are open already, as many as this service runs at once`, {
                retryAfterSeconds: 5,
              }),
            );
          }, waitMs),
        };
        waiting.add(waiter);
      });
    },
  };
}
