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
