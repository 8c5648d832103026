/**
 * A closed world for operations: real services, built as `main` builds them, with a DNS server and mail servers on loopback.
 * Every test file has a /16 of its own, in which all mail servers share one port: who dials 25 reaches that one, so that no
 * test needs a privileged port. `travel` moves the clocks that lifetimes and budgets are counted by, `setClock` the one on the wall alone.
 */

import { afterAll, expect, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { RecordData } from '../../src/dns/types.ts';
import type { Dialer, DialRequest } from '../../src/net/dial.ts';
import { invoke } from '../../src/operations/index.ts';
import type { Ticket } from '../../src/operations/meter.ts';
import type { Context, Operation, Scope, Services } from '../../src/operations/types.ts';
import { faultsOf } from '../../src/operations/validate.ts';
import type { Outcome, Refusal } from '../../src/outcome.ts';
import { buildServices, type ServicesOptions } from '../../src/services.ts';
import { type Names, type Rrset, type Rrsets, type ZoneServer, zoneServer } from '../helpers/dns-server.ts';
import { type Script, type SmtpServer, startSmtpServer } from '../helpers/smtp-server.ts';

// --- time ----------------------------------------------------------------------------------------------------------

let ahead = 0;
const clocks = { wall: Date.now.bind(Date), monotonic: performance.now.bind(performance) };
let wrong = 0;
vi.spyOn(Date, 'now').mockImplementation(() => clocks.wall() + ahead + wrong);
vi.spyOn(performance, 'now').mockImplementation(() => clocks.monotonic() + ahead);

/** Lets seconds pass at once. Only between calls: what is under way would run out of time. */
export const travel = (seconds: number): void => {
  ahead += seconds * 1000;
};

/** Somebody sets the wall clock so many seconds forwards, or back; no more time passes than that takes. */
export const setClock = (seconds: number): void => {
  wrong += seconds * 1000;
};

// --- records -------------------------------------------------------------------------------------------------------

export const mx = (ttl: number, ...records: readonly (readonly [number, string])[]): Rrsets => ({
  MX: { ttl, data: records.map(([preference, exchange]) => ({ preference, exchange })) },
});
export const a = (ttl: number, ...ips: readonly string[]): Rrsets => ({ A: addresses(ttl, ips) });
export const aaaa = (ttl: number, ...ips: readonly string[]): Rrsets => ({ AAAA: addresses(ttl, ips) });
export const cname = (ttl: number, target: string): Rrsets => ({ CNAME: { ttl, data: [{ target }] } });
export const ns = (ttl: number, ...hosts: readonly string[]): Rrsets => ({
  NS: { ttl, data: hosts.map((host) => ({ host })) },
});
const addresses = (ttl: number, ips: readonly string[]): Rrset<RecordData['A']> => ({
  ttl,
  data: ips.map((address) => ({ address })),
});

// --- the world -----------------------------------------------------------------------------------------------------

export type As = { readonly name?: string; readonly lang?: 'en' | 'th'; readonly scopes?: readonly Scope[] };

export type Running = {
  readonly services: Services;
  /** Every connection that was asked for, in order, as `address:port`. */
  readonly dialled: string[];
  /** Addresses whose packets vanish: the connection times out at once. */
  readonly dark: Set<string>;
  /** Addresses that this machine has no way to: what an IPv6 target is without IPv6. */
  readonly unroutable: Set<string>;
  call<I, O>(operation: Operation<I, O>, input: unknown, as?: As): Promise<Called<O>>;
  /** The value, which must have the form that the contract's schema gives it; a refusal fails the test. */
  value<I, O>(operation: Operation<I, O>, input: unknown, as?: As): Promise<O>;
  /** The refusal; a value fails the test. */
  refusal<I, O>(operation: Operation<I, O>, input: unknown, as?: As): Promise<Refusal>;
  /** How many tokens a caller, or a target, has left: taken one by one, and given back. */
  left(scope: 'lookup' | 'client' | 'target' | 'send', owner?: string): Promise<number>;
};

export type Called<O> = { readonly outcome: Outcome<O>; readonly usage: Context['usage'] };

export type World = {
  readonly dns: ZoneServer;
  /** The port of all mail servers. */
  readonly port: number;
  /** `address('0.7')` is 127.x.0.7. */
  address(tail: string): string;
  /** Adds names; a name given again is replaced. */
  publish(names: Names): void;
  /** How often the DNS server was asked this. */
  asked(type: string, name: string): number;
  mail(tail: string, script?: Script): Promise<SmtpServer>;
  listen(host: string, script?: Script): Promise<SmtpServer>;
  service(env?: Readonly<Record<string, string>>, options?: Partial<ServicesOptions>): Promise<Running>;
};

export async function startWorld(block: string): Promise<World> {
  const closers: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    await Promise.all(closers.map((close) => close()));
  });
  const dns = await zoneServer({ names: {} }, `${block}.0.1`);
  closers.push(() => dns.close());
  const address = (tail: string) => `${block}.${tail}`;
  const listen = async (host: string, script?: Script, port = 0) => {
    const server = await startSmtpServer(script, host, port);
    closers.push(() => server.close());
    return server;
  };
  const { port } = await listen(address('0.2'));
  return {
    dns,
    port,
    address,
    publish: dns.publish,
    asked: (type, name) => dns.asked.filter((question) => question.type === type && question.name === name).length,
    mail: (tail, script) => listen(address(tail), script, port),
    listen: (host, script) => listen(host, script, port),
    async service(env = {}, options = {}) {
      const settings = {
        DNS_SERVERS: `${dns.ip}:${dns.port}`,
        ALLOW_TARGETS: `${block}.0.0/16`,
        SMTP_PORTS: `25,${port}`,
        RATE_TARGET_PER_MINUTE: '1000',
        ...env,
      };
      const read = readConfig(settings);
      if (!read.ok) throw new Error(read.lines.join('; '));
      const built = await buildServices(read.config, { metrics: SILENT, ...options });
      closers.push(() => built.close());
      return run(built, port);
    },
  };
}

const SILENT: ServicesOptions['metrics'] = {
  mxAnswer: () => undefined,
  rrset: () => undefined,
  dnsFailure: () => undefined,
  session: () => undefined,
  send: () => undefined,
  limited: () => undefined,
};

export const contextOf = ({ name = 'desk', lang = 'en', scopes = ['read', 'probe', 'send'] }: As = {}): Context => ({
  caller: { name, scopes: new Set(scopes) },
  lang,
  requestId: 'test',
  signal: new AbortController().signal,
  usage: [],
});

function run(built: Services, port: number): Running {
  const dialled: string[] = [];
  const dark = new Set<string>();
  const unroutable = new Set<string>();
  const dialer: Dialer = {
    ...built.dialer,
    connect(request: DialRequest) {
      dialled.push(`${request.ip}:${request.port}`);
      if (unroutable.has(request.ip))
        return Promise.resolve({ ok: false, failure: 'unreachable', code: 'ENETUNREACH' });
      if (dark.has(request.ip)) return Promise.resolve({ ok: false, failure: 'timeout', code: null });
      return built.dialer.connect(request.port === 25 ? { ...request, port } : request);
    },
  };
  const services = { ...built, dialer };
  const call = async <I, O>(operation: Operation<I, O>, input: unknown, as: As = {}): Promise<Called<O>> => {
    const context = contextOf(as);
    return { outcome: await invoke(operation, input, context, services), usage: context.usage };
  };
  return {
    services,
    dialled,
    dark,
    unroutable,
    call,
    async value(operation, input, as) {
      // Made at its first use, in a second or so on a busy machine: not one that passes for the service.
      faultsOf(operation.output, null);
      const { outcome } = await call(operation, input, as);
      if (!outcome.ok) return expect.unreachable(`refused: ${JSON.stringify(outcome.refusal)}`);
      expect(faultsOf(operation.output, shown(outcome.value))).toEqual([]);
      return outcome.value;
    },
    async refusal(operation, input, as) {
      const { outcome } = await call(operation, input, as);
      if (outcome.ok) return expect.unreachable('was not refused');
      return outcome.refusal;
    },
    async left(scope, owner = 'desk') {
      const context = contextOf({ name: owner });
      const take = () =>
        scope === 'target' ? services.meter.takeTarget(owner, context) : services.meter.take(scope, context);
      const taken: Ticket[] = [];
      for (let next = await take(); next.ok; next = await take()) taken.push(next.value);
      for (const ticket of taken) await ticket.giveBack();
      return taken.length;
    },
  };
}

/** What a door would send: JSON, of the part that is the contract's. */
function shown(value: unknown): unknown {
  const part = value as { answer?: () => unknown; route?: unknown };
  return JSON.parse(JSON.stringify(part.answer?.() ?? part.route ?? value));
}

/** The codes of findings, in order. */
export const codes = (findings: readonly { readonly code: string }[]): string[] => findings.map(({ code }) => code);

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
