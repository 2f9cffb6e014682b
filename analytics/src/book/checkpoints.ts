/** Places to go back to: many among the latest entries, ever fewer the older they are. */
import type { Fold } from './fold.ts';

/** So many entries from the end a fold leaves its first checkpoint on the way; each further one is four times as far. */
const NEAREST = 64;
const FACTOR = 4;

export class Checkpoints {
  /** Ascending; the last is where everything stands. */
  #folds: Fold[] = [];

  get last(): Fold | undefined {
    return this.#folds.at(-1);
  }

  get count(): number {
    return this.#folds.length;
  }

  /** The last one all of whose entries are before `time`; undefined: none is. */
  before(time: number): Fold | undefined {
    return this.#folds.findLast((fold) => fold.time < time);
  }

  /** Forgets those that hold anything of `time` or later. */
  rewind(time: number): void {
    this.#folds = this.#folds.filter((fold) => fold.time < time);
  }

  /** Takes a fold that will not go on. */
  add(fold: Fold): void {
    this.#folds.push(fold);
  }

  /** Drops those whose neighbours are close enough, seen from the end: about two for each fourfold age are left. */
  thin(): void {
    const kept = this.#folds.slice(-2).reverse();
    const end = this.last?.count ?? 0;
    for (let i = this.#folds.length - 3; i >= 0; i--) {
      const [older, middle, newer] = [this.#folds[i]!, kept.at(-1)!, kept.at(-2)!];
      const reach = Math.max(NEAREST, (FACTOR - 1) * (end - newer.count));
      if (newer.count - older.count <= reach && middle !== this.last) kept.pop();
      kept.push(older);
    }
    this.#folds = kept.reverse();
  }
}

/** Whether a fold should leave a checkpoint when so many entries are to come. */
export function isCheckpoint(left: number): boolean {
  for (let age = NEAREST; age <= left; age *= FACTOR) if (age === left) return true;
  return false;
}
