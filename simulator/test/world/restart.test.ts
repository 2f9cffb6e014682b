/** What survives when parent, enclave or key service stop and restart. */

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
  // The whole history is read, so nothing changes by itself.
  await client.getReport();
  return client;
}

describe('when the enclave stops', () => {
  it('requests are refused, and after the restart the same sessions are served under the same identity', async () => {
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

  it('sessions that existed only in its memory end', async () => {
    test = await startTestWorld();
    const client = await register({ persistence: 'memory' });
    await test.world.startEnclave();
    await expectCode(
      eventually(() => client.getSummary()),
      ServiceError,
      'session_lost',
    );
  });

  it('it draws new handshake keys, and a submission under an old one is retried once', async () => {
    test = await startTestWorld();
    const first = await test.world.client().quote();
    await test.world.startEnclave();
    const second = await eventually(() => test.world.client().quote());
    expect(encodeHex(second.handshakePub)).not.toBe(encodeHex(first.handshakePub));
  });
});

describe('when the parent stops', () => {
  it('it has lost nothing after the restart', async () => {
    test = await startTestWorld();
    const client = await register();
    const before = await client.getMetrics();
    await test.world.startParent();
    expect(await eventually(() => client.getMetrics())).toEqual(before);
  });
});

describe('when the key service stops', () => {
  it('the enclave starts as soon as the key service is back, in any order of starts', async () => {
    test = await startTestWorld();
    const client = await register();
    await test.world.startEnclave();
    await test.world.startInternet();
    expect((await eventually(() => client.getSummary())).fillCount).toBeGreaterThan(0);
  });
});

describe('when time passes', () => {
  it('new entries are read, and the sequence increases', async () => {
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
