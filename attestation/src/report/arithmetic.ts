/**
 * Arithmetic that holds in every genuine report: a verifier recomputes what the disclosed numbers allow.
 * A signed report that fails it was computed wrongly; nothing here shows that the inputs were true.
 */
import type { ReportClaims } from '@perf-aggregator/shared/messages/report';
import { ReportError } from './errors.ts';

const TOLERANCE = 1e-9;

/**
 * @returns what was compared, for people
 * @throws ReportError `arithmetic_invalid`
 */
export function checkArithmetic(claims: ReportClaims): string {
  const metrics = claims.metrics as Readonly<Record<string, unknown>>;
  const compared: string[] = [];
  const compare = (name: string, computed: number | null, stated: unknown) => {
    if (computed === null || typeof stated !== 'number') return;
    if (!Number.isFinite(stated) || Math.abs(computed - stated) > TOLERANCE * Math.max(1, Math.abs(stated))) {
      throw new ReportError('arithmetic_invalid', `${name}: computed ${computed}, stated ${stated}`);
    }
    compared.push(name);
  };
  compare('monthly returns chain to the total', chain(metrics['monthlyReturns']), metrics['totalReturn']);
  compare('daily returns chain to the total', chain(metrics['periodReturns']), metrics['totalReturn']);
  compare('daily returns give the drawdown', drawdown(metrics['periodReturns']), metrics['maxDrawdown']);
  if (claims.periodIsFullHistory) {
    compare('total is the full history', claims.fullHistoryReturn, metrics['totalReturn']);
    compare('drawdown is the full history', claims.fullHistoryMaxDrawdown, metrics['maxDrawdown']);
  }
  if (claims.accountsIncluded > claims.accountsInSession) {
    throw new ReportError('arithmetic_invalid', 'more accounts are included than there are');
  }
  return compared.length > 0 ? compared.join('; ') : 'nothing disclosed that could be recomputed';
}

/** Return of a record or list of returns, linked; null when there is nothing to link or it was wiped out. */
function chain(returns: unknown): number | null {
  const values = numbers(returns);
  if (!values) return null;
  const growth = values.reduce((product, value) => product * (1 + value), 1);
  return growth > 0 ? growth - 1 : null;
}

function drawdown(returns: unknown): number | null {
  const values = numbers(returns);
  if (!values) return null;
  let level = 1;
  let peak = 1;
  let deepest = 0;
  for (const value of values) {
    level *= 1 + value;
    if (level <= 0) return null;
    peak = Math.max(peak, level);
    deepest = Math.max(deepest, 1 - level / peak);
  }
  return deepest;
}

function numbers(returns: unknown): number[] | null {
  if (typeof returns !== 'object' || returns === null) return null;
  const values = Object.values(returns).filter((value) => value !== null);
  if (values.length === 0 || !values.every((value) => typeof value === 'number')) return null;
  return values;
}
