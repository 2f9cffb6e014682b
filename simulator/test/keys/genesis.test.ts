import { randomBytes } from 'node:crypto';
import type { ExpectedPcrs } from '@perf-aggregator/attestation';
import type { DataKey, Kms } from '@perf-aggregator/enclave/kms/port';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto } from '@perf-aggregator/shared/crypto';
import { encodeUserData } from '@perf-aggregator/shared/messages/user-data';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '../../../enclave/src/errors.ts';
import {
  drawRoot,
  type GenesisContext,
  type GenesisRecord,
  openRoot,
  toExpectedPcrs,
} from '../../../enclave/src/keys/genesis.ts';
import { deriveIdentity } from '../../../enclave/src/keys/root.ts';
import { codeOfRejection } from '../../../shared/test/codes.ts';
import { createNsmRoot, type NsmRoot } from '../../src/nsm/chain.ts';
import { simulatedPcrs } from '../../src/nsm/measurements.ts';
import { createSimulatedNsm } from '../../src/nsm/module.ts';

const ARN = 'arn:aws:kms:us-east-1:123456789012:key/one';
const credentials = { accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't', expiration: 0 };
const clock = { now: () => Date.UTC(2026, 10, 22) };

/** A KMS that keeps its plaintexts. Anyone who may encrypt can plant one. */
class FakeKms implements Kms {
  readonly #plaintexts = new Map<string, Uint8Array>();
  decryptions = 0;

  plant(plaintext: Uint8Array): DataKey {
    const ciphertextBlob = new Uint8Array(randomBytes(64));
    this.#plaintexts.set(encodeHex(ciphertextBlob), plaintext.slice());
    return { plaintext, ciphertextBlob };
  }

  generateDataKey() {
    return Promise.resolve(this.plant(new Uint8Array(randomBytes(32))));
  }

  decrypt(_: unknown, blob: Uint8Array) {
    this.decryptions += 1;
    return Promise.resolve(this.#plaintexts.get(encodeHex(blob))!.slice());
  }

  policyState() {
    return Promise.resolve('unknown' as const);
  }

  /** From now on `blob` decrypts to `plaintext`. An administrator of the key could do this. */
  replace(blob: Uint8Array, plaintext: Uint8Array) {
    this.#plaintexts.set(encodeHex(blob), plaintext);
  }
}

const OTHER_IMAGE = new Map([...simulatedPcrs(), [0, new Uint8Array(48).fill(7)]]);
const ZEROS = new Map([...simulatedPcrs()].map(([index]) => [index, new Uint8Array(48)]));

let root: NsmRoot;
let kms: FakeKms;
let context: GenesisContext;
let record: GenesisRecord;

beforeAll(async () => {
  root = await createNsmRoot(random);
  kms = new FakeKms();
  context = contextOf();
  record = await drawRoot(context, credentials);
});

function nsmOf(pcrs = simulatedPcrs(), trust = root) {
  return createSimulatedNsm({ root: trust, pcrs, clock, random });
}

function contextOf(changes: Partial<GenesisContext> = {}): GenesisContext {
  return { kms, nsm: nsmOf(), keyArn: ARN, configSha256: new Uint8Array(32), predecessors: [], ...changes };
}

const refusal = (opened: GenesisRecord, by = context) =>
  codeOfRejection(openRoot(by, credentials, opened), Refusal);

describe('when a root has been drawn', () => {
  it('every later boot derives the same identity', async () => {
    const first = await openRoot(context, credentials, record);
    const second = await openRoot(contextOf(), credentials, record);
    expect(second).toEqual(first);
    expect(first).toEqual(deriveIdentity(await kms.decrypt(null, record.blob)));
  });

  it('another draw gives another root', async () => {
    const other = await drawRoot(context, credentials);
    const [one, two] = [record, other].map((drawn) => openRoot(context, credentials, drawn));
    expect((await one!).reportKey).not.toEqual((await two!).reportKey);
  });

  it('a boot with a changed configuration opens the record', async () => {
    const changed = contextOf({ configSha256: new Uint8Array(32).fill(1) });
    await expect(openRoot(changed, credentials, record)).resolves.toBeDefined();
  });

  it('only an image that names this one as its predecessor opens the record', async () => {
    const predecessor: ExpectedPcrs = toExpectedPcrs(simulatedPcrs());
    const nsm = nsmOf(OTHER_IMAGE);
    await expect(
      openRoot(contextOf({ nsm, predecessors: [predecessor] }), credentials, record),
    ).resolves.toEqual(await openRoot(context, credentials, record));
    expect(await refusal(record, contextOf({ nsm }))).toBe('genesis_mismatch');
    const others = [{ ...predecessor, 1: 'ab'.repeat(48) }];
    expect(await refusal(record, contextOf({ nsm, predecessors: others }))).toBe('genesis_mismatch');
  });
});

describe('when the parent sends a record that this enclave did not draw', () => {
  it('evidence of another blob is refused before KMS is asked', async () => {
    const other = await drawRoot(context, credentials);
    const before = kms.decryptions;
    expect(await refusal({ blob: record.blob, evidence: other.evidence })).toBe('genesis_mismatch');
    expect(await refusal({ blob: other.blob, evidence: record.evidence })).toBe('genesis_mismatch');
    const planted = kms.plant(new Uint8Array(32).fill(1)).ciphertextBlob;
    expect(await refusal({ blob: planted, evidence: record.evidence })).toBe('genesis_mismatch');
    expect(kms.decryptions).toBe(before);
  });

  it('evidence of another KMS key is refused', async () => {
    expect(await refusal(record, contextOf({ keyArn: `${ARN}x` }))).toBe('genesis_mismatch');
  });

  it('a blob that opens to another root is refused', async () => {
    const drawn = await drawRoot(context, credentials);
    kms.replace(drawn.blob, new Uint8Array(32).fill(1));
    expect(await refusal(drawn)).toBe('genesis_mismatch');
  });

  it('evidence under another root of trust is refused', async () => {
    const foreign = contextOf({ nsm: nsmOf(simulatedPcrs(), await createNsmRoot(random)) });
    expect(await refusal(await drawRoot(foreign, credentials))).toBe('genesis_mismatch');
  });

  it('evidence of another image is refused', async () => {
    const drawn = await drawRoot(contextOf({ nsm: nsmOf(OTHER_IMAGE) }), credentials);
    expect(await refusal(drawn)).toBe('genesis_mismatch');
  });

  it('evidence of a debug enclave is refused, even by a debug enclave and its successor', async () => {
    const debug = contextOf({ nsm: nsmOf(ZEROS) });
    const drawn = await drawRoot(debug, credentials);
    expect(await refusal(drawn)).toBe('genesis_mismatch');
    expect(await refusal(drawn, debug)).toBe('genesis_mismatch');
    const predecessors = [toExpectedPcrs(ZEROS)];
    expect(await refusal(drawn, contextOf({ predecessors }))).toBe('genesis_mismatch');
  });

  it('truncated, damaged or missing evidence is refused', async () => {
    const { blob, evidence } = record;
    for (const length of [0, 1, 100, evidence.length - 1]) {
      expect(await refusal({ blob, evidence: evidence.subarray(0, length) })).toBe('genesis_mismatch');
    }
    const damaged = evidence.slice();
    damaged[damaged.length - 1]! ^= 1;
    expect(await refusal({ blob, evidence: damaged })).toBe('genesis_mismatch');
  });

  it('a genuine document of another kind, or one that contradicts itself, is refused', async () => {
    const { nsm } = context;
    const reportKey = (await openRoot(context, credentials, record)).reportKey;
    const config = { v: 1, config_sha256: new Uint8Array(32) } as const;
    const genesis = {
      t: 'genesis',
      ...config,
      report_key: reportKey,
      blob_sha256: crypto.sha256(record.blob),
      key_arn: ARN,
    } as const;
    const other = new Uint8Array(32).fill(3);
    const documents = [
      await nsm.attest({ publicKey: reportKey }),
      await nsm.attest({ publicKey: reportKey, userData: encodeUserData({ t: 'kms', ...config }) }),
      await nsm.attest({
        publicKey: reportKey,
        userData: encodeUserData({ t: 'quote', ...config, report_key: reportKey, kms_policy: 'locked' }),
      }),
      await nsm.attest({ publicKey: other, userData: encodeUserData(genesis) }),
      await nsm.attest({ userData: encodeUserData(genesis) }),
      await nsm.attest({ publicKey: other, userData: encodeUserData({ ...genesis, report_key: other }) }),
    ];
    for (const evidence of documents) {
      expect(await refusal({ blob: record.blob, evidence })).toBe('genesis_mismatch');
    }
    const evidence = await nsm.attest({ publicKey: reportKey, userData: encodeUserData(genesis) });
    await expect(openRoot(context, credentials, { blob: record.blob, evidence })).resolves.toBeDefined();
  });
});
