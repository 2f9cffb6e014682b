/** A way out that ends here: it records each request and answers what a test wants. */
import type { Fetch, FetchRequest, FetchResponse } from '../../../src/egress/fetch.ts';

export interface Sent {
  readonly url: URL;
  readonly request: FetchRequest;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Way {
  readonly fetch: Fetch;
  readonly sent: Sent[];
  /** The requests as `METHOD host/path`. */
  readonly places: () => readonly string[];
}

/** @param answer - the answer to a request, or the error that ends it; `{}` with status 200 when left out */
export function way(answer: (sent: Sent) => Answer | Error = () => ({})): Way {
  const sent: Sent[] = [];
  const fetch: Fetch = (url, request = {}) => {
    const made = { url: new URL(url), request };
    sent.push(made);
    const given = answer(made);
    return given instanceof Error ? Promise.reject(given) : Promise.resolve(responseOf(given));
  };
  const places = () =>
    sent.map(({ url, request }) => `${request.method ?? 'GET'} ${url.host}${url.pathname}`);
  return { fetch, sent, places };
}

function responseOf({ status = 200, headers = {}, body = '{}' }: Answer): FetchResponse {
  return {
    status,
    statusText: '',
    headers: new Headers(headers),
    text: () => Promise.resolve(body),
    arrayBuffer: () => Promise.resolve(new ArrayBuffer(0)),
  };
}

/** A clock that moves when something sleeps, and what was slept. */
export function sleeper(time = Date.UTC(2025, 5, 30, 11)) {
  const waits: number[] = [];
  const clock = { time, now: () => clock.time };
  const sleep = (ms: number): Promise<void> => {
    waits.push(ms);
    clock.time += ms;
    return Promise.resolve();
  };
  return { clock, sleep, waits };
}
