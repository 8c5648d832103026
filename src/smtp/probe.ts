/**
 * Asks one mail server what it can do: greeting, EHLO or HELO, STARTTLS, EHLO again, QUIT (contract §3). It never sends MAIL
 * or RCPT, and opens one connection at a time. Whatever happens on the wire is data: the answer holds what was learnt, how
 * far it got and why it stopped there; only our own faults are thrown. When the session bears a firewall's marks, and only
 * then, `experiments.ts` asks further.
 */

import type { Dialer } from '../net/dial.ts';
import { experimentApart, experimentInSession } from './experiments.ts';
import { bearsMarks } from './masks.ts';
import { begin, blank, noteEnd, openSession, type ProbeOptions, type ProbeTarget, since } from './opening.ts';
import type { HostProbe, ProbeOutcome, Stage } from './types.ts';

export type { ProbeOptions, ProbeTarget };

/** A host that was not asked, and why. */
export function undialled(target: ProbeTarget, outcome: ProbeOutcome, stage: Stage): HostProbe {
  return { ...blank(target), outcome, stage };
}

export async function probeHost(target: ProbeTarget, dialer: Dialer, options: ProbeOptions): Promise<HostProbe> {
  const { ip } = target;
  if (ip === null) return undialled(target, 'unreachable', 'resolve');
  const run = begin({ ...target, ip }, dialer, options);
  try {
    const session = await openSession(run);
    if (session) {
      run.seen.outcome = 'ok';
      const suspicious = bearsMarks(run.seen);
      // A firewall does not see what TLS carries: inside it there is nothing to learn.
      if (suspicious && !session.secure) await experimentInSession(run, session);
      run.seen.stage = 'quit';
      await session.quit();
      if (suspicious && !run.seen.droppedOnEhlo && target.security !== 'implicit') await experimentApart(run);
    }
  } catch (error) {
    noteEnd(run, error);
  } finally {
    run.session?.close();
  }
  run.seen.timings.totalMs = since(run.startedAt);
  return run.seen;
}
