/**
 * What the documents show: one example for each body and each answer, of the domains the demonstration serves. Data only;
 * a test holds every one of them against the schema it stands for.
 */

const RESOLVED = '2026-01-31T08:00:00.000Z';

const finding = {
  code: 'esmtp-inspection',
  severity: 'error',
  confidence: 'certain',
  title: 'A firewall rewrites the mail dialogue',
  explanation: 'Something between us and mx1.example.com masks its greeting and refuses EHLO.',
  fix: 'On a Cisco ASA: policy-map global_policy, class inspection_default, no inspect esmtp.',
  evidence: ['220 **********************', '500 #5.5.1 command not recognized'],
  references: ['/v1/articles/ehlo-helo-cisco'],
};

const mx = {
  domain: 'nectec.or.th',
  unicode: 'nectec.or.th',
  canonical: null,
  status: 'mx',
  exchanges: [
    {
      preference: 10,
      host: 'imail.nectec.or.th',
      ttl: 3600,
      status: 'ok',
      addresses: [{ ip: '192.0.2.10', family: 4, ttl: 300 }],
    },
    {
      preference: 20,
      host: 'maildr.nectec.or.th',
      ttl: 3600,
      status: 'ok',
      addresses: [{ ip: '192.0.2.20', family: 4, ttl: 300 }],
    },
  ],
  deliveryOrder: [
    { preference: 10, hosts: ['imail.nectec.or.th'] },
    { preference: 20, hosts: ['maildr.nectec.or.th'] },
  ],
  ttl: 3600,
  dnssec: 'secure',
  resolvedAt: RESOLVED,
  expiresAt: '2026-01-31T08:05:00.000Z',
  cache: { state: 'miss', layer: null, ageSeconds: 0 },
  findings: [],
};

const capabilities = {
  extensions: [
    { keyword: 'SIZE', params: ['10240000'] },
    { keyword: 'STARTTLS', params: [] },
  ],
  startTls: true,
  size: 10240000,
  auth: [],
  pipelining: false,
  eightBitMime: false,
  smtpUtf8: false,
  dsn: false,
  chunking: false,
  enhancedStatusCodes: false,
  requireTls: false,
  limits: { mailMax: null, rcptMax: null, rcptDomainMax: null },
};

const probe = {
  id: '0b0f3f6e-52a4-4d5e-9c0b-7f3e5f0f8a11',
  domain: 'example.com',
  port: 25,
  startedAt: RESOLVED,
  durationMs: 85,
  cache: { state: 'miss', layer: null, ageSeconds: 0 },
  hosts: [
    {
      host: 'mx1.example.com',
      ip: '192.0.2.10',
      family: 4,
      port: 25,
      preference: 10,
      outcome: 'ok',
      stage: 'quit',
      banner: { code: 220, text: 'mx1.example.com ESMTP Postfix', masked: false },
      greeting: { verb: 'EHLO', ehlo: { code: 250, enhanced: null, text: 'mx1.example.com' }, helo: null },
      capabilities,
      capabilitiesAfterTls: null,
      tls: { offered: true, negotiated: false, protocol: null, cipher: null, certificate: null },
      timings: { connectMs: 12, bannerMs: 30, greetingMs: 9, tlsMs: null, totalMs: 85 },
      transcript: [
        { atMs: 42, from: 'S', line: '220 mx1.example.com ESMTP Postfix', secure: false },
        { atMs: 42, from: 'C', line: 'EHLO probe.example.org', secure: false },
      ],
      findings: [],
    },
  ],
  findings: [],
};

const route = {
  domain: 'nectec.or.th',
  nodes: [
    { id: 'sender', kind: 'sender-server', label: 'sending server', host: null, preference: null, state: null },
    {
      id: 'exchange-1',
      kind: 'exchange',
      label: 'imail.nectec.or.th',
      host: 'imail.nectec.or.th',
      preference: 10,
      state: 'accepting',
    },
  ],
  edges: [{ from: 'sender', to: 'exchange-1', kind: 'delivers', label: '10', order: 1, usable: true }],
};

const testSend = {
  id: 'd9428888-122b-41e1-b85c-61cd3cbb3210',
  status: 'accepted',
  messageId: '<d9428888@probe.example.org>',
  queueId: '4F2kX1abcd',
  acceptedBy: 'imail.nectec.or.th',
  attempts: [
    {
      host: 'imail.nectec.or.th',
      ip: '192.0.2.10',
      preference: 10,
      outcome: 'accepted',
      reply: { code: 250, enhanced: '2.0.0', text: 'Ok: queued as 4F2kX1abcd' },
      transcript: [{ atMs: 240, from: 'S', line: '250 2.0.0 Ok: queued as 4F2kX1abcd', secure: true }],
    },
  ],
  findings: [],
};

const delivery = {
  delivers: true,
  steps: [{ preference: 10, hosts: [{ host: 'imail.nectec.or.th', state: 'accepting', chance: 1 }] }],
  firstChoice: 'imail.nectec.or.th',
  summary: 'Mail for nectec.or.th goes to imail.nectec.or.th.',
};

const plan = {
  domain: 'example.com',
  strategy: 'fallback',
  oldExchanges: [{ host: 'oldisp.example.com', preference: 30 }],
  oldTtl: 3600,
  newPreference: 20,
  stages: [
    {
      name: 'publish',
      notBefore: RESOLVED,
      records: ['example.com. 3600 IN MX 20 newisp.example.com.', 'example.com. 3600 IN MX 30 oldisp.example.com.'],
      why: 'The new server is tried first and does not answer yet, so senders fall back to the old one.',
    },
  ],
  warnings: [],
};

const check = {
  domain: 'example.com',
  stage: 'published',
  waitUntil: '2026-01-31T09:00:00.000Z',
  safeToRetire: false,
  authoritative: [
    {
      server: 'ns1.example.com',
      serial: 2026013101,
      records: ['20 newisp.example.com', '30 oldisp.example.com'],
      error: null,
    },
  ],
  consistent: true,
  findings: [],
};

/** By operation; `body` where it takes one. `answer` is the 200. */
export const EXAMPLES: Readonly<Record<string, { readonly body?: unknown; readonly answer: unknown }>> = {
  resolveMx: { answer: mx },
  probe: { body: { domain: 'example.com' }, answer: probe },
  findProbe: { answer: probe },
  report: {
    answer: {
      domain: 'nectec.or.th',
      mx,
      probe: { ...probe, domain: 'nectec.or.th' },
      delivery,
      verdict: 'good',
      findings: [],
      summary: 'nectec.or.th takes mail. A sender tries imail.nectec.or.th first, and it accepts.',
    },
  },
  route: { answer: route },
  explain: {
    body: { text: '500 #5.5.1 command not recognized' },
    answer: {
      replies: [
        {
          code: 500,
          enhanced: '5.5.1',
          class: 'permanent',
          meaning: 'The server does not know the command, or was kept from hearing it whole.',
          fix: 'Look for a firewall that inspects SMTP between the two servers.',
          article: 'ehlo-helo-cisco',
        },
      ],
      findings: [finding],
      summary: 'A firewall most likely rewrites the dialogue; switch its SMTP inspection off.',
    },
  },
  planMigration: {
    body: { domain: 'example.com', newExchanges: [{ host: 'newisp.example.com', preference: 20 }] },
    answer: plan,
  },
  checkMigration: {
    body: { domain: 'example.com', oldHost: 'oldisp.example.com', newHost: 'newisp.example.com' },
    answer: check,
  },
  testSend: { body: { to: 'postmaster@nectec.or.th', subject: 'A test' }, answer: testSend },
  findTestSend: { answer: testSend },
  listArticles: {
    answer: {
      articles: [{ slug: 'what-is-mx', title: 'What an MX record is', summary: 'Where a domain says its mail goes.' }],
    },
  },
  getArticle: { answer: { slug: 'what-is-mx', title: 'What an MX record is', markdown: '# What an MX record is\n' } },
};
