/**
 * Holds what is written against what is there: the map of `src` and its table of RFCs, the links of every page, and the commands
 * and settings that README names. What a failure lists is to be written down, or taken out.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { SETTING_NAMES } from '../src/config.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== 'README.md')
  .map((entry) => relative(join(root, 'src'), join(entry.parentPath, entry.name)))
  .sort();
const map = read('src/README.md');
const readme = read('README.md');

// --- the tree -----------------------------------------------------------------------------------------------------------

/** The paths of the map's tree, each with what is said of it. A `*` stands for any name. */
function treeOf(page: string): Map<string, string> {
  const listed = new Map<string, string>();
  let folder = '';
  for (const line of /```text\n([\s\S]*?)```/.exec(page)?.[1]?.split('\n') ?? []) {
    const [, indent = '', name = '', words = ''] = /^( *)(\S+)\s*(.*)$/.exec(line) ?? [];
    if (name.endsWith('/')) folder = name;
    else if (name !== '') listed.set((indent === '' ? '' : folder) + name, words);
  }
  return listed;
}

const fits = (path: string, pattern: string) => {
  const [before = '', after] = pattern.split('*');
  return after === undefined ? path === pattern : path.startsWith(before) && path.endsWith(after);
};

test('src/README.md names every file of src, says what it does, and names no other', () => {
  const tree = treeOf(map);
  const names = [...tree.keys()];
  expect(names.length).toBeGreaterThan(100);
  const missing = sources.filter((path) => !names.some((pattern) => fits(path, pattern)));
  const gone = names.filter((pattern) => !sources.some((path) => fits(path, pattern)));
  const silent = [...tree].filter(([, words]) => words.length < 5).map(([name]) => name);
  expect({ missing, gone, silent }).toEqual({ missing: [], gone: [], silent: [] });
});

// --- imports ------------------------------------------------------------------------------------------------------------

const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

test('its table of imports is what test/architecture.test.ts holds', () => {
  const literal = /const arrows[^=]*= (\{[\s\S]*?\n\});/.exec(read('test/architecture.test.ts'))?.[1];
  const arrows = runInNewContext(`(${literal})`) as Record<string, { values: string[]; types?: string[] }>;
  const held = Object.entries(arrows)
    .filter(([layer]) => layer !== 'texts' && layer !== 'outcome.ts')
    .map(([layer, { values, types = [] }]) => [layer, [...values].sort(), [...types].sort()]);
  const table = map.slice(map.indexOf('## Who may import'), map.indexOf('## Every file'));
  const told = [...table.matchAll(/^\| (`[^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].flatMap(
    ([, layers = '', values = '', types = '']) =>
      quoted(layers).map((layer) => [layer.replace('/', ''), quoted(values).sort(), quoted(types).sort()]),
  );
  expect(told.sort()).toEqual(held.sort());
});

// --- RFCs ---------------------------------------------------------------------------------------------------------------

const rows = [...map.matchAll(/^\| (\d{3,5}) \| ([^|]+) \| ([^|]+) \| (\w+) \| ([^|]+) \|$/gm)].map(
  ([, number = '', title = '', what = '', done = '', where = '']) => ({
    number,
    title,
    what,
    done,
    files: quoted(where),
  }),
);

/** As comments cite them, and as the catalogues link them. */
const citedIn = (text: string) =>
  [...text.matchAll(/(?:\bRFC ?|\brfc\(|\/rfc\/rfc)(\d{3,5})\b/g)].map(([, n = '']) => n);
const cited = new Map(sources.map((path) => [path, new Set(citedIn(read(`src/${path}`)))]));

test('every RFC that src names is in the table, once, in order', () => {
  const numbers = rows.map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => Number(a) - Number(b)));
  const named = new Set([...cited.values()].flatMap((found) => [...found]));
  expect(named.size).toBeGreaterThan(50);
  expect([...named].filter((number) => !numbers.includes(number))).toEqual([]);
});

test('each row says how far, and the files it names cite it', () => {
  const vague = rows.filter(({ done, files }) => !/^(?:yes|partial|no)$/.test(done) || (done !== 'no' && !files[0]));
  const wrong = rows.flatMap(({ number, files }) =>
    files.filter((file) => !cited.get(file)?.has(number)).map((file) => `${number}: ${file}`),
  );
  expect({ vague, wrong }).toEqual({ vague: [], wrong: [] });
});

// --- links, commands, settings ------------------------------------------------------------------------------------------

const everything = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (path) => !/(?:^|\/)(?:node_modules|\.cache|\.git|coverage)\//.test(path),
);
const pages = everything.filter((path) => path.endsWith('.md'));
const withoutCode = (page: string) => page.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

test('every relative link leads to a file', () => {
  expect(pages).toContain('README.md');
  const dead = pages.flatMap((page) =>
    [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^(?:[a-z]+:|#|\/)/.test(link))
      .filter((link) => !existsSync(join(root, dirname(page), link.replace(/#.*/, ''))))
      .map((link) => `${page}: ${link}`),
  );
  expect(dead).toEqual([]);
});

test.for(pages.filter((page) => !page.startsWith('src/articles/')))('%s: the files it names are there', (page) => {
  const named = [...read(page).matchAll(/`((?:[\w.-]+\/)+(?:[\w.*-]+\.(?:ts|md|yaml|graphql))?)`/g)].map(
    ([, n = '']) => n,
  );
  const places = (name: string) => [name, `src/${name}`].map((place) => place.replace(/\/$/, ''));
  const there = (name: string) => places(name).some((place) => everything.some((path) => fits(path, place)));
  expect(named.filter((name) => !there(name))).toEqual([]);
});

test('every npm script that a page names exists, and README names them all', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = (page: string) =>
    [...read(page).matchAll(/\bnpm (?:run (?:-s )?)?(\w+)/g)].map(([text, script = '']) => ({ text, script }));
  const commands = /^npm (?:run|test$|start$)/;
  const unknown = pages.flatMap(named).filter(({ text, script }) => commands.test(text) && !(script in scripts));
  expect(unknown).toEqual([]);
  const told = named('README.md').flatMap(({ text, script }) => (commands.test(text) ? script : []));
  expect(Object.keys(scripts).filter((script) => !told.includes(script))).toEqual([]);
});

test('every setting that README names exists, and it names them all', () => {
  const known = new Set<string>(SETTING_NAMES);
  const named = [...readme.matchAll(/(?:`|\bexport |^| )([A-Z][A-Z]*(?:_[A-Z]+)+)(?:`|=)/gm)].map(
    ([, name = '']) => name,
  );
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  expect(SETTING_NAMES.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});
