/** The report, the route and explanations: one world of domains in every state, and what is said of each (contract §5). */

import { beforeEach, describe, expect, test } from 'vitest';
import { operations } from '../../src/operations/index.ts';
import type { Step } from '../helpers/smtp-server.ts';
import { a, codes, mx, type Running, startWorld } from './world.ts';

const { report, route, explain, resolveMx, findProbe } = operations;
const world = await startWorld('127.65');
const at = world.address;
const says = (...greeting: Step[]) => ({ greeting });

await Promise.all([
  world.mail('1.1'),
  world.mail('1.2'),
  world.mail('1.3', says({ reply: '421 4.3.2 try later' }, { close: true })),
  world.mail('1.4', says({ reply: '554 5.7.1 no mail here' }, { close: true })),
  world.mail('1.5', says({ close: true })),
  world.mail('1.6', says({ reply: '220 <script>alert(1)</script> "; [drop] --> ESMTP' })),
  world.mail('1.7', says({ garbage: 64 }, { close: true })),
]);
const hosts = {
  good: '1.1',
  fine: '1.2',
  later: '1.3',
  never: '1.4',
  shut: '1.5',
  rude: '1.6',
  junk: '1.7',
  closed: '1.99',
};
world.publish(Object.fromEntries(Object.entries(hosts).map(([name, tail]) => [`${name}.test`, a(3600, at(tail))])));
world.publish({ 'inside.test': a(3600, '10.0.0.1'), 'blank.test': {} });
world.dns.world = { ...world.dns.world, trouble: { 'sick.test': 'SERVFAIL' } };

let service: Running;
beforeEach(async () => {
  service = await world.service();
});

/** A domain whose exchanges are these hosts, at 10, 20, …; an array shares a preference. */
const domainOf = (...steps: readonly (string | readonly string[])[]) => {
  const records = steps.flatMap((step, i) => [step].flat().map((host) => [10 * (i + 1), `${host}.test`] as const));
  const domain = `${steps.flat().join('-')}.example`;
  world.publish({ [domain]: mx(3600, ...records) });
  return domain;
};

describe('the verdict', () => {
  test.for([
    [['good', 'fine'], 'good', true, 'good.test', ['accepting', 'accepting']],
    [['good'], 'good', true, 'good.test', ['accepting']],
    [[['fine', 'good']], 'good', true, 'fine.test', ['accepting', 'accepting']],
    [['good', 'closed'], 'good', true, 'good.test', ['accepting', 'down']],
    [['closed', 'good'], 'degraded', true, 'good.test', ['down', 'accepting']],
    [[['closed', 'good']], 'degraded', true, 'good.test', ['down', 'accepting']],
    [['later', 'good'], 'degraded', true, 'good.test', ['deferring', 'accepting']],
    [['never', 'good'], 'degraded', true, 'good.test', ['down', 'accepting']],
    [['later'], 'degraded', false, null, ['deferring']],
    [['closed'], 'broken', false, null, ['down']],
    [['never', 'shut', 'junk'], 'broken', false, null, ['down', 'down', 'down']],
    [['closed', 'inside'], 'unknown', null, null, ['down', 'unknown']],
    [['inside'], 'unknown', null, null, ['unknown']],
    [['closed', 'sick'], 'unknown', null, null, ['down']],
    [['good', 'inside'], 'good', true, 'good.test', ['accepting', 'unknown']],
    [['nowhere', 'blank'], 'broken', false, null, []],
  ] as const)('%j: %s', async ([steps, verdict, delivers, firstChoice, states]) => {
    const seen = await service.value(report, { domain: domainOf(...steps) });
    expect([seen.verdict, seen.delivery.delivers, seen.delivery.firstChoice]).toEqual([verdict, delivers, firstChoice]);
    expect(seen.delivery.steps.flatMap((step) => step.hosts.map(({ state }) => state))).toEqual(states);
    for (const step of seen.delivery.steps) {
      expect(step.hosts.reduce((sum, { chance }) => sum + chance, 0)).toBeCloseTo(1);
    }
    expect(seen.summary.length).toBeGreaterThan(20);
  });

  test.for([
    ['null.example', { 'null.example': mx(3600, [0, '']) }, 'null-mx', 'no-mail', 'mx-null'],
    ['gone.example', {}, 'nxdomain', 'broken', 'mx-nxdomain'],
    ['empty.example', { 'empty.example': {} }, 'none', 'broken', 'mx-none'],
  ] as const)('%s, which takes no mail, has nobody to probe', async ([domain, names, status, verdict, code]) => {
    world.publish(names);
    const seen = await service.value(report, { domain });
    expect([seen.mx.status, seen.verdict, seen.probe.hosts, seen.delivery.steps]).toEqual([status, verdict, [], []]);
    expect(codes(seen.probe.findings)).toEqual([code]);
    expect([seen.delivery.delivers, seen.delivery.firstChoice]).toEqual([false, null]);
    expect(codes(seen.findings)).toEqual([code]);
    expect(seen.summary).not.toBe('');
  });

  test('of a domain without MX is that of its own address', async () => {
    world.publish({ 'self.example': a(3600, at('1.1')) });
    const seen = await service.value(report, { domain: 'self.example' });
    expect([seen.mx.status, seen.verdict, seen.delivery.firstChoice]).toEqual(['implicit', 'good', 'self.example']);
    expect(codes(seen.findings)).toContain('mx-implicit');
  });

  test('never rests on the domain’s own address where exchanges are named, broken as they are', async () => {
    world.publish({ 'own.example': { ...mx(3600, [10, 'nowhere.test']), ...a(3600, at('1.1')) } });
    const seen = await service.value(report, { domain: 'own.example' });
    expect([seen.verdict, seen.delivery.steps, service.dialled]).toEqual(['broken', [], []]);
    expect(codes(seen.findings)).toContain('mx-host-nxdomain');
  });

  test('rests on nothing that we could not ask for want of tokens', async () => {
    const tight = await world.service({ RATE_TARGET_PER_MINUTE: '1' });
    world.publish({
      'twice.example': mx(3600, [10, 'good.test'], [20, 'again.test']),
      'again.test': a(3600, at('1.1')),
    });
    const seen = await tight.value(report, { domain: 'twice.example' });
    const states = seen.delivery.steps.map(({ hosts: [host] }) => host?.state).sort();
    expect([states, seen.delivery.delivers]).toEqual([['accepting', 'unknown'], true]);
    expect(['good', 'unknown']).toContain(seen.verdict);
  });

  test('is no answer when DNS gave none', async () => {
    expect((await service.refusal(report, { domain: 'sick.test' })).code).toBe('dns-failure');
    expect((await service.refusal(report, { domain: 'a..b' })).code).toBe('invalid-domain');
    expect((await service.refusal(report, { domain: 'a.test', port: 25 })).code).toBe('invalid-request');
  });
});

describe('a report', () => {
  test('holds the MX answer, a probe that is found again, and every finding once', async () => {
    const domain = domainOf('good', 'fine');
    const seen = await service.value(report, { domain });
    const mxAnswer = (await service.value(resolveMx, { domain })).answer();
    expect({ ...seen.mx, cache: null }).toEqual({ ...mxAnswer, cache: null });
    expect(seen.probe).toMatchObject({ domain, port: 25, cache: { state: 'miss' } });
    expect(seen.probe.hosts.map(({ host, outcome }) => [host, outcome])).toEqual([
      ['good.test', 'ok'],
      ['fine.test', 'ok'],
    ]);
    const found = codes(seen.findings);
    // An exchange's records are a cause of their own.
    expect(found.sort()).toEqual(['mx-non-public-address', 'mx-non-public-address', 'starttls-missing']);
    // One cause, two hosts: told once, with both named in the evidence.
    const missing = seen.findings.find(({ code }) => code === 'starttls-missing');
    expect(missing?.evidence.join('\n')).toMatch(/good\.test[\s\S]*fine\.test/);
    for (const code of [...codes(seen.mx.findings), ...(seen.probe.hosts.flatMap((h) => codes(h.findings)) ?? [])]) {
      expect(found).toContain(code);
    }
    const { id } = seen.probe ?? { id: '' };
    expect((await service.value(findProbe, { id })).hosts).toEqual(seen.probe.hosts);
  });

  test('is made from what is cached, unless fresh', async () => {
    const domain = domainOf('fine', 'good');
    await service.value(report, { domain });
    const cached = await service.value(report, { domain });
    expect([cached.mx.cache.state, cached.probe?.cache.state]).toEqual(['hit', 'hit']);
    const fresh = await service.value(report, { domain, fresh: true });
    expect([fresh.mx.cache.state, fresh.probe?.cache.state]).toEqual(['miss', 'miss']);
  });

  test('speaks the language asked for; codes, verdict and evidence are the same', async () => {
    const domain = domainOf('closed', 'later');
    const en = await service.value(report, { domain });
    const th = await service.value(report, { domain }, { lang: 'th' });
    const thai = /[\u0e00-\u0e7f]/;
    expect([th.verdict, codes(th.findings)]).toEqual([en.verdict, codes(en.findings)]);
    expect(th.findings.map(({ evidence }) => evidence)).toEqual(en.findings.map(({ evidence }) => evidence));
    for (const text of [th.summary, th.delivery.summary, ...th.findings.map(({ title }) => title)]) {
      expect(text).toMatch(thai);
    }
    for (const text of [en.summary, en.delivery.summary, ...en.findings.map(({ title }) => title)]) {
      expect(text).not.toMatch(thai);
    }
  });
});

describe('a route', () => {
  const draw = async (domain: string, lang: 'en' | 'th' = 'en') => {
    const drawn = await service.value(route, { domain }, { lang });
    return { ...drawn.route, svg: drawn.svg(), mermaid: drawn.mermaid() };
  };

  test('leads from the sender by every exchange, in order, to the mailbox', async () => {
    const { domain, nodes, edges } = await draw(domainOf('closed', ['good', 'fine']));
    expect(domain).toBe('closed-good-fine.example');
    const ids = new Set(nodes.map(({ id }) => id));
    expect(ids.size).toBe(nodes.length);
    for (const { from, to } of edges) expect([ids.has(from), ids.has(to)]).toEqual([true, true]);
    const exchanges = nodes.filter(({ kind }) => kind === 'exchange');
    expect(exchanges.map(({ host, preference, state }) => [host, preference, state])).toEqual([
      ['closed.test', 10, 'down'],
      ['fine.test', 20, 'accepting'],
      ['good.test', 20, 'accepting'],
    ]);
    const tries = edges.filter(({ kind }) => kind === 'delivers').map(({ order, usable }) => [order, usable]);
    expect(tries).toEqual([
      [1, false],
      [2, true],
      [2, true],
    ]);
    for (const kind of ['sender-client', 'sender-server', 'mailbox']) {
      expect(nodes.filter((node) => node.kind === kind)).toHaveLength(1);
    }
  });

  test('is drawn without script, anything loaded, or a stranger’s words', async () => {
    for (const lang of ['en', 'th'] as const) {
      const { svg, mermaid } = await draw(domainOf('rude', 'good'), lang);
      expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      expect(svg).not.toMatch(/<script|href|url\(|@import|<image|<foreignObject|\son\w+=/i);
      expect(mermaid).toMatch(/^(?:flowchart|graph) /m);
      for (const text of [svg, mermaid]) {
        expect(text).toContain('rude.test');
        expect(text).not.toMatch(/alert|drop/);
      }
    }
  });

  test('of a domain that takes no mail is drawn too', async () => {
    world.publish({ 'null.example': mx(3600, [0, '']) });
    const { nodes, svg } = await draw('null.example');
    expect(nodes.filter(({ kind }) => kind === 'exchange')).toEqual([]);
    expect(svg).toContain('null.example');
  });
});

describe('an explanation', () => {
  test('reads a reply in both languages, and asks nobody', async () => {
    const text = '500 #5.5.1 command not recognized';
    const en = await service.value(explain, { text });
    const th = await service.value(explain, { text }, { lang: 'th' });
    expect(en.replies).toMatchObject([{ code: 500, enhanced: '5.5.1', class: 'permanent' }]);
    expect(th.replies[0]?.meaning).toMatch(/[\u0e00-\u0e7f]/);
    expect(th.replies[0]?.code).toBe(500);
    expect(service.dialled).toEqual([]);
  });

  test('of a pasted session carries the findings of a live one', async () => {
    const text = [
      '220 ********0*2****200**0*',
      'EHLO me',
      '500 #5.5.1 command not recognized',
      'HELO me',
      '250 mx.test',
    ];
    const { findings, replies } = await service.value(explain, { text: text.join('\r\n') });
    expect(codes(findings)).toContain('esmtp-inspection');
    expect(replies.length).toBeGreaterThan(1);
  });

  test.for([
    ['empty', '', 'invalid-request'],
    ['blank', ' \r\n\t', 'invalid-request'],
    ['over 64 KiB', 'a'.repeat(65_537), 'body-too-large'],
    ['over 64 KiB in octets', 'ก'.repeat(22_000), 'body-too-large'],
  ] as const)('of %s text is refused', async ([, text, code]) => {
    expect((await service.refusal(explain, { text })).code).toBe(code);
  });

  test('of a text without a reply has none', async () => {
    const { replies, findings } = await service.value(explain, { text: 'a'.repeat(65_536) });
    expect([replies, findings]).toEqual([[], []]);
  });
});
