/**
 * Test sends into real maildirs: the running service, real DNS, Postfix and Exim (OpenSMTPD where SMTPUTF8 must be missing).
 * What counts is what lies in the mailbox afterwards: once, intact, or not at all.
 */

import { randomUUID } from 'node:crypto';
import { type ParsedMail, simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCiscoProxy } from '../helpers/cisco-proxy.ts';
import { createCa } from './certificates.ts';
import { startDns } from './dns.ts';
import { isRoot, type Lab, openLab } from './lab.ts';
import { MAIL_DOMAIN, type Mta, THAI_MAILBOX } from './mta.ts';
import { startExim } from './mta-exim.ts';
import { startOpenSmtpd } from './mta-opensmtpd.ts';
import { type LabPostfix, startPostfix } from './mta-postfix.ts';
import { startRedis } from './redis.ts';
import { type Json, type Service, startService } from './service.ts';
import { signedZone } from './zones.ts';

type Line = { from: 'S' | 'C'; line: string; secure: boolean };
type Attempt = { host: string; outcome: string; reply: { code: number } | null; transcript: Line[] };
type Send = {
  id: string;
  status: string;
  messageId: string | null;
  queueId: string | null;
  acceptedBy: string | null;
  attempts: Attempt[];
  findings: { code: string; evidence: string[] }[];
};

const SLOW = 60_000;
const SENDER = 'probe@sender.example';
const SUBJECT = 'ทดสอบการส่งจดหมาย: a test with “quotes” and a very long line that must be folded somewhere on its way';
const TEXT = 'สวัสดี\n.\n..leading dots\n\nFrom the start of a line\nและบรรทัดสุดท้าย';

let lab: Lab;
let postfix: LabPostfix;
let exim: Mta;
let opensmtpd: Mta;
let service: Service;
let second: Service;

/** Every mailbox that was written to, and how many messages it must hold: a second copy comes later than the first. */
const kept = new Map<string, { readonly count: number; readonly mail: () => Promise<string[]> }>();
type Mailboxes = Pick<Mta, 'mail' | 'mailOnce' | 'pid'>;
const keep = (mta: Mailboxes, mailbox: string, count: number) =>
  kept.set(`${mta.pid} ${mailbox}`, { count, mail: () => mta.mail(mailbox) });

/** What came into the mailbox by it; tests share mailboxes. */
const arrived = async (mta: Mailboxes, mailbox: string, act: () => Promise<Send>) => {
  const before = await mta.mail(mailbox);
  const send = await act();
  const wanted = before.length + (send.status === 'accepted' ? 1 : 0);
  const after = await mta.mailOnce(mailbox, wanted);
  keep(mta, mailbox, wanted);
  return { send, messages: after.filter((message) => !before.includes(message)) };
};

const post = async (body: Json, from: Service = service): Promise<Send> => {
  const answer = await from.post('/v1/test-sends', body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body as unknown as Send;
};

const parsed = async (messages: readonly string[]): Promise<ParsedMail> => {
  expect(messages).toHaveLength(1);
  return simpleParser(messages[0] ?? '');
};

const codes = (send: Send) => send.findings.map(({ code }) => code).sort();
const said = (send: Send) => send.attempts.flatMap(({ transcript }) => transcript.map(({ line }) => line)).join('\n');

describe.skipIf(!isRoot)('test sends to real mail servers (root alone may start them)', () => {
  beforeAll(async () => {
    lab = await openLab();
    const ca = await createCa(lab);
    const [postfixStarted, eximStarted, opensmtpdStarted, redis] = await Promise.all([
      startPostfix(lab, ca),
      startExim(lab, ca),
      startOpenSmtpd(lab, ca),
      startRedis(lab),
    ]);
    [postfix, exim, opensmtpd] = [postfixStarted, eximStarted, opensmtpdStarted];
    const { trusted } = postfix.faces;
    const asa = await startCiscoProxy({ mode: 'asa', to: { host: trusted.ip, port: 25 }, host: lab.ip(40), port: 25 });
    const pix = await startCiscoProxy({ mode: 'pix', to: { host: trusted.ip, port: 25 }, host: lab.ip(41), port: 25 });
    for (const proxy of [asa, pix]) lab.defer(() => proxy.close());
    const faces = Object.values(postfix.faces).map(({ name, ip }) => `${name}. A ${ip}`);
    const dns = await startDns(
      lab,
      [
        ...new Set(faces),
        `exim.mta A ${exim.ip}`,
        `opensmtpd.mta A ${opensmtpd.ip}`,
        `asa.mta A ${lab.ip(40)}`,
        `pix.mta A ${lab.ip(41)}`,
        // Nothing listens at the first one: the case of imail.nectec.or.th.
        `imail.mta A ${lab.ip(90)}`,
        'lab MX 10 imail.mta',
        'lab MX 20 trusted.mta',
        'elsewhere MX 10 trusted.mta',
        'null MX 0 .',
      ],
      signedZone,
    );
    const env = {
      DNS_SERVERS: dns.servers,
      REDIS_URL: redis.url,
      ALLOW_TARGETS: '127.0.0.0/8',
      EHLO_NAME: 'sender.example',
      SEND_FROM: SENDER,
      SEND_ALLOWED_RECIPIENTS: `@${MAIL_DOMAIN},@elsewhere.example,@null.example`,
      NODE_EXTRA_CA_CERTS: postfix.ca.file,
      RATE_TARGET_PER_MINUTE: '1000',
      RATE_SEND_PER_HOUR: '1000',
    };
    [service, second] = await Promise.all([startService(lab, env), startService(lab, env)]);
  }, 120_000);

  afterAll(() => lab?.stop());

  test('the first exchange is down: the message arrives once at the second, intact', { timeout: SLOW }, async () => {
    const body = { to: `somchai@${MAIL_DOMAIN}`, subject: SUBJECT, text: TEXT };
    const { send, messages } = await arrived(postfix, 'somchai', () => post(body));
    expect(send.status).toBe('accepted');
    expect(send.attempts.map(({ host, outcome }) => [host, outcome])).toEqual([
      ['imail.mta.example', 'refused'],
      ['trusted.mta.example', 'accepted'],
    ]);
    expect(send.acceptedBy).toBe('trusted.mta.example');
    expect(await postfix.mailLog()).toContain(`${send.queueId}: `);
    const mail = await parsed(messages);
    expect(mail.subject).toBe(SUBJECT);
    expect(mail.text?.trimEnd()).toBe(TEXT);
    expect(mail.messageId).toBe(send.messageId);
    expect(mail.from?.value[0]?.address).toBe(SENDER);
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail.date?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    // 7-bit from end to end, over TLS.
    expect(/^[\x09\x0a\x0d\x20-\x7e]*$/.test(messages[0] ?? '')).toBe(true);
    expect(messages[0]).toContain('with ESMTPS');
    const again = await service.get(`/v1/test-sends/${send.id}`);
    expect(again.body).toMatchObject({ id: send.id, status: 'accepted', queueId: send.queueId });
  });

  test('a Thai local part goes by SMTPUTF8', { timeout: SLOW }, async () => {
    const { send, messages } = await arrived(postfix, THAI_MAILBOX, () =>
      post({ to: `${THAI_MAILBOX}@${MAIL_DOMAIN}`, subject: SUBJECT, text: TEXT }),
    );
    expect(send.status, said(send)).toBe('accepted');
    expect(said(send)).toContain('SMTPUTF8');
    const mail = await parsed(messages);
    expect(mail.subject).toBe(SUBJECT);
    expect(messages[0]).toContain('with UTF8SMTPS');
  });

  test.for([
    ['Exim', 'exim.mta.example', () => exim],
    ['Postfix behind an ASA', 'asa.mta.example', () => postfix],
    ['Postfix behind a PIX', 'pix.mta.example', () => postfix],
  ] as const)('via %s: once and intact', { timeout: SLOW }, async ([, host, mta]) => {
    const body = { to: `postmaster@${MAIL_DOMAIN}`, subject: SUBJECT, text: TEXT, via: { host } };
    const { send, messages } = await arrived(mta(), 'postmaster', () => post(body));
    expect(send.status, said(send)).toBe('accepted');
    expect(send.queueId).toMatch(/^[0-9A-Za-z-]{8,}$/);
    const mail = await parsed(messages);
    expect([mail.subject, mail.text?.trimEnd(), mail.messageId]).toEqual([SUBJECT, TEXT, send.messageId]);
  });

  test('via Exim a Thai local part arrives too', { timeout: SLOW }, async () => {
    const body = { to: `${THAI_MAILBOX}@${MAIL_DOMAIN}`, text: TEXT, via: { host: 'exim.mta.example' } };
    const { send, messages } = await arrived(exim, THAI_MAILBOX, () => post(body));
    expect(send.status, said(send)).toBe('accepted');
    expect((await parsed(messages)).text?.trimEnd()).toBe(TEXT);
  });

  test('OpenSMTPD knows no SMTPUTF8: rejected, and said why', { timeout: SLOW }, async () => {
    const send = await post({ to: `${THAI_MAILBOX}@${MAIL_DOMAIN}`, via: { host: 'opensmtpd.mta.example' } });
    expect([send.status, ...codes(send)]).toEqual(expect.arrayContaining(['rejected', 'smtputf8-needed']));
    expect(said(send)).not.toContain('DATA');
  });

  test('OpenSMTPD breaks its handshake: tried once more in clear, and delivered', { timeout: SLOW }, async () => {
    const body = { to: `somchai@${MAIL_DOMAIN}`, subject: SUBJECT, text: TEXT, via: { host: 'opensmtpd.mta.example' } };
    const { send, messages } = await arrived(opensmtpd, 'somchai', () => post(body));
    expect(send.status, said(send)).toBe('accepted');
    expect((await parsed(messages)).text?.trimEnd()).toBe(TEXT);
  });

  describe('a submission server', () => {
    test.for([
      { port: 587, name: 'starttls' },
      { port: 465, name: 'implicit' },
    ])('AUTH on $port inside TLS: delivered, and the password nowhere', { timeout: SLOW }, async ({ port }) => {
      const { name: username, password } = postfix.user;
      const via = { host: 'submission.mta.example', port, username, password };
      const { send, messages } = await arrived(postfix, 'somchai', () => post({ to: `somchai@${MAIL_DOMAIN}`, via }));
      expect(send.status, said(send)).toBe('accepted');
      await parsed(messages);
      const answer = JSON.stringify(send);
      for (const secret of [password, Buffer.from(`\0${username}\0${password}`).toString('base64')]) {
        expect(answer).not.toContain(secret);
        expect(service.log()).not.toContain(secret);
      }
    });

    test('a wrong password is rejected, never sent without', { timeout: SLOW }, async () => {
      const via = { host: 'submission.mta.example', port: 587, username: postfix.user.name, password: 'wrong-word' };
      const { send, messages } = await arrived(postfix, 'somchai', () => post({ to: `somchai@${MAIL_DOMAIN}`, via }));
      expect(send.status).toBe('rejected');
      expect(messages).toEqual([]);
      expect(said(send)).not.toContain('MAIL FROM');
    });

    test.for(['selfsigned', 'expired', 'wrongname', 'plain'])(
      'no password goes to %s',
      { timeout: SLOW },
      async (face) => {
        const { name: username, password } = postfix.user;
        const via = { host: `${face}.mta.example`, port: 25, username, password };
        const send = await post({ to: `somchai@${MAIL_DOMAIN}`, via });
        expect(send.status).toBe('rejected');
        expect(said(send)).not.toMatch(/^AUTH|MAIL FROM/m);
      },
    );
  });

  test('requireTls: only a certificate valid for the exchange will do', { timeout: SLOW }, async () => {
    const to = `somchai@${MAIL_DOMAIN}`;
    const good = await arrived(postfix, 'somchai', () => post({ to, requireTls: true }));
    expect(good.send.status).toBe('accepted');
    expect(codes(good.send)).toContain('requiretls-unsupported');
    for (const face of ['selfsigned', 'expired', 'wrongname', 'plain']) {
      const via = { host: `${face}.mta.example`, port: 25 };
      const bad = await arrived(postfix, 'somchai', () => post({ to, requireTls: true, via }));
      expect(bad.send.status, face).not.toBe('accepted');
      expect(bad.messages, face).toEqual([]);
    }
  });

  test('a bad certificate does not stop an ordinary send', { timeout: SLOW }, async () => {
    const body = { to: `somchai@${MAIL_DOMAIN}`, via: { host: 'expired.mta.example' } };
    const { send, messages } = await arrived(postfix, 'somchai', () => post(body));
    expect(send.status).toBe('accepted');
    expect(messages[0]).toContain('with ESMTPS');
  });

  test('a dry run leaves nothing', { timeout: SLOW }, async () => {
    const { send, messages } = await arrived(postfix, 'somchai', () =>
      post({ to: `somchai@${MAIL_DOMAIN}`, dryRun: true }),
    );
    expect(send.status).toBe('dry-run-accepted');
    expect(messages).toEqual([]);
    expect(said(send)).toMatch(/^RSET$/m);
    expect(said(send)).not.toMatch(/^DATA$/m);
  });

  test.for([
    ['an unknown mailbox', { to: `nobody-here@${MAIL_DOMAIN}` }, 'recipient-rejected'],
    ['a domain that is not theirs', { to: 'a@elsewhere.example' }, 'relay-denied'],
    ['a null MX', { to: 'a@null.example' }, 'mx-null'],
  ] as const)('%s is rejected', { timeout: SLOW }, async ([, body, code]) => {
    const send = await post(body);
    expect(send.status).toBe('rejected');
    expect(codes(send)).toContain(code);
  });

  test('one key, two instances, twenty requests at once: one message', { timeout: SLOW }, async () => {
    const key = randomUUID();
    const body = { to: `big.box@${MAIL_DOMAIN}`, subject: 'once', text: 'only once' };
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const ask = async (i: number) => {
      const { url } = i % 2 === 0 ? service : second;
      const response = await fetch(`${url}/v1/test-sends`, { method: 'POST', headers, body: JSON.stringify(body) });
      expect(response.status).toBe(200);
      return (await response.json()) as Send;
    };
    const sends = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(i)));
    expect(new Set(sends.map(({ id }) => id)).size).toBe(1);
    expect(new Set(sends.map(({ queueId }) => queueId)).size).toBe(1);
    expect(await postfix.mailOnce('big.box', 1)).toHaveLength(1);
    keep(postfix, 'big.box', 1);
  });

  test('and no copy of any message came later', { timeout: SLOW }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(kept.size).toBeGreaterThan(5);
    for (const [mailbox, { count, mail }] of kept) expect(await mail(), mailbox).toHaveLength(count);
  });
});
