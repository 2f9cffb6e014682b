/** Binance's error answers: HTTP status, code and message as the real venue gives them. */

/** Thrown by endpoints; becomes `{"code":…,"msg":…}` with its status. */
export class BinanceRefusal extends Error {
  readonly status: number;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export const refusals = {
  internal: () =>
    new BinanceRefusal(500, -1001, 'Internal error; unable to process your request. Please try again.'),
  missing: (name: string) =>
    new BinanceRefusal(
      400,
      -1102,
      `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
    ),
  illegal: (name: string) =>
    new BinanceRefusal(
      400,
      -1100,
      `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`,
    ),
  invalid: (name: string) =>
    new BinanceRefusal(400, -1130, `Data sent for parameter '${name}' is not valid.`),
  combination: () => new BinanceRefusal(400, -1128, 'Combination of optional parameters invalid.'),
  interval: () => new BinanceRefusal(400, -1120, 'Invalid interval.'),
  symbol: () => new BinanceRefusal(400, -1121, 'Invalid symbol.'),
  tooLong: (hours: number) =>
    new BinanceRefusal(400, -1127, `More than ${hours} hours between startTime and endTime.`),
  transferWindow: () => new BinanceRefusal(400, -4047, 'Time interval must be within 0-90 days'),
  ahead: () =>
    new BinanceRefusal(400, -1021, "Timestamp for this request was 1000ms ahead of the server's time."),
  outsideWindow: () =>
    new BinanceRefusal(400, -1021, 'Timestamp for this request is outside of the recvWindow.'),
  recvWindow: () => new BinanceRefusal(400, -1131, 'recvWindow must be less than 60000'),
  signature: () => new BinanceRefusal(400, -1022, 'Signature for this request is not valid.'),
  keyFormat: () => new BinanceRefusal(401, -2014, 'API-key format invalid.'),
  /** Of `fapi` and `dapi`: [r]. */
  interval7Days: () => new BinanceRefusal(400, -4165, 'Invalid time interval, with a maximum of 7 days.'),
  /** Of `fapi` and `dapi` for an account of portfolio margin: [r], code and text are not certain. */
  portfolioMargin: () =>
    new BinanceRefusal(400, -4109, 'This endpoint is not available for a portfolio margin account.'),
  /** An account that never opened margin: [r]. */
  noMarginAccount: () => new BinanceRefusal(400, -3003, 'Margin account does not exist.'),
  /** [r], code and text are not certain. */
  notForThisAccount: () =>
    new BinanceRefusal(400, -12022, 'This endpoint is not available for this type of account.'),
  order: () => new BinanceRefusal(400, -2010, 'Account has insufficient balance for requested action.'),
  unknownKey: () => new BinanceRefusal(400, -2008, 'Invalid Api-Key ID.'),
  key: () => new BinanceRefusal(401, -2015, 'Invalid API-key, IP, or permissions for action.'),
  weight: (limit: number, retryAfterSeconds: number) =>
    new BinanceRefusal(
      429,
      -1003,
      `Too much request weight used; current limit is ${limit} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`,
      { 'retry-after': String(retryAfterSeconds) },
    ),
  /** The text tells the end of the ban, with or without `Retry-After`. */
  banned: (until: number, now: number, tellsInHeader: boolean) =>
    new BinanceRefusal(
      418,
      -1003,
      `Way too much request weight used; IP banned until ${until}. Please use WebSocket Streams for live updates to avoid bans.`,
      tellsInHeader ? { 'retry-after': String(Math.ceil((until - now) / 1_000)) } : {},
    ),
} as const;

/** How an address is refused, with any key. */
export type AddressRefusal = 'region' | 'firewall';

/**
 * The venue's answer to a country that it does not serve, and the answer of the firewall (CloudFront) in front of it.
 */
export const ADDRESS_REFUSALS: Readonly<
  Record<
    AddressRefusal,
    { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  >
> = {
  region: {
    status: 451,
    headers: {},
    body: JSON.stringify({
      code: 0,
      msg: "Service unavailable from a restricted location according to 'b. Eligibility' in https://www.binance.com/en/terms.",
    }),
  },
  firewall: {
    status: 403,
    headers: { 'content-type': 'text/html', server: 'CloudFront' },
    body: '<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY><H1>403 ERROR</H1></BODY></HTML>',
  },
};
