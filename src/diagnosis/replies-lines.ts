/**
 * Lines of a pasted text: who spoke (server, client, nobody says), and what is left when the marks of the tool that printed
 * it are taken off (telnet, swaks, curl, sendmail -v, smtplib, PHPMailer, Exim and Postfix debug logs, mail quoting).
 * Pure. Never fails: a line without known marks comes back as it is. Every expression is anchored and bounded, so that the
 * work is linear in the text.
 */

export type Speaker = 'S' | 'C' | null;

export type PastedLine = { readonly from: Speaker; readonly body: string };

/** Lines beyond are not read: 64 KiB of line ends must not cost more than a real text. */
const MAX_LINES = 5_000;
/** RFC 5321 §4.5.3.1.5 allows a reply line 512 octets, bounces run longer; what follows says nothing more. */
const MAX_LINE = 2_000;

const CLOCK =
  /^\[?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?[\s,:-]{1,4}(?=[A-Za-z<>=~*-])/;
const SERVER =
  /^(?:SERVER -> CLIENT|SERVER|Server|SMTP<<|RECV|Received|recv|reply|<--|<<<|<\*\*|<~\*|<-|<~|S|R)(?::\s{0,40}|\s{1,40}|$)/;
const CLIENT = /^(?:CLIENT -> SERVER|CLIENT|Client|SMTP>>|SENT|SEND|Sent|send|-->|>>>|->|~>|C)(?::\s{0,40}|\s{1,40}|$)/;
const BARE_SERVER_ARROW = /^<\s{1,4}(?=\d{3}(?:\D|$))/;
const POSTFIX_DEBUG = /^.{0,100}?postfix[\w/-]{0,40}\[\d{1,10}\]: ([<>]) [^\s:]{1,300}(?::\d{1,5})?: /;
const QUOTES = /^(?:[>|]\s{0,2}){1,10}/;
/** Words that open a prefix but also open sentences ("Server busy"): believed only before a code or a command. */
const WORDY = /^(?:SERVER|Server|CLIENT|Client|RECV|Received|recv|reply|SENT|SEND|Sent|send|[SRC])\s/;

const COMMANDS = [
  /^(?:ehlo|helo|lhlo)(?:\s{1,4}\S{1,255}){0,2}$/i,
  /^mail from:/i,
  /^rcpt to:/i,
  /^(?:data|quit|rset|noop|starttls|help)$/i,
  /^auth\s{1,4}(?:plain|login|cram-md5|digest-md5|ntlm|gssapi|xoauth2|oauthbearer|scram-\S{1,30})(?:\s{1,4}\S{1,4096})?$/i,
  /^(?:vrfy|expn|etrn)\s{1,4}\S{1,320}$/i,
  /^bdat\s{1,4}\d{1,12}(?:\s{1,4}last)?$/i,
];

export function isCommand(body: string): boolean {
  return COMMANDS.some((command) => command.test(body));
}

export function pastedLines(text: string): PastedLine[] {
  const lines: PastedLine[] = [];
  for (const raw of text.split(/\r{0,2}\n|\r/, MAX_LINES)) {
    lines.push(pastedLine(raw.slice(0, MAX_LINE).trim()));
  }
  return lines;
}

function pastedLine(line: string): PastedLine {
  const debug = POSTFIX_DEBUG.exec(line);
  if (debug !== null) return { from: debug[1] === '<' ? 'S' : 'C', body: line.slice(debug[0].length).trim() };
  const bare = line.replace(CLOCK, '');
  const server = stripped(bare, SERVER);
  if (server !== null) return { from: 'S', body: server };
  const client = stripped(bare, CLIENT);
  if (client !== null) return { from: 'C', body: client };
  const arrow = BARE_SERVER_ARROW.exec(bare);
  if (arrow !== null) return { from: 'S', body: bare.slice(arrow[0].length) };
  // `>` marks quoted mail as well as curl's client side: the words themselves decide later.
  const unquoted = line.replace(QUOTES, '');
  return { from: null, body: startsReply(unquoted) || isCommand(unquoted) ? unquoted : bare };
}

function stripped(line: string, prefix: RegExp): string | null {
  const mark = prefix.exec(line);
  if (mark === null) return null;
  const body = unrepr(line.slice(mark[0].length).trim());
  return WORDY.test(line) && !startsReply(body) && !isCommand(body) ? null : body;
}

const startsReply = (body: string): boolean => /^\d{3}(?:[\s*;:-]|$)/.test(body);

/** Python's smtplib prints `b'250 OK\r\n'`. */
function unrepr(body: string): string {
  const quoted = /^b?(['"])(.*)\1$/.exec(body);
  return quoted?.[2] === undefined ? body : quoted[2].replace(/(?:\\r\\n)+$/, '');
}
