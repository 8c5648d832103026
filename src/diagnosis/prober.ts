/**
 * Tells a refusal that is about us from one that is about the server or the message (contract §3, "ours, not theirs"): our
 * address, its reverse name, the name we give, a blocklist, or how many connections we make. Pure; a table of what such
 * refusals say, in the words that real servers use. Returns null when the text speaks of something else or of nothing.
 */

import type { Reply } from '../smtp/types.ts';

export type AboutUs = 'prober-blocked' | 'prober-throttled';

/** Tried first: "too many connections from your address" is a limit, though it names the address. */
const THROTTLED: readonly RegExp[] = [
  /too (?:many|much) (?:\w+ ){0,4}(?:connections?|sessions?|mails? from|messages? from|requests?|connects)/i,
  /(?:connections?|sessions?|concurrency) (?:\w+ ){0,3}(?:limit|quota)\b|(?:exceed|reach)\w* (?:\w+ ){0,6}(?:connections?|sessions?|rate)\b/i,
  /connection (?:rate|frequency)|connect(?:ing|ed|ion)? too (?:often|fast|frequently|quickly)/i,
  /rate[- ]?limit|throttl|\b(?:max|maximum)(?:imum)? (?:\w+ ){0,2}(?:per|from) (?:connection|host|client|ip)/i,
  /unusual rate of|excessive volume|volume of (?:mail|e-?mail)/i,
  /server busy\. please try again later from|trop de connexions/i,
  /\b(?:RP-00\d|RLY:B\d|DYN:T\d|TSS?0?4)\b/,
];

const BLOCKED: readonly RegExp[] = [
  // Blocklists by name and by habit.
  /spamhaus|spamcop|barracudacentral|sorbs|uceprotect|cloudmark|senderscore|talosintelligence|senderbase|invaluement|mailspike|abusix|proofpoint\.com\/dnsbl/i,
  /\b(?:dnsbl|rbl|sbl|xbl|pbl|dbl)\b|block ?list|black ?list|denylist|blocklisted|blacklisted/i,
  /blocked using|listed (?:at|by|in|on) \S*\.|is listed\b|listed in \w*(?:rbl|dnsbl)/i,
  // Our address.
  /(?:your|sending|client|source|remote|connecting) (?:ip|host|address|server|network|mta|system|machine)\b/i,
  /\bip(?:v[46])?(?: address)?[: ]*[[(]?(?:\d{1,3}\.){3}\d{1,3}|from (?:ip|your ip|this ip|this host|this address)/i,
  /client host rejected|client was denied|host rejected|banned sending ip|access denied.{0,40}\bip\b|ip.{0,40}(?:banned|denied|refused|rejected|blocked)/i,
  /dynamic(?:ally)?[- ](?:ip|assigned|address|range)|residential|dial-?up|not authorized to send (?:e-?mail )?directly/i,
  /(?:bad|poor|low) reputation|reputation of (?:the|your)|due to ip reputation|geo-?ip|geographical location|your country/i,
  /does not accept e?-?mail (?:over|from) ipv6|ipv6 sending guidelines/i,
  // Our reverse name.
  /\bptr\b|reverse[- ]?(?:dns|lookup|name|hostname|map|resolution)|\brdns\b|no reverse|cannot find your (?:hostname|reverse)|does not resolve|fcrdns/i,
  // The name we gave.
  /\b(?:invalid|bad|bogus|forged|illegal|unresolvable|rejected|unknown) (?:ehlo|helo)\b/i,
  /\b(?:ehlo|helo)(?:\/(?:ehlo|helo))?\b.{0,40}(?:reject|invalid|not found|not accept|refus|denied|argument|does not|doesn't|bogus|fqdn|fully|valid)/i,
  /fully[- ]qualified (?:host|domain)|need fully-qualified|literal.{0,20}not (?:allowed|accepted)/i,
  /\b(?:(?:DY|OU|SC)-00\d|RTR:(?:RD|SC|BL|BB|DU)|CON:B1|BL2[13]|TSS0[79]|TSS11|S31[45]0)\b/,
];

/** Enhanced codes that are about the client alone: its reverse name (RFC 7372 §3). */
const CLIENT_CODES = /^[45]\.7\.25$/;

export function aboutUs(reply: Reply): AboutUs | null {
  if (reply.code < 400) return null;
  const text = reply.lines.join(' ').slice(0, 4_000);
  // The blocklist refused the receiver's own resolver: that is their trouble.
  if (/query refused|refused\.shtml/i.test(text)) return null;
  if (THROTTLED.some((pattern) => pattern.test(text))) return 'prober-throttled';
  if (reply.enhanced !== null && CLIENT_CODES.test(reply.enhanced)) return 'prober-blocked';
  return BLOCKED.some((pattern) => pattern.test(text)) ? 'prober-blocked' : null;
}
