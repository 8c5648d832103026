/**
 * Where everything of a drawn route stands, computed from the lengths of its texts. Pure. Columns from left to right: the
 * sender's program, the sender's server with DNS below it, the exchanges from top to bottom as they are tried, the mailbox.
 * One trunk feeds all exchanges, so that thirty of them cross no line.
 */

import { DRAWING } from '../texts/drawing.ts';
import { type Language, say } from '../texts/text.ts';
import type { RouteEdge, RouteModel, RouteNode } from './drawing.ts';
import { captionOf, widthOf, wrapHost } from './drawing-text.ts';

export type Box = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly kind: RouteNode['kind'];
  readonly state: RouteNode['state'];
  /** Whether it is the host that takes the mail now. */
  readonly chosen: boolean;
  readonly name: readonly string[];
  readonly caption: string;
};

export type LineStyle = 'plain' | 'chosen' | 'unusable' | 'asks';

export type Line = {
  readonly style: LineStyle;
  readonly points: readonly (readonly [number, number])[];
  readonly arrow: boolean;
};

export type Label = {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor: 'start' | 'middle';
};

export type Picture = {
  readonly width: number;
  readonly height: number;
  readonly heading: readonly string[];
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
  readonly labels: readonly Label[];
};

export const NAME_SIZE = 15;
export const CAPTION_SIZE = 13;
export const NAME_LINE = 20;
export const CAPTION_LINE = 18;
export const TITLE_SIZE = 18;
export const TITLE_LINE = 24;
export const PAD = 14;
export const MARGIN = 24;
const ROW_GAP = 14;
const TRUNK = 28;
/** An MX set of a thousand records is hostile; nobody can read more than this. */
const MOST_EXCHANGES = 60;

type Size = {
  readonly width: number;
  readonly height: number;
  readonly name: readonly string[];
  readonly caption: string;
};

export function layOut(route: RouteModel, title: string, lang: Language): Picture {
  const exchanges = route.nodes.filter((node) => node.kind === 'exchange');
  const shown = exchanges.slice(0, MOST_EXCHANGES);
  const columns = columnsOf(route, shown, lang);
  const heading = wrapWords(title, 60);
  const top = MARGIN + heading.length * TITLE_LINE + 20;
  const rows = stack(shown, route, columns, top, lang);
  const bottom = Math.max(top, ...rows.map((row) => row.y + row.height));
  const axis = axisOf(rows, top, bottom);
  const ends = endsOf(route, columns, axis, lang);
  const hidden = exchanges.length - shown.length;
  const rest = say(DRAWING.more, lang, { count: hidden });
  const more: Label[] = hidden > 0 ? [{ x: columns.exchange, y: bottom + 24, text: rest, anchor: 'start' }] : [];
  const wires = wiresOf(route, shown, rows, ends, columns, axis);
  const boxes = [...ends.boxes, ...rows];
  return {
    width: Math.max(...boxes.map((box) => box.x + box.width), MARGIN + Math.max(...heading.map(titleWidth))) + MARGIN,
    height: Math.max(...boxes.map((box) => box.y + box.height), ...more.map((label) => label.y)) + MARGIN,
    heading,
    boxes,
    lines: wires.lines,
    labels: [...wires.labels, ...more],
  };
}

/** Left edges of the columns, and the widths that made them. */
type Columns = {
  readonly client: number;
  readonly server: number;
  readonly exchange: number;
  readonly mailbox: number;
  readonly exchangeWidth: number;
  readonly trunk: number;
  readonly rightTrunk: number;
};

/** Names and the title are semi-bold. */
const BOLD = 1.12;
const titleWidth = (line: string): number => widthOf(line, TITLE_SIZE * BOLD);

const labelWidth = (edges: readonly RouteEdge[]): number =>
  Math.max(0, ...edges.map((edge) => widthOf(edge.label, CAPTION_SIZE)));

function columnsOf(route: RouteModel, shown: readonly RouteNode[], lang: Language): Columns {
  const of = (kind: RouteEdge['kind']) => route.edges.filter((edge) => edge.kind === kind);
  const widthOfNode = (id: string) => nodeOf(route, id, lang).width;
  const client = MARGIN;
  const server = client + widthOfNode('client') + Math.max(64, labelWidth(of('submits')) + 40);
  const serverRight = server + Math.max(widthOfNode('server'), widthOfNode('dns'));
  // The question to DNS stands beside its line, left of the trunk.
  const asked = server + widthOfNode('server') / 2 + 10 + labelWidth(of('asks'));
  const trunk = Math.max(serverRight, asked) + TRUNK;
  const exchange = trunk + labelWidth(of('delivers')) + 44;
  const exchangeWidth = Math.max(0, ...shown.map((node) => sizeOf(node, lang).width));
  const rightTrunk = exchange + exchangeWidth + TRUNK;
  const mailbox = shown.length === 0 ? exchange : rightTrunk + Math.max(48, labelWidth(of('stores')) + 32);
  return { client, server, exchange, mailbox, exchangeWidth, trunk, rightTrunk };
}

function nodeOf(route: RouteModel, id: string, lang: Language): Size & { readonly node: RouteNode } {
  const node = route.nodes.find((each) => each.id === id);
  if (node === undefined) throw new Error(`a route without its node ${id}`);
  return { node, ...sizeOf(node, lang) };
}

function sizeOf(node: RouteNode, lang: Language): Size {
  const name = node.host === null ? wrapWords(node.label) : wrapHost(node.label);
  const caption = captionOf(node, lang);
  // The mark of the state stands in front of the caption.
  const captionWidth = caption === '' ? 0 : widthOf(caption, CAPTION_SIZE) + 20;
  const width = Math.max(captionWidth, ...name.map((line) => widthOf(line, NAME_SIZE * BOLD))) + 2 * PAD;
  const height = name.length * NAME_LINE + (caption === '' ? 0 : CAPTION_LINE) + PAD + 6;
  return { width, height, name, caption };
}

/** Words over several lines; a domain that is too long for one is broken too. */
function wrapWords(text: string, most = 36): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < most) lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(...wrapHost(word, most));
  }
  return lines;
}

function stack(shown: readonly RouteNode[], route: RouteModel, columns: Columns, top: number, lang: Language): Box[] {
  const chosen = chosenOf(route);
  let y = top;
  return shown.map((node) => {
    const size = sizeOf(node, lang);
    const box = boxAt(node, size, columns.exchange, y, columns.exchangeWidth, chosen.has(node.id));
    y += size.height + ROW_GAP;
    return box;
  });
}

/** The first step with somebody who accepts is where mail goes now. */
function chosenOf(route: RouteModel): Set<string> {
  const state = new Map(route.nodes.map((node) => [node.id, node.state]));
  const accepting = route.edges.filter((edge) => edge.order !== null && state.get(edge.to) === 'accepting');
  const first = Math.min(...accepting.map((edge) => edge.order ?? Number.POSITIVE_INFINITY));
  return new Set(accepting.filter((edge) => edge.order === first).map((edge) => edge.to));
}

function boxAt(node: RouteNode, size: Size, x: number, y: number, width: number, chosen: boolean): Box {
  const { height, name, caption } = size;
  return { x, y, width, height, kind: node.kind, state: node.state, chosen, name, caption };
}

/** The height at which mail flows: the middle of a short stack, near the top of a long one (it is read from there). */
function axisOf(rows: readonly Box[], top: number, bottom: number): number {
  if (rows.length === 0) return top + 30;
  return bottom - top > 480 ? top + 150 : (top + bottom) / 2;
}

type Ends = {
  readonly client: Box;
  readonly server: Box;
  readonly dns: Box;
  readonly mailbox: Box;
  readonly boxes: Box[];
};

function endsOf(route: RouteModel, columns: Columns, axis: number, lang: Language): Ends {
  const at = (id: string, x: number, centre: number): Box => {
    const { node, ...size } = nodeOf(route, id, lang);
    return boxAt(node, size, x, centre - size.height / 2, size.width, false);
  };
  const client = at('client', columns.client, axis);
  const server = at('server', columns.server, axis);
  const below = at('dns', columns.server, axis + server.height / 2 + 76);
  const dns = { ...below, x: server.x + server.width / 2 - below.width / 2 };
  const mailbox = at('mailbox', columns.mailbox, axis);
  return { client, server, dns, mailbox, boxes: [client, server, dns, mailbox] };
}

function wiresOf(
  route: RouteModel,
  shown: readonly RouteNode[],
  rows: readonly Box[],
  ends: Ends,
  columns: Columns,
  axis: number,
): { lines: Line[]; labels: Label[] } {
  const { client, server, dns, mailbox } = ends;
  const text = (kind: RouteEdge['kind']) => route.edges.find((edge) => edge.kind === kind)?.label ?? '';
  const middle = server.x + server.width / 2;
  const lines: Line[] = [
    line('plain', true, [client.x + client.width, axis], [server.x, axis]),
    line('asks', true, [middle, server.y + server.height], [middle, dns.y]),
  ];
  const labels: Label[] = [
    { x: (client.x + client.width + server.x) / 2 - 4, y: axis - 8, text: text('submits'), anchor: 'middle' },
    { x: middle + 10, y: (server.y + server.height + dns.y) / 2 + 5, text: text('asks'), anchor: 'start' },
  ];
  if (rows.length === 0) {
    lines.push(line('unusable', true, [server.x + server.width, axis], [mailbox.x, axis]));
    labels.push({ x: columns.trunk + 8, y: axis - 8, text: text('delivers'), anchor: 'start' });
    return { lines, labels };
  }
  const flows = rows.map((row, index): Flow => {
    const edge = route.edges.find((each) => each.kind === 'delivers' && each.to === shown[index]?.id);
    const y = row.y + row.height / 2;
    labels.push({ x: columns.trunk + 10, y: y - 7, text: edge?.label ?? '', anchor: 'start' });
    return { y, row, style: edge?.usable !== true ? 'unusable' : row.chosen ? 'chosen' : 'plain' };
  });
  const usable = flows.filter((flow) => flow.style !== 'unusable');
  // What leaves the exchanges: only from those that can take mail, or, where none can, the way that is missing.
  const leaving = usable.length > 0 ? usable : flows;
  lines.push(
    ...flows.map((flow) => line(flow.style, true, [columns.trunk, flow.y], [flow.row.x, flow.y])),
    ...leaving.map((flow) =>
      line(flow.style, false, [flow.row.x + flow.row.width, flow.y], [columns.rightTrunk, flow.y]),
    ),
    ...trunk(flows, columns.trunk, axis, 'plain'),
    ...trunk(leaving, columns.rightTrunk, axis, usable.length > 0 ? 'plain' : 'unusable'),
    line(throughout(flows, 'plain'), false, [server.x + server.width, axis], [columns.trunk, axis]),
    line(throughout(leaving), true, [columns.rightTrunk, axis], [mailbox.x, axis]),
  );
  labels.push({
    x: columns.rightTrunk + 8,
    y: axis - 8,
    text: usable.length > 0 ? text('stores') : '',
    anchor: 'start',
  });
  return { lines: lines.sort((a, b) => DEPTH[a.style] - DEPTH[b.style]), labels };
}

type Flow = { readonly y: number; readonly row: Box; readonly style: LineStyle };

/** The way mail takes now lies on top where lines share a stretch. */
const DEPTH: Readonly<Record<LineStyle, number>> = { asks: 0, unusable: 1, plain: 2, chosen: 3 };

/** The style of the stretch that all flows share. */
function throughout(flows: readonly Flow[], least: LineStyle = 'unusable'): LineStyle {
  return flows.reduce<LineStyle>((style, flow) => (DEPTH[flow.style] > DEPTH[style] ? flow.style : style), least);
}

/** The upright that joins the flows to the axis, and over it the part that leads to the chosen ones. */
function trunk(flows: readonly Flow[], x: number, axis: number, style: LineStyle): Line[] {
  const span = (of: readonly Flow[], as: LineStyle): Line[] => {
    const ys = [axis, ...of.map((flow) => flow.y)];
    return of.length === 0 ? [] : [line(as, false, [x, Math.min(...ys)], [x, Math.max(...ys)])];
  };
  const chosen = flows.filter((flow) => flow.style === 'chosen');
  return [...span(flows, style), ...span(chosen, 'chosen')];
}

const line = (style: LineStyle, arrow: boolean, ...points: [number, number][]): Line => ({ style, points, arrow });
