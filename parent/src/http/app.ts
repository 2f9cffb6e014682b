/** The HTTP edge: routes to operations, bytes to bytes, failures to problem documents. */
import { randomUUID } from 'node:crypto';
import { utf8 } from '@perf-aggregator/shared/bytes';
import { decodeBase64Url, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { MAX_BODY_BYTES, MAX_QUERY_CHARS } from '@perf-aggregator/shared/limits';
import { type Operation, sessionId } from '@perf-aggregator/shared/wire/envelope';
import type { PublicCode } from '@perf-aggregator/shared/wire/failure';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';
import { RelayError, relayError } from '../errors.ts';
import type { EventSink } from '../events.ts';
import type { Relay } from '../relay/relay.ts';
import { DOCS_POLICY, docsPage } from './docs-page.ts';
import { openApiDocument, READS } from './openapi.ts';
import { sendProblem } from './problem.ts';
import { limitRate, type RateLimit } from './rate-limit.ts';

/** What `/ready` says. */
export interface Readiness {
  /** Whether each part answers; of enclaves, whether any does. */
  readonly parts: { readonly store: boolean; readonly enclave: boolean };
  readonly enclaves: { readonly configured: number; readonly serving: number };
  /** Whether this parent is about to end. */
  readonly isDraining: boolean;
}

/** What the edge rests on. */
export interface AppOptions {
  readonly relay: Relay;
  readonly readiness: () => Promise<Readiness>;
  readonly emit: EventSink;
  readonly version: string;
  /** Seconds; advertised by `/health`. */
  readonly sessionTtl: { readonly default: number; readonly max: number };
  /** Requests that one address may make; left out: as many as it likes. */
  readonly rateLimit?: RateLimit;
}

const NOTHING = new Uint8Array();

/** One route for each operation that reads; the parent knows no more of them than their names. */
const READ_OPERATIONS = Object.keys(READS) as readonly (keyof typeof READS & Operation)[];

/** The express application. */
export function createApp(options: AppOptions): Express {
  const { relay } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(told(options.emit));
  app.use(refuseWithoutHost);
  if (options.rateLimit) app.use(['/attestation', '/enclave'], limitRate(options.rateLimit));

  const quote = app.route('/attestation/quote').get(async (request, response) => {
    const document = await relay.ask('quote', null, parseNonce(request));
    response.json({ attestation: encodeBase64(document) });
  });
  quote.all(allowOnly('GET, HEAD'));

  // Whatever its media type says, the body is the client's business and the enclave's.
  const body = express.raw({ type: () => true, limit: MAX_BODY_BYTES, inflate: false });
  const submit = app.route('/enclave/submit_key').post(body, async (request, response) => {
    response
      .status(201)
      .type('json')
      .send(toBuffer(await relay.ask('submit', null, bytesOf(request))));
  });
  submit.all(allowOnly('POST'));
  for (const operation of READ_OPERATIONS) {
    const read = app.route(`/enclave/${operation}/:sessionId`).get(async (request, response) => {
      const reply = await relay.ask(operation, parseSession(request), parseQuery(request));
      response.type('json').send(toBuffer(reply));
    });
    read.all(allowOnly('GET, HEAD'));
  }
  const renew = app.route('/enclave/renew/:sessionId').post(body, async (request, response) => {
    response.type('json').send(toBuffer(await relay.ask('renew', parseSession(request), bytesOf(request))));
  });
  renew.all(allowOnly('POST'));
  const revoke = app.route('/enclave/revoke/:sessionId').delete(async (request, response) => {
    await relay.ask('revoke', parseSession(request), NOTHING);
    response.status(204).end();
  });
  revoke.all(allowOnly('DELETE'));

  const health = app.route('/health').get((_request, response) => {
    response.json({ status: 'ok', version: options.version, session_ttl: options.sessionTtl });
  });
  health.all(allowOnly('GET, HEAD'));
  const ready = app.route('/ready').get(async (_request, response) => {
    const { parts, enclaves, isDraining } = await options.readiness();
    const isReady = Object.values(parts).every(Boolean) && !isDraining;
    if (!isReady) response.setHeader('Retry-After', '1');
    response.status(isReady ? 200 : 503).json({ ready: isReady, draining: isDraining, parts, enclaves });
  });
  ready.all(allowOnly('GET, HEAD'));
  routeSpecification(app, options.version);

  app.use(() => {
    throw relayError('route_unknown', 'no such route', null);
  });
  app.use(failed(options.emit));
  return app;
}

/** What the service says of itself: made once, sent as it is. */
function routeSpecification(app: Express, version: string): void {
  const document = openApiDocument(version);
  const [json, page] = [JSON.stringify(document), docsPage(document)];
  const openapi = app.route('/openapi.json').get((_request, response) => {
    response.type('json').send(json);
  });
  openapi.all(allowOnly('GET, HEAD'));
  const docs = app.route('/docs').get((_request, response) => {
    response.setHeader('Content-Security-Policy', DOCS_POLICY);
    response.type('html').send(page);
  });
  docs.all(allowOnly('GET, HEAD'));
}

/** HTTP/1.1 without Host is malformed (RFC 9112 §3.2). */
const refuseWithoutHost: RequestHandler = (request, _response, next) => {
  if (request.httpVersion === '1.1' && request.headers.host === undefined) {
    throw relayError('request_malformed', 'no Host', null);
  }
  next();
};

/** The rest of a route: every other method. */
function allowOnly(methods: string): RequestHandler {
  return (_request, response) => {
    response.setHeader('Allow', methods);
    throw relayError('method_not_allowed', `only ${methods}`, null);
  };
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
    // Falls through to the one failure for every way of being wrong.
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

/** The enclave's bytes as express sends them: unread, uncopied. */
function toBuffer(json: Uint8Array): Buffer {
  return Buffer.from(json.buffer, json.byteOffset, json.length);
}

/** Gives every request an id and tells its outcome: the route's pattern, never the URL. */
function told(emit: EventSink): RequestHandler {
  return (request, response, next) => {
    const id = randomUUID();
    const started = performance.now();
    response.locals['requestId'] = id;
    response.setHeader('X-Request-Id', id);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.on('close', () => {
      const route = (request.route as { path?: string } | undefined)?.path ?? 'none';
      const durationMs = Math.round(performance.now() - started);
      const asked = { request_id: id, method: request.method, route, durationMs };
      const code = response.locals['code'] as PublicCode | undefined;
      // Closed and not finished: whoever asked hung up before the answer was out.
      if (!response.writableFinished) emit({ event: 'request_aborted', ...asked });
      else emit({ event: 'request', ...asked, status: response.statusCode, code });
    });
    next();
  };
}

function failed(emit: EventSink): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const id = String(response.locals['requestId']);
    const relayed = error instanceof RelayError ? error : fromExpress(error);
    response.locals['code'] = relayed.code;
    if (relayed.code === 'internal') emit({ event: 'request_failed', request_id: id, err: relayed.cause });
    if (!response.headersSent) sendProblem(response, relayed.failure, id);
    else response.end();
  };
}

/** Express's own complaints about a request carry a status; everything else is ours to look into. */
function fromExpress(error: unknown): RelayError {
  const status = (error as { status?: unknown } | null)?.status;
  if (status === 413) return relayError('request_too_large', 'the body is too large', null);
  if (typeof status === 'number' && status < 500)
    return relayError('request_malformed', 'not a request', null);
  return relayError('internal', 'the request failed', null, error);
}
