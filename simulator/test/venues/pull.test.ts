import type { FillEntry, LedgerEntry, TransferEntry } from '@perf-aggregator/analytics';
import { afterEach, describe, expect, it } from 'vitest';
import { formatPrice } from '../../src/market/amount.ts';
import type { Base } from '../../src/market/history.ts';
import { DAY_MS } from '../../src/market/market.ts';
import type { TraderEvent } from '../../src/trader/event.ts';
import { groundTruth } from '../../src/trader/ground-truth.ts';
import { ACCOUNT, history, LAST_DAY, market, NOW, openRoad, type Road } from './road.ts';

let road: Road;
afterEach(() => road.close());

const PATIENT = { maxEntries: 100_000, until: NOW + 3_600_000 };

function toEntry(event: TraderEvent): LedgerEntry {
  const owner = { venue: 'binance', account: 'a0', market: 'spot' } as const;
  if (event.kind === 'fill') {
    const [base = '', quote = ''] = event.symbol.split('/');
    return {
      ...owner,
      kind: 'fill',
      id: String(event.id),
      time: event.time,
      symbol: event.symbol,
      base,
      quote,
      side: event.side,
      quantity: event.quantity,
      price: event.price,
      fee: { amount: event.fee.amount, currency: event.fee.asset },
      orderId: String(event.orderId),
    } satisfies FillEntry;
  }
  return {
    ...owner,
    kind: 'transfer',
    id: event.id,
    time: event.time,
    direction: event.kind,
    asset: event.asset,
    amount: event.amount,
    fee: event.kind === 'withdrawal' ? { amount: event.fee, currency: event.asset } : null,
    transactionHash: event.transactionHash,
  } satisfies TransferEntry;
}

const byTime = (a: LedgerEntry, b: LedgerEntry): number => a.time - b.time || (a.id < b.id ? -1 : 1);
const EXPECTED = history.events.map(toEntry).sort(byTime);

describe('when an account is read for the first time', () => {
  it('hands over exactly what happened, every price that it needs, and the balances', async () => {
    road = await openRoad();
    const started = performance.now();
    const pull = await road.exchanges.pull(ACCOUNT, null, PATIENT);
    const elapsed = performance.now() - started;
    console.log(
      'ELAPSED',
      elapsed,
      road.requests.length,
      road.waits.reduce((a, b) => a + b, 0),
      JSON.stringify(pull.cursor).length,
    );
    expect(pull.done).toBe(true);
    expect([...pull.entries].sort(byTime)).toEqual(EXPECTED);
  });
});
