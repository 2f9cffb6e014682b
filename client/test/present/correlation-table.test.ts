import { describe, expect, it } from 'vitest';
import { correlationTable } from '../../src/present/correlation-table.ts';

describe('when the matrix is requested', () => {
  const correlation = {
    assets: ['BTC', 'ETH', 'USDC'],
    matrix: [
      [1, 0.815, null],
      [0.815, 1, null],
      [null, null, null],
    ],
    assetCount: 3,
  };

  it('it is printed under its assets, with a dash for missing values', () => {
    expect(correlationTable({ correlation })).toBe(
      [
        'Correlation of daily returns',
        '         BTC   ETH  USDC',
        '  BTC   1.00  0.81     —',
        '  ETH   0.81  1.00     —',
        '  USDC     —     —     —',
      ].join('\n'),
    );
  });

  it('the output says how many assets it covers', () => {
    const text = correlationTable({ correlation: { ...correlation, assetCount: 60 } });
    expect(text).toContain('the largest 3 of 60 assets');
  });
});
