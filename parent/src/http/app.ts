/** The HTTP edge: routes to operations, bytes to bytes, failures to problem documents. */
import { randomUUID } from 'node:crypto';
import { utf8 } from '@perf-aggregator/shared/bytes';
import { decodeBase64Url, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { MAX_BODY_BYTES, MAX_QUERY_CHARS } from '@perf-aggregator/shared/limits';
import { type Operation, sessionId } from '@perf-aggregator/shared/wire/envelope';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';
import type { Log } from '../log.ts';
import { RelayError, relayError } from '../relay/errors.ts';
import type { Relay } from '../relay/relay.ts';
import { sendProblem } from './problem.ts';

/** What `/ready` says of one part. */
export interface Readiness {
  readonly store: boolean;
  readonly enclave: boolean;
}

/** What the edge rests on. */
export interface AppOptions {
  readonly relay: Relay;
  readonly readiness: () => Promise<Readiness>;
  readonly log: Log;
  readonly version: string;
  /** Seconds; advertised by `/health`. */
  readonly sessionTtl: { readonly default: number; readonly max: number };
}

const NOTHING = new Uint8Array();

/** The express application. */
export function createApp(options: AppOptions): Express {
  const { relay } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(logged(options.log));

  app.get('/attestation/quote', async (request, response) => {
    const document = await relay.ask('quote', null, parseNonce(request));
    response.json({ attestation: encodeBase64(document) });
  });

  // Whatever its media type says, the body is the client's business and the enclave's.
  const body = express.raw({ type: () => true, limit: MAX_BODY_BYTES, inflate: false });
  app.post('/enclave/submit_key', body, async (request, response) => {
    response
      .status(201)
      .type('json')
      .send(toText(await relay.ask('submit', null, bytesOf(request))));
  });
  for (const operation of ['metrics', 'summary', 'report'] as const satisfies readonly Operation[]) {
    app.get(`/enclave/${operation}/:sessionId`, async (request, response) => {
      const reply = await relay.ask(operation, parseSession(request), parseQuery(request));
      response.type('json').send(toText(reply));
    });
  }
  app.post('/enclave/renew/:sessionId', body, async (request, response) => {
    response.type('json').send(toText(await relay.ask('renew', parseSession(request), bytesOf(request))));
  });
  app.delete('/enclave/revoke/:sessionId', async (request, response) => {
    await relay.ask('revoke', parseSession(request), NOTHING);
    response.status(204).end();
  });

  app.get('/health', (_request, response) => {
    response.json({ status: 'ok', version: options.version, session_ttl: options.sessionTtl });
  });
  app.get('/ready', async (_request, response) => {
    const parts = await options.readiness();
    const ready = Object.values(parts).every(Boolean);
    response.status(ready ? 200 : 503).json({ ready, parts });
  });

  app.use(() => {
    throw relayError('route_unknown', 'no such route', null);
  });
  app.use(failed(options.log));
  return app;
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

function toText(json: Uint8Array): string {
  return Buffer.from(json).toString('utf8');
}

/** Gives every request an id and logs its outcome: the route's pattern, never the URL. */
function logged(log: Log): RequestHandler {
  return (request, response, next) => {
    const id = randomUUID();
    const started = performance.now();
    response.locals['requestId'] = id;
    response.setHeader('X-Request-Id', id);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.on('finish', () => {
      const route = (request.route as { path?: string } | undefined)?.path ?? 'none';
      const ms = Math.round(performance.now() - started);
      const code = response.locals['code'] as string | undefined;
      log.info(
        { request_id: id, method: request.method, route, status: response.statusCode, code, ms },
        'request',
      );
    });
    next();
  };
}

function failed(log: Log): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const id = String(response.locals['requestId']);
    const relayed = error instanceof RelayError ? error : fromExpress(error);
    response.locals['code'] = relayed.code;
    if (relayed.code === 'internal') log.error({ request_id: id, err: relayed.cause }, 'request failed');
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
