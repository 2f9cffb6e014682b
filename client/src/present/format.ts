/** Formats numbers for people. */

/** A ratio as a percentage with two decimals. Null is shown as a dash. */
export function percent(ratio: number | null): string {
  return ratio === null ? '—' : `${(ratio * 100).toFixed(2)} %`;
}

/** A statistic with three decimals. Null is shown as a dash. */
export function statistic(value: number | null): string {
  return value === null ? '—' : value.toFixed(3);
}

/** Exact money with two decimals and thousands separators. It is rounded only for display. */
export function money(exact: string | null, currency: string): string {
  return exact === null ? '—' : `${amount(exact)} ${currency}`;
}

/** The same as {@link money}, without the currency. */
export function amount(exact: string | null): string {
  if (exact === null) return '—';
  const [whole = '0', fraction = '00'] = Number(exact).toFixed(2).split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction}`;
}

/** A quantity or a price with eight significant digits and never an exponent. */
export function quantity(exact: string): string {
  return Number(exact).toLocaleString('en-US', { maximumSignificantDigits: 8, useGrouping: false });
}

/** A UTC day. Null is shown as a dash. */
export function day(instant: number | null): string {
  return instant === null ? '—' : new Date(instant).toISOString().slice(0, 10);
}

/** An instant in UTC, to the second. */
export function time(instant: number): string {
  return new Date(instant).toISOString().replace('T', ' ').slice(0, 19);
}
