/** A back end for tests that verify the same certificates hundreds of times. */
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { CryptoBackend } from '@perf-aggregator/shared/crypto/port';

/** Wraps `backend` and caches each result of a P-384 verification, because these are slow. */
export function remembering(backend: CryptoBackend): CryptoBackend {
  const known = new Map<string, boolean>();
  return {
    ...backend,
    p384Verify(publicKey, message, signature) {
      const name = [publicKey, backend.sha256(message), signature].map(encodeHex).join();
      const answer = known.get(name) ?? backend.p384Verify(publicKey, message, signature);
      known.set(name, answer);
      return answer;
    },
  };
}
