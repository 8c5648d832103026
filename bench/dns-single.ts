/** The MX question alone, 50 in flight, against dnsperf: how near a resolver in JavaScript comes to a load generator in C. */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Domain } from '../src/dns/name.ts';
import { createResolver, type DnsResolver } from '../src/dns/resolver.ts';
import { DOMAINS, domainOf, type Nsd, startNsd } from './dns-nsd.ts';
import { median, type Result } from './report.ts';

const IN_FLIGHT = 50;
/** Like our resolver: as many sockets, and EDNS. */
const DNSPERF = ['-q', String(IN_FLIGHT), '-c', '8', '-e'];

export async function dnsSingle(short: boolean): Promise<Result[]> {
  const seconds = short ? 1 : 3;
  const rounds = short ? 3 : 5;
  const dir = mkdtempSync(join(tmpdir(), 'mxscope-bench-'));
  const questions = join(dir, 'questions');
  writeFileSync(questions, Array.from({ length: DOMAINS }, (_, i) => `${domainOf(i)} MX\n`).join(''));
  const nsd = await startNsd();
  const resolver = createResolver({ servers: [nsd] });
  try {
    await ours(resolver, 1);
    const pairs: { readonly ours: number; readonly theirs: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      pairs.push({ ours: await ours(resolver, seconds), theirs: await dnsperf(nsd, questions, seconds) });
    }
    return [
      {
        name: `MX question alone, ${IN_FLIGHT} in flight`,
        ours: Math.round(median(pairs.map((pair) => pair.ours))),
        theirs: Math.round(median(pairs.map((pair) => pair.theirs))),
        unit: 'questions/s',
        ratio: median(pairs.map((pair) => pair.ours / pair.theirs)),
        bar: { atLeast: 0.4 },
      },
    ];
  } finally {
    resolver.close();
    await nsd.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function ours(resolver: DnsResolver, seconds: number): Promise<number> {
  const began = performance.now();
  const end = began + seconds * 1_000;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < end) {
      const name = domainOf(done % DOMAINS) as Domain;
      const result = await resolver.resolve({ name, type: 'MX' }, { deadline: performance.now() + 8_000 });
      if (!result.ok || result.answer.records.length !== 2) throw new Error(`${name} was lost`);
      done++;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return done / ((performance.now() - began) / 1_000);
}

async function dnsperf({ ip, port }: Nsd, questions: string, seconds: number): Promise<number> {
  const args = ['-s', ip, '-p', String(port), '-d', questions, '-l', String(seconds), ...DNSPERF];
  const { stdout } = await promisify(execFile)('dnsperf', args);
  const [, rate = ''] = /Queries per second:\s+([\d.]+)/.exec(stdout) ?? [];
  if (rate === '') throw new Error('dnsperf said no rate');
  return Number(rate);
}

if (import.meta.main) {
  for (const result of await dnsSingle(process.argv.includes('--short'))) console.log(JSON.stringify(result));
}
