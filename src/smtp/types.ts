/**
 * What a conversation with a mail server teaches: data only. Text fields hold what a stranger sent, already bounded and made
 * printable (contract §1: U+FFFD for bad UTF-8, `\u{1b}` for control and bidi characters, a line cut at 1,000 characters).
 */

/** One whole reply, single or multi-line (RFC 5321 §4.2). `code` is 100–999 as read from the last line. */
export type Reply = {
  readonly code: number;
  /** RFC 3463 code from the text, `#5.5.1` read as 5.5.1; null without one. */
  readonly enhanced: string | null;
  /** Text of each line after code and separator, in order. */
  readonly lines: readonly string[];
};

export type TranscriptLine = {
  readonly atMs: number;
  readonly from: 'S' | 'C';
  readonly line: string;
  readonly secure: boolean;
};

export type Extension = { readonly keyword: string; readonly params: readonly string[] };

export type Capabilities = {
  readonly extensions: readonly Extension[];
  readonly startTls: boolean;
  readonly size: number | null;
  readonly auth: readonly string[];
  readonly pipelining: boolean;
  readonly eightBitMime: boolean;
  readonly smtpUtf8: boolean;
  readonly dsn: boolean;
  readonly chunking: boolean;
  readonly enhancedStatusCodes: boolean;
  readonly requireTls: boolean;
  readonly limits: {
    readonly mailMax: number | null;
    readonly rcptMax: number | null;
    readonly rcptDomainMax: number | null;
  };
};

export type Certificate = {
  readonly subject: string;
  readonly issuer: string;
  readonly altNames: readonly string[];
  readonly validFrom: string;
  readonly validTo: string;
  readonly daysLeft: number;
  readonly fingerprint256: string;
  readonly selfSigned: boolean;
  readonly trusted: boolean;
  /** null where no name is to be checked (an IP literal). */
  readonly hostnameMatches: boolean | null;
  /** Closed set of the TLS library's verification codes (`CERT_HAS_EXPIRED`, …), null when the chain verifies. */
  readonly error: string | null;
};

export type Tls = {
  readonly offered: boolean;
  readonly negotiated: boolean;
  readonly protocol: string | null;
  readonly cipher: string | null;
  readonly certificate: Certificate | null;
};

export type ProbeOutcome =
  | 'ok'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'reset'
  | 'rejected'
  | 'protocol-error'
  | 'tls-error'
  | 'forbidden'
  | 'rate-limited'
  | 'skipped';

export type Stage = 'resolve' | 'connect' | 'banner' | 'greeting' | 'starttls' | 'tls' | 'quit';
export type Security = 'starttls' | 'implicit' | 'none';

/** A discriminating experiment (asked only when the first session was suspicious) and what came back. */
export type Experiment = {
  /** `unknown-verb`: an 8-letter verb nobody knows. `starttls-argument`: STARTTLS with an illegal argument (RFC 3207 §4). `split-ehlo`: EHLO in two segments, in a second session. */
  readonly name: 'unknown-verb' | 'starttls-argument' | 'split-ehlo';
  readonly sent: string;
  readonly reply: Reply | null;
};

/**
 * The part of a session the judge reads; a live probe and a pasted transcript both yield it. Replies are null where the
 * session did not get there.
 */
export type SessionFacts = {
  readonly banner: Reply | null;
  readonly ehlo: Reply | null;
  readonly helo: Reply | null;
  readonly startTls: Reply | null;
  /** Lines of a greeting that never ended (`220-***` …), as received; empty otherwise. */
  readonly unfinishedGreeting: readonly string[];
  /** The peer hung up in answer to EHLO. */
  readonly droppedOnEhlo: boolean;
  readonly capabilities: Capabilities | null;
  readonly experiments: readonly Experiment[];
};

export type HostProbe = SessionFacts & {
  readonly host: string;
  /** null when no address was known (`resolve`). */
  readonly ip: string | null;
  readonly family: 4 | 6 | null;
  readonly port: number;
  readonly security: Security;
  readonly preference: number | null;
  readonly outcome: ProbeOutcome;
  readonly stage: Stage;
  readonly capabilitiesAfterTls: Capabilities | null;
  readonly tls: Tls;
  /** Why TLS failed: a closed set. `local-limits` = our library refused what the peer speaks. */
  readonly tlsFailure: 'handshake' | 'local-limits' | 'closed' | 'timeout' | 'refused' | null;
  /** Bytes came after the STARTTLS reply and before the handshake. */
  readonly plaintextInjection: boolean;
  /** The error code of the socket (`ECONNREFUSED`, `ENETUNREACH`, …), null without one. */
  readonly socketError: string | null;
  readonly timings: {
    readonly connectMs: number | null;
    readonly bannerMs: number | null;
    readonly greetingMs: number | null;
    readonly tlsMs: number | null;
    readonly totalMs: number;
  };
  readonly transcript: readonly TranscriptLine[];
};
