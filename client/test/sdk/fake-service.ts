/** A fake service behind the adapter of axios: real documents, real seals, and any lie that a parent could tell. */
import { utf8 } from '@perf-aggregator/shared/bytes';
import { decodeBase64, decodeBase64Url, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto } from '@perf-aggregator/shared/crypto';
import { openBox } from '@perf-aggregator/shared/messages/box';
import { deriveSessionKeys, type SessionKeys } from '@perf-aggregator/shared/messages/handshake';
import { type ReplyContent, type SealedReply, sealReply } from '@perf-aggregator/shared/messages/reply';
import { decodeQuery, openRequest, sealedRequest } from '@perf-aggregator/shared/messages/request';
import { submission } from '@perf-aggregator/shared/messages/submission';
import { encodeUserData, type UserData } from '@perf-aggregator/shared/messages/user-data';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import type { AxiosAdapter, InternalAxiosRequestConfig } from 'axios';
import { buildDocument, type DocumentSpec, MADE_AT } from '../../../attestation/test/nitro-builder.ts';
import type { Expectations } from '../../src/sdk/quote.ts';

/** The instant of every document and of the clock of the client. */
export { MADE_AT } from '../../../attestation/test/nitro-builder.ts';

/** The measurements in the documents. */
export const PCRS = Object.fromEntries(
  [0, 1, 2].map((index) => [index, encodeHex(new Uint8Array(48).fill(index + 1))]),
);
export const SESSION = 's'.repeat(43);
const PRIVATE = new Uint8Array(32).fill(3);
const HANDSHAKE = crypto.x25519PublicKey(PRIVATE);
const USER_DATA: UserData = {
  t: 'quote',
  v: 1,
  report_key: new Uint8Array(32).fill(4),
  config_sha256: new Uint8Array(32).fill(5),
  kms_policy: 'locked',
};

/** DER of the root of all documents. */
export const ROOT = buildDocument().root;
/** The expectations of an honest client. */
export const EXPECT: Expectations = { measurements: [PCRS], roots: [ROOT] };

/** A quote for `nonce`, except for the fields in `payload`. */
export function quoteFor(nonce: Uint8Array, payload: DocumentSpec['payload'] = {}): Uint8Array {
  const fields = { nonce, public_key: HANDSHAKE, user_data: encodeUserData(USER_DATA), ...payload };
  return buildDocument({ payload: fields }).bytes;
}

/** The `user_data` of the quotes with `changes`. */
export function quoteUserData(changes: object = {}): Uint8Array {
  return encodeUserData({ ...USER_DATA, ...changes } as UserData);
}

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A problem document. */
export function problem(code: string, status: number, more: object = {}): Answer {
  return { status, body: { code, message: code, status, request_id: 'request-1', ...more } };
}

/** The service. `answer` may replace its answer to a request. */
export class FakeService {
  readonly requests: { readonly method: string; readonly path: string; readonly body: string }[] = [];
  /** The accounts of the opened submission. */
  submitted: unknown = null;
  sequence = 1;
  ledgerHead: string | null = null;
  result: unknown = { fine: true };
  /** Called before the service answers. With undefined the service answers normally. */
  answer: (path: string, honest: () => Answer) => Answer | undefined = () => undefined;
  /** Changes a reply before it is sealed. */
  content: (content: ReplyContent) => ReplyContent = (same) => same;
  #keys: SessionKeys | null = null;

  readonly adapter: AxiosAdapter = (config) => {
    const path = String(config.url).replace('http://service.test', '');
    const body = typeof config.data === 'string' ? config.data : '';
    this.requests.push({ method: String(config.method).toUpperCase(), path, body });
    const { status, body: answered } =
      this.answer(path, () => this.#honest(path, body)) ?? this.#honest(path, body);
    const data = answered === null ? '' : JSON.stringify(answered);
    return Promise.resolve({
      data,
      status,
      statusText: '',
      headers: {},
      config: config as InternalAxiosRequestConfig,
    });
  };

  /** The requested paths, without the parts that differ in each run. */
  get paths(): string[] {
    return this.requests.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`);
  }

  /** A sealed reply of the session. */
  seal(content: Partial<ReplyContent>, header: { session_id?: string; sequence?: number } = {}): SealedReply {
    const whole: ReplyContent = {
      operation: 'metrics',
      parameters: {},
      as_of: MADE_AT,
      ledger_head: this.ledgerHead,
      result: this.result,
      refusal: null,
      ...content,
    };
    const bound = { session_id: SESSION, sequence: this.sequence, ...header };
    return sealReply(crypto, random, this.#keys!.response, bound, this.content(whole));
  }

  #honest(path: string, body: string): Answer {
    const url = new URL(path, 'http://service.test');
    const [, room, operation = ''] = url.pathname.split('/');
    if (room === 'attestation') {
      const nonce = decodeBase64Url(url.searchParams.get('nonce') ?? '');
      return { status: 200, body: { attestation: encodeBase64(quoteFor(nonce)) } };
    }
    if (operation === 'submit_key') return this.#submit(body);
    if (operation === 'revoke') return { status: 204, body: null };
    const q = url.searchParams.get('q');
    const sealed = q === null ? null : decodeQuery(q);
    const request = operation === 'renew' ? sealedRequest.parse(JSON.parse(body)) : sealed;
    const binding = { requestKey: this.#keys!.request, sessionId: SESSION, operation };
    const parameters = request ? openRequest(crypto, binding, request) : {};
    return { status: 200, body: this.seal({ operation, parameters }) };
  }

  #submit(body: string): Answer {
    const parsed = submission.parse(JSON.parse(body));
    const { ephemeral_pub: ephemeralPub, metadata } = parsed;
    const handshakePub = decodeBase64(metadata.handshake_pub);
    this.#keys = deriveSessionKeys(crypto, PRIVATE, ephemeralPub, { ephemeralPub, handshakePub });
    this.submitted = JSON.parse(Buffer.from(openBox(crypto, this.#keys.submit, parsed, metadata)).toString());
    const expires_at = MADE_AT + metadata.ttl * 1_000;
    const receipt = this.seal({ operation: 'submit', result: { session_id: SESSION, expires_at } });
    return { status: 201, body: { session_id: SESSION, expires_at, status: 'syncing', receipt } };
  }
}

/** A nonce that no client sent. */
export const OTHER_NONCE = utf8('n'.repeat(32));
