/** The published valid and invalid documents of `fixtures/`, as cases. */
import { readFileSync } from 'node:fs';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { ANY, type Case } from './case.ts';

/** Facts that the publisher of a document states. */
export interface Vector {
  readonly name: string;
  readonly file: string;
  readonly sha256: string;
  readonly timestamp_ms: number;
  readonly module_id: string;
  readonly pcr0: string;
  readonly pcr1: string;
  readonly pcr2: string;
  readonly debug_mode: boolean;
}

const fixtures = new URL('../fixtures/', import.meta.url);

export const VECTORS: readonly Vector[] = (
  JSON.parse(readFileSync(new URL('vectors.json', fixtures), 'utf8')) as { valid: Vector[] }
).valid;

/** 2026-11-22: all real documents have expired. */
export const NOW = Date.UTC(2026, 10, 22);

/** The bytes of a document, by its path in `fixtures/`. */
export function fixture(file: string): Uint8Array {
  return new Uint8Array(Buffer.from(readFileSync(new URL(file, fixtures), 'utf8'), 'base64'));
}

/** Published and derived documents that the verifier must refuse, and the reason. */
export const INVALID = {
  'derived-pcr-bit-flip': 'signature_invalid',
  'derived-sig-bit-flip': 'signature_invalid',
  'derived-sig-zero': 'signature_malformed',
  'derived-sig-95': 'signature_malformed',
  'derived-alg-es256': 'cose_header_invalid',
  'derived-alg-in-unprotected': 'cose_header_invalid',
  'derived-unprotected-extra': 'cose_header_invalid',
  'derived-array-3': 'cose_malformed',
  'derived-truncated': 'document_malformed',
  'derived-tag17': 'cose_malformed',
  'derived-cabundle-empty': 'payload_malformed',
  'derived-digest-sha256': 'payload_malformed',
  'derived-pcr-len-47': 'payload_malformed',
  'derived-no-pcrs': 'payload_malformed',
  // An invalid signature takes precedence over debug mode.
  'eternis-invalid-signature': 'signature_invalid',
  'oyster-custom-root': 'root_untrusted',
} as const;

/** Genuine documents of instances (EC2's NitroTPM), from the field documents. */
export const NITRO_TPM = [
  'lockboot-vaportpm-nitrotpm-2026-02-01-799ae6',
  'reclaimprotocol-attestor-core-nitrotpm-2026-06-18-020ed8',
] as const;

export const REAL_DOCUMENTS: readonly Case[] = [
  ...VECTORS.flatMap(casesOf),
  ...NITRO_TPM.flatMap((name) =>
    (['document', NOW] as const).map((at) => ({
      rule: 0,
      name: `instance ${name}: ${at === 'document' ? 'at its own time' : 'now'}`,
      document: encodeHex(fixture(`../field/fixtures/${name}.b64`)),
      at,
      policy: ANY,
      expect: 'VerificationError not_an_enclave',
    })),
  ),
  ...Object.entries(INVALID).flatMap(([name, code]) =>
    [ANY, { pcrs: 'any-image' } as const].map((policy, index) => ({
      rule: 0,
      name: `invalid ${name}${index === 0 ? '' : ', debug refused'}`,
      document: encodeHex(fixture(`invalid/${name}.b64`)),
      at: 'document' as const,
      policy,
      expect: `VerificationError ${code}`,
    })),
  ),
];

function casesOf(vector: Vector): readonly Case[] {
  const document = encodeHex(fixture(vector.file));
  const pcrs = { 0: vector.pcr0, 1: vector.pcr1.toUpperCase(), 2: vector.pcr2 };
  const wrong = { ...pcrs, 2: vector.pcr2.replace(/.$/, (last) => (last === '0' ? '1' : '0')) };
  const real = { rule: 0, document, at: 'document', policy: ANY, expect: 'verified' } as const;
  const named = (name: string, more: Partial<Case>): Case => ({
    ...real,
    name: `real ${vector.name}: ${name}`,
    ...more,
  });
  const allowDebug = true;
  // In debug mode the registers are zero, so no expected image can match.
  const expected = (verdict: string) => (vector.debug_mode ? 'PolicyError policy_invalid' : verdict);
  return [
    named('at its own time', {}),
    named('at that instant', { at: vector.timestamp_ms }),
    named('with tag 18', { document: `d2${document}` }),
    named('now', { at: NOW, expect: 'VerificationError certificate_expired' }),
    named('a day before', {
      at: vector.timestamp_ms - 86_400_000,
      expect: 'VerificationError certificate_not_yet_valid',
    }),
    named('debug refused', {
      policy: { pcrs: 'any-image' },
      expect: vector.debug_mode ? 'PolicyError debug_mode' : 'verified',
    }),
    named('its measurements', { policy: { pcrs: [pcrs], allowDebug }, expect: expected('verified') }),
    named('its measurements among others', {
      policy: { pcrs: [wrong, pcrs], allowDebug },
      expect: expected('verified'),
    }),
    named('other measurements', {
      policy: { pcrs: [wrong], allowDebug },
      expect: expected('PolicyError pcr_mismatch'),
    }),
    named('no policy', { policy: { pcrs: [] }, expect: 'PolicyError policy_empty' }),
    named('a byte after it', { document: `${document}00`, expect: 'VerificationError document_malformed' }),
    named('a byte less', { document: document.slice(0, -2), expect: 'VerificationError document_malformed' }),
  ];
}
