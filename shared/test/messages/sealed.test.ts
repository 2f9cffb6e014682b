import { utf8 } from '@perf-aggregator/shared/bytes';
import { CodecError, CryptoError } from '@perf-aggregator/shared/errors';
import { boxFields, openBox, sealBox } from '@perf-aggregator/shared/messages/box';
import { deriveSessionKeys } from '@perf-aggregator/shared/messages/handshake';
import {
  JsonBytes,
  openReply,
  paddedLength,
  padToBucket,
  type ReplyContent,
  sealedReply,
  sealReply,
} from '@perf-aggregator/shared/messages/reply';
import {
  decodeQuery,
  encodeQuery,
  openRequest,
  sealedRequest,
  sealRequest,
} from '@perf-aggregator/shared/messages/request';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { codeOf } from '../codes.ts';
import { BACKENDS } from '../crypto/backends.ts';

const KEY = new Uint8Array(32).fill(7);
const OTHER_KEY = new Uint8Array(32).fill(8);
const box = z.strictObject(boxFields);
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);

function replyOf(result: unknown): ReplyContent {
  return { operation: 'metrics', parameters: {}, as_of: 1, ledger_head: null, result, refusal: null };
}

/** Returns `value` with one flipped bit in `field` (base64). */
function damage<T extends object>(value: T, field: keyof T): T {
  const bytes = Buffer.from(String(value[field]), 'base64');
  bytes[bytes.length - 1]! ^= 1;
  return { ...value, [field]: bytes.toString('base64') };
}

describe.each(BACKENDS)('when a box is sealed on the %s back end', (_name, crypto) => {
  it('it opens to the same bytes, under the other back end too', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.dictionary(fc.string(), json), (plaintext, associated) => {
        const sealed = box.parse(sealBox(crypto, random, KEY, plaintext, associated));
        for (const [, opener] of BACKENDS)
          expect(openBox(opener, KEY, sealed, associated)).toEqual(plaintext);
      }),
      { numRuns: 30 },
    );
  });

  it('it opens under no other input', () => {
    const sealed = sealBox(crypto, random, KEY, utf8('text'), { a: 1 });
    const open = (value: typeof sealed, key = KEY, associated: unknown = { a: 1 }) =>
      codeOf(() => openBox(crypto, key, box.parse(value), associated), CryptoError);
    const answers = [
      open(sealed, OTHER_KEY),
      open(sealed, KEY, { a: 2 }),
      open(sealed, KEY, { a: 1, b: 1 }),
      open(damage(sealed, 'nonce')),
      open(damage(sealed, 'ciphertext')),
      open(damage(sealed, 'tag')),
    ];
    expect(new Set(answers)).toEqual(new Set(['aead_open_failed']));
    const short = { ...box.parse(sealed), tag: new Uint8Array(15) };
    expect(codeOf(() => openBox(crypto, KEY, short, { a: 1 }), CryptoError)).toBe('aead_open_failed');
  });

  it('each box has its own nonce', () => {
    const nonces = Array.from({ length: 50 }, () => sealBox(crypto, random, KEY, utf8(''), {}).nonce);
    expect(new Set(nonces).size).toBe(50);
  });
});

describe.each(BACKENDS)('when keys are derived on the %s back end', (_name, crypto) => {
  const [client, enclave] = [KEY, OTHER_KEY];
  const transcript = {
    ephemeralPub: crypto.x25519PublicKey(client),
    handshakePub: crypto.x25519PublicKey(enclave),
  };

  it('both sides get the same three keys, and all three differ', () => {
    const ours = deriveSessionKeys(crypto, client, transcript.handshakePub, transcript);
    expect(deriveSessionKeys(crypto, enclave, transcript.ephemeralPub, transcript)).toEqual(ours);
    expect(new Set(Object.values(ours).map((key: Uint8Array) => Buffer.from(key).toString('hex'))).size).toBe(
      3,
    );
  });

  it('another transcript gives other keys', () => {
    const ours = deriveSessionKeys(crypto, client, transcript.handshakePub, transcript);
    const swapped = { ephemeralPub: transcript.handshakePub, handshakePub: transcript.ephemeralPub };
    expect(deriveSessionKeys(crypto, client, transcript.handshakePub, swapped).submit).not.toEqual(
      ours.submit,
    );
  });

  it('a key of small order and a key of another length are refused', () => {
    const derive = (peer: Uint8Array) => () => deriveSessionKeys(crypto, client, peer, transcript);
    expect(codeOf(derive(new Uint8Array(32)), CryptoError)).toBe('shared_secret_zero');
    expect(codeOf(derive(new Uint8Array(31)), CryptoError)).toBe('key_invalid');
  });
});

describe.each(BACKENDS)('when a request is sealed on the %s back end', (_name, crypto) => {
  const binding = { requestKey: KEY, sessionId: 'a'.repeat(43), operation: 'metrics' };

  it('it opens to the same content, through the parameter q', () => {
    fc.assert(
      fc.property(json, (content) => {
        const q = encodeQuery(sealRequest(crypto, random, binding, content));
        expect(q).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(openRequest(crypto, binding, decodeQuery(q))).toEqual(content);
      }),
      { numRuns: 30 },
    );
  });

  it('it opens only under its own key, session and operation', () => {
    const sealed = sealedRequest.parse(sealRequest(crypto, random, binding, { from: '2024-01-01' }));
    for (const change of [{ requestKey: OTHER_KEY }, { sessionId: 'b'.repeat(43) }, { operation: 'renew' }]) {
      const open = () => openRequest(crypto, { ...binding, ...change }, sealed);
      expect(codeOf(open, CryptoError)).toBe('aead_open_failed');
    }
  });
});

describe('when a q parameter is wrong', () => {
  it('refuses it before any use of a key', () => {
    const q = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const valid = sealRequest(BACKENDS[0][1], random, { requestKey: KEY, sessionId: '', operation: '' }, {});
    expect(codeOf(() => decodeQuery('?'), CodecError)).toBe('base64_malformed');
    expect(() => decodeQuery('AAAA')).toThrow(SyntaxError);
    expect(() => decodeQuery('____')).toThrow(TypeError);
    for (const value of [null, {}, { ...valid, v: 2 }, { ...valid, more: 1 }, { ...valid, nonce: 'AAAA' }]) {
      expect(() => decodeQuery(q(value))).toThrow(z.ZodError);
    }
  });
});

describe.each(BACKENDS)('when a reply is sealed on the %s back end', (_name, crypto) => {
  const header = { session_id: 'a'.repeat(43), sequence: 4 };

  it('it opens to the same content', () => {
    fc.assert(
      fc.property(json, (result) => {
        const sealed = sealedReply.parse(sealReply(crypto, random, KEY, header, replyOf(result)));
        expect(openReply(crypto, KEY, sealed)).toEqual(replyOf(result));
      }),
      { numRuns: 30 },
    );
  });

  it('it opens to the same content when its result was serialised before', () => {
    fc.assert(
      fc.property(json, (result) => {
        const reply = replyOf(new JsonBytes(result));
        const sealed = sealedReply.parse(sealReply(crypto, random, KEY, header, reply));
        expect(openReply(crypto, KEY, sealed)).toEqual(replyOf(result));
      }),
      { numRuns: 30 },
    );
  });

  it('it does not open as a reply of another session or state', () => {
    const sealed = sealedReply.parse(sealReply(crypto, random, KEY, header, replyOf(1)));
    const open = (change: object, key = KEY) =>
      codeOf(() => openReply(crypto, key, { ...sealed, ...change }), CryptoError);
    expect(open({ sequence: 5 })).toBe('aead_open_failed');
    expect(open({ session_id: 'b'.repeat(43) })).toBe('aead_open_failed');
    expect(open({}, OTHER_KEY)).toBe('aead_open_failed');
  });

  it('content of another shape is refused', () => {
    const strange = Object.assign({}, replyOf(1), { more: 1 });
    const sealed = sealedReply.parse(sealReply(crypto, random, KEY, header, strange));
    expect(() => openReply(crypto, KEY, sealed)).toThrow(z.ZodError);
  });

  it('shows the parent a bucket, not a size', () => {
    const overhead = JSON.stringify(replyOf('')).length;
    const sizeOf = (length: number) =>
      Buffer.from(
        sealReply(crypto, random, KEY, header, replyOf('x'.repeat(length - overhead))).ciphertext,
        'base64',
      ).length;
    expect([200, 4_095, 4_096].map(sizeOf)).toEqual([4_096, 4_096, 4_096]);
    expect([4_097, 8_192].map(sizeOf)).toEqual([8_192, 8_192]);
  });
});

describe('when a plaintext is padded', () => {
  it.each([
    [0, 4_096],
    [1, 4_096],
    [4_096, 4_096],
    [4_097, 8_192],
    [64 * 4_096, 64 * 4_096],
    [64 * 4_096 + 1, 128 * 4_096],
    [128 * 4_096, 128 * 4_096],
    [128 * 4_096 + 1, 256 * 4_096],
  ])('%i bytes become %i', (length, padded) => {
    expect(paddedLength(length)).toBe(padded);
    expect(padToBucket(new Uint8Array(length)).length).toBe(padded);
  });

  it('stays the same JSON, never shrinks and never more than doubles', () => {
    fc.assert(
      fc.property(json, fc.nat(8 * 1024 * 1024), (value, length) => {
        const text = JSON.stringify(value);
        expect(JSON.parse(new TextDecoder().decode(padToBucket(utf8(text))))).toEqual(JSON.parse(text));
        expect(paddedLength(length)).toBeGreaterThanOrEqual(length);
        expect(paddedLength(length)).toBeLessThanOrEqual(Math.max(4_096, 2 * length));
        expect(paddedLength(paddedLength(length))).toBe(paddedLength(length));
      }),
    );
  });
});
