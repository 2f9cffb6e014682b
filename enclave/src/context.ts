/** What the operations of one enclave share. Built once by `enclave.ts`; nothing here is global. */
import type { Clock } from '@perf-aggregator/shared/clock';
import type { Random } from '@perf-aggregator/shared/random';
import type { Phase } from '@perf-aggregator/shared/wire/boot';
import type { EnclaveConfig } from './config.ts';
import { Refusal } from './errors.ts';
import type { Exchanges } from './exchanges/port.ts';
import type { HandshakeKeys } from './keys/handshake-keys.ts';
import type { Identity } from './keys/root.ts';
import type { Kms, KmsPolicyState } from './kms/port.ts';
import type { Nsm } from './nsm/port.ts';
import type { Vault } from './sessions/vault.ts';

/** Says what happened, for the operator: never a credential, an account's data, a label or a number of theirs. */
export type Log = (event: string, facts?: Readonly<Record<string, string | number | boolean>>) => void;

/** What the keys of a serving enclave are. */
export interface Keyring {
  readonly identity: Identity;
  readonly kmsPolicy: KmsPolicyState;
}

/** Shared by all operations. */
export interface EnclaveContext {
  readonly config: EnclaveConfig;
  readonly configSha256: Uint8Array;
  /** Whether the NSM's root is not the one of AWS. */
  readonly simulated: boolean;
  readonly nsm: Nsm;
  readonly kms: Kms;
  readonly exchanges: Exchanges;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly handshake: HandshakeKeys;
  readonly vault: Vault;
  readonly boot: BootState;
}

/** The one thing of an enclave that changes for good: what phase it is in, and its keys once it has them. */
export class BootState {
  phase: Phase = 'boot';
  #keyring: Keyring | null = null;

  /** @throws Refusal `enclave_not_ready` */
  keyring(): Keyring {
    if (!this.#keyring || this.phase === 'draining') {
      throw new Refusal('enclave_not_ready', `the enclave is in phase ${this.phase}`, {
        retryAfterMs: 1_000,
      });
    }
    return this.#keyring;
  }

  /** From now on the enclave serves, under the first keys that it is given. @returns whether these are they */
  serve(keyring: Keyring): boolean {
    if (this.#keyring || this.phase === 'draining') return false;
    this.#keyring = keyring;
    this.phase = 'serving';
    return true;
  }
}
