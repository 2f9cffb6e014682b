/** Reads fills, symbol by symbol and page by page, by the venue's own rising ids. So no fill can be skipped. */
import type { PullState } from './cursor.ts';
import { ExchangeError } from './errors.ts';
import { drainMinutes, pendingMinutes } from './marks.ts';
import type { PullRun } from './run.ts';

/** Reading of fills stops while this many minutes wait for their price. This bounds the cursor. */
const MAX_PENDING_MINUTES = 2_000;

/**
 * Adds the symbols to read to the state: the given ones, or else every listed market between a known quote and an asset
 * that is held, was transferred or was traded.
 * @throws ExchangeError `exchange_symbol_unknown` when a given symbol is not listed
 */
export async function noteSymbols(run: PullRun, heldAssets: readonly string[]): Promise<void> {
  const markets = await run.client.markets();
  const { account, state, table } = run;
  for (const symbol of account.symbols ?? []) {
    if (!markets.has(symbol)) throw new ExchangeError('exchange_symbol_unknown', `${symbol} is not listed`);
    state.fills[symbol] ??= '0';
  }
  if (account.symbols && account.symbols.length > 0) return;
  for (const asset of new Set([...heldAssets, ...usedAssets(state)])) {
    for (const quote of table.knownQuotes) {
      const symbol = `${asset}/${quote}`;
      if (markets.has(symbol)) state.fills[symbol] ??= '0';
    }
  }
}

function usedAssets({ assets }: PullState): readonly string[] {
  return Object.entries(assets).flatMap(([asset, { priceOnly }]) => (priceOnly ? [] : [asset]));
}

/** Continues to read every symbol of the state. True when each has been read to its end. */
export async function walkFills(run: PullRun): Promise<boolean> {
  for (const symbol of Object.keys(run.state.fills).sort((a, b) => (a < b ? -1 : 1))) {
    if (!(await walkSymbol(run, symbol))) return false;
  }
  return true;
}

async function walkSymbol(run: PullRun, symbol: string): Promise<boolean> {
  const { fills } = run.state;
  for (let room = run.room(); room > 0; room = run.room()) {
    const limit = Math.min(run.table.fillsPage, room);
    const from = fills[symbol] ?? '0';
    const page = await run.client.fills(symbol, from, limit);
    const [first] = page;
    if (first && BigInt(first.id) < BigInt(from)) {
      throw new ExchangeError('exchange_bad_response', `${symbol} came with fills before the ones asked for`);
    }
    for (const fill of page) run.emit(fill);
    const last = page.at(-1);
    if (last) fills[symbol] = String(BigInt(last.id) + 1n);
    if (page.length < limit) return true;
    if (pendingMinutes(run.state) > MAX_PENDING_MINUTES && !(await drainMinutes(run))) return false;
  }
  return false;
}
