/**
 * The catalogue of findings: every code of the contract with its words in both languages, its usual severity and where to
 * read more. Pure data, gathered from one file a subject. `diagnosis/findings.ts` makes findings from it and renders them.
 */

import { MIDDLEBOX_FINDINGS, OURS_FINDINGS } from './findings-middlebox.ts';
import { MX_FINDINGS } from './findings-mx.ts';
import { SEND_FINDINGS } from './findings-send.ts';
import { SESSION_FINDINGS, TLS_FINDINGS } from './findings-session.ts';
import type { FindingEntry } from './findings-shape.ts';
import { MIGRATION_FINDINGS } from './migration-findings.ts';
import type { Text } from './text.ts';

const ALL = {
  ...MX_FINDINGS,
  ...MIDDLEBOX_FINDINGS,
  ...OURS_FINDINGS,
  ...SESSION_FINDINGS,
  ...TLS_FINDINGS,
  ...SEND_FINDINGS,
  ...MIGRATION_FINDINGS,
};

export type FindingCode = keyof typeof ALL;

/** Codes that say the trouble is, or may be, on our side (contract §3): no verdict rests on a host that carries one. */
export const OURS_CODES: ReadonlySet<string> = new Set(Object.keys(OURS_FINDINGS));

export const FINDINGS: ReadonlyMap<string, FindingEntry> = new Map(Object.entries<FindingEntry>(ALL));

/** Stands for `{host}` where a session names none (a pasted one). */
export const UNNAMED_HOST: Text = { en: 'the mail server', th: 'เมลเซิร์ฟเวอร์' };
