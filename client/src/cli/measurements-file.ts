/** Reads `measurements.json` or the output of nitro-cli from a file, with the signature beside it. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { MeasurementsError } from '../measurements/errors.ts';
import { type ExpectedPcrs, type Measurements, parseMeasurements } from '../measurements/measurements.ts';
import { parseNitroCli } from '../measurements/nitro-cli.ts';
import { UsageError } from './exit.ts';
import { readBytes } from './files.ts';

/** ECDSA over P-384 with SHA-384, DER. `openssl dgst -sha384 -sign` and AWS KMS (ECDSA_SHA_384) write this form. */
const CURVE = 'secp384r1';

/** What a file of measurements names: published releases, or the one image that nitro-cli measured. */
export type NamedImages = { readonly releases: Measurements } | { readonly image: ExpectedPcrs };

/**
 * Reads the file. With a key, the detached signature in `FILE.sig` must be that key's signature over the file's bytes.
 * Without a key, the file is believed like a `--pcr` on the command line.
 * @throws UsageError `file_unreadable`, `input_too_large`; `input_malformed` for the key
 * @throws MeasurementsError
 */
export function readMeasurements(file: string, keyFile: string | undefined): NamedImages {
  if (file === '-' && keyFile !== undefined) {
    throw new UsageError('option_invalid', '--measurements - has no FILE.sig beside it; name a file');
  }
  const bytes = readBytes(file);
  if (keyFile !== undefined) {
    const key = toKey(readBytes(keyFile), keyFile);
    if (!verify('sha384', bytes, key, readBytes(`${file}.sig`))) {
      throw new MeasurementsError(
        'measurements_signature_invalid',
        `${file}.sig is not a signature over ${file} by the key in ${keyFile}`,
      );
    }
  }
  const text = Buffer.from(bytes).toString('utf8');
  const image = parseNitroCli(text);
  return image === null ? { releases: parseMeasurements(text) } : { image };
}

function toKey(pem: Uint8Array, file: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey(Buffer.from(pem));
  } catch (cause) {
    throw new UsageError('input_malformed', `${file}: holds no public key in PEM`, cause);
  }
  if (key.asymmetricKeyDetails?.namedCurve === CURVE) return key;
  throw new UsageError('input_malformed', `${file}: a key of P-384 is needed`);
}
