/** Binance's signed endpoints of contracts that show a state: balances, positions, the position mode. */
import { fixed8 } from '../../market/amount.ts';
import type { Contract } from '../../market/contracts.ts';
import { entryPrice, type Position, unrealized, valueAt } from '../../trader/positions.ts';
import type { ContractWallet, PositionSide } from '../../trader/wallet-event.ts';
import type { Call } from './call.ts';
import { pairOf } from './futures-public.ts';

/** Margins are a fixed part of the notional: [r], the venue's brackets are not simulated. */
const INITIAL_PART = 20n;
const MAINTENANCE_PART = 200n;
/** Assets that the venue lists also when nothing is held. */
const ALWAYS: Readonly<Record<ContractWallet, readonly string[]>> = {
  usdm: ['USDT', 'USDC', 'BNB'],
  coinm: ['BTC', 'ETH', 'BNB'],
};

interface AssetState {
  readonly asset: string;
  readonly balance: bigint;
  readonly gain: bigint;
  readonly notional: bigint;
}

/** The assets of a wallet with what their positions gain. */
function assetsOf({ records, contracts, now }: Call, wallet: ContractWallet): readonly AssetState[] {
  const books = records.booksAt(now);
  const names = new Set([...ALWAYS[wallet], ...books.balances(wallet).map(([asset]) => asset)]);
  return Array.from(names, (asset) => {
    let [gain, notional] = [0n, 0n];
    for (const position of books.positions(wallet)) {
      const contract = contracts.byId(position.contract);
      if (contract.marginAsset !== asset) continue;
      const mark = contracts.markAt(contract, now);
      gain += unrealized(contract, position, mark);
      notional += valueAt(contract, magnitude(position.quantity), mark);
    }
    return { asset, balance: books.balance(wallet, asset), gain, notional };
  });
}

/** GET /fapi/v3/account, /dapi/v1/account */
export function contractAccount(call: Call, wallet: ContractWallet): object {
  const assets = assetsOf(call, wallet);
  const rows = assets.map((one) => ({
    asset: one.asset,
    walletBalance: fixed8(one.balance),
    unrealizedProfit: fixed8(one.gain),
    marginBalance: fixed8(one.balance + one.gain),
    maintMargin: fixed8(one.notional / MAINTENANCE_PART),
    initialMargin: fixed8(one.notional / INITIAL_PART),
    positionInitialMargin: fixed8(one.notional / INITIAL_PART),
    openOrderInitialMargin: fixed8(0n),
    crossWalletBalance: fixed8(one.balance),
    crossUnPnl: fixed8(one.gain),
    availableBalance: fixed8(free(one)),
    maxWithdrawAmount: fixed8(free(one)),
    updateTime: call.now,
  }));
  const positions = positionsOf(call, wallet).map(({ contract, position }) =>
    accountPosition(call, contract, position),
  );
  if (wallet === 'coinm')
    return {
      assets: rows,
      positions,
      canDeposit: true,
      canTrade: true,
      canWithdraw: true,
      feeTier: 0,
      updateTime: 0,
    };
  // The totals are of the assets in USDT alone, as the venue's single-asset mode has them.
  const usdt = assets.find(({ asset }) => asset === 'USDT')!;
  return {
    totalInitialMargin: fixed8(usdt.notional / INITIAL_PART),
    totalMaintMargin: fixed8(usdt.notional / MAINTENANCE_PART),
    totalWalletBalance: fixed8(usdt.balance),
    totalUnrealizedProfit: fixed8(usdt.gain),
    totalMarginBalance: fixed8(usdt.balance + usdt.gain),
    totalPositionInitialMargin: fixed8(usdt.notional / INITIAL_PART),
    totalOpenOrderInitialMargin: fixed8(0n),
    totalCrossWalletBalance: fixed8(usdt.balance),
    totalCrossUnPnl: fixed8(usdt.gain),
    availableBalance: fixed8(free(usdt)),
    maxWithdrawAmount: fixed8(free(usdt)),
    assets: rows,
    positions,
  };
}

/** GET /fapi/v3/balance, /dapi/v1/balance */
export function contractBalance(call: Call, wallet: ContractWallet): object {
  return assetsOf(call, wallet).map((one) => ({
    accountAlias: 'SgsR',
    asset: one.asset,
    balance: fixed8(one.balance),
    crossWalletBalance: fixed8(one.balance),
    crossUnPnl: fixed8(one.gain),
    availableBalance: fixed8(free(one)),
    ...(wallet === 'usdm'
      ? { maxWithdrawAmount: fixed8(free(one)), marginAvailable: true }
      : { withdrawAvailable: fixed8(free(one)) }),
    updateTime: call.now,
  }));
}

/**
 * GET /fapi/v3/positionRisk, /dapi/v1/positionRisk. `fapi` lists what is open. `dapi` lists every contract and side of
 * the account's mode.
 */
export function positionRisk(call: Call, wallet: ContractWallet): object {
  const { parameters, contracts, now } = call;
  const asked = parameters.optional('symbol');
  const pair = parameters.optional('pair');
  return positionsOf(call, wallet)
    .filter(({ contract }) => (asked ?? contract.id) === contract.id)
    .filter(({ contract }) => (pair ?? pairOf(contract)) === pairOf(contract))
    .map(({ contract, position }) => {
      const mark = contracts.markAt(contract, now);
      const notional = signedValue(contract, position, mark);
      const margins = { isolatedMargin: '0.00000000', isolatedWallet: '0', liquidationPrice: '0' };
      const shared = {
        symbol: contract.id,
        positionSide: position.side,
        positionAmt: quantityText(contract, position.quantity),
        entryPrice: fixed8(entryPrice(contract, position)),
        breakEvenPrice: fixed8(entryPrice(contract, position)),
        markPrice: fixed8(mark),
        unRealizedProfit: fixed8(unrealized(contract, position, mark)),
        ...margins,
        updateTime: now,
      };
      return wallet === 'coinm'
        ? {
            ...shared,
            leverage: '20',
            maxQty: '100000',
            marginType: 'cross',
            isAutoAddMargin: 'false',
            notionalValue: fixed8(notional),
          }
        : {
            ...shared,
            notional: fixed8(notional),
            marginAsset: contract.marginAsset,
            initialMargin: fixed8(magnitude(notional) / INITIAL_PART),
            maintMargin: fixed8(magnitude(notional) / MAINTENANCE_PART),
            positionInitialMargin: fixed8(magnitude(notional) / INITIAL_PART),
            openOrderInitialMargin: '0',
            adl: 1,
            bidNotional: '0',
            askNotional: '0',
          };
    });
}

/** GET …/positionSide/dual: hedge mode since the first fill on one side. [r]: the mode of a customer is not kept. */
export function positionMode(call: Call, wallet: ContractWallet): object {
  return { dualSidePosition: isHedged(call, wallet) };
}

function isHedged({ records, now }: Call, wallet: ContractWallet): boolean {
  const last = records.events('contractFill').findLast((one) => one.wallet === wallet && one.time <= now);
  return last !== undefined && last.positionSide !== 'BOTH';
}

function positionsOf(
  call: Call,
  wallet: ContractWallet,
): readonly { readonly contract: Contract; readonly position: Position }[] {
  const { contracts, now } = call;
  const books = call.records.booksAt(now);
  if (wallet === 'usdm')
    return books
      .positions(wallet)
      .map((position) => ({ contract: contracts.byId(position.contract), position }));
  const sides: readonly PositionSide[] = isHedged(call, wallet) ? ['LONG', 'SHORT'] : ['BOTH'];
  return contracts.all
    .filter((contract) => contract.wallet === wallet)
    .flatMap((contract) => sides.map((side) => ({ contract, position: books.position(contract.id, side) })));
}

function accountPosition({ contracts, now }: Call, contract: Contract, position: Position): object {
  const mark = contracts.markAt(contract, now);
  const notional = signedValue(contract, position, mark);
  const shared = {
    symbol: contract.id,
    positionSide: position.side,
    positionAmt: quantityText(contract, position.quantity),
    unrealizedProfit: fixed8(unrealized(contract, position, mark)),
    initialMargin: fixed8(magnitude(notional) / INITIAL_PART),
    maintMargin: fixed8(magnitude(notional) / MAINTENANCE_PART),
    updateTime: now,
  };
  return contract.wallet === 'usdm'
    ? { ...shared, isolatedMargin: '0', isolatedWallet: '0', notional: fixed8(notional) }
    : {
        ...shared,
        leverage: '20',
        isolated: false,
        entryPrice: fixed8(entryPrice(contract, position)),
        breakEvenPrice: fixed8(entryPrice(contract, position)),
        maxQty: '100000',
      };
}

/** A quantity as the venue prints it: base with three decimals, contracts as whole numbers. */
export function quantityText({ wallet }: Contract, quantity: bigint): string {
  return wallet === 'usdm' ? fixed8(quantity).slice(0, -5) : fixed8(quantity).slice(0, -9);
}

function signedValue(contract: Contract, { quantity }: Position, price: bigint): bigint {
  const value = valueAt(contract, magnitude(quantity), price);
  return quantity < 0n ? -value : value;
}

function free({ balance, gain, notional }: AssetState): bigint {
  const left = balance + gain - notional / INITIAL_PART;
  return left > 0n ? left : 0n;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
