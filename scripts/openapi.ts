/**
 * Writes what is made from the code: `openapi.yaml` from the application's routes, and in README.md the table of settings
 * from `config.ts`, between its two markers. With `--check` nothing is written: what is stale is named, and the exit code
 * is 1. Opens no socket and asks nobody.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { openApiDocument } from '../src/api/openapi.ts';
import { settingsTable } from '../src/config.ts';

const root = new URL('../', import.meta.url);
const MARKERS = /(<!-- settings -->\n)[\s\S]*?(<!-- \/settings -->)/;

async function openApiYaml(): Promise<string> {
  const document = stringify(await openApiDocument(), { aliasDuplicateObjects: false, lineWidth: 0 });
  return `# Written by scripts/openapi.ts from the routes; edits here are lost.\n${document}`;
}

function readmeWithSettings(readme: string): string {
  if (!MARKERS.test(readme)) throw new Error('README.md has no <!-- settings --> … <!-- /settings -->');
  return readme.replace(MARKERS, (_, open: string, close: string) => `${open}${settingsTable()}\n${close}`);
}

const current = (file: URL) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

const openApiFile = new URL('openapi.yaml', root);
const readmeFile = new URL('README.md', root);
const made: [URL, string][] = [[openApiFile, await openApiYaml()]];
if (existsSync(readmeFile)) made.push([readmeFile, readmeWithSettings(current(readmeFile))]);

for (const [file, text] of made) {
  if (current(file) === text) continue;
  const name = file.pathname.slice(root.pathname.length);
  if (process.argv.includes('--check')) {
    process.stderr.write(`${name} is stale: npm run schema writes it\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    process.stdout.write(`${name} written\n`);
  }
}
