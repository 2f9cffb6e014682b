import ccxt from 'ccxt';
import { describe, expect, it } from 'vitest';
import * as library from '../../src/exchanges/library.ts';

describe('when a part of ccxt is loaded without its index', () => {
  const { Binance, ...errors } = library;

  it('it is the part that the index exports', () => {
    expect(Binance).toBe(ccxt.binance);
    const exported: Readonly<Record<string, unknown>> = ccxt;
    for (const [name, part] of Object.entries(errors)) expect(part, name).toBe(exported[name]);
    expect(Object.keys(errors)).not.toEqual([]);
  });
});
