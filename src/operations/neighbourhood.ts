/**
 * What this process knows beyond one call: which addresses are being talked to (one connection each), and what the last
 * targets looked like, so that a mask or a silence seen everywhere is known to be ours (contract §3). Bounded in entries
 * and age; lost at a restart, which costs no more than a doubt.
 */

import { strangerIn } from '../diagnosis/ours.ts';
import { organisationOf } from '../diagnosis/unrelated.ts';
import { isSuspicious } from '../smtp/masks.ts';
import type { HostProbe } from '../smtp/types.ts';

const REMEMBERED = 200;
const REMEMBERED_MS = 600_000;

export interface Neighbourhood {
  /** Runs `work` when no other session with this address is open in this process. */
  alone<T>(ip: string, work: () => Promise<T>): Promise<T>;
  remember(probe: HostProbe, now: number): void;
  /** The last session of every target seen lately that shares neither organisation nor address with `probes`. */
  unrelatedTo(probes: readonly HostProbe[], now: number): HostProbe[];
}

export function createNeighbourhood(): Neighbourhood {
  const queues = new Map<string, Promise<unknown>>();
  const seen = new Map<string, { probe: HostProbe; at: number }>();
  return {
    async alone(ip, work) {
      const before = queues.get(ip);
      const mine = (async () => {
        await before;
        return work();
      })();
      const settled = mine.then(
        () => undefined,
        () => undefined,
      );
      queues.set(ip, settled);
      try {
        return await mine;
      } finally {
        if (queues.get(ip) === settled) queues.delete(ip);
      }
    },
    remember(probe, now) {
      if (probe.ip === null) return;
      seen.delete(probe.ip);
      seen.set(probe.ip, { probe, at: now });
      if (seen.size > REMEMBERED) seen.delete(seen.keys().next().value as string);
    },
    unrelatedTo(probes, now) {
      const organisations = new Set(probes.map((probe) => organisationOf(probe.host)));
      const addresses = new Set(probes.map((probe) => probe.ip));
      return (
        [...seen.values()]
          // Of a clock that was set, forwards or back, nobody knows how long ago that was.
          .filter(({ at }) => Math.abs(now - at) < REMEMBERED_MS)
          .map(({ probe }) => probe)
          .filter((probe) => !addresses.has(probe.ip) && !organisations.has(organisationOf(probe.host)))
      );
    },
  };
}

/** Whether what was seen may be our own trouble: a mask, a greeting in a stranger's name, or nobody who answered at all. */
export function doubtful(probes: readonly HostProbe[]): boolean {
  if (probes.some((probe) => isSuspicious(probe) || strangerIn(probe) !== null)) return true;
  const dialled = probes.filter((probe) => probe.stage !== 'resolve');
  return dialled.length > 0 && dialled.every(({ outcome }) => outcome === 'timeout' || outcome === 'unreachable');
}
