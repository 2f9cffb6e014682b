/**
 * SecureClient: an institution's side of Performance Aggregator. It verifies the enclave before it encrypts
 * anything to it, and believes no reply that the enclave did not seal for this very question.
 */
import { type Clock, systemClock } from '@perf-aggregator/shared/clock';
import { DEFAULT_SESSION_TTL_S } from '@perf-aggregator/shared/limits';
import { type ReportBundle, reportBundle } from '@perf-aggregator/shared/messages/report';
import {
  encodeQuery,
  type PeriodParameters,
  type ReportParameters,
  type ReturnsParameters,
  type TradesParameters,
} from '@perf-aggregator/shared/messages/request';
import type { SubmissionPayloadInput } from '@perf-aggregator/shared/messages/submission';
import { type Random, systemRandom } from '@perf-aggregator/shared/random';
import type { AxiosRequestConfig } from 'axios';
import { ClientError, SecurityError, ServiceError } from './errors.ts';
import { Http, ProblemResponse } from './http.ts';
import { pagesOf } from './pages.ts';
import { discloseOnly } from './presentation.ts';
import { type Expectations, requestQuote, type VerifiedQuote } from './quote.ts';
import type { MetricsResult, ReturnsResult, SummaryResult, TradesResult } from './results.ts';
import { ClientSession, type ExportedSession } from './session.ts';
import { submit } from './submit.ts';

/** Where the service is and how this process reaches the world; the ports have the platform's defaults. */
export interface ServiceOptions {
  readonly enclaveUrl: string;
  /** What the enclave must be: {@link Expectations}. */
  readonly expect?: Expectations;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly adapter?: AxiosRequestConfig['adapter'];
}

/** The service, and one account or several (`accounts`) to hand over. */
export type SecureClientOptions = ServiceOptions & { readonly ttl?: number } & SubmissionPayloadInput;

/** How far the first reading of the account has come. */
export interface SyncProgress {
  /** 0..1 */
  readonly progress: number;
  readonly entries: number;
}

/** How long to wait for the first reading, and whom to tell. */
export interface WaitOptions {
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Default 10 minutes. */
  readonly timeoutMs?: number;
}

const WAIT_MS = 600_000;
/** Between two questions whether the account is read: often at first, rarely for a long history. */
const MIN_POLL_MS = 500;
const MAX_POLL_MS = 10_000;

/** One session with one service. */
export class SecureClient {
  readonly #service: ServiceOptions;
  readonly #http: Http;
  readonly #ttl: number;
  #payload: SubmissionPayloadInput | null;
  #session: ClientSession | null = null;

  constructor(options: SecureClientOptions) {
    const {
      enclaveUrl,
      expect,
      clock,
      random,
      sleep,
      adapter,
      ttl = DEFAULT_SESSION_TTL_S,
      ...payload
    } = options;
    this.#service = definedOf({ enclaveUrl, expect, clock, random, sleep, adapter });
    this.#http = new Http(enclaveUrl, adapter);
    this.#ttl = ttl;
    this.#payload = payload;
  }

  /**
   * Takes up a session that {@link SecureClient.export} gave out. It asks for no new quote: the session's
   * keys are known to the enclave that verified then, and to nobody else.
   * @throws ClientError `session_malformed`
   */
  static resume(session: unknown, options: Partial<Omit<ServiceOptions, 'enclaveUrl'>> = {}): SecureClient {
    const parsed = ClientSession.parse(session, options.random ?? systemRandom);
    const { enclaveUrl } = parsed.export();
    const client = new SecureClient({ ...options, enclaveUrl } as SecureClientOptions);
    client.#payload = null;
    client.#session = parsed;
    return client;
  }

  /**
   * Asks the service for a quote and verifies it. Sends nothing else.
   * @throws SecurityError, VerificationError, PolicyError, ServiceError, ClientError
   */
  async quote(): Promise<VerifiedQuote> {
    const { expect } = this.#service;
    if (!expect) {
      throw new SecurityError(
        'expectations_missing',
        'say which image you expect (expect.measurements), or "any-image" to check none',
      );
    }
    const ports = { clock: this.#service.clock ?? systemClock, random: this.#random };
    return this.#translate(() => requestQuote(this.#http, expect, ports));
  }

  /**
   * Verifies the enclave and hands the accounts over. The credentials are forgotten by this object afterwards.
   * @throws as {@link SecureClient.quote}; ServiceError with the enclave's sealed reason when it refuses
   */
  async register(): Promise<{
    readonly sessionId: string;
    readonly expiresAt: number;
    readonly quote: VerifiedQuote;
  }> {
    const payload = this.#payload;
    if (this.#session || !payload) throw new ClientError('already_registered', 'this client has a session');
    const { enclaveUrl } = this.#service;
    const attempt = async () => {
      const quote = await this.quote();
      const input = { enclaveUrl, quote, payload, ttl: this.#ttl };
      return { quote, session: await submit(this.#http, this.#random, input) };
    };
    const { quote, session } = await this.#translate(() =>
      attempt().catch((error: unknown) => {
        // The enclave restarted or rotated its key between quote and submission: once is bad luck.
        if (error instanceof ProblemResponse && error.problem.code === 'unknown_handshake_key')
          return attempt();
        throw error;
      }),
    );
    this.#session = session;
    this.#payload = null;
    return { sessionId: session.id, expiresAt: session.export().expiresAt, quote };
  }

  /** All metrics of a period; waits while the account is read for the first time. */
  async getMetrics(parameters: PeriodParameters = {}, wait: WaitOptions = {}): Promise<MetricsResult> {
    return (await this.#read('metrics', parameters, wait)) as MetricsResult;
  }

  /** The few numbers of a dashboard. */
  async getSummary(parameters: PeriodParameters = {}, wait: WaitOptions = {}): Promise<SummaryResult> {
    return (await this.#read('summary', parameters, wait)) as SummaryResult;
  }

  /** One page of the days of a period, oldest first. */
  async getReturns(parameters: ReturnsParameters = {}, wait: WaitOptions = {}): Promise<ReturnsResult> {
    return (await this.#read('returns', parameters, wait)) as ReturnsResult;
  }

  /** Page after page of {@link SecureClient.getReturns}, all of the days that the first one counts. */
  returnsPages(parameters: ReturnsParameters = {}, wait: WaitOptions = {}): AsyncGenerator<ReturnsResult> {
    return pagesOf(parameters, (page) => this.getReturns(page, wait));
  }

  /** One page of round trips, newest first. */
  async getTrades(parameters: TradesParameters = {}, wait: WaitOptions = {}): Promise<TradesResult> {
    return (await this.#read('trades', parameters, wait)) as TradesResult;
  }

  /** Page after page of {@link SecureClient.getTrades}, all of the days of the first one. */
  tradesPages(parameters: TradesParameters = {}, wait: WaitOptions = {}): AsyncGenerator<TradesResult> {
    return pagesOf(parameters, (page) => this.getTrades(page, wait));
  }

  /**
   * A signed report. `disclose` names the metrics that it shows; without it, all.
   * @throws ClientError `disclosure_unknown`, `service_malformed`
   */
  async getReport(
    parameters: ReportParameters & { readonly disclose?: readonly string[] } = {},
    wait: WaitOptions = {},
  ): Promise<ReportBundle> {
    const { disclose, ...query } = parameters;
    const result = await this.#read('report', query, wait);
    const parsed = reportBundle.safeParse((result as { bundle?: unknown } | null)?.bundle);
    if (!parsed.success) throw new ClientError('service_malformed', 'the service sent no report');
    return disclose ? discloseOnly(parsed.data, disclose) : parsed.data;
  }

  /** Moves the session's end to `ttl` seconds from now. @returns the new end, ms */
  async renew(ttl = this.#ttl): Promise<number> {
    const session = this.#open();
    const renewal = { counter: session.nextRenewal(), ttl };
    const asked = { operation: 'renew', parameters: renewal };
    const reply = await this.#translate(
      () => this.#http.request('POST', `/enclave/renew/${session.id}`, session.seal('renew', renewal)),
      (sealed) => session.open(sealed, asked),
    );
    const { result } = session.open(reply, asked);
    const expiresAt = Number((result as { expires_at?: unknown } | null)?.expires_at);
    session.setExpiry(expiresAt);
    return expiresAt;
  }

  /** Ends the session. Delete the exchange key as well: an old sealed copy may live until its end. */
  async revoke(): Promise<void> {
    const session = this.#open();
    await this.#translate(() => this.#http.request('DELETE', `/enclave/revoke/${session.id}`));
    this.#session = null;
  }

  /** The session, for {@link SecureClient.resume} in another process. Secret. */
  export(): ExportedSession {
    return this.#open().export();
  }

  get #random(): Random {
    return this.#service.random ?? systemRandom;
  }

  async #read(operation: string, parameters: object, wait: WaitOptions): Promise<unknown> {
    const clock = this.#service.clock ?? systemClock;
    const sleep = this.#service.sleep ?? defaultSleep;
    const deadline = clock.now() + (wait.timeoutMs ?? WAIT_MS);
    for (let patience = MIN_POLL_MS; ; patience = Math.min(patience * 1.25, MAX_POLL_MS)) {
      try {
        return await this.#ask(operation, parameters);
      } catch (error) {
        if (!(error instanceof ServiceError) || error.code !== 'sync_pending') throw error;
        if (isProgress(error.details)) wait.onProgress?.(error.details);
        if (clock.now() >= deadline) throw new ClientError('sync_timeout', 'the account is still being read');
        await sleep(Math.max(patience, error.retryAfterMs ?? 0));
      }
    }
  }

  async #ask(operation: string, parameters: object): Promise<unknown> {
    const session = this.#open();
    const isDefault = Object.keys(parameters).length === 0;
    const query = isDefault ? '' : `?q=${encodeQuery(session.seal(operation, parameters))}`;
    const reply = await this.#translate(
      () => this.#http.request('GET', `/enclave/${operation}/${session.id}${query}`),
      (sealed) => session.open(sealed, { operation, parameters }),
    );
    return session.open(reply, { operation, parameters }).result;
  }

  #open(): ClientSession {
    if (!this.#session) throw new ClientError('not_registered', 'there is no session; call register() first');
    return this.#session;
  }

  /** Problem documents as errors, with the sealed reason where there is one and it opens. */
  async #translate<T>(
    work: () => Promise<T>,
    open?: (sealed: unknown) => { refusal: { code: string; message: string } | null; result: unknown },
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ProblemResponse)) throw error;
      const { sealed, status, request_id: requestId, retry_after_ms: retryAfterMs } = error.problem;
      if (!sealed || !open) throw error.toServiceError();
      const { refusal, result } = open(sealed);
      if (!refusal) throw new SecurityError('response_mismatch', 'a refusal without a reason');
      throw new ServiceError(refusal.code, refusal.message, {
        status,
        requestId,
        retryAfterMs,
        details: result,
      });
    }
  }
}

function isProgress(details: unknown): details is SyncProgress {
  return typeof details === 'object' && details !== null && 'progress' in details;
}

function defaultSleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function definedOf(options: { [K in keyof ServiceOptions]: ServiceOptions[K] | undefined }): ServiceOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as ServiceOptions;
}
