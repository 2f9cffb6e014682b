import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildAccountHistory,
  computeMetrics,
  dailyReturns,
  type LedgerEntry,
  roundTrips,
} from '@perf-aggregator/analytics';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeService, MADE_AT, PCRS, problem, ROOT } from '../sdk/fake-service.ts';
import { run } from './cli.ts';

const DAY_MS = 86_400_000;
const SECRETS = { PERF_AGGREGATOR_API_KEY: 'key-marker', PERF_AGGREGATOR_API_SECRET: 'secret-marker' };
const START = Date.UTC(2026, 0, 1);
const SCOPE = {
  environment: 'simulated',
  account: null,
  reportingCurrency: 'USDT',
  method: 'fifo',
  asOf: START,
};

/** 1,000 USDT. 1 ETH is bought at 500 and sold at 550 two days later. */
const HISTORY = buildAccountHistory({
  entries: [
    { ...entryOf('d', 0), kind: 'transfer', direction: 'deposit', asset: 'USDT', amount: '1000' },
    { ...entryOf('b', 1), ...fillOf('buy', '500') },
    { ...entryOf('s', 50), ...fillOf('sell', '550') },
  ].map((entry) => ({ fee: null, transactionHash: null, ...entry }) as unknown as LedgerEntry),
  marks: ['510', '490', '520', '560'].map((price, i) => ({
    ...{ venue: 'binance', asset: 'ETH', quote: 'USDT', price, resolution: '1d' as const },
    time: START + (i + 1) * DAY_MS,
  })),
  snapshots: [],
  reportingCurrency: 'USDT',
  asOf: START + 4 * DAY_MS,
});

function entryOf(id: string, hour: number) {
  return {
    id,
    time: START + (hour + 6) * 3_600_000,
    venue: 'binance',
    account: 'a0',
    wallet: 'spot',
    market: 'spot',
  };
}

function fillOf(side: string, price: string) {
  return {
    kind: 'fill',
    symbol: 'ETH/USDT',
    base: 'ETH',
    quote: 'USDT',
    side,
    quantity: '1',
    price,
    orderId: side,
  };
}

/** How an account was read, as far as a table needs it. */
function readingOf(state: string, missing: readonly string[] = []) {
  return { account: 'a0', venue: 'binance', failure: null, coverage: { scope: { state, missing } } };
}

let home: string;
let service: FakeService;
let asked: unknown[];

const cli = (...argv: string[]) =>
  run(['--url', 'http://service.test', ...argv], {
    clock: { now: () => MADE_AT },
    ...{ home, environment: SECRETS, adapter: service.adapter },
  });

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'pa-cli-'));
  const root = join(home, 'root.pem');
  writeFileSync(root, `-----BEGIN CERTIFICATE-----\n${encodeBase64(ROOT)}\n-----END CERTIFICATE-----\n`);
  service = new FakeService();
  asked = [];
  expect((await cli('register', '--user', 'u', '--root', root, '--pcr', `0=${PCRS[0]}`)).code).toBe(0);
  service.content = (content) => {
    asked.push({ operation: content.operation, ...(content.parameters as object) });
    return content;
  };
});
afterEach(() => rmSync(home, { recursive: true }));

const SELECTION = [
  ...['--from', '2026-01-01', '--to', '2026-01-31', '--account', 'a0'],
  ...['--currency', 'EUR', '--method', 'hifo'],
];
const SELECTED = { from: '2026-01-01', to: '2026-01-31', account: 'a0', currency: 'EUR', method: 'hifo' };

describe('when options are given', () => {
  it('each becomes the parameter of the same name', async () => {
    const rates = ['--benchmark', 'BTC', '--risk-free', '0.02'];
    const compared = { benchmark: 'BTC', riskFreeRateAnnual: 0.02 };
    await cli('metrics', '--json', ...SELECTION, ...rates, '--mar', '0.01', '--management-fee', '0.02');
    await cli('summary', '--json', '--period', 'ytd');
    await cli(
      'returns',
      '--json',
      ...SELECTION,
      ...rates,
      '--window',
      '30',
      '--limit',
      '5',
      '--cursor',
      '2026-01-06',
    );
    await cli('trades', '--json', ...SELECTION, '--symbol', 'ETH/USDT', '--limit', '7');
    await cli('report', ...SELECTION, ...rates);
    expect(asked).toEqual([
      {
        operation: 'metrics',
        ...{ ...SELECTED, ...compared, minimumAcceptableReturnAnnual: 0.01, managementFeeAnnual: 0.02 },
      },
      { operation: 'summary', period: 'ytd' },
      { operation: 'returns', ...SELECTED, ...compared, window: 30, limit: 5, cursor: '2026-01-06' },
      { operation: 'trades', ...SELECTED, symbol: 'ETH/USDT', limit: 7 },
      { operation: 'report', ...SELECTED, ...compared },
    ]);
  });

  it.each([
    ['metrics', '--period', '2d'],
    ['metrics', '--currency', 'GBP'],
    ['metrics', '--method', 'best'],
    ['metrics', '--window', '30'],
    ['returns', '--window', 'x'],
    ['returns', '--symbol', 'ETH/USDT'],
    ['trades', '--limit', '-1'],
    ['trades', '--benchmark', 'BTC'],
  ])('%s %s %s is wrong usage', async (...argv) => {
    expect((await cli(...argv)).code).toBe(2);
    expect(asked).toEqual([]);
  });
});

describe('when output is text', () => {
  const days = dailyReturns(HISTORY, { window: 2, benchmark: 'ETH' });
  const page = {
    ...{ ...SCOPE, ...days, from: '2026-01-01', to: '2026-01-04', dayCount: days.days.length },
    ...{ benchmark: null, window: null, nextCursor: null },
  };

  it('each day has a line', async () => {
    service.result = page;
    const { stdout, code } = await cli('returns');
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['Session ssssssss…'],
      ['SIMULATED, USDT, 4 of 4 days'],
      ['Day', 'NAV', 'Deposits', 'Withdrawals', 'Return', 'Cumulative', 'Drawdown'],
      ['2026-01-01', '1,010.00', '1,000.00', '0.00', '1.00 %', '1.00 %', '0.00 %'],
      ['2026-01-02', '990.00', '0.00', '0.00', '-1.98 %', '-1.00 %', '1.98 %'],
      ['2026-01-03', '1,050.00', '0.00', '0.00', '6.06 %', '5.00 %', '0.00 %'],
      ['2026-01-04', '1,050.00', '0.00', '0.00', '0.00 %', '5.00 %', '0.00 %'],
      [''],
    ]);
  });

  it('requested series have their columns, and further pages are announced', async () => {
    service.result = { ...page, benchmark: 'ETH', window: 2, nextCursor: '2026-01-05' };
    const { stdout } = await cli('returns');
    expect(stdout).toMatch(/Drawdown +ETH +Vol\. 2 d +Sharpe 2 d +Beta 2 d\n/);
    expect(stdout).toContain("More: --cursor '2026-01-05', or --all");
  });

  it('each round trip has a line, and their sums are shown', async () => {
    const { trips, startTime: _, endTime: __, ...sums } = roundTrips(HISTORY);
    service.result = {
      ...SCOPE,
      from: null,
      to: null,
      tradeCount: 1,
      ...sums,
      trades: trips,
      nextCursor: null,
    };
    const { stdout } = await cli('trades');
    expect(stdout).toContain('SIMULATED, USDT, 1 of 1 round trips');
    expect(stdout).toMatch(
      /2026-01-03 08:00:00 {2}ETH\/USDT {2}long +1 +500 +550 +50\.00 +0\.00 +50\.00 {2}binance a0\n/,
    );
    expect(stdout).toContain('All 1: P&L 50.00 USDT, fees 0.00 USDT, net 50.00 USDT');
  });

  it('metrics say which accounts were not read whole, and what is missing', async () => {
    const shown = async (...accounts: unknown[]) => {
      service.result = { ...computeMetrics(HISTORY), ...SCOPE, accounts };
      return (await cli('metrics')).stdout
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line.startsWith('Not read'));
    };
    const [all] = await shown(readingOf('complete'), readingOf('complete'));
    expect(all).toMatch(/^Not read +nothing: whatever moved the accounts was read$/);
    const missing = ['options', 'copy', 'what moved BTC in spot', 'bots', 'loans', 'card'];
    const partial = await shown(
      readingOf('complete'),
      { ...readingOf('partial', missing), account: 'a1' },
      { ...readingOf('partial'), account: 'a2', coverage: null },
    );
    expect(partial.map((line) => line.split(/ {2,}/))).toEqual([
      ['Not read of a1', 'options; copy; what moved BTC in spot; bots; and 2 more'],
      ['Not read of a2', 'everything'],
    ]);
  });

  it('metrics show the main numbers, and a benchmark where there is one', async () => {
    const metrics = {
      ...computeMetrics(HISTORY, { benchmark: 'ETH' }),
      ...SCOPE,
      method: 'lifo',
      account: 'a0',
      accounts: [readingOf('complete')],
    };
    service.result = metrics;
    const { stdout } = await cli('metrics');
    expect(stdout).toMatch(/Account +a0\n/);
    expect(stdout).toMatch(/Total return \(TWR\) +5\.00 %\n/);
    expect(stdout).toMatch(/Realized P&L \(LIFO\) +50\.00 USDT\n/);
    expect(stdout).toMatch(/Maximum drawdown +1\.98 % \(2026-01-02 to 2026-01-03\)\n/);
    expect(stdout).toMatch(/Closed trades +1, won 100\.00 %\n/);
    expect(stdout).toMatch(/Beta to ETH +\d\.\d{3}\n/);
    service.result = { ...metrics, benchmark: null, account: null };
    expect((await cli('metrics')).stdout).not.toMatch(/Beta|Account/);
    expect((await cli('metrics')).stdout).not.toContain('Correlation of daily returns');
    expect((await cli('metrics', '--correlation')).stdout).toContain('Correlation of daily returns');
  });
});

describe('when all pages are requested', () => {
  it('they are read one after the other and joined', async () => {
    const pages = [
      { ...SCOPE, from: '2026-01-01', to: '2026-01-03', dayCount: 3, days: [1, 2], nextCursor: '2026-01-03' },
      { ...SCOPE, from: '2026-01-01', to: '2026-01-03', dayCount: 3, days: [3], nextCursor: null },
    ];
    service.content = (content) => ({ ...content, result: pages.shift() });
    const { stdout } = await cli('returns', '--all', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ days: [1, 2, 3], nextCursor: null });
    service.content = (content) => ({ ...content, result: { trades: ['x'], nextCursor: null } });
    expect(JSON.parse((await cli('trades', '--all', '--json')).stdout)).toMatchObject({ trades: ['x'] });
  });
});

describe('when an answer is about a session', () => {
  it('the session is named, in text and in JSON', async () => {
    for (const name of ['metrics', 'summary', 'returns', 'trades']) {
      const { stdout } = await cli(name, '--json');
      expect(JSON.parse(stdout)).toEqual({ fine: true, session: 'ssssssss' });
    }
    service.result = { expires_at: MADE_AT + DAY_MS };
    expect(JSON.parse((await cli('renew', '--json')).stdout)).toMatchObject({ session: 'ssssssss' });
    expect((await cli('renew')).stdout).toMatch(/^Session ssssssss…\nsession ends /);
    service.result = { bundle: { version: 1, attestation: 'AQID', sdJwt: 'a.b.c~' } };
    const told = await cli('report');
    expect(JSON.parse(told.stdout)).toEqual({ version: 1, attestation: 'AQID', sdJwt: 'a.b.c~' });
    expect(told.stderr).toBe('report of session ssssssss…\n');
    expect((await cli('report', '--json')).stderr).toBe('');
    expect((await cli('revoke')).stdout).toBe(
      'Session ssssssss…\nsession revoked; delete the exchange key as well\n',
    );
  });
});

describe('when a period lies outside the history', () => {
  const lies = { startTime: START, endTime: START + 4 * DAY_MS };
  const outside = ['--from', '2030-01-01', '--account', 'a0'];
  /** Lets the service answer with `result` when the question selects days, and with a summary otherwise. */
  const answering = (result: unknown, whole: unknown = lies) => {
    service.content = (content) => {
      const parameters = content.parameters as object;
      asked.push({ operation: content.operation, ...parameters });
      return { ...content, result: 'from' in parameters || 'period' in parameters ? result : whole };
    };
  };

  it.each([
    ['metrics', { startTime: null, endTime: null }],
    ['summary', { startTime: null, endTime: null }],
    ['returns', { from: null, to: null, days: [], dayCount: 0, nextCursor: null }],
    ['trades', { from: null, to: null, trades: [], nextCursor: null }],
  ])('%s says where the history lies', async (name, result) => {
    answering(result);
    const { code, stdout } = await cli(name, '--json', ...outside);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { history: { first: '2026-01-01', last: '2026-01-04' } },
    ]);
    expect(asked).toEqual([
      { operation: name, from: '2030-01-01', account: 'a0' },
      { operation: 'summary', account: 'a0' },
    ]);
  });

  it('the text output says so beside the answer', async () => {
    const none = { ...SCOPE, from: null, to: null, days: [], dayCount: 0, benchmark: null, window: null };
    answering({ ...none, nextCursor: null });
    const { stderr } = await cli('returns', ...outside);
    expect(stderr).toBe(
      'no whole UTC day of the history lies in the period; the history lies from 2026-01-01 to 2026-01-04\n',
    );
    answering({ ...none, nextCursor: null }, { startTime: null, endTime: null });
    expect((await cli('returns', ...outside)).stderr).toContain('the history has no whole day yet');
  });

  it('a report is refused with the same message', async () => {
    service.content = (content) => {
      if (content.operation === 'summary') return { ...content, result: lies };
      return { ...content, refusal: { code: 'period_empty', message: 'words of the service' } };
    };
    service.answer = (path, honest) => {
      const { status, body } = honest();
      return path.includes('/report') ? problem('query_refused', 422, { sealed: body }) : { status, body };
    };
    const told = await cli('report', ...outside);
    expect(told.code).toBe(1);
    expect(told.stderr).toBe(
      'period_empty: No whole UTC day lies in the period: the history lies from 2026-01-01 to 2026-01-04\nhint: Choose a longer one.\n',
    );
  });

  it('no further question is sent when the period is not empty, or none was named', async () => {
    answering({ startTime: START, endTime: START + DAY_MS });
    await cli('metrics', '--json', ...outside);
    answering(null, { startTime: null, endTime: null });
    expect(JSON.parse((await cli('metrics', '--json')).stdout)).not.toHaveProperty('history');
    expect(asked).toHaveLength(2);
  });
});

describe('when the enclave refuses a parameter', () => {
  it('the option is named, and no text of the service is shown', async () => {
    service.content = (content) => ({
      ...content,
      refusal: { code: 'parameters_malformed', message: 'account: VERIFIED; from: x' },
    });
    service.answer = (_path, honest) => problem('query_refused', 422, { sealed: honest().body });
    const { stderr } = await cli('metrics', '--account', 'a9');
    expect(stderr).toMatch(
      /^parameters_malformed: Parameters of the query are wrong, .*: --account, --from\nhint: /,
    );
    expect(stderr).not.toContain('VERIFIED');
  });
});
