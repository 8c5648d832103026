/**
 * The HTTP application over the services: the same in tests and in production, every part registered explicitly, in this
 * order. Listens to nothing by itself and reads no environment. Whatever goes wrong is answered as a problem document.
 */

import type { FastifyInstance } from 'fastify';
import { createAdmission } from './api/admission.ts';
import { createClientAddress } from './api/client-address.ts';
import type { Door } from './api/door.ts';
import { registerGraphql } from './api/graphql.ts';
import { createGuards, type Lifecycle } from './api/guard.ts';
import { addHooks } from './api/hooks.ts';
import { createKeyRing, type KeyRing } from './api/keys.ts';
import { createMetrics, type DoorMetrics } from './api/metrics.ts';
import { registerOperational } from './api/operational.ts';
import { registerPages } from './api/pages.ts';
import { watchPressure } from './api/pressure.ts';
import { registerRest } from './api/rest.ts';
import { createServer } from './api/server.ts';
import { openShortWay } from './api/short-way.ts';
import type { House } from './api/visit.ts';
import { createLog, type Log } from './log.ts';
import type { Services } from './operations/types.ts';

export type AppOptions = {
  /** Nothing is written without one. */
  readonly log?: Log;
  /** The registry whose `operations` the services count with. */
  readonly metrics?: DoorMetrics;
  /** Keys that may be exchanged while the application runs; those of the settings otherwise. */
  readonly keys?: KeyRing;
  readonly lifecycle?: Lifecycle;
};

export async function buildApp(services: Services, options: AppOptions = {}): Promise<FastifyInstance> {
  const { config } = services;
  const metrics = options.metrics ?? createMetrics();
  const keys = options.keys ?? createKeyRing(config.apiKeys);
  const lifecycle = options.lifecycle ?? { stopping: false, signal: new AbortController().signal };
  const keyed = config.apiKeys.length > 0 || config.apiKeysFile !== null;
  const pressure = watchPressure();
  const guards = createGuards(createAdmission(keys, keyed), metrics, lifecycle, pressure);
  const door: Door = { services, guards, signal: lifecycle.signal, keyed };
  const house: House = {
    log: options.log ?? createLog('silent', { write() {} }),
    addressOf: createClientAddress(config.trustProxy),
    vary: config.corsOrigins.length === 0 ? 'Accept-Language' : 'Accept-Language, Origin',
    tracer: services.tracer,
    stopping: () => lifecycle.stopping,
  };

  const app = createServer({ house, metrics, corsOrigins: config.corsOrigins });
  addHooks(app, { house, metrics, corsOrigins: config.corsOrigins });
  app.addHook('onClose', async () => pressure.stop());
  registerRest(app, door);
  registerGraphql(app, door);
  registerOperational(app, { services, guards, metrics, lifecycle, pressure });
  registerPages(app, guards);
  openShortWay(app, door, house, metrics);
  return app;
}
