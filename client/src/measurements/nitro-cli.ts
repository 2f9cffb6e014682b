/** The output of `nitro-cli build-enclave` and `describe-eif`: the measurements of one image. */
import { parseStrictJson } from '@perf-aggregator/shared/codec/strict-json';
import { CodecError } from '@perf-aggregator/shared/errors';
import { textOfIssues } from '@perf-aggregator/shared/schema-issues';
import * as z from 'zod';
import { MeasurementsError } from './errors.ts';
import type { ExpectedPcrs } from './measurements.ts';

const sha384 = z.string().regex(/^[0-9a-f]{96}$/i);
const output = z.object({
  Measurements: z.strictObject({
    HashAlgorithm: z.string().regex(/^Sha384\b/),
    ...{ PCR0: sha384, PCR1: sha384, PCR2: sha384, PCR8: sha384.optional() },
  }),
  // The result of describe-eif's check of the file itself.
  CheckCRC: z.literal(true).optional(),
  SignatureCheck: z.literal(true).nullish(),
});

/**
 * The image in the output of nitro-cli. The lines that `build-enclave` writes before its JSON may be present or absent.
 * Null: the text is no such output.
 * @throws MeasurementsError `measurements_malformed` for output that lacks a measurement, says a member twice, or calls
 *   the file's checksum or signature wrong
 */
export function parseNitroCli(text: string): ExpectedPcrs | null {
  const value = parsed(text.slice(Math.max(0, text.search(/^\{/m))));
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'Measurements')) return null;
  const read = output.safeParse(value);
  if (!read.success) {
    throw new MeasurementsError('measurements_malformed', textOfIssues(read.error, '(whole)'));
  }
  const { PCR0, PCR1, PCR2, PCR8 } = read.data.Measurements;
  const image = { 0: PCR0, 1: PCR1, 2: PCR2 };
  return PCR8 === undefined ? image : { ...image, 8: PCR8 };
}

function parsed(text: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (cause) {
    const isTwice = cause instanceof CodecError && cause.code === 'json_member_twice';
    if (isTwice) throw new MeasurementsError('measurements_malformed', cause.message, cause);
    return null;
  }
}
