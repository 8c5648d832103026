/**
 * What operations count, as a port: the door that publishes `/metrics` holds the registry. No label carries a domain, an
 * address or a caller.
 */

export interface Metrics {
  /** One MX answer, by where it came from. */
  mxAnswer(state: 'hit' | 'miss' | 'stale', layer: 'memory' | 'redis' | null): void;
  /** One question to the cache of RRsets. */
  rrset(source: 'memory' | 'redis' | 'miss' | 'stale'): void;
  /** One question that the network did not answer. */
  dnsFailure(kind: 'failure' | 'bogus' | 'timeout'): void;
  /** One SMTP session that was dialled, by its outcome, and its length in seconds. */
  session(outcome: string, seconds: number): void;
  /** One test send that ended, by status. */
  send(status: string): void;
  /** One refusal for want of tokens, by scope. */
  limited(scope: string): void;
}
