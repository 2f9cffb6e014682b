/** All cases: real documents, and built documents for each rule. */
import type { Case } from './case.ts';
import { CERTIFICATES } from './certificates.ts';
import { CHAIN } from './chain.ts';
import { CONSTRAINED } from './constraints.ts';
import { FORM } from './form.ts';
import { PAYLOAD } from './payload.ts';
import { POLICY } from './policy.ts';
import { REAL_DOCUMENTS } from './real-documents.ts';

export const CASES: readonly Case[] = [
  ...REAL_DOCUMENTS,
  ...FORM,
  ...PAYLOAD,
  ...CHAIN,
  ...CERTIFICATES,
  ...CONSTRAINED,
  ...POLICY,
];
