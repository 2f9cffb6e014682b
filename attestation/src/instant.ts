/** The instant at which a document is judged. The caller always chooses it. */
import type { Clock } from '@perf-aggregator/shared/clock';
import { PolicyError } from './errors.ts';

/**
 * The instant at which certificates must be valid and, except for archives, the document fresh:
 * - `{ clock }`: now, by the caller's clock. For live use.
 * - milliseconds since the Unix epoch: an instant that the caller knows.
 * - `'document'`: the document's own time of creation. For archived evidence; freshness is not judged.
 */
export type VerificationTime = { readonly clock: Clock } | number | 'document';

/**
 * The instant, ms, or `document`. The clock is read once.
 * @throws PolicyError `instant_invalid` when it is none of the three, or not a number
 */
export function chooseInstant(at: VerificationTime): number | 'document' {
  // Callers in plain JavaScript may have passed nothing.
  const given = at as VerificationTime | null | undefined;
  if (given === 'document') return given;
  const instant: unknown = typeof given === 'object' ? given?.clock?.now() : given;
  if (typeof instant === 'number' && Number.isFinite(instant)) return instant;
  throw new PolicyError('instant_invalid', 'say when to judge: `{ clock }`, milliseconds, or `document`');
}
