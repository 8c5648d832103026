/**
 * The public contract as TypeBox schemas: the one source for validation at both doors, for OpenAPI and for the TypeScript
 * types of inputs and outputs. Holds no behaviour. Names, units and values are those of the published contract.
 */

import { type Static, type TSchema, Type } from '@sinclair/typebox';

const closed = { additionalProperties: false } as const;
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const OneOf = <const T extends readonly string[]>(values: T, options: { description?: string } = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...new Set(values)], ...options });

/** A `$ref` to a shared schema that keeps its TypeScript type. */
const ref = <T extends TSchema>(schema: T) => Type.Unsafe<Static<T>>({ $ref: `${schema.$id}#` });

export const ID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$';

export const Id = Type.String({ pattern: ID_PATTERN, description: 'UUIDv4' });
export const Time = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' });
const Seconds = (description: string) => Type.Integer({ minimum: 0, description });
export const DomainName = Type.String({
  description: 'A-label or U-label, any case, trailing dot allowed; at most 253 octets after UTS #46 mapping',
  examples: ['nectec.or.th'],
});

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'urn:mxscope:problem:CODE' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.String({ description: 'Finds the request in the log' }),
    code: OneOf([
      'invalid-request',
      'invalid-domain',
      'unauthenticated',
      'forbidden',
      'target-forbidden',
      'recipient-forbidden',
      'not-found',
      'method-not-allowed',
      'idempotency-conflict',
      'body-too-large',
      'unsupported-media-type',
      'rate-limited',
      'internal',
      'dns-failure',
      'overloaded',
      'unavailable',
      'dns-timeout',
    ]),
    errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }))),
    scope: Type.Optional(
      OneOf(['lookup', 'client', 'target', 'send'], { description: 'With rate-limited: the budget that ran out' }),
    ),
    retryAfterSeconds: Type.Optional(Type.Integer()),
  },
  { $id: 'Problem', description: 'RFC 9457' },
);

export const Finding = Type.Object(
  {
    code: Type.String(),
    severity: OneOf(['info', 'warning', 'error']),
    confidence: OneOf(['certain', 'likely', 'possible']),
    title: Type.String(),
    explanation: Type.String(),
    fix: Type.String(),
    evidence: Type.Array(Type.String(), { minItems: 1, description: 'What was seen: a reply line, a record' }),
    references: Type.Array(Type.String()),
  },
  { $id: 'Finding' },
);

export const CacheInfo = Type.Object(
  {
    state: OneOf(['hit', 'miss', 'stale']),
    layer: Nullable(OneOf(['memory', 'redis'])),
    ageSeconds: Seconds('Since the answer was resolved'),
  },
  { $id: 'CacheInfo' },
);

// --- §2 MX ---------------------------------------------------------------------------------------------------------

export const Address = Type.Object(
  {
    ip: Type.String(),
    family: Type.Unsafe<4 | 6>({ type: 'integer', enum: [4, 6] }),
    ttl: Seconds('Left of the address RRset'),
  },
  { $id: 'Address' },
);

export const Exchange = Type.Object(
  {
    preference: Type.Integer({ minimum: 0, maximum: 65535 }),
    host: Type.String(),
    ttl: Seconds('Left of the MX RRset'),
    status: OneOf(['ok', 'no-address', 'nxdomain', 'cname', 'ip-literal', 'failed']),
    addresses: Type.Array(ref(Address)),
  },
  { $id: 'Exchange' },
);

export const DeliveryGroup = Type.Object(
  { preference: Type.Integer(), hosts: Type.Array(Type.String()) },
  { $id: 'DeliveryGroup' },
);

export const MxAnswer = Type.Object(
  {
    domain: Type.String(),
    unicode: Type.String(),
    canonical: Nullable(Type.String()),
    status: OneOf(['mx', 'implicit', 'null-mx', 'none', 'nxdomain']),
    exchanges: Type.Array(ref(Exchange)),
    deliveryOrder: Type.Array(ref(DeliveryGroup)),
    ttl: Seconds('Left of the MX RRset, or of the negative answer'),
    dnssec: OneOf(['secure', 'insecure', 'unknown']),
    resolvedAt: Time,
    expiresAt: Time,
    cache: ref(CacheInfo),
    findings: Type.Array(ref(Finding)),
  },
  { $id: 'MxAnswer' },
);

// --- §3 probes -----------------------------------------------------------------------------------------------------

const Port = Type.Integer({ minimum: 1, maximum: 65535 });
const SecurityMode = OneOf(['starttls', 'implicit', 'none']);
const Family = Type.Unsafe<4 | 6>({ type: 'integer', enum: [4, 6] });

export const ProbeInput = Type.Object(
  {
    domain: Type.Optional(DomainName),
    host: Type.Optional(Type.String({ description: 'A name or an IP literal' })),
    ip: Type.Optional(Type.String({ description: 'Pins a named host to this address' })),
    port: Type.Optional(Port),
    security: Type.Optional(SecurityMode),
    family: Type.Optional(Family),
    fresh: Type.Optional(Type.Boolean()),
    maxSeconds: Type.Optional(
      Type.Integer({ minimum: 5, maximum: 120, description: 'The most for one host; the answer comes within 60 s' }),
    ),
  },
  { ...closed, $id: 'ProbeInput', description: 'Exactly one of domain and host' },
);

export const Extension = Type.Object(
  { keyword: Type.String(), params: Type.Array(Type.String()) },
  { $id: 'Extension' },
);

export const Capabilities = Type.Object(
  {
    extensions: Type.Array(ref(Extension)),
    startTls: Type.Boolean(),
    size: Nullable(Type.Number({ description: 'Octets; 0 = no fixed limit; null when absent or without a number' })),
    auth: Type.Array(Type.String()),
    pipelining: Type.Boolean(),
    eightBitMime: Type.Boolean(),
    smtpUtf8: Type.Boolean(),
    dsn: Type.Boolean(),
    chunking: Type.Boolean(),
    enhancedStatusCodes: Type.Boolean(),
    requireTls: Type.Boolean(),
    limits: Type.Object({
      mailMax: Nullable(Type.Number()),
      rcptMax: Nullable(Type.Number()),
      rcptDomainMax: Nullable(Type.Number()),
    }),
  },
  { $id: 'Capabilities' },
);

export const Certificate = Type.Object(
  {
    subject: Type.String(),
    issuer: Type.String(),
    altNames: Type.Array(Type.String()),
    validFrom: Type.String(),
    validTo: Type.String(),
    daysLeft: Type.Integer(),
    fingerprint256: Type.String(),
    selfSigned: Type.Boolean(),
    trusted: Type.Boolean(),
    hostnameMatches: Nullable(Type.Boolean()),
    error: Nullable(Type.String()),
  },
  { $id: 'Certificate' },
);

export const Tls = Type.Object(
  {
    offered: Type.Boolean(),
    negotiated: Type.Boolean(),
    protocol: Nullable(Type.String()),
    cipher: Nullable(Type.String()),
    certificate: Nullable(ref(Certificate)),
  },
  { $id: 'Tls' },
);

export const TranscriptLine = Type.Object(
  {
    atMs: Type.Integer({ minimum: 0 }),
    from: OneOf(['S', 'C'], { description: 'S: the server, C: us' }),
    line: Type.String(),
    secure: Type.Boolean(),
  },
  { $id: 'TranscriptLine' },
);

export const Reply = Type.Object(
  { code: Type.Integer(), enhanced: Nullable(Type.String()), text: Type.String() },
  { $id: 'Reply' },
);

const Ms = Nullable(Type.Integer({ minimum: 0 }));

const PROBE_OUTCOMES = [
  'ok',
  'refused',
  'timeout',
  'unreachable',
  'reset',
  'rejected',
  'protocol-error',
  'tls-error',
  'forbidden',
  'rate-limited',
  'skipped',
] as const;

export const HostProbe = Type.Object(
  {
    host: Type.String(),
    ip: Nullable(Type.String()),
    family: Nullable(Family),
    port: Port,
    preference: Nullable(Type.Integer()),
    outcome: OneOf(PROBE_OUTCOMES),
    stage: OneOf(['resolve', 'connect', 'banner', 'greeting', 'starttls', 'tls', 'quit']),
    banner: Nullable(Type.Object({ code: Type.Integer(), text: Type.String(), masked: Type.Boolean() })),
    greeting: Nullable(
      Type.Object({
        verb: OneOf(['EHLO', 'HELO'], { description: 'The command that was accepted, or the last one tried' }),
        ehlo: Nullable(ref(Reply)),
        helo: Nullable(ref(Reply)),
      }),
    ),
    capabilities: Nullable(ref(Capabilities)),
    capabilitiesAfterTls: Nullable(ref(Capabilities)),
    tls: ref(Tls),
    timings: Type.Object({
      connectMs: Ms,
      bannerMs: Ms,
      greetingMs: Ms,
      tlsMs: Ms,
      totalMs: Type.Integer({ minimum: 0 }),
    }),
    transcript: Type.Array(ref(TranscriptLine)),
    findings: Type.Array(ref(Finding)),
  },
  { $id: 'HostProbe' },
);

export const Probe = Type.Object(
  {
    id: Id,
    domain: Nullable(Type.String()),
    port: Port,
    startedAt: Time,
    durationMs: Type.Integer({ minimum: 0 }),
    cache: ref(CacheInfo),
    hosts: Type.Array(ref(HostProbe)),
    findings: Type.Array(ref(Finding)),
  },
  { $id: 'Probe' },
);

// --- §4 test sends -------------------------------------------------------------------------------------------------

export const TestSendInput = Type.Object(
  {
    to: Type.String({ maxLength: 998 }),
    from: Type.Optional(Type.String({ maxLength: 998 })),
    subject: Type.Optional(Type.String({ maxLength: 200 })),
    text: Type.Optional(Type.String({ maxLength: 2000 })),
    port: Type.Optional(Port),
    dryRun: Type.Optional(Type.Boolean()),
    requireTls: Type.Optional(Type.Boolean()),
    dsn: Type.Optional(
      Type.Object(
        {
          notify: Type.Optional(
            Type.Array(OneOf(['NEVER', 'SUCCESS', 'FAILURE', 'DELAY']), { minItems: 1, uniqueItems: true }),
          ),
          ret: Type.Optional(OneOf(['FULL', 'HDRS'])),
          envid: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
        },
        { ...closed, description: 'RFC 3461; used where the server offers DSN' },
      ),
    ),
    via: Type.Optional(
      Type.Object(
        {
          host: Type.String(),
          port: Type.Optional(Port),
          security: Type.Optional(SecurityMode),
          username: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
          password: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
        },
        { ...closed, description: 'A submission server to send through, in place of the exchanges' },
      ),
    ),
  },
  { ...closed, $id: 'TestSendInput' },
);

export const SEND_STATUSES = [
  'accepted',
  'rejected',
  'deferred',
  'unreachable',
  'dry-run-accepted',
  'unknown',
] as const;

export const SendAttempt = Type.Object(
  {
    host: Type.String(),
    ip: Nullable(Type.String()),
    preference: Nullable(Type.Integer()),
    outcome: OneOf([...SEND_STATUSES, ...PROBE_OUTCOMES.filter((o) => o !== 'ok')] as const),
    reply: Nullable(ref(Reply)),
    transcript: Type.Array(ref(TranscriptLine)),
  },
  { $id: 'SendAttempt' },
);

export const TestSend = Type.Object(
  {
    id: Id,
    status: OneOf(SEND_STATUSES),
    messageId: Nullable(Type.String()),
    queueId: Nullable(Type.String()),
    acceptedBy: Nullable(Type.String()),
    attempts: Type.Array(ref(SendAttempt)),
    findings: Type.Array(
      Type.Composite([Finding, Type.Object({ retryAfterSeconds: Type.Optional(Nullable(Type.Integer())) })]),
    ),
  },
  { $id: 'TestSend' },
);

// --- §5 advice -----------------------------------------------------------------------------------------------------

export const Delivery = Type.Object(
  {
    delivers: Nullable(Type.Boolean({ description: 'null when nobody accepts and some host is unknown' })),
    steps: Type.Array(
      Type.Object({
        preference: Type.Integer(),
        hosts: Type.Array(
          Type.Object({
            host: Type.String(),
            state: OneOf(['accepting', 'deferring', 'down', 'unknown']),
            chance: Type.Number({ minimum: 0, maximum: 1, description: 'Of being tried first, within its step' }),
          }),
        ),
      }),
    ),
    firstChoice: Nullable(Type.String()),
    summary: Type.String(),
  },
  { $id: 'Delivery' },
);

export const Report = Type.Object(
  {
    domain: Type.String(),
    mx: ref(MxAnswer),
    probe: ref(Probe),
    delivery: ref(Delivery),
    verdict: OneOf(['no-mail', 'broken', 'unknown', 'degraded', 'good']),
    findings: Type.Array(ref(Finding)),
    summary: Type.String({ description: 'Two or three sentences for a chat window' }),
  },
  { $id: 'Report' },
);

export const Route = Type.Object(
  {
    domain: Type.String(),
    nodes: Type.Array(
      Type.Object({
        id: Type.String(),
        kind: OneOf(['sender-client', 'sender-server', 'dns', 'exchange', 'mailbox']),
        label: Type.String(),
        host: Nullable(Type.String()),
        preference: Nullable(Type.Integer()),
        state: Nullable(OneOf(['accepting', 'deferring', 'down', 'unknown'])),
      }),
    ),
    edges: Type.Array(
      Type.Object({
        from: Type.String(),
        to: Type.String(),
        kind: OneOf(['submits', 'asks', 'delivers', 'stores']),
        label: Type.String(),
        order: Nullable(Type.Integer({ description: '1 is tried first; equal numbers share the load' })),
        usable: Type.Boolean(),
      }),
    ),
  },
  { $id: 'Route' },
);

export const ExplainInput = Type.Object({ text: Type.String({ minLength: 1 }) }, { ...closed, $id: 'ExplainInput' });

export const Explanation = Type.Object(
  {
    replies: Type.Array(
      Type.Object({
        code: Type.Integer(),
        enhanced: Nullable(Type.String()),
        class: OneOf(['success', 'intermediate', 'transient', 'permanent']),
        meaning: Type.String(),
        fix: Type.String(),
        article: Nullable(Type.String({ description: 'Slug of the article that fits' })),
      }),
    ),
    findings: Type.Array(ref(Finding)),
    summary: Type.String(),
  },
  { $id: 'Explanation' },
);

export const MigrationPlanInput = Type.Object(
  {
    domain: DomainName,
    newExchanges: Type.Array(
      Type.Object(
        { host: Type.String(), preference: Type.Optional(Type.Integer({ minimum: 0, maximum: 65535 })) },
        closed,
      ),
      { minItems: 1, maxItems: 20 },
    ),
    strategy: Type.Optional(OneOf(['fallback', 'staged'])),
    startAt: Type.Optional(Time),
    cutoverAt: Type.Optional(Time),
  },
  { ...closed, $id: 'MigrationPlanInput' },
);

export const MigrationPlan = Type.Object(
  {
    domain: Type.String(),
    strategy: OneOf(['fallback', 'staged']),
    oldExchanges: Type.Array(Type.Object({ host: Type.String(), preference: Type.Integer() })),
    oldTtl: Seconds('Of the MX RRset at the zone’s own servers, or a greater one seen in the last 7 days'),
    newPreference: Type.Integer({ description: 'The least of the new exchanges' }),
    stages: Type.Array(
      Type.Object({
        name: OneOf(['publish', 'wait', 'cut-over', 'observe', 'retire', 'lower-ttl', 'swap', 'raise-ttl']),
        notBefore: Time,
        records: Type.Array(Type.String({ description: 'A zone-file line; together the whole MX set of the stage' })),
        why: Type.String(),
      }),
    ),
    warnings: Type.Array(ref(Finding)),
  },
  { $id: 'MigrationPlan' },
);

export const MigrationCheckInput = Type.Object(
  { domain: DomainName, oldHost: Type.String(), newHost: Type.String() },
  { ...closed, $id: 'MigrationCheckInput' },
);

export const MigrationCheck = Type.Object(
  {
    domain: Type.String(),
    stage: OneOf(['not-started', 'published', 'cut-over', 'retired']),
    waitUntil: Nullable(Time),
    safeToRetire: Type.Boolean(),
    authoritative: Type.Array(
      Type.Object({
        server: Type.String(),
        serial: Nullable(Type.Number()),
        records: Type.Array(Type.String()),
        error: Nullable(Type.String()),
      }),
    ),
    consistent: Type.Boolean(),
    findings: Type.Array(ref(Finding)),
  },
  { $id: 'MigrationCheck' },
);

export const ArticleList = Type.Object(
  { articles: Type.Array(Type.Object({ slug: Type.String(), title: Type.String(), summary: Type.String() })) },
  { $id: 'ArticleList' },
);

export const Article = Type.Object(
  { slug: Type.String(), title: Type.String(), markdown: Type.String() },
  { $id: 'Article' },
);

/** Every schema with an `$id`, for `Type.Ref` and for OpenAPI components. */
export const SHARED_SCHEMAS = [
  Problem,
  Finding,
  CacheInfo,
  Address,
  Exchange,
  DeliveryGroup,
  MxAnswer,
  ProbeInput,
  Extension,
  Capabilities,
  Certificate,
  Tls,
  TranscriptLine,
  Reply,
  HostProbe,
  Probe,
  TestSendInput,
  SendAttempt,
  TestSend,
  Delivery,
  Report,
  Route,
  ExplainInput,
  Explanation,
  MigrationPlanInput,
  MigrationPlan,
  MigrationCheckInput,
  MigrationCheck,
  ArticleList,
  Article,
] as const;

export type MxAnswer = Static<typeof MxAnswer>;
export type ProbeInput = Static<typeof ProbeInput>;
export type Probe = Static<typeof Probe>;
export type HostProbe = Static<typeof HostProbe>;
export type TestSendInput = Static<typeof TestSendInput>;
export type TestSend = Static<typeof TestSend>;
export type Delivery = Static<typeof Delivery>;
export type Report = Static<typeof Report>;
export type Route = Static<typeof Route>;
export type ExplainInput = Static<typeof ExplainInput>;
export type Explanation = Static<typeof Explanation>;
export type MigrationPlanInput = Static<typeof MigrationPlanInput>;
export type MigrationPlan = Static<typeof MigrationPlan>;
export type MigrationCheckInput = Static<typeof MigrationCheckInput>;
export type MigrationCheck = Static<typeof MigrationCheck>;
export type ArticleList = Static<typeof ArticleList>;
export type Article = Static<typeof Article>;
