/**
 * The route as a Mermaid flowchart. Pure. Labels are quoted, and every character with a meaning in Mermaid, HTML or Markdown
 * is written as an entity code, so that no name can end a label or start a tag.
 */

import type { Language } from '../texts/text.ts';
import type { RouteEdge, RouteModel, RouteNode } from './drawing.ts';
import { captionOf } from './drawing-text.ts';

const CLASSES = [
  'classDef accepting stroke:#0f7b45,stroke-width:2px',
  'classDef deferring stroke:#b07300,stroke-width:2px',
  'classDef down stroke:#b3261e,stroke-width:2px,stroke-dasharray:5 4',
  'classDef unknown stroke:#6b7682,stroke-width:2px,stroke-dasharray:2 4',
];

export function mermaidOf(route: RouteModel, title: string, lang: Language): string {
  return [
    'flowchart LR',
    `  accTitle: ${entities(title)}`,
    ...route.nodes.map((node) => `  ${nodeOf(node, lang)}`),
    ...route.edges.map((edge) => `  ${edgeOf(edge)}`),
    ...CLASSES.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

function nodeOf(node: RouteNode, lang: Language): string {
  const caption = captionOf(node, lang);
  const label = `"${entities(node.label)}${caption === '' ? '' : `<br/>${entities(caption)}`}"`;
  const shape = node.kind === 'dns' ? `[(${label})]` : node.kind === 'exchange' ? `[${label}]` : `(${label})`;
  return `${node.id}${shape}${node.state === null ? '' : `:::${node.state}`}`;
}

function edgeOf({ from, to, kind, label, usable }: RouteEdge): string {
  const arrow = kind === 'asks' || !usable ? '-.->' : '-->';
  return `${from} ${arrow}|"${entities(label)}"| ${to}`;
}

/** Letters, marks, digits and a few harmless signs stay; the rest is `#NN;`, as Mermaid writes entities. */
const entities = (value: string): string =>
  value.replace(/[^\p{L}\p{M}\p{N} .,:·_-]/gu, (character) => `#${character.codePointAt(0)};`);
