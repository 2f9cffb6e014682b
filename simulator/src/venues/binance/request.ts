/** A request of a client: its parts, and what tests and faults see of it. */
import type { IncomingMessage } from 'node:http';

const MAX_BODY = 64 * 1024;

/** A request, as tests and fault injection see it. */
export interface VenueRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** The parameters of query and body, without the signature. */
  readonly query: URLSearchParams;
}

/** A request with the text that its signature is about. */
export interface ReceivedRequest extends VenueRequest {
  /** The query and then the body, as sent. */
  readonly text: string;
}

/** Reads the whole request. Null for a body beyond 64 KiB, which is read to its end and forgotten. */
export async function receive(incoming: IncomingMessage): Promise<ReceivedRequest | null> {
  const [path = '', rawQuery = ''] = (incoming.url ?? '').split('?', 2);
  let body = '';
  let length = 0;
  for await (const chunk of incoming) {
    const text = String(chunk);
    length += text.length;
    if (length <= MAX_BODY) body += text;
  }
  if (length > MAX_BODY) return null;
  return requestOf(incoming, path, [rawQuery, body].filter((part) => part !== '').join('&'));
}

/** A request that has no body, read at once. */
export function receiveQuery(incoming: IncomingMessage): ReceivedRequest {
  const [path = '', rawQuery = ''] = (incoming.url ?? '').split('?', 2);
  return requestOf(incoming, path, rawQuery);
}

function requestOf(incoming: IncomingMessage, path: string, text: string): ReceivedRequest {
  const query = new URLSearchParams(text);
  query.delete('signature');
  return { method: incoming.method ?? 'GET', host: incoming.headers.host ?? '', path, query, text };
}
