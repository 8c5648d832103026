/** What runs inside a namespace of `netns.ts`: reads the scene from its input, plays it, prints the rounds as JSON. */

import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { startCiscoProxy } from '../helpers/cisco-proxy.ts';
import { zoneServer } from '../helpers/dns-server.ts';
import { type SmtpServer, startSmtpServer } from '../helpers/smtp-server.ts';
import { type Lab, must, needCommand, openLab } from './lab.ts';
import type { Ask, Listener, Round, Scene } from './netns.ts';
import { type Service, startService } from './service.ts';

async function listen(lab: Lab, { ip, port = 25, script, cisco }: Listener): Promise<SmtpServer> {
  const server = await (cisco ? startSmtpServer(script, '127.0.0.1') : startSmtpServer(script, ip, port));
  lab.defer(() => server.close());
  if (cisco) {
    const proxy = await startCiscoProxy({ to: server, mode: cisco, host: ip, port });
    lab.defer(() => proxy.close());
  }
  return server;
}

async function startServices(lab: Lab, scene: Scene): Promise<Record<string, Service>> {
  const dns = await zoneServer({ names: scene.names });
  lab.defer(() => dns.close());
  const common = {
    DNS_SERVERS: `127.0.0.1:${dns.port}`,
    RATE_TARGET_PER_MINUTE: '1000',
    RATE_CLIENT_PER_MINUTE: '1000',
  };
  const started = Object.entries(scene.services).map(async ([name, env]) => {
    return [name, await startService(lab, { ...common, ...env })] as const;
  });
  return Object.fromEntries(await Promise.all(started));
}

/** The kernel's own count of this namespace: every first SYN, whether it was answered or not. */
async function activeOpens(): Promise<number> {
  const [names, values] = (await readFile('/proc/net/snmp', 'utf8'))
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '));
  return Number(values?.[names?.indexOf('ActiveOpens') ?? -1]);
}

async function play(lab: Lab, scene: Scene): Promise<Round[]> {
  await must(needCommand('ip'), ['-batch', '-'], { input: ['link set lo up', ...scene.network, ''].join('\n') });
  const servers = await Promise.all(scene.servers.map((server) => listen(lab, server)));
  const services = await startServices(lab, scene);
  const ask = async ({ of, path, body }: Ask) => {
    const service = services[of];
    if (!service) throw new Error(`no service ${of}`);
    const { status, body: answer } = await (body === undefined ? service.get(path) : service.post(path, body));
    return { status, body: answer };
  };
  const rounds: Round[] = [];
  for (const asks of scene.rounds) {
    const before = await activeOpens();
    const answers = await Promise.all(asks.map(ask));
    const begun = (await activeOpens()) - before;
    rounds.push({ answers, connections: servers.reduce((sum, { sessions }) => sum + sessions.length, 0), begun });
  }
  return rounds;
}

const scene = JSON.parse(await text(process.stdin)) as Scene;
const lab = await openLab();
try {
  process.stdout.write(JSON.stringify(await play(lab, scene)));
} finally {
  await lab.stop();
}
