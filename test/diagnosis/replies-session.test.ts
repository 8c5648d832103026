import { describe, expect, it } from 'vitest';
import { diagnoseSession } from '../../src/diagnosis/diagnose.ts';
import { explainText } from '../../src/diagnosis/replies.ts';
import type { SessionFacts } from '../../src/smtp/types.ts';

const FOUNDING = {
  banner: { code: 220, enhanced: null, lines: ['********************************'] },
  ehlo: { code: 500, enhanced: '5.5.1', lines: ['#5.5.1 command not recognized'] },
  helo: { code: 250, enhanced: null, lines: ['mail.example.com'] },
};

function factsOf(text: string): SessionFacts {
  const { facts } = explainText(text);
  if (facts === null) throw new Error('no session was seen');
  return facts;
}

/** The same session as each tool prints it. */
const TOLD: Record<string, string> = {
  'S: and C:': `S: 220 ********************************
C: EHLO phone.example.org
S: 500 #5.5.1 command not recognized
C: HELO phone.example.org
S: 250 mail.example.com
C: QUIT
S: 221 bye`,
  telnet: `$ telnet mail.example.com 25
Trying 192.0.2.25...
Connected to mail.example.com.
Escape character is '^]'.
220 ********************************
ehlo phone.example.org
500 #5.5.1 command not recognized
helo phone.example.org
250 mail.example.com
quit
221 bye
Connection closed by foreign host.`,
  swaks: `=== Trying mail.example.com:25...
=== Connected to mail.example.com.
<-  220 ********************************
 -> EHLO phone.example.org
<** 500 #5.5.1 command not recognized
 -> HELO phone.example.org
<-  250 mail.example.com
 -> QUIT
<-  221 bye
=== Connection closed with remote host.`,
  curl: `*   Trying 192.0.2.25:25...
* Connected to mail.example.com (192.0.2.25) port 25
< 220 ********************************
> EHLO phone.example.org
< 500 #5.5.1 command not recognized
> HELO phone.example.org
< 250 mail.example.com
> QUIT
< 221 bye`,
  'sendmail -v': `<<< 220 ********************************
>>> EHLO phone.example.org
<<< 500 #5.5.1 command not recognized
>>> HELO phone.example.org
<<< 250 mail.example.com
>>> QUIT
<<< 221 bye`,
  smtplib: `reply: b'220 ********************************\\r\\n'
send: 'ehlo phone.example.org\\r\\n'
reply: b'500 #5.5.1 command not recognized\\r\\n'
send: 'helo phone.example.org\\r\\n'
reply: b'250 mail.example.com\\r\\n'
send: 'quit\\r\\n'
reply: b'221 bye\\r\\n'`,
  PHPMailer: `2025-05-05 05:50:00 SERVER -> CLIENT: 220 ********************************
2025-05-05 05:50:00 CLIENT -> SERVER: EHLO phone.example.org
2025-05-05 05:50:00 SERVER -> CLIENT: 500 #5.5.1 command not recognized
2025-05-05 05:50:00 CLIENT -> SERVER: HELO phone.example.org
2025-05-05 05:50:01 SERVER -> CLIENT: 250 mail.example.com
2025-05-05 05:50:01 CLIENT -> SERVER: QUIT
2025-05-05 05:50:01 SERVER -> CLIENT: 221 bye`,
  'Exim’s debugging': `  SMTP<< 220 ********************************
  SMTP>> EHLO phone.example.org
  SMTP<< 500 #5.5.1 command not recognized
  SMTP>> HELO phone.example.org
  SMTP<< 250 mail.example.com
  SMTP>> QUIT
  SMTP<< 221 bye`,
  'Postfix’s debugging': `May  5 05:50:00 mx postfix/smtp[4711]: < mail.example.com[192.0.2.25]:25: 220 ********************************
May  5 05:50:00 mx postfix/smtp[4711]: > mail.example.com[192.0.2.25]:25: EHLO phone.example.org
May  5 05:50:00 mx postfix/smtp[4711]: < mail.example.com[192.0.2.25]:25: 500 #5.5.1 command not recognized
May  5 05:50:00 mx postfix/smtp[4711]: > mail.example.com[192.0.2.25]:25: HELO phone.example.org
May  5 05:50:00 mx postfix/smtp[4711]: < mail.example.com[192.0.2.25]:25: 250 mail.example.com
May  5 05:50:00 mx postfix/smtp[4711]: > mail.example.com[192.0.2.25]:25: QUIT
May  5 05:50:00 mx postfix/smtp[4711]: < mail.example.com[192.0.2.25]:25: 221 bye`,
  'a chat, in the middle of prose': `Hello, this is what I see when I connect:

220 ********************************
EHLO phone.example.org
500 #5.5.1 command not recognized
HELO phone.example.org
250 mail.example.com
QUIT
221 bye

What is wrong? Thanks!`,
};

describe.each(Object.entries(TOLD))('the founding session told by %s', (_, text) => {
  it('gives greeting, EHLO and HELO', () => {
    expect(factsOf(text)).toMatchObject({ ...FOUNDING, startTls: null, capabilities: null, droppedOnEhlo: false });
  });

  it('gives every reply', () => {
    expect(explainText(text).replies.map(({ code }) => code)).toEqual([220, 500, 250, 221]);
  });

  it('is judged like a live one', () => {
    const findings = diagnoseSession(factsOf(text), { port: 25, host: null });
    expect(findings.map(({ code }) => code)).toContain('esmtp-inspection');
  });
});

describe('only the server’s lines', () => {
  it('of a refused EHLO are told apart by their order', () => {
    const facts = factsOf('220 ****************\n500 #5.5.1 command not recognized\n250 mail.example.com');
    expect([facts.banner?.code, facts.ehlo?.code, facts.helo?.code]).toEqual([220, 500, 250]);
  });

  it('of an accepted EHLO give its keywords', () => {
    const facts = factsOf('220 mx.example.com ESMTP\n250-mx.example.com\n250-SIZE 1000\n250 STARTTLS');
    expect(facts.capabilities).toMatchObject({ startTls: true, size: 1000 });
  });

  it('with one line of 250 are not taken for an EHLO without keywords', () => {
    expect(factsOf('220 mx.example.com\n250 mx.example.com')).toMatchObject({ ehlo: null, helo: { code: 250 } });
  });
});

describe('a session', () => {
  it('keeps what was said in clear, not what was said again inside TLS', () => {
    const facts = factsOf(`S: 220 mx.example.com ESMTP
C: EHLO a.example.org
S: 250-mx.example.com
S: 250 STARTTLS
C: STARTTLS
S: 220 2.0.0 Ready to start TLS
C: EHLO a.example.org
S: 250-mx.example.com
S: 250 AUTH PLAIN`);
    expect(facts.startTls).toMatchObject({ code: 220, enhanced: '2.0.0' });
    expect(facts.capabilities?.extensions).toEqual([{ keyword: 'STARTTLS', params: [] }]);
  });

  it('shows overwritten keywords and the refused STARTTLS', () => {
    const facts = factsOf(
      '220 mx\nEHLO a\n250-mx.example.com\n250-XXXXXXXA\n250 XXXB\nSTARTTLS\n500 unrecognized command',
    );
    expect(facts.ehlo?.lines).toEqual(['mx.example.com', 'XXXXXXXA', 'XXXB']);
    expect(facts.startTls?.code).toBe(500);
    const found = diagnoseSession(facts, { port: 25, host: null }).map(({ code }) => code);
    expect(found).toEqual(expect.arrayContaining(['esmtp-inspection', 'starttls-stripped']));
  });

  it('whose greeting never ends is said to have none', () => {
    const facts = factsOf('220-***************\n**********************');
    expect(facts.banner).toBeNull();
    expect(facts.unfinishedGreeting).toEqual(['220-***************', '**********************']);
  });

  it('that is cut off at EHLO says so', () => {
    const facts = factsOf('220 mx.example.com\nEHLO a.example.org\nConnection closed by foreign host.');
    expect(facts).toMatchObject({ droppedOnEhlo: true, ehlo: null });
  });

  it('does not take the message for replies', () => {
    const session = `S: 220 mx.example.com ESMTP
C: EHLO a
S: 250 mx.example.com
C: MAIL FROM:<a@example.org>
S: 250 2.1.0 Ok
C: RCPT TO:<b@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>`;
    const message = ['Subject: 550', '', '550 5.7.1 said the server', '421 four', '.'];
    const end = '250 2.0.0 Ok: queued as 550AB';
    const prefixed = [session, ...message.map((line) => `C: ${line}`), `S: ${end}`].join('\n');
    const bare = [session.replace(/^[SC]: /gm, ''), ...message, end].join('\n');
    for (const text of [prefixed, bare]) {
      expect(explainText(text).replies.map(({ code }) => code)).toEqual([220, 250, 250, 250, 354, 250]);
    }
  });

  it('tells its port where the text does', () => {
    for (const [line, port] of [
      ['telnet mx.example.com 587', 587],
      ['openssl s_client -starttls smtp -connect mx.example.com:25', 25],
      ['=== Trying mx.example.com:2525...', 2525],
      ['* Connected to mx.example.com (192.0.2.1) port 465', 465],
      ['nc -v mx.example.com 25', 25],
      ['hello', null],
    ] as const) {
      expect(explainText(`${line}\n220 mx.example.com ESMTP\nEHLO a\n250 x`).port).toBe(port);
    }
  });

  it('is none in a bounce, nor in one reply without a greeting', () => {
    expect(explainText('500 #5.5.1 command not recognized').facts).toBeNull();
    expect(explainText('550 5.1.1 no').facts).toBeNull();
    expect(explainText('>>> RCPT To:<a@example.com>\n<<< 550 5.1.1 unknown').facts).toBeNull();
    expect(explainText('Diagnostic-Code: smtp; 220 odd\nEHLO a').facts).toBeNull();
  });

  it('is quoted printable and cut', () => {
    const facts = factsOf(`220 \u001b[2J${'x'.repeat(1_500)}\nEHLO a\n250 ok`);
    expect(facts.banner?.lines[0]?.startsWith('\\u{1b}[2J')).toBe(true);
    expect(facts.banner?.lines[0]?.length).toBe(1_000);
  });
});
