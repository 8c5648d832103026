/**
 * Whether the event loop is so late that new work had better be refused (503 `overloaded`) before everybody's latency
 * explodes. A turn of the loop serves whatever has come, a thousand requests if need be, and no timer runs meanwhile: so the
 * question is put at each request, and a turn that has been at requests for too long takes no more of them. A pause alone – a
 * start, a collection, a busy neighbour on the machine – sheds nobody.
 */

const TICK_MS = 50;
/** A loop this late still answers within a second or two; beyond it a queue grows faster than it drains. */
const MAX_DELAY_MS = 500;
/** Of what was worst lately, how much is left after a tick: half of it after a third of a second. */
const FADING = 0.9;

export interface Pressure {
  /** To be asked once as a request comes, as the answer rests on when the others of this turn came. */
  overloaded(): boolean;
  /** How late the loop was at worst lately. */
  readonly delayMs: number;
  stop(): void;
}

export function watchPressure(maxDelayMs = MAX_DELAY_MS): Pressure {
  let tickedAt = performance.now();
  let delayMs = 0;
  /** Turns running, up to the last, that were late. */
  let late = 0;
  /** When the first request of this turn came. */
  let busySince: number | undefined;
  const timer = setInterval(() => {
    const now = performance.now();
    const delay = Math.max(0, now - tickedAt - TICK_MS);
    tickedAt = now;
    busySince = undefined;
    delayMs = Math.max(delay, delayMs * FADING);
    late = delay > maxDelayMs ? late + 1 : 0;
  }, TICK_MS);
  timer.unref();
  return {
    overloaded() {
      // One late turn may have been a pause; two are a queue.
      if (late >= 2) return true;
      const now = performance.now();
      busySince ??= now;
      return now - busySince > (late === 0 ? 2 * maxDelayMs : maxDelayMs);
    },
    get delayMs() {
      return delayMs;
    },
    stop: () => clearInterval(timer),
  };
}
