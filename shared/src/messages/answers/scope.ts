/** What every answer about an account says first: what it is about. */
import type { Environment } from '../environment.ts';
import type { QUERY_METHODS } from '../request.ts';

/** What of a session an answer is about. */
export interface Scope {
  readonly environment: Environment;
  /** The one account whose entries count; null: all. */
  readonly account: string | null;
  readonly reportingCurrency: string;
  /** Which lots a disposal took first. */
  readonly method: (typeof QUERY_METHODS)[number];
  /** Of the last synchronisation, ms. */
  readonly asOf: number;
}
