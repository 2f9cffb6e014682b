import { describe, expect, it } from 'vitest';
import type { Fetch, FetchRequest } from '../../../src/egress/fetch.ts';
import { createInstance, type Exchange, viewOf } from '../../../src/venues/ccxt/instance.ts';

const NOW = 1_700_000_000_000;

/** A venue that records its requests, and answers `{}` or the given answer. */
function way(answer = '{}', status = 200) {
  const sent: { url: string; request: FetchRequest }[] = [];
  const fetch: Fetch = (url, request = {}) => {
    sent.push({ url, request });
    return Promise.resolve({
      status,
      statusText: 'OK',
      headers: new Headers(),
      text: () => Promise.resolve(answer),
      arrayBuffer: () => Promise.resolve(new ArrayBuffer(0)),
    });
  };
  return { fetch, sent };
}

function shared(): { exchange: Exchange; sent: ReturnType<typeof way>['sent'] } {
  const { fetch, sent } = way();
  return { exchange: createInstance('binance', fetch, () => NOW, false), sent };
}

function keyOf({ request }: { request: FetchRequest }): string | undefined {
  return request.headers?.['X-MBX-APIKEY'];
}

describe('when accounts use views of one instance', () => {
  it('each signs with its own key and uses its own fetch, for any interleaving of calls', async () => {
    const common = shared();
    const views = Array.from({ length: 20 }, (_, index) => {
      const own = way();
      const credentials = { apiKey: `key-${index}`, apiSecret: `secret-${index}` };
      return { own, view: viewOf(common.exchange, own.fetch, credentials) };
    });
    await Promise.all(
      views.flatMap(({ view }) => [view.privateGetMyTrades(), view.sapiGetAccountApiRestrictions()]),
    );
    const signatures = new Set<string>();
    for (const [index, { own }] of views.entries()) {
      expect(own.sent.map(keyOf)).toEqual([`key-${index}`, `key-${index}`]);
      for (const { url } of own.sent) signatures.add(new URL(url).searchParams.get('signature') ?? '');
    }
    // The same parameters, signed with twenty secrets.
    expect(signatures.size).toBe(20);
    expect(common.sent).toEqual([]);
  });

  it('the notes of the library about one key have no effect on another', async () => {
    const common = shared();
    const first = way('{"accountType":"SPOT"}');
    await viewOf(common.exchange, first.fetch, { apiKey: 'a', apiSecret: 'b' }).privateGetAccount();
    const second = viewOf(common.exchange, first.fetch, { apiKey: 'c', apiSecret: 'd' });
    expect(second.options['hasAlreadyAuthenticatedSuccessfully']).toBe(false);
    expect(common.exchange.options['hasAlreadyAuthenticatedSuccessfully']).toBe(false);
  });

  it('the instance itself has no key, and cannot sign', async () => {
    const { exchange, sent } = shared();
    await expect(exchange.privateGetAccount()).rejects.toThrow('apiKey');
    await exchange.publicGetTime();
    expect(sent.map(keyOf)).toEqual([undefined]);
  });

  it('a view uses less than a tenth of the memory of an instance', () => {
    const { exchange } = shared();
    const { fetch } = way();
    const own = (target: object) =>
      Object.keys(target).length + Object.keys((target as { options: object }).options).length;
    const view = viewOf(exchange, fetch, { apiKey: 'a', apiSecret: 'b', password: 'c' });
    expect(own(view)).toBeLessThan(own(exchange) / 10);
  });

  it('a view that does not use the given fetch is refused', () => {
    const { exchange } = shared();
    Object.defineProperty(exchange, 'fetchImplementation', {
      get: () => fetch,
      set: () => {
        // The assigned value is dropped.
      },
    });
    const attempt = () => viewOf(exchange, way().fetch, { apiKey: 'a', apiSecret: 'b' });
    expect(attempt).toThrow(expect.objectContaining({ code: 'exchange_untrusted' }));
  });
});
