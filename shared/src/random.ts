/** The randomness port. */

/** A source of cryptographically secure random bytes. */
export interface Random {
  /** `length` fresh random bytes. */
  bytes(length: number): Uint8Array;
}

/** The platform's generator (WebCrypto `getRandomValues`): the one place that reads it. */
export const systemRandom: Random = {
  bytes(length) {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 65_536) {
      globalThis.crypto.getRandomValues(out.subarray(at, Math.min(length, at + 65_536)));
    }
    return out;
  },
};
