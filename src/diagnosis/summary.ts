/**
 * Chooses the two or three sentences that a good administrator would say about a domain's mail. Pure; the sentences stand in
 * `texts/summary.ts`. Names hosts, numbers and closed sets only.
 */

import { toUnicode } from '../dns/name.ts';
import type { MailRoute } from '../mx/types.ts';
import { listed, OR, REASONS, SUMMARY, WHILE, waitInWords } from '../texts/summary.ts';
import { type Language, type Params, say } from '../texts/text.ts';
import type { DeliveryFacts, DeliveryHost, DeliveryStep, Wait } from './delivery.ts';
import { plain } from './findings.ts';

type Sentence = keyof typeof SUMMARY;
type Speaker = (key: Sentence, params?: Params) => string;

/** What a sender would do right now, and what it costs: one sentence or two. */
export function deliverySentences(facts: DeliveryFacts, route: MailRoute, lang: Language): string[] {
  const domain = toUnicode(route.domain);
  const speak: Speaker = (key, params = {}) => say(SUMMARY[key], lang, { domain, ...params });
  const { status } = route;
  if (status === 'null-mx' || status === 'none' || status === 'nxdomain') return [speak(status)];
  if (facts.steps.length === 0) {
    return [speak(route.exchanges.some((exchange) => exchange.status === 'failed') ? 'lookup-failed' : 'no-exchange')];
  }
  const at = facts.steps.findIndex(({ hosts }) => hosts.some(({ state }) => state === 'accepting'));
  const step = facts.steps[at];
  if (!step) return nobodyAccepts(facts, speak, lang);
  if (at > 0) return laterStepAccepts(facts, at, speak, lang);
  return step.hosts.every(({ state }) => state === 'accepting')
    ? firstStepAccepts(step, facts.steps.slice(1), speak, lang)
    : someOfFirstStep(step, speak, lang);
}

const names = (hosts: readonly DeliveryHost[], lang: Language) =>
  listed(
    hosts.map(({ host }) => plain(host)),
    lang,
  );

/** The reasons of several hosts, each once. */
const reasons = (hosts: readonly DeliveryHost[], lang: Language): string =>
  listed([...new Set(hosts.map(({ reason }) => REASONS[reason][lang]))], lang, OR);

function firstStepAccepts(
  step: DeliveryStep,
  behind: readonly DeliveryStep[],
  speak: Speaker,
  lang: Language,
): string[] {
  const { hosts } = step;
  const lead =
    hosts.length === 1
      ? speak('one-accepts', { host: names(hosts, lang) })
      : speak('equals-accept', {
          count: hosts.length,
          hosts: names(hosts, lang),
          percent: Math.round(100 / hosts.length),
        });
  const backups = behind.flatMap((next) => next.hosts);
  const ailing = backups.filter(({ state }) => state === 'down' || state === 'deferring');
  if (ailing.length > 0)
    return [lead, speak('backup-ails', { hosts: names(ailing, lang), reason: reasons(ailing, lang) })];
  const ready = backups.filter(({ state }) => state === 'accepting');
  if (ready.length > 0) return [lead, speak('backup-accepts', { hosts: names(ready, lang) })];
  if (hosts.length > 1) return [lead, speak('equals-help')];
  return backups.length > 0 ? [lead] : [lead, speak('alone')];
}

function someOfFirstStep({ hosts }: DeliveryStep, speak: Speaker, lang: Language): string[] {
  const ailing = hosts.filter(({ state }) => state !== 'accepting');
  const params = { count: hosts.length, hosts: names(ailing, lang), reason: reasons(ailing, lang) };
  if (ailing.every(unseen)) return [speak('some-equals-unseen', params), speak('try-elsewhere')];
  const longest = ailing.reduce((most, { wait }) => (wait.exim > most.exim ? wait : most), { postfix: 0, exim: 0 });
  const lead = speak('some-equals-ail', params);
  return [lead, longest.exim > 0 ? speak('costs-time-sometimes', costOf(longest, lang)) : speak('costs-nothing')];
}

const costOf = (wait: Wait, lang: Language): Params => ({
  postfix: waitInWords(wait.postfix, lang),
  exim: waitInWords(wait.exim, lang),
});

function laterStepAccepts(facts: DeliveryFacts, at: number, speak: Speaker, lang: Language): string[] {
  const passed = facts.steps.slice(0, at).flatMap(({ hosts }) => hosts);
  const host = plain(facts.firstChoice ?? '');
  const params = { hosts: names(passed, lang), reason: reasons(passed, lang), host };
  // Only what was truly seen to fail is said to fail.
  if (passed.every(unseen)) return [speak('next-accepts-first-unseen', params), speak('try-elsewhere')];
  const lead = speak('next-accepts', params);
  return [lead, facts.wait.exim > 0 ? speak('costs-time', costOf(facts.wait, lang)) : speak('costs-nothing')];
}

const unseen = ({ reason }: DeliveryHost): boolean => reason === 'ours' || reason === 'guard' || reason === 'not-asked';

function nobodyAccepts(facts: DeliveryFacts, speak: Speaker, lang: Language): string[] {
  const hosts = facts.steps.flatMap((step) => step.hosts);
  const details = [...Map.groupBy(hosts, ({ reason }) => reason)]
    .map(([reason, same]) => `${names(same, lang)} ${REASONS[reason][lang]}`)
    .join(WHILE[lang]);
  if (hosts.some(({ state }) => state === 'deferring'))
    return [speak('deferring', { details }), speak('waits-in-queue')];
  if (facts.delivers === null) return [speak('unseen', { details }), speak('try-elsewhere')];
  const refused = hosts.every(({ reason }) => reason === 'rejects');
  return [speak('down', { details }), speak(refused ? 'may-bounce' : 'waits-in-queue')];
}
