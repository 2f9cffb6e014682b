/** The keys that are derived from the deployment's root (docs/design.md §5), each with one HKDF-SHA-256 label. */

import { utf8, wipe } from '@perf-aggregator/shared/bytes';
import { crypto } from '@perf-aggregator/shared/crypto';

/** The keys of the enclave, once it holds its root. Private parts never leave this process. */
export interface Identity {
  /** Ed25519 seed and public key that sign reports: the service's stable identity. */
  readonly reportSeed: Uint8Array;
  readonly reportKey: Uint8Array;
  /** Ed25519 seed and public key that sign audit trails. */
  readonly auditSeed: Uint8Array;
  readonly auditKey: Uint8Array;
  /** AES-256 base key. The key of every stored blob is derived from it. */
  readonly sealingBase: Uint8Array;
}

const SALT = utf8('perf-aggregator/root/v1');

/** Derives the identity from the 32-byte root and wipes the root. */
export function deriveIdentity(root: Uint8Array): Identity {
  const derive = (label: string) => crypto.hkdfSha256(root, SALT, utf8(label), 32);
  const reportSeed = derive('report');
  const auditSeed = derive('audit');
  const identity = {
    reportSeed,
    reportKey: crypto.ed25519PublicKey(reportSeed),
    auditSeed,
    auditKey: crypto.ed25519PublicKey(auditSeed),
    sealingBase: derive('sealing'),
  };
  wipe(root);
  return identity;
}
