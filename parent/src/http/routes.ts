/**
 * The routes that ask the enclave, one for each entry of the table of operations. Bytes go in and out, and the parent
 * does not read them.
 */
import { utf8 } from '@perf-aggregator/shared/bytes';
import { decodeBase64Url, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { MAX_BODY_BYTES, MAX_QUERY_CHARS } from '@perf-aggregator/shared/limits';
import { sessionId } from '@perf-aggregator/shared/wire/envelope';
import { type HttpRoute, type Operation, routedOperations } from '@perf-aggregator/shared/wire/operations';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { relayError } from '../errors.ts';
import type { Caller, Relay } from '../relay/relay.ts';
import { letBodyCome } from './body.ts';
import type { RateLimits } from './rate-limit.ts';
import type { Sources } from './sources.ts';

const NOTHING = new Uint8Array();

/** The inputs of a request, by their place. */
const INPUTS: Readonly<Record<HttpRoute['input'], (request: Request) => Uint8Array>> = {
  nonce: parseNonce,
  query: parseQuery,
  submission: bytesOf,
  request: bytesOf,
  none: () => NOTHING,
};

/** Sends the enclave's answer. `told`: an addition of the operator, which no enclave guarantees. */
type Output = (response: Response, bytes: Uint8Array, told: EgressMember) => void;

/** How the enclave's bytes are sent, by their kind. */
const OUTPUTS: Readonly<Record<HttpRoute['output'], Output>> = {
  document: (response, bytes, told) => response.json({ attestation: encodeBase64(bytes), ...told }),
  receipt: sendJson,
  reply: sendJson,
  none: (response) => response.end(),
};

/** Addresses that venues see, as a member of an answer. */
export interface EgressMember {
  readonly egress_addresses?: readonly string[];
}

/** The member. Left out without an operator's setting. */
export function egressMember(addresses: readonly string[]): EgressMember {
  return addresses.length === 0 ? {} : { egress_addresses: addresses };
}

/** What the routes need. */
export interface RoutesOptions {
  readonly relay: Relay;
  readonly sources: Sources;
  /** Left out: no limit for anybody. */
  readonly limits?: RateLimits | undefined;
  /** Added to every quote. */
  readonly told: EgressMember;
}

/** Adds a route for each operation that a client may request. */
export function routeOperations(app: Express, { relay, sources, limits, told }: RoutesOptions): void {
  // The body is accepted with any media type. It concerns only the client and the enclave.
  const raw = express.raw({ type: () => true, limit: MAX_BODY_BYTES, inflate: false });
  const body: RequestHandler = (request, response, next) => {
    letBodyCome(request, response);
    raw(request, response, next);
  };
  for (const [operation, { method, path, input, output, status, rateClass }] of routedOperations()) {
    const route = app.route(path.replace('{sessionId}', ':sessionId'));
    const hasSession = path.includes('{');
    const before = limits ? [limits.of(rateClass), ...(hasSession ? [limits.ofSession()] : [])] : [];
    const handle = handler({ relay, sources }, operation, { input, output, status, told, hasSession });
    if (method === 'GET') route.get(...before, handle).all(allowOnly('GET, HEAD'));
    else if (method === 'POST') route.post(...before, body, handle).all(allowOnly('POST'));
    else route.delete(...before, handle).all(allowOnly('DELETE'));
  }
}

/** The rest of a route: refuses every other method. */
export function allowOnly(methods: string): RequestHandler {
  return (_request, response) => {
    response.setHeader('Allow', methods);
    throw relayError('method_not_allowed', `only ${methods}`, null);
  };
}

function handler(
  { relay, sources }: Pick<RoutesOptions, 'relay' | 'sources'>,
  operation: Operation,
  route: Pick<HttpRoute, 'input' | 'output' | 'status'> & {
    readonly told: EgressMember;
    readonly hasSession: boolean;
  },
): RequestHandler {
  return async (request, response) => {
    const session = route.hasSession ? parseSession(request) : null;
    const source = sources.of(request);
    const caller: Caller = {
      source,
      signal: untilClosed(response),
      // The enclave counts what it keeps for each source. It need not know who the source is.
      ...(operation === 'submit' ? { alias: sources.aliasOf(source) } : {}),
    };
    const bytes = await relay.ask(operation, session, INPUTS[route.input](request), caller);
    response.status(route.status);
    OUTPUTS[route.output](response, bytes, route.told);
  };
}

/** Aborts when the client leaves before its answer is out. */
function untilClosed(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) controller.abort();
  });
  return controller.signal;
}

function parseSession(request: Request): string {
  const parsed = sessionId.safeParse(request.params['sessionId']);
  if (!parsed.success) throw relayError('session_unknown', 'not a session id', null);
  return parsed.data;
}

function parseNonce(request: Request): Uint8Array {
  try {
    const { nonce } = request.query;
    if (typeof nonce === 'string') return decodeBase64Url(nonce);
  } catch {
    // Falls through to the one failure for all wrong values.
  }
  throw relayError('nonce_out_of_range', 'nonce: base64url of 16 to 64 bytes', null);
}

function parseQuery(request: Request): Uint8Array {
  const { q } = request.query;
  if (q === undefined) return NOTHING;
  if (typeof q !== 'string') throw relayError('request_malformed', 'q: given more than once', null);
  if (q.length > MAX_QUERY_CHARS) throw relayError('request_too_large', 'q: too long', null);
  return utf8(q);
}

function bytesOf(request: Request): Uint8Array {
  const body: unknown = request.body;
  return body instanceof Uint8Array ? new Uint8Array(body) : NOTHING;
}

/** Sends the enclave's JSON as express would, without reading or copying it. */
function sendJson(response: Response, json: Uint8Array): void {
  response.type('json').send(Buffer.from(json.buffer, json.byteOffset, json.length));
}
