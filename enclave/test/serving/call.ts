/** Calls in the form that handlers receive. */
import type { Call } from '../../src/operations/operation.ts';

/** A call that its caller never aborts. */
export const FOR_EVER: Call = { signal: new AbortController().signal };
