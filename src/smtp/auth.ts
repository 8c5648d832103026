/**
 * SMTP AUTH with a name and a password (RFC 4954): PLAIN, else LOGIN. The caller has made sure of TLS and of the certificate.
 * Neither the exchange nor the server's words in it reach the transcript, and the reply that comes back has no text: a server
 * may echo what it was told.
 */

import type { Session } from './session.ts';
import type { Reply } from './types.ts';

export type Credentials = { readonly username: string; readonly password: string };

/** RFC 4954 §4: an initial response has to fit the command line of 512 octets. */
const MAX_COMMAND = 500;

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** The one that will be used; null when neither is offered. */
export const mechanismOf = (offered: readonly string[]): 'PLAIN' | 'LOGIN' | null =>
  offered.includes('PLAIN') ? 'PLAIN' : offered.includes('LOGIN') ? 'LOGIN' : null;

/** The reply that ended it: 235 is yes. null when the server offers neither mechanism; nothing has been said then. */
export async function authenticate(
  session: Session,
  offered: readonly string[],
  credentials: Credentials,
): Promise<Reply | null> {
  const mechanism = mechanismOf(offered);
  if (mechanism === null) return null;
  const { code, enhanced } = await (mechanism === 'PLAIN' ? plain : login)(session, credentials);
  return { code, enhanced, lines: [] };
}

const say = (session: Session, line: string): Promise<Reply> => session.command(line, { secret: true });

/** RFC 4616. */
async function plain(session: Session, { username, password }: Credentials): Promise<Reply> {
  const response = base64(`\0${username}\0${password}`);
  if (response.length <= MAX_COMMAND) return say(session, `AUTH PLAIN ${response}`);
  const asked = await say(session, 'AUTH PLAIN');
  return asked.code === 334 ? say(session, response) : asked;
}

async function login(session: Session, { username, password }: Credentials): Promise<Reply> {
  let reply = await say(session, 'AUTH LOGIN');
  for (const answer of [username, password]) {
    if (reply.code !== 334) return reply;
    reply = await say(session, base64(answer));
  }
  return reply;
}
