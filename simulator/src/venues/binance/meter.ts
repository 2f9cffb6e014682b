/** Binance's limits: weight by calendar minute, for each area by address and for `sapi` by account too. */
import { MINUTE_MS } from '@perf-aggregator/shared/time';
import type { Area } from './hosts.ts';
import { refusals } from './refusal.ts';

/** Weight that may be used in a minute: by one address in each area, and by one account (`uid`). */
export type Limits = Readonly<Record<Area | 'uid', number>>;

/** The real venue's limits. */
export const REAL_LIMITS: Limits = { api: 6_000, sapi: 12_000, fapi: 2_400, dapi: 2_400, uid: 180_000 };

/** How the venue treats a client that goes on beyond the limit. The numbers are from memory: [r]. */
export interface BanRule {
  /** Refused requests of one minute in an area after which the address is banned. */
  readonly afterRefused: number;
  readonly banMs: number;
  /** Whether `Retry-After` tells the end. The text always does. */
  readonly tellsInHeader: boolean;
}

/** The rule of a venue where nothing else is asked for. */
export const USUAL_BAN: BanRule = { afterRefused: 30, banMs: 2 * MINUTE_MS, tellsInHeader: true };

/** What to count with. */
export interface MeterOptions {
  readonly limits: Limits;
  readonly ban: BanRule;
  /** Weight of the minute that others at the same address used in an area. */
  readonly otherUse?: (area: Area, now: number) => number;
}

interface Count {
  minute: number;
  used: number;
  refused: number;
  bannedUntil: number;
}

/** Counts what one address uses. */
export class Meter {
  readonly #options: MeterOptions;
  readonly #counts = new Map<string, Count>();

  constructor(options: MeterOptions) {
    this.#options = options;
  }

  /** Weight used in this minute by the address, after this request. @throws BinanceRefusal −1003: 429 or 418 */
  spend(area: Area, weight: number, now: number): number {
    const count = this.#of(area, now);
    const { limits, ban, otherUse } = this.#options;
    if (now < count.bannedUntil) throw refusals.banned(count.bannedUntil, now, ban.tellsInHeader);
    count.used += weight;
    const used = count.used + (otherUse?.(area, now) ?? 0);
    if (used <= limits[area]) return used;
    count.refused++;
    if (count.refused > ban.afterRefused) {
      count.bannedUntil = now + ban.banMs;
      throw refusals.banned(count.bannedUntil, now, ban.tellsInHeader);
    }
    throw refusals.weight(limits[area], secondsLeft(now));
  }

  /** Weight used in this minute by an account. @throws BinanceRefusal −1003 */
  spendOf(uid: number, weight: number, now: number): number {
    const count = this.#of(`uid ${uid}`, now);
    count.used += weight;
    const limit = this.#options.limits.uid;
    if (count.used > limit) throw refusals.weight(limit, secondsLeft(now));
    return count.used;
  }

  #of(key: string, now: number): Count {
    const minute = Math.floor(now / MINUTE_MS);
    const known = this.#counts.get(key) ?? { minute, used: 0, refused: 0, bannedUntil: 0 };
    this.#counts.set(key, known);
    if (known.minute !== minute) Object.assign(known, { minute, used: 0, refused: 0 });
    return known;
  }
}

function secondsLeft(now: number): number {
  return Math.ceil(((Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS - now) / 1_000);
}
