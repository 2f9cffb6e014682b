/**
 * Property tests draw from one seed, so that the same commit gives the same verdict and a failure can be had
 * again. `make soak` gives another seed and more runs.
 */
export const property = {
  seed: Number(process.env.PROPERTY_SEED ?? 20_261_122),
  runs: Number(process.env.PROPERTY_RUNS ?? 100),
};

/** Says the seed once a run. */
export function setup(): void {
  console.info(`property tests: PROPERTY_SEED=${property.seed} PROPERTY_RUNS=${property.runs}`);
}
