/** Finished folds to go back to. There are many among the latest entries, and fewer and fewer among older ones. */
import type { Fold } from './fold.ts';

/** A fold leaves its first checkpoint this many entries before the end. Each further one is four times as far away. */
const NEAREST = 64;
const FACTOR = 4;

export class Checkpoints {
  /** Ascending. The last one is the state after the last entry. */
  #folds: Fold[] = [];

  get last(): Fold | undefined {
    return this.#folds.at(-1);
  }

  get count(): number {
    return this.#folds.length;
  }

  /** The last checkpoint whose entries are all before `time`. Undefined: there is none. */
  before(time: number): Fold | undefined {
    return this.#folds.findLast((fold) => fold.time < time);
  }

  /** Forgets the checkpoints that hold anything of `time` or later. */
  rewind(time: number): void {
    this.#folds = this.#folds.filter((fold) => fold.time < time);
  }

  /** Adds a finished fold, which nobody continues. */
  add(fold: Fold): void {
    this.#folds.push(fold);
  }

  /**
   * Drops a checkpoint when its neighbours are close enough together, measured from the end. About two remain for each
   * fourfold increase in age.
   */
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

/** Whether a fold should leave a checkpoint when `left` entries are still to come. */
export function isCheckpoint(left: number): boolean {
  for (let age = NEAREST; age <= left; age *= FACTOR) if (age === left) return true;
  return false;
}
