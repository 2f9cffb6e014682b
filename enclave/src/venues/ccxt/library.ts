/**
 * The parts of ccxt that are used: the venues' classes and the library's errors. The package exports only its index,
 * which loads the classes of a hundred venues. That costs a third of an enclave's start time and 60 MiB. These files
 * are the ones that the index itself imports, so an error has the same class either way.
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
} from '../../../node_modules/ccxt/js/src/base/errors.js';
export { default as Binance } from '../../../node_modules/ccxt/js/src/binance.js';
