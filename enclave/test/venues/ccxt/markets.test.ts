import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { createMarkets, indexOf } from '../../../src/venues/ccxt/markets.ts';
import { ExchangeError } from '../../../src/venues/errors.ts';
import type { Market, Product } from '../../../src/venues/table.ts';
import { sleeper } from './way.ts';

function market(symbol: string, id: string, product: Product = 'spot'): Market {
  const [pair = '', settle = null] = symbol.split(':');
  const [base = '', quote = ''] = pair.split('/');
  return { symbol, id, product, base, quote, settle, contractSize: '1' };
}

const SPOT = [market('ETH/USDT', 'ETHUSDT'), market('BTC/USDT', 'BTCUSDT'), market('ETH/BTC', 'ETHBTC')];
const LINEAR = [market('BTC/USDT:USDT', 'BTCUSDT', 'linear')];

/** Two listings. `asked` has the calls; `lists` what they answer. */
function listing() {
  const { clock } = sleeper(0);
  const asked: string[] = [];
  const lists: Record<string, readonly Market[]> = { spot: SPOT, futures: LINEAR };
  const read = (answer: unknown) => answer as readonly Market[];
  const table = {
    listings: [
      { call: 'spot', read, sandbox: true },
      { call: 'futures', read, sandbox: false },
    ],
  };
  const markets = createMarkets(table, clock);
  const get = (sandbox = false) =>
    markets.get(sandbox, (call) => {
      asked.push(call);
      return Promise.resolve(lists[call]);
    });
  return { clock, asked, lists, get };
}

describe('when listed markets are requested', () => {
  it('all listings are read, once a day, and the sandbox has its own', async () => {
    const { clock, asked, get } = listing();
    const [first, same] = await Promise.all([get(), get()]);
    expect(same).toBe(first);
    expect(asked).toEqual(['spot', 'futures']);
    expect((await get(true)).bySymbol('BTC/USDT:USDT')).toBeUndefined();
    clock.time = DAY_MS - 1;
    expect(await get()).toBe(first);
    expect(asked).toEqual(['spot', 'futures', 'spot']);
    clock.time = DAY_MS;
    expect(await get()).not.toBe(first);
    expect(asked).toEqual(['spot', 'futures', 'spot', 'spot', 'futures']);
  });

  it('a venue that lists nothing is not believed, and a failure is not kept', async () => {
    const { asked, lists, get } = listing();
    lists['futures'] = [];
    const refused = await get().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ExchangeError);
    expect(refused).toMatchObject({ code: 'exchange_bad_response' });
    lists['futures'] = LINEAR;
    expect((await get()).bySymbol('BTC/USDT:USDT')).toEqual(LINEAR[0]);
    expect(asked).toEqual(['spot', 'futures', 'spot', 'futures']);
  });
});

describe('when markets are looked up', () => {
  const markets = indexOf([...SPOT, ...LINEAR]);
  const symbols = (found: readonly Market[]) => found.map(({ symbol }) => symbol);

  it('a product has its own names', () => {
    expect(markets.byId('spot', 'BTCUSDT')?.symbol).toBe('BTC/USDT');
    expect(markets.byId('linear', 'BTCUSDT')?.symbol).toBe('BTC/USDT:USDT');
    expect(markets.byId('inverse', 'BTCUSDT')).toBeUndefined();
    expect(markets.bySymbol('SOL/USDT')).toBeUndefined();
  });

  it('they come in the order of the names of the venue', () => {
    expect(symbols(markets.ofProduct('spot'))).toEqual(['BTC/USDT', 'ETH/BTC', 'ETH/USDT']);
    expect(markets.ofProduct('inverse')).toEqual([]);
  });

  it('those of an asset have it as base or as quote, and are of spot', () => {
    expect(symbols(markets.ofAsset('BTC'))).toEqual(['BTC/USDT', 'ETH/BTC']);
    expect(symbols(markets.ofAsset('USDT'))).toEqual(['BTC/USDT', 'ETH/USDT']);
    expect(markets.ofAsset('SOL')).toEqual([]);
  });
});
