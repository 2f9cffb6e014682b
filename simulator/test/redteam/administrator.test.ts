/** The AWS administrator creates the key, takes the root while the policy allows it, and then locks the key. */
import { SecureClient } from '@perf-aggregator/client';
import { openLmdbStore } from '@perf-aggregator/parent/storage/lmdb';
import { equalBytes } from '@perf-aggregator/shared/bytes';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import type { StoredState } from '@perf-aggregator/shared/wire/envelope';
import { describe } from 'vitest';
import { deriveIdentity, type Identity } from '../../../enclave/src/keys/root.ts';
import { decodeChunk } from '../../../enclave/src/sessions/formats/chunk.ts';
import {
  decodeState,
  EMPTY_HEAD,
  EMPTY_LOG,
  encodeState,
  type SessionState,
} from '../../../enclave/src/sessions/formats/state.ts';
import { growLog } from '../../../enclave/src/sessions/log/ledger-log.ts';
import type { LedgerRecord } from '../../../enclave/src/sessions/records/record.ts';
import { openBlob, sealBlob } from '../../../enclave/src/sessions/sealing.ts';
import { itAnswers } from '../../../shared/test/field/answers.ts';
import { openBlob as decrypt } from '../../src/kms/key.ts';
import { isAuthorized } from '../../src/kms/policy-engine.ts';
import { createWorldState, type WorldState } from '../../src/world/state.ts';
import { eventually } from '../world/eventually.ts';
import { NOON, startTestWorld, type TestWorld } from '../world/fixture.ts';
import { ManualClock } from '../world/manual-clock.ts';
import { claimsOf, refusalOf, startAttack } from './attack.ts';
import { holding } from './plans.ts';
import { STOLEN_ROOT_A1 } from './today.ts';

/** The real deposit is 200,000 USDT: the forged state shows the same profit on a fifth of it. */
const FORGED_DEPOSIT = '40000';
const FORGED_AWAY = 160_000;

describe('A1: when the key was locked after its root was taken', () => {
  itAnswers(STOLEN_ROOT_A1, async () => {
    const clock = new ManualClock(NOON);
    const state = await createWorldState({ clock, random, seed: 'test' });
    const locked = state.kms.policy;
    state.kms.policy = policyOfHisOwn(state);
    const test = await startTestWorld({ state }, clock);
    const answers: Record<string, unknown> = {};
    try {
      await steal(test, locked, answers);
    } catch (error) {
      answers['refusal'] = refusalOf(error);
    } finally {
      await test.world.stop();
    }
    return answers;
  });
});

/** Runs from the genesis to the report. `answers` also holds the results if it stops early. */
async function steal(test: TestWorld, locked: string, answers: Record<string, unknown>): Promise<void> {
  const { world, state } = test;
  const lenient = { expect: { ...world.expectations, kmsPolicy: 'mutable' } };
  const { reportKey } = await eventually(() => world.client(lenient).quote());
  answers['decryptsBeforeTheLock'] = mayDecrypt(state);
  const stolen = deriveIdentity(await unwrapRoot(test));
  answers['rootIsTheReportKeys'] = equalBytes(stolen.reportKey, reportKey);

  state.kms.policy = locked;
  answers['decryptsAfterTheLock'] = mayDecrypt(state);
  await world.startEnclave();
  await world.startParent();
  await startAttack(holding('0.3'), {}, test);
  const careful = world.client({ expect: { ...world.expectations, kmsPolicy: 'locked' } });
  await eventually(() => careful.register());
  answers['policyOfTheQuote'] = (await careful.quote()).kmsPolicy;
  answers['honestReturn'] = (await careful.getMetrics()).totalReturn;

  const session = careful.export();
  answers['readsTheApiKey'] = (await forge(test, stolen, session.sessionId)) === state.venue.apiKey;
  const accomplice = SecureClient.resume({ ...session, sequence: 0, ledgerHead: null }, world.ports);
  answers['claims'] = claimsOf(test, await eventually(() => accomplice.getReport()));
}

/** A policy that allows the role everything with the key, with or without attestation. */
function policyOfHisOwn({ role }: WorldState): string {
  const statement = { Sid: 'Mine', Effect: 'Allow', Action: ['kms:*'], Resource: '*' };
  const Principal = { AWS: role.roleArn };
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, Principal }] });
}

/** Whether the role may decrypt without an enclave. */
function mayDecrypt({ kms, role }: WorldState): boolean {
  return isAuthorized(kms.policy, {
    roleArn: role.roleArn,
    account: '000000000000',
    iamActions: ['kms:*'],
    action: 'kms:Decrypt',
    resource: kms.arn,
    context: new Map(),
  });
}

async function unwrapRoot({ world, state }: TestWorld): Promise<Uint8Array> {
  await world.stopParent();
  const store = openLmdbStore(world.storePath);
  const genesis = (await store.genesis())!;
  await store.close();
  return decrypt(state.kms, genesis.blob, { application: 'perf-aggregator' });
}

/** Replaces the state of a session by a forged one. @returns the API key in the genuine state */
async function forge({ world }: TestWorld, stolen: Identity, session: string): Promise<string> {
  await world.stopParent();
  await world.stopEnclave();
  const store = openLmdbStore(world.storePath);
  const stored = (await store.state(session))!;
  const context = { kind: 'session', session, version: stored.version } as const;
  const state = decodeState(openBlob(stolen.sealingBase, context, stored.blob)) as SessionState;
  const { chunks, log, ledgerHead } = forgeLedger(stolen, state, stored);
  const accounts = state.accounts.map((account) => ({ ...account, snapshot: forgeSnapshot(account) }));
  const forged = encodeState({ ...state, log, ledgerHead, accounts });
  const blob = sealBlob(stolen.sealingBase, random, context, forged);
  await store.erase(session);
  const { version } = stored;
  const { expiresAt } = state;
  await store.write({
    session,
    baseVersion: 0,
    version,
    expiresAt,
    syncAt: null,
    blob,
    chunksKept: 0,
    chunks,
  });
  await store.close();
  await world.startEnclave();
  await world.startParent();
  return state.accounts[0]!.access.apiKey;
}

/** The ledger with another deposit, in batches, columns and a tree as the enclave would have them. */
function forgeLedger({ sealingBase }: Identity, state: SessionState, stored: StoredState) {
  // Whoever has not the boot key of a process cannot make its MAC; what is `sealed` needs none.
  const bootKey = new Uint8Array(32);
  const session = state.id;
  const opened = stored.chunks.map((blob, index) =>
    openBlob(sealingBase, { kind: 'batch', session, index }, blob),
  );
  const all = state.log.tail === null ? opened : [...opened, state.log.tail];
  const records = all.flatMap(
    (chunk, index) => decodeChunk(chunk, { session, index, bootKey }).batch.records,
  );
  const now = state.createdAt;
  const arrival = {
    records: records.map(forgeDeposit),
    provenance: 'fetched',
    session,
    bootKey,
    now,
  } as const;
  const forged = growLog(EMPTY_LOG, EMPTY_HEAD, arrival);
  const chunks = forged.chunks.map((plaintext, index) =>
    sealBlob(sealingBase, random, { kind: 'batch', session, index }, plaintext),
  );
  return { chunks, log: forged.log, ledgerHead: forged.head };
}

function forgeDeposit(record: LedgerRecord): LedgerRecord {
  return record.kind === 'transfer' ? { ...record, amount: FORGED_DEPOSIT } : record;
}

/** The USDT balance that matches the forged deposit. */
function forgeSnapshot({ snapshot }: SessionState['accounts'][number]) {
  const balances = snapshot!.balances.map((row) => ({
    ...row,
    total: row.asset === 'USDT' ? String(Number(row.total) - FORGED_AWAY) : row.total,
  }));
  return { ...snapshot!, balances };
}
