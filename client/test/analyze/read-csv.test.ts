import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze/analyze.ts';
import { refusal } from './refusal.ts';

const lines = (...rows: readonly string[]) => `${rows.join('\n')}\n`;

describe('when a table of returns is read', () => {
  it('the dates give the period and the step, and a missing day is a gap', () => {
    const result = analyze(lines('date,return', '2024-01-01,0.01', '2024-01-02,-0.02', '2024-01-04,0.03'));
    expect(result).toMatchObject({
      kind: 'returns',
      observationCount: 3,
      periodsPerYear: 365,
      startTime: Date.UTC(2024, 0, 1),
      endTime: Date.UTC(2024, 0, 5),
      dataQuality: { gapCount: 1 },
      beta: null,
    });
    expect(result['totalReturn']).toBeCloseTo(1.01 * 0.98 * 1.03 - 1, 14);
  });

  it('a benchmark is read from its column, in any order of columns, and empty cells are missing values', () => {
    const result = analyze(
      lines(
        'benchmark,date,return',
        '0.01,2024-01,0.02',
        ',2024-02,0.01',
        '0.03,2024-03,',
        '-0.01,2024-04,-0.02',
      ),
    );
    expect(result).toMatchObject({
      periodsPerYear: 12,
      observationCount: 3,
      pairedObservationCount: 2,
      beta: 2,
    });
  });

  it.each([
    ['h', ['2024-01-01T00:00', '2024-01-01T01:00Z', '2024-01-01 02:00:00'], 8_760],
    ['W', ['2024-01-01', '2024-01-08', '2024-01-15'], 52],
    ['M', ['2024-01-31', '2024-02-29', '2024-03-31'], 12],
    ['Q', ['2024-03-31', '2024-06-30', '2024-09-30'], 4],
    ['Y', ['2022-12-31', '2023-12-31', '2024-12-31'], 1],
  ])('a step of %s is detected', (_, dates, periodsPerYear) => {
    const result = analyze(lines('date,return', ...dates.map((date) => `${date},0.01`)));
    expect(result).toMatchObject({ periodsPerYear, observationCount: 3, dataQuality: { gapCount: 0 } });
  });

  it('a byte order mark, CRLF, quotes and empty lines are accepted', () => {
    const result = analyze('\ufeffdate,return\r\n"2024-01-01",1e-2\r\n\r\n2024-01-02,"+.5"\r\n');
    expect(result).toMatchObject({ observationCount: 2, bestPeriodReturn: 0.5, worstPeriodReturn: 0.01 });
  });

  it('a header without rows is an empty record', () => {
    expect(analyze('date,return\n')).toMatchObject({
      observationCount: 0,
      totalReturn: null,
      startTime: null,
    });
  });
});

describe('when a table of values is read', () => {
  it('the first row is the start, a deposit counts from the start of its day, a withdrawal leaves at its end', () => {
    const result = analyze(
      lines(
        'date,nav,flow',
        '2024-01-01,100,',
        '2024-01-02,220,100',
        '2024-01-03,120,-122',
        '2024-01-04,120,0',
      ),
    );
    expect(result).toMatchObject({
      kind: 'navs',
      navStart: '100',
      navEnd: '120',
      netExternalFlow: '-22',
      absoluteProfit: '42',
      largeFlowsUnvalued: 2,
      startTime: Date.UTC(2024, 0, 2),
      endTime: Date.UTC(2024, 0, 5),
    });
    const returns = result['periodReturns'] as number[];
    for (const [i, expected] of [0.1, 0.1, 0].entries()) expect(returns[i]).toBeCloseTo(expected, 14);
  });

  it('a return after a gap covers the gap', () => {
    const result = analyze(lines('date,nav', '2024-01-01,100', '2024-01-02,', '2024-01-04,121'));
    expect(result).toMatchObject({ observationCount: 1, dataQuality: { gapCount: 1 } });
    expect(result['totalReturn']).toBeCloseTo(0.21, 14);
  });
});

describe('when a table of trades is read', () => {
  const header = 'time,symbol,side,quantity,price,fee,feeCurrency';

  it('it is sorted by time, and each symbol has its numbers', () => {
    const result = analyze(
      lines(
        header,
        '2024-01-02T00:00:00Z,BTC/USDT,sell,1,30,0.1,USDT',
        '1704067200000,BTC/USDT,buy,1,20,,',
        '2024-01-03,ETH/USDT:USDT,Sell,2,5,0.01,USDT',
      ),
    );
    expect(result).toMatchObject({
      kind: 'trades',
      method: 'fifo',
      totals: [{ currency: 'USDT', tradeCount: 3, realizedPnl: '10', fees: '0.11', netPnl: '9.89' }],
      symbols: [
        { symbol: 'BTC/USDT', spot: true, realizedPnl: '10', openQuantity: '0', averageEntryPrice: null },
        { symbol: 'ETH/USDT:USDT', spot: false, openQuantity: '-2', averageEntryPrice: '5' },
      ],
    });
  });

  it('a fee in base reduces the bought quantity, and is valued at the price of the trade', () => {
    const result = analyze(lines(header, '2024-01-01,BTC/USDT,buy,1,100,0.01,BTC'));
    expect(result).toMatchObject({ openQuantity: '0.99', openCost: '99', fees: '1' });
  });

  it('a fee in a currency without a price is listed separately', () => {
    const result = analyze(lines(header, '2024-01-01,BTC/USDT,buy,1,100,0.01,BNB'));
    expect(result).toMatchObject({ fees: '0', unvaluedFees: { BNB: '0.01' } });
  });

  it('a quantity that is sold beyond the inventory is missing', () => {
    const result = analyze(lines(header, '2024-01-01,BTCUSDT,sell,1,100,1,USDT'));
    expect(result).toMatchObject({ missingQuantity: '1', realizedPnl: '0', fees: '1', closedTradeCount: 0 });
  });
});

describe('when a table is wrong', () => {
  it.each([
    ['', 'analyze_unrecognized: the file is empty'],
    ['a,b\n1,2\n', 'analyze_unrecognized: line 1: the header names none of the columns return, nav, side'],
    ['return\n0.1\n', 'analyze_malformed: line 1, column 2: a table of returns needs the column date'],
    [
      'date,return,alpha\n',
      'analyze_malformed: line 1, column 3: not a column of a table of returns (date, return, benchmark?)',
    ],
    ['date,return,date\n', 'analyze_malformed: line 1, column 3: a column that is already there'],
    ['date,return\n2024-01-01\n', 'analyze_malformed: line 2, column 2: 1 cells under 2 columns'],
    ['date,return\n2024-01-01,1,2\n', 'analyze_malformed: line 2, column 3: 3 cells under 2 columns'],
    ['date,return\n2024-01-01,x\n', 'analyze_malformed: line 2, column 2: return: not a number'],
    ['date,return\n2024-01-01,1e999\n', 'analyze_malformed: line 2, column 2: return: not a number'],
    ['date,return\n2024-02-30,0.1\n', 'analyze_malformed: line 2, column 1: date: not a date or time'],
    ['date,return\n01/02/2024,0.1\n', 'analyze_malformed: line 2, column 1: date: not a date or time'],
    [
      'date,return\n\n2024-01-02,0.1\n2024-01-01,0.1\n',
      'analyze_malformed: line 4, column 1: date: not after the date above',
    ],
    [
      'date,return\n2024-01-01,0.1\n2024-01-01,0.1\n',
      'analyze_malformed: line 3, column 1: date: not after the date above',
    ],
    [
      'date,return\n2024-01-01,1\n2024-01-02,1\n2024-01-03T07:00,1\n',
      'analyze_malformed: line 4, column 1: date: not on the grid of the dates above',
    ],
    [
      'date,return\n2024-01-01,1\n2024-01-02,1\n9999-01-01,1\n',
      'analyze_malformed: line 4, column 1: date: too far from the first date',
    ],
    [
      'date,nav,flow\n2024-01-01,100,5\n',
      'analyze_malformed: line 2, column 3: flow: a flow in the first row lies before the record: its value is the start',
    ],
    ['date,nav\n2024-01-01,abc\n', 'analyze_malformed: line 2, column 2: nav: not a decimal number'],
    ['date,return\n"2024-01-01,1\n', 'analyze_malformed: line 2'],
    [
      'time,symbol,side,quantity,price\n2024-01-01,B/U,hold,1,1\n',
      'analyze_malformed: line 2, column 3: side: neither buy nor sell',
    ],
    [
      'time,symbol,side,quantity,price\n2024-01-01,,buy,1,1\n',
      'analyze_malformed: line 2, column 2: symbol: empty',
    ],
    [
      'time,symbol,side,quantity,price\n2024-01-01,B/U,buy,0,1\n',
      'analyze_malformed: line 2, column 4: quantity: not above 0',
    ],
    [
      'time,symbol,side,quantity,price\n2024-01-01,B/U,buy,1,-1\n',
      'analyze_malformed: line 2, column 5: price: below 0',
    ],
  ])('%j is refused, with line and column', (text, message) => {
    expect(refusal(text)).toContain(message);
  });
});
