/** Metrics of a small account, computed by the real analytics, for tests of reports. */
import type { EnclaveContext } from '../../src/context/context.ts';
import { metricsOf, type PeriodMetrics } from '../../src/reading/metrics.ts';
import { selectionOf } from '../../src/reading/selection.ts';
import type { ClaimsInput } from '../../src/report/claims.ts';
import type { SessionState } from '../../src/sessions/formats/state.ts';
import { Ledger } from '../../src/sessions/ledger.ts';
import { openSession } from '../../src/sessions/session.ts';
import { fillOf, markOf, NOON, snapshotOf, stateOf } from '../sessions/states.ts';

const DAY_MS = 86_400_000;

/** 1,000 USDT are deposited. 0.001 BTC is bought at 100,000. A day later its price is 200,000. */
export function smallAccountMetrics(state: SessionState = stateOf()): PeriodMetrics {
  const ledger = new Ledger();
  const deposit = {
    kind: 'transfer',
    id: 'd',
    time: NOON - 3 * DAY_MS,
    venue: 'binance',
    account: 'a0',
    wallet: 'spot',
    market: 'spot',
    direction: 'deposit',
    asset: 'USDT',
    amount: '1000',
    fee: null,
    transactionHash: null,
  } as const;
  const marks = [markOf(2), markOf(1), markOf(0, '200000')];
  ledger.append({ entries: [deposit, fillOf('1', { time: NOON - 2 * DAY_MS })], marks }, 'fetched');
  const [account] = state.accounts;
  const snapshot = snapshotOf({ USDT: '900', BTC: '0.001' });
  const session = openSession({ ...state, accounts: [{ ...account!, snapshot }] }, ledger);
  const context = {} as EnclaveContext;
  const selection = selectionOf(session.state, {});
  return metricsOf({ context, session, operation: 'report', asSealed: {}, parameters: {}, selection });
}

/** The input of a report about the small account. `changes` replace members. */
export function claimsInput(changes: Partial<ClaimsInput> = {}): ClaimsInput {
  const state = stateOf({ ledgerHead: 'cd'.repeat(32) });
  const metrics = smallAccountMetrics(state);
  return {
    metrics,
    fullHistory: metrics,
    state,
    selection: { account: null, currency: 'USDT', method: 'fifo' },
    provenance: { fetched: 2, sealed: 0 },
    environment: 'simulated',
    kmsPolicy: 'locked',
    configSha256: new Uint8Array(32).fill(7),
    softwareVersion: '1.2.3',
    issuedAt: NOON,
    period: { start: metrics.startTime!, end: metrics.endTime! },
    audience: null,
    nonce: null,
    ...changes,
  };
}
