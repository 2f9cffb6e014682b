/** The content of a history as text. */
import { type Amount, type Decimal, formatDecimal, ZERO } from '../amount/decimal.ts';
import type { Fold } from '../book/fold.ts';
import type { Valuation } from '../valuation/nav.ts';
import { type DailyRecord, flowsByDay } from './daily-record.ts';

/** Valuations outlive the histories that hold them. Their texts are kept as long. */
const navTexts = new WeakMap<Valuation, Decimal | null>();

function navText(valuation: Valuation): Decimal | null {
  const known = navTexts.get(valuation);
  if (known !== undefined) return known;
  const written = valuation.value && formatDecimal(valuation.value);
  navTexts.set(valuation, written);
  return written;
}

/** Daily values and flows. */
export function toDailyText(record: DailyRecord) {
  const { bounds, valuations, flows } = record;
  const text = (amount: Amount | null) => amount && formatDecimal(amount);
  // Most days have no such sum.
  const sumText = (sum: Amount) => (sum === ZERO ? '0' : formatDecimal(sum));
  return {
    startTime: bounds[0] ?? null,
    days: bounds.slice(1),
    navAtStart: valuations[0] === undefined ? null : navText(valuations[0]),
    nav: valuations.slice(1).map(navText),
    deposits: flowsByDay(flows, bounds, 'deposit').map(sumText),
    withdrawals: flowsByDay(flows, bounds, 'withdrawal').map(sumText),
    flows: flows.map((flow) => ({
      ...flow,
      amount: formatDecimal(flow.amount),
      value: text(flow.value),
    })),
  };
}

/** Open lots of all assets. */
export function toOpenLots(byAsset: ReturnType<Fold['openLots']>) {
  return byAsset.flatMap(([asset, lots]) =>
    lots.map(({ time, quantity, price }) => ({
      asset,
      time,
      quantity: formatDecimal(quantity),
      price: price && formatDecimal(price),
    })),
  );
}
