/**
 * The way of a message from its writer to the mailbox as nodes and edges, and the same drawn as SVG or written as Mermaid.
 * Pure. Holds hosts, numbers and closed sets only, never a stranger's words, and escapes them all the same.
 * A domain that takes no mail is a route too: it ends at DNS.
 */

import { toUnicode } from '../dns/name.ts';
import type { Exchange, MailRoute } from '../mx/types.ts';
import { DRAWING } from '../texts/drawing.ts';
import { type Language, say } from '../texts/text.ts';
import { layOut } from './drawing-layout.ts';
import { mermaidOf } from './drawing-mermaid.ts';
import { svgOf } from './drawing-svg.ts';
import { descriptionOf, titleOf } from './drawing-text.ts';

export type NodeState = 'accepting' | 'deferring' | 'down' | 'unknown';

export type RouteNode = {
  id: string;
  kind: 'sender-client' | 'sender-server' | 'dns' | 'exchange' | 'mailbox';
  label: string;
  host: string | null;
  preference: number | null;
  state: NodeState | null;
};

export type RouteEdge = {
  from: string;
  to: string;
  kind: 'submits' | 'asks' | 'delivers' | 'stores';
  label: string;
  /** 1 is tried first; equal numbers share the load. */
  order: number | null;
  usable: boolean;
};

export type RouteModel = { domain: string; nodes: RouteNode[]; edges: RouteEdge[] };

/** What the drawing needs to know of `delivery`: the state of each host that a sender would try, and its share. */
export type DrawnDelivery = {
  readonly steps: readonly {
    readonly hosts: readonly { readonly host: string; readonly state: NodeState; readonly chance: number }[];
  }[];
};

export function buildRoute(route: MailRoute, delivery: DrawnDelivery, lang: Language): RouteModel {
  const domain = toUnicode(route.domain);
  const common = { host: null, preference: null, state: null };
  const before: RouteNode[] = [
    { ...common, id: 'client', kind: 'sender-client', label: say(DRAWING.client, lang) },
    { ...common, id: 'server', kind: 'sender-server', label: say(DRAWING.server, lang) },
    { ...common, id: 'dns', kind: 'dns', label: say(DRAWING.dns, lang) },
  ];
  const way: RouteEdge[] = [
    edge('client', 'server', 'submits', say(DRAWING.submits, lang), null, true),
    edge('server', 'dns', 'asks', say(DRAWING[route.status === 'implicit' ? 'implicit' : 'asks'], lang), null, true),
  ];
  const mailbox: RouteNode = {
    ...common,
    id: 'mailbox',
    kind: 'mailbox',
    label: say(DRAWING.mailbox, lang, { domain }),
  };
  if (route.status !== 'mx' && route.status !== 'implicit') {
    const end: RouteNode = { ...mailbox, label: say(DRAWING['no-mailbox'], lang, { domain }), state: 'down' };
    way.push(edge('server', 'mailbox', 'delivers', say(DRAWING[route.status], lang), null, false));
    return { domain: route.domain, nodes: [...before, end], edges: way };
  }
  const tried = triedOf(delivery);
  const exchanges = onceEach(route.exchanges).map((exchange, index) => {
    const place = tried.get(exchange.host);
    const state = place?.state ?? (exchange.status === 'failed' ? 'unknown' : 'down');
    const id = `mx${index + 1}`;
    const node: RouteNode = {
      id,
      kind: 'exchange',
      label: exchange.host,
      host: exchange.host,
      preference: exchange.preference,
      state,
    };
    return { node, place, usable: place !== undefined && state !== 'down' };
  });
  for (const { node, place, usable } of exchanges) {
    way.push(edge('server', node.id, 'delivers', choice(place, lang), place?.order ?? null, usable));
  }
  for (const { node, usable } of exchanges) {
    way.push(edge(node.id, 'mailbox', 'stores', say(DRAWING.stores, lang), null, usable));
  }
  return { domain: route.domain, nodes: [...before, ...exchanges.map(({ node }) => node), mailbox], edges: way };
}

type Place = { readonly order: number; readonly state: NodeState; readonly chance: number; readonly alone: boolean };

function triedOf(delivery: DrawnDelivery): Map<string, Place> {
  return new Map(
    delivery.steps.flatMap(({ hosts }, index) =>
      hosts.map(({ host, state, chance }): [string, Place] => [
        host,
        { order: index + 1, state, chance, alone: hosts.length === 1 },
      ]),
    ),
  );
}

function choice(place: Place | undefined, lang: Language): string {
  if (place === undefined) return say(DRAWING['never-tried'], lang);
  if (place.alone) return say(DRAWING.step, lang, { order: place.order });
  return say(DRAWING.share, lang, { order: place.order, percent: Math.round(place.chance * 100) });
}

const edge = (
  from: string,
  to: string,
  kind: RouteEdge['kind'],
  label: string,
  order: number | null,
  usable: boolean,
): RouteEdge => ({ from, to, kind, label, order, usable });

/** A host that is listed twice is tried at its lowest number: the list is sorted, so the first one counts. */
function onceEach(exchanges: readonly Exchange[]): Exchange[] {
  const hosts = new Set<string>();
  return exchanges.filter(({ host }) => !hosts.has(host) && hosts.add(host));
}

export function drawSvg(route: RouteModel, lang: Language): string {
  const title = titleOf(route, lang);
  return svgOf(layOut(route, title, lang), { title, lang, description: descriptionOf(route, lang) });
}

export function drawMermaid(route: RouteModel, lang: Language): string {
  return mermaidOf(route, titleOf(route, lang), lang);
}
