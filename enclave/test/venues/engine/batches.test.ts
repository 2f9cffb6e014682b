import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchMinutes } from '../../../src/venues/engine/batches.ts';

describe('when minutes are grouped into pages', () => {
  it('keeps each once, in order, in groups that fit a page and have no room for the next minute', () => {
    const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 5_000 }).map((n) => n * 60_000));
    fc.assert(
      fc.property(minutes, fc.integer({ min: 1, max: 1_000 }), (wanted, page) => {
        const batches = batchMinutes(wanted, page);
        expect(batches.flat()).toEqual([...wanted].sort((a, b) => a - b));
        for (const [i, batch] of batches.entries()) {
          expect((batch.at(-1)! - batch[0]!) / 60_000 + 1).toBeLessThanOrEqual(page);
          const next = batches[i + 1]?.[0];
          if (next !== undefined) expect((next - batch[0]!) / 60_000 + 1).toBeGreaterThan(page);
        }
      }),
    );
  });
});
