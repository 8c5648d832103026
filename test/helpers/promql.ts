/**
 * As much of PromQL as it takes to say which series an expression names: selectors with their matchers, and the labels that
 * results are grouped by. Throws for what it does not know rather than overlook it.
 */

export type Matcher = { readonly label: string; readonly op: '=' | '!=' | '=~' | '!~'; readonly value: string };
export type Selector = { readonly metric: string; readonly matchers: readonly Matcher[] };
export type Named = { readonly selectors: readonly Selector[]; readonly labels: readonly string[] };

const TOKEN =
  /\s+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[a-zA-Z_:][a-zA-Z0-9_:]*|\d+(?:\.\d+)?[a-z]*|[=!]~|[=!<>]=|[-+*/%^(){}[\],=<>]/y;
const GROUPING = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const OPERATORS = new Set(['and', 'or', 'unless', 'bool', 'offset']);

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) throw new Error(`not PromQL at ${at}: ${text}`);
    if (token.trim() !== '') tokens.push(token);
  }
  return tokens;
}

export function namedIn(expression: string): Named {
  const tokens = tokensOf(expression);
  const selectors: Selector[] = [];
  const labels: string[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const [token = '', next] = [tokens[i], tokens[i + 1]];
    if (token === '[') i = tokens.indexOf(']', i);
    if (!/^[a-zA-Z_:]/.test(token) || OPERATORS.has(token)) continue;
    if (GROUPING.has(token) && next === '(') {
      const end = tokens.indexOf(')', i);
      labels.push(...tokens.slice(i + 2, end).filter((one) => one !== ','));
      i = end;
    } else if (next === '{') {
      const end = tokens.indexOf('}', i);
      selectors.push({ metric: token, matchers: matchersOf(tokens.slice(i + 2, end)) });
      i = end;
    } else if (next !== '(' && !GROUPING.has(next ?? '')) {
      selectors.push({ metric: token, matchers: [] });
    }
  }
  return { selectors, labels };
}

function matchersOf(tokens: readonly string[]): Matcher[] {
  const matchers: Matcher[] = [];
  for (let i = 0; i < tokens.length; i += 4) {
    const [label = '', op = '', value = '', comma] = tokens.slice(i, i + 4);
    if (!/^(?:=|!=|=~|!~)$/.test(op) || (comma !== undefined && comma !== ',')) throw new Error(tokens.join(' '));
    matchers.push({ label, op: op as Matcher['op'], value: value.slice(1, -1) });
  }
  return matchers;
}

export type Series = { readonly metric: string; readonly labels: Readonly<Record<string, string>> };

/** The series of a Prometheus exposition. */
export function seriesOf(exposition: string): Series[] {
  return exposition.split('\n').flatMap((line): Series[] => {
    const [, metric, inside = ''] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (metric === undefined) return [];
    const labels = [...inside.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g)];
    return [{ metric, labels: Object.fromEntries(labels.map(([, name = '', value = '']) => [name, value])) }];
  });
}

export function matches({ labels }: Series, { label, op, value }: Matcher): boolean {
  const is = labels[label] ?? '';
  const fits = op.endsWith('~') ? new RegExp(`^(?:${value})$`).test(is) : is === value;
  return op.startsWith('!') ? !fits : fits;
}
