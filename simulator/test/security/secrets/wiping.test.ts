/** Watches the key buffers of client and enclave after their use. They are collected in the crypto back end. */
import { fromUtf8, utf8 } from '@perf-aggregator/shared/bytes';
import { crypto } from '@perf-aggregator/shared/crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectCode } from '../../world/expect-code.ts';
import { startTestWorld, type TestWorld } from '../../world/fixture.ts';
import { RawClient } from '../client-input/raw.ts';

/** Arrays by name. */
const seen = new Map<string, Uint8Array[]>();
let test: TestWorld;

function note(name: string, bytes: Uint8Array): void {
  seen.set(name, [...(seen.get(name) ?? []), bytes]);
}

/** The number of arrays of that name, and how many of them are not wiped. */
function left(name: string): { readonly made: number; readonly unwiped: number } {
  const arrays = seen.get(name) ?? [];
  return { made: arrays.length, unwiped: arrays.filter((bytes) => bytes.some((byte) => byte !== 0)).length };
}

/** The name of the key that an HKDF label derives. */
function nameOf(info: Uint8Array, salt: Uint8Array): string {
  if (equal(salt, utf8('perf-aggregator/root/v1'))) return `root ${fromUtf8(info)}`;
  return equal(salt, utf8('perf-aggregator/v1'))
    ? Buffer.from(info.subarray(0, info.length - 64)).toString()
    : 'blob';
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

beforeAll(async () => {
  const original = { ...crypto };
  vi.spyOn(crypto, 'hkdfSha256').mockImplementation((secret, salt, info, length) => {
    const key = original.hkdfSha256(secret, salt, info, length);
    const name = nameOf(info, salt);
    note(name, key);
    if (name.startsWith('root')) note('root', secret);
    return key;
  });
  vi.spyOn(crypto, 'x25519SharedSecret').mockImplementation((own, peer) => {
    const secret = original.x25519SharedSecret(own, peer);
    note('shared secret', secret);
    return secret;
  });
  vi.spyOn(crypto, 'aesGcmOpen').mockImplementation((key, nonce, sealed, aad) => {
    const plaintext = original.aesGcmOpen(key, nonce, sealed, aad);
    if (fromUtf8(aad).includes('handshake_pub')) note('payload', plaintext);
    return plaintext;
  });
  test = await startTestWorld({ syncIntervalMs: 86_400_000 });
  while (!(await fetch(`${test.world.url}/ready`)).ok) await new Promise((resolve) => setImmediate(resolve));
});
beforeEach(() => {
  seen.clear();
});
afterAll(async () => {
  await test.world.stop();
  vi.restoreAllMocks();
});

describe('when a submission is accepted', () => {
  it('only one copy of the session keys is left on each side', async () => {
    const client = test.world.client();
    await client.register();
    // The client made one, and the enclave made one.
    for (const name of ['shared secret', 'submit']) expect(left(name)).toEqual({ made: 2, unwiped: 0 });
    expect(left('payload')).toEqual({ made: 1, unwiped: 0 });
    for (const name of ['request', 'response']) expect(left(name)).toEqual({ made: 2, unwiped: 1 });
    await client.getSummary();
    expect(left('blob').made).toBeGreaterThan(0);
    expect(left('blob').unwiped).toBe(0);
  });
});

describe('when a submission is refused', () => {
  it('nothing is left after a refusal of its content', async () => {
    await expectCode(test.world.client({ apiKey: 'x'.repeat(64) }).register(), 'exchange_auth');
    for (const name of ['shared secret', 'submit', 'request', 'response']) {
      expect(left(name)).toEqual({ made: 2, unwiped: 0 });
    }
    expect(left('payload')).toEqual({ made: 1, unwiped: 0 });
  });

  it('nothing is left in the enclave after it does not open, or is a replay', async () => {
    const raw = new RawClient(test.world);
    const { body } = await raw.compose();
    seen.clear();
    await raw.submit({ ...body, metadata: { ...body.metadata, ttl: 60 } });
    for (const name of ['shared secret', 'submit', 'request', 'response']) {
      expect(left(name)).toEqual({ made: 1, unwiped: 0 });
    }
    expect((await raw.submit(body)).status).toBe(201);
    seen.clear();
    expect((await raw.submit(body)).status).toBe(409);
    for (const name of ['submit', 'request', 'response', 'payload']) {
      expect(left(name)).toEqual({ made: 1, unwiped: 0 });
    }
  });
});

describe('when an enclave opens its root', () => {
  it('the root is wiped, and only the serving identity of two is left', async () => {
    const fresh = await startTestWorld();
    while (!(await fetch(`${fresh.world.url}/ready`)).ok)
      await new Promise((resolve) => setImmediate(resolve));
    await fresh.world.stop();
    expect(left('root').made).toBeGreaterThan(0);
    expect(left('root').unwiped).toBe(0);
    // One was derived at genesis and dropped. The other was opened from the stored record.
    for (const name of ['root report', 'root audit', 'root sealing']) {
      expect(left(name)).toEqual({ made: 2, unwiped: 1 });
    }
  });
});
