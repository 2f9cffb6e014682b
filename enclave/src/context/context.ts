/** What the operations of one enclave share. Built by `enclave.ts`; nothing here is global. */

import type { Clock } from '@perf-aggregator/shared/clock';
import type { KmsPolicyState } from '@perf-aggregator/shared/messages/user-data';
import type { Random } from '@perf-aggregator/shared/random';
import type { EnclaveConfig } from '../config.ts';
import type { HandshakeKeys } from '../keys/handshake-keys.ts';
import type { Identity } from '../keys/root.ts';
import type { Kms } from '../kms/port.ts';
import type { Log } from '../log.ts';
import type { Nsm } from '../nsm/port.ts';
import type { Vault } from '../sessions/vault.ts';
import type { Exchanges } from '../venues/port.ts';
import type { Allowance } from './allowance.ts';
import type { SourceBudgets } from './source-budgets.ts';

/** An enclave of one deployment, without keys. */
export interface DeployedContext {
  readonly config: EnclaveConfig;
  readonly configSha256: Uint8Array;
  readonly kms: Kms;
  readonly exchanges: Exchanges;
  /** Builds the context that the enclave serves with, once it has these keys. */
  readonly serveWith: (keyring: Keyring) => EnclaveContext;
}

/** The keys of a serving enclave, and the policy that protects them. */
export interface Keyring {
  readonly identity: Identity;
  readonly kmsPolicy: KmsPolicyState;
}

/** The context of every other operation: an enclave that has its keys. */
export interface EnclaveContext extends Omit<DeployedContext, 'serveWith'>, Keyring {
  /** Whether the NSM's root differs from the root of AWS. */
  readonly simulated: boolean;
  readonly nsm: Nsm;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly handshake: HandshakeKeys;
  readonly vault: Vault;
  /** Limits the accounts whose venues are being asked for submissions. */
  readonly accountsUnderWay: Allowance;
  /** Limits the accounts that each source may ask about. */
  readonly sourceBudgets: SourceBudgets;
}
