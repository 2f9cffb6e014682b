/** Codes that come sealed, and the titles that the command line has for them. */
import { SEALED_TITLE_CODES, titleOf } from '@perf-aggregator/client/present/titles';
import { PUBLIC_CODES, PUBLIC_FAILURES } from '@perf-aggregator/shared/wire/failure';
import { describe, expect, it } from 'vitest';
import { SEALED_CODES } from '../../../enclave/src/errors.ts';
import { EXCHANGE_ERROR_CODES } from '../../../enclave/src/exchanges/errors.ts';

describe('when a refusal is shown', () => {
  it('every code that the enclave seals has a title, and no other', () => {
    expect([...SEALED_TITLE_CODES].sort()).toEqual([...SEALED_CODES, ...EXCHANGE_ERROR_CODES].sort());
  });

  it('a public code has that of the protocol', () => {
    for (const code of PUBLIC_CODES) expect(titleOf(code)).toEqual({ code, title: PUBLIC_FAILURES[code][1] });
  });
});
