/**
 * Brings an enclave up over a fresh connection: credentials and the stored genesis record in; if there was
 * no record, the enclave's own is stored, first writer wins, and the enclave is booted from what is stored.
 */
import {
  type BootReply,
  decodeBootReply,
  encodeBootRequest,
  type GenesisRecord,
} from '@perf-aggregator/shared/wire/boot';
import { decodeReply, encodeRequest } from '@perf-aggregator/shared/wire/envelope';
import type { Store } from '../storage/port.ts';
import { RelayError, relayError } from './errors.ts';
import type { EnclaveLink } from './relay.ts';

/** Temporary AWS credentials of the parent's role. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** ms */
  readonly expiration: number;
}

/** Where the role's credentials come from. */
export type CredentialSource = () => Promise<Credentials>;

const BOOT_TIMEOUT_MS = 30_000;

/**
 * Boots the enclave behind `channel`.
 * @throws RelayError with the enclave's public code (`genesis_mismatch`, `kms_unavailable`, …)
 */
export async function bootEnclave(
  channel: EnclaveLink,
  store: Store,
  source: CredentialSource,
): Promise<void> {
  const credentials = await source();
  const stored = await store.genesis();
  let reply = await requestBoot(channel, credentials, stored);
  if (reply.genesis) {
    const winner = await store.putGenesis(reply.genesis);
    reply = await requestBoot(channel, credentials, winner);
  }
  if (reply.phase !== 'serving') {
    throw relayError('enclave_not_ready', `the enclave stopped in phase ${reply.phase}`, 1_000);
  }
}

async function requestBoot(
  channel: EnclaveLink,
  credentials: Credentials,
  genesis: GenesisRecord | null,
): Promise<BootReply> {
  const body = encodeBootRequest({ credentials, genesis });
  const message = encodeRequest({ operation: 'boot', session: null, version: null, body, state: null });
  const reply = decodeReply(await channel.request(message, BOOT_TIMEOUT_MS));
  if (reply.outcome === 'ok') return decodeBootReply(reply.body);
  if (reply.outcome === 'failure') throw new RelayError(reply.failure, `boot refused: ${reply.failure.code}`);
  throw relayError('frame_malformed', 'the enclave asked for state at boot', null);
}
