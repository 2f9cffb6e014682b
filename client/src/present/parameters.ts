/** The command-line options for parameters of the protocol. */

/** Option by parameter of a question. */
const QUESTION: Readonly<Record<string, string>> = {
  from: '--from',
  to: '--to',
  period: '--period',
  account: '--account',
  currency: '--currency',
  method: '--method',
  benchmark: '--benchmark',
  riskFreeRateAnnual: '--risk-free',
  minimumAcceptableReturnAnnual: '--mar',
  managementFeeAnnual: '--management-fee',
  window: '--window',
  cursor: '--cursor',
  limit: '--limit',
  symbol: '--symbol',
  aud: '--aud',
  nonce: '--nonce',
  ttl: '--ttl',
};
/** Option by field of a submission. */
const SUBMISSION: Readonly<Record<string, string>> = {
  userId: '--user',
  label: '--label',
  exchange: '--exchange',
  apiKey: '--api-key-file',
  apiSecret: '--api-secret-file',
  symbols: '--symbols',
  sandbox: '--sandbox',
};
/** Codes whose sealed message begins each fault with its place (`from: …; to: …`), and the possible places. */
const NAMING: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  parameters_malformed: QUESTION,
  asset_unpriced: QUESTION,
  payload_malformed: SUBMISSION,
};

/** The option for a parameter of a question. Without an option, the parameter's own name. */
export function optionOf(parameter: string): string {
  return Object.hasOwn(QUESTION, parameter) ? QUESTION[parameter]! : parameter;
}

/**
 * The options that a sealed refusal names. None of the service's words is repeated: only existing options can be named.
 */
export function optionsNamed(code: string, message: string): readonly string[] {
  const names = Object.hasOwn(NAMING, code) ? NAMING[code]! : {};
  const places = [...message.matchAll(/(?:^|; )([\w.]{1,80}):/g)].flatMap(([, place]) => place!.split('.'));
  return [...new Set(places.flatMap((place) => (Object.hasOwn(names, place) ? names[place]! : [])))];
}
