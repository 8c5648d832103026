/**
 * The MX answer as bytes. What is stored is one string per domain, in no language: a header with times and findings, and
 * the body's JSON. Only the TTLs and the cache fields of the body move with age, so a hit is the stored text with new
 * numbers in it. Rendered texts are kept for the second they are true in. A stored string that does not parse is no answer.
 */

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { isFinding, renderAll } from '../diagnosis/findings.ts';
import type { Finding } from '../diagnosis/types.ts';
import { toUnicode } from '../dns/name.ts';
import type { MailRoute } from '../mx/types.ts';
import type { Language } from '../texts/text.ts';
import type { MxAnswer } from './contract.ts';

type Layer = 'memory' | 'redis' | null;
type State = 'hit' | 'miss' | 'stale';

/** An MX answer in the language asked for, as it stands now. */
export type MxRendered = {
  readonly json: string;
  /** Of `json` in UTF-8. */
  readonly bytes: number;
  readonly answer: () => MxAnswer;
  /** Weak; of the resolved data and the language. */
  readonly etag: string;
  /** The whole lifetime, `expiresAt` − `resolvedAt`. */
  readonly maxAgeSeconds: number;
  readonly ageSeconds: number;
  readonly cacheable: boolean;
  readonly state: State;
  readonly layer: Layer;
};

/** A resolved domain, in no language. Times are milliseconds since the epoch. */
export type StoredAnswer = {
  readonly resolvedAt: number;
  readonly expiresAt: number;
  readonly digest: string;
  readonly findings: readonly Finding[];
  /** JSON of the answer at age 0, without its findings. */
  readonly body: string;
};

export function store(route: MailRoute, findings: readonly Finding[]): StoredAnswer {
  const { resolvedAt, expiresAt } = route;
  const body = JSON.stringify({
    domain: route.domain,
    unicode: toUnicode(route.domain),
    canonical: route.canonical,
    status: route.status,
    exchanges: route.exchanges,
    deliveryOrder: route.deliveryOrder,
    ttl: route.ttl,
    dnssec: route.dnssec,
    resolvedAt: new Date(resolvedAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    cache: { state: 'hit', layer: null, ageSeconds: 0 },
  });
  return { resolvedAt, expiresAt, digest: digestOf(route), findings, body };
}

/** Of the data alone: TTLs, times and where the answer came from do not enter it (contract §2). */
function digestOf(route: MailRoute): string {
  const { domain, canonical, status, exchanges, deliveryOrder, dnssec, records } = route;
  const bare = exchanges.map((e) => [e.preference, e.host, e.status, e.addresses.map((a) => a.ip)]);
  const data = JSON.stringify([domain, canonical, status, bare, deliveryOrder, dnssec, records]);
  return createHash('sha256').update(data).digest('base64url').slice(0, 22);
}

export function serialise(answer: StoredAnswer): string {
  const { body, ...head } = answer;
  return `${JSON.stringify({ v: 1, crc: crc32(body), ...head })}\n${body}`;
}

/** undefined for anything but what `serialise` wrote. */
export function parse(text: string): StoredAnswer | undefined {
  const end = text.indexOf('\n');
  if (end < 0) return undefined;
  try {
    const { v, crc, resolvedAt, expiresAt, digest, findings } = JSON.parse(text.slice(0, end));
    const body = text.slice(end + 1);
    const whole =
      v === 1 &&
      crc32(body) === crc &&
      typeof digest === 'string' &&
      Array.isArray(findings) &&
      findings.every(isFinding);
    if (!whole || !Number.isFinite(resolvedAt) || !Number.isFinite(expiresAt)) return undefined;
    return { resolvedAt, expiresAt, digest, findings, body };
  } catch {
    return undefined;
  }
}

/** Inside a JSON string the quotes would be escaped, so these match members alone. */
const TTL = /"ttl":(\d+)/g;
const CACHE = '"cache":{"state":"hit","layer":null,"ageSeconds":0}}';

export function renderAnswer(
  stored: StoredAnswer,
  lang: Language,
  at: { now: number; state: State; layer: Layer; cacheable: boolean },
): MxRendered {
  const ageSeconds = Math.max(0, Math.floor((at.now - stored.resolvedAt) / 1000));
  const aged =
    ageSeconds === 0 ? stored.body : stored.body.replace(TTL, (_, ttl) => `"ttl":${Math.max(0, ttl - ageSeconds)}`);
  const cache = JSON.stringify({ state: at.state, layer: at.layer, ageSeconds });
  const findings = stored.findings.length === 0 ? '[]' : JSON.stringify(renderAll(stored.findings, lang));
  const json = `${aged.slice(0, -CACHE.length)}"cache":${cache},"findings":${findings}}`;
  let parsed: MxAnswer | undefined;
  return {
    json,
    bytes: Buffer.byteLength(json),
    answer: () => {
      parsed ??= JSON.parse(json) as MxAnswer;
      return parsed;
    },
    etag: `W/"${stored.digest}-${lang}"`,
    // The parts of one resolution arrive milliseconds apart: rounding keeps a TTL of an hour an hour.
    maxAgeSeconds: Math.max(0, Math.round((stored.expiresAt - stored.resolvedAt) / 1000)),
    ageSeconds,
    cacheable: at.cacheable,
    state: at.state,
    layer: at.layer,
  };
}

/** Rendered answers of this second, bounded in bytes; the oldest rendered goes first. */
export interface HotAnswers {
  get(domain: string, lang: Language, now: number): MxRendered | undefined;
  /** Renders `stored` as a hit of `layer` and keeps it; the text is made anew when the second has passed. */
  put(domain: string, lang: Language, stored: StoredAnswer, layer: Layer, now: number): MxRendered;
  drop(domain: string): void;
  /** Callers who want the same while `read` is under way share it: of a name much asked for, the store is asked once. */
  once(domain: string, lang: Language, read: () => Promise<MxRendered | undefined>): Promise<MxRendered | undefined>;
}

type Hot = {
  readonly stored: StoredAnswer;
  rendered: MxRendered;
  readonly layer: Layer;
  /** When it expires, by the clock that nobody sets. */
  readonly endsAt: number;
};

/** An answer is on its way to its place for less; what is more is a clock that was set back. */
const ON_ITS_WAY_MS = 1000;

/**
 * `leftMs`: until the answer's end by a clock that nobody sets. Both must agree, since each is wrong alone: the wall clock
 * may be set back, and the other one stands still while the machine sleeps.
 */
export const isCurrent = ({ resolvedAt, expiresAt }: StoredAnswer, now: number, leftMs: number): boolean =>
  expiresAt > now && expiresAt - now <= leftMs + ON_ITS_WAY_MS && resolvedAt <= now + ON_ITS_WAY_MS;

/** No domain holds a blank. Most answers are asked for in English, and their key is at hand. */
const keyOf = (domain: string, lang: Language): string => (lang === 'en' ? domain : `${lang} ${domain}`);

/** `maxBytes` 0 keeps nothing: each answer then comes from the store behind. */
export function createHotAnswers(maxBytes: number, clock: () => number = () => performance.now()): HotAnswers {
  const kept = new Map<string, Hot>();
  const reads = new Map<string, Promise<MxRendered | undefined>>();
  let bytes = 0;
  // A string of Latin-1 text takes a byte a character; a Thai text two.
  const sizeOf = (hot: Hot) => 2 * hot.rendered.json.length + hot.stored.body.length + 512;
  const forget = (key: string) => {
    const hot = kept.get(key);
    if (!hot) return;
    bytes -= sizeOf(hot);
    kept.delete(key);
  };
  return {
    get(domain, lang, now) {
      const key = keyOf(domain, lang);
      const hot = kept.get(key);
      if (!hot) return undefined;
      if (!isCurrent(hot.stored, now, hot.endsAt - clock())) {
        forget(key);
        return undefined;
      }
      const age = Math.max(0, Math.floor((now - hot.stored.resolvedAt) / 1000));
      if (age !== hot.rendered.ageSeconds) {
        bytes -= sizeOf(hot);
        hot.rendered = renderAnswer(hot.stored, lang, { now, state: 'hit', layer: hot.layer, cacheable: true });
        bytes += sizeOf(hot);
      }
      return hot.rendered;
    },
    put(domain, lang, stored, layer, now) {
      const key = keyOf(domain, lang);
      const rendered = renderAnswer(stored, lang, { now, state: 'hit', layer, cacheable: true });
      if (maxBytes === 0) return rendered;
      forget(key);
      // From here on it is answered from this process, whatever layer it came from this once.
      const endsAt = clock() + stored.expiresAt - now;
      const hot: Hot = { stored, layer: 'memory', rendered: { ...rendered, ageSeconds: -1 }, endsAt };
      kept.set(key, hot);
      bytes += sizeOf(hot);
      while (bytes > maxBytes) forget(kept.keys().next().value as string);
      return rendered;
    },
    drop(domain) {
      for (const lang of ['en', 'th'] as const) forget(keyOf(domain, lang));
    },
    once(domain, lang, read) {
      const key = keyOf(domain, lang);
      let reading = reads.get(key);
      if (!reading) {
        reading = read().finally(() => reads.delete(key));
        reads.set(key, reading);
      }
      return reading;
    },
  };
}
