/**
 * A test send, at most once. Order of things: check, look the key up, pay, resolve, bind the key, dial. From the binding on
 * there is one owner; whoever comes with the same key gets the owner's answer, and an owner that died leaves `unknown`,
 * never a second copy. Nothing is retried here: `smtp/send.ts` goes through the exchanges, once.
 */

import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from '@sinclair/typebox';
import { finding } from '../diagnosis/findings.ts';
import { judgeRoute } from '../diagnosis/judge-route.ts';
import { judgeSend } from '../diagnosis/send.ts';
import type { Finding } from '../diagnosis/types.ts';
import type { MailRoute } from '../mx/types.ts';
import { type Outcome, ok, type Refusal, refuse } from '../outcome.ts';
import { type Delivery, type SendHost, type SendPlan, sendTest } from '../smtp/send.ts';
import { Id, TestSend, TestSendInput } from './contract.ts';
import { lookUp } from './resolve.ts';
import { kept, parseSend, renderSend, type SendRecord } from './send-record.ts';
import { checkIdempotencyKey, checkSend, fingerprintOf, type SendRequest } from './send-request.ts';
import { tracedAttempts } from './session-spans.ts';
import { onlyForbidden, targetsOfHost, targetsOfRoute } from './targets.ts';
import type { Context, Operation, Services } from './types.ts';

const DAY_MS = 86_400_000;
const HEARTBEAT_MS = 5000;
const POLL_MS = 200;
/** Above all that a send may take: later callers look for themselves, and find the key held. */
const FLIGHT_MS = 150_000;

export type TestSendCall = { readonly body: TestSendInput; readonly idempotencyKey?: string };

export const testSend: Operation<TestSendCall, TestSend> = {
  id: 'testSend',
  scope: 'send',
  input: Type.Object(
    { body: TestSendInput, idempotencyKey: Type.Optional(Type.String()) },
    { additionalProperties: false },
  ),
  output: TestSend,
  async run({ body, idempotencyKey }, context, services) {
    const key = checkIdempotencyKey(idempotencyKey);
    if (!key.ok) return key;
    const request = checkSend(body, services);
    if (!request.ok) return request;
    const record =
      key.value === null
        ? await perform(request.value, null, context, services)
        : await keyed(request.value, await bindingOf(key.value, body, context), context, services);
    return record.ok ? ok(renderSend(record.value, context.lang)) : record;
  },
};

export const findTestSend: Operation<{ readonly id: string }, TestSend> = {
  id: 'findTestSend',
  scope: 'send',
  input: Type.Object({ id: Id }, { additionalProperties: false }),
  output: TestSend,
  async run({ id }, context, services) {
    const hit = await services.records.get(`send:${id}`);
    const record = hit && parseSend(hit.value);
    if (record?.caller === context.caller.name) return ok(renderSend(record, context.lang));
    return refuse('not-found', 'no test send of yours of the last 24 hours has this id');
  },
};

/** An idempotency key as its caller's own, and who claims it now. */
type Binding = { readonly key: string; readonly fingerprint: string; readonly claim: string };

async function bindingOf(key: string, body: TestSendInput, context: Context): Promise<Binding> {
  const owned = `send:${context.caller.name}:${key}`;
  return { key: owned, fingerprint: await fingerprintOf(body, owned), claim: randomUUID() };
}

/** The answer under the key, or the send that makes one. */
async function keyed(
  request: SendRequest,
  binding: Binding,
  context: Context,
  services: Services,
): Promise<Outcome<SendRecord>> {
  const answer = async () => {
    const known = await look(binding, services);
    return known.state === 'fresh' ? undefined : answered(known, binding, context, services);
  };
  const known = await answer();
  if (known !== undefined) return known;
  // Callers who come at once go as one: each would else take tokens and a place until it finds that another was quicker.
  return services.flights.run(
    `${binding.key}:${binding.fingerprint}`,
    () => perform(request, binding, context, services),
    answer,
    performance.now() + FLIGHT_MS,
  );
}

type Known = Awaited<ReturnType<Services['idempotency']['look']>>;
type Held = Exclude<Known, { state: 'fresh' }>;

const look = ({ key, fingerprint }: Binding, { idempotency }: Services): Promise<Known> =>
  idempotency.look(key, fingerprint);

/**
 * What came of a key that somebody holds, waiting for a send under way. Who has seen it held never takes it: when it is free
 * all at once, its owner gave it up, or the store lost it while the owner is still sending.
 */
async function answered(
  held: Held,
  binding: Binding,
  context: Context,
  services: Services,
): Promise<Outcome<SendRecord>> {
  for (let known: Known = held; known.state !== 'fresh'; known = await look(binding, services)) {
    const settled = await settle(known, binding, context, services);
    if (settled) return settled;
    if (context.signal.aborted) return refuse('unavailable', 'this instance is stopping', { retryAfterSeconds: 1 });
    await sleep(POLL_MS);
  }
  return refuse('unavailable', 'the send under this Idempotency-Key was given up or lost sight of; ask again', {
    retryAfterSeconds: Math.ceil((2 * HEARTBEAT_MS) / 1000),
  });
}

/** null while the owner is still at it. */
async function settle(
  known: Held,
  binding: Binding,
  context: Context,
  services: Services,
): Promise<Outcome<SendRecord> | null> {
  switch (known.state) {
    case 'conflict':
      return refuse('idempotency-conflict', 'this Idempotency-Key was used with another body');
    case 'unavailable':
      return refuse('unavailable', 'a send with an Idempotency-Key needs the shared store, which is away', {
        retryAfterSeconds: 5,
      });
    case 'done':
      return ok(parseSend(known.result) ?? (await lost(binding, context, services)));
    case 'running':
    case 'abandoned': {
      // A result under an unfinished record is the answer given so far: `unknown`, while its session waits on.
      const record = known.result === null ? undefined : parseSend(known.result);
      if (record) return ok(record);
      return known.state === 'running' ? null : ok(await lost(binding, context, services));
    }
  }
}

/**
 * The owner of the key died between binding it and answering: whether a message went out, nobody can say. Whoever asks with
 * the key, and however often, is told the same, under an id that is found again.
 */
async function lost(binding: Binding, context: Context, services: Services): Promise<SendRecord> {
  const record: SendRecord = {
    id: idOf(binding),
    caller: context.caller.name,
    status: 'unknown',
    messageId: null,
    queueId: null,
    acceptedBy: null,
    attempts: [],
    retryAfterSeconds: null,
    findings: [
      finding('outcome-unknown', { confidence: 'certain', evidence: ['the record under this key was never finished'] }),
    ],
  };
  await keep(record, null, 'done', services);
  return record;
}

/** A UUIDv4 whose random bits are a hash, so that every instance makes the same one. */
function idOf({ key, fingerprint }: Binding): string {
  const hex = createHash('sha256').update(`${key}\n${fingerprint}`).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}

async function perform(
  request: SendRequest,
  binding: Binding | null,
  context: Context,
  services: Services,
): Promise<Outcome<SendRecord>> {
  const paid = await pay(request, context, services);
  if (!paid.ok) return paid;
  const planned = await planOf(request, services);
  const refused = planned.ok ? null : planned.refusal;
  const place = refused ? null : await services.gate.enter();
  if (!planned.ok || !place?.ok) {
    await paid.value.giveBack();
    return planned.ok ? (place as Outcome<never>) : planned;
  }
  if (binding) {
    const known = await services.idempotency.begin(binding.key, binding.fingerprint, binding.claim, DAY_MS);
    if (known.state !== 'fresh') {
      // Somebody was quicker, and what is waited for needs no tokens and no place.
      place.value.leave();
      await paid.value.giveBack();
      return answered(known, binding, context, services);
    }
  }
  return deliver({ request, ...planned.value, binding, place: place.value, paid: paid.value }, context, services);
}

type Paid = { giveBack(): Promise<void> };

async function pay({ to }: SendRequest, context: Context, services: Services): Promise<Outcome<Paid>> {
  const own = await services.meter.take('send', context);
  if (!own.ok) return own;
  const theirs = await services.meter.takeRecipient(to.domain, context);
  if (!theirs.ok) {
    await own.value.giveBack();
    return theirs;
  }
  return ok({
    async giveBack() {
      await theirs.value.giveBack();
      await own.value.giveBack();
    },
  });
}

type Planned = { readonly plan: SendPlan; readonly about: readonly Finding[] };

async function planOf(request: SendRequest, services: Services): Promise<Outcome<Planned>> {
  const { via, to, port, security } = request;
  if (via !== null) {
    const targets = await targetsOfHost({ host: via.host }, services);
    if (!targets.ok) return targets;
    const forbidden = onlyForbidden(targets.value, services);
    if (forbidden) return forbidden;
    const addresses = targets.value.flatMap(({ ip, family }) => (ip && family ? [{ ip, family }] : []));
    const host = targets.value[0]?.host ?? via.host;
    const plan = {
      steps: [{ preference: null, hosts: [{ host, addresses }] }],
      port: via.port,
      security: via.security,
    };
    return ok({ plan, about: addresses.length === 0 ? [withoutAddress(host, via.port)] : [] });
  }
  const route = await lookUp(to.domain, false, services, false);
  if (!route.ok) return route;
  const forbidden = onlyForbidden(targetsOfRoute(route.value, undefined), services);
  if (forbidden) return forbidden;
  const steps = stepsOf(route.value);
  const nobody = steps.every(({ hosts }) => hosts.every(({ addresses }) => addresses.length === 0));
  const about = nobody ? judgeRoute(route.value, services.policy.isPublic) : [];
  return ok({ plan: { steps, port, security }, about });
}

const withoutAddress = (host: string, port: number): Finding =>
  finding('host-not-answering', {
    params: { host, port, variant: 'no-address' },
    confidence: 'likely',
    evidence: [`${host}. A, AAAA: no address`],
  });

/** Every host a sender could try, and those whose lookup failed: a later try may find them (RFC 5321 §5.1). */
function stepsOf(route: MailRoute): SendPlan['steps'] {
  const steps = new Map<number, SendHost[]>();
  const seen = new Set<string>();
  for (const { host, preference, status, addresses } of route.exchanges) {
    if (seen.has(host) || !['ok', 'cname', 'failed'].includes(status)) continue;
    seen.add(host);
    const step = steps.get(preference) ?? [];
    step.push({ host, addresses, dnsFailed: status === 'failed' });
    steps.set(preference, step);
  }
  return [...steps].map(([preference, hosts]) => ({ preference, hosts }));
}

type Job = Planned & {
  readonly request: SendRequest;
  readonly binding: Binding | null;
  readonly place: { leave(): void };
  readonly paid: Paid;
};

async function deliver(job: Job, context: Context, services: Services): Promise<Outcome<SendRecord>> {
  const { request, plan, binding } = job;
  const id = randomUUID();
  const { config } = services;
  const ourName = config.ehloName !== null && !config.ehloName.startsWith('[') ? config.ehloName : request.from.domain;
  const messageId = `<${id}@${ourName}>`;
  const { from, to, subject, text } = request;
  const date = new Date(services.now());
  // Loaded with the first message: what builds one takes 5 MB that an idle service does not owe.
  const { buildMessage } = await import('../smtp/message.ts');
  const data = await buildMessage({ from, to, subject, text, date, messageId, requestId: id, dkim: services.dkim });
  const credentials = request.via?.credentials ?? null;
  const recordOf = (delivery: Delivery): SendRecord => {
    const { attempts } = delivery;
    const about = { requireTls: request.requireTls, loggingIn: credentials !== null, now: services.now() };
    const judged = judgeSend({ attempts, ...about });
    return {
      id,
      caller: context.caller.name,
      status: delivery.status,
      messageId: request.dryRun ? null : messageId,
      queueId: delivery.queueId,
      acceptedBy: delivery.acceptedBy,
      attempts: attempts.map(kept),
      findings: [...job.about, ...judged.findings],
      retryAfterSeconds: judged.retryAfterSeconds,
    };
  };
  const alive = binding && keepAlive(binding, services);
  const end = async (record: SendRecord) => {
    job.place.leave();
    alive?.stop();
    await keep(record, binding, 'done', services);
  };
  const limits: Refusal[] = [];
  const delivery = await sendTest(
    { from, to, data, ...(request.dsn ? { dsn: request.dsn } : {}) },
    plan,
    services.dialer,
    {
      ehloName: config.ehloName,
      dryRun: request.dryRun,
      requireTls: request.requireTls,
      credentials,
      signal: context.signal,
      mayDial: async (ip) => {
        const token = await services.meter.takeTarget(services.policy.canonicalTarget(ip), context);
        if (!token.ok) limits.push(token.refusal);
        return token.ok ? 'ok' : 'rate-limited';
      },
      onLate: (late) => void end(recordOf(late)),
      ...tracedAttempts(services.tracer),
    },
  );
  const [limit] = limits;
  if (limit && delivery.attempts.every(({ outcome }) => outcome === 'rate-limited')) {
    job.place.leave();
    alive?.stop();
    if (binding) await services.idempotency.release(binding.key, binding.claim);
    await job.paid.giveBack();
    return { ok: false, refusal: limit };
  }
  const record = recordOf(delivery);
  services.metrics.send(record.status);
  if (delivery.waiting) await keep(record, binding, 'running', services);
  else await end(record);
  return ok(record);
}

async function keep(record: SendRecord, binding: Binding | null, state: 'running' | 'done', services: Services) {
  const text = JSON.stringify(record);
  await services.records.set(`send:${record.id}`, text, DAY_MS);
  if (binding) await services.idempotency.finish(binding.key, binding.claim, text, DAY_MS, state);
}

/** While it beats, the record is `running`; when we die, it becomes `abandoned` by itself. */
function keepAlive({ key, claim }: Binding, services: Services): { stop(): void } {
  const timer = setInterval(() => void services.idempotency.heartbeat(key, claim), HEARTBEAT_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
