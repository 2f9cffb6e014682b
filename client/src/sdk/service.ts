/** One service: its address, what its enclave must be, and how this process reaches it. */
import { type Clock, systemClock } from '@perf-aggregator/shared/clock';
import { type Random, systemRandom } from '@perf-aggregator/shared/random';
import type { AxiosRequestConfig } from 'axios';
import { SecurityError, ServiceError } from '../errors.ts';
import { Http, ProblemResponse } from './http.ts';
import { type AnsweredQuote, type Expectations, requestQuote } from './quote.ts';

/** The address of the service, and how this process reaches the outside. The ports default to the platform's. */
export interface ServiceOptions {
  readonly enclaveUrl: string;
  /** What the enclave must be: {@link Expectations}. */
  readonly expect?: Expectations | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
  readonly adapter?: AxiosRequestConfig['adapter'];
}

/** An opened sealed reply. It may hold a refusal. */
export interface Opened {
  readonly refusal: { readonly code: string; readonly message: string } | null;
  readonly result: unknown;
}

/** The service of a client. */
export class Service {
  readonly enclaveUrl: string;
  readonly http: Http;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: (ms: number) => Promise<void>;
  readonly #expect: Expectations | undefined;

  constructor({ enclaveUrl, expect, clock, random, sleep, adapter }: ServiceOptions) {
    this.enclaveUrl = enclaveUrl;
    this.clock = clock ?? systemClock;
    this.random = random ?? systemRandom;
    this.sleep = sleep ?? defaultSleep;
    this.http = new Http(enclaveUrl, this, adapter);
    this.#expect = expect;
  }

  /**
   * Asks for a quote and verifies it. Sends nothing else.
   * @throws SecurityError, VerificationError, PolicyError, ServiceError, ClientError
   */
  async quote(): Promise<AnsweredQuote> {
    const expect = this.#expect;
    if (!expect) {
      throw new SecurityError(
        'expectations_missing',
        'say which image you expect (expect.measurements), or "any-image" to check none',
      );
    }
    return this.translate(() => requestQuote(this.http, expect, this));
  }

  /**
   * Does `work`. Problem documents become errors. The error has the sealed reason if there is one and `open` opens it.
   * @throws ServiceError; SecurityError `response_mismatch` for a sealed refusal that gives no reason
   */
  async translate<T>(work: () => Promise<T>, open?: (sealed: unknown) => Opened): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ProblemResponse)) throw error;
      const { sealed, status, request_id: requestId, retry_after_ms: retryAfterMs } = error.problem;
      if (!sealed || !open) throw error.toServiceError();
      const { refusal, result } = open(sealed);
      if (!refusal) throw new SecurityError('response_mismatch', 'a refusal without a reason');
      const { code, message } = refusal;
      throw new ServiceError(code, message, { status, requestId, retryAfterMs, details: result });
    }
  }
}

function defaultSleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
