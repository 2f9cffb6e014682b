/** The possible outcomes of a case: a closed list. Any other outcome fails the suite. */
import { CodedError } from '@perf-aggregator/shared/errors';

/**
 * `identical`: exactly the genuine answer. `refused`: a coded error. `unavailable`: denial of service, which a parent
 * can always cause. `stale:undetectable`: genuine but old, where docs/threat-model.md says that nobody can detect it.
 */
export type Outcome =
  | { readonly kind: 'identical' | 'unavailable' | 'stale:undetectable' }
  | { readonly kind: 'refused'; readonly code: string };

export const IDENTICAL: Outcome = { kind: 'identical' };
export const UNAVAILABLE: Outcome = { kind: 'unavailable' };
export const STALE: Outcome = { kind: 'stale:undetectable' };

/** A client believed something false, or an error had no code. */
export class Wrong extends Error {}

const UNAVAILABLE_CODES: ReadonlySet<string> = new Set([
  'service_unreachable',
  'sync_timeout',
  'deadline_exceeded',
  'enclave_unavailable',
  'channel_closed',
  'egress_timeout',
]);

/** One attack. */
export interface Case {
  readonly name: string;
  run(): Promise<Outcome> | Outcome;
}

/** Attacks of one class, and the codes with which they may be refused. */
export interface AttackClass {
  readonly name: string;
  readonly refusedWith: readonly string[];
  /** Names of the cases that may be `stale:undetectable`. */
  readonly undetectable?: readonly string[];
  cases(): Promise<readonly Case[]> | readonly Case[];
}

/** The outcome of `work`. Its value must equal `truth`. @throws Wrong */
export async function judge(work: () => unknown, truth: unknown): Promise<Outcome> {
  let value: unknown;
  try {
    value = await work();
  } catch (error) {
    return refusalOf(error);
  }
  const difference = differenceOf(value, truth, 'it');
  if (difference === null) return IDENTICAL;
  throw new Wrong(`believed that ${difference}`);
}

/** The path of the first difference between two JSON values; null if there is none. */
function differenceOf(value: unknown, truth: unknown, path: string): string | null {
  if (Object.is(value, truth)) return null;
  if (typeof value !== 'object' || typeof truth !== 'object' || value === null || truth === null) {
    return `${path} is ${JSON.stringify(value)}, not ${JSON.stringify(truth)}`.slice(0, 200);
  }
  for (const key of new Set([...Object.keys(value), ...Object.keys(truth)])) {
    const [one, other] = [(value as Record<string, unknown>)[key], (truth as Record<string, unknown>)[key]];
    const difference = differenceOf(one, other, `${path}.${key}`);
    if (difference !== null) return difference;
  }
  return null;
}

/** Expects a refusal that is the true answer, such as a sealed reason. */
export async function judgeRefusal(work: () => unknown, code: string): Promise<Outcome> {
  try {
    const value = await work();
    throw new Wrong(`believed ${JSON.stringify(value)?.slice(0, 200)} where the enclave refused`);
  } catch (error) {
    if (error instanceof CodedError && error.code === code) return IDENTICAL;
    return refusalOf(error);
  }
}

/** The outcome of an error. @throws Wrong for an error without a code, and for `internal`, which stands for those */
export function refusalOf(error: unknown): Outcome {
  if (error instanceof Wrong) throw error;
  if (!(error instanceof CodedError)) throw new Wrong('an error without a code', { cause: error });
  return refused(error.code);
}

/** The outcome for a code. @throws Wrong for `internal` */
export function refused(code: string): Outcome {
  if (code === 'internal') throw new Wrong('the code is internal: something failed without a code');
  return UNAVAILABLE_CODES.has(code) ? UNAVAILABLE : { kind: 'refused', code };
}
