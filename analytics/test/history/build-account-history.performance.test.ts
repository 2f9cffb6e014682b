import { describe, expect, it } from 'vitest';
import { buildAccountHistory, type HistoryInput } from '../../src/history/build-account-history.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { GrowingAccount } from '../book/growing-account.ts';
import { at, fill, mark, transfer } from '../entries/entries.ts';

const DAY = 86_400_000;
const START = at('2021-01-01');
const ASSETS = ['BTC', 'ETH', 'SOL', 'BNB', 'ADA', 'XRP'];

/** Three years with `fillCount` fills, half of them buys. Fees are paid in BNB, and there is one flow a week. */
function years(fillCount: number): HistoryInput {
  const days = 3 * 365;
  const step = Math.floor((days * DAY) / (fillCount + 1));
  const price = (day: number, asset: number) => (100 + asset + 10 * Math.sin(day / 20 + asset)).toFixed(4);
  const fills = Array.from({ length: fillCount }, (_, i) => {
    const time = START + (i + 1) * step;
    const asset = (i >> 1) % ASSETS.length;
    const side = i % 2 === 0 ? 'buy' : 'sell';
    return fill(
      time,
      side,
      '0.12345678',
      `${ASSETS[asset]}/USDT`,
      price(Math.floor((i * step) / DAY), asset),
      '0.00012345 BNB',
    );
  });
  const flows = Array.from({ length: days / 7 }, (_, i) =>
    transfer(START + i * 7 * DAY, 'deposit', '1000.5 USDT'),
  );
  const marks = Array.from({ length: days * ASSETS.length }, (_, i) => {
    const [day, asset] = [Math.floor(i / ASSETS.length), i % ASSETS.length];
    return mark(START + day * DAY, ASSETS[asset]!, price(day, asset));
  });
  return {
    entries: [...flows, ...fills],
    marks,
    snapshots: [],
    reportingCurrency: 'USDT',
    asOf: START + days * DAY,
  };
}

function measure(input: HistoryInput): number {
  const start = performance.now();
  const metrics = computeMetrics(buildAccountHistory(input));
  expect(metrics.observationCount).toBeGreaterThan(0);
  return performance.now() - start;
}

describe('when the ledger is long', () => {
  it('takes time in proportion: eight times the fills take far less than 64 times the time', () => {
    const [small, large] = [years(6_250), years(50_000)];
    measure(small);
    const ratio = measure(large) / measure(small);
    expect(ratio).toBeLessThan(24);
  });
});

describe('when a long ledger gets a hundred more fills', () => {
  it('takes a small part of the time of a full build', () => {
    const input = years(30_000);
    const account = new GrowingAccount(input);
    const timeOf = (entries: HistoryInput['entries']) => {
      const start = performance.now();
      account.append({ entries, marks: entries === input.entries ? input.marks : [] });
      expect(account.history(input).nav.length).toBeGreaterThan(0);
      return performance.now() - start;
    };
    const whole = timeOf(input.entries);
    const updates = Array.from({ length: 9 }, (_, update) =>
      timeOf(
        Array.from({ length: 100 }, (_, i) =>
          fill(input.asOf + update * 1_000 + i, i % 2 === 0 ? 'buy' : 'sell', '0.1', 'BTC/USDT', '100'),
        ),
      ),
    );
    const median = updates.sort((a, b) => a - b)[4]!;
    expect(median).toBeLessThan(whole / 10);
  });
});
