/** Binance's signed endpoints of cross and isolated margin. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import { fixed8, parseAmount } from '../../market/amount.ts';
import { toFine } from '../../market/series.ts';
import type { Books } from '../../trader/books.ts';
import type { MarginFill, MarginWallet } from '../../trader/wallet-event.ts';
import type { Call } from './call.ts';
import { between, pageOf, windowOf } from './page.ts';
import { marketId, seriesOf } from './public.ts';
import { refusals } from './refusal.ts';
import { type TradeRow, trade, tradesOf } from './spot.ts';
import { isolatedSymbol } from './wallet-transfers.ts';

const MONTH = { maxMs: 30 * DAY_MS };
/** Seven days where no time is sent. */
const WEEK = { maxMs: 30 * DAY_MS, defaultMs: 7 * DAY_MS };
const PAGE = { size: 10, max: 100 };

/** GET /sapi/v1/margin/allPairs, /sapi/v1/margin/isolated/allPairs: the recorded markets. */
export function marginPairs({ market }: Call): object {
  return market.spot
    .filter(({ isSynthetic, base }) => !isSynthetic && base !== 'EUR')
    .map(({ symbol, base, quote }, index) => ({
      id: index + 1,
      symbol: marketId(symbol),
      base,
      quote,
      isMarginTrade: true,
      isBuyAllowed: true,
      isSellAllowed: true,
    }));
}

/** GET /sapi/v1/margin/account: cross margin. @throws BinanceRefusal −3003 for an account without margin */
export function marginAccount({ customer, records, now }: Call): object {
  if (customer.hasMargin === false) throw refusals.noMarginAccount();
  const books = records.booksAt(now);
  return {
    created: true,
    borrowEnabled: true,
    marginLevel: '999.00000000',
    tradeEnabled: true,
    transferInEnabled: true,
    transferOutEnabled: true,
    accountType: 'MARGIN_1',
    userAssets: assetsOf(books, 'cross').map((asset) => assetRow(books, 'cross', asset)),
  };
}

/** GET /sapi/v1/margin/isolated/account: all pairs ever used, or up to five that are asked for. */
export function isolatedAccount({ customer, parameters, records, market, now }: Call): object {
  if (customer.hasMargin === false) throw refusals.noMarginAccount();
  const books = records.booksAt(now);
  const asked = parameters.optional('symbols')?.split(',');
  if (asked && asked.length > 5) throw refusals.invalid('symbols');
  const assets = books.wallets().flatMap((wallet) => {
    const symbol = isolatedSymbol(wallet);
    const series = market.spot.find((one) => marketId(one.symbol) === symbol);
    if (!series || (asked && !asked.includes(symbol))) return [];
    const row = (asset: string): object => ({
      ...assetRow(books, wallet as MarginWallet, asset),
      borrowEnabled: true,
      repayEnabled: true,
      totalAsset: fixed8(books.balance(wallet, asset)),
    });
    return [
      {
        baseAsset: row(series.base),
        quoteAsset: row(series.quote),
        symbol,
        isolatedCreated: true,
        enabled: true,
        marginLevel: '999.00000000',
        marginLevelStatus: 'EXCESSIVE',
        marginRatio: '5.00000000',
        indexPrice: fixed8(toFine(series.priceAt(now), series.digits)),
        liquidatePrice: '0',
        liquidateRate: '0',
        tradeEnabled: true,
      },
    ];
  });
  return { assets };
}

function assetsOf(books: Books, wallet: MarginWallet): readonly string[] {
  const owed = books.debts().flatMap((debt) => (debt.wallet === wallet ? [debt.asset] : []));
  return [...new Set([...books.balances(wallet).map(([asset]) => asset), ...owed])];
}

function assetRow(books: Books, wallet: MarginWallet, asset: string): object {
  const free = books.balance(wallet, asset);
  const { principal, interest } = books.owed(wallet, asset);
  return {
    asset,
    borrowed: fixed8(principal),
    free: fixed8(free),
    interest: fixed8(interest),
    locked: fixed8(0n),
    netAsset: fixed8(free - principal - interest),
  };
}

/** GET /sapi/v1/margin/myTrades: like spot's, of cross or of the pair's isolated wallet. @throws BinanceRefusal */
export function marginTrades(call: Call): object {
  const { symbol } = seriesOf(call.parameters, call.market, call.now);
  const isIsolated = call.parameters.optional('isIsolated') === 'TRUE';
  const wallet = isIsolated ? `isolated:${marketId(symbol)}` : 'cross';
  const fills = call.records.list<TradeRow>(`fills ${wallet} ${symbol}`, () =>
    call.records
      .events('marginFill')
      .filter((fill) => fill.wallet === wallet && fill.symbol === symbol)
      .map((fill) => ({ ...fill, id: fill.tradeId })),
  );
  return tradesOf(call, fills).map((fill) => ({ ...trade(fill), isIsolated }));
}

/** GET /sapi/v1/margin/interestHistory: of cross where no `isolatedSymbol` is sent. Newest first. */
export function interestHistory({ parameters, records, now }: Call): object {
  const { from, to } = windowOf(parameters, WEEK, now);
  const [wallet, asset] = [walletOf(parameters.optional('isolatedSymbol')), parameters.optional('asset')];
  const rows = between(records.events('interest'), from, to, now).filter(
    (one) => one.wallet === wallet && (asset ?? one.asset) === one.asset,
  );
  const page = pageOf(parameters, rows, PAGE);
  return {
    rows: page.rows.map((one) => ({
      txId: Number(one.id),
      interestAccuredTime: one.time,
      asset: one.asset,
      rawAsset: one.asset,
      principal: fixed8(parseAmount(one.principal)),
      interest: fixed8(parseAmount(one.amount)),
      interestRate: fixed8(parseAmount(one.rate)),
      type: 'PERIODIC',
      ...(one.wallet === 'cross' ? {} : { isolatedSymbol: isolatedSymbol(one.wallet) }),
    })),
    total: page.total,
  };
}

/** GET /sapi/v1/margin/borrow-repay: `amount` is principal and interest together. Newest first. */
export function borrowRepay({ parameters, records, now }: Call): object {
  const type = parameters.choice('type', ['BORROW', 'REPAY'] as const);
  const { from, to } = windowOf(parameters, WEEK, now);
  const [wallet, asset] = [walletOf(parameters.optional('isolatedSymbol')), parameters.optional('asset')];
  const rows = between(records.events('loan'), from, to, now).filter(
    (one) =>
      one.direction.toUpperCase() === type && one.wallet === wallet && (asset ?? one.asset) === one.asset,
  );
  const page = pageOf(parameters, rows, PAGE);
  return {
    rows: page.rows.map((one) => ({
      type: 'MANUAL',
      isolatedSymbol: isolatedSymbol(one.wallet),
      amount: fixed8(parseAmount(one.principal) + parseAmount(one.interest)),
      asset: one.asset,
      interest: fixed8(parseAmount(one.interest)),
      principal: fixed8(parseAmount(one.principal)),
      status: 'CONFIRMED',
      timestamp: one.time,
      txId: Number(one.id),
    })),
    total: page.total,
  };
}

/** GET /sapi/v1/margin/transfer: into (`ROLL_IN`) and out of cross, or of one isolated wallet. Newest first. */
export function marginTransfers({ parameters, records, now }: Call): object {
  const { from, to } = windowOf(parameters, WEEK, now);
  const [wallet, asset] = [walletOf(parameters.optional('isolatedSymbol')), parameters.optional('asset')];
  const type = parameters.optional('type');
  const rows = between(records.events('transfer'), from, to, now).flatMap((one) => {
    const direction = one.to === wallet ? 'ROLL_IN' : one.from === wallet ? 'ROLL_OUT' : null;
    if (direction === null || (type ?? direction) !== direction || (asset ?? one.asset) !== one.asset)
      return [];
    return [
      {
        amount: fixed8(parseAmount(one.amount)),
        asset: one.asset,
        status: 'CONFIRMED',
        timestamp: one.time,
        txId: Number(one.id),
        type: direction,
        transFrom: placeOf(one.from),
        transTo: placeOf(one.to),
        ...(isolatedSymbol(one.from) ? { fromSymbol: isolatedSymbol(one.from) } : {}),
        ...(isolatedSymbol(one.to) ? { toSymbol: isolatedSymbol(one.to) } : {}),
      },
    ];
  });
  return pageOf(parameters, rows, PAGE);
}

/** GET /sapi/v1/margin/forceLiquidationRec: the fills that closed positions of cross or of one pair. Newest first. */
export function forcedLiquidations({ parameters, records, now }: Call): object {
  const { from, to } = windowOf(parameters, MONTH, now);
  const wallet = walletOf(parameters.optional('isolatedSymbol'));
  const rows = between(records.events('marginFill'), from, to, now).filter(
    (one) => one.liquidation && one.wallet === wallet,
  );
  const page = pageOf(parameters, rows, PAGE);
  return { rows: page.rows.map(liquidationRow), total: page.total };
}

function liquidationRow(fill: MarginFill): object {
  return {
    avgPrice: fixed8(parseAmount(fill.price)),
    executedQty: fixed8(parseAmount(fill.quantity)),
    orderId: fill.orderId,
    price: fixed8(parseAmount(fill.price)),
    qty: fixed8(parseAmount(fill.quantity)),
    side: fill.side.toUpperCase(),
    symbol: marketId(fill.symbol),
    timeInForce: 'GTC',
    isIsolated: fill.wallet !== 'cross',
    updatedTime: fill.time,
  };
}

function walletOf(isolated: string | undefined): MarginWallet {
  return isolated === undefined ? 'cross' : `isolated:${isolated}`;
}

/** The venue's names of wallets in this list: [r]. */
function placeOf(wallet: string): string {
  if (wallet.startsWith('isolated:')) return 'ISOLATED_MARGIN';
  const names: Readonly<Record<string, string>> = {
    cross: 'CROSS_MARGIN',
    usdm: 'FUTURES',
    coinm: 'CM_FUTURES',
  };
  return names[wallet] ?? wallet.toUpperCase();
}
