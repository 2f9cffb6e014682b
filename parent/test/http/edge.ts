/** The edge over a relay that answers as a test says, served on loopback. */
import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { utf8 } from '@perf-aggregator/shared/bytes';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { createApp, type Readiness } from '../../src/http/app.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { createLog, logEvents } from '../../src/log.ts';
import type { Relay } from '../../src/relay/relay.ts';

/** What the relay answers unless a test says otherwise. */
export const ANSWER = { v: 1, nonce: 'n' };

/** What `/ready` says unless a test says otherwise. */
export const READY: Readiness = {
  parts: { store: true, enclave: true },
  enclaves: { configured: 2, serving: 1 },
  isDraining: false,
};

/** What is served now. */
export interface Edge {
  base: string;
  /** Everything that was logged since the test began. */
  logged: string;
  ready: Readiness;
  /** What reached the relay. */
  asked: { operation: string; session: string | null; body: Uint8Array }[];
  answer: () => Promise<Uint8Array>;
}

/** What the operator of the edge says. */
export interface Said {
  readonly egressAddresses?: readonly string[];
}

/** A problem document, as far as tests look at it. */
export interface Problem {
  readonly code: string;
  readonly request_id: string;
}

/** Serves the edge for the tests of a file; each test finds it anew. */
export function serveEdge(said: Said = {}): Edge {
  const fresh = () => ({
    logged: '',
    asked: [],
    ready: READY,
    answer: () => Promise.resolve(utf8(JSON.stringify(ANSWER))),
  });
  const edge: Edge = { base: '', ...fresh() };
  let server: http.Server;
  beforeAll(async () => {
    const destination = new Writable({
      write(chunk, _encoding, done) {
        edge.logged += String(chunk);
        done();
      },
    });
    const ask = (operation: string, session: string | null, body: Uint8Array) => {
      edge.asked.push({ operation, session, body });
      return edge.answer();
    };
    const emit = logEvents(createLog('trace', destination));
    const app = createApp({
      relay: { ask } as unknown as Relay,
      readiness: () => Promise.resolve(edge.ready),
      emit,
      version: '1.2.3',
      sessionTtl: { default: 60, max: 600 },
      ...said,
    });
    server = createHttpServer(app, emit);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    edge.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => void Object.assign(edge, fresh()));
  return edge;
}

/** The problem document of a response. */
export async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return (await response.json()) as Problem;
}
