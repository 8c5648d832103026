/**
 * The words of a drawn route and how wide they are. Pure. Widths are estimates on the generous side, since the font is the
 * reader's: a box may be a little too wide, never too narrow.
 */

import { toUnicode } from '../dns/name.ts';
import { DRAWING } from '../texts/drawing.ts';
import { type Language, say } from '../texts/text.ts';
import type { RouteModel, RouteNode } from './drawing.ts';

export const titleOf = (route: RouteModel, lang: Language): string =>
  say(DRAWING.title, lang, { domain: toUnicode(route.domain) });

/** What stands under an exchange's name: its number and how it is. */
export function captionOf(node: RouteNode, lang: Language): string {
  const number = node.preference === null ? [] : [say(DRAWING.preference, lang, { preference: node.preference })];
  const state = node.state === null || node.kind !== 'exchange' ? [] : [say(DRAWING[node.state], lang)];
  return [...number, ...state].join(' · ');
}

/** The picture in a sentence a line, for those who hear it. */
export function descriptionOf(route: RouteModel, lang: Language): string {
  const label = (id: string) => route.nodes.find((node) => node.id === id)?.label ?? id;
  return route.edges
    .filter((edge) => edge.kind === 'delivers')
    .map((edge) => {
      const to = route.nodes.find((node) => node.id === edge.to);
      const caption = to === undefined ? '' : captionOf(to, lang);
      return `${label(edge.to)}: ${[edge.label, caption].filter((part) => part !== '').join(', ')}.`;
    })
    .join('\n');
}

/** In pixels at this font size. Thai vowels above and below and tone marks stand on their consonant and take no room. */
export function widthOf(text: string, size: number): number {
  let ems = 0;
  for (const character of text) ems += /\p{Mn}/u.test(character) ? 0 : emsOf(character);
  return Math.ceil(ems * size);
}

function emsOf(character: string): number {
  if (/[il.,:;'|! ·]/.test(character)) return 0.34;
  if (/[mwMW%]/.test(character)) return 0.95;
  if (/[A-Z]/.test(character)) return 0.72;
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x0e00) return 0.62;
  return point < 0x0e80 ? 0.68 : 1.05;
}

/** A host name of up to 253 characters over several lines, broken behind dots where that is possible. */
export function wrapHost(host: string, most = 36): string[] {
  const lines: string[] = [];
  let rest = host;
  while (rest.length > most) {
    const dot = rest.lastIndexOf('.', most);
    const at = dot > 0 ? dot + 1 : most;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...lines, rest];
}
