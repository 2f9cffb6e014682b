/** Runs classes of attacks, counts their outcomes, and writes the table for docs/testing.md. */
import { PUBLIC_CODES } from '@perf-aggregator/shared/wire/failure';
import { listItem } from '../../../../scripts/list-item.mjs';
import { ATTESTATION } from './codes.ts';
import type { LeakSearch } from './leaks.ts';
import { type AttackClass, type Case, type Outcome, Wrong } from './outcome.ts';
import { SEED } from './seeded.ts';

const KINDS = ['refused', 'identical', 'unavailable', 'stale:undetectable'] as const;
type Row = Record<(typeof KINDS)[number], number> & { readonly refusedWith: readonly string[] };

/** Counts of every class that has run. */
export class Tally {
  readonly #rows = new Map<string, Row>();
  readonly #leaks: LeakSearch;

  constructor(leaks: LeakSearch) {
    this.#leaks = leaks;
  }

  /** The number of cases that have run. */
  get total(): number {
    return [...this.#rows.values()].reduce(
      (sum, row) => sum + KINDS.reduce((all, kind) => all + row[kind], 0),
      0,
    );
  }

  /** Runs every case of a class. @returns the forbidden outcomes, each with seed and name */
  async run(attacks: AttackClass): Promise<string[]> {
    const { name, refusedWith, undetectable = [] } = attacks;
    const row: Row = { refused: 0, identical: 0, unavailable: 0, 'stale:undetectable': 0, refusedWith };
    this.#rows.set(name, row);
    const faults: string[] = [];
    for (const one of await attacks.cases()) {
      try {
        const outcome = await one.run();
        checkAllowed(one, outcome, refusedWith, undetectable);
        row[outcome.kind] += 1;
      } catch (error) {
        if (!(error instanceof Wrong)) throw error;
        const cause = error.cause instanceof Error ? ` (${error.cause.name}: ${error.cause.message})` : '';
        faults.push(`${SEED} / ${name} / ${one.name}: ${error.message}${cause}`);
      }
      for (const leak of this.#leaks.takeFound())
        faults.push(`${SEED} / ${name} / ${one.name}: leaked ${leak}`);
    }
    return faults;
  }

  /** The table as Markdown. Below it are the sets of codes that the last column refers to by number. */
  table(): string {
    const sets = new Map<string, number>();
    const rows = [...this.#rows].map(([name, row]) => {
      const counts = KINDS.map((kind) => row[kind] || '');
      return `| ${name} | ${counts.join(' | ')} | ${setOf(row.refusedWith, sets)} |`;
    });
    const sums = KINDS.map((kind) => [...this.#rows.values()].reduce((sum, row) => sum + row[kind], 0));
    return [
      `| class | ${KINDS.join(' | ')} | codes |`,
      `|---|${'--:|'.repeat(KINDS.length + 1)}`,
      ...rows,
      `| **all ${this.total}** | ${sums.join(' | ')} | |`,
      '',
      ...[...sets].flatMap(([codes, number]) => listItem(`${number}. `, codes)),
    ].join('\n');
  }
}

/** The number of a set of codes among the sets seen so far; empty without codes. */
function setOf(refusedWith: readonly string[], sets: Map<string, number>): string {
  const codes = codesOf(refusedWith);
  if (codes === '') return '';
  const number = sets.get(codes) ?? sets.size + 1;
  sets.set(codes, number);
  return String(number);
}

function checkAllowed(
  one: Case,
  outcome: Outcome,
  refusedWith: readonly string[],
  undetectable: readonly string[],
): void {
  if (outcome.kind === 'refused' && !refusedWith.includes(outcome.code)) {
    throw new Wrong(`refused with ${outcome.code}, which is not expected here`);
  }
  const isNamed = undetectable.includes(one.name);
  if ((outcome.kind === 'stale:undetectable') !== isNamed) {
    throw new Wrong(
      isNamed ? `noticed, although named undetectable: ${outcome.kind}` : 'stale and not noticed',
    );
  }
}

/** The codes as the table shows them. Long closed lists are shown by name. */
function codesOf(codes: readonly string[]): string {
  const lists = { 'any public code': PUBLIC_CODES, 'any code of the attestation verifier': ATTESTATION };
  const named = Object.entries(lists).filter(([, list]) => list.every((code) => codes.includes(code)));
  const rest = codes.filter((code) => !named.some(([, list]) => (list as readonly string[]).includes(code)));
  return [...[...new Set(rest)].map((code) => `\`${code}\``), ...named.map(([name]) => name)].join(', ');
}
