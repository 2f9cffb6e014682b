/**
 * Field cases: what the product answers today, and what is right. A table of {@link Answers} says both; as soon as
 * a wrong answer is right, its test fails until the table says so (docs/testing.md).
 */
import { expect, it } from 'vitest';

/** A wrong answer of today, and the right one. */
export interface Wrong {
  /** Exactly what is answered: numbers within 1e-9; undefined where the answer has no such field. */
  readonly today: unknown;
  /** A value, a pattern that the text must match, a number {@link between} bounds, or {@link oneOf} several. */
  readonly right: unknown;
  /** How far a number may lie from the right one; by default what {@link isRight} says. */
  readonly within?: number;
  /** Why the one is wrong or the other right. */
  readonly why?: string;
}

/** The answers of one case, by the path of their field (`drawdowns.1.durationDays`). */
export interface Answers {
  readonly wrong?: Readonly<Record<string, Wrong>>;
  /** Exactly what is answered, and right. */
  readonly right?: Readonly<Record<string, unknown>>;
}

class OneOf {
  readonly values: readonly unknown[];

  constructor(values: readonly unknown[]) {
    this.values = values;
  }
}

class Between {
  readonly from: number;
  readonly to: number;

  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
  }
}

/** A right answer that is a bound: any number from `from` to `to`. */
export function between(from: number, to: number): Between {
  return new Between(from, to);
}

/** A right answer of which there are several. */
export function oneOf(...values: readonly unknown[]): OneOf {
  return new OneOf(values);
}

/** Which numbers of an `*.expected.json` a case calls right nowhere, by their names. */
export function missingRights(expected: object, { wrong = {}, right = {} }: Answers): readonly string[] {
  const all = [...Object.values(right), ...Object.values(wrong).map((row) => row.right)];
  const rights = all.flatMap((one) => (one instanceof OneOf ? one.values : [one])).map(numberIn);
  return Object.entries(expected).flatMap(([key, value]) => {
    const number = numberIn(value);
    const told = rights.some((one) => Math.abs(one - number) <= 1e-3 * Math.max(1, Math.abs(number)));
    return key === 'product' || Number.isNaN(number) || told ? [] : [key];
  });
}

/** The number that a value of JSON is or spells; NaN for any other. */
function numberIn(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
}

/** One test for each answer; `ask` gives the object that the paths lead into, or its promise. It is called once. */
export function itAnswers({ wrong = {}, right = {} }: Answers, ask: () => unknown): void {
  let asked: { readonly answer: unknown } | undefined;
  const read = (): unknown => {
    asked ??= { answer: ask() };
    return asked.answer;
  };
  for (const [path, row] of Object.entries(wrong)) {
    const why = row.why === undefined ? '' : `: ${row.why}`;
    it(`${path} is ${show(row.today)} today, right is ${show(row.right)}${why}`, async () => {
      expect(complaintOf(row, valueAt(await read(), path))).toBeNull();
    });
  }
  for (const [path, value] of Object.entries(right)) {
    it(`${path} is ${show(value)}, as is right`, async () => {
      const actual = valueAt(await read(), path);
      expect(isSame(actual, value) ? value : actual).toEqual(value);
    });
  }
}

/** What is no longer true of a row that says what is wrong today; null: all is as it says. */
export function complaintOf(row: Wrong, actual: unknown): string | null {
  if (isRight(actual, row)) return `${show(actual)}: this is right now: move it to the right ones`;
  if (isSame(actual, row.today)) return null;
  return `${show(actual)}: neither the answer of today (${show(row.today)}) nor the right one (${show(row.right)})`;
}

/** The member of `answer` to which `path` leads; undefined where there is none. */
export function valueAt(answer: unknown, path: string): unknown {
  let value = answer;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/** Whole numbers exactly, numbers of more than six digits to 1e-6 of themselves, others to 1e-3. */
function isRight(actual: unknown, { right, within }: Wrong): boolean {
  if (right instanceof OneOf)
    return right.values.some((value) => isRight(actual, { today: null, right: value }));
  if (right instanceof Between)
    return typeof actual === 'number' && actual >= right.from && actual <= right.to;
  if (right instanceof RegExp) return typeof actual === 'string' && right.test(actual);
  if (typeof right !== 'number' || typeof actual !== 'number') return isSame(actual, right);
  return Math.abs(actual - right) <= (within ?? toleranceOf(right));
}

function toleranceOf(right: number): number {
  if (Number.isInteger(right)) return 1e-9;
  const digits = String(right).replace(/^-?0?\.?0*|\.|e.*$/g, '').length;
  return digits > 6 ? 1e-6 * Math.abs(right) : 1e-3;
}

function isSame(actual: unknown, expected: unknown): boolean {
  if (typeof actual === 'number' && typeof expected === 'number') {
    return Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
  }
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return actual.length === expected.length && actual.every((one, i) => isSame(one, expected[i]));
  }
  return actual === expected;
}

function show(value: unknown): string {
  if (value instanceof OneOf) return value.values.map(show).join(' or ');
  if (value instanceof Between) return `${value.from} to ${value.to}`;
  if (value instanceof RegExp) return `text like ${value}`;
  return value === undefined ? 'absent' : JSON.stringify(value);
}
