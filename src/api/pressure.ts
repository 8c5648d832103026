/**
 * Whether the event loop is so late that new work had better be refused (503 `overloaded`) before everybody's latency
 * explodes. Samples the loop's delay four times a second; a pause alone does not count. Asking costs nothing.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;
const SAMPLE_MS = 250;
/** A loop this late on average still answers within a second or two; beyond it a queue grows faster than it drains. */
const MAX_DELAY_MS = 500;
/** Late in so many samples running: a start, a collection or a busy neighbour on the machine sheds nobody. */
const LATE_SAMPLES = 4;

export interface Pressure {
  readonly overloaded: boolean;
  readonly delayMs: number;
  stop(): void;
}

export function watchPressure(maxDelayMs = MAX_DELAY_MS): Pressure {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let delayMs = 0;
  let late = 0;
  const timer = setInterval(() => {
    const mean = histogram.mean / 1e6 - RESOLUTION_MS;
    histogram.reset();
    delayMs = Number.isNaN(mean) ? 0 : Math.max(0, mean);
    late = delayMs > maxDelayMs ? late + 1 : 0;
  }, SAMPLE_MS);
  timer.unref();
  return {
    get overloaded() {
      return late >= LATE_SAMPLES;
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
