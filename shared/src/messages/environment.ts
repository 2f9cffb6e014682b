/** The environment of numbers. */

/** Real venues, a venue's test system, or an enclave that is not on AWS hardware. */
export const ENVIRONMENTS = ['production', 'sandbox', 'simulated'] as const;
/** One of {@link ENVIRONMENTS}. */
export type Environment = (typeof ENVIRONMENTS)[number];
