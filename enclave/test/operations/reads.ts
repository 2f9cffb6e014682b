/** An enclave with one open session of two accounts, and its owner who sends questions and opens replies. */
import type { LedgerEntry, Mark } from '@perf-aggregator/analytics';
import { fromUtf8, utf8 } from '@perf-aggregator/shared/bytes';
import { crypto } from '@perf-aggregator/shared/crypto';
import { openReply, type ReplyContent, sealedReply } from '@perf-aggregator/shared/messages/reply';
import { encodeQuery, sealRequest } from '@perf-aggregator/shared/messages/request';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import { decodeReply, encodeRequest } from '@perf-aggregator/shared/wire/envelope';
import type { Operation } from '@perf-aggregator/shared/wire/operations';
import { type BootContext, Lifecycle } from '../../src/boot/lifecycle.ts';
import { Allowance } from '../../src/context/allowance.ts';
import type { EnclaveContext } from '../../src/context/context.ts';
import { dispatch } from '../../src/serving/dispatch.ts';
import type { SessionState } from '../../src/sessions/formats/state.ts';
import type { Session } from '../../src/sessions/session.ts';
import { Vault } from '../../src/sessions/vault.ts';
import { fillOf, markOf, NOON, snapshotOf, stateOf } from '../sessions/states.ts';

const DAY_MS = 86_400_000;
/** The number of whole days in the history of the session. */
export const DAYS = 12;

/** An open session, and questions in the name of its owner. */
export interface Asking {
  readonly session: () => Session;
  readonly context: EnclaveContext;
  readonly vault: Vault;
  /** The opened reply; for a refusal, its sealed content. */
  readonly ask: (operation: Operation, parameters?: object) => Promise<ReplyContent>;
  /** A sealed reply, opened. */
  readonly opened: (sealed: Uint8Array) => ReplyContent;
  /** The result; fails when there is none. */
  readonly read: (operation: Operation, parameters?: object) => Promise<Record<string, unknown>>;
}

/** Opens the session in its own enclave. */
export function openForReading(changes: Partial<SessionState> = {}): Asking {
  const clock = { now: () => NOON };
  const vault = new Vault({ clock, random, sealingBase: new Uint8Array(32).fill(9), capacity: 4 });
  const log = () => undefined;
  const context = {
    clock,
    random,
    vault,
    simulated: true,
    kmsPolicy: 'locked',
    log,
  } as unknown as EnclaveContext;
  const lifecycle = new Lifecycle();
  lifecycle.serve(context);
  const enclave = { lifecycle, log, bytesUnderWay: new Allowance(1e6, 'bytes') } as unknown as BootContext;
  const state = stateOf({ accounts: accountsOf(), ...changes });
  vault.write(null, state, { entries: entries(), marks: marks() }, null);
  const session = () => vault.find({ session: state.id, version: state.version, state: null });
  const opened = (sealed: Uint8Array) =>
    openReply(crypto, session().state.responseKey, sealedReply.parse(JSON.parse(fromUtf8(sealed))));
  const ask = async (operation: Operation, parameters: object = {}) => {
    const binding = { requestKey: state.requestKey, sessionId: state.id, operation };
    const body = utf8(encodeQuery(sealRequest(crypto, random, binding, parameters)));
    const request = { operation, session: state.id, version: state.version, body, state: null };
    const reply = decodeReply(await dispatch(enclave, encodeRequest(request)));
    if (reply.outcome === 'state_required') throw new Error('the session is not open');
    const sealed = reply.outcome === 'ok' ? reply.body : reply.failure.sealed;
    if (!sealed) throw new Error('nothing was sealed');
    return opened(sealed);
  };
  const read = async (operation: Operation, parameters: object = {}) => {
    const { result, refusal } = await ask(operation, parameters);
    if (refusal !== null) throw new Error(`${refusal.code}: ${refusal.message}`);
    return result as Record<string, unknown>;
  };
  return { session, context, vault, ask, opened, read };
}

/** Two accounts that were read completely. */
export function accountsOf(): SessionState['accounts'] {
  const [account] = stateOf().accounts;
  const of = (name: string, usdt: string, btc: string) => ({
    ...account!,
    access: { ...account!.access, account: name, apiKey: `key ${name}` },
    coverage: { ...account!.coverage!, account: name },
    snapshot: snapshotOf({ USDT: usdt, BTC: btc }),
  });
  return [of('a0', '1100', '0.001'), of('a1', '990', '0.002')];
}

/** Deposits, purchases, and partial sales. The order `o3` sells in two fills. */
function entries(): LedgerEntry[] {
  const day = (ago: number) => NOON - ago * DAY_MS;
  const fill = (
    id: string,
    ago: number,
    account: string,
    side: 'buy' | 'sell',
    quantity: string,
    price: string,
  ) =>
    fillOf(id, {
      ...{ time: day(ago), account, side, quantity, price, orderId: `o${id.slice(0, 1)}` },
      fee: { amount: '0.1', currency: 'USDT' },
    });
  return [
    deposit('d0', day(12), 'a0', '1000'),
    deposit('d1', day(12), 'a1', '1200'),
    fill('1', 11, 'a0', 'buy', '0.003', '100000'),
    fill('2', 10, 'a0', 'sell', '0.001', '110000'),
    fill('3a', 9, 'a0', 'sell', '0.0005', '120000'),
    { ...fill('3b', 9, 'a0', 'sell', '0.0005', '130000'), time: day(9) + 60_000 },
    fill('4', 8, 'a1', 'buy', '0.003', '90000'),
    fill('5', 4, 'a1', 'sell', '0.001', '95000'),
  ];
}

function deposit(id: string, time: number, account: string, amount: string): LedgerEntry {
  return {
    ...{ kind: 'transfer', id, time, venue: 'binance', account, wallet: 'spot', market: 'spot' },
    ...{ direction: 'deposit', asset: 'USDT', amount, fee: null, transactionHash: null },
  } as LedgerEntry;
}

function marks(): Mark[] {
  return Array.from({ length: DAYS + 1 }, (_, ago) => markOf(ago, String(100_000 + 1_000 * ((ago * 7) % 5))));
}
