/**
 * `npm run demo`: a closed DNS and SMTP world on loopback and the service wired to it; shows what the service says of it and
 * stays up. `-- --once` shows and ends: 0 when all of it came as it should, 1 with the reason when something did not.
 */

import {
  findingLines,
  heading,
  indent,
  isText,
  type Json,
  member,
  mxLines,
  planLines,
  probeLines,
  sendLines,
} from './print.ts';
import { type Demo, startDemo } from './start.ts';
import { domains } from './world.ts';

const PORT = 3000;
const ANSWER_WITHIN_MS = 70_000;

const say = (...lines: readonly string[]) => console.log(lines.join('\n'));

async function ask(demo: Demo, path: string, body?: Json): Promise<Json> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const response = await fetch(demo.url + path, { ...(body ? post : {}), signal });
  const answer = (await response.json()) as Json;
  if (!response.ok) throw new Error(`${path}: ${response.status} ${String(answer.code)}: ${String(answer.detail)}`);
  return answer;
}

const command = (demo: Demo, path: string, body?: Json) =>
  body
    ? `curl -s ${demo.url}${path} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`
    : `curl -s ${demo.url}${path}`;

async function showDomains(demo: Demo): Promise<void> {
  say(heading('Where mail goes'));
  for (const { name, story } of domains) {
    const path = `/v1/domains/${name}/mx`;
    const answer = await ask(demo, path);
    say(`\n${name}: ${story}`, ...indent([`$ ${command(demo, path)}`, ...mxLines(answer)]));
  }
}

async function showGraphql(demo: Demo): Promise<void> {
  const query = '{ domain(name: "nectec.or.th") { mx { status deliveryOrder { preference hosts } ttl } } }';
  const answer = await ask(demo, '/graphql', { query });
  if (answer.errors !== undefined) throw new Error(`/graphql: ${JSON.stringify(answer.errors)}`);
  say(
    heading('The same over GraphQL'),
    ...indent([`$ ${command(demo, '/graphql', { query })}`, JSON.stringify(answer)]),
  );
}

async function showProbe(demo: Demo): Promise<void> {
  const body = { domain: 'ironport.com', port: demo.network.smtpPort };
  const answer = await ask(demo, '/v1/probes', body);
  say(heading('What its mail servers say, and what is in the way'));
  say(...indent([`$ ${command(demo, '/v1/probes', body)}`, ...probeLines(answer)]));
}

async function showReport(demo: Demo): Promise<void> {
  const path = '/v1/domains/nectec.or.th/report';
  const answer = await ask(demo, path);
  say(heading('The report of a domain whose first exchange is down'), ...indent([`$ ${command(demo, path)}`]));
  say(...indent([`verdict: ${member(answer, 'verdict', isText)}`, member(answer, 'summary', isText)]));
  say(...indent(findingLines(answer)));
}

async function showExplanation(demo: Demo): Promise<void> {
  const body = { text: '500 #5.5.1 command not recognized' };
  const answer = await ask(demo, '/v1/explanations', body);
  say(heading('What an error means'));
  say(...indent([`$ ${command(demo, '/v1/explanations', body)}`, member(answer, 'summary', isText)]));
}

async function showPlan(demo: Demo): Promise<void> {
  const body = { domain: 'example.com', newExchanges: [{ host: 'newisp.example.com' }] };
  const answer = await ask(demo, '/v1/migrations/plan', body);
  say(heading('How to move a domain'));
  say(...indent([`$ ${command(demo, '/v1/migrations/plan', body)}`, ...planLines(answer)]));
}

async function showSend(demo: Demo): Promise<void> {
  const body = { to: 'somchai@nectec.or.th', subject: 'A test', text: 'Hello', port: demo.network.smtpPort };
  const answer = await ask(demo, '/v1/test-sends', body);
  say(heading('A test message, line by line'));
  say(...indent([`$ ${command(demo, '/v1/test-sends', body)}`, ...sendLines(answer)]));
  const arrival = demo.arrivals.at(-1);
  if (answer.status !== 'accepted' || !arrival) throw new Error(`the test message did not arrive: ${answer.status}`);
  say(...indent([`It arrived at ${arrival.at} for ${arrival.to.join(', ')}: ${arrival.bytes} bytes.`]));
}

/** The report asks port 25 and a plan the zone's own servers on port 53: both must be ours to bind. */
function acts(demo: Demo): ((demo: Demo) => Promise<void>)[] {
  const { smtpPort, dns } = demo.network;
  const report = smtpPort === 25 ? [showReport] : [];
  const plan = dns.port === 53 ? [showPlan] : [];
  return [showDomains, showGraphql, showProbe, ...report, showExplanation, ...plan, showSend];
}

function showLimits({ network }: Demo): void {
  if (network.smtpNote) say(`Note: ${network.smtpNote}, so the report, which asks port 25, is left out.`);
  if (network.dns.port !== 53) {
    say('Note: port 53 may not be bound here; a plan asks the zone’s own servers there, so it is left out.');
  }
}

async function show(demo: Demo, leaving: AbortSignal): Promise<number> {
  let failures = 0;
  showLimits(demo);
  for (const act of acts(demo)) {
    if (leaving.aborted) break;
    try {
      await act(demo);
    } catch (error) {
      if (leaving.aborted) break;
      failures += 1;
      console.error(`\nFAILED ${act.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failures;
}

async function main(once: boolean): Promise<number> {
  const demo = await startDemo(Number(process.env.PORT ?? PORT));
  const leaving = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    leaving.signal.addEventListener('abort', () => resolve());
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => leaving.abort());
  // Its reader has seen enough (`| head`): that ends the demo as Ctrl-C does.
  process.stdout.on('error', () => leaving.abort());
  try {
    const failures = await Promise.race([show(demo, leaving.signal), stopped]);
    if (failures === undefined) return 0;
    if (once) {
      say(failures === 0 ? '\nAll shown.' : `\n${failures} part(s) failed.`);
      return failures === 0 ? 0 : 1;
    }
    say('', `The world stays up: ${demo.url} (docs at ${demo.url}/docs, GraphiQL at ${demo.url}/graphiql).`);
    say('Ctrl-C ends it.');
    const code = await Promise.race([stopped, demo.ended]);
    return typeof code === 'number' ? code : 0;
  } finally {
    await demo.stop();
  }
}

try {
  process.exitCode = await main(process.argv.includes('--once'));
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
