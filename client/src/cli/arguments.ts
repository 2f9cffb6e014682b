/** How arguments of several commands are read. */
import { InvalidArgumentError } from 'commander';
import { readNumber } from '../analyze/values.ts';

/** Names separated by commas, added to those of an earlier option. */
export function collectNames(text: string, previous: string[] = []): string[] {
  return [...previous, ...text.split(',').filter(Boolean)];
}

/** An address of a service. @throws InvalidArgumentError */
export function parseUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('expected https://HOST or http://HOST');
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

/** A rate a year, as a decimal above -1. @throws InvalidArgumentError */
export function parseRate(text: string): number {
  const rate = readNumber(text);
  if (rate === null || rate <= -1)
    throw new InvalidArgumentError('expected a decimal above -1, such as 0.02');
  return rate;
}
