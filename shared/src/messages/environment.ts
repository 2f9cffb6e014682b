/** What numbers are about. */

/** Real venues, a venue's test system, or an enclave that is no hardware of AWS. */
export const ENVIRONMENTS = ['production', 'sandbox', 'simulated'] as const;
/** One of {@link ENVIRONMENTS}. */
export type Environment = (typeof ENVIRONMENTS)[number];
