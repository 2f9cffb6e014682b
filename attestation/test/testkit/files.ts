/** The files that `attestation/testkit/generate.mjs` writes. */
import { CASES } from '../conformance/cases.ts';
import { REPORT_CASES } from '../report/conformance/cases.ts';
import { formatDocuments } from './documents.ts';
import { formatReports } from './reports.ts';

/** The files of the kit, by folder. */
export const FILES = { documents: formatDocuments(CASES), reports: formatReports(REPORT_CASES) } as const;
