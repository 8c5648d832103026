/**
 * The only judge of sessions, live or pasted: from what a server said to findings, each with the lines it rests on. Pure; no
 * clock but the `now` it is given. What is about the whole company (the same mask everywhere, nobody reachable) is for
 * `together.ts`. Returns an empty list for an honest session.
 */

import { accepted } from '../smtp/masks.ts';
import type { HostProbe, Reply, Security, SessionFacts } from '../smtp/types.ts';
import { type FindingOptions, finding } from './findings.ts';
import { middleboxFindings, offersStartTls } from './middlebox.ts';
import { aboutUs } from './prober.ts';
import { answer, answerLines, linesOf } from './quote.ts';
import { tlsFindings } from './tls.ts';
import type { Finding } from './types.ts';

export type SessionContext = {
  readonly port: number;
  /** null where a pasted session names none. */
  readonly host: string | null;
  readonly ip?: string | null;
  /** By the port when not given: `implicit` on 465. */
  readonly security?: Security;
};

type Params = NonNullable<FindingOptions['params']>;

const SLOW_BANNER_MS = 10_000;

function paramsOf({ host, port, ip }: SessionContext): Params {
  const params: Record<string, string | number> = { port };
  if (host !== null) params.host = host;
  if (ip !== null && ip !== undefined) params.ip = ip;
  return params;
}

/** Judges the part of a session that a live probe and a pasted transcript both have. */
export function diagnoseSession(facts: SessionFacts, context: SessionContext): Finding[] {
  const params = paramsOf(context);
  const inClear = (context.security ?? (context.port === 465 ? 'implicit' : 'starttls')) !== 'implicit';
  const ours = refusalOfUs(facts, params);
  // What is said to us alone proves nothing about the path or the server.
  const rest = ours ? { ...facts, ehlo: forUs(facts.ehlo), helo: forUs(facts.helo) } : facts;
  const boxes = middleboxFindings(rest, params);
  const inspected = boxes.some(({ code }) => code === 'esmtp-inspection');
  const stripped = boxes.some(({ code }) => code === 'starttls-stripped');
  const found = [
    ours,
    ...boxes,
    oddBanner(facts, params),
    ours || inspected ? null : rejection(facts, params),
    inClear && !inspected && !stripped ? missingStartTls(rest, params) : null,
    stripped ? null : refusedStartTls(facts, params),
    inClear ? passwordsInClear(facts, params) : null,
  ];
  return found.filter((one) => one !== null);
}

const forUs = (reply: Reply | null): Reply | null => (reply && aboutUs(reply) ? null : reply);

function refusalOfUs({ banner, ehlo, helo }: SessionFacts, params: Params): Finding | null {
  const greeting = banner && aboutUs(banner);
  const greeted = ehlo && aboutUs(ehlo);
  const fellBack = helo && aboutUs(helo);
  const first = greeting ?? greeted ?? fellBack;
  if (first === null) return null;
  const evidence = [
    ...(banner && greeting ? linesOf(banner) : []),
    ...(greeted ? answer('EHLO', ehlo) : []),
    ...(fellBack ? answer('HELO', helo) : []),
  ];
  return finding(first, { params, evidence, confidence: 'likely' });
}

/** RFC 5321 §3.1: the opening is 220, or 554; another positive code is not SMTP as senders know it. */
function oddBanner({ banner }: SessionFacts, params: Params): Finding | null {
  if (!banner || banner.code === 220 || banner.code >= 400) return null;
  return finding('banner-not-220', { params, evidence: linesOf(banner) });
}

function rejection(facts: SessionFacts, params: Params): Finding | null {
  const { banner, ehlo, helo } = facts;
  if (banner && banner.code >= 400) return rejected(banner.code, linesOf(banner), params);
  // RFC 5321 §3.8: 421 closes the channel, so there is no HELO to fall back to.
  if (ehlo?.code === 421) return rejected(421, answer('EHLO', ehlo), params);
  if (helo && !accepted(helo) && ehlo && !accepted(ehlo)) {
    return rejected(helo.code, [...answer('EHLO', ehlo), ...answer('HELO', helo)], params);
  }
  return null;
}

function rejected(code: number, evidence: string[], params: Params): Finding {
  return code >= 400 && code < 500
    ? finding('greeting-rejected', { params: { ...params, variant: 'temporary' }, evidence, severity: 'warning' })
    : finding('greeting-rejected', { params, evidence });
}

function missingStartTls(facts: SessionFacts, params: Params): Finding | null {
  if (!facts.ehlo || !accepted(facts.ehlo) || offersStartTls(facts)) return null;
  return finding('starttls-missing', { params, evidence: answer('EHLO', facts.ehlo) });
}

/** Offered, and answered with another refusal than "unknown command"; where the offer was not pasted, such a refusal implies it. */
function refusedStartTls(facts: SessionFacts, params: Params): Finding | null {
  const { startTls, ehlo } = facts;
  if (!startTls || startTls.code === 220 || startTls.code === 500 || startTls.code === 502) return null;
  if (ehlo !== null && !offersStartTls(facts)) return null;
  return finding('starttls-failed', { params, evidence: answer('STARTTLS', startTls) });
}

/** RFC 4954 §4 forbids to offer what sends the password readable, unless the channel is protected. */
function passwordsInClear(facts: SessionFacts, params: Params): Finding | null {
  const weak = facts.capabilities?.auth.some((mechanism) => /^(?:PLAIN|LOGIN)$/i.test(mechanism)) ?? false;
  if (!weak || !facts.ehlo) return null;
  const evidence = answerLines('EHLO', facts.ehlo, (text) => /^\s*AUTH[ =]/i.test(text));
  return finding('auth-without-tls', { params, evidence: evidence.length > 0 ? evidence : answer('EHLO', facts.ehlo) });
}

/** Everything one probe of one address says about its host. */
export function diagnoseHost(probe: HostProbe, now: number): Finding[] {
  const { outcome } = probe;
  if (outcome === 'forbidden' || outcome === 'rate-limited' || outcome === 'skipped') return [];
  const found = [...diagnoseSession(probe, probe), ...tlsFindings(probe, now), ...slowBanner(probe)];
  const params = paramsOf(probe);
  if (outcome === 'protocol-error' && probe.banner === null) {
    found.push(finding('banner-not-220', { params, evidence: heardFrom(probe) }));
  }
  // Whatever cut the conversation short is said once: by what was found in it, or as a host that does not answer.
  const explained = found.some(({ code }) => ENDS_SESSION.has(code));
  return explained ? found : [...found, ...silence(probe, params)];
}

const ENDS_SESSION: ReadonlySet<string> = new Set([
  'esmtp-inspection',
  'prober-blocked',
  'prober-throttled',
  'banner-not-220',
  'greeting-rejected',
  'starttls-failed',
  'plaintext-injection',
]);

function heardFrom({ transcript }: HostProbe): string[] {
  const heard = transcript.filter(({ from }) => from === 'S').map(({ line }) => line);
  return heard.length > 0 ? heard.slice(0, 10) : ['no SMTP reply'];
}

function slowBanner(probe: HostProbe): Finding[] {
  const { banner, timings } = probe;
  if (!banner || timings.bannerMs === null || timings.bannerMs <= SLOW_BANNER_MS) return [];
  const evidence = [`greeting after ${(timings.bannerMs / 1000).toFixed(1)} s`, ...linesOf(banner)];
  return [finding('banner-slow', { params: paramsOf(probe), evidence })];
}

/** A host that could not be talked to, with what our socket saw. Silence may be our path's, so it is only possible. */
function silence(probe: HostProbe, params: Params): Finding[] {
  const { outcome, stage, ip, port, socketError } = probe;
  const of = (variant: string, confidence: Finding['confidence'], seen: string) => [
    finding('host-not-answering', { params: { ...params, variant }, confidence, evidence: [seen] }),
  ];
  const where = `connect to ${ip} port ${port}`;
  if (stage === 'resolve') {
    if (outcome !== 'unreachable') return [];
    // The caller asked for one family; of the other nothing is known here.
    if (probe.family === 4) return of('no-ipv4', 'likely', `${probe.host}. A: no address`);
    if (probe.family === 6) return of('no-ipv6', 'likely', `${probe.host}. AAAA: no address`);
    // The exchange of a domain without any address is said by the route's own finding.
    return probe.preference === null ? of('no-address', 'likely', `${probe.host}. A, AAAA: no address`) : [];
  }
  if (stage === 'connect') {
    if (outcome === 'refused') return of('refused', 'certain', `${where}: ${socketError ?? 'refused'}`);
    if (outcome === 'unreachable') return of('unreachable', 'possible', `${where}: ${socketError ?? 'unreachable'}`);
    if (outcome === 'timeout') return of('dropped', 'possible', `${where}: no answer`);
  }
  if (probe.ehlo !== null && accepted(probe.ehlo)) return [];
  if (outcome === 'timeout') return of('silent', 'possible', `${stage}: no reply in time`);
  if (outcome === 'reset') return of('reset', 'likely', `${stage}: ${socketError ?? 'connection closed'}`);
  if (outcome === 'protocol-error') return of('garbled', 'likely', heardFrom(probe).at(-1) ?? 'no SMTP reply');
  return [];
}
