/**
 * README's answers are what the service gives: each `$ curl` of its blocks is asked of the demo's world, and the answer compared
 * with what stands below it. Times, ids, durations and what is left of a TTL may differ; `…` stands for anything; white space
 * is for the reader. A failure shows the answer that README should hold.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Demo, startDemo } from '../demo/start.ts';

const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');

/** A command, which may go on over lines that end in a backslash, and what stands below it. */
const examples = [...readme.matchAll(/^```console\n([\s\S]*?)^```/gm)]
  .flatMap(([, block = '']) => block.split(/^\$ /m).slice(1))
  .map((text) => {
    const [command = ''] = /^(?:.*\\\n)*.*\n/.exec(text) ?? [];
    return { command: command.replaceAll('\\\n', '').trim(), shown: text.slice(command.length) };
  });

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo(0);
});
afterAll(() => demo.stop());

/** `curl -s URL [-H field]… [-d body] [| jq -r program]`, where single quotes are the only ones. */
async function run(command: string): Promise<string> {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare = '']) => quoted ?? bare);
  const after = (word: string) => words.flatMap((one, i) => (one === word ? [words[i + 1] ?? ''] : []));
  const url = words.find((word) => word.startsWith('http://127.0.0.1:3000/')) ?? '';
  const headers = after('-H').map((field) => field.split(/:\s*/, 2) as [string, string]);
  const [body] = after('-d');
  const post = body === undefined ? {} : { method: 'POST', body, headers };
  const answer = await fetch(url.replace('http://127.0.0.1:3000', demo.url), post);
  expect(answer.status).toBe(200);
  const [program] = after('-r');
  return program === undefined ? await answer.text() : jq(program, await answer.json());
}

/** Of jq what README uses: `.member`, `.list[]`, and a text with members of each in it. */
function jq(program: string, answer: unknown): string {
  const [path = '', template] = program.split(' | ');
  const steps = path.split('.').slice(1);
  const member = (value: unknown, name: string) => (value as Record<string, unknown>)[name.replace('[]', '')];
  const found = steps.reduce<unknown[]>((values, step) => values.flatMap((value) => member(value, step)), [answer]);
  const fill = (value: unknown) =>
    template?.slice(1, -1).replace(/\\\(\.(\w+)\)/g, (_, name) => `${member(value, name)}`);
  return found.map((value) => fill(value) ?? String(value)).join('\n');
}

/** What may differ from one run to the next, made equal. */
const settled = (text: string) =>
  text
    .replace(/\s+/g, '')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replace(/"(ttl|ageSeconds|\w+Ms)":\d+/g, '"$1":<number>')
    .replace(/(?<![\d.])127\.\d+\./g, '127.<network>.');

test('there are examples in both languages', () => {
  expect(examples.length).toBeGreaterThan(8);
  expect(examples.filter(({ shown }) => /[ก-๙]/.test(shown)).length).toBeGreaterThan(3);
});

test.for(examples)('$command', { timeout: 60_000 }, async ({ command, shown }) => {
  expect(demo.network, 'ports 25 and 53 of 127.0.0.0/8 are needed').toMatchObject({ smtpPort: 25, dns: { port: 53 } });
  // The second time: README's answers come from the cache where there is one.
  await run(command);
  const answer = await run(command);
  const actual = settled(answer);
  let at = 0;
  for (const [i, piece] of settled(shown).split('…').entries()) {
    const found = i === 0 ? (actual.startsWith(piece) ? 0 : -1) : actual.indexOf(piece, at);
    expect({ found: found >= 0, piece, answer }).toEqual({ found: true, piece, answer });
    at = found + piece.length;
  }
  if (!/…\s*$/.test(shown)) expect(at, answer).toBe(actual.length);
});
