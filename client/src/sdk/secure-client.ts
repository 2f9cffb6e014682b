/**
 * SecureClient: an institution's side of Performance Aggregator. It verifies the enclave before it encrypts anything to
 * it. It believes only replies that the enclave sealed for the same question.
 */
import { DEFAULT_SESSION_TTL_S } from '@perf-aggregator/shared/limits';
import type { ReportBundle } from '@perf-aggregator/shared/messages/report/claims';
import type {
  PeriodParameters,
  ReturnsParameters,
  TradesParameters,
} from '@perf-aggregator/shared/messages/request';
import type { SubmissionPayloadInput } from '@perf-aggregator/shared/messages/submission';
import { systemRandom } from '@perf-aggregator/shared/random';
import { ClientError } from '../errors.ts';
import { Account, type ReportOptions } from './account.ts';
import { ProblemResponse } from './http.ts';
import type { AnsweredQuote } from './quote.ts';
import type { MetricsResult, ReturnsResult, SummaryResult, TradesResult } from './results.ts';
import { Service, type ServiceOptions } from './service.ts';
import { ClientSession, type ExportedSession } from './session.ts';
import { submit } from './submit.ts';
import type { WaitOptions } from './waiting.ts';

/** The service, and the account or accounts (`accounts`) to hand over. */
export type SecureClientOptions = ServiceOptions & { readonly ttl?: number } & SubmissionPayloadInput;

/** The result of {@link SecureClient.register}. */
export interface Registration {
  readonly sessionId: string;
  /** ms */
  readonly expiresAt: number;
  readonly quote: AnsweredQuote;
}

/** One session with one service. */
export class SecureClient {
  readonly #service: Service;
  readonly #ttl: number;
  #payload: SubmissionPayloadInput | null = null;
  #account: Account | null = null;

  /** @param from - accounts to hand over; or a session that is open already, as {@link SecureClient.resume} makes it */
  constructor(from: SecureClientOptions | Account) {
    if (from instanceof Account) {
      this.#service = from.service;
      this.#ttl = DEFAULT_SESSION_TTL_S;
      this.#account = from;
      return;
    }
    const { enclaveUrl, expect, clock, random, sleep, adapter, ttl, ...payload } = from;
    this.#service = new Service({ enclaveUrl, expect, clock, random, sleep, adapter });
    this.#ttl = ttl ?? DEFAULT_SESSION_TTL_S;
    this.#payload = payload;
  }

  /**
   * Resumes a session that {@link SecureClient.export} returned. It asks for no new quote: only the enclave that was
   * verified then knows the session's keys.
   * @param options - `enclaveUrl`: where the service is now; default: where the session was registered
   * @throws ClientError `session_malformed`
   */
  static resume(session: unknown, options: Partial<ServiceOptions> = {}): SecureClient {
    const parsed = ClientSession.parse(session, options.random ?? systemRandom);
    const enclaveUrl = options.enclaveUrl ?? parsed.export().enclaveUrl;
    return new SecureClient(new Account(new Service({ ...options, enclaveUrl }), parsed));
  }

  /**
   * Asks the service for a quote and verifies it. Sends nothing else.
   * @throws SecurityError, VerificationError, PolicyError, ServiceError, ClientError
   */
  quote(): Promise<AnsweredQuote> {
    return this.#service.quote();
  }

  /**
   * Verifies the enclave and hands over the accounts. Afterwards this object forgets the credentials.
   * @throws as {@link SecureClient.quote}; ServiceError with the enclave's sealed reason when it refuses
   */
  async register(): Promise<Registration> {
    const payload = this.#payload;
    if (this.#account || !payload) throw new ClientError('already_registered', 'this client has a session');
    const { http, random, enclaveUrl } = this.#service;
    const attempt = async () => {
      const quote = await this.quote();
      return { quote, session: await submit(http, random, { enclaveUrl, quote, payload, ttl: this.#ttl }) };
    };
    const { quote, session } = await this.#service.translate(() => againWhenRefused(attempt, this.#service));
    this.#account = new Account(this.#service, session);
    this.#payload = null;
    return { sessionId: session.id, expiresAt: session.export().expiresAt, quote };
  }

  /** All metrics of a period. The call waits while the account is read for the first time. */
  async getMetrics(parameters: PeriodParameters = {}, wait: WaitOptions = {}): Promise<MetricsResult> {
    return this.#open().getMetrics(parameters, wait);
  }

  /** The main numbers, for a dashboard. */
  async getSummary(parameters: PeriodParameters = {}, wait: WaitOptions = {}): Promise<SummaryResult> {
    return this.#open().getSummary(parameters, wait);
  }

  /** One page of the days of a period, oldest first. */
  async getReturns(parameters: ReturnsParameters = {}, wait: WaitOptions = {}): Promise<ReturnsResult> {
    return this.#open().getReturns(parameters, wait);
  }

  /** All pages of {@link SecureClient.getReturns}. They cover the days of the first page. */
  returnsPages(parameters: ReturnsParameters = {}, wait: WaitOptions = {}): AsyncGenerator<ReturnsResult> {
    return this.#open().returnsPages(parameters, wait);
  }

  /** One page of round trips, newest first. */
  async getTrades(parameters: TradesParameters = {}, wait: WaitOptions = {}): Promise<TradesResult> {
    return this.#open().getTrades(parameters, wait);
  }

  /** All pages of {@link SecureClient.getTrades}. They cover the days of the first page. */
  tradesPages(parameters: TradesParameters = {}, wait: WaitOptions = {}): AsyncGenerator<TradesResult> {
    return this.#open().tradesPages(parameters, wait);
  }

  /**
   * A signed report. `disclose` names the metrics that it shows. Left out: it shows all metrics.
   * @throws ClientError `disclosure_unknown`, `service_malformed`
   */
  async getReport(options: ReportOptions = {}, wait: WaitOptions = {}): Promise<ReportBundle> {
    return this.#open().getReport(options, wait);
  }

  /** Moves the session's end to `ttl` seconds from now. @returns the new end, ms */
  async renew(ttl = this.#ttl): Promise<number> {
    return this.#open().renew(ttl);
  }

  /** Ends the session. Delete the exchange key as well: an old sealed copy may live until the session's end. */
  async revoke(): Promise<void> {
    await this.#open().revoke();
    this.#account = null;
  }

  /** The session, for {@link SecureClient.resume} in another process. Secret. */
  export(): ExportedSession {
    return this.#open().export();
  }

  #open(): Account {
    if (!this.#account) throw new ClientError('not_registered', 'there is no session; call register() first');
    return this.#account;
  }
}

/** The most attempts at handing over, and the longest wait before the next attempt, ms. */
const MAX_ATTEMPTS = 4;
const MAX_WAIT_MS = 10_000;

/**
 * Hands over again, under a fresh quote and fresh keys, after a refusal in which nothing was read. Either the enclave
 * restarted or rotated its key between quote and submission, or there was no room. A submission that may have been
 * taken is not sent twice.
 */
async function againWhenRefused<T>(attempt: () => Promise<T>, { sleep }: Service): Promise<T> {
  let isReplaced = false;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === MAX_ATTEMPTS || !(error instanceof ProblemResponse) || error.problem.sealed) throw error;
      const { code, status, retry_after_ms: retryAfterMs } = error.problem;
      if (code === 'unknown_handshake_key') {
        // The first time may be bad luck. The second time is an error.
        if (isReplaced) throw error;
        isReplaced = true;
        continue;
      }
      if ((status !== 429 && status !== 503) || (retryAfterMs ?? 0) > MAX_WAIT_MS) throw error;
      await sleep(retryAfterMs ?? MAX_WAIT_MS / MAX_ATTEMPTS);
    }
  }
}
