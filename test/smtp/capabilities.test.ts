import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { capabilityChanges, parseCapabilities } from '../../src/smtp/capabilities.ts';
import { ReplyReader } from '../../src/smtp/reply.ts';
import type { Capabilities, Reply } from '../../src/smtp/types.ts';

const of = (...lines: string[]): Capabilities =>
  parseCapabilities({ code: 250, enhanced: null, lines: ['mx.test', ...lines] });

const NOTHING: Capabilities = {
  extensions: [],
  startTls: false,
  size: null,
  auth: [],
  pipelining: false,
  eightBitMime: false,
  smtpUtf8: false,
  dsn: false,
  chunking: false,
  enhancedStatusCodes: false,
  requireTls: false,
  limits: { mailMax: null, rcptMax: null, rcptDomainMax: null },
};

describe('capabilities', () => {
  test.for([
    ['nothing', [], {}],
    ['SIZE with a number', ['SIZE 10240000'], { size: 10240000 }],
    ['SIZE without one', ['SIZE'], { size: null }],
    ['SIZE 0', ['SIZE 0'], { size: 0 }],
    ['SIZE with nonsense', ['SIZE big'], { size: null }],
    ['SIZE negative', ['SIZE -1'], { size: null }],
    ['SIZE= of old servers', ['SIZE=500'], { size: 500 }],
    ['a repeated SIZE: the first that says something', ['SIZE', 'SIZE 5', 'SIZE 6'], { size: 5 }],
    ['STARTTLS', ['STARTTLS'], { startTls: true }],
    ['lower case', ['starttls', 'pipelining', '8bitmime'], { startTls: true, pipelining: true, eightBitMime: true }],
    ['AUTH', ['AUTH PLAIN LOGIN'], { auth: ['PLAIN', 'LOGIN'] }],
    ['AUTH=', ['AUTH=PLAIN LOGIN'], { auth: ['PLAIN', 'LOGIN'] }],
    ['AUTH in both forms', ['AUTH LOGIN plain', 'AUTH=LOGIN CRAM-MD5'], { auth: ['LOGIN', 'PLAIN', 'CRAM-MD5'] }],
    ['AUTH with nothing', ['AUTH'], { auth: [] }],
    [
      'LIMITS',
      ['LIMITS MAILMAX=20 RCPTMAX=100 RCPTDOMAINMAX=1'],
      { limits: { mailMax: 20, rcptMax: 100, rcptDomainMax: 1 } },
    ],
    [
      'LIMITS lower case, with what it does not know',
      ['limits rcptmax=7 FOO=1'],
      { limits: { mailMax: null, rcptMax: 7, rcptDomainMax: null } },
    ],
    ['LIMITS out of range', ['LIMITS MAILMAX=0 RCPTMAX=1000000 RCPTDOMAINMAX=x'], {}],
    [
      'the rest that is read out',
      ['SMTPUTF8', 'DSN', 'CHUNKING', 'ENHANCEDSTATUSCODES', 'REQUIRETLS'],
      {
        smtpUtf8: true,
        dsn: true,
        chunking: true,
        enhancedStatusCodes: true,
        requireTls: true,
      },
    ],
    ['words that only look like them', ['STARTTLSX', 'XSTARTTLS', 'X-SIZE 5', 'SIZES 9'], {}],
  ] as const)('%s', ([, lines, expected]) => {
    const { extensions: _, ...read } = of(...lines);
    const { extensions: __, ...nothing } = NOTHING;
    expect(read).toEqual({ ...nothing, ...expected });
  });

  test('every registered extension, and any other, keeps its word and parameters', () => {
    const lines = [
      'SEND',
      'SOML',
      'SAML',
      'EXPN',
      'HELP',
      'TURN',
      '8BITMIME',
      'SIZE 1000',
      'VERB',
      'ONEX',
      'CHUNKING',
      'BINARYMIME',
      'CHECKPOINT',
      'DELIVERBY 240',
      'PIPELINING',
      'DSN',
      'ETRN',
      'ENHANCEDSTATUSCODES',
      'STARTTLS',
      'NO-SOLICITING net.example:ADV',
      'MTRK',
      'SUBMITTER',
      'ATRN',
      'AUTH GSSAPI',
      'FUTURERELEASE 86400 2026-12-31T00:00:00Z',
      'CONPERM',
      'CONNEG',
      'BURL imap',
      'MT-PRIORITY MIXER',
      'RRVS',
      'REQUIRETLS',
      'LIMITS RCPTMAX=20',
      'SMTPUTF8',
      'VRFY',
      'XCLIENT NAME ADDR',
      'XFORWARD NAME',
      'X-ANONYMOUSTLS',
      'XXXXXXXA',
      '********',
    ];
    expect(of(...lines).extensions).toEqual(
      lines.map((line) => {
        const [keyword, ...params] = line.split(' ');
        return { keyword, params };
      }),
    );
  });

  test('parameters are bounded, whitespace in any amount parts them', () => {
    expect(of(`AUTH  ${'A '.repeat(500)}`).extensions[0]?.params.length).toBeLessThanOrEqual(64);
    expect(of(' SIZE\t 5  ', '', '  ').extensions).toEqual([{ keyword: 'SIZE', params: ['5'] }]);
  });

  test('what TLS adds and takes away', () => {
    expect(capabilityChanges(of('STARTTLS', 'SIZE 1', 'DSN'), of('SIZE 2', 'DSN', 'AUTH PLAIN'))).toEqual({
      added: ['AUTH'],
      removed: ['STARTTLS'],
    });
  });

  test('the same from a reply read whole, byte by byte and with bytes behind it', () => {
    const text = '250-mx.test\r\n250-SIZE 10\r\n250-AUTH=LOGIN\r\n250 STARTTLS\r\n';
    const parse = (chunks: readonly string[]) => {
      const reader = new ReplyReader();
      for (const chunk of chunks) reader.push(Buffer.from(chunk));
      return parseCapabilities(reader.next() as Reply);
    };
    const whole = parse([text]);
    expect(whole).toMatchObject({ size: 10, auth: ['LOGIN'], startTls: true });
    expect(parse([...text])).toEqual(whole);
    expect(parse([`${text}250-m`])).toEqual(whole);
  });

  test('any lines: never an exception', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 80 }), { maxLength: 40 }), (lines) => {
        const { extensions } = of(...lines);
        expect(extensions.length).toBeLessThanOrEqual(lines.length);
        for (const { keyword } of extensions) expect(keyword).toBe(keyword.toUpperCase());
      }),
    );
  });
});
