import { readFileSync } from 'node:fs';
import { COST_METHODS } from '@perf-aggregator/analytics/lots/method';
import { NAMED_PERIODS } from '@perf-aggregator/analytics/time/period-bounds';
import { QUERY_METHODS, QUERY_PERIODS, RETURNS_PAGE } from '@perf-aggregator/shared/messages/request';
import { describe, expect, it } from 'vitest';
import { historyOfSelection } from '../../src/reading/history.ts';
import { NOON } from '../sessions/states.ts';
import { DAYS, openForReading } from './reads.ts';

describe('when a history is selected', () => {
  it('the history of one account contains only its entries, and names the account', async () => {
    const asking = openForReading();
    const [all, first, second] = [
      await asking.read('metrics'),
      await asking.read('metrics', { account: 'a0' }),
      await asking.read('metrics', { account: 'a1' }),
    ];
    expect([all['fillCount'], first['fillCount'], second['fillCount']]).toEqual([6, 4, 2]);
    expect([all['account'], first['account']]).toEqual([null, 'a0']);
    expect((first['accounts'] as unknown[]).length).toBe(1);
    expect(Number(first['navEnd']) + Number(second['navEnd'])).toBeCloseTo(Number(all['navEnd']), 9);
    expect((await asking.read('summary', { account: 'a1' }))['accountCount']).toBe(1);
  });

  it('the only account of a session is the same as all accounts', async () => {
    const asking = openForReading();
    const [account] = asking.session().state.accounts;
    const single = openForReading({ accounts: [account!] });
    expect((await single.read('summary', { account: 'a0' }))['account']).toBeNull();
  });

  it('another currency and another cost method change only the values that depend on them', async () => {
    const asking = openForReading();
    const [usdt, btc] = [await asking.read('metrics'), await asking.read('metrics', { currency: 'BTC' })];
    expect(btc['reportingCurrency']).toBe('BTC');
    expect(Number(btc['navEnd'])).toBeCloseTo(Number(usdt['navEnd']) / 100_000, 9);
    const lifo = await asking.read('summary', { method: 'lifo' });
    expect(lifo).toMatchObject({ method: 'lifo', totalReturn: usdt['totalReturn'] });
    // Both accounts share one inventory of BTC: the sale of a1 at 95,000 uses the lot of 100,000, or that of 90,000.
    expect([usdt['realizedPnl'], lifo['realizedPnl']]).toEqual(['30', '40']);
  });

  it('named periods and methods are those of the analytics', async () => {
    expect(QUERY_PERIODS).toEqual(NAMED_PERIODS);
    expect(QUERY_METHODS).toEqual(COST_METHODS);
    const asking = openForReading();
    const counts = await Promise.all(
      QUERY_PERIODS.map(async (period) => (await asking.read('metrics', { period }))['observationCount']),
    );
    expect(counts).toEqual([1, 7, DAYS, DAYS, DAYS, DAYS, DAYS]);
  });

  it('a benchmark is an asset with a price', async () => {
    const { benchmark } = (await openForReading().read('metrics', { benchmark: 'BTC' })) as {
      benchmark: Record<string, unknown>;
    };
    expect(benchmark).toMatchObject({ name: 'BTC', pairedObservationCount: DAYS });
    expect(benchmark['benchmarkTotalReturn']).toBeCloseTo(100_000 / 104_000 - 1, 12);
  });
});

describe('when parameters are wrong', () => {
  it.each<['metrics' | 'returns' | 'trades', object, string]>([
    ['metrics', { account: 'a7' }, 'parameters_malformed'],
    ['metrics', { period: '30d', from: '2026-11-10' }, 'parameters_malformed'],
    ['metrics', { window: 3 }, 'parameters_malformed'],
    ['metrics', { currency: 'USD' }, 'asset_unpriced'],
    ['metrics', { currency: 'EUR' }, 'asset_unpriced'],
    ['metrics', { benchmark: 'DOGE' }, 'asset_unpriced'],
    ['returns', { window: 1 }, 'parameters_malformed'],
    ['returns', { limit: RETURNS_PAGE.max + 1 }, 'parameters_malformed'],
    ['returns', { cursor: '2020-01-01' }, 'parameters_malformed'],
    ['returns', { cursor: '2026-11-08', from: '2026-11-09' }, 'parameters_malformed'],
    ['returns', { benchmark: 'DOGE', window: 5 }, 'asset_unpriced'],
    ['returns', { from: '2026-11-12', to: '2026-11-10' }, 'parameters_malformed'],
    ['trades', { limit: 0 }, 'parameters_malformed'],
    ['trades', { cursor: 'x' }, 'parameters_malformed'],
    ['trades', { benchmark: 'BTC' }, 'parameters_malformed'],
    ['trades', { account: 'a7' }, 'parameters_malformed'],
  ])('%s with %j is refused with %s, sealed', async (operation, parameters, code) => {
    const reply = await openForReading().ask(operation, parameters);
    expect(reply).toMatchObject({ operation, parameters, result: null, refusal: { code } });
  });
});

describe('when a question is repeated', () => {
  it('nothing is computed again, also for another page or an explicit default parameter', async () => {
    const asking = openForReading();
    const questions = ['metrics', 'summary', 'returns', 'trades'] as const;
    for (const operation of questions) await asking.read(operation);
    const { computed } = asking.session();
    const kinds = ['history', 'metrics', 'answer', 'returns', 'trades'] as const;
    for (const kind of kinds) expect(computed.count(kind), kind).toBe(1);
    const history = computed.once('history', ' USDT fifo', () => {
      throw new Error('computed');
    });
    for (const operation of questions) await asking.read(operation, { method: 'fifo', currency: 'USDT' });
    await asking.read('returns', { limit: 2, cursor: '2026-11-10' });
    await asking.read('trades', { limit: 1 });
    expect(kinds.map((kind) => computed.count(kind))).toEqual([1, 1, 2, 1, 1]);
    expect(computed.once('history', ' USDT fifo', () => null)).toBe(history);
  });

  it('the cache is bounded for any number of questions', async () => {
    const asking = openForReading();
    for (const account of ['a0', 'a1']) {
      for (const method of QUERY_METHODS) {
        for (const from of ['2026-11-09', '2026-11-10', '2026-11-11']) {
          for (const operation of ['metrics', 'returns', 'trades'] as const) {
            await asking.read(operation, { account, method, from });
          }
        }
      }
    }
    const { computed } = asking.session();
    const kinds = ['history', 'metrics', 'answer', 'returns', 'trades'] as const;
    expect(kinds.map((kind) => computed.count(kind))).toEqual([3, 8, 8, 2, 2]);
  });

  it('a renewal keeps the cache, and new entries or another reading of the accounts do not', async () => {
    const asking = openForReading();
    await asking.read('metrics');
    let session = asking.session();
    const before = session.computed;
    const nothing = { entries: [], marks: [] };
    const next = (state: object, observations: Parameters<typeof asking.vault.write>[2]) => {
      const changed = { ...session.state, version: session.state.version + 1, ...state };
      session = asking.vault.write(session, changed, observations, null).session;
      return session.computed;
    };
    expect(next({ renewals: 1 }, nothing)).toBe(before);
    expect(next({ accounts: [...session.state.accounts] }, nothing).count('history')).toBe(0);
    const fresh = session.computed;
    const [entry] = session.ledger.entries;
    expect(next({}, { entries: [{ ...entry!, id: 'new' }], marks: [] })).not.toBe(fresh);
  });
});

describe('when a session grows', () => {
  const terms = { account: null, reportingCurrency: 'USDT', method: 'fifo' } as const;

  it('its book continues, and answers for the version before stay the same', async () => {
    const asking = openForReading();
    const before = asking.session();
    await asking.read('metrics');
    const said = historyOfSelection(before, { account: null, currency: 'USDT', method: 'fifo' });
    const [navs, fills] = [[...said.nav], said.exact.trading.length];
    const book = before.books.of(before.ledger, terms);
    const state = { ...before.state, version: before.state.version + 1 };
    const [entry] = [...before.ledger.entries].filter(({ kind }) => kind === 'fill');
    const added = { ...entry!, id: 'new', symbol: 'BTC/USDT', time: NOON - 1 };
    const { session } = asking.vault.write(before, state, { entries: [added], marks: [] }, null);
    expect(session.books.of(session.ledger, terms)).toBe(book);
    const grown = historyOfSelection(session, { account: null, currency: 'USDT', method: 'fifo' });
    expect(grown.exact.trading.length).toBe(fills + 1);
    expect([said.nav, said.exact.trading.length]).toEqual([navs, fills]);
  });

  it('a currency without prices gets no book', async () => {
    const asking = openForReading();
    expect((await asking.ask('metrics', { currency: 'EUR' })).refusal?.code).toBe('asset_unpriced');
    expect(asking.session().books.has({ ...terms, reportingCurrency: 'EUR' })).toBe(false);
    await asking.read('metrics');
    expect(asking.session().books.has(terms)).toBe(true);
  });
});

describe('when docs/protocol.md is compared with the answers', () => {
  const text = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
  const results = text.slice(text.indexOf('**Results.**'), text.indexOf('\n## 6. '));

  it.each([
    ['metrics', { benchmark: 'BTC' }],
    ['summary', {}],
    ['returns', { benchmark: 'BTC', window: 3 }],
    ['trades', {}],
  ] as const)('it names every member of %s', async (operation, parameters) => {
    const result = await openForReading().read(operation, parameters);
    const [first] = (result['days'] ?? result['trades'] ?? []) as readonly object[];
    const names = [result, result['exposure'] ?? {}, first ?? {}].flatMap(Object.keys);
    // An `Amount` member is the money value of the ratio of the same name.
    const own = names.filter((name) => !name.endsWith('Amount'));
    expect(own.filter((name) => !results.includes(`\`${name}\``))).toEqual([]);
  });
});
