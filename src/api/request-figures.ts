/**
 * Requests counted and timed by route pattern, method and class of status: plain numbers in arrays, added to on the way out
 * of every request and turned into Prometheus series only when somebody scrapes. Never sees a URL, a domain or a caller.
 */

/** Seconds. From a cached answer to the 60 s at which every call ends. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

type Series = { readonly buckets: number[]; count: number; sum: number };

/** The figures of one route. */
export class RouteFigures {
  readonly route: string;
  /** Counts a request that is declined, by its code; of all routes together. */
  readonly declined: (code: string) => void;
  readonly #methods = new Map<string, (Series | undefined)[]>();

  constructor(route: string, declined: (code: string) => void) {
    this.route = route;
    this.declined = declined;
  }

  record(method: string, status: number, milliseconds: number): void {
    const series = this.#series(method, Math.floor(status / 100));
    const seconds = milliseconds / 1000;
    series.count++;
    series.sum += seconds;
    for (let index = 0; index < BOUNDS.length; index++) {
      if (seconds <= (BOUNDS[index] ?? 0)) {
        series.buckets[index] = (series.buckets[index] ?? 0) + 1;
        return;
      }
    }
  }

  #series(method: string, statusClass: number): Series {
    let classes = this.#methods.get(method);
    if (!classes) {
      classes = [];
      this.#methods.set(method, classes);
    }
    let series = classes[statusClass];
    if (!series) {
      series = { buckets: BOUNDS.map(() => 0), count: 0, sum: 0 };
      classes[statusClass] = series;
    }
    return series;
  }

  *all(): Generator<{ labels: Labels; series: Series }> {
    for (const [method, classes] of this.#methods) {
      for (const [statusClass, series] of classes.entries()) {
        if (series) yield { labels: { route: this.route, method, status: `${statusClass}xx` }, series };
      }
    }
  }
}

type Labels = { route: string; method: string; status: string };
type Sample = { metricName: string; labels: Record<string, string | number>; value: number };

/** What a registry asks of a metric: the histogram of every route, cumulative as Prometheus wants it. */
export function durationHistogram(name: string, routes: Iterable<RouteFigures>) {
  return {
    name,
    async get() {
      const values: Sample[] = [];
      for (const route of routes) {
        for (const { labels, series } of route.all()) values.push(...histogramValues(name, labels, series));
      }
      return {
        name,
        help: 'Time from the head of a request to the end of its answer, by route pattern and class of status',
        type: 'histogram',
        aggregator: 'sum',
        values,
      };
    },
  };
}

function histogramValues(name: string, labels: Labels, series: Series): Sample[] {
  let below = 0;
  const buckets = BOUNDS.map((bound, index) => {
    below += series.buckets[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bound }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: series.count },
    { metricName: `${name}_sum`, labels, value: series.sum },
    { metricName: `${name}_count`, labels, value: series.count },
  ];
}
