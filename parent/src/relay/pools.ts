/**
 * The pools of a relay, one for each kind of work. An answer from an open session costs a fraction of a millisecond, a
 * session that has to be opened up to seconds and 64 MiB, a submission waits for exchanges: none may take the others'
 * places.
 */
import { type Operation, type OperationPool, operationRow } from '@perf-aggregator/shared/wire/operations';
import { Pool, type PoolLimits } from './pool.ts';

/** Kinds of work. `cold`: reading a session that the enclave has to open from its stored state first. */
export type PoolName = OperationPool | 'cold';

/** Limits of a parent with one enclave. Together less than a connection takes (256). */
export const POOL_LIMITS: Readonly<Record<PoolName, PoolLimits>> = {
  control: { places: 16, waiting: 64, patienceMs: 5_000 },
  quote: { places: 16, waiting: 256, patienceMs: 5_000 },
  submit: { places: 8, waiting: 64, patienceMs: 10_000 },
  read: { places: 16, waiting: 256, patienceMs: 5_000 },
  cold: { places: 4, waiting: 64, patienceMs: 10_000 },
  report: { places: 4, waiting: 64, patienceMs: 10_000 },
  sync: { places: 8, waiting: 64, patienceMs: 60_000 },
};

/** Pools by name. */
export type Pools = Readonly<Record<PoolName, Pool>>;

/** Empty pools, with as many places as so many enclaves have. */
export function createPools(enclaves: number, limits = POOL_LIMITS): Pools {
  const pools = Object.entries(limits).map(([name, { places, ...rest }]) => [
    name,
    new Pool({ ...rest, places: places * enclaves }),
  ]);
  return Object.fromEntries(pools) as Pools;
}

/** The pool that an operation begins in; null: it is not made to wait. */
export function poolOf(pools: Pools, operation: Operation): Pool | null {
  const { pool } = operationRow(operation);
  return pool === null ? null : pools[pool];
}
