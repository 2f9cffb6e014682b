/**
 * Field cases: today's answers of the product, and the right answers. A table of {@link Answers} lists both. As soon as
 * a wrong answer becomes right, its test fails until the table is changed (docs/testing.md).
 */
import { expect, it } from 'vitest';

/** A wrong answer of today, and the right answer. */
export interface Wrong {
  /** The exact answer of today. Numbers may differ by 1e-9; undefined means that the answer has no such field. */
  readonly today: unknown;
  /** A value, a pattern for the text, a range made by {@link between}, or several values made by {@link oneOf}. */
  readonly right: unknown;
  /** The permitted distance of a number from the right one. The default is in {@link isRight}. */
  readonly within?: number;
  /** The reason why one value is wrong or the other right. */
  readonly why?: string;
}

/** The answers of one case by the path of their field (`drawdowns.1.durationDays`). */
export interface Answers {
  readonly wrong?: Readonly<Record<string, Wrong>>;
  /** The exact answers that are right. */
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

/** A right answer that is a range: any number from `from` to `to`. */
export function between(from: number, to: number): Between {
  return new Between(from, to);
}

/** A right answer with several possible values. */
export function oneOf(...values: readonly unknown[]): OneOf {
  return new OneOf(values);
}

/** The names of the numbers in an `*.expected.json` that a case lists nowhere as right. */
export function missingRights(expected: object, { wrong = {}, right = {} }: Answers): readonly string[] {
  const all = [...Object.values(right), ...Object.values(wrong).map((row) => row.right)];
  const rights = all.flatMap((one) => (one instanceof OneOf ? one.values : [one])).map(numberIn);
  return Object.entries(expected).flatMap(([key, value]) => {
    const number = numberIn(value);
    const told = rights.some((one) => Math.abs(one - number) <= 1e-3 * Math.max(1, Math.abs(number)));
    return key === 'product' || Number.isNaN(number) || told ? [] : [key];
  });
}

/** The number of a JSON number or numeric string; NaN for any other value. */
function numberIn(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
}

/** Declares one test for each answer. `ask` returns the object with the answers, or its promise. It is called once. */
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

/** The reason why a row about a wrong answer is outdated; null when it is correct. */
export function complaintOf(row: Wrong, actual: unknown): string | null {
  if (isRight(actual, row)) return `${show(actual)}: this is right now: move it to the right ones`;
  if (isSame(actual, row.today)) return null;
  return `${show(actual)}: neither the answer of today (${show(row.today)}) nor the right one (${show(row.right)})`;
}

/** The member of `answer` at `path`; undefined when there is none. */
export function valueAt(answer: unknown, path: string): unknown {
  let value = answer;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/** Whole numbers must be equal. Numbers of more than six digits may differ by 1e-6 of their value, others by 1e-3. */
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
