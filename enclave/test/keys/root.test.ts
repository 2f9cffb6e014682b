import { hkdfSync } from 'node:crypto';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto } from '@perf-aggregator/shared/crypto';
import { describe, expect, it } from 'vitest';
import { deriveIdentity } from '../../src/keys/root.ts';

const ROOT = () => new Uint8Array(32).map((_, index) => index);

describe('when an identity is derived from a root', () => {
  it('every key is HKDF-SHA-256 under its own label', () => {
    const identity = deriveIdentity(ROOT());
    const derive = (label: string) =>
      new Uint8Array(hkdfSync('sha256', ROOT(), 'perf-aggregator/root/v1', label, 32));
    expect(identity.reportSeed).toEqual(derive('report'));
    expect(identity.auditSeed).toEqual(derive('audit'));
    expect(identity.sealingBase).toEqual(derive('sealing'));
    expect(new Set(Object.values(identity).map(encodeHex)).size).toBe(5);
  });

  it('public keys belong to the seeds', () => {
    const identity = deriveIdentity(ROOT());
    const signature = crypto.ed25519Sign(identity.reportSeed, ROOT());
    expect(crypto.ed25519Verify(identity.reportKey, ROOT(), signature)).toBe(true);
    expect(crypto.ed25519Verify(identity.auditKey, ROOT(), signature)).toBe(false);
  });

  it('the same root gives the same identity, and another root gives another', () => {
    const other = ROOT();
    other[31]! ^= 1;
    expect(deriveIdentity(ROOT())).toEqual(deriveIdentity(ROOT()));
    expect(deriveIdentity(other).reportKey).not.toEqual(deriveIdentity(ROOT()).reportKey);
  });

  it('the root is wiped', () => {
    const root = ROOT();
    deriveIdentity(root);
    expect(root).toEqual(new Uint8Array(32));
  });
});
