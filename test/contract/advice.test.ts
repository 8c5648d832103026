/** Contract §5 from outside: reports, drawings, explanations, migrations and articles, over real sockets on ports 25 and 53. */

import { afterAll, describe, expect, test } from 'vitest';
import { zoneServer } from '../helpers/dns-server.ts';
import { ok, type Script } from '../helpers/smtp-server.ts';
import { a, codes, type Finding, mx, type Service, startWorld, withTls } from './world.ts';

type Report = {
  readonly probe: { readonly id: string; readonly hosts: readonly unknown[]; readonly findings: readonly Finding[] };
  readonly delivery: {
    readonly delivers: boolean | null;
    readonly firstChoice: string | null;
    readonly steps: readonly { readonly hosts: readonly { readonly host: string; readonly state: string }[] }[];
    readonly summary: string;
  };
  readonly verdict: string;
  readonly findings: readonly (Finding & { readonly references: readonly string[] })[];
  readonly summary: string;
};

const isRoot = process.getuid?.() === 0;
const MARKER = 'Zq9Marker';
const world = await startWorld('127.143');
const [service, watched] = await Promise.all([world.service(), world.service({ CANARY: 'canary.desk.example:25' })]);
afterAll(() => world.close());

const report = async (domain: string, lang = 'en', of: Service = service) => {
  const { status, headers, body } = await of.get<Report>(`/v1/domains/${domain}/report?lang=${lang}`);
  expect([status, headers['content-language']]).toEqual([200, lang]);
  return body;
};

let count = 0;
/** A domain with one exchange, which does this on port 25. */
async function domainOf(script: Script): Promise<string> {
  count++;
  const domain = `d${count}.example`;
  const server = await world.mail(`1.${count}`, script, 25);
  world.publish({ [domain]: mx(3600, [10, `mx.${domain}`]), [`mx.${domain}`]: a(3600, server.host) });
  return domain;
}

describe.skipIf(!isRoot)('a report (root alone may listen where it looks)', () => {
  const LISTED = '554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org';
  test.for<readonly [string, Script, string, boolean | null, string]>([
    ['accepts', {}, 'accepting', true, 'good'],
    ['hangs up', { greeting: [{ close: true }] }, 'down', false, 'broken'],
    ['says 554', { greeting: ok('554 no') }, 'down', false, 'broken'],
    ['says 421', { greeting: ok('421 later') }, 'deferring', false, 'degraded'],
    ['says 421 to EHLO', { on: { EHLO: ok('421 later') } }, 'deferring', false, 'degraded'],
    ['refuses EHLO and HELO', { on: { EHLO: ok('500 a'), HELO: ok('550 b') } }, 'down', false, 'broken'],
    ['means us', { greeting: ok(LISTED) }, 'unknown', null, 'unknown'],
    ['means us after EHLO and HELO', { on: { EHLO: ok(LISTED), HELO: ok(LISTED) } }, 'unknown', null, 'unknown'],
    [
      'breaks off at STARTTLS',
      { on: { EHLO: ok('250-mx', '250 STARTTLS'), STARTTLS: [{ close: true }] } },
      'accepting',
      true,
      'degraded',
    ],
    ['is masked', { greeting: ok('220 ****************'), on: { EHLO: ok('500 x') } }, 'accepting', true, 'degraded'],
    [
      `says ${MARKER}`,
      { greeting: ok(`220 ${MARKER} <b>"&`), on: { EHLO: ok(`250-${MARKER}`, `250 ${MARKER}`) } },
      'accepting',
      true,
      'good',
    ],
  ])('of a domain whose only server %s', async ([, script, state, delivers, verdict]) => {
    const domain = await domainOf(script);
    const [en, th] = [await report(domain), await report(domain, 'th')];
    expect([en.delivery.steps[0]?.hosts[0]?.state, en.delivery.delivers, en.verdict]).toEqual([
      state,
      delivers,
      verdict,
    ]);
    expect([th.verdict, codes(th.findings)]).toEqual([en.verdict, codes(en.findings)]);
    expect(th.findings.map(({ evidence }) => evidence)).toEqual(en.findings.map(({ evidence }) => evidence));
    for (const { summary, delivery, findings } of [en, th]) {
      const told = [
        summary,
        delivery.summary,
        ...findings.flatMap(({ title, explanation, fix }) => [title, explanation, fix]),
      ];
      expect(told.filter((text) => text === '' || text.includes(MARKER) || /\{\w+\}|undefined/.test(text))).toEqual([]);
    }
    expect([/[ก-๙]/.test(en.summary), /[ก-๙]/.test(th.summary)]).toEqual([false, true]);
    const found = await service.get<Report['probe']>(`/v1/probes/${en.probe.id}`);
    expect(found.body).toEqual(en.probe);
    for (const reference of en.findings.flatMap(({ references }) => references)) {
      if (reference.startsWith('/'))
        expect([reference, (await service.get(reference)).status]).toEqual([reference, 200]);
      else expect(reference).toMatch(/^https:\/\//);
    }
  });

  test('no verdict rests on a port that leads elsewhere', async () => {
    const greeting = ok('220 outbound.isp.example ESMTP');
    const domain = await domainOf({ greeting });
    await world.mail('127.145.9.1', { greeting }, 25);
    world.publish({ 'canary.desk.example': a(300, '127.145.9.1') });
    const told = await report(domain, 'en', watched);
    expect(codes(told.probe.findings)).toEqual(['port-redirected']);
    expect([told.delivery.steps[0]?.hosts[0]?.state, told.delivery.delivers, told.verdict]).toEqual([
      'unknown',
      null,
      'unknown',
    ]);
  });

  test('goes on past a first server that is down, and says so', async () => {
    const live = await domainOf(withTls(await world.certificate([`mx.d${count + 1}.example`])));
    world.publish({
      'ladder.example': mx(3600, [10, 'down.ladder.example'], [20, `mx.${live}`]),
      'down.ladder.example': a(3600, world.address('9.9')),
    });
    const told = await report('ladder.example');
    expect([told.delivery.firstChoice, told.verdict]).toEqual([`mx.${live}`, 'degraded']);
    expect(told.summary).toContain('down.ladder.example');
  });
});

test.for([
  ['null', { 'null.example': mx(60, [0, '']) }, 'no-mail', 'mx-null'],
  ['none', { 'none.example': {} }, 'broken', 'mx-none'],
  ['nowhere', {}, 'broken', 'mx-nxdomain'],
] as const)(
  'a report of a domain that takes no mail (%s) holds a probe of nobody',
  async ([name, names, verdict, code]) => {
    world.publish(names);
    const told = await report(`${name}.example`);
    expect([told.verdict, told.delivery.delivers, told.delivery.steps, told.probe.hosts]).toEqual([
      verdict,
      false,
      [],
      [],
    ]);
    expect([codes(told.probe.findings), codes(told.findings)]).toEqual([[code], [code]]);
  },
);

describe('drawings', () => {
  /** Every tag closed in order, every attribute in quotes, no entity but those of XML, no character that XML forbids. */
  function wellFormed(xml: string): void {
    const open: string[] = [];
    const rest = xml.replace(
      /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<&]*(?:&(?:amp|lt|gt|quot|#\d+);[^"<&]*)*")*)\s*(\/?)>/g,
      (_, end, name, _attributes, self) => {
        if (end) expect(open.pop()).toBe(name);
        else if (!self) open.push(name);
        return '';
      },
    );
    expect(open).toEqual([]);
    expect(rest.replace(/&(?:amp|lt|gt|quot|apos|#\d+);/g, '')).not.toMatch(/[<&\x00-\x08\x0b\x0c\x0e-\x1f]/);
  }

  test.for(['en', 'th'])('hold nothing of a stranger’s that could act, in %s', async (lang) => {
    world.publish({
      'odd.example': mx(3600, [10, 'a"b<script>&amp;]].odd.example'], [20, '127.0.0.1'], [30, 'gone.odd.example']),
    });
    const svg = await service.get<string>(`/v1/domains/odd.example/route.svg?lang=${lang}`);
    expect(svg.status).toBe(200);
    expect(svg.headers).toMatchObject({
      'content-language': lang,
      'content-security-policy': 'sandbox',
      'content-type': 'image/svg+xml; charset=utf-8',
    });
    wellFormed(svg.body);
    expect(svg.body).not.toMatch(/<script|<a\b|<image|<use|<foreignObject|\bhref|\bon\w+=|url\((?!#)|@import/i);
    const mermaid = await service.get<string>(`/v1/domains/odd.example/route.mmd?lang=${lang}`);
    expect(mermaid.headers).toMatchObject({ 'content-language': lang, 'content-type': 'text/plain; charset=utf-8' });
    for (const line of mermaid.body.split('\n')) expect((line.match(/"/g) ?? []).length % 2).toBe(0);
    expect(mermaid.body).not.toMatch(/script>|click |href/i);
    const { body } = await service.get<{ nodes: { id: string }[]; edges: { from: string; to: string }[] }>(
      `/v1/domains/odd.example/route?lang=${lang}`,
    );
    const ids = body.nodes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { from, to } of body.edges) expect(ids).toEqual(expect.arrayContaining([from, to]));
  });
});

describe('explanations', () => {
  type Explanation = {
    readonly replies: readonly { readonly code: number; readonly enhanced: string | null; readonly class: string }[];
    readonly findings: readonly Finding[];
    readonly summary: string;
  };
  const explain = (text: string, lang = 'en') => service.post<Explanation>(`/v1/explanations?lang=${lang}`, { text });

  test('a pasted session is judged like a live one, however long its lists are', async () => {
    const words = Array.from({ length: 60 }, (_, i) => `250-KEYWORD${i}`);
    const session = [
      '220 mx.example ESMTP',
      'EHLO desk.example',
      '250-mx.example',
      ...words,
      '250 XXXXXXXA',
      'QUIT',
      '221 bye',
    ];
    for (const end of ['\r\n', '\n']) {
      const { status, body } = await explain(session.join(end));
      expect([status, codes(body.findings)]).toEqual([200, ['esmtp-inspection', 'starttls-stripped']]);
      expect(body.findings[0]?.evidence).toEqual(['EHLO: 250 XXXXXXXA']);
    }
  });

  test.for<readonly [string, number, readonly (readonly [number, string | null, string])[]]>([
    ['500 #5.5.1 command not recognized', 200, [[500, '5.5.1', 'permanent']]],
    ['550-5.7.26 This mail\r\n550-5.7.26 is\r\n550 5.7.26 unauthenticated', 200, [[550, '5.7.26', 'permanent']]],
    ['354 go ahead', 200, [[354, null, 'intermediate']]],
    ['From 192.0.2.250 to port 587, 550 KB, in 2024 and 2550', 200, []],
    ['nothing to see', 200, []],
    ['x'.repeat(65_536), 200, []],
    ['x'.repeat(65_537), 413, []],
    ['ก'.repeat(21_845), 200, []],
    ['ก'.repeat(21_846), 413, []],
    [' \n\t ', 400, []],
  ])('%#', async ([text, status, replies]) => {
    const answer = await explain(text);
    expect(answer.status).toBe(status);
    if (status !== 200) return;
    expect(answer.body.replies.map((reply) => [reply.code, reply.enhanced, reply.class])).toEqual(replies);
    expect(answer.body.summary.length).toBeGreaterThan(10);
    expect((await explain(text, 'th')).body.summary).toMatch(/[ก-๙]/);
  });
});

describe.skipIf(!isRoot)('a move, seen at the zone’s own servers', () => {
  type Check = {
    readonly stage: string;
    readonly waitUntil: string | null;
    readonly safeToRetire: boolean;
    readonly consistent: boolean;
    readonly authoritative: readonly { readonly records: readonly string[]; readonly error: string | null }[];
    readonly findings: readonly Finding[];
  };
  type Plan = { readonly stages: readonly { readonly name: string; readonly records: readonly string[] }[] };

  test('each stage of the plan is what the check then finds', async () => {
    const hosts = {
      'ns1.move.example': a(3600, world.address('53.1')),
      'ns2.move.example': a(3600, world.address('53.2')),
      'old.move.example': a(3600, world.address('8.1')),
      'new.isp.example': a(3600, world.address('8.2')),
    };
    const servers = await Promise.all(
      ['53.1', '53.2'].map((at) => zoneServer({ names: {}, authoritative: true }, world.address(at), 53)),
    );
    const NS = { ttl: 3600, data: [{ host: 'ns1.move.example' }, { host: 'ns2.move.example' }] };
    const serve = (records: Parameters<typeof mx>[1][], at = servers) => {
      const zone = { 'move.example': { ...mx(3600, ...records), NS } };
      for (const server of at) server.world = { ...server.world, names: { ...hosts, ...zone } };
      world.publish({ ...hosts, ...zone });
    };
    const check = async () => {
      const body = { domain: 'move.example', oldHost: 'old.move.example', newHost: 'new.isp.example' };
      return (await service.post<Check>('/v1/migrations/check', body)).body;
    };
    const published = (records: readonly string[]) =>
      records.map((line) => {
        const [, , , , preference = '', host = ''] = line.split(' ');
        return [Number(preference), host.replace(/\.$/, '')] as const;
      });
    await world.mail('8.1', {}, 25);
    serve([[10, 'old.move.example']]);
    expect(await check()).toMatchObject({ stage: 'not-started', safeToRetire: false, consistent: true });
    const plan = await service.post<Plan>('/v1/migrations/plan', {
      domain: 'move.example',
      newExchanges: [{ host: 'new.isp.example' }],
    });
    expect(plan.body.stages.map(({ name }) => name)).toEqual(['publish', 'wait', 'cut-over', 'observe', 'retire']);
    const recordsOf = (stage: string) => published(plan.body.stages.find(({ name }) => name === stage)?.records ?? []);

    serve(recordsOf('publish'));
    const begun = await check();
    expect(begun).toMatchObject({ stage: 'published', safeToRetire: false, consistent: true });
    expect(Date.parse(begun.waitUntil ?? '') - Date.now()).toBeGreaterThan(3_500_000);
    const [first] = servers;
    if (first) serve(recordsOf('retire'), [first]);
    const torn = await check();
    expect(torn).toMatchObject({ stage: 'published', safeToRetire: false, consistent: false });
    expect(codes(torn.findings)).toContain('migration-servers-disagree');
    serve(recordsOf('retire'));
    // Its TTL has yet to pass.
    expect(await check()).toMatchObject({ stage: 'retired', safeToRetire: false, consistent: true });
    await Promise.all(servers.map((server) => server.close()));
  });
});

test.for([
  ['ลายเซ็น', undefined, 'en', 'outlook-signature'],
  ['ลายเซ็น', 'th', 'th', 'outlook-signature'],
  ['ไฟร์วอลล์ cisco', 'th', 'th', 'ehlo-helo-cisco'],
  ['signature', 'th', 'th', 'outlook-signature'],
  // By what the explanation of a number or a reply links to.
  ['outlook error 0x800ccc0e', 'en', 'en', 'what-is-smtp'],
  ['550 5.7.1', 'th', 'th', 'how-mail-flows'],
] as const)('articles are found by %s, asked for in %s', async ([query, lang, answered, slug]) => {
  const { headers, body } = await service.get<{ articles: { slug: string; title: string }[] }>(
    `/v1/articles?q=${encodeURIComponent(query)}${lang ? `&lang=${lang}` : ''}`,
  );
  expect([headers['content-language'], body.articles[0]?.slug]).toEqual([answered, slug]);
  expect(/[ก-๙]/.test(body.articles[0]?.title ?? '')).toBe(answered === 'th');
});
