/**
 * How often and by how much periods win and lose (docs/metrics.md §5). A period of exactly 0 is neither a win nor a
 * loss.
 */
import { finiteOr, type Outcome, type UndefinedReason } from '../outcome.ts';

/** The period win statistics. */
export interface WinLoss {
  readonly periodWinRate: Outcome;
  readonly averageWin: Outcome;
  readonly averageLoss: Outcome;
  readonly payoffRatio: Outcome;
  readonly periodProfitFactor: Outcome;
}

/** All fields of {@link WinLoss}. Null without wins (`zeroDenominator`) and without losses (`noLosses`). */
export function winLoss(returns: Float64Array): WinLoss {
  const { wins, losses, gained, lost } = tally(returns);
  const over = (numerator: number, denominator: number, reason: UndefinedReason): Outcome => {
    if (returns.length === 0) return 'noData';
    return denominator === 0 ? reason : finiteOr(numerator / denominator, 'noConvergence');
  };
  const averageWin = over(gained, wins, 'zeroDenominator');
  const averageLoss = over(-lost, losses, 'noLosses');
  return {
    periodWinRate: over(wins, wins + losses, 'zeroDenominator'),
    averageWin,
    averageLoss,
    payoffRatio: payoff(averageWin, averageLoss),
    periodProfitFactor: over(gained, lost, 'noLosses'),
  };
}

/** Counts and sizes of wins and losses. The loop has no branch on the sign, which no processor can predict. */
function tally(returns: Float64Array) {
  let zeros = 0;
  let balance = 0;
  let gained = 0;
  let lost = 0;
  for (let i = 0; i < returns.length; i++) {
    const r = returns[i]!;
    if (r === 0) {
      zeros += 1;
      continue;
    }
    const size = Math.abs(r);
    balance += size / r;
    gained += (size + r) / 2;
    lost += (size - r) / 2;
  }
  const nonZeros = returns.length - zeros;
  return { wins: (nonZeros + balance) / 2, losses: (nonZeros - balance) / 2, gained, lost };
}

/** averageWin / |averageLoss|. */
function payoff(averageWin: Outcome, averageLoss: Outcome): Outcome {
  if (typeof averageLoss !== 'number') return averageLoss;
  if (typeof averageWin !== 'number') return averageWin;
  return finiteOr(averageWin / Math.abs(averageLoss), 'noConvergence');
}
