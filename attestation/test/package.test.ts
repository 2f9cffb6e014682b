import { createRequire } from 'node:module';
import * as entry from '@perf-aggregator/attestation';
import { describe, expect, it } from 'vitest';

/** As somebody who has the package resolves it. */
const { resolve } = createRequire(new URL('../../enclave/package.json', import.meta.url));

describe('when the package is imported by subpath', () => {
  it.each([
    ['/../test/fixtures/vectors', 'ERR_INVALID_MODULE_SPECIFIER'],
    ['/report/../../testkit/generate', 'ERR_INVALID_MODULE_SPECIFIER'],
    ['/testkit/README.md', 'MODULE_NOT_FOUND'],
    ['/src/index.ts', 'MODULE_NOT_FOUND'],
    ['/package.json', 'MODULE_NOT_FOUND'],
    // Whoever could write into a cache of chains would have them believed.
    ['/chain-cache', 'ERR_PACKAGE_PATH_NOT_EXPORTED'],
  ])('nothing but its sources is there: %s', (path, code) => {
    expect(() => resolve(`@perf-aggregator/attestation${path}`)).toThrow(expect.objectContaining({ code }));
  });
});

describe('when the package is imported by its name', () => {
  it('it has what a verifier needs, and no more', () => {
    expect(Object.keys(entry).sort()).toEqual([
      'AWS_NITRO_ROOT_G1',
      'AWS_NITRO_ROOT_G1_SHA256',
      'ChainCache',
      'PolicyError',
      'ReportError',
      'VerificationError',
      'explainAttestation',
      'explainReport',
      'instanceIdOf',
      'pcr3OfRole',
      'pcr4OfInstance',
      'pcr8OfCertificate',
      'regionOf',
      'verifyAttestation',
      'verifyReport',
    ]);
  });
});
