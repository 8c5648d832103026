/** Builds what the judge reads from lines as they stand in a log. */

import { parseCapabilities } from '../../src/smtp/capabilities.ts';
import type { Experiment, HostProbe, Reply, SessionFacts } from '../../src/smtp/types.ts';

/** `250-a\n250 b` as a reply. */
export function reply(text: string): Reply {
  const lines = text.split('\n');
  return {
    code: Number(lines.at(-1)?.slice(0, 3)),
    enhanced: /^.{4}#?([245]\.\d{1,3}\.\d{1,3})\b/.exec(lines[0] ?? '')?.[1] ?? null,
    lines: lines.map((line) => line.slice(4)),
  };
}

export type Said = {
  readonly banner?: string;
  readonly ehlo?: string;
  readonly helo?: string;
  readonly startTls?: string;
  readonly unfinished?: readonly string[];
  readonly droppedOnEhlo?: boolean;
  readonly experiments?: readonly (readonly [Experiment['name'], string, string | null])[];
};

const maybe = (text: string | undefined): Reply | null => (text === undefined ? null : reply(text));

export function session(said: Said): SessionFacts {
  const ehlo = maybe(said.ehlo);
  return {
    banner: maybe(said.banner),
    ehlo,
    helo: maybe(said.helo),
    startTls: maybe(said.startTls),
    unfinishedGreeting: said.unfinished ?? [],
    droppedOnEhlo: said.droppedOnEhlo ?? false,
    capabilities: ehlo && ehlo.code < 300 ? parseCapabilities(ehlo) : null,
    experiments: (said.experiments ?? []).map(([name, sent, text]) => ({
      name,
      sent,
      reply: text === null ? null : reply(text),
    })),
  };
}

export function probe(said: Said, more: Partial<HostProbe> = {}): HostProbe {
  const facts = session(said);
  const offered = facts.capabilities?.startTls ?? false;
  return {
    ...facts,
    host: 'mx.example.com',
    ip: '192.0.2.10',
    family: 4,
    port: 25,
    security: 'starttls',
    preference: 10,
    outcome: 'ok',
    stage: 'quit',
    capabilitiesAfterTls: null,
    tls: { offered, negotiated: false, protocol: null, cipher: null, certificate: null },
    tlsFailure: null,
    plaintextInjection: false,
    socketError: null,
    timings: { connectMs: 10, bannerMs: 20, greetingMs: 10, tlsMs: null, totalMs: 50 },
    transcript: [],
    ...more,
  };
}

/** A host that nothing came of. */
export const dead = (outcome: HostProbe['outcome'], more: Partial<HostProbe> = {}): HostProbe =>
  probe({}, { outcome, stage: 'connect', ...more });

export const HONEST: Said = {
  banner: '220 mx.example.com ESMTP Postfix',
  ehlo: '250-mx.example.com\n250-PIPELINING\n250-SIZE 10240000\n250-STARTTLS\n250-ENHANCEDSTATUSCODES\n250 8BITMIME',
  startTls: '220 2.0.0 Ready to start TLS',
};
