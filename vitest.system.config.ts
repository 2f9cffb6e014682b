import { defineConfig } from 'vitest/config';

/** Tests of the system as processes: what was built, started, killed and started again. */
export default defineConfig({
  test: {
    include: ['*/test/system/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
