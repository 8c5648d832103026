/**
 * The span of an SMTP session, a probe's or a send's: whom it was with, how far it came, how it ended. Nothing that was said
 * in it. Without a tracer the session just runs.
 */

import type { ProbeTarget } from '../smtp/probe.ts';
import type { SendOptions } from '../smtp/send.ts';
import type { HostProbe } from '../smtp/types.ts';
import type { SpanEnd, SpanStart, Tracer } from './tracer.ts';

export function tracedProbe(
  tracer: Tracer | undefined,
  { host, ip, port }: ProbeTarget,
  session: () => Promise<HostProbe>,
): Promise<HostProbe> {
  if (tracer === undefined) return session();
  return tracer.span(startOf('SMTP probe', host, ip ?? '', port), session, ({ outcome, stage, tls }) =>
    endOf(outcome, stage, outcome !== 'ok', tls?.negotiated === true),
  );
}

export function tracedAttempts(tracer: Tracer | undefined): Pick<SendOptions, 'around'> {
  if (tracer === undefined) return {};
  return {
    around: ({ host, ip, port }, session) =>
      tracer.span(startOf('SMTP send', host, ip, port), session, ({ attempt: { outcome, stage, facts } }) =>
        endOf(outcome, stage, !TAKEN.has(outcome), facts?.tls?.negotiated === true),
      ),
  };
}

const TAKEN: ReadonlySet<string> = new Set(['accepted', 'dry-run-accepted']);

const startOf = (name: string, host: string, ip: string, port: number): SpanStart => ({
  name,
  kind: 'client',
  attributes: {
    'server.address': host,
    'server.port': port,
    'network.peer.address': ip,
    'network.peer.port': port,
    'network.transport': 'tcp',
    'network.protocol.name': 'smtp',
  },
});

const endOf = (outcome: string, stage: string, failed: boolean, secure: boolean): SpanEnd => ({
  attributes: { 'mxscope.smtp.outcome': outcome, 'mxscope.smtp.stage': stage, 'tls.established': secure },
  error: failed ? outcome : undefined,
});
