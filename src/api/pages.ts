/**
 * The OpenAPI document and two pages for people: `/docs` (Swagger UI over it) and `/graphiql`. Every byte comes from npm packages
 * installed with the service; the content security policy lets a browser load nothing from anywhere else. Files are read
 * when asked for, from a fixed list: no path of a request ever reaches the file system.
 */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Guards } from './guard.ts';
import { send, sendJson, type Visit, visitOf } from './visit.ts';

/** Both user interfaces set styles from scripts; neither needs a script or a font from elsewhere. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

type Asset = { readonly path: string; readonly type: string } & (
  | { readonly text: string }
  | { readonly file: () => string }
);

const require = createRequire(import.meta.url);
/** A file of an installed package, found as Node finds the package itself. */
const fileOf = (name: string, file: string) => () => join(dirname(require.resolve(`${name}/package.json`)), file);

const page = (title: string, styles: readonly string[], scripts: readonly string[], root: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
${styles.map((href) => `<link rel="stylesheet" href="${href}">`).join('\n')}
</head>
<body>
<div id="${root}"></div>
${scripts.map((src) => `<script src="${src}"></script>`).join('\n')}
</body>
</html>
`;

const DOCS_START = `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#root',
  validatorUrl: null,
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis],
});
`;

const GRAPHIQL_START = `const fetcher = async (body, { headers } = {}) => {
  const answer = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return answer.json();
};
const first = \`{
  domain(name: "nectec.or.th") {
    mx { status ttl exchanges { preference host addresses { ip } } findings { code severity } }
  }
}
\`;
ReactDOM.createRoot(document.getElementById('root')).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: first }),
);
`;

const GRAPHIQL_STYLE = 'html, body, #root { height: 100%; margin: 0; }\n';

const ASSETS: readonly Asset[] = [
  {
    path: '/docs',
    type: HTML,
    text: page('mxscope: the API', ['/docs/swagger-ui.css'], ['/docs/swagger-ui-bundle.js', '/docs/start.js'], 'root'),
  },
  { path: '/docs/start.js', type: SCRIPT, text: DOCS_START },
  { path: '/docs/swagger-ui.css', type: STYLE, file: fileOf('@fastify/swagger-ui', 'static/swagger-ui.css') },
  {
    path: '/docs/swagger-ui-bundle.js',
    type: SCRIPT,
    file: fileOf('@fastify/swagger-ui', 'static/swagger-ui-bundle.js'),
  },
  {
    path: '/graphiql',
    type: HTML,
    text: page(
      'mxscope: GraphQL',
      ['/graphiql/graphiql.css', '/graphiql/page.css'],
      ['/graphiql/react.js', '/graphiql/react-dom.js', '/graphiql/graphiql.js', '/graphiql/start.js'],
      'root',
    ),
  },
  { path: '/graphiql/start.js', type: SCRIPT, text: GRAPHIQL_START },
  { path: '/graphiql/page.css', type: STYLE, text: GRAPHIQL_STYLE },
  { path: '/graphiql/graphiql.css', type: STYLE, file: fileOf('graphiql', 'graphiql.min.css') },
  { path: '/graphiql/graphiql.js', type: SCRIPT, file: fileOf('graphiql', 'graphiql.min.js') },
  { path: '/graphiql/react.js', type: SCRIPT, file: fileOf('react', 'umd/react.production.min.js') },
  { path: '/graphiql/react-dom.js', type: SCRIPT, file: fileOf('react-dom', 'umd/react-dom.production.min.js') },
];

export function registerPages(app: FastifyInstance, guards: Guards): void {
  let document: Promise<string> | undefined;
  app.get('/openapi.json', { onRequest: guards.everybody('/openapi.json') }, async (request) => {
    document ??= import('./openapi.ts').then(async ({ openApiDocument }) => JSON.stringify(await openApiDocument()));
    const visit = visitOf(request);
    visit.spoken = 'en';
    sendJson(visit, await document);
  });
  for (const asset of ASSETS) {
    const handler = (request: FastifyRequest) => sendAsset(asset, visitOf(request));
    app.get(asset.path, { onRequest: guards.everybody(asset.path) }, handler);
  }
  // What other tools link to.
  app.get('/docs/', { onRequest: guards.everybody('/docs') }, (request) => {
    const visit = visitOf(request);
    visit.head.push('location', '/docs');
    send(visit, 308, null, '');
  });
}

async function sendAsset(asset: Asset, visit: Visit): Promise<void> {
  const body = 'text' in asset ? asset.text : await readFile(asset.file());
  visit.policy = PAGE_POLICY;
  visit.spoken = 'en';
  visit.head.push('referrer-policy', 'no-referrer');
  send(visit, 200, asset.type, body);
}
