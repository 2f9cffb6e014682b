/** The dependencies of the HTTP server besides its relay: a healthy service, and unknown clients. */
import type { AppOptions } from '../../src/http/app.ts';
import { createSources } from '../../src/http/sources.ts';

export const AROUND = {
  readiness: () =>
    Promise.resolve({
      parts: { store: true, enclave: true },
      enclaves: { configured: 1, serving: 1 },
      isDraining: false,
    }),
  health: () =>
    Promise.resolve({
      database: 'ok',
      enclave: 'ok',
      venues: [],
      requests: { answered: 0, aborted: 0, refused: 0 },
    }),
  sources: createSources([], new Uint8Array(32)),
  emit: () => undefined,
  version: '1.2.3',
  sessionTtl: { default: 60, max: 600 },
} as const satisfies Omit<AppOptions, 'relay'>;
