/**
 * API keys in use. Only their SHA-256 is known here; a key that comes in is hashed and looked up, so how long that takes says
 * nothing about the keys. Keys can be exchanged while the service runs. Finds a Caller, or undefined.
 */

import { hash, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from '../config.ts';
import type { Caller } from '../operations/types.ts';

/** A key longer than this is none of ours and is not worth a hash. */
const MAX_KEY = 512;
const PREFIX = 12;

export interface KeyRing {
  find(key: string): Caller | undefined;
  /** Grows with each exchange: what was proven before it is to be proven again. */
  readonly generation: number;
  replace(keys: readonly ApiKey[]): void;
}

type Held = { readonly digest: Buffer; readonly caller: Caller };

export function createKeyRing(keys: readonly ApiKey[]): KeyRing {
  let held = arrange(keys);
  let generation = 0;
  return {
    find(key) {
      if (key.length === 0 || key.length > MAX_KEY) return undefined;
      const digest = hash('sha256', key, 'hex');
      const candidates = held.get(digest.slice(0, PREFIX));
      return candidates?.find((one) => timingSafeEqual(one.digest, Buffer.from(digest, 'hex')))?.caller;
    },
    get generation() {
      return generation;
    },
    replace(next) {
      held = arrange(next);
      generation++;
    },
  };
}

function arrange(keys: readonly ApiKey[]): Map<string, Held[]> {
  const held = new Map<string, Held[]>();
  for (const { name, hash: hex, scopes } of keys) {
    const one: Held = { digest: Buffer.from(hex, 'hex'), caller: { name, scopes: new Set(scopes) } };
    const prefix = hex.slice(0, PREFIX);
    held.set(prefix, [...(held.get(prefix) ?? []), one]);
  }
  return held;
}
