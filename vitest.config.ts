import { defineConfig } from 'vitest/config';

/** Every room's tests run on its TypeScript sources (the `source` condition), on node:crypto (`node`). */
export default defineConfig({
  // Dependencies are loaded by Node itself, under its own conditions.
  ssr: { resolve: { conditions: ['source', 'node'], externalConditions: ['node'] } },
  test: {
    setupFiles: ['./vitest.properties.ts'],
    globalSetup: ['./vitest.seed.ts'],
    include: ['*/test/**/*.test.ts'],
    exclude: ['*/test/system/**', '*/test/security/**'],
    testTimeout: 90_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
