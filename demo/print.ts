/** How the demo shows answers of the service: pure text from JSON. A member that is not there is an error naming it. */

export type Json = Record<string, unknown>;

export const heading = (title: string) => `\n${title}\n${'─'.repeat(Math.min(title.length, 100))}`;

/** A text of several lines moves as a whole. */
export const indent = (lines: readonly string[]) =>
  lines.flatMap((text) => text.split('\n')).map((line) => `  ${line}`);

export function member<T>(object: Json, name: string, is: (value: unknown) => value is T): T {
  const value = object[name];
  if (!is(value)) throw new Error(`the answer has no proper ${name}: ${JSON.stringify(object).slice(0, 300)}`);
  return value;
}

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isNumber = (value: unknown): value is number => typeof value === 'number';
export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
export const isList = (value: unknown): value is Json[] => Array.isArray(value) && value.every(isObject);

const text = (object: Json, name: string) => member(object, name, isText);
const list = (object: Json, name: string) => member(object, name, isList);

export function mxLines(answer: Json): string[] {
  return list(answer, 'exchanges').map((exchange) => {
    const addresses = list(exchange, 'addresses').map((address) => text(address, 'ip'));
    const preference = String(member(exchange, 'preference', isNumber)).padStart(4);
    return `${preference}  ${text(exchange, 'host').padEnd(30)} ${addresses.join(' ') || text(exchange, 'status')}`;
  });
}

/** A long text under its label, the lines after the first in line with it. */
const labelled = (label: string, said: string) => `${label.padEnd(5)}${said.replaceAll('\n', '\n     ')}`;

export function findingLines(answer: Json): string[] {
  return list(answer, 'findings').flatMap((finding) => [
    `${text(finding, 'severity')} ${text(finding, 'code')} (${text(finding, 'confidence')}): ${text(finding, 'title')}`,
    ...indent([labelled('why', text(finding, 'explanation')), labelled('do', text(finding, 'fix'))]),
    ...indent(member(finding, 'evidence', Array.isArray).map((line) => labelled('saw', String(line)))),
  ]);
}

export const transcriptLines = (holder: Json) =>
  list(holder, 'transcript').map((line) => `${text(line, 'from')}: ${text(line, 'line')}`);

/** The dialogue of the hosts that something is wrong with; of the others what they can do. */
export function probeLines(probe: Json): string[] {
  const hosts = list(probe, 'hosts').flatMap((host) => {
    const head = `${text(host, 'host')}: ${text(host, 'outcome')} (${text(host, 'stage')})`;
    const well = list(host, 'findings').length === 0;
    return well ? [`${head}, ${abilities(host)}`] : [head, ...indent(transcriptLines(host))];
  });
  return [...hosts, '', ...findingLines(probe)];
}

function abilities(host: Json): string {
  const capabilities = member(host, 'capabilities', isObject);
  const keywords = list(capabilities, 'extensions').map((extension) => text(extension, 'keyword'));
  const { protocol } = member(host, 'tls', isObject);
  return [isText(protocol) ? protocol : 'no TLS', ...keywords].join(' ');
}

export function planLines(plan: Json): string[] {
  const stages = list(plan, 'stages').flatMap((stage) => [
    `${text(stage, 'name')}, not before ${text(stage, 'notBefore')}`,
    ...indent([...member(stage, 'records', Array.isArray).map(String), text(stage, 'why')]),
  ]);
  const warnings = list(plan, 'warnings').map(
    (warning) => `warning: ${text(warning, 'code')}: ${text(warning, 'title')}`,
  );
  return [...stages, ...warnings];
}

export function sendLines(send: Json): string[] {
  const attempts = list(send, 'attempts').flatMap((attempt) => [
    `${text(attempt, 'host')}: ${text(attempt, 'outcome')}`,
    ...indent(transcriptLines(attempt)),
  ]);
  return [
    ...attempts,
    `status ${text(send, 'status')}, queue id ${String(send.queueId)}, by ${String(send.acceptedBy)}`,
  ];
}
