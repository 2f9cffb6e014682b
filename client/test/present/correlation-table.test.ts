import { describe, expect, it } from 'vitest';
import { correlationTable } from '../../src/present/correlation-table.ts';

describe('when the matrix is asked for', () => {
  const correlation = {
    assets: ['BTC', 'ETH', 'USDC'],
    matrix: [
      [1, 0.815, null],
      [0.815, 1, null],
      [null, null, null],
    ],
    assetCount: 3,
  };

  it('stands there under its assets, a dash for what has none', () => {
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

  it('says of how many assets it is', () => {
    const text = correlationTable({ correlation: { ...correlation, assetCount: 60 } });
    expect(text).toContain('the largest 3 of 60 assets');
  });
});
