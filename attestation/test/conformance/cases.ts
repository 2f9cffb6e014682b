/** All cases: real documents, and documents of our own for each rule. */
import type { Case } from './case.ts';
import { CHAIN } from './chain.ts';
import { FORM } from './form.ts';
import { POLICY } from './policy.ts';
import { REAL_DOCUMENTS } from './real-documents.ts';

export const CASES: readonly Case[] = [...REAL_DOCUMENTS, ...FORM, ...CHAIN, ...POLICY];
