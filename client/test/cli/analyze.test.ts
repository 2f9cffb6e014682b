import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from './cli.ts';

const home = mkdtempSync(join(tmpdir(), 'pa-analyze-'));
const world = { clock: { now: () => 0 }, home };
afterAll(() => rmSync(home, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(home, name);
  writeFileSync(path, content);
  return path;
}

const trades = file(
  'trades.csv',
  'time,symbol,side,quantity,price\n2024-01-01,A/B,buy,1,10\n2024-01-02,A/B,buy,1,20\n2024-01-03,A/B,sell,1,30\n',
);

describe('when a file is analysed', () => {
  it('without --json a table is printed', async () => {
    const { code, stdout } = await run(['analyze', trades], world);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Lots matched by fifo\n\nA\/B\n.*Trades +3\n.*Realized P&L +20\n/);
  });

  it.each([
    ['fifo', '20'],
    ['lifo', '10'],
    ['hifo', '10'],
    ['average', '15'],
  ])('with --json one object is printed: %s', async (method, realizedPnl) => {
    const { stdout } = await run(
      ['analyze', trades, '--json', '--method', method, '--mark-price', '40'],
      world,
    );
    const unrealizedPnl = String(40 - Number(realizedPnl));
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'trades', method, realizedPnl, unrealizedPnl });
  });

  it('a matrix is printed as one, and returns as their main numbers', async () => {
    const matrix = file('matrix.json', '{"returns": {"A": [1, 2, 4], "BB": [1, 2, 4]}, "weights": {"A": 1}}');
    expect((await run(['analyze', matrix], world)).stdout).toMatch(/^ +A +BB\nA +1\.000 +1\.000\nBB/);
    const returns = file('returns.csv', 'date,return\n2024-01-01,0.1\n2024-01-02,-1.5\n');
    const { stdout } = await run(['analyze', returns, '--risk-free-rate', '0.02'], world);
    expect(stdout).toContain('2024-01-01 to 2024-01-02');
    expect(stdout).toContain('Wiped out');
    expect(stdout).toMatch(/Total return +-100\.00 %/);
  });
});

describe('when a part of a file is analysed', () => {
  const record = file(
    'record.csv',
    'date,return\n2024-01-01,0.1\n2024-01-02,0.2\n2024-01-03,-0.1\n2024-01-04,0.3\n',
  );

  it('both days are included', async () => {
    const days = ['--from', '2024-01-02', '--to', '2024-01-03'];
    const { stdout } = await run(['analyze', record, '--json', ...days], world);
    expect(JSON.parse(stdout)).toMatchObject({ observationCount: 2, totalReturn: 1.2 * 0.9 - 1 });
  });

  it('the table shows the last window', async () => {
    const { stdout } = await run(['analyze', record, '--period', '1d', '--window', '2'], world);
    expect(stdout).toMatch(/Observations +1\n/);
    expect(stdout).toMatch(/Over the last 2 returns\n +volatility +540\.37 %\n +Sharpe ratio +6\.755\n/);
  });

  it.each([
    ['--from', '2024-1-1'],
    ['--to', 'yesterday'],
    ['--period', '2d'],
    ['--window', 'x'],
  ])('%s %s is wrong usage', async (option, value) => {
    expect((await run(['analyze', record, option, value], world)).code).toBe(2);
  });

  it('trades have no part', async () => {
    const transcript = await run(['analyze', trades, '--window', '2'], world);
    expect([transcript.code, (transcript.error as { code: string }).code]).toEqual([
      2,
      'analyze_option_unsupported',
    ]);
  });
});

describe('when it cannot be analysed', () => {
  it.each([
    [['analyze', join(home, 'absent.csv')], 'file_unreadable'],
    [['analyze', file('binary', new Uint8Array([0xff, 0xfe, 0x00]))], 'file_unreadable'],
    [['analyze', file('other.txt', 'hello')], 'analyze_unrecognized'],
    [['analyze', file('wrong.csv', 'date,return\n2024-01-01,x\n')], 'analyze_malformed'],
    [['analyze', trades, '--mark-price', '-1'], 'option_invalid'],
  ])('%j exits 2 with its code', async (argv, code) => {
    const transcript = await run(argv, world);
    expect([transcript.code, (transcript.error as { code: string }).code]).toEqual([2, code]);
    expect(transcript.stdout).toBe('');
  });

  it.each([
    ['--method', 'lofo'],
    ['--frequency', '5m'],
    ['--risk-free-rate', '-1'],
    ['--minimum-acceptable-return', 'much'],
  ])('%s %s is wrong usage', async (option, value) => {
    expect((await run(['analyze', trades, option, value], world)).code).toBe(2);
  });
});
