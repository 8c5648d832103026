/**
 * Real mail servers: what the running service reports of each equals what swaks, `openssl s_client` and posttls-finger see.
 * The table peer × what each tool saw × what we said is printed at the end.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CiscoOptions, type CiscoProxy, startCiscoProxy } from '../helpers/cisco-proxy.ts';
import { createCa } from './certificates.ts';
import { isRoot, type Lab, openLab } from './lab.ts';
import type { Mta } from './mta.ts';
import { startChasquid } from './mta-chasquid.ts';
import { startExim } from './mta-exim.ts';
import { startOpenSmtpd } from './mta-opensmtpd.ts';
import { type Face, type LabPostfix, startPostfix } from './mta-postfix.ts';
import { type Service, startService } from './service.ts';
import {
  EHLO_NAME,
  type OpensslView,
  type Peer,
  type PosttlsView,
  posttlsFinger,
  type SwaksView,
  sClient,
  swaks,
} from './tools.ts';

type Extension = { keyword: string; params: string[] };
type Capabilities = { extensions: Extension[]; startTls: boolean; size: number | null; auth: string[] };
type Certificate = {
  subject: string;
  issuer: string;
  altNames: string[];
  fingerprint256: string;
  selfSigned: boolean;
  trusted: boolean;
  hostnameMatches: boolean | null;
  error: string | null;
};
type HostProbe = {
  outcome: string;
  stage: string;
  banner: { code: number; text: string; masked: boolean } | null;
  greeting: { verb: string } | null;
  capabilities: Capabilities | null;
  capabilitiesAfterTls: Capabilities | null;
  tls: {
    offered: boolean;
    negotiated: boolean;
    protocol: string | null;
    cipher: string | null;
    certificate: Certificate | null;
  };
  findings: { code: string; severity: string; evidence: string[] }[];
};

type Seen = { ours: HostProbe; swaks: SwaksView; openssl: OpensslView; posttls: PosttlsView };
type Case = {
  readonly peer: string;
  readonly find: (world: World) => Peer;
  /** Written by hand from the server's configuration: the certificate's verdict as OpenSSL numbers it, and our findings. */
  readonly verify: number | null;
  readonly findings: readonly string[];
  readonly masked?: boolean;
  readonly verb?: 'EHLO' | 'HELO';
};
type World = { postfix: LabPostfix; exim: Mta; opensmtpd: Mta; chasquid: Mta; firewalls: Record<Firewall, CiscoProxy> };
type Firewall = 'asa' | 'asaAllowTls' | 'pix' | 'pixNoop';

const SLOW = 60_000;
const face =
  (kind: Face) =>
  ({ postfix }: World): Peer => ({ ...postfix.faces[kind], implicitTls: postfix.faces[kind].security === 'implicit' });
const whole =
  (kind: 'exim' | 'opensmtpd' | 'chasquid') =>
  (world: World): Peer => ({ ip: world[kind].ip, port: 25, name: world[kind].name, implicitTls: false });

/** The firewall has an address of its own and passes on to the Postfix of the lab's CA. */
const behind =
  (firewall: Firewall) =>
  ({ firewalls, postfix }: World): Peer => {
    const { host, port } = firewalls[firewall];
    return { ip: host, port, name: postfix.faces.trusted.name, implicitTls: false };
  };

const cases: readonly Case[] = [
  { peer: 'Postfix without TLS', find: face('plain'), verify: null, findings: ['starttls-missing'] },
  { peer: 'Postfix, lab CA', find: face('trusted'), verify: 0, findings: [] },
  { peer: 'Postfix, self-signed', find: face('selfSigned'), verify: 18, findings: ['cert-self-signed'] },
  { peer: 'Postfix, expired', find: face('expired'), verify: 10, findings: ['cert-expired'] },
  { peer: 'Postfix, not yet valid', find: face('notYetValid'), verify: 9, findings: ['cert-not-yet-valid'] },
  { peer: 'Postfix, wrong name', find: face('wrongName'), verify: 62, findings: ['cert-hostname-mismatch'] },
  { peer: 'Postfix, AUTH in clear', find: face('auth'), verify: 0, findings: ['auth-without-tls'] },
  { peer: 'Postfix, TLS 1.0 and 1.1', find: face('legacy'), verify: 0, findings: ['tls-legacy'] },
  { peer: 'Postfix 587', find: face('submission'), verify: 0, findings: [] },
  { peer: 'Postfix 465', find: face('submissions'), verify: 0, findings: [] },
  { peer: 'Exim', find: whole('exim'), verify: 0, findings: [] },
  // Debian 12's OpenSMTPD cannot sign with its separated key under OpenSSL 3: STARTTLS is offered, the handshake fails.
  { peer: 'OpenSMTPD', find: whole('opensmtpd'), verify: null, findings: ['starttls-failed'] },
  { peer: 'chasquid', find: whole('chasquid'), verify: 0, findings: [] },
  {
    peer: 'Postfix behind an ASA',
    find: behind('asa'),
    verify: null,
    masked: true,
    findings: ['banner-masked', 'esmtp-inspection', 'starttls-stripped'],
  },
  {
    peer: 'Postfix behind an ASA that allows TLS',
    find: behind('asaAllowTls'),
    verify: 0,
    masked: true,
    findings: ['banner-masked', 'esmtp-inspection'],
  },
  {
    peer: 'Postfix behind a PIX',
    find: behind('pix'),
    verify: null,
    masked: true,
    verb: 'HELO',
    findings: ['banner-masked', 'esmtp-inspection'],
  },
  {
    peer: 'Postfix behind a PIX that writes NOOP',
    find: behind('pixNoop'),
    verify: null,
    masked: true,
    findings: ['banner-masked', 'esmtp-inspection'],
  },
];

async function startFirewalls(postfix: LabPostfix): Promise<Record<Firewall, CiscoProxy>> {
  const { ip, port } = postfix.faces.trusted;
  const to = { host: ip, port };
  const start = async (last: number, options: Pick<CiscoOptions, 'mode' | 'allowTls'>) => {
    const proxy = await startCiscoProxy({ ...options, to, host: lab.ip(last), port: 25 });
    lab.defer(() => proxy.close());
    return proxy;
  };
  return {
    asa: await start(40, { mode: 'asa' }),
    asaAllowTls: await start(41, { mode: 'asa', allowTls: true }),
    pix: await start(42, { mode: 'pix' }),
    pixNoop: await start(43, { mode: 'pix-noop' }),
  };
}

let lab: Lab;
let world: World;
let service: Service;
const seen = new Map<string, Seen>();

describe.skipIf(!isRoot)('real mail servers (root alone may start them)', () => {
  beforeAll(async () => {
    lab = await openLab();
    const ca = await createCa(lab);
    const env = {
      ALLOW_TARGETS: '127.0.0.0/8',
      EHLO_NAME,
      // Nothing is to be resolved here: hosts are pinned to addresses.
      DNS_SERVERS: '127.0.0.1:9',
      NODE_EXTRA_CA_CERTS: ca.file,
      RATE_TARGET_PER_MINUTE: '1000',
      RATE_CLIENT_PER_MINUTE: '1000',
    };
    const [postfix, exim, opensmtpd, chasquid, started] = await Promise.all([
      startPostfix(lab, ca),
      startExim(lab, ca),
      startOpenSmtpd(lab, ca),
      startChasquid(lab, ca),
      startService(lab, env),
    ]);
    world = { postfix, exim, opensmtpd, chasquid, firewalls: await startFirewalls(postfix) };
    service = started;
  }, 120_000);

  afterAll(async () => {
    if (seen.size > 0) console.log(table());
    await lab?.stop();
  });

  const probe = async (peer: Peer): Promise<HostProbe> => {
    const { status, body } = await service.post('/v1/probes', { host: peer.name, ip: peer.ip, port: peer.port });
    expect(status, JSON.stringify(body)).toBe(200);
    const [host] = body.hosts as HostProbe[];
    if (!host) throw new Error('no host in the answer');
    return host;
  };

  test.for(cases)(
    '$peer',
    { timeout: SLOW },
    async ({ peer: label, find, verify, findings, masked = false, verb = 'EHLO' }) => {
      const peer = find(world);
      const ca = world.postfix.ca.file;
      const [ours, theirs, openssl, posttls] = await Promise.all([
        probe(peer),
        swaks(peer),
        sClient(peer, ca),
        posttlsFinger(peer, ca),
      ]);
      seen.set(label, { ours, swaks: theirs, openssl, posttls });
      sameConversation(ours, theirs, peer);
      expect(ours.banner?.masked).toBe(masked);
      expect(ours.greeting?.verb).toBe(verb);
      sameTls(ours, openssl, verify);
      sameTrust(ours, posttls);
      expect(codes(ours)).toEqual([...findings].sort());
      for (const finding of ours.findings) expect(finding.evidence, finding.code).not.toEqual([]);
    },
  );
});

const codes = (host: HostProbe) => host.findings.map(({ code }) => code).sort();

const linesOf = (capabilities: Capabilities | null): string[] | null =>
  capabilities?.extensions.map(({ keyword, params }) => [keyword, ...params].join(' ').toUpperCase()) ?? null;
/** `AUTH=PLAIN` is the early form of `AUTH PLAIN`. */
const sent = (lines: readonly string[] | null): string[] | null =>
  lines?.map((line) => line.replace(/^AUTH=/, 'AUTH ').toUpperCase()) ?? null;

function sameConversation(ours: HostProbe, theirs: SwaksView, peer: Peer): void {
  expect(theirs.greeting, theirs.text).not.toBeNull();
  // Exim's greeting holds the time of day.
  const still = (text: string) => text.replace(/\d{2}:\d{2}:\d{2}/, '');
  expect(still(`${ours.banner?.code} ${ours.banner?.text}`)).toBe(still(theirs.greeting ?? ''));
  if (peer.implicitTls) {
    expect(linesOf(ours.capabilities)).toEqual(sent(theirs.inTls));
    expect(ours.capabilitiesAfterTls).toBeNull();
    return;
  }
  expect(linesOf(ours.capabilities)).toEqual(sent(theirs.inClear));
  expect(ours.capabilities?.startTls).toBe(theirs.inClear?.includes('STARTTLS'));
  // swaks refuses what is older than TLS 1.2, so it has nothing to compare with there.
  if (theirs.protocol) expect(linesOf(ours.capabilitiesAfterTls)).toEqual(sent(theirs.inTls));
}

function sameTls({ tls }: HostProbe, openssl: OpensslView, verify: number | null): void {
  expect(openssl.verify, openssl.text).toBe(verify);
  expect(tls.negotiated).toBe(openssl.protocol !== null);
  expect(tls.protocol).toBe(openssl.protocol);
  if (!tls.negotiated) return;
  const certificate = tls.certificate;
  expect(certificate?.subject).toContain(openssl.subject);
  expect(certificate?.issuer).toContain(openssl.issuer);
  expect(certificate?.fingerprint256).toBe(openssl.fingerprint256);
  expect(certificate?.hostnameMatches).toBe(verify !== 62);
  expect(certificate?.trusted).toBe(verify === 0 || verify === 62);
  expect(certificate?.selfSigned).toBe(verify === 18);
}

function sameTrust({ tls }: HostProbe, posttls: PosttlsView): void {
  // posttls-finger cannot be told to speak TLS 1.0 and 1.1 (signature algorithms): it fails there, and only there we go on.
  if (posttls.trust === 'failed' || posttls.trust === 'none') {
    expect(tls.protocol ?? 'none', posttls.text).toMatch(/^(none|TLSv1|TLSv1\.1)$/);
    return;
  }
  const verified = tls.certificate?.trusted === true && tls.certificate.hostnameMatches === true;
  expect(posttls.trust === 'verified', posttls.text).toBe(verified);
  expect(tls.protocol).toBe(posttls.protocol);
  expect(tls.certificate?.fingerprint256).toBe(posttls.fingerprint256);
}

function table(): string {
  const rows = [...seen].map(([label, { ours, swaks: s, openssl: o, posttls: p }]) => {
    const count = (lines: readonly string[] | null) => (lines === null ? '–' : String(lines.length));
    const { certificate } = ours.tls;
    const verdict = certificate ? (certificate.error ?? (certificate.hostnameMatches ? 'ok' : 'other name')) : '–';
    const said = [
      ours.outcome,
      ours.tls.protocol ?? 'no TLS',
      verdict,
      `${count(linesOf(ours.capabilities))}/${count(linesOf(ours.capabilitiesAfterTls))} extensions`,
      codes(ours).join(' ') || 'no finding',
    ];
    return [
      label,
      `${count(s.inClear)}/${count(s.inTls)} extensions, ${s.protocol ?? 'no TLS'}`,
      o.protocol ? `${o.protocol}, CN=${o.subject}, code ${o.verify}` : 'no TLS',
      p.protocol ? `${p.trust}, ${p.protocol}` : p.trust,
      said.join(', '),
    ];
  });
  const head = ['peer', 'swaks', 'openssl s_client', 'posttls-finger', 'we said'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
