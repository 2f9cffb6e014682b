// What the metrics route is compared with: the parent's own express application, middleware, logs, rate limit and
// all, over a relay that has the answer already; on the server that express brings, or on the parent's.
import { createApp } from '../../../parent/dist/http/app.js';
import { createHttpServer } from '../../../parent/dist/http/server.js';
import { createLog, logEvents } from '../../../parent/dist/log.js';
import { serve } from './serve.mjs';

await serve(async ({ bytes, server: kind }) => {
  const body = new TextEncoder().encode(JSON.stringify('x'.repeat(bytes - 2)));
  const emit = logEvents(createLog('info'));
  const app = createApp({
    relay: { ask: () => Promise.resolve(body) },
    readiness: () => Promise.resolve({ store: true, enclave: true }),
    emit,
    version: 'baseline',
    sessionTtl: { default: 1, max: 1 },
    rateLimit: { max: 1_000_000, windowMs: 900_000 },
  });
  const listener = kind === 'express' ? app : createHttpServer(app, emit);
  const server = await new Promise((resolve) => {
    const listening = listener.listen(0, '127.0.0.1', () => resolve(listening));
  });
  return { port: server.address().port };
});
