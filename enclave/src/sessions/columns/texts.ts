/**
 * Columns of texts. A column has one form: digits are stored as numbers, UUIDs as 16 bytes, other texts as they are.
 * Every text comes back exactly. A text that no shorter form gives back makes its whole column one of plain texts.
 */
import { DECIMAL } from '../records/schema.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { readNumbers, writeNumbers } from './numbers.ts';
import type { TextRule } from './template.ts';

const NULLS = 0;
const SAME = 1;
const DECIMALS = 2;
const WIDE_DECIMALS = 3;
const UUIDS = 4;
const TEXTS = 5;
/** Added to a form: some texts are null, and a byte for each says which. */
const SOME_NULL = 0x80;

/** A decimal that its digits and the number of its decimal places give back. */
const PLAIN_DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const NEGATIVE_ZERO = /^-[0.]+$/;
const LONGEST_DECIMAL = 60;
/** Digits that a number holds exactly. */
const EXACT_DIGITS = 15;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function writeTexts(writer: ByteWriter, values: readonly (string | null)[]): void {
  const texts = values.filter((value) => value !== null);
  if (texts.length === 0) {
    writer.byte(NULLS);
    return;
  }
  const form = formOf(texts);
  const hasNulls = texts.length < values.length;
  writer.byte(hasNulls ? form | SOME_NULL : form);
  if (hasNulls) for (const value of values) writer.byte(value === null ? 0 : 1);
  writeForm(writer, form, texts);
}

/** @throws RangeError, TypeError; also for a text that breaks the rule */
export function readTexts(reader: ByteReader, count: number, rule: TextRule): (string | null)[] {
  const { isDecimal, mayBeNull } = rule;
  const first = reader.byte();
  const form = first & ~SOME_NULL;
  if (!mayBeNull && (form === NULLS || first !== form)) throw new RangeError('a text that is missing');
  if (first === NULLS) return new Array<null>(count).fill(null);
  if (first === form) return readForm(reader, form, count, isDecimal);
  const present = reader.raw(count).slice();
  const texts = readForm(reader, form, present.filter((flag) => flag === 1).length, isDecimal);
  let next = 0;
  return Array.from(present, (flag) => (flag === 1 ? texts[next++]! : null));
}

function formOf(texts: readonly string[]): number {
  if (texts.every((text) => text === texts[0])) return SAME;
  if (texts.every((text) => UUID.test(text))) return UUIDS;
  if (!texts.every(isPlainDecimal)) return TEXTS;
  return texts.every(({ length }) => length <= EXACT_DIGITS) ? DECIMALS : WIDE_DECIMALS;
}

function isPlainDecimal(text: string): boolean {
  return text.length <= LONGEST_DECIMAL && PLAIN_DECIMAL.test(text) && !NEGATIVE_ZERO.test(text);
}

function writeForm(writer: ByteWriter, form: number, texts: readonly string[]): void {
  if (form === SAME) writer.text(texts[0]!);
  else if (form === UUIDS) writer.raw(Buffer.from(texts.join('').replaceAll('-', ''), 'hex'));
  else if (form === TEXTS) for (const text of texts) writer.text(text);
  else {
    writeNumbers(writer, texts.map(placesOf));
    const digits = texts.map((text) => text.replace('.', ''));
    if (form === DECIMALS) writeNumbers(writer, digits.map(Number));
    else writeWide(writer, digits.map(BigInt));
  }
}

function readForm(reader: ByteReader, form: number, count: number, isDecimal: boolean): string[] {
  switch (form) {
    case SAME:
      return new Array<string>(count).fill(checked(reader.text(), isDecimal));
    case UUIDS:
      return uuidsOf(Buffer.from(reader.raw(16 * count)).toString('hex'), isDecimal);
    case TEXTS:
      return Array.from({ length: count }, () => checked(reader.text(), isDecimal));
    case DECIMALS: {
      const places = readNumbers(reader, count);
      return readNumbers(reader, count).map((digits, i) => decimalOf(String(digits), places[i]!));
    }
    case WIDE_DECIMALS: {
      const places = readNumbers(reader, count);
      return readWide(reader, count).map((digits, i) => decimalOf(String(digits), places[i]!));
    }
    default:
      throw new RangeError('an unknown column of texts');
  }
}

function checked(text: string, isDecimal: boolean): string {
  if (isDecimal && !DECIMAL.test(text)) throw new RangeError('a text that is no decimal');
  return text;
}

/** Differences of the numbers. */
function writeWide(writer: ByteWriter, values: readonly bigint[]): void {
  let previous = 0n;
  for (const value of values) {
    writer.wide(value - previous);
    previous = value;
  }
}

function readWide(reader: ByteReader, count: number): bigint[] {
  let previous = 0n;
  return Array.from({ length: count }, () => {
    previous += reader.wide();
    return previous;
  });
}

/** Decimal places of a text. */
function placesOf(text: string): number {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

/** The decimal of an integer and its decimal places. @throws RangeError */
function decimalOf(integer: string, places: number): string {
  if (places === 0) return integer;
  if (!(places > 0 && places <= LONGEST_DECIMAL)) throw new RangeError('decimal places out of range');
  const isNegative = integer.startsWith('-');
  const digits = (isNegative ? integer.slice(1) : integer).padStart(places + 1, '0');
  const point = digits.length - places;
  return `${isNegative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function uuidsOf(hex: string, isDecimal: boolean): string[] {
  const uuids: string[] = [];
  for (let at = 0; at < hex.length; at += 32) {
    const part = (from: number, to: number) => hex.slice(at + from, at + to);
    const uuid = `${part(0, 8)}-${part(8, 12)}-${part(12, 16)}-${part(16, 20)}-${part(20, 32)}`;
    uuids.push(checked(uuid, isDecimal));
  }
  return uuids;
}
