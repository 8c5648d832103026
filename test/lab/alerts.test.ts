/**
 * The alert rules before Prometheus' own judge: promtool reads every rule, and plays the series of `ops/alerts.test.yaml`
 * against them. That the figures they name exist is held by `test/ops/ops.test.ts`.
 */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from './lab.ts';
import { unpackedFile } from './mta.ts';

const ops = join(import.meta.dirname, '..', '..', 'ops');

test.for([
  ['check', 'alerts.yaml'],
  ['test', 'alerts.test.yaml'],
])('promtool %s rules %s', async ([verb = '', file = '']) => {
  const { code, stdout, stderr } = await run(unpackedFile('prometheus', 'usr/bin/promtool'), [
    verb,
    'rules',
    join(ops, file),
  ]);
  expect({ code, said: stdout + stderr }).toEqual({ code: 0, said: expect.stringContaining('SUCCESS') });
});
