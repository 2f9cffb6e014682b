/** Attacks at boot: records, evidence and credentials that are altered, exchanged, or belong to others. */
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto } from '@perf-aggregator/shared/crypto';
import { encodeUserData } from '@perf-aggregator/shared/messages/user-data';
import { decodeBootReply, encodeBootRequest, type GenesisRecord } from '@perf-aggregator/shared/wire/boot';
import { verifyQuote } from '../../../../client/src/sdk/quote.ts';
import { deriveIdentity } from '../../../../enclave/src/keys/root.ts';
import type { Enclave } from '../../../../enclave/src/serving/enclave.ts';
import { sealBlob } from '../../../src/kms/key.ts';
import { issueCredentials } from '../../../src/kms/sts.ts';
import { createNsmRoot, type NsmRoot } from '../../../src/nsm/chain.ts';
import { simulatedPcrs } from '../../../src/nsm/measurements.ts';
import { createSimulatedNsm } from '../../../src/nsm/module.ts';
import { mutantsOf } from './mutation.ts';
import {
  type AttackClass,
  type Case,
  IDENTICAL,
  type Outcome,
  refused,
  UNAVAILABLE,
  Wrong,
} from './outcome.ts';
import type { Recorded } from './recorded.ts';
import type { Rig } from './rig.ts';
import { seededRandom } from './seeded.ts';

let boots = 0;

/** Boots a fresh enclave and compares its identity with the recorded one. */
export async function bootFresh(
  rig: Rig,
  recorded: Recorded,
  genesis: GenesisRecord | null,
  credentials = rig.credentials,
): Promise<Outcome> {
  const enclave = rig.newEnclave(`boot ${boots++}`);
  const body = encodeBootRequest({ credentials, deployment: rig.deployment, sharers: 1, genesis });
  const reply = await rig.request(enclave, { operation: 'boot', body });
  if (reply.outcome === 'failure') return refused(reply.failure.code);
  if (reply.outcome !== 'ok' || decodeBootReply(reply.body).phase !== 'serving') return UNAVAILABLE;
  return (await reportKeyOf(rig, enclave)) === recorded.trust.reportKey
    ? IDENTICAL
    : judgeOtherRoot(rig, enclave, recorded);
}

/** The enclave has the root of another genuine record. It must not open stored state. */
async function judgeOtherRoot(rig: Rig, enclave: Enclave, { one }: Recorded): Promise<Outcome> {
  const { version } = one.current;
  const reply = await rig.request(enclave, {
    operation: 'sync',
    session: one.id,
    version,
    state: one.current,
  });
  if (reply.outcome === 'failure') return refused(reply.failure.code);
  throw new Wrong('state of one root opened under another');
}

async function reportKeyOf(rig: Rig, enclave: Enclave): Promise<string> {
  const nonce = new Uint8Array(32);
  const reply = await rig.request(enclave, { operation: 'quote', body: nonce });
  if (reply.outcome !== 'ok') throw new Wrong('an enclave that serves gives no quote');
  return encodeHex(
    verifyQuote(reply.body, nonce, rig.service('', rig.hop).expect, rig.clock.now()).reportKey,
  );
}

/** The attack classes of this part. */
export function bootAttacks(rig: Rig, recorded: Recorded): AttackClass[] {
  const genuine = rig.store.record!;
  const walk = (name: string, record: () => Promise<GenesisRecord> | GenesisRecord): Case => ({
    name,
    run: async () => bootFresh(rig, recorded, await record()),
  });
  const bits = (part: 'blob' | 'evidence', flips: number): AttackClass => ({
    name: `genesis ${part} altered`,
    refusedWith: ['genesis_mismatch'],
    cases: () =>
      mutantsOf(`genesis ${part}`, genuine[part], { flips }).map(({ name, bytes }) =>
        walk(name, () => ({ ...genuine, [part]: bytes })),
      ),
  });
  return [
    bits('blob', 24),
    bits('evidence', 64),
    {
      name: 'genesis record of somebody else',
      refusedWith: ['genesis_mismatch', 'state_rejected'],
      cases: async () => {
        const second = await drawSecond(rig);
        return [
          walk('the genuine record', () => genuine),
          walk('blob of another genuine record', () => ({ ...genuine, blob: second.blob })),
          walk('evidence of another genuine record', () => ({ ...genuine, evidence: second.evidence })),
          walk('another genuine record', () => second),
          walk('blob and evidence exchanged', () => ({ blob: genuine.evidence, evidence: genuine.blob })),
          walk('nothing at all', () => ({ blob: new Uint8Array(), evidence: new Uint8Array() })),
          ...(await plantedCases(rig, genuine, walk)),
          { name: 'two genuine records at once', run: () => bootTwice(rig, genuine, second) },
        ];
      },
    },
    {
      name: 'credentials of somebody else',
      refusedWith: ['kms_unavailable', 'genesis_mismatch'],
      cases: () => credentialCases(rig, recorded, genuine),
    },
  ];
}

async function drawSecond(rig: Rig): Promise<GenesisRecord> {
  const body = encodeBootRequest({
    credentials: rig.credentials,
    deployment: rig.deployment,
    sharers: 1,
    genesis: null,
  });
  const reply = await rig.request(rig.newEnclave('second draw'), { operation: 'boot', body });
  const record = reply.outcome === 'ok' ? decodeBootReply(reply.body).genesis : null;
  if (!record) throw new Wrong('a fresh enclave draws no root');
  return record;
}

/** A root that the attacker knows, encrypted under the real key, with every evidence that an attacker can get. */
async function plantedCases(
  rig: Rig,
  genuine: GenesisRecord,
  walk: (name: string, record: () => Promise<GenesisRecord>) => Case,
): Promise<Case[]> {
  const { kms, nsm } = rig.state;
  const root = seededRandom('planted root').bytes(32);
  const blob = sealBlob(kms, root.slice(), rig.image.kms.encryptionContext, seededRandom('planted blob'));
  const { reportKey } = deriveIdentity(root);
  const own = await createNsmRoot(seededRandom('root of the attacker'));
  const userData = encodeUserData({
    t: 'genesis',
    v: 1,
    config_sha256: new Uint8Array(32),
    report_key: reportKey,
    blob_sha256: crypto.sha256(blob),
    key_arn: kms.arn,
  });
  const attest = (by: NsmRoot, pcrs: ReadonlyMap<number, Uint8Array>, data = userData) =>
    createSimulatedNsm({ root: by, pcrs, clock: rig.clock, random: seededRandom('planted') }).attest({
      publicKey: reportKey,
      userData: data,
    });
  const ours = simulatedPcrs();
  const otherImage = new Map([...ours, [0, new Uint8Array(48).fill(7)] as const]);
  const debug = new Map([...ours].map(([index]) => [index, new Uint8Array(48)] as const));
  const report = encodeUserData({
    t: 'report',
    v: 1,
    config_sha256: new Uint8Array(32),
    jwt_sha256: crypto.sha256(blob),
    kms_policy: 'locked',
  });
  const evidence: Readonly<Record<string, () => Promise<Uint8Array>>> = {
    'the genuine evidence': () => Promise.resolve(genuine.evidence),
    'evidence under a root of their own': () => attest(own, ours),
    'evidence of another image': () => attest(nsm, otherImage),
    'evidence of an enclave in debug mode': () => attest(nsm, debug),
    'a document that is a report': () => attest(nsm, ours, report),
    'a document without user data': () => attest(nsm, ours, new Uint8Array()),
    'no evidence': () => Promise.resolve(new Uint8Array()),
  };
  return Object.entries(evidence).map(([name, make]) =>
    walk(`a planted root with ${name}`, async () => ({ blob, evidence: await make() })),
  );
}

/** Two concurrent boots must not change the identity of an enclave after it has stated one. */
async function bootTwice(rig: Rig, one: GenesisRecord, other: GenesisRecord): Promise<Outcome> {
  const enclave = rig.newEnclave('booted twice');
  const boot = async (genesis: GenesisRecord) => {
    const body = encodeBootRequest({
      credentials: rig.credentials,
      deployment: rig.deployment,
      sharers: 1,
      genesis,
    });
    await rig.request(enclave, { operation: 'boot', body });
    return reportKeyOf(rig, enclave);
  };
  const [first, second] = await Promise.all([boot(one), boot(other)]);
  if (first !== second) throw new Wrong('an enclave that serves became somebody else');
  return IDENTICAL;
}

function credentialCases(rig: Rig, recorded: Recorded, genuine: GenesisRecord): Case[] {
  const { credentials: own, state } = rig;
  const now = rig.clock.now();
  const stranger = issueCredentials(
    'arn:aws:iam::999999999999:role/stranger',
    now + 3_600_000,
    seededRandom('sts'),
  );
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = stranger;
  const changed = {
    'another role': { accessKeyId, secretAccessKey, sessionToken, expiration },
    'another secret': { ...own, secretAccessKey },
    'another token': { ...own, sessionToken },
    expired: { ...own, expiration: now - 1 },
    'an expiration that is a lie': { ...own, sessionToken, expiration: now + 10 ** 12 },
    'no secret': { ...own, secretAccessKey: '' },
    'no key id': { ...own, accessKeyId: '' },
    'a key id that is a header': { ...own, accessKeyId: 'A\r\nX-Evil: 1' },
    'a token that is a header': { ...own, sessionToken: `${state.role.sessionToken}\r\nX-Evil: 1` },
  };
  return Object.entries(changed).map(([name, credentials]) => ({
    name,
    run: () => bootFresh(rig, recorded, genuine, credentials),
  }));
}
