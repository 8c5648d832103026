import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAddressPolicy } from '../../src/net/address-policy.ts';
import { createDialer, type Upgraded } from '../../src/net/dial.ts';
import { makeAuthority, makeCertificate, type Pair } from '../helpers/certificates.ts';
import { ok, startSmtpServer } from '../helpers/smtp-server.ts';

const HOST = 'mx.test';
const soon = () => performance.now() + 2_000;
const policy = createAddressPolicy({ allow: ['127.0.0.0/8'] });

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

describe('a connection', () => {
  test('is made to the address that was judged', async () => {
    const server = await startSmtpServer();
    const dialer = createDialer({ policy, ports: new Set([server.port]) });
    const dialed = await dialer.connect({ ip: '::ffff:127.0.0.1', port: server.port, deadline: soon() });
    expect(dialed.ok && dialed.localAddress()).toMatch(/127\.0\.0\.1$/);
    if (dialed.ok) dialed.socket.destroy();
    await server.close();
  });

  test.for(['10.0.0.1', '::1', '0.0.0.0', 'localhost', '127.1', '2130706433', ''])('is refused to %j', async (ip) => {
    const dialer = createDialer({ policy, ports: new Set([25]) });
    expect(await dialer.connect({ ip, port: 25, deadline: soon() })).toEqual({
      ok: false,
      failure: 'forbidden',
      code: null,
    });
  });

  test('is refused to a port that is not listed', async () => {
    const dialer = createDialer({ policy, ports: new Set([25]) });
    expect(await dialer.connect({ ip: '127.0.0.1', port: 26, deadline: soon() })).toMatchObject({
      failure: 'forbidden',
    });
  });

  test('that is refused, late, or out of reach says which', async () => {
    const port = await freePort();
    const anywhere = createDialer({
      policy: createAddressPolicy({ allow: ['0.0.0.0/0', '::/0'] }),
      ports: new Set([port]),
    });
    expect(await anywhere.connect({ ip: '127.0.0.1', port, deadline: soon() })).toMatchObject({
      failure: 'refused',
      code: 'ECONNREFUSED',
    });
    expect(await anywhere.connect({ ip: '127.0.0.1', port, deadline: performance.now() - 1 })).toMatchObject({
      ok: false,
    });
    // TCP has no way to a multicast group, on any machine.
    expect(await anywhere.connect({ ip: '224.0.0.1', port, deadline: soon() })).toMatchObject({
      failure: 'unreachable',
    });
  });

  test('is given up when the caller is gone', async () => {
    const dialer = createDialer({ policy, ports: new Set([25]) });
    const request = { ip: '127.0.0.1', port: 25, deadline: soon(), signal: AbortSignal.abort() };
    expect(await dialer.connect(request)).toEqual({ ok: false, failure: 'aborted', code: null });
  });
});

describe('a certificate', () => {
  let ca: Pair;
  let stranger: Pair;
  beforeAll(async () => {
    ca = await makeAuthority();
    stranger = await makeAuthority('a stranger');
  });

  async function upgrade(
    certificate: Pair,
    name: string | null = HOST,
    purpose: 'any' | 'strict' = 'any',
  ): Promise<Upgraded> {
    const server = await startSmtpServer({ implicitTls: certificate, greeting: ok('220 hello') });
    const dialer = createDialer({ policy, ports: new Set([server.port]), extraRoots: [ca.cert] });
    const dialed = await dialer.connect({ ip: '127.0.0.1', port: server.port, deadline: soon() });
    if (!dialed.ok) throw new Error(dialed.failure);
    const upgraded = await dialer.upgrade(dialed.socket, { name, purpose });
    dialed.socket.destroy();
    await server.close();
    return upgraded;
  }

  const EXPIRED = { trusted: false, error: 'CERT_HAS_EXPIRED' };

  test.for<readonly [string, () => Promise<Pair>, object]>([
    [
      'that is in order',
      () => makeCertificate({ names: [HOST], ca }),
      { trusted: true, hostnameMatches: true, selfSigned: false, error: null, daysLeft: 90 },
    ],
    [
      'with a wildcard',
      () => makeCertificate({ names: ['*.test', 'x.example'], ca }),
      { trusted: true, hostnameMatches: false },
    ],
    [
      'with a wildcard of two labels',
      () => makeCertificate({ names: ['*.mail.test'], ca }),
      { trusted: true, hostnameMatches: false },
    ],
    [
      'for another name',
      () => makeCertificate({ names: ['other.test'], ca }),
      { trusted: true, hostnameMatches: false, error: null },
    ],
    [
      'with the name among many',
      () => makeCertificate({ names: ['a.test', 'b.test', HOST], ca }),
      { trusted: true, hostnameMatches: true },
    ],
    [
      'that has expired',
      () => makeCertificate({ names: [HOST], from: -20, to: -2, ca }),
      { ...EXPIRED, hostnameMatches: true, daysLeft: -2 },
    ],
    [
      'that is not valid yet',
      () => makeCertificate({ names: [HOST], from: 3, to: 9, ca }),
      { trusted: false, error: 'CERT_NOT_YET_VALID' },
    ],
    [
      'that signed itself',
      () => makeCertificate({ names: [HOST] }),
      { trusted: false, selfSigned: true, hostnameMatches: true, error: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    ],
    [
      'of an unknown issuer',
      () => makeCertificate({ names: [HOST], ca: stranger }),
      { trusted: false, selfSigned: false, error: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    ],
    [
      'of an unknown issuer, expired',
      () => makeCertificate({ names: [HOST], from: -9, to: -3, ca: stranger }),
      { trusted: false, error: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', daysLeft: -3 },
    ],
    [
      'that signed itself, expired, for another name',
      () => makeCertificate({ names: ['no.test'], from: -9, to: -3 }),
      { trusted: false, selfSigned: true, hostnameMatches: false, error: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    ],
  ])('%s', async ([, make, expected]) => {
    const upgraded = await upgrade(await make());
    expect(upgraded.ok && upgraded.certificate).toMatchObject(expected);
  });

  test('with a wildcard covers one label', async () => {
    const certificate = await makeCertificate({ names: ['*.mail.test'], ca });
    const inside = await upgrade(certificate, 'mx.mail.test');
    expect(inside.ok && inside.certificate?.hostnameMatches).toBe(true);
    const deeper = await upgrade(certificate, 'a.mx.mail.test');
    expect(deeper.ok && deeper.certificate?.hostnameMatches).toBe(false);
  });

  test('is described, and its strings are bounded and printable', async () => {
    const names = Array.from({ length: 150 }, (_, i) => `n${i}.test`);
    const upgraded = await upgrade(await makeCertificate({ names: ['a\u001b[31m.test', ...names], ca }), null);
    expect(upgraded.ok && upgraded.certificate).toMatchObject({
      // Escaped by OpenSSL already.
      subject: 'CN=a\\1B[31m.test',
      issuer: 'CN=mxscope test authority',
      hostnameMatches: null,
      fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      validFrom: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
    });
    const altNames = (upgraded.ok && upgraded.certificate?.altNames) || [];
    expect(altNames.length).toBe(100);
    expect(altNames.slice(0, 2)).toEqual(['a\\u{1b}[31m.test', 'n0.test']);
  });

  test('with a subject that the library cannot read as a name is of no name, and ends nothing', async () => {
    const name = '\0bad.test';
    const made = await makeCertificate({ names: [name] });
    // The common name becomes a BIT STRING, and the alternative one an URI, so that the common name is looked at.
    const odd = altered(made, (der) =>
      der.replaceAll(/[\x0c\x13](?=\x09\0bad\.test)/g, '\x03').replace(/\x82(?=\x09\0bad\.test)/, '\x86'),
    );
    const upgraded = await upgrade(odd);
    expect(upgraded.ok && upgraded.certificate).toMatchObject({ altNames: [], hostnameMatches: false });
  });

  test('has the dates it says, of whatever century', async () => {
    const made = await makeCertificate({ names: [HOST], to: 20_000 });
    const upgraded = await upgrade(altered(made, (der) => der.replace(/\x18\x0f\d{4}/, '\x18\x0f0049')));
    expect(upgraded.ok && upgraded.certificate?.validTo).toMatch(/^0049-/);
    expect(upgraded.ok && upgraded.certificate?.daysLeft).toBeLessThan(-700_000);
  });

  test('with a name in UTF-8 shows it so', async () => {
    const made = await makeCertificate({ names: ['mx.thai00.test'] });
    const upgraded = await upgrade(altered(made, (der) => der.replaceAll('thai00', '\xe0\xb9\x84\xe0\xb8\x97')));
    expect(upgraded.ok && upgraded.certificate?.altNames).toEqual(['mx.ไท.test']);
  });
});

/** The same certificate with other bytes, of the same number: nobody looks at its signature before it is judged. */
function altered({ key, cert }: Pair, change: (der: string) => string): Pair {
  const der = Buffer.from(cert.replace(/-----.*-----/g, ''), 'base64').toString('latin1');
  const changed = change(der);
  expect(changed).not.toBe(der);
  const body = Buffer.from(changed, 'latin1').toString('base64');
  return { key, cert: `-----BEGIN CERTIFICATE-----\n${body.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n` };
}

describe('peers of another age', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mxscope-tls-'));
  const file = (name: string) => join(directory, name);
  afterAll(() => rmSync(directory, { recursive: true }));

  beforeAll(async () => {
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:1024',
        '-nodes',
        '-sha1',
        '-days',
        '30',
        '-subj',
        `/CN=${HOST}`,
        '-keyout',
        file('key'),
        '-out',
        file('cert'),
      ],
      { stdio: 'ignore' },
    );
    execFileSync('openssl', ['dsaparam', '-out', file('dsa1024'), '1024'], { stdio: 'ignore' });
    for (const [name, bits] of [
      ['dh1024', '1024'],
      ['dh512', '512'],
    ] as const) {
      writeFileSync(
        file(name),
        execFileSync('openssl', ['dhparam', '-dsaparam', bits], { stdio: ['ignore', 'pipe', 'ignore'] }),
      );
    }
  });

  async function against(
    args: readonly string[],
    purpose: 'any' | 'strict' = 'any',
    pair: { readonly key: string; readonly cert: string } = { key: file('key'), cert: file('cert') },
  ): Promise<Upgraded> {
    const port = await freePort();
    const place = ['s_server', '-accept', `127.0.0.1:${port}`, '-quiet'];
    const all = [...place, '-key', pair.key, '-cert', pair.cert, ...args];
    const server = spawn('openssl', all, { stdio: 'ignore' });
    try {
      const dialer = createDialer({ policy, ports: new Set([port]) });
      for (;;) {
        const dialed = await dialer.connect({ ip: '127.0.0.1', port, deadline: soon() });
        if (dialed.ok) return await dialer.upgrade(dialed.socket, { name: HOST, purpose });
        if (server.exitCode !== null) throw new Error(`openssl ended with ${server.exitCode}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      server.kill();
    }
  }

  test.for<readonly [string, readonly string[], object]>([
    ['TLS 1.0', ['-tls1', '-cipher', 'DEFAULT:@SECLEVEL=0'], { ok: true, protocol: 'TLSv1' }],
    ['TLS 1.1', ['-tls1_1', '-cipher', 'DEFAULT:@SECLEVEL=0'], { ok: true, protocol: 'TLSv1.1' }],
    ['TLS 1.2', ['-tls1_2', '-cipher', 'DEFAULT:@SECLEVEL=0'], { ok: true, protocol: 'TLSv1.2' }],
    ['TLS 1.3', ['-cipher', 'DEFAULT:@SECLEVEL=0'], { ok: true, protocol: 'TLSv1.3' }],
    [
      '1,024-bit DH',
      ['-tls1_2', '-cipher', 'DHE-RSA-AES128-SHA:@SECLEVEL=0', '-dhparam', 'DH1024'],
      { ok: true, cipher: 'DHE-RSA-AES128-SHA' },
    ],
    [
      'TLS 1.0 with 1,024-bit DH',
      ['-tls1', '-cipher', 'DHE-RSA-AES128-SHA:@SECLEVEL=0', '-dhparam', 'DH1024'],
      { ok: true, protocol: 'TLSv1' },
    ],
    [
      'plain RSA, no forward secrecy',
      ['-tls1_2', '-cipher', 'AES128-SHA:@SECLEVEL=0'],
      { ok: true, cipher: 'AES128-SHA' },
    ],
    [
      '512-bit DH',
      ['-tls1_2', '-cipher', 'DHE-RSA-AES128-SHA:@SECLEVEL=0', '-dhparam', 'DH512'],
      { ok: true, cipher: 'DHE-RSA-AES128-SHA' },
    ],
    [
      'a cipher that nobody shares',
      ['-tls1_2', '-cipher', 'NULL-SHA256:@SECLEVEL=0'],
      { ok: false, failure: 'handshake' },
    ],
    [
      'a group we did not send a share for',
      ['-tls1_3', '-cipher', 'DEFAULT:@SECLEVEL=0', '-groups', 'P-521'],
      { ok: true, protocol: 'TLSv1.3' },
    ],
  ])('%s', async ([, args, expected]) => {
    const upgraded = await against(
      args.map((arg) => (arg.startsWith('DH') && !arg.includes('-') ? file(arg.toLowerCase()) : arg)),
    );
    expect(upgraded).toMatchObject(expected);
    if (upgraded.ok) expect(upgraded.certificate).toMatchObject({ selfSigned: true, subject: `CN=${HOST}` });
  });

  /** A key of that kind, signed by itself. */
  function keyOf(kind: string, make: readonly string[]): { readonly key: string; readonly cert: string } {
    const pair = { key: file(`${kind}.key`), cert: file(`${kind}.cert`) };
    const files = ['-keyout', pair.key, '-out', pair.cert, '-subj', `/CN=${HOST}`];
    execFileSync('openssl', ['req', '-x509', '-nodes', '-days', '30', ...make, ...files], { stdio: 'ignore' });
    return pair;
  }

  const V = { '1.0': '-tls1', '1.1': '-tls1_1', '1.2': '-tls1_2', '1.3': '-tls1_3' } as const;
  type Version = keyof typeof V;
  const EVERY: readonly Version[] = ['1.0', '1.1', '1.2', '1.3'];
  const DSA = ['-newkey', `dsa:${file('dsa1024')}`];
  const RSA = ['-newkey', 'rsa:2048'];
  const EC = ['-newkey', 'ec', '-pkeyopt'];

  /**
   * In which versions a key serves at all, and in which of those Postfix by default, too, finds nothing in common: TLS 1.3
   * has no DSA, nor a signature of a 512-bit RSA key; before 1.2 there are no Edwards curves and no RSA-PSS.
   */
  const KEYS: readonly (readonly [
    kind: string,
    make: readonly string[],
    speak: readonly Version[],
    no: readonly Version[],
  ])[] = [
    ['DSA, 1,024 bits', DSA, ['1.0', '1.1', '1.2'], []],
    ['RSA, 512 bits', ['-newkey', 'rsa:512'], ['1.0', '1.1', '1.2'], ['1.3']],
    ['RSA, 768 bits', ['-newkey', 'rsa:768'], EVERY, []],
    ['RSA signed with MD5', [...RSA, '-md5'], EVERY, []],
    ['RSA signed with SHA-1', [...RSA, '-sha1'], EVERY, []],
    ['RSA signed with PSS', [...RSA, '-sigopt', 'rsa_padding_mode:pss'], EVERY, []],
    ['RSA-PSS', ['-newkey', 'rsa-pss'], ['1.2', '1.3'], ['1.0']],
    ['Ed25519', ['-newkey', 'ed25519'], ['1.2', '1.3'], ['1.0']],
    ['Ed448', ['-newkey', 'ed448'], ['1.2', '1.3'], ['1.0']],
    ['P-521', [...EC, 'ec_paramgen_curve:P-521'], EVERY, []],
    ['secp256k1', [...EC, 'ec_paramgen_curve:secp256k1'], [], ['1.0', '1.1', '1.2']],
    ['brainpoolP256r1', [...EC, 'ec_paramgen_curve:brainpoolP256r1'], [], ['1.0', '1.1', '1.2']],
  ];

  test.for(KEYS)('a key of %s', async ([kind, make, speak, no]) => {
    const pair = keyOf(kind, make);
    for (const version of [...speak, ...no]) {
      const upgraded = await against([V[version], '-cipher', 'ALL:!aNULL:@SECLEVEL=0'], 'any', pair);
      if (speak.includes(version)) {
        expect(upgraded).toMatchObject({ ok: true, protocol: `TLSv${version.replace('.0', '')}` });
        expect(upgraded.ok && upgraded.certificate).toMatchObject({ selfSigned: true, subject: `CN=${HOST}` });
      } else {
        expect(upgraded).toMatchObject({ ok: false, failure: 'handshake', code: expect.stringMatching(/ALERT/) });
      }
    }
  });

  test('a DSA key is the last choice of who has another', async () => {
    const { key, cert } = keyOf('second', DSA);
    const both = ['-tls1_2', '-cipher', 'ALL:!aNULL:@SECLEVEL=0', '-dkey', key, '-dcert', cert];
    expect(await against(both)).toMatchObject({ ok: true, cipher: 'ECDHE-RSA-AES256-GCM-SHA384' });
  });

  test('an exponent that only other libraries compute with is our limit', async () => {
    // OpenSSL takes no more than 64 bits of one once a modulus has more than 3,072.
    const key = file('exponent.key');
    const cert = file('exponent.cert');
    const options = ['rsa_keygen_bits:3080', 'rsa_keygen_pubexp:73786976294838206473'];
    const make = ['genpkey', '-algorithm', 'RSA', ...options.flatMap((option) => ['-pkeyopt', option]), '-out', key];
    execFileSync('openssl', make, { stdio: 'ignore' });
    execFileSync('openssl', ['req', '-x509', '-key', key, '-subj', `/CN=${HOST}`, '-out', cert], { stdio: 'ignore' });
    expect(await against(['-tls1_2'], 'any', { key, cert })).toMatchObject({
      ok: false,
      failure: 'local-limits',
      code: 'ERR_SSL_BAD_E_VALUE',
    });
  });

  const alert = (description: number) => Buffer.from([0x15, 3, 1, 0, 2, 2, description]);
  const ssl3Hello = Buffer.from([
    0x16,
    3,
    0,
    0,
    42,
    2,
    0,
    0,
    38,
    3,
    0,
    ...new Array<number>(32).fill(7),
    0,
    0,
    0x2f,
    0,
  ]);

  test.for<readonly [string, Buffer, string]>([
    ['that answers in SSL 3', ssl3Hello, 'local-limits'],
    ['whose newest version is too old', alert(70), 'local-limits'],
    ['that cannot agree', alert(40), 'handshake'],
    ['in trouble', alert(80), 'handshake'],
    ['that cannot read us', alert(50), 'handshake'],
    ['that speaks no TLS', Buffer.from('220 mx.test\r\n'), 'handshake'],
  ])('a peer %s is %s', async ([, bytes, failure]) => {
    expect(await answered(bytes)).toMatchObject({ ok: false, failure });
  });

  async function answered(bytes: Buffer): Promise<Upgraded> {
    const server = net.createServer((socket) =>
      socket.on('error', () => undefined).once('data', () => socket.end(bytes)),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = (server.address() as net.AddressInfo).port;
    const dialer = createDialer({ policy, ports: new Set([port]) });
    const dialed = await dialer.connect({ ip: '127.0.0.1', port, deadline: soon() });
    if (!dialed.ok) throw new Error(dialed.failure);
    const upgraded = await dialer.upgrade(dialed.socket, { name: HOST, purpose: 'any' });
    server.close();
    return upgraded;
  }

  const secp256k1 = () => readFileSync(keyOf('unnamed', [...EC, 'ec_paramgen_curve:secp256k1']).cert, 'latin1');
  const p256 = () => makeCertificate({ names: [HOST] });

  test.for<readonly [string, () => Promise<string>, string]>([
    ['on a curve that we did not name', async () => secp256k1(), 'WRONG_CURVE'],
    [
      'on an unknown curve',
      async () => altered(await p256(), (der) => der.replace(P256, '$1\x7f')).cert,
      'DECODE_ERROR',
    ],
    [
      'of an unknown algorithm',
      async () => altered(await p256(), (der) => der.replace(EC_KEY, '$1\x7f')).cert,
      'DECODE_ERROR',
    ],
  ])('a key %s is our limit', async ([, make, code]) => {
    expect(await answered(serverFlight(await make()))).toEqual({
      ok: false,
      failure: 'local-limits',
      code: `ERR_SSL_${code}`,
    });
  });

  test('strict trusts nothing so old', async () => {
    expect(await against(['-tls1', '-cipher', 'DEFAULT:@SECLEVEL=0'], 'strict')).toMatchObject({ ok: false });
  });
});

/** The object identifiers of P-256 and of elliptic curve keys, but for their last byte. */
const P256 = /(\x2a\x86\x48\xce\x3d\x03\x01)\x07/;
const EC_KEY = /(\x2a\x86\x48\xce\x3d\x02)\x01/;

/** What a TLS 1.2 server that signs with an elliptic curve key sends first: this certificate, whatever it was asked for. */
function serverFlight(cert: string): Buffer {
  const sized = (bytes: number, content: Buffer) => {
    const size = Buffer.alloc(bytes);
    size.writeUIntBE(content.length, 0, bytes);
    return Buffer.concat([size, content]);
  };
  const message = (type: number, content: Buffer) => Buffer.concat([Buffer.from([type]), sized(3, content)]);
  const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
  const random = Buffer.alloc(32, 7);
  const flight = Buffer.concat([
    // ECDHE-ECDSA-AES128-GCM-SHA256, and the renegotiation of RFC 5746.
    message(2, Buffer.concat([hex('0303'), random, hex('00 c02b 00 0005 ff01 0001 00')])),
    message(11, sized(3, sized(3, Buffer.from(cert.replace(/-----.*-----/g, ''), 'base64')))),
    // X25519, signed by ECDSA with SHA-256.
    message(12, Buffer.concat([hex('03 001d 20'), random, hex('0403'), sized(2, random)])),
    message(14, Buffer.alloc(0)),
  ]);
  return Buffer.concat([hex('16 0303'), sized(2, flight)]);
}
