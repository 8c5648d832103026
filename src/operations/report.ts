/**
 * Everything about a domain's mail in one answer: the MX answer, a probe of every exchange, what a conforming sender would do
 * right now, and the verdict. Also the route drawn from the same facts. Partial trouble gives a partial report; only DNS
 * that gave no answer at all refuses it.
 */

import { Type } from '@sinclair/typebox';
import { delivery, renderDelivery } from '../diagnosis/delivery.ts';
import { buildRoute, drawMermaid, drawSvg } from '../diagnosis/drawing.ts';
import { renderAll } from '../diagnosis/findings.ts';
import { judgeRoute } from '../diagnosis/judge-route.ts';
import { mergeByCause } from '../diagnosis/together.ts';
import { summarise, type Verdict, verdict } from '../diagnosis/verdict.ts';
import type { Domain } from '../dns/name.ts';
import type { MailRoute } from '../mx/types.ts';
import { type Outcome, ok } from '../outcome.ts';
import { DomainName, Report, Route } from './contract.ts';
import { renderAnswer, store } from './mx-answer.ts';
import { aboutRoute, keepProbe, optionsOf, type ProbeRecord, renderProbe } from './probe.ts';
import { domainOf, lookUp } from './resolve.ts';
import { runSessions } from './sessions.ts';
import { targetsOfRoute } from './targets.ts';
import type { Context, Operation, Services } from './types.ts';

export type AdviceInput = { readonly domain: string; readonly fresh?: boolean };

const input = Type.Object(
  { domain: DomainName, fresh: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
);

/** What the report and the route are made from. */
type Survey = { readonly domain: Domain; readonly route: MailRoute; readonly probe: ProbeRecord };

export const report: Operation<AdviceInput, Report> = {
  id: 'report',
  scope: 'probe',
  input,
  output: Report,
  async run(input, context, services) {
    const surveyed = await survey(input, context, services);
    if (!surveyed.ok) return surveyed;
    const { domain, route, probe } = surveyed.value;
    const { lang } = context;
    const now = services.now();
    const mxFindings = judgeRoute(route, services.policy.isPublic);
    const findings = mergeByCause([...mxFindings, ...probe.findings]);
    const facts = delivery(route, probe.hosts);
    const judged: Verdict = verdict(route, facts, findings);
    const { state, layer } = route.cache;
    return ok({
      domain,
      mx: renderAnswer(store(route, mxFindings), lang, { now, state, layer, cacheable: false }).answer(),
      probe: renderProbe(probe, lang),
      delivery: renderDelivery(facts, route, lang) as Report['delivery'],
      verdict: judged,
      findings: renderAll(findings, lang) as Report['findings'],
      summary: summarise({ route, delivery: facts, verdict: judged, findings }, lang),
    });
  },
};

/** The route as data, and as it is drawn. */
export type DrawnRoute = { readonly route: Route; readonly svg: () => string; readonly mermaid: () => string };

export const route: Operation<AdviceInput, DrawnRoute> = {
  id: 'route',
  scope: 'probe',
  input,
  output: Route,
  async run(input, context, services) {
    const surveyed = await survey(input, context, services);
    if (!surveyed.ok) return surveyed;
    const { route: mail, probe } = surveyed.value;
    const drawn = buildRoute(mail, delivery(mail, probe.hosts), context.lang) as Route;
    return ok({
      route: drawn,
      svg: () => drawSvg(drawn, context.lang),
      mermaid: () => drawMermaid(drawn, context.lang),
    });
  },
};

async function survey(input: AdviceInput, context: Context, services: Services): Promise<Outcome<Survey>> {
  const parsed = domainOf(input.domain, '/domain');
  if (!parsed.ok) return parsed;
  const domain = parsed.value;
  const started = performance.now();
  const found = await lookUp(domain, input.fresh === true, services);
  if (!found.ok) return found;
  const targets = targetsOfRoute(found.value, undefined);
  const options = optionsOf({ domain, fresh: input.fresh === true }, started);
  const judged = await runSessions(targets, options, context, services);
  if (!judged.ok) return judged;
  const findings = [...aboutRoute(found.value, targets, services), ...judged.value.findings];
  const probe = await keepProbe({ ...judged.value, findings }, { domain, port: options.port, started }, services);
  return ok({ domain, route: found.value, probe });
}
