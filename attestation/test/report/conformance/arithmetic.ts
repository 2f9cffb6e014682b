/** Contradicting numbers: each row discloses the metrics of one comparison, and changes one of them. */
import { casesOfRule, type ReportCase, type ReportRow } from './case.ts';
import { CLAIMS, METRICS } from './genuine.ts';

type Members = Readonly<Record<string, unknown>>;
type Name = keyof typeof METRICS;

/** The compared metrics, the metrics that must be disclosed for it, and one wrong number. */
export const CONTRADICTIONS: readonly (readonly [
  name: string,
  disclosed: readonly Name[],
  wrong: { readonly metrics?: Members; readonly claims?: Members },
])[] = [
  [
    'months and total',
    ['monthlyReturns', 'totalReturn'],
    { metrics: { monthlyReturns: { '2026-01': 0.25 } } },
  ],
  ['years and total', ['yearly', 'totalReturn'], { metrics: { yearly: { '2026': 0.25 } } }],
  ['days and total', ['periodReturns', 'totalReturn'], { metrics: { periodReturns: [0.1, 0.1] } }],
  ['days and drawdown', ['periodReturns', 'maxDrawdown'], { metrics: { periodReturns: [0.1, -0.2] } }],
  [
    'a first loss and no drawdown',
    ['periodReturns', 'maxDrawdown'],
    {
      metrics: { periodReturns: [-0.2, 0.3], maxDrawdown: 0 },
      claims: { fullHistoryMaxDrawdown: 0 },
    },
  ],
  ['days and their count', ['periodReturns', 'observationCount'], { metrics: { observationCount: 4 } }],
  ['days and what they cover', ['periodReturns', 'coveredPeriods'], { metrics: { coveredPeriods: 3 } }],
  ['days and the best', ['periodReturns', 'bestPeriodReturn'], { metrics: { bestPeriodReturn: 0.3 } }],
  ['days and the worst', ['periodReturns', 'worstPeriodReturn'], { metrics: { worstPeriodReturn: -0.1 } }],
  [
    'days and volatility',
    ['periodReturns', 'volatilityAnnualized'],
    { metrics: { volatilityAnnualized: 4 } },
  ],
  ['days and Sharpe ratio', ['periodReturns', 'sharpeRatio'], { metrics: { sharpeRatio: 9 } }],
  [
    'risk-free rate and Sharpe ratio',
    ['periodReturns', 'sharpeRatio'],
    { claims: { parameters: { ...CLAIMS.parameters, riskFreeRateAnnual: 0 } } },
  ],
  [
    'periods of a year and volatility',
    ['periodReturns', 'volatilityAnnualized'],
    { claims: { parameters: { ...CLAIMS.parameters, periodsPerYear: 252 } } },
  ],
  [
    'total and annualised return',
    ['totalReturn', 'coveredPeriods', 'annualizedReturn'],
    { metrics: { annualizedReturn: 0.254 } },
  ],
  ['total and full history', ['totalReturn'], { claims: { fullHistoryReturn: 0.2 } }],
  ['drawdown and full history', ['maxDrawdown'], { claims: { fullHistoryMaxDrawdown: 0.2 } }],
  ['illiquid share and full history', [], { claims: { illiquidPnlShare: 0.5 } }],
  [
    'fills off the market that were never checked',
    [],
    { claims: { dataQuality: { ...CLAIMS.dataQuality, checkedFillShare: 0.5, offMarketFillShare: 0.6 } } },
  ],
  ...(
    [
      ['historicalVar99', 'historicalVar95'],
      ['parametricVar99', 'parametricVar95'],
      ['expectedShortfall99', 'expectedShortfall95'],
      ['parametricEs99', 'parametricEs95'],
      ['expectedShortfall95', 'historicalVar95'],
      ['expectedShortfall99', 'historicalVar99'],
      ['parametricEs95', 'parametricVar95'],
      ['parametricEs99', 'parametricVar99'],
      ['maxDrawdown', 'currentDrawdown'],
    ] as const
  ).map(
    ([larger, smaller]) =>
      [
        `${smaller} above ${larger}`,
        [larger, smaller],
        { metrics: { [smaller]: METRICS[larger] + 0.01 } },
      ] as const,
  ),
  ...(['absoluteProfit', 'navStart', 'navEnd', 'deposits', 'withdrawals'] as const).map(
    (name) =>
      [
        `profit, and ${name} that does not fit`,
        ['absoluteProfit', 'navStart', 'navEnd', 'deposits', 'withdrawals'],
        { metrics: { [name]: '77.7' } },
      ] as const,
  ),
  [
    'flows and their sum',
    ['deposits', 'withdrawals', 'netExternalFlow'],
    { metrics: { netExternalFlow: '200' } },
  ],
  ...(['netPnl', 'realizedPnl', 'fundingPnl', 'fees', 'borrowInterest'] as const).map(
    (name) =>
      [
        `net profit, and ${name} that does not fit`,
        ['netPnl', 'realizedPnl', 'fundingPnl', 'fees', 'borrowInterest'],
        { metrics: { [name]: '77.7' } },
      ] as const,
  ),
  ['more accounts included than there are', [], { claims: { accountsIncluded: 2 } }],
  [
    'a complete scope of which something is missing',
    [],
    { claims: { scope: { from: null, state: 'complete', missing: ['options'] } } },
  ],
  [
    'a partial scope of which nothing is missing',
    [],
    { claims: { scope: { from: null, state: 'partial', missing: [] } } },
  ],
];

/** The metrics with these names. */
export function metricsOf(names: readonly Name[]): Members {
  return Object.fromEntries(names.map((name) => [name, METRICS[name]]));
}

const nearly = METRICS.totalReturn + 0.9e-9;
const FITTING: readonly ReportRow[] = [
  [
    'a total that differs by less than rounding may',
    'verified',
    {
      metrics: { ...metricsOf(['periodReturns']), totalReturn: nearly },
      claims: { fullHistoryReturn: nearly },
    },
  ],
  [
    'a total that differs by more than rounding may',
    'arithmetic_invalid',
    {
      metrics: { ...metricsOf(['periodReturns']), totalReturn: METRICS.totalReturn + 1.1e-9 },
      claims: { fullHistoryReturn: METRICS.totalReturn + 1.1e-9 },
    },
  ],
  [
    'a part of the history, whose total is another',
    'verified',
    { claims: { periodIsFullHistory: false, fullHistoryReturn: 0.5, fullHistoryMaxDrawdown: 0.5 } },
  ],
  [
    'numbers that are not known',
    'verified',
    { metrics: { totalReturn: null, maxDrawdown: null, navEnd: null } },
  ],
  [
    'an account that was wiped out',
    'verified',
    {
      metrics: { periodReturns: [-1, 0.5], totalReturn: -1, maxDrawdown: 1 },
      claims: { fullHistoryReturn: -1, fullHistoryMaxDrawdown: 1 },
    },
  ],
  [
    'money of more digits than a double has',
    'verified',
    {
      metrics: {
        ...{ navStart: '0', navEnd: '123456789012345.678901234567', deposits: '23456789012345.678901234567' },
        ...{ withdrawals: '0', absoluteProfit: '100000000000000' },
      },
    },
  ],
];

export const ARITHMETIC: readonly ReportCase[] = casesOfRule('arithmetic', [
  ...FITTING,
  ...CONTRADICTIONS.map(
    ([name, disclosed, { metrics, claims = {} }]): ReportRow => [
      name,
      'arithmetic_invalid',
      { metrics: { ...metricsOf(disclosed), ...metrics }, claims },
    ],
  ),
]);
