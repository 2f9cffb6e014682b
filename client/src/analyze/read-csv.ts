/**
 * CSV files for `analyze` (RFC 4180). The first line is a header: `date,return[,benchmark]`, `date,nav[,flow]` or
 * `time,symbol,side,quantity,price,fee,feeCurrency`. The columns may stand in any order.
 */
import { type Amount, ZERO } from '@perf-aggregator/analytics/amount/decimal';
import type { ListedTrade } from '@perf-aggregator/analytics/matching/trade-list';
import type { Frequency } from '@perf-aggregator/analytics/series/calendar-series';
import { parse } from 'csv-parse/sync';
import { AnalyzeError } from './errors.ts';
import { type Dated, onGrid } from './grid.ts';
import type { AnalyzeInput, NavsInput, ReturnsInput, TradesInput } from './input.ts';
import { readDecimal, readInstant, readNumber } from './values.ts';

/** Columns of each kind of table. A column with a question mark may be absent. */
const TABLES = {
  returns: ['date', 'return', 'benchmark?'],
  navs: ['date', 'nav', 'flow?'],
  trades: ['time', 'symbol', 'side', 'quantity', 'price', 'fee?', 'feeCurrency?', 'orderId?'],
} as const;
type Kind = keyof typeof TABLES;

/** A cell and its place. */
interface Cell {
  readonly text: string;
  readonly line: number;
  readonly column: number;
  readonly name: string;
}

type Row = ReadonlyMap<string, Cell>;

/**
 * Reads a table.
 * @param frequency - of a table of returns or values; left out: the dates tell it
 * @throws AnalyzeError `analyze_malformed` with line and column; `analyze_unrecognized`
 */
export function readCsv(text: string, frequency?: Frequency): AnalyzeInput {
  const [header, ...records] = recordsOf(text);
  if (header === undefined) throw new AnalyzeError('analyze_unrecognized', 'the file is empty');
  const names = header.record.map((name) => name.trim());
  const kind = kindOf(names, header.line);
  const rows = records.map((record) => toRow(record, names));
  if (kind === 'trades') return toTrades(rows);
  return kind === 'navs' ? toNavs(rows, frequency) : toReturns(rows, frequency);
}

function toReturns(rows: readonly Row[], frequency: Frequency | undefined): ReturnsInput {
  const grid = onGrid(rows.map(dated), frequency);
  const column = (name: string) => grid.rows.map((row) => (row === null ? null : optionalNumber(row, name)));
  return {
    kind: 'returns',
    ...grid.grid,
    returns: column('return'),
    benchmarkReturns: rows[0]?.has('benchmark') ? column('benchmark') : null,
  };
}

/** The first row is the value at which the record starts. A flow in this row lies before the record. */
function toNavs(rows: readonly Row[], frequency: Frequency | undefined): NavsInput {
  const grid = onGrid(rows.map(dated), frequency);
  const flows = grid.rows.flatMap((row, period) => {
    const cell = row?.get('flow');
    if (cell === undefined || cell.text === '') return [];
    const amount = decimal(cell);
    if (amount.isZero()) return [];
    if (period === 0)
      throw malformed(cell, 'a flow in the first row lies before the record: its value is the start');
    return [{ period, amount }];
  });
  const navs = grid.rows.map((row) => {
    const cell = row?.get('nav');
    return cell === undefined || cell.text === '' ? null : decimal(cell);
  });
  return { kind: 'navs', ...grid.grid, start: grid.firstEnd, navs, flows };
}

function toTrades(rows: readonly Row[]): TradesInput {
  const trades = rows.map((row): ListedTrade => {
    const side = row.get('side')!;
    const symbol = row.get('symbol')!;
    const fee = row.get('fee');
    const sideText = side.text.toLowerCase();
    if (sideText !== 'buy' && sideText !== 'sell') throw malformed(side, 'neither buy nor sell');
    if (symbol.text === '') throw malformed(symbol, 'empty');
    return {
      time: instant(row.get('time')!),
      symbol: symbol.text,
      side: sideText,
      quantity: checked(row.get('quantity')!, (amount) => amount.isPositive(), 'not above 0'),
      price: checked(row.get('price')!, (amount) => !amount.isNegative(), 'below 0'),
      fee: fee === undefined || fee.text === '' ? ZERO : decimal(fee),
      feeCurrency: row.get('feeCurrency')?.text || null,
      orderId: row.get('orderId')?.text || null,
    };
  });
  return { kind: 'trades', trades: trades.toSorted((a, b) => a.time - b.time) };
}

function dated(row: Row): Dated<Row> {
  const cell = row.get('date')!;
  return { row, time: instant(cell), refuse: (what) => malformed(cell, what) };
}

function optionalNumber(row: Row, name: string): number | null {
  const cell = row.get(name)!;
  if (cell.text === '') return null;
  const value = readNumber(cell.text);
  if (value === null) throw malformed(cell, 'not a number');
  return value;
}

function instant(cell: Cell): number {
  const time = readInstant(cell.text);
  if (time === null) throw malformed(cell, 'not a date or time');
  return time;
}

function decimal(cell: Cell): Amount {
  const amount = readDecimal(cell.text);
  if (amount === null) throw malformed(cell, 'not a decimal number');
  return amount;
}

function checked(cell: Cell, holds: (amount: Amount) => boolean, otherwise: string): Amount {
  const amount = decimal(cell);
  if (!holds(amount)) throw malformed(cell, otherwise);
  return amount;
}

/** The kind of table that has exactly these columns. */
function kindOf(names: readonly string[], line: number): Kind {
  const telling = { return: 'returns', nav: 'navs', side: 'trades' } as const;
  const name = names.find((candidate): candidate is keyof typeof telling =>
    Object.hasOwn(telling, candidate),
  );
  if (name === undefined) {
    throw new AnalyzeError(
      'analyze_unrecognized',
      `line ${line}: the header names none of the columns return, nav, side`,
    );
  }
  const kind = telling[name];
  const columns: readonly string[] = TABLES[kind];
  const missing = columns.find((column) => !column.endsWith('?') && !names.includes(column));
  if (missing !== undefined)
    throw at(line, names.length + 1, `a table of ${kind} needs the column ${missing}`);
  for (const [i, column] of names.entries()) {
    if (names.indexOf(column) < i) throw at(line, i + 1, 'a column that is already there');
    if (!columns.includes(column) && !columns.includes(`${column}?`)) {
      throw at(line, i + 1, `not a column of a table of ${kind} (${columns.join(', ')})`);
    }
  }
  return kind;
}

function toRow({ record, line }: Record, names: readonly string[]): Row {
  if (record.length !== names.length) {
    throw at(
      line,
      Math.min(record.length, names.length) + 1,
      `${record.length} cells under ${names.length} columns`,
    );
  }
  return new Map(names.map((name, i) => [name, { text: record[i]!.trim(), line, column: i + 1, name }]));
}

interface Record {
  readonly record: readonly string[];
  readonly line: number;
}

function recordsOf(text: string): readonly Record[] {
  try {
    const records = parse(text, { bom: true, info: true, relax_column_count: true, skip_empty_lines: true });
    return (records as unknown as readonly { record: string[]; info: { lines: number } }[]).map(
      ({ record, info }) => ({ record, line: info.lines }),
    );
  } catch (cause) {
    const { lines = 0, column = 0 } = cause as { lines?: number; column?: number };
    throw new AnalyzeError(
      'analyze_malformed',
      `line ${lines}, column ${Number(column) + 1}: not CSV`,
      cause,
    );
  }
}

function malformed({ line, column, name }: Cell, what: string): AnalyzeError {
  return at(line, column, `${name}: ${what}`);
}

function at(line: number, column: number, what: string): AnalyzeError {
  return new AnalyzeError('analyze_malformed', `line ${line}, column ${column}: ${what}`);
}
