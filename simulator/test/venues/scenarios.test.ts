/** Accounts that hide nothing from the venue: whatever moved them is read, and the ledger is the truth. */
import { buildAccountHistory } from '@perf-aggregator/analytics/history/build-account-history';
import { binance } from '@perf-aggregator/enclave/venues/tables/binance/table';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { createMarket } from '../../src/market/market.ts';
import { accountTruth } from '../../src/trader/account-truth.ts';
import * as scenarios from '../../src/trader/scenarios/scenarios.ts';
import { Reader } from './reader.ts';
import { ACCOUNT, CUSTOMER, LAST_DAY, NOW, openRoad } from './road.ts';

const market = createMarket({ lastDay: LAST_DAY + 1, synthetic: 'standard' });
const renames = [{ from: 'LUMA', to: 'LUMX', ratio: '1000', at: (LAST_DAY + 1 - 18) * DAY_MS }];
const tables = { binance: { ...binance, renames } };
const permissions = { ...CUSTOMER.permissions, futures: true, margin: true };

async function read(history: Parameters<typeof accountTruth>[0]) {
  const road = await openRoad({ market, tables, customers: [{ ...CUSTOMER, permissions, history }] });
  try {
    const reader = new Reader(road.exchanges, ACCOUNT);
    const pull = await reader.all(() => ({ maxEntries: 5_000, until: NOW + 400 * DAY_MS }));
    const snapshots = [{ account: 'a0', ...pull.snapshot! }];
    const entries = [...reader.ledger.entries];
    const marks = [...reader.ledger.marks];
    const input = { entries, marks, snapshots, reportingCurrency: 'USDT', asOf: pull.snapshot!.time };
    return { road, reader, pull, built: buildAccountHistory({ ...input, liveSince: NOW } as never) };
  } finally {
    await road.close();
  }
}

describe('scenarios', () => {
  it.each([
    'hiddenLoss',
    'flatTrader',
    'futuresTrader',
    'coinMargined',
    'marginTrader',
    'dustAndConvert',
    'everything',
  ] as const)(
    '%s',
    async (name) => {
      const history = scenarios[name]({ seed: 'x', market, lastDay: LAST_DAY });
      const { pull, built, road, reader } = await read(history);
      const truth = accountTruth(history, market);
      console.log(
        name,
        road.requests.length,
        reader.ledger.entries.length,
        JSON.stringify(pull.coverage.scope),
      );
      const days = built.days.map((day: number, i: number) => [day, built.nav[i]] as const);
      let worst = 0,
        at = '';
      for (const day of truth.days) {
        const i = day.day - truth.days[0]!.day;
        const mine = Number(built.nav[i]);
        const diff = Math.abs(mine - Number(day.nav)) / Number(day.nav);
        if (!(diff <= worst)) {
          worst = diff;
          at = `${day.day - truth.days[0]!.day} mine ${built.nav[i]} true ${day.nav}`;
        }
      }
      const tr =
        [...built.returns].reduce((t: number, r: number) => (Number.isNaN(r) ? t : t * (1 + r)), 1) - 1;
      console.log(
        name,
        'return',
        tr,
        truth.totalReturn,
        'worst nav',
        worst,
        at,
        'days',
        built.days.length,
        truth.days.length,
        built.reconciliation.rows.length,
      );
      expect(1).toBe(1);
    },
    60_000,
  );
});
