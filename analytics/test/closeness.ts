/** Compares numbers with the tolerance of the goldens (docs/metrics.md §0): relative 1e-9, absolute 1e-12 near zero. */
import { expect } from 'vitest';

export interface Closeness {
  readonly relative?: number;
  readonly absolute?: number;
}

/**
 * Expects close numbers, and NaN for NaN. Other values must be equal. Objects and arrays are compared member by member.
 */
export function expectClose(actual: unknown, expected: unknown, closeness: Closeness = {}): void {
  if (typeof expected === 'number' && typeof actual === 'number') {
    const { relative = 1e-9, absolute = 1e-12 } = closeness;
    const distance = Math.abs(actual - expected);
    const allowed = Math.max(relative * Math.abs(expected), absolute);
    const isClose = distance <= allowed || Object.is(actual, expected);
    expect(isClose, `${actual} is not close to ${expected}`).toBe(true);
  } else if (typeof expected === 'object' && expected !== null) {
    expect(actual).toBeTypeOf('object');
    expect(Object.keys(actual as object)).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) {
      expectClose((actual as Record<string, unknown>)[key], value, closeness);
    }
  } else {
    expect(actual).toBe(expected);
  }
}
