/** What `attestation/testkit/generate.mjs` writes. */
import { CASES } from '../conformance/cases.ts';
import { formatDocuments } from './documents.ts';

/** Files of the kit by folder. */
export const FILES = { documents: formatDocuments(CASES) } as const;
