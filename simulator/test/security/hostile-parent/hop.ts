/** The hops of a request, as whoever sits on one sees them. */
import type { SecureClientOptions } from '@perf-aggregator/client';

/** Where clients are told the parent is; hops know better. */
export const PARENT_URL = 'http://parent.invalid';

/** One HTTP request. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string | null;
}
/** Its answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}
/** A hop on the way to the parent's HTTP edge. */
export type Hop = (request: HttpRequest) => Promise<HttpAnswer>;
/** A hop on the way from the relay to the enclave. */
export type Link = (message: Uint8Array) => Promise<Uint8Array>;

/** A hop as the SDK's HTTP takes it. */
export function toAdapter(hop: Hop): NonNullable<SecureClientOptions['adapter']> {
  const adapter = async (config: { url?: string; method?: string; data?: unknown }) => {
    const path = (config.url ?? '').replace(PARENT_URL, '');
    const body = typeof config.data === 'string' ? config.data : null;
    const answer = await hop({ method: (config.method ?? 'get').toUpperCase(), path, body });
    return { data: answer.body, status: answer.status, statusText: '', headers: {}, config };
  };
  return adapter as unknown as NonNullable<SecureClientOptions['adapter']>;
}
