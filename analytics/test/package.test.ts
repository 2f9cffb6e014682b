import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

/** Resolves the package in the same way as a user of the package. */
const { resolve } = createRequire(new URL('../../enclave/package.json', import.meta.url));

describe('when the package is imported by subpath', () => {
  it.each([
    ['/../test/fixtures/golden', 'ERR_INVALID_MODULE_SPECIFIER'],
    ['/amount/../../test/goldens', 'ERR_INVALID_MODULE_SPECIFIER'],
    ['/test/fixtures/golden.json', 'MODULE_NOT_FOUND'],
    ['/src/index.ts', 'MODULE_NOT_FOUND'],
    ['/package.json', 'MODULE_NOT_FOUND'],
  ])('only its sources can be imported: %s', (path, code) => {
    expect(() => resolve(`@perf-aggregator/analytics${path}`)).toThrow(expect.objectContaining({ code }));
  });
});
