/** The yardstick: a Fastify server with one route that sends the bytes it is given. */

import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

const bytes = readFileSync(process.env.BYTES ?? '', 'utf8');
const app = Fastify();
app.get('/', (_request, reply) => {
  reply.header('content-type', 'application/json; charset=utf-8').send(bytes);
});
process.on('SIGTERM', () => app.close());
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
