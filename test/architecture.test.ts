/**
 * Holds the shape of `src`: reads import lines and little else. A rule that fails names the file and what it reached for.
 * When the design changes on purpose, it changes here and in `src/README.md` together.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

type Import = {
  readonly file: string;
  /** A path below `src`, or a package. */
  readonly target: string;
  readonly relative: boolean;
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean;
  readonly names: readonly string[];
  /** `import()`: loaded when that line runs. */
  readonly late: boolean;
};

const src = join(import.meta.dirname, '..', 'src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .sort();
const sources = new Map(files.map((file) => [file, readFileSync(join(src, file), 'utf8')]));

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
/** Texts in quotes may say anything. */
const withoutStrings = (text: string) =>
  text.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''");

const IMPORT = /^(?:import|export)\s+(type\s+)?(?:([^'";]*?)\s+from\s+)?'([^']+)'/gm;
const DYNAMIC = /\bimport\(\s*'([^']+)'/g;

function importsOf(file: string, text: string): Import[] {
  const code = withoutComments(text);
  const target = (specifier: string) => ({
    relative: specifier.startsWith('.'),
    target: specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier,
  });
  const fixed = [...code.matchAll(IMPORT)].map(([, type, what = '', specifier = '']) => {
    const names =
      /\{([^}]*)\}/
        .exec(what)?.[1]
        ?.split(',')
        .flatMap((name) => name.trim() || []) ?? [];
    const allTypes = names.length > 0 && /^\{[^}]*\}$/.test(what.trim()) && names.every((n) => n.startsWith('type '));
    const bare = names.filter((name) => !name.startsWith('type ')).map((name) => name.split(/\s+as\s+/)[0] ?? '');
    return { file, ...target(specifier), typeOnly: type !== undefined || allTypes, names: bare, late: false };
  });
  const late = [...code.matchAll(DYNAMIC)].map(([, specifier = '']) => {
    return { file, ...target(specifier), typeOnly: false, names: [], late: true };
  });
  return [...fixed, ...late];
}

const imports = [...sources].flatMap(([file, text]) => importsOf(file, text));
const show = (found: readonly Import[]) => found.map(({ file, target }) => `${file} -> ${target}`);
const layerOf = (path: string) => (path.includes('/') ? (path.split('/')[0] ?? path) : path);
const isOneOf = (path: string, places: readonly string[]) =>
  places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place));

test('there is something to hold', () => {
  expect(files.length).toBeGreaterThan(40);
  expect(imports.length).toBeGreaterThan(files.length);
});

// --- what Node's type stripping and the house ask of every file ---------------------------------------------------------

test('imports of our own files say .ts and lead to a file', () => {
  expect(show(imports.filter((i) => i.relative && !sources.has(i.target) && !i.target.endsWith('.d.ts')))).toEqual([]);
});

test('no barrels: nothing exports everything of another file, and one index.ts is enough', () => {
  expect([...sources].filter(([, text]) => /^export \* /m.test(withoutComments(text))).map(([file]) => file)).toEqual(
    [],
  );
  expect(files.filter((file) => file.endsWith('index.ts'))).toEqual(['operations/index.ts']);
});

test.for([
  ['enum', /^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s/m],
  ['namespace', /^\s*(?:export\s+)?(?:declare\s+)?namespace\s/m],
  ['parameter property', /constructor\((?:[^)]*,)?\s*(?:private|public|protected|readonly)\s/],
  ['any', /(?::|<|as|\|)\s*any\b/],
  ['ts-ignore', /@ts-(?:ignore|expect-error|nocheck)|biome-ignore/],
] as const)('no %s', ([what, pattern]) => {
  const code = (text: string) => (what === 'ts-ignore' ? text : withoutStrings(withoutComments(text)));
  expect([...sources].filter(([, text]) => pattern.test(code(text))).map(([file]) => file)).toEqual([]);
});

test('a file opens with what it does, and stays about 400 lines', () => {
  const silent = [...sources].filter(([, text]) => !text.startsWith('/**')).map(([file]) => file);
  const long = [...sources].filter(([file, text]) => lines(text) > (DATA.test(file) ? 1_000 : 420));
  expect(silent).toEqual([]);
  expect(long.map(([file, text]) => `${file}: ${lines(text)}`)).toEqual([]);
});
/** Catalogues of texts and schemas are data: long, and read one entry at a time. */
const DATA = /^(?:texts|articles)\/|^operations\/contract\.ts$/;
const lines = (text: string) => text.split('\n').length;

// --- who may reach for what ---------------------------------------------------------------------------------------------

/** Package or module → the files that may import it; types of it are free for all. */
const reserved: readonly { what: RegExp; only: readonly string[]; free?: readonly string[] }[] = [
  // Names of node:net that judge a string and open nothing are free.
  { what: /^node:net$/, only: ['net/dial.ts', 'dns/tcp.ts'], free: ['isIP', 'isIPv4', 'isIPv6', 'BlockList'] },
  { what: /^node:tls$/, only: ['net/dial.ts'] },
  { what: /^node:dgram$/, only: ['dns/udp.ts'] },
  { what: /^(?:node:)?dns(?:\/promises)?$/, only: [] },
  { what: /^(?:node:)?https?$/, only: [] },
  { what: /^node:child_process$/, only: [] },
  { what: /^ioredis/, only: ['store/redis-client.ts', 'services.ts'] },
  { what: /^(?:fastify|@fastify\/|mercurius)/, only: ['app.ts', 'api/'] },
  { what: /^graphql/, only: ['app.ts', 'api/'] },
  { what: /^nodemailer/, only: ['smtp/'] },
  { what: /^@opentelemetry\//, only: ['telemetry/otel.ts'] },
  { what: /^pino/, only: ['app.ts', 'process.ts', 'log.ts'] },
];

test.for(reserved)('$what only where it belongs', ({ what, only, free = [] }) => {
  const found = imports.filter((i) => what.test(i.target) && !i.typeOnly && !isOneOf(i.file, only));
  const harmless = (i: Import) => i.names.length > 0 && i.names.every((name) => free.includes(name));
  expect(show(found.filter((i) => !harmless(i)))).toEqual([]);
});

test('the environment is read in main alone', () => {
  const readers = [...sources].filter(([, text]) => /process\.env\b/.test(withoutComments(text)));
  expect(readers.map(([file]) => file).filter((file) => file !== 'main.ts')).toEqual([]);
});

// --- arrows -------------------------------------------------------------------------------------------------------------

/** Pure, of no layer: everyone may import these. */
const LEAVES = ['texts/', 'outcome.ts', 'dns/name.ts', 'net/ip.ts', 'smtp/printable.ts'];

/** Layer → what its files may import besides themselves and the leaves; `types` is what only `import type` may name. */
const arrows: Readonly<Record<string, { values: readonly string[]; types?: readonly string[] }>> = {
  texts: { values: [] },
  'outcome.ts': { values: [] },
  dns: { values: ['net/address-policy.ts'], types: ['store/ports.ts'] },
  net: { values: [], types: ['smtp/types.ts'] },
  mx: { values: ['dns/'], types: ['diagnosis/types.ts'] },
  smtp: { values: ['net/'] },
  diagnosis: { values: ['smtp/masks.ts', 'smtp/reply.ts', 'smtp/capabilities.ts'], types: ['mx/', 'smtp/', 'dns/'] },
  articles: { values: [] },
  store: { values: [] },
  operations: {
    values: ['diagnosis/', 'smtp/', 'mx/', 'articles/'],
    types: ['store/ports.ts', 'dns/', 'net/', 'config.ts'],
  },
  api: { values: ['operations/', 'config.ts'], types: ['diagnosis/', 'mx/', 'smtp/', 'log.ts'] },
  telemetry: { values: [], types: ['operations/tracer.ts', 'dns/', 'config.ts'] },
  'config-values.ts': { values: ['store/redis-url.ts'], types: ['operations/types.ts'] },
  'config.ts': { values: ['config-values.ts'], types: ['operations/types.ts'] },
  'services.ts': {
    values: ['dns/', 'mx/', 'net/', 'smtp/', 'store/', 'operations/', 'telemetry/spans.ts'],
    types: ['config.ts', 'diagnosis/'],
  },
  'app.ts': { values: ['api/', 'operations/', 'log.ts'], types: ['services.ts', 'config.ts'] },
  'log.ts': { values: [] },
  // The body of main, imported late so that Node's compile cache holds it too.
  'process.ts': {
    values: ['config.ts', 'services.ts', 'app.ts', 'log.ts', 'api/', 'telemetry/otel.ts'],
    types: ['operations/'],
  },
  'main.ts': { values: ['process.ts'] },
};

test('every file belongs to a layer', () => {
  expect([...new Set(files.map(layerOf))].filter((layer) => !(layer in arrows))).toEqual([]);
});

test.for(Object.keys(arrows))('%s imports only what lies below it', (layer) => {
  const { values, types = [] } = arrows[layer] ?? { values: [] };
  const inside = (i: Import) => layerOf(i.target) === layer || isOneOf(i.target, LEAVES);
  const allowed = (i: Import) => isOneOf(i.target, values) || (i.typeOnly && isOneOf(i.target, types));
  const own = imports.filter((i) => i.relative && layerOf(i.file) === layer);
  expect(show(own.filter((i) => !inside(i) && !allowed(i)))).toEqual([]);
});

test('OpenTelemetry is loaded when traces are wanted, and only then', () => {
  const otel = imports.filter((i) => i.target === 'telemetry/otel.ts' && !i.typeOnly);
  expect(otel.map(({ file, late }) => ({ file, late }))).toEqual([{ file: 'process.ts', late: true }]);
  const types = imports.filter((i) => i.target.startsWith('@opentelemetry/') && i.file !== 'telemetry/otel.ts');
  expect(show(types)).toEqual([]);
});

test('the doors do not know each other', () => {
  const door = (path: string) => /^api\/(rest|graphql)/.exec(path)?.[1];
  const crossing = imports.filter((i) => door(i.file) && door(i.target) && door(i.file) !== door(i.target));
  expect(show(crossing)).toEqual([]);
});

test('no file imports itself in a circle', () => {
  const next = new Map(files.map((file) => [file, imports.filter((i) => i.file === file && !i.typeOnly)]));
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (done.has(file) || path.includes(file)) return;
    for (const i of next.get(file) ?? []) walk(i.target, [...path, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  expect(circles).toEqual([]);
});

// --- pure files ---------------------------------------------------------------------------------------------------------

/** Parsers, judges and texts: the same answer for the same input, with no clock, chance or I/O. */
const PURE = [
  'texts/',
  'outcome.ts',
  'diagnosis/',
  'dns/name.ts',
  'dns/message.ts',
  'net/address-policy.ts',
  'net/ip.ts',
  'smtp/reply.ts',
  'smtp/capabilities.ts',
  'smtp/envelope.ts',
  'smtp/printable.ts',
  'smtp/masks.ts',
];
const isPure = (file: string) => isOneOf(file, PURE) || /^mx\/migration/.test(file);
const pureFiles = files.filter(isPure);

test('pure files import nothing that acts', () => {
  expect(pureFiles.length).toBeGreaterThan(10);
  const harmless = (i: Import) =>
    i.typeOnly || (i.target === 'node:net' && i.names.every((name) => /^isIP/.test(name)));
  const outside = imports.filter((i) => isPure(i.file) && !i.relative && !harmless(i));
  expect(
    show(outside.filter(({ target }) => !['tr46', 'ipaddr.js', 'node:url', 'node:buffer'].includes(target))),
  ).toEqual([]);
});

test('pure files ask no clock and no chance', () => {
  const acts =
    /\bDate\.now\(|\bnew Date\(\)|\bperformance\.|\bMath\.random\(|\bset(?:Timeout|Interval|Immediate)\(|\bfetch\(|\bprocess\./;
  const acting = pureFiles.filter((file) => acts.test(withoutStrings(withoutComments(sources.get(file) ?? ''))));
  expect(acting).toEqual([]);
});
