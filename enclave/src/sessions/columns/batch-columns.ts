/**
 * The records of a batch as columns. Records are grouped by what they have in common ({@link templateOf}). For each
 * group there is a column of times, and one for each own text. Rare records are stored whole. Another column says to
 * which group each record belongs, in the order of the batch.
 *
 * Columns are a form of storage, not of the leaf: they may change with the format of a chunk. What they give back is
 * checked against the leaf.
 */
import { decodePlain } from '@perf-aggregator/shared/wire/envelope';
import { type CanonicalValue, encodeCanonical } from '../records/canonical-cbor.ts';
import type { LedgerRecord } from '../records/record.ts';
import { parseRecord, requireKnownKind } from '../records/schema.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { readNumbers, writeNumbers } from './numbers.ts';
import {
  type CommonRecord,
  isAlike,
  isCommon,
  joinRecord,
  type OwnTexts,
  ownTexts,
  rulesOf,
  type Template,
  templateOf,
} from './template.ts';
import { readTexts, writeTexts } from './texts.ts';

/** Records of one template, in the order of the batch. */
interface Group {
  readonly first: CommonRecord;
  readonly times: number[];
  readonly texts: OwnTexts[];
}

/** Number of the group of records that are stored whole. */
const WHOLE = 0;

/** Columns of records. @throws CodecError `cbor_malformed` */
export function encodeColumns(records: readonly LedgerRecord[]): Uint8Array {
  const writer = new ByteWriter();
  const { groups, numbers, whole } = grouped(records);
  writer.unsigned(records.length);
  writer.unsigned(groups.length);
  writeNumbers(writer, numbers);
  for (const record of whole) writeValue(writer, record);
  for (const { first, times, texts } of groups) {
    writeValue(writer, templateOf(first));
    writeNumbers(writer, times);
    for (let column = 0; column < texts[0]!.length; column++)
      writeTexts(
        writer,
        texts.map((own) => own[column]!),
      );
  }
  return writer.take();
}

/**
 * The records of columns.
 * @param most - the most records that there may be
 * @throws UnknownKindError for a kind of a later release; RangeError, TypeError, CodedError, ZodError for what is no
 *   batch
 */
export function decodeColumns(columns: Uint8Array, most: number): LedgerRecord[] {
  const reader = new ByteReader(columns);
  const count = reader.count(most);
  const groupCount = reader.count(count);
  const numbers = readNumbers(reader, count);
  const sizes = sizesOf(numbers, groupCount);
  const groups: LedgerRecord[][] = [];
  for (const [group, size] of sizes.entries()) {
    groups.push(group === WHOLE ? readWhole(reader, size) : readGroup(reader, size));
  }
  reader.end();
  const next = sizes.map(() => 0);
  return numbers.map((group) => groups[group]![next[group]!++]!);
}

function grouped(records: readonly LedgerRecord[]) {
  const groups: Group[] = [];
  const known = new Map<string, number[]>();
  const numbers: number[] = [];
  const whole: LedgerRecord[] = [];
  for (const record of records) {
    if (!isCommon(record)) {
      whole.push(record);
      numbers.push(WHOLE);
      continue;
    }
    const number = numberOf(record, groups, known);
    const { times, texts } = groups[number - 1]!;
    times.push(record.time);
    texts.push(ownTexts(record));
    numbers.push(number);
  }
  return { groups, numbers, whole };
}

/** The number of a record's group, which is made where there is none. @param known - numbers by kind and subject */
function numberOf(record: CommonRecord, groups: Group[], known: Map<string, number[]>): number {
  const subject = `${record.kind} ${record.kind === 'fill' ? record.symbol : record.asset}`;
  const candidates = known.get(subject) ?? [];
  const found = candidates.find((number) => isAlike(groups[number - 1]!.first, record));
  if (found !== undefined) return found;
  const number = groups.push({ first: record, times: [], texts: [] });
  known.set(subject, [...candidates, number]);
  return number;
}

/** How many records each group has. @throws RangeError for an empty group, and for a number that names none */
function sizesOf(numbers: readonly number[], groupCount: number): number[] {
  const sizes = new Array<number>(groupCount + 1).fill(0);
  for (const number of numbers) {
    if (sizes[number] === undefined) throw new RangeError('a group that is not there');
    sizes[number] += 1;
  }
  if (sizes.includes(0, 1)) throw new RangeError('a group without records');
  return sizes;
}

function readWhole(reader: ByteReader, size: number): LedgerRecord[] {
  return Array.from({ length: size }, () => parseRecord(readValue(reader)));
}

function readGroup(reader: ByteReader, size: number): LedgerRecord[] {
  const value = readValue(reader);
  requireKnownKind(value);
  const template = value as Template;
  const times = readNumbers(reader, size);
  if (times.some((time) => time < 0)) throw new RangeError('a time before 1970');
  // A template says which columns follow. Its shape is not checked before its first record is there.
  const rules = rulesOf(template);
  const columns = rules.map((rule) => readTexts(reader, size, rule));
  const records = times.map((time, row) =>
    joinRecord(
      template,
      time,
      columns.map((column) => column[row]!),
    ),
  );
  // The others differ only in times and texts, and these have kept their rules.
  parseRecord(records[0]);
  return records;
}

function writeValue(writer: ByteWriter, value: LedgerRecord): void {
  const bytes = encodeCanonical(value as unknown as CanonicalValue);
  writer.unsigned(bytes.length);
  writer.raw(bytes);
}

function readValue(reader: ByteReader): unknown {
  return decodePlain(reader.raw(reader.unsigned()));
}
