/**
 * A machine with a network of our making: a network namespace in which `netns-scene.ts` runs DNS, mail servers and the service,
 * and asks it. Nothing in it has a way out, so that targets may be any address at all; it is gone with its last process.
 * Where namespaces are not permitted `namespaceTrouble` says so in a few words.
 */

import { join } from 'node:path';
import type { Names } from '../helpers/dns-server.ts';
import type { Script } from '../helpers/smtp-server.ts';
import { findCommand, must, needCommand, run } from './lab.ts';
import { type Json, root } from './service.ts';

export type Listener = {
  /** Every address of a family with `0.0.0.0` or `::`. */
  readonly ip: string;
  /** 25 when left out. */
  readonly port?: number;
  readonly script?: Script;
  /** A firewall stands before it. */
  readonly cisco?: 'pix' | 'asa';
};

export type Ask = { readonly of: string; readonly path: string; readonly body?: unknown };

/** Data alone: it is told to another process. */
export type Scene = {
  /** Commands of `ip`; `lo` is up already. */
  readonly network: readonly string[];
  readonly names: Names;
  readonly servers: readonly Listener[];
  /** The services that run in it, by the name that `of` takes, with what is in their environment. */
  readonly services: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** One round after the other; what is in one is asked at once. */
  readonly rounds: readonly (readonly Ask[])[];
};

export type Round = {
  readonly answers: readonly { readonly status: number; readonly body: Json }[];
  /** How many connections the mail servers had had by its end. */
  readonly connections: number;
  /** How many connections, to whomever, this machine had begun in it: one for each answer at most is the asking itself. */
  readonly begun: number;
};

const SCENE_MS = 60_000;

/** A kernel may be too small for what the scenes need. */
const NEEDED = ['link set lo up', 'link add out type veth peer name nowhere', 'route add local ::/0 dev lo', ''].join(
  '\n',
);

/** How this user may make one: as root, or as the root of a user namespace. */
const WAYS = [['--net'], ['--user', '--map-root-user', '--net']];

async function wayIn(): Promise<readonly string[] | string> {
  const [ip, unshare] = [findCommand('ip'), findCommand('unshare')];
  if (!ip || !unshare) return `${ip ? 'unshare' : 'ip'} is not installed`;
  let said = '';
  for (const way of WAYS) {
    const ran = await run(unshare, [...way, '--', ip, '-batch', '-'], { input: NEEDED });
    if (ran.code === 0) return way;
    said = ran.stderr.trim().split('\n')[0] ?? '';
  }
  return `network namespaces are not permitted here (${said})`;
}

const way = await wayIn();

export const namespaceTrouble: string | null = typeof way === 'string' ? way : null;

export async function play(scene: Scene): Promise<readonly Round[]> {
  if (typeof way === 'string') throw new Error(way);
  const inside = [process.execPath, join(root, 'test', 'lab', 'netns-scene.ts')];
  const told = { input: JSON.stringify(scene), timeoutMs: SCENE_MS, cwd: root };
  return JSON.parse(await must(needCommand('unshare'), [...way, '--', ...inside], told)) as Round[];
}
