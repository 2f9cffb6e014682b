/** The `Recipient` of a request: an attestation document. Our own verifier judges it at KMS's own clock. */
import { createPublicKey } from 'node:crypto';
import { PolicyError, VerificationError, verifyAttestation } from '@perf-aggregator/attestation';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { AwsError } from './errors.ts';

/** The key to encrypt to, and the values that conditions may compare. */
export interface Recipient {
  /** DER of an RSA SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** `kms:RecipientAttestation:…` by lower-case name. */
  readonly context: ReadonlyMap<string, string>;
}

const PREFIX = 'kms:recipientattestation:';

/**
 * Verifies an attestation document as KMS does: any image (the key policy decides), fresh, with an RSA key.
 * @param now - ms
 * @throws AwsError `ValidationException`
 */
export function verifyRecipient(document: Uint8Array, root: Uint8Array, now: number): Recipient {
  const { pcrs, publicKey } = verify(document, root, now);
  if (publicKey === null || !isRsaKey(publicKey)) {
    throw new AwsError('ValidationException', 'The attestation document holds no RSA public key.');
  }
  const context = new Map<string, string>();
  for (const [index, value] of pcrs) context.set(`${PREFIX}pcr${index}`, encodeHex(value));
  const image = pcrs.get(0);
  if (image !== undefined) context.set(`${PREFIX}imagesha384`, encodeHex(image));
  return { publicKey, context };
}

function verify(document: Uint8Array, root: Uint8Array, now: number) {
  try {
    // Debug documents are genuine. Their zero measurements meet no sensible condition.
    return verifyAttestation(document, {
      roots: [root],
      at: now,
      policy: { pcrs: 'any-image', allowDebug: true },
    });
  } catch (error) {
    if (!(error instanceof VerificationError || error instanceof PolicyError)) throw error;
    throw new AwsError('ValidationException', `The attestation document is not valid: ${error.code}`);
  }
}

function isRsaKey(spki: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
  } catch {
    return false;
  }
}
