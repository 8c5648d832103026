/**
 * What a `REDIS_URL` says: `redis://user:password@host:port/db`, `rediss://` for TLS, `redis+cluster://a:1,b:2`,
 * `redis+sentinel://a:1,b:2/master-name/db`. Pure; throws an error that names the rule and repeats nothing of the URL,
 * since it may hold a password.
 */

export type RedisNode = { readonly host: string; readonly port: number };

export type RedisTarget = {
  readonly kind: 'single' | 'cluster' | 'sentinel';
  readonly tls: boolean;
  readonly nodes: readonly [RedisNode, ...RedisNode[]];
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
  /** With sentinel only. */
  readonly master: string | undefined;
};

const FORM = /^redis(s?)(\+cluster|\+sentinel)?:\/\/(?:([^@]*)@)?([^/?#@]+)((?:\/[^/?#]*)*)$/;
const NODE = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/;

export function readRedisUrl(url: string): RedisTarget {
  const match = FORM.exec(url);
  if (match === null) throw new Error('REDIS_URL: must be redis://, rediss://, redis+cluster:// or redis+sentinel://');
  const [, tls, form, userinfo = '', hosts = '', path = ''] = match;
  const kind = form === '+cluster' ? 'cluster' : form === '+sentinel' ? 'sentinel' : 'single';
  const [first, ...others] = hosts.split(',').map((host) => readNode(host, kind));
  if (first === undefined || (kind === 'single' && others.length > 0)) {
    throw new Error('REDIS_URL: several hosts need redis+cluster:// or redis+sentinel://');
  }
  const parts = path.split('/').filter((part) => part !== '');
  const master = kind === 'sentinel' ? parts.shift() : undefined;
  if (kind === 'sentinel' && master === undefined) throw new Error('REDIS_URL: redis+sentinel:// must name the master');
  return { kind, tls: tls === 's', nodes: [first, ...others], ...readUser(userinfo), db: readDb(parts, kind), master };
}

function readNode(text: string, kind: RedisTarget['kind']): RedisNode {
  const match = NODE.exec(text);
  const port = Number(match?.[2] ?? (kind === 'sentinel' ? 26379 : 6379));
  if (match?.[1] === undefined || port < 1 || port > 65535) {
    throw new Error('REDIS_URL: a host must be host, host:port or [address]:port');
  }
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
}

function readUser(userinfo: string): Pick<RedisTarget, 'username' | 'password'> {
  const colon = userinfo.indexOf(':');
  const part = (text: string) => {
    try {
      return decodeURIComponent(text) || undefined;
    } catch {
      throw new Error('REDIS_URL: user and password must be percent-encoded');
    }
  };
  if (colon < 0) return { username: part(userinfo), password: undefined };
  return { username: part(userinfo.slice(0, colon)), password: part(userinfo.slice(colon + 1)) };
}

function readDb(parts: readonly string[], kind: RedisTarget['kind']): number {
  const [db = '0', ...more] = parts;
  if (more.length > 0 || !/^\d{1,4}$/.test(db)) throw new Error('REDIS_URL: the path must be a database number');
  if (kind === 'cluster' && db !== '0') throw new Error('REDIS_URL: a cluster has database 0 only');
  return Number(db);
}
