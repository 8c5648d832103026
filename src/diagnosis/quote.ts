/** Evidence lines: what was seen, as it was said, with the command it answered. Pure; quotes, never concludes. */

import type { Experiment, Reply } from '../smtp/types.ts';

/** A greeting or an EHLO list of hundreds of lines proves no more than its first ones. */
const MOST_LINES = 30;

/** `250-host` … `250 HELP`, as on the wire. */
export function linesOf(reply: Reply): string[] {
  const last = reply.lines.length - 1;
  const lines = reply.lines.map((line, i) => `${reply.code}${i < last ? '-' : ' '}${line}`.trimEnd());
  return lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), '…'] : lines;
}

/** `EHLO: 500 #5.5.1 command not recognized`: a reply and the command it answers. */
export const answer = (command: string, reply: Reply | null): string[] =>
  reply === null ? [] : linesOf(reply).map((line) => `${command}: ${line}`);

/** Those lines of an answer whose text is wanted, however far down they stand. */
export function answerLines(command: string, reply: Reply, wanted: (text: string) => boolean): string[] {
  const last = reply.lines.length - 1;
  const lines = reply.lines.flatMap((text, i) =>
    wanted(text) ? [`${command}: ${reply.code}${i < last ? '-' : ' '}${text}`.trimEnd()] : [],
  );
  return lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), '…'] : lines;
}

export const answerTo = ({ sent, reply }: Experiment): string[] =>
  reply === null ? [`${sent}: connection closed`] : answer(sent, reply);
