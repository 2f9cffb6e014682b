/** The SDK's HTTP: axios without proxies or redirects. Problem documents become errors. */
import { parseStrictJson } from '@perf-aggregator/shared/codec/strict-json';
import { isPublicCode, PUBLIC_FAILURES, type PublicCode } from '@perf-aggregator/shared/wire/failure';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import * as z from 'zod';
import { ClientError, ServiceError } from '../errors.ts';
import { type Attempt, type RetryPorts, withRetries } from './retry.ts';

const problem = z.object({
  // Only public codes are accepted here. Every other refusal is sealed, because the parent could state it in the open
  // in the enclave's name.
  code: z.custom<PublicCode>((code) => typeof code === 'string' && isPublicCode(code)),
  // The message comes from the parent and is not passed on. The code has a title of our own.
  message: z.string(),
  status: z.number(),
  request_id: z.string().nullable().default(null),
  retry_after_ms: z.number().nullable().default(null),
  sealed: z.unknown().optional(),
});
/** A problem document (RFC 9457) of the service. */
export type Problem = z.infer<typeof problem>;

/** A refusal whose sealed reason has not been opened yet. */
export class ProblemResponse extends Error {
  readonly problem: Problem;

  constructor(document: Problem) {
    super(PUBLIC_FAILURES[document.code][1]);
    this.problem = document;
  }

  /** The refusal as an error of the SDK, with the reason that the service gave in the open. */
  toServiceError(): ServiceError {
    const { code, status, request_id: requestId, retry_after_ms: retryAfterMs } = this.problem;
    return new ServiceError(code, this.message, { status, requestId, retryAfterMs });
  }
}

/** Sends requests to one service. */
export class Http {
  readonly #axios: AxiosInstance;
  readonly #url: string;
  readonly #ports: RetryPorts;

  /** @param adapter - axios's way to the network; default: the platform's */
  constructor(url: string, ports: RetryPorts, adapter?: AxiosRequestConfig['adapter']) {
    this.#ports = ports;
    this.#url = url.replace(/\/+$/, '');
    this.#axios = axios.create({
      ...(adapter === undefined ? {} : { adapter }),
      proxy: false,
      maxRedirects: 0,
      timeout: 60_000,
      maxContentLength: 64 * 1024 * 1024,
      responseType: 'text',
      transformResponse: (text: unknown) => text,
      validateStatus: () => true,
    });
  }

  /**
   * Sends a request, and repeats it a few times while the service has no room.
   * @returns the JSON of a 2xx answer; null for an empty one
   * @throws ProblemResponse; ClientError `service_unreachable`, `service_malformed`
   */
  async request(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const attempt = () => this.#attemptOnce(method, path, body);
    // A DELETE may be repeated as well: a session that is ended twice has ended.
    return readAnswer(await withRetries(attempt, method !== 'POST', this.#ports), this.#url);
  }

  /** The same without repeats, for requests that must not be sent twice unchanged. */
  async requestOnce(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    return readAnswer(await this.#attemptOnce(method, path, body), this.#url);
  }

  /**
   * The answer of a route that answers in its own form even when it is not well (503). The request is sent once.
   * @throws as {@link Http.request}
   */
  async probe(path: string): Promise<unknown> {
    const answer = await this.#attemptOnce('GET', path, undefined);
    const value = answer.status === 503 ? parse(answer.data) : undefined;
    const isOwn = value !== undefined && !problem.safeParse(value).success;
    return isOwn ? value : readAnswer(answer, this.#url);
  }

  async #attemptOnce(method: string, path: string, body: unknown): Promise<Answer> {
    const { status, data, headers } = await this.#send(method, path, body);
    const retryAfter: unknown = headers['retry-after'];
    return { status, data, retryAfter: typeof retryAfter === 'string' ? retryAfter : null };
  }

  /** If the service has closed a kept connection in the meantime, a read is sent once more. */
  async #send(method: string, path: string, body: unknown) {
    try {
      return await this.#attempt(method, path, body).catch((error: unknown) => {
        if (method !== 'GET' || codeOf(error) !== 'ECONNRESET') throw error;
        return this.#attempt(method, path, body);
      });
    } catch (error) {
      // axios's error contains the text of the request, so only its code is told.
      throw new ClientError('service_unreachable', `${this.#url} cannot be reached (${codeOf(error)})`);
    }
  }

  #attempt(method: string, path: string, body: unknown) {
    return this.#axios.request<unknown>({
      method,
      url: this.#url + path,
      ...(body === undefined
        ? {}
        : { data: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  }
}

interface Answer extends Attempt {
  readonly data: unknown;
}

/** @throws ProblemResponse; ClientError `service_malformed` */
function readAnswer({ status, data }: Answer, url: string): unknown {
  const value = parse(data);
  if (status >= 200 && status < 300) return value;
  const document = problem.safeParse(value);
  if (document.success) throw new ProblemResponse(document.data);
  throw new ClientError(
    'service_malformed',
    `${url} answered ${status} without a problem document of the protocol`,
  );
}

function codeOf(error: unknown): string {
  return axios.isAxiosError(error) ? (error.code ?? 'unknown') : 'unknown';
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string' || text === '') return null;
  try {
    return parseStrictJson(text);
  } catch {
    return undefined;
  }
}
