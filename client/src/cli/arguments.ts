/** How arguments of several commands are read. */
import { InvalidArgumentError } from 'commander';

/** Names separated by commas, added to those of an earlier option. */
export function collectNames(text: string, previous: string[] = []): string[] {
  return [...previous, ...text.split(',').filter(Boolean)];
}

/** @throws InvalidArgumentError */
export function parseSeconds(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a number of seconds');
  return Number(text);
}

/** @throws InvalidArgumentError */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a count');
  return Number(text);
}

/** @throws InvalidArgumentError */
export function parseRate(text: string): number {
  const rate = Number(text);
  if (text.trim() === '' || !Number.isFinite(rate))
    throw new InvalidArgumentError('expected a number, 0.02 for 2 %');
  return rate;
}
