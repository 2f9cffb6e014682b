/** The instant at which a document is judged. The caller always chooses it. */
import type { Clock } from '@perf-aggregator/shared/clock';
import { PolicyError } from './errors.ts';

/**
 * When certificates must be valid and, but for archives, the document fresh:
 * - `{ clock }`: now, by the caller's clock. For live use.
 * - milliseconds since the Unix epoch: an instant that the caller knows.
 * - `'document'`: when the document says that it was made. For archived evidence; freshness is not judged.
 */
export type VerificationTime = { readonly clock: Clock } | number | 'document';

/**
 * The instant, ms, or `document`. The clock is read once.
 * @throws PolicyError `instant_invalid` when it is neither of the three, or no number
 */
export function chooseInstant(at: VerificationTime): number | 'document' {
  // Callers in plain JavaScript may not have chosen.
  const given = at as VerificationTime | null | undefined;
  if (given === 'document') return given;
  const instant: unknown = typeof given === 'object' ? given?.clock?.now() : given;
  if (typeof instant === 'number' && Number.isFinite(instant)) return instant;
  throw new PolicyError('instant_invalid', 'say when to judge: `{ clock }`, milliseconds, or `document`');
}
