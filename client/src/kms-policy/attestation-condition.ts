/**
 * Tells whether a statement's condition ties it to images: which operators, registers and values do so, and what is
 * wrong with the others.
 */
import type { Statement } from './read-policy.ts';

/** A fault of one condition. */
export interface Flaw {
  readonly code:
    | 'condition_operator'
    | 'condition_register'
    | 'pcr0_zeros'
    | 'pcr0_malformed'
    | 'pcr0_unexpected'
    | 'pcr0_case';
  readonly message: string;
}

/** The result for the conditions of one statement. */
export interface AttestationCondition {
  /**
   * Images (PCR0, lower-case hex) to which the statement is tied. An Allow holds only for these images, and a Deny only
   * for all others. `null`: the statement is not tied to images.
   */
  readonly images: readonly string[] | null;
  /** Conditions on anything but the measurements, as `operator key`. */
  readonly others: readonly string[];
  /** Conditions on measurements. */
  readonly attested: number;
  readonly flaws: readonly Flaw[];
}

const PREFIX = 'kms:recipientattestation:';
const IMAGE_KEYS = [`${PREFIX}pcr0`, `${PREFIX}imagesha384`];
const OPERATORS = {
  Allow: ['StringEquals', 'StringEqualsIgnoreCase'],
  Deny: ['StringNotEquals', 'StringNotEqualsIgnoreCase'],
};

/**
 * Reads the conditions of a statement. A condition counts only if it has exactly the form that ties to images, however
 * AWS would read it.
 * @param expected - PCR0 values that may be named; `null`: any but zeros
 */
export function readCondition(one: Statement, expected: ReadonlySet<string> | null): AttestationCondition {
  const flaws: Flaw[] = [];
  const others: string[] = [];
  let attested = 0;
  let images: string[] | null = null;
  for (const [operator, key, values] of entriesOf(one)) {
    const name = key.toLowerCase();
    if (!name.startsWith(PREFIX)) {
      others.push(`${operator} ${key}`);
      continue;
    }
    attested++;
    const isImage = IMAGE_KEYS.includes(name);
    const ties = OPERATORS[one.Effect].includes(operator);
    if (!ties) flaws.push({ code: 'condition_operator', message: operatorSentence(operator, one.Effect) });
    if (!ties || !isImage) continue;
    const judged = judgeValues(values, operator, expected);
    flaws.push(...judged.flaws);
    // Conditions are joined by "and", so one condition that ties is enough for an Allow.
    if (judged.sound) images ??= values.map((value) => value.toLowerCase()).filter(isMeasurement);
  }
  if (attested > 0 && flaws.length === 0 && images === null) {
    const message =
      'ties the use to parts of an image (kernel, signer, …) but not to PCR0, which is the whole of it';
    flaws.push({ code: 'condition_register', message });
  }
  return { images, others, attested, flaws };
}

function entriesOf(one: Statement): (readonly [operator: string, key: string, values: readonly string[]])[] {
  return Object.entries(one.Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => [operator, key, values] as const),
  );
}

function judgeValues(
  values: readonly string[],
  operator: string,
  expected: ReadonlySet<string> | null,
): { readonly sound: boolean; readonly flaws: readonly Flaw[] } {
  const flaws: Flaw[] = [];
  let sound = true;
  for (const value of values) {
    if (!isMeasurement(value.toLowerCase())) {
      const message = `names a PCR0 that is not 96 hex digits (${value.length} characters): it matches no image`;
      flaws.push({ code: 'pcr0_malformed', message });
    } else if (/^0+$/.test(value)) {
      sound = false;
      const message =
        'names a PCR0 of zeros: any enclave in debug mode has it, and its operator reads its memory';
      flaws.push({ code: 'pcr0_zeros', message });
    } else if (expected !== null && !expected.has(value.toLowerCase())) {
      sound = false;
      flaws.push({
        code: 'pcr0_unexpected',
        message: `names the PCR0 ${value.toLowerCase()}, which was not expected`,
      });
    } else if (!operator.endsWith('IgnoreCase') && value !== value.toLowerCase()) {
      const message = `compares with a PCR0 in upper case under ${operator}: KMS writes lower case, so it matches no image`;
      flaws.push({ code: 'pcr0_case', message });
    }
  }
  return { sound, flaws };
}

function isMeasurement(hex: string): boolean {
  return /^[0-9a-f]{96}$/.test(hex);
}

function operatorSentence(operator: string, effect: Statement['Effect']): string {
  const shown = operator.slice(0, 60).replaceAll(/[^\w:]/g, '?');
  const wanted = OPERATORS[effect].join(' or ');
  if (operator.endsWith('IfExists'))
    return `${shown} also decides when there is no attestation at all; use ${wanted}`;
  if (/^ForA(ny|ll)Values?:/.test(operator)) {
    return `${shown} is for lists and decides otherwise when there is no attestation; use ${wanted}`;
  }
  if (operator === 'Null')
    return `Null only asks whether there is an attestation: that of any enclave will do; use ${wanted}`;
  if (operator.includes('Like')) return `${shown} reads * and ? in measurements as wildcards; use ${wanted}`;
  return `${shown} does not tie this ${effect} to an image; use ${wanted}`;
}
