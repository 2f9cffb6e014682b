import { createRequire } from 'node:module';
import * as entry from '@perf-aggregator/attestation';
import { describe, expect, it } from 'vitest';

/** Resolves the package in the same way as a user of the package. */
const { resolve } = createRequire(new URL('../../enclave/package.json', import.meta.url));

describe('when the package is imported by subpath', () => {
  it.each([
    ['/../test/fixtures/vectors', 'ERR_INVALID_MODULE_SPECIFIER'],
    ['/report/../../testkit/generate', 'ERR_INVALID_MODULE_SPECIFIER'],
    ['/testkit/README.md', 'MODULE_NOT_FOUND'],
    ['/src/index.ts', 'MODULE_NOT_FOUND'],
    ['/package.json', 'MODULE_NOT_FOUND'],
    // A caller that can write into a cache of chains could add chains that are then trusted.
    ['/chain-cache', 'ERR_PACKAGE_PATH_NOT_EXPORTED'],
  ])('only its sources can be imported: %s', (path, code) => {
    expect(() => resolve(`@perf-aggregator/attestation${path}`)).toThrow(expect.objectContaining({ code }));
  });
});

describe('when the package is imported by its name', () => {
  it('it exports what a verifier needs, and nothing else', () => {
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
