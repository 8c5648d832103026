/**
 * What operators are given to watch the service by, against the service: every figure, label and value that the dashboard and
 * the alert rules name is there in a real `/metrics` after some traffic. Whether the rules are right, promtool judges
 * (`test/lab/alerts.test.ts`).
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { matches, namedIn, type Series, seriesOf } from '../helpers/promql.ts';
import { observed } from './observed.ts';

const ops = join(import.meta.dirname, '..', '..', 'ops');
const read = (name: string) => readFileSync(join(ops, name), 'utf8');

// --- the files ----------------------------------------------------------------------------------------------------------

type Rule = {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};
const rules = (parse(read('alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);

type Panel = {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly datasource?: unknown;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
};
const dashboard = JSON.parse(read('grafana-dashboard.json')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string }[] };
};
const drawn = dashboard.panels.filter(({ type }) => type !== 'row');

const expressions: readonly (readonly [string, string])[] = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...drawn.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
];

// --- the service -------------------------------------------------------------------------------------------------------

const series = await observed(async ({ url }) => seriesOf(await (await fetch(`${url}/metrics`)).text()));
/** What Prometheus adds to every series of a scrape, and says of the scrape itself. */
const ADDED = new Set(['job', 'instance']);
const known = (metric: string): readonly Series[] =>
  metric === 'up' ? [{ metric, labels: {} }] : series.filter((one) => one.metric === metric);
const labelsOf = (expr: string) =>
  new Set([
    ...ADDED,
    ...namedIn(expr)
      .selectors.flatMap(({ metric }) => known(metric))
      .flatMap((one) => Object.keys(one.labels)),
  ]);

// --- both ---------------------------------------------------------------------------------------------------------------

test('the names in an expression are found', () => {
  const found =
    namedIn(`histogram_quantile(0.9, sum by (instance, le) (rate(a_bucket{x="1}",y=~'2|3'}[5m]))) > 2.5 and b == bool 1
    / on (z) group_left (w) c offset 5m or vector(0)`);
  expect(found).toEqual({
    selectors: [
      {
        metric: 'a_bucket',
        matchers: [
          { label: 'x', op: '=', value: '1}' },
          { label: 'y', op: '=~', value: '2|3' },
        ],
      },
      { metric: 'b', matchers: [] },
      { metric: 'c', matchers: [] },
    ],
    labels: ['instance', 'le', 'z', 'w'],
  });
  expect(() => namedIn('a ; b')).toThrow('not PromQL');
});

describe('every figure, label and value that is named is there', () => {
  test.for(expressions)('%s: %s', ([, expr]) => {
    const { selectors, labels } = namedIn(expr);
    expect(selectors.length).toBeGreaterThan(0);
    for (const { metric, matchers } of selectors) {
      const there = known(metric);
      expect(there, metric).not.toEqual([]);
      const own = matchers.filter(({ label }) => !ADDED.has(label));
      for (const { label } of own) expect(Object.keys(there[0]?.labels ?? {}), metric).toContain(label);
      expect(
        there.filter((one) => own.every((matcher) => matches(one, matcher))),
        JSON.stringify(own),
      ).not.toEqual([]);
    }
    for (const label of labels) expect([...labelsOf(expr)]).toContain(label);
  });
});

describe('the alert rules', () => {
  test.for(rules.map((rule) => [rule.alert, rule] as const))('%s says what it is and what to do', ([, rule]) => {
    expect(Object.keys(rule).filter((key) => !['alert', 'expr', 'for', 'labels', 'annotations'].includes(key))).toEqual(
      [],
    );
    expect(rule.alert).toMatch(/^Mxscope[A-Z]\w+$/);
    expect(['page', 'ticket']).toContain(rule.labels.severity);
    expect(Object.keys(rule.annotations)).toEqual(['summary', 'action']);
    for (const text of Object.values(rule.annotations)) {
      expect(text.length).toBeGreaterThan(20);
      for (const [, label = ''] of text.matchAll(/\$labels\.(\w+)/g)) expect([...labelsOf(rule.expr)]).toContain(label);
      // What an action tells to look at is there to be looked at.
      for (const [name] of text.matchAll(/\b(?:mxscope|process|nodejs)_\w+/g)) {
        expect(
          series.some(({ metric }) => metric === name || metric === `${name}_count`),
          name,
        ).toBe(true);
      }
    }
  });

  test('each has a name of its own, and a case that makes it fire', () => {
    const names = rules.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    const cases = read('alerts.test.yaml');
    expect(names.filter((name) => !cases.includes(`alertname="${name}"}', value: 1`))).toEqual([]);
  });
});

describe('the dashboard', () => {
  test('has panels with ids and places of their own, on the source that is chosen', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { datasource } of drawn)
      expect(datasource).toEqual({ type: 'prometheus', uid: expect.stringMatching(/^\$\{datasource\}$/) });
  });

  test('uses its variables and no other', () => {
    const names = dashboard.templating.list.map(({ name }) => name);
    const used = read('grafana-dashboard.json').matchAll(/\$\{?(\w+)/g);
    expect(new Set([...used].map(([, name]) => name).filter((name) => name !== '__all'))).toEqual(new Set(names));
  });

  test.for(drawn.flatMap(({ title, targets = [] }) => targets.map((target) => [title, target] as const)))(
    'the legend of %s names labels of the result',
    ([, { expr, legendFormat }]) => {
      const { labels } = namedIn(expr);
      const grouped = labels.length > 0 ? new Set(labels) : labelsOf(expr);
      for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect([...grouped]).toContain(label);
    },
  );
});

test('no label holds a domain, an address or a caller', () => {
  const values = new Set(series.flatMap(({ labels }) => Object.values(labels)));
  expect([...values].filter((value) => /good\.example|dark|broken|127\.94|loopback/.test(value))).toEqual([]);
});
