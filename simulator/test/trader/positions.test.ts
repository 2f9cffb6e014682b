import { describe, expect, it } from 'vitest';
import { formatAmount, parseAmount } from '../../src/market/amount.ts';
import { type Contract, createContracts } from '../../src/market/contracts.ts';
import { createMarket } from '../../src/market/market.ts';
import {
  entryPrice,
  fillPosition,
  fundingOf,
  type Position,
  unrealized,
} from '../../src/trader/positions.ts';
import type { PositionSide } from '../../src/trader/wallet-event.ts';

const contracts = createContracts(createMarket({ lastDay: 20_778 }));
const linear = contracts.byId('BTCUSDT');
const inverse = contracts.byId('BTCUSD_PERP');

const flat = (contract: Contract, side: PositionSide = 'BOTH'): Position => ({
  contract: contract.id,
  side,
  quantity: 0n,
  cost: 0n,
});

/** Fills one after the other, `quantity@price`. Gives the position and what each realised. */
function after(contract: Contract, fills: readonly string[], side: PositionSide = 'BOTH') {
  let position = flat(contract, side);
  const realized = fills.map((fill) => {
    const [quantity = '', price = ''] = fill.split('@');
    const filled = fillPosition(contract, position, parseAmount(quantity), parseAmount(price));
    position = filled.position;
    return formatAmount(filled.realized);
  });
  return { position, realized, entry: formatAmount(entryPrice(contract, position)) };
}

describe('when a linear position is filled', () => {
  it('averages its entry by quantity', () => {
    // (1 × 100 + 3 × 200) / 4
    expect(after(linear, ['1@100', '3@200']).entry).toBe('175');
  });

  it('realises against the average, and keeps the entry of what is left', () => {
    const { realized, entry, position } = after(linear, ['1@100', '3@200', '-1@300']);
    expect(realized).toEqual(['0', '0', '125']);
    expect(entry).toBe('175');
    expect(formatAmount(position.quantity)).toBe('3');
  });

  it('gains with a falling price when short', () => {
    expect(after(linear, ['-2@500', '1@400', '1@600']).realized).toEqual(['0', '100', '-100']);
  });

  it('opens the other side at the price of the fill beyond zero', () => {
    const { realized, entry, position } = after(linear, ['1@100', '-3@150']);
    expect(realized).toEqual(['0', '50']);
    expect(formatAmount(position.quantity)).toBe('-2');
    expect(entry).toBe('150');
  });

  it('is worth at mark what it would realise', () => {
    const { position } = after(linear, ['-2@500']);
    expect(formatAmount(unrealized(linear, position, parseAmount('450')))).toBe('100');
  });
});

describe('when an inverse position is filled', () => {
  it('gains coins: contracts × size × (1/entry − 1/exit)', () => {
    // 500 × 100 dollars bought at 50,000 (1 bitcoin), sold at 62,500 (0.8 bitcoin)
    expect(after(inverse, ['500@50000', '-500@62500']).realized).toEqual(['0', '0.2']);
    expect(after(inverse, ['-500@50000', '500@62500']).realized).toEqual(['0', '-0.2']);
  });

  it('has the harmonic mean as its entry', () => {
    // 100 dollars at 25,000 and 100 at 50,000: 0.004 + 0.002 bitcoin for 200 dollars
    expect(after(inverse, ['1@25000', '1@50000']).entry).toBe('33333.33333333');
  });
});

describe('when both sides are held', () => {
  it('refuses that a side becomes the other', () => {
    expect(() => after(linear, ['1@100', '-2@100'], 'LONG')).toThrow(RangeError);
    expect(() => after(linear, ['1@100'], 'SHORT')).toThrow(RangeError);
  });
});

describe('when funding is paid', () => {
  it.each([
    ['1', '0.0001', '-5'],
    ['-1', '0.0001', '5'],
    ['1', '-0.0002', '10'],
    ['-1', '-0.0002', '-10'],
  ])('moves the wallet of %s at a rate of %s by %s', (quantity, rate, moved) => {
    const { position } = after(linear, [`${quantity}@40000`]);
    expect(formatAmount(fundingOf(linear, position, parseAmount('50000'), parseAmount(rate)))).toBe(moved);
  });

  it('is paid in coins for an inverse contract', () => {
    // 500 × 100 dollars at 50,000 are one bitcoin
    const { position } = after(inverse, ['500@40000']);
    expect(formatAmount(fundingOf(inverse, position, parseAmount('50000'), parseAmount('0.0001')))).toBe(
      '-0.0001',
    );
  });
});
