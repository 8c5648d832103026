/**
 * What a server's certificate says and whether it holds: chain, dates and names judged apart, so that one fault never hides
 * another. It opens no connection and reads no clock but the one given. Every string is printable and bounded, since the
 * certificate was written by a stranger; fields that cannot be read are given as they are or as the epoch, never thrown.
 */

import { X509Certificate } from 'node:crypto';
import { printable, printableBytes } from '../smtp/printable.ts';
import type { Certificate } from '../smtp/types.ts';

const MAX_ALT_NAMES = 100;
const DAY_MS = 86_400_000;

/** Verification codes that speak of time alone. OpenSSL reports dates last, over whatever was wrong with the chain. */
const DATE_ERRORS = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

export type Presented = {
  readonly leaf: X509Certificate;
  /** The library's verdict on the chain, null when it verifies. */
  readonly error: string | null;
  /** The exchange's name; null where none is to be checked (an IP literal). */
  readonly name: string | null;
};

/** `roots`: the trusted certificates, asked for only when a date hides what the library thought of the chain. */
export function describeCertificate(presented: Presented, roots: () => RootIndex, now: number): Certificate {
  const { leaf, name } = presented;
  const error = chainError(presented, roots);
  const validTo = leaf.validToDate.getTime();
  return {
    subject: oneLine(leaf.subject),
    issuer: oneLine(leaf.issuer),
    altNames: altNames(leaf.subjectAltName),
    validFrom: timestamp(leaf.validFromDate.getTime()),
    validTo: timestamp(validTo),
    daysLeft: Number.isNaN(validTo) ? 0 : Math.floor((validTo - now) / DAY_MS),
    fingerprint256: leaf.fingerprint256,
    selfSigned: isSelfSigned(leaf),
    trusted: error === null,
    hostnameMatches: name === null ? null : matches(leaf, name),
    error,
  };
}

/** RFC 9525 §6.3: a wildcard is the whole leftmost label; the subject's CN counts only where no DNS name is given. */
function matches(leaf: X509Certificate, name: string): boolean {
  try {
    return leaf.checkHost(name, { partialWildcards: false }) !== undefined;
  } catch {
    // A CN of a type that is no text: whatever it says, it is not this name.
    return false;
  }
}

/** Trusted roots by subject, to look up the issuer of a chain's last certificate. */
export type RootIndex = ReadonlyMap<string, readonly X509Certificate[]>;

export function indexRoots(pems: readonly string[]): RootIndex {
  return Map.groupBy(
    pems.map((pem) => new X509Certificate(pem)),
    (root) => root.subject,
  );
}

/** A chain's own fault wins over its dates: an expired certificate of an unknown issuer is both, and says the worse. */
function chainError({ leaf, error }: Presented, roots: () => RootIndex): string | null {
  if (error === null || !DATE_ERRORS.has(error)) return error;
  if (isSelfSigned(leaf)) return 'DEPTH_ZERO_SELF_SIGNED_CERT';
  return endsInRoot(leaf, roots()) ? error : 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY';
}

function endsInRoot(leaf: X509Certificate, roots: RootIndex): boolean {
  let certificate: X509Certificate = leaf;
  // OpenSSL itself follows no chain longer than this by default.
  for (let depth = 0; depth < 10; depth++) {
    const current = certificate;
    if ((roots.get(current.issuer) ?? []).some((root) => issued(root, current))) return true;
    const next = current.issuerCertificate;
    if (!next || next.fingerprint256 === current.fingerprint256 || !issued(next, current)) return false;
    certificate = next;
  }
  return false;
}

const issued = (issuer: X509Certificate, certificate: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

function isSelfSigned(leaf: X509Certificate): boolean {
  if (leaf.subject !== leaf.issuer || !leaf.checkIssued(leaf)) return false;
  try {
    return leaf.verify(leaf.publicKey);
  } catch {
    // A key of a kind that this library cannot use: the names say so, nothing else can.
    return true;
  }
}

const oneLine = (name: string | undefined): string => printable((name ?? '').replaceAll('\n', ', '));

/** `DNS:a, IP Address:192.0.2.1`; Node puts an entry with odd characters in JSON quotes. */
const ALT_NAME = /(?:^|, )(DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g;

function altNames(text: string | undefined): readonly string[] {
  const names: string[] = [];
  for (const match of (text ?? '').matchAll(ALT_NAME)) {
    if (names.length >= MAX_ALT_NAMES) break;
    const name = match[2] ?? '';
    // Node gives each byte as one character.
    names.push(printableBytes(name.startsWith('"') ? unquoted(name) : name));
  }
  return names;
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

const timestamp = (ms: number): string => new Date(Number.isNaN(ms) ? 0 : ms).toISOString();
