/** Why a file is not an enclave image. */
import { CodedError } from '@perf-aggregator/shared/errors';

/** Codes of {@link EifError}. */
export const EIF_ERROR_CODES = [
  // The file does not begin with `.eif`.
  'eif_magic_invalid',
  // Not format version 4.
  'eif_version_unsupported',
  // The file ends before its header or a section does.
  'eif_truncated',
  // The header counts no sections, or more than 32, or has unknown flags.
  'eif_header_invalid',
  // Two sections share bytes.
  'eif_sections_overlap',
  // Bytes of the file belong to no section.
  'eif_layout_invalid',
  // A section is larger than its kind may be.
  'eif_section_oversized',
  // A section's own header disagrees with the table, or names an unknown type.
  'eif_section_invalid',
  // Kernel, command line or ramdisk is missing, or there are several where only one may be.
  'eif_sections_incomplete',
  // The checksum of the file differs from the one in its header.
  'eif_crc_mismatch',
  // The signature section is not in nitro-cli's form, or not made by ECDSA P-384.
  'eif_signature_malformed',
  // The signature does not hold under its certificate, or signs another PCR0.
  'eif_signature_invalid',
] as const;
export type EifErrorCode = (typeof EIF_ERROR_CODES)[number];

/** The file is not an enclave image that can be measured. */
export class EifError extends CodedError<EifErrorCode> {}
