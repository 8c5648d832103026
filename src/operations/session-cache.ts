/** Sessions as they lie in a store: read back only when they have the shape that was written. Pure. */

import type { HostProbe } from '../smtp/types.ts';

export function reviveProbe(text: string): { storedAt: number; probe: HostProbe } | undefined {
  try {
    const { storedAt, probe } = JSON.parse(text);
    const whole =
      Number.isFinite(storedAt) &&
      typeof probe?.host === 'string' &&
      typeof probe.outcome === 'string' &&
      Array.isArray(probe.transcript) &&
      Array.isArray(probe.experiments) &&
      typeof probe.tls === 'object' &&
      typeof probe.timings === 'object';
    return whole ? { storedAt, probe } : undefined;
  } catch {
    return undefined;
  }
}
