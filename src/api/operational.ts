/**
 * What operators and machines ask: is it alive, is it ready, what are the figures. No domain, no address, no secret in any
 * answer. Health is open to everybody; the figures are for callers.
 */

import type { FastifyInstance } from 'fastify';
import type { Services } from '../operations/types.ts';
import type { Guards, Lifecycle } from './guard.ts';
import type { DoorMetrics } from './metrics.ts';
import type { Pressure } from './pressure.ts';
import { send, sendJson, sendProblem, visitOf } from './visit.ts';

export type OperationalOptions = {
  readonly services: Services;
  readonly guards: Guards;
  readonly metrics: DoorMetrics;
  readonly lifecycle: Lifecycle;
  readonly pressure: Pressure;
};

export function registerOperational(app: FastifyInstance, options: OperationalOptions): void {
  const { services, guards, metrics, lifecycle, pressure } = options;
  metrics.gauge('mxscope_smtp_sessions_open', 'SMTP sessions open now', () => services.gate.open);
  metrics.gauge(
    'mxscope_smtp_sessions_limit',
    'SMTP sessions that may be open at a time (MAX_PROBES)',
    () => services.config.maxProbes,
  );
  metrics.gauge('mxscope_redis_up', '1 while Redis answers, or is not used; 0 while it is away', () =>
    services.redisStatus() === 'down' ? 0 : 1,
  );
  metrics.gauge(
    'mxscope_event_loop_delay_seconds',
    'Delay of the event loop, as load is shed by',
    () => pressure.delayMs / 1000,
  );

  app.get('/health/live', { onRequest: guards.everybody('/health/live') }, (request) =>
    sendJson(visitOf(request), '{"status":"ok"}'),
  );
  app.get('/health/ready', { onRequest: guards.everybody('/health/ready') }, (request) => {
    if (lifecycle.stopping) {
      sendProblem(visitOf(request), { code: 'unavailable', detail: 'this instance is stopping' });
      return;
    }
    const redis = services.redisStatus();
    sendJson(visitOf(request), JSON.stringify({ status: redis === 'down' ? 'degraded' : 'ok', redis }));
  });
  app.get('/metrics', { onRequest: guards.operators('/metrics') }, async (request) => {
    const visit = visitOf(request);
    visit.spoken = 'en';
    send(visit, 200, metrics.contentType, await metrics.text());
  });
}
