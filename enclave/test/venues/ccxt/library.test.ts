import { readdirSync, readFileSync } from 'node:fs';
import ccxt from 'ccxt';
import { describe, expect, it } from 'vitest';
import * as library from '../../../src/venues/ccxt/library.ts';

describe('when a part of ccxt is loaded without its index', () => {
  const { Binance, ...errors } = library;

  it('it is the part that the index exports', () => {
    expect(Binance).toBe(ccxt.binance);
    const exported: Readonly<Record<string, unknown>> = ccxt;
    for (const [name, part] of Object.entries(errors)) expect(part, name).toBe(exported[name]);
    expect(Object.keys(errors)).not.toEqual([]);
  });

  it('no module of the enclave loads the index', () => {
    const src = new URL('../../../src/', import.meta.url);
    const sources = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const loading = sources.filter((name) =>
      /from 'ccxt'|import\('ccxt'/.test(readFileSync(new URL(name, src), 'utf8')),
    );
    expect(loading).toEqual([]);
  });
});
