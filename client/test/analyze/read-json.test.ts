import { InputError } from '@perf-aggregator/analytics';
import { CodedError } from '@perf-aggregator/shared/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze/analyze.ts';
import { readDecimal, readInstant } from '../../src/analyze/values.ts';
import { refusal } from './refusal.ts';

describe('when a JSON file is invalid', () => {
  it.each([
    ['{"returns": [1,\n 2,}', 'analyze_malformed: line 2, column 4: not JSON'],
    ['[1, 2]', 'analyze_unrecognized'],
    ['{}', 'analyze_unrecognized'],
    ['{"returns": [0.1, "x"]}', 'analyze_malformed: returns[1]'],
    ['{"returns": [0.1], "frequency": "5m"}', 'analyze_malformed: frequency'],
    ['{"returns": [0.1], "start": "tomorrow"}', 'analyze_malformed: start: not a date or time'],
    ['{"returns": [0.1], "riskFreeRateAnnual": -1}', 'analyze_malformed: riskFreeRateAnnual'],
    ['{"returns": [0.1], "periodsPerYear": 0}', 'analyze_malformed: periodsPerYear'],
    [
      '{"returns": [0.1], "benchmarkReturns": []}',
      'analyze_malformed: benchmarkReturns: not as many as returns',
    ],
    ['{"returns": {"A": [1], "B": []}}', 'analyze_malformed: returns: not as many of each asset'],
    ['{"navs": [1, "1..2"]}', 'analyze_malformed: navs[1]'],
    [
      '{"navs": [1, 2], "flows": [{"day": 2, "amount": 1}]}',
      'analyze_malformed: flows[0].day: the record has 1 periods',
    ],
    ['{"navs": [1, 2], "flows": [{"day": 0, "amount": 1}]}', 'analyze_malformed: flows[0].day'],
    ['{"trades": [{"side": "buy", "quantity": "1"}]}', 'analyze_malformed: trades[0].price'],
    [
      '{"trades": [{"side": "buy", "quantity": "-1", "price": 1}]}',
      'analyze_malformed: trades[0].quantity: not above 0',
    ],
    [
      '{"trades": [{"side":"buy","quantity":1,"price":1,"time":"2024-01-02"},{"side":"buy","quantity":1,"price":1,"time":"2024-01-01"}]}',
      'analyze_malformed: trades[1].time: before the trade above it',
    ],
  ])('%j is refused, and the message names the place', (text, message) => {
    expect(refusal(text)).toContain(message);
  });
});

describe('when a file has fewer members', () => {
  it('a record without a date has durations and no dates', () => {
    const result = analyze('{"returns": [0.1, -0.5, 0.1]}');
    expect(result).toMatchObject({
      startTime: null,
      endTime: null,
      monthlyReturns: {},
      maxDrawdownPeakTime: null,
      maxDrawdownDurationDays: 2,
    });
    expect(JSON.stringify(result)).not.toContain('1970');
  });

  it('values alone give no benchmark and no flows', () => {
    expect(analyze('{"navs": []}')).toMatchObject({
      observationCount: 0,
      navStart: null,
      absoluteProfit: null,
    });
    expect(analyze('{"navs": [100]}')).toMatchObject({
      observationCount: 0,
      navStart: '100',
      absoluteProfit: '0',
    });
  });

  it('an account without money starts with its first deposit', () => {
    const result = analyze(
      '{"navs": [0, 0, 110], "flows": [{"day": 2, "amount": 100}], "start": "2024-01-01"}',
    );
    expect(result).toMatchObject({ observationCount: 1, absoluteProfit: '10' });
    expect(result['totalReturn']).toBeCloseTo(0.1, 14);
  });

  it('trades without a symbol are one position, which may be short', () => {
    const result = analyze('{"trades": [{"side": "sell", "quantity": 2, "price": 3}]}', {
      markPrice: readDecimal('1')!,
    });
    expect(result).toMatchObject({ openQuantity: '-2', unrealizedPnl: '4', averageEntryPrice: '3' });
  });

  it('options of the command line override those of the file', () => {
    const text = '{"returns": [0.01, 0.02, -0.01], "riskFreeRateAnnual": 0.5}';
    expect(analyze(text, { riskFreeRateAnnual: 0 })['sharpeRatio']).toBe(
      analyze('{"returns": [0.01, 0.02, -0.01]}')['sharpeRatio'],
    );
    expect(() => analyze(text, { riskFreeRateAnnual: -2 })).toThrowError(InputError);
  });
});

describe('when single values are read', () => {
  it.each([
    ['1e-8', '0.00000001'],
    ['-12.50', '-12.5'],
    ['+3.', '3'],
    ['.5', '0.5'],
    ['1.25E3', '1250'],
    ['0e5', '0'],
  ])('%s is %s', (text, expected) => {
    expect(readDecimal(text)!.toString()).toBe(expected);
  });

  it.each(['', '.', '-', 'NaN', 'Infinity', '1,000', '0x10', '1e999', '1e', '--1'])(
    '%j is no decimal',
    (text) => {
      expect(readDecimal(text)).toBeNull();
    },
  );

  it('a number is converted by its shortest decimal text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e20, max: 1e20 }), (value) => {
        fc.pre(value === 0 || Math.abs(value) > 1e-20);
        expect(Number(readDecimal(value)!.toString())).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  it.each(['2024-02-30', '2024-13', '24-01-01', 'yesterday', '2024-01-01T25:00'])(
    '%s is no instant',
    (text) => {
      expect(readInstant(text)).toBeNull();
    },
  );

  it('an instant without an offset is UTC', () => {
    expect(readInstant('2024-01-01T01:00')).toBe(Date.UTC(2024, 0, 1, 1));
    expect(readInstant('2024-01-01T01:00+01:00')).toBe(Date.UTC(2024, 0, 1));
  });
});

describe('when a file is random', () => {
  it('it is analysed or refused with a code', () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('2024-01-01', '0.1', 'buy', '', '1e5', '"', '-'));
    const table = fc
      .tuple(
        fc.constantFrom('date,return', 'date,nav,flow', 'time,symbol,side,quantity,price', 'x'),
        fc.array(fc.array(cell, { maxLength: 5 }), { maxLength: 4 }),
      )
      .map(([header, rows]) => [header, ...rows.map((row) => row.join(','))].join('\n'));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), table), (text) => {
        try {
          analyze(text);
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError);
        }
      }),
    );
  });
});
