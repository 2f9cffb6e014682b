/** Binance: spot, the funding wallet, margin, futures in dollars and in coins, and Simple Earn. */
import type { AccountInspection, Permission } from '../../port.ts';
import type { VenueTable } from '../../table.ts';
import { fieldsOf, toInstant, toText } from '../../values.ts';
import { BUCKETS, CALLS } from './calls.ts';
import { CONVERSION_STREAMS } from './conversions.ts';
import { CREDIT_STREAMS } from './credits.ts';
import { EARN_STREAMS, readPositions } from './earn.ts';
import { FUTURES_STREAMS, readCoinmCandle, readFutures, readMarkCandle } from './futures.ts';
import { HOSTS, SANDBOX_HOSTS } from './hosts.ts';
import { MARGIN_STREAMS, readCrossBalances, readIsolatedBalances } from './margin.ts';
import { readCoinmMarkets, readSpotMarkets, readUsdmMarkets } from './markets.ts';
import { RENAMES } from './renames.ts';
import { LAUNCH, readCandle, readFundingBalances, readSpotBalances, SPOT_STREAMS } from './spot.ts';
import { SUB_ACCOUNT_STREAM, WALLET_TRANSFER_STREAMS } from './transfers.ts';

export const binance: VenueTable = {
  venue: 'binance',
  hosts: HOSTS.map((host) => ({ host, port: 443 })),
  sandboxHosts: SANDBOX_HOSTS.map((host) => ({ host, port: 443 })),
  launch: LAUNCH,
  markQuote: 'USDT',
  routeQuotes: ['USDT', 'USDC', 'FDUSD', 'BTC', 'ETH', 'BNB', 'EUR', 'TUSD', 'BUSD'],
  idOf: (base, quote) => `${base}${quote}`,
  // Binance spot has no pair with USD. So a report in USD is refused; it is never a report in USDT under another name.
  reportingAssets: ['BTC', 'EUR'],
  buckets: BUCKETS,
  calls: CALLS,
  listings: [
    { call: 'markets', read: readSpotMarkets, sandbox: true },
    { call: 'usdmMarkets', read: readUsdmMarkets, sandbox: false },
    { call: 'coinmMarkets', read: readCoinmMarkets, sandbox: false },
  ],
  wallets: [
    {
      wallets: ['spot'],
      calls: [{ call: 'account', parameters: { omitZeroBalances: 'true' } }],
      read: ([answer], { isListed }) => readSpotBalances(answer, isListed),
    },
    {
      wallets: ['funding'],
      calls: [{ call: 'fundingWallet' }],
      read: ([answer]) => readFundingBalances(answer),
    },
    {
      ...{ wallets: ['cross'], calls: [{ call: 'crossMargin' }], needs: 'margin' },
      read: ([answer]) => readCrossBalances(answer),
    },
    {
      ...{ wallets: ['isolated:'], calls: [{ call: 'isolatedMargin' }], needs: 'margin' },
      read: ([answer]) => readIsolatedBalances(answer),
    },
    {
      ...{
        wallets: ['usdm'],
        calls: [{ call: 'usdmBalances' }, { call: 'usdmPositions' }],
        needs: 'futures',
      },
      read: (answers, { market }) => readFutures(answers, 'usdm', (id) => market('linear', id)),
    },
    {
      ...{
        wallets: ['coinm'],
        calls: [{ call: 'coinmBalances' }, { call: 'coinmPositions' }],
        needs: 'futures',
      },
      read: (answers, { market }) => readFutures(answers, 'coinm', (id) => market('inverse', id)),
    },
    {
      ...{
        wallets: ['earn:flexible'],
        calls: [{ call: 'earnFlexible', parameters: { size: 100 } }],
        isCostly: true,
      },
      read: ([answer]) => readPositions(answer, 'flexible'),
    },
    {
      ...{
        wallets: ['earn:locked'],
        calls: [{ call: 'earnLocked', parameters: { size: 100 } }],
        isCostly: true,
      },
      read: ([answer]) => readPositions(answer, 'locked'),
    },
  ],
  streams: [
    ...SPOT_STREAMS,
    ...WALLET_TRANSFER_STREAMS,
    ...CONVERSION_STREAMS,
    ...CREDIT_STREAMS,
    ...FUTURES_STREAMS,
    ...MARGIN_STREAMS,
    ...EARN_STREAMS,
    SUB_ACCOUNT_STREAM,
  ],
  candles: {
    spot: {
      day: { call: 'candles', read: readCandle },
      minute: { call: 'candles', read: readCandle },
    },
    linear: {
      day: { call: 'usdmMarkCandles', read: readMarkCandle },
      minute: { call: 'usdmCandles', read: readCandle },
    },
    inverse: {
      day: { call: 'coinmMarkCandles', read: readMarkCandle },
      minute: { call: 'coinmCandles', read: readCoinmCandle },
    },
  },
  renames: RENAMES,
  // Funding at 00:00, 08:00 and 16:00.
  quietMinutes: [
    [0, 2],
    [480, 482],
    [960, 962],
  ],
  checkRequests: 500,
  products: [
    { name: 'spot', wallets: ['spot'] },
    { name: 'funding wallet', wallets: ['funding'] },
    { name: 'margin', wallets: ['cross', 'isolated:'] },
    { name: 'USDⓈ-M futures', wallets: ['usdm'] },
    { name: 'COIN-M futures', wallets: ['coinm'] },
    { name: 'Simple Earn', wallets: ['earn:flexible', 'earn:locked'] },
  ],
  notRead: [
    ...['options', 'portfolio margin', 'loans', 'staking', 'dual investment', 'mining pool', 'custody'],
    ...['trading bots', 'copy trading', 'transfers between sub-accounts, with the key of a master account'],
  ],
  sandbox: { streams: ['spot fills'], wallets: ['spot'] },
  errorCodes: {
    ...{ '-1000': 'exchange_unavailable', '-1001': 'exchange_unavailable', '-1003': 'exchange_rate_limited' },
    ...{ '-1006': 'exchange_unavailable', '-1007': 'exchange_unavailable', '-1008': 'exchange_unavailable' },
    ...{ '-1015': 'exchange_rate_limited', '-1021': 'exchange_clock', '-1022': 'exchange_auth' },
    ...{ '-1121': 'exchange_symbol_unknown', '-2008': 'exchange_auth', '-2014': 'exchange_auth' },
    ...{ '-2015': 'exchange_key_restricted' },
    // No margin account; no isolated one; not the key of a sub-account.
    ...{
      '-3003': 'exchange_not_offered',
      '-11001': 'exchange_not_offered',
      '-12022': 'exchange_not_offered',
    },
  },
  clock: {
    call: 'time',
    read: (answer) => toInstant(fieldsOf(answer, 'time')['serverTime'], 'server time'),
  },
  inspection: {
    account: 'account',
    permissions: 'permissions',
    uid(answer) {
      const { uid } = fieldsOf(answer, 'account');
      return uid === undefined ? null : toText(uid, 'uid');
    },
    read: readPermissions,
  },
};

/** What the key itself may do. A transfer to another customer counts as a withdrawal. */
function readPermissions(answer: unknown): Omit<AccountInspection, 'uid'> {
  const info = fieldsOf(answer, 'permissions');
  const any = (...names: readonly string[]): Permission => {
    const values = names.map((name) => info[name]).filter((value) => value !== undefined);
    if (values.includes(true) || values.includes('true')) return 'yes';
    return values.length === 0 ? 'unknown' : 'no';
  };
  const trading = ['enableSpotAndMarginTrading', 'enableMargin', 'enableFutures', 'enableVanillaOptions'];
  return {
    canRead: any('enableReading'),
    canTrade: any(...trading, 'enablePortfolioMarginTrading', 'enableFixApiTrade'),
    canWithdraw: any('enableWithdrawals', 'enableInternalTransfer'),
    scopesMissing: any('enableFutures') === 'no' ? ['futures'] : [],
    mode: any('enablePortfolioMarginTrading') === 'yes' ? 'portfolio margin' : 'classic',
    // `tradingAuthorityExpirationTime` is the end of the permission to trade, not of the key.
    expiresAt: null,
  };
}
