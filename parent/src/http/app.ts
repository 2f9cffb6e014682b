/** The HTTP edge: routes to operations, bytes to bytes, failures to problem documents. */
import { randomUUID } from 'node:crypto';
import type { PublicCode } from '@perf-aggregator/shared/wire/failure';
import { routedOperations } from '@perf-aggregator/shared/wire/operations';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { RelayError, relayError } from '../errors.ts';
import type { EventSink } from '../events.ts';
import type { Relay } from '../relay/relay.ts';
import { DOCS_POLICY, docsPage } from './docs-page.ts';
import { openApiDocument } from './openapi.ts';
import { sendProblem } from './problem.ts';
import { limitRate, type RateLimit } from './rate-limit.ts';
import { allowOnly, egressMember, routeOperations } from './routes.ts';

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
  /** Addresses that venues see, as the operator says; told with the quote and by `/health`; left out: none. */
  readonly egressAddresses?: readonly string[];
  /** Seconds; advertised by `/health`. */
  readonly sessionTtl: { readonly default: number; readonly max: number };
  /** Requests that one address may make; left out: as many as it likes. */
  readonly rateLimit?: RateLimit;
}

/** The express application. */
export function createApp(options: AppOptions): Express {
  const { relay } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(told(options.emit));
  app.use(refuseWithoutHost);
  if (options.rateLimit) app.use(limitedPaths(), limitRate(options.rateLimit));

  const egress = egressMember(options.egressAddresses ?? []);
  routeOperations(app, relay, egress);

  const health = app.route('/health').get((_request, response) => {
    response.json({ status: 'ok', version: options.version, session_ttl: options.sessionTtl, ...egress });
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

/** Where an address spends its budget: below the first parts of the paths of that class, whatever is asked. */
function limitedPaths(): string[] {
  const limited = routedOperations().filter(([, { rateClass }]) => rateClass === 'enclave');
  return [...new Set(limited.map(([, { path }]) => `/${path.split('/')[1]}`))];
}

/** HTTP/1.1 without Host is malformed (RFC 9112 §3.2). */
const refuseWithoutHost: RequestHandler = (request, _response, next) => {
  if (request.httpVersion === '1.1' && request.headers.host === undefined) {
    throw relayError('request_malformed', 'no Host', null);
  }
  next();
};

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
