/**
 * The dashboard and the alert rules in a real Prometheus that scrapes the service: every panel's expression, with the
 * dashboard's variables filled in as Grafana fills them, is answered with a series that carries the labels of its legend, and
 * every rule evaluates.
 */

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { freePort } from '../helpers/redis.ts';
import { observed } from '../ops/observed.ts';
import { openLab, startDaemon } from './lab.ts';
import { unpackedFile } from './mta.ts';

const ops = join(import.meta.dirname, '..', '..', 'ops');

type Panel = {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
};
const { panels } = JSON.parse(readFileSync(join(ops, 'grafana-dashboard.json'), 'utf8')) as { panels: Panel[] };
const targets = panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));

type Result = { readonly metric: Readonly<Record<string, string>>; readonly values: readonly unknown[] };
type Rule = { readonly name: string; readonly health: string; readonly lastError?: string };

/** Two scrapes make a rate. */
const SCRAPES = 3;

/** Only what has gone wrong gives these a series: without it Grafana says "No data". */
const MAY_BE_EMPTY = new Set(['Test sends by status']);

test('every panel is drawn and every rule evaluates', { timeout: 60_000 }, async () => {
  const lab = await openLab();
  try {
    await observed(async ({ url, traffic }) => {
      const port = await freePort();
      const target = new URL(url).host;
      const config = {
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [join(ops, 'alerts.yaml')],
        scrape_configs: [{ job_name: 'mxscope', static_configs: [{ targets: [target] }] }],
      };
      await writeFile(join(lab.dir, 'prometheus.yml'), JSON.stringify(config));
      const base = `http://127.0.0.1:${port}`;
      await startDaemon(lab, {
        command: unpackedFile('prometheus', 'usr/bin/prometheus'),
        args: [
          `--config.file=${join(lab.dir, 'prometheus.yml')}`,
          `--storage.tsdb.path=${join(lab.dir, 'data')}`,
          `--web.listen-address=127.0.0.1:${port}`,
        ],
        ready: async () => (await fetch(`${base}/-/ready`)).ok,
      });
      const ask = async <T>(path: string, query: Record<string, string>) => {
        const answer = await fetch(`${base}/api/v1/${path}?${new URLSearchParams(query)}`);
        return (await answer.json()) as { status: string; error?: string; data: T };
      };
      // Prometheus takes five seconds before it scrapes at all.
      const scrapes = async () => {
        const { data } = await ask<{ result: { value: [number, string] }[] }>('query', {
          query: 'count_over_time(up[1m])',
        });
        return Number(data.result[0]?.value[1] ?? 0);
      };
      while ((await scrapes()) < SCRAPES) {
        await traffic();
        await sleep(500);
      }
      const instances = await ask<string[]>('label/instance/values', { 'match[]': 'mxscope_redis_up' });
      expect(instances.data).toEqual([target]);
      // "All", and the one that is there, as Grafana writes it into a regular expression.
      for (const instance of ['.*', target.replaceAll('.', '\\\\.')]) {
        for (const { title, expr, legendFormat } of targets) {
          const now = Date.now() / 1000;
          const { status, error, data } = await ask<{ result: Result[] }>('query_range', {
            query: expr.replaceAll('$instance', instance),
            start: String(now - 1),
            end: String(now),
            step: '1',
          });
          expect({ title, status, error }).toEqual({ title, status: 'success', error: undefined });
          if (!MAY_BE_EMPTY.has(title)) expect(data.result, title).not.toEqual([]);
          const legend = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
          for (const { metric } of data.result)
            expect(Object.keys(metric), title).toEqual(expect.arrayContaining(legend));
        }
      }
      const { data } = await ask<{ groups: { rules: Rule[] }[] }>('rules', {});
      const rules = data.groups.flatMap((group) => group.rules);
      expect(rules.length).toBeGreaterThan(0);
      expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    });
  } finally {
    await lab.stop();
  }
});
