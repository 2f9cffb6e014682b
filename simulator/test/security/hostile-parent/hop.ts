/** The hops of a request, as an attacker on them sees them. */
import type { SecureClientOptions } from '@perf-aggregator/client';

/** The URL of the parent for clients. It is not resolved: hops carry the requests. */
export const PARENT_URL = 'http://parent.invalid';

/** One HTTP request. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string | null;
}
/** The answer to an HTTP request. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}
/** A hop on the way to the HTTP edge of the parent. */
export type Hop = (request: HttpRequest) => Promise<HttpAnswer>;
/** A hop from the relay to the enclave. */
export type Link = (message: Uint8Array) => Promise<Uint8Array>;

/** A hop in the form of an HTTP adapter of the SDK. */
export function toAdapter(hop: Hop): NonNullable<SecureClientOptions['adapter']> {
  const adapter = async (config: { url?: string; method?: string; data?: unknown }) => {
    const path = (config.url ?? '').replace(PARENT_URL, '');
    const body = typeof config.data === 'string' ? config.data : null;
    const answer = await hop({ method: (config.method ?? 'get').toUpperCase(), path, body });
    return { data: answer.body, status: answer.status, statusText: '', headers: {}, config };
  };
  return adapter as unknown as NonNullable<SecureClientOptions['adapter']>;
}
