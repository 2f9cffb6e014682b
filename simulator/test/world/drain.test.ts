/** How parent and enclave end and start: no request in progress is cut, and a waiting client gets a time to wait. */
import { type SecureClient, ServiceError } from '@perf-aggregator/client';
import { afterEach, describe, expect, it } from 'vitest';
import type { WorldOptions } from '../../src/world/world.ts';
import { eventually } from './eventually.ts';
import { expectCode } from './expect-code.ts';
import { NOON, startTestWorld, type TestWorld } from './fixture.ts';
import { ManualClock } from './manual-clock.ts';

let test: TestWorld;
afterEach(() => test.world.stop());

/** Blocks the enclave's wait for a busy venue until it is opened. */
class Gate {
  #open!: () => void;
  #reach!: () => void;
  readonly opened = new Promise<void>((resolve) => {
    this.#open = resolve;
  });
  readonly reached = new Promise<void>((resolve) => {
    this.#reach = resolve;
  });

  /** A wait inside the enclave. */
  pass(): Promise<void> {
    this.#reach();
    return this.opened;
  }

  open(): void {
    this.#open();
  }
}

/** A world with a registration in progress that waits at the gate. */
async function startWithRegistration(phases: string[] = []) {
  const gate = new Gate();
  let isBusy = true;
  const clock = new ManualClock(NOON);
  const options: Partial<WorldOptions> = {
    sleep: async (ms) => {
      await gate.pass();
      clock.advance(ms);
    },
    internet: {
      fault: () => {
        if (!isBusy) return null;
        isBusy = false;
        return { status: 503, headers: { 'retry-after': '1' }, body: '{}' };
      },
    },
    enclaveLog: (event, facts) => {
      if (event === 'phase') phases.push(String(facts?.['phase']));
    },
  };
  test = await startTestWorld(options, clock);
  const client = test.world.client();
  const registration = client.register();
  await gate.reached;
  return { client, gate, registration };
}

describe('when an enclave is told to end', () => {
  it('it answers requests in progress, refuses new ones with a time to wait, then ends', async () => {
    const phases: string[] = [];
    const { gate, registration } = await startWithRegistration(phases);
    const ended = test.world.stopEnclave();
    const other = test.world.client();
    await expectCode(other.quote(), ServiceError, 'enclave_not_ready');
    const response = await fetch(`${test.world.url}/attestation/quote?nonce=${'A'.repeat(43)}`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    gate.open();
    await registration;
    await ended;
    expect(phases).toEqual(['attested', 'keyed', 'serving', 'draining']);
    await expectCode(other.quote(), ServiceError, 'enclave_unavailable');
    const ready = await fetch(`${test.world.url}/ready`);
    expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '1']);
  });

  it('a session that was being opened exists after the restart', async () => {
    const { client, gate, registration } = await startWithRegistration();
    const ended = test.world.stopEnclave();
    gate.open();
    await registration;
    await ended;
    await test.world.startEnclave();
    expect((await eventually(() => client.getSummary())).fillCount).toBeGreaterThan(0);
  });
});

describe('when a parent is told to end', () => {
  it('it answers requests in progress before it closes its store', async () => {
    const { client, gate, registration } = await startWithRegistration();
    const ended = test.world.stopParent();
    gate.open();
    await registration;
    await ended;
    await test.world.startParent();
    expect((await eventually(() => client.getSummary())).fillCount).toBeGreaterThan(0);
  });

  it('it reports the end before it refuses requests, for the configured time', async () => {
    test = await startTestWorld({ parentEnvironment: { DRAIN_DELAY: '1' } });
    await eventually(() => test.world.client().quote());
    const { url } = test.world;
    const ended = test.world.stopParent();
    const response = await fetch(`${url}/ready`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toMatchObject({ ready: false, draining: true });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    await ended;
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });
});

describe('when parent and enclave start', () => {
  it.each(['the parent first', 'the enclave first'])('%s, they connect to each other', async (order) => {
    test = await startTestWorld();
    const client: SecureClient = test.world.client();
    await test.world.stopParent();
    await test.world.stopEnclave();
    if (order === 'the enclave first') await test.world.startEnclave();
    await test.world.startParent();
    if (order === 'the parent first') {
      await expectCode(client.quote(), ServiceError, 'enclave_unavailable');
      await test.world.startEnclave();
    }
    await eventually(() => client.register());
  });
});
