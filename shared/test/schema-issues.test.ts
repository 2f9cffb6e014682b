import { placesOfIssues, textOfIssues } from '@perf-aggregator/shared/schema-issues';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

const schema = z.strictObject({ a: z.number(), b: z.strictObject({ c: z.enum(['x']) }) });

function errorOf(value: unknown): z.ZodError {
  return schema.safeParse(value).error!;
}

describe('when a schema reports errors', () => {
  it('the text names the place and the problem', () => {
    expect(textOfIssues(errorOf({ a: 'secret', b: { c: 'y' } }), 'it')).toMatch(/^a: .+; b\.c: .+$/);
    expect(textOfIssues(errorOf(1), 'it')).toMatch(/^it: /);
  });

  it('each place is named once, unknown members are named one by one, and values never', () => {
    const error = errorOf({ a: 'secret', b: { c: 'secret', d: 1, e: 2 } });
    expect(placesOfIssues(error, 'it')).toEqual(['a', 'b.c', 'b.d (unknown)', 'b.e (unknown)']);
    expect(placesOfIssues(errorOf(null), 'it')).toEqual(['it']);
    const twice = z.object({ a: z.string().min(3).regex(/x/) }).safeParse({ a: 'y' }).error!;
    expect([twice.issues.length, placesOfIssues(twice, 'it')]).toEqual([2, ['a']]);
  });
});
