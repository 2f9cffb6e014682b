/**
 * Parent and enclave are killed at random points under load. Acknowledged requests must last: registered sessions
 * answer, renewals are valid, revocations are final. Nothing is read twice, and no client sees an older state.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientError, SecureClient, ServiceError } from '@perf-aggregator/client';
import { systemClock } from '@perf-aggregator/shared/clock';
import { systemRandom } from '@perf-aggregator/shared/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalWorld, startLocalWorld } from '../../dist/local-world.js';
import { streamOf } from '../../dist/trader/splitmix.js';
import { Crowd, type Held, KINDS, onceThere } from './crowd.ts';
import { killAtRandom, progress, type Victim } from './kills.ts';
import { lastingPort } from './port.ts';
import { Truth } from './truth.ts';

/** The default is small; `pnpm test:stress` uses more. */
const KILLS = Number(process.env['CRASH_KILLS'] ?? 30);
/** Acknowledgements of each kind of request that count as load. */
const MANY = 10;
const WORKERS = 4;
/** Another seed gives other points. */
const SEED = process.env['CRASH_SEED'] ?? 'crash 1';

let home: string;
let world: LocalWorld;
let truth: Truth;
let crowd: Crowd;
let killed: Record<Victim, number>;
const deaths: Record<string, number> = { parent: 0, enclave: 0 };
/** Messages of processes that could not start again. */
const failures: string[] = [];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'pa-crash-'));
  world = await startLocalWorld({
    home,
    host: '127.0.0.1',
    port: await lastingPort(streamOf(SEED, 'port')),
    clock: systemClock,
    random: systemRandom,
    seed: SEED,
    historyDays: 30,
    // A process that is killed during a reading of an account starts the reading again. The slowest limit of the
    // venue is for each key, so each session has its own. The limit for each address is raised for many readings.
    apiKeys: 2 * WORKERS,
    weightPerMinute: 1_000_000,
    maxDeaths: KILLS,
    onDeath: (name, failure) => {
      deaths[name] = (deaths[name] ?? 0) + 1;
      if (failure !== null) failures.push(`${name}: ${failure}`);
    },
    onGiveUp: (error) => failures.push(error.message),
  });
  truth = new Truth(world.state.venue);
  crowd = new Crowd(world, truth);
});
afterAll(async () => {
  await world.stop();
  rmSync(home, { recursive: true, force: true });
});

/** The answer of a session that was revoked or may have been revoked. */
function answerOf(session: Held): Promise<string> {
  const client = SecureClient.resume(session.exported);
  return onceThere(async () => {
    try {
      await client.getSummary({}, { timeoutMs: 0 });
      return 'answers';
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'session_unknown') return error.code;
      if (error instanceof ClientError && error.code === 'sync_timeout') return 'answers';
      throw error;
    }
  });
}

describe(`when parent and enclave are killed ${KILLS} times under load (CRASH_SEED="${SEED}")`, () => {
  beforeAll(async () => {
    const work = crowd.work(WORKERS, SEED);
    try {
      killed = await killAtRandom(world, crowd, streamOf(SEED, 'kills'), KILLS);
      for (const kind of KINDS) await progress(crowd, kind, Math.max(0, MANY - crowd.acknowledged(kind)));
    } finally {
      crowd.stop();
      await work;
      process.stdout.write(
        `CRASH_SEED="${SEED}": killed ${JSON.stringify(killed)}, ${JSON.stringify(crowd.tally)}\n`,
      );
    }
  }, 1_200_000);

  it('was under load all the time', () => {
    for (const kind of KINDS) expect(crowd.acknowledged(kind), kind).toBeGreaterThanOrEqual(MANY);
  });

  it('starts both again each time, and neither dies without a kill', () => {
    expect(killed.parent + killed.enclave).toBe(KILLS);
    expect(failures).toEqual([]);
    expect(deaths).toEqual(killed);
  });

  it('refuses only with temporary refusals, and shows no client an older state or a wrong number', () => {
    expect(crowd.faults).toEqual([]);
  });

  it('keeps every acknowledged session, with every fill once and no end before the acknowledged one', async () => {
    const living = crowd.held.filter(({ revocation }) => revocation === 'none');
    expect(living.length).toBeGreaterThan(0);
    const checks = living.map(async ({ client, expiresAt }) => {
      const metrics = await onceThere(() => client.getMetrics(truth.period, { timeoutMs: 0 }));
      expect(truth.differences(metrics)).toEqual([]);
      const summary = await onceThere(() => client.getSummary(truth.period));
      expect(summary.expiresAt).toBeGreaterThanOrEqual(expiresAt);
    });
    await Promise.all(checks);
  }, 300_000);

  it('keeps no session whose revocation it acknowledged', async () => {
    const revoked = crowd.held.filter(({ revocation }) => revocation === 'acknowledged');
    for (const session of revoked) expect(await answerOf(session)).toBe('session_unknown');
    const unsure = crowd.held.filter(({ revocation }) => revocation === 'asked');
    for (const session of unsure) expect(await answerOf(session)).toMatch(/^(answers|session_unknown)$/);
  });
});
