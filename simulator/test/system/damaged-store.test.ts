/**
 * The file of the store is damaged while the parent is down. There are three allowed results: the parent refuses the
 * file with a code, the enclave or the SDK refuses the session with a code, or the answer is exactly the true one.
 */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ExportedSession, SecureClient } from '@perf-aggregator/client';
import { openLmdbStore } from '@perf-aggregator/parent/storage/lmdb';
import { systemClock } from '@perf-aggregator/shared/clock';
import { CodedError } from '@perf-aggregator/shared/errors';
import { systemRandom } from '@perf-aggregator/shared/random';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SIMULATED_PCRS_HEX } from '../../dist/nsm/measurements.js';
import { streamOf } from '../../dist/trader/splitmix.js';
import { WorldError, WorldFiles } from '../../dist/world/files.js';
import { openWorldState, type WorldState } from '../../dist/world/state.js';
import { onceThere } from './crowd.ts';
import { DRAWN, damage, type Originals } from './damage.ts';
import { Halves, type Watched } from './halves.ts';
import { lastingPort } from './port.ts';
import { Truth } from './truth.ts';

/** Another seed gives other damages. */
const SEED = process.env['DAMAGE_SEED'] ?? 'damage 1';
/** Codes of a service that is still starting. The client then asks again. */
const STARTING = /^(service_unreachable|enclave_unavailable|enclave_not_ready|deadline_exceeded|overloaded)$/;
/** Codes of a refused session, from the parent, the enclave or the SDK. */
const REFUSED =
  /^(session_unknown|session_expired|session_lost|state_rejected|state_version_unsupported|rollback_detected|genesis_mismatch|kms_unavailable|store_unavailable)$/;

/** A session as its owner remembers it. */
interface Remembered {
  readonly memory: ExportedSession;
  /** ms */
  readonly expiresAt: number;
}

let files: WorldFiles;
let state: WorldState;
let truth: Truth;
let halves: Halves;
let originals: Originals;
let sessions: Remembered[];
const tally: Record<string, number> = {};

beforeAll(async () => {
  files = new WorldFiles(mkdtempSync(join(tmpdir(), 'pa-damage-')));
  const clock = systemClock;
  state = await openWorldState(files, {
    clock,
    random: systemRandom,
    seed: SEED,
    historyDays: 30,
    apiKeys: 2,
  });
  truth = new Truth(state.venue);
  const port = await lastingPort(streamOf(SEED, 'port'));
  halves = new Halves(files, state, port);
  await halves.open();
  const clients = [state.venue, ...state.venue.furtherKeys!].map(
    ({ apiKey, apiSecret }) =>
      new SecureClient({
        enclaveUrl: `http://127.0.0.1:${port}`,
        expect: { roots: [state.nsm.rootCertDer], measurements: [SIMULATED_PCRS_HEX] },
        userId: 'damage',
        exchange: 'binance',
        apiKey,
        apiSecret,
        ttl: 3_600,
      }),
  );
  const each = (work: (client: SecureClient) => Promise<unknown>) =>
    halves.during(() => Promise.all(clients.map((client) => onceThere(() => work(client)))));
  await each(async (client) => {
    await client.register();
    await client.getMetrics();
  });
  const older = readFileSync(dataFile());
  await each((client) => client.renew(7_200));
  sessions = await halves.during(() => Promise.all(clients.map(remember)));
  originals = { sound: readFileSync(dataFile()), older, foreign: await foreignFile() };
});
afterAll(async () => {
  process.stdout.write(`DAMAGE_SEED="${SEED}": ${JSON.stringify(tally)}\n`);
  await halves.close();
  rmSync(files.folder, { recursive: true, force: true });
});

const dataFile = () => files.path('store/data.mdb');

async function remember(client: SecureClient): Promise<Remembered> {
  const { expiresAt } = await onceThere(() => client.getSummary(truth.period));
  return { memory: client.export(), expiresAt };
}

/** A sound store with another genesis and other sessions. */
async function foreignFile(): Promise<Buffer> {
  const folder = files.path('foreign');
  const store = openLmdbStore(folder);
  await store.putGenesis({ blob: systemRandom.bytes(200), evidence: systemRandom.bytes(4_000) });
  await store.close();
  return readFileSync(join(folder, 'data.mdb'));
}

/** Replaces the file of the store. The parent must not run. */
function putStore(bytes: Uint8Array): void {
  rmSync(files.path('store'), { recursive: true });
  mkdirSync(files.path('store'), { mode: 0o700 });
  writeFileSync(dataFile(), bytes);
}

/** The outcome of both sessions: `right`, a code, or the wrong values. */
async function outcomes(): Promise<string[]> {
  try {
    return await halves.during((watched) =>
      Promise.all(sessions.map((session) => outcomeOf(session, watched))),
    );
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    return [error.message.split(': ').slice(0, 2).join(' ')];
  }
}

async function outcomeOf({ memory, expiresAt }: Remembered, { givenUp }: Watched): Promise<string> {
  const client = SecureClient.resume(memory);
  for (let tries = 0; ; tries++) {
    try {
      const [metrics, summary] = [
        await client.getMetrics(truth.period),
        await client.getSummary(truth.period),
      ];
      const wrong = [...truth.differences(metrics), ...truth.differences(summary)];
      if (summary.expiresAt !== expiresAt) wrong.push('another end');
      return wrong.length === 0 ? 'right' : `wrong: ${wrong.join(', ')}`;
    } catch (error) {
      if (givenUp.length > 0) return givenUp[0]!.code;
      const code = error instanceof CodedError ? error.code : String(error);
      if (!STARTING.test(code) || tries > 600) return code;
      await pause(100);
    }
  }
}

function count(found: readonly string[]): void {
  for (const outcome of found) tally[outcome] = (tally[outcome] ?? 0) + 1;
}

describe(`when the store's file is damaged (DAMAGE_SEED="${SEED}")`, () => {
  it.each(DRAWN)('nothing is misread: %s', async (name) => {
    putStore(damage(name, SEED, originals));
    const found = await outcomes();
    count(found);
    for (const outcome of found) {
      const isTold = outcome === 'parent store_corrupt' || outcome === 'parent store_unopened';
      expect(outcome === 'right' || isTold || REFUSED.test(outcome), outcome).toBe(true);
    }
  });

  it.each([
    ['left as it is', ['right', 'right']],
    ['an older file', ['rollback_detected', 'rollback_detected']],
    ['a file of another deployment', ['session_unknown', 'session_unknown']],
    ['cut to nothing', ['session_unknown', 'session_unknown']],
    ['cut to half of its pages', ['parent store_corrupt']],
    ['cut within its last page', ['parent store_corrupt']],
    ['another kind of database', ['parent store_corrupt']],
    ['a text', ['parent store_corrupt']],
  ] as const)('%s: %j', async (name, expected) => {
    putStore(damage(name, SEED, originals));
    expect(await outcomes()).toEqual(expected);
  });

  it('exchanged records of two sessions: both are refused', async () => {
    putStore(originals.sound);
    const store = openLmdbStore(files.path('store'));
    const [a, b] = sessions.map(({ memory }) => memory.sessionId) as [string, string];
    const records = [await store.state(a), await store.state(b)];
    for (const [index, session] of [b, a].entries()) {
      const { expiresAt } = (await store.session(session))!;
      await store.erase(session);
      const { version, blob, chunks } = records[index]!;
      await store.write({
        session,
        baseVersion: 0,
        version,
        expiresAt,
        syncAt: null,
        blob,
        chunksKept: 0,
        chunks,
      });
    }
    await store.close();
    expect(await outcomes()).toEqual(['state_rejected', 'state_rejected']);
  });

  it('and the parent is restarted on it, the supervisor reports the reason and gives up', async () => {
    putStore(originals.sound);
    await halves.during(async ({ supervisor, deaths, givenUp }) => {
      // The rename replaces the file at once. The parent still has the old file open.
      writeFileSync(files.path('damaged'), originals.sound.subarray(0, originals.sound.length / 2));
      renameSync(files.path('damaged'), dataFile());
      process.kill(supervisor.pids()['parent']!, 'SIGKILL');
      await vi.waitUntil(() => givenUp.length > 0, { timeout: 60_000, interval: 20 });
      expect(givenUp[0]).toMatchObject({ code: 'world_crash_loop' });
      expect(givenUp[0]!.message).toContain('store_corrupt');
      expect(deaths[0]).toBeNull();
      expect(deaths[1]).toContain('store_corrupt');
    });
  });
});
