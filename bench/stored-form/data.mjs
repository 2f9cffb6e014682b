// Accounts to store, from one seed: fills with ids of one kind or the other, and what an idle account gets in a year.
import { normal, xorshift } from '../analytics/data.mjs';

const START = Date.UTC(2026, 0);
const DAY_MS = 86_400_000;
const MARKETS = [
  ['BTC', 60_000, 2, 5],
  ['ETH', 2_500, 2, 4],
  ['BNB', 550, 2, 3],
  ['SOL', 140, 2, 3],
  ['XRP', 0.6, 4, 1],
  ['ADA', 0.4, 4, 1],
  ['DOGE', 0.15, 5, 0],
  ['LINK', 12, 3, 2],
];

/**
 * Fills as a venue's history gives them: in runs of one market, in order of time. Half of the orders fill in several
 * pieces. Fees have eight decimal places, a third of them in BNB.
 * @param {number} count @param {'numbers' | 'uuids'} ids
 */
export function fills(count, ids) {
  const random = xorshift(23_001);
  const uuid = uuids(random);
  const each = Math.ceil(count / MARKETS.length);
  const all = [];
  for (const [market, [base, level, places, quantityPlaces]] of MARKETS.entries()) {
    let [time, id, order, price] = [START, 1_000_000_000 * (market + 1), 7_000_000_000 * (market + 1), level];
    let orderId = '';
    for (let i = 0; i < each && all.length < count; i++) {
      const isNewOrder = i === 0 || random() < 0.6;
      time += isNewOrder ? Math.floor(-Math.log(1 - random()) * 600_000) : Math.floor(random() * 3);
      id += 1 + Math.floor(-Math.log(1 - random()) * (isNewOrder ? 20_000 : 3));
      price *= 1 + 0.0005 * normal(random);
      if (isNewOrder) order += 1 + Math.floor(-Math.log(1 - random()) * 50_000);
      if (isNewOrder) orderId = ids === 'numbers' ? String(order) : uuid();
      const quantity = (Math.exp(normal(random)) * 500) / level;
      const inBnb = random() < 0.33;
      const fee = (quantity * price * 0.00075) / (inBnb ? 550 : 1);
      all.push({
        ...{
          kind: 'fill',
          id: ids === 'numbers' ? String(id) : uuid(),
          time,
          venue: 'binance',
          account: 'a0',
        },
        ...{ wallet: 'spot', market: 'spot', symbol: `${base}/USDT`, base, quote: 'USDT' },
        side: random() < 0.5 ? 'buy' : 'sell',
        quantity: Math.max(quantity, 0.1 ** Number(quantityPlaces)).toFixed(quantityPlaces),
        price: price.toFixed(places),
        fee: { amount: fee.toFixed(8), currency: inBnb ? 'BNB' : 'USDT' },
        orderId,
      });
    }
  }
  return all;
}

/** A version 4 UUID (RFC 9562 §5.4). */
function uuids(random) {
  return () => {
    const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
    hex[12] = '4';
    hex[16] = '89ab'[Math.floor(random() * 4)];
    const digits = hex.join('');
    return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, digits);
  };
}

/**
 * One idle year: each day brings the closes of ten assets and a snapshot, at the first synchronisation after midnight.
 * @returns {readonly { readonly at: number, readonly records: readonly object[] }[]} one item a synchronisation
 */
export function idleYear(everyMs = 300_000) {
  const random = xorshift(23_002);
  const prices = MARKETS.map(([, level]) => level);
  const assets = [...MARKETS, ['DOT', 5, 3, 2], ['LTC', 70, 2, 3]];
  const steps = [];
  for (let at = START; at < START + 365 * DAY_MS; at += everyMs) {
    const records = [];
    if (at % DAY_MS < everyMs) {
      for (const [i, [asset, level, places]] of assets.entries()) {
        prices[i] = (prices[i] ?? level) * (1 + 0.02 * normal(random));
        const vwap = (prices[i] * (1 + 0.002 * normal(random))).toFixed(places);
        const volume = ((Math.exp(normal(random)) * 1e8) / level).toFixed(5);
        const common = { kind: 'mark', venue: 'binance', asset, quote: 'USDT', time: at - (at % DAY_MS) };
        records.push({ ...common, resolution: '1d', price: prices[i].toFixed(places), volume, vwap });
      }
      const row = ([asset]) => ({ wallet: 'spot', time: at, asset, total: '12.34567891' });
      const rows = assets.map(row);
      records.push({ kind: 'snapshot', account: 'a0', time: at, reason: 'day', rows, positions: [] });
    }
    steps.push({ at, records });
  }
  return steps;
}

/** The same synchronisations; the first of each hour also brings the interest of that hour. */
export function withInterest(steps) {
  const common = { kind: 'interest', venue: 'binance', account: 'a0', wallet: 'margin', market: 'spot' };
  return steps.map(({ at, records }) => {
    if (at % 3_600_000 !== 0) return { at, records };
    const hour = at / 3_600_000;
    const amount = `-0.00${String(100_000 + (hour % 977)).padStart(6, '0')}`;
    const interest = { ...common, id: String(9_000_000_000 + 131 * hour), time: at, asset: 'USDT', amount };
    return { at, records: [{ ...interest, symbol: null }, ...records] };
  });
}
