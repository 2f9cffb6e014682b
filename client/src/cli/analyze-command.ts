/** `analyze`: computes the numbers of a local file, without a service. */
import type { CostMethod } from '@perf-aggregator/analytics';
import { COST_METHODS } from '@perf-aggregator/analytics/lots/method';
import { FREQUENCIES, type Frequency } from '@perf-aggregator/analytics/series/calendar-series';
import {
  NAMED_PERIODS,
  type NamedPeriod,
  type PeriodBounds,
} from '@perf-aggregator/analytics/time/period-bounds';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Analysis, analyze } from '../analyze/analyze.ts';
import { readDecimal } from '../analyze/values.ts';
import { analysisText } from '../present/analysis-text.ts';
import { day } from '../present/format.ts';
import { parseCount, parseRate } from './arguments.ts';
import type { CliContext } from './context.ts';
import { UsageError } from './exit.ts';
import { readStrictText } from './files.ts';
import { History } from './history.ts';
import { print, warn } from './terminal.ts';

interface AnalyzeFlags {
  readonly method?: CostMethod;
  readonly frequency?: Frequency;
  readonly riskFree?: number;
  readonly mar?: number;
  /** Names in version 1 for the same two options. */
  readonly riskFreeRate?: number;
  readonly minimumAcceptableReturn?: number;
  readonly markPrice?: string;
  readonly from?: number;
  readonly to?: number;
  readonly period?: NamedPeriod;
  readonly window?: number;
}

/** Adds the `analyze` command. */
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
    .option('--risk-free <rate>', 'annual risk-free rate, 0.02 for 2 %', parseRate)
    .option('--mar <rate>', 'annual minimum acceptable return', parseRate)
    .addOption(new Option('--risk-free-rate <rate>').argParser(parseRate).conflicts('riskFree').hideHelp())
    .addOption(
      new Option('--minimum-acceptable-return <rate>').argParser(parseRate).conflicts('mar').hideHelp(),
    )
    .option('--mark-price <price>', 'values the open position of a list of trades')
    .option('--from <day>', 'first UTC day, as 2026-01-31', parseDay)
    .option('--to <day>', 'last UTC day', parseDay)
    .addOption(
      new Option('--period <name>', 'instead of --from: counted back')
        .choices(NAMED_PERIODS)
        .conflicts('from'),
    )
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
  const riskFree = flags.riskFree ?? flags.riskFreeRate;
  const mar = flags.mar ?? flags.minimumAcceptableReturn;
  if (flags.from !== undefined && flags.to !== undefined && flags.from > flags.to) {
    throw new UsageError('option_invalid', `--from ${day(flags.from)} is after --to ${day(flags.to)}`);
  }
  const text = readStrictText(file);
  const options = {
    ...(flags.method && { method: flags.method }),
    ...(flags.frequency && { frequency: flags.frequency }),
    ...(riskFree !== undefined && { riskFreeRateAnnual: riskFree }),
    ...(mar !== undefined && { minimumAcceptableReturnAnnual: mar }),
    ...(markPrice && { markPrice }),
    ...(flags.window !== undefined && { window: flags.window }),
  };
  const bounds = boundsOf(flags);
  const analysis = analyze(text, { ...options, ...bounds });
  // Tells the range of days that the file covers.
  const isOutside = Object.keys(bounds).length > 0 && analysis['observationCount'] === 0;
  const history = isOutside ? extentOf(analyze(text, options)) : null;
  print(terminal, history === null ? analysis : { ...analysis, history }, () => analysisText(analysis));
  if (history !== null && !terminal.json)
    warn(terminal, `no return of the file lies in the period; ${history.text}`);
}

function boundsOf({ from, to, period }: AnalyzeFlags): PeriodBounds {
  return {
    ...(from === undefined ? {} : { from }),
    // The period includes this day.
    ...(to === undefined ? {} : { to: to + DAY_MS }),
    ...(period === undefined ? {} : { period }),
  };
}

function extentOf({ startTime, endTime }: Analysis): History {
  const instant = (time: unknown) => (typeof time === 'number' ? time : null);
  return new History({ startTime: instant(startTime), endTime: instant(endTime) });
}

function parseDay(text: string): number {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError('expected a day, such as 2026-01-31');
  return time;
}
