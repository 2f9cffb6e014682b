/** Binance's lists of money that moves between the wallets of one account, and between its accounts. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { SubTransfer, WalletName, WalletTransfer } from '../../trader/wallet-event.ts';
import type { Call } from './call.ts';
import { between, pageOf, windowOf } from './page.ts';
import { refusals } from './refusal.ts';

/** Seven days where no time is sent; nothing is older than six months. [r]: the longest window. */
const TRANSFER_WINDOW = { maxMs: 180 * DAY_MS, defaultMs: 7 * DAY_MS, horizonMs: 180 * DAY_MS };
const MONTH = { maxMs: 30 * DAY_MS };
/** Email address of every master account here. */
const MASTER = 'owner@example.com';

/** The venue's names of wallets, in its types of transfers. */
const NAMES = {
  spot: 'MAIN',
  funding: 'FUNDING',
  cross: 'MARGIN',
  usdm: 'UMFUTURE',
  coinm: 'CMFUTURE',
} as const;

/** Every type that the venue documents for these wallets. Another one is refused. */
const TYPES = [
  'MAIN_UMFUTURE',
  'MAIN_CMFUTURE',
  'MAIN_MARGIN',
  'MAIN_FUNDING',
  'UMFUTURE_MAIN',
  'UMFUTURE_MARGIN',
  'UMFUTURE_FUNDING',
  'CMFUTURE_MAIN',
  'CMFUTURE_MARGIN',
  'CMFUTURE_FUNDING',
  'MARGIN_MAIN',
  'MARGIN_UMFUTURE',
  'MARGIN_CMFUTURE',
  'MARGIN_FUNDING',
  'FUNDING_MAIN',
  'FUNDING_UMFUTURE',
  'FUNDING_CMFUTURE',
  'FUNDING_MARGIN',
  'MAIN_ISOLATED_MARGIN',
  'ISOLATED_MARGIN_MAIN',
  'MARGIN_ISOLATEDMARGIN',
  'ISOLATEDMARGIN_MARGIN',
  'ISOLATEDMARGIN_ISOLATEDMARGIN',
  'MAIN_OPTION',
  'OPTION_MAIN',
  'UMFUTURE_OPTION',
  'OPTION_UMFUTURE',
  'MARGIN_OPTION',
  'OPTION_MARGIN',
  'FUNDING_OPTION',
  'OPTION_FUNDING',
  'MAIN_PORTFOLIO_MARGIN',
  'PORTFOLIO_MARGIN_MAIN',
] as const;

/**
 * The venue's type of a transfer. Between isolated wallets and cross it writes the name in one word, between isolated
 * wallets and spot in two.
 */
export function typeOf({ from, to }: Pick<WalletTransfer, 'from' | 'to'>): string {
  const other = from.startsWith('isolated:') ? to : from;
  const isolated = other === 'spot' ? 'ISOLATED_MARGIN' : 'ISOLATEDMARGIN';
  const nameOf = (wallet: WalletName): string =>
    wallet in NAMES ? NAMES[wallet as keyof typeof NAMES] : isolated;
  return `${nameOf(from)}_${nameOf(to)}`;
}

/** Market of an isolated wallet; empty for other wallets. */
export function isolatedSymbol(wallet: WalletName): string {
  return wallet.startsWith('isolated:') ? wallet.slice('isolated:'.length) : '';
}

/** GET /sapi/v1/asset/transfer: one type, newest first, by pages of at most 100. @throws BinanceRefusal */
export function transfers(call: Call): object {
  const { parameters, records, now } = call;
  const type = parameters.choice('type', TYPES);
  const needsFrom = type === 'ISOLATEDMARGIN_MARGIN' || type === 'ISOLATEDMARGIN_ISOLATEDMARGIN';
  const needsTo = type === 'MARGIN_ISOLATEDMARGIN' || type === 'ISOLATEDMARGIN_ISOLATEDMARGIN';
  const fromSymbol = needsFrom ? parameters.required('fromSymbol') : parameters.optional('fromSymbol');
  const toSymbol = needsTo ? parameters.required('toSymbol') : parameters.optional('toSymbol');
  const { from, to } = windowOf(parameters, TRANSFER_WINDOW, now);
  const own = records.list(`transfers ${type}`, () =>
    records.events('transfer').filter((transfer) => typeOf(transfer) === type),
  );
  const rows = between(own, from, to, now).filter(
    (transfer) =>
      (fromSymbol === undefined || isolatedSymbol(transfer.from) === fromSymbol) &&
      (toSymbol === undefined || isolatedSymbol(transfer.to) === toSymbol),
  );
  const page = pageOf(parameters, rows, { size: 10, max: 100 });
  return {
    total: page.total,
    rows: page.rows.map(({ asset, amount, id, time }) => ({
      asset,
      amount,
      type,
      status: 'CONFIRMED',
      tranId: Number(id),
      timestamp: time,
    })),
  };
}

/** GET /sapi/v1/sub-account/transfer/subUserHistory: for a sub-account's key alone. @throws BinanceRefusal */
export function subUserHistory({ customer, parameters, records, now }: Call): object {
  if (customer.role !== 'sub') throw refusals.notForThisAccount();
  const { from, to } = windowOf(parameters, MONTH, now);
  const limit = parameters.limit(500, 500);
  const asset = parameters.optional('asset');
  const type = parameters.integer('type');
  return between(records.events('subTransfer'), from, to, now)
    .filter((one) => (asset ?? one.asset) === one.asset && (type ?? inOrOut(one)) === inOrOut(one))
    .toReversed()
    .slice(0, limit)
    .map((one) => ({
      counterParty: one.direction === 'in' ? 'master' : one.counterparty,
      email: one.counterparty,
      type: inOrOut(one),
      asset: one.asset,
      qty: one.amount,
      fromAccountType: 'SPOT',
      toAccountType: 'SPOT',
      status: 'SUCCESS',
      tranId: Number(one.id),
      time: one.time,
    }));
}

/** GET /sapi/v1/sub-account/list: for a master's key alone. The other accounts that it ever moved money to or from. */
export function subAccounts({ customer, records, now }: Call): object {
  if (customer.role === 'sub') throw refusals.notForThisAccount();
  const known = records.events('subTransfer').filter(({ time }) => time <= now);
  const emails = [...new Set(known.map(({ counterparty }) => counterparty))];
  return {
    subAccounts: emails.map((email) => ({
      email,
      isFreeze: false,
      createTime: customer.history.firstDay * DAY_MS,
      isManagedSubAccount: false,
      isAssetManagementSubAccount: false,
    })),
  };
}

/**
 * GET /sapi/v1/sub-account/universalTransfer: for a master's key alone. Without an address it lists what left the
 * master; `toEmail` of the master lists what came.
 * @throws BinanceRefusal
 */
export function universalTransfers({ customer, parameters, records, now }: Call): object {
  if (customer.role === 'sub') throw refusals.notForThisAccount();
  const toEmail = parameters.optional('toEmail');
  const fromEmail = parameters.optional('fromEmail');
  if (toEmail !== undefined && fromEmail !== undefined) throw refusals.combination();
  const { from, to } = windowOf(parameters, MONTH, now);
  const all = between(records.events('subTransfer'), from, to, now).map((one) => ({
    tranId: Number(one.id),
    fromEmail: one.direction === 'in' ? one.counterparty : MASTER,
    toEmail: one.direction === 'in' ? MASTER : one.counterparty,
    asset: one.asset,
    amount: one.amount,
    createTimeStamp: one.time,
    fromAccountType: 'SPOT',
    toAccountType: 'SPOT',
    status: 'SUCCESS',
    clientTranId: '',
  }));
  const rows = all.filter((one) =>
    toEmail === undefined ? one.fromEmail === (fromEmail ?? MASTER) : one.toEmail === toEmail,
  );
  const page = pageOf(parameters, rows, { size: 500, max: 500, names: ['page', 'limit'] });
  return { result: page.rows, totalCount: page.total };
}

function inOrOut({ direction }: SubTransfer): number {
  return direction === 'in' ? 1 : 2;
}
