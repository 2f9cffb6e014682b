/** The HTTP edge. It maps routes to operations, passes bytes through, and turns failures into problem documents. */
import { randomUUID } from 'node:crypto';
import { MAX_BODY_BYTES } from '@perf-aggregator/shared/limits';
import type { PublicCode } from '@perf-aggregator/shared/wire/failure';
import { routedOperations } from '@perf-aggregator/shared/wire/operations';
import cors from 'cors';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { RelayError, relayError } from '../errors.ts';
import type { EventSink } from '../events.ts';
import type { Health, Readiness } from '../health.ts';
import type { Relay } from '../relay/relay.ts';
import { endAfter, hasUnreadBody } from './body.ts';
import { DOCS_POLICY, docsPage } from './docs-page.ts';
import { openApiDocument } from './openapi.ts';
import { sendProblem } from './problem.ts';
import { type RateLimit, RateLimits } from './rate-limit.ts';
import { allowOnly, egressMember, routeOperations } from './routes.ts';
import type { Sources } from './sources.ts';

/** What the edge needs. */
export interface AppOptions {
  readonly relay: Relay;
  readonly readiness: () => Promise<Readiness>;
  readonly health: () => Promise<Health>;
  /** Names the source of a request. */
  readonly sources: Sources;
  readonly emit: EventSink;
  readonly version: string;
  /** Addresses that venues see, by the operator's setting. The quote and `/health` report them. Left out: none. */
  readonly egressAddresses?: readonly string[];
  /** Seconds. `/health` reports them. */
  readonly sessionTtl: { readonly default: number; readonly max: number };
  /** Requests that one source may make. Left out: no limit. */
  readonly rateLimit?: RateLimit;
  /** Origins whose pages may send requests (CORS), or `*` for all. Left out: none. */
  readonly corsOrigins?: readonly string[];
}

/** The express application. */
export function createApp(options: AppOptions): Express {
  const { relay, sources } = options;
  const limits = options.rateLimit && new RateLimits(options.rateLimit, sources);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(told(options.emit));
  app.use(refuseMalformed, refuseTooLarge);
  if (options.corsOrigins && options.corsOrigins.length > 0) app.use(allowOrigins(options.corsOrigins));
  if (limits) app.use(limitedPaths(), limits.all());

  const egress = egressMember(options.egressAddresses ?? []);
  routeOperations(app, { relay, sources, limits, told: egress });

  const health = app.route('/health').get(async (_request, response) => {
    const { database, enclave, venues, requests } = await options.health();
    const isWell = database === 'ok' && enclave === 'ok' && venues.every(({ fault }) => fault === null);
    response.json({
      status: isWell ? 'ok' : 'degraded',
      version: options.version,
      session_ttl: options.sessionTtl,
      ...egress,
      parts: { service: 'ok', database, enclave, venues },
      requests,
    });
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

/** The service's description of itself. It is made once and sent unchanged. */
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

/** The paths where a source spends its budget: everything below the first parts of the operations' paths. */
function limitedPaths(): string[] {
  return [...new Set(routedOperations().map(([, { path }]) => `/${path.split('/')[1]}`))];
}

/** HTTP/1.1 requires exactly one Host (RFC 9112 §3.2). HTTP/0.9 has no headers to answer with. */
const refuseMalformed: RequestHandler = (request, _response, next) => {
  const hosts = request.headersDistinct['host'] ?? [];
  if (request.httpVersionMajor < 1) throw relayError('request_malformed', 'HTTP/0.9', null);
  if (hosts.length > 1 || (request.httpVersion === '1.1' && hosts.length === 0)) {
    throw relayError('request_malformed', 'not exactly one Host', null);
  }
  next();
};

/** Refuses a body that declares too large a size, before reading any of it. */
const refuseTooLarge: RequestHandler = (request, _response, next) => {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    throw relayError('request_too_large', 'the body is too large', null);
  }
  next();
};

/** Lets pages of these origins send requests, and read the headers that state when to retry. */
function allowOrigins(origins: readonly string[]): RequestHandler {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST', 'DELETE'],
    allowedHeaders: ['Content-Type'],
    exposedHeaders: [
      'X-Request-Id',
      'Retry-After',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
    ],
    maxAge: 86_400,
  });
}

/** Gives every request an id and reports its outcome, with the route's pattern and never the URL. */
function told(emit: EventSink): RequestHandler {
  return (request, response, next) => {
    const id = randomUUID();
    const started = performance.now();
    response.locals['requestId'] = id;
    response.setHeader('X-Request-Id', id);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    // Node also calls an answer finished when its connection is cut.
    let isSent = false;
    response.on('finish', () => {
      isSent = !request.socket.destroyed;
    });
    response.on('close', () => {
      const route = (request.route as { path?: string } | undefined)?.path ?? 'none';
      const durationMs = Math.round(performance.now() - started);
      const asked = { request_id: id, method: request.method, route, durationMs };
      const code = response.locals['code'] as PublicCode | undefined;
      // Closed but not sent: the client left before the answer was out.
      if (!isSent) emit({ event: 'request_aborted', ...asked });
      else emit({ event: 'request', ...asked, status: response.statusCode, code });
    });
    next();
  };
}

function failed(emit: EventSink): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    // Nobody is there to read an answer.
    if (response.closed) return;
    const id = String(response.locals['requestId']);
    const relayed = error instanceof RelayError ? error : fromExpress(error);
    response.locals['code'] = relayed.code;
    if (relayed.code === 'internal') emit({ event: 'request_failed', request_id: id, err: relayed.cause });
    if (hasUnreadBody(request)) endAfter(response);
    if (!response.headersSent) sendProblem(response, relayed.failure, id);
    else response.end();
  };
}

/** Express's own errors about a request have a status. Any other error is a fault of this service. */
function fromExpress(error: unknown): RelayError {
  const status = (error as { status?: unknown } | null)?.status;
  if (status === 413) return relayError('request_too_large', 'the body is too large', null);
  if (typeof status === 'number' && status < 500)
    return relayError('request_malformed', 'not a request', null);
  return relayError('internal', 'the request failed', null, error);
}
