// The application that `metrics-route.mjs` compares with: the parent's own express application, middleware, logs
// and all, over a relay that has the answer already. Argument: bytes of that answer.
import { createApp } from '../parent/dist/http/app.js';
import { createLog } from '../parent/dist/log.js';

const body = new TextEncoder().encode(JSON.stringify('x'.repeat(Number(process.argv[2]) - 2)));
const app = createApp({
  relay: { ask: () => Promise.resolve(body) },
  readiness: () => Promise.resolve({ store: true, enclave: true }),
  log: createLog('info'),
  version: 'baseline',
  sessionTtl: { default: 1, max: 1 },
  rateLimit: { max: 1_000_000, windowMs: 900_000 },
});
const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
