/** The rules in the order of judgement, and a record of the result of each. */

/**
 * The verifier's rules. The signature comes after the payload, because its key is in the payload. It comes before the
 * chain, because a chain proves nothing about bytes that its leaf did not sign.
 */
export const RULES = [
  'encoding',
  'cose_sign1',
  'headers',
  'signature_encoding',
  'payload',
  'optional_fields',
  'unknown_fields',
  'signature',
  'trusted_root',
  'chain',
  'constraints',
  'enclave',
  'policy_given',
  'fields_known',
  'debug_mode',
  'measurements',
  'bindings',
  'freshness',
] as const;
export type Rule = (typeof RULES)[number];

/** The result of one rule. `ok` is null when an earlier failure left it unjudged. */
export interface Check<R extends string = Rule> {
  readonly rule: R;
  readonly ok: boolean | null;
  readonly detail: string;
}

/** The result of judging one rule: a value for the rules after it, and a line for people. */
export type Finding<T> = readonly [value: T, detail: string];

/** Runs rules and records their results. */
export class Checklist<R extends string> {
  readonly #rules: readonly R[];
  readonly #checks: Check<R>[] = [];

  readonly #isVerdict: (error: unknown) => error is Error;

  /**
   * @param rules - all rules, in the order in which they will be judged
   * @param isVerdict - whether an error is a judgement about the evidence, and not a fault of this code
   */
  constructor(rules: readonly R[], isVerdict: (error: unknown) => error is Error) {
    this.#rules = rules;
    this.#isVerdict = isVerdict;
  }

  /** Judges one rule. Its coded errors are recorded and thrown again. */
  judge<T>(rule: R, judgement: () => Finding<T>): T {
    try {
      const [value, detail] = judgement();
      this.#checks.push({ rule, ok: true, detail });
      return value;
    } catch (error) {
      if (this.#isVerdict(error)) {
        this.#checks.push({ rule, ok: false, detail: error.message });
      }
      throw error;
    }
  }

  /** All rules in order. Those after a failure are marked as not reached. */
  toChecks(): readonly Check<R>[] {
    const missing = this.#rules.slice(this.#checks.length);
    return [...this.#checks, ...missing.map((rule) => ({ rule, ok: null, detail: 'not reached' }))];
  }
}
