import { describe, expect, test } from 'vitest';
import { readRedisUrl } from '../../src/store/redis-url.ts';

describe('REDIS_URL', () => {
  const single = { kind: 'single', tls: false, username: undefined, password: undefined, db: 0, master: undefined };
  test.each([
    ['redis://127.0.0.1', { ...single, nodes: [{ host: '127.0.0.1', port: 6379 }] }],
    ['redis://cache.example:7000/3', { ...single, nodes: [{ host: 'cache.example', port: 7000 }], db: 3 }],
    ['redis://[::1]:6380/', { ...single, nodes: [{ host: '::1', port: 6380 }] }],
    [
      'rediss://app:p%40ss%2Fword@cache.example',
      { ...single, tls: true, nodes: [{ host: 'cache.example', port: 6379 }], username: 'app', password: 'p@ss/word' },
    ],
    ['redis://:only@h', { ...single, nodes: [{ host: 'h', port: 6379 }], password: 'only' }],
    [
      'redis+cluster://a:1,b:2,[::1]:3',
      {
        ...single,
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
          { host: '::1', port: 3 },
        ],
      },
    ],
    [
      'rediss+sentinel://u:p@a,b:2/main/1',
      {
        kind: 'sentinel',
        tls: true,
        nodes: [
          { host: 'a', port: 26379 },
          { host: 'b', port: 2 },
        ],
        username: 'u',
        password: 'p',
        db: 1,
        master: 'main',
      },
    ],
  ])('reads %s', (url, target) => {
    expect(readRedisUrl(url)).toEqual(target);
  });

  test.each([
    ['', /must be redis/],
    ['http://h', /must be redis/],
    ['redis://', /must be redis/],
    ['redis://h:0', /host:port/],
    ['redis://h:65536', /host:port/],
    ['redis://h:x', /host:port/],
    ['redis://a:1,b:2', /several hosts/],
    ['redis://h/x', /database number/],
    ['redis://h/1/2', /database number/],
    ['redis+cluster://a,b/1', /database 0/],
    ['redis+sentinel://a:1', /name the master/],
    ['redis://u:%zz@h', /percent-encoded/],
    ['redis://u:secret@h:x', /host:port/],
  ])('refuses %s and repeats nothing of it', (url, rule) => {
    expect(() => readRedisUrl(url)).toThrow(rule);
    expect(() => readRedisUrl(url)).not.toThrow(/secret/);
  });
});
