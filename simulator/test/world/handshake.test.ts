/**
 * Handshake keys change during a registration, sessions move between processes, and a store is restored or copied.
 * These tests show how the SDK reacts.
 */
import { cpSync, rmSync } from 'node:fs';
import {
  ClientError,
  SecureClient,
  type SecureClientOptions,
  SecurityError,
  ServiceError,
} from '@perf-aggregator/client';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { expectCode } from './expect-code.ts';
import { startTestWorld, type TestWorld } from './fixture.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let worlds: TestWorld[] = [];
afterEach(async () => {
  for (const { world } of worlds) await world.stop();
  worlds = [];
});

async function start(options: Parameters<typeof startTestWorld>[0] = {}): Promise<TestWorld> {
  const test = await startTestWorld(options);
  worlds.push(test);
  return test;
}

/** The HTTP adapter of the SDK. It calls `before` before each request and records the requested `paths`. */
function watched(before: (path: string) => void) {
  const paths: string[] = [];
  const adapter: SecureClientOptions['adapter'] = async (config) => {
    const path = new URL(config.url!).pathname;
    before(path);
    paths.push(path);
    const body = config.data === undefined ? {} : { body: config.data as string };
    const response = await fetch(config.url!, { method: config.method!.toUpperCase(), ...body });
    return {
      data: await response.text(),
      status: response.status,
      statusText: response.statusText,
      headers: {},
      config,
    };
  };
  return { paths, adapter };
}

const QUOTE = '/attestation/quote';
const SUBMIT = '/enclave/submit_key';

describe('when the handshake key changes between quote and submission', () => {
  /** Registers. Before each submission the clock moves by the next of `steps`. */
  async function register(...steps: number[]) {
    const { world, clock } = await start();
    const { paths, adapter } = watched((path) => {
      if (path === SUBMIT) clock.advance(steps.shift() ?? 0);
    });
    const client = world.client({ adapter });
    return { client, paths, clock, registered: client.register() };
  }

  it('the predecessor still opens it an hour later', async () => {
    const { paths, client, registered } = await register(HOUR_MS);
    await registered;
    expect(paths).toEqual([QUOTE, SUBMIT]);
    expect((await client.getSummary()).fillCount).toBeGreaterThan(0);
  });

  it('two hours later the SDK gets a new quote and submits once again, under the new key', async () => {
    const { paths, client, registered } = await register(2 * HOUR_MS);
    const { quote } = await registered;
    expect(paths).toEqual([QUOTE, SUBMIT, QUOTE, SUBMIT]);
    expect(encodeHex(quote.handshakePub)).toBe(encodeHex((await client.quote()).handshakePub));
    expect((await client.getSummary()).fillCount).toBeGreaterThan(0);
  });

  it('it does not try a third time, and a later registration succeeds', async () => {
    const { paths, client, registered } = await register(2 * HOUR_MS, 2 * HOUR_MS);
    await expectCode(registered, ServiceError, 'unknown_handshake_key');
    expect(paths).toEqual([QUOTE, SUBMIT, QUOTE, SUBMIT]);
    await client.register();
    expect(paths.slice(4)).toEqual([QUOTE, SUBMIT]);
  });

  it('it does not repeat after any other refusal', async () => {
    const { world } = await start();
    const { paths, adapter } = watched(() => undefined);
    await expectCode(world.client({ adapter, ttl: 1 }).register(), ServiceError, 'ttl_out_of_range');
    await expectCode(
      world.client({ adapter, apiKey: 'x'.repeat(64) }).register(),
      ServiceError,
      'exchange_auth',
    );
    expect(paths).toEqual([QUOTE, SUBMIT, QUOTE, SUBMIT]);
  });

  it('it sends nothing if the second quote does not verify', async () => {
    const { world, clock } = await start();
    const { paths, adapter } = watched((path) => {
      if (path === SUBMIT) clock.advance(2 * HOUR_MS);
    });
    // The client's own clock stands still, so the second quote is in the future for it.
    const now = clock.now();
    const client = world.client({ adapter, clock: { now: () => now } });
    await expect(client.register()).rejects.not.toBeInstanceOf(ServiceError);
    expect(paths).toEqual([QUOTE, SUBMIT, QUOTE]);
  });
});

describe('when a session moves to another process', () => {
  it('an exported session continues as text, keeps its memory, and leaves the first one usable', async () => {
    const { world } = await start();
    const client = world.client();
    await client.register();
    const metrics = await client.getMetrics();
    const text = JSON.stringify(client.export());
    expect(text).not.toContain(world.state.venue.apiKey);
    const moved = SecureClient.resume(JSON.parse(text), world.ports);
    expect(await moved.getMetrics()).toEqual(metrics);
    expect(moved.export()).toEqual(client.export());
    await moved.renew(7_200);
    expect(moved.export().sequence).toBeGreaterThan(client.export().sequence);
    expect((await client.getMetrics()).navEnd).toBe(metrics.navEnd);
    expect(client.export().sequence).toBe(moved.export().sequence);
  });

  it('an invalid session is refused, and a revoked one cannot be exported', async () => {
    const { world } = await start();
    const client = world.client();
    await expectCode(() => client.export(), ClientError, 'not_registered');
    await client.register();
    const session = client.export();
    for (const wrong of [
      null,
      'x',
      {},
      { ...session, v: 2 },
      { ...session, responseKey: 'AA==' },
      [session],
    ]) {
      await expectCode(() => SecureClient.resume(wrong, world.ports), ClientError, 'session_malformed');
    }
    const other = SecureClient.resume({ ...session, responseKey: session.requestKey }, world.ports);
    await expectCode(other.getSummary(), SecurityError, 'response_unreadable');
    await client.revoke();
    await expectCode(() => client.export(), ClientError, 'not_registered');
  });
});

describe('when the store is put back to an older day', () => {
  it('a client that saw the newer state refuses the older one; another client cannot detect it', async () => {
    const { world } = await start({ syncIntervalMs: DAY_MS });
    const client = world.client();
    await client.register();
    // The whole history is read, so nothing is written after this.
    await client.getReport();
    const early = client.export();
    const backup = `${world.storePath}-backup`;
    await world.stopParent();
    cpSync(world.storePath, backup, { recursive: true });
    await world.startParent();
    await eventually(() => client.renew(7_200));
    const { sequence } = client.export();
    expect(sequence).toBe(early.sequence + 1);
    await world.stopParent();
    rmSync(world.storePath, { recursive: true });
    cpSync(backup, world.storePath, { recursive: true });
    await world.startParent();
    await expectCode(
      eventually(() => client.getSummary()),
      SecurityError,
      'rollback_detected',
    );
    // It keeps refusing, and its memory survives the move to another process.
    const moved = SecureClient.resume(client.export(), world.ports);
    await expectCode(moved.getMetrics(), SecurityError, 'rollback_detected');
    // docs/threat-model.md states this limit.
    const unaware = SecureClient.resume(early, world.ports);
    expect((await unaware.getSummary()).fillCount).toBeGreaterThan(0);
  });
});

describe('when a second enclave serves a copy of the store', () => {
  /** Two worlds of one deployment. They have the same root and sessions, and separate histories from here on. */
  async function fork() {
    const first = await start({ syncIntervalMs: DAY_MS });
    const client = first.world.client({ ttl: 7 * 86_400 });
    await client.register();
    // The whole history is read, so nothing is written after this.
    await client.getReport();
    await first.world.stopParent();
    const second = await start({ syncIntervalMs: DAY_MS, state: first.state });
    await second.world.stopParent();
    await second.world.stopEnclave();
    rmSync(second.world.storePath, { recursive: true });
    cpSync(first.world.storePath, second.world.storePath, { recursive: true });
    await second.world.startEnclave();
    await first.world.startParent();
    await second.world.startParent();
    /** The same owner, as a client of the other enclave. */
    const atSecond = (session: ReturnType<SecureClient['export']>) =>
      SecureClient.resume({ ...session, enclaveUrl: second.world.url }, second.world.ports);
    return { first, second, client, atSecond };
  }

  it('it serves the same session under the same keys', async () => {
    const { client, atSecond } = await fork();
    const other = atSecond(client.export());
    expect((await eventually(() => other.getMetrics())).navEnd).toBe(
      (await eventually(() => client.getMetrics())).navEnd,
    );
  });

  it('two ledgers with the same version are a fork', async () => {
    const { first, second, client, atSecond } = await fork();
    const other = atSecond(client.export());
    const { sequence, ledgerHead } = client.export();
    // Each enclave reads once more: the first after one day, the second after two days.
    await read(first, client, 1);
    await read(second, other, 2);
    const [here, there] = [client.export(), other.export()];
    expect(here.sequence).toBeGreaterThan(sequence);
    expect(there.sequence).toBe(here.sequence);
    expect(new Set([ledgerHead, here.ledgerHead, there.ledgerHead]).size).toBe(3);
    await expectCode(atSecond(here).getSummary(), SecurityError, 'rollback_detected');
    await expectCode(
      SecureClient.resume({ ...there, enclaveUrl: first.world.url }, first.world.ports).getSummary(),
      SecurityError,
      'rollback_detected',
    );
  });

  it('a branch that lags behind is a rollback', async () => {
    const { client, atSecond } = await fork();
    await eventually(() => client.renew(7_200));
    const other = atSecond(client.export());
    await expectCode(
      eventually(() => other.getSummary()),
      SecurityError,
      'rollback_detected',
    );
  });
});

/** Lets `days` pass and waits until the account has been fully read again. */
async function read({ clock }: TestWorld, client: SecureClient, days: number): Promise<void> {
  const count = async () => (await eventually(() => client.getMetrics())).observationCount;
  const before = await count();
  clock.advance(days * DAY_MS);
  for (let tries = 0; (await count()) < before + days && tries < 500; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(await count()).toBe(before + days);
}
