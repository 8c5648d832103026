import { describe, expect, it } from 'vitest';
import { finding, render } from '../../src/diagnosis/findings.ts';
import { FINDINGS, type FindingCode, OURS_CODES } from '../../src/texts/findings.ts';
import type { FindingEntry } from '../../src/texts/findings-shape.ts';

/** The codes of the contract, §2 to §4, as it lists them. */
const CONTRACT = `
mx-null mx-implicit mx-none mx-nxdomain mx-host-cname mx-host-nxdomain mx-host-no-address mx-host-dns-failure mx-ip-literal
mx-duplicate mx-single mx-shared-address mx-non-public-address mx-ttl-low mx-ttl-high mx-null-with-others mx-ipv6-only
esmtp-inspection starttls-stripped ehlo-rejected banner-masked starttls-missing
port-blocked local-inspection port-redirected prober-blocked prober-throttled ipv6-unavailable
starttls-failed cert-expired cert-expiring cert-not-yet-valid cert-self-signed cert-untrusted cert-hostname-mismatch
tls-legacy auth-without-tls banner-not-220 banner-slow greeting-rejected plaintext-injection
greylisted recipient-rejected sender-rejected relay-denied policy-rejected message-too-large smtputf8-needed
requiretls-unsupported outcome-unknown`
  .trim()
  .split(/\s+/);

const ARTICLES =
  /^\/v1\/articles\/(?:what-is-mx|mx-migration|what-is-smtp|smtp-by-hand|how-mail-flows|ehlo-helo-cisco|outlook-signature|outlook-junk-filter|outlook-rpcdiag|spam-what-to-do)$/;

const SAMPLE = new Map<string, string | number>(
  Object.entries({
    host: 'mx.example.com',
    domain: 'example.com',
    ip: '192.0.2.1',
    port: 25,
    ttl: 120,
    daysLeft: 5,
  }),
);

/** A param for every placeholder the entry has, in whatever variant. */
function paramsFor(entry: FindingEntry): Record<string, string | number> {
  const names = JSON.stringify(entry).match(/\{(\w+)\}/g) ?? [];
  return Object.fromEntries(names.map((name) => name.slice(1, -1)).map((name) => [name, SAMPLE.get(name) ?? 'x1']));
}

const all = [...FINDINGS].map(([code, entry]) => [code, entry] as const);

it('the catalogue has every code of the contract', () => {
  expect(CONTRACT.filter((code) => !FINDINGS.has(code))).toEqual([]);
  expect([...OURS_CODES].sort()).toEqual(
    [
      'ipv6-unavailable',
      'local-inspection',
      'port-blocked',
      'port-redirected',
      'prober-blocked',
      'prober-throttled',
    ].sort(),
  );
});

describe.each(all)('%s', (code, entry) => {
  it('renders whole in both languages, in each of its variants', () => {
    for (const variant of [undefined, ...Object.keys(entry.variants ?? {})]) {
      const params = { ...paramsFor(entry), ...(variant === undefined ? {} : { variant }) };
      const made = finding(code as FindingCode, { params, evidence: ['seen'] });
      for (const lang of ['en', 'th'] as const) {
        const { title, explanation, fix } = render(made, lang);
        for (const text of [title, explanation, fix]) expect(text).toMatch(/^[^{}]{5,}$/);
        expect(title.length).toBeLessThan(110);
        expect(title).not.toMatch(/[.!]$/);
        if (lang === 'th') expect(title + explanation + fix).toMatch(/[\u0e00-\u0e7f]/);
      }
    }
  });

  it('refers to RFCs and to articles that exist', () => {
    expect(entry.references.length).toBeGreaterThan(0);
    for (const reference of entry.references) {
      if (reference.startsWith('/')) expect(reference).toMatch(ARTICLES);
      else expect(reference).toMatch(/^https:\/\/www\.rfc-editor\.org\/rfc\/rfc\d{3,4}(?:#section-\d+(?:\.\d+)*)?$/);
    }
  });
});

describe('esmtp-inspection', () => {
  const made = finding('esmtp-inspection', { params: { host: 'mx.example.com', port: 25 }, evidence: ['220 ****'] });

  it.each(['en', 'th'] as const)('carries the commands that end it, line by line, in %s', (lang) => {
    const { fix } = render(made, lang);
    const lines = fix.split('\n').map((line) => line.trim());
    for (const command of [
      'policy-map global_policy',
      'class inspection_default',
      'no inspect esmtp',
      'policy-map type inspect esmtp ALLOW_TLS',
      'parameters',
      'allow-tls',
      'no mask-banner',
      'inspect esmtp ALLOW_TLS',
      'no fixup protocol smtp 25',
    ]) {
      expect(lines).toContain(command);
    }
  });

  it.each(['en', 'th'] as const)('says whose words the refusal is in, and what phones can do, in %s', (lang) => {
    const { explanation, fix } = render(made, lang);
    expect(explanation).toMatch(/#5\.5\.1 command not recognized.*AsyncOS/);
    expect(fix).toMatch(/587.*465/);
  });
});
