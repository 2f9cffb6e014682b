/** Commands that read numbers: metrics, summary, returns and trades. */
import {
  periodParameters,
  returnsParameters,
  tradesParameters,
} from '@perf-aggregator/shared/messages/request';
import type { Command } from 'commander';
import type { SecureClient } from '../index.ts';
import { correlationTable } from '../present/correlation-table.ts';
import { metricsTable, summaryTable } from '../present/metrics-table.ts';
import { returnsTable, tradesTable } from '../present/series-tables.ts';
import type { MetricsResult, ReturnsResult, TradesResult } from '../sdk/results.ts';
import type { WaitOptions } from '../sdk/waiting.ts';
import { parseCount } from './arguments.ts';
import type { CliContext } from './context.ts';
import { historyOf, isEmpty, tellingHistory } from './history.ts';
import { type Asked, withKeptSession } from './kept-session.ts';
import {
  addBenchmarkOptions,
  addDashboardOptions,
  addPageOptions,
  addPeriodOptions,
  addSelectionOptions,
  checkedQuestion,
  definedOf,
  type PageFlags,
  type PeriodFlags,
  type SelectionFlags,
  toPeriod,
  toSelection,
} from './question.ts';
import { ProgressBar, print, warn } from './terminal.ts';

interface MetricsFlags extends PeriodFlags {
  readonly correlation?: boolean;
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
    .action((flags: MetricsFlags) => {
      const question = checkedQuestion(periodParameters, toPeriod(flags));
      return read(context, flags, (client, wait) => client.getMetrics(question, wait), textOf(flags));
    });
  addDashboardOptions(program.command('summary').description('the few numbers of a dashboard')).action(
    (flags: PeriodFlags) => {
      const question = checkedQuestion(periodParameters, toPeriod(flags));
      return read(context, flags, (client, wait) => client.getSummary(question, wait), summaryTable);
    },
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

async function readReturns(context: CliContext, flags: ReturnsFlags): Promise<void> {
  const { riskFree, benchmark, window } = flags;
  const question = checkedQuestion(returnsParameters, {
    ...toSelection(flags),
    ...definedOf({ benchmark, window, riskFreeRateAnnual: riskFree, ...pageOf(flags) }),
  });
  const ask = (client: SecureClient, wait: WaitOptions) =>
    flags.all ? wholeReturns(client.returnsPages(question, wait)) : client.getReturns(question, wait);
  await read(context, flags, ask, returnsTable);
}

async function readTrades(context: CliContext, flags: TradesFlags): Promise<void> {
  const { symbol } = flags;
  const question = checkedQuestion(tradesParameters, {
    ...toSelection(flags),
    ...definedOf({ symbol, ...pageOf(flags) }),
  });
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

/** Asks with the chosen session, shows progress, keeps what the client has seen, and prints the answer. */
async function read<T extends object>(
  context: CliContext,
  flags: SelectionFlags,
  ask: (client: SecureClient, wait: WaitOptions) => Promise<T>,
  text: (result: T) => string,
): Promise<void> {
  const { session, answer } = await withSession(context, flags, async (client, wait) => {
    const result = await ask(client, wait);
    return { result, history: isEmpty(result) ? await historyOf(client, flags) : null };
  });
  const { result, history } = answer;
  const beside = history === null ? { session } : { session, history };
  print(context.terminal, { ...result, ...beside }, () => `Session ${session}…\n${text(result)}`);
  if (history !== null && !context.terminal.json) {
    warn(context.terminal, `no whole UTC day of the history lies in the period; ${history.text}`);
  }
}

/** The result of `ask` with a kept session, with progress on the terminal. The session is kept again afterwards. */
export async function withSession<T>(
  context: CliContext,
  flags: SelectionFlags,
  ask: (client: SecureClient, wait: WaitOptions) => Promise<T>,
): Promise<Asked<T>> {
  const bar = new ProgressBar(context.terminal);
  const onProgress = (done: { progress: number; entries: number }) =>
    bar.show(done.progress, `reading the account, ${done.entries} entries`);
  return withKeptSession(context, flags.session, (client) =>
    tellingHistory(client, flags, () => ask(client, { onProgress }).finally(() => bar.clear())),
  );
}

function pageOf({ limit, cursor }: PageFlags) {
  return { limit, cursor };
}
