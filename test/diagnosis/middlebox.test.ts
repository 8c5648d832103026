import { describe, expect, it } from 'vitest';
import { diagnoseSession } from '../../src/diagnosis/diagnose.ts';
import { HONEST, type Said, session } from './sessions.ts';

const STARS = `220 ${'*'.repeat(100)}2${'*'.repeat(15)}0*0**`;
const NO_TLS = '250-mx.example.com\n250-PIPELINING\n250-SIZE 10240000\n250 8BITMIME';

const judge = (said: Said) => diagnoseSession(session(said), { host: 'mx.example.com', port: 25 });
const codes = (said: Said) =>
  judge(said)
    .map(({ code }) => code)
    .toSorted();

describe('a firewall that rewrites SMTP is found', () => {
  const cases: [name: string, said: Said, expected: string[]][] = [
    [
      'the founding case: stars, EHLO refused in AsyncOS words, HELO served',
      {
        banner: `220 ${'*'.repeat(220)}`,
        ehlo: '500 #5.5.1 command not recognized',
        helo: '250 imail.example.com',
      },
      ['banner-masked', 'esmtp-inspection'],
    ],
    [
      'stars with 2 and 0 shining through, EHLO 502',
      { banner: STARS, ehlo: '502 5.5.2 Error: command not recognized', helo: '250 ok' },
      ['banner-masked', 'esmtp-inspection'],
    ],
    [
      'EHLO deferred with 402',
      { banner: STARS, ehlo: '402 4.5.2 Error: command not recognized', helo: '250 ok' },
      ['banner-masked', 'esmtp-inspection'],
    ],
    [
      'stars and a bare one-line 250 (NOOP in place of EHLO)',
      { banner: STARS, ehlo: '250 OK' },
      ['banner-masked', 'esmtp-inspection'],
    ],
    [
      'stars, EHLO answered by hanging up, HELO in a new session',
      { banner: STARS, droppedOnEhlo: true, helo: '250 ok' },
      ['banner-masked', 'esmtp-inspection'],
    ],
    [
      'a clean greeting, EHLO refused in AsyncOS words',
      { banner: '220 mx ESMTP', ehlo: '500 #5.5.1 command not recognized', helo: '250 ok' },
      ['esmtp-inspection'],
    ],
    [
      'ASA: STARTTLS overwritten and numbered (Postfix)',
      {
        banner: STARS,
        ehlo: '250-mx.example.com\n250-VRFY\n250-ETRN\n250-XXXXXXXA\n250-ENHANCEDSTATUSCODES\n250 8BITMIME',
      },
      ['banner-masked', 'esmtp-inspection', 'starttls-stripped'],
    ],
    [
      'ASA with a clean greeting, STARTTLS then refused',
      {
        banner: '220 mx ESMTP',
        ehlo: '250-mx\n250-PIPELINING\n250-XXXXXXXA\n250 XXXB',
        startTls: '500 unrecognized command',
      },
      ['esmtp-inspection', 'starttls-stripped'],
    ],
    [
      'keywords as stars',
      { banner: '220 mx ESMTP', ehlo: '250-mx\n250-SIZE\n250 ********' },
      ['esmtp-inspection', 'starttls-stripped'],
    ],
    [
      'keywords as plain X',
      { banner: '220 mx ESMTP', ehlo: '250-mx\n250-SIZE\n250 XXXXXXXX' },
      ['esmtp-inspection', 'starttls-stripped'],
    ],
    [
      'HELP and DELIVERBY overwritten while STARTTLS stands',
      { banner: '220 mx ESMTP', ehlo: '250-mx\n250-STARTTLS\n250-XXXXXXXXA\n250 XXXB', startTls: '220 go' },
      ['esmtp-inspection'],
    ],
    [
      'our verb echoed as X',
      { banner: '220 mx ESMTP', ehlo: '500 5.5.1 Command unrecognized: "XXXX mxscope"', helo: '250 ok' },
      ['esmtp-inspection'],
    ],
    [
      'our verb echoed as x (IOS)',
      { banner: '220 mx ESMTP', ehlo: '500 5.5.1 Command unrecognized: "xxxx"', helo: '250 ok' },
      ['esmtp-inspection'],
    ],
    [
      'a greeting that never ends',
      { unfinished: ['220-*****************', '***************2***'] },
      ['esmtp-inspection'],
    ],
    [
      'STARTTLS offered and refused in AsyncOS words behind stars',
      { banner: STARS, ehlo: '250-mx\n250-STARTTLS\n250 SIZE', startTls: '500 #5.5.1 command not recognized' },
      ['banner-masked', 'esmtp-inspection', 'starttls-stripped'],
    ],
    [
      'STARTTLS offered and unknown, no other sign (a mail scanner)',
      { banner: '220 mx ESMTP', ehlo: '250-mx\n250 STARTTLS', startTls: '500 Unsupported command.' },
      ['starttls-stripped'],
    ],
    [
      'the same with 502',
      { banner: '220 mx ESMTP', ehlo: '250-mx\n250 STARTTLS', startTls: '502 not implemented' },
      ['starttls-stripped'],
    ],
    ['a masked greeting alone', { ...HONEST, banner: STARS }, ['banner-masked']],
    ['a masked greeting and no STARTTLS', { banner: STARS, ehlo: NO_TLS }, ['banner-masked', 'starttls-missing']],
    ['a masked greeting of two lines', { ...HONEST, banner: '220-*********\n220 ****0***' }, ['banner-masked']],
  ];
  it.each(cases)('%s', (_, said, expected) => expect(codes(said)).toEqual(expected));
});

describe('honest servers stay quiet', () => {
  const cases: [name: string, said: Said, expected: string[]][] = [
    ['a current server', HONEST, []],
    [
      'an old server with a clean greeting',
      { banner: '220 mx Sendmail 8.6.12', ehlo: '500 Command unrecognized', helo: '250 mx' },
      ['ehlo-rejected'],
    ],
    [
      'an old server that says 502',
      { banner: '220 mx SMTP', ehlo: '502 Command not implemented', helo: '250 mx' },
      ['ehlo-rejected'],
    ],
    [
      'an old server that hangs up on EHLO',
      { banner: '220 mx SMTP', droppedOnEhlo: true, helo: '250 mx' },
      ['ehlo-rejected'],
    ],
    [
      'a notice in a box of stars',
      {
        ...HONEST,
        banner:
          '220-********************\n220-* authorised use only *\n220-********************\n220 mx.example.com ESMTP',
      },
      [],
    ],
    ['stars beside text', { ...HONEST, banner: '220 **** mx.example.com ESMTP ****' }, []],
    ['three stars', { ...HONEST, banner: '220 ***' }, []],
    ['a bare 220', { ...HONEST, banner: '220 ' }, []],
    ['a server without TLS', { banner: '220 mx ESMTP', ehlo: NO_TLS }, ['starttls-missing']],
    [
      'a server that hides STARTTLS and shows XCLIENT',
      { banner: '220 mx ESMTP', ehlo: '250-mx\n250-XCLIENT NAME ADDR\n250-XFORWARD NAME\n250-X-EXPS GSSAPI\n250 SIZE' },
      ['starttls-missing'],
    ],
    [
      'a plain server that answers EHLO in one line',
      { banner: '220 mx SMTP', ehlo: '250 mx.example.com' },
      ['starttls-missing'],
    ],
    [
      'a host named of X’s in the first line',
      { banner: '220 mx ESMTP', ehlo: '250-XXXX.example.com\n250 STARTTLS', startTls: '220 go' },
      [],
    ],
    [
      'a telephone number in a refusal',
      { banner: '220 mx', ehlo: '500 call 555-XXXX for help', helo: '250 ok' },
      ['ehlo-rejected'],
    ],
    ['an endless greeting with text in it', { unfinished: ['220-*****', '220-welcome'] }, []],
    [
      'a server whose STARTTLS is out of order',
      { ...HONEST, startTls: '454 4.7.0 TLS not available' },
      ['starttls-failed'],
    ],
    [
      'an ESA that does not know our experiment',
      { ...HONEST, experiments: [['unknown-verb', 'QZJVKWPT', '500 #5.5.1 command not recognized']] },
      [],
    ],
  ];
  it.each(cases)('%s', (_, said, expected) => expect(codes(said)).toEqual(expected));
});

describe('evidence and confidence', () => {
  const find = (said: Said, code: string) => judge(said).find((one) => one.code === code);

  it('quotes each line with the command it answered', () => {
    const found = find(
      { banner: '220 ****', ehlo: '500 #5.5.1 command not recognized', helo: '250 imail' },
      'esmtp-inspection',
    );
    expect(found?.evidence).toEqual(['220 ****', 'EHLO: 500 #5.5.1 command not recognized', 'HELO: 250 imail']);
    expect(found?.confidence).toBe('likely');
  });

  it('quotes of a list only what was overwritten', () => {
    const found = find({ banner: '220 mx', ehlo: '250-mx\n250-SIZE 1\n250-XXXXXXXA\n250 XXXB' }, 'esmtp-inspection');
    expect(found).toMatchObject({ confidence: 'certain', evidence: ['EHLO: 250-XXXXXXXA', 'EHLO: 250 XXXB'] });
  });

  it.each<[string, Said, string[]]>([
    [
      'an echo of X’s for a verb without one',
      {
        banner: STARS,
        ehlo: '500 no',
        helo: '250 ok',
        experiments: [['unknown-verb', 'QZJVKWPT', '500 5.5.1 Command unrecognized: "XXXXXXXX"']],
      },
      ['QZJVKWPT: 500 5.5.1 Command unrecognized: "XXXXXXXX"'],
    ],
    [
      '"OK" for nonsense',
      { banner: STARS, ehlo: '250 OK', experiments: [['unknown-verb', 'QZJVKWPT', '250 OK']] },
      ['QZJVKWPT: 250 OK'],
    ],
    [
      'EHLO served whole and refused in two pieces',
      { banner: STARS, ehlo: '250 OK', experiments: [['split-ehlo', 'EHLO a', '500 no']] },
      ['EHLO a: 500 no'],
    ],
  ])('%s makes it certain', (_, said, lines) => {
    const found = find(said, 'esmtp-inspection');
    expect(found?.confidence).toBe('certain');
    expect(found?.evidence).toEqual(expect.arrayContaining(lines));
  });

  it('an experiment alone accuses nobody', () => {
    expect(
      codes({
        ...HONEST,
        experiments: [
          ['unknown-verb', 'QZJVKWPT', '250 OK'],
          ['split-ehlo', 'EHLO a', '500 no'],
        ],
      }),
    ).toEqual([]);
  });

  it('an overwritten word behind DSN may be CHUNKING or SMTPUTF8, so STARTTLS is only possibly stripped', () => {
    const behind = '250-mx\n250-8BITMIME\n250-DSN\n250-XXXXXXXA\n250 XXXXXXXB';
    expect(find({ banner: '220 mx', ehlo: behind }, 'starttls-stripped')?.confidence).toBe('possible');
    const before = '250-mx\n250-ETRN\n250-XXXXXXXA\n250 DSN';
    expect(find({ banner: '220 mx', ehlo: before }, 'starttls-stripped')?.confidence).toBe('likely');
  });

  describe('501 for STARTTLS with an argument, which Postfix also says with TLS switched off,', () => {
    const experiments: Said['experiments'] = [['starttls-argument', 'STARTTLS q', '501 5.5.4 Syntax: STARTTLS']];

    it.each<[string, Said, string[]]>([
      ['a masked greeting', { banner: STARS, ehlo: NO_TLS }, ['banner-masked', 'starttls-missing']],
      ['a bare 250 to EHLO', { banner: '220 mx ESMTP', ehlo: '250 mx.example.com' }, ['starttls-missing']],
    ])('makes no stripping out of %s', (_, said, expected) => {
      expect(codes(said)).toEqual(expected);
      expect(codes({ ...said, experiments })).toEqual(expected);
    });

    it.each<[string, Said]>([
      ['CHUNKING and SMTPUTF8 overwritten', { banner: STARS, ehlo: '250-mx\n250-DSN\n250-XXXXXXXA\n250 XXXXXXXB' }],
      ['a word before DSN overwritten', { banner: '220 mx', ehlo: '250-mx\n250-ETRN\n250-XXXXXXXA\n250 DSN' }],
      ['NOOP in place of EHLO', { banner: STARS, ehlo: '250 OK' }],
    ])('changes nothing of what is said of %s', (_, said) => {
      expect(judge({ ...said, experiments })).toEqual(judge(said));
    });
  });

  it('a word of another length is not STARTTLS', () => {
    expect(codes({ banner: '220 mx', ehlo: '250-mx\n250-XXXXXXXXA\n250 XXXB' })).toEqual(['esmtp-inspection']);
  });
});
