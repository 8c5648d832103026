/**
 * Codes inside running text: `said: 550 5.1.1 …`, `returned '550 5.7.1 …'`, `(500 #5.5.1 …)`, or an enhanced code alone
 * (`Gmail returns 5.7.26`). Pure. A number is believed only where an enhanced code follows it or where words or marks before
 * it announce a reply; counts, dates, telephone numbers, ports, versions and web servers' answers are never codes.
 */

import { isKnownCode, isRegistered } from './replies-codes.ts';

export type Mention = {
  readonly code: number;
  readonly enhanced: string | null;
  /** From after the code to the next mention or the end of the line. */
  readonly text: string;
  /** False where `NNN-` promises more lines (RFC 5321 §4.2.1). */
  readonly last: boolean;
  readonly before: string;
};

const MAX_CANDIDATES = 500;
const MAX_ENHANCED = 5;
const BEFORE = 200;
const AFTER = 1_000;

const CANDIDATE = /(?<![\w.@/\\-])([2-5]\d\d)(?!\d|\.\d)/g;
const ENHANCED_NEXT = /^(?:[ -]|[;:,]\s?b?['"]?|\)[:;]?\s?|\s-\s)?\s?\(?#?([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)/;
const PLAINLY_NEXT = /^[ -]#?\d/;
/** Words that announce a reply by themselves, and the marks in which Postfix and Exim quote one. */
const ANNOUNCED =
  /(?:\b(?:said|says|returned|returns|reply|replied|replies|response|responsecode|responded|responds|responded with|answered with|error|errors|status|smtp|esmtp|code|codes)|(?:to|from):\s?<[^<>]{0,80}>|\[[0-9a-f.:]{3,45}\](?::\d{1,5})?:|ข้อผิดพลาด|ตอบว่า|ตอบกลับ|ตอบกลับว่า|รหัส|โค้ด|ขึ้นว่า|แจ้งว่า)[\s:;,#=<-]{0,6}(?:b?['"([“‘`])?$/i;
/** Words that may announce anything: believed before a colon or a quote, or where what follows begins like a reply. */
const HINTED_AT =
  /(?:\b(?:was|is|with|got|get|gets|getting|greeting|received|receive|shows|gives|gave|see|message|answer|answered|answers|rejected|refused|failed|failure|bounced|command|data|dot)|ตอบ|ขึ้น|แจ้ง|เจอ|ได้|ปฏิเสธ|ปฏิเสธผู้รับ)([\s:;,#=<-]{0,6}(?:b?['"([“‘`])?)$/i;
const BEGINS_LIKE_A_REPLY = /^(?:[ -]\s?[A-Z<"#*]|[.,;!?]?$)/;
const QUOTED = /['"([“‘`]$/;
const WORDS_FOLLOW = /^(?: \s?[A-Za-z<"#*]|-[A-Z])/;
/** RFC 3464 §2.3.6: `Diagnostic-Code: smtp;` is followed by a reply, whatever its number. */
const DECLARED = /\b[sl]mtp;\s{0,3}['"]?$/i;
const WEB = /https?\b[^.]{0,20}$/i;

const UNIT =
  /^\d{3}[\s-]{0,2}(?:[kKMGT]i?B|[kMG]bps|bytes?|octets?|messages|e?mails|recipients|users|people|ms|seconds?|minutes?|hours?|days?|weeks?|times|domains|hosts|characters|lines|percent|baht|THB|USD|บาท|คน|ฉบับ|ครั้ง|วัน|วินาที|นาที|ชั่วโมง|ไบต์|เครื่อง|ข้อความ|โดเมน)(?![A-Za-z])/;
const PHONE_OR_DATE = /^\d{3}(?:-\d{3,4}(?:-\d{2,4})?(?![\w.])|-\d\d-\d\d(?!\w)| \d{3}[ -]\d{4}(?!\w)| \d{4}$)/;
const STREET = /^\d{3} (?:[A-Z][a-z]{1,20} ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Boulevard|Blvd|Soi)\b/;
/** Web servers answer 4xx and 5xx too: their codes with their own phrases (RFC 9110 §15) are not SMTP's. */
const HTTP =
  /^(?:400 Bad Request|401 Unauthorized|403 Forbidden|404 Not Found|405 Method Not|408 Request Time|409 Conflict|410 Gone|429 Too Many Requests|500 Internal Server Error|502 Bad Gateway|503 Service (?:Temporarily )?Unavailable|504 Gateway Time)/i;

/** `fromCode` begins with three digits that count, date, dial or locate something, or come from a web server. */
export function looksCounted(fromCode: string): boolean {
  return /^\d{3}%/.test(fromCode) || [UNIT, PHONE_OR_DATE, STREET, HTTP].some((shape) => shape.test(fromCode));
}

type Place = { readonly at: number; readonly code: number; readonly enhanced: string | null; readonly last: boolean };

/** The replies quoted in one line. `open`: the code of a multi-line reply that is still going on. */
export function codesIn(line: string, open: number | null): Mention[] {
  const places: Place[] = [];
  let going = open;
  let candidates = 0;
  for (const match of line.matchAll(CANDIDATE)) {
    candidates += 1;
    if (candidates > MAX_CANDIDATES) break;
    const place = placeOf(line, match.index, Number(match[1]), going);
    if (place === null) continue;
    places.push(place);
    going = place.last ? null : place.code;
  }
  return places.map((place, i) => ({
    code: place.code,
    enhanced: place.enhanced,
    text: replyPart(line.slice(place.at + 3, Math.min(places[i + 1]?.at ?? line.length, place.at + AFTER))),
    last: place.last,
    before: line.slice(Math.max(places[i - 1]?.at ?? 0, place.at - BEFORE), place.at),
  }));
}

/** A notice in HTML goes on behind the reply, with the headers of the message it returns. */
const replyPart = (text: string): string =>
  (text.split(/<br|<\/(?:p|pre|td|div|span)>|original message headers/i, 1)[0] ?? '').replace(/^[\s-]/, '').trim();

function placeOf(line: string, at: number, code: number, going: number | null): Place | null {
  const after = line.slice(at + 3, at + 60);
  const last = !after.startsWith('-');
  const next = ENHANCED_NEXT.exec(after);
  if (next !== null && agrees(code, Number(next[1])) && (code >= 400 || PLAINLY_NEXT.test(after))) {
    return { at, code, enhanced: `${next[1]}.${Number(next[2])}.${Number(next[3])}`, last };
  }
  if (code === going && /^[ -]/.test(after)) return { at, code, enhanced: null, last };
  const before = line.slice(Math.max(0, at - 100), at);
  if (DECLARED.test(before)) return { at, code, enhanced: null, last };
  if (!isKnownCode(code) || looksCounted(line.slice(at, at + 120)) || WEB.test(before)) return null;
  const quoted = code >= 400 && QUOTED.test(before) && WORDS_FOLLOW.test(after);
  return quoted || ANNOUNCED.test(before) || hintedAt(before, after) ? { at, code, enhanced: null, last } : null;
}

function hintedAt(before: string, after: string): boolean {
  const mark = HINTED_AT.exec(before)?.[1];
  return mark !== undefined && (/[:='"“‘`]/.test(mark) || BEGINS_LIKE_A_REPLY.test(after.trimEnd()));
}

/** RFC 2034 §4: the classes of the two codes are one; in practice 4xx and 5.x.x are mixed, successes are not. */
const agrees = (code: number, enhancedClass: number): boolean =>
  Math.floor(code / 100) === enhancedClass || (code >= 400 && enhancedClass >= 4);

const ENHANCED_ALONE = /(?<![\w.@/-])#?([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d|[A-Za-z_@/-])/g;
const ANNOUNCES_ENHANCED =
  /(?:#|\bstatus:?|\bdsn=|\bcode:?|\berror:?|\bndr:?|\bsmtp;?|ข้อผิดพลาด|รหัส|โค้ด)\s{0,3}['"(]?$/i;
const VERSION =
  /(?:§|\b(?:section|chapter|version|ver|v|release|exim|postfix|sendmail|qmail|exchange|dovecot|openssl|python|node|java|php|perl|linux|kernel|android|ios|ipados|macos|windows|outlook|thunderbird|firmware|fortios|asyncos|asa|pix|build|รุ่น|เวอร์ชัน|หัวข้อ))[\s:/(-]{0,3}$/i;
const DSN_FIELD = /\bstatus:\s*$/i;
const DIAGNOSTIC = /^[ \t]*diagnostic-code:[ \t]*(?:[\w-]{1,40};)?[ \t]*(.{1,500}(?:\n[ \t]+.{1,300}){0,4})/im;

/**
 * Enhanced codes that stand without a reply code. The code that goes with them is then the plainest of their class: 250,
 * 450 or 550.
 */
export function enhancedOnly(text: string): Mention[] {
  const mentions = new Map<string, Mention>();
  let candidates = 0;
  for (const match of text.matchAll(ENHANCED_ALONE)) {
    candidates += 1;
    if (candidates > MAX_CANDIDATES || mentions.size === MAX_ENHANCED) break;
    const before = lastParagraph(text.slice(Math.max(0, match.index - AFTER), match.index));
    const enhanced = `${match[1]}.${Number(match[2])}.${Number(match[3])}`;
    if (mentions.has(enhanced) || !announcesEnhanced(before, match[0], enhanced)) continue;
    const after = firstParagraph(text.slice(match.index, match.index + AFTER));
    mentions.set(enhanced, {
      code: Number(match[1]) * 100 + 50,
      enhanced,
      text: oneLine(DSN_FIELD.test(before) ? (DIAGNOSTIC.exec(`${before}${after}`)?.[1] ?? '') : after),
      last: true,
      before: before.slice(-BEFORE),
    });
  }
  return [...mentions.values()];
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
const firstParagraph = (text: string): string => text.split(/\r?\n[ \t]*\r?\n/, 1)[0] ?? '';
const lastParagraph = (text: string): string => text.split(/\r?\n[ \t]*\r?\n/).at(-1) ?? '';

function announcesEnhanced(before: string, shown: string, enhanced: string): boolean {
  if (shown.startsWith('#') || before.trim() === '' || ANNOUNCES_ENHANCED.test(before)) return true;
  return !enhanced.startsWith('2') && isRegistered(enhanced) && !VERSION.test(before);
}
