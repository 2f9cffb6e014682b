import { defineConfig } from 'vitest/config';

/** Tests of the system under attack, on the TypeScript sources like the other tests. */
export default defineConfig({
  // Dependencies are loaded by Node itself, under its own conditions.
  ssr: { resolve: { conditions: ['source', 'node'], externalConditions: ['node'] } },
  test: {
    setupFiles: ['./vitest.properties.ts'],
    globalSetup: ['./vitest.seed.ts'],
    include: ['*/test/security/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
});
