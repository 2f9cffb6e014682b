/** Several enclaves on one parent form one service. Any of them can answer. */
import { SecureClient, ServiceError } from '@perf-aggregator/client';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { systemRandom } from '@perf-aggregator/shared/random';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorldState } from '../../src/world/state.ts';
import { eventually } from './eventually.ts';
import { expectCode } from './expect-code.ts';
import { NOON, startTestWorld, type TestWorld } from './fixture.ts';
import { ManualClock } from './manual-clock.ts';

const COUNT = 3;

let test: TestWorld;
afterEach(() => test.world.stop());

async function start(): Promise<void> {
  const clock = new ManualClock(NOON);
  // The history is short: the test is about which enclave answers.
  const state = await createWorldState({ clock, random: systemRandom, seed: 'several', historyDays: 30 });
  test = await startTestWorld({ enclaves: COUNT, state }, clock);
  await allServe();
}

async function allServe(): Promise<void> {
  while ((await readiness()).enclaves.serving < COUNT)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

async function readiness() {
  const response = await fetch(`${test.world.url}/ready`);
  return (await response.json()) as {
    readonly ready: boolean;
    readonly enclaves: { readonly serving: number };
  };
}

async function register(overrides: Record<string, unknown> = {}): Promise<SecureClient> {
  const client = test.world.client(overrides);
  await client.register();
  // A report is made once everything was read. What is said of an account does not change any more then.
  await client.getReport();
  return client;
}

describe('when a parent has several enclaves', () => {
  it('they share one identity, have separate handshake keys, and a submission reaches the right enclave', async () => {
    await start();
    const quotes = [];
    for (let asked = 0; asked < 2 * COUNT; asked++) quotes.push(await test.world.client().quote());
    expect(new Set(quotes.map(({ reportKey }) => encodeHex(reportKey))).size).toBe(1);
    expect(new Set(quotes.map(({ handshakePub }) => encodeHex(handshakePub))).size).toBe(COUNT);
    for (let client = 0; client < COUNT; client++) await register();
  });

  it('while one is absent, the others serve its sessions with the same numbers; later it serves again', async () => {
    await start();
    const clients = [await register(), await register()];
    const before = await Promise.all(clients.map((client) => client.getMetrics()));
    // The enclave that fetched an entry, and the storage that it came from, may differ.
    const numbers = before.map((metrics) => ({ ...metrics, provenance: expect.anything() as unknown }));
    for (let index = 0; index < COUNT; index++) {
      await test.world.stopEnclave(index);
      const meanwhile = await Promise.all(clients.map((client) => eventually(() => client.getMetrics())));
      expect(meanwhile).toMatchObject(numbers);
      expect((await readiness()).ready).toBe(true);
      await test.world.startEnclave({}, index);
      await allServe();
    }
  });

  it('a session in memory is found in its enclave, and is not reported as lost during its absence', async () => {
    await start();
    const client = await register({ persistence: 'memory' });
    await client.getReport();
    for (let index = 0; index < COUNT; index++) {
      await test.world.stopEnclave(index);
      const outcome = await client.getSummary().catch((error: unknown) => error);
      if (outcome instanceof ServiceError) {
        expect(outcome.code).toBe('enclave_unavailable');
        await test.world.startEnclave({}, index);
        await expectCode(
          eventually(() => client.getSummary()),
          ServiceError,
          'session_lost',
        );
        return;
      }
      await test.world.startEnclave({}, index);
      await eventually(() => client.getSummary());
    }
    throw new Error('no enclave had it');
  });

  it('a revoked session is closed in all of them', async () => {
    await start();
    const client = await register({ persistence: 'memory' });
    const copy = SecureClient.resume(client.export(), test.world.ports);
    await copy.getSummary();
    await client.revoke();
    await expectCode(copy.getSummary(), ServiceError, 'session_unknown');
  });
});
