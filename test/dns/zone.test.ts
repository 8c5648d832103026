import { afterEach, describe, expect, test } from 'vitest';
import type { Domain } from '../../src/dns/name.ts';
import { createResolver } from '../../src/dns/resolver.ts';
import type { Resolver } from '../../src/dns/types.ts';
import { createZoneClient } from '../../src/dns/zone.ts';
import { type Names, type World, type ZoneServer, zoneServer } from '../helpers/dns-server.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** The servers of a zone share one port on different loopback addresses, as they share 53 in the world. */
const IPS = ['127.83.0.1', '127.83.0.2', '127.83.0.3'] as const;
async function servers(...worlds: World[]): Promise<{ port: number; servers: ZoneServer[] }> {
  const started: ZoneServer[] = [];
  for (const [i, world] of worlds.entries()) {
    const server = await zoneServer(world, IPS[i], started[0]?.port);
    started.push(server);
    open.push(server);
  }
  return { port: started[0]?.port ?? 0, servers: started };
}

const soon = () => ({ deadline: performance.now() + 3_000 });
const nowhere: Resolver = { trustedForAd: false, resolve: () => Promise.reject(new Error('not asked')) };
const mx = (ttl: number, exchange: string) => ({ MX: { ttl, data: [{ preference: 10, exchange }] } });
const zone = (names: Names, serial = 7): World => ({
  authoritative: true,
  names,
  soa: { zone: 'a.test', ttl: 900, minimum: 120, serial },
});
const MX = { name: 'a.test' as Domain, type: 'MX' } as const;

describe('ask', () => {
  test('what each server says, with its serial', async () => {
    const { port } = await servers(zone({ 'a.test': mx(300, 'old.test') }), zone({ 'a.test': mx(60, 'new.test') }, 8));
    const client = createZoneClient({ resolver: nowhere, port, judge: () => true });
    const asked = IPS.slice(0, 2).map((ip, i) => ({ host: `ns${i}.test`, ip }));
    expect(await client.ask(MX, asked, soon())).toEqual([
      {
        server: asked[0],
        result: answered({ records: [{ preference: 10, exchange: 'old.test' }], ttl: 300, serial: 7 }),
      },
      {
        server: asked[1],
        result: answered({ records: [{ preference: 10, exchange: 'new.test' }], ttl: 60, serial: 8 }),
      },
    ]);
  });

  function answered(more: object): object {
    return { ok: true, negativeTtl: null, status: 'answer', ...more };
  }

  test.each<[string, World, object]>([
    [
      'no such record',
      zone({ 'a.test': {} }),
      answered({ status: 'nodata', records: [], ttl: 120, negativeTtl: 120, serial: 7 }),
    ],
    ['no such name', zone({}), answered({ status: 'nxdomain', records: [], ttl: 120, negativeTtl: 120, serial: 7 })],
    [
      'a server that answers for others',
      { ...zone({ 'a.test': mx(1, 'x.test') }), authoritative: false },
      { ok: false, error: 'lame' },
    ],
    ['one that says SERVFAIL', { ...zone({}), trouble: { 'a.test': 'SERVFAIL' } }, { ok: false, error: 'failure' }],
    ['one that says REFUSED', { ...zone({}), trouble: { 'a.test': 'REFUSED' } }, { ok: false, error: 'refused' }],
    ['one that is silent', { ...zone({}), trouble: { 'a.test': 'silent' } }, { ok: false, error: 'timeout' }],
    [
      'no serial to be had',
      { ...zone({ 'a.test': mx(9, 'x.test') }), trouble: { 'SOA a.test': 'REFUSED' } },
      answered({ records: [{ preference: 10, exchange: 'x.test' }], ttl: 9, serial: null }),
    ],
    [
      'an alias out of the zone',
      { ...zone({ 'a.test': { CNAME: { ttl: 30, data: [{ target: 'x.example' }] } } }), soa: null },
      answered({ status: 'nxdomain', records: [], ttl: 0, negativeTtl: 0, serial: null }),
    ],
  ])('%s', async (_, world, result) => {
    const { port } = await servers(world);
    const client = createZoneClient({ resolver: nowhere, port, judge: () => true });
    const server = { host: 'ns.test', ip: IPS[0] };
    expect(await client.ask(MX, [server], { deadline: performance.now() + 500 })).toEqual([{ server, result }]);
  });

  test('a large answer comes over TCP', async () => {
    const data = Array.from({ length: 100 }, (_, i) => ({ preference: i, exchange: `mx${i}.somewhere.test` }));
    const { port } = await servers(zone({ 'a.test': { MX: { ttl: 5, data } } }));
    const client = createZoneClient({ resolver: nowhere, port, judge: () => true });
    const [answer] = await client.ask(MX, [{ host: 'ns.test', ip: IPS[0] }], soon());
    expect(answer?.result).toMatchObject({ ok: true, records: data });
  });

  test('the guard has the last word, and nobody is asked for recursion', async () => {
    const { port, servers: started } = await servers(zone({}), zone({}));
    const client = createZoneClient({ resolver: nowhere, port, judge: (ip) => ip !== IPS[0] });
    const asked = IPS.slice(0, 2).map((ip) => ({ host: 'ns.test', ip }));
    const answers = await client.ask(MX, asked, soon());
    expect(answers.map(({ result }) => result.ok || result.error)).toEqual(['forbidden', true]);
    expect(started.map(({ asked: seen }) => seen.length)).toEqual([0, 2]);
    expect(started[1]?.asked.every(({ recursion }) => !recursion)).toBe(true);
  });

  test('a port where nobody listens, and a server without an address, are unreachable', async () => {
    // The discard service's port: one that had been let go of could be another's by now.
    const client = createZoneClient({ resolver: nowhere, port: 9, judge: () => true });
    const asked = [
      { host: 'a', ip: IPS[0] },
      { host: 'b', ip: '' },
    ];
    const answers = await client.ask(MX, asked, soon());
    expect(answers.map(({ result }) => result)).toEqual([1, 2].map(() => ({ ok: false, error: 'unreachable' })));
  });

  test('at most eight servers', async () => {
    const { port } = await servers(zone({}));
    const client = createZoneClient({ resolver: nowhere, port, judge: () => false });
    const many = Array.from({ length: 20 }, (_, i) => ({ host: `ns${i}`, ip: IPS[0] }));
    expect(await client.ask(MX, many, soon())).toHaveLength(8);
  });
});

describe('find', () => {
  const ns = (...hosts: string[]) => ({ NS: { ttl: 300, data: hosts.map((host) => ({ host })) } });
  async function finds(names: Names, name: string, trouble: World['trouble'] = {}) {
    const server = await zoneServer({ names, trouble });
    open.push(server);
    const resolver = createResolver({ servers: [server] });
    open.push(resolver);
    return createZoneClient({ resolver, judge: () => true }).find(name as Domain, soon());
  }
  const a = (address: string) => ({ A: { ttl: 300, data: [{ address }] } });

  test('the closest name upwards that has servers of its own', async () => {
    const names = {
      test: ns('ns.test'),
      'a.test': ns('ns2.a.test', 'ns1.a.test', 'ns3.a.test'),
      'www.a.test': {},
      'ns1.a.test': a('192.0.2.1'),
      'ns2.a.test': { AAAA: { ttl: 300, data: [{ address: '2001:db8::2' }] } },
    };
    const found = {
      ok: true,
      apex: 'a.test',
      servers: [
        { host: 'ns1.a.test', ip: '192.0.2.1' },
        { host: 'ns2.a.test', ip: '2001:db8::2' },
        { host: 'ns3.a.test', ip: '' },
      ],
    };
    expect(await finds(names, 'a.test')).toEqual(found);
    expect(await finds(names, 'www.a.test')).toEqual(found);
    expect(await finds(names, 'gone.a.test')).toEqual(found);
  });

  test('an alias is no apex', async () => {
    const names = {
      test: ns('ns.test'),
      'a.test': { CNAME: { ttl: 1, data: [{ target: 'b.example' }] } },
      'b.example': ns('ns.b.example'),
    };
    expect(await finds(names, 'a.test')).toMatchObject({ ok: true, apex: 'test' });
  });

  test('no zone, or no answer', async () => {
    expect(await finds({}, 'a.test')).toMatchObject({ ok: false, failure: { kind: 'failure' } });
    expect(await finds({}, 'a.test', { 'a.test': 'SERVFAIL' })).toMatchObject({
      ok: false,
      failure: { kind: 'failure' },
    });
  });
});
