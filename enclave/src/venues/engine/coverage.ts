/** What a pull says about its own reach: every report states it. */
import type { Coverage } from '../port.ts';
import { streamsOf } from './explain.ts';
import type { PullRun } from './run.ts';

/** What was read of the account, and what was not. */
export function coverageOf(run: PullRun): Coverage {
  const { account, state } = run;
  return {
    account: account.account,
    venue: account.venue,
    symbols: tradedSymbols(run),
    from: state.earliest,
    to: run.now(),
    productsRead: productsRead(run),
    productsNotRead: notRead(run),
    gaps: [...state.gaps],
    unavailable: [...state.unavailable],
    scope: scopeOf(run),
  };
}

/** The markets of which fills were read, by the venue's names. */
function tradedSymbols({ state }: PullRun): readonly string[] {
  const names = Object.entries(state.walks).flatMap(([name, { id }]) =>
    id === null ? [] : [name.slice(name.indexOf('/') + 1)],
  );
  return [...new Set(names)].sort();
}

function productsRead({ account, state, table }: PullRun): readonly string[] {
  if (account.sandbox) return ['spot'];
  return table.products
    .filter((product) => !product.wallets.some((wallet) => state.unavailable.includes(wallet)))
    .map(({ name }) => name);
}

function notRead({ account, state, table }: PullRun): readonly string[] {
  const products = table.products.filter((product) =>
    account.sandbox
      ? product.name !== 'spot'
      : product.wallets.some((wallet) => state.unavailable.includes(wallet)),
  );
  return [
    ...table.notRead,
    ...products.map(({ name }) => name),
    ...(account.symbols?.length ? ['markets other than the symbols given'] : []),
  ];
}

/**
 * Whether everything that could have moved the account was read (docs/metrics.md §1.3). Not `complete` while the first
 * reading is under way, where a part cannot be read that anything went to or came from, and where a difference is left.
 */
function scopeOf(run: PullRun): Coverage['scope'] {
  const { state, account } = run;
  const missing = new Set<string>();
  if (!state.isFinal) missing.add('markets and streams that the first reading has not reached yet');
  if (account.symbols?.length) missing.add('markets other than the symbols given');
  if (account.sandbox) missing.add('everything but spot: the sandbox has nothing else');
  for (const name of unreadOf(run)) missing.add(name);
  for (const { stream } of state.gaps) if (!/ prices of /.test(stream)) missing.add(stream);
  for (const stream of Object.keys(state.quarantined)) missing.add(`rows of ${stream} that cannot be read`);
  for (const [wallet, assets] of Object.entries(state.unexplained)) {
    for (const asset of Object.keys(assets)) missing.add(`what moved ${asset} in ${wallet}`);
  }
  return {
    from: horizonOf(run),
    state: missing.size === 0 ? 'complete' : 'partial',
    missing: [...missing].sort(),
  };
}

/** Wallets that something went to or came from, and that nothing here reads or the key may not read. */
function unreadOf({ state, table }: PullRun): readonly string[] {
  const read = table.wallets
    .flatMap(({ wallets }) => wallets)
    .filter((wallet) => !state.unavailable.includes(wallet));
  const unread = state.touched.filter(
    (wallet) => !read.some((name) => wallet === name || (name.endsWith(':') && wallet.startsWith(name))),
  );
  return unread.map((wallet) =>
    state.unavailable.includes(wallet) ? `${wallet} (the key may not read it)` : wallet,
  );
}

/** The latest instant before which a stream that was needed has nothing any more. Null: all reach to the beginning. */
function horizonOf(run: PullRun): number | null {
  const { state } = run;
  if (Object.keys(state.unexplained).length === 0 || state.earliest === null) return null;
  const horizons = streamsOf(run).flatMap(({ windows }) =>
    windows?.horizonMs == null ? [] : [run.now() - windows.horizonMs],
  );
  const latest = Math.max(0, ...horizons);
  return latest > state.earliest ? latest : null;
}
