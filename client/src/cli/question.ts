/** Options that form a question about a session, and the parameters that they set. */
import {
  type PeriodParameters,
  QUERY_CURRENCIES,
  QUERY_METHODS,
  QUERY_PERIODS,
} from '@perf-aggregator/shared/messages/request';
import { type Command, Option } from 'commander';
import type * as z from 'zod';
import { optionOf } from '../present/parameters.ts';
import { parseCount, parseRate } from './arguments.ts';
import { UsageError } from './exit.ts';

/** The session, and the part of its history. */
export interface SelectionFlags
  extends Pick<PeriodParameters, 'from' | 'to' | 'period' | 'account' | 'currency' | 'method'> {
  readonly session?: string;
}

/** What the metrics are measured against. */
export interface PeriodFlags extends SelectionFlags, Pick<PeriodParameters, 'benchmark'> {
  readonly riskFree?: number;
  readonly mar?: number;
  readonly managementFee?: number;
}

/** The requested page. */
export interface PageFlags {
  readonly limit?: number;
  readonly cursor?: string;
  readonly all?: boolean;
}

/** The supported venues list no pair with USD, so nothing prices USD. */
const CURRENCIES = QUERY_CURRENCIES.filter((currency) => currency !== 'USD');

/** Adds the option that names a session. */
export function addSessionOption(command: Command): Command {
  return command.option(
    '--session <id>',
    'session, or the beginning of its id (default: the one used last)',
    parseSession,
  );
}

/** Adds the options for a period with metrics. */
export function addPeriodOptions(command: Command): Command {
  return addDashboardOptions(command).option(
    '--management-fee <rate>',
    'annual, off the net returns of the compliance table',
    parseRate,
  );
}

/** Adds the period options that affect a dashboard's numbers. */
export function addDashboardOptions(command: Command): Command {
  return addBenchmarkOptions(addSelectionOptions(command)).option(
    '--mar <rate>',
    'annual minimum acceptable return',
    parseRate,
  );
}

/** Adds the options for the history and its days. */
export function addSelectionOptions(command: Command): Command {
  return addSessionOption(command)
    .option('--from <day>', 'first UTC day, as 2026-01-31')
    .option('--to <day>', 'last UTC day')
    .addOption(
      new Option('--period <name>', 'instead of --from: counted back')
        .choices(QUERY_PERIODS)
        .conflicts('from'),
    )
    .option('--account <name>', 'one account of the session only, as a0')
    .addOption(new Option('--currency <name>', "of all money (default: the session's)").choices(CURRENCIES))
    .addOption(new Option('--method <name>', 'which lots a sale takes first').choices(QUERY_METHODS));
}

/** Adds the options for what returns are compared with. */
export function addBenchmarkOptions(command: Command): Command {
  return command
    .option('--benchmark <asset>', 'compare with the daily prices of an asset, as BTC')
    .option('--risk-free <rate>', 'annual risk-free rate, 0.02 for 2 %', parseRate);
}

/** Adds the options for pages. */
export function addPageOptions(command: Command): Command {
  return command
    .option('--limit <count>', 'so many at once', parseCount)
    .option('--cursor <text>', 'go on where the page before ended')
    .option('--all', 'page after page, to the last');
}

/** The parameters that the period options set. */
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

/** The parameters that select a history and a part of it. */
export function toSelection({ from, to, period, account, currency, method }: SelectionFlags) {
  return definedOf({ from, to, period, account, currency, method });
}

/** The value without its undefined members. */
export function definedOf<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

/**
 * The question, if the enclave would accept it. What the enclave would refuse is refused here, with the names of
 * options.
 * @throws UsageError `option_invalid`
 */
export function checkedQuestion<Parameters extends object>(
  schema: z.ZodType<Parameters>,
  question: Parameters,
): Parameters {
  const parsed = schema.safeParse(question);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${optionOf(String(path[0]))}: ${message}`);
    throw new UsageError('option_invalid', faults.join('; '));
  }
  const { from, to } = question as { readonly from?: string; readonly to?: string };
  if (from === undefined || to === undefined || from <= to) return question;
  throw new UsageError('option_invalid', `--from ${from} is after --to ${to}`);
}

/** Refuses an empty name: every id begins with it. */
function parseSession(text: string): string {
  if (text !== '') return text;
  throw new UsageError('option_invalid', '--session names no session; ./perf-aggregator sessions lists them');
}
