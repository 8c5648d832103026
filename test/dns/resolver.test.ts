import { once } from 'node:events';
import packet, { type Packet, type RecordLike } from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import type { Domain } from '../../src/dns/name.ts';
import { createResolver, type DnsResolver } from '../../src/dns/resolver.ts';
import type { DnsResult, RecordType } from '../../src/dns/types.ts';
import {
  type DnsServer,
  framed,
  type Handlers,
  listenDns,
  truncated,
  type World,
  zoneServer,
} from '../helpers/dns-server.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
const keep = <T extends { close(): unknown }>(one: T): T => {
  open.push(one);
  return one;
};

const listen = async (handlers: Handlers): Promise<DnsServer> => keep(await listenDns(handlers));
const world = async (of: World) => keep(await zoneServer(of));
const resolverOf = (...servers: DnsServer[]): DnsResolver => keep(createResolver({ servers }));
/** A loopback port where nothing listens. */
async function nobody(): Promise<DnsServer> {
  const server = await listenDns({});
  await server.close();
  return server;
}

const ask = <T extends RecordType>(resolver: DnsResolver, name: string, type: T, ms = 3_000): Promise<DnsResult<T>> =>
  resolver.resolve({ name: name as Domain, type }, { deadline: performance.now() + ms });

/** How a result looks in a line: what a test compares. */
function show(result: DnsResult): unknown {
  if (!result.ok) return result.failure.kind;
  const { status, ttl, canonical, records } = result.answer;
  return { status, ttl, canonical, records };
}

const A = (address: string, name = 'a.test', ttl = 300): RecordLike => ({ type: 'A', name, ttl, data: address });
/** The whole answer to a query, with changes. */
function reply(query: Buffer, more: Packet = {}): Buffer {
  const { id = 0, questions = [] } = packet.decode(query);
  return packet.encode({ id, type: 'response', flags: 0x0180, questions, ...more });
}
const rcode = (query: Buffer, code: number, more: Packet = {}): Buffer =>
  reply(query, { flags: 0x0180 | code, ...more });
const isCd = (query: Buffer): boolean => packet.decode(query).flag_cd === true;
const ANSWER = { status: 'answer', ttl: 300, canonical: 'a.test', records: [{ address: '192.0.2.1' }] };
const good = (query: Buffer): Buffer => reply(query, { answers: [A('192.0.2.1')] });

describe('answers', () => {
  test('the least TTL of the RRset, the AD bit, the time of arrival', async () => {
    const server = await listen({
      udp: (query, send) =>
        send(reply(query, { flags: 0x01a0, answers: [A('192.0.2.1'), A('192.0.2.2', 'a.test', 60)] })),
    });
    const before = Date.now();
    const result = await ask(resolverOf(server), 'a.test', 'A');
    expect(result).toMatchObject({ ok: true, answer: { ttl: 60, authenticated: true, source: 'network' } });
    if (!result.ok) return;
    expect(result.answer.resolvedAt).toBeGreaterThanOrEqual(before);
    expect(result.answer.expiresAt - result.answer.resolvedAt).toBe(60_000);
  });

  test('names in another case are the same names', async () => {
    const server = await listen({
      udp: (query, send) => {
        const bytes = reply(query, { answers: [A('192.0.2.1', 'A.TEST')] });
        bytes[13] = 0x41;
        send(bytes);
      },
    });
    expect(show(await ask(resolverOf(server), 'a.test', 'A'))).toEqual(ANSWER);
  });

  test.each<[string, Packet, unknown]>([
    [
      'NODATA lives as long as the lesser of TTL and MINIMUM',
      { authorities: [soa(900, 120)] },
      negative('nodata', 120),
    ],
    ['NXDOMAIN too', { flags: 0x0183, authorities: [soa(60, 3_600)] }, negative('nxdomain', 60)],
    ['without an SOA it is not to be kept', {}, negative('nodata', 0)],
    ['nor with an SOA of elsewhere', { flags: 0x0183, authorities: [soa(60, 60, 'other')] }, negative('nxdomain', 0)],
    ['name servers without an SOA point elsewhere', { flags: 0x0100, authorities: [ns()] }, 'failure'],
    ['but from a recursive server they are decoration', { authorities: [ns()] }, negative('nodata', 0)],
    ['records of another name are no answer', { answers: [A('192.0.2.1', 'b.test')] }, negative('nodata', 0)],
  ])('%s', async (_, more, expected) => {
    const server = await listen({ udp: (query, send) => send(reply(query, more)) });
    expect(show(await ask(resolverOf(server), 'a.test', 'A'))).toEqual(expected);
  });

  test('EDNS with 1232 octets, recursion and AD are asked for', async () => {
    let query: Uint8Array = Buffer.alloc(0);
    const server = await listen({
      udp: (bytes, send) => {
        query = bytes;
        send(good(bytes));
      },
    });
    await ask(resolverOf(server), 'a.test', 'A');
    const decoded = packet.decode(query);
    expect(decoded).toMatchObject({ flag_rd: true, flag_ad: true, flag_cd: false });
    expect(decoded.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232 }]);
  });
});

function soa(ttl: number, minimum: number, name = 'test'): RecordLike {
  const data = { mname: 'ns.test', rname: 'root.test', serial: 1, refresh: 1, retry: 1, expire: 1, minimum };
  return { type: 'SOA', name, ttl, data };
}
function ns(): RecordLike {
  return { type: 'NS', name: 'test', ttl: 60, data: 'ns.test' };
}
function negative(status: string, ttl: number): unknown {
  return { status, ttl, canonical: 'a.test', records: [] };
}

describe('CNAME chains', () => {
  /** c0 -> c1 -> … -> cN, where an address waits. */
  const chain = (links: number, ttls: readonly number[] = []): World['names'] => {
    const names: { [name: string]: World['names'][string] } = {};
    for (let i = 0; i < links; i++)
      names[`c${i}.test`] = { CNAME: { ttl: ttls[i] ?? 300, data: [{ target: `c${i + 1}.test` }] } };
    names[`c${links}.test`] = { A: { ttl: 200, data: [{ address: '192.0.2.9' }] } };
    return names;
  };

  test.each([
    ['inside one answer', 3, [300, 40, 300], 40, 'c3.test'],
    ['the RRset itself is the least', 2, [300, 300], 200, 'c2.test'],
    ['eight are followed', 8, [], 200, 'c8.test'],
  ])('%s', async (_, links, ttls, ttl, canonical) => {
    const server = await world({ names: chain(links, ttls) });
    const expected = { status: 'answer', ttl, canonical, records: [{ address: '192.0.2.9' }] };
    expect(show(await ask(resolverOf(server), 'c0.test', 'A'))).toEqual(expected);
  });

  test('nine are not, nor is a ring', async () => {
    const ring = {
      'r.test': { CNAME: { ttl: 1, data: [{ target: 's.test' }] } },
      's.test': { CNAME: { ttl: 1, data: [{ target: 'r.test' }] } },
    };
    const server = await world({ names: { ...chain(9), ...ring } });
    const resolver = resolverOf(server);
    expect(show(await ask(resolver, 'c0.test', 'A'))).toBe('failure');
    expect(show(await ask(resolver, 'r.test', 'A'))).toBe('failure');
  });

  /** Says one link at a time, as an authoritative server does whose zones end there. */
  const oneLink = (last: number, ad: (i: number) => boolean) =>
    listen({
      udp: (query, send) => {
        const name = packet.decode(query).questions?.[0]?.name ?? '';
        const i = Number(name.slice(1, -5));
        const data: RecordLike =
          i === last ? A('192.0.2.9', name, 500) : { type: 'CNAME', name, ttl: 100 + i, data: `c${i + 1}.test` };
        send(reply(query, { flags: ad(i) ? 0x0120 : 0x0100, answers: [data] }));
      },
    });

  test('the rest is asked for where a message ends in the chain; AD must be on every part', async () => {
    const secure = resolverOf(await oneLink(2, () => true));
    expect(await ask(secure, 'c0.test', 'A')).toMatchObject({
      answer: { ttl: 100, canonical: 'c2.test', authenticated: true },
    });
    const half = resolverOf(await oneLink(2, (i) => i !== 1));
    expect(await ask(half, 'c0.test', 'A')).toMatchObject({ answer: { canonical: 'c2.test', authenticated: false } });
  });

  test('eight links over several messages are followed, nine are not', async () => {
    expect(show(await ask(resolverOf(await oneLink(8, () => false)), 'c0.test', 'A'))).toMatchObject({
      canonical: 'c8.test',
    });
    expect(show(await ask(resolverOf(await oneLink(9, () => false)), 'c0.test', 'A'))).toBe('failure');
  });

  test('the end may not exist, or have no such record', async () => {
    const link = (target: string) => ({ CNAME: { ttl: 30, data: [{ target }] } });
    const server = await world({
      names: { 'x.test': link('gone.test'), 'y.test': link('bare.test'), 'bare.test': {} },
    });
    const resolver = resolverOf(server);
    expect(show(await ask(resolver, 'x.test', 'MX'))).toEqual({
      status: 'nxdomain',
      ttl: 30,
      canonical: 'gone.test',
      records: [],
    });
    expect(show(await ask(resolver, 'y.test', 'MX'))).toEqual({
      status: 'nodata',
      ttl: 30,
      canonical: 'bare.test',
      records: [],
    });
  });

  test('a CNAME that is asked for is not followed', async () => {
    const resolver = resolverOf(await world({ names: chain(2) }));
    expect(show(await ask(resolver, 'c0.test', 'CNAME'))).toMatchObject({
      canonical: 'c0.test',
      records: [{ target: 'c1.test' }],
    });
  });
});

describe('what does not match is not believed', () => {
  test.each<[string, (query: Buffer) => Buffer]>([
    ['another id', (query) => Buffer.concat([Uint8Array.of((query[0] ?? 0) ^ 1), good(query).subarray(1)])],
    [
      'another question',
      (query) => reply(query, { questions: [{ type: 'A', name: 'b.test' }], answers: [A('192.0.2.66', 'b.test')] }),
    ],
    ['another type', (query) => reply(query, { questions: [{ type: 'MX', name: 'a.test' }] })],
    ['no question', (query) => reply(query, { questions: [] })],
    ['the query itself', (query) => query],
    ['one byte', () => Buffer.of(1)],
    ['an empty packet', () => Buffer.of()],
    ['60 KB of noise', (query) => Buffer.concat([query.subarray(0, 2), Buffer.alloc(60_000, 0xc0)])],
  ])('%s', async (_, forged) => {
    const server = await listen({
      udp: (query, send) => {
        send(forged(query));
        setTimeout(() => send(good(query)), 20);
      },
    });
    const resolver = resolverOf(server);
    expect(show(await ask(resolver, 'a.test', 'A'))).toEqual(ANSWER);
    expect(resolver.stats.dropped).toBe(1);
  });

  test('another port', async () => {
    const { createSocket } = await import('node:dgram');
    const other = createSocket('udp4');
    other.bind(0, '127.0.0.1');
    await once(other, 'listening');
    const server = await listen({
      udp: (query, send, from) => {
        other.send(reply(query, { answers: [A('192.0.2.66')] }), from.port, from.address);
        setTimeout(() => send(good(query)), 20);
      },
    });
    expect(show(await ask(resolverOf(server), 'a.test', 'A'))).toEqual(ANSWER);
    other.close();
  });

  test('ids and ports cannot be foreseen', async () => {
    const ids = new Set<number>();
    const ports = new Set<number>();
    const server = await listen({
      udp: (query, send, from) => {
        ids.add(query.readUInt16BE(0));
        ports.add(from.port);
        send(good(query));
      },
    });
    const resolver = resolverOf(server);
    for (let i = 0; i < 100; i++) await ask(resolver, 'a.test', 'A');
    expect(ids.size).toBeGreaterThan(90);
    expect(ports.size).toBeGreaterThan(4);
  });
});

describe('TCP', () => {
  const cut: Handlers = { udp: (query, send) => send(truncated(query)) };

  test('a truncated answer is asked for again over TCP, up to 64 KiB', async () => {
    const exchange = (i: number): string => `${'x'.repeat(50)}.${'y'.repeat(50)}.mx${i}.test`;
    const answers = Array.from({ length: 470 }, (_, i) => ({
      type: 'MX',
      name: 'a.test',
      ttl: 300,
      data: { preference: i, exchange: exchange(i) },
    }));
    let size = 0;
    const server = await listen({
      ...cut,
      tcp: (query, socket) => {
        const bytes = reply(query, { answers });
        size = bytes.length;
        socket.end(framed(bytes));
      },
    });
    const result = await ask(resolverOf(server), 'a.test', 'MX');
    expect(size).toBeGreaterThan(60_000);
    expect(result.ok && result.answer.records.length).toBe(470);
    expect(result.ok && result.answer.records[469]).toEqual({ preference: 469, exchange: exchange(469) });
  });

  test('an answer in single bytes', async () => {
    const server = await listen({
      ...cut,
      tcp: (query, socket) => {
        socket.setNoDelay(true);
        const bytes = framed(good(query));
        let at = 0;
        const timer = setInterval(() => {
          socket.write(bytes.subarray(at, ++at));
          if (at === bytes.length) clearInterval(timer);
        }, 1);
      },
    });
    expect(show(await ask(resolverOf(server), 'a.test', 'A'))).toEqual(ANSWER);
  });

  test.each<[string, Handlers['tcp']]>([
    ['nobody listens', undefined],
    ['it hangs up', (_, socket) => socket.destroy()],
    ['it is cut there too', (query, socket) => socket.end(framed(truncated(query)))],
    ['another id', (query, socket) => socket.end(framed(Buffer.concat([Buffer.of(0, 0), good(query).subarray(2)])))],
    ['noise', (_, socket) => socket.end(framed(Buffer.alloc(65_535, 0xff)))],
    ['an empty message', (_, socket) => socket.end(framed(Buffer.of()))],
    ['half an answer', (query, socket) => socket.end(framed(good(query)).subarray(0, 20))],
  ])('a truncated answer whose TCP fails is no answer: %s', async (_, tcp) => {
    const server = await listen(tcp === undefined ? cut : { ...cut, tcp });
    const before = performance.now();
    expect(show(await ask(resolverOf(server), 'a.test', 'A'))).toBe('timeout');
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  test('a silent one is left at the deadline', async () => {
    const server = await listen({ ...cut, tcp: () => {} });
    const before = performance.now();
    expect(show(await ask(resolverOf(server), 'a.test', 'A', 300))).toBe('timeout');
    expect(performance.now() - before).toBeLessThan(600);
  });

  test('the next server is asked while the first is slow over TCP', async () => {
    const first = await listen({ ...cut, tcp: () => {} });
    const second = await listen({ udp: (query, send) => send(good(query)) });
    expect(show(await ask(resolverOf(first, second), 'a.test', 'A'))).toEqual(ANSWER);
  });
});

describe('servers that fail', () => {
  const silent: Handlers = { udp: () => {} };
  const says = (code: number): Handlers => ({ udp: (query, send) => send(rcode(query, code)) });
  const noise: Handlers = { udp: (query, send) => send(Buffer.concat([reply(query), Buffer.of(0)]).fill(1, 6, 8)) };
  const healthy: Handlers = { udp: (query, send) => send(good(query)) };

  test.each<[string, Handlers[], string]>([
    ['SERVFAIL', [says(2)], 'failure'],
    ['REFUSED', [says(5)], 'failure'],
    ['another rcode', [says(9)], 'failure'],
    ['FORMERR whatever is asked', [says(1)], 'failure'],
    ['a malformed answer', [noise], 'failure'],
    ['all of them', [says(2), says(5), noise], 'failure'],
    ['silence', [silent], 'timeout'],
    ['silence beside SERVFAIL: not every server said so', [says(2), silent], 'timeout'],
  ])('%s', async (_, handlers, kind) => {
    const servers = await Promise.all(handlers.map(listen));
    expect(show(await ask(resolverOf(...servers), 'a.test', 'A', 400))).toBe(kind);
  });

  test.each<[string, Handlers]>([
    ['SERVFAIL', says(2)],
    ['REFUSED', says(5)],
    ['a malformed answer', noise],
    ['a referral', { udp: (query, send) => send(reply(query, { flags: 0x0100, authorities: [ns()] })) }],
  ])('the next server is asked at once after %s', async (_, handlers) => {
    const resolver = resolverOf(await listen(handlers), await listen(healthy));
    const before = performance.now();
    expect(show(await ask(resolver, 'a.test', 'A'))).toEqual(ANSWER);
    expect(performance.now() - before).toBeLessThan(500);
  });

  test('and after one that cannot be reached; where none can, the answer is quick', async () => {
    const before = performance.now();
    expect(show(await ask(resolverOf(await nobody(), await listen(healthy)), 'a.test', 'A'))).toEqual(ANSWER);
    expect(show(await ask(resolverOf(await nobody(), await nobody()), 'a.test', 'A'))).toBe('timeout');
    expect(show(await ask(resolverOf(await nobody(), await listen(says(2))), 'a.test', 'A'))).toBe('failure');
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  test('nobody at the port is told to every question at once, however many share a socket', async () => {
    const resolver = resolverOf(await nobody());
    // Less than a server is waited for: there is one try each.
    const results = await Promise.all(Array.from({ length: 64 }, (_, i) => ask(resolver, `q${i}.test`, 'A', 900)));
    const told = results.map((result) => (result.ok ? 'answered' : result.failure.servers?.replace(/^\S+ /, '')));
    expect(new Set(told)).toEqual(new Set(['could not be reached']));
  });

  test('an address that no socket can take is unreachable, not a crash', async () => {
    const resolver = keep(createResolver({ servers: [{ ip: 'ff02::1%nosuch0', port: 53 }] }));
    expect(show(await ask(resolver, 'a.test', 'A'))).toBe('timeout');
  });

  test('a lost packet is sent again, a late answer is still taken', async () => {
    let seen = 0;
    const lossy = await listen({ udp: (query, send) => ++seen > 1 && send(good(query)) });
    const late = await listen({ udp: (query, send) => setTimeout(() => send(good(query)), 1_300) });
    const [first, second] = await Promise.all([
      ask(resolverOf(lossy), 'a.test', 'A'),
      ask(resolverOf(late), 'a.test', 'A'),
    ]);
    expect(show(first)).toEqual(ANSWER);
    expect(show(second)).toEqual(ANSWER);
    expect(seen).toBe(2);
  });

  test('a server that stays silent is asked last for a while', async () => {
    let asked = 0;
    const dead = await listen({ udp: () => void asked++ });
    const resolver = resolverOf(dead, await listen(healthy));
    await Promise.all([1, 2, 3].map(() => ask(resolver, 'a.test', 'A')));
    expect(asked).toBe(3);
    const before = performance.now();
    expect(show(await ask(resolver, 'a.test', 'A'))).toEqual(ANSWER);
    expect(performance.now() - before).toBeLessThan(500);
    expect(asked).toBe(3);
  });

  test.each([
    ['FORMERR', 1],
    ['NOTIMP', 4],
  ])('%s to EDNS: once more without it', async (_, code) => {
    const seen: boolean[] = [];
    const server = await listen({
      udp: (query, send) => {
        const edns = (packet.decode(query).additionals ?? []).length > 0;
        seen.push(edns);
        // As old servers do: the header alone.
        if (edns) send(Buffer.concat([query.subarray(0, 2), Buffer.of(0x81, 0x80 | code, 0, 0, 0, 0, 0, 0, 0, 0)]));
        else send(good(query));
      },
    });
    expect(show(await ask(resolverOf(server), 'a.test', 'A'))).toEqual(ANSWER);
    expect(seen).toEqual([true, false]);
  });
});

describe('DNSSEC', () => {
  const ede = (code: number): RecordLike => ({
    type: 'OPT',
    name: '.',
    udpPayloadSize: 1232,
    flags: 0,
    options: [{ code: 15, data: Buffer.of(0, code) }],
  });

  test('SERVFAIL with an extended error about signatures is bogus, whatever the next server says', async () => {
    const strict = await listen({ udp: (query, send) => send(rcode(query, 2, { additionals: [ede(7)] })) });
    const lax = await listen({ udp: (query, send) => send(good(query)) });
    expect(show(await ask(resolverOf(strict, lax), 'a.test', 'A'))).toBe('bogus');
  });

  test('without one, data that only CD brings out is bogus', async () => {
    const server = await listen({ udp: (query, send) => send(isCd(query) ? good(query) : rcode(query, 2)) });
    expect(show(await ask(resolverOf(server), 'a.test', 'A'))).toBe('bogus');
  });

  test('a server that had only stumbled is not accused', async () => {
    let seen = 0;
    const server = await listen({ udp: (query, send) => send(++seen === 1 ? rcode(query, 2) : good(query)) });
    expect(show(await ask(resolverOf(server), 'a.test', 'A'))).toEqual(ANSWER);
  });

  test('an extended error about something else is a failure', async () => {
    const server = await listen({ udp: (query, send) => send(rcode(query, 2, { additionals: [ede(22)] })) });
    expect(show(await ask(resolverOf(server), 'a.test', 'A'))).toBe('failure');
  });

  test('one that is silent when asked with CD said SERVFAIL', async () => {
    const server = await listen({ udp: (query, send) => !isCd(query) && send(rcode(query, 2)) });
    expect(show(await ask(resolverOf(server), 'a.test', 'A'))).toBe('failure');
  });
});

describe('time', () => {
  test('the deadline holds, and so does giving up', async () => {
    const resolver = resolverOf(await listen({ udp: () => {} }));
    const before = performance.now();
    expect(show(await ask(resolver, 'a.test', 'A', 150))).toBe('timeout');
    const signal = AbortSignal.timeout(100);
    const question = { name: 'a.test' as Domain, type: 'A' } as const;
    const given = await resolver.resolve(question, { deadline: performance.now() + 5_000, signal });
    expect(show(given)).toBe('timeout');
    expect(show(await ask(resolver, 'a.test', 'A', -1))).toBe('timeout');
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  test('a closed resolver answers with a failure and keeps nothing open', async () => {
    const resolver = resolverOf(await listen({ udp: () => {} }));
    const pending = ask(resolver, 'a.test', 'A');
    resolver.close();
    expect((await pending).ok).toBe(false);
    expect((await ask(resolver, 'a.test', 'A')).ok).toBe(false);
  });
});

test('AD is trusted from configured servers and from loopback ones', () => {
  const made = (ip: string, configured: boolean) => keep(createResolver({ servers: [{ ip, port: 53 }], configured }));
  expect(made('192.0.2.53', true).trustedForAd).toBe(true);
  expect(made('192.0.2.53', false).trustedForAd).toBe(false);
  expect(made('127.0.0.53', false).trustedForAd).toBe(true);
  expect(made('::1', false).trustedForAd).toBe(true);
  const mixed = keep(createResolver({ servers: ['127.0.0.1', '192.0.2.53'].map((ip) => ({ ip, port: 53 })) }));
  expect(mixed.trustedForAd).toBe(false);
});
