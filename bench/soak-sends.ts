/**
 * `node bench/soak-sends.ts [sends] [chance of a cut a step]`: test sends to a sink that cuts connections at random. What was accepted
 * arrived once; what is unknown, at most once. Prints the figures; ends with 1 when a message was lost or doubled. Not in CI.
 */

import { createAddressPolicy } from '../src/net/address-policy.ts';
import { createDialer } from '../src/net/dial.ts';
import { parseMailbox } from '../src/smtp/envelope.ts';
import { buildMessage } from '../src/smtp/message.ts';
import { sendTest } from '../src/smtp/send.ts';
import { account, startCuttingSink } from './cutting-sink.ts';

const TOTAL = Number(process.argv[2] ?? 10_000);
const CUT = Number(process.argv[3] ?? 0.04);
const LANES = 50;

const ips = ['127.78.0.1', '127.78.0.2', '127.78.0.3'];
const sink = await startCuttingSink(ips, CUT);
const { port } = sink;
const dialer = createDialer({ policy: createAddressPolicy({ allow: ['127.0.0.0/8'] }), ports: new Set([port]) });
const from = mailbox('probe@mxscope.example');
const to = mailbox('sink@example.com');
const hosts = ips.map((ip, i) => ({ host: `mx${i}.test`, addresses: [{ ip, family: 4 as const }] }));
const plan = { steps: [{ preference: 1, hosts }], port, security: 'starttls' as const };

const told = new Map<string, string>();
const tally: Record<string, number> = {};
let retries = 0;
let attempts = 0;
let maxRss = 0;
let next = 0;

function mailbox(text: string) {
  const parsed = parseMailbox(text);
  if (!parsed.ok) throw new Error(parsed.rule);
  return parsed.mailbox;
}

/** Sends until the message is accepted, or nobody knows. */
async function send(n: number): Promise<void> {
  const messageId = `<${n}@mxscope.example>`;
  const text = 'สวัสดี\n.\n';
  const date = new Date();
  const data = await buildMessage({ from, to, subject: `n ${n}`, text, date, messageId, requestId: String(n) });
  for (;;) {
    const delivery = await sendTest({ from, to, data }, plan, dialer, { ehloName: 'soak.test' });
    attempts += delivery.attempts.length;
    tally[delivery.status] = (tally[delivery.status] ?? 0) + 1;
    if (delivery.status === 'accepted' || delivery.status === 'unknown') {
      told.set(messageId, delivery.status);
      return;
    }
    if (sink.stored.has(messageId)) throw new Error(`stored but ${delivery.status}`);
    retries++;
  }
}

const began = performance.now();
const lane = async () => {
  while (next < TOTAL) {
    const n = next++;
    await send(n);
    if (n % 500 === 0) maxRss = Math.max(maxRss, process.memoryUsage.rss());
  }
};
await Promise.all(Array.from({ length: LANES }, lane));
const seconds = (performance.now() - began) / 1000;
const { cuts, cutsAfterDot, stored } = sink;
const sum = account(told, stored);
console.log({
  TOTAL,
  seconds: Math.round(seconds),
  perSecond: Math.round(TOTAL / seconds),
  attempts,
  cuts,
  cutsAfterDot,
  tally,
  retries,
  ...sum,
  distinctStored: stored.size,
  maxRssMB: Math.round(maxRss / 1e6),
});
sink.close();
process.exit(sum.lost + sum.doubled > 0 ? 1 : 0);
