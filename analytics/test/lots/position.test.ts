import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal, formatMoney, ONE, ZERO } from '../../src/amount/decimal.ts';
import { InputError } from '../../src/errors.ts';
import { COST_METHODS, parseCostMethod } from '../../src/lots/method.ts';
import { type ClosedPart, Position, type PositionOptions } from '../../src/lots/position.ts';
import { amount, play, type WrittenTrade } from './trades.ts';

type Row = readonly [side: 'buy' | 'sell', quantity: string, price: string, fee?: string];

const trades = (...rows: readonly Row[]): readonly WrittenTrade[] =>
  rows.map(([side, quantity, price, fee = '0']) => ({ side, quantity, price, fee }));

const contracts: PositionOptions = { method: 'fifo', spot: false };
const spot: PositionOptions = { method: 'fifo', spot: true };

describe('when a trade against the position is larger than the position', () => {
  const { position, closings } = play(trades(['buy', '100', '1', '1'], ['sell', '150', '3', '6']), contracts);

  it('the rest opens the other side at its own price', () => {
    expect([formatDecimal(position.quantity), formatDecimal(position.cost)]).toEqual(['-50', '150']);
  });

  it('its fee is divided by quantity: the closed part is net of its share and of the opening fees of the lots', () => {
    expect(formatMoney(closings[1]!.realizedPnl)).toBe('200');
    expect(formatMoney(closings[1]!.netPnl)).toBe('195');
  });

  it('the rest of the fee counts when the other side is closed', () => {
    const all = play(
      trades(['buy', '100', '1', '1'], ['sell', '150', '3', '6'], ['buy', '50', '2', '0.5']),
      contracts,
    );
    expect(formatMoney(all.closings[2]!.netPnl)).toBe('47.5');
  });
});

describe('when spot is sold beyond the inventory', () => {
  it('the rest is missing: it realises nothing and opens nothing', () => {
    const { position, closings } = play(trades(['buy', '1', '10'], ['sell', '3', '20']), spot);
    expect(formatDecimal(closings[1]!.missingQuantity)).toBe('2');
    expect(formatDecimal(closings[1]!.quantity)).toBe('1');
    expect(formatMoney(closings[1]!.realizedPnl)).toBe('10');
    expect(position.quantity.isZero()).toBe(true);
  });

  it('without an inventory all of it is missing, and the next purchase starts a new position', () => {
    const { position, closings } = play(trades(['sell', '3', '20'], ['buy', '1', '10']), spot);
    expect(formatDecimal(closings[0]!.missingQuantity)).toBe('3');
    expect(formatDecimal(position.quantity)).toBe('1');
  });
});

describe('when the cost of a lot is not known', () => {
  const bought = (price: string | null) => ({
    side: 'buy' as const,
    quantity: ONE,
    price: price === null ? null : amount(price),
    fee: ZERO,
    time: 0,
  });

  it.each(COST_METHODS)('a sale from that lot is missing and realises nothing: %s', (method) => {
    const position = new Position({ method, spot: true });
    position.trade(bought(null));
    const closing = position.trade({ side: 'sell', quantity: ONE, price: amount(5), fee: ZERO, time: 1 })!;
    expect(formatDecimal(closing.missingQuantity)).toBe('1');
    expect(closing.realizedPnl.isZero()).toBe(true);
  });

  it.each(['hifo', 'average'] as const)('the lot is used after the lots with a known cost: %s', (method) => {
    const position = new Position({ method, spot: true });
    position.trade(bought(null));
    position.trade(bought('3'));
    const closing = position.trade({ side: 'sell', quantity: ONE, price: amount(5), fee: ZERO, time: 1 })!;
    expect(formatMoney(closing.realizedPnl)).toBe('2');
  });

  it('a sale at an unknown price realises nothing and removes the lots', () => {
    const position = new Position(spot);
    position.trade(bought('3'));
    const closing = position.trade({ side: 'sell', quantity: ONE, price: null, fee: ZERO, time: 1 })!;
    expect(closing.realizedPnl.isZero()).toBe(true);
    expect(position.quantity.isZero()).toBe(true);
  });
});

describe('when contracts are inverse', () => {
  const inverse: PositionOptions = {
    method: 'average',
    spot: false,
    inverse: true,
    contractSize: amount(100),
  };

  it('profit is in base: contracts × size × (1/entry − 1/exit)', () => {
    const long = play(trades(['buy', '10', '10000'], ['sell', '10', '12500']), inverse);
    expect(formatMoney(long.realizedPnl)).toBe('0.02');
    const short = play(trades(['sell', '10', '10000'], ['buy', '10', '12500']), inverse);
    expect(formatMoney(short.realizedPnl)).toBe('-0.02');
  });

  it('the average entry is harmonic', () => {
    const { position } = play(trades(['buy', '1', '10000'], ['buy', '1', '20000']), inverse);
    // 2 × 100 / (100/10000 + 100/20000)
    expect(formatMoney(amount(200).dividedBy(position.cost, 12))).toBe('13333.333333333333');
  });

  it('the gain of the open position equals that of the published example', () => {
    const { position } = play(trades(['sell', '100000', '10000']), { ...inverse, contractSize: ONE });
    expect(formatMoney(position.unrealizedPnl(amount(11_000)))).toBe('-0.909090909091');
  });
});

describe('when contracts are linear and have another size than 1', () => {
  it('profit and cost are computed in units of the underlying', () => {
    const { position, realizedPnl } = play(trades(['buy', '3', '100.5'], ['sell', '1', '101']), {
      ...contracts,
      contractSize: amount('0.01'),
    });
    expect(formatMoney(realizedPnl)).toBe('0.005');
    expect(formatMoney(position.cost)).toBe('2.01');
  });
});

describe('when lots are removed', () => {
  it('nothing is realised, and the quantity that no lot covers is returned', () => {
    const { position } = play(trades(['buy', '2', '10']), spot);
    expect(formatDecimal(position.remove(amount('0.5')))).toBe('0');
    expect(formatMoney(position.cost)).toBe('15');
    expect(formatDecimal(position.remove(amount('2')))).toBe('0.5');
  });
});

describe('when a later trade has more decimals', () => {
  it('closings before it give the same values', () => {
    const { closings } = play(
      trades(['buy', '2', '10'], ['sell', '1', '12'], ['sell', '0.00000001', '12.3456']),
      spot,
    );
    expect(formatMoney(closings[1]!.realizedPnl)).toBe('2');
    expect(formatDecimal(closings[1]!.quantity)).toBe('1');
    expect(formatMoney(closings[2]!.realizedPnl)).toBe('0.000000023456');
  });
});

describe('when a matching method is read', () => {
  it('an unknown one is refused', () => {
    expect(parseCostMethod('hifo')).toBe('hifo');
    expect(() => parseCostMethod('lofo')).toThrowError(InputError);
  });
});

describe('when random trades are matched', () => {
  const decimal = (max: number, scale: number) =>
    fc.integer({ min: 1, max }).map((units) => (units / 10 ** scale).toFixed(scale));
  const row = fc.record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    quantity: decimal(5_000, 3),
    price: decimal(50_000, 2),
    fee: decimal(500, 4),
  });
  const list = fc.array(row, { minLength: 1, maxLength: 60 });
  const any = fc.record({ method: fc.constantFrom(...COST_METHODS), spot: fc.boolean() });

  it('quantities are conserved: bought + missing = sold + held', () => {
    fc.assert(
      fc.property(list, any, (all, options) => {
        const { position, missingQuantity } = play(all, options);
        const bought = all.reduce(
          (sum, { side, quantity }) => sum.plus(side === 'buy' ? amount(quantity) : amount(quantity).neg()),
          ZERO,
        );
        expect(formatDecimal(bought.plus(missingQuantity))).toBe(formatDecimal(position.quantity));
      }),
    );
  });

  it('realised plus unrealised profit does not depend on the method', () => {
    fc.assert(
      fc.property(list, fc.boolean(), (all, isSpot) => {
        const totals = COST_METHODS.map((method) => {
          const { position, realizedPnl } = play(all, { method, spot: isSpot });
          return formatMoney(realizedPnl.plus(position.unrealizedPnl(amount('123.45'))));
        });
        expect(new Set(totals).size).toBe(1);
      }),
    );
  });

  it('net profit is realised profit less all fees once the position is closed', () => {
    fc.assert(
      fc.property(list, fc.constantFrom(...COST_METHODS), (all, method) => {
        const open = play(all, { method, spot: false }).position.quantity;
        const flattening = open.isZero()
          ? []
          : trades([open.isPositive() ? 'sell' : 'buy', formatDecimal(open.abs()), '77', '0.1']);
        const { closings, realizedPnl, fees } = play([...all, ...flattening], { method, spot: false });
        const net = closings.reduce((sum, closing) => sum.plus(closing?.netPnl ?? ZERO), ZERO);
        expect(formatMoney(net)).toBe(formatMoney(realizedPnl.minus(fees)));
      }),
    );
  });

  it('with fees in the basis realised profit is net profit', () => {
    fc.assert(
      fc.property(list, any, (all, options) => {
        const beside = play(all, options).closings;
        const within = play(all, { ...options, feesInCostBasis: true }).closings;
        expect(within.map((closing) => closing && formatMoney(closing.realizedPnl))).toEqual(
          beside.map((closing) => closing && formatMoney(closing.netPnl)),
        );
      }),
    );
  });

  it('the parts of a closing add up to the closing', () => {
    fc.assert(
      fc.property(list, any, (all, options) => {
        const position = new Position(options);
        for (const [time, { side, quantity, price, fee }] of all.entries()) {
          const parts: ClosedPart[] = [];
          const trade = { side, quantity: amount(quantity), price: amount(price), fee: amount(fee), time };
          const closing = position.trade(trade, (part) => parts.push(part));
          const cost = parts.reduce((sum, { openValue }) => sum.plus(openValue!), ZERO);
          expect(formatDecimal(cost)).toBe(formatDecimal(closing?.matchedCost ?? ZERO));
        }
      }),
    );
  });
});
