/** Evidence lines: what was seen, as it was said, with the command it answered. Pure; quotes, never concludes. */

import type { Experiment, Reply } from '../smtp/types.ts';

/** A greeting or an EHLO list of hundreds of lines proves no more than its first ones. */
const MOST_LINES = 30;

/** `250-host` … `250 HELP`, as on the wire. */
export const linesOf = (reply: Reply): string[] => quoted('', reply, () => true);

/** `EHLO: 500 #5.5.1 command not recognized`: a reply and the command it answers. */
export const answer = (command: string, reply: Reply | null): string[] =>
  reply === null ? [] : quoted(`${command}: `, reply, () => true);

/** Those lines of an answer whose text is wanted, however far down they stand. */
export const answerLines = (command: string, reply: Reply, wanted: (text: string) => boolean): string[] =>
  quoted(`${command}: `, reply, wanted);

function quoted(before: string, { code, lines }: Reply, wanted: (text: string) => boolean): string[] {
  const quotes: string[] = [];
  const [more, end] = [`${before}${code}-`, `${before}${code} `];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (!wanted(line)) continue;
    if (quotes.length === MOST_LINES) {
      quotes.push('…');
      break;
    }
    // Trimmed before it is put together: a string put together is only copied when somebody looks into it.
    const text = line.trimEnd();
    if (i < lines.length - 1) quotes.push(more + text);
    else quotes.push(text === '' ? end.trimEnd() : end + text);
  }
  return quotes;
}

export const answerTo = ({ sent, reply }: Experiment): string[] =>
  reply === null ? [`${sent}: connection closed`] : answer(sent, reply);
