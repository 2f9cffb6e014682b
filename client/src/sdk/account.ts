/** One open session of a service. Questions are sealed to the enclave, and the enclave seals its answers to them. */
import type { ReportBundle } from '@perf-aggregator/shared/messages/report/claims';
import { reportBundle } from '@perf-aggregator/shared/messages/report/claims';
import {
  encodeQuery,
  type PeriodParameters,
  type ReportParameters,
  type ReturnsParameters,
  type TradesParameters,
} from '@perf-aggregator/shared/messages/request';
import { pathOf, type ReadOperation } from '@perf-aggregator/shared/wire/operations';
import { ClientError, SecurityError, ServiceError } from '../errors.ts';
import { discloseOnly } from './disclosure.ts';
import { pagesOf } from './pages.ts';
import type { AccountAnswers, MetricsResult, ReturnsResult, SummaryResult, TradesResult } from './results.ts';
import type { Service } from './service.ts';
import type { Asked, ClientSession, ExportedSession } from './session.ts';
import { isSyncProgress, type WaitOptions } from './waiting.ts';

/** Default time to wait for the first reading. */
const WAIT_MS = 600_000;
/** Time between two questions whether the account has been read. It is short at first and longer for a long history. */
const MIN_POLL_MS = 500;
const MAX_POLL_MS = 10_000;

/** What a report shows, and the question. */
export type ReportOptions = ReportParameters & { readonly disclose?: readonly string[] };

/** The accounts of one session. */
export class Account {
  readonly service: Service;
  readonly #session: ClientSession;

  constructor(service: Service, session: ClientSession) {
    this.service = service;
    this.#session = session;
  }

  /** The session, for use in another process. Secret. */
  export(): ExportedSession {
    return this.#session.export();
  }

  getMetrics(parameters: PeriodParameters, wait: WaitOptions): Promise<MetricsResult> {
    return this.#read('metrics', parameters, wait);
  }

  getSummary(parameters: PeriodParameters, wait: WaitOptions): Promise<SummaryResult> {
    return this.#read('summary', parameters, wait);
  }

  getReturns(parameters: ReturnsParameters, wait: WaitOptions): Promise<ReturnsResult> {
    return this.#read('returns', parameters, wait);
  }

  /** All pages, from the page that `parameters` ask for. */
  returnsPages(parameters: ReturnsParameters, wait: WaitOptions): AsyncGenerator<ReturnsResult> {
    const { period: _, ...rest } = parameters;
    return pagesOf(
      parameters,
      (page) => this.getReturns(page, wait),
      (next) => ({ ...rest, ...next }),
    );
  }

  getTrades(parameters: TradesParameters, wait: WaitOptions): Promise<TradesResult> {
    return this.#read('trades', parameters, wait);
  }

  /** All pages, from the page that `parameters` ask for. */
  tradesPages(parameters: TradesParameters, wait: WaitOptions): AsyncGenerator<TradesResult> {
    const { period: _, ...rest } = parameters;
    return pagesOf(
      parameters,
      (page) => this.getTrades(page, wait),
      (next) => ({ ...rest, ...next }),
    );
  }

  /** @throws ClientError `disclosure_unknown`, `service_malformed` */
  async getReport({ disclose, ...query }: ReportOptions, wait: WaitOptions): Promise<ReportBundle> {
    const { bundle } = await this.#read('report', query, wait);
    const parsed = reportBundle.safeParse(bundle);
    if (!parsed.success) throw new ClientError('service_malformed', 'the service sent no report');
    return disclose ? discloseOnly(parsed.data, disclose) : parsed.data;
  }

  /** @param ttl - s from now. @returns the new end, ms */
  async renew(ttl: number): Promise<number> {
    const session = this.#session;
    const renewal = { counter: session.nextRenewal(), ttl };
    const asked = { operation: 'renew', parameters: renewal } as const;
    const path = pathOf('renew', session.id);
    const reply = await this.service.translate(
      () => this.service.http.request('POST', path, session.seal('renew', renewal)),
      (sealed) => session.open(sealed, asked),
    );
    const { expires_at: expiresAt } = this.#answerOf(reply, asked);
    session.setExpiry(expiresAt);
    return expiresAt;
  }

  async revoke(): Promise<void> {
    const path = pathOf('revoke', this.#session.id);
    await this.service.translate(() => this.service.http.request('DELETE', path));
  }

  async #read<Operation extends ReadOperation>(
    operation: Operation,
    parameters: object,
    { timeoutMs = WAIT_MS, onProgress }: WaitOptions,
  ): Promise<AccountAnswers[Operation]> {
    const { clock, sleep } = this.service;
    const deadline = clock.now() + timeoutMs;
    for (let patience = MIN_POLL_MS; ; patience = Math.min(patience * 1.25, MAX_POLL_MS)) {
      try {
        return await this.#ask(operation, parameters);
      } catch (error) {
        if (!(error instanceof ServiceError) || !isUnderWay(error)) throw error;
        if (isSyncProgress(error.details)) onProgress?.(error.details);
        if (clock.now() >= deadline) throw new ClientError('sync_timeout', 'the account is still being read');
        await sleep(Math.max(patience, error.retryAfterMs ?? 0));
      }
    }
  }

  async #ask<Operation extends ReadOperation>(
    operation: Operation,
    parameters: object,
  ): Promise<AccountAnswers[Operation]> {
    const session = this.#session;
    const asked = { operation, parameters };
    const isDefault = Object.keys(parameters).length === 0;
    const query = isDefault ? '' : `?q=${encodeQuery(session.seal(operation, parameters))}`;
    const reply = await this.service.translate(
      () => this.service.http.request('GET', pathOf(operation, session.id) + query),
      (sealed) => session.open(sealed, asked),
    );
    return this.#answerOf(reply, asked);
  }

  /** The answer in a successful reply. @throws SecurityError as the session's; `response_mismatch` for a refusal */
  #answerOf<Operation extends keyof AccountAnswers>(reply: unknown, asked: Asked<Operation>) {
    const opened = this.#session.open(reply, asked);
    if (opened.refusal === null) return opened.result;
    throw new SecurityError('response_mismatch', 'a refusal came as an answer');
  }
}

/** Whether the reading of the accounts goes on, so that the same question may be answered later. */
function isUnderWay({ code, details }: ServiceError): boolean {
  return code === 'sync_pending' || (code === 'history_incomplete' && isSyncProgress(details));
}
