/**
 * Which methods a path offers, so that a wrong method is a 405 with `Allow` and a wrong path a 404. Filled as routes are
 * registered, asked only for requests that no route took. Pure.
 */

export interface KnownPaths {
  add(method: string, url: string): void;
  /** Empty for a path that is not known. OPTIONS is offered wherever something is. */
  methodsOf(url: string): readonly string[];
}

export function createKnownPaths(): KnownPaths {
  const paths = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  return {
    add(method, url) {
      let path = paths.get(url);
      if (!path) {
        path = { pattern: patternOf(url), methods: new Set(['OPTIONS']) };
        paths.set(url, path);
      }
      path.methods.add(method);
    },
    methodsOf(url) {
      const bare = pathOf(url);
      for (const { pattern, methods } of paths.values()) if (pattern.test(bare)) return [...methods].sort();
      return [];
    },
  };
}

/** As the router reads it: RFC 9112 §3.2.2 lets a client send the whole URL, RFC 3986 §2.3 any letter as an escape. */
function pathOf(url: string): string {
  const [path = ''] = url.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1);
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** `/v1/domains/:domain/mx`: a parameter is anything up to the next slash. */
function patternOf(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}$`);
}
