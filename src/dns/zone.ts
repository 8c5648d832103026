/**
 * A zone as its own name servers see it: which servers it has, and what each of them says without recursion or cache.
 * The caller's guard judges every address before it is contacted. A server that fails is data in its ZoneAnswer; only
 * finding the zone can fail as a whole. Never throws.
 */

import type { Heard, Peer } from './asking.ts';
import type { Domain } from './name.ts';
import type { DnsFailure, Question, RecordType, ResolveOptions, Resolver, ZoneAnswer, ZoneServer } from './types.ts';
import { createTransport, type Transport } from './udp.ts';

/** Contract §5. */
const MAX_SERVERS = 8;

export type FoundZone =
  | {
      readonly ok: true;
      readonly apex: string;
      /** At most eight, one address a host, IPv4 where there is one; `ip` is '' where none was found. */
      readonly servers: readonly ZoneServer[];
    }
  | { readonly ok: false; readonly failure: DnsFailure };

export type AskOptions = Pick<ResolveOptions, 'deadline' | 'signal'>;

export type ZoneClient = {
  /** The closest zone around the name: the first name upwards that has NS records of its own. */
  find(domain: Domain, options: AskOptions): Promise<FoundZone>;
  /** Asks every server (eight at most) at once: the question, and the SOA for the serial. */
  ask<T extends RecordType>(
    question: Question<T>,
    servers: readonly ZoneServer[],
    options: AskOptions,
  ): Promise<readonly ZoneAnswer<T>[]>;
};

export type ZoneClientOptions = {
  /** Finds the zone and the addresses of its servers. */
  readonly resolver: Resolver;
  readonly port?: number;
  /** May we connect to this address? Those it refuses are reported `forbidden` and never contacted. */
  readonly judge: (ip: string) => boolean;
};

export function createZoneClient({ resolver, port = 53, judge }: ZoneClientOptions): ZoneClient {
  return {
    // Contract §2: migrations never rest on stale answers.
    find: (domain, options) => find(domain, resolver, { ...options, stale: false }),
    ask: (question, servers, options) => ask(question, servers, port, judge, options),
  };
}

async function find(domain: Domain, resolver: Resolver, options: ResolveOptions): Promise<FoundZone> {
  for (let name: string = domain; name !== ''; name = parentOf(name)) {
    const result = await resolver.resolve({ name: name as Domain, type: 'NS' }, options);
    if (!result.ok) return result;
    const { status, canonical, records } = result.answer;
    // An alias is never an apex (RFC 1034 §3.6.2); its target's servers are not this name's.
    if (status !== 'answer' || canonical !== name) continue;
    const hosts = [...new Set(records.map(({ host }) => host))].sort().slice(0, MAX_SERVERS);
    const found = hosts.map(async (host) => ({ host, ip: await addressOf(host, resolver, options) }));
    return { ok: true, apex: name, servers: await Promise.all(found) };
  }
  return { ok: false, failure: { kind: 'failure', detail: 'no zone was found around the name' } };
}

const parentOf = (name: string): string => name.slice(name.indexOf('.') + 1 || name.length);

async function addressOf(host: string, resolver: Resolver, options: ResolveOptions): Promise<string> {
  const name = host as Domain;
  const [a, aaaa] = await Promise.all([
    resolver.resolve({ name, type: 'A' }, options),
    resolver.resolve({ name, type: 'AAAA' }, options),
  ]);
  const known = [...(a.ok ? a.answer.records : []), ...(aaaa.ok ? aaaa.answer.records : [])];
  return known[0]?.address ?? '';
}

async function ask<T extends RecordType>(
  question: Question<T>,
  servers: readonly ZoneServer[],
  port: number,
  judge: (ip: string) => boolean,
  options: AskOptions,
): Promise<readonly ZoneAnswer<T>[]> {
  const transport = createTransport();
  const askOne = async (server: ZoneServer): Promise<ZoneAnswer<T>> => {
    if (server.ip === '') return { server, result: { ok: false, error: 'unreachable' } };
    if (!judge(server.ip)) return { server, result: { ok: false, error: 'forbidden' } };
    const peer = transport.peer({ ip: server.ip, port });
    return { server, result: await askServer(transport, peer, question, options) };
  };
  try {
    return await Promise.all(servers.slice(0, MAX_SERVERS).map(askOne));
  } finally {
    transport.close();
  }
}

type Result<T extends RecordType> = ZoneAnswer<T>['result'];

async function askServer<T extends RecordType>(
  transport: Transport,
  peer: Peer,
  question: Question<T>,
  { deadline, signal }: AskOptions,
): Promise<Result<T>> {
  const say = <U extends RecordType>(type: U): Promise<Heard<U>> =>
    new Promise((hear) => transport.ask({ ...asked, type, hear }, [peer]));
  const asked = { name: question.name, links: 0, recursion: false, deadline, signal };
  const [heard, soa] = await Promise.all([say(question.type), say('SOA')]);
  if (heard.kind !== 'message') return { ok: false, error: errorOf(heard) };
  if (!heard.message.authoritative) return { ok: false, error: 'lame' };
  const { reading } = heard;
  if (reading.kind === 'loop') return { ok: false, error: 'failure' };
  const serial = serialOf(soa);
  // The chain leaves the zone: of this name the server holds no such record itself.
  if (reading.kind === 'chase')
    return { ok: true, records: [], ttl: reading.ttl, serial, negativeTtl: null, status: 'nodata' };
  const { kind: status, records, ttl } = reading;
  return { ok: true, records, ttl, serial, negativeTtl: status === 'answer' ? null : ttl, status };
}

/** From the answer where the name is the apex, else from the SOA that comes with "no such record". */
function serialOf(heard: Heard<'SOA'>): number | null {
  if (heard.kind !== 'message' || !heard.message.authoritative || !('serial' in heard.reading)) return null;
  return heard.reading.records[0]?.serial ?? heard.reading.serial;
}

function errorOf(
  heard: Exclude<Heard<RecordType>, { kind: 'message' }>,
): Exclude<Result<RecordType>, { ok: true }>['error'] {
  const why = heard.kind === 'nothing' ? heard.failures[0]?.why : 'servfail';
  switch (why) {
    case 'silent':
    case 'no-tcp':
    case undefined:
      return 'timeout';
    case 'unreachable':
    case 'refused':
      return why;
    case 'referral':
      return 'lame';
    default:
      return 'failure';
  }
}
