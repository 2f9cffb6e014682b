/** A loss between two readings, long after everything was walked, that is refilled to the cent from nowhere. */
import { DAY_MS, HOUR_MS } from '@perf-aggregator/shared/time';
import { describe } from 'vitest';
import { itAnswers } from '../../../shared/test/field/answers.ts';
import type { TraderFill } from '../../src/trader/event.ts';
import type { WalletEvent } from '../../src/trader/wallet-event.ts';
import { flat, openQuickRoad, readAgain, readAll } from '../venues/quick.ts';
import { NOW } from '../venues/road.ts';
import { REFILLED_BETWEEN_READINGS_T1 } from './today.ts';

const fill = (id: number, hours: number, side: TraderFill['side'], price: string): TraderFill => ({
  ...{ kind: 'fill', id, orderId: id, time: NOW + hours * HOUR_MS, symbol: 'PEBL/USDT', side, price },
  ...{ quantity: '100000', fee: { amount: '0', asset: 'USDT' }, isMaker: true },
});

describe('T1: when half of a stake is lost between two readings, and refilled to the cent', () => {
  itAnswers(REFILLED_BETWEEN_READINGS_T1, async () => {
    const refill: WalletEvent = {
      ...{ kind: 'credit', id: '99', time: NOW + 3 * HOUR_MS },
      ...{ wallet: 'spot', asset: 'USDT', amount: '1000' },
    };
    const gamble = [fill(9_000_001, 1, 'buy', '0.02'), fill(9_000_002, 2, 'sell', '0.01')];
    const history = { ...flat, events: [...flat.events, ...gamble], more: [...(flat.more ?? []), refill] };
    const road = await openQuickRoad(history);
    try {
      const { reader, pull } = await readAll(road);
      const before = reader.ledger.entries.length;
      road.clock.set(NOW + 2 * DAY_MS);
      const later = await readAgain(road, reader);
      return {
        ...{ before: pull.coverage.scope.state, after: later.coverage.scope.state },
        fills: reader.ledger.entries.length - before,
      };
    } finally {
      await road.close();
    }
  });
});
