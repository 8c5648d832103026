import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildRoute, type DrawnDelivery, drawMermaid, drawSvg, type NodeState } from '../../src/diagnosis/drawing.ts';
import { layOut, NAME_SIZE, PAD } from '../../src/diagnosis/drawing-layout.ts';
import { escapeXml } from '../../src/diagnosis/drawing-svg.ts';
import { widthOf, wrapHost } from '../../src/diagnosis/drawing-text.ts';
import type { Domain } from '../../src/dns/name.ts';
import type { ExchangeStatus, MailRoute, MxStatus } from '../../src/mx/types.ts';
import type { Route } from '../../src/operations/contract.ts';
import { DRAWING } from '../../src/texts/drawing.ts';

type Host = { preference: number; host: string; state?: NodeState; status?: ExchangeStatus };

function mail(domain: string, status: MxStatus, hosts: Host[]): [MailRoute, DrawnDelivery] {
  const once = hosts.filter((host, index) => hosts.findIndex((other) => other.host === host.host) === index);
  const tried = once.filter((host) => (host.status ?? 'ok') === 'ok');
  const steps = [...new Set(tried.map((host) => host.preference))].map((preference) => {
    const group = tried.filter((host) => host.preference === preference);
    return { hosts: group.map(({ host, state }) => ({ host, state: state ?? 'accepting', chance: 1 / group.length })) };
  });
  const exchanges = hosts.map(({ preference, host, status: kind }) => ({
    preference,
    host,
    ttl: 60,
    status: kind ?? 'ok',
    addresses: [],
  }));
  const route: MailRoute = {
    domain: domain as Domain,
    canonical: null,
    status,
    exchanges,
    deliveryOrder: [],
    ttl: 60,
    dnssec: 'unknown',
    records: [],
    resolvedAt: 0,
    expiresAt: 0,
    cache: { state: 'miss', layer: null },
  };
  return [route, { steps }];
}

const nectec = mail('nectec.or.th', 'mx', [
  { preference: 10, host: 'imail.nectec.or.th', state: 'down' },
  { preference: 20, host: 'maildr.nectec.or.th' },
]);

describe('buildRoute', () => {
  it('leads from the sender over DNS and the exchanges in order to the mailbox', () => {
    // The drawn route is the contract's.
    const route: Route = buildRoute(...nectec, 'en');
    expect(route.nodes.map((node) => [node.id, node.kind, node.state])).toEqual([
      ['client', 'sender-client', null],
      ['server', 'sender-server', null],
      ['dns', 'dns', null],
      ['mx1', 'exchange', 'down'],
      ['mx2', 'exchange', 'accepting'],
      ['mailbox', 'mailbox', null],
    ]);
    expect(route.edges.map(({ from, to, kind, order, usable }) => [from, to, kind, order, usable])).toEqual([
      ['client', 'server', 'submits', null, true],
      ['server', 'dns', 'asks', null, true],
      ['server', 'mx1', 'delivers', 1, false],
      ['server', 'mx2', 'delivers', 2, true],
      ['mx1', 'mailbox', 'stores', null, false],
      ['mx2', 'mailbox', 'stores', null, true],
    ]);
  });

  it.each(['null-mx', 'none', 'nxdomain'] as const)('ends at DNS for %s', (status) => {
    for (const lang of ['en', 'th'] as const) {
      const route = buildRoute(...mail('example.com', status, []), lang);
      expect(route.nodes.at(-1)).toMatchObject({ kind: 'mailbox', state: 'down' });
      expect(route.edges.at(-1)).toMatchObject({ to: 'mailbox', label: DRAWING[status][lang], usable: false });
      expect(drawSvg(route, lang)).toContain(escapeXml(DRAWING[status][lang]));
    }
  });

  it('knows an implicit exchange, one that cannot be tried, one whose lookup failed, and one listed twice', () => {
    const implicit = buildRoute(...mail('example.com', 'implicit', [{ preference: 0, host: 'example.com' }]), 'en');
    expect(implicit.edges.find((edge) => edge.kind === 'asks')?.label).toBe(DRAWING.implicit.en);
    const [route, delivery] = mail('example.com', 'mx', [
      { preference: 5, host: 'gone.example', status: 'nxdomain' },
      { preference: 6, host: 'failed.example', status: 'failed' },
      { preference: 7, host: 'twice.example' },
      { preference: 8, host: 'twice.example' },
    ]);
    const built = buildRoute(route, delivery, 'en');
    const exchanges = built.nodes.filter((node) => node.kind === 'exchange');
    expect(exchanges.map((node) => [node.host, node.preference, node.state])).toEqual([
      ['gone.example', 5, 'down'],
      ['failed.example', 6, 'unknown'],
      ['twice.example', 7, 'accepting'],
    ]);
    const ways = built.edges.filter((edge) => edge.kind === 'delivers');
    expect(ways.map((edge) => [edge.label, edge.order, edge.usable])).toEqual([
      ['cannot be tried', null, false],
      ['cannot be tried', null, false],
      ['choice 1', 1, true],
    ]);
  });

  it('says what share each of several equals gets, and writes a Thai domain in Thai', () => {
    const four = mail(
      'xn--o3cw4h.example',
      'mx',
      [1, 2, 3, 4].map((n) => ({ preference: 5, host: `mx${n}.example` })),
    );
    const route = buildRoute(...four, 'th');
    expect(route.edges.filter((edge) => edge.order === 1).map((edge) => edge.label)).toEqual(
      Array(4).fill('ลำดับที่ 1 (25%)'),
    );
    expect(route.nodes.at(-1)?.label).toBe('กล่องจดหมายที่ ไทย.example');
    expect(route.domain).toBe('xn--o3cw4h.example');
  });
});

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9_-]{0,20}[a-z0-9])?$/);
const hosts = fc.array(
  fc.record({
    preference: fc.nat(65_535),
    host: fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => `${labels.join('.')}.example`),
    state: fc.constantFrom<NodeState>('accepting', 'deferring', 'down', 'unknown'),
    status: fc.constantFrom<ExchangeStatus>('ok', 'nxdomain', 'failed'),
  }),
  { maxLength: 80 },
);

/** Every start tag is closed in order, and nothing but tags and escaped text is there. */
function wellFormed(svg: string): void {
  const open: string[] = [];
  const rest = svg.replace(
    /<(\/?)([a-z]+)((?: [a-zA-Z-]+="[^"<&]*")*)(\/?)>/g,
    (_, close, name, _attributes, empty) => {
      if (close) expect(open.pop()).toBe(name);
      else if (!empty) open.push(name);
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]|&(?!#\d+;)/);
}

describe('drawSvg', () => {
  it('draws any route: well formed, nothing overlaps, every name inside its box, all of it on the page', () => {
    fc.assert(
      fc.property(hosts, fc.constantFrom('en' as const, 'th' as const), (list, lang) => {
        const route = buildRoute(...mail('example.com', 'mx', list), lang);
        const svg = drawSvg(route, lang);
        wellFormed(svg);
        const picture = layOut(route, 'title', lang);
        for (const [index, box] of picture.boxes.entries()) {
          expect(box.x + box.width).toBeLessThan(picture.width);
          expect(box.y + box.height).toBeLessThan(picture.height);
          expect(box.y).toBeGreaterThan(0);
          for (const name of box.name) expect(widthOf(name, NAME_SIZE)).toBeLessThanOrEqual(box.width - 2 * PAD);
          for (const other of picture.boxes.slice(index + 1)) {
            const apart =
              box.x + box.width <= other.x ||
              other.x + other.width <= box.x ||
              box.y + box.height <= other.y ||
              other.y + other.height <= box.y;
            expect(apart, `${box.name} and ${other.name}`).toBe(true);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('loads nothing, runs nothing, follows light and dark, and can be read aloud', () => {
    const svg = drawSvg(buildRoute(...nectec, 'en'), 'en');
    expect(svg).not.toMatch(/<script|<image|<use|<foreignObject|<a |href|url\(|@import|on[a-z]+=/i);
    expect(svg.match(/https?:\/\/[^"]+/g)).toEqual(['http://www.w3.org/2000/svg']);
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).toContain('<title id="title">How mail reaches nectec.or.th</title>');
    expect(svg).toContain('imail.nectec.or.th: choice 1, preference 10 · down.');
  });

  it('escapes what would never pass as a host name', () => {
    const evil = '"><script>alert(1)</script>&amp;\u0000';
    const route = buildRoute(...mail(evil, 'mx', [{ preference: 1, host: evil }]), 'en');
    const svg = drawSvg(route, 'en');
    wellFormed(svg);
    expect(svg).not.toContain('<script');
    expect(svg).not.toContain('\u0000');
    expect(drawMermaid(route, 'en')).not.toMatch(/<(?!br\/>)|alert\(/);
  });

  it('leaves out what nobody could read, and says so', () => {
    const many = Array.from({ length: 500 }, (_, index) => ({ preference: index, host: `mx${index}.example` }));
    const svg = drawSvg(buildRoute(...mail('example.com', 'mx', many), 'en'), 'en');
    expect(svg).toContain('and 440 more');
    expect(svg.length).toBeLessThan(100_000);
  });
});

describe('drawMermaid', () => {
  it('writes one line a node and an edge, labels quoted', () => {
    expect(
      drawMermaid(buildRoute(...nectec, 'en'), 'en')
        .split('\n')
        .slice(0, 14),
    ).toEqual([
      'flowchart LR',
      '  accTitle: How mail reaches nectec.or.th',
      '  client("Sender#8217;s mail program")',
      '  server("Sender#8217;s mail server")',
      '  dns[("DNS")]',
      '  mx1["imail.nectec.or.th<br/>preference 10 · down"]:::down',
      '  mx2["maildr.nectec.or.th<br/>preference 20 · accepting"]:::accepting',
      '  mailbox("Mailbox at nectec.or.th")',
      '  client -->|"sends"| server',
      '  server -.->|"who takes the mail#63;"| dns',
      '  server -.->|"choice 1"| mx1',
      '  server -->|"choice 2"| mx2',
      '  mx1 -.->|"delivers"| mailbox',
      '  mx2 -->|"delivers"| mailbox',
    ]);
  });
});

describe('texts on the page', () => {
  it.each([
    ['short.example', ['short.example']],
    ['a'.repeat(36), ['a'.repeat(36)]],
    [`${'a'.repeat(30)}.${'b'.repeat(30)}.example`, [`${'a'.repeat(30)}.`, `${'b'.repeat(30)}.`, 'example']],
    ['c'.repeat(40), ['c'.repeat(36), 'cccc']],
  ])('wraps %s behind dots', (host, lines) => {
    expect(wrapHost(host)).toEqual(lines);
  });

  it('gives Thai marks no width of their own', () => {
    expect(widthOf('ที่', 10)).toBe(widthOf('ท', 10));
    expect(widthOf('กำ', 10)).toBeGreaterThan(widthOf('ก', 10));
  });
});
