import { systemRandom } from '@perf-aggregator/shared/random';
import type { EnclaveRequest, StateWrite } from '@perf-aggregator/shared/wire/envelope';
import { describe, expect, it } from 'vitest';
import type { EnclaveContext } from '../../src/context/context.ts';
import { Refusal } from '../../src/errors.ts';
import { sync } from '../../src/operations/sync.ts';
import type { AccountState } from '../../src/sessions/formats/state.ts';
import { Vault } from '../../src/sessions/vault.ts';
import type { Pull } from '../../src/venues/port.ts';
import { FOR_EVER } from '../serving/call.ts';
import { fillOf, NOON, stateOf } from '../sessions/states.ts';

const BASE = new Uint8Array(32).fill(9);

/** An enclave whose exchange answers when the test says so. `pulls` holds the waiting calls in order. */
function enclave() {
  const pulls: ((pull: Pull) => void)[] = [];
  const clock = { now: () => NOON };
  const vault = new Vault({ clock, random: systemRandom, sealingBase: BASE, capacity: 8 });
  const context = {
    config: { syncIntervalMs: 300_000 },
    exchanges: { pull: () => new Promise<Pull>((resolve) => pulls.push(resolve)) },
    log: () => undefined,
    clock,
    vault,
  } as unknown as EnclaveContext;
  return { context, vault, pulls };
}

function requestOf(version: number, writes: readonly StateWrite[] = []): EnclaveRequest {
  const { id } = stateOf();
  const stored = writes.at(-1);
  const chunks = writes.flatMap((write) => write.chunks);
  const state = stored ? { version: stored.version, blob: stored.blob, chunks } : null;
  return { operation: 'sync', session: id, version, body: new Uint8Array(), state };
}

function pullOf(entry: string): Pull {
  const [account] = stateOf().accounts;
  const { cursor, snapshot, coverage } = account!;
  return {
    entries: [fillOf(entry)],
    marks: [],
    cursor: cursor!,
    done: true,
    snapshot,
    coverage: coverage!,
    progress: 1,
    gaps: [],
    quarantined: [],
  };
}

async function writeOf(reply: ReturnType<typeof sync>): Promise<StateWrite> {
  const answer = await reply;
  if (answer.outcome !== 'ok' || !answer.write) throw new Error('no write');
  return answer.write;
}

describe('when a parent dies during a synchronisation, and the next parent starts another', () => {
  it('the first to end is written, and the other is refused and leaves nothing behind', async () => {
    const { context, vault, pulls } = enclave();
    const { write: opened } = vault.write(null, stateOf(), { entries: [], marks: [] }, null);
    const ofTheDead = sync(context, requestOf(1), FOR_EVER);
    const ofTheLiving = sync(context, requestOf(1), FOR_EVER);
    pulls[1]!(pullOf('stored'));
    const stored = await writeOf(ofTheLiving);
    pulls[0]!(pullOf('lost'));
    await expect(ofTheDead).rejects.toSatisfy(
      (error) => error instanceof Refusal && error.code === 'state_conflict',
    );
    const next = sync(context, requestOf(2), FOR_EVER);
    pulls[2]!(pullOf('next'));
    const writes = [opened, stored, await writeOf(next)];

    const restarted = enclave();
    const session = restarted.vault.find(requestOf(3, writes));
    expect([...session.ledger.entries].map(({ id }) => id)).toEqual(['stored', 'next']);
  });

  it('the entries of the dead parent are read again when its synchronisation ended first', async () => {
    const { context, vault, pulls } = enclave();
    const { write: opened } = vault.write(null, stateOf(), { entries: [], marks: [] }, null);
    const ofTheDead = sync(context, requestOf(1), FOR_EVER);
    pulls[0]!(pullOf('lost'));
    await ofTheDead;
    const ofTheLiving = sync(context, requestOf(1, [opened]), FOR_EVER);
    pulls[1]!(pullOf('stored'));
    const writes = [opened, await writeOf(ofTheLiving)];
    const session = enclave().vault.find(requestOf(2, writes));
    expect([...session.ledger.entries].map(({ id }) => id)).toEqual(['stored']);
  });
});

describe('when the next synchronisation is due', () => {
  const INTERVAL_MS = 300_000;
  async function dueAfter(account: Partial<AccountState>, pull: Partial<Pull>): Promise<number> {
    const { context, vault, pulls } = enclave();
    const state = stateOf();
    const accounts = [{ ...state.accounts[0]!, ...account }];
    const { write } = vault.write(null, { ...state, accounts }, { entries: [], marks: [] }, null);
    const reply = sync(context, requestOf(1, [write]), FOR_EVER);
    pulls[0]!({ ...pullOf('new'), ...pull });
    return (await writeOf(reply)).syncAt! - NOON;
  }

  it('an account that is still being read continues at once', async () => {
    const cursor = { at: 'another place' } as unknown as Pull['cursor'];
    expect(await dueAfter({}, { done: false, progress: 0.4, cursor })).toBe(0);
    // The balances were read, but not every market yet.
    expect(await dueAfter({}, { done: true, progress: 0.8, cursor })).toBe(0);
  });

  it('an account that is still being read, and of which nothing could be read now, continues after a pause', async () => {
    const nothing = { entries: [], marks: [], done: false, snapshot: null, progress: 0.8 };
    expect(await dueAfter({}, nothing)).toBe(10_000);
  });

  it('an account that moves is read after each interval', async () => {
    expect(await dueAfter({ quietReadings: 500 }, {})).toBe(INTERVAL_MS);
  });

  it('an account that does not move waits one interval more for each twelve readings, up to six', async () => {
    const quiet = (before: number) => dueAfter({ quietReadings: before }, { entries: [] });
    expect([
      await quiet(0),
      await quiet(10),
      await quiet(11),
      await quiet(58),
      await quiet(59),
      await quiet(900),
    ]).toEqual([1, 1, 2, 5, 6, 6].map((intervals) => intervals * INTERVAL_MS));
  });

  it('a pull that did not end counts as no reading', async () => {
    expect(await dueAfter({ quietReadings: 11 }, { entries: [], done: false, snapshot: null })).toBe(
      INTERVAL_MS,
    );
  });
});
