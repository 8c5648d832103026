/** One measure, and how measures are shown. A ratio is the median of pairs measured side by side in one run. */

export type Result = {
  readonly name: string;
  readonly ours: number;
  readonly theirs: number | null;
  readonly unit: string;
  readonly ratio: number | null;
  /** Judged on the ratio where there is one, else on `ours`. */
  readonly bar: { readonly atLeast: number } | { readonly atMost: number } | null;
};

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

export function holds({ bar, ratio, ours }: Result): boolean {
  if (bar === null) return true;
  const value = ratio ?? ours;
  return 'atLeast' in bar ? value >= bar.atLeast : value <= bar.atMost;
}

export function table(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const { bar } = result;
    const wanted = bar === null ? '–' : 'atLeast' in bar ? `≥ ${bar.atLeast}` : `≤ ${bar.atMost}`;
    const ratio = result.ratio === null ? '–' : result.ratio.toFixed(2);
    const verdict = holds(result) ? 'holds' : 'MISSED';
    return `| ${result.name} | ${result.ours} | ${result.theirs ?? '–'} | ${result.unit} | ${ratio} | ${wanted} | ${verdict} |`;
  });
  return ['| measure | ours | theirs | unit | ratio | bar | |', '|---|---|---|---|---|---|---|', ...rows].join('\n');
}
