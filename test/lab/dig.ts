/**
 * Asks with BIND's dig or Knot's kdig and reads what they print. The oracle of the DNS lab: it shares no code with the
 * service. A tool that gets no answer gives status TIMEOUT.
 */

import { needCommand, run } from './lab.ts';

export type DigRecord = { readonly name: string; readonly ttl: number; readonly type: string; readonly data: string };

export type DigReply = {
  readonly status: string;
  readonly flags: readonly string[];
  readonly answer: readonly DigRecord[];
  readonly authority: readonly DigRecord[];
  readonly text: string;
};

export type DigOptions = {
  readonly tool?: 'dig' | 'kdig';
  readonly recurse?: boolean;
  readonly tcp?: boolean;
  readonly tries?: number;
  readonly seconds?: number;
};

export type DigQuestion = readonly [name: string, type: string];

type Server = { readonly ip: string; readonly port: number };

export async function dig(server: Server, name: string, type: string, options: DigOptions = {}): Promise<DigReply> {
  const [reply] = await digAll(server, [[name, type]], options);
  return reply ?? NO_REPLY;
}

const NO_REPLY: DigReply = { status: 'TIMEOUT', flags: [], answer: [], authority: [], text: '' };

/** Several questions to one server by one process, one after the other; replies in order. */
export async function digAll(
  server: Server,
  questions: readonly DigQuestion[],
  options: DigOptions = {},
): Promise<readonly DigReply[]> {
  const tool = options.tool ?? 'dig';
  const wait = `+time=${options.seconds ?? 5}`;
  const flags = ['+noidn', '+adflag', wait, tool === 'dig' ? `+tries=${options.tries ?? 2}` : '+retry=1'];
  if (tool === 'dig') flags.push('+norrcomments', '+nocookie', '+noidnin', '+noidnout');
  if (options.recurse === false) flags.push('+norecurse');
  if (options.tcp) flags.push('+tcp');
  const asked = flags.filter((flag) => flag !== '+noidn' || tool === 'kdig');
  // What stands before the first question holds for all of them.
  const args = [`@${server.ip}`, '-p', String(server.port), ...asked, ...questions.flat()];
  const { stdout, stderr } = await run(needCommand(tool), args, { timeoutMs: 30_000 });
  const texts = stdout.split(/^(?=;; ->>HEADER<<-)/m).filter((text) => text.startsWith(';; ->>'));
  if (texts.length === questions.length) return texts.map(read);
  if (questions.length > 1) throw new Error(`${tool} had ${texts.length} replies to ${args.join(' ')}: ${stderr}`);
  return [{ ...NO_REPLY, text: stdout + stderr }];
}

function read(text: string): DigReply {
  const status = /status: (\w+)/.exec(text)?.[1] ?? 'TIMEOUT';
  const flags = /flags: ([a-z ]*);/i.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  const sections: Record<string, DigRecord[]> = { ANSWER: [], AUTHORITY: [] };
  let section: DigRecord[] | undefined;
  for (const line of text.split('\n')) {
    const title = /^;; (\w+) SECTION:/.exec(line)?.[1];
    if (title) section = sections[title];
    else if (line === '') section = undefined;
    else if (section && !line.startsWith(';')) section.push(readRecord(line));
  }
  return { status, flags, answer: sections.ANSWER ?? [], authority: sections.AUTHORITY ?? [], text };
}

function readRecord(line: string): DigRecord {
  const [name = '', ttl = '', , type = '', ...data] = line.trim().split(/\s+/);
  const lower = data.join(' ').toLowerCase();
  return { name: withoutDot(name.toLowerCase()), ttl: Number(ttl), type, data: lower };
}

export const withoutDot = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name);
