/**
 * Judges what TLS with a host came to: the handshake, the protocol, the certificate's dates, names and chain. Pure; `now` is
 * given. Between mail servers a bad certificate still encrypts, so on port 25 it is a warning; on the submission ports, where
 * people's programs check it, an error (contract §3). Returns an empty list when there is nothing to say.
 */

import { printable } from '../smtp/printable.ts';
import type { Certificate, HostProbe } from '../smtp/types.ts';
import { type FindingCode, finding } from './findings.ts';
import { answer } from './quote.ts';
import type { Finding } from './types.ts';

const EXPIRING_DAYS = 14;
const DAY_MS = 86_400_000;

/** Verification codes that speak of dates, names or a lone self-signed certificate, which have findings of their own. */
const SAID_ELSEWHERE =
  /^(?:CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|DEPTH_ZERO_SELF_SIGNED_CERT)$/;

/** RFC 8996 for the protocols; ciphers without forward strength, integrity or any secrecy, and DSA, which TLS 1.3 has dropped. */
const OLD_PROTOCOL = /^(?:SSLv\d|TLSv1(?:\.[01])?)$/;
const OLD_CIPHER = /RC4|RC2|DES|NULL|EXP|MD5|anon|ADH|AECDH|IDEA|SEED|DSS/i;

export function tlsFindings(probe: HostProbe, now: number): Finding[] {
  return [...handshake(probe), ...legacy(probe), ...certificateFindings(probe, now)];
}

const paramsOf = ({ host, port, ip }: HostProbe) => ({ host, port, ...(ip === null ? {} : { ip }) });
const severityOn = (port: number) => (port === 465 || port === 587 ? 'error' : 'warning');

function handshake(probe: HostProbe): Finding[] {
  const { tlsFailure, plaintextInjection, socketError, startTls } = probe;
  if (plaintextInjection) {
    const evidence = [...answer('STARTTLS', startTls), 'bytes in clear after this reply, before the TLS handshake'];
    return [finding('plaintext-injection', { params: paramsOf(probe), evidence })];
  }
  const cut = brokeOff(probe);
  if (cut === null && (tlsFailure === null || tlsFailure === 'refused')) return [];
  const evidence = [...answer('STARTTLS', startTls), cut ?? `TLS handshake: ${socketError ?? tlsFailure}`];
  if (tlsFailure === 'local-limits') {
    const params = { ...paramsOf(probe), variant: 'local-limits' };
    return [finding('starttls-failed', { params, evidence, severity: 'info', confidence: 'possible' })];
  }
  // What OpenSSL says of a peer that speaks something else than TLS.
  const inClear = probe.security === 'implicit' && socketError === 'ERR_SSL_WRONG_VERSION_NUMBER';
  const params = { ...paramsOf(probe), variant: inClear ? 'in-clear' : 'handshake' };
  return [finding('starttls-failed', { params, evidence, confidence: 'likely' })];
}

/** The conversation ended over the STARTTLS command itself, or inside TLS before anything was said there; null otherwise. */
function brokeOff({ stage, outcome, startTls, tls, socketError, transcript }: HostProbe): string | null {
  const where =
    stage === 'starttls' && startTls === null
      ? 'STARTTLS'
      : stage === 'tls' && tls.negotiated
        ? 'EHLO inside TLS'
        : null;
  if (where === null) return null;
  if (outcome === 'reset' || outcome === 'timeout') return `${where}: ${socketError ?? 'no reply'}`;
  const last = transcript.at(-1);
  return outcome === 'protocol-error' ? `${where}: ${last?.from === 'S' ? last.line : 'no SMTP reply'}` : null;
}

function legacy(probe: HostProbe): Finding[] {
  const { protocol, cipher } = probe.tls;
  if (!OLD_PROTOCOL.test(protocol ?? '') && !OLD_CIPHER.test(cipher ?? '')) return [];
  const evidence = [`negotiated ${[protocol, cipher].filter(Boolean).join(' ')}`];
  return [finding('tls-legacy', { params: paramsOf(probe), evidence, severity: severityOn(probe.port) })];
}

function certificateFindings(probe: HostProbe, now: number): Finding[] {
  const { certificate } = probe.tls;
  if (!certificate) return [];
  const found: Finding[] = [];
  const say = (code: FindingCode, evidence: readonly string[], more: Record<string, number> = {}) =>
    found.push(finding(code, { params: { ...paramsOf(probe), ...more }, evidence, severity: severityOn(probe.port) }));

  dates(certificate, now, say);
  const { subject, issuer, error } = certificate;
  if (certificate.selfSigned) say('cert-self-signed', [`subject and issuer: ${subject}`]);
  else if (!certificate.trusted && !(error !== null && saidElsewhere(certificate, error, now))) {
    say('cert-untrusted', [`issuer: ${issuer}`, `verification: ${error ?? 'failed'}`]);
  }
  if (certificate.hostnameMatches === false) {
    const names = certificate.altNames.length > 0 ? certificate.altNames.join(', ') : 'none';
    say('cert-hostname-mismatch', [`subject: ${subject}`, printable(`names: ${names}`)]);
  }
  return found;
}

type Say = (code: FindingCode, evidence: readonly string[], more?: Record<string, number>) => void;

function dates({ validFrom, validTo }: Certificate, now: number, say: Say): void {
  const left = Date.parse(validTo) - now;
  if (Date.parse(validFrom) > now) say('cert-not-yet-valid', [`valid from ${validFrom}`]);
  if (left < 0) say('cert-expired', [`valid to ${validTo}`]);
  else if (left < EXPIRING_DAYS * DAY_MS) {
    say('cert-expiring', [`valid to ${validTo}`], { daysLeft: Math.floor(left / DAY_MS) });
  }
}

/** A date error counts as said only when it is the leaf's own date; an expired intermediate breaks the chain. */
function saidElsewhere(certificate: Certificate, error: string, now: number): boolean {
  if (error === 'CERT_HAS_EXPIRED') return Date.parse(certificate.validTo) < now;
  if (error === 'CERT_NOT_YET_VALID') return Date.parse(certificate.validFrom) > now;
  return SAID_ELSEWHERE.test(error);
}
