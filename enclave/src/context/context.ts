/** What the operations of one enclave share. Built by `enclave.ts`; nothing here is global. */

import type { Clock } from '@perf-aggregator/shared/clock';
import type { KmsPolicyState } from '@perf-aggregator/shared/messages/user-data';
import type { Random } from '@perf-aggregator/shared/random';
import type { EnclaveConfig } from '../config.ts';
import type { Exchanges } from '../exchanges/port.ts';
import type { HandshakeKeys } from '../keys/handshake-keys.ts';
import type { Identity } from '../keys/root.ts';
import type { Kms } from '../kms/port.ts';
import type { Log } from '../log.ts';
import type { Nsm } from '../nsm/port.ts';
import type { Vault } from '../sessions/vault.ts';
import type { Allowance } from './allowance.ts';
import type { SourceBudgets } from './source-budgets.ts';

/** An enclave of one deployment, without keys. */
export interface DeployedContext {
  readonly config: EnclaveConfig;
  readonly configSha256: Uint8Array;
  readonly kms: Kms;
  readonly exchanges: Exchanges;
  /** What it serves with, once it has these keys. */
  readonly serveWith: (keyring: Keyring) => EnclaveContext;
}

/** The keys of a serving enclave, and what they are kept under. */
export interface Keyring {
  readonly identity: Identity;
  readonly kmsPolicy: KmsPolicyState;
}

/** What every other operation works with: an enclave that has its keys. */
export interface EnclaveContext extends Omit<DeployedContext, 'serveWith'>, Keyring {
  /** Whether the NSM's root is not the one of AWS. */
  readonly simulated: boolean;
  readonly nsm: Nsm;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly handshake: HandshakeKeys;
  readonly vault: Vault;
  /** Accounts whose venues are being asked for submissions. */
  readonly accountsUnderWay: Allowance;
  /** Accounts that each source may have asked about. */
  readonly sourceBudgets: SourceBudgets;
}
