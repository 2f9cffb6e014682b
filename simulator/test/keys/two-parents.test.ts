/** Two parents whose enclaves draw a root at the same time: on one store, and on two separate stores. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootEnclave } from '@perf-aggregator/parent/enclaves/boot';
import { openLmdbStore } from '@perf-aggregator/parent/storage/lmdb';
import type { Store } from '@perf-aggregator/parent/storage/port';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { decodeBootReply, encodeBootRequest, type GenesisRecord } from '@perf-aggregator/shared/wire/boot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyQuote } from '../../../client/src/sdk/quote.ts';
import type { Enclave } from '../../../enclave/src/serving/enclave.ts';
import { Rig } from '../security/hostile-parent/rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'pa-two-parents-'));
const opened: Store[] = [];
let rig: Rig;
let made = 0;

beforeAll(async () => {
  rig = await Rig.start();
});
afterAll(async () => {
  for (const store of opened) await store.close();
  await rig.stop();
  rmSync(folder, { recursive: true, force: true });
});

function openStore(): Store {
  const store = openLmdbStore(join(folder, `store${made++}`));
  opened.push(store);
  return store;
}

/** A store on which both parents find no record before either of them writes one. */
function together(store: Store, parents: number): Store {
  let waiting: (() => void)[] = [];
  const genesis = async () => {
    const read = await store.genesis();
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length < parents) return;
      for (const one of waiting) one();
      waiting = [];
    });
    return read;
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'genesis') return genesis;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

/** Boots a fresh enclave over `store` as a parent does. @returns the enclave and the records that it drew */
async function bootOver(store: Store): Promise<{ enclave: Enclave; drawn: GenesisRecord[] }> {
  const enclave = rig.newEnclave(`two parents ${made++}`);
  const drawn: GenesisRecord[] = [];
  const watched = new Proxy(store, {
    get: (target, name) => {
      if (name === 'putGenesis') {
        return (record: GenesisRecord) => {
          drawn.push(record);
          return target.putGenesis(record);
        };
      }
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  const link = { request: (message: Uint8Array) => rig.ask(enclave, message) };
  const { deployment } = rig;
  await bootEnclave(link, {
    store: watched,
    deployment,
    sharers: 1,
    credentials: () => Promise.resolve(rig.credentials),
  });
  return { enclave, drawn };
}

async function reportKeyOf(enclave: Enclave): Promise<string> {
  const nonce = new Uint8Array(32);
  const reply = await rig.request(enclave, { operation: 'quote', body: nonce });
  if (reply.outcome !== 'ok') throw new Error('no quote');
  const { expect: expected } = rig.service('', rig.hop);
  return encodeHex(verifyQuote(reply.body, nonce, expected, rig.clock.now()).reportKey);
}

describe('when two parents find no genesis record at the same time', () => {
  it('on one store both draw, the first record is stored, and both enclaves have the same identity', async () => {
    const store = openStore();
    const both = together(store, 2);
    const [one, two] = await Promise.all([bootOver(both), bootOver(both)]);
    expect([one.drawn.length, two.drawn.length]).toEqual([1, 1]);
    expect(one.drawn[0]!.blob).not.toEqual(two.drawn[0]!.blob);
    const stored = (await store.genesis())!;
    expect([one.drawn[0]!, two.drawn[0]!]).toContainEqual(stored);
    expect(await reportKeyOf(one.enclave)).toBe(await reportKeyOf(two.enclave));
    const later = await bootOver(store);
    expect(later.drawn).toEqual([]);
    expect(await reportKeyOf(later.enclave)).toBe(await reportKeyOf(one.enclave));
  });

  it('on two stores they are two services with two identities, and a mixture of their records is refused', async () => {
    const stores = [openStore(), openStore()] as const;
    const [one, two] = await Promise.all([bootOver(stores[0]), bootOver(stores[1])]);
    expect(await reportKeyOf(one.enclave)).not.toBe(await reportKeyOf(two.enclave));
    const [first, second] = [(await stores[0].genesis())!, (await stores[1].genesis())!];
    const mixed = { blob: first.blob, evidence: second.evidence };
    const body = encodeBootRequest({
      credentials: rig.credentials,
      deployment: rig.deployment,
      sharers: 1,
      genesis: mixed,
    });
    const reply = await rig.request(rig.newEnclave('mixed'), { operation: 'boot', body });
    expect(reply).toMatchObject({ outcome: 'failure', failure: { code: 'genesis_mismatch' } });
  });

  it('a serving enclave keeps its identity when the other record is sent', async () => {
    const stores = [openStore(), openStore()] as const;
    const [one] = await Promise.all([bootOver(stores[0]), bootOver(stores[1])]);
    const before = await reportKeyOf(one.enclave);
    const body = encodeBootRequest({
      credentials: rig.credentials,
      deployment: rig.deployment,
      sharers: 1,
      genesis: await stores[1].genesis(),
    });
    const reply = await rig.request(one.enclave, { operation: 'boot', body });
    expect(reply.outcome === 'ok' && decodeBootReply(reply.body)).toMatchObject({
      phase: 'serving',
      genesis: null,
    });
    expect(await reportKeyOf(one.enclave)).toBe(before);
  });
});
