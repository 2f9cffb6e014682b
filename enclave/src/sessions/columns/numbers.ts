/**
 * Columns of integers below 2^52, of either sign. Numbers that follow each other closely (instants, ids, prices) are stored as differences,
 * the others as they are: whichever is shorter.
 */
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

const PLAIN = 0;
const DELTAS = 1;
/** One number for all. */
const SAME = 2;

/** From here on twice a number is no safe integer. */
const LARGE = 2 ** 52;

/** Whether a column of numbers can hold the value. */
export function isNumber(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < LARGE;
}

/** @param values - integers below 2^52 ({@link isNumber}) */
export function writeNumbers(writer: ByteWriter, values: readonly number[]): void {
  const [first = 0] = values;
  if (values.every((value) => value === first)) {
    writer.byte(SAME);
    writeSigned(writer, first);
    return;
  }
  const deltas = deltasOf(values);
  const isShorter = deltas !== null && bitsOf(deltas) < bitsOf(values);
  writer.byte(isShorter ? DELTAS : PLAIN);
  for (const value of isShorter ? deltas : values) writeSigned(writer, value);
}

/** @throws RangeError */
export function readNumbers(reader: ByteReader, count: number): number[] {
  const form = reader.byte();
  if (form === SAME) return new Array<number>(count).fill(readSigned(reader));
  if (form !== PLAIN && form !== DELTAS) throw new RangeError('an unknown column of numbers');
  const values: number[] = [];
  let previous = 0;
  for (let i = 0; i < count; i++) {
    const value = readSigned(reader);
    previous = form === DELTAS ? previous + value : value;
    values.push(previous);
  }
  return values;
}

/** Null: a difference is too large. */
function deltasOf(values: readonly number[]): number[] | null {
  let previous = 0;
  const deltas: number[] = [];
  for (const value of values) {
    const delta = value - previous;
    if (!isNumber(delta)) return null;
    deltas.push(delta);
    previous = value;
  }
  return deltas;
}

/** Zigzag: 0, −1, 1, −2, … as 0, 1, 2, 3, … */
function writeSigned(writer: ByteWriter, value: number): void {
  writer.unsigned(value < 0 ? -2 * value - 1 : 2 * value);
}

function readSigned(reader: ByteReader): number {
  const value = reader.unsigned();
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Bits of the values, about. */
function bitsOf(values: readonly number[]): number {
  let size = 0;
  for (const value of values) size += Math.log2(2 * Math.abs(value) + 1);
  return size;
}
