/**
 * One contestant of the probe benchmarks in a process of its own, so that no one pays for another's garbage. Told its kind
 * and its peer by argument; each message from its parent is a round to run, each answer what the round cost.
 */

import net from 'node:net';
import tls from 'node:tls';
import nodemailer from 'nodemailer';
import { diagnoseSession } from '../src/diagnosis/diagnose.ts';
import { createAddressPolicy } from '../src/net/address-policy.ts';
import { createDialer } from '../src/net/dial.ts';
import { probeHost } from '../src/smtp/probe.ts';
import type { Security } from '../src/smtp/types.ts';
import type { PeerReady } from './smtp-peer.ts';

export type Kind = 'probe' | 'verify' | 'bare';
export type Round = { readonly total: number; readonly inFlight: number };
export type Cost = { readonly perSecond: number; readonly cpuMicros: number };

const HOST = 'mx.test';
const [kind, security, told] = process.argv.slice(2) as [Kind, Security, string];
const peer = JSON.parse(told) as PeerReady;

function prober(): () => Promise<void> {
  const policy = createAddressPolicy({ allow: ['127.0.0.0/8'] });
  const dialer = createDialer({ policy, ports: new Set([peer.port]), extraRoots: [peer.ca] });
  const target = { host: HOST, ip: '127.0.0.1', family: 4, port: peer.port, security, preference: 10 } as const;
  return async () => {
    const probe = await probeHost(target, dialer, { ehloName: 'probe.test', maxMs: 60_000 });
    const findings = diagnoseSession(probe, probe);
    const trusted = security === 'none' || probe.tls.certificate?.trusted === true;
    if (probe.outcome !== 'ok' || !trusted || !Array.isArray(findings)) throw new Error(`probe: ${probe.outcome}`);
  };
}

function verifier(): () => Promise<void> {
  const secure =
    security === 'starttls' ? { requireTLS: true, tls: { ca: peer.ca, servername: HOST } } : { ignoreTLS: true };
  return async () => {
    const transport = nodemailer.createTransport({ host: '127.0.0.1', port: peer.port, name: 'probe.test', ...secure });
    await transport.verify();
    transport.close();
  };
}

/** The same bytes on the wire by hand, on one shared context, and nothing learnt: what cannot be saved. */
function bare(): () => Promise<void> {
  const secureContext = tls.createSecureContext({ ca: [peer.ca] });
  return () =>
    new Promise((resolve, reject) => {
      const socket = net.connect(peer.port, '127.0.0.1');
      const said =
        security === 'starttls' ? ['EHLO probe.test\r\n', 'STARTTLS\r\n'] : ['EHLO probe.test\r\n', 'QUIT\r\n'];
      socket.on('error', reject);
      socket.on('data', () => {
        const line = said.shift();
        if (line !== undefined) socket.write(line);
        else if (security === 'starttls') encrypt(socket, secureContext).then(resolve, reject);
        else socket.destroy();
      });
      if (security === 'none') socket.on('close', () => resolve());
    });
}

function encrypt(socket: net.Socket, secureContext: tls.SecureContext): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.removeAllListeners('data');
    const secured = tls.connect({ socket, secureContext, servername: HOST, rejectUnauthorized: false });
    const said = ['EHLO probe.test\r\n', 'QUIT\r\n'];
    secured.on('error', reject).on('close', () => resolve());
    secured.once('secureConnect', () => secured.write(said.shift() ?? ''));
    secured.on('data', () => {
      const line = said.shift();
      if (line === undefined) secured.destroy();
      else secured.write(line);
    });
  });
}

async function run(work: () => Promise<void>, { total, inFlight }: Round): Promise<Cost> {
  let left = total;
  const lane = async () => {
    while (left-- > 0) await work();
  };
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  const from = performance.now();
  await Promise.all(Array.from({ length: inFlight }, lane));
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: Math.round(total / seconds), cpuMicros: Math.round((user + system) / total) };
}

const work = { probe: prober, verify: verifier, bare }[kind]();
process.on('message', (round: Round) => {
  void run(work, round).then((cost) => process.send?.(cost));
});
