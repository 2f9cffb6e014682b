import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { CryptoBackend } from '@perf-aggregator/shared/crypto/port';
import { CryptoError } from '@perf-aggregator/shared/errors';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../codes.ts';
import { BACKENDS } from './backends.ts';

interface Vector {
  readonly tcId: number;
  readonly flags: readonly string[];
  readonly result: 'valid' | 'invalid' | 'acceptable';
  readonly size?: number;
  readonly [field: string]: unknown;
}
interface Case extends Vector {
  readonly group: Readonly<Record<string, unknown>>;
}
interface File {
  readonly testGroups: readonly (Readonly<Record<string, unknown>> & { readonly tests: readonly Vector[] })[];
}

const FOLDER = new URL('../fixtures/wycheproof/', import.meta.url);

function load(name: string): readonly Case[] {
  const file = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as File;
  return file.testGroups.flatMap(({ tests, ...group }) => tests.map((vector) => ({ ...vector, group })));
}

function field(vector: Case, name: string): Uint8Array {
  return decodeHex(vector[name] as string);
}

/** Ids of the cases for which `accepts` differs from Wycheproof. */
function disagreements(cases: readonly Case[], accepts: (vector: Case) => boolean): readonly number[] {
  return cases.filter((vector) => accepts(vector) !== (vector.result === 'valid')).map(({ tcId }) => tcId);
}

// The port supports one form of AES-GCM. The other groups use forms that it cannot express.
const isOurGcm = ({ group }: Case) =>
  group['keySize'] === 256 && group['ivSize'] === 96 && group['tagSize'] === 128;

const AES_GCM = load('aes_gcm_test.json');
const X25519 = load('x25519_test.json');
const ED25519 = load('ed25519_test.json');
const HKDF = load('hkdf_sha256_test.json');
const P384 = load('ecdsa_secp384r1_sha384_p1363_test.json');

function opens(crypto: CryptoBackend, vector: Case): boolean {
  const sealed = { ciphertext: field(vector, 'ct'), tag: field(vector, 'tag') };
  const [key, nonce, aad] = [field(vector, 'key'), field(vector, 'iv'), field(vector, 'aad')];
  if (vector.result === 'invalid') {
    expect(codeOf(() => crypto.aesGcmOpen(key, nonce, sealed, aad), CryptoError)).toBe('aead_open_failed');
    return false;
  }
  expect(crypto.aesGcmSeal(key, nonce, field(vector, 'msg'), aad)).toEqual(sealed);
  return encodeHex(crypto.aesGcmOpen(key, nonce, sealed, aad)) === vector['msg'];
}

describe('when the vectors are those of the README', () => {
  const rows = readFileSync(new URL('README.md', FOLDER), 'utf8').matchAll(
    /\| `(\w+\.json)` \| `(\w{64})` \|/g,
  );

  it.each([...rows].map(([, name, hash]) => [name!, hash!] as const))('%s has its hash', (name, hash) => {
    const bytes = readFileSync(new URL(name, FOLDER));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(hash);
  });
});

describe.each(BACKENDS)("when Wycheproof's vectors run on the %s back end", (_name, crypto) => {
  it('agrees on AES-256-GCM with a 96-bit nonce and a 128-bit tag', () => {
    const ours = AES_GCM.filter(isOurGcm);
    expect([ours.length, AES_GCM.length - ours.length]).toEqual([66, 250]);
    expect(disagreements(ours, (vector) => opens(crypto, vector))).toEqual([]);
  });

  it('agrees on X25519, and refuses exactly the shared secrets that are zero', () => {
    const zero = X25519.filter((vector) => /^0+$/.test(vector['shared'] as string));
    expect([X25519.length, zero.length]).toEqual([518, 31]);
    for (const vector of X25519) {
      const agree = () => crypto.x25519SharedSecret(field(vector, 'private'), field(vector, 'public'));
      if (zero.includes(vector)) expect(codeOf(agree, CryptoError)).toBe('shared_secret_zero');
      else expect(encodeHex(agree()), `case ${vector.tcId}`).toBe(vector['shared']);
    }
  });

  it('agrees on Ed25519', () => {
    expect(ED25519.length).toBe(151);
    const accepts = (vector: Case) => {
      const { pk } = vector.group['publicKey'] as { pk: string };
      return crypto.ed25519Verify(decodeHex(pk), field(vector, 'msg'), field(vector, 'sig'));
    };
    expect(disagreements(ED25519, accepts)).toEqual([]);
  });

  it('agrees on HKDF-SHA-256', () => {
    // More than 255 blocks: callers of the port could request that only by mistake.
    const fitting = HKDF.filter(({ flags }) => !flags.includes('SizeTooLarge'));
    expect([fitting.length, HKDF.length - fitting.length]).toEqual([83, 3]);
    for (const vector of fitting) {
      const [ikm, salt, info] = [field(vector, 'ikm'), field(vector, 'salt'), field(vector, 'info')];
      const okm = crypto.hkdfSha256(ikm, salt, info, vector.size!);
      expect(encodeHex(okm), `case ${vector.tcId}`).toBe(vector['okm']);
    }
  });

  it('agrees on ECDSA P-384 with SHA-384, high S included', () => {
    expect(P384.length).toBe(280);
    const accepts = (vector: Case) => {
      const { uncompressed } = vector.group['publicKey'] as { uncompressed: string };
      return crypto.p384Verify(decodeHex(uncompressed), field(vector, 'msg'), field(vector, 'sig'));
    };
    expect(disagreements(P384, accepts)).toEqual([]);
  });
});
