/**
 * Genesis (docs/design.md §5). KMS draws the root for attested code, once per deployment. Every later boot proves that
 * a genuine enclave drew the blob that it was given.
 *
 * Anyone with `kms:Encrypt` could plant a root that they know. They cannot plant evidence: a genuine enclave never
 * attests a key that it did not draw itself.
 */

import { type ExpectedPcrs, verifyAttestation } from '@perf-aggregator/attestation';
import { equalBytes, wipe } from '@perf-aggregator/shared/bytes';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto } from '@perf-aggregator/shared/crypto';
import { decodeUserData, encodeUserData } from '@perf-aggregator/shared/messages/user-data';
import type { RoleCredentials } from '@perf-aggregator/shared/wire/boot';
import { Refusal } from '../errors.ts';
import type { Kms } from '../kms/port.ts';
import type { Nsm } from '../nsm/port.ts';
import { deriveIdentity, type Identity } from './root.ts';

/**
 * The record that the parent stores; the first writer wins. It holds a root that only attested code can open, and the
 * root's origin.
 */
export interface GenesisRecord {
  readonly blob: Uint8Array;
  readonly evidence: Uint8Array;
}

/** What genesis needs. */
export interface GenesisContext {
  readonly kms: Kms;
  readonly nsm: Nsm;
  readonly keyArn: string;
  readonly configSha256: Uint8Array;
  /** Images whose evidence counts like our own. */
  readonly predecessors: readonly ExpectedPcrs[];
}

/**
 * Draws a root and attests its public key. Nothing is kept: {@link openRoot} opens the record that the parent stored
 * first, in this enclave too.
 * @throws KmsError, NsmError
 */
export async function drawRoot(
  context: GenesisContext,
  credentials: RoleCredentials,
): Promise<GenesisRecord> {
  const { plaintext, ciphertextBlob } = await context.kms.generateDataKey(credentials);
  const { reportKey, ...secrets } = deriveIdentity(plaintext);
  wipeIdentity(secrets);
  const evidence = await context.nsm.attest({
    publicKey: reportKey,
    userData: encodeUserData({
      t: 'genesis',
      v: 1,
      config_sha256: context.configSha256,
      report_key: reportKey,
      blob_sha256: crypto.sha256(ciphertextBlob),
      key_arn: context.keyArn,
    }),
  });
  return { blob: ciphertextBlob, evidence };
}

/**
 * Opens the stored root and checks that its evidence commits to it.
 * @throws Refusal `genesis_mismatch`; KmsError
 */
export async function openRoot(
  context: GenesisContext,
  credentials: RoleCredentials,
  record: GenesisRecord,
): Promise<Identity> {
  const committed = await verifyEvidence(context, record);
  const identity = deriveIdentity(await context.kms.decrypt(credentials, record.blob));
  if (!equalBytes(identity.reportKey, committed)) {
    wipeIdentity(identity);
    throw new Refusal('genesis_mismatch', 'the genesis evidence commits to another root');
  }
  return identity;
}

/** The report key that the evidence commits to, checked for exactly this blob and this KMS key. */
async function verifyEvidence(context: GenesisContext, record: GenesisRecord): Promise<Uint8Array> {
  try {
    const own = toExpectedPcrs(await context.nsm.describePcrs());
    const document = verifyAttestation(record.evidence, {
      roots: [context.nsm.trustAnchor],
      at: 'document',
      policy: { pcrs: [own, ...context.predecessors] },
    });
    const data = decodeUserData(document.userData ?? new Uint8Array(), 'genesis');
    const blobSha256 = crypto.sha256(record.blob);
    if (!equalBytes(data.blob_sha256, blobSha256)) throw new Error('the evidence is of another blob');
    if (data.key_arn !== context.keyArn) throw new Error('the evidence is of another KMS key');
    if (!document.publicKey || !equalBytes(document.publicKey, data.report_key)) {
      throw new Error('the evidence contradicts itself');
    }
    return data.report_key;
  } catch (cause) {
    throw new Refusal('genesis_mismatch', 'the genesis evidence does not verify', { cause });
  }
}

/** PCR 0, 1 and 2 in the form of a policy. */
export function toExpectedPcrs(pcrs: ReadonlyMap<number, Uint8Array>): ExpectedPcrs {
  return Object.fromEntries(
    [0, 1, 2].map((index) => [index, encodeHex(pcrs.get(index) ?? new Uint8Array())]),
  );
}

/** Overwrites the private parts of an identity that no code will use. */
export function wipeIdentity({ reportSeed, auditSeed, sealingBase }: Omit<Identity, 'reportKey'>): void {
  wipe(reportSeed, auditSeed, sealingBase);
}
