/** The scope at the start of every answer about an account. */
import type { Environment } from '../environment.ts';
import type { QUERY_METHODS } from '../request.ts';

/** The part of a session that an answer is about. */
export interface Scope {
  readonly environment: Environment;
  /** The one account whose entries count. Null: all. */
  readonly account: string | null;
  readonly reportingCurrency: string;
  /** Which lots a disposal used first. */
  readonly method: (typeof QUERY_METHODS)[number];
  /** Time of the last synchronisation, ms. */
  readonly asOf: number;
}
