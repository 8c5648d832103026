/** Sessions as they lie in a store: read back only when they have the shape that was written. Pure. */

import { Type } from '@sinclair/typebox';
import type { HostProbe } from '../smtp/types.ts';
import { HostProbe as Shown } from './contract.ts';
import { faultsOf } from './validate.ts';

const Text = Type.Union([Type.String(), Type.Null()]);
const StoredReply = Type.Union([
  Type.Object({ code: Type.Integer(), enhanced: Text, lines: Type.Array(Type.String()) }),
  Type.Null(),
]);

/** What is shown as it is stored has the contract's shape; the rest is what the judge reads. */
const StoredProbe = Type.Object({
  ...Type.Omit(Shown, ['banner', 'greeting', 'findings']).properties,
  security: Type.String(),
  banner: StoredReply,
  ehlo: StoredReply,
  helo: StoredReply,
  startTls: StoredReply,
  unfinishedGreeting: Type.Array(Type.String()),
  droppedOnEhlo: Type.Boolean(),
  experiments: Type.Array(Type.Object({ name: Type.String(), sent: Type.String(), reply: StoredReply })),
  tlsFailure: Text,
  plaintextInjection: Type.Boolean(),
  socketError: Text,
});
/** `expiresAt` is told by the wall clock too: the store's own may have stood still while the machine slept. */
const StoredSession = Type.Object({ storedAt: Type.Number(), expiresAt: Type.Number(), probe: StoredProbe });

export const isStoredProbe = (value: unknown): value is HostProbe => faultsOf(StoredProbe, value).length === 0;

export function reviveProbe(text: string): { storedAt: number; expiresAt: number; probe: HostProbe } | undefined {
  try {
    const stored = JSON.parse(text);
    return faultsOf(StoredSession, stored).length === 0 ? stored : undefined;
  } catch {
    return undefined;
  }
}
