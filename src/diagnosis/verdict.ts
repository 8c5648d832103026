/**
 * The report's verdict by the rules of contract §5, and its summary for a chat window. Pure. What is, or may be, ours weighs
 * nothing in the verdict and is said to be so in the summary.
 */

import type { MailRoute } from '../mx/types.ts';
import { OURS_CODES } from '../texts/findings.ts';
import { SUMMARY } from '../texts/summary.ts';
import { type Language, say } from '../texts/text.ts';
import type { DeliveryFacts, DeliveryHost } from './delivery.ts';
import { render } from './findings.ts';
import { deliverySentences } from './summary.ts';
import type { Finding } from './types.ts';

export type Verdict = 'no-mail' | 'broken' | 'unknown' | 'degraded' | 'good';

export function verdict(route: MailRoute, facts: DeliveryFacts, findings: readonly Finding[]): Verdict {
  if (route.status === 'null-mx') return 'no-mail';
  if (facts.delivers === null) return 'unknown';
  const hosts = facts.steps.flatMap((step) => step.hosts);
  if (!facts.delivers) return hosts.some(({ state }) => state === 'deferring') ? 'degraded' : 'broken';
  const first = facts.steps[0]?.hosts ?? [];
  if (first.some(ails)) return 'degraded';
  if (findings.some(weighs)) return 'degraded';
  return first.some(({ state }) => state === 'accepting') ? 'good' : 'unknown';
}

/**
 * Silence at the banner is the host's, and a private address in the MX records its owner's; what we could not judge, or did
 * not ask, is no mark against it.
 */
const ails = ({ state, reason }: DeliveryHost): boolean =>
  state === 'down' || state === 'deferring' || reason === 'silent' || reason === 'guard';

const weighs = ({ code, severity, confidence }: Finding): boolean =>
  severity === 'error' && confidence !== 'possible' && !OURS_CODES.has(code);

/** Two or three sentences: the delivery's, then what should be repaired. */
export function summarise(
  report: {
    readonly route: MailRoute;
    readonly delivery: DeliveryFacts;
    readonly verdict: Verdict;
    readonly findings: readonly Finding[];
  },
  lang: Language,
): string {
  const sentences = deliverySentences(report.delivery, report.route, lang).slice(0, 2);
  const most = mostPressing(report.findings, report.verdict);
  if (most) {
    const titles = most.findings.map((one) => render(one, lang).title);
    sentences.push(say(SUMMARY[most.key], lang, { titles: titles.join('; ') }));
  }
  return sentences.join(' ');
}

/** Said by the delivery's own sentences already. */
const IN_DELIVERY = /^(?:host-not-answering|greeting-rejected|mx-(?:null|none|nxdomain|single|host-dns-failure))$/;

function mostPressing(
  findings: readonly Finding[],
  judged: Verdict,
): { key: 'trouble' | 'ours' | 'note'; findings: readonly Finding[] } | null {
  const told = findings.filter(({ code }) => !IN_DELIVERY.test(code));
  const ours = told.filter(({ code }) => OURS_CODES.has(code));
  const theirs = told.filter(({ code, confidence }) => !OURS_CODES.has(code) && confidence !== 'possible');
  const errors = theirs.filter(({ severity }) => severity === 'error');
  const weighty = ours.filter(({ severity }) => severity !== 'info');
  // Where nothing could be seen of the domain, what kept us from it comes first.
  if (weighty.length > 0 && (judged === 'unknown' || errors.length === 0)) {
    return { key: 'ours', findings: weighty.slice(0, 1) };
  }
  if (errors.length > 0) return { key: 'trouble', findings: errors.slice(0, 2) };
  const warnings = theirs.filter(({ severity }) => severity === 'warning');
  return warnings.length > 0 ? { key: 'note', findings: warnings.slice(0, 2) } : null;
}
