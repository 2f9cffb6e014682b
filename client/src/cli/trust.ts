/** The trust of the person at the command line: roots and measurements from the options. */
import type { AttestationPolicy } from '@perf-aggregator/attestation';
import { decodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { KMS_POLICY_STATES, type KmsPolicyState } from '@perf-aggregator/shared/messages/user-data';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { acceptedPcrs, type Measurements } from '../measurements/measurements.ts';
import { UsageError } from './exit.ts';
import { readText } from './files.ts';
import { type NamedImages, readMeasurements } from './measurements-file.ts';

/** Flags that {@link addTrustOptions} adds. */
export interface TrustFlags {
  readonly root?: string[];
  readonly pcr?: Record<number, string>;
  readonly measurements?: string;
  readonly measurementsKey?: string;
  readonly anyImage?: true;
  readonly allowDebug?: true;
}

/** Flags that {@link addServiceTrustOptions} adds. */
export interface ServiceTrustFlags extends TrustFlags {
  readonly configSha256?: string;
  readonly kmsPolicy?: KmsPolicyState;
}

/** Roots and acceptable images. */
export interface Trust {
  readonly roots?: readonly Uint8Array[];
  readonly pcrs: AttestationPolicy['pcrs'];
  readonly allowDebug: boolean;
  /** The file of acceptable images, when they come from a file. */
  readonly measurements?: Measurements;
}

/** Trust, and the other demands on a service. */
export interface ServiceTrust extends Trust {
  readonly configSha256?: string;
  readonly kmsPolicy?: KmsPolicyState;
}

/** Adds `--root`, `--pcr`, `--measurements`, `--measurements-key`, `--any-image` and `--allow-debug`. */
export function addTrustOptions(command: Command): Command {
  return command
    .option('--root <pem>', 'trust this root instead of the AWS one (a simulation); may be repeated', collect)
    .option('--pcr <n=hex>', 'expect this measurement; repeat for several registers', collectPcr)
    .addOption(
      new Option(
        '--measurements <file>',
        'expect an image that a measurements.json names, or the one that nitro-cli printed the PCRs of',
      ).conflicts(['pcr', 'anyImage']),
    )
    .option('--measurements-key <pem>', "demand that FILE.sig is this key's signature over that file")
    .addOption(
      new Option('--any-image', 'check no measurement: any genuine enclave will do').conflicts(['pcr']),
    )
    .option('--allow-debug', 'accept enclaves in debug mode, whose memory can be read');
}

/** Adds the same options, and `--config-sha256` and `--kms-policy` for the demands on a live enclave. */
export function addServiceTrustOptions(command: Command): Command {
  return addTrustOptions(command)
    .option('--config-sha256 <hex>', 'expect this configuration, which names the KMS key', parseSha256)
    .addOption(
      new Option(
        '--kms-policy <state>',
        'accept this policy of the KMS key (default: locked, or any with --config-sha256)',
      ).choices(KMS_POLICY_STATES),
    );
}

/**
 * The trust that the flags set. Without `--pcr`, `--measurements` and `--any-image` the policy is empty, and the
 * verifier refuses it.
 * @param instant - at which evidence is judged, ms: releases that are over by then are not believed
 * @throws UsageError `file_unreadable`, `input_too_large`; `input_malformed` for a root or a key; `option_invalid`
 * @throws MeasurementsError
 */
export function parseTrust(flags: ServiceTrustFlags, instant: number): ServiceTrust {
  const { root, pcr, anyImage, allowDebug = false, configSha256, kmsPolicy } = flags;
  const beside = {
    ...(root ? { roots: root.flatMap(readRoots) } : {}),
    ...(configSha256 === undefined ? {} : { configSha256 }),
    ...(kmsPolicy === undefined ? {} : { kmsPolicy }),
    allowDebug,
  };
  const named = imagesOf(flags);
  if (named && 'image' in named) return { ...beside, pcrs: [named.image] };
  if (named) {
    const measurements = named.releases;
    return { ...beside, pcrs: acceptedPcrs(measurements, instant), measurements };
  }
  return { ...beside, pcrs: anyImage ? 'any-image' : pcr ? [pcr] : [] };
}

function imagesOf({ measurements, measurementsKey }: TrustFlags): NamedImages | null {
  if (measurements !== undefined) return readMeasurements(measurements, measurementsKey);
  if (measurementsKey === undefined) return null;
  throw new UsageError('option_invalid', '--measurements-key needs --measurements');
}

function parseSha256(text: string): string {
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new InvalidArgumentError('expected 64 hex digits');
  return text.toLowerCase();
}

function collectPcr(text: string, previous: Record<number, string> = {}): Record<number, string> {
  const match = /^(\d{1,2})=([0-9a-fA-F]+)$/.exec(text);
  if (!match) throw new InvalidArgumentError('expected N=HEX, for example 0=2d1515…');
  const index = Number(match[1]);
  // A second value is refused. Otherwise the last would count, and the first would be dropped silently.
  if (Object.hasOwn(previous, index)) throw new InvalidArgumentError(`PCR${index} is there twice`);
  return { ...previous, [index]: match[2]!.toLowerCase() };
}

function collect(path: string, previous: readonly string[] = []): string[] {
  return [...previous, path];
}

function readRoots(path: string): Uint8Array[] {
  const text = readText(path);
  const blocks = [...text.matchAll(/-----BEGIN CERTIFICATE-----([\s\S]+?)-----END CERTIFICATE-----/g)];
  if (blocks.length === 0) throw new UsageError('input_malformed', `${path}: holds no PEM certificate`);
  try {
    return blocks.map(([, body]) => decodeBase64(body!.replaceAll(/\s/g, '')));
  } catch (cause) {
    throw new UsageError('input_malformed', `${path}: a certificate is not base64`, cause);
  }
}
