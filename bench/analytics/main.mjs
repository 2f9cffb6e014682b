// The analytics room against Python peers, medians of one run on the same numbers:
//   returns  the full metric set on a million returns; empyrical's 16 metrics, quantstats' 24
//   lots     exact FIFO over a million fills; a deque of Decimals; and two million, to see the growth
//
//   node bench/analytics/main.mjs [--returns 1000000] [--fills 1000000] [--rounds 5] [--peers FOLDER | --alone]
//
// Needs what `make build` built. The Python side needs /usr/bin/python3 with pandas and scipy (Debian's python3-pandas,
// python3-scipy, python3-packaging); --peers names a folder with checkouts of empyrical-reloaded (emp/) and quantstats
// (qs/), which are compared when they are there and are no part of this repository. --alone measures ours only.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Amount, ZERO } from '../../analytics/dist/amount/decimal.js';
import { Position } from '../../analytics/dist/lots/position.js';
import { calendarSeries } from '../../analytics/dist/series/calendar-series.js';
import { returnsMetrics } from '../../analytics/dist/series/returns-metrics.js';
import { fills, returns } from './data.mjs';

const { values } = parseArgs({
  options: {
    returns: { type: 'string', default: '1000000' },
    fills: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
    peers: { type: 'string', default: '' },
    alone: { type: 'boolean', default: false },
  },
});
const RETURNS = Math.min(Number(values.returns), 2_000_000);
const FILLS = Math.min(Number(values.fills), 2_000_000);
const ROUNDS = Math.min(Number(values.rounds), 15);

const folder = mkdtempSync(join(tmpdir(), 'pa-bench-analytics-'));
try {
  const own = { ...measureReturns(), ...measureLots() };
  report(own, values.alone ? {} : measurePeers());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Hourly, from 1950 on. */
function measureReturns() {
  const values = returns(RETURNS);
  writeFileSync(join(folder, 'returns.f64'), new Uint8Array(values.buffer));
  const series = calendarSeries(values, Date.UTC(1950, 0), 'h');
  return { returns: median(() => returnsMetrics(series)) };
}

function measureLots() {
  const { side, quantity, price } = fills(2 * FILLS);
  const columns = new Float64Array(3 * FILLS);
  columns.set(side.subarray(0, FILLS), 0);
  columns.set(quantity.subarray(0, FILLS), FILLS);
  columns.set(price.subarray(0, FILLS), 2 * FILLS);
  writeFileSync(join(folder, 'fills.f64'), new Uint8Array(columns.buffer));
  const trades = Array.from(side, (sign, i) => ({
    side: sign > 0 ? 'buy' : 'sell',
    quantity: new Amount(BigInt(quantity[i]), 3),
    price: new Amount(BigInt(price[i]), 2),
    fee: ZERO,
    time: i,
  }));
  const match = (count) => {
    const position = new Position({ method: 'fifo', spot: false });
    let realized = 0;
    for (let i = 0; i < count; i++) {
      const closing = position.trade(trades[i]);
      if (closing !== null) realized += Number(closing.realizedPnl.unitsAt(5));
    }
    return realized;
  };
  return {
    lots: median(() => match(FILLS)),
    lotsTwice: median(() => match(2 * FILLS)),
    realized: new Amount(match(FILLS), 5).toString(),
  };
}

function measurePeers() {
  const script = fileURLToPath(new URL('peers.py', import.meta.url));
  const { stdout, stderr, status, error } = spawnSync(
    '/usr/bin/python3',
    ['-W', 'ignore', script, folder, String(ROUNDS), values.peers],
    {
      encoding: 'utf8',
      timeout: 1_200_000,
      env: { PYTHONDONTWRITEBYTECODE: '1', OPENBLAS_NUM_THREADS: '1' },
    },
  );
  if (status === 0) return JSON.parse(stdout);
  console.error(`no peers: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
  return {};
}

/** Milliseconds of `work`: the median of some rounds after three in which it is compiled. */
function median(work) {
  for (let i = 0; i < 3; i++) work();
  const times = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
  return times.sort((a, b) => a - b)[ROUNDS >> 1];
}

function report(own, peers) {
  const line = (name, ms, against) => {
    const ratio = against === undefined ? '' : `  ${(ms / against).toFixed(1)} times ours`;
    console.log(`${name.padEnd(46)} ${ms.toFixed(0).padStart(7)} ms${ratio}`);
  };
  console.log(`${RETURNS} hourly returns, ${FILLS} fills, medians of ${ROUNDS}`);
  line('all metrics of returns', own.returns);
  if (peers.empyrical)
    line(`empyrical ${peers.versions.empyrical}, 16 metrics`, peers.empyrical, own.returns);
  if (peers.quantstats)
    line(`quantstats ${peers.versions.quantstats}, 24 metrics`, peers.quantstats, own.returns);
  line('exact FIFO', own.lots);
  line('exact FIFO, twice the fills', own.lotsTwice);
  if (peers.decimalDeque)
    line(`deque of Decimal, Python ${peers.versions.python}`, peers.decimalDeque, own.lots);
  if (peers.realized && Number(peers.realized) !== Number(own.realized)) {
    throw new Error(`realised ${own.realized}, by the deque of Decimal ${peers.realized}`);
  }
  console.log(`versions ${JSON.stringify({ node: process.versions.node, ...peers.versions })}`);
}
