/** Which history a question means: of which account, in which currency, by which cost method. */
import { type AccountHistory, type CostMethod, historyOf } from '@perf-aggregator/analytics';
import { PriceBook } from '@perf-aggregator/analytics/prices/price-book';
import type { SelectionParameters } from '@perf-aggregator/shared/messages/request';
import { SealedRefusal } from '../errors.ts';
import type { Session } from '../sessions/session.ts';

/** A history of a session. */
export interface Selection {
  /** Null: all accounts. */
  readonly account: string | null;
  readonly currency: string;
  readonly method: CostMethod;
}

/**
 * The selection that `parameters` name. The only account of a session is all of them.
 * @throws SealedRefusal `parameters_malformed` for an account that the session does not have
 */
export function selectionOf({ state }: Session, parameters: SelectionParameters): Selection {
  const { account, currency = state.reportingCurrency, method = 'fifo' } = parameters;
  if (account !== undefined && !state.accounts.some(({ access }) => access.account === account)) {
    throw new SealedRefusal('parameters_malformed', 'account: this session has no such account');
  }
  const isAll = account === undefined || state.accounts.length === 1;
  return { account: isAll ? null : account, currency, method };
}

/** Accounts that the selection takes in. */
export function accountsOf({ state }: Session, { account }: Selection) {
  return state.accounts.filter(({ access }) => account === null || access.account === account);
}

/**
 * The history of a selection, once for each ledger; of a ledger that grew only what changed is computed again.
 * @throws SealedRefusal `asset_unpriced` when no mark leads from the session's currency to the one that is asked for
 */
export function historyOfSelection(session: Session, selection: Selection): AccountHistory {
  const { account, currency, method } = selection;
  return session.computed.once('history', `${account ?? ''} ${currency} ${method}`, () => {
    const snapshots = accountsOf(session, selection).flatMap(({ access, snapshot }) =>
      snapshot ? [{ account: access.account, ...snapshot }] : [],
    );
    const asOf = Math.min(...snapshots.map(({ time }) => time));
    const terms = { account, reportingCurrency: currency, method };
    // A currency that nothing prices gets no book, and takes the place of none.
    if (currency !== session.state.reportingCurrency && !session.books.has(terms)) {
      requirePrice(session, new PriceBook([...session.ledger.marks], currency), currency, asOf);
    }
    const book = session.books.of(session.ledger, terms);
    requirePrice(session, book.prices, currency, asOf);
    return historyOf(book, { asOf, snapshots, liveSince: session.state.createdAt }, session.ledger.entries);
  });
}

/** The session's currency must have a price in the one that is asked for; it has one in itself. */
function requirePrice({ state }: Session, prices: PriceBook, currency: string, asOf: number): void {
  if (prices.at(state.reportingCurrency, asOf)) return;
  throw new SealedRefusal(
    'asset_unpriced',
    `currency: nothing prices ${state.reportingCurrency} in ${currency}`,
  );
}

/**
 * @throws SealedRefusal `asset_unpriced` when the history has no price of `benchmark`
 */
export function requireBenchmark(history: AccountHistory, benchmark: string | undefined): void {
  if (benchmark === undefined || history.exact.prices.at(benchmark, history.asOf)) return;
  throw new SealedRefusal('asset_unpriced', `benchmark: this session has no price of ${benchmark}`);
}
