/** Calls as handlers get them. */
import type { Call } from '../../src/operations/operation.ts';

/** A call that its caller never gives up. */
export const FOR_EVER: Call = { signal: new AbortController().signal };
