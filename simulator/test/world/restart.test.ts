/** What survives when one half of the system is gone and comes back. */

import { type SecureClient, ServiceError } from '@perf-aggregator/client';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { expectCode } from './expect-code.ts';
import { startTestWorld, type TestWorld } from './fixture.ts';

let test: TestWorld;
afterEach(() => test.world.stop());

async function register(overrides: Record<string, unknown> = {}): Promise<SecureClient> {
  const client = test.world.client(overrides);
  await client.register();
  await client.getMetrics();
  return client;
}

describe('when the enclave is gone', () => {
  it('says so, and serves the same sessions under the same identity when it is back', async () => {
    test = await startTestWorld();
    const client = await register();
    const [before, reportKey] = [await client.getMetrics(), encodeHex((await client.quote()).reportKey)];
    await test.world.stopEnclave();
    await expectCode(client.getSummary(), ServiceError, 'enclave_unavailable');
    await test.world.startEnclave();
    const after = await eventually(() => client.getMetrics());
    expect(after).toEqual({ ...before, provenance: { fetched: 0, sealed: before.provenance.fetched } });
    expect(encodeHex((await client.quote()).reportKey)).toBe(reportKey);
  });

  it('ends the sessions that lived in its memory', async () => {
    test = await startTestWorld();
    const client = await register({ persistence: 'memory' });
    await client.getReport();
    await test.world.startEnclave();
    await expectCode(
      eventually(() => client.getSummary()),
      ServiceError,
      'session_lost',
    );
  });

  it('draws new handshake keys, and a submission under an old one is retried once', async () => {
    test = await startTestWorld();
    const first = await test.world.client().quote();
    await test.world.startEnclave();
    const second = await eventually(() => test.world.client().quote());
    expect(encodeHex(second.handshakePub)).not.toBe(encodeHex(first.handshakePub));
  });
});

describe('when the parent is gone', () => {
  it('has lost nothing when it is back', async () => {
    test = await startTestWorld();
    const client = await register();
    const before = await client.getMetrics();
    await test.world.startParent();
    expect(await eventually(() => client.getMetrics())).toEqual(before);
  });
});

describe('when the key service is gone', () => {
  it('starts as soon as it is back, whichever order the parts start in', async () => {
    test = await startTestWorld();
    const client = await register();
    await test.world.startEnclave();
    await test.world.startInternet();
    expect((await eventually(() => client.getSummary())).fillCount).toBeGreaterThan(0);
  });
});

describe('when time passes', () => {
  it('reads what is new, and the sequence rises', async () => {
    test = await startTestWorld({ syncIntervalMs: 60_000 });
    const client = await register();
    const before = client.export().sequence;
    const days = (await client.getMetrics()).observationCount;
    test.clock.advance(24 * 3_600_000 - 60_000);
    let now = days;
    for (let tries = 0; now === days && tries < 500; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      now = (await client.getMetrics()).observationCount;
    }
    expect(now).toBe(days + 1);
    expect(client.export().sequence).toBeGreaterThan(before);
  });
});
