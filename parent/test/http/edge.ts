/** The HTTP server over a relay that the test controls, served on loopback. */
import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { utf8 } from '@perf-aggregator/shared/bytes';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { Health, Readiness } from '../../src/health.ts';
import { createApp } from '../../src/http/app.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { createLog, logEvents } from '../../src/log.ts';
import type { Caller, Relay } from '../../src/relay/relay.ts';
import { AROUND } from './around.ts';

/** The default answer of the relay. */
export const ANSWER = { v: 1, nonce: 'n' };

/** The default answer of `/ready`. */
export const READY: Readiness = {
  parts: { store: true, enclave: true },
  enclaves: { configured: 2, serving: 1 },
  isDraining: false,
};

/** The default state of the parts in `/health`. */
export const WELL: Health = {
  database: 'ok',
  enclave: 'ok',
  venues: [],
  requests: { answered: 3, aborted: 2, refused: 1 },
};

/** The current server. */
export interface Edge {
  base: string;
  /** All log text since the start of the test. */
  logged: string;
  ready: Readiness;
  health: Health;
  /** The requests that reached the relay. */
  asked: { operation: string; session: string | null; body: Uint8Array }[];
  /** The callers of these requests. */
  callers: Caller[];
  answer: () => Promise<Uint8Array>;
}

/** Settings of the operator. */
export interface Said {
  readonly egressAddresses?: readonly string[];
}

/** The members of a problem document that tests read. */
export interface Problem {
  readonly code: string;
  readonly request_id: string;
}

/** Serves the HTTP server for the tests of a file, reset for each test. */
export function serveEdge(said: Said = {}): Edge {
  const fresh = () => ({
    logged: '',
    asked: [],
    callers: [],
    ready: READY,
    health: WELL,
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
    const ask = (operation: string, session: string | null, body: Uint8Array, caller: Caller) => {
      edge.asked.push({ operation, session, body });
      edge.callers.push(caller);
      return edge.answer();
    };
    const emit = logEvents(createLog('trace', destination));
    const app = createApp({
      relay: { ask } as unknown as Relay,
      ...AROUND,
      readiness: () => Promise.resolve(edge.ready),
      health: () => Promise.resolve(edge.health),
      emit,
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
