/**
 * What any pasted SMTP reply, session or bounce means and what to do about it. Pure; never fails: a text without a reply
 * gives none. A provider's own words win over an enhanced status code, and that over a bare reply code. The stranger's words
 * never get into the advice.
 */

import type { SessionFacts } from '../smtp/types.ts';
import type { Cause } from '../texts/replies.ts';
import { ADVICE, REPLY_TEXTS } from '../texts/replies.ts';
import type { Advice } from '../texts/replies-advice.ts';
import { type Language, type Params, say, type Text } from '../texts/text.ts';
import { causeOfCode, causeOfEnhanced, isExact, isVague } from './replies-codes.ts';
import { causeOfNumberIn } from './replies-numbers.ts';
import { type FoundReply, parseReplies } from './replies-parse.ts';
import { type Provider, providerHinted, sameHouse, serviceName } from './replies-providers.ts';
import type { Rule } from './replies-rule.ts';
import { COMMON_RULES, NOTE_RULES, PROVIDER_RULES } from './replies-rules.ts';
import { asReply, sessionFacts, sessionPort } from './replies-session.ts';

export type ReplyClass = 'success' | 'intermediate' | 'transient' | 'permanent';

export type ExplainedReply = {
  readonly code: number;
  readonly enhanced: string | null;
  readonly class: ReplyClass;
  readonly cause: Cause;
  /** The cause is the reply's own: known by its words or by an enhanced code that names it, not by its class alone. */
  readonly named: boolean;
  readonly provider: Provider | null;
  readonly meaning: Text;
  readonly fix: Text;
  /** Slug of the article that fits. */
  readonly article: string | null;
  /** The reply as it was pasted, fit to be quoted. */
  readonly lines: readonly string[];
};

type Told = { readonly meaning: Text; readonly fix: Text; readonly article: string | null };

export type Explained = {
  readonly replies: readonly ExplainedReply[];
  /** What a sending server or a mail program noted of its own, in a text where no server refuses anything. */
  readonly note: Told | null;
  /** What the judge reads, where the text is a session. */
  readonly facts: SessionFacts | null;
  readonly port: number | null;
};

export function explainText(text: string): Explained {
  const { events, bounce, verbatim } = parseReplies(text);
  const replies = events.flatMap((event) => (event.kind === 'reply' ? [explain(event.reply)] : []));
  const facts = bounce ? null : sessionFacts(events);
  return {
    replies: verbatim ? replies : distinct(replies),
    note: noteIn(text, replies),
    facts,
    port: facts === null ? null : sessionPort(text),
  };
}

/** A server's own refusal says more than the number a mail program gives it; a reply that agrees does not. */
function noteIn(text: string, replies: readonly ExplainedReply[]): Told | null {
  if (replies.some((reply) => weight(reply) > 0)) return null;
  const cause = causeOfNumberIn(text) ?? (replies.length > 0 ? null : causeOfWords(text));
  return cause === null ? null : told(cause, null);
}

function causeOfWords(text: string): Cause | null {
  const words = text.replace(/\s+/g, ' ');
  return NOTE_RULES.find((rule) => rule.text?.test(words))?.cause ?? null;
}

function told(cause: Cause, who: string | null): Told {
  const { meaning, fix, article }: Advice = ADVICE[cause];
  return { meaning: filled(meaning, who), fix: filled(fix, who), article: article ?? null };
}

/**
 * A bounce says the same thing up to three times: for people, for machines, and in its log. Of those that say the same the
 * fullest is kept, and what says no more than "no" goes where another reply of that code gives the reason.
 */
function distinct(replies: readonly ExplainedReply[]): ExplainedReply[] {
  return replies.filter(
    (reply, i) =>
      !replies.some((other, j) => sayTheSame(other, reply) && fullness(other) - fullness(reply) > (j < i ? -1 : 0)),
  );
}

function sayTheSame(a: ExplainedReply, b: ExplainedReply): boolean {
  if (a === b || a.code !== b.code) return false;
  if (a.named !== b.named) return addsNothing(a.named ? b : a, a.named ? a : b);
  if (a.enhanced === b.enhanced) return a.cause === b.cause || (a.provider === null) !== (b.provider === null);
  return a.cause === b.cause && (a.enhanced === null || b.enhanced === null);
}

/** "550 5.0.0 Service unavailable" beside "550 5.7.1 Relaying denied". */
const addsNothing = (vague: ExplainedReply, clear: ExplainedReply): boolean =>
  vague.enhanced === null || /^\d\.0\.0$/.test(vague.enhanced) || vague.enhanced === clear.enhanced;

/** A total order together with the place: of any that say the same, one always stays. */
const fullness = ({ named, provider, enhanced }: ExplainedReply): number =>
  (named ? 4 : 0) + (provider === null ? 0 : 2) + (enhanced === null ? 0 : 1);

const CLASSES: readonly ReplyClass[] = ['intermediate', 'success', 'intermediate', 'transient', 'permanent'];

/** RFC 5321 §4.2.1: the first digit says how it went. 1yz is not used by SMTP and goes on, like 3yz. */
const classOf = (code: number): ReplyClass => CLASSES[Math.floor(code / 100) - 1] ?? 'permanent';

function explain(found: FoundReply): ExplainedReply {
  const { code, enhanced } = found;
  const { cause, named, provider } = judge(found);
  const advice = ADVICE[cause];
  const replyClass = classOf(code);
  const { meaning, fix, article } = told(cause, serviceName(provider));
  return {
    code,
    enhanced,
    class: replyClass,
    cause,
    named,
    provider,
    meaning: replyClass === 'transient' && advice.temporary !== true ? joined(meaning, REPLY_TEXTS.temporary) : meaning,
    fix,
    article,
    lines: asReply(found).lines,
  };
}

function filled(text: Text, service: string | null): Text {
  const spoken = service === null ? { en: text.en, th: closedUp(text.th) } : text;
  const inLanguage = (lang: Language): string => {
    const words = say(spoken, lang, { who: service ?? REPLY_TEXTS.someServer[lang] });
    return words.charAt(0).toUpperCase() + words.slice(1);
  };
  return { en: inLanguage('en'), th: inLanguage('th') };
}

/** Thai sets blanks around a Latin name, but none between its own words. */
const closedUp = (thai: string): string =>
  thai.replace(/(ขณะนี้|ที่|ซึ่ง|และ|ของ|จาก|กับ|ใน) (?=\{who\})/g, '$1').replace(/\{who\} (?=[\u0e00-\u0e7f])/g, '{who}');

const joined = (a: Text, b: Text): Text => ({ en: `${a.en} ${b.en}`, th: `${a.th} ${b.th}` });

type Judgement = { readonly cause: Cause; readonly named: boolean };

function judge(found: FoundReply): Judgement & { readonly provider: Provider | null } {
  const text = found.lines.map((line) => line.replace(ENHANCED_IN_FRONT, '')).join(' ');
  const hinted = providerHinted(`${found.context} ${text}`);
  const own = PROVIDER_RULES.find((rule) => fits(rule, found, text, hinted));
  if (own !== undefined) return { cause: own.cause, named: true, provider: speaker(own.provider, hinted) };
  return { ...byWordsAndCodes(found, text, hinted), provider: hinted };
}

/** Exchange runs in offices and in Microsoft 365; where the latter shows it is the one to name. */
function speaker(own: Provider | null, hinted: Provider | null): Provider | null {
  return own === null || (own === 'exchange' && sameHouse(own, hinted)) ? hinted : own;
}

/** Each line of a multi-line reply repeats the code, in the middle of a sentence (RFC 2034 §4). */
const ENHANCED_IN_FRONT = /^\s{0,4}[245]\.\d{1,3}\.\d{1,3}\s/;

function byWordsAndCodes(found: FoundReply, text: string, hinted: Provider | null): Judgement {
  const { code, enhanced } = found;
  const registered = enhanced === null ? null : causeOfEnhanced(enhanced);
  if (registered !== null && enhanced !== null && !isVague(enhanced)) return { cause: registered, named: true };
  const common = COMMON_RULES.find((rule) => fits(rule, found, text, hinted));
  if (common !== undefined) return { cause: common.cause, named: true };
  const exact = isExact(code);
  return { cause: (exact ? null : registered) ?? causeOfCode(code), named: exact };
}

function fits(rule: Rule, found: FoundReply, text: string, hinted: Provider | null): boolean {
  if (rule.code !== undefined && !rule.code.test(String(found.code))) return false;
  if (rule.enhanced !== undefined && !rule.enhanced.test(found.enhanced ?? '')) return false;
  if (rule.hinted === true && (rule.provider === null || !sameHouse(rule.provider, hinted))) return false;
  return rule.text === undefined || rule.text.test(text);
}

/** The article that fits what is most telling, if anything is. */
export const articleOn = ({ note, replies }: Explained): string | null =>
  (note ?? mostTelling(replies))?.article ?? null;

/** Two or three sentences for a chat window: what the most serious reply means and what to do about it. */
export function summarise(explained: Explained, lang: Language): string {
  const { replies, note } = explained;
  if (note !== null) return `${note.meaning[lang]} ${say(REPLY_TEXTS.advice, lang, { fix: note.fix[lang] })}`;
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
  const masked = replies.some(({ cause }) => cause === 'masked-greeting');
  for (const reply of replies) {
    // The firewall that masked the greeting spoils commands too: the mask is the cause.
    if (masked && SPOILT_COMMAND.has(reply.cause)) continue;
    if (best === null || weight(reply) > weight(best)) best = reply;
  }
  return best;
}

const SPOILT_COMMAND: ReadonlySet<Cause> = new Set<Cause>([
  'command-unknown',
  'command-unknown-for-now',
  'command-invalid',
  'command-syntax',
  'command-off',
]);

/** A final refusal before a passing one, a provider's own words before a bare code, what follows from another last. */
function weight({ class: replyClass, cause, named, provider }: ExplainedReply): number {
  if (cause === 'masked-greeting') return 5;
  if (cause === 'nobody-left') return 1;
  const clear = (named ? 1 : 0) + (provider === null ? 0 : 1);
  if (replyClass === 'permanent') return 6 + clear;
  return replyClass === 'transient' ? 2 + clear : 0;
}
