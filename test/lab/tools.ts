/**
 * What other programs see of a mail server: swaks (the conversation), `openssl s_client` (protocol, certificate, chain and
 * name) and Postfix's posttls-finger (the same with a mail server's eyes). They share no code with the service.
 */

import { needCommand, run } from './lab.ts';

export type Peer = {
  readonly ip: string;
  readonly port: number;
  readonly name: string;
  readonly implicitTls: boolean;
};

/** `null` where the tool did not get there. */
export type SwaksView = {
  readonly greeting: string | null;
  /** Keyword and parameters of each line after the first, as sent. */
  readonly inClear: readonly string[] | null;
  readonly inTls: readonly string[] | null;
  readonly protocol: string | null;
  readonly cipher: string | null;
  readonly subject: string | null;
  readonly text: string;
};

export const EHLO_NAME = 'probe.example';

export async function swaks(peer: Peer): Promise<SwaksView> {
  const tls = peer.implicitTls ? ['--tlsc'] : ['--tls-optional'];
  const place = ['--server', peer.ip, '--port', String(peer.port), '--helo', EHLO_NAME, '--quit-after', 'HELO'];
  const { stdout } = await run(needCommand('swaks'), [
    ...place,
    ...tls,
    '--to',
    'postmaster@lab.example',
    '--timeout',
    '15',
  ]);
  // After implicit TLS swaks marks every line as secure; `-` and `~` are clear and secure, `*` an error.
  const secure = /=== TLS started with cipher ([^:]+):([^:\n]+)/.exec(stdout);
  return {
    greeting: /^<[~-]\s+(220 .*)$/m.exec(stdout)?.[1] ?? null,
    inClear: extensions(stdout, '-'),
    inTls: extensions(stdout, '~'),
    protocol: secure?.[1] ?? null,
    cipher: secure?.[2] ?? null,
    subject: /peer DN="\/CN=([^"]*)"/.exec(stdout)?.[1] ?? null,
    text: stdout,
  };
}

/** The reply to EHLO: its lines after the first, none for a bare `250 `; null when it was refused or never asked. */
function extensions(text: string, mark: '-' | '~'): string[] | null {
  const lines = text.split('\n');
  const asked = lines.findIndex((line) => line.startsWith(` ${mark}> EHLO`));
  const reply = lines.slice(asked + 1);
  const end = reply.findIndex((line) => !line.startsWith(`<${mark}  250-`));
  if (asked < 0 || !reply[end]?.startsWith(`<${mark}  250 `)) return null;
  return reply.slice(1, end + 1).map((line) => line.slice('<-  250-'.length).trim());
}

export type OpensslView = {
  readonly protocol: string | null;
  readonly cipher: string | null;
  readonly subject: string | null;
  readonly issuer: string | null;
  readonly fingerprint256: string | null;
  /** OpenSSL's verification code: 0 ok, 9 not yet valid, 10 expired, 18 self-signed, 20/21 unknown issuer, 62 another name. */
  readonly verify: number | null;
  readonly text: string;
};

export async function sClient(peer: Peer, caFile: string): Promise<OpensslView> {
  const starttls = peer.implicitTls ? [] : ['-starttls', 'smtp', '-name', EHLO_NAME];
  const name = ['-servername', peer.name, '-verify_hostname', peer.name, '-CAfile', caFile];
  // Security level 0: what an old peer offers is to be seen, not refused.
  const old = ['-cipher', 'ALL:@SECLEVEL=0', '-min_protocol', 'TLSv1'];
  const connect = ['s_client', '-connect', `${peer.ip}:${peer.port}`];
  const args = [...connect, ...starttls, ...name, ...old];
  const { stdout, stderr } = await run(needCommand('openssl'), args, { input: 'QUIT\n' });
  const pem = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/.exec(stdout)?.[0];
  const agreed = /New, (\S+), Cipher is (\S+)/.exec(stdout);
  // That line names the version of the cipher suite; the session's own line comes with TLS 1.2 and older.
  const protocol = /^\s+Protocol\s+: (\S+)$/m.exec(stdout)?.[1] ?? agreed?.[1] ?? null;
  // An alert after our last message of the handshake: the certificate was seen, but there is no session.
  const done = pem !== undefined && agreed?.[2] !== '(NONE)' && !/:error:/.test(stderr);
  return {
    protocol: done ? protocol : null,
    cipher: done ? (agreed?.[2] ?? null) : null,
    subject: /^subject=CN = (.*)$/m.exec(stdout)?.[1] ?? null,
    issuer: /^issuer=CN = (.*)$/m.exec(stdout)?.[1] ?? null,
    fingerprint256: pem ? await fingerprint(pem) : null,
    verify: done ? Number(/Verify return code: (\d+)/.exec(stdout)?.[1] ?? Number.NaN) : null,
    text: stdout + stderr,
  };
}

async function fingerprint(pem: string): Promise<string | null> {
  const show = ['x509', '-noout', '-fingerprint', '-sha256'];
  const { stdout } = await run(needCommand('openssl'), show, { input: `${pem}\n` });
  return /Fingerprint=(\S+)/i.exec(stdout)?.[1] ?? null;
}

export type PosttlsView = {
  /** As Postfix would log it; `failed`: no handshake; `none`: no TLS offered. */
  readonly trust: 'verified' | 'trusted' | 'untrusted' | 'failed' | 'none';
  readonly protocol: string | null;
  readonly cipher: string | null;
  readonly subject: string | null;
  readonly fingerprint256: string | null;
  readonly text: string;
};

export async function posttlsFinger(peer: Peer, caFile: string): Promise<PosttlsView> {
  const wrapped = peer.implicitTls ? ['-w'] : [];
  const old = ['-o', 'tls_medium_cipherlist=ALL:@SECLEVEL=0', '-o', 'tls_high_cipherlist=ALL:@SECLEVEL=0'];
  const trust = ['-c', '-l', 'secure', '-d', 'sha256', '-F', caFile, '-s', peer.name];
  const place = [`[${peer.ip}]:${peer.port}`, peer.name];
  const { stdout, stderr } = await run(needCommand('posttls-finger'), [...trust, ...wrapped, ...old, ...place]);
  const text = stdout + stderr;
  const made = /(Verified|Trusted|Untrusted) TLS connection established to \S+ (\S+) with cipher (\S+)/.exec(text);
  const offered = made !== null || /SSL_connect error|TLS library problem|STARTTLS failed/.test(text);
  return {
    trust: (made?.[1]?.toLowerCase() as 'verified' | undefined) ?? (offered ? 'failed' : 'none'),
    protocol: made?.[2] ?? null,
    cipher: made?.[3] ?? null,
    subject: /subject_CN=([^,\n]*)/.exec(text)?.[1] ?? null,
    fingerprint256: /[^_]fingerprint=([0-9A-F:]+)/.exec(text)?.[1] ?? null,
    text,
  };
}
