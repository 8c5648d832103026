/**
 * What a check of a move under way has to say: servers that disagree, lag or do not serve the zone, and hosts that are not
 * in the state the stage asks of them. Pure data; the texts stand in src/texts/migration.ts under the same codes.
 */

import type { Confidence, Finding, Severity } from '../diagnosis/types.ts';
import type { AuthoritativeRow, CheckInput, MigrationStage } from './migration-check.ts';
import type { HostState } from './migration-model.ts';

export const migrationFinding = (
  code: string,
  severity: Severity,
  confidence: Confidence,
  params: Finding['params'],
  evidence: readonly string[],
): Finding => ({ code: `migration-${code}`, severity, confidence, params, evidence });

const SEEN: Readonly<Record<HostState, string>> = {
  silent: 'no answer to the connection attempt',
  refusing: 'connection refused',
  accepting: 'answers SMTP and accepts the greeting',
  rejecting: 'answers SMTP and turns senders away',
  unknown: 'could not be tried from here',
};

/** One line of evidence: what the SMTP port of a host did. */
export const sightingOf = (host: string, state: HostState): string => `${host}: ${SEEN[state]}`;

const down = (state: HostState): boolean => state !== 'accepting' && state !== 'unknown';

export function serverFindings(rows: readonly AuthoritativeRow[], agree: boolean): Finding[] {
  const found: Finding[] = [];
  const answered = rows.filter((row) => row.error === null);
  const serials = answered.map((row) => `${row.server}: serial ${row.serial ?? 'none'}`);
  if (!agree) {
    const evidence = answered.map((row) => `${row.server}: ${row.records.join(' | ') || 'no MX record'}`);
    found.push(migrationFinding('servers-disagree', 'warning', 'certain', { count: answered.length }, evidence));
  } else if (new Set(answered.map((row) => row.serial)).size > 1) {
    // The route is the same everywhere: an older copy of the zone matters when the next change comes.
    found.push(migrationFinding('serials-differ', 'info', 'certain', { count: answered.length }, serials));
  }
  for (const { server, error } of rows) {
    if (error === 'lame') {
      found.push(migrationFinding('server-lame', 'warning', 'certain', { server }, [`${server}: answer without AA`]));
    } else if (error !== null) {
      // Our network may be what failed: no verdict on the server, but the check has not seen everything.
      found.push(migrationFinding('server-silent', 'warning', 'possible', { server, error }, [`${server}: ${error}`]));
    }
  }
  return found;
}

/** The stage of such a check is what is remembered. */
export function nobodyAnswered(rows: readonly AuthoritativeRow[]): Finding {
  const evidence = rows.map(({ server, error }) => `${server}: ${error}`);
  return migrationFinding('none-answered', 'warning', 'certain', {}, evidence);
}

export function hostFindings(input: CheckInput, stage: MigrationStage, rows: readonly AuthoritativeRow[]): Finding[] {
  const { oldHost, newHost, oldState, newState } = input;
  const lines = rows.flatMap((row) => row.records.map((record) => `${row.server}: ${record}`));
  const found: Finding[] = [];
  const params = { oldHost, newHost };
  if (stage === 'retired' && down(newState)) {
    found.push(migrationFinding('new-down', 'error', 'likely', params, [sightingOf(newHost, newState), ...lines]));
  }
  if (stage === 'published' && newState === 'silent') {
    found.push(migrationFinding('new-silent', 'warning', 'likely', { host: newHost }, [sightingOf(newHost, newState)]));
  }
  if (stage === 'published' && newState === 'rejecting') {
    const evidence = [sightingOf(newHost, newState), ...lines];
    found.push(migrationFinding('new-answering', 'warning', 'certain', { host: newHost }, evidence));
  }
  if ((stage === 'not-started' || stage === 'published') && down(oldState)) {
    found.push(migrationFinding('old-down', 'error', 'likely', params, [sightingOf(oldHost, oldState), ...lines]));
  }
  const named = (host: string) => lines.some((line) => line.endsWith(` ${host}.`));
  const absent = !named(oldHost) && !named(newHost) && lines.length > 0;
  if (absent) found.push(migrationFinding('hosts-absent', 'warning', 'certain', params, lines));
  return found;
}
