/**
 * `npm run bench`: every measure against its bar, each suite in a process of its own, one after the other. `-- --short` is for
 * CI: two suites, fewer and shorter rounds, and bars with some room, since it shows what has collapsed and not what has slipped.
 * `-- NAME…` runs the suites named. Ends with 1 when a bar is missed.
 */

import { spawnSync } from 'node:child_process';
import { holds, type Result, table } from './report.ts';

const SUITES = ['http', 'dns', 'smtp', 'memory', 'instances', 'faults'] as const;
type Suite = (typeof SUITES)[number];

/** What a machine that is busy with other work took from a short run of a second: only a collapse is below it. */
const ROOM = 0.33;

const args = process.argv.slice(2);
const short = args.includes('--short');

async function measure(suite: Suite): Promise<Result[]> {
  switch (suite) {
    case 'http':
      return (await import('./http.ts')).http(short);
    case 'dns': {
      const { dnsUncached } = await import('./dns-uncached.ts');
      const { dnsSingle } = await import('./dns-single.ts');
      return [...(await dnsUncached(short)), ...(await dnsSingle(short))];
    }
    case 'smtp':
      return (await import('./smtp-probes.ts')).smtpProbes(short);
    case 'memory':
      return (await import('./store-memory.ts')).storeMemory();
    case 'instances':
      return (await import('./instances.ts')).instances(short);
    case 'faults':
      return (await import('./under-faults.ts')).underFaults(short);
  }
}

/** A suite's results, from a process that has done nothing else; its heap is kept as the service's is (docs/decisions/heap.md). */
function inItsOwnProcess(suite: Suite): Result[] {
  const engine = ['--expose-gc', '--no-allocation-site-pretenuring'];
  const flags = [...engine, import.meta.filename, '--suite', suite, ...(short ? ['--short'] : [])];
  const ran = spawnSync(process.execPath, flags, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (ran.status !== 0) throw new Error(`the suite ${suite} ended with ${ran.status}`);
  return JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '') as Result[];
}

function loosened(result: Result): Result {
  const { bar } = result;
  if (!short || bar === null) return result;
  return { ...result, bar: 'atLeast' in bar ? { atLeast: bar.atLeast * ROOM } : { atMost: bar.atMost / ROOM } };
}

const at = args.indexOf('--suite');
if (at >= 0) {
  const suite = SUITES.find((one) => one === args[at + 1]);
  if (suite === undefined) throw new Error(`suites: ${SUITES.join(', ')}`);
  console.log(JSON.stringify(await measure(suite)));
  process.exit(0);
}

const named = SUITES.filter((suite) => args.includes(suite));
const usual: readonly Suite[] = short ? ['http', 'memory'] : SUITES;
const results = (named.length > 0 ? named : usual).flatMap(inItsOwnProcess).map(loosened);
console.log(table(results));
process.exit(results.every(holds) ? 0 : 1);
