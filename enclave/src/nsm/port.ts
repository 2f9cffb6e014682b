/**
 * The port to the Nitro Secure Module, the only thing that vouches for this process. Production: `/dev/nsm`. Simulator:
 * `simulator/nsm`, with its own root. The trust anchor comes with the adapter, so that a simulated module can never
 * lend its root to a production image.
 */

/** The inputs of one attestation document. Each has at most 1,024 bytes. */
export interface AttestationRequest {
  readonly publicKey?: Uint8Array;
  readonly userData?: Uint8Array;
  readonly nonce?: Uint8Array;
}

/** The Nitro Secure Module. */
export interface Nsm {
  /** DER of the root certificate under which this module's documents verify. */
  readonly trustAnchor: Uint8Array;
  /** An attestation document (COSE_Sign1, untagged) made at the call. @throws NsmError */
  attest(request: AttestationRequest): Promise<Uint8Array>;
  /** The measurements of this image, 48 bytes each, by index (0..15). */
  describePcrs(): Promise<ReadonlyMap<number, Uint8Array>>;
  /** `length` bytes of the module's entropy. */
  random(length: number): Promise<Uint8Array>;
}

/** Transports requests to a module: bytes in, bytes out. Production: the ioctl of `device.ts`. */
export interface NsmDevice {
  /**
   * The module's response to one request, both CBOR (`request.ts`, `response.ts`).
   * @throws NsmError `nsm_input_too_large`, `nsm_denied`, `nsm_not_a_device`, `nsm_failed`
   */
  call(request: Uint8Array): Promise<Uint8Array>;
}
