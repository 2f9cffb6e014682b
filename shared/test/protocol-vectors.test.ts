import { readFileSync } from 'node:fs';
import * as bytes from '@perf-aggregator/shared/bytes';
import * as base64 from '@perf-aggregator/shared/codec/base64';
import * as canonical from '@perf-aggregator/shared/codec/canonical-json';
import * as hex from '@perf-aggregator/shared/codec/hex';
import type { CryptoBackend } from '@perf-aggregator/shared/crypto/port';
import * as box from '@perf-aggregator/shared/messages/box';
import * as handshake from '@perf-aggregator/shared/messages/handshake';
import * as reply from '@perf-aggregator/shared/messages/reply';
import * as request from '@perf-aggregator/shared/messages/request';
import * as submission from '@perf-aggregator/shared/messages/submission';
import * as userData from '@perf-aggregator/shared/messages/user-data';
import type { Random } from '@perf-aggregator/shared/random';
import * as boot from '@perf-aggregator/shared/wire/boot';
import * as envelope from '@perf-aggregator/shared/wire/envelope';
import * as frame from '@perf-aggregator/shared/wire/frame';
import { describe, expect, it } from 'vitest';
import { BACKENDS } from './crypto/backends.ts';

interface Encoded {
  readonly name: string;
  readonly value: unknown;
  readonly hex: string;
}
type Encodings =
  | 'frames'
  | 'envelope_requests'
  | 'envelope_replies'
  | 'boot_requests'
  | 'boot_replies'
  | 'user_data';
interface Vectors extends Readonly<Record<Encodings, readonly Encoded[]>> {
  readonly handshake: {
    readonly ephemeral_private: string;
    readonly ephemeral_pub: string;
    readonly handshake_private: string;
    readonly handshake_pub: string;
    readonly shared_secret: string;
    readonly keys: { readonly submit: string; readonly request: string; readonly response: string };
  };
  readonly submission: {
    readonly plaintext: string;
    readonly aad: string;
    readonly body: submission.SubmissionJson;
  };
  readonly requests: readonly {
    readonly operation: string;
    readonly session_id: string;
    readonly plaintext: string;
    readonly aad: string;
    readonly sealed: request.SealedRequest;
    readonly q?: string;
  }[];
  readonly replies: readonly {
    readonly content: reply.ReplyContent;
    readonly padded_length: number;
    readonly aad: string;
    readonly sealed: reply.SealedReply;
  }[];
}
interface Script {
  readonly protocolVectors: (shared: object) => string;
}

const { decodeHex, encodeHex } = hex;
const FILE = new URL('../vectors/protocol.json', import.meta.url);
const SCRIPT = new URL('../../scripts/protocol-vectors.mjs', import.meta.url);
const vectors = JSON.parse(readFileSync(FILE, 'utf8')) as Vectors;
const keys = Object.fromEntries(
  Object.entries(vectors.handshake.keys).map(([name, key]) => [name, decodeHex(key)]),
) as unknown as handshake.SessionKeys;

/** Returns the nonce of a box, once. */
function nonceOf({ nonce }: box.BoxJson): Random {
  return { bytes: () => base64.decodeBase64(nonce) };
}

/** The box of `plaintext`, made only with AES-GCM and base64. */
function rawBox(
  crypto: CryptoBackend,
  key: Uint8Array,
  { nonce }: box.BoxJson,
  plaintext: string,
  aad: string,
) {
  const sealed = crypto.aesGcmSeal(key, base64.decodeBase64(nonce), bytes.utf8(plaintext), bytes.utf8(aad));
  return {
    nonce,
    ciphertext: base64.encodeBase64(sealed.ciphertext),
    tag: base64.encodeBase64(sealed.tag),
  };
}

/** A value of the file, with its bytes decoded. */
function fromJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]![0] === 'bytes') return decodeHex(String(entries[0]![1]));
  return Object.fromEntries(entries.map(([name, member]) => [name, fromJson(member)]));
}

describe.each(BACKENDS)('when the vectors are recomputed on the %s back end', (_name, crypto) => {
  it('they equal the output of the script', async () => {
    const { protocolVectors } = (await import(SCRIPT.href)) as Script;
    const modules = [
      bytes,
      base64,
      canonical,
      hex,
      box,
      handshake,
      reply,
      request,
      userData,
      boot,
      envelope,
      frame,
    ];
    const shared = Object.assign({ crypto }, ...(modules as object[])) as object;
    expect(protocolVectors(shared)).toBe(readFileSync(FILE, 'utf8'));
  });

  it('both sides derive the same handshake keys', () => {
    const { handshake: vector } = vectors;
    const ephemeral = decodeHex(vector.ephemeral_private);
    const own = decodeHex(vector.handshake_private);
    const ephemeralPub = crypto.x25519PublicKey(ephemeral);
    const handshakePub = crypto.x25519PublicKey(own);
    expect([ephemeralPub, handshakePub].map(encodeHex)).toEqual([vector.ephemeral_pub, vector.handshake_pub]);
    expect(encodeHex(crypto.x25519SharedSecret(own, ephemeralPub))).toBe(vector.shared_secret);
    const transcript = { ephemeralPub, handshakePub };
    expect(handshake.deriveSessionKeys(crypto, ephemeral, handshakePub, transcript)).toEqual(keys);
    expect(handshake.deriveSessionKeys(crypto, own, ephemeralPub, transcript)).toEqual(keys);
  });

  it('seals and opens the submission', () => {
    const { plaintext, aad, body } = vectors.submission;
    expect(canonical.canonicalJson(body.metadata)).toBe(aad);
    expect(body).toMatchObject(rawBox(crypto, keys.submit, body, plaintext, aad));
    const parsed = submission.submission.parse(body);
    const opened = bytes.fromUtf8(box.openBox(crypto, keys.submit, parsed, parsed.metadata));
    expect(opened).toBe(plaintext);
    expect(submission.parseSubmissionPayload(JSON.parse(opened)).accounts).toHaveLength(1);
  });

  it.each(vectors.requests)('seals and opens the request $operation', (vector) => {
    const { operation, session_id: sessionId, plaintext, aad, sealed, q } = vector;
    const binding = { requestKey: keys.request, sessionId, operation };
    const content: unknown = JSON.parse(plaintext);
    expect(sealed).toEqual({ v: 1, ...rawBox(crypto, keys.request, sealed, plaintext, aad) });
    expect(request.sealRequest(crypto, nonceOf(sealed), binding, content)).toEqual(sealed);
    expect(request.openRequest(crypto, binding, request.sealedRequest.parse(sealed))).toEqual(content);
    if (q !== undefined)
      expect(request.openRequest(crypto, binding, request.decodeQuery(q))).toEqual(content);
  });

  it.each(vectors.replies)('seals and opens the reply to $content.operation', (vector) => {
    const { content, padded_length: length, aad, sealed } = vector;
    const plaintext = JSON.stringify(content).padEnd(length, ' ');
    expect(sealed).toMatchObject(rawBox(crypto, keys.response, sealed, plaintext, aad));
    expect(reply.sealReply(crypto, nonceOf(sealed), keys.response, sealed, content)).toEqual(sealed);
    expect(reply.openReply(crypto, keys.response, reply.sealedReply.parse(sealed))).toEqual(content);
  });
});

describe('when the encodings are recomputed', () => {
  const codecs: Readonly<Record<Encodings, (value: never) => Uint8Array>> = {
    frames: frame.encodeFrame,
    envelope_requests: envelope.encodeRequest,
    envelope_replies: envelope.encodeReply,
    boot_requests: boot.encodeBootRequest,
    boot_replies: boot.encodeBootReply,
    user_data: userData.encodeUserData,
  };
  const decoders: Readonly<Record<Encodings, (bytes: Uint8Array, name: never) => unknown>> = {
    frames: (stream) => [...new frame.FrameReader().push(stream)][0],
    envelope_requests: envelope.decodeRequest,
    envelope_replies: envelope.decodeReply,
    boot_requests: boot.decodeBootRequest,
    boot_replies: boot.decodeBootReply,
    user_data: userData.decodeUserData,
  };

  it.each(Object.keys(codecs) as Encodings[])('gives the same bytes and the same values: %s', (kind) => {
    expect(vectors[kind].length).toBeGreaterThan(1);
    for (const { name, value, hex: expected } of vectors[kind]) {
      expect(encodeHex(codecs[kind](fromJson(value) as never)), name).toBe(expected);
      expect(decoders[kind](decodeHex(expected), name as never), name).toEqual(fromJson(value));
    }
  });
});
