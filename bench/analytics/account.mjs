// An account to measure with: two years of fills of ten spot pairs and two perpetual contracts, with fees, funding, flows,
// transfers between two own accounts, and the daily prices of all of it.
import { parseDecimal, ZERO } from '../../analytics/dist/amount/decimal.js';
import { normal, xorshift } from './data.mjs';

export const DAY = 86_400_000;
export const START = Date.UTC(2024, 0);
export const DAYS = 731;
const ASSETS = ['BTC', 'ETH', 'BNB', 'SOL', 'XRP', 'ADA', 'DOGE', 'LTC', 'LINK', 'AVAX'];
const SYMBOLS = [...ASSETS.map((asset) => `${asset}/USDT`), 'BTC/USDT:USDT', 'ETH/USDT:USDT'];

/** Entries in order of time, and marks; the last `tail` entries are fills, after all marks. */
export function account(fillCount, tail = 0) {
  const random = xorshift(4_711);
  const closes = prices(random);
  const marks = closes.flatMap((row, day) => row.map((price, i) => markOf(day, i, price)));
  const others = [...funding(), ...flows(marks, closes)];
  const end = START + (DAYS - 1) * DAY;
  const step = (end - START - DAY) / (fillCount - tail);
  const fills = Array.from({ length: fillCount }, (_, i) => {
    const isTail = i >= fillCount - tail;
    const time = isTail ? end + 1 + (i - fillCount + tail) * 1_000 : START + DAY + Math.floor(i * step) + 1;
    return fillOf(i, time, random, closes);
  });
  const entries = [...fills.slice(0, fillCount - tail), ...others].sort((a, b) => a.time - b.time);
  return { entries: [...entries, ...fills.slice(fillCount - tail)], marks };
}

/** Fills `from` and on, a second apart from each other, after the account's own. */
export function moreFills(from, count, time) {
  const random = xorshift(from + 1);
  const closes = prices(xorshift(4_711));
  return Array.from({ length: count }, (_, i) => fillOf(from + i, time + i * 1_000, random, closes));
}

/** What the accounts hold by their entries. */
export class Balances {
  #sums = new Map();
  /** Contracts and what they cost, by symbol. */
  #positions = new Map();

  constructor(entries) {
    this.add(entries);
  }

  add(entries) {
    for (const entry of entries) {
      if (entry.kind === 'fill') this.#fill(entry);
      else
        this.#move(entry, entry.asset, entry.direction === 'withdrawal' ? `-${entry.amount}` : entry.amount);
    }
  }

  /** @param extra - USDT of the first account that no entry explains */
  snapshots(time, extra) {
    return ['a0', 'a1'].map((account, i) => {
      const sums = new Map(this.#sums.get(account));
      const positions = [];
      for (const [symbol, { contracts, cost }] of i === 0 ? this.#positions : []) {
        // The venue rounds entry prices; this one does not, so that nothing is left unexplained.
        sums.set('USDT', sums.get('USDT').plus(cost));
        sums.set('USDT', sums.get('USDT').plus(contracts.times(ENTRY)));
        const [base] = symbol.split('/');
        const terms = { base, quote: 'USDT', settle: 'USDT', inverse: false, contractSize: '1' };
        positions.push({ symbol, ...terms, contracts: contracts.toString(), entryPrice: ENTRY.toString() });
      }
      if (i === 0) sums.set('USDT', sums.get('USDT').plus(parseDecimal(extra, 'an amount')));
      const balances = [...sums].map(([asset, sum]) => ({ asset, total: sum.toString() }));
      return { account, time, balances, positions };
    });
  }

  #fill({ side, symbol, base, quote, quantity, price, fee, market, ...entry }) {
    const [units, sign] = [parseDecimal(quantity, 'a quantity'), side === 'buy' ? 1 : -1];
    const cost = units.times(parseDecimal(price, 'a price'));
    this.#move(entry, fee.currency, `-${fee.amount}`);
    if (market === 'spot') {
      this.#move(entry, base, sign > 0 ? quantity : `-${quantity}`);
      this.#move(entry, quote, (sign > 0 ? cost.neg() : cost).toString());
      return;
    }
    const known = this.#positions.get(symbol) ?? { contracts: ZERO, cost: ZERO };
    this.#positions.set(symbol, {
      contracts: sign > 0 ? known.contracts.plus(units) : known.contracts.minus(units),
      cost: sign > 0 ? known.cost.minus(cost) : known.cost.plus(cost),
    });
  }

  #move({ account }, asset, text) {
    const sums = this.#sums.get(account) ?? new Map();
    sums.set(asset, (sums.get(asset) ?? ZERO).plus(parseDecimal(text.replace(/^--/, ''), 'an amount')));
    this.#sums.set(account, sums);
  }
}

/** Some entry price. */
const ENTRY = parseDecimal('1000', 'a price');

function fillOf(i, time, random, closes) {
  const index = Math.floor(random() * SYMBOLS.length);
  const symbol = SYMBOLS[index];
  const day = Math.min(closes.length - 1, Math.floor((time - START) / DAY));
  const isContract = symbol.includes(':');
  const [base] = symbol.split('/');
  const inBnb = random() < 0.3;
  const notional = 20 + random() * 400;
  const price = closes[day][index] * (1 + 0.002 * normal(random));
  return {
    ...{ kind: 'fill', id: String(1_000_000_000 + i), time, venue: 'binance', account: 'a0' },
    ...{
      wallet: isContract ? 'usdm' : 'spot',
      market: isContract ? 'linear' : 'spot',
      symbol,
      base,
      quote: 'USDT',
    },
    side: random() < 0.5 ? 'buy' : 'sell',
    quantity: (notional / price).toFixed(5).replace(/^0\.00000$/, '0.00001'),
    price: price.toFixed(4),
    fee: inBnb
      ? { amount: (notional * 0.00075 * 0.002).toFixed(8), currency: 'BNB' }
      : { amount: (notional * 0.001).toFixed(8), currency: 'USDT' },
    orderId: String(5_000_000_000 + (i >> 1)),
    ...(isContract ? { contractSize: '1', settle: 'USDT' } : {}),
  };
}

function funding() {
  return ['BTC/USDT:USDT', 'ETH/USDT:USDT'].flatMap((symbol, s) =>
    Array.from({ length: (DAYS - 2) * 3 }, (_, i) => ({
      ...{
        kind: 'funding',
        id: `f${s}${i}`,
        time: START + DAY + (i * DAY) / 3,
        venue: 'binance',
        account: 'a0',
      },
      ...{ wallet: 'usdm', market: 'linear', asset: 'USDT', amount: i % 2 === 0 ? '0.13' : '-0.11', symbol },
    })),
  );
}

/** A deposit each week, priced to the minute, and a transfer to the other account each month. */
function flows(marks, closes) {
  const entries = [];
  const transfer = (id, time, account, direction, asset, amount) =>
    entries.push({
      ...{
        kind: 'transfer',
        id,
        time,
        venue: 'binance',
        account,
        wallet: 'spot',
        market: 'spot',
        direction,
        asset,
        amount,
      },
      ...{ fee: null, transactionHash: null },
    });
  for (const [i, asset] of ASSETS.entries())
    transfer(`o${i}`, START + i + 1, 'a0', 'deposit', asset, (200_000 / closes[0][i]).toFixed(4));
  transfer('o', START, 'a0', 'deposit', 'USDT', '1000000');
  for (let day = 7; day < DAYS - 1; day += 7) {
    const time = START + day * DAY + 3_600_000;
    transfer(`d${day}`, time, 'a0', 'deposit', 'USDT', '1500.5');
    for (const [i, price] of closes[day].entries())
      marks.push({ ...markOf(day, i, price), time, resolution: '1m' });
  }
  for (let day = 30; day < DAYS - 1; day += 30) {
    const time = START + day * DAY + 7_200_000;
    transfer(`w${day}`, time, 'a0', 'withdrawal', 'ETH', `0.${1_000 + day}`);
    transfer(`v${day}`, time + 60_000, 'a1', 'deposit', 'ETH', `0.${1_000 + day}`);
  }
  return entries;
}

function markOf(day, index, price) {
  const asset = SYMBOLS[index].includes(':') ? SYMBOLS[index] : ASSETS[index];
  return {
    ...{ venue: 'binance', asset, quote: 'USDT', time: START + day * DAY, price: price.toFixed(4) },
    ...{ resolution: '1d', volume: '90000000', vwap: price.toFixed(4) },
  };
}

/** Daily closes of every symbol. */
function prices(random) {
  const row = [42_000, 2_300, 310, 100, 0.6, 0.55, 0.09, 72, 15, 38, 42_000, 2_300];
  return Array.from({ length: DAYS }, () => {
    for (let i = 0; i < row.length; i++) row[i] *= 1 + 0.02 * normal(random);
    return [...row];
  });
}
