/**
 * The state of a world between runs: the module's root, the key service's key, the venue's account, the certificates of
 * the simulated internet, the parent's role. It is made once, from a seed and random keys.
 */

import type { Clock } from '@perf-aggregator/shared/clock';
import { decodeBase64, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { keyPolicy } from '@perf-aggregator/shared/kms/key-policy';
import type { Random } from '@perf-aggregator/shared/random';
import { DAY_MS, HOUR_MS } from '@perf-aggregator/shared/time';
import { createKmsKey, type KmsKey } from '../kms/key.ts';
import type { IssuedCredentials } from '../kms/sigv4.ts';
import { issueCredentials } from '../kms/sts.ts';
import { createNsmRoot, type NsmRoot } from '../nsm/chain.ts';
import { SIMULATED_PCRS_HEX } from '../nsm/measurements.ts';
import { createAuthority, issueServerCertificate, type PemPair } from '../pki/authority.ts';
import type { WorldFiles } from './files.ts';
import { WORLD_HOSTS } from './hosts.ts';
import { type ApiKey, drawKey, drawTrialKeys, type TrialKeys, writeKeyFiles } from './trial-keys.ts';

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/perf-aggregator-parent`;
const CREDENTIALS_MS = 36 * HOUR_MS;
const RENEW_BEFORE_MS = 24 * HOUR_MS;

/** The venue's account and the days of its history. */
export interface VenueState extends ApiKey {
  readonly seed: string;
  /** Last day of the recorded prices, days since the epoch. It is the day on which the world was made. */
  readonly lastDay: number;
  readonly uid: number;
  /** Further API keys of the same account. */
  readonly furtherKeys?: readonly ApiKey[];
  /** Weight that one address may use per minute. Left out: the real venue's. */
  readonly weightPerMinute?: number;
  /** Length of the account's history, days. Left out: two years. */
  readonly historyDays?: number;
  /** What the account does beside its trades of spot (`trader/scenarios`). Left out: nothing. */
  readonly scenario?: 'demonstration' | 'everything';
}

/** The simulated internet's certificates. */
export interface PkiState {
  readonly authority: PemPair;
  readonly server: PemPair;
}

/** The complete state. */
export interface WorldState {
  readonly nsm: NsmRoot;
  readonly kms: KmsKey;
  readonly venue: VenueState;
  readonly pki: PkiState;
  readonly role: IssuedCredentials;
}

/** Options of a new world. */
export interface WorldMaking {
  readonly clock: Clock;
  readonly random: Random;
  /** Default: random. */
  readonly seed?: string;
  /** Default: two years. */
  readonly historyDays?: number;
  /** API keys of the account; default 1. */
  readonly apiKeys?: number;
  /** Weight that the venue allows one address per minute. Default: the real venue's. */
  readonly weightPerMinute?: number;
  /** Default: an account of spot alone. */
  readonly scenario?: VenueState['scenario'];
}

/** A new world, on the day of the clock. */
export async function createWorldState({
  clock,
  random,
  seed,
  historyDays,
  apiKeys = 1,
  weightPerMinute,
  scenario,
}: WorldMaking): Promise<WorldState> {
  const now = clock.now();
  const authority = await createAuthority('perf-aggregator simulated internet');
  const policy = keyPolicy({
    account: ACCOUNT,
    roleArn: ROLE_ARN,
    images: [SIMULATED_PCRS_HEX],
    locked: true,
  });
  return {
    nsm: await createNsmRoot(random),
    kms: createKmsKey({
      region: REGION,
      account: ACCOUNT,
      policy: JSON.stringify(policy),
      createdAt: now,
      random,
    }),
    venue: {
      seed: seed ?? encodeHex(random.bytes(8)),
      lastDay: Math.floor(now / DAY_MS),
      ...drawKey(random),
      ...(apiKeys > 1 ? { furtherKeys: Array.from({ length: apiKeys - 1 }, () => drawKey(random)) } : {}),
      ...(historyDays === undefined ? {} : { historyDays }),
      ...(weightPerMinute === undefined ? {} : { weightPerMinute }),
      ...(scenario === undefined ? {} : { scenario }),
      uid: 10_000_000 + Math.floor(random.bytes(4).reduce((sum, byte) => sum * 256 + byte, 0) / 128),
    },
    pki: { authority, server: await issueServerCertificate(authority, WORLD_HOSTS) },
    role: issueCredentials(ROLE_ARN, now + CREDENTIALS_MS, random),
  };
}

/**
 * Opens the world in `files`. The first call makes it. The trial keys are in it, and the role's credentials are fresh.
 */
export async function openWorldState(files: WorldFiles, making: WorldMaking): Promise<WorldState> {
  if (!files.has('venue.json')) saveWorldState(files, await createWorldState(making));
  const role = files.read<IssuedCredentials>('role.json');
  if (role.expiration - making.clock.now() < RENEW_BEFORE_MS) {
    files.write(
      'role.json',
      issueCredentials(role.roleArn, making.clock.now() + CREDENTIALS_MS, making.random),
    );
  }
  const venue = files.read<VenueState>('venue.json');
  if (!files.has('keys.json')) files.write('keys.json', drawTrialKeys(making.random));
  writeKeyFiles(files, venue, files.read<TrialKeys>('keys.json'));
  return {
    nsm: readNsm(files),
    kms: files.read('kms.json'),
    venue,
    pki: files.read('pki.json'),
    role: files.read('role.json'),
  };
}

/** The module's root alone. */
export function readNsm(files: WorldFiles): NsmRoot {
  const { key, certificate } = files.read<{ key: string; certificate: string }>('nsm.json');
  return { rootKeyPkcs8: decodeBase64(key), rootCertDer: decodeBase64(certificate) };
}

function saveWorldState(files: WorldFiles, state: WorldState): void {
  const certificate = encodeBase64(state.nsm.rootCertDer);
  files.write('nsm.json', { key: encodeBase64(state.nsm.rootKeyPkcs8), certificate });
  files.writeText('nsm-root.pem', toPem(certificate));
  files.write('kms.json', state.kms);
  files.write('pki.json', state.pki);
  files.writeText('ca.pem', state.pki.authority.certPem);
  files.write('role.json', state.role);
  // This file is written last. When it exists, the others exist.
  files.write('venue.json', state.venue);
}

function toPem(base64: string): string {
  return `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/(.{64})/g, '$1\n').trim()}\n-----END CERTIFICATE-----\n`;
}
