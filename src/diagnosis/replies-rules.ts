/** All rules in the order in which they are tried; the first that fits wins. Data only. */

import type { Rule } from './replies-rule.ts';
import { ANYBODY_RULES, MIDDLEBOX_RULES, SENDER_RULES, SOFTWARE_RULES } from './replies-rules-anybody.ts';
import { GMAIL_RULES, MICROSOFT_RULES } from './replies-rules-mailboxes.ts';
import { PROGRAM_RULES } from './replies-rules-programs.ts';
import { CONSUMER_RULES, LISTS_AND_FILTERS_RULES } from './replies-rules-services.ts';

/** Words that are somebody's own; they win over any code. */
export const PROVIDER_RULES: readonly Rule[] = [
  ...MIDDLEBOX_RULES,
  ...SOFTWARE_RULES,
  ...GMAIL_RULES,
  ...MICROSOFT_RULES,
  ...CONSUMER_RULES,
  ...LISTS_AND_FILTERS_RULES,
];

/** Words that anybody writes; they win over codes that say no more than "no". */
export const COMMON_RULES: readonly Rule[] = ANYBODY_RULES;

/** What sending servers and mail programs note of their own, when no server has said anything: there is no reply in it. */
export const NOTE_RULES: readonly Rule[] = [...SENDER_RULES, ...PROGRAM_RULES];
