/**
 * Handshake keys (docs/design.md §5): X25519, random, in memory only. A key is replaced hourly, kept as the one
 * predecessor, then zeroed. Nobody can read a submission under a key that is gone. A key that has accepted its last
 * submission is replaced early, so that a flood of submissions turns nobody away.
 */

import { equalBytes, wipe } from '@perf-aggregator/shared/bytes';
import type { Clock } from '@perf-aggregator/shared/clock';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { crypto } from '@perf-aggregator/shared/crypto';
import type { Random } from '@perf-aggregator/shared/random';
import { HOUR_MS } from '@perf-aggregator/shared/time';
import { Refusal } from '../errors.ts';

const ROTATION_MS = HOUR_MS;
/** Submissions that one key accepts. Each uses the memory of 32 bytes and a base64 text. */
export const MAX_SUBMISSIONS = 65_536;

interface HandshakeKey {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly bornAt: number;
  readonly seen: Set<string>;
}

/** The current handshake key and its predecessor. */
export class HandshakeKeys {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #maxSubmissions: number;
  #current: HandshakeKey;
  #previous: HandshakeKey | null = null;

  constructor(clock: Clock, random: Random, maxSubmissions = MAX_SUBMISSIONS) {
    this.#clock = clock;
    this.#random = random;
    this.#maxSubmissions = maxSubmissions;
    this.#current = this.#draw();
  }

  /** The public key that quotes carry now. */
  publicKey(): Uint8Array {
    this.#rotate();
    return this.#current.publicKey;
  }

  /**
   * The private key of a public key that is still in use. The caller may keep it only while it derives.
   * @throws Refusal `unknown_handshake_key`
   */
  privateKey(publicKey: Uint8Array): Uint8Array {
    return this.#find(publicKey).privateKey;
  }

  /**
   * Notes that `ephemeralPub` was used under `publicKey`.
   * @throws Refusal `replayed_submission`; `unknown_handshake_key` also for a predecessor that is full: a new quote has
   *   a key with room
   */
  admit(publicKey: Uint8Array, ephemeralPub: Uint8Array): void {
    const key = this.#find(publicKey);
    const { seen } = key;
    const name = encodeBase64(ephemeralPub);
    if (seen.has(name)) throw new Refusal('replayed_submission', 'this ephemeral key was used before');
    if (seen.size >= this.#maxSubmissions) throw unknownKey();
    seen.add(name);
    if (key === this.#current && seen.size === this.#maxSubmissions) this.#replace();
  }

  #find(publicKey: Uint8Array): HandshakeKey {
    this.#rotate();
    for (const key of [this.#current, this.#previous]) {
      if (key && equalBytes(key.publicKey, publicKey)) return key;
    }
    throw unknownKey();
  }

  #rotate(): void {
    const now = this.#clock.now();
    if (now - this.#current.bornAt >= ROTATION_MS) this.#replace();
    // However late it was replaced, no key opens anything two hours after it was made.
    if (this.#previous && now - this.#previous.bornAt >= 2 * ROTATION_MS) {
      wipe(this.#previous.privateKey);
      this.#previous = null;
    }
  }

  #replace(): void {
    wipe(this.#previous?.privateKey);
    this.#previous = this.#current;
    this.#current = this.#draw();
  }

  #draw(): HandshakeKey {
    const privateKey = this.#random.bytes(32);
    const publicKey = crypto.x25519PublicKey(privateKey);
    return { privateKey, publicKey, bornAt: this.#clock.now(), seen: new Set() };
  }
}

function unknownKey(): Refusal {
  return new Refusal('unknown_handshake_key', 'no handshake key in use has this public key');
}
