/**
 * What any pasted SMTP reply, session or bounce means and what to do about it. Pure; never fails: a text without a reply
 * gives none. A provider's own words win over an enhanced status code, and that over a bare reply code. The stranger's words
 * never get into the advice.
 */

import type { SessionFacts } from '../smtp/types.ts';
import type { Cause } from '../texts/replies.ts';
import { ADVICE, REPLY_TEXTS } from '../texts/replies.ts';
import { type Language, type Params, say, type Text } from '../texts/text.ts';
import { causeOfCode, causeOfEnhanced, isVague } from './replies-codes.ts';
import { type FoundReply, type PastedEvent, parseReplies } from './replies-parse.ts';
import { type Provider, providerHinted, sameHouse, serviceName } from './replies-providers.ts';
import { COMMON_RULES, PROVIDER_RULES, type Rule } from './replies-rules.ts';
import { asReply, sessionFacts, sessionPort } from './replies-session.ts';

export type ReplyClass = 'success' | 'intermediate' | 'transient' | 'permanent';

export type ExplainedReply = {
  readonly code: number;
  readonly enhanced: string | null;
  readonly class: ReplyClass;
  readonly cause: Cause;
  readonly provider: Provider | null;
  readonly meaning: Text;
  readonly fix: Text;
  /** Slug of the article that fits. */
  readonly article: string | null;
  /** The reply as it was pasted, fit to be quoted. */
  readonly lines: readonly string[];
};

export type Explained = {
  readonly replies: readonly ExplainedReply[];
  /** What the judge reads, where the text is a session. */
  readonly facts: SessionFacts | null;
  readonly port: number | null;
};

export function explainText(text: string): Explained {
  const { events, bounce } = parseReplies(text);
  const replies = events.flatMap((event) => (event.kind === 'reply' ? [explain(event.reply)] : []));
  const facts = bounce ? null : sessionFacts(events);
  return {
    replies: bounce || !isDialogue(events) ? distinct(replies) : replies,
    facts,
    port: facts === null ? null : sessionPort(text),
  };
}

const isDialogue = (events: readonly PastedEvent[]): boolean => events.some((event) => event.kind === 'command');

/** A bounce says the same thing up to three times: for people, for machines, and in its log. */
function distinct(replies: readonly ExplainedReply[]): ExplainedReply[] {
  const kept = new Map<string, ExplainedReply>();
  for (const reply of replies) {
    const key = `${reply.code} ${reply.enhanced} ${reply.cause}`;
    if (!kept.has(key)) kept.set(key, reply);
  }
  return [...kept.values()];
}

const CLASSES: readonly ReplyClass[] = ['intermediate', 'success', 'intermediate', 'transient', 'permanent'];

/** RFC 5321 §4.2.1: the first digit says how it went. 1yz is not used by SMTP and goes on, like 3yz. */
const classOf = (code: number): ReplyClass => CLASSES[Math.floor(code / 100) - 1] ?? 'permanent';

function explain(found: FoundReply): ExplainedReply {
  const { code, enhanced } = found;
  const { cause, provider } = judge(found);
  const advice = ADVICE[cause];
  const replyClass = classOf(code);
  const who = serviceName(provider);
  const meaning = filled(advice.meaning, who);
  return {
    code,
    enhanced,
    class: replyClass,
    cause,
    provider,
    meaning: replyClass === 'transient' && advice.temporary !== true ? joined(meaning, REPLY_TEXTS.temporary) : meaning,
    fix: filled(advice.fix, who),
    article: advice.article ?? null,
    lines: asReply(found).lines,
  };
}

function filled(text: Text, service: string | null): Text {
  const inLanguage = (lang: Language): string => {
    const words = say(text, lang, { who: service ?? REPLY_TEXTS.someServer[lang] });
    return words.charAt(0).toUpperCase() + words.slice(1);
  };
  return { en: inLanguage('en'), th: inLanguage('th') };
}

const joined = (a: Text, b: Text): Text => ({ en: `${a.en} ${b.en}`, th: `${a.th} ${b.th}` });

function judge(found: FoundReply): { cause: Cause; provider: Provider | null } {
  const text = found.lines.join(' ');
  const hinted = providerHinted(`${found.context} ${text}`);
  const own = PROVIDER_RULES.find((rule) => fits(rule, found, text, hinted));
  if (own !== undefined) return { cause: own.cause, provider: own.provider ?? hinted };
  return { cause: causeByWordsAndCodes(found, text, hinted), provider: hinted };
}

function causeByWordsAndCodes(found: FoundReply, text: string, hinted: Provider | null): Cause {
  const registered = found.enhanced === null ? null : causeOfEnhanced(found.enhanced);
  if (registered !== null && found.enhanced !== null && !isVague(found.enhanced)) return registered;
  const common = COMMON_RULES.find((rule) => fits(rule, found, text, hinted));
  return common?.cause ?? registered ?? causeOfCode(found.code);
}

function fits(rule: Rule, found: FoundReply, text: string, hinted: Provider | null): boolean {
  if (rule.code !== undefined && !rule.code.test(String(found.code))) return false;
  if (rule.enhanced !== undefined && !rule.enhanced.test(found.enhanced ?? '')) return false;
  if (rule.hinted === true && (rule.provider === null || !sameHouse(rule.provider, hinted))) return false;
  return rule.text === undefined || rule.text.test(text);
}

/** Two or three sentences for a chat window: what the most serious reply means and what to do about it. */
export function summarise(explained: Explained, lang: Language): string {
  const { replies } = explained;
  const telling = mostTelling(replies);
  if (telling === null) return say(REPLY_TEXTS.none, lang);
  if (weight(telling) === 0 && replies.length > 1) return say(REPLY_TEXTS.allWell, lang, { count: replies.length });
  const rest = replies.filter(
    (reply) => reply.class !== 'success' && weight(reply) > 0 && reply.cause !== telling.cause,
  ).length;
  const advice = weight(telling) === 0 ? telling.fix[lang] : say(REPLY_TEXTS.advice, lang, { fix: telling.fix[lang] });
  return [telling.meaning[lang], advice, others(rest, lang)].filter((part) => part !== '').join(' ');
}

function others(count: number, lang: Language): string {
  const params: Params = { count };
  if (count === 0) return '';
  return count === 1 ? say(REPLY_TEXTS.oneOther, lang) : say(REPLY_TEXTS.others, lang, params);
}

function mostTelling(replies: readonly ExplainedReply[]): ExplainedReply | null {
  let best: ExplainedReply | null = null;
  for (const reply of replies) if (best === null || weight(reply) > weight(best)) best = reply;
  return best;
}

/** A named cause before an unnamed one, a final refusal before a passing one, and any of them before "fine". */
function weight({ class: replyClass, cause, provider }: ExplainedReply): number {
  if (cause === 'masked-greeting') return 3;
  const named = provider === null ? 0 : 1;
  if (replyClass === 'permanent') return 4 + named;
  return replyClass === 'transient' ? 1 + named : 0;
}
