/**
 * The numbers that Outlook, Outlook Express and Windows Mail show in place of a server's reply (Windows' `imnxport.h`, and
 * Outlook's own 0x8004…). Data and one look-up; pure. null for a number that says nothing certain, as 0x80040119 does.
 */

import type { Cause } from '../texts/replies.ts';

const CAUSES: ReadonlyMap<string, Cause> = new Map<string, Cause>([
  ['800408fc', 'server-not-found'],
  ['80042108', 'server-out-of-reach'],
  ['80042109', 'server-out-of-reach'],
  ['8004210a', 'server-silent'],
  ['8004210b', 'server-silent'],
  ['800ccc0b', 'server-busy'],
  ['800ccc0d', 'server-not-found'],
  ['800ccc0e', 'server-out-of-reach'],
  ['800ccc0f', 'bad-connection'],
  ['800ccc12', 'bad-connection'],
  ['800ccc13', 'bad-connection'],
  ['800ccc15', 'server-out-of-reach'],
  ['800ccc18', 'login-method'],
  ['800ccc19', 'server-silent'],
  ['800ccc1a', 'tls-not-agreed'],
  ['800ccc60', 'not-smtp'],
  ['800ccc61', 'undefined'],
  ['800ccc62', 'command-unknown'],
  ['800ccc63', 'bad-arguments'],
  ['800ccc64', 'command-off'],
  ['800ccc65', 'bad-sequence'],
  ['800ccc66', 'parameter-off'],
  ['800ccc67', 'service-closing'],
  ['800ccc68', 'mailbox-busy'],
  ['800ccc69', 'refused'],
  ['800ccc6a', 'local-error'],
  ['800ccc6b', 'not-local'],
  ['800ccc6c', 'no-room-or-too-many'],
  ['800ccc6d', 'over-quota-or-size'],
  ['800ccc6e', 'name-not-allowed'],
  ['800ccc6f', 'transaction-failed'],
  ['800ccc78', 'sender-unknown'],
  ['800ccc79', 'recipient-refused'],
  ['800ccc7c', 'encryption-needed'],
  ['800ccc7d', 'tls-not-agreed'],
  ['800ccc7f', 'tls-or-auth-for-now'],
  ['800ccc80', 'login-method'],
  ['800ccc90', 'undefined'],
  ['800ccc91', 'credentials'],
  ['800ccc92', 'credentials'],
]);

/** People leave the `0x` away where letters show what it is, and web pages make a × of its x. */
const NUMBER = /(?<![\w.-])(?:0[x×]8004|(?:0[x×])?800ccc)[\da-f]{2,4}(?![\w-])/gi;

/** What the last number in the text says: `Server Error: 0x800CCC90, Error Number: 0x800CCC92` grows more exact. */
export function causeOfNumberIn(text: string): Cause | null {
  return (
    [...text.matchAll(NUMBER)].map(([found]) => CAUSES.get(found.slice(-8).toLowerCase())).findLast(Boolean) ?? null
  );
}

/** For the test that holds the tables whole. */
export const NUMBERED_CAUSES: readonly Cause[] = [...CAUSES.values()];
