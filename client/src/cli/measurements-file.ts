/** `measurements.json` on disk, with the signature beside it. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { MeasurementsError } from '../measurements/errors.ts';
import { type Measurements, parseMeasurements } from '../measurements/measurements.ts';
import { UsageError } from './exit.ts';
import { readBytes } from './files.ts';

/** ECDSA over P-384 with SHA-384, DER, as `openssl dgst -sha384 -sign` and AWS KMS (ECDSA_SHA_384) write it. */
const CURVE = 'secp384r1';

/**
 * Reads the file; with a key, the detached signature in `FILE.sig` must be that key's over the file's bytes. Without
 * one the file is believed as a `--pcr` on the command line is.
 * @throws UsageError `file_unreadable`; `input_malformed` for the key
 * @throws MeasurementsError
 */
export function readMeasurements(file: string, keyFile: string | undefined): Measurements {
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
  return parseMeasurements(Buffer.from(bytes).toString('utf8'));
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
