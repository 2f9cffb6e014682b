/**
 * `measurements.json`: the releases of the enclave's image, with what an outsider needs to rebuild and compare each
 * release (docs/release.md, docs/adr/0018-measurements.md). The signature of the file is not checked here.
 */
import type { AttestationPolicy } from '@perf-aggregator/attestation';
import { parseStrictJson } from '@perf-aggregator/shared/codec/strict-json';
import { CodecError } from '@perf-aggregator/shared/errors';
import { textOfIssues } from '@perf-aggregator/shared/schema-issues';
import * as z from 'zod';
import { MeasurementsError } from './errors.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const sha384 = z.string().regex(/^[0-9a-f]{96}$/);

const release = z.strictObject({
  /** Version of the software, as its reports state it. */
  version: z.string().min(1),
  /** The commit from which the image was built. */
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  /** Until when the image's evidence may be believed. A time in the past revokes the release. Null: no end is known. */
  notAfter: z.iso.datetime().nullable(),
  /** The reason for the end. Null while there is no end. */
  reason: z.string().nullable(),
  /**
   * Measurements of the image file, lower-case hex. Null: no image file was built. Register 8 is the measurement of its
   * signer.
   */
  pcrs: z.strictObject({ 0: sha384, 1: sha384, 2: sha384, 8: sha384.optional() }).nullable(),
  rootFileSystem: z.strictObject({ sha256, bytes: z.number().int().positive() }),
  /** SHA-256 of the image's configuration, file by file. */
  configuration: z.strictObject({ 'enclave.json': sha256, 'ca.pem': sha256 }),
  /** SHA-256 of the list of components (CycloneDX). */
  sbom: sha256,
  /** The base image, by digest. */
  base: z.string().min(1),
  /** Versions of the build tools, by name. */
  tools: z.record(z.string(), z.string()),
});
/** One published image. */
export type Release = z.infer<typeof release>;

const measurements = z.strictObject({
  format: z.literal('perf-aggregator/measurements/1'),
  releases: z.array(release).min(1),
});
/** Every published image, the newest last. */
export type Measurements = z.infer<typeof measurements>;

/** Acceptable images, in the form that {@link AttestationPolicy} takes. */
export type ExpectedPcrs = Exclude<AttestationPolicy['pcrs'], 'any-image'>[number];

/**
 * Reads a `measurements.json`. Unknown members and repeated members are refused.
 * @throws MeasurementsError `measurements_malformed`, naming every faulty member
 */
export function parseMeasurements(text: string): Measurements {
  let json: unknown;
  try {
    json = parseStrictJson(text);
  } catch (cause) {
    const isTwice = cause instanceof CodecError && cause.code === 'json_member_twice';
    const why = isTwice ? cause.message : 'it is not JSON';
    throw new MeasurementsError('measurements_malformed', why, cause);
  }
  const parsed = measurements.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new MeasurementsError('measurements_malformed', textOfIssues(parsed.error, '(whole)'));
}

/**
 * The images that may be believed at `instant` (ms).
 * @throws MeasurementsError `measurements_unmeasured` when no release says its PCRs, `measurements_expired` when all
 *   that do are over
 */
export function acceptedPcrs({ releases }: Measurements, instant: number): readonly ExpectedPcrs[] {
  const measured = releases.filter(({ pcrs }) => pcrs !== null);
  if (measured.length === 0) {
    throw new MeasurementsError('measurements_unmeasured', 'no release says the PCRs of its image');
  }
  const live = measured.filter((each) => !isOver(each, instant));
  if (live.length > 0) return live.map(toExpected);
  throw new MeasurementsError('measurements_expired', measured.map(ending).join('; '));
}

/**
 * The ending of the release whose image has these registers. Null: no ended release has them. It only explains why
 * evidence did not match.
 */
export function endingOf(
  { releases }: Measurements,
  instant: number,
  pcrs: Readonly<Record<number, string>>,
): string | null {
  const ended = releases.filter((each) => each.pcrs !== null && isOver(each, instant));
  const match = ended.find((each) =>
    Object.entries(toExpected(each)).every(([index, hex]) => pcrs[Number(index)] === hex),
  );
  return match === undefined ? null : ending(match);
}

function isOver({ notAfter }: Release, instant: number): boolean {
  return notAfter !== null && instant > Date.parse(notAfter);
}

function toExpected({ pcrs }: Release): ExpectedPcrs {
  const said = Object.entries(pcrs ?? {}).flatMap(([index, hex]) =>
    hex === undefined ? [] : [[index, hex]],
  );
  return Object.fromEntries(said) as ExpectedPcrs;
}

function ending({ version, commit, notAfter, reason }: Release): string {
  return `${version} (${commit.slice(0, 12)}) is not to be believed after ${notAfter}${reason ? `: ${reason}` : ''}`;
}
