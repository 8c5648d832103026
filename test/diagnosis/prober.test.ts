import { describe, expect, it } from 'vitest';
import { aboutUs } from '../../src/diagnosis/prober.ts';
import type { Reply } from '../../src/smtp/types.ts';

const reply = (line: string): Reply => {
  const [, code = '0', text = ''] = /^(\d{3})[ -]?(.*)$/.exec(line) ?? [];
  return { code: Number(code), enhanced: /^#?([245]\.\d{1,3}\.\d{1,3})\b/.exec(text)?.[1] ?? null, lines: [text] };
};

describe('a refusal that is about our address, name or standing', () => {
  it.each([
    '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1',
    '550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus',
    '554 Service unavailable; Client host [192.0.2.1] blocked using b.barracudacentral.org',
    "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).",
    '550 5.7.606 Access denied, banned sending IP [192.0.2.1]',
    '554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied',
    '450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]',
    '450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]',
    '550 5.7.25 The IP address sending this message does not have a PTR record setup',
    '421 4.7.0 IP not in whitelist; your host has no reverse DNS',
    '550 5.7.25 Service unavailable, sending IPv6 address must have a reverse DNS record',
    '554 RTR:RD no reverse',
    '554 5.7.1 The server sending your mail [192.0.2.1] does not have a reverse DNS entry',
    '450 4.7.1 <[192.0.2.1]>: Helo command rejected: Host not found',
    '504 5.5.2 <probe>: Helo command rejected: need fully-qualified hostname',
    '550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)',
    '550 5.7.506 Access Denied, Bad HELO',
    '501 5.5.4 HELO/EHLO argument "probe" invalid, closing connection.',
    '501 Syntactically invalid EHLO argument(s)',
    "554-mx1.example.net Your access to this mail system has been rejected due to the sending MTA's poor reputation.",
    "550 5.7.1 [192.0.2.1] The IP you're using to send mail is not authorized to send email directly to our servers.",
    '553 5.3.0 flph <192.0.2.1> DNSBL:RBL 521< 192.0.2.1 >_is_blocked',
    '550 OU-002 Mail rejected by Windows Live Hotmail for policy reasons.',
    '554 IMTA01 192.0.2.1 listed on RBL',
    '553 Mail from 192.0.2.1 not allowed - 5.7.1 [BL21] Connections not accepted from IP addresses on Spamhaus XBL',
    '550 5.7.1 Your IP is blocked',
    '550 5.7.510 Access denied, contoso.com does not accept email over IPv6',
  ])('%s', (line) => expect(aboutUs(reply(line))).toBe('prober-blocked'));
});

describe('a refusal that is about how often we come', () => {
  it.each([
    '421 4.7.0 mx.example.net Error: too many connections from 192.0.2.1',
    '421 Too many concurrent SMTP connections; please try again later.',
    '421 Too many connections from your host',
    '421 4.3.2 The number of concurrent connections has exceeded a limit, closing transmission channel',
    '421 4.7.0 Connection rate limit exceeded.',
    '451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS761)',
    '451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation.',
    '421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints',
    '421 mwinf5c04 ME Trop de connexions, veuillez verifier votre configuration. OFR_108',
    '421 RP-001 The mail server IP connecting to the server has exceeded the rate limit allowed',
    '421 Too many sessions opened',
    '450 4.7.1 Error: too much mail from 192.0.2.1',
    '421 4.7.1 Connection refused, connecting too often',
    '421 max connections per host reached',
  ])('%s', (line) => expect(aboutUs(reply(line))).toBe('prober-throttled'));
});

describe('a refusal that is about the server or says nothing of us', () => {
  it.each([
    '500 #5.5.1 command not recognized',
    '500 5.5.1 Command unrecognized: "XXXX"',
    '502 5.5.2 Error: command not recognized',
    '402 4.5.2 Error: command not recognized',
    '554 No SMTP service here',
    '521 5.3.2 example.com does not accept mail',
    '421 4.3.2 Service shutting down',
    '421 4.3.0 Temporary System Problem. Try again later',
    '421 Service not available, closing transmission channel',
    '452 4.3.1 Insufficient system storage',
    '421 4.3.2 System not accepting network messages',
    '550 administrative prohibition',
    '554 Transaction failed',
    '454 4.7.0 TLS not available due to local problem',
    '530 5.7.0 Must issue a STARTTLS command first',
    '421 too many errors',
    '452 4.5.3 too many recipients',
    '554 5.7.1 https://multi.uribl.com/refused.shtml Query Refused',
    '250 mx.example.net Hello your address is 192.0.2.1',
    '503 5.5.1 Error: send HELO/EHLO first',
    '500 unrecognized command',
  ])('%s', (line) => expect(aboutUs(reply(line))).toBeNull());
});
