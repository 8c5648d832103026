/** What runs in the thread of `slowPath` in `redis.ts`: passes on what comes, later. Hears the delay, tells its port. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

let delayMs = 0;
parentPort?.on('message', (ms: number) => {
  delayMs = ms;
});

const server = createServer((client) => {
  const upstream = connect(workerData, '127.0.0.1');
  for (const socket of [client, upstream]) {
    socket
      .on('error', () => {})
      .on('close', () => {
        client.destroy();
        upstream.destroy();
      });
  }
  client.on('data', (data) => setTimeout(() => upstream.write(data), delayMs / 2));
  upstream.on('data', (data) => setTimeout(() => client.write(data), delayMs / 2));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
parentPort?.postMessage((server.address() as AddressInfo).port);
