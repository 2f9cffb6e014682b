/**
 * The files of a deployment: the enclave's image and the parent's root file system. The image is measured here. Its
 * measurements are compared with the published ones before a key is made for them.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { EifMeter } from '@perf-aggregator/attestation/eif/measure';
import { CodedError } from '@perf-aggregator/shared/errors';
import { type ImagePcrs, POLICY_REGISTERS } from '@perf-aggregator/shared/kms/key-policy';
import { imageMemoryFault } from './capacity.ts';
import { ParametersError } from './errors.ts';
import type { Parameters } from './parameters.ts';

/** A file, and the digest that an instance checks before it uses the file. */
export interface Artifact {
  readonly path: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** What runs on an instance, and which images the key serves. */
export interface Artifacts {
  readonly eif: Artifact;
  readonly parent: Artifact;
  /** PCR 0, 1 and 2 of each image, the deployed image first. */
  readonly images: readonly ImagePcrs[];
}

const PIECE_BYTES = 1 << 20;

/**
 * Reads, digests and measures the files.
 * @throws ParametersError `parameters_invalid`, naming every file that cannot be used, or an image whose measurements
 *   are not the first of `measurements`, or that an enclave has too little memory for
 */
export function readArtifacts(
  parameters: Pick<Parameters, 'eif' | 'parent' | 'measurements' | 'enclaveMemoryMib'>,
): Artifacts {
  const faults: string[] = [];
  const attempt = <T>(name: string, read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      faults.push(`${name}: ${reasonOf(error)}`);
      return null;
    }
  };
  const meter = new EifMeter();
  const eif = attempt('eif', () => digest(parameters.eif, (piece) => meter.update(piece)));
  const tooLarge = eif && imageMemoryFault(parameters.enclaveMemoryMib, eif.bytes);
  if (tooLarge) faults.push(`enclaveMemoryMib: ${tooLarge}`);
  const measured = eif && attempt('eif', () => meter.finish());
  const parent = attempt('parent', () => digest(parameters.parent));
  const images = parameters.measurements.map((file) => attempt('measurements', () => readMeasurements(file)));
  if (measured && images[0]) {
    for (const index of POLICY_REGISTERS) {
      const [actual, published] = [measured[`pcr${index}`], images[0][index]!];
      if (actual !== published) faults.push(`eif: PCR${index} is ${actual}, measurements say ${published}`);
    }
  }
  if (faults.length > 0) {
    throw new ParametersError('parameters_invalid', `the files are unusable\n  ${faults.join('\n  ')}`);
  }
  return { eif: eif!, parent: parent!, images: images.map((image) => image!) };
}

/**
 * PCR 0, 1 and 2 from a file: a release's `measurements.json` (docs/release.md), the output of `perf-aggregator measure
 * --json`, or nitro-cli's own form. The signature of the file is not checked.
 * @throws ParametersError `parameters_invalid`
 */
function readMeasurements(file: string): ImagePcrs {
  const root = parseObject(readFileSync(file, 'utf8'));
  const image = Array.isArray(root?.['releases']) ? newestOf(file, root['releases'] as Release[]) : root;
  const registers = (image?.['pcrs'] ?? image?.['Measurements']) as Record<string, unknown> | undefined;
  const entries = POLICY_REGISTERS.map((index) => {
    const value = registers?.[index] ?? registers?.[`PCR${index}`];
    if (typeof value !== 'string' || !/^[0-9a-f]{96}$/i.test(value)) {
      throw new ParametersError('parameters_invalid', `${file}: PCR${index} is not 96 hex digits`);
    }
    if (/^0+$/.test(value)) {
      throw new ParametersError('parameters_invalid', `${file}: PCR${index} is all zero, as in debug mode`);
    }
    return [index, value.toLowerCase()] as const;
  });
  return Object.fromEntries(entries);
}

type Release = Readonly<Record<string, unknown>>;

/** The newest measured release. A release with an end is refused: no deployment should start with it. */
function newestOf(file: string, releases: readonly Release[]): Release {
  const measured = releases.findLast((release) => release['pcrs'] !== null);
  if (measured && measured['notAfter'] === null) return measured;
  const why = measured
    ? `the newest release ends at ${String(measured['notAfter'])}`
    : 'no release was measured';
  throw new ParametersError('parameters_invalid', `${file}: ${why}`);
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown> | null;
  } catch {
    return null;
  }
}

/** Digest of a file that may be larger than memory. `see` gets every piece. */
function digest(path: string, see: (piece: Uint8Array) => void = () => undefined): Artifact {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  let bytes = 0;
  try {
    const buffer = new Uint8Array(PIECE_BYTES);
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, read));
      see(buffer.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(file);
  }
  return { path, sha256: hash.digest('hex'), bytes };
}

function reasonOf(error: unknown): string {
  if (error instanceof ParametersError) return error.message;
  if (error instanceof CodedError) return `${String(error.code)}: ${error.message}`;
  return (error as Error).message;
}
