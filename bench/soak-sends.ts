/**
 * `node bench/soak-sends.ts [sends] [chance of a cut a step]`: test sends to a sink that cuts connections at random. What was accepted
 * arrived once; what is unknown, at most once. Prints the figures; ends with 1 when a message was lost or doubled. Not in CI.
 */
import net, { type AddressInfo } from 'node:net';
import { createAddressPolicy } from '../src/net/address-policy.ts';
import { createDialer } from '../src/net/dial.ts';
import { parseMailbox } from '../src/smtp/envelope.ts';
import { buildMessage } from '../src/smtp/message.ts';
import { sendTest } from '../src/smtp/send.ts';

const TOTAL = Number(process.argv[2] ?? 10_000);
const LANES = 50;
const CUT = Number(process.argv[3] ?? 0.04);
const stored = new Map<string, number>();
let cuts = 0;
let cutAfterDot = 0;
const cut = (socket: net.Socket) => {
  if (Math.random() >= CUT) return false;
  cuts++;
  if (Math.random() < 0.5) socket.resetAndDestroy();
  else socket.destroy();
  return true;
};
function sink(socket: net.Socket) {
  let text = '';
  let data = false;
  socket.on('error', () => undefined);
  if (cut(socket)) return;
  socket.write('220 sink ESMTP\r\n');
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (;;) {
      if (socket.destroyed) return;
      if (data) {
        const end = text.indexOf('\r\n.\r\n');
        if (end < 0) {
          if (Math.random() < CUT) {
            cuts++;
            socket.resetAndDestroy();
          }
          return;
        }
        const message = text.slice(0, end);
        text = text.slice(end + 5);
        data = false;
        if (Math.random() < CUT) {
          cutAfterDot++;
          socket.resetAndDestroy();
          return;
        }
        const id = /^Message-ID: (\S+)/m.exec(message)?.[1] ?? '?';
        stored.set(id, (stored.get(id) ?? 0) + 1);
        if (Math.random() < CUT) {
          cutAfterDot++;
          socket.resetAndDestroy();
          return;
        }
        socket.write('250 2.0.0 Ok: queued as ABC\r\n');
        continue;
      }
      const end = text.indexOf('\r\n');
      if (end < 0) return;
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      if (cut(socket)) return;
      if (line === 'DATA') {
        data = true;
        socket.write('354 go\r\n');
        if (cut(socket)) return;
      } else if (line === 'QUIT') {
        socket.end('221 bye\r\n');
        return;
      } else socket.write('250 ok\r\n');
    }
  });
}
let port = 0;
const servers: net.Server[] = [];
for (const ip of ['127.78.0.1', '127.78.0.2', '127.78.0.3']) {
  const s = net.createServer(sink);
  await new Promise<void>((r) => s.listen(port, ip, r));
  port = (s.address() as AddressInfo).port;
  servers.push(s);
}
const dialer = createDialer({ policy: createAddressPolicy({ allow: ['127.0.0.0/8'] }), ports: new Set([port]) });
const box = (t: string) => {
  const p = parseMailbox(t);
  if (!p.ok) throw new Error(p.rule);
  return p.mailbox;
};
const from = box('probe@mxscope.example');
const to = box('sink@example.com');
const final = new Map<string, string>();
const tally: Record<string, number> = {};
let retries = 0;
let attempts = 0;
let maxRss = 0;
let next = 0;
const began = performance.now();
const lane = async () => {
  while (next < TOTAL) {
    const n = next++;
    const id = `<${n}@mxscope.example>`;
    const data = await buildMessage({
      from,
      to,
      subject: `n ${n}`,
      text: 'สวัสดี\n.\n',
      date: new Date(),
      messageId: id,
      requestId: String(n),
    });
    for (;;) {
      const d = await sendTest(
        { from, to, data },
        {
          steps: [
            {
              preference: 1,
              hosts: ['1', '2', '3'].map((h) => ({
                host: `mx${h}.test`,
                addresses: [{ ip: `127.78.0.${h}`, family: 4 as const }],
              })),
            },
          ],
          port,
          security: 'starttls',
        },
        dialer,
        { ehloName: 'soak.test' },
      );
      attempts += d.attempts.length;
      tally[d.status] = (tally[d.status] ?? 0) + 1;
      if (d.status === 'accepted' || d.status === 'unknown') {
        final.set(id, d.status);
        break;
      }
      if (stored.has(id)) throw new Error(`stored but ${d.status}`);
      retries++;
    }
    if (n % 500 === 0) maxRss = Math.max(maxRss, process.memoryUsage.rss());
  }
};
await Promise.all(Array.from({ length: LANES }, lane));
const seconds = (performance.now() - began) / 1000;
let lost = 0;
let doubled = 0;
let unknownArrived = 0;
let unknown = 0;
for (const [id, status] of final) {
  const count = stored.get(id) ?? 0;
  if (count > 1) doubled++;
  if (status === 'accepted' && count !== 1) lost++;
  if (status === 'unknown') {
    unknown++;
    unknownArrived += count;
  }
}
console.log({
  TOTAL,
  seconds: Math.round(seconds),
  perSecond: Math.round(TOTAL / seconds),
  attempts,
  cuts,
  cutAfterDot,
  tally,
  retries,
  lost,
  doubled,
  unknown,
  unknownArrived,
  distinctStored: stored.size,
  maxRssMB: Math.round(maxRss / 1e6),
});
for (const s of servers) s.close();
process.exit(lost + doubled > 0 ? 1 : 0);
