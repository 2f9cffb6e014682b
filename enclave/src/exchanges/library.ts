/**
 * What is used of ccxt: one venue's class and the library's errors. The package exports its index only, which
 * loads the classes of a hundred venues: a third of the time that an enclave needs to start, and 60 MiB. They
 * are the files that the index itself takes them from, so an error's class is the same by either way.
 */
export {
  AuthenticationError,
  BadResponse,
  BadSymbol,
  BaseError,
  DDoSProtection,
  InvalidNonce,
  NetworkError,
  NullResponse,
  RateLimitExceeded,
} from '../../node_modules/ccxt/js/src/base/errors.js';
export { default as Binance } from '../../node_modules/ccxt/js/src/binance.js';
