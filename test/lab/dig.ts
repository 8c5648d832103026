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

export async function dig(
  server: { readonly ip: string; readonly port: number },
  name: string,
  type: string,
  options: DigOptions = {},
): Promise<DigReply> {
  const tool = options.tool ?? 'dig';
  const wait = `+time=${options.seconds ?? 5}`;
  const flags = ['+noidn', '+adflag', wait, tool === 'dig' ? `+tries=${options.tries ?? 2}` : '+retry=1'];
  if (tool === 'dig') flags.push('+norrcomments', '+nocookie', '+noidnin', '+noidnout');
  if (options.recurse === false) flags.push('+norecurse');
  if (options.tcp) flags.push('+tcp');
  const asked = flags.filter((flag) => flag !== '+noidn' || tool === 'kdig');
  const args = [`@${server.ip}`, '-p', String(server.port), name, type, ...asked];
  const { stdout, stderr } = await run(needCommand(tool), args, { timeoutMs: 30_000 });
  return read(stdout, stderr);
}

function read(stdout: string, stderr: string): DigReply {
  const status = /status: (\w+)/.exec(stdout)?.[1] ?? 'TIMEOUT';
  const flags = /flags: ([a-z ]*);/i.exec(stdout)?.[1]?.trim().split(/\s+/) ?? [];
  const sections: Record<string, DigRecord[]> = { ANSWER: [], AUTHORITY: [] };
  let section: DigRecord[] | undefined;
  for (const line of stdout.split('\n')) {
    const title = /^;; (\w+) SECTION:/.exec(line)?.[1];
    if (title) section = sections[title];
    else if (line === '') section = undefined;
    else if (section && !line.startsWith(';')) section.push(readRecord(line));
  }
  return {
    status,
    flags,
    answer: sections.ANSWER ?? [],
    authority: sections.AUTHORITY ?? [],
    text: stdout + stderr,
  };
}

function readRecord(line: string): DigRecord {
  const [name = '', ttl = '', , type = '', ...data] = line.trim().split(/\s+/);
  const lower = data.join(' ').toLowerCase();
  return { name: withoutDot(name.toLowerCase()), ttl: Number(ttl), type, data: lower };
}

export const withoutDot = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name);
