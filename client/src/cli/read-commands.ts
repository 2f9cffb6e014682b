/** Commands that read numbers: metrics, summary, returns and trades. */
import {
  type PeriodParameters,
  QUERY_CURRENCIES,
  QUERY_METHODS,
  QUERY_PERIODS,
} from '@perf-aggregator/shared/messages/request';
import { type Command, Option } from 'commander';
import type { SecureClient } from '../index.ts';
import { correlationTable } from '../present/correlation-table.ts';
import { metricsTable, summaryTable } from '../present/metrics-table.ts';
import { returnsTable, tradesTable } from '../present/series-tables.ts';
import type { MetricsResult, ReturnsResult, TradesResult } from '../sdk/results.ts';
import type { WaitOptions } from '../sdk/waiting.ts';
import { parseCount, parseRate } from './arguments.ts';
import type { CliContext } from './context.ts';
import { withKeptSession } from './kept-session.ts';
import { ProgressBar, print } from './terminal.ts';

/** Which session, and what of it. */
export interface SelectionFlags
  extends Pick<PeriodParameters, 'from' | 'to' | 'period' | 'account' | 'currency' | 'method'> {
  readonly session?: string;
}

/** What metrics are measured against. */
export interface PeriodFlags extends SelectionFlags, Pick<PeriodParameters, 'benchmark'> {
  readonly riskFree?: number;
  readonly mar?: number;
  readonly managementFee?: number;
}

interface MetricsFlags extends PeriodFlags {
  readonly correlation?: boolean;
}

interface PageFlags {
  readonly limit?: number;
  readonly cursor?: string;
  readonly all?: boolean;
}

interface ReturnsFlags extends Omit<PeriodFlags, 'mar'>, PageFlags {
  readonly window?: number;
}

interface TradesFlags extends SelectionFlags, PageFlags {
  readonly symbol?: string;
}

/** Adds the commands. */
export function addReadCommands(program: Command, context: CliContext): void {
  addPeriodOptions(program.command('metrics').description('all metrics of a period'))
    .option('--correlation', 'with the correlation matrix of the assets')
    .action((flags: MetricsFlags) =>
      read(context, flags, (client, wait) => client.getMetrics(toPeriod(flags), wait), textOf(flags)),
    );
  addPeriodOptions(program.command('summary').description('the few numbers of a dashboard')).action(
    (flags: PeriodFlags) =>
      read(context, flags, (client, wait) => client.getSummary(toPeriod(flags), wait), summaryTable),
  );
  const returns = program.command('returns').description('the days of a period, oldest first');
  addPageOptions(addBenchmarkOptions(addSelectionOptions(returns)))
    .option('--window <days>', 'rolling volatility and Sharpe ratio over so many days', parseCount)
    .action((flags: ReturnsFlags) => readReturns(context, flags));
  const trades = program.command('trades').description('round trips of a period, newest first');
  addPageOptions(addSelectionOptions(trades))
    .option('--symbol <symbol>', 'of this symbol only, as BTC/USDT')
    .action((flags: TradesFlags) => readTrades(context, flags));
}

function textOf({ correlation }: MetricsFlags): (metrics: MetricsResult) => string {
  if (!correlation) return metricsTable;
  return (metrics) => `${metricsTable(metrics)}\n\n${correlationTable(metrics)}`;
}

/** Options of a period with metrics. */
export function addPeriodOptions(command: Command): Command {
  return addBenchmarkOptions(addSelectionOptions(command))
    .option('--mar <rate>', 'annual minimum acceptable return', parseRate)
    .option('--management-fee <rate>', 'annual, off the net returns of the compliance table', parseRate);
}

function addSelectionOptions(command: Command): Command {
  return command
    .option('--session <id>', 'session, or the beginning of its id (default: the one used last)')
    .option('--from <day>', 'first UTC day, as 2026-01-31')
    .option('--to <day>', 'last UTC day')
    .addOption(new Option('--period <name>', 'instead of --from: counted back').choices(QUERY_PERIODS))
    .option('--account <name>', 'one account of the session only, as a0')
    .addOption(
      new Option('--currency <name>', "of all money (default: the session's)").choices(QUERY_CURRENCIES),
    )
    .addOption(new Option('--method <name>', 'which lots a sale takes first').choices(QUERY_METHODS));
}

function addBenchmarkOptions(command: Command): Command {
  return command
    .option('--benchmark <asset>', 'compare with the daily prices of an asset, as BTC')
    .option('--risk-free <rate>', 'annual risk-free rate, 0.02 for 2 %', parseRate);
}

function addPageOptions(command: Command): Command {
  return command
    .option('--limit <count>', 'so many at once', parseCount)
    .option('--cursor <text>', 'go on where the page before ended')
    .option('--all', 'page after page, to the last');
}

async function readReturns(context: CliContext, flags: ReturnsFlags): Promise<void> {
  const { riskFree, benchmark, window } = flags;
  const question = {
    ...toSelection(flags),
    ...definedOf({ benchmark, window, riskFreeRateAnnual: riskFree, ...pageOf(flags) }),
  };
  const ask = (client: SecureClient, wait: WaitOptions) =>
    flags.all ? wholeReturns(client.returnsPages(question, wait)) : client.getReturns(question, wait);
  await read(context, flags, ask, returnsTable);
}

async function readTrades(context: CliContext, flags: TradesFlags): Promise<void> {
  const { symbol } = flags;
  const question = { ...toSelection(flags), ...definedOf({ symbol, ...pageOf(flags) }) };
  const ask = (client: SecureClient, wait: WaitOptions) =>
    flags.all ? wholeTrades(client.tradesPages(question, wait)) : client.getTrades(question, wait);
  await read(context, flags, ask, tradesTable);
}

async function wholeReturns(pages: AsyncIterable<ReturnsResult>): Promise<ReturnsResult> {
  const read = await allOf(pages);
  return { ...read.at(-1)!, days: read.flatMap(({ days }) => days) };
}

async function wholeTrades(pages: AsyncIterable<TradesResult>): Promise<TradesResult> {
  const read = await allOf(pages);
  return { ...read.at(-1)!, trades: read.flatMap(({ trades }) => trades) };
}

async function allOf<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const read: T[] = [];
  for await (const page of pages) read.push(page);
  return read;
}

/** Asks with the session that is meant, shows progress, keeps what the client has seen, and prints. */
async function read<T>(
  context: CliContext,
  flags: { readonly session?: string },
  ask: (client: SecureClient, wait: WaitOptions) => Promise<T>,
  text: (result: T) => string,
): Promise<void> {
  const result = await withSession(context, flags.session, ask);
  print(context.terminal, result, () => text(result));
}

/** What `ask` gets of a kept session, with its progress on the terminal; the session is kept again after it. */
export async function withSession<T>(
  context: CliContext,
  session: string | undefined,
  ask: (client: SecureClient, wait: WaitOptions) => Promise<T>,
): Promise<T> {
  const bar = new ProgressBar(context.terminal);
  const onProgress = (done: { progress: number; entries: number }) =>
    bar.show(done.progress, `reading the account, ${done.entries} entries`);
  return withKeptSession(context, session, (client) =>
    ask(client, { onProgress }).finally(() => bar.clear()),
  );
}

/** The parameters that the options of a period say. */
export function toPeriod(flags: PeriodFlags) {
  const { benchmark, riskFree, mar, managementFee } = flags;
  return {
    ...toSelection(flags),
    ...definedOf({
      benchmark,
      riskFreeRateAnnual: riskFree,
      minimumAcceptableReturnAnnual: mar,
      managementFeeAnnual: managementFee,
    }),
  };
}

function toSelection({ from, to, period, account, currency, method }: SelectionFlags) {
  return definedOf({ from, to, period, account, currency, method });
}

function pageOf({ limit, cursor }: PageFlags) {
  return { limit, cursor };
}

/** Without what is undefined. */
export function definedOf<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
