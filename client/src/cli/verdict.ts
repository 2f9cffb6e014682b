/** Judgements in words, and the check that trust adds to the judgement of a report. */
import type { Explanation, ReportExplanation } from '@perf-aggregator/attestation';
import type { Check } from '@perf-aggregator/attestation/checklist';
import { conductRows } from '../present/conduct-rows.ts';
import { explanationsOf } from '../present/explain.ts';
import { percent, time } from '../present/format.ts';
import { type NumberMetric, numberRow } from '../present/labels.ts';
import { type Rows, table } from '../present/table.ts';
import type { ServiceTrust } from './trust.ts';

/** Checks a report against the trusted configuration. This is not a rule of reports, but what the user asked for. */
export function heldAgainst({ configSha256 }: ServiceTrust, judged: ReportExplanation): Judged {
  if (configSha256 === undefined || !judged.verified) return judged;
  const ok = judged.claims?.configSha256 === configSha256;
  const detail = `configuration ${judged.claims?.configSha256.slice(0, 16) ?? '—'}…`;
  const checks = [...judged.checks, { rule: 'configuration', ok, detail }];
  return ok ? { ...judged, checks } : { ...judged, checks, verified: false, code: 'config_mismatch' };
}

/** A judgement with the check that trust adds. */
export interface Judged extends Omit<ReportExplanation, 'code' | 'checks'> {
  readonly code: ReportExplanation['code'] | 'config_mismatch';
  readonly checks: readonly Check<string>[];
}

/** One line for each rule. */
export function checkTable(checks: readonly Check<string>[]): string {
  const sign = (ok: boolean | null) => (ok === null ? '·' : ok ? '✓' : '✗');
  const rows: Rows = checks.map(({ rule, ok, detail }) => [`${sign(ok)} ${rule}`, detail]);
  return table(rows);
}

/** The final verdict on a document. */
export function documentVerdict({ verified, simulated, code, document }: Explanation): string {
  if (!verified) return `NOT VERIFIED: ${code}${hintOn(code)}`;
  const made = document ? ` made ${time(document.timestamp)} UTC` : '';
  return simulated
    ? `SIMULATED document${made}: valid under the given root, not AWS hardware`
    : `VERIFIED${made}`;
}

/** The final verdict on a report, and the report's content. */
export function reportVerdict({ verified, simulated, code, claims, attestation }: Judged): string {
  if (!verified || !claims) {
    const failed = attestation?.checks.find(({ ok }) => ok === false);
    return `NOT VERIFIED: ${code}${failed ? ` (${failed.rule}: ${failed.detail})` : ''}${hintOn(code)}`;
  }
  const { metrics, period } = claims;
  const disclosed = (name: NumberMetric) =>
    metrics[name] === undefined ? [] : [numberRow(name, metrics[name])];
  const shown = Object.keys(metrics).length;
  return [
    simulated ? 'SIMULATED: the report is intact, but no AWS hardware vouches for it' : 'VERIFIED',
    table([
      ['Period', `${period.from} to ${period.to}${claims.periodIsFullHistory ? ' (full history)' : ''}`],
      [
        'Venues',
        `${claims.venues.join(', ')}: ${claims.accountsIncluded} of ${claims.accountsInSession} account(s)`,
      ],
      ['Full-history return', percent(claims.fullHistoryReturn)],
      ['Full-history drawdown', percent(claims.fullHistoryMaxDrawdown)],
      ['Adverse return', percent(claims.adverseReturn)],
      ...conductRows(claims),
      ...disclosed('totalReturn'),
      ...disclosed('sharpeRatio'),
      ...disclosed('maxDrawdown'),
      ['Disclosed metrics', String(shown)],
      ['Valid until', `${time(claims.exp * 1_000)} UTC`],
    ]),
    '',
    claims.statement,
  ].join('\n');
}

/** Advice on a verdict, on its own line. */
function hintOn(code: string | null): string {
  const kinds = ['VerificationError', 'PolicyError', 'ReportError', 'SecurityError'];
  const known = explanationsOf(code ?? '').find(({ of }) => of.some((name) => kinds.includes(name)));
  return known === undefined ? '' : `\nhint: ${known.advice}`;
}
