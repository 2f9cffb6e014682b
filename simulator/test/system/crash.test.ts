/**
 * Parent and enclave are killed at random moments under load. What was acknowledged stays: registrations
 * answer, renewals hold, revocations are for good; nothing is read twice; no client sees an older state.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ClientError, SecureClient, SecurityError, ServiceError } from '@perf-aggregator/client';
import { systemClock } from '@perf-aggregator/shared/clock';
import { CodedError } from '@perf-aggregator/shared/errors';
import { systemRandom } from '@perf-aggregator/shared/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalWorld, startLocalWorld } from '../../dist/local-world.js';
import { SIMULATED_PCRS_HEX } from '../../dist/nsm/measurements.js';
import { groundTruth } from '../../dist/trader/ground-truth.js';
import { type Stream, streamOf } from '../../dist/trader/splitmix.js';
import { worldAccount } from '../../dist/world/internet.js';

/** An enclave needs about 3 s to come back: more kills cost as much time again. */
const KILLS = 16;
/** Kinds of requests that the load is made of. */
const KINDS = ['register', 'renew', 'revoke', 'read'];
const WORKERS = 4;
/** Sessions that one worker keeps alive. */
const SESSIONS = 2;
const FIRST_TTL_S = 3_600;
/** Set another to see other moments. */
const SEED = 'crash 1';
/** Refusals of a service that is not all there; whoever gets one asks again. */
const PASSING =
  /^(enclave_unavailable|enclave_not_ready|service_unreachable|service_malformed|deadline_exceeded|overloaded|state_conflict|sync_pending|sync_timeout|unknown_handshake_key|kms_unavailable|exchange_unavailable|store_unavailable)$/;

/** A session, as far as the service acknowledged what became of it. */
interface Held {
  client: SecureClient;
  /** ms */
  expiresAt: number;
  ttl: number;
  /** `asked`: revocation was asked for and not acknowledged. */
  revocation: 'none' | 'asked' | 'acknowledged';
  /** Memory of a session that is revoked. */
  readonly exported: ReturnType<SecureClient['export']>;
}

let home: string;
let world: LocalWorld;
let stopped = false;
const held: Held[] = [];
const lost: string[] = [];
const tally: Record<string, number> = {};

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'pa-crash-'));
  world = await startLocalWorld({
    home,
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    random: systemRandom,
    seed: SEED,
    historyDays: 30,
    maxDeaths: KILLS,
    onDeath: () => undefined,
    onGiveUp: (error) => lost.push(error.message),
  });
});
afterAll(async () => {
  await world.stop();
  rmSync(home, { recursive: true, force: true });
});

/** Does `work`; false when the service was not there. Everything else that goes wrong is a loss. */
async function tries(what: string, work: () => Promise<void>): Promise<boolean> {
  const count = (key: string) => {
    tally[key] = (tally[key] ?? 0) + 1;
  };
  try {
    await work();
    count(`${what} done`);
    return true;
  } catch (error) {
    const code = error instanceof CodedError ? error.code : String(error);
    count(`${what} ${code}`);
    if (error instanceof SecurityError || !PASSING.test(code)) lost.push(`${what}: ${code}`);
    return false;
  }
}

async function register(): Promise<void> {
  const { apiKey, apiSecret } = world.state.venue;
  const client = new SecureClient({
    enclaveUrl: world.url,
    expect: { roots: [world.state.nsm.rootCertDer], measurements: [SIMULATED_PCRS_HEX] },
    userId: 'crash',
    exchange: 'binance',
    apiKey,
    apiSecret,
    ttl: FIRST_TTL_S,
  });
  await tries('register', async () => {
    const { expiresAt } = await client.register();
    held.push({ client, expiresAt, ttl: FIRST_TTL_S, revocation: 'none', exported: client.export() });
  });
}

async function renew(session: Held): Promise<void> {
  // Rising, so that a renewal that took place unacknowledged never ends a session sooner.
  session.ttl += 600;
  await tries('renew', async () => {
    session.expiresAt = await session.client.renew(session.ttl);
  });
}

async function revoke(session: Held): Promise<void> {
  session.revocation = 'asked';
  await tries('revoke', async () => {
    await session.client.revoke();
    session.revocation = 'acknowledged';
  });
}

async function read(session: Held): Promise<void> {
  await tries('read', async () => {
    try {
      await session.client.getSummary({}, { timeoutMs: 0 });
    } catch (error) {
      // The first reading is under way: an answer as well.
      if (!(error instanceof ClientError) || error.code !== 'sync_timeout') throw error;
    }
  });
}

/** One client after the other does something, until it is enough. */
async function load(random: Stream): Promise<void> {
  const own: Held[] = [];
  const unanswered = () => own.find(({ revocation }) => revocation === 'asked');
  while (!stopped) {
    const living = own.filter(({ revocation }) => revocation === 'none');
    const session = living[random.integer(0, Math.max(0, living.length - 1))];
    const dice = random.integer(0, 99);
    if (!session || (living.length < SESSIONS && dice < 20)) {
      const before = held.length;
      await register();
      const made = held.slice(before).filter((one) => !taken.has(one));
      for (const one of made.slice(0, 1)) {
        taken.add(one);
        own.push(one);
      }
    } else if (dice < 60) await read(session);
    else if (dice < 94) await renew(session);
    else await revoke(unanswered() ?? session);
    await pause(random.integer(10, 120));
  }
}
const taken = new Set<Held>();

/** Kills what runs at random moments. */
async function kill(random: Stream): Promise<Record<string, number>> {
  const killed: Record<string, number> = { parent: 0, enclave: 0 };
  for (let kills = 0; kills < KILLS; ) {
    await pause(random.integer(300, 4_000));
    const victim = random.pick(['parent', 'enclave']);
    try {
      process.kill(world.pids()[victim]!, 'SIGKILL');
      killed[victim]! += 1;
      kills += 1;
    } catch {
      // It is being started again already.
    }
  }
  return killed;
}

/** The answer once the service is there again. */
async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CodedError) || !PASSING.test(error.code) || attempt > 300) throw error;
      await pause(200);
    }
  }
}

async function refusalOf(session: Held): Promise<string> {
  const client = SecureClient.resume(session.exported);
  return eventually(async () => {
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

describe(`when parent and enclave are killed ${KILLS} times under load (seed "${SEED}")`, () => {
  beforeAll(async () => {
    const workers = Array.from({ length: WORKERS }, (_, index) => load(streamOf(SEED, `worker ${index}`)));
    const killed = await kill(streamOf(SEED, 'kills'));
    // However slow the machine is: every kind of request is acknowledged at least once before the load ends.
    for (let waits = 0; waits < 300 && !KINDS.every((kind) => tally[`${kind} done`]); waits++)
      await pause(200);
    stopped = true;
    await Promise.all(workers);
    process.stdout.write(`seed ${SEED}: killed ${JSON.stringify(killed)}, ${JSON.stringify(tally)}\n`);
  }, 400_000);

  it('was under load', () => {
    for (const what of KINDS) {
      expect(tally[`${what} done`], what).toBeGreaterThan(0);
    }
  });

  it('refuses only what cannot be done at the moment, and shows no client an older state', () => {
    expect(lost).toEqual([]);
  });

  it('has every session that it acknowledged, with every fill once and no end before the acknowledged one', async () => {
    const { market, account } = worldAccount(world.state.venue);
    const truth = groundTruth(account, market);
    const living = held.filter(({ revocation }) => revocation === 'none');
    expect(living.length).toBeGreaterThan(0);
    for (const { client, expiresAt } of living) {
      const metrics = await eventually(() => client.getMetrics());
      expect(metrics.fillCount).toBe(truth.fillCount);
      expect(metrics.navEnd).toBe(truth.days.at(-1)!.nav.replace(/\.?0+$/, ''));
      expect(metrics.provenance.fetched + metrics.provenance.sealed).toBe(account.events.length);
      const summary = await eventually(() => client.getSummary());
      expect(summary.expiresAt).toBeGreaterThanOrEqual(expiresAt);
    }
  });

  it('has none that it acknowledged to be revoked', async () => {
    const revoked = held.filter(({ revocation }) => revocation === 'acknowledged');
    for (const session of revoked) expect(await refusalOf(session)).toBe('session_unknown');
    const unsure = held.filter(({ revocation }) => revocation === 'asked');
    for (const session of unsure) expect(await refusalOf(session)).toMatch(/^(answers|session_unknown)$/);
  });
});
