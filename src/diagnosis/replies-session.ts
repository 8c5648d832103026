/**
 * A pasted session as the facts that the judge reads, the same as those of a live probe: greeting, EHLO, HELO, STARTTLS and
 * the keywords offered. Pure. null where the text is no session; what the session did not show is null in the facts. Texts
 * are quoted as the contract says (§1).
 */

import { parseCapabilities } from '../smtp/capabilities.ts';
import { printable } from '../smtp/printable.ts';
import type { Reply, SessionFacts } from '../smtp/types.ts';
import type { FoundReply, PastedEvent } from './replies-parse.ts';

export const asReply = ({ code, enhanced, lines }: FoundReply): Reply => ({
  code,
  enhanced,
  lines: lines.map(printable),
});

type Verb = 'ehlo' | 'helo' | 'starttls' | 'other';

const verbOf = (command: string): Verb => {
  const word = /^[a-z]{1,8}/i.exec(command)?.[0].toLowerCase();
  return word === 'ehlo' || word === 'helo' || word === 'starttls' ? word : 'other';
};

/** The first answer of each kind is kept: after STARTTLS the greeting is repeated inside TLS, where nobody can rewrite it. */
type Heard = {
  banner: FoundReply | null;
  ehlo: FoundReply | null;
  helo: FoundReply | null;
  starttls: FoundReply | null;
};

export function sessionFacts(events: readonly PastedEvent[]): SessionFacts | null {
  const spoken = events.some((event) => event.kind === 'command' && verbOf(event.text) !== 'other');
  const first = events[0];
  const greeted = first?.kind === 'reply' && first.reply.code === 220;
  if (!spoken && !greeted) return null;
  const { heard, droppedOnEhlo } = spoken ? hear(events) : { heard: inOrder(events), droppedOnEhlo: false };
  const unfinished = heard.banner !== null && !heard.banner.complete ? heard.banner : null;
  const ehlo = heard.ehlo === null ? null : asReply(heard.ehlo);
  return {
    banner: heard.banner === null || unfinished !== null ? null : asReply(heard.banner),
    ehlo,
    helo: heard.helo === null ? null : asReply(heard.helo),
    startTls: heard.starttls === null ? null : asReply(heard.starttls),
    unfinishedGreeting: unfinished === null ? [] : greetingLines(unfinished),
    droppedOnEhlo,
    capabilities: ehlo?.code === 250 ? parseCapabilities(ehlo) : null,
    experiments: [],
  };
}

function hear(events: readonly PastedEvent[]): { heard: Heard; droppedOnEhlo: boolean } {
  const heard: Heard = { banner: null, ehlo: null, helo: null, starttls: null };
  let asked: Verb | 'connect' = 'connect';
  let droppedOnEhlo = false;
  for (const event of events) {
    if (event.kind === 'command') asked = verbOf(event.text);
    else if (event.kind === 'closed') droppedOnEhlo ||= asked === 'ehlo' && heard.ehlo === null;
    else {
      if (asked === 'connect') heard.banner ??= event.reply;
      else if (asked !== 'other') heard[asked] ??= event.reply;
      asked = 'other';
    }
  }
  return { heard, droppedOnEhlo };
}

/** Only the server's lines were pasted. After a greeting comes EHLO, and after a refused EHLO comes HELO. */
function inOrder(events: readonly PastedEvent[]): Heard {
  const [banner = null, second = null, third = null] = events.flatMap((event) =>
    event.kind === 'reply' ? [event.reply] : [],
  );
  const heard: Heard = { banner, ehlo: null, helo: null, starttls: null };
  if (second === null) return heard;
  if (second.code >= 400) return { ...heard, ehlo: second, helo: third?.code === 250 ? third : null };
  if (second.code !== 250) return heard;
  return second.lines.length > 1 ? { ...heard, ehlo: second } : { ...heard, helo: second };
}

const greetingLines = ({ lines }: FoundReply): string[] =>
  lines.map((line, i) => printable(i === 0 ? `220-${line}` : line));

const PORT_SPOKEN =
  /(?:\btelnet\s{1,4}[^\s:]{1,255}[\s:]{1,4}|\b(?:nc|ncat|netcat)\s(?:-\S{1,10}\s{1,4}){0,4}[^\s:]{1,255}\s{1,4}|-connect\s{1,4}[^\s:]{1,255}:|\btrying\s{1,4}[^\s:]{1,255}:|\bport\s{1,4})(\d{1,5})(?!\d)/i;

/** The port that the session was held on, where the text tells. */
export function sessionPort(text: string): number | null {
  const port = Number(PORT_SPOKEN.exec(text)?.[1]);
  return port >= 1 && port <= 65_535 ? port : null;
}
