/** Attacks in the store: state altered, cut, reordered, exchanged, with a false version, rolled back, or forked. */
import type { ExportedSession } from '@perf-aggregator/client';
import type { StoredState } from '@perf-aggregator/shared/wire/envelope';
import type { HttpAnswer, Link } from './hop.ts';
import { mutantsOf } from './mutation.ts';
import { type AttackClass, type Case, judge, type Outcome, STALE, Wrong } from './outcome.ts';
import { putBack, READ_NAMES, READS, type Read, type Recorded } from './recorded.ts';
import type { Rig } from './rig.ts';
import { type Road, roadsOf } from './roads.ts';

const REJECTED = ['state_rejected', 'state_version_unsupported', 'session_lost'];
const DAY_MS = 86_400_000;
const NOTHING = new Uint8Array();

/** The attack classes of this part. */
export function storeAttacks(rig: Rig, recorded: Recorded): AttackClass[] {
  const { one } = recorded;
  const roads = roadsOf(rig, recorded);
  const walkOver = (state: StoredState, road: Road) => async (): Promise<Outcome> => {
    await rig.forget(rig.enclave, one.id);
    rig.store.replace(one.id, state);
    try {
      return await road({});
    } finally {
      await putBack(rig, recorded);
    }
  };
  const bits = (part: string, bytes: Uint8Array, put: (bytes: Uint8Array) => StoredState): AttackClass => ({
    name: `stored ${part} altered`,
    refusedWith: REJECTED,
    cases: () =>
      mutantsOf(`stored ${part}`, bytes, { flips: 32 }).map(({ name, bytes: altered }) => ({
        name,
        run: walkOver(put(altered), roads.metrics),
      })),
  });
  return [
    bits('session blob', one.current.blob, (blob) => ({ ...one.current, blob })),
    ...one.current.chunks.map((chunk, index) =>
      bits(`chunk ${index}`, chunk, (altered) => ({
        ...one.current,
        chunks: one.current.chunks.with(index, altered),
      })),
    ),
    ...(['metrics', 'summary', 'returns', 'trades', 'report', 'renew', 'sync'] as const).map((road) => ({
      name: `${road}: stored state rearranged`,
      refusedWith: [...REJECTED, 'rollback_detected'],
      cases: () =>
        Object.entries(rearranged(recorded)).map(([name, state]) => ({
          name,
          run: walkOver(state, roads[road]),
        })),
    })),
  ];
}

/** States that an attacker can combine from what was stored at different times. */
function rearranged({ one, other }: Recorded): Readonly<Record<string, StoredState>> {
  const { current } = one;
  const { blob, chunks, version } = current;
  const [registered, synced, renewed] = one.steps.map(({ state }) => state) as [
    StoredState,
    StoredState,
    StoredState,
  ];
  return {
    'no chunks': { ...current, chunks: [] },
    'first chunk removed': { ...current, chunks: chunks.slice(1) },
    'last chunk removed': { ...current, chunks: chunks.slice(0, -1) },
    'first chunk twice': { ...current, chunks: [chunks[0]!, ...chunks] },
    'last chunk twice': { ...current, chunks: [...chunks, chunks.at(-1)!] },
    'chunks reversed': { ...current, chunks: chunks.toReversed() },
    'first chunk in place of the last': { ...current, chunks: chunks.with(-1, chunks[0]!) },
    'first chunk of another session': { ...current, chunks: chunks.with(0, other.current.chunks[0]!) },
    'last chunk of another session': { ...current, chunks: chunks.with(-1, other.current.chunks.at(-1)!) },
    'all chunks of another session': { ...current, chunks: other.current.chunks },
    'an empty chunk more': { ...current, chunks: [...chunks, NOTHING] },
    'session blob as a chunk': { ...current, chunks: chunks.with(0, blob) },
    'chunk as the session blob': { ...current, blob: chunks[0]! },
    'session blob of another session': { ...current, blob: other.current.blob },
    'everything of another session': other.current,
    'no session blob': { ...current, blob: NOTHING },
    'older session blob under the new version': { ...current, blob: renewed.blob },
    'older session blob with its version, new chunks': {
      ...current,
      blob: renewed.blob,
      version: renewed.version,
    },
    'new session blob, older chunks': { ...current, chunks: renewed.chunks },
    'new session blob under the next version': { ...current, version: version + 1 },
    'new session blob under an older version': { ...current, version: version - 1 },
    'new session blob under version 0': { ...current, version: 0 },
    'new session blob under a huge version': { ...current, version: 2 ** 40 },
    'as it was registered': registered,
    'as it was read first': synced,
    'as it was renewed': renewed,
  };
}

/** Rollback of a whole state. Only a client that remembers a newer state detects it. */
export function rollbackAttacks(rig: Rig, recorded: Recorded): AttackClass[] {
  const { one } = recorded;
  const twin: Link = (message) => rig.ask(rig.twin, message);
  const honest: Link = (message) => rig.ask(rig.enclave, message);
  const old = one.steps.slice(0, -1);
  const ledgered = old.filter(({ state }) => state.chunks.length > 0);
  const serve = async <T>(state: StoredState, link: Link, work: () => Promise<T>): Promise<T> => {
    for (const enclave of [rig.enclave, rig.twin]) await rig.forget(enclave, one.id);
    rig.store.replace(one.id, state);
    try {
      return await rig.withLink(link, work);
    } finally {
      await rig.forget(rig.twin, one.id);
      await putBack(rig, recorded);
    }
  };
  const read = (operation: Read, memory: ExportedSession, hop = rig.hop): Promise<unknown> =>
    READS[operation](rig, rig.resume(memory, hop));
  const answersOf = async (operation: Read, step: (typeof old)[number]) => {
    const answers: HttpAnswer[] = [];
    const truth = await serve(step.state, honest, () =>
      read(operation, step.client, async (request) => {
        const answer = await rig.hop(request);
        answers.push(answer);
        return answer;
      }),
    );
    return { answer: answers.at(-1)!, truth };
  };
  const replayed = ledgered.flatMap((step) => READ_NAMES.map((operation) => ({ step, operation })));

  return [
    {
      name: 'state turned back, client remembers',
      refusedWith: ['rollback_detected'],
      cases: () =>
        old.flatMap(({ state }) =>
          READ_NAMES.flatMap((operation) =>
            Object.entries({ 'the same enclave': honest, 'a second enclave': twin }).map(([where, link]) => ({
              name: `${operation} at version ${state.version} from ${where}`,
              run: () =>
                serve(state, link, () => judge(() => read(operation, one.newest), recorded.truth[operation])),
            })),
          ),
        ),
    },
    {
      name: 'answer of an older state replayed, client remembers',
      refusedWith: ['rollback_detected'],
      cases: () =>
        replayed.map(({ step, operation }) => ({
          name: `${operation} of version ${step.state.version}`,
          run: async () => {
            const { answer } = await answersOf(operation, step);
            return judge(
              () => read(operation, one.newest, () => Promise.resolve(answer)),
              recorded.truth[operation],
            );
          },
        })),
    },
    {
      name: 'state turned back, client has no memory of newer',
      refusedWith: [],
      undetectable: replayed.map(({ step, operation }) => forgetful(operation, step.state)),
      cases: () =>
        replayed.map(({ step, operation }) => ({
          name: forgetful(operation, step.state),
          run: async () => {
            const { answer, truth } = await answersOf(operation, step);
            return believesOld(() => read(operation, step.client, () => Promise.resolve(answer)), truth);
          },
        })),
    },
    forkAttacks(rig, recorded, serve),
  ];
}

const forgetful = (operation: Read, { version }: StoredState) => `${operation} of version ${version}`;

/** The client accepts the old state, exactly as it was. @throws Wrong for any other result */
async function believesOld(work: () => Promise<unknown>, truth: unknown): Promise<Outcome> {
  const outcome = await judge(work, truth);
  return outcome.kind === 'identical' ? STALE : outcome;
}

interface Fork {
  readonly from: StoredState;
  /** The actions of the second enclave. */
  readonly steps: readonly (() => Promise<unknown>)[];
  /** The memory of the client. Default: it has seen the stored state. */
  readonly memory?: ExportedSession;
}

const UNSEEN_FORKS = ['overtakes what the client saw', 'at the same version, which did not grow'];

/** A second enclave with the same keys continues from an older state on its own. */
function forkAttacks(
  rig: Rig,
  { one }: Recorded,
  serve: <T>(state: StoredState, link: Link, work: () => Promise<T>) => Promise<T>,
): AttackClass {
  const twin: Link = (message) => rig.ask(rig.twin, message);
  const renewed = one.steps.at(-2)!.state;
  const sync = () => rig.relay.ask('sync', one.id, NOTHING);
  const failingSync = () => rig.egress.during((socket) => socket.destroy(), sync);
  const ahead = { ...one.newest, sequence: one.current.version + 1 };
  const forks: Readonly<Record<string, Fork>> = {
    // First, while the open batch is young: a day later any step would close it.
    'at the same version, which did not grow': { from: one.current, steps: [failingSync], memory: ahead },
    'at an older version': { from: one.steps[1]!.state, steps: [sync] },
    'at the same version, grown by other entries': {
      from: renewed,
      steps: [() => Promise.resolve(rig.clock.advance(DAY_MS)), sync],
    },
    'at the same version, shorter': { from: one.steps[1]!.state, steps: [failingSync, failingSync] },
    'overtakes what the client saw': {
      from: one.steps[1]!.state,
      steps: [failingSync, failingSync, failingSync],
    },
  };
  return {
    name: 'forked onto a second enclave, client remembers',
    refusedWith: ['rollback_detected'],
    undetectable: UNSEEN_FORKS,
    cases: () =>
      Object.entries(forks).map(
        ([name, { from, steps, memory = one.newest }]): Case => ({
          name,
          run: () =>
            serve(from, twin, async () => {
              for (const step of steps) await step();
              const outcome = await judge(async () => {
                await rig.resume(memory).getMetrics();
                return 'believed';
              }, 'believed');
              if (outcome.kind !== 'identical') return outcome;
              if (rig.store.sessions.get(one.id)!.version < one.current.version)
                throw new Wrong('believed an older version');
              return STALE;
            }),
        }),
      ),
  };
}
