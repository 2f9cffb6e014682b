/** Simulated accounts for tests and demonstrations, each by its seed. */
export { dustAndConvert } from './coin-holder.ts';
export { beyondHorizon, coinMargined, futuresTrader } from './contract-traders.ts';
export { demonstration } from './demonstration.ts';
export { type EverythingOptions, everything } from './everything.ts';
export { marginTrader } from './margin-trader.ts';
export { Plan, type ScenarioOptions } from './plan.ts';
export { flatTrader, type HiddenLossOptions, hiddenLoss } from './spot-traders.ts';
