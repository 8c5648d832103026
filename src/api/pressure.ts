/**
 * Whether the event loop is so late that new work had better be refused (503 `overloaded`) before everybody's latency
 * explodes. Samples the loop's delay four times a second; one long pause alone does not count. Asking costs nothing.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;
const SAMPLE_MS = 250;
/** A loop this late on average still answers in a fraction of a second; beyond it a queue grows faster than it drains. */
const MAX_DELAY_MS = 200;

export interface Pressure {
  readonly overloaded: boolean;
  readonly delayMs: number;
  stop(): void;
}

export function watchPressure(maxDelayMs = MAX_DELAY_MS): Pressure {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let delayMs = 0;
  const timer = setInterval(() => {
    const mean = histogram.mean / 1e6 - RESOLUTION_MS;
    histogram.reset();
    // Half of the last figure stays, so that a single pause (a collection, a compilation) sheds nobody.
    delayMs = (delayMs + Math.max(0, Number.isNaN(mean) ? 0 : mean)) / 2;
  }, SAMPLE_MS);
  timer.unref();
  return {
    get overloaded() {
      return delayMs > maxDelayMs;
    },
    get delayMs() {
      return delayMs;
    },
    stop() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
