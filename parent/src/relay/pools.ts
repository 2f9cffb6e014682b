/**
 * The pools of a relay, one for each kind of work. An answer from an open session costs a fraction of a millisecond.
 * Opening a session costs up to seconds and 64 MiB. A submission waits for exchanges. None may use the others' places.
 */
import { type Operation, type OperationPool, operationRow } from '@perf-aggregator/shared/wire/operations';
import { Pool, type PoolLimits } from './pool.ts';

/** Kinds of work. `cold`: reading a session that the enclave must open from its stored state first. */
export type PoolName = OperationPool | 'cold';

/** Limits of a parent with one enclave. Together they are below the limit of a connection (256). */
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

/** Empty pools, with places for this many enclaves. */
export function createPools(enclaves: number, limits = POOL_LIMITS): Pools {
  const pools = Object.entries(limits).map(([name, { places, ...rest }]) => [
    name,
    new Pool({ ...rest, places: places * enclaves }),
  ]);
  return Object.fromEntries(pools) as Pools;
}

/** The pool of an operation's first attempt. Null: the operation does not wait. */
export function poolOf(pools: Pools, operation: Operation): Pool | null {
  const { pool } = operationRow(operation);
  return pool === null ? null : pools[pool];
}
