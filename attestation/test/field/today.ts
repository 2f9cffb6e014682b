/**
 * The verdict of the verifier for each document of `fixtures/`, and the right one: at the time of the document with
 * debug mode allowed, the same without debug mode, and on 2026-11-22. Null: it verifies.
 */
import type { Answers } from '../../../shared/test/field/answers.ts';

const GENUINE: Answers = { right: { atDocument: null, withoutDebug: null, now: 'certificate_expired' } };

/** Genuine under the root of AWS, but issued for an instance. */
const NITRO_TPM: Answers = {
  right: {
    verified: false,
    atDocument: 'not_an_enclave',
    withoutDebug: 'not_an_enclave',
    now: 'not_an_enclave',
  },
};

/** Verdicts by the name of the document. */
export const DOCUMENTS: Readonly<Record<string, Answers>> = {
  'blocky-nitrite-prod-2024-09-07-72ffd8': GENUINE,
  'epsilon-data-nitro-verify-prod-2026-02-06-1ad417': GENUINE,
  'fortanix-rust-sgx-bad-2021-09-09-4164bf': {
    right: {
      atDocument: 'certificate_malformed',
      withoutDebug: 'certificate_malformed',
      now: 'certificate_malformed',
    },
  },
  'lockboot-vaportpm-nitrotpm-2026-02-01-799ae6': NITRO_TPM,
  'reclaimprotocol-attestor-core-nitrotpm-2026-06-18-020ed8': NITRO_TPM,
  'tkhq-rust-sdk-prod-2026-06-30-277e23': GENUINE,
  'worldcoin-world-chain-debug-2026-08-03-13a44c': {
    right: { atDocument: null, withoutDebug: 'debug_mode', now: 'certificate_expired' },
  },
  'yawn-nitro-attest-prod-2025-01-06-19b717': GENUINE,
};
