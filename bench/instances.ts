/**
 * Two, then four, real processes on one Redis: 10,000 domains, each requested by four callers at once over the instances, against
 * a DNS server that counts; then 50 targets, each to be probed twenty times within its minute, against mail servers that count.
 */

import { askForDomains, probeTargets, startInstances } from '../test/helpers/instances.ts';
import type { Result } from './report.ts';

const TARGETS = 50;
const PROBES = 20;
/** RATE_TARGET_PER_MINUTE as it is when nobody sets it. */
const BUDGET = 6;

export async function instances(short: boolean): Promise<Result[]> {
  const domains = short ? 1_000 : 10_000;
  const results: Result[] = [];
  for (const count of [2, 4]) {
    const world = await startInstances(`127.${90 + count}`, { instances: count, domains, targets: TARGETS });
    try {
      const asked = await askForDomains(world, domains);
      only(asked.statuses, [200]);
      results.push({
        name: `questions upstream of ${count} instances, ${domains} domains × 4 callers, in ${Math.round(asked.seconds)} s`,
        ours: asked.upstream,
        theirs: asked.distinct,
        unit: 'questions against distinct ones',
        ratio: asked.upstream / asked.distinct,
        bar: { atMost: 1.02 },
      });
      const probed = await probeTargets(world, PROBES);
      only(probed.statuses, [200, 429]);
      if (probed.seconds > 55) throw new Error('the probes took longer than the window that they share');
      const exact = probed.connections.filter((connections) => connections === BUDGET).length;
      results.push({
        name: `targets of ${TARGETS} that ${count} instances connected to exactly ${BUDGET} times a minute`,
        ours: exact,
        theirs: null,
        unit: `targets, ${PROBES} probes each`,
        ratio: null,
        bar: { atLeast: TARGETS },
      });
    } finally {
      await world.close();
    }
  }
  return results;
}

function only(statuses: ReadonlyMap<number, number>, allowed: readonly number[]): void {
  const others = [...statuses].filter(([status]) => !allowed.includes(status));
  if (others.length > 0) throw new Error(`answers that nobody expected: ${JSON.stringify(others)}`);
}
