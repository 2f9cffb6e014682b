/**
 * Boots an enclave over a fresh connection. The parent sends credentials and the stored genesis record. If there was no
 * record, the parent stores the enclave's own (the first writer wins), and boots the enclave from what is stored.
 */
import {
  type BootReply,
  type BootRequest,
  decodeBootReply,
  encodeBootRequest,
  type GenesisRecord,
} from '@perf-aggregator/shared/wire/boot';
import type { Deployment } from '@perf-aggregator/shared/wire/deployment';
import { decodeReply, encodeRequest } from '@perf-aggregator/shared/wire/envelope';
import type { CredentialSource } from '../credentials/port.ts';
import { RelayError, relayError } from '../errors.ts';
import type { Store } from '../storage/port.ts';
import type { EnclaveChannel } from './enclaves.ts';

const BOOT_TIMEOUT_MS = 30_000;

/** What an enclave is booted with. */
export interface BootPorts {
  readonly store: Store;
  readonly credentials: CredentialSource;
  readonly deployment: Deployment;
  /** The number of enclaves of this parent. */
  readonly sharers: number;
}

/**
 * Boots the enclave behind `channel`. An enclave that already serves gets fresh credentials.
 * @throws RelayError with the enclave's public code (`genesis_mismatch`, `kms_unavailable`, …)
 */
export async function bootEnclave(channel: EnclaveChannel, ports: BootPorts): Promise<void> {
  const { store, deployment, sharers } = ports;
  const credentials = await ports.credentials();
  const ask = (genesis: GenesisRecord | null) =>
    requestBoot(channel, { credentials, deployment, sharers, genesis });
  let reply = await ask(await store.genesis());
  if (reply.genesis) reply = await ask(await store.putGenesis(reply.genesis));
  if (reply.phase !== 'serving') {
    throw relayError('enclave_not_ready', `the enclave stopped in phase ${reply.phase}`, 1_000);
  }
}

async function requestBoot(channel: EnclaveChannel, asked: BootRequest): Promise<BootReply> {
  const body = encodeBootRequest(asked);
  const message = encodeRequest({ operation: 'boot', session: null, version: null, body, state: null });
  const reply = decodeReply(await channel.request(message, BOOT_TIMEOUT_MS));
  if (reply.outcome === 'ok') return decodeBootReply(reply.body);
  if (reply.outcome === 'failure') throw new RelayError(reply.failure, `boot refused: ${reply.failure.code}`);
  throw relayError('frame_malformed', 'the enclave asked for state at boot', null);
}
