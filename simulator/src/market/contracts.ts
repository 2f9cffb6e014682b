/**
 * Contracts on the recorded assets. A contract's price is spot × (1 + basis), its mark spot × (1 + basis / 2). The
 * basis moves in straight lines within ±8 hundredths of a percent, and is never 0 for long. So the price of spot, the
 * price of a contract, and its mark are three different numbers that nothing can confuse without being seen. The
 * funding rate of each 8 hours is a fixed function of its time.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { UNIT } from './amount.ts';
import type { Bar, Base } from './history.ts';
import type { Market } from './market.ts';
import { barOf, FINE_DIGITS, type Series, toFine } from './series.ts';

/** Funding is paid at 00:00, 08:00 and 16:00 UTC. */
export const FUNDING_MS = 8 * HOUR_MS;
const FINE = 10n ** BigInt(FINE_DIGITS);
/** Largest basis, units of 1e-8. */
const SWING = 80_000n;
const PERIOD_MS = 16 * DAY_MS;

/** A contract of the simulated venue. */
export interface Contract {
  /** The venue's name, `BTCUSDT`, `BTCUSD_PERP`. */
  readonly id: string;
  /** Unified symbol, `BTC/USDT:USDT`. */
  readonly symbol: string;
  readonly wallet: 'usdm' | 'coinm';
  readonly base: Base;
  readonly quote: 'USDT' | 'USD';
  readonly marginAsset: string;
  /** USDⓈ-M: 1, quantities are of the base. COIN-M: US dollars of one contract, quantities count contracts. */
  readonly contractSize: number;
  /** Decimals of its prices. */
  readonly digits: number;
  /** Smallest quantity and its step, units (1e-8). */
  readonly lotStep: bigint;
  /** Instant of delivery, ms; null for a perpetual. */
  readonly expiry: number | null;
}

/** All contracts of a market, with their prices. */
export interface Contracts {
  readonly all: readonly Contract[];
  /** @throws RangeError for an id that is none */
  byId(id: string): Contract;
  /** Last price at an instant, ticks of the contract. */
  priceAt(contract: Contract, time: number): bigint;
  /** Mark at an instant, fine (1e-8). */
  markAt(contract: Contract, time: number): bigint;
  /** Mark at the close of the last minute that ended at or before `time`, fine. */
  markClose(contract: Contract, time: number): bigint;
  /** Spot price at an instant, fine: the index. */
  indexAt(contract: Contract, time: number): bigint;
  bar(contract: Contract, openTime: number, durationMs: number, asOf: number): Bar | null;
  /** Bar of the mark, fine prices. */
  markBar(contract: Contract, openTime: number, durationMs: number, asOf: number): Bar | null;
}

/** Days between the delivery of the dated contract and the last recorded day. */
const DELIVERY_DAYS = 4;

/** The contracts on a market. The dated one is delivered at 08:00 UTC, four days before the last recorded day. */
export function createContracts(market: Market): Contracts {
  const all = contractsOf((market.lastDay - DELIVERY_DAYS) * DAY_MS + FUNDING_MS);
  const spot = new Map<string, Series>(market.spot.map((series) => [series.symbol, series]));
  const seriesOf = ({ base }: Contract): Series => spot.get(`${base}/USDT`)!;
  const fine = (contract: Contract, time: number, isClose: boolean): bigint => {
    const series = seriesOf(contract);
    return toFine(isClose ? series.minuteClose(time) : series.priceAt(time), series.digits);
  };
  const lastAt = (contract: Contract, time: number, isClose = false): bigint =>
    withBasis(fine(contract, time, isClose), basisAt(contract, minuteOr(time, isClose))) /
    10n ** BigInt(FINE_DIGITS - contract.digits);
  const markAt = (contract: Contract, time: number, isClose = false): bigint =>
    withBasis(fine(contract, time, isClose), basisAt(contract, minuteOr(time, isClose)) / 2n);
  const bar = (price: typeof lastAt, contract: Contract, openTime: number, duration: number, asOf: number) =>
    barOf(
      {
        priceAt: (time) => price(contract, time),
        minuteClose: (time) => price(contract, time, true),
        source: seriesOf(contract),
        // Two straight lines multiplied bend a little between the turns of either.
        room: (high) => 1n + (high * BigInt(duration) ** 2n * 5n) / (BigInt(DAY_MS) ** 2n * 10_000n),
      },
      openTime,
      duration,
      asOf,
    );
  return {
    all,
    byId(id) {
      const contract = all.find((one) => one.id === id);
      if (!contract) throw new RangeError(`no contract ${id}`);
      return contract;
    },
    priceAt: (contract, time) => lastAt(contract, time),
    markAt: (contract, time) => markAt(contract, time),
    markClose: (contract, time) => markAt(contract, time, true),
    indexAt: (contract, time) => fine(contract, time, false),
    bar: (contract, openTime, duration, asOf) => bar(lastAt, contract, openTime, duration, asOf),
    markBar: (contract, openTime, duration, asOf) => bar(markAt, contract, openTime, duration, asOf),
  };
}

/** Funding rate that is paid at `time`, units of 1e-8: positive when longs pay. `time` is a funding time. */
export function fundingRate({ id }: Contract, time: number): bigint {
  const index = Math.floor(time / FUNDING_MS);
  const step = (index * 37 + id.length * 11 + id.charCodeAt(0)) % 41;
  return BigInt((step - 14) * 1_000);
}

/** Basis at an instant, units of 1e-8: a line that rises for eight days and falls for eight. */
function basisAt({ id }: Contract, time: number): bigint {
  const half = BigInt(PERIOD_MS / 2);
  const offset = (id.charCodeAt(0) + id.length) * 5 * FUNDING_MS;
  const phase = BigInt((time + offset) % PERIOD_MS);
  const rise = phase < half ? phase : BigInt(PERIOD_MS) - phase;
  return (rise * 2n * SWING) / half - SWING;
}

function withBasis(price: bigint, basis: bigint): bigint {
  return (price * (FINE + basis)) / FINE;
}

function minuteOr(time: number, isClose: boolean): number {
  return isClose ? Math.floor(time / MINUTE_MS) * MINUTE_MS : time;
}

function contractsOf(expiry: number): readonly Contract[] {
  const date = new Date(expiry).toISOString().slice(2, 10).replaceAll('-', '');
  const linear = (base: Base, digits: number, lotStep: bigint, dated = false): Contract => ({
    id: `${base}USDT${dated ? `_${date}` : ''}`,
    symbol: `${base}/USDT:USDT${dated ? `-${date}` : ''}`,
    wallet: 'usdm',
    base,
    quote: 'USDT',
    marginAsset: 'USDT',
    contractSize: 1,
    digits,
    lotStep,
    expiry: dated ? expiry : null,
  });
  const inverse = (base: Base, contractSize: number, digits: number): Contract => ({
    id: `${base}USD_PERP`,
    symbol: `${base}/USD:${base}`,
    wallet: 'coinm',
    base,
    quote: 'USD',
    marginAsset: base,
    contractSize,
    digits,
    lotStep: UNIT,
    expiry: null,
  });
  return [
    linear('BTC', 1, UNIT / 1_000n),
    linear('ETH', 2, UNIT / 1_000n),
    linear('SOL', 2, UNIT / 100n),
    linear('BTC', 1, UNIT / 1_000n, true),
    inverse('BTC', 100, 1),
    inverse('ETH', 10, 2),
  ];
}
