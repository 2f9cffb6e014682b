/** How many requests one address may make: a count in memory, by the address that connected. */
import type { RequestHandler, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { relayError } from '../errors.ts';

/** A budget of requests per address and window. */
export interface RateLimit {
  readonly max: number;
  readonly windowMs: number;
}

/** Lets requests through while their address has a budget, and says in `RateLimit-*` headers what is left. */
export function limitRate({ max, windowMs }: RateLimit): RequestHandler {
  const limiter = new RateLimiterMemory({ points: max, duration: windowMs / 1_000 });
  return async (request, response, next) => {
    // What a proxy in between claims is not looked at: anybody can claim.
    const address = request.socket.remoteAddress ?? 'unknown';
    try {
      tell(response, max, await limiter.consume(address));
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      tell(response, max, refused);
      throw relayError('rate_limited', 'the address has used up its requests', refused.msBeforeNext);
    }
    next();
  };
}

function tell(response: Response, max: number, { remainingPoints, msBeforeNext }: RateLimiterRes): void {
  response.setHeader('RateLimit-Limit', String(max));
  response.setHeader('RateLimit-Remaining', String(Math.max(0, remainingPoints)));
  response.setHeader('RateLimit-Reset', String(Math.ceil(msBeforeNext / 1_000)));
}
