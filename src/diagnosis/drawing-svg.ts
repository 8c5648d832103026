/**
 * A laid-out picture as SVG text. Pure. No script, nothing loaded, no link; every text is escaped. Colours follow the reader's
 * light or dark setting; each state has a mark of its own shape, since colour alone is not for everybody.
 */

import type { Language } from '../texts/text.ts';
import {
  type Box,
  CAPTION_LINE,
  CAPTION_SIZE,
  type Label,
  type Line,
  MARGIN,
  NAME_LINE,
  NAME_SIZE,
  PAD,
  type Picture,
  TITLE_LINE,
  TITLE_SIZE,
} from './drawing-layout.ts';

const STYLE = `
svg{--paper:#fff;--ink:#1c2733;--soft:#55626f;--line:#8b98a5;--box:#f4f6f8;--edge:#c3ccd5;--good:#0f7b45;--wait:#8a5a00;--bad:#b3261e;--dim:#6b7682}
@media(prefers-color-scheme:dark){svg{--paper:#12181f;--ink:#e8edf2;--soft:#a9b5c1;--line:#7b8997;--box:#1d2630;--edge:#3c4957;--good:#57d08f;--wait:#f0b74a;--bad:#ff8a80;--dim:#93a0ad}}
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans Thai","Leelawadee UI",Thonburi,Sarabun,Loma,sans-serif;fill:var(--ink)}
.paper{fill:var(--paper)}
.title{font-size:${TITLE_SIZE}px;font-weight:600}
.name{font-size:${NAME_SIZE}px;font-weight:600}
.caption,.label{font-size:${CAPTION_SIZE}px;fill:var(--soft)}
.box{fill:var(--box);stroke:var(--edge);stroke-width:1.5}
.accepting{stroke:var(--good)}.deferring{stroke:var(--wait)}.down{stroke:var(--bad);stroke-dasharray:5 4}.unknown{stroke:var(--dim);stroke-dasharray:2 4}
.now{stroke-width:3}
.mark{fill:none;stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
.mark.accepting{stroke:var(--good)}.mark.deferring{stroke:var(--wait)}.mark.down{stroke:var(--bad);stroke-dasharray:none}.mark.unknown{stroke:var(--dim);stroke-dasharray:none}
.wire{fill:none;stroke:var(--line);stroke-width:1.8}.head{fill:var(--line)}
.wire.chosen{stroke:var(--good);stroke-width:3}.head.chosen{fill:var(--good)}
.wire.unusable{stroke:var(--bad);stroke-dasharray:5 4}.head.unusable{fill:var(--bad)}
.wire.asks{stroke-dasharray:2 4}
`;

export type Words = { readonly title: string; readonly description: string; readonly lang: Language };

export function svgOf(picture: Picture, words: Words): string {
  const { width, height } = picture;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc" lang="${words.lang}">`,
    `<title id="title">${escapeXml(words.title)}</title>`,
    `<desc id="desc">${escapeXml(words.description)}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...picture.heading.map((line, index) => text('title', MARGIN, 38 + index * TITLE_LINE, line)),
    ...picture.lines.map(lineOf),
    ...picture.labels.map(labelOf),
    ...picture.boxes.map(boxOf),
    '</svg>',
    '',
  ].join('\n');
}

/** XML 1.0 §2.4; characters that XML does not allow at all become U+FFFD. */
export function escapeXml(value: string): string {
  return value
    .toWellFormed()
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const text = (kind: string, x: number, y: number, value: string, anchor = 'start'): string =>
  `<text class="${kind}" x="${x}" y="${y}"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}>${escapeXml(value)}</text>`;

const labelOf = (label: Label): string => text('label', label.x, label.y, label.text, label.anchor);

function lineOf({ style, points, arrow }: Line): string {
  const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  const wire = `<path class="wire ${style}" d="${path}"/>`;
  const end = points.at(-1);
  const from = points.at(-2);
  if (!arrow || end === undefined || from === undefined) return wire;
  const [x, y] = end;
  const down = end[0] === from[0];
  const head = down ? `M${x} ${y}l-5 -9h10z` : `M${x} ${y}l-9 -5v10z`;
  return `${wire}<path class="head ${style}" d="${head}"/>`;
}

function boxOf(box: Box): string {
  const { x, y, width, height, state } = box;
  const kinds = ['box', ...(state === null ? [] : [state]), ...(box.chosen ? ['now'] : [])].join(' ');
  const round = box.kind === 'dns' ? height / 2 : 8;
  const names = box.name.map((line, index) => text('name', x + PAD, y + PAD + 11 + index * NAME_LINE, line));
  const bottom = y + PAD + 9 + (box.name.length - 1) * NAME_LINE + CAPTION_LINE + 1;
  const caption =
    box.caption === ''
      ? []
      : [markOf(box, x + PAD + 6, bottom - 4.5), text('caption', x + PAD + 20, bottom, box.caption)];
  return [
    `<rect class="${kinds}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${round}"/>`,
    ...names,
    ...caption,
  ].join('');
}

/** A tick, a clock, a cross, a question mark's circle. */
function markOf({ state }: Box, x: number, y: number): string {
  if (state === null) return '';
  const shapes = {
    accepting: `M${x - 5} ${y}l4 4l7 -8`,
    deferring: `M${x - 5} ${y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0M${x} ${y - 2.5}v2.5h2.5`,
    down: `M${x - 4} ${y - 4}l8 8m0 -8l-8 8`,
    unknown: `M${x - 4} ${y}h8`,
  };
  return `<path class="mark ${state}" d="${shapes[state]}"/>`;
}
