import ccxt from 'ccxt';
import { describe, expect, it } from 'vitest';
import {
  isRegionRefusal,
  isRetryable,
  regionRefused,
  toExchangeError,
} from '../../../src/venues/ccxt/faults.ts';
import { ExchangeError, type ExchangeErrorCode } from '../../../src/venues/errors.ts';
import { binance } from '../../../src/venues/tables/binance/table.ts';

const URL_WITH_SECRETS = 'https://api.binance.com/api/v3/account?timestamp=1&signature=deadbeef';

describe('when ccxt throws', () => {
  it.each<[Error, ExchangeErrorCode]>([
    [new ccxt.AuthenticationError(`binance ${URL_WITH_SECRETS}`), 'exchange_auth'],
    [new ccxt.PermissionDenied('x'), 'exchange_auth'],
    [new ccxt.RateLimitExceeded('x'), 'exchange_rate_limited'],
    [new ccxt.DDoSProtection('x'), 'exchange_rate_limited'],
    [new ccxt.DDoSProtection('binance {"code":-2015,"msg":"Invalid API-key"}'), 'exchange_key_restricted'],
    [new ccxt.InvalidNonce('x'), 'exchange_clock'],
    [new ccxt.RequestTimeout(`binance GET ${URL_WITH_SECRETS} request timed out`), 'exchange_unavailable'],
    [new ccxt.ExchangeNotAvailable('x'), 'exchange_unavailable'],
    [
      new ccxt.NetworkError(`binance GET ${URL_WITH_SECRETS} fetch failed: [egress_tls]`),
      'exchange_untrusted',
    ],
    [new ccxt.NetworkError('fetch failed: [egress_response_too_large]'), 'exchange_bad_response'],
    [new ccxt.NetworkError('fetch failed: [egress_refused]'), 'exchange_unavailable'],
    [new ccxt.BadSymbol('x'), 'exchange_symbol_unknown'],
    [new ccxt.BadResponse('x'), 'exchange_bad_response'],
    [new ccxt.ExchangeError('binance {"code":-9999,"msg":"?"}'), 'exchange_bad_response'],
    [new ccxt.ExchangeError('binance {"code":-1001,"msg":"?"}'), 'exchange_unavailable'],
    [new TypeError(`cannot read ${URL_WITH_SECRETS}`), 'exchange_bad_response'],
  ])('converts %s to %s and keeps no part of its message', (error, code) => {
    const coded = toExchangeError(error, 'binance account', binance.errorCodes);
    expect(coded).toBeInstanceOf(ExchangeError);
    expect(coded.code).toBe(code);
    expect(coded.cause).toBeUndefined();
    expect(coded.message).not.toMatch(/https|signature|timestamp|Invalid API/);
    expect(isRetryable(coded)).toBe(code === 'exchange_unavailable' || code === 'exchange_rate_limited');
  });
});

describe('when an answer concerns the address and not the key', () => {
  it.each<[number, string, boolean]>([
    [451, '{"code":0,"msg":"Service unavailable from a restricted location"}', true],
    [451, '', true],
    [451, '{"code":-2015,"msg":"Invalid API-key"}', true],
    [403, '', true],
    [403, '<html>403 ERROR</html>', true],
    [403, '{"message":"Forbidden"}', true],
    [403, '"code"', true],
    [403, 'null', true],
    [403, '[]', true],
    [403, '{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}', false],
    [401, '', false],
    [400, '<html>', false],
    [200, '', false],
    [503, '<html>', false],
  ])('HTTP %i with %s: %s', (status, body, refused) => {
    expect(isRegionRefusal(status, body)).toBe(refused);
  });

  it('it has its own code, is not retried, and is not converted to another error', () => {
    const refused = regionRefused(451);
    expect(refused).toBeInstanceOf(ExchangeError);
    expect(refused.code).toBe('exchange_region_refused');
    expect(refused.message).toMatch(
      /HTTP 451: the venue refuses the address .* or its region; the key was not/,
    );
    expect(isRetryable(refused)).toBe(false);
    expect(toExchangeError(refused, 'binance account', binance.errorCodes)).toBe(refused);
  });
});
