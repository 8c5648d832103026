import { describe, expect, test } from 'vitest';
import { keyEntry, startApp } from './harness.ts';

/** A query, even an empty one, makes a request go the whole way; without one it takes the short one. */
const WHOLE = '/v1/domains/nectec.or.th/mx?';
const SHORT = '/v1/domains/nectec.or.th/mx';

const app = await startApp({
  env: {
    API_KEYS: [keyEntry('reader', 'read-key', 'read'), keyEntry('prober', 'probe-key', 'probe')].join(','),
    CORS_ORIGINS: 'https://portal.example',
  },
});

const comparable = async (path: string, headers: Record<string, string>) => {
  const response = await app.get(path, { 'x-request-id': 'same', ...headers });
  const kept = [...response.headers].filter(([name]) => name !== 'date' && name !== 'ratelimit');
  return { status: response.status, headers: kept.toSorted(), body: await response.text() };
};

describe('the short way and the whole way give one answer', () => {
  test.for<[string, Record<string, string>]>([
    ['plainly', {}],
    ['in Thai', { 'accept-language': 'th' }],
    ['to one who has it', { 'if-none-match': '*' }],
    ['with the key in the other header', { authorization: '', 'x-api-key': 'read-key' }],
    ['to a page of an allowed origin', { origin: 'https://portal.example' }],
    ['to a page of another origin', { origin: 'https://other.example' }],
    ['to a key without the scope', { authorization: 'Bearer probe-key' }],
    ['to a wrong key', { authorization: 'Bearer wrong' }],
  ])('%s', async ([, headers]) => {
    const key = { authorization: 'Bearer read-key' };
    await app.get(SHORT, key);
    // Both within one second of the clock, in which the answer does not age.
    let [short, whole] = [
      await comparable(SHORT, { ...key, ...headers }),
      await comparable(WHOLE, { ...key, ...headers }),
    ];
    if (short.body !== whole.body) {
      [short, whole] = [
        await comparable(SHORT, { ...key, ...headers }),
        await comparable(WHOLE, { ...key, ...headers }),
      ];
    }
    expect(short).toEqual(whole);
  });

  test('and one log line each', async () => {
    app.log.length = 0;
    for (const path of [SHORT, WHOLE])
      await app.get(path, { authorization: 'Bearer read-key', 'x-request-id': 'twice' });
    const lines = app.log.map(({ time: _, ms: __, ...line }) => line);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toEqual(lines[1]);
    expect(lines[0]).toMatchObject({ id: 'twice', route: '/v1/domains/:domain/mx', status: 200, caller: 'reader' });
  });

  test('an instance that is stopping takes neither', async () => {
    app.lifecycle.stopping = true;
    const answers = [SHORT, WHOLE].map((path) => app.get(path, { authorization: 'Bearer read-key' }));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([503, 503]);
    app.lifecycle.stopping = false;
  });
});
