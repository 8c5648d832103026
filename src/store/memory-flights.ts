/**
 * One piece of work per key at a time in this process: who comes second waits for the first one's own promise, and shares its
 * failure too. Never holds a key longer than its work; a work that is not done by a waiter's deadline is given up by that
 * waiter, who starts its own, and later waiters follow the newer one.
 */

import type { Flights } from './ports.ts';

export function createMemoryFlights(): Flights {
  const flying = new Map<string, Promise<unknown>>();

  const lead = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const flight = work().finally(() => {
      if (flying.get(key) === flight) flying.delete(key);
    });
    flying.set(key, flight);
    return flight;
  };

  return {
    async run<T>(
      key: string,
      work: () => Promise<T>,
      _ready: () => Promise<T | undefined>,
      deadline: number,
    ): Promise<T> {
      const first = flying.get(key) as Promise<T> | undefined;
      if (first === undefined) return lead(key, work);
      const landed = await before(deadline, first);
      if (landed !== LATE) return landed;
      const newer = flying.get(key) as Promise<T> | undefined;
      return newer === undefined || newer === first ? lead(key, work) : newer;
    },
  };
}

const LATE = Symbol('late');

/** The promise's outcome, or LATE at the deadline; leaves no timer behind. */
function before<T>(deadline: number, promise: Promise<T>): Promise<T | typeof LATE> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, Math.max(0, deadline - performance.now()), LATE);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
