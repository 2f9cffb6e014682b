/**
 * How sealed plaintexts are read back. What this enclave sealed is authentic. These checks guard against formats that
 * this version does not know, and against our own mistakes.
 */
import { placesOfIssues } from '@perf-aggregator/shared/schema-issues';
import { decodePlain } from '@perf-aggregator/shared/wire/envelope';
import type * as z from 'zod';
import { Refusal } from '../../errors.ts';

/** A value with a format number. Its shape is not checked yet. */
export interface Numbered {
  readonly format: unknown;
  readonly value: unknown;
}

/**
 * The plain data of an opened blob.
 * @param what - named in errors, as "a ledger chunk"
 * @throws Refusal `state_rejected` when it is not strict CBOR
 */
export function decodeSealed(plaintext: Uint8Array, what: string): unknown {
  try {
    return decodePlain(plaintext);
  } catch (cause) {
    throw new Refusal('state_rejected', `${what} is not strict CBOR`, { cause });
  }
}

/** The member `name` of a value of unknown shape. Undefined: there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/**
 * Reads a value by the schema of its format.
 * @param schemas - by format number
 * @throws Refusal `state_version_unsupported` for a number that has no schema, `state_rejected` for a missing number,
 *   and for a value that does not match its schema (the message names the place, not the value)
 */
export function parseFormat<T>(
  { format, value }: Numbered,
  schemas: Readonly<Record<number, z.ZodType<T>>>,
  what: string,
): T {
  if (typeof format !== 'number' || !Number.isInteger(format)) {
    throw new Refusal('state_rejected', `${what} has no format number`);
  }
  const schema = Object.hasOwn(schemas, format) ? schemas[format] : undefined;
  if (!schema) throw new Refusal('state_version_unsupported', `${what} has format ${format}`);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const places = placesOfIssues(parsed.error, 'the whole').join(', ');
  throw new Refusal('state_rejected', `${what} is malformed at: ${places}`);
}
