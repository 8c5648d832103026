/**
 * Ports that say how long each call took: the same port, with a span around what goes out to the network. Built by
 * `services.ts` where there is a tracer, so that without one the ports are those they wrap. Adds no wait and no failure.
 */

import type { DnsResult, RecordType, Resolver } from '../dns/types.ts';
import type { ZoneClient } from '../dns/zone.ts';
import type { SpanEnd, SpanStart, Tracer } from '../operations/tracer.ts';

/** A span for each question that goes to the network, whoever waits for its answer besides. */
export function tracedResolver(resolver: Resolver, tracer: Tracer): Resolver {
  return {
    trustedForAd: resolver.trustedForAd,
    resolve: (question, options) =>
      tracer.span(questionOf(question), () => resolver.resolve(question, options), endOfQuestion),
  };
}

/** A span for each question to all servers of a zone. */
export function tracedZones(zones: ZoneClient, tracer: Tracer): ZoneClient {
  return {
    find: (domain, options) => zones.find(domain, options),
    ask: (question, servers, options) =>
      tracer.span(
        questionOf(question),
        () => zones.ask(question, servers, options),
        (answers) => ({
          attributes: {
            'mxscope.dns.servers': answers.length,
            'mxscope.dns.servers_failed': answers.filter(({ result }) => !result.ok).length,
          },
        }),
      ),
  };
}

const questionOf = ({ name, type }: { readonly name: string; readonly type: RecordType }): SpanStart => ({
  name: `DNS ${type}`,
  kind: 'client',
  attributes: { 'dns.question.name': name, 'mxscope.dns.question.type': type },
});

const endOfQuestion = (result: DnsResult): SpanEnd =>
  result.ok
    ? { attributes: { 'mxscope.dns.answer': result.answer.status } }
    : { attributes: { 'mxscope.dns.answer': result.failure.kind }, error: result.failure.kind };

/** A span for each command; keys and values stay out of it. */
export function tracedCommands(tracer: Tracer) {
  return <T>(command: string, run: () => Promise<T>): Promise<T> =>
    tracer.span(
      { name: command, kind: 'client', attributes: { 'db.system.name': 'redis', 'db.operation.name': command } },
      run,
      () => ({}),
    );
}
