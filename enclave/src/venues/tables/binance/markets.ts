/** The markets that Binance lists: spot, and contracts in dollars (USDⓈ-M) and in coins (COIN-M). */
import type { Market } from '../../table.ts';
import { fieldsOf, listOf, toDecimal, toInstant, toText } from '../../values.ts';

/** Listed spot markets, halted ones included: an account may have traded there. */
export function readSpotMarkets(answer: unknown): readonly Market[] {
  return symbolsOf(answer).map((row) => {
    const { id, base, quote } = namesOf(row);
    return { symbol: `${base}/${quote}`, id, product: 'spot', base, quote, settle: null, contractSize: '1' };
  });
}

/** Contracts that settle in the quote. One contract is one unit of base. */
export function readUsdmMarkets(answer: unknown): readonly Market[] {
  return symbolsOf(answer).map((row) => {
    const { id, base, quote } = namesOf(row);
    const settle = toText(row['marginAsset'], 'margin asset');
    return {
      symbol: contractSymbol(row, settle),
      id,
      product: 'linear',
      base,
      quote,
      settle,
      contractSize: '1',
    };
  });
}

/** Contracts that settle in the base. One contract is `contractSize` units of quote. */
export function readCoinmMarkets(answer: unknown): readonly Market[] {
  return symbolsOf(answer).map((row) => {
    const { id, base, quote } = namesOf(row);
    const settle = toText(row['marginAsset'], 'margin asset');
    const contractSize = toDecimal(row['contractSize'], 'contract size');
    return { symbol: contractSymbol(row, settle), id, product: 'inverse', base, quote, settle, contractSize };
  });
}

function symbolsOf(answer: unknown): readonly Readonly<Record<string, unknown>>[] {
  return listOf(fieldsOf(answer, 'listing')['symbols'], 'symbols').map((row) => fieldsOf(row, 'symbol'));
}

function namesOf(row: Readonly<Record<string, unknown>>) {
  return {
    id: toText(row['symbol'], 'symbol'),
    base: toText(row['baseAsset'], 'base asset'),
    quote: toText(row['quoteAsset'], 'quote asset'),
  };
}

/** `BTC/USDT:USDT`, and `BTC/USDT:USDT-270326` for a contract with a date. */
function contractSymbol(row: Readonly<Record<string, unknown>>, settle: string): string {
  const { base, quote } = namesOf(row);
  const name = `${base}/${quote}:${settle}`;
  if (String(row['contractType']).startsWith('PERPETUAL')) return name;
  const delivery = toInstant(row['deliveryDate'], 'delivery date');
  return `${name}-${new Date(delivery).toISOString().slice(2, 10).replaceAll('-', '')}`;
}
