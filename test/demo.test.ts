/** The demo as a command, whose reader may leave before it is through. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

test('a demo whose output is closed ends quietly, with its servers', { timeout: 60_000 }, async () => {
  const entry = join(import.meta.dirname, '..', 'demo', 'main.ts');
  const child = spawn(process.execPath, [entry, '--once'], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const complaints = text(child.stderr);
  const left = once(child, 'close');
  await once(child.stdout, 'data');
  child.stdout.destroy();
  expect(await left).toEqual([0, null]);
  expect(await complaints).toBe('');
});
