/**
 * What a caller asks to have sent, checked before anything is resolved or dialled (contract §4): who may send as whom to
 * whom, what may stand in a field, where `via` may lead. Pure but for the settings it is given; quotes no local part.
 */

import { createHash, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Config } from '../config.ts';
import type { AddressPolicy } from '../net/address-policy.ts';
import { type Outcome, ok, refuse, refuseMember } from '../outcome.ts';
import { type Dsn, type Mailbox, parseMailbox } from '../smtp/envelope.ts';
import type { Security } from '../smtp/types.ts';
import type { TestSendInput } from './contract.ts';
import { domainOf } from './resolve.ts';
import { checkPort, literalOf } from './targets.ts';
import type { Services } from './types.ts';

export type Via = {
  /** A-label name or an address literal's text. */
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly credentials: { readonly username: string; readonly password: string } | null;
};

export type SendRequest = {
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly subject: string;
  readonly text: string;
  readonly port: number;
  readonly security: Security;
  readonly dryRun: boolean;
  readonly requireTls: boolean;
  readonly dsn: Dsn | null;
  readonly via: Via | null;
};

const SUBJECT = 'Test message';
const TEXT = 'This is a test message. It shows that mail for this address arrives; nothing needs to be done.';

export function checkSend(input: TestSendInput, { config, policy }: Services): Outcome<SendRequest> {
  if (config.sendFrom === null) {
    return refuse('forbidden', 'test sends are off: the operator sets SEND_FROM to the sender address to turn them on');
  }
  const clean = checkFields(input);
  if (!clean.ok) return clean;
  const to = mailbox(input.to, '/to');
  if (!to.ok) return to;
  const from = mailbox(input.from ?? config.sendFrom, '/from');
  if (!from.ok) return from;
  const allowed = checkParties(from.value, to.value, config);
  if (!allowed.ok) return allowed;
  const via = checkVia(input, policy);
  if (!via.ok) return via;
  const port = input.port ?? 25;
  const allowedPort = checkPort(via.value?.port ?? port, config);
  if (!allowedPort.ok) return allowedPort;
  return ok({
    from: from.value,
    to: to.value,
    subject: input.subject ?? SUBJECT,
    text: input.text ?? TEXT,
    port,
    security: port === 465 ? 'implicit' : 'starttls',
    dryRun: input.dryRun === true,
    requireTls: input.requireTls === true,
    dsn: (input.dsn as Dsn | undefined) ?? null,
    via: via.value,
  });
}

/** A line break in a field is how headers and commands are smuggled; `text` alone may have lines. */
function checkFields(input: TestSendInput): Outcome<null> {
  const fields: [string, string | undefined][] = [
    ['/to', input.to],
    ['/from', input.from],
    ['/subject', input.subject],
    ['/dsn/envid', input.dsn?.envid],
    ['/via/host', input.via?.host],
    ['/via/username', input.via?.username],
    ['/via/password', input.via?.password],
  ];
  for (const [pointer, value] of fields) {
    if (value !== undefined && /[\r\n\0]/.test(value)) return refuseMember(pointer, 'must not contain CR, LF or NUL');
  }
  if (input.subject !== undefined && /[\p{Cc}]/u.test(input.subject)) {
    return refuseMember('/subject', 'must not contain control characters');
  }
  for (const pointer of ['/subject', '/text'] as const) {
    if (input[pointer.slice(1) as 'subject' | 'text']?.isWellFormed() === false) {
      return refuseMember(pointer, 'must be valid Unicode text');
    }
  }
  // RFC 3461 §4.4: xtext; we take what needs no encoding.
  if (input.dsn?.envid !== undefined && !/^[!-*,-<>-~]+$/.test(input.dsn.envid)) {
    return refuseMember('/dsn/envid', 'must be visible ASCII without + and =');
  }
  return ok(null);
}

function mailbox(text: string, pointer: string): Outcome<Mailbox> {
  const parsed = parseMailbox(text);
  return parsed.ok ? ok(parsed.mailbox) : refuseMember(pointer, `is not a mail address: ${parsed.rule}`);
}

function checkParties(from: Mailbox, to: Mailbox, config: Config): Outcome<null> {
  const own = config.sendFrom === null ? [] : [config.sendFrom];
  if (!listed(from, [...own, ...config.sendAllowedSenders])) {
    return refuse('forbidden', 'from must be SEND_FROM or be listed in SEND_ALLOWED_SENDERS, which the operator sets');
  }
  if (!listed(to, config.sendAllowedRecipients)) {
    return refuse(
      'recipient-forbidden',
      'this recipient is not listed in SEND_ALLOWED_RECIPIENTS; the operator adds the address, or @domain for exactly that domain',
    );
  }
  return ok(null);
}

/** Entries are addresses or `@domain`, the domain exactly. A local part is compared as it is (RFC 5321 §2.4). */
function listed({ local, domain }: Mailbox, entries: readonly string[]): boolean {
  return entries.some((entry) => entry === `@${domain}` || entry === `${local}@${domain}`);
}

function checkVia(input: TestSendInput, policy: AddressPolicy): Outcome<Via | null> {
  const { via } = input;
  if (via === undefined) return ok(null);
  if (input.port !== undefined) return refuseMember('/port', 'is for the exchanges; with via give via.port');
  const literal = literalOf(via.host, policy);
  const name = literal ? ok(literal.ip) : domainOf(via.host, '/via/host');
  if (!name.ok) return name;
  if (via.password !== undefined && via.username === undefined)
    return refuseMember('/via/username', 'is required with a password');
  if (via.username !== undefined && via.password === undefined)
    return refuseMember('/via/password', 'is required with a username');
  // RFC 6409 §3.1: who has an account submits on 587.
  const port = via.port ?? (via.username === undefined ? 25 : 587);
  return ok({
    host: name.value,
    port,
    security: via.security ?? (port === 465 ? 'implicit' : 'starttls'),
    credentials:
      via.username === undefined || via.password === undefined
        ? null
        : { username: via.username, password: via.password },
  });
}

/** Visible ASCII (RFC 9110 §5.5 without space). */
export function checkIdempotencyKey(key: string | undefined): Outcome<string | null> {
  if (key === undefined) return ok(null);
  if (/^[!-~]{1,128}$/.test(key)) return ok(key);
  return refuseMember('/idempotencyKey', 'must be 1 to 128 visible ASCII characters');
}

/**
 * Of the body, whatever the order of its members. It is stored, so a password enters it through scrypt, salted by the key it
 * is bound to: what a store leaks is no help in guessing.
 */
export async function fingerprintOf(input: TestSendInput, salt: string): Promise<string> {
  const hash = createHash('sha256');
  const { password, ...via } = input.via ?? {};
  hash.update(JSON.stringify(sorted({ ...input, ...(input.via ? { via } : {}) })));
  if (password !== undefined) hash.update(await stretch(password, salt, 32));
  return hash.digest('hex');
}

const stretch = promisify<string, string, number, Buffer>(scrypt);

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
