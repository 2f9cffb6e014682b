/** Annual rates that metrics compare with. */
import { InputError } from '../errors.ts';

/** Annual rates, decimal (0.02 = 2 %). 0 when left out. */
export interface RateParameters {
  readonly riskFreeRateAnnual?: number;
  readonly minimumAcceptableReturnAnnual?: number;
}

/**
 * The rates with 0 for those left out.
 * @throws InputError `analytics_parameter_invalid` for a rate that is not a number above −1
 */
export function readRates(rates: RateParameters): Required<RateParameters> {
  const { riskFreeRateAnnual = 0, minimumAcceptableReturnAnnual = 0 } = rates;
  for (const rate of [riskFreeRateAnnual, minimumAcceptableReturnAnnual]) {
    if (!Number.isFinite(rate) || rate <= -1) {
      throw new InputError('analytics_parameter_invalid', 'an annual rate is not a number above -1');
    }
  }
  return { riskFreeRateAnnual, minimumAcceptableReturnAnnual };
}

/** Per-period rate of an annual one: (1 + R)^(1/A) − 1. */
export function perPeriodRate(annual: number, periodsPerYear: number): number {
  return Math.expm1(Math.log1p(annual) / periodsPerYear);
}
