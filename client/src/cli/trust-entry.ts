/**
 * The kept form of what a person trusts. An entry is complete: nothing from a command line or another file is added to
 * it.
 */
import { createHash } from 'node:crypto';
import { parseCertificate } from '@perf-aggregator/attestation/certificate';
import { isAwsNitroRoot } from '@perf-aggregator/attestation/roots';
import { decodeBase64, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { KMS_POLICY_STATES } from '@perf-aggregator/shared/messages/user-data';
import * as z from 'zod';
import { acceptedPcrs, type Measurements, parseMeasurements } from '../measurements/measurements.ts';
import type { ServiceTrust } from './trust.ts';

const certificate = z
  .string()
  .max(16_384)
  .refine((text) => {
    try {
      return decodeBase64(text).length > 0;
    } catch {
      return false;
    }
  }, 'not base64');
const hash = z.string().regex(/^[0-9a-f]{64}$/);
/** An all-zero measurement is refused, because debug mode shows zeros. */
const measurement = z.string().regex(/^(?!0+$)(?:[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/);
const image = z
  .record(z.string().regex(/^(?:\d|[12]\d|3[01])$/), measurement)
  .refine((pcrs) => Object.hasOwn(pcrs, '0'), 'without PCR0, which says which image it is');

/** An unknown member is refused: it might restrict the trust. */
export const trustEntry = z
  .strictObject({
    /** Base64 of DER. Left out: AWS's own root. Any other root is a simulation. */
    roots: z.array(certificate).min(1).max(8).optional(),
    images: z.union([z.literal('any-image'), z.array(image).min(1).max(64)]).optional(),
    /** The file of a release, as it was when the entry was added. */
    measurements: z.string().max(4_194_304).optional(),
    allowDebug: z.literal(true).optional(),
    configSha256: hash.optional(),
    kmsPolicy: z.enum(KMS_POLICY_STATES).optional(),
    /** ms */
    addedAt: z.number().int().nonnegative(),
  })
  .refine(
    ({ images, measurements }) => (images === undefined) !== (measurements === undefined),
    'one of images and measurements is needed',
  );
export type TrustEntry = z.output<typeof trustEntry>;

/** An entry with the same content as `trust`. @param addedAt - ms */
export function toEntry(trust: ServiceTrust, addedAt: number): TrustEntry {
  const { roots, pcrs, measurements, allowDebug, configSha256, kmsPolicy } = trust;
  const images = pcrs === 'any-image' ? pcrs : pcrs.map((each) => ({ ...each }) as Record<string, string>);
  return {
    ...(roots === undefined ? {} : { roots: roots.map(encodeBase64) }),
    ...(measurements === undefined ? { images } : { measurements: JSON.stringify(measurements) }),
    ...(allowDebug ? { allowDebug } : {}),
    ...(configSha256 === undefined ? {} : { configSha256 }),
    ...(kmsPolicy === undefined ? {} : { kmsPolicy }),
    addedAt,
  };
}

/**
 * The trust of an entry.
 * @param instant - at which evidence is judged, ms: releases that are over by then are not believed
 * @throws MeasurementsError
 */
export function fromEntry(entry: TrustEntry, instant: number): ServiceTrust {
  const { roots, images = [], measurements, allowDebug = false, configSha256, kmsPolicy } = entry;
  const releases = measurements === undefined ? undefined : parseMeasurements(measurements);
  return {
    ...(roots === undefined ? {} : { roots: roots.map(decodeBase64) }),
    pcrs: releases === undefined ? images : acceptedPcrs(releases, instant),
    ...(releases === undefined ? {} : { measurements: releases }),
    allowDebug,
    ...(configSha256 === undefined ? {} : { configSha256 }),
    ...(kmsPolicy === undefined ? {} : { kmsPolicy }),
  };
}

/** Whether a root of an entry is the root of real hardware. An unreadable root is not. */
export function isAwsRoot(base64: string): boolean {
  try {
    return isAwsNitroRoot(parseCertificate(decodeBase64(base64)));
  } catch {
    return false;
  }
}

/** The trust in one line. */
export function trustText({
  roots,
  pcrs,
  measurements,
  allowDebug,
  configSha256,
  kmsPolicy,
}: ServiceTrust): string {
  return [
    roots === undefined || roots.every((der) => isAwsRoot(encodeBase64(der)))
      ? "AWS's root"
      : `SIMULATED: not AWS's root, but ${roots.map((der) => sha256Of(der).slice(0, 16)).join(', ')}…`,
    measurements === undefined ? imagesText(pcrs) : releasesText(measurements),
    ...(allowDebug ? ['DEBUG MODE, whose memory can be read'] : []),
    ...(configSha256 === undefined ? [] : [`configuration ${configSha256.slice(0, 16)}…`]),
    ...(kmsPolicy === undefined ? [] : [`KMS key policy ${kmsPolicy}`]),
  ].join('; ');
}

function imagesText(pcrs: ServiceTrust['pcrs']): string {
  if (pcrs === 'any-image') return 'ANY IMAGE: no measurement is checked';
  if (pcrs.length === 0) return 'no image';
  return pcrs.map((each) => `PCR0 ${each[0]?.slice(0, 16) ?? '—'}…`).join(' or ');
}

function releasesText({ releases }: Measurements): string {
  return `releases ${releases.map(({ version, commit }) => `${version} (${commit.slice(0, 12)})`).join(', ')}`;
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
