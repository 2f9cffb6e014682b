/** What an endpoint is given. */
import type { Contracts } from '../../market/contracts.ts';
import type { Market } from '../../market/market.ts';
import type { BinanceAccount } from './authorization.ts';
import type { Parameters } from './parameters.ts';
import type { Records } from './records.ts';
import type { Tape } from './tape.ts';

/** A public request. */
export interface PublicCall {
  readonly parameters: Parameters;
  readonly now: number;
  readonly market: Market;
  readonly contracts: Contracts;
  readonly tape: Tape;
  /** Weight that `exchangeInfo` names. */
  readonly weightPerMinute: number;
}

/** A request with a signature that was found right. */
export interface Call extends PublicCall {
  readonly customer: BinanceAccount;
  readonly records: Records;
}

/** An endpoint. */
export interface Route {
  readonly weight: number | ((parameters: Parameters) => number);
  /** Whose limit it uses; default the address's. */
  readonly scope?: 'uid';
  readonly open?: (call: PublicCall) => object;
  readonly signed?: (call: Call) => object;
}

/** Endpoints by method and path, `GET /api/v3/time`. */
export type Routes = Readonly<Record<string, Route>>;
