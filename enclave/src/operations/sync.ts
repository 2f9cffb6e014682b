/**
 * `sync`: reads what is new on the session's accounts, one bounded step at a time. The parent requests it and stores
 * the result. A restart in between loses one step. Failures of a venue belong to the session's state, where its owner
 * can read them. The parent only learns when to request the next step.
 */
import { CodedError } from '@perf-aggregator/shared/errors';
import type { EnclaveContext } from '../context/context.ts';
import type { Observations } from '../sessions/formats/observations.ts';
import type { AccountState, SessionState } from '../sessions/formats/state.ts';
import type { Ledger } from '../sessions/ledger.ts';
import type { Pull } from '../venues/port.ts';
import { type Handler, ok } from './operation.ts';
import { observationsOf } from './pull-records.ts';

/** One step reads at most this many entries per account, and takes at most this long. */
const STEP_ENTRIES = 5_000;
const STEP_MS = 15_000;
/** A step that read nothing, such as one that the venue's limits left nothing for, is followed by a pause. */
const IDLE_MS = 10_000;
const RETRY_MS = 15_000;
const MAX_RETRY_MS = 900_000;
/** An account that does not move is read after up to this many intervals, one more for each twelve readings. */
const MAX_INTERVALS = 6;
const READINGS_AN_INTERVAL = 12;

export const sync: Handler = async (context, request, { signal }) => {
  const session = context.vault.find(request);
  const steps = await Promise.all(
    session.state.accounts.map((account) => pullAccount(context, account, session.ledger, signal)),
  );
  const observed = session.ledger.fresh(joined(steps.map(({ observations }) => observations)));
  const state: SessionState = {
    ...session.state,
    version: session.state.version + 1,
    accounts: steps.map(({ account }) => account),
  };
  const { write } = context.vault.write(session, state, observed, nextSync(context, steps));
  return ok(new Uint8Array(), write);
};

/** One step of one account. */
interface Step {
  readonly account: AccountState;
  readonly observations: Observations;
  /** Whether anything was read. */
  readonly moved: boolean;
}

async function pullAccount(
  context: EnclaveContext,
  account: AccountState,
  ledger: Ledger,
  signal: AbortSignal,
): Promise<Step> {
  const budget = { maxEntries: STEP_ENTRIES, until: context.clock.now() + STEP_MS, signal };
  // The next round of a finished account starts at the cursor of the last one.
  try {
    const pull = await context.exchanges.pull(account.access, account.cursor, budget, {
      standingOf: (entry) => ledger.standingOf(entry),
      entries: () => ledger.entriesOf(account.access.account),
    });
    return {
      account: {
        ...account,
        cursor: pull.cursor,
        snapshot: pull.snapshot ?? account.snapshot,
        // The coverage of the numbers. They come from the last finished reading.
        coverage: pull.done || !account.complete ? pull.coverage : account.coverage,
        progress: pull.progress,
        complete: account.complete || pull.done,
        failure: null,
        failures: 0,
        quietReadings: quietReadings(account, pull),
      },
      observations: observationsOf(pull, account, ledger),
      moved: JSON.stringify(pull.cursor) !== JSON.stringify(account.cursor),
    };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    context.log('sync_failed', { venue: account.access.venue, code: error.code });
    return {
      account: { ...account, failure: error.code, failures: account.failures + 1 },
      observations: { entries: [], marks: [] },
      moved: false,
    };
  }
}

/** The observations of all accounts. */
function joined(all: readonly Observations[]): Observations {
  return {
    entries: all.flatMap(({ entries }) => entries),
    marks: all.flatMap(({ marks }) => marks),
    snapshots: all.flatMap(({ snapshots = [] }) => snapshots),
    gaps: all.flatMap(({ gaps = [] }) => gaps),
    quarantined: all.flatMap(({ quarantined = [] }) => quarantined),
  };
}

/** Readings in a row that found nothing new. */
function quietReadings({ quietReadings: before }: AccountState, { entries, done }: Pull): number {
  if (entries.length > 0) return 0;
  return done ? Math.min(before + 1, MAX_INTERVALS * READINGS_AN_INTERVAL) : before;
}

/**
 * Failed accounts wait longer each time. Unread accounts continue at once, or after a pause if there was nothing to read. The
 * others wait for the interval, and for several intervals while nothing happens there.
 */
function nextSync(context: EnclaveContext, steps: readonly Step[]): number {
  const now = context.clock.now();
  const waits = steps.map(({ account, moved }) => {
    if (account.failure) return Math.min(RETRY_MS * 2 ** (account.failures - 1), MAX_RETRY_MS);
    if (account.progress < 1) return moved ? 0 : IDLE_MS;
    const intervals = 1 + Math.floor(account.quietReadings / READINGS_AN_INTERVAL);
    return context.config.syncIntervalMs * Math.min(intervals, MAX_INTERVALS);
  });
  return now + Math.min(...waits);
}
