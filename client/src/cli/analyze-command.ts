/** `analyze`: the numbers of a local file, without a service. */
import { readFileSync } from 'node:fs';
import type { CostMethod } from '@perf-aggregator/analytics';
import { COST_METHODS } from '@perf-aggregator/analytics/lots/method';
import { FREQUENCIES, type Frequency } from '@perf-aggregator/analytics/series/calendar-series';
import { NAMED_PERIODS, type NamedPeriod } from '@perf-aggregator/analytics/time/period-bounds';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { analyze } from '../analyze/analyze.ts';
import { readDecimal, readNumber } from '../analyze/values.ts';
import { analysisText } from './analysis-text.ts';
import { parseCount } from './arguments.ts';
import type { CliContext } from './context.ts';
import { UsageError } from './exit.ts';
import { print } from './terminal.ts';

const DAY_MS = 86_400_000;

interface AnalyzeFlags {
  readonly method?: CostMethod;
  readonly frequency?: Frequency;
  readonly riskFreeRate?: number;
  readonly minimumAcceptableReturn?: number;
  readonly markPrice?: string;
  readonly from?: number;
  readonly to?: number;
  readonly period?: NamedPeriod;
  readonly window?: number;
}

/** Adds analyze. */
export function addAnalyzeCommand(program: Command, context: CliContext): void {
  program
    .command('analyze')
    .description('compute the metrics of a local CSV or JSON file, offline')
    .argument('<file>', 'returns, values with flows, trades, or a matrix of returns; - for standard input')
    .addOption(new Option('--method <method>', 'how lots are matched').choices(COST_METHODS))
    .addOption(
      new Option('--frequency <step>', 'length of the periods; told from the dates of a CSV file').choices(
        FREQUENCIES,
      ),
    )
    .option('--risk-free-rate <rate>', 'annual, as a decimal: 0.02', parseRate)
    .option('--minimum-acceptable-return <rate>', 'annual, as a decimal: 0.02', parseRate)
    .option('--mark-price <price>', 'values the open position of a list of trades')
    .option('--from <day>', 'first UTC day, as 2026-01-31', parseDay)
    .option('--to <day>', 'last UTC day', parseDay)
    .addOption(new Option('--period <name>', 'instead of --from: counted back').choices(NAMED_PERIODS))
    .option('--window <count>', 'rolling volatility, Sharpe ratio and beta over so many returns', parseCount)
    .addHelpText('after', SHAPES)
    .action((file: string, flags: AnalyzeFlags) => analyzeFile(context, file, flags));
}

const SHAPES = `
CSV, columns in any order:
  date,return[,benchmark]
  date,nav[,flow]                        the first row is the value at the start
  time,symbol,side,quantity,price[,fee,feeCurrency,orderId]
JSON, one object:
  {"returns": [..], "benchmarkReturns": [..], "start": "2024-01-01", "frequency": "D"}
  {"navs": [..], "flows": [{"day": 1, "amount": 100}], "start": "2024-01-01"}
  {"trades": [{"side": "buy", "quantity": "1", "price": "100", "fee": "0.1"}], "spot": true}
  {"returns": {"BTC": [..], "ETH": [..]}, "weights": {"BTC": 0.7, "ETH": 0.3}}
docs/analyze.md says more.`;

function analyzeFile({ terminal }: CliContext, file: string, flags: AnalyzeFlags): void {
  const markPrice = flags.markPrice === undefined ? null : readDecimal(flags.markPrice);
  if (flags.markPrice !== undefined && !markPrice?.isPositive()) {
    throw new UsageError('option_invalid', '--mark-price is not a number above 0');
  }
  const analysis = analyze(readText(file), {
    ...(flags.method && { method: flags.method }),
    ...(flags.frequency && { frequency: flags.frequency }),
    ...(flags.riskFreeRate !== undefined && { riskFreeRateAnnual: flags.riskFreeRate }),
    ...(flags.minimumAcceptableReturn !== undefined && {
      minimumAcceptableReturnAnnual: flags.minimumAcceptableReturn,
    }),
    ...(markPrice && { markPrice }),
    ...(flags.from !== undefined && { from: flags.from }),
    // The day itself is in it.
    ...(flags.to !== undefined && { to: flags.to + DAY_MS }),
    ...(flags.period && { period: flags.period }),
    ...(flags.window !== undefined && { window: flags.window }),
  });
  print(terminal, analysis, () => analysisText(analysis));
}

function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file === '-' ? 0 : file));
  } catch (cause) {
    const what = cause instanceof TypeError ? 'is not UTF-8 text' : 'cannot be read';
    throw new UsageError('file_unreadable', `${file} ${what}`, cause);
  }
}

function parseDay(text: string): number {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError('expected a day, such as 2026-01-31');
  return time;
}

function parseRate(text: string): number {
  const rate = readNumber(text);
  if (rate === null || rate <= -1)
    throw new InvalidArgumentError('expected a decimal above -1, such as 0.02');
  return rate;
}
