/** Expected answers for the accounts of `accounts.test.ts`, without and with the trick, and the right answers. */
import type { Answers } from '../../../shared/test/field/answers.ts';

/** The answers for an account with its trick and without it. */
export interface Account {
  readonly honest: Answers;
  readonly trick: Answers;
}

const SPAN = 'the return of May holds that of April: both months are partial';

/** One NEW is bought for 1 USDT and sold for 1 USDT a month later. Nothing prices it. */
export const GAP_42A: Account = {
  honest: {
    right: {
      'benchmark.beta': 0.9999168086888163,
      'benchmark.trackingErrorAnnualized': 0.000023119412075840495,
      'benchmark.excessReturn': -0.000029646641014124953,
      'benchmark.benchmarkTotalReturn': 0.2975200127999984,
      annualizedReturn: 0.29656734690495656,
      'monthlyReturns.2023-04': 0.2278128421641492,
      'monthlyReturns.2023-05': 0.09702022219162276,
    },
  },
  trick: {
    wrong: {
      'benchmark.excessReturn': { today: 0.3298705212010031, right: 0, within: 1e-3 },
      'benchmark.benchmarkTotalReturn': {
        today: -0.033392875237851394,
        right: 0.2975,
        why: 'the benchmark skips the days that the account spans',
      },
      'monthlyReturns.2023-04': { today: -0.009851835452865387, right: 0.2278 },
      'monthlyReturns.2023-05': { today: 0.36033733652043054, right: 0.097, why: SPAN },
    },
    right: {
      'benchmark.beta': 0.9999173942287856,
      'benchmark.trackingErrorAnnualized': 0.000022555997704143802,
      annualizedReturn: 0.29656734690495656,
    },
  },
};

/** One USDT is sent to the funding wallet before a crash, and returns after the recovery. */
export const UNREAD_42C: Account = {
  honest: {
    right: {
      maxDrawdown: 0.46925707433514485,
      historicalVar99: 0.06309080901607042,
      volatilityAnnualized: 0.30230797626588884,
    },
  },
  trick: {
    wrong: {
      maxDrawdown: { today: 0.019433979803736068, right: 0.4693, why: 'no value while one USDT is away' },
      historicalVar99: { today: 0.00999302841120519, right: 0.0631 },
      volatilityAnnualized: { today: 0.13495605948039027, right: 0.3023 },
    },
  },
};

/** One DUST is deposited before a rise, and withdrawn after it. */
export const RALLY_42D: Account = {
  honest: {
    right: {
      totalReturn: 0.33282927657234374,
      'compliance.sinceInception.grossReturn': 0.299740802693256,
      'compliance.sinceInception.benchmarkReturn': 0.2997704193579744,
    },
  },
  trick: {
    wrong: {
      totalReturn: { today: -0.018499885123968385, right: 0.3328, why: 'no value while there is dust' },
      'compliance.sinceInception.grossReturn': { today: -0.016894900790062575, right: 0.2997 },
    },
    right: { 'compliance.sinceInception.benchmarkReturn': 0.2997704193579744 },
  },
};

/** 0.0001 DUST is deposited on the second day and never withdrawn. */
export const FOREVER_42F: Account = {
  honest: {
    right: {
      totalReturn: -0.44960089651034896,
      maxDrawdown: 0.45607300495028524,
      observationCount: 400,
      'compliance.sinceInception.grossReturn': -0.42007955830617183,
      adverseReturn: -0.44960089651034896,
    },
  },
  trick: {
    wrong: {
      totalReturn: { today: 0, right: -0.4496, why: 'no value from the second day on' },
      maxDrawdown: { today: 0, right: 0.4561 },
      observationCount: { today: 1, right: 400 },
      'compliance.sinceInception.grossReturn': { today: 0, right: -0.4201, why: 'annualised from one day' },
    },
    right: { adverseReturn: -0.44960089651034896 },
  },
};

/** On a day with a loss of one half, one DUST is deposited in the morning and withdrawn at noon. */
export const BAD_DAY_42G: Account = {
  honest: {
    right: {
      totalReturn: -0.5023247194280573,
      maxDrawdown: 0.5081768427252474,
      'compliance.sinceInception.grossReturn': -0.4709907221348437,
      'compliance.sinceInception.benchmarkReturn': -0.47103944541970555,
      adverseReturn: -0.5023247194280573,
    },
  },
  trick: {
    wrong: {
      totalReturn: { today: -0.017525374054913057, right: -0.5023, why: 'the day has no return' },
      maxDrawdown: { today: 0.029078213570638445, right: 0.5082 },
      'compliance.sinceInception.grossReturn': { today: -0.016004243996596213, right: -0.471 },
    },
    right: {
      'compliance.sinceInception.benchmarkReturn': -0.47103944541970555,
      adverseReturn: -0.5023247194280573,
    },
  },
};

/** `xirr` for the payments of public bug reports, by the name of each report. */
export const XIRR_46: Readonly<Record<string, Answers>> = {
  peliot4: { right: { xirr: -0.480963152546673 } },
  peliot3: { right: { xirr: -0.9660894685128345 } },
  javaxirr24: { right: { xirr: -0.8417369952348603 } },
  beangrow51: { right: { xirr: 1.0227505703764268 } },
  pyxirr65: { right: { xirr: null } },
  tarioch13: { right: { xirr: null } },
  twoRootsClose: { right: { xirr: null } },
  doubleRoot: { right: { xirr: null } },
  almostTotalLoss: { right: { xirr: -0.99999 } },
  totalLoss: {
    wrong: {
      xirr: { today: null, right: -1, why: 'the limit (docs/metrics.md §2)' },
      'undefinedReasons.xirr': { today: 'noData', right: undefined },
    },
  },
};
