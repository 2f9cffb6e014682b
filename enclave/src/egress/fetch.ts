/**
 * The `fetch` that ccxt gets (`fetchImplementation`): GET and POST over a {@link TunnelAgent}. It offers only the part
 * of WHATWG fetch that ccxt uses. The whole body is read, within a bound, before the answer is returned, so that ccxt's
 * time-out covers it. Errors have the shapes that ccxt distinguishes: `TypeError` with `cause` for the network,
 * `AbortError` for time-outs.
 */
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { endedBy } from './ends.ts';
import { EgressError } from './errors.ts';

/** Bounds of every request. */
export interface FetchLimits {
  /** Longest body, as sent and as decompressed, bytes. */
  readonly maxResponseBytes: number;
  /** From the call to the last byte of the answer, ms. */
  readonly timeoutMs: number;
  /** Requests under way at once. Further ones wait for their turn. */
  readonly maxConcurrent: number;
}

/** A request as ccxt makes it. Anything else in it (`agent`, `timeout`, …) is ignored. */
export interface FetchRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal;
}

/** An answer that was read completely. */
export interface FetchResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export type Fetch = (url: string, request?: FetchRequest) => Promise<FetchResponse>;

const gunzip = promisify(zlib.gunzip);

/**
 * A fetch over `agent`. Its promise rejects with `TypeError` whose `cause` is an {@link EgressError}, or with
 * a `DOMException` named `AbortError`.
 */
export function createFetch(agent: https.Agent, limits: FetchLimits): Fetch {
  const turns = createTurns(limits.maxConcurrent);
  return async (url, request = {}) => {
    const target = new URL(url);
    if (target.protocol !== 'https:')
      throw networkFault('egress_url_refused', `${target.protocol} is not https`);
    return endedBy({ signals: [request.signal], timeoutMs: limits.timeoutMs }, async (signal) => {
      const release = await turns.take(signal);
      try {
        return await send(agent, target, request, signal, limits.maxResponseBytes);
      } finally {
        release();
      }
    });
  };
}

async function send(
  agent: https.Agent,
  url: URL,
  request: FetchRequest,
  signal: AbortSignal,
  maxBytes: number,
): Promise<FetchResponse> {
  try {
    const response = await headOf(agent, url, request, signal);
    const status = response.statusCode ?? 0;
    if (status >= 300 && status < 400) {
      response.destroy();
      throw new EgressError('egress_redirect_refused', `${url.host} answered with a redirect`);
    }
    const body = await readBody(response, url.host, maxBytes);
    return toFetchResponse(response, body);
  } catch (error) {
    if (signal.aborted) throw new DOMException('the request timed out', 'AbortError');
    throw error instanceof EgressError
      ? new TypeError('fetch failed', { cause: error })
      : networkFault('egress_unreachable', `the connection to ${url.host} failed`, error);
  }
}

function headOf(
  agent: https.Agent,
  url: URL,
  request: FetchRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = https.request(
      url,
      {
        agent,
        signal,
        method: request.method ?? 'GET',
        headers: { ...request.headers, 'accept-encoding': 'gzip' },
      },
      resolve,
    );
    outgoing.once('error', reject);
    // When a signal aborts while the agent connects, the agent emits nothing until it has connected.
    signal.addEventListener('abort', reject, { once: true });
    outgoing.once('close', () => signal.removeEventListener('abort', reject));
    outgoing.end(request.body);
  });
}

async function readBody(response: IncomingMessage, host: string, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(host, maxBytes);
    chunks.push(chunk);
  }
  const raw = Buffer.concat(chunks, length);
  const encoding = response.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return raw;
  if (encoding !== 'gzip') {
    throw new EgressError('egress_response_malformed', `${host} answered in an encoding nobody asked for`);
  }
  return gunzip(raw, { maxOutputLength: maxBytes }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(host, maxBytes);
    throw new EgressError('egress_response_malformed', `the answer of ${host} is not gzip`, cause);
  });
}

function toFetchResponse(response: IncomingMessage, body: Buffer): FetchResponse {
  const headers = new Headers();
  for (const [name, values] of Object.entries(response.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return {
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? '',
    headers,
    text: () => Promise.resolve(body.toString('utf8')),
    arrayBuffer: () => Promise.resolve(new Uint8Array(body).buffer),
  };
}

function networkFault(code: EgressError['code'], message: string, cause?: unknown): TypeError {
  return new TypeError('fetch failed', { cause: new EgressError(code, message, cause) });
}

function tooLarge(host: string, maxBytes: number): EgressError {
  return new EgressError(
    'egress_response_too_large',
    `the answer of ${host} has more than ${maxBytes} bytes`,
  );
}

/** At most `count` holders at once. The others queue in order, and leave the queue when their signal aborts. */
function createTurns(count: number): { take(signal: AbortSignal): Promise<() => void> } {
  let free = count;
  const waiting = new Set<() => void>();
  const release = (): void => {
    const next = waiting.values().next().value;
    if (next) next();
    else free += 1;
  };
  return {
    take(signal) {
      if (free > 0) {
        free -= 1;
        return Promise.resolve(release);
      }
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          waiting.delete(enter);
          reject(new DOMException('the request timed out', 'AbortError'));
        };
        const enter = (): void => {
          waiting.delete(enter);
          signal.removeEventListener('abort', leave);
          resolve(release);
        };
        signal.addEventListener('abort', leave, { once: true });
        waiting.add(enter);
      });
    },
  };
}
