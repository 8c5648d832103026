/**
 * An uncached MX lookup with the addresses of both exchanges, five questions, from our resolver and from `node:dns` spread
 * over eight resolvers, against the same local NSD. A lookup that lacks an exchange or an address is lost.
 */

import { Resolver } from 'node:dns/promises';
import type { Domain } from '../src/dns/name.ts';
import { createResolver } from '../src/dns/resolver.ts';
import { routeMail } from '../src/mx/route.ts';
import { DOMAINS, domainOf, type Nsd, startNsd } from './dns-nsd.ts';
import { median, type Result } from './report.ts';

const RESOLVERS = 8;

/** Says whether everything came. */
type Lookup = (domain: string, i: number) => Promise<boolean>;

export async function dnsUncached(short: boolean): Promise<Result[]> {
  const nsd = await startNsd();
  const { ours, close } = makeOurs(nsd);
  const theirs = makeTheirs(nsd);
  const lookups = short ? 4_000 : 15_000;
  const rounds = short ? 3 : 7;
  try {
    for (const lookup of [ours, theirs]) await run(lookup, 4_000, 50);
    const results: Result[] = [];
    for (const [inFlight, atLeast] of [
      [50, 1.5],
      [500, 1.2],
    ] as const) {
      results.push(await compare(ours, theirs, { lookups, rounds, inFlight, atLeast }));
    }
    return results;
  } finally {
    close();
    await nsd.stop();
  }
}

type Plan = { readonly lookups: number; readonly rounds: number; readonly inFlight: number; readonly atLeast: number };

async function compare(ours: Lookup, theirs: Lookup, plan: Plan): Promise<Result> {
  const pairs: { readonly ours: number; readonly theirs: number }[] = [];
  let lost = 0;
  for (let round = 0; round < plan.rounds; round++) {
    const mine = await run(ours, plan.lookups, plan.inFlight);
    const other = await run(theirs, plan.lookups, plan.inFlight);
    lost += mine.lost;
    pairs.push({ ours: mine.perSecond, theirs: other.perSecond });
  }
  return {
    name: `uncached MX with addresses, ${plan.inFlight} in flight${lost > 0 ? ` (${lost} LOST)` : ''}`,
    ours: Math.round(median(pairs.map((pair) => pair.ours))),
    theirs: Math.round(median(pairs.map((pair) => pair.theirs))),
    unit: 'lookups/s',
    ratio: lost > 0 ? 0 : median(pairs.map((pair) => pair.ours / pair.theirs)),
    bar: { atLeast: plan.atLeast },
  };
}

async function run(lookup: Lookup, count: number, inFlight: number): Promise<{ perSecond: number; lost: number }> {
  let next = 0;
  let lost = 0;
  const began = performance.now();
  const worker = async (): Promise<void> => {
    while (next < count) {
      const i = next++;
      if (!(await lookup(domainOf(i % DOMAINS), i))) lost++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { perSecond: count / ((performance.now() - began) / 1_000), lost };
}

function makeOurs({ ip, port }: Nsd): { ours: Lookup; close(): void } {
  const resolver = createResolver({ servers: [{ ip, port }] });
  const ours: Lookup = async (domain) => {
    const result = await routeMail(domain as Domain, resolver, { deadline: performance.now() + 8_000 });
    return result.ok && result.route.exchanges.filter(({ addresses }) => addresses.length === 2).length === 2;
  };
  return { ours, close: () => resolver.close() };
}

function makeTheirs({ ip, port }: Nsd): Lookup {
  const resolvers = Array.from({ length: RESOLVERS }, () => {
    const resolver = new Resolver();
    resolver.setServers([`${ip}:${port}`]);
    return resolver;
  });
  return async (domain, i) => {
    const resolver = resolvers[i % RESOLVERS];
    if (resolver === undefined) return false;
    try {
      const exchanges = await resolver.resolveMx(domain);
      const found = await Promise.all(
        exchanges.map(({ exchange }) => Promise.all([resolver.resolve4(exchange), resolver.resolve6(exchange)])),
      );
      return found.filter(([a, aaaa]) => a.length === 1 && aaaa.length === 1).length === 2;
    } catch {
      return false;
    }
  };
}

if (import.meta.main) {
  for (const result of await dnsUncached(process.argv.includes('--short'))) console.log(JSON.stringify(result));
}
