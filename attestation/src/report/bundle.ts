/** A report bundle as text: bounded, strict JSON, in exactly one form. */
import { decodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { parseStrictJson } from '@perf-aggregator/shared/codec/strict-json';
import { CodecError } from '@perf-aggregator/shared/errors';
import { type ReportBundle, reportBundle } from '@perf-aggregator/shared/messages/report/claims';
import { ReportError } from './errors.ts';

/** Longest bundle, bytes of its JSON text. Readers refuse a longer one before they read it. */
export const MAX_BUNDLE_BYTES = 4 * 1024 * 1024;

/**
 * The bundle in JSON text, or in its parsed value. In a parsed value a duplicate member cannot be detected.
 * @throws ReportError `bundle_malformed`
 */
export function parseBundle(input: unknown): ReportBundle {
  // A text never has more characters than bytes.
  if (typeof input === 'string' && input.length > MAX_BUNDLE_BYTES) throw malformed('longer than 4 MiB');
  try {
    return reportBundle.parse(typeof input === 'string' ? parseStrictJson(input) : input);
  } catch (cause) {
    throw malformed(cause instanceof CodecError ? cause.message : 'not of version 1 or 2', cause);
  }
}

/**
 * The document in a bundle.
 * @throws ReportError `bundle_malformed`
 */
export function decodeAttestation(base64: string): Uint8Array {
  try {
    return decodeBase64(base64);
  } catch (cause) {
    throw malformed('attestation is not strict base64', cause);
  }
}

function malformed(what: string, cause?: unknown): ReportError {
  return new ReportError('bundle_malformed', `not a report bundle: ${what}`, cause);
}
