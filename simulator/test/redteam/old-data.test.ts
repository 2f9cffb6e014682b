/** Reports of old data: the key was revoked at a high value, or an older copy of the store was restored. */
import { SecureClient } from '@perf-aggregator/client';
import { openLmdbStore } from '@perf-aggregator/parent/storage/lmdb';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, vi } from 'vitest';
import { itAnswers } from '../../../shared/test/field/answers.ts';
import type { World } from '../../src/world/world.ts';
import { eventually } from '../world/eventually.ts';
import type { TestWorld } from '../world/fixture.ts';
import { claimsOf, type Plan, refusalOf, startAttack } from './attack.ts';
import { holding } from './plans.ts';
import { FROZEN_T4, ROLLED_BACK_H1 } from './today.ts';

const HOUR_MS = 3_600_000;
const WEEK_SECONDS = 604_800;
const REVOKED = JSON.stringify({ code: -2015, msg: 'Invalid API-key, IP, or permissions for action.' });

/** The claims of a report of `client` and the age of its data in days, or the refusal. */
async function reported(test: TestWorld, client: SecureClient): Promise<object> {
  try {
    const claims = claimsOf(test, await eventually(() => client.getReport()));
    const ageDays = Math.floor((claims.iat * 1000 - claims.asOf) / DAY_MS);
    return { refusal: null, claims, ageDays, saysDataAge: 'dataAge' in claims };
  } catch (error) {
    return { refusal: refusalOf(error) };
  }
}

async function frozen(): Promise<object> {
  let refused = 0;
  let isRevoked = false;
  const fault = () => {
    if (!isRevoked) return null;
    refused += 1;
    return { status: 401, body: REVOKED };
  };
  const test = await startAttack(holding('0.5'), { fault });
  try {
    const client = test.world.client({ ttl: WEEK_SECONDS });
    await client.register();
    // A report is made of an account of which everything was read.
    await client.getReport();
    isRevoked = true;
    for (let renewal = 1; renewal <= 5; renewal++) {
      test.clock.advance(6 * DAY_MS);
      await eventually(() => client.renew(WEEK_SECONDS));
      // Wait until the scheduler has tried to read the account.
      await vi.waitFor(() => {
        if (refused < renewal) throw new Error('the venue was not asked yet');
      }, 30_000);
    }
    const metrics = await client.getMetrics();
    return { metrics, ...(await reported(test, client)) };
  } finally {
    await test.world.stop();
  }
}

describe('T4: when the key was revoked a month ago, and a report is asked for', () => {
  itAnswers(FROZEN_T4, frozen);
});

type Stored = Awaited<ReturnType<typeof stateOf>>;

/** From noon on: sells half a bitcoin three times at half the price, and buys it back above the price an hour later. */
const loss: Plan = (script) => {
  holding('0.3')(script);
  script.fill(100, 11, 'BTC', 'buy', '0.2');
  for (const hour of [13, 15, 17]) {
    script.fill(200, hour, 'BTC', 'sell', '0.5', script.price('BTC', 200, hour) * 0.5);
    script.fill(200, hour + 1, 'BTC', 'buy', '0.5', script.price('BTC', 200, hour + 1) * 1.2);
  }
};

async function rolledBack(): Promise<object> {
  const test = await startAttack(loss);
  const { world, clock } = test;
  try {
    const witness = world.client({ ttl: WEEK_SECONDS });
    await witness.register();
    const before = await witness.getMetrics();
    const session = witness.export();
    const stored = await stateOf(world, session.sessionId);
    clock.advance(13 * HOUR_MS);
    const after = await vi.waitFor(async () => {
      const metrics = await eventually(() => witness.getMetrics());
      if (metrics.fillCount === before.fillCount) throw new Error('the loss was not read yet');
      return metrics;
    }, 30_000);
    await putBack(world, session.sessionId, stored);
    const accomplice = SecureClient.resume(session, world.ports);
    const young = await reported(test, accomplice);
    clock.advance(2 * DAY_MS);
    return {
      before: before.totalReturn,
      after: after.totalReturn,
      young,
      old: await reported(test, accomplice),
      ofTheWitness: await witness.getMetrics().then(() => null, refusalOf),
    };
  } finally {
    await world.stop();
  }
}

/** What the parent stores of a session. */
async function stateOf(world: World, session: string) {
  await world.stopParent();
  const store = openLmdbStore(world.storePath);
  const [state, record] = [await store.state(session), await store.session(session)];
  await store.close();
  await world.startParent();
  return { state: state!, record: record! };
}

/** The operator stores the old state again, without a planned reading, and restarts enclave and parent. */
async function putBack(world: World, session: string, { state, record }: Stored): Promise<void> {
  await world.stopParent();
  await world.stopEnclave();
  const store = openLmdbStore(world.storePath);
  await store.erase(session);
  const { version, blob, chunks } = state;
  const { expiresAt } = record;
  const write = { session, baseVersion: 0, version, expiresAt, syncAt: null, blob, chunksKept: 0 };
  await store.write({ ...write, chunks: [...chunks] });
  await store.close();
  await world.startEnclave();
  await world.startParent();
}

describe('H1: when the store of before a loss was put back, and a report is asked for', () => {
  itAnswers(ROLLED_BACK_H1, rolledBack);
});
