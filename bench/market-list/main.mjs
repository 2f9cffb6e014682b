// Heap that the list of a venue's markets keeps: rows of our own, as many as Binance lists (some 3,500 of spot, 650 and
// 60 contracts).
//
//   make build && node --expose-gc bench/market-list/main.mjs
import { indexOf } from '../../enclave/dist/venues/ccxt/markets.js';

const QUOTES = ['USDT', 'BTC', 'ETH', 'BNB', 'USDC', 'FDUSD', 'TRY'];

/** Rows with names of their own, as they come out of JSON. */
function rowsOf(count, product) {
  return Array.from({ length: count }, (_, i) => {
    const [base, quote] = [`COIN${i}`, QUOTES[i % QUOTES.length]];
    const settle = { spot: null, linear: quote, inverse: base }[product];
    const symbol = settle === null ? `${base}/${quote}` : `${base}/${quote}:${settle}`;
    return { symbol, id: `${base}${quote}`, product, base, quote, settle, contractSize: '1' };
  });
}

function heap() {
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

const before = heap();
const markets = indexOf([...rowsOf(3_500, 'spot'), ...rowsOf(650, 'linear'), ...rowsOf(60, 'inverse')]);
const kept = heap() - before;
const count = ['spot', 'linear', 'inverse'].reduce(
  (sum, product) => sum + markets.ofProduct(product).length,
  0,
);
console.log(`${count} markets keep ${(kept / 1e6).toFixed(1)} MB of heap`);
