import { describe, expect, it } from 'vitest';
import { DAY_MS } from '@perf-aggregator/shared/time';
import * as scenarios from '../../src/trader/scenarios/scenarios.ts';
import { createMarket } from '../../src/market/market.ts';
import { ACCOUNT, CUSTOMER, LAST_DAY, NOW, openRoad } from './road.ts';
import { Reader } from './reader.ts';

const market = createMarket({ lastDay: LAST_DAY + 1, synthetic: 'standard' });
const BUDGET = () => ({ maxEntries: 5_000, until: NOW + 400 * DAY_MS });

describe('scenarios', () => {
  it.each(['hiddenLoss', 'flatTrader', 'futuresTrader', 'coinMargined', 'marginTrader', 'dustAndConvert', 'everything'] as const)('%s', async (name) => {
    const history = scenarios[name]({ seed: 'x', market, lastDay: LAST_DAY } as never);
    const road = await openRoad({ customers: [{ ...CUSTOMER, permissions: { ...CUSTOMER.permissions, futures: true, margin: true } as never, history }], market } as never);
    const reader = new Reader(road.exchanges, ACCOUNT);
    try {
    const pull = await reader.all(BUDGET);
    console.log(name, reader.pulls.length, 'pulls', road.requests.length, 'requests', reader.ledger.entries.length, 'entries', road.waits.reduce((a, b) => a + b, 0), 'ms waits');
    console.log(JSON.stringify(pull.coverage.scope), JSON.stringify((pull.cursor as any).unexplained), JSON.stringify((pull.cursor as any).quarantined));
    const counts: Record<string, number> = {};
    for (const r of road.requests) counts[r.path] = (counts[r.path] ?? 0) + 1;
    console.log(JSON.stringify(counts));
    } finally { await road.close(); }
  }, 60_000);
});
