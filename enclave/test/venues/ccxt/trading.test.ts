import { describe, expect, it } from 'vitest';
import { createBuckets } from '../../../src/venues/ccxt/buckets.ts';
import { createInstance, type Exchange, viewOf } from '../../../src/venues/ccxt/instance.ts';
import { transportOf } from '../../../src/venues/ccxt/transport.ts';
import { ExchangeError } from '../../../src/venues/errors.ts';
import { binance } from '../../../src/venues/tables/binance/table.ts';
import { sleeper, type Way, way } from './way.ts';

type Functions = Record<string, (...given: unknown[]) => Promise<unknown>>;

/** A key that may do everything, behind the transport of the engine. */
function trader(sandbox = false): Way & { readonly exchange: Functions } {
  const out = way();
  const { clock, sleep } = sleeper();
  const fetch = transportOf(out.fetch, binance, createBuckets(binance.buckets, 1, clock, sleep), clock);
  const shared = createInstance('binance', fetch, () => clock.now(), sandbox);
  shared.setMarkets([listed('BTC/USDT'), listed('BTC/USDT:USDT'), listed('BTC/USD:BTC')]);
  const view = viewOf(shared, fetch, { apiKey: 'key', apiSecret: 'secret' });
  return { ...out, exchange: view as unknown as Functions };
}

/** A market in the form of the library. */
function listed(symbol: string) {
  const [pair = '', settle] = symbol.split(':');
  const [base, quote] = pair.split('/');
  const linear = settle === undefined ? undefined : settle === quote;
  return {
    ...{ id: `${base}${quote}`, symbol, base, quote, settle, baseId: base, quoteId: quote, settleId: settle },
    ...{ type: settle === undefined ? 'spot' : 'swap', spot: settle === undefined, margin: true },
    ...{ swap: settle !== undefined, contract: settle !== undefined, linear, inverse: linear === false },
    ...{ active: true, contractSize: 1, precision: { amount: 0.001, price: 0.01 }, limits: {} },
    info: { orderTypes: ['MARKET', 'LIMIT'] },
  } as never;
}

interface Endpoint {
  readonly name: string;
  readonly method: string;
  readonly path: string;
}

/** Every endpoint that the library's class describes, with the name of its function. */
function endpointsOf({ api }: Exchange): readonly Endpoint[] {
  const found: Endpoint[] = [];
  const visit = (node: object, names: readonly string[]): void => {
    for (const [name, member] of Object.entries(node) as [string, unknown][]) {
      if (!/^(?:get|post|put|delete|patch|head)$/i.test(name)) {
        visit(member as object, [...names, name]);
        continue;
      }
      const paths = Array.isArray(member) ? (member as string[]) : Object.keys(member as object);
      for (const path of paths) {
        const words = path.split(/[^a-zA-Z0-9]/).map(capital);
        const prefix = names.map((part, index) => (index === 0 ? part : capital(part))).join('');
        found.push({ name: `${prefix}${capital(name)}${words.join('')}`, method: name.toUpperCase(), path });
      }
    }
  };
  visit(api as object, []);
  return found;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

const untrusted = { code: 'exchange_untrusted' };
const EVERYTHING = endpointsOf(createInstance('binance', way().fetch, Date.now, false));
const PARAMETERS = { symbol: 'BTCUSDT', listenKey: 'x', clientOrderId: 'x', side: 'BUY', type: 'MARKET' };

describe('when a key that may trade is behind the transport', () => {
  it('no function of an endpoint reaches the venue but those of the table', async () => {
    const { exchange, places } = trader();
    const calls = new Map(Object.values(binance.calls).map((call) => [call.endpoint, call]));
    expect(EVERYTHING.length).toBeGreaterThan(700);
    const sent: string[] = [];
    for (const { name } of EVERYTHING) {
      expect(exchange[name], name).toBeInstanceOf(Function);
      const before = places().length;
      const outcome = await exchange[name]!(PARAMETERS).catch((error: unknown) => error);
      if (calls.has(name)) sent.push(...places().slice(before));
      else {
        expect(outcome, name).toBeInstanceOf(ExchangeError);
        expect(outcome, name).toMatchObject(untrusted);
        expect(places().length, name).toBe(before);
      }
    }
    // What the library sends for each call of the table is what the table says of it.
    const told = [...calls.values()].map(({ method, host, path }) => `${method} ${host}${path}`);
    expect(sent.sort()).toEqual(told.sort());
  });

  it('none of the functions that write reaches it, by whichever method', async () => {
    const { exchange, sent } = trader();
    const reads = new Set(Object.values(binance.calls).map(({ endpoint }) => endpoint));
    const writes = EVERYTHING.filter(({ method, name }) => method !== 'GET' && !reads.has(name));
    expect([...new Set(writes.map(({ method }) => method))].sort()).toEqual(['DELETE', 'POST', 'PUT']);
    for (const { name } of writes)
      await expect(exchange[name]!(PARAMETERS), name).rejects.toMatchObject(untrusted);
    expect(sent).toEqual([]);
  });

  it.each<[string, ...unknown[]]>([
    ['createOrder', 'BTC/USDT', 'market', 'buy', 1],
    ['createOrder', 'BTC/USDT', 'limit', 'sell', 1, 100],
    ['createOrder', 'BTC/USDT:USDT', 'market', 'buy', 1],
    ['createOrder', 'BTC/USD:BTC', 'limit', 'sell', 1, 100],
    ['createOrder', 'BTC/USDT', 'market', 'buy', 1, undefined, { marginMode: 'cross' }],
    ['createOrder', 'BTC/USDT:USDT', 'market', 'buy', 1, undefined, { portfolioMargin: true }],
    ['createOrder', 'BTC/USDT', 'market', 'buy', 1, undefined, { test: true }],
    ['editOrder', '1', 'BTC/USDT', 'limit', 'buy', 1, 100],
    ['cancelOrder', '1', 'BTC/USDT'],
    ['cancelAllOrders', 'BTC/USDT'],
    ['transfer', 'USDT', 1, 'spot', 'future'],
    ['setLeverage', 5, 'BTC/USDT:USDT'],
    ['setMarginMode', 'isolated', 'BTC/USDT:USDT'],
    ['setPositionMode', true, 'BTC/USDT:USDT'],
    ['repayCrossMargin', 'USDT', 1],
    ['borrowCrossMargin', 'USDT', 1],
  ])('%s(%j) ends before it is sent', async (name, ...given) => {
    const { exchange, sent } = trader();
    exchange['currency'] = (() => ({ id: 'USDT', code: 'USDT', precision: 1e-8 })) as never;
    exchange['currencyToPrecision'] = ((_: string, amount: number) => String(amount)) as never;
    const outcome = await exchange[name]!(...given).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(ExchangeError);
    expect(outcome).toMatchObject(untrusted);
    expect(sent).toEqual([]);
  });

  it('a withdrawal ends before it is sent', async () => {
    const { exchange, sent } = trader();
    const order = { coin: 'USDT', address: '0xaa', amount: 1 };
    await expect(exchange['sapiPostCapitalWithdrawApply']!(order)).rejects.toMatchObject(untrusted);
    expect(sent).toEqual([]);
  });

  it('in the sandbox only the calls of spot reach the venue of the sandbox', async () => {
    const { exchange, places } = trader(true);
    await exchange['privateGetAccount']!();
    await expect(exchange['privatePostOrder']!(PARAMETERS)).rejects.toMatchObject(untrusted);
    expect(places()).toEqual(['GET testnet.binance.vision/api/v3/account']);
  });
});
