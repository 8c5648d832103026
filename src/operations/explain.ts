/**
 * What a reply, a session or a bounce that somebody pasted means and what to do about it. A pasted session is judged by the
 * same judge as a live probe. Asks nobody, keeps nothing.
 */

import { diagnoseSession } from '../diagnosis/diagnose.ts';
import { renderAll } from '../diagnosis/findings.ts';
import { explainText, summarise } from '../diagnosis/replies.ts';
import { ok, refuse, refuseMember } from '../outcome.ts';
import { say } from '../texts/text.ts';
import { ExplainInput, Explanation } from './contract.ts';
import type { Operation } from './types.ts';

/** Octets of UTF-8 (contract §5). */
const MAX_BYTES = 65_536;

export const explain: Operation<ExplainInput, Explanation> = {
  id: 'explain',
  scope: 'read',
  input: ExplainInput,
  output: Explanation,
  async run({ text }, { lang }) {
    if (Buffer.byteLength(text) > MAX_BYTES)
      return refuse('body-too-large', `text may hold ${MAX_BYTES} octets at most`);
    if (text.trim() === '') return refuseMember('/text', 'must not be empty');
    const explained = explainText(text);
    const { facts, port } = explained;
    const findings = facts === null ? [] : diagnoseSession(facts, { port: port ?? 25, host: null });
    return ok({
      replies: explained.replies.map((reply) => ({
        code: reply.code,
        enhanced: reply.enhanced,
        class: reply.class,
        meaning: say(reply.meaning, lang),
        fix: say(reply.fix, lang),
        article: reply.article,
      })),
      findings: renderAll(findings, lang) as Explanation['findings'],
      summary: summarise(explained, lang),
    });
  },
};
