/**
 * The state of the service for monitors and load balancers. A part that does not answer within a second counts as away.
 */
import { MINUTE_MS } from '@perf-aggregator/shared/time';
import type { VenueHealth } from '@perf-aggregator/shared/wire/ping';
import type { Counters, RequestCounts } from './counters.ts';
import type { Enclaves } from './enclaves/enclaves.ts';
import type { Store } from './storage/port.ts';

/** The answer of `/ready`. */
export interface Readiness {
  /** Whether each part answers. For enclaves, whether any of them does. */
  readonly parts: { readonly store: boolean; readonly enclave: boolean };
  readonly enclaves: { readonly configured: number; readonly serving: number };
  /** Whether this parent is about to end. */
  readonly isDraining: boolean;
}

/** The answer of `/health` about the parts. */
export interface Health {
  readonly database: 'ok' | 'unavailable';
  /** `silent`: connected, but without an answer. */
  readonly enclave: 'ok' | 'silent' | 'absent';
  /** Every venue that an enclave has asked, with the code of its fault. Null: no fault. */
  readonly venues: readonly VenueHealth[];
  readonly requests: RequestCounts;
}

const PART_MS = 1_000;
/** An older fault shows nothing about the present. */
const FAULT_MS = 15 * MINUTE_MS;

/** The parts that are checked. */
export interface HealthSubjects {
  readonly store: Store;
  readonly enclaves: Enclaves;
  readonly isDraining: () => boolean;
  readonly now: () => number;
  readonly counters: Counters;
}

/** Checks whether every part answers. */
export async function readinessOf({ store, enclaves, isDraining }: HealthSubjects): Promise<Readiness> {
  const [isStored, isAnswering] = await Promise.all([answers(store.count()), answers(enclaves.answer())]);
  return {
    parts: { store: isStored, enclave: isAnswering && enclaves.state === 'ok' },
    enclaves: enclaves.count,
    isDraining: isDraining(),
  };
}

/** Checks every part. */
export async function healthOf({ store, enclaves, now, counters }: HealthSubjects): Promise<Health> {
  return {
    database: (await answers(store.count())) ? 'ok' : 'unavailable',
    enclave: enclaves.state,
    venues: latest(enclaves.venues, now() - FAULT_MS),
    requests: counters.requests,
  };
}

/** For each venue, the answer of the enclave that asked it last. Old faults are left out. */
function latest(all: readonly VenueHealth[], since: number): VenueHealth[] {
  const byVenue = new Map<string, VenueHealth>();
  for (const health of all) {
    if (health.fault !== null && health.at < since) continue;
    if (health.at >= (byVenue.get(health.venue)?.at ?? 0)) byVenue.set(health.venue, health);
  }
  return [...byVenue.values()];
}

async function answers(attempt: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PART_MS);
  });
  const settled = attempt.then(
    (value) => value !== false,
    () => false,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}
