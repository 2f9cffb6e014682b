/** All cases of the report verifier, in the order of its rules. */
import { ARITHMETIC } from './arithmetic.ts';
import type { ReportCase } from './case.ts';
import { CLAIM_CASES } from './claims.ts';
import { EVIDENCE } from './evidence.ts';
import { SIGNATURE } from './signature.ts';

export const REPORT_CASES: readonly ReportCase[] = [...EVIDENCE, ...SIGNATURE, ...CLAIM_CASES, ...ARITHMETIC];
