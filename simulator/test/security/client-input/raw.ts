/** A client without the SDK. It computes docs/protocol.md itself and can send anything. */
import http from 'node:http';
import { utf8 } from '@perf-aggregator/shared/bytes';
import { encodeBase64, encodeBase64Url } from '@perf-aggregator/shared/codec/base64';
import { crypto } from '@perf-aggregator/shared/crypto';
import { sealBox } from '@perf-aggregator/shared/messages/box';
import { deriveSessionKeys, type SessionKeys } from '@perf-aggregator/shared/messages/handshake';
import { openReply, type ReplyContent, sealedReply } from '@perf-aggregator/shared/messages/reply';
import { encodeQuery, sealRequest } from '@perf-aggregator/shared/messages/request';
import type { SubmissionJson, SubmissionMetadata } from '@perf-aggregator/shared/messages/submission';
import { systemRandom } from '@perf-aggregator/shared/random';
import { PUBLIC_FAILURES, type PublicCode } from '@perf-aggregator/shared/wire/failure';
import { expect } from 'vitest';
import type { World } from '../../../src/world/world.ts';

/** Part of every hostile input. No answer may contain it. */
export const MARKER = 'marker-that-nobody-may-see';

/** A complete answer. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** The parts of a request, without its address. */
export interface RequestOptions {
  readonly method?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: http.OutgoingHttpHeaders;
}

/** A session that this client opened. */
export interface RawSession {
  readonly id: string;
  readonly keys: SessionKeys;
}

/** Changes of a submission before it is sealed. */
export interface SubmissionChanges {
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Replaces the payload: an object is sent as JSON, a text unchanged. */
  readonly payload?: unknown;
  readonly ephemeral?: Uint8Array;
}

/** A hostile client of one world. */
export class RawClient {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Sends one request over its own connection. The path is sent unchanged. */
  send(path: string, { method = 'GET', body, headers = {} }: RequestOptions = {}): Promise<Answer> {
    const { hostname, port } = new URL(this.#world.url);
    return new Promise((resolve, reject) => {
      const request = http.request({ hostname, port, path, method, headers, agent: false }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const { statusCode = 0, headers: answered } = response;
          resolve({ status: statusCode, headers: answered, text: Buffer.concat(parts).toString() });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  submit(body: unknown): Promise<Answer> {
    const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    return this.send('/enclave/submit_key', { method: 'POST', body: text });
  }

  /** A submission that the enclave would accept, except for `changes`. */
  async compose(
    changes: SubmissionChanges = {},
  ): Promise<{ readonly body: SubmissionJson; readonly keys: SessionKeys }> {
    const handshakePub = (await this.#world.client().quote()).handshakePub;
    const ephemeral = changes.ephemeral ?? systemRandom.bytes(32);
    const ephemeralPub = crypto.x25519PublicKey(ephemeral);
    const keys = deriveSessionKeys(crypto, ephemeral, handshakePub, { ephemeralPub, handshakePub });
    const { apiKey, apiSecret } = this.#world.state.venue;
    const payload = changes.payload ?? { userId: MARKER, exchange: 'binance', apiKey, apiSecret };
    const plaintext = utf8(typeof payload === 'string' ? payload : JSON.stringify(payload));
    const metadata = {
      v: 1,
      handshake_pub: encodeBase64(handshakePub),
      ttl: 3_600,
      ...changes.metadata,
    } as SubmissionMetadata;
    const box = sealBox(crypto, systemRandom, keys.submit, plaintext, metadata);
    return { body: { ephemeral_pub: encodeBase64(ephemeralPub), ...box, metadata }, keys };
  }

  /** Opens a session. */
  async open(ttl = 3_600): Promise<RawSession> {
    const { body, keys } = await this.compose({ metadata: { ttl } });
    const answer = await this.submit(body);
    expect(answer.status, answer.text).toBe(201);
    return { id: (JSON.parse(answer.text) as { session_id: string }).session_id, keys };
  }
}

/** The `q` of a query, sealed as the owner of the session seals it. */
export function sealedQuery(session: RawSession, operation: string, content: unknown): string {
  return encodeQuery(sealed(session, operation, content));
}

/** A sealed request in the form of the body of a renewal. */
export function sealed(session: RawSession, operation: string, content: unknown) {
  const binding = { requestKey: session.keys.request, sessionId: session.id, operation };
  return sealRequest(crypto, systemRandom, binding, content);
}

/** base64url of a text. */
export function q(text: string): string {
  return encodeBase64Url(utf8(text));
}

/** Expects a complete problem document with this code that repeats nothing of the request. */
export function expectProblem(answer: Answer, code: PublicCode): Record<string, unknown> {
  const problem = JSON.parse(answer.text) as Record<string, unknown>;
  const [status, title] = PUBLIC_FAILURES[code];
  expect(problem).toMatchObject({ code, status, title, message: title });
  expect(problem['type']).toBe(`urn:perf-aggregator:problem:${code}`);
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(problem['request_id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(problem['request_id']).toBe(answer.headers['x-request-id']);
  const shown = JSON.stringify(answer.headers) + answer.text;
  for (const spelling of [MARKER, encodeBase64(utf8(MARKER)).slice(0, 32), encodeURIComponent(MARKER)]) {
    expect(shown).not.toContain(spelling);
  }
  return problem;
}

/** Like {@link expectProblem}, for a refusal whose reason is sealed to the client. */
export function expectSealedReason(
  answer: Answer,
  code: PublicCode,
  keys: SessionKeys,
): NonNullable<ReplyContent['refusal']> {
  const box = sealedReply.parse(expectProblem(answer, code)['sealed']);
  return openReply(crypto, keys.response, box).refusal!;
}
