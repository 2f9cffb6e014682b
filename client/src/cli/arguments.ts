/** Reads arguments that several commands share. */
import { MAX_SESSION_TTL_S } from '@perf-aggregator/shared/limits';
import { isSessionTtl } from '@perf-aggregator/shared/messages/submission';
import { InvalidArgumentError } from 'commander';
import { readNumber } from '../analyze/values.ts';
import { serviceOf } from './urls.ts';

/** Names separated by commas. They are added to the names of an earlier option. */
export function collectNames(text: string, previous: string[] = []): string[] {
  return [...previous, ...text.split(',').filter(Boolean)];
}

/** The address of a service. An address with a password or a query is refused. @throws InvalidArgumentError */
export function parseUrl(text: string): string {
  if (serviceOf(text) !== null) return text;
  throw new InvalidArgumentError('expected https://HOST or http://HOST');
}

/** The lifetime of a session, in seconds. @throws InvalidArgumentError */
export function parseTtl(text: string): number {
  const seconds = parseSeconds(text);
  if (isSessionTtl(seconds)) return seconds;
  throw new InvalidArgumentError(`expected 60 to ${MAX_SESSION_TTL_S} seconds`);
}

function parseSeconds(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a number of seconds');
  return Number(text);
}

/** @throws InvalidArgumentError */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a count');
  return Number(text);
}

/** A rate per year, as a decimal above -1. @throws InvalidArgumentError */
export function parseRate(text: string): number {
  const rate = readNumber(text);
  if (rate === null || rate <= -1)
    throw new InvalidArgumentError('expected a decimal above -1, such as 0.02');
  return rate;
}
