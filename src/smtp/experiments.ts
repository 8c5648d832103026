/**
 * The polite questions that tell a rewriting firewall from an old server, asked only of a session that bears its marks: at
 * most two commands that a server must refuse, and one more session. They add to `experiments` and to the transcript and
 * change nothing else: whatever goes wrong here, the probe's outcome stands.
 */

import { hearGreeting, type Run } from './opening.ts';
import { type Session, SessionEnd } from './session.ts';
import type { Experiment, Reply } from './types.ts';

/** Eight letters without an X, known to nobody. A server that echoes X's for it never saw it; one that says 2xx saw NOOP. */
const UNKNOWN_VERB = 'QZJVKWPT';
/** RFC 3207 §4: 501 from whoever knows the word, in use or not, and no handshake either way. Overwritten, it is echoed as X's. */
const STARTTLS_ARGUMENT = 'STARTTLS q';
/** An inspector that judges packets, not lines, sees a command in two of them as none. */
const SPLIT_MS = 200;

/** In the probe's own session, before QUIT, while it is in clear: a firewall does not see what TLS carries. */
export async function experimentInSession(run: Run, session: Session): Promise<void> {
  await quietly(async () => {
    await ask(run, session, 'unknown-verb', UNKNOWN_VERB);
    if (run.seen.startTls) return;
    const reply = await ask(run, session, 'starttls-argument', STARTTLS_ARGUMENT);
    // Against RFC 3207 it waits for a handshake now: nothing more can be said in clear.
    if (reply?.code === 220) session.close();
  });
}

/** In a session of its own, when the caller grants one: EHLO in two segments. */
export async function experimentApart(run: Run): Promise<void> {
  if (!(await run.options.anotherSession?.())) return;
  const before = { ...run.seen };
  await quietly(async () => {
    const session = await hearGreeting(run);
    if (!session) return;
    await askSplit(run, session);
    if (before.tls.negotiated) await ask(run, session, 'unknown-verb', UNKNOWN_VERB);
    await session.quit();
  });
  Object.assign(run.seen, { ...before, experiments: run.seen.experiments });
}

async function ask(run: Run, session: Session, name: Experiment['name'], line: string): Promise<Reply | null> {
  return note(run, name, line, session.command(line));
}

async function askSplit(run: Run, session: Session): Promise<Reply | null> {
  const line = `EHLO ${run.name}`;
  session.send(line.slice(0, 1));
  await new Promise((resolve) => setTimeout(resolve, SPLIT_MS));
  session.send(`${line.slice(1)}\r\n`, line);
  return note(run, 'split-ehlo', line, session.reply());
}

/** Notes the experiment, answered or not; a session that ended over it ends here too. */
async function note(run: Run, name: Experiment['name'], sent: string, answer: Promise<Reply>): Promise<Reply | null> {
  try {
    const reply = await answer;
    run.seen.experiments = [...run.seen.experiments, { name, sent, reply }];
    return reply;
  } catch (error) {
    run.seen.experiments = [...run.seen.experiments, { name, sent, reply: null }];
    throw error;
  }
}

async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SessionEnd)) throw error;
  }
}
