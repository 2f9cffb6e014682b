/**
 * The answers of `analyze` for each file of `fixtures/`, and the right ones (their `*.expected.json`). `refusal` is the
 * code of the error, or null. `shown.X` is the text beside X.
 */
import { type Answers, oneOf } from '../../../shared/test/field/answers.ts';

type Cases = Readonly<Record<string, Answers>>;

const ACCEPTED = null;
const HEADER = { today: 'analyze_unrecognized', right: ACCEPTED };
const CELL = { today: 'analyze_malformed', right: ACCEPTED };
const absent = (right: unknown) => ({ today: undefined, right });
const SECONDS = 'taken for milliseconds; the date is told from seconds, or refused as in a CSV file';

/** Tables of returns. */
export const RETURNS: Cases = {
  '01-sharpe-sign.csv': {
    right: { annualizedReturn: -0.05131670194948622, sharpeRatio: 0.09622504486493759 },
  },
  '02-weekday-returns.csv': {
    wrong: {
      annualizedReturn: { today: 0.14316511162515624, right: 0.1003, why: '260 returns are not 260 days' },
      volatilityAnnualized: { today: 0.19335538897012378, right: 0.1634 },
      sharpeRatio: { today: 0.7886387100293178, right: 0.667 },
    },
  },
  '05-tz-aware-daily.csv': {
    wrong: {
      periodsPerYear: { today: 8760, right: 365, why: 'summer time makes one day 23 hours long' },
      annualizedReturn: { today: 1053.972852217457, right: 0.336 },
      volatilityAnnualized: { today: 0.9784056256570635, right: 0.1997 },
      sharpeRatio: { today: 7.597955086376024, right: 1.551 },
    },
  },
  '06-15min.csv': { wrong: { refusal: CELL, periodsPerYear: absent(35_040) } },
  '17-capital-header.csv': { wrong: { refusal: HEADER } },
  '17b-pandas-unnamed.csv': {
    wrong: {
      message: {
        today: 'line 1: the header names none of the columns return, nav, side',
        right: oneOf(null, /date,return/),
        why: 'accepted, or told which header is expected',
      },
    },
  },
  '17j-nan.csv': {
    wrong: { refusal: CELL, observationCount: absent(1), totalReturn: absent(0.01) },
  },
  '17k-NaN-first.csv': {
    wrong: { refusal: CELL, observationCount: absent(1), totalReturn: absent(0.02) },
  },
  '18-unix-seconds.json': {
    wrong: { startTime: { today: 1_704_067_200, right: oneOf(1_704_067_200_000, undefined), why: SECONDS } },
  },
  '29-30min.csv': { wrong: { refusal: CELL, sharpeRatio: absent(34.946_726) } },
  '29b-30min.json': {
    wrong: {
      maxDrawdownDurationDays: {
        today: 1 / 12,
        right: 0.041_666_667,
        why: 'one hour: periodsPerYear says that a step is half of one',
      },
    },
    right: { sharpeRatio: 34.94672611408605 },
  },
  '40-quarterly-capture.csv': { right: { upCapture: 0.88222821393322, downCapture: 0.4997303654063168 } },
};

/** Tables of values, some with flows. */
export const VALUES: Cases = {
  '02-weekday-navs.csv': {
    wrong: {
      volatilityAnnualized: { today: 0.18451411195503406, right: 0.1634, why: 'weekdays have no gaps' },
      sharpeRatio: { today: 0.5903053961559999, right: 0.667 },
    },
    right: { totalReturn: 0.10000000000000053, annualizedReturn: 0.10028806298036567 },
  },
  '03-irregular-navs.csv': {
    wrong: {
      volatilityAnnualized: { today: 0.029308341279443633, right: 0.032, why: 'dates without a grid' },
      sharpeRatio: { today: 3.281862191186365, right: 3.01, within: 0.005 },
    },
    right: { totalReturn: 0.0999999999999992, annualizedReturn: 0.0999999999999992 },
  },
  '15-hledger-2391-twr.csv': { right: { totalReturn: 0.0010976423576423144 } },
  '16-qs233-drawdown-days.csv': {
    right: {
      maxDrawdown: 0.03960396039603964,
      maxDrawdownDurationDays: 4,
      'drawdowns.1.durationDays': 1,
    },
  },
  '17c-price.csv': { wrong: { refusal: HEADER, totalReturn: absent(0.01) } },
  '17d-semicolon-comma.csv': { wrong: { refusal: HEADER, totalReturn: absent(0.007_462_686_567_164_09) } },
  '17f-thousands.csv': { wrong: { refusal: CELL, totalReturn: absent(0.009_495_252_373_812_99) } },
  '17h-us-date.csv': { wrong: { refusal: CELL, totalReturn: absent(0.01) } },
  '17l-nav-benchmark.csv': {
    wrong: { refusal: CELL, totalReturn: absent(0.01), benchmarkTotalReturn: absent(0.0025) },
  },
  '17m-extra-col.csv': { wrong: { refusal: CELL, totalReturn: absent(0.01) } },
  '26-gips-modified-dietz.csv': {
    wrong: {
      totalReturn: { today: 0.023333976585616867, right: 0.0245, why: 'flows are weighted by their days' },
      'shown.Annualized return': { today: '31.20 %', right: undefined, why: 'one month' },
    },
    right: { modifiedDietz: 0.02449334534195719 },
  },
  '27-monthly-nav-late-deposit.csv': {
    wrong: {
      'monthlyReturns.2024-02': {
        today: -0.0050000000000000044,
        right: -0.0639,
        why: 'the deposit of the last day but one did not lose',
      },
      periodsPerYear: { today: 365, right: 12 },
      annualizedReturn: { today: 0.3051446392024142, right: -0.0981 },
    },
  },
  '30-first-loss.csv': { right: { maxDrawdown: 0.5 } },
  '34-total-loss.csv': {
    wrong: {
      xirr: { today: null, right: -1, why: 'the limit (docs/metrics.md §2)' },
      'undefinedReasons.xirr': { today: 'noData', right: undefined },
    },
    right: { totalReturn: -1, modifiedDietz: -1 },
  },
};

/** Trades with the columns that `analyze` requires. */
export const TRADES: Cases = {
  '09b-kraken-mapped.csv': { right: { realizedPnl: '10', fees: '3.3007', netPnl: '6.6993' } },
  '11-negative-fee.csv': {
    wrong: {
      fees: { today: '-0.0068874', right: '0.0068874', why: 'a venue that writes paid fees as negative' },
      netPnl: { today: '0.0458874', right: '0.0321126' },
    },
    right: { realizedPnl: '0.039' },
  },
  '13-perp-short-unslashed.csv': {
    wrong: {
      realizedPnl: { today: '0', right: '2000', why: 'a short sale, read as spot' },
      netPnl: { today: '-47.2', right: '1952.8' },
      openQuantity: { today: '1', right: '0' },
    },
    right: { fees: '47.2' },
  },
  '13b-okx-swap-short.csv': {
    wrong: {
      realizedPnl: { today: '0', right: '2000', why: 'a short swap, read as spot' },
      fees: { today: '0', right: '47.2' },
      netPnl: { today: '0', right: '1952.8' },
      'unvaluedFees.USDT': { today: '47.2', right: undefined },
    },
  },
  '14-rp2-48-remainder.csv': { right: { realizedPnl: '1.80234', openQuantity: '0.00162756' } },
  '18b-unix-seconds-trades.json': {
    wrong: { averageHoldingSeconds: { today: 86.4, right: oneOf(86_400, undefined), why: SECONDS } },
  },
  '18c-unix-seconds.csv': { right: { refusal: 'analyze_malformed' } },
  '23-bnb-fee-no-price.csv': {
    wrong: {
      netPnl: { today: '10', right: null, why: 'not known: 0.15 BNB of fees have no price' },
      'shown.Net P&L': { today: '10', right: oneOf(undefined, /BNB/) },
      'shown.Fees': { today: '0', right: /BNB/ },
    },
    right: { realizedPnl: '10', 'unvaluedFees.BNB': '0.15' },
  },
};

/**
 * Files in the formats of exchanges and other programs. A fee in the base asset reduces the lot (docs/metrics.md §6).
 */
export const EXPORTS: Cases = {
  '08-binance-trades-raw.csv': {
    wrong: {
      refusal: HEADER,
      tradeCount: absent(2),
      symbol: absent('ETH/USDT'),
      openQuantity: absent('0.000099'),
      'unvaluedFees.BNB': absent('0.0000012'),
    },
  },
  '08b-binance-renamed.csv': {
    wrong: { refusal: CELL, symbol: absent('ETH/USDT'), openQuantity: absent('0.000999') },
  },
  '09-kraken-trades-raw.csv': {
    wrong: {
      refusal: HEADER,
      realizedPnl: absent('10'),
      fees: absent('3.3007'),
      netPnl: absent('6.6993'),
      openQuantity: absent('0.00462504'),
      'totals.0.currency': absent('EUR'),
    },
  },
  '19-coinbase-raw.csv': {
    wrong: {
      refusal: HEADER,
      tradeCount: absent(1),
      openQuantity: absent('0.01'),
      averageEntryPrice: absent('40000'),
      fees: absent('4'),
      'totals.0.currency': absent('EUR'),
    },
  },
  '20-bybit-raw.csv': {
    wrong: {
      refusal: HEADER,
      realizedPnl: absent('6.984616'),
      // 0.049973424 USDT for the sale, and 0.01 ICP at 8.0203.
      fees: absent('0.130176424'),
    },
  },
  '21-portfolio-performance.csv': {
    wrong: {
      refusal: HEADER,
      tradeCount: absent(1),
      openQuantity: absent('16.897'),
      'totals.0.currency': absent('EUR'),
    },
  },
  '22-kraken-ledger.csv': {
    wrong: {
      message: {
        today: 'line 1: the header names none of the columns return, nav, side',
        right: oneOf(null, /refid/),
        why: 'two rows with one refid make a trade; this one stands alone',
      },
    },
  },
  '36-binance-2018.csv': {
    wrong: { refusal: HEADER, averageEntryPrice: absent('11426.2'), 'unvaluedFees.BNB': absent('0.0229201') },
  },
};
