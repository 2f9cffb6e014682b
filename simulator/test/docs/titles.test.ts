/** The titles that the command line has for codes in sealed replies. */
import { SEALED_TITLE_CODES, titleOf } from '@perf-aggregator/client/present/titles';
import { PUBLIC_CODES, PUBLIC_FAILURES } from '@perf-aggregator/shared/wire/failure';
import { describe, expect, it } from 'vitest';
import { SEALED_CODES } from '../../../enclave/src/errors.ts';
import { EXCHANGE_ERROR_CODES } from '../../../enclave/src/venues/errors.ts';

describe('when a refusal is shown', () => {
  it('exactly the codes that the enclave seals have a title', () => {
    expect([...SEALED_TITLE_CODES].sort()).toEqual([...SEALED_CODES, ...EXCHANGE_ERROR_CODES].sort());
  });

  it('a public code has the title from the protocol', () => {
    for (const code of PUBLIC_CODES) expect(titleOf(code)).toEqual({ code, title: PUBLIC_FAILURES[code][1] });
  });
});
